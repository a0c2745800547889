"""ServiceEntries and WorkloadEntries that are right but for one thing, and where that is: the ground that `check manifests`
stands on. tests/e2e holds the program to it, tests/real holds it to istioctl and to a real API server."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

API = "networking.istio.io/v1"
NAME = "case"


@dataclass(frozen=True)
class Case:
    name: str
    object_name: str  # one of its own, also where it is wrong
    text: str  # YAML
    refused: tuple[str, ...] = ()  # the paths at which something is wrong; nothing: it is taken
    warned: bool = False  # istioctl takes it with a warning

    @property
    def is_taken(self) -> bool:
        return not self.refused


ENTRY: dict[str, Any] = {
    "apiVersion": API, "kind": "ServiceEntry", "metadata": {"name": NAME},
    "spec": {
        "hosts": ["pay.example.com"], "location": "MESH_INTERNAL", "resolution": "STATIC",
        "ports": [{"name": "http-80", "number": 80, "protocol": "HTTP"}, {"name": "tls-443", "number": 443, "protocol": "TLS"}],
        "endpoints": [{"address": "10.0.0.1", "ports": {"http-80": 8080}, "labels": {"version": "v1"}, "locality": "r/z/s"},
                      {"address": "2001:db8::1", "weight": 2}],
    },
}
WORKLOAD: dict[str, Any] = {
    "apiVersion": API, "kind": "WorkloadEntry", "metadata": {"name": NAME},
    "spec": {"address": "10.0.0.1", "ports": {"http": 8080}, "labels": {"app": "pay"}},
}
GONE = "(gone)"  # set to this, a key is not there


def changed(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with values set by their paths, as in {"spec.ports.0.name": "a"}; keys with a dot stand in a nested object."""
    copied: dict[str, Any] = copy.deepcopy(dict(base))
    for path, value in copy.deepcopy(dict(changes)).items():
        at: Any = copied
        *way, last = path.split(".")
        for step in way:
            at = at[int(step)] if isinstance(at, list) else at.setdefault(step, {})
        if value == GONE:
            del at[last]
        elif isinstance(at, list):
            at[int(last):int(last) + 1] = [value]
        else:
            at[last] = value
    return copied


def spec(**changes: Any) -> dict[str, Any]:
    return {f"spec.{name}": value for name, value in changes.items()}


NO_ENDPOINTS = {"spec.endpoints": GONE}
DNS = {"spec.resolution": "DNS"}
NONE = {"spec.resolution": "NONE", **NO_ENDPOINTS}
ROUND_ROBIN = {"spec.resolution": "DNS_ROUND_ROBIN"}
DYNAMIC = {"spec.resolution": "DYNAMIC_DNS", "spec.hosts": ["*.example.com"], "spec.ports.1.protocol": "HTTP2", **NO_ENDPOINTS}
SOCKET = {"spec.ports": [{"name": "x", "number": 81, "protocol": "HTTP"}], "spec.endpoints": [{"address": "unix:///run/x.sock"}]}
SELECTOR = {**NO_ENDPOINTS, "spec.workloadSelector": {"labels": {"app": "pay"}}}


def ports(count: int) -> list[dict[str, Any]]:
    return [{"name": f"p{number}", "number": number, "protocol": "HTTP"} for number in range(1, count + 1)]


# name → (changes, paths at which something is wrong, istioctl warns)
Row = tuple[dict[str, Any], tuple[str, ...], bool]


def good(changes: dict[str, Any], warned: bool = False) -> Row:
    return changes, (), warned


def bad(changes: dict[str, Any], *paths: str) -> Row:
    return changes, paths, False


HOST, PORT, POINT = "spec.hosts[0]", "spec.ports[0]", "spec.endpoints[0]"

ENTRIES: dict[str, Row] = {
    "as it is": good({}),
    # Hosts
    "several hosts": good(spec(hosts=["a.b", "c.d"])),
    "wildcard host": good(spec(hosts=["*.example.com"])),
    "wildcard in a label": good(spec(hosts=["*-a.example.com"]), warned=True),
    "short host": good(spec(hosts=["redis"])),
    "host with a dot at the end": good(spec(hosts=["example.com."])),
    "host in upper case": good(spec(hosts=["Example.COM"])),
    "host that is a number": good(spec(hosts=["12"])),
    "host with a huge number at the end": good(spec(hosts=["a.99999999999999999999"])),
    "host with a label of 63": good(spec(hosts=["a" * 63 + ".b"])),
    "host of 255": good(spec(hosts=[".".join(["a" * 63] * 4)])),
    "no hosts": bad(spec(hosts=[]), "spec.hosts"),
    "hosts missing": bad(spec(hosts=GONE), "spec.hosts"),
    "hosts null": bad(spec(hosts=None), "spec.hosts"),
    "hosts no list": bad(spec(hosts="a.b"), "spec.hosts"),
    "host no string": bad(spec(hosts=[1]), HOST),
    "host null": bad(spec(hosts=[None]), HOST),
    "host empty": bad(spec(hosts=[""]), HOST),
    "host all": bad(spec(hosts=["*"]), HOST),
    "host with an underscore": bad(spec(hosts=["a_b.example.com"]), HOST),
    "host is an address": bad(spec(hosts=["10.0.0.1"]), HOST),
    "wildcard inside": bad(spec(hosts=["a.*.b"]), HOST),
    "wildcard twice": bad(spec(hosts=["**.b"]), HOST),
    "host with a label of 64": bad(spec(hosts=["a" * 64 + ".b"]), HOST),
    "host of 256": bad(spec(hosts=[".".join(["a" * 63] * 3 + ["a" * 62, "b"])]), HOST),
    "256 hosts": good(spec(hosts=[f"h{number}.b" for number in range(256)])),
    "257 hosts": bad(spec(hosts=[f"h{number}.b" for number in range(257)]), "spec.hosts"),
    "several hosts with TCP": bad({**spec(hosts=["a.b", "c.d"]), "spec.ports.0.protocol": "TCP"}, f"{PORT}.protocol"),
    "several hosts undecided": bad({**spec(hosts=["a.b", "c.d"]), "spec.ports.0.protocol": ""}, f"{PORT}.protocol"),
    "several hosts with TCP and NONE": good({**NONE, **spec(hosts=["a.b", "c.d"]), "spec.ports.0.protocol": "TCP"}, warned=True),
    # Ports
    "no ports": good({**NO_ENDPOINTS, **spec(ports=GONE)}),
    "empty ports": good({**NO_ENDPOINTS, **spec(ports=[])}),
    "256 ports": good({**NO_ENDPOINTS, **spec(ports=ports(256))}),
    "257 ports": bad({**NO_ENDPOINTS, **spec(ports=ports(257))}, "spec.ports"),
    "ports null": bad({**NO_ENDPOINTS, **spec(ports=None)}, "spec.ports"),
    "port null": bad({**NO_ENDPOINTS, **spec(ports=[None])}, PORT),
    "port without a name": bad({"spec.ports.1.name": GONE}, "spec.ports[1].name"),
    "port without a number": bad({"spec.ports.1.number": GONE}, "spec.ports[1].number"),
    "port name of 63": good({"spec.ports.1.name": "a" * 63}),
    "port name of 64": bad({"spec.ports.1.name": "a" * 64}, "spec.ports[1].name"),
    "port name with an underscore": bad({"spec.ports.1.name": "a_b"}, "spec.ports[1].name"),
    "port name in upper case": good({"spec.ports.1.name": "TLS-443"}),
    "port name twice": bad({"spec.ports.1.name": "http-80"}, "spec.ports[1].name"),
    "port number twice": bad({"spec.ports.1.number": 80}, "spec.ports[1].number"),
    "port 0": bad({"spec.ports.1.number": 0}, "spec.ports[1].number"),
    "port 65536": bad({"spec.ports.1.number": 65536}, "spec.ports[1].number"),
    "port -1": bad({"spec.ports.1.number": -1}, "spec.ports[1].number"),
    "port that is a string": bad({"spec.ports.1.number": "443"}, "spec.ports[1].number"),
    "port that is no whole number": bad({"spec.ports.1.number": 443.5}, "spec.ports[1].number"),
    "port written as a fraction": good({"spec.ports.1.number": 443.0}),
    "target port": good({"spec.ports.1.targetPort": 8443}),
    "target port 0": bad({"spec.ports.1.targetPort": 0}, "spec.ports[1].targetPort"),
    "target port 65536": bad({"spec.ports.1.targetPort": 65536}, "spec.ports[1].targetPort"),
    "protocol in lower case": good({"spec.ports.0.protocol": "grpc-web"}),
    "protocol missing": good({"spec.ports.0.protocol": GONE}),
    "protocol empty": good({"spec.ports.0.protocol": ""}),
    "protocol null": bad({"spec.ports.0.protocol": None}, f"{PORT}.protocol"),
    "protocol unknown": bad({"spec.ports.0.protocol": "dubbo"}, f"{PORT}.protocol"),
    "protocol of a proxy": good({"spec.ports.0.protocol": "HTTP_PROXY"}),
    # Addresses
    "addresses": good(spec(addresses=["240.0.0.1", "10.0.0.0/8", "2001:db8::/32", "::1"])),
    "no addresses": good(spec(addresses=[])),
    "subnet with bits behind the prefix": good(spec(addresses=["10.0.0.1/8"])),
    "subnet with a leading zero": bad(spec(addresses=["10.0.0.0/08"]), "spec.addresses[0]"),
    "address with a leading zero": bad(spec(addresses=["10.0.0.01"]), "spec.addresses[0]"),
    "subnet too long": bad(spec(addresses=["10.0.0.0/33"]), "spec.addresses[0]"),
    "address is a name": bad(spec(addresses=["a.b"]), "spec.addresses[0]"),
    "address with a zone": good(spec(addresses=["fe80::1%eth0"])),
    "address of 64": good(spec(addresses=["fe80::1%" + "z" * 56])),
    "address of 65": bad(spec(addresses=["fe80::1%" + "z" * 57]), "spec.addresses[0]"),
    "subnet with a zone": bad(spec(addresses=["fe80::1%eth0/64"]), "spec.addresses[0]"),
    "subnet with DNS": bad({**DNS, **spec(addresses=["10.0.0.0/8"])}, "spec.addresses[0]"),
    "subnet with NONE": good({**NONE, **spec(addresses=["10.0.0.0/8"])}),
    "257 addresses": bad(spec(addresses=[f"240.0.{n // 256}.{n % 256}" for n in range(257)]), "spec.addresses"),
    # Resolution and location
    "no resolution": good({**NO_ENDPOINTS, **spec(resolution=GONE)}),
    "no resolution and endpoints": bad(spec(resolution=GONE), "spec.endpoints"),
    "NONE": good(NONE),
    "NONE and empty endpoints": bad({**NONE, **spec(endpoints=[])}, "spec.endpoints"),
    "STATIC without endpoints": good(NO_ENDPOINTS),
    "STATIC and empty endpoints": good(spec(endpoints=[])),
    "DNS": good(DNS),
    "DNS without endpoints": good({**DNS, **NO_ENDPOINTS}),
    "DNS and empty endpoints": good({**DNS, **spec(endpoints=[])}),
    "DNS, a wildcard and no endpoints": bad({**DNS, **NO_ENDPOINTS, **spec(hosts=["*.example.com"])}, HOST),
    "DNS, a number and no endpoints": bad({**DNS, **NO_ENDPOINTS, **spec(hosts=["12"])}, HOST),
    "DNS, a wildcard and endpoints": good({**DNS, **spec(hosts=["*.example.com"])}),
    "DNS and TCP, addresses, several hosts": bad(
        {**DNS, **spec(hosts=["a.b", "c.d"], addresses=["240.0.0.1"]), "spec.ports.1.protocol": "TCP"}, "spec.ports[1].protocol"),
    "DNS and TLS, addresses, several hosts": good({**DNS, **spec(hosts=["a.b", "c.d"], addresses=["240.0.0.1"])}, warned=True),
    "DNS_ROUND_ROBIN": good({**ROUND_ROBIN, **spec(endpoints=[{"address": "a.b"}])}),
    "DNS_ROUND_ROBIN and two endpoints": bad(ROUND_ROBIN, "spec.endpoints"),
    "DYNAMIC_DNS": bad({**DYNAMIC, "spec.ports.1.protocol": "TCP"}, "spec.ports[1].protocol"),
    "DYNAMIC_DNS and HTTP2": good(DYNAMIC),
    "DYNAMIC_DNS and a plain host": bad({**DYNAMIC, **spec(hosts=["example.com"])}, HOST),
    "DYNAMIC_DNS and addresses": bad({**DYNAMIC, **spec(addresses=["240.0.0.1"])}, "spec.addresses"),
    "DYNAMIC_DNS and endpoints": bad({**DYNAMIC, **spec(endpoints=[{"address": "10.0.0.1"}])}, "spec.endpoints"),
    "DYNAMIC_DNS and a waypoint": bad({**DYNAMIC, "metadata.labels": {"istio.io/use-waypoint": "w"}}, "spec.location"),
    "DYNAMIC_DNS and no waypoint": good({**DYNAMIC, "metadata.labels": {"istio.io/use-waypoint": "none"}}),
    "resolution unknown": bad(spec(resolution="Static"), "spec.resolution"),
    "resolution empty": bad(spec(resolution=""), "spec.resolution"),
    "resolution a number": bad(spec(resolution=1), "spec.resolution"),
    "resolution null": bad(spec(resolution=None), "spec.resolution"),
    "location outside": good(spec(location="MESH_EXTERNAL")),
    "no location": good(spec(location=GONE)),
    "location unknown": bad(spec(location="MESH"), "spec.location"),
    # Endpoints
    "endpoints null": bad(spec(endpoints=None), "spec.endpoints"),
    "endpoint null": bad(spec(endpoints=[None]), POINT),
    "endpoint empty": bad(spec(endpoints=[{}]), f"{POINT}.address"),
    "endpoint without an address": bad({"spec.endpoints.0.address": GONE}, f"{POINT}.address"),
    "endpoint with an empty address": bad({"spec.endpoints.0.address": ""}, f"{POINT}.address"),
    "endpoint of a network": good({"spec.endpoints.0.address": GONE, "spec.endpoints.0.network": "n"}, warned=True),
    "endpoint of an empty network": bad({"spec.endpoints.0.address": GONE, "spec.endpoints.0.network": ""}, f"{POINT}.address"),
    "endpoint of a network with DNS": bad({**DNS, "spec.endpoints.0.address": GONE, "spec.endpoints.0.network": "n"},
                                         f"{POINT}.address"),
    "endpoint with a zone": good({"spec.endpoints.0.address": "fe80::1%eth0"}),
    "endpoint that is a name": bad({"spec.endpoints.0.address": "a.b"}, f"{POINT}.address"),
    "endpoint that is a name with DNS": good({**DNS, "spec.endpoints.0.address": "a.b"}),
    "endpoint that is a name with a dot": good({**DNS, "spec.endpoints.0.address": "a.b."}),
    "endpoint that is a wildcard": bad({**DNS, "spec.endpoints.0.address": "*.b"}, f"{POINT}.address"),
    "endpoint with a port": bad({"spec.endpoints.0.address": "10.0.0.1:80"}, f"{POINT}.address"),
    "4096 endpoints": good(spec(endpoints=[{"address": f"10.0.{n // 256}.{n % 256}"} for n in range(4096)])),
    "4097 endpoints": bad(spec(endpoints=[{"address": f"10.0.{n // 256}.{n % 256}"} for n in range(4097)]), "spec.endpoints"),
    "endpoint's port unknown": bad({"spec.endpoints.0.ports": {"x": 1}}, f"{POINT}.ports[x]"),
    "endpoint's port 0": bad({"spec.endpoints.0.ports": {"http-80": 0}}, f"{POINT}.ports[http-80]"),
    "endpoint's port 65536": bad({"spec.endpoints.0.ports": {"http-80": 65536}}, f"{POINT}.ports[http-80]"),
    "endpoint's port a string": bad({"spec.endpoints.0.ports": {"http-80": "80"}}, f"{POINT}.ports[http-80]"),
    "endpoint's port name of 62": good({"spec.ports.0.name": "a" * 62, "spec.endpoints.0.ports": {"a" * 62: 80}}),
    "endpoint's port name of 63": bad({"spec.ports.0.name": "a" * 63, "spec.endpoints.0.ports": {"a" * 63: 80}},
                                      f"{POINT}.ports[{'a' * 63}]"),
    "endpoint's ports empty": good({"spec.endpoints.0.ports": {}}),
    "endpoint's ports null": bad({"spec.endpoints.0.ports": None}, f"{POINT}.ports"),
    "endpoint's 129 ports": bad({"spec.ports": ports(129), "spec.endpoints": [
        {"address": "10.0.0.1", "ports": {f"p{n}": 1 for n in range(1, 130)}}]}, f"{POINT}.ports"),
    "endpoint's label value of 64": good({"spec.endpoints.0.labels": {"a": "b" * 64}}),
    "endpoint's label key of 64": bad({"spec.endpoints.0.labels": {"a" * 64: ""}}, f"{POINT}.labels[{'a' * 64}]"),
    "endpoint's label with a prefix": good({"spec.endpoints.0.labels": {"X.io/a": ""}}),
    "endpoint's label with a long part": good({"spec.endpoints.0.labels": {"a" * 64 + ".io/a": ""}}),
    "endpoint's label with two slashes": bad({"spec.endpoints.0.labels": {"a/b/c": ""}}, f"{POINT}.labels[a/b/c]"),
    "endpoint's label value with a blank": bad({"spec.endpoints.0.labels": {"a": "b c"}}, f"{POINT}.labels[a]"),
    "endpoint's label a number": bad({"spec.endpoints.0.labels": {"a": 1}}, f"{POINT}.labels[a]"),
    "endpoint's label null": bad({"spec.endpoints.0.labels": {"a": None}}, f"{POINT}.labels[a]"),
    "endpoint's 256 labels": good({"spec.endpoints.0.labels": {f"l{n}": "" for n in range(256)}}),
    "endpoint's 257 labels": bad({"spec.endpoints.0.labels": {f"l{n}": "" for n in range(257)}}, f"{POINT}.labels"),
    "weight 0": good({"spec.endpoints.0.weight": 0}),
    "weight at its most": good({"spec.endpoints.0.weight": 4294967295}),
    "weight above it": bad({"spec.endpoints.0.weight": 4294967296}, f"{POINT}.weight"),
    "weight below 0": bad({"spec.endpoints.0.weight": -1}, f"{POINT}.weight"),
    "locality of any form": good({"spec.endpoints.0.locality": "a//b/*/c"}),
    "locality of 2048 characters": good({"spec.endpoints.0.locality": "ä" * 2048}),
    "locality of 2049": bad({"spec.endpoints.0.locality": "ä" * 2049}, f"{POINT}.locality"),
    "network of 2049": bad({"spec.endpoints.0.network": "n" * 2049}, f"{POINT}.network"),
    "service account of any form": good({"spec.endpoints.0.serviceAccount": "A b"}),
    "service account of 254": bad({"spec.endpoints.0.serviceAccount": "a" * 254}, f"{POINT}.serviceAccount"),
    "socket": good(SOCKET),
    "abstract socket": good({**SOCKET, "spec.endpoints.0.address": "unix://@x"}),
    "socket that is a directory": bad({**SOCKET, "spec.endpoints.0.address": "unix:///run/"}, f"{POINT}.address"),
    "abstract socket that is a directory": bad({**SOCKET, "spec.endpoints.0.address": "unix://@x/"}, f"{POINT}.address"),
    "relative socket": bad({**SOCKET, "spec.endpoints.0.address": "unix://x"}, f"{POINT}.address"),
    "empty socket": bad({**SOCKET, "spec.endpoints.0.address": "unix://"}, f"{POINT}.address"),
    "socket with ports": bad({**SOCKET, "spec.endpoints.0.ports": {"x": 1}}, f"{POINT}.ports"),
    "socket with empty ports": bad({**SOCKET, "spec.endpoints.0.ports": {}}, f"{POINT}.ports"),
    "socket of two ports": bad(spec(endpoints=[{"address": "unix:///run/x.sock"}]), f"{POINT}.address"),
    "socket with DNS": bad({**SOCKET, **DNS}, f"{POINT}.address"),
    # Selector
    "selector": good(SELECTOR),
    "selector without labels": good({**NO_ENDPOINTS, **spec(workloadSelector={})}, warned=True),
    "selector with DNS": good({**SELECTOR, **DNS}),
    "selector with NONE": good({**SELECTOR, "spec.resolution": "NONE"}, warned=True),
    "selector and endpoints": bad(spec(workloadSelector={"labels": {"a": "b"}}), "spec.workloadSelector"),
    "selector and empty endpoints": bad(spec(workloadSelector={"labels": {"a": "b"}}, endpoints=[]), "spec.workloadSelector"),
    "empty selector and endpoints": bad(spec(workloadSelector={}), "spec.workloadSelector"),
    "selector with a wildcard": bad({**SELECTOR, "spec.workloadSelector.labels": {"a": "b*"}}, "spec.workloadSelector.labels[a]"),
    "selector's key with a wildcard": bad({**SELECTOR, "spec.workloadSelector.labels": {"a*": "b"}},
                                          "spec.workloadSelector.labels[a*]"),
    "selector's key empty": bad({**SELECTOR, "spec.workloadSelector.labels": {"": "b"}}, "spec.workloadSelector.labels[]"),
    "selector's key of any form": good({**SELECTOR, "spec.workloadSelector.labels": {"a b": "b"}}),
    "selector's value of 63": good({**SELECTOR, "spec.workloadSelector.labels": {"a": "ä" * 63}}),
    "selector's value of 64": bad({**SELECTOR, "spec.workloadSelector.labels": {"a": "b" * 64}}, "spec.workloadSelector.labels[a]"),
    "selector null": bad({**NO_ENDPOINTS, **spec(workloadSelector=None)}, "spec.workloadSelector"),
    "selector's unknown field": bad({**SELECTOR, "spec.workloadSelector.matchLabels": {}}, "spec.workloadSelector.matchLabels"),
    # exportTo, subjectAltNames
    "exported to some": good(spec(exportTo=[".", "a"])),
    "exported to all": good(spec(exportTo=["*"])),
    "exported to nobody": good(spec(exportTo=["~"])),
    "exported to nobody else": bad(spec(exportTo=["~", "a"]), "spec.exportTo[0]"),
    "exported to all and one": bad(spec(exportTo=["a", "*"]), "spec.exportTo[1]"),
    "exported twice": bad(spec(exportTo=["a", "a"]), "spec.exportTo[1]"),
    "exported to its own twice": bad(spec(exportTo=[".", "default"]), "spec.exportTo[1]"),
    "exported to its own twice, the other way round": bad(spec(exportTo=["default", "."]), "spec.exportTo[1]"),
    "exported to no namespace": bad(spec(exportTo=["a.b"]), "spec.exportTo[0]"),
    "exported to upper case": good(spec(exportTo=["A"])),
    "exported to an empty one": bad(spec(exportTo=[""]), "spec.exportTo[0]"),
    "alternative names of any form": good(spec(subjectAltNames=["spiffe://x", ""])),
    "alternative name a number": bad(spec(subjectAltNames=[1]), "spec.subjectAltNames[0]"),
    # The whole, and metadata
    "unknown field of the spec": bad(spec(host="a.b"), "spec.host"),
    "unknown field of an endpoint": bad({"spec.endpoints.0.port": 80}, f"{POINT}.port"),
    "unknown field of a port": bad({"spec.ports.0.appProtocol": "http"}, f"{PORT}.appProtocol"),
    "unknown field of the object": bad({"data": {}}, "data"),
    "unknown field of the metadata": bad({"metadata.label": {}}, "metadata.label"),
    "field with an underscore": bad({**NO_ENDPOINTS, **spec(export_to=["*"])}, "spec.export_to"),
    "no spec": bad({"spec": GONE}, "spec"),
    "spec null": bad({"spec": None}, "spec"),
    "spec a list": bad({"spec": []}, "spec"),
    "v1beta1": good({"apiVersion": "networking.istio.io/v1beta1"}),
    "v1alpha3": good({"apiVersion": "networking.istio.io/v1alpha3"}),
    "a status": good({"status": {"addresses": [{"value": "240.240.0.1"}], "conditions": [{"type": "x", "status": "True"}]}}),
    "creation time null": good({"metadata.creationTimestamp": None}),
    "labels null": good({"metadata.labels": None}),
    "name of 253": good({"metadata.name": "a" * 253}),
    "name of 254": bad({"metadata.name": "a" * 254}, "metadata.name"),
    "name in upper case": bad({"metadata.name": "Case"}, "metadata.name"),
    "name with an underscore": bad({"metadata.name": "a_b"}, "metadata.name"),
    "name with dots": good({"metadata.name": "a.b-c.9"}),
    "label": good({"metadata.labels": {"example.com/a": "b" * 63}}),
    "label key with a blank": bad({"metadata.labels": {"a b": "c"}}, "metadata.labels[a b]"),
    "label prefix in upper case": bad({"metadata.labels": {"X.io/a": "c"}}, "metadata.labels[X.io/a]"),
    "label value of 64": bad({"metadata.labels": {"a": "b" * 64}}, "metadata.labels[a]"),
    "label value a number": bad({"metadata.labels": {"a": 1}}, "metadata.labels[a]"),
    "label value a switch": bad({"metadata.labels": {"a": True}}, "metadata.labels[a]"),
    "annotation of any text": good({"metadata.annotations": {"X.io/a": "any text: ü\n"}}),
    "annotation key with a blank": bad({"metadata.annotations": {"a b": "c"}}, "metadata.annotations[a b]"),
    "annotation value a number": bad({"metadata.annotations": {"a": 1}}, "metadata.annotations[a]"),
    "annotations too long": bad({"metadata.annotations": {"a": "x" * 262144}}, "metadata.annotations"),
    "dry run": bad({"metadata.annotations": {"istio.io/dry-run": "true"}}, "metadata.annotations[istio.io/dry-run]"),
    "parents": bad({"metadata.annotations": {"internal.istio.io/parents": "x"}},
                   "metadata.annotations[internal.istio.io/parents]"),
    "rejected always": bad({"metadata.annotations": {"internal.istio.io/webhook-always-reject": "x"}},
                           "metadata.annotations[internal.istio.io/webhook-always-reject]"),
    "finalizers": good({"metadata.finalizers": ["example.com/a"]}),
    "TCP without an address that gets none": good(
        {"metadata.labels": {"networking.istio.io/enable-autoallocate-ip": "False"}, "spec.ports.0.protocol": "TCP"}, warned=True),
}

WORKLOADS: dict[str, Row] = {
    "as it is": good({}),
    "a name": good(spec(address="a.b")),
    "a name with a dot": good(spec(address="a.b.")),
    "a zone": good(spec(address="fe80::1%eth0")),
    "no address": bad(spec(address=GONE), "spec.address"),
    "empty address": bad(spec(address=""), "spec.address"),
    "a network": good({**spec(address=GONE), **spec(network="n")}, warned=True),
    "no name": bad(spec(address="a_b"), "spec.address"),
    "a wildcard": bad(spec(address="*.a"), "spec.address"),
    "a socket": good(spec(address="unix:///run/x.sock", ports=GONE)),
    "a socket with ports": bad(spec(address="unix:///run/x.sock"), "spec.ports"),
    "a socket with empty ports": bad(spec(address="unix:///run/x.sock", ports={}), "spec.ports"),
    "a socket of 256": good(spec(address="unix:///" + "x" * 248, ports=GONE)),
    "a socket of 257": bad(spec(address="unix:///" + "x" * 249, ports=GONE), "spec.address"),
    "empty ports": good(spec(ports={})),
    "a port's name": bad(spec(ports={"a_b": 1}), "spec.ports[a_b]"),
    "a port's name of 63": bad(spec(ports={"a" * 63: 1}), f"spec.ports[{'a' * 63}]"),
    "port 0": bad(spec(ports={"a": 0}), "spec.ports[a]"),
    "ports as a list": bad(spec(ports=[{"name": "a", "number": 1}]), "spec.ports"),
    "a label's value": bad(spec(labels={"a": "b c"}), "spec.labels[a]"),
    "weight as a string": bad(spec(weight="1"), "spec.weight"),
    "everything": good(spec(network="n", locality="r", weight=1, serviceAccount="s")),
    "unknown field": bad(spec(adress="x"), "spec.adress"),
    "fields of a ServiceEntry": bad(spec(hosts=["a.b"]), "spec.hosts"),
    "no spec": bad({"spec": GONE}, "spec"),
    "v1alpha3": good({"apiVersion": "networking.istio.io/v1alpha3"}),
}

HEAD = f"apiVersion: {API}\nkind: ServiceEntry\nmetadata: {{name: {NAME}}}\n"
TEXTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "key twice": (f"{HEAD}spec:\n  hosts: [a.b]\n  hosts: [a.b]\n", ("spec.hosts",)),
    "map's key twice": (f"{HEAD}spec:\n  hosts: [a.b]\n  resolution: STATIC\n  endpoints:\n  - address: 10.0.0.1\n"
                        "    labels: {a: b, a: c}\n", ("spec.endpoints[0].labels[a]",)),
    "words that are no strings": (f"{HEAD}spec:\n  hosts: [yes]\n", ("spec.hosts[0]",)),
    "numbers that are no strings": (f"{HEAD}spec:\n  hosts: [1.5]\n", ("spec.hosts[0]",)),
    "anchors": (f"{HEAD}spec:\n  hosts: &h [a.b]\n  subjectAltNames: *h\n", ()),
    "port in hexadecimal": (f"{HEAD}spec:\n  hosts: [a.b]\n  ports: [{{name: a, number: 0x50, protocol: HTTP}}]\n", ()),
    "JSON": (json.dumps(ENTRY, indent=1), ()),
}


def corpus() -> list[Case]:
    cases: list[Case] = []
    for base, rows in ((ENTRY, ENTRIES), (WORKLOAD, WORKLOADS)):
        for name, (changes, refused, warned) in rows.items():
            manifest = changed(base, {"metadata.name": f"{NAME}-{len(cases)}", **changes})
            cases.append(Case(f"{base['kind']}: {name}", manifest["metadata"]["name"],
                              json.dumps(manifest, ensure_ascii=False), refused, warned))
    for name, (text, refused) in TEXTS.items():
        object_name = f"{NAME}-{len(cases)}"
        cases.append(Case(f"text: {name}", object_name, text.replace(NAME, object_name), refused))
    return cases


def pairs(count: int, seed: int) -> list[tuple[str, str]]:
    """ServiceEntries with two changes of the corpus each, drawn at random: their names and their texts. What is to be said of
    them is not known."""
    chance = random.Random(seed)
    drawn: list[tuple[str, str]] = []
    while len(drawn) < count:
        first, second = (changes for changes, _, _ in chance.sample(list(ENTRIES.values()), 2))
        name = f"pair-{len(drawn)}"
        try:
            text = json.dumps(changed(ENTRY, {**first, **second, "metadata.name": name}), ensure_ascii=False)
        except (IndexError, KeyError, TypeError, ValueError, AttributeError):
            continue  # the one takes away what the other changes
        if len(text) < 20_000:
            drawn.append((name, text))
    return drawn
