"""Consul services of every shape, and what each is expected to become. Which endpoints it has is not said here: that is
computed from Consul's own answers (`truth.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.consul import Consul, node_maintenance, service_check, service_maintenance

Registration = dict[str, Any]
TCP_PROTOCOLS = {"TCP", "MONGO", "REDIS", "MYSQL"}


def on(node: int, port: int = 0, **fields: Any) -> Registration:
    """One instance on the node nNODE with the address 192.0.2.NODE; `fields` as those of `Consul.register`."""
    return {"node": f"n{node}", "address": f"192.0.2.{node}", "port": port, **fields}


@dataclass(frozen=True)
class Shape:
    name: str
    instances: list[Registration]
    ports: Mapping[int, str] = field(default_factory=dict)  # service port → protocol; "": nothing tells it
    host: str = ""  # default: NAME.service.consul
    code: str = ""  # of the diagnostic that tells what is left out or altered
    resolution: str = "STATIC"
    location: str = "MESH_INTERNAL"
    labels: Mapping[str, str] = field(default_factory=dict)  # of every endpoint: those that cannot stay as they are
    withheld: bool = False  # an error: a person has to decide

    def __post_init__(self) -> None:
        object.__setattr__(self, "host", self.host or f"{self.name}.service.consul")

    @property
    def is_tcp(self) -> bool:
        return bool(TCP_PROTOCOLS & set(self.ports.values()))

    def is_exported(self, dns_capture: bool) -> bool:
        return bool(self.ports) and not self.withheld and (dns_capture or not self.is_tcp)

    def service_ports(self, dns_capture: bool) -> dict[str, dict[str, Any]]:
        """Port name → number and protocol, as they should be in the manifest."""
        made = {}
        for number, told in self.ports.items():
            protocol = told or ("" if dns_capture else "HTTP")
            name = f"{protocol.lower() or 'port'}-{number}"
            made[name] = {"name": name, "number": number, **({"protocol": protocol} if protocol else {})}
        return made

    def register(self, consul: Consul) -> None:
        for instance in self.instances:
            rest = {key: value for key, value in instance.items() if key not in ("node", "address", "port")}
            consul.register(instance["node"], instance["address"], {"Service": self.name}, instance["port"], **rest)


def _hosts(name: str) -> dict[str, Any]:
    return {"Address": name}


HEALTH = [
    Shape("plain", [on(1, 8080)], {8080: ""}),
    Shape("no-checks", [on(1, 8080, checks=[])], {8080: ""}),
    Shape("mixed-health", [on(1, 8080), on(2, 8080, status="warning"), on(3, 8080, status="critical")], {8080: ""},
          code="R2I2010"),
    Shape("all-critical", [on(1, 8080, status="critical"), on(2, 8080, status="critical")], {8080: ""}, code="R2I2060"),
    Shape("node-maintenance", [on(51, 8080, checks=[service_check("node-maintenance"), node_maintenance()]), on(2, 8080)],
          {8080: ""}, code="R2I2011"),
    Shape("service-maintenance", [on(1, 8080, checks=[service_maintenance("service-maintenance")]), on(2, 8080)], {8080: ""},
          code="R2I2011"),
    Shape("twice", [on(1, 8080), on(1, 8080, ID="again"), on(1, 8080, ID="ill", status="critical"),
                    on(2, 8080, Address="192.0.2.1")], {8080: ""}, code="R2I2016"),
    Shape("twice-and-stopped", [on(1, 8080, ID="again"), on(1, 8080, checks=[service_maintenance("twice-and-stopped")]),
                                on(2, 8080)], {8080: ""}, code="R2I2017"),
]

WEIGHTS = [
    Shape("weights", [on(1, 8080, Weights={"Passing": 30, "Warning": 2}), on(2, 8080, Weights={"Passing": 10, "Warning": 1})],
          {8080: ""}),
    Shape("weights-by-health", [on(1, 8080, Weights={"Passing": 9, "Warning": 2}, status="warning"),
                                on(2, 8080, Weights={"Passing": 4, "Warning": 7})], {8080: ""}),
    Shape("equal-weights", [on(1, 8080, Weights={"Passing": 5}), on(2, 8080, Weights={"Passing": 5})], {8080: ""}),
    Shape("widest-weights", [on(1, 8080, Weights={"Passing": 65535}), on(2, 8080)], {8080: ""}),
    Shape("weight-zero", [on(1, 8080, Weights={"Passing": 1, "Warning": 0}, status="warning"), on(2, 8080)], {8080: ""},
          code="R2I2013"),
]

KINDS = [
    Shape("web-sidecar-proxy", [on(1, 20000, Kind="connect-proxy", Proxy={"DestinationServiceName": "web"})], code="R2I2002"),
    Shape("gateway", [on(1, 8443, Kind="mesh-gateway")], code="R2I2002"),
    Shape("from-kubernetes", [on(1, 8080, Meta={"external-source": "kubernetes"})], code="R2I2005"),
    Shape("half-from-kubernetes", [on(1, 8080, Meta={"external-source": "kubernetes"}), on(2, 8080)], {8080: ""},
          code="R2I2004"),
    Shape("from-nomad", [on(1, 8080, Meta={"external-source": "nomad"})], {8080: ""}),
    Shape("external", [on(1, 8080, Meta={"external": "true"})], {8080: ""}, location="MESH_EXTERNAL"),
    Shape("half-external", [on(1, 8080, Meta={"external": "true"}), on(2, 8080)], {8080: ""}, code="R2I2045"),
]

PORTS = [
    Shape("two-ports", [on(1, 8001), on(2, 8002)], {80: "", 8001: "", 8002: ""}),
    Shape("port-80-of-two", [on(1, 80), on(2, 8002)], {80: "", 8002: ""}),
    Shape("port-of-the-sick", [on(1, 8001), on(2, 8002, status="critical")], {80: "", 8001: "", 8002: ""}, code="R2I2010"),
    Shape("ten-ports", [on(1, 9000 + i, ID=f"ten-ports-{i}") for i in range(10)],
          {80: "", **{9000 + i: "" for i in range(10)}}, code="R2I2030"),
    Shape("no-port", [on(1)], code="R2I2061"),
    Shape("half-port", [on(1), on(2, 8080)], {8080: ""}, code="R2I2014"),
    Shape("wide-port", [on(1, 70000), on(2, 8080), on(3, -1)], {8080: ""}, code="R2I2014"),
    Shape("reserved-port", [on(1, 15021)], {15021: ""}, code="R2I2081"),
    Shape("port-https", [on(1, 443)], {443: "HTTPS"}),
    Shape("port-mysql", [on(1, 3306)], {3306: "TCP"}, code="R2I2040"),
    Shape("meta-grpc", [on(1, 8080, Meta={"protocol": "grpc"})], {8080: "GRPC"}),
    Shape("meta-http-on-3306", [on(1, 3306, Meta={"protocol": "http"})], {3306: "HTTP"}),
    Shape("meta-tcp", [on(1, 8080, Meta={"protocol": "tcp"})], {8080: "TCP"}, code="R2I2040"),
    Shape("tag-http2", [on(1, 8080, Tags=["primary", "http2"])], {8080: "HTTP2"}),
    Shape("meta-unknown", [on(1, 8080, Meta={"protocol": "quic"})], {8080: ""}, code="R2I2041"),
    Shape("meta-unequal", [on(1, 8080, Meta={"protocol": "grpc"}), on(2, 8080, Meta={"protocol": "http"}),
                           on(3, 8080, Meta={"protocol": "http"})], {8080: "HTTP"}, code="R2I2042"),
]

ADDRESSES = [
    Shape("own-address", [on(1, 8080, Address="192.0.2.77")], {8080: ""}),
    Shape("node-and-own-address", [on(1, 8080, Address="192.0.2.77"), on(2, 8080)], {8080: ""}),
    Shape("host-name", [on(1, 8080, **_hosts("LocalHost."))], {8080: ""}, resolution="DNS"),
    Shape("host-name-and-ip", [on(1, 8080, **_hosts("localhost")), on(2, 8081)], {80: "", 8080: "", 8081: ""},
          resolution="DNS"),
    Shape("sick-host-name", [on(1, 8080, status="critical", **_hosts("localhost")), on(2, 8080)], {8080: ""}, resolution="DNS",
          code="R2I2010"),
    Shape("only-sick-host-names", [on(1, 8080, status="critical", **_hosts("localhost"))], {8080: ""}, code="R2I2060"),
    Shape("node-host-name", [{**on(61, 8080), "address": "localhost"}], {8080: ""}, resolution="DNS"),
    Shape("ipv6", [on(1, 8080, Address="2001:DB8:0:0::1"), on(2, 8080, Address="[2001:db8::2]"), on(3, 8080)], {8080: ""}),
    Shape("ipv6-zone", [on(1, 8080, Address="fe80::1%eth0")], {8080: ""}),
    Shape("ipv4-in-ipv6", [on(1, 8080, Address="::ffff:192.0.2.5")], {8080: ""}),
    Shape("no-address", [on(1, 8080, Address="192.0.2.1:80"), on(2, 8080, Address="a_b.test"), on(3, 8080, Address="010.0.0.1"),
                         on(4, 8080)], {8080: ""}, code="R2I2015"),
    Shape("socket", [on(1, SocketPath="/run/socket")], code="R2I2015"),
]

NAMES = [
    Shape("under_score", [on(1, 8080)], {8080: ""}, "under-score.service.consul", "R2I2020"),
    Shape("dot.ted", [on(1, 8080)], {8080: ""}, "dot-ted.service.consul", "R2I2020"),
    Shape("UPPER", [on(1, 8080)], {8080: ""}, "upper.service.consul", "R2I2020"),
    Shape("größe", [on(1, 8080)], {8080: ""}, "gr----e.service.consul", "R2I2020"),
    Shape("a/b: c?d#e%41", [on(1, 8080)], {8080: ""}, "a-b--c-d-e-41.service.consul", "R2I2020"),
    Shape("1.10", [on(1, 8080)], {8080: ""}, "1-10.service.consul", "R2I2020"),
    Shape("NO", [on(1, 8080)], {8080: ""}, "no.service.consul", "R2I2020"),
    Shape("2024", [on(1, 8080)], {8080: ""}),
    Shape("-dash-", [on(1, 8080)], {8080: ""}, "dash.service.consul", "R2I2020"),
    Shape("x" * 63, [on(1, 8080)], {8080: ""}),
    Shape("a name of words that kubectl breaks at the column eighty", [on(1, 8080)], {8080: ""},
          "a-name-of-words-that-kubectl-breaks-at-the-column-eighty.service.consul", "R2I2020"),
    Shape("line\nbreak", [on(1, 8080)], code="R2I1012"),
    Shape("pay", [on(1, 8080), on(2, 8080, Service="Pay")], {8080: ""}),
    Shape("žlutý", [on(1, 8080), on(2, 8080, Service="ŽLUTÝ")], {8080: ""}, "lut.service.consul", "R2I2020"),
    Shape("twin-name", [on(1, 8080)], {8080: ""}),
    Shape("twin_name", [on(2, 8080)], {8080: ""}, "twin-name.service.consul", "R2I2022", withheld=True),
    Shape("no.own_name", [on(1, 8080)], {8080: ""}, "no-own-name.service.consul", "R2I2022", withheld=True),
    Shape("no_own.name", [on(2, 8080)], {8080: ""}, "no-own-name.service.consul", "R2I2022", withheld=True),
]

LABELS = [
    Shape("tags", [on(1, 8080, Tags=["version=v1", "env=prod", "owner=me", "team|red", "plain"]),
                   on(2, 8080, Tags=["version=v2", "env=prod", "team|blue"])], {8080: ""}),
    Shape("metadata", [on(1, 8080, Meta={"version": "v1", "zone": "a", "owner": "me"}), on(2, 8080, Meta={"canary": "true"})],
          {8080: ""}),
    Shape("yaml-words", [on(1, 8080, Tags=["version=1.10", "env=on", "zone=010", "track|1e3", "stage=null", "y|"])],
          {8080: ""}),
    Shape("illegal-labels", [on(1, 8080, Tags=["team|a\ab c", "track|🚀x", "ver sion|1"])], {8080: ""}, code="R2I2050",
          labels={"team": "a-b-c", "track": "x", "ver-sion": "1"}),
    Shape("reserved-labels", [on(1, 8080, Tags=["security.istio.io/tlsMode|istio", "istio.io/rev|x",
                                                "app.kubernetes.io/name|x"])], {8080: ""}, code="R2I2051"),
    Shape("secret-labels", [on(1, 8080, Tags=["password|hunter2", "team|red"])], {8080: ""}, code="R2I2052",
          labels={"team": "red"}),
    Shape("locality-of-service", [on(1, 8080, Locality={"Region": "eu", "Zone": "eu-a"}),
                                  on(2, 8080, Locality={"Region": "us"})], {8080: ""}),
    Shape("locality-of-node", [on(71, 8080, node_fields={"Locality": {"Region": "eu", "Zone": "eu-b"}}), on(2, 8080)],
          {8080: ""}),
    Shape("hundred", [on(100 + i, 8080, Tags=[f"zone=z{i % 3}"]) for i in range(100)], {8080: ""}),
]

SHAPES = [*HEALTH, *WEIGHTS, *KINDS, *PORTS, *ADDRESSES, *NAMES, *LABELS]


def register_all(consul: Consul) -> None:
    for shape in SHAPES:
        shape.register(consul)
