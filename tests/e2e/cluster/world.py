"""A registry, a cluster, and the program between them; the same small world for every test of this suite."""

from __future__ import annotations

import itertools
import json
import ssl
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from support.certificates import Authority, Certificate
from support.fake_api_server import FakeApiServer
from support.http2_front import Http2Front
from support.object_store import GROUP, Key, ObjectStore
from support.program import Program, Run, Started
from support.snapshots import JsonObject, instance, scope, service, snapshot, write

OWNER = "test"
MANAGER = f"registry2istio-{OWNER}"
GONE_SINCE = "registry2istio.io/gone-since"
PRUNE = ("--prune", "--yes", "--prune-after", "0s")


def host(name: str) -> str:
    return f"{name}.service.consul"


def key(name: str, namespace: str = "mesh") -> Key:
    """Of the ServiceEntry of a service."""
    return Key("serviceentries", namespace, host(name))


def patch(name: str, namespace: str = "mesh") -> str:
    """The request that writes a service, as FakeApiServer.writes() has it."""
    return f"patch serviceentries {namespace}/{host(name)}"


def delete(name: str, namespace: str = "mesh") -> str:
    return f"delete serviceentries {namespace}/{host(name)}"


class World:
    """`world.services` is what the registry knows: name → addresses. Every run gets a snapshot of this moment."""

    def __init__(self, r2i: Program, api: FakeApiServer, folder: Path) -> None:
        self.r2i = r2i
        self.api = api
        self.store: ObjectStore = api.store
        self.folder = folder
        self.services: dict[str, list[str]] = {}
        self.owner = OWNER
        self.namespace = "mesh"
        self.source = "consul"
        self.complete = True
        self.age = timedelta()
        self.seen: list[str] = []  # what a test that looks on has noticed
        self.kubeconfig = self.write_kubeconfig(api.address)
        self._numbers = itertools.count(1)

    # What is there

    def write_kubeconfig(self, address: str, **cluster: str) -> Path:
        path = self.folder / "kubeconfig"
        path.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "fake",
            "clusters": [{"name": "fake", "cluster": {"server": address, **cluster}}],
            "users": [{"name": "someone", "user": {}}],
            "contexts": [{"name": "fake", "context": {"cluster": "fake", "user": "someone"}}]}))
        return path

    def snapshot(self) -> JsonObject:
        services = (service(name, *map(instance, addresses)) if addresses else {"name": name, "instances": []}
                    for name, addresses in sorted(self.services.items()))
        made = snapshot(*services, name=self.source, scopes=[scope("dc1", self.complete)])
        return {**made, "fetchedAt": (datetime.now(timezone.utc) - self.age).strftime("%Y-%m-%dT%H:%M:%SZ")}

    def from_file(self) -> tuple[str, ...]:
        """A new file each time: runs may go on at the same time."""
        path = self.folder / f"snapshot-{next(self._numbers)}.json"
        return ("--from", f"file={write(path, self.snapshot())}")

    def endpoints(self, name: str, namespace: str = "mesh") -> list[str]:
        """The addresses that the cluster has for a service, in its ServiceEntry or in the WorkloadEntries that this one
        selects; a WorkloadEntry that nothing selects is none."""
        entry = self.store.get(key(name, namespace))
        selector = entry["spec"].get("workloadSelector", {}).get("labels", {})
        if not selector:
            return [one["address"] for one in entry["spec"].get("endpoints", [])]
        return sorted(one["spec"]["address"] for one in self.store.objects("WorkloadEntry", namespace)
                      if selector.items() <= {**one["spec"].get("labels", {}), **one["metadata"]["labels"]}.items())

    def names(self) -> list[str]:
        """Of the services that have a ServiceEntry."""
        return [one["metadata"]["name"].removesuffix(".service.consul") for one in self.store.objects("ServiceEntry")]

    def is_gone(self, name: str) -> bool:
        """Emptied and marked."""
        entry = self.store.get(key(name))
        return "endpoints" not in entry["spec"] and GONE_SINCE in entry["metadata"].get("annotations", {})

    # Runs

    def words(self, command: str, *flags: str | Path, source: Iterable[str] | None = None) -> list[str | Path]:
        """The command line for this world."""
        words: list[str | Path] = [command, *(self.from_file() if source is None else source), "-n", self.namespace,
                                   "--owner", self.owner]
        if command != "export":
            words += ["--kubeconfig", self.kubeconfig]
        return [*words, *flags]

    def run(self, command: str, *flags: str | Path, source: Iterable[str] | None = None, **settings: Any) -> Run:
        return self.r2i(*self.words(command, *flags, source=source), **settings)

    def start(self, command: str, *flags: str | Path, **settings: Any) -> Started:
        return self.r2i.start(*self.words(command, *flags), **settings)

    def diff(self, *flags: str | Path, **settings: Any) -> Run:
        return self.run("diff", *flags, **settings)

    def apply(self, *flags: str | Path, **settings: Any) -> Run:
        return self.run("apply", *flags, **settings)

    def prune(self, *flags: str | Path, **settings: Any) -> Run:
        """`apply --prune`, which waits for nothing."""
        return self.run("apply", *PRUNE, *flags, **settings)

    def must_apply(self, *flags: str | Path) -> Run:
        """As a test's own setup: it succeeds, and its requests are of no interest."""
        run = self.apply(*flags)
        assert run.code == 0, run
        self.api.forget()
        return run


@contextmanager
def over_http2(world: World, authority: Authority, certificate: Certificate) -> Iterator[Http2Front]:
    """Within, the runs of this world speak HTTP/2: where its API server hangs up, a stream is reset (RST_STREAM)."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate.cert, certificate.key)
    with Http2Front(world.api.port, tls) as front:
        world.write_kubeconfig(front.address, **{"certificate-authority": str(authority.ca)})
        yield front


def content(store: ObjectStore) -> list[JsonObject]:
    """All that is written in a cluster, without what the server adds, and without times."""
    found = store.objects()
    for one in found:
        metadata = one["metadata"]
        one["metadata"] = {name: value for name, value in metadata.items() if name in ("name", "namespace", "labels",
                                                                                       "annotations")}
        if GONE_SINCE in metadata.get("annotations", {}):
            one["metadata"]["annotations"] = {**metadata["annotations"], GONE_SINCE: "TIME"}
        one.pop("status", None)
    return found


def foreign_entry(name: str = "foreign", namespace: str = "mesh", **spec: Any) -> JsonObject:
    """Somebody else's ServiceEntry."""
    return {"apiVersion": f"{GROUP}/v1", "kind": "ServiceEntry", "metadata": {"name": name, "namespace": namespace},
            "spec": {"hosts": [f"{name}.example.com"], "location": "MESH_EXTERNAL", "resolution": "STATIC",
                     "ports": [{"name": "http-80", "number": 80, "protocol": "HTTP"}],
                     "endpoints": [{"address": "192.0.2.1"}], **spec}}


# A world in which every kind of change is due.

ONLY_GONE = delete("old")
DUE = sorted([patch("beta"), patch("delta"), patch("gamma"), patch("leaving")])


def in_the_middle(world: World) -> World:
    """Applied once, then things went on. Due now: `beta` has another address, `gamma` one more, `delta` is new, `leaving` is
    gone; `old` is gone since long, and what is left of it is for --prune. `alpha` and `omega` stay, and so does `foreign`."""
    world.store.write(foreign_entry())
    world.services = {"alpha": ["10.0.1.1", "10.0.1.2"], "beta": ["10.0.2.1", "10.0.2.2"], "gamma": ["10.0.3.1"],
                      "leaving": ["10.0.4.1"], "old": ["10.0.5.1"], "omega": ["10.0.6.1", "10.0.6.2"]}
    world.must_apply()
    del world.services["old"]
    world.must_apply()
    assert world.is_gone("old")
    world.services.update(beta=["10.0.2.1", "10.0.2.9"], gamma=["10.0.3.1", "10.0.3.2"], delta=["10.0.7.1"])
    del world.services["leaving"]
    return world


def assert_nothing_lost(world: World, prune: bool) -> None:
    """Whatever happened: nothing went that had to stay. To be called after every run in this world."""
    deleted = {str(one) for one in world.api.calls if one.verb in ("delete", "deletecollection") and not one.dry_run}
    assert deleted <= ({ONLY_GONE, delete("leaving")} if prune else set()), deleted
    assert {"alpha", "beta", "foreign", "gamma", "omega"} <= set(world.names())
    assert world.endpoints("alpha") == ["10.0.1.1", "10.0.1.2"] and world.endpoints("omega") == ["10.0.6.1", "10.0.6.2"]
    assert "10.0.2.1" in world.endpoints("beta") and "10.0.3.1" in world.endpoints("gamma")
    assert world.store.get(Key("serviceentries", "mesh", "foreign"))["spec"] == foreign_entry()["spec"]
    for one in world.store.objects():
        entries = one["metadata"].get("managedFields", [])
        assert len({(entry["manager"], entry["operation"]) for entry in entries}) == len(entries)


def together(cells: Mapping[str, Callable[[], object]]) -> None:
    """Runs the cells of a table at the same time, since most of their time is pauses between attempts. All of them are run;
    those that fail are told together."""
    with ThreadPoolExecutor(len(cells)) as pool:
        begun = {name: pool.submit(cell) for name, cell in cells.items()}
    failed = {name: one.exception() for name, one in begun.items()}
    told = [f"{name}: {''.join(traceback.format_exception(error)[-3:])}" for name, error in failed.items() if error]
    assert not told, "\n\n".join(told)


def settled(world: World, run: Callable[..., Run]) -> list[JsonObject]:
    """What the cluster holds once nothing is due any more. Every run that leads there succeeds."""
    for _ in range(4):
        world.api.forget()
        done = run()
        assert done.code == 0, done
        if not world.api.writes():
            return content(world.store)
    raise AssertionError(f"it does not come to an end: {world.api.writes()}")
