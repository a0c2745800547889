"""What Consul itself says of its services, in the words of Istio; and what istiod came to know of them. Both sides are made
here, from the servers' own APIs, without registry2istio."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from urllib.parse import quote

from harness.consul import Consul
from harness.istiod import Istiod
from harness.shapes import Shape

LABELS_OF_METADATA = {"version", "env", "environment", "zone", "canary", "stage", "track", "release", "color", "tier"}
SECRET = re.compile("password|token|secret")
RESERVED = re.compile(r"(^|\.)(istio|kubernetes|k8s|registry2istio)\.io/")
KEY = re.compile(r"[A-Za-z0-9]([-\w.]*[A-Za-z0-9])?", re.ASCII)
VALUE = re.compile(rf"({KEY.pattern})?", re.ASCII)
HOST_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")


@dataclass(frozen=True)
class Endpoint:
    port_name: str
    address: str
    port: int
    share: Fraction  # of the traffic
    locality: str
    labels: frozenset[tuple[str, str]]


# Consul


@dataclass(frozen=True)
class _Place:
    address: str
    port: int
    weight: int
    locality: str
    labels: frozenset[tuple[str, str]]


def of_consul(consul: Consul, shape: Shape, port_names: Iterable[str]) -> set[Endpoint]:
    """Every service port leads to each usable instance's own port."""
    entries = consul.api.must("GET", f"/v1/health/service/{quote(shape.name, safe='')}").json
    stopped = {(_address(one), _port(one)) for one in entries if _in_maintenance(one)}
    places: dict[tuple[str, int], _Place] = {}
    for entry in sorted(entries, key=_status):  # of equal addresses and ports the healthiest comes first
        at = (_address(entry), _port(entry))
        if at not in stopped and _is_usable(entry):
            labels = frozenset({**_labels(entry["Service"]), **shape.labels}.items())
            places.setdefault(at, _Place(*at, _weight(entry), _locality(entry), labels))
    total = sum(place.weight for place in places.values())
    return {Endpoint(name, place.address, place.port, Fraction(place.weight, total), place.locality, place.labels)
            for name in port_names for place in places.values()}


def _status(entry: Mapping[str, Any]) -> int:
    """0 passing, 1 warning, 2 anything worse."""
    known = {"passing": 0, "warning": 1}
    return max((known.get(check["Status"], 2) for check in entry["Checks"]), default=0)


def _in_maintenance(entry: Mapping[str, Any]) -> bool:
    return any(check["CheckID"].startswith(("_node_maintenance", "_service_maintenance:")) for check in entry["Checks"])


def _is_usable(entry: Mapping[str, Any]) -> bool:
    copied = (entry["Service"]["Meta"] or {}).get("external-source") == "kubernetes"
    return (_status(entry) < 2 and _weight(entry) > 0 and 1 <= _port(entry) <= 65535 and _address(entry) != "" and not copied
            and not entry["Service"].get("Kind"))


def _port(entry: Mapping[str, Any]) -> int:
    return int(entry["Service"].get("Port", 0))


def _address(entry: Mapping[str, Any]) -> str:
    """As Istio takes it; "" for what it does not take."""
    text = (entry["Service"]["Address"] or entry["Node"]["Address"]).strip("[]").split("%")[0]
    try:
        return _go_text(ipaddress.ip_address(text))
    except ValueError:
        name = text.lower().removesuffix(".")
        return name if HOST_NAME.fullmatch(name) and not name.split(".")[-1].isdigit() else ""


def _go_text(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    mapped = getattr(address, "ipv4_mapped", None)
    return f"::ffff:{mapped}" if mapped else str(address)


def _weight(entry: Mapping[str, Any]) -> int:
    return int(entry["Service"]["Weights"]["Warning" if _status(entry) == 1 else "Passing"])


def _locality(entry: Mapping[str, Any]) -> str:
    place = entry["Service"].get("Locality") or entry["Node"].get("Locality")
    return "/".join(filter(None, (place.get("Region"), place.get("Zone")))) if place else entry["Node"]["Datacenter"]


def _labels(service: Mapping[str, Any]) -> dict[str, str]:
    """Those that can stay as they are."""
    told = [item for item in (service["Meta"] or {}).items() if item[0] in LABELS_OF_METADATA]
    for tag in service["Tags"] or ():
        if match := re.match(r"([^=|]+)([=|])(.*)", tag, re.DOTALL):
            key, sign, value = match.groups()
            if sign == "|" or key in LABELS_OF_METADATA:
                told.append((key, value))
    return {key: value for key, value in told
            if KEY.fullmatch(key) and VALUE.fullmatch(value) and not SECRET.search(key) and not RESERVED.search(key)}


# istiod


def of_istiod(istiod: Istiod, host: str, namespace: str) -> set[Endpoint]:
    shards = istiod.endpoint_shards(host, namespace)
    totals: dict[str, int] = {}
    for one in shards:
        totals[one["ServicePortName"]] = totals.get(one["ServicePortName"], 0) + _istio_weight(one)
    found = [Endpoint(one["ServicePortName"], one["Addresses"][0], one["EndpointPort"],
                      Fraction(_istio_weight(one), totals[one["ServicePortName"]]), one["Locality"]["Label"],
                      frozenset(_registry_labels(one["Labels"]).items())) for one in shards]
    assert len(set(found)) == len(found), f"{host} has endpoints twice"
    return set(found)


def _istio_weight(endpoint: Mapping[str, Any]) -> int:
    return endpoint["LbWeight"] or 1


def _registry_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """Without what istiod adds and, of a WorkloadEntry, without our marks."""
    ours = ("topology.istio.io/", "topology.kubernetes.io/", "registry2istio.io/", "app.kubernetes.io/managed-by")
    return {key: value for key, value in labels.items() if not key.startswith(ours)}
