"""Runs of the program between a registry that a test makes up, as a snapshot of this moment, and a real API server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from support.program import Program, Run
from support.snapshots import instance, scope, service, snapshot, write
from harness.apiserver import ApiServer
from harness.rights import Account

CLUSTER, WITHHELD, PARTLY = 4, 5, 6  # exit codes, beyond those of outcome.py
PRUNE = ("--prune", "--yes", "--prune-after", "0s")
GONE_SINCE = "registry2istio.io/gone-since"


def host(name: str) -> str:
    return f"{name}.service.consul"


def content(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An object without what istiod does to it at a time of its own: it writes the status, and so moves the version."""
    metadata = {name: value for name, value in entry["metadata"].items() if name != "resourceVersion"}
    metadata["managedFields"] = [one for one in metadata.get("managedFields", []) if one.get("subresource") != "status"]
    return {"kind": entry["kind"], "metadata": metadata, "spec": entry["spec"]}


class Runs:
    """`runs.services` is what the registry knows: name → its instances. The owner is called after the namespace."""

    def __init__(self, r2i: Program, api_server: ApiServer, namespace: str, folder: Path) -> None:
        self.r2i = r2i
        self.api_server = api_server
        self.namespace = namespace
        self.owner = namespace
        self.source = f"consul-{namespace}"
        self.complete = True
        self.services: dict[str, Sequence[Mapping[str, Any] | str]] = {}
        self.kubeconfig = api_server.kubeconfig()
        self.folder = folder

    @property
    def manager(self) -> str:
        return f"registry2istio-{self.owner}"

    def from_file(self) -> tuple[str, str]:
        made = snapshot(*(self._service(name, places) for name, places in sorted(self.services.items())), name=self.source,
                        scopes=[scope("dc1", self.complete)])
        made["fetchedAt"] = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        return ("--from", f"file={write(self.folder / 'snapshot.json', made)}")

    @staticmethod
    def _service(name: str, places: Sequence[Mapping[str, Any] | str]) -> dict[str, Any]:
        instances = [instance(place) if isinstance(place, str) else dict(place) for place in places]
        return service(name, *instances) if instances else {"name": name, "instances": []}

    def __call__(self, command: str, *flags: str | Path, source: Sequence[str] | None = None, **settings: Any) -> Run:
        words: list[str | Path] = [command, *(self.from_file() if source is None else source), "-n", self.namespace,
                                   "--owner", self.owner, "--kubeconfig", self.kubeconfig, *flags]
        return self.r2i(*words, **settings)

    def diff(self, *flags: str | Path, **settings: Any) -> Run:
        return self("diff", *flags, **settings)

    def apply(self, *flags: str | Path, **settings: Any) -> Run:
        return self("apply", *flags, **settings)

    def prune(self, *flags: str | Path, **settings: Any) -> Run:
        """`apply --prune`, which waits for nothing."""
        return self("apply", *PRUNE, *flags, **settings)

    def must_apply(self, *flags: str | Path, **settings: Any) -> Run:
        run = self.apply(*flags, **settings)
        assert run.code == 0, run
        return run

    def as_user(self, account: Account, folder: Path | None = None) -> Runs:
        """The same registry, cluster and owner, with the rights of somebody else."""
        return self._copy(kubeconfig=account.kubeconfig(), folder=folder or self.folder)

    def as_owner(self, owner: str) -> Runs:
        """Another owner with a registry of its own, in the same namespace."""
        (self.folder / owner).mkdir()
        return self._copy(owner=owner, source=f"consul-{owner}", services={}, folder=self.folder / owner)

    def _copy(self, **changes: Any) -> Runs:
        other = Runs(self.r2i, self.api_server, self.namespace, self.folder)
        vars(other).update({**vars(self), **changes})
        return other

    # What is in the cluster

    def names(self) -> list[str]:
        """The services that have a ServiceEntry in the namespace."""
        entries = self.api_server.objects("ServiceEntry", self.namespace)
        return [one["metadata"]["name"].removesuffix(".service.consul") for one in entries]

    def entry(self, name: str) -> dict[str, Any]:
        return self.api_server.object("ServiceEntry", self.namespace, host(name))

    def contents(self) -> list[dict[str, Any]]:
        """All that is in the namespace; see content()."""
        return [content(one) for kind in ("ServiceEntry", "WorkloadEntry")
                for one in self.api_server.objects(kind, self.namespace)]

    def addresses(self, name: str) -> list[str]:
        return [one["address"] for one in self.entry(name)["spec"].get("endpoints", [])]

    def is_gone(self, name: str) -> bool:
        """Emptied and marked."""
        entry = self.entry(name)
        return "endpoints" not in entry["spec"] and GONE_SINCE in entry["metadata"].get("annotations", {})
