"""A Nomad agent as far as one who reads its services sees it: what it knows is registered, what it answers can be scripted
(support/faults.py)."""

from __future__ import annotations

import json
import ssl
from typing import Any

from support.scripted_http import Answer, Request, ScriptedServer

JsonObject = dict[str, Any]

LIST = "/v1/services"


def detail_path(service: str) -> str:
    return f"/v1/service/{service}"


class FakeNomad(ScriptedServer):
    """`token`: what a request must carry; `readable`: the namespaces that it may read, where it may not read all."""

    def __init__(self, *, token: str = "", readable: frozenset[str] | None = None, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(tls)
        self.token = token
        self.readable = readable
        self._namespaces: dict[str, dict[str, list[JsonObject]]] = {}

    def register(self, name: str, address: str = "10.0.0.1", port: int = 8080, *, namespace: str = "default",
                 tags: list[str] | None = None) -> None:
        found = self._namespaces.setdefault(namespace, {}).setdefault(name, [])
        allocation = f"{len(found) + 1:08}-26f6-619f-9c9f-5e46d1104395"
        # Not in the order of their ids, as Nomad's answers are in none that means anything.
        found.insert(0, {
            "Address": address, "AllocID": allocation, "CreateIndex": 14, "Datacenter": "dc1",
            "ID": f"_nomad-task-{allocation}-{name}", "JobID": name, "ModifyIndex": 24, "Namespace": namespace,
            "NodeID": "7406e90b-de16-d118-80fe-60d0f2730cb3", "Port": port, "ServiceName": name, "Tags": tags})

    def deregister(self, name: str, namespace: str = "default") -> None:
        del self._namespaces[namespace][name]
        if not self._namespaces[namespace]:
            del self._namespaces[namespace]

    def usual(self, request: Request) -> Answer:
        if self.token and request.headers.get("X-Nomad-Token") not in (None, self.token):
            return Answer(403, b"ACL token not found")
        anonymous = self.token and request.headers.get("X-Nomad-Token") is None
        namespace = request.query.get("namespace", ["default"])[0]
        visible = {name: services for name, services in self._namespaces.items()
                   if not anonymous and (self.readable is None or name in self.readable)}
        if namespace != "*" and (anonymous or (self.readable is not None and namespace not in self.readable)):
            return Answer(403, b"Permission denied")
        wanted = {name: services for name, services in visible.items() if namespace in ("*", name)}
        if request.path == LIST:
            return _json([{"Namespace": name, "Services": [_stub(service, found) for service, found in services.items()]}
                          for name, services in reversed(wanted.items())])
        if request.path.startswith(detail_path("")):
            name = request.path.removeprefix(detail_path(""))
            return _json([one for services in wanted.values() for one in services.get(name, [])])
        return Answer(404, b"Invalid URL")


def _stub(name: str, found: list[JsonObject]) -> JsonObject:
    return {"ServiceName": name, "Tags": sorted({tag for one in found for tag in one["Tags"] or ()})}


def _json(value: Any) -> Answer:
    return Answer(200, json.dumps(value).encode(), {"Content-Type": "application/json", "X-Nomad-Index": "42",
                                                   "X-Nomad-KnownLeader": "true", "X-Nomad-LastContact": "0"})
