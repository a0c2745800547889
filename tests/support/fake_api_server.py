"""A Kubernetes API server as far as one who keeps ServiceEntries and WorkloadEntries sees it: what it holds is in `store`,
what was asked of it in `calls`, what it answers can be scripted (support/faults.py, support/api_faults.py)."""

from __future__ import annotations

import gzip
import json
import re
import ssl
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import yaml

from support.object_store import GROUP, KINDS, ApiError, Key, ObjectStore
from support.scripted_http import Answer, Request, ScriptedServer, Step
from support.server_side_apply import JsonObject

ADMIN = "admin"
SERVICE_ENTRIES, WORKLOAD_ENTRIES = "serviceentries", "workloadentries"
_OBJECTS = re.compile(rf"/apis/{re.escape(GROUP)}/(v\w+)(?:/namespaces/([^/]+))?/([a-z]+)(?:/([^/]+)(/status)?)?$")
_NAMESPACES = "/api/v1/namespaces/"
_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
_VERBS = {("GET", False): "list", ("GET", True): "get", ("PATCH", True): "patch", ("DELETE", True): "delete",
          ("DELETE", False): "deletecollection", ("POST", False): "create", ("PUT", True): "update"}
_WRITES = ("create", "update", "patch", "delete", "deletecollection")
_COMPRESSED_FROM = 128 * 1024  # bytes, as the real one


@dataclass(frozen=True)
class Asked:
    """A request, in the API's own words."""

    request: Request
    verb: str  # list, get, patch, delete, create, update; of another path its method and the path
    version: str = ""
    plural: str = ""
    namespace: str = ""
    name: str = ""
    continued: bool = False  # a later page of a list
    dry_run: bool = False

    @property
    def writes(self) -> bool:
        return self.verb in _WRITES and not self.dry_run

    @property
    def body(self) -> Any:
        return yaml.load(self.request.body, yaml.CSafeLoader)

    @property
    def key(self) -> Key:
        return Key(self.plural, self.namespace, self.name)

    def fits(self, wanted: dict[str, Any]) -> bool:
        return all(getattr(self, key) == value for key, value in wanted.items())

    def __str__(self) -> str:
        """"list serviceentries", "patch serviceentries mesh/web.consul (dry run)" """
        place = "/".join(part for part in (self.namespace, self.name) if part)
        notes = [note for note, is_so in (("continued", self.continued), ("dry run", self.dry_run)) if is_so]
        return " ".join([*filter(None, (self.verb, self.plural, place)), *([f"({', '.join(notes)})"] if notes else [])])


class FakeApiServer(ScriptedServer):
    """`once(step, verb="patch", name="web")`: the next request that fits is answered by the step; `every(…)`: all of them.
    `tokens`: token → user; empty: everybody is the admin. `versions`: of networking.istio.io; empty: it is not installed."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(tls)
        self.store = ObjectStore()
        self.tokens: dict[str, str] = {}
        self.versions = ["v1", "v1beta1", "v1alpha3"]
        self.git_version = "v1.36.3"
        self.calls: list[Asked] = []
        self.warnings: list[str] = []  # that come with every write
        self.before_write: Callable[[Asked], object] = lambda _asked: None  # what happens in the cluster meanwhile
        self._rules: deque[tuple[dict[str, Any], Step, bool]] = deque()
        self._failing_writes: tuple[int, Step] | None = None
        self._denied: list[tuple[str, str, str]] = []

    # For tests

    def once(self, *steps: Step, **wanted: Any) -> None:
        """The next requests of this kind, one step each. `wanted`: fields of Asked."""
        self._rules.extend((wanted, step, True) for step in steps)

    def every(self, step: Step, **wanted: Any) -> None:
        self._rules.append((wanted, step, False))

    def fail_writes_from(self, number: int, step: Step) -> None:
        """From the `number`-th write on, dry runs included, each is answered by the step."""
        self._failing_writes = (number, step)

    def heal(self) -> None:
        """From now on the usual answers."""
        with self._lock:
            self._rules.clear()
            self._failing_writes = None

    def deny(self, verb: str, plural: str = "*", namespace: str = "*") -> None:
        """RBAC gives this right to nobody. `namespace` empty: not for the whole cluster at once."""
        self._denied.append((verb, plural, namespace))

    def forget(self) -> None:
        """The requests until now are of no interest any more."""
        with self._lock:
            self.calls.clear()
            self.requests.clear()

    def writes(self) -> list[str]:
        """The requests that would change something, sorted."""
        return sorted(str(one) for one in self.calls if one.writes)

    def words(self) -> list[str]:
        """All requests, in their order."""
        return [str(one) for one in self.calls]

    def wait_for(self, count: int = 1, timeout: float = 30, **wanted: Any) -> None:
        """Until that many requests of this kind have come."""
        with self._arrival:
            came = self._arrival.wait_for(lambda: sum(one.fits(wanted) for one in self.calls) >= count, timeout)
            assert came, f"nobody asked for {wanted}; only {self.words()}"

    # The server

    def next_step(self, request: Request) -> Step | None:
        asked = understood(request)
        self.calls.append(asked)
        if self._failing_writes is not None and asked.verb in _WRITES:
            number, step = self._failing_writes
            self._failing_writes = (number - 1, step)
            if number <= 1:
                return step
        for rule in self._rules:
            wanted, step, once = rule
            if asked.fits(wanted):
                if once:
                    self._rules.remove(rule)
                return step
        return None

    def usual(self, request: Request) -> Answer:
        asked = understood(request)
        try:
            status, found = self._answer(asked, self._user(request))
        except ApiError as error:
            return status_answer(error)
        if found is None:
            return Answer(404, b"404 page not found\n", {"Content-Type": "text/plain; charset=utf-8"})
        return self._encoded(status, found, asked)

    def _encoded(self, status: int, found: JsonObject, asked: Asked) -> Answer:
        body = json.dumps(found, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        headers = {"Content-Type": "application/json", "Audit-Id": "0"}
        if asked.verb == "patch" and self.warnings:
            headers["Warning"] = ", ".join(f"299 - {json.dumps(one)}" for one in self.warnings)
        if len(body) > _COMPRESSED_FROM and "gzip" in asked.request.headers.get("Accept-Encoding", ""):
            return Answer(status, gzip.compress(body, 1), {**headers, "Content-Encoding": "gzip"})
        return Answer(status, body, headers)

    def _user(self, request: Request) -> str:
        if not self.tokens:
            return ADMIN
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return "system:anonymous"
        if scheme != "Bearer" or token not in self.tokens:
            raise unauthorized()
        return request.headers.get("Impersonate-User", self.tokens[token])

    def _answer(self, asked: Asked, user: str) -> tuple[int, JsonObject | None]:
        if asked.plural.removesuffix("/status") in KINDS and asked.version in self.versions:
            self._authorize(asked.verb, asked, user)
            return self._object(asked, user)
        path = asked.request.path
        if path == "/version":
            return 200, {"major": "1", "minor": "36", "gitVersion": self.git_version, "platform": "linux/amd64"}
        if path == f"/apis/{GROUP}" and self.versions:
            versions = [{"groupVersion": f"{GROUP}/{one}", "version": one} for one in self.versions]
            return 200, {"kind": "APIGroup", "apiVersion": "v1", "name": GROUP, "versions": versions,
                         "preferredVersion": versions[0]}
        if path == _REVIEWS:
            wanted = asked.body["spec"]["resourceAttributes"]
            allowed = self._allows(wanted["verb"], wanted["resource"], wanted.get("namespace", ""), user)
            return 201, {**asked.body, "metadata": {}, "status": {"allowed": allowed}}
        if path.startswith(_NAMESPACES) and asked.request.method == "GET":
            return 200, self._namespace(path.removeprefix(_NAMESPACES), user)
        return 404, None

    def _namespace(self, name: str, user: str) -> JsonObject:
        details = {"name": name, "kind": "namespaces"}
        if not self._allows("get", "namespaces", name, user):
            raise ApiError(403, "Forbidden", f'namespaces "{name}" is forbidden: User "{user}" cannot get resource "namespaces" '
                           f'in API group "" in the namespace "{name}"', details)
        if name not in self.store.namespaces:
            raise ApiError(404, "NotFound", f'namespaces "{name}" not found', details)
        return {"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": name}, "status": {"phase": "Active"}}

    def _object(self, asked: Asked, user: str) -> tuple[int, JsonObject | None]:
        query = {key: values[0] for key, values in asked.request.query.items()}
        if asked.verb == "list":
            page = self.store.page(asked.plural, asked.namespace, int(query.get("limit", 0)), query.get("continue", ""))
            return 200, served_as(asked.version, page)
        if asked.verb == "get":
            return 200, served_as(asked.version, self.store.get(asked.key))
        self.before_write(asked)
        if asked.verb == "patch":
            return self._patch(asked, query, user)
        if asked.verb == "delete":
            return 200, self.store.delete(asked.key, asked.body.get("preconditions", {}), asked.dry_run)
        if asked.verb == "update" and asked.plural.endswith("/status"):
            key = Key(asked.plural.removesuffix("/status"), asked.namespace, asked.name)
            return 200, self.store.write_status(key, asked.body["status"], query["fieldManager"])
        if asked.verb in ("create", "update"):
            return 201 if asked.verb == "create" else 200, self.store.write(asked.body, query["fieldManager"])
        return 405, None

    def _patch(self, asked: Asked, query: dict[str, str], user: str) -> tuple[int, JsonObject]:
        kind, _, _ = asked.request.headers.get("Content-Type", "").partition(";")
        if kind != "application/apply-patch+yaml":
            raise ApiError(415, "UnsupportedMediaType", "the body of the request was in an unknown format - accepted media "
                           "types include: application/json-patch+json, application/merge-patch+json, "
                           "application/apply-patch+yaml")
        if not query.get("fieldManager"):
            raise _no_field_manager()
        body = asked.body
        if body.get("metadata", {}).get("managedFields"):
            raise ApiError(400, "BadRequest", "metadata.managedFields must be nil")
        if (body.get("apiVersion"), body.get("kind")) != (f"{GROUP}/{asked.version}", KINDS[asked.plural]):
            raise ApiError(400, "BadRequest", f"{body.get('apiVersion')}, {body.get('kind')} does not fit the path")
        if not self.store.has(asked.key):
            self._authorize("create", asked, user)
        made, is_new = self.store.apply(asked.key, body, query["fieldManager"], query.get("force") == "true", asked.dry_run)
        return 201 if is_new else 200, served_as(asked.version, made)

    def _authorize(self, verb: str, asked: Asked, user: str) -> None:
        if not self._allows(verb, asked.plural, asked.namespace, user):
            raise forbidden(verb, asked.key, user)

    def _allows(self, verb: str, plural: str, namespace: str, user: str) -> bool:
        return user != "system:anonymous" and not any(
            one[0] in ("*", verb) and one[1] in ("*", plural) and one[2] in ("*", namespace) for one in self._denied)


def understood(request: Request) -> Asked:
    found = _OBJECTS.match(request.path)
    if found is None:
        return Asked(request, f"{request.method} {request.path}")
    version, namespace, plural, name, status = found.groups(default="")
    return Asked(request, _VERBS.get((request.method, bool(name)), request.method), version, plural + status, namespace, name,
                 "continue" in request.query, _is_dry_run(request))


def _is_dry_run(request: Request) -> bool:
    """A DELETE with a body has its options there, and its query is not looked at: measured, the object is gone."""
    if request.method == "DELETE" and request.body:
        return "All" in json.loads(request.body).get("dryRun", [])
    return request.query.get("dryRun") == ["All"]


def served_as(version: str, found: JsonObject) -> JsonObject:
    """The same object or list in another version of the API: the schemas are the same."""
    changed = {**found, "apiVersion": f"{GROUP}/{version}"}
    if "items" in found:
        changed["items"] = [served_as(version, item) for item in found["items"]]
    return changed


def status_answer(error: ApiError) -> Answer:
    body = json.dumps(error.body, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    return Answer(error.code, body, {"Content-Type": "application/json", **error.headers})


def unauthorized() -> ApiError:
    return ApiError(401, "Unauthorized", "Unauthorized")


def _no_field_manager() -> ApiError:
    cause = {"reason": "FieldValueRequired", "message": "Required value: is required for apply patch", "field": "fieldManager"}
    return ApiError(422, "Invalid", f'PatchOptions.meta.k8s.io "" is invalid: fieldManager: {cause["message"]}',
                    {"group": "meta.k8s.io", "kind": "PatchOptions", "causes": [cause]})


def forbidden(verb: str, key: Key, user: str = ADMIN) -> ApiError:
    scope = f'in the namespace "{key.namespace}"' if key.namespace else "at the cluster scope"
    what = key.display if key.name else f"{key.plural}.{GROUP}"
    details = {name: value for name, value in key.details.items() if value}
    return ApiError(403, "Forbidden", f'{what} is forbidden: User "{user}" cannot {verb} resource "{key.plural}" in API group '
                    f'"{GROUP}" {scope}', details)
