"""Who owns which field of a ServiceEntry or WorkloadEntry, as a Kubernetes API server keeps it (structured-merge-diff): pure
functions over objects and their managedFields. Compared with a real one by tests/real/test_fake_api_server.py."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

JsonObject = dict[str, Any]

# A path is a tuple of FieldsV1's own steps: ("f:spec", "f:ports", 'k:{"name":"http"}', "f:number"). With "." at its end it is
# the list item or the map itself.
Path = tuple[str, ...]
Leaves = dict[Path, Any]
ITSELF = "."
_MISSING = object()

# The one list of these kinds that is a map: its items are found by a key, and owned one by one. Every other list is atomic.
_PORTS: Path = ("f:spec", "f:ports")
_SELECTOR: Path = ("f:spec", "f:workloadSelector")
_MAPS = {("f:metadata", "f:labels"), ("f:metadata", "f:annotations"), ("f:spec",), ("f:spec", "f:labels"), _PORTS, _SELECTOR,
         (*_SELECTOR, "f:labels"), ("f:status",)}
_SERVER_SIDE = ("name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "managedFields",
                "deletionTimestamp", "selfLink")


@dataclass
class Manager:
    """An entry of metadata.managedFields."""

    name: str
    operation: str  # "Apply" or "Update"
    api_version: str
    time: str
    fields: set[Path]
    subresource: str = ""

    def same_as(self, other: Manager) -> bool:
        return (self.name, self.operation, self.subresource) == (other.name, other.operation, other.subresource)

    def __str__(self) -> str:
        using = "" if self.operation == "Apply" else f" using {self.api_version}"
        return f'"{self.name}"{using}'


class Conflicts(Exception):
    """Other managers own fields that an apply would change: (manager, path) of each."""

    def __init__(self, found: list[tuple[Manager, Path]]) -> None:
        super().__init__()
        self.found = found


def applied(live: JsonObject, wanted: JsonObject, manager: Manager, force: bool) -> JsonObject:
    """`live` after a server-side apply of `wanted`; `live` itself if nothing is different. Raises Conflicts."""
    managers = managers_of(live)
    before = leaves(live)
    asked = leaves(wanted, maps=False)
    last = next((one.fields for one in managers if one.same_as(manager)), set())
    others = [one for one in managers if not one.same_as(manager)]
    changed = {path for path, value in asked.items() if before.get(path, _MISSING) != value}
    conflicts = [(one, path) for one in others for path in sorted(one.fields & changed)]
    if conflicts and not force:
        raise Conflicts(conflicts)

    for one in others:
        one.fields -= changed
    owned_by_others = set[Path]().union(*(one.fields for one in others))
    after = _without({**before, **asked}, last - set(asked) - owned_by_others, owned_by_others | set(asked))
    return _rebuilt(live, after, [*others, _with_fields(manager, set(asked))])


def updated(live: JsonObject, wanted: JsonObject, manager: Manager) -> JsonObject:
    """`live` after somebody wrote `wanted` in its place (PUT, PATCH, kubectl apply, kubectl edit)."""
    managers = managers_of(live)
    before, after = leaves(live), leaves(wanted)
    changed = {path for path, value in after.items() if before.get(path, _MISSING) != value}
    removed = {path for path in before if path not in after}
    for one in managers:
        one.fields -= removed | (set() if one.same_as(manager) else changed)
    own = next((one.fields for one in managers if one.same_as(manager)), set())
    others = [one for one in managers if not one.same_as(manager)]
    return _rebuilt(live, after, [*others, _with_fields(manager, own | changed)])


def with_status(live: JsonObject, status: JsonObject, manager: Manager) -> JsonObject:
    """`live` after a controller wrote its status."""
    fields: set[Path] = {("f:status", ITSELF), *(("f:status", f"f:{key}") for key in status)}
    manager = _with_fields(manager, fields)
    managers = [*(one for one in managers_of(live) if not one.same_as(manager)), manager]
    return copy.deepcopy({**live, "metadata": {**live["metadata"], "managedFields": _all_encoded(managers)}, "status": status})


def path_text(path: Path) -> str:
    """`.spec.ports[name="http"].number`, as messages have it."""
    text = ""
    for step in path:
        kind, _, rest = step.partition(":")
        if kind == "f":
            text += f".{rest}"
        elif kind == "k":
            text += "[" + ",".join(f"{key}={json.dumps(value)}" for key, value in json.loads(rest).items()) + "]"
    return text


def leaves(value: JsonObject, maps: bool = True) -> Leaves:
    """The values of an object that have an owner, by path. `maps`: maps are there as such, too, as in an update."""
    metadata = {key: one for key, one in value.get("metadata", {}).items() if key not in _SERVER_SIDE}
    found = {**dict(_walk(("f:metadata",), metadata, maps)), **dict(_walk(("f:spec",), value.get("spec", {}), maps))}
    found.pop(("f:metadata", ITSELF), None)
    return found


def _walk(path: Path, value: Any, maps: bool) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, Mapping):
        if maps and value:
            yield (*path, ITSELF), None
        for key, one in value.items():
            yield from _walk((*path, f"f:{key}"), one, maps)
    elif path == _PORTS:
        if maps and value:
            yield (*path, ITSELF), None
        for item in value:
            key = json.dumps({"name": item["name"]}, separators=(",", ":"))
            yield (*path, f"k:{key}", ITSELF), None
            yield from ((found, one) for found, one in _walk((*path, f"k:{key}"), item, maps) if found[-1] != ITSELF)
    elif value is not None:
        yield path, value


def _without(all_leaves: Leaves, gone: set[Path], kept: set[Path]) -> Leaves:
    """A list item goes with all that nobody owns in it; it stays while somebody owns a part of it."""
    items = {path[:-1] for path in gone if path[-1] == ITSELF}
    items = {item for item in items if not any(path[:len(item)] == item for path in kept)}
    left = {path: value for path, value in all_leaves.items()
            if path not in gone and not any(path[:len(item)] == item for item in items)}
    wholes = {path[:end] for path, value in left.items() if path[-1] != ITSELF for end in range(len(path))}
    return {path: value for path, value in left.items() if path[-1] != ITSELF or path[:-1] in wholes}


def _rebuilt(live: JsonObject, after: Leaves, managers: list[Manager]) -> JsonObject:
    """The object of these leaves with what the server keeps of `live`, or `live` itself."""
    metadata = {key: value for key, value in live["metadata"].items() if key in _SERVER_SIDE}
    result: JsonObject = {**live, "metadata": metadata, "spec": {}}
    for path, value in after.items():
        if path[-1] != ITSELF:
            _put(result, path, value)
    managers = [one for one in managers if one.fields]
    if leaves(result) == leaves(live) and _by_name(managers) == _by_name(managers_of(live)):
        return live
    metadata["managedFields"] = _all_encoded(managers)
    return copy.deepcopy(result)


def _put(target: Any, path: Path, value: Any) -> None:
    for number, step in enumerate(path):
        last = number == len(path) - 1
        following: Any = [] if not last and path[number + 1].startswith("k:") else {}
        if step.startswith("f:"):
            if last:
                target[step[2:]] = value
                return
            target = target.setdefault(step[2:], following)
        else:
            key = json.loads(step[2:])
            item = next((one for one in target if key.items() <= one.items()), None)
            if item is None:
                item = dict(key)
                target.append(item)
            target = item


def _by_name(managers: list[Manager]) -> dict[tuple[str, ...], set[Path]]:
    return {(one.name, one.operation, one.subresource): one.fields for one in managers}


def _order(one: Manager) -> tuple[str, ...]:
    return one.operation, one.time, one.name, one.subresource


def _with_fields(manager: Manager, fields: set[Path]) -> Manager:
    return Manager(manager.name, manager.operation, manager.api_version, manager.time, fields, manager.subresource)


# metadata.managedFields


def managers_of(value: JsonObject) -> list[Manager]:
    return [Manager(one["manager"], one["operation"], one["apiVersion"], one["time"], set(_decoded((), one["fieldsV1"])),
                    one.get("subresource", ""))
            for one in value.get("metadata", {}).get("managedFields", [])]


def _decoded(path: Path, fields: JsonObject) -> Iterator[Path]:
    """A map or list item that is owned without anything in it is written as a leaf is."""
    if not fields and path:
        yield (*path, ITSELF) if path in _MAPS or path[-1].startswith("k:") else path
    for step, below in fields.items():
        yield from [(*path, ITSELF)] if step == ITSELF else _decoded((*path, step), below)


def _all_encoded(managers: list[Manager]) -> list[JsonObject]:
    return [_encoded(one) for one in sorted(managers, key=_order)]


def _encoded(manager: Manager) -> JsonObject:
    fields: JsonObject = {}
    for path in sorted(manager.fields):
        below = fields
        only_itself = path[-1] == ITSELF and not any(other[:len(path) - 1] == path[:-1] for other in manager.fields - {path})
        for step in path[:-1] if only_itself else path:
            below = below.setdefault(step, {})
    return {"apiVersion": manager.api_version, "fieldsType": "FieldsV1", "fieldsV1": fields, "manager": manager.name,
            "operation": manager.operation, **({"subresource": manager.subresource} if manager.subresource else {}),
            "time": manager.time}
