"""The ServiceEntries and WorkloadEntries of a cluster, as an API server keeps them: versions, pages, preconditions, and who
owns which field. What it refuses is raised as the Status that a client gets."""

from __future__ import annotations

import base64
import copy
import json
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from support.server_side_apply import Conflicts, JsonObject, Manager, applied, path_text, updated, with_status

GROUP = "networking.istio.io"
PLURALS = {"ServiceEntry": "serviceentries", "WorkloadEntry": "workloadentries"}
KINDS = {plural: kind for kind, plural in PLURALS.items()}
TIME = "2026-01-02T03:04:05Z"
CLIENT_SIDE_APPLY = "kubectl-client-side-apply"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


class ApiError(Exception):
    """A Status that is no success. `headers` go with it."""

    def __init__(self, code: int, reason: str, message: str, details: JsonObject | None = None,
                 headers: Mapping[str, str] | None = None, metadata: JsonObject | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.headers = dict(headers or {})
        self.body = {"kind": "Status", "apiVersion": "v1", "metadata": metadata or {}, "status": "Failure",
                     "message": message, **({"reason": reason} if reason else {}), **({"details": details} if details else {}),
                     "code": code}


@dataclass(frozen=True, order=True)
class Key:
    plural: str
    namespace: str
    name: str

    @property
    def details(self) -> JsonObject:
        return {"name": self.name, "group": GROUP, "kind": self.plural}

    @property
    def display(self) -> str:
        return f'{self.plural}.{GROUP} "{self.name}"'


class ObjectStore:
    """All calls may come from any thread. What is handed out is a copy."""

    def __init__(self) -> None:
        self.namespaces = {"default", "mesh"}
        self.version = 100  # as resourceVersion counts
        self.page_size = 500  # at most that many, whatever a client asks for
        self._objects: dict[Key, JsonObject] = {}
        self._pages: dict[int, list[JsonObject]] = {}  # what lists that are under way are a page of, by version
        self._lock = threading.RLock()

    # What tests look at

    def objects(self, kind: str = "", namespace: str = "") -> list[JsonObject]:
        """By kind, namespace and name."""
        with self._lock:
            return [copy.deepcopy(value) for key, value in sorted(self._objects.items())
                    if kind in ("", KINDS[key.plural]) and namespace in ("", key.namespace)]

    def get(self, key: Key) -> JsonObject:
        with self._lock:
            if key not in self._objects:
                raise _not_found(key)
            return copy.deepcopy(self._objects[key])

    def has(self, key: Key) -> bool:
        with self._lock:
            return key in self._objects

    # What clients do

    def page(self, plural: str, namespace: str, limit: int, token: str) -> JsonObject:
        """A page of a list: all of them are of one version."""
        with self._lock:
            version, start = _read_token(token) if token else (self.version, "")
            if version not in self._pages:
                self._pages[version] = self.objects()
            items = [value for value in self._pages[version]
                     if PLURALS[value["kind"]] == plural and namespace in ("", value["metadata"]["namespace"])]
            items = [value for value in items if _place(value) > start]
            page = items[:min(limit, self.page_size)] if limit else items
            more = len(items) - len(page)
            token = _token(version, _place(page[-1])) if more else ""
            metadata = {"continue": token, "resourceVersion": str(version),
                        **({"remainingItemCount": more} if more else {})}
            return {"apiVersion": f"{GROUP}/v1", "items": page, "kind": f"{KINDS[plural]}List", "metadata": metadata}

    def apply(self, key: Key, body: JsonObject, manager: str, force: bool = False,
              dry_run: bool = False) -> tuple[JsonObject, bool]:
        """Server-side apply: the object as it is then, and whether it is new. The rules of preconditions are a real
        server's: a resourceVersion alone does not keep an object that is gone from being made anew, a uid does."""
        wanted = body.get("metadata", {})
        with self._lock:
            live = self._objects.get(key)
            self._check_namespace(key)
            if live is None and wanted.get("uid"):
                raise _conflict(key, f"uid mismatch: the provided object specified uid {wanted['uid']}, and no existing "
                                     "object was found")
            if live is not None:
                _check_versions(key, live, wanted)
            start = live if live is not None else _blank(key)
            by = Manager(manager, "Apply", body.get("apiVersion", f"{GROUP}/v1"), TIME, set())
            try:
                made = applied(start, body, by, force)
            except Conflicts as conflicts:
                raise _apply_conflict(conflicts) from None
            return self._keep(key, live, made, dry_run), live is None

    def delete(self, key: Key, preconditions: JsonObject, dry_run: bool = False) -> JsonObject:
        with self._lock:
            if key not in self._objects:
                raise _not_found(key)
            metadata = self._objects[key]["metadata"]
            for field, title in (("uid", "UID"), ("resourceVersion", "ResourceVersion")):
                if preconditions.get(field, metadata[field]) != metadata[field]:
                    raise _precondition(key, title, preconditions[field], metadata[field])
            if not dry_run:
                self.version += 1
                del self._objects[key]
            return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success",
                    "details": {**key.details, "uid": metadata["uid"]}}

    # What others do

    def write(self, value: JsonObject, manager: str = "kubectl-edit") -> JsonObject:
        """A PUT or POST by this manager: the object is this one then."""
        key = _key(value)
        with self._lock:
            live = self._objects.get(key)
            by = Manager(manager, "Update", f"{GROUP}/v1", TIME, set())
            return self._keep(key, live, updated(live or _blank(key), value, by))

    def edit(self, key: Key, change: Callable[[JsonObject], object], manager: str = "kubectl-edit") -> JsonObject:
        """`change` alters the object in place, as somebody does in `kubectl edit`."""
        with self._lock:
            value = self.get(key)
            change(value)
            return self.write(value, manager)

    def kubectl_apply(self, value: JsonObject) -> JsonObject:
        """A plain, client-side `kubectl apply`: an update with a copy of itself in an annotation. Labels and annotations of
        others stay."""
        key = _key(value)
        with self._lock:
            live = self._objects.get(key) or _blank(key)
            metadata = value["metadata"]
            annotations = {**live["metadata"].get("annotations", {}), **metadata.get("annotations", {}),
                           LAST_APPLIED: json.dumps(value, sort_keys=True) + "\n"}
            labels = {**live["metadata"].get("labels", {}), **metadata.get("labels", {})}
            return self.write({**value, "metadata": {**metadata, "annotations": annotations, "labels": labels}},
                              CLIENT_SIDE_APPLY)

    def write_status(self, key: Key, status: JsonObject | None = None, manager: str = "pilot-discovery") -> JsonObject:
        """As istiod does: the resourceVersion moves, the generation does not."""
        with self._lock:
            live = self._objects[key]
            by = Manager(manager, "Update", f"{GROUP}/v1", TIME, set(), "status")
            return self._keep(key, live, with_status(live, status or {"addresses": [{"value": "240.240.0.1"}]}, by))

    def remove(self, key: Key) -> None:
        self.delete(key, {})

    def _keep(self, key: Key, live: JsonObject | None, made: JsonObject, dry_run: bool = False) -> JsonObject:
        """Gives the object what the server sets, and keeps it; one that is as it was stays so."""
        if live is not None and made is live:
            return copy.deepcopy(live)
        metadata = made["metadata"]
        if live is None:
            metadata.update(uid=str(uuid.uuid4()), generation=1, creationTimestamp=TIME)
        elif made["spec"] != live["spec"]:
            metadata["generation"] += 1
        if not dry_run:
            self.version += 1
            metadata["resourceVersion"] = str(self.version)
            self._objects[key] = made
        return copy.deepcopy(made)

    def _check_namespace(self, key: Key) -> None:
        if key.namespace not in self.namespaces:
            raise ApiError(404, "NotFound", f'namespaces "{key.namespace}" not found',
                           {"name": key.namespace, "kind": "namespaces"})


def _key(value: JsonObject) -> Key:
    return Key(PLURALS[value["kind"]], value["metadata"]["namespace"], value["metadata"]["name"])


def _blank(key: Key) -> JsonObject:
    return {"apiVersion": f"{GROUP}/v1", "kind": KINDS[key.plural],
            "metadata": {"name": key.name, "namespace": key.namespace}, "spec": {}}


def _check_versions(key: Key, live: JsonObject, wanted: JsonObject) -> None:
    metadata = live["metadata"]
    if wanted.get("resourceVersion", metadata["resourceVersion"]) != metadata["resourceVersion"]:
        raise _conflict(key, "the object has been modified; please apply your changes to the latest version and try again")
    if wanted.get("uid", metadata["uid"]) != metadata["uid"]:
        raise invalid(key, "metadata.uid", f'Invalid value: "{wanted["uid"]}": field is immutable')


def invalid(key: Key, field: str, message: str) -> ApiError:
    kind = KINDS[key.plural]
    return ApiError(422, "Invalid", f'{kind}.{GROUP} "{key.name}" is invalid: {field}: {message}', {
        **key.details, "kind": kind, "causes": [{"reason": "FieldValueInvalid", "message": message, "field": field}]})


def _not_found(key: Key) -> ApiError:
    return ApiError(404, "NotFound", f"{key.display} not found", key.details)


def _conflict(key: Key, why: str) -> ApiError:
    return ApiError(409, "Conflict", f"Operation cannot be fulfilled on {key.display}: {why}", key.details)


def _precondition(key: Key, title: str, wanted: str, found: str) -> ApiError:
    kind = KINDS[key.plural]
    advice = ("The object might have been deleted and then recreated" if title == "UID"
              else "The object might have been modified")
    return ApiError(409, "Conflict", f'Operation cannot be fulfilled on {kind}.{GROUP} "{key.name}": the {title} in the '
                    f"precondition ({wanted}) does not match the {title} in record ({found}). {advice}",
                    {**key.details, "kind": kind})


def _apply_conflict(conflicts: Conflicts) -> ApiError:
    by_manager: dict[str, list[str]] = {}
    for manager, path in sorted(conflicts.found, key=lambda one: (str(one[0]), one[1])):
        by_manager.setdefault(str(manager), []).append(path_text(path))
    count = len(conflicts.found)
    if count == 1:
        ((only, (field,)),) = by_manager.items()
        message = f"Apply failed with 1 conflict: conflict with {only}: {field}"
    else:
        message = f"Apply failed with {count} conflicts: " + "\n".join(
            f"conflicts with {manager}:" + "".join(f"\n- {path}" for path in paths) for manager, paths in by_manager.items())
    causes = [{"reason": "FieldManagerConflict", "message": f"conflict with {manager}", "field": path}
              for manager, paths in by_manager.items() for path in paths]
    return ApiError(409, "Conflict", message, {"causes": causes})


def _place(value: JsonObject) -> str:
    return f"/{value['metadata']['namespace']}/{value['metadata']['name']}\0"


def _token(version: int, start: str) -> str:
    text = json.dumps({"v": "meta.k8s.io/v1", "rv": version, "start": start}, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_token(token: str) -> tuple[int, str]:
    try:
        read = json.loads(base64.urlsafe_b64decode(token + "=="))
        return read["rv"], read["start"]
    except ValueError:
        raise ApiError(400, "BadRequest", "invalid continue token: continue key is not valid") from None
