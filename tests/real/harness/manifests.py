"""Hand-written manifests for tests that need no registry2istio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def port(number: int, protocol: str = "", name: str = "") -> dict[str, Any]:
    """A service port; without a protocol Istio finds out by itself."""
    made: dict[str, Any] = {"number": number, "name": name or f"{protocol.lower() or 'port'}-{number}"}
    return {**made, "protocol": protocol} if protocol else made


def endpoint(address: str, ports: Mapping[str, int] | None = None, **fields: Any) -> dict[str, Any]:
    return {"address": address, **({"ports": dict(ports)} if ports else {}), **fields}


def service_entry(namespace: str, host: str, ports: Sequence[Mapping[str, Any]], endpoints: Sequence[Mapping[str, Any]] = (),
                  name: str = "", **spec: Any) -> dict[str, Any]:
    """A STATIC ServiceEntry inside the mesh; `spec` adds to it or replaces."""
    return {
        "apiVersion": "networking.istio.io/v1", "kind": "ServiceEntry",
        "metadata": {"name": name or host.lower(), "namespace": namespace},
        "spec": {"hosts": [host], "location": "MESH_INTERNAL", "resolution": "STATIC", "ports": list(ports),
                 **({"endpoints": list(endpoints)} if endpoints else {}), **spec},
    }
