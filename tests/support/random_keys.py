"""Keys of etcd and nodes of ZooKeeper as frameworks write them, drawn at random: odd and broken ones among good ones. The same
seed draws the same."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

SERVICES = ("pay", "Pay", "user.rpc", "a_b", "eu/pay", "支付", "x" * 80, "com.foo.Api", "9")
ADDRESSES = ("10.{high}.{low}.1", "10.{high}.{low}.1", "10.{high}.{low}.1", "2001:db8::{high}:{low}", "h-{high}-{low}.example.com")
BROKEN = ("{", "null", "[]", "5", "", "\x00", "\xff" * 3, '"text', "[" * 40, '{"Addr": {}}', "not an address, nor JSON")
METADATA = ({}, {"version": "v1"}, {"version": "v 2", "istio.io/rev": "x"}, {"protocol": "grpc"}, {"a\nb": "---\nkind: Evil"})

NESTING = ("curator", "go-zero", "grpc", "kratos", "skydns")  # layouts in which a service's name may have slashes


@dataclass(frozen=True)
class Entry:
    """`address`: that of its one instance, which no other entry has; none where it is broken or no instance at all."""

    key: str
    value: str
    service: str
    address: str | None


def plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


class Draw:
    """Draw(seed, "grpc").entries(): some of every kind."""

    def __init__(self, seed: int, layout: str) -> None:
        self._chance = random.Random(f"{seed} {layout}")
        self._make = getattr(self, "_" + layout.replace("-", "_"))
        self._nests = layout in NESTING
        self._number = 0

    def entries(self) -> list[Entry]:
        found = {entry.key: entry for entry in (self._entry() for _ in range(self._chance.randint(1, 40)))}
        return list(found.values())

    def _entry(self) -> Entry:
        self._number += 1
        service = self._chance.choice(SERVICES)
        address = self._chance.choice(ADDRESSES).format(high=self._number // 200 + 1, low=self._number % 200 + 1)
        key, value = self._make(service, address, self._chance.choice((1, 80, 8080, 65535)))
        if self._chance.randrange(12) == 0 and value == "":
            return Entry(key.rpartition("%3A")[0] + "%3Anone", value, service, None)
        if self._chance.randrange(12) == 0 and value != "":
            return Entry(key, self._chance.choice(BROKEN), service, None)
        if self._chance.randrange(25) == 0:
            return self._deeper(key, plain(value), service, address)
        return Entry(key, plain(value), service, address)

    def _deeper(self, key: str, value: str, service: str, address: str) -> Entry:
        folder, _, own = key.rpartition("/")
        deep = f"{folder}/extra/deep/{own}"
        if not self._nests:
            return Entry(deep, value, service, None)
        return Entry(deep, value, f"deep.extra.{service}" if key.startswith("/skydns/") else f"{service}/extra/deep", address)

    def _metadata(self) -> dict[str, str]:
        return self._chance.choice(METADATA)

    def _joined(self, address: str, port: int) -> str:
        return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"

    # etcd

    def _grpc(self, service: str, address: str, port: int) -> tuple[str, Any]:
        return f"/services/{service}/{self._number}", {
            "Op": self._chance.choice((0, 0, 0, 1)), "Addr": self._joined(address, port), "Metadata": self._metadata() or None}

    def _go_zero(self, service: str, address: str, port: int) -> tuple[str, Any]:
        return f"/services/{service}/{self._number}", self._joined(address, port)

    def _kratos(self, service: str, address: str, port: int) -> tuple[str, Any]:
        where = self._joined(address, port)
        return f"/microservices/{service}/{self._number}", {
            "id": str(self._number), "name": service, "version": "v1", "metadata": self._metadata(),
            "endpoints": [f"grpc://{where}?isSecure=false", f"http://{where}"][:self._chance.randint(1, 2)]}

    def _go_micro(self, service: str, address: str, port: int) -> tuple[str, Any]:
        node = {"id": f"n{self._number}", "address": self._joined(address, port), "metadata": self._metadata()}
        return f"/micro/registry/{service.replace('/', '-')}/{self._number}", {"name": service, "version": "1", "nodes": [node]}

    def _skydns(self, service: str, address: str, port: int) -> tuple[str, Any]:
        domain = "/".join(reversed(service.replace("/", ".").split(".")))
        return f"/skydns/local/{domain}/x{self._number}", {"host": address, "port": port, "weight": self._chance.randint(0, 3)}

    # both

    def _dubbo(self, service: str, address: str, port: int) -> tuple[str, Any]:
        more = self._chance.choice(("", "&group=g&version=1.0", "&disabled=true", "&weight=0", "&weight=50&dubbo.tag=gray"))
        interface = service.replace("/", ".")
        protocol = self._chance.choice(("dubbo", "tri", "rest"))
        url = quote(f"{protocol}://{self._joined(address, port)}/{interface}?interface={interface}{more}", safe="")
        return f"/dubbo/{interface}/providers/{url}", ""

    # ZooKeeper

    def _curator(self, service: str, address: str, port: int) -> tuple[str, Any]:
        ports = self._chance.choice(({"port": port, "sslPort": None}, {"port": port, "sslPort": 8443}, {"port": None, "sslPort": 443},
                                     {"port": None, "sslPort": None}))
        payload = self._chance.choice((None, "text", 5, ["a", {"b": 1}], {"metadata": self._metadata()}, self._metadata(),
                                       {"metadata": {"instance_status": "OUT_OF_SERVICE"}}))
        return f"/services/{service}/{self._number}", {
            "name": service, "id": f"i{self._number}", "address": address, **ports, "payload": payload,
            "enabled": self._chance.randrange(6) > 0, "serviceType": "DYNAMIC", "uriSpec": None}

    def _template(self, service: str, address: str, port: int) -> tuple[str, Any]:
        return f"/apps/{service.replace('/', '.')}/members/{self._number}", {"net": {"ip": address, "port": port}, "meta": self._metadata(),
                                                               "state": self._chance.choice(("up", "down", "passing"))}
