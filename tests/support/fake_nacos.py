"""A Nacos as far as one who reads its services sees it, of any version: what it knows is registered, what it answers can be
scripted (support/faults.py). The answers are word for word those of a real 2.3.2 (held by tests/real/test_nacos_facts.py) and of
a real 3.1."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from support.program import SECRET
from support.scripted_http import Answer, Request, ScriptedServer, Step

JsonObject = dict[str, Any]

CATALOG, ADMIN = "v1/ns/catalog/services", "v3/admin/ns/service/list"
LIST_V1, LIST_V2 = "v1/ns/service/list", "v2/ns/service/list"
HOSTS_V1, HOSTS_V2 = "v1/ns/instance/list", "v2/ns/instance/list"
SERVICE_V1, SERVICE_V2, SERVICE_V3 = "v1/ns/service", "v2/ns/service", "v3/admin/ns/service"
NAMESPACES_V1, NAMESPACES_V3 = "v1/console/namespaces", "v3/admin/core/namespace/list"
LOGIN_V1_OLD, LOGIN_V1, LOGIN_V3 = "v1/auth/login", "v1/auth/users/login", "v3/auth/user/login"

# What each version answers; what is named in GONE and not here is 410, the rest 404.
VERSIONS = {
    "1.4": {CATALOG, LIST_V1, HOSTS_V1, SERVICE_V1, NAMESPACES_V1, LOGIN_V1, LOGIN_V1_OLD},
    "2.3": {CATALOG, LIST_V1, HOSTS_V1, SERVICE_V1, NAMESPACES_V1, LOGIN_V1, LOGIN_V1_OLD, LIST_V2, HOSTS_V2, SERVICE_V2},
    "3.1": {ADMIN, SERVICE_V3, NAMESPACES_V3, LOGIN_V3, LIST_V1, HOSTS_V1},
    "3.2": {ADMIN, SERVICE_V3, NAMESPACES_V3, LOGIN_V3},
    "open v1": {LIST_V1, HOSTS_V1},  # servers of others that speak Nacos's API
    "open v2": {LIST_V2, HOSTS_V2},
}
GONE = {"3.1": {CATALOG, SERVICE_V1, NAMESPACES_V1, LIST_V2, HOSTS_V2, SERVICE_V2}}
LOGINS = {LOGIN_V1_OLD, LOGIN_V1, LOGIN_V3}


@dataclass
class FakeService:
    group: str
    name: str
    threshold: float = 0.0
    metadata: dict[str, str] = field(default_factory=dict)
    clusters: dict[str, list[JsonObject]] = field(default_factory=dict)
    described: bool = False  # somebody set its threshold or metadata; of others a real Nacos protects none

    @property
    def hosts(self) -> list[JsonObject]:
        return [host for hosts in self.clusters.values() for host in hosts]


class FakeNacos(ScriptedServer):
    """A server of `version`. `user`: "name:password" that has to log in, and gets tokens for `uses` requests each; `identity`:
    a header and its value that every request must have; `cap`: the most names that a list gives at once."""

    def __init__(self, version: str = "2.3", *, context: str = "/nacos", user: str = "", uses: int = 10**9, ttl: int = 18000,
                 identity: tuple[str, str] | None = None, cap: int = 10**9, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(tls)
        self.version = version
        self.user = user
        self.uses = uses
        self.ttl = ttl
        self.cap = cap
        self.tokens: dict[str, int] = {}  # token → requests that it is still good for
        self.namespaces: dict[str, list[FakeService]] = {"public": []}
        self._context = context
        self._identity = identity

    # What is registered

    def register(self, name: str, ip: str = "10.0.0.1", port: int = 8080, *, group: str = "DEFAULT_GROUP",
                 namespace: str = "public", cluster: str = "DEFAULT", **fields: Any) -> JsonObject:
        """Adds an instance and returns it; `fields`: weight, healthy, enabled, ephemeral, metadata."""
        host = {"ip": ip, "port": port, "weight": 1.0, "healthy": True, "enabled": True, "ephemeral": True,
                "clusterName": cluster, "serviceName": f"{group}@@{name}", "metadata": {}, **fields}
        self._service(name, group, namespace).clusters.setdefault(cluster, []).append(host)
        return host

    def service(self, name: str, *, group: str = "DEFAULT_GROUP", namespace: str = "public",
                **fields: Any) -> FakeService:
        """The service, made where there is none, as an operator does; `fields`: threshold, metadata."""
        found = self._service(name, group, namespace)
        for key, value in {"described": True, **fields}.items():
            setattr(found, key, value)
        return found

    def _service(self, name: str, group: str, namespace: str) -> FakeService:
        services = self.namespaces.setdefault(namespace, [])
        found = next((one for one in services if (one.group, one.name) == (group, name)), None)
        if found is None:
            found = FakeService(group, name)
            services.append(found)
        return found

    def deregister(self, name: str, *, group: str = "DEFAULT_GROUP", namespace: str = "public") -> None:
        services = self.namespaces[namespace]
        services[:] = [one for one in services if (one.group, one.name) != (group, name)]

    # What is scripted: the list without instances and the pages with them have one path

    def next_step(self, request: Request) -> Step | None:
        for key in self._keys(request):
            steps = self._steps[key]
            if steps:
                return steps.popleft()
            if key in self._always:
                return self._always[key]
        return None

    def _keys(self, request: Request) -> list[str]:
        path = request.path.removeprefix(f"{self._context}/")
        if path not in VERSIONS[self.version]:
            return [path]  # what is scripted for a list is not for one that is not there
        if path in (LIST_V1, LIST_V2):
            return [path, "list"]
        if path in (CATALOG, ADMIN):
            if request.query.get("withInstances") != ["true"]:
                return [path, "list"]
            return [f"page {request.query['pageNo'][0]}", "page"]
        if path in (HOSTS_V1, HOSTS_V2):
            return [path, f"hosts {request.query['serviceName'][0]}"]
        return [path]

    def kinds(self) -> list[str]:
        """What was asked for, in order: "list", "page 1", "hosts pay", or the path."""
        return [self._keys(request)[-1] if self._keys(request)[-1] == "list" else
                next(key for key in self._keys(request) if key not in (HOSTS_V1, HOSTS_V2)) for request in self.requests]

    # What is answered

    def usual(self, request: Request) -> Answer:
        path = request.path.removeprefix(f"{self._context}/")
        if not request.path.startswith(f"{self._context}/"):
            return Answer(404, b"<!doctype html><html lang=\"en\"><head><title>HTTP Status 404</title></head></html>")
        if path not in VERSIONS[self.version]:
            return _gone(request.path) if path in GONE.get(self.version, ()) else _absent(request.path)
        if self._identity and request.headers.get(self._identity[0]) != self._identity[1]:
            return Answer(403, b'{"timestamp":"2026-11-22T14:56:23.733+00:00","status":403,"error":"Forbidden",'
                               b'"message":"user not found!","path":"/nacos/"}', JSON)
        if path in LOGINS:
            return self._log_in(request)
        if self.user and not self._is_let_in(request):
            return Answer(403, b'{"timestamp":"2026-11-22T14:56:23.733+00:00","status":403,"error":"Forbidden",'
                               b'"message":"token expired!","path":"/nacos/"}', JSON)
        return self._answer(path, {key: values[0] for key, values in request.query.items()})

    def _log_in(self, request: Request) -> Answer:
        form = {key: values[0] for key, values in parse_qs(request.body.decode()).items()}
        if request.method != "POST":
            return Answer(405)
        if self.user and f"{form.get('username')}:{form.get('password')}" != self.user:
            if self.version.startswith("3"):
                return Answer(500, b"caused: User not found! Please check user exist or password is right!;")
            return Answer(403, b"unknown user!")
        token = f"{SECRET}token-{len(self.tokens) + 1}"
        self.tokens[token] = self.uses
        return _json({"accessToken": token, "tokenTtl": self.ttl, "globalAdmin": True, "username": form.get("username")})

    def _is_let_in(self, request: Request) -> bool:
        token = (request.headers.get("Authorization") or "").removeprefix("Bearer ")
        with self._lock:
            left = self.tokens.get(token, 0)
            self.tokens.update({token: left - 1} if left else {})
        return left > 0

    def _answer(self, path: str, query: Mapping[str, str]) -> Answer:
        services = self.namespaces.get(query.get("namespaceId") or "public", [])
        if path in (NAMESPACES_V1, NAMESPACES_V3):
            return self._list_namespaces(path)
        if path in (CATALOG, ADMIN):
            return self._catalog(path, query, services)
        if path in (LIST_V1, LIST_V2):
            named = [one.name for one in services if one.group == query.get("groupName", "DEFAULT_GROUP")]
            page = self._page(named, query)
            return _json({"count": len(named), "doms": page} if path == LIST_V1 else
                         _success({"count": len(named), "services": page}))
        key = (query.get("groupName", "DEFAULT_GROUP"), query["serviceName"])
        found = next((one for one in services if (one.group, one.name) == key), None)
        if path in (HOSTS_V1, HOSTS_V2):
            answer = _hosts(found or FakeService(*key))
            return _json(answer if path == HOSTS_V1 else _success(answer))
        if found is None:
            text = f"service not found, namespace: public, serviceName: {'@@'.join(key)}"
            return Answer(500, f"caused: {text};".encode()) if path == SERVICE_V1 else _error(404, 21008, text)
        return _json(_detail(found) if path == SERVICE_V1 else _success(_detail(found)))

    def _list_namespaces(self, path: str) -> Answer:
        old = path == NAMESPACES_V1
        data = [{"namespace": "" if old and name == "public" else name, "namespaceShowName": name, "namespaceDesc": None,
                 "quota": 200, "configCount": 0, "type": 0} for name in self.namespaces]
        return _json({"code": 200 if old else 0, "message": None if old else "success", "data": data})

    def _catalog(self, path: str, query: Mapping[str, str], services: list[FakeService]) -> Answer:
        whole = query.get("withInstances") == "true"
        fit = path == CATALOG and len(services) < min(int(query["pageSize"]), self.cap)
        page = services if fit else self._page(services, query)  # what fits on one page is on every page
        items = [(_with_instances if whole else _view)(one, path == ADMIN) for one in page]
        if path == ADMIN:
            size = int(query["pageSize"])
            return _json(_success({"totalCount": len(services), "pageNumber": int(query["pageNo"]),
                                   "pagesAvailable": -(-len(services) // size), "pageItems": items}))
        return _json(items if whole else {"count": len(services), "serviceList": items})

    def _page(self, items: list[Any], query: Mapping[str, str]) -> list[Any]:
        size = min(int(query["pageSize"]), self.cap)
        first = (int(query["pageNo"]) - 1) * size
        return items[first:first + size]


JSON = {"Content-Type": "application/json"}


def _json(value: Any) -> Answer:
    return Answer(200, json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode(), JSON)


def _success(data: Any) -> JsonObject:
    return {"code": 0, "message": "success", "data": data}


def _error(status: int, code: int, text: str) -> Answer:
    return Answer(status, json.dumps({"code": code, "message": "service not exist", "data": text}).encode(), JSON)


def _absent(path: str) -> Answer:
    return Answer(404, json.dumps({"timestamp": "2026-11-22T14:56:23.733+00:00", "status": 404, "error": "Not Found",
                                   "message": "No message available", "path": path}).encode(), JSON)


def _gone(path: str) -> Answer:
    text = ('{"code":40000,"message":"Current API will be deprecated, please use API(s) `GET ${contextPath:nacos}/v3/admin/ns/'
            'instance/list` instead, or set `nacos.core.api.compatibility.admin.enabled=true` in application.properties."}')
    return Answer(410, json.dumps({"timestamp": "2026-11-22T14:56:23.733+00:00", "status": 410, "error": "Gone",
                                   "message": text, "path": path}).encode(), JSON)


def _view(service: FakeService, _new: bool) -> JsonObject:
    healthy = sum(host["healthy"] for host in service.hosts)
    reached = bool(service.hosts) and healthy / len(service.hosts) <= service.threshold
    return {"name": service.name, "groupName": service.group, "clusterCount": len(service.clusters), "ipCount": len(service.hosts),
            "healthyInstanceCount": healthy, "triggerFlag": "true" if reached else "false"}


def _with_instances(service: FakeService, new: bool) -> JsonObject:
    """2.3.2 does not fill the threshold in."""
    extra = {"healthyCheckPort": 80, "useInstancePortForCheck": True} if new else {}
    clusters = {name: {"clusterName": None, "healthChecker": None, **extra, "metadata": None,
                       "hosts": [_new_host(host) if new else _old_host(host) for host in hosts]}
                for name, hosts in service.clusters.items()}
    return {"namespaceId" if new else "namespace": None, "serviceName": service.name, "groupName": service.group,
            "clusterMap": clusters, "metadata": service.metadata, "protectThreshold": 0.0, "selector": None,
            "ephemeral": None}


def _old_host(host: JsonObject) -> JsonObject:
    return {"valid": host["healthy"], **{key: host[key] for key in ("metadata", "port", "ip", "weight", "enabled")}}


def _new_host(host: JsonObject) -> JsonObject:
    said = host["metadata"]
    return {**host, "instanceHeartBeatInterval": 5000,
            "instanceHeartBeatTimeOut": int(said.get("preserved.heart.beat.timeout", 15000)),
            "ipDeleteTimeout": int(said.get("preserved.ip.delete.timeout", 30000))}


def _hosts(service: FakeService) -> JsonObject:
    """For a client: without what is disabled, and all of it healthy where too little is."""
    hosts = [{"instanceId": f"{one['ip']}#{one['port']}#{one['clusterName']}#{service.group}@@{service.name}", **_new_host(one),
              **({} if one["metadata"] else {"instanceIdGenerator": "simple"})}
             for one in service.hosts if one["enabled"]]
    healthy = sum(host["healthy"] for host in hosts)
    reached = service.described and bool(hosts) and healthy / len(hosts) <= service.threshold
    return {"name": f"{service.group}@@{service.name}", "groupName": service.group, "clusters": "", "cacheMillis": 10000,
            "hosts": [{**host, "healthy": True} for host in hosts] if reached else hosts, "lastRefTime": 1795856904848,
            "checksum": "", "allIPs": False, "reachProtectionThreshold": reached, "valid": True}


def _detail(service: FakeService) -> JsonObject:
    return {"namespaceId": "public", "groupName": service.group, "name": service.name,
            "protectThreshold": service.threshold, "metadata": service.metadata,
            "selector": {"type": "none", "contextType": "NONE"},
            "clusters": [{"name": name, "healthChecker": {"type": "TCP"}, "metadata": {}} for name in service.clusters]}
