"""What an API server was asked for, by its own audit log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

# A request is written down before it is looked at, so that its line is there when its answer comes.
POLICY = {"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["ResponseStarted", "ResponseComplete", "Panic"],
          "rules": [{"level": "Metadata"}]}
WRITES = {"create", "update", "patch", "delete", "deletecollection"}
PROGRAM = "registry2istio"


@dataclass(frozen=True)
class Asked:
    """A request of the program under test for ServiceEntries or WorkloadEntries, or a question about rights or versions."""

    verb: str
    resource: str
    namespace: str
    name: str
    user: str
    query: dict[str, list[str]]

    @property
    def is_dry_run(self) -> bool:
        return "dryRun" in self.query

    @property
    def writes(self) -> bool:
        return self.verb in WRITES and not self.is_dry_run and self.resource in ("serviceentries", "workloadentries")

    def __str__(self) -> str:
        """"list serviceentries", "patch serviceentries mesh/web.service.consul" """
        place = "/".join(part for part in (self.namespace, self.name) if part)
        return " ".join([*filter(None, (self.verb, self.resource, place)), *(["(dry run)"] if self.is_dry_run else [])])


class Asking(list[Asked]):
    """Filled when the `with` of AuditLog.watch() ends."""

    @property
    def words(self) -> list[str]:
        return [str(one) for one in self]

    @property
    def writes(self) -> list[str]:
        return sorted(str(one) for one in self if one.writes)


class AuditLog:
    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def watch(self) -> Iterator[Asking]:
        """`with audit.watch() as asked:`: afterwards it holds what the program has asked for meanwhile, in this order."""
        asked = Asking()
        start = self.path.stat().st_size
        yield asked
        with self.path.open() as log:
            log.seek(start)
            events = (json.loads(line) for line in log)
            asked += [_asked(event) for event in events if event.get("userAgent", "").startswith(PROGRAM)]


def _asked(event: dict[str, Any]) -> Asked:
    what = event.get("objectRef") or {}
    return Asked(event["verb"], what.get("resource", ""), what.get("namespace", ""), what.get("name", ""),
                 event["user"].get("username", ""), parse_qs(urlsplit(event["requestURI"]).query))
