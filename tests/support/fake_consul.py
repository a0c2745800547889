"""A Consul agent as far as one who reads its catalog sees it: what it knows is registered, what it answers can be
scripted (support/faults.py)."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from support.scripted_http import Answer, Request, ScriptedServer, Step

JsonObject = dict[str, Any]

HEADERS = {
    "Content-Type": "application/json", "X-Consul-Index": "42", "X-Consul-KnownLeader": "true",
    "X-Consul-LastContact": "0", "X-Consul-Effective-Consistency": "leader",
}


def list_path(prefix: str = "") -> str:
    return f"{prefix}/v1/catalog/services"


def detail_path(service: str, prefix: str = "") -> str:
    return f"{prefix}/v1/health/service/{service}"


class FakeConsul(ScriptedServer):
    """An agent of `datacenter` that knows of others. `token`: what a request must carry; `prefix`: of every path;
    `emulator`: without the service `consul`; `enterprise`: knows namespaces and partitions."""

    def __init__(self, datacenter: str = "dc1", *, token: str = "", prefix: str = "", emulator: bool = False,
                 enterprise: bool = False, tls: ssl.SSLContext | None = None, unix_socket: Path | None = None) -> None:
        super().__init__(tls, unix_socket)
        self.datacenter = datacenter
        self.token = token
        self.headers = dict(HEADERS)
        self.peerings: dict[str, JsonObject] = {}
        self._prefix = prefix
        self._emulator = emulator
        self._enterprise = enterprise
        self._catalogs: dict[str, dict[str, list[JsonObject]]] = {}
        self._imported: dict[str, dict[str, list[JsonObject]]] = {}
        self.add_datacenter(datacenter)

    def add_datacenter(self, name: str) -> None:
        self._catalogs[name] = {}
        if not self._emulator:
            self.register("consul", "10.255.0.1", 8300, datacenter=name)

    def register(self, name: str, address: str = "10.0.0.1", port: int = 8080, *, datacenter: str = "", peer: str = "",
                 **fields: Any) -> JsonObject:
        """Adds an instance and returns it as it will be answered. `fields`: those of `instance`."""
        catalog = self._imported.setdefault(peer, {}) if peer else self._catalogs[datacenter or self.datacenter]
        entries = catalog.setdefault(name, [])
        entries.append(instance(name, address, port, datacenter=datacenter or self.datacenter,
                                **{"id": f"{name}-{len(entries) + 1}", **fields}))
        return entries[-1]

    def entries(self, name: str) -> list[JsonObject]:
        """What the agent's own datacenter has under this name."""
        return _named(self._catalogs[self.datacenter], name)

    def deregister(self, name: str, datacenter: str = "") -> None:
        del self._catalogs[datacenter or self.datacenter][name]

    def add_peering(self, name: str, state: str = "ACTIVE") -> None:
        self.peerings[name] = {"Name": name, "State": state,
                               "StreamStatus": {"ImportedServices": sorted(self._imported.get(name, {}))}}

    def script_list(self, *steps: Step) -> None:
        self.script(list_path(self._prefix), *steps)

    def script_detail(self, service: str, *steps: Step) -> None:
        self.script(detail_path(service, self._prefix), *steps)

    def always_list(self, step: Step) -> None:
        self.always(list_path(self._prefix), step)

    def always_detail(self, service: str, step: Step) -> None:
        self.always(detail_path(service, self._prefix), step)

    def lists(self) -> list[Request]:
        return self.asked(list_path(self._prefix))

    def details(self, service: str = "") -> list[Request]:
        """The requests for one service's instances, or for any service's."""
        if service:
            return self.asked(detail_path(service, self._prefix))
        return [request for request in self.requests if request.path.startswith(detail_path("", self._prefix))]

    def usual(self, request: Request) -> Answer:
        if self.token and request.headers.get("X-Consul-Token") != self.token:
            return Answer(403, b"Permission denied: token with AccessorID '0' lacks permission", {})
        if not self._enterprise and ("ns" in request.query or "partition" in request.query):
            return Answer(400, b'Invalid query parameter: "ns" - Namespaces are a Consul Enterprise feature', {})
        datacenter = request.query.get("dc", [self.datacenter])[0]
        if datacenter not in self._catalogs:
            return Answer(500, b"No path to datacenter", {})
        found = self._resource(request, datacenter)
        return Answer(404, b"404 page not found") if found is None else Answer(200, _json(found), self.headers)

    def _resource(self, request: Request, datacenter: str) -> Any:
        path = request.path.removeprefix(self._prefix)
        catalog = self._catalogs[datacenter]
        if path == list_path():
            return {name: _union_of_tags(entries) for name, entries in catalog.items()}
        if path.startswith(detail_path("")):
            peer = request.query.get("peer", [""])[0]
            return _named(self._imported.get(peer, {}) if peer else catalog, path.removeprefix(detail_path("")))
        if path == "/v1/catalog/datacenters":
            return list(self._catalogs)
        if path == "/v1/agent/self":
            return {"Config": {"Datacenter": self.datacenter, "NodeName": "node-1", "Version": "1.21.4"}, "Member": {}}
        return self.peerings.get(path.removeprefix("/v1/peering/"))


def instance(service: str, address: str, port: int, *, id: str, datacenter: str, node: str = "node-1",
             node_address: str = "10.255.1.1", status: str = "passing", tags: Sequence[str] = (),
             meta: Mapping[str, str] | None = None, weights: tuple[int, int] = (1, 1), kind: str = "",
             checks: Sequence[JsonObject] = ()) -> JsonObject:
    """An entry of /v1/health/service. `checks` come on top of the service's own, which is in `status`."""
    own = {"Node": node, "CheckID": f"service:{id}", "Name": "own", "Status": status, "ServiceID": id,
           "ServiceName": service}
    return {
        "Node": {"ID": "", "Node": node, "Address": node_address, "Datacenter": datacenter, "TaggedAddresses": None,
                 "Meta": None},
        "Service": {"ID": id, "Service": service, "Tags": list(tags), "Address": address, "Meta": dict(meta or {}),
                    "Port": port, "Weights": {"Passing": weights[0], "Warning": weights[1]},
                    **({"Kind": kind} if kind else {})},
        "Checks": [own, *checks],
    }


def _named(catalog: dict[str, list[JsonObject]], name: str) -> list[JsonObject]:
    """Consul does not tell names apart by case."""
    return [entry for other, entries in catalog.items() if other.lower() == name.lower() for entry in entries]


def _union_of_tags(entries: Sequence[JsonObject]) -> list[str]:
    return sorted({tag for entry in entries for tag in entry["Service"]["Tags"] or ()})


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()
