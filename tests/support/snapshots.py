"""Snapshot documents for tests, as a program that knows a registry would write them."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

JsonObject = dict[str, Any]


def instance(address: str = "10.0.0.1", port: int = 8080, **fields: Any) -> JsonObject:
    return {"id": f"{address}:{port}", "address": address, "ports": [{"number": port}], "health": "passing", **fields}


def service(name: str, *instances: JsonObject, **fields: Any) -> JsonObject:
    """A service; without instances it gets one."""
    return {"name": name, "instances": list(instances) or [instance()], **fields}


def scope(name: str = "dc1", complete: bool = True, **fields: Any) -> JsonObject:
    return {"name": name, "complete": complete, "datacenter": name.split("/", maxsplit=1)[0], **fields}


def snapshot(*services: JsonObject, name: str = "consul", kind: str = "consul",
             scopes: Sequence[JsonObject] = ()) -> JsonObject:
    """A snapshot of one complete scope, unless `scopes` are given; a service that names none belongs to the first."""
    all_scopes = list(scopes) or [scope()]
    return {
        "apiVersion": "registry2istio.io/v1", "kind": "Snapshot", "source": {"name": name, "kind": kind},
        "fetchedAt": "2024-01-31T12:00:00Z", "scopes": all_scopes,
        "services": [{"scope": all_scopes[0]["name"], **one} for one in services],
    }


def snapshot_list(*snapshots: JsonObject) -> JsonObject:
    return {"apiVersion": "registry2istio.io/v1", "kind": "SnapshotList", "items": list(snapshots)}


def shuffled(value: Any, chance: random.Random, kept: Sequence[str] = ()) -> Any:
    """The same, with the items of every list, but for those of the keys `kept`, and the keys of every object in another order."""
    if isinstance(value, list):
        return [shuffled(item, chance, kept) for item in chance.sample(value, len(value))]
    if isinstance(value, dict):
        return {key: value[key] if key in kept else shuffled(value[key], chance, kept) for key in chance.sample(list(value), len(value))}
    return value


def write(path: Path, document: JsonObject) -> Path:
    path.write_text(json.dumps(document, indent=1))
    return path
