"""What registries say and what users configure, drawn at random: the odd as often as the common. The same seed draws the same."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import Any

from support.snapshots import JsonObject, scope, snapshot, snapshot_list

NAMESPACES = ("mesh-a", "mesh-b")
NAMES = ("pay", "Pay", "a_b", "a-b", "a:b", "web", "支付", "9", "l" * 70, "x" * 300, "w\u0001", "providers:com.foo.Api::")
METADATA = {
    "version": ("v1", "v 2", "\u007f", "x" * 80), "env": ("prod", "", "ü"), "protocol": ("grpc", "tcp", "amqp", "HTTP"), "team": ("a", "b/c"),
    "h": ("chosen.example.com", "not a host", "*.x", "*", "10.0.0.1", "A.B."), "l": ("r/z/s", "*", "a/b/c/d", "ü" * 3000),
    "w": ("3", "0.5", "-1", "heavy", "1e9"), "p": ("http2", "amqp"), "istio.io/rev": ("x",), "a b": ("c",), "external": ("true",),
}
ADDRESSES = ("db-{n}.example.com", "DB-{n}.example.com.", "2001:db8::{n}", "fe80::{n}%eth0", "[2001:db8::{n}]")
WRONG = ("", "0.0.0.0", "10.0.0.1:80", "a_b", "10.0.0", "unix:///x", "*.x", "10.0.0.999")


@dataclass(frozen=True)
class Mesh:
    snapshots: JsonObject
    config: JsonObject

    @property
    def instances(self) -> list[tuple[JsonObject, JsonObject]]:
        """Each instance with its service."""
        return [(service, instance) for one in self.snapshots["items"] for service in one["services"]
                for instance in service["instances"]]


class Draw:
    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._number = 0

    def once_in(self, times: int) -> bool:
        return self._chance.randrange(times) == 0

    def one_of(self, *values: Any) -> Any:
        return self._chance.choice(values)

    def some(self, table: dict[str, Any], often: int = 4) -> JsonObject:
        """Some keys of a table, each with one of its values."""
        return {key: self._chance.choice(values) for key, values in table.items() if self.once_in(often)}

    def mesh(self) -> Mesh:
        snapshots = [snapshot(*self._services(0, "dc1", "dc2"), name="one", scopes=[scope("dc1"), scope("dc2", local=False)])]
        if self.once_in(2):
            snapshots.append(snapshot(*self._services(20, "public"), name="two", kind="nacos", scopes=[scope("public")]))
        return Mesh(snapshot_list(*snapshots), self._config())

    # What the registry says

    def _services(self, first: int, *scopes: str) -> list[JsonObject]:
        drawn: dict[tuple[str, str], JsonObject] = {}
        for index in range(first, first + self._chance.randint(1, 9)):
            one = self._service(index, self.one_of(*scopes))
            drawn.setdefault((one["name"], one["scope"]), one)
        return list(drawn.values())

    def _service(self, index: int, in_scope: str) -> JsonObject:
        name = self.one_of(*NAMES) + ("" if self.once_in(3) else str(index))
        many_ports, many = self.once_in(3), self.once_in(25)
        instances = [self._instance(many_ports) for _ in range(90 if many else self._chance.randrange(7))]
        return {"name": name, "scope": in_scope, "instances": instances, "metadata": self.some(METADATA, 8)}

    def _instance(self, many_ports: bool) -> JsonObject:
        self._number += 1
        address = self.one_of(*WRONG) if self.once_in(12) else (
            self.one_of(*ADDRESSES) if self.once_in(8) else "10.{}.{}.{n}").format(
                self._chance.randrange(3), self._number // 250, n=self._number % 250 + 1)
        ports = [self._port() for _ in range(self._chance.randrange(4) if many_ports else 1)]
        made: JsonObject = {"id": f"id-{self._number}", "address": address, "ports": ports, "metadata": self.some(METADATA),
                            "tags": self._chance.sample(["http", "primary", "version=v3", "env|x", "a b=c", "ü=ü", "zone=z", ""], 2)}
        if self.once_in(4):
            made["health"] = self.one_of("critical", "warning", "maintenance", "disabled")
        if self.once_in(4):
            made["weight"] = self.one_of(0, 1, 0.5, 3, 1e9, 0.0001)
        return made

    def _port(self) -> JsonObject:
        number = self.one_of(80, 8080, 8081, 443, 3306, self._chance.randint(1, 65535), self.one_of(0, 65536, 15001))
        return {"number": number, **self.some({"name": ("web", "ADMIN", "g_rpc"), "protocol": ("http", "https", "dubbo", "tri", "tcp")}, 3)}

    # What the user wants

    def _config(self) -> JsonObject:
        config: JsonObject = {"apiVersion": "registry2istio.io/v1", "kind": "Config", "defaults": self._settings(8)}
        if self.once_in(2):
            config["sources"] = [{"name": "one", "kind": "consul", "defaults": self._settings(10)}]
        config["rules"] = [{"name": f"rule {number}", "match": self._match(), "set": self._settings(5) or {"health": "any"}}
                           for number in range(self._chance.randrange(5))]
        return config

    def _match(self) -> JsonObject:
        return self.some({
            "service": (["pay*"], ["/.*[0-9]/"], ["a?b*", "web"]), "tag": ("primary", "http"), "metadata": ({"version": "v*"},),
            "datacenter": ("dc2",), "port": (["8000-9000", 443], 80), "network": ("10.1.0.0/16",), "source": ("one",),
        }, 3) or {"service": "*"}

    def _settings(self, often: int) -> JsonObject:
        return self.some({
            "namespace": NAMESPACES, "health": ("warning", "passing", "any"), "dnsCapture": (True, False), "drop": (True, False),
            "host": ("{service}.{datacenter}.mesh", "{service|lower|replace:_:-}.{kind}.x", {"fromMetadata": "h"},
                     "a-{service}.{scope|label}.y"),
            "aliases": (["{service}.alias"], ["{service}.alias", "{service}.{source}.b"], ["{service}"]),
            "servicePorts": ([80], [80, 443], ["instance"], [80, "instance"], [65535]),
            "protocol": ("http", "grpc", "grpc-web", "tcp", "tls", "mysql", {"fromMetadata": "p"}),
            "exportTo": (["."], ["."], ["*"], ["~"], [".", "web"], ["mesh-a", "."]),
            "addresses": (["240.240.0.1"], ["10.0.0.0/8"], ["240.240.0.2", "2001:db8::/32"]),
            "tcpWithoutAddress": ("export", "withhold"), "resolution": ("static", "dns", "dns-round-robin"),
            "location": ("internal", "external"), "layout": ("inline", "workload-entries"),
            "subjectAltNames": (["spiffe://x/{service|label}"], ["{service}"]),
            "objectLabels": ({"team": "{service|label}"}, {"example.com/a": "b"}, {"istio.io/use-waypoint": "w"}),
            "objectAnnotations": ({"example.com/a": "{service}"}, {"X.io/b": "any text"}),
            "labels": ({"mesh": "{kind}"}, {"example.com/x": "{service}"}), "labelKeys": (["*"], ["team", "version"]),
            "renameLabels": ({"team": "group"},), "weight": (1, 7, 0.5, {"fromMetadata": "w"}), "weightScale": (0.5, 100),
            "locality": ("{datacenter}/z", {"fromMetadata": "l"}), "localityMap": ({"dc1": "eu-west/a"},),
            "tlsMode": ("istio", "disabled"), "sidecarNetworks": (["10.0.0.0/8"],),
            "serviceAccount": ("{service}", "default"), "network": ("net-1",),
        }, often)


def as_yaml(document: JsonObject) -> str:
    return json.dumps(document)
