"""The flags of diff, apply and check, and those of export that are about directories: each has a variable that does the same,
and the flag counts more."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from help_page import flags_of_help, help_of
from support.certificates import Authority, Certificate
from support.fake_api_server import FakeApiServer
from support.object_store import Key
from support.program import Program, Run
from support.snapshots import instance, service, snapshot, write

# Two good values of each flag, and the command and further flags by which they show.
DIRECTORY = {
    "--output-dir": ("two", "three"), "--rename-source": ("west=consul", "a=b"), "--prune-source": ("west", "east"),
    "--max-delete": ("1", "2"), "--max-delete-percent": ("5", "90"), "--max-shrink-percent": ("5", "90"),
    "--allow-empty": ("consul/dc1", "west/dc1"), "--max-snapshot-age": ("1h", "0"), "--metrics-textfile": ("a.prom", "b.prom"),
}
DIRECTORY_SWITCHES = ("--check", "--kustomization", "--allow-move", "--adopt")
CLUSTER = {
    "--kubeconfig": ("kubeconfig", "other"), "--context": ("fake", "second"), "--cluster": ("fake", "missing"),
    "--user": ("someone", "second"), "--server": ("SERVER", "https://127.0.0.1:1"), "--token-file": ("token", "absent"),
    "--as": ("ada", "bob"), "--as-group": ("ops", "dev"), "--field-manager": ("us", "them"), "--target": ("cluster", "directory"),
    "--out": ("a.json", "b.json"), "--prune-after": ("0s", "1h"), "--dry-run": ("client", "server"), "--output": ("name", "json"),
    "--plan": ("plan.json", "absent.json"),
}
CLUSTER_SWITCHES = ("--prune", "--force-conflicts", "--yes")
COMMAND = {"--dry-run": "apply", "--field-manager": "apply", "--force-conflicts": "apply", "--yes": "apply", "--plan": "apply"}
MORE = {"--field-manager": ["--adopt"], "--as-group": ["--as", "ada"], "--prune-after": ["--prune"], "--yes": ["--prune"],
        "--prune": ["--prune-after", "0s"]}

WEB = Key("serviceentries", "mesh", "web.service.consul")


def variable(command: str, flag: str) -> str:
    if (command, flag) == ("diff", "--output"):
        return "R2I_DIFF_OUTPUT"
    return "R2I_" + flag.removeprefix("--").replace("-", "_").upper()


def test_tables_have_every_flag(r2i: Program) -> None:
    """With those of test_settings.py, which are export's own."""
    def flags(command: str) -> set[str]:
        return {flag.name for flag in flags_of_help(help_of(r2i, command))}

    assert flags("diff") | flags("apply") | flags("check cluster") >= set(CLUSTER) | set(CLUSTER_SWITCHES)
    others = (flags("diff") | flags("apply") | flags("check cluster")) - flags("export")
    assert others == {*CLUSTER, *CLUSTER_SWITCHES} - {"--output"}
    assert flags("export") >= {*DIRECTORY, *DIRECTORY_SWITCHES}


# Directories


def now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Tree:
    """A directory `one` that an export of ten services has made, of which two have left since; and what the flag needs."""

    def __init__(self, r2i: Program, folder: Path, flag: str) -> None:
        self.r2i, self.folder, self.flag = r2i, folder, flag
        old = "west" if flag in ("--rename-source", "--prune-source") else "consul"
        services = [service(f"s{number}", instance(f"10.0.0.{number}")) for number in range(10)]
        self._write(services, name=old)
        namespace = ["-n", "old"] if flag == "--allow-move" else []
        assert self._export("--output-dir", "one", *namespace).code == 0
        if flag == "--adopt":
            path = folder / "one" / "serviceentry-s9.service.consul.yaml"
            path.write_text(path.read_text().replace("registry2istio.io/owner", "example.com/owner"))
        left = {"--allow-empty": [], "--prune-source": []}.get(flag, services[2:])
        self._write(left, fetchedAt="2024-01-31T12:00:00Z" if flag == "--max-snapshot-age" else now())

    def _write(self, services: list[dict[str, Any]], name: str = "consul", **fields: str) -> None:
        write(self.folder / "snapshot.json", {**snapshot(*services, name=name), "fetchedAt": now(), **fields})

    def _export(self, *flags: str, env: dict[str, str] | None = None) -> Run:
        return self.r2i("export", "--from", "file=snapshot.json", *flags, env=env)

    def run(self, *flags: str, **env: str) -> tuple[Any, ...]:
        """What a run comes to, and what is in the folders afterwards; then all is as before."""
        before = self.files()
        where = [] if self.flag == "--output-dir" else ["--output-dir", "one"]
        done = self._export(*where, *flags, env=env)
        after = self.files()
        for path in {*after, *before}:
            file = self.folder / path
            if path in before:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(before[path])
            else:
                file.unlink()
        told = {path: re.sub(r" \d+\.\d{3}$", " N", text, flags=re.M) for path, text in after.items()}
        return done.code, done.out, done.err, told

    def files(self) -> dict[str, str]:
        return {str(path.relative_to(self.folder)): path.read_text() for path in sorted(self.folder.rglob("*"))
                if path.is_file() and path.suffix in (".yaml", ".prom")}


@pytest.mark.parametrize("flag", DIRECTORY)
def test_variable_of_a_flag_about_directories(r2i: Program, tmp_path: Path, flag: str) -> None:
    tree = Tree(r2i, tmp_path, flag)
    first, second = DIRECTORY[flag]
    name = variable("export", flag)
    one, two = tree.run(flag, first), tree.run(flag, second)
    assert one != two, "the values make no difference"
    assert tree.run(**{name: first}) == one and tree.run(**{name: second}) == two
    assert tree.run(flag, first, **{name: second}) == tree.run(flag, first, **{name: "[no good"}) == one
    assert tree.run(**{name: ""}) == tree.run()


@pytest.mark.parametrize("flag", DIRECTORY_SWITCHES)
def test_switch_about_directories(r2i: Program, tmp_path: Path, flag: str) -> None:
    tree = Tree(r2i, tmp_path, flag)
    name = variable("export", flag)
    on, off = tree.run(flag), tree.run()
    assert on != off, "the switch makes no difference"
    assert tree.run(**{name: "true"}) == tree.run(f"{flag}=true", **{name: "false"}) == on
    assert tree.run(**{name: "0"}) == tree.run(f"{flag}=false", **{name: "1"}) == off


# Clusters


def server_tls(certificate: Certificate) -> ssl.SSLContext:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate.cert, certificate.key)
    return tls


class Cluster:
    """A fake API server with two services that we have applied. Since then one was emptied, one has changed, and of that one
    somebody else has changed the endpoints."""

    def __init__(self, r2i: Program, api: FakeApiServer, folder: Path, authority: Authority, flag: str) -> None:
        self.r2i, self.api, self.folder, self.flag = r2i, api, folder, flag
        self.command = COMMAND.get(flag, "diff")
        entry = {"server": api.address, "certificate-authority": str(authority.ca)}
        config = {"apiVersion": "v1", "kind": "Config", "current-context": "fake",
                  "clusters": [{"name": name, "cluster": entry} for name in ("fake", "second")],
                  "users": [{"name": "someone", "user": {}}, {"name": "second", "user": {"token": "of-second"}}],
                  "contexts": [{"name": "fake", "context": {"cluster": "fake", "user": "someone", "namespace": "mesh"}},
                               {"name": "second", "context": {"cluster": "second", "user": "second", "namespace": "mesh"}}]}
        (folder / "kubeconfig").write_text(json.dumps(config))
        (folder / "other").write_text(json.dumps({**config, "current-context": "second"}))
        (folder / "token").write_text("of-a-file")
        (folder / "directory").mkdir()
        services = [service("web", instance("10.0.0.1")), service("pay", instance("10.0.0.2")), service("old"), service("log")]
        self._write(services)
        assert self._run("apply").code == 0
        self._write(services[:2] + services[3:])
        assert self._run("apply").code == 0  # empties `old`
        self._write([service("web", instance("10.0.0.7")), *services[1:2], *services[3:]])
        if flag == "--force-conflicts":
            api.store.edit(WEB, lambda one: one["spec"].update(endpoints=[{"address": "192.0.2.9"}]), "kubectl-edit")
        elif flag == "--plan":
            assert self._run("diff", "--out", "plan.json").code == 1

    def _write(self, services: list[dict[str, Any]]) -> None:
        write(self.folder / "snapshot.json", {**snapshot(*services), "fetchedAt": now()})

    def _run(self, command: str, *flags: str, env: dict[str, str] | None = None) -> Run:
        """Without what the flag under test gives instead."""
        under_test = command == self.command and bool(flags or env)
        source = [] if under_test and self.flag == "--plan" else ["--from", "file=snapshot.json"]
        config = [] if under_test and self.flag == "--kubeconfig" else ["--kubeconfig", "kubeconfig"]
        return self.r2i(command, *source, "--owner", "test", *config, *flags, env=env)

    def run(self, *flags: str, **env: str) -> tuple[Any, ...]:
        """What a run comes to, and what it asks the API server for; then the cluster is as before."""
        before = dict(self.api.store._objects)
        self.api.forget()
        flags = tuple(self.api.address if word == "SERVER" else word for word in flags)
        env = {name: self.api.address if value == "SERVER" else value for name, value in env.items()}
        done = self._run(self.command, *MORE.get(self.flag, []), *flags, env=env)
        asked = sorted((str(one), one.request.query.get("fieldManager"), *(one.request.headers.get(name, "") for name in (
            "Authorization", "Impersonate-User", "Impersonate-Group"))) for one in self.api.calls)
        self.api.store._objects.clear()
        self.api.store._objects.update(before)
        plans = sorted(path.name for path in self.folder.glob("?.json"))
        for name in plans:
            (self.folder / name).unlink()
        return done.code, without_times(done.out), without_times(done.err), asked, plans


def without_times(text: bytes) -> str:
    return re.sub(r"sha256:\w+|\d{4}-\d\d-\d\dT[0-9:.]+Z|\"resourceVersion\": \"\d+\"", "X", text.decode())


@pytest.fixture
def api(server_certificate: Certificate) -> Iterator[FakeApiServer]:
    with FakeApiServer(server_tls(server_certificate)) as server:
        yield server


@pytest.mark.parametrize("flag", CLUSTER)
def test_variable_of_a_flag_about_clusters(r2i: Program, api: FakeApiServer, tmp_path: Path, authority: Authority,
                                           flag: str) -> None:
    cluster = Cluster(r2i, api, tmp_path, authority, flag)
    first, second = CLUSTER[flag]
    name = variable(cluster.command, flag)
    one, two = cluster.run(flag, first), cluster.run(flag, second)
    assert one != two, "the values make no difference"
    assert cluster.run(**{name: first}) == one and cluster.run(**{name: second}) == two
    assert cluster.run(flag, first, **{name: second}) == one


@pytest.mark.parametrize("flag", CLUSTER_SWITCHES)
def test_switch_about_clusters(r2i: Program, api: FakeApiServer, tmp_path: Path, authority: Authority, flag: str) -> None:
    cluster = Cluster(r2i, api, tmp_path, authority, flag)
    name = variable(cluster.command, flag)
    on, off = cluster.run(flag), cluster.run()
    assert on != off, "the switch makes no difference"
    assert cluster.run(**{name: "true"}) == cluster.run(f"{flag}=true", **{name: "false"}) == on
    assert cluster.run(**{name: "0"}) == cluster.run(f"{flag}=false", **{name: "1"}) == off


def test_the_output_of_diff_has_a_variable_of_its_own(r2i: Program, api: FakeApiServer, tmp_path: Path,
                                                      authority: Authority) -> None:
    """Whoever sets R2I_OUTPUT=json for every export still gets a diff to read."""
    cluster = Cluster(r2i, api, tmp_path, authority, "")
    assert cluster.run(R2I_OUTPUT="yaml") == cluster.run()
