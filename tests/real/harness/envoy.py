"""A real Envoy that is fed by istiod, as a sidecar."""

from __future__ import annotations

import http.client
import itertools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from support.processes import LOOPBACK, ServerProcess, free_port, wait_for
from support.rest import Rest
from harness.istiod import Istiod
from harness.manifests import port as port_of, service_entry

_marker_ports = itertools.count(60000)


class Envoy:
    """`metadata` adds to what the proxy says of itself: `{"DNS_CAPTURE": "true"}` makes it one that resolves through Istio."""

    def __init__(self, program: Path, istiod: Istiod, folder: Path, name: str = "client-0", address: str = "127.0.0.9",
                 namespace: str = "default", metadata: Mapping[str, Any] | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._api_server = istiod.api_server
        self._proxy_port, self._admin_port = free_port(), free_port()
        self.admin = Rest(f"http://{LOOPBACK}:{self._admin_port}")
        bootstrap = folder / "bootstrap.json"
        bootstrap.write_text(json.dumps({
            "node": {"id": f"sidecar~{address}~{name}.{namespace}~{namespace}.svc.cluster.local",
                     "cluster": f"client.{namespace}",
                     "metadata": {"NAMESPACE": namespace, "CLUSTER_ID": "Kubernetes", "ISTIO_VERSION": "1.31.0",
                                  "LABELS": {"app": "client"}, "PROXY_CONFIG": {},
                                  "ENVOY_STATUS_PORT": 15021, "ENVOY_PROMETHEUS_PORT": 15090,
                                  "HTTP_PROXY_PORT": str(self._proxy_port), **(metadata or {})}},
            "admin": {"address": _socket(self._admin_port)},
            "dynamic_resources": {
                "ads_config": {"api_type": "GRPC", "transport_api_version": "V3",
                               "grpc_services": [{"envoy_grpc": {"cluster_name": "xds-grpc"}}]},
                "lds_config": {"ads": {}, "resource_api_version": "V3"},
                "cds_config": {"ads": {}, "resource_api_version": "V3"}},
            "static_resources": {"clusters": [{
                "name": "xds-grpc", "type": "STATIC", "connect_timeout": "5s",
                "typed_extension_protocol_options": {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                    "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                    "explicit_http_config": {"http2_protocol_options": {}}}},
                "load_assignment": {"cluster_name": "xds-grpc", "endpoints": [{"lb_endpoints": [
                    {"endpoint": {"address": _socket(istiod.xds_port)}}]}]}}]},
        }))
        self.process = ServerProcess("envoy", [
            program, "-c", bootstrap, "--use-dynamic-base-id", "--concurrency", "1", "--log-level", "warning",
            "--component-log-level", "misc:error"], folder / "envoy.log")

    def start(self) -> Envoy:
        self.process.start(lambda: self.admin.get("/ready").status == 200)
        wait_for(lambda: any(str(self._proxy_port) in name for name in self.listeners()), "the proxy's own listener")
        return self

    def stop(self) -> None:
        self.process.stop(patience=2)

    # What istiod sent

    def _dump(self, resource: str) -> list[dict[str, Any]]:
        return self.admin.must("GET", f"/config_dump?resource={resource}").json.get("configs", [])

    def listeners(self) -> dict[str, dict[str, Any]]:
        """The listeners in use, by name: 0.0.0.0_3306."""
        found = (entry.get("active_state", {}).get("listener") for entry in self._dump("dynamic_listeners"))
        return {listener["name"]: listener for listener in found if listener}

    def clusters(self) -> dict[str, dict[str, Any]]:
        """The clusters in use, by name: outbound|80||web.service.consul."""
        return {entry["cluster"]["name"]: entry["cluster"] for entry in self._dump("dynamic_active_clusters")}

    def routes(self) -> dict[str, dict[str, Any]]:
        """The route configurations, by name: the port number for outbound HTTP."""
        found = (entry["route_config"] for entry in self._dump("dynamic_route_configs"))
        return {route["name"]: route for route in found}

    def hosts(self, cluster: str) -> dict[str, int]:
        """The endpoints that a cluster has: ADDRESS:PORT → weight."""
        statuses = self.admin.must("GET", "/clusters?format=json").json.get("cluster_statuses", [])
        found = (host for status in statuses if status["name"] == cluster for host in status.get("host_statuses", []))
        return {_place(host["address"]["socket_address"]): host.get("weight", 1) for host in found}

    def settle(self, namespace: str) -> None:
        """Returns when everything that the API server took before is in use here: a marker that came later is."""
        port = next(_marker_ports)
        self._api_server.apply(service_entry(namespace, f"marker-{port}.test", [port_of(port, "TCP")], addresses=["127.7.7.7"]))
        wait_for(lambda: f"127.7.7.7_{port}" in self.listeners(), "istiod's next push")

    # Traffic

    def get(self, host: str, path: str = "/") -> tuple[int, str]:
        """A GET through the proxy, for http://HOST/: status and body. Services with port 80 are found."""
        connection = http.client.HTTPConnection(LOOPBACK, self._proxy_port, timeout=10)
        try:
            connection.request("GET", f"http://{host}{path}", headers={"Host": host})
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()


PASS = ["PassthroughCluster"]


def destinations(chain: Mapping[str, Any]) -> list[str]:
    """Where one filter chain of a listener sends: the cluster of its TCP proxy, or `routes NAME` of its HTTP manager."""
    found = []
    for part in chain.get("filters", []):
        settings = part.get("typed_config", {})
        if "cluster" in settings:
            found.append(settings["cluster"])
        elif "rds" in settings:
            found.append(f"routes {settings['rds']['route_config_name']}")
    return found


def chains(envoy: Envoy, number: int) -> tuple[dict[str, list[str]], list[str]]:
    """The listener 0.0.0.0_NUMBER: where its filter chains send, by what they match, and where everything else goes."""
    listener = envoy.listeners()[f"0.0.0.0_{number}"]
    matched = {json.dumps(chain.get("filter_chain_match", {})): destinations(chain) for chain in listener["filter_chains"]}
    rest = destinations(listener.get("default_filter_chain", {}))
    return matched, matched.pop("{}", rest)


def sni(host: str) -> str:
    """What a filter chain for this TLS server name matches."""
    return json.dumps({"server_names": [host]})


def own_listeners(envoy: Envoy, number: int) -> dict[str, list[str]]:
    """The listeners on the addresses that Istio gave, for this port: where each sends what is not HTTP."""
    found = {name: listener for name, listener in envoy.listeners().items()
             if name.startswith("240.240.") and name.endswith(f"_{number}")}
    return {name: destinations(listener.get("default_filter_chain") or listener["filter_chains"][-1])
            for name, listener in found.items()}


def _place(socket: Mapping[str, Any]) -> str:
    return f"{socket['address']}:{socket['port_value']}"


def _socket(port: int) -> dict[str, Any]:
    return {"socket_address": {"address": LOOPBACK, "port_value": port}}
