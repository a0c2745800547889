"""What a Consul and an API server say about a mesh in which nothing has changed since the last `apply`."""

from __future__ import annotations

import json
import subprocess
import uuid
from collections.abc import Sequence
from typing import Any

from prepared import Answer, answer, prepared_server
from support.object_store import GROUP, Key, ObjectStore

NODES = 500
OWNER, NAMESPACE = "bench", "mesh"
PAGE = 500  # objects, as `apply` and kubectl ask for them
CONSUL_HEADERS = {
    "Vary": "Accept-Encoding", "X-Consul-Default-Acl-Policy": "allow", "X-Consul-Effective-Consistency": "stale",
    "X-Consul-Index": "1017", "X-Consul-Knownleader": "true", "X-Consul-Lastcontact": "0",
    "X-Consul-Query-Backend": "blocking-query", "Date": "Tue, 24 Nov 2026 03:51:37 GMT",
}
CLUSTER_HEADERS = {
    "Audit-Id": "2f1ec7c1-5b0f-4a56-a3a4-1a1f4e0a4a53", "Cache-Control": "no-cache, private",
    "Date": "Tue, 24 Nov 2026 03:51:37 GMT", "X-Kubernetes-Pf-Flowschema-Uid": "6a7f0f0a-6d3b-4f5a-9b5e-3a2a1a1f4e0a",
    "X-Kubernetes-Pf-Prioritylevel-Uid": "0d3b6a7f-0f0a-4f5a-9b5e-4e0a3a2a1a1f",
}
JsonObject = dict[str, Any]


def consul_answers(services: int, instances: int) -> dict[str, Answer]:
    """Field for field what an agent of Consul 1.21 answers about services that are registered with agents."""
    names = [f"service-{number:05}" for number in range(services)]
    tags = {name: ["primary", f"version={number % 7}"] for number, name in enumerate(names)}
    found = {"/v1/catalog/services?stale=": answer(_json({"consul": [], **tags}), CONSUL_HEADERS),
             "/v1/health/service/consul?stale=": answer(_json([_entry("consul", [], 0, 0)]), CONSUL_HEADERS)}
    for number, name in enumerate(names):
        entries = [_entry(name, tags[name], number * instances + index, index) for index in range(instances)]
        found[f"/v1/health/service/{name}?stale="] = answer(_json(entries), CONSUL_HEADERS)
    return found


def _entry(service: str, tags: Sequence[str], number: int, index: int) -> JsonObject:
    node = f"node-{number % NODES:03}"
    on_node = f"10.255.{number % NODES // 250}.{number % 250}"
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    own = f"{service}-{index}"
    stored = {"CreateIndex": number + 100, "ModifyIndex": number + 100}
    place = {"Address": address, "Port": 8080}
    passing = {"Status": "passing", "Notes": ""}
    rest = {"Interval": "", "Timeout": "", "ExposedPort": 0, "Definition": {}, **stored}
    return {
        "Node": {"ID": str(uuid.UUID(int=number % NODES)), "Node": node, "Address": on_node, "Datacenter": "dc1",
                 "TaggedAddresses": dict.fromkeys(("lan", "lan_ipv4", "wan", "wan_ipv4"), on_node),
                 "Meta": {"consul-network-segment": "", "consul-version": "1.21.0"}, **stored},
        "Service": {"ID": own, "Service": service, "Tags": tags, "Address": address,
                    "TaggedAddresses": {"lan_ipv4": place, "wan_ipv4": place},
                    "Meta": {"env": "production", "team": f"team-{number % 40}"}, "Port": 8080,
                    "Weights": {"Passing": 1, "Warning": 1}, "EnableTagOverride": False,
                    "Proxy": {"Mode": "", "MeshGateway": {}, "Expose": {}}, "Connect": {}, "PeerName": "", **stored},
        "Checks": [{"Node": node, "CheckID": "serfHealth", "Name": "Serf Health Status", **passing,
                    "Output": "Agent alive and reachable", "ServiceID": "", "ServiceName": "", "ServiceTags": [], "Type": "",
                    **rest},
                   {"Node": node, "CheckID": f"service:{own}", "Name": f"Service '{service}' check", **passing,
                    "Output": f"HTTP GET http://{address}:8080/health: 200 OK Output: ok", "ServiceID": own,
                    "ServiceName": service, "ServiceTags": tags, "Type": "http", **rest}],
    }


def cluster_answers(binary: str, consul: dict[str, Answer]) -> dict[str, Answer]:
    """The pages of the objects that `apply` has written for this Consul, and of which istiod has written the status."""
    with prepared_server(consul) as server:
        done = subprocess.run([binary, "export", "--from", f"consul={server.address}", "-n", NAMESPACE, "--owner", OWNER,
                               "-o", "json", "--quiet"], capture_output=True, check=True)
    store = ObjectStore()
    for number, wanted in enumerate(json.loads(done.stdout)["items"]):
        key = Key("serviceentries", NAMESPACE, wanted["metadata"]["name"])
        store.apply(key, wanted, f"registry2istio-{OWNER}")
        addresses = [f"240.240.{number >> 8}.{number & 255}", f"2001:2::f0f0:{number:x}"]
        host = wanted["spec"]["hosts"][0]
        store.write_status(key, {"addresses": [{"host": host, "value": value} for value in addresses]})
    return {**_pages(store, "serviceentries"), **_pages(store, "workloadentries")}


def _pages(store: ObjectStore, plural: str) -> dict[str, Answer]:
    found, token = {}, ""
    while True:
        page = store.page(plural, "", PAGE, token)
        path = f"/apis/{GROUP}/v1/{plural}?limit={PAGE}{f'&continue={token}' if token else ''}"
        found[path] = answer(_json(page, sort_keys=True) + b"\n", CLUSTER_HEADERS, compress=True)
        token = page["metadata"]["continue"]
        if not token:
            return found


def _json(value: Any, sort_keys: bool = False) -> bytes:
    return json.dumps(value, sort_keys=sort_keys, separators=(",", ":")).encode()
