"""A real istiod that reads an API server, and istioctl."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from support.processes import LOOPBACK, ServerProcess, clean_environment, free_port, wait_for
from support.rest import Rest
from harness.apiserver import ApiServer

SETTINGS = {
    "POD_NAME": "istiod-0", "POD_NAMESPACE": "istio-system", "ENABLE_CA_SERVER": "false", "PILOT_CERT_PROVIDER": "none",
    "PILOT_ENABLE_ALPN_FILTER": "false", "PILOT_ENABLE_METADATA_EXCHANGE": "false",
    "VALIDATION_WEBHOOK_CONFIG_NAME": "", "INJECTION_WEBHOOK_CONFIG_NAME": "",
}
NO_MTLS = {"apiVersion": "security.istio.io/v1", "kind": "PeerAuthentication",
           "metadata": {"name": "default", "namespace": "istio-system"}, "spec": {"mtls": {"mode": "DISABLE"}}}


class Istioctl:
    def __init__(self, programs: Path, folder: Path) -> None:
        self._program = programs / "istioctl"
        self._folder = folder

    def validate(self, manifests: str | Path) -> subprocess.CompletedProcess[str]:
        """`istioctl validate` of YAML text, or of a folder: the other judge beside `ApiServer.judge`."""
        text, place = (manifests, "-") if isinstance(manifests, str) else (None, str(manifests))
        return subprocess.run([str(self._program), "validate", "-f", place], input=text, encoding="utf-8",
                              capture_output=True, timeout=120, env=clean_environment(self._folder))


class Istiod:
    def __init__(self, programs: Path, api_server: ApiServer, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.api_server = api_server
        self.xds_port, self._http_port = free_port(), free_port()
        self.istioctl = Istioctl(programs, folder)
        self.outbound_port = free_port()  # 15001 in a real mesh
        mesh = folder / "mesh.yaml"
        mesh.write_text(json.dumps({"enablePrometheusMerge": False, "enableAutoMtls": False,
                                    "proxyListenPort": self.outbound_port, "proxyInboundListenPort": free_port()}))
        self.http = Rest(f"http://{LOOPBACK}:{self._http_port}")
        self.process = ServerProcess("istiod", [
            programs / "pilot-discovery", "discovery", f"--kubeconfig={api_server.kubeconfig()}", "--registries=Kubernetes",
            f"--meshConfig={mesh}", "--networksConfig=/nonexistent", f"--httpAddr={LOOPBACK}:{self._http_port}",
            f"--grpcAddr={LOOPBACK}:{self.xds_port}", "--httpsAddr=", "--secureGRPCAddr=",
            f"--monitoringAddr={LOOPBACK}:{free_port()}", "--ctrlz_port=0"], folder / "istiod.log", SETTINGS)

    def start(self) -> Istiod:
        self.api_server.namespace("istio-system")
        self.api_server.apply(NO_MTLS)
        self.process.start(lambda: self.http.get("/ready").status == 200)
        return self

    def stop(self) -> None:
        self.process.stop()

    def debug(self, name: str) -> Any:
        """What /debug/NAME says: configz, registryz, endpointShardz, push_status, …"""
        return self.http.must("GET", f"/debug/{name}").json

    def endpoint_shards(self, host: str, namespace: str) -> list[dict[str, Any]]:
        """The endpoints that istiod has for a host, of every service port; [] if it knows none."""
        shards = self.debug("endpointShardz").get(host, {}).get(namespace, {}).get("Shards") or {}
        endpoints = [endpoint for shard in shards.values() for endpoint in shard or []]
        return sorted(endpoints, key=lambda one: (one["ServicePortName"], one["Addresses"], one["EndpointPort"]))

    def targets(self, host: str, namespace: str) -> dict[str, list[str]]:
        """Service port name → ADDRESS:PORT of its endpoints."""
        found: dict[str, list[str]] = {}
        for endpoint in self.endpoint_shards(host, namespace):
            place = f"{endpoint['Addresses'][0]}:{endpoint['EndpointPort']}"
            found.setdefault(endpoint["ServicePortName"], []).append(place)
        return found

    def configs(self, namespace: str) -> dict[tuple[str, str], dict[str, Any]]:
        """The objects of a namespace that istiod accepted: (kind, name) → object."""
        return {(one["kind"], one["metadata"]["name"]): one for one in self.debug("configz")
                if one["metadata"].get("namespace") == namespace}

    def wait_for_config(self, namespace: str, *names: str) -> None:
        """Returns when istiod has taken objects with these names."""
        wait_for(lambda: set(names) <= {name for _, name in self.configs(namespace)}, f"istiod to take {names}")

    def validate(self, manifests: str) -> subprocess.CompletedProcess[str]:
        return self.istioctl.validate(manifests)
