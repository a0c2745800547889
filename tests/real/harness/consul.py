"""A real Consul agent."""

from __future__ import annotations

import json
import ssl
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.certificates import Authority, Certificate
from support.processes import LOOPBACK, ServerProcess, free_port
from support.rest import Rest

TLS_NAME = "server.dc1.consul"  # as `consul tls cert create -server` names it
PORTS = ("http", "server", "serf_lan", "serf_wan", "grpc_tls")


@dataclass(frozen=True)
class ConsulTls:
    """HTTPS instead of HTTP; only clients with a certificate of the authority are answered."""

    authority: Authority
    server: Certificate
    client: Certificate

    @classmethod
    def make(cls, folder: Path) -> ConsulTls:
        authority = Authority(folder)
        server = authority.issue("server", names=(LOOPBACK, "localhost", TLS_NAME))
        return cls(authority, server, authority.issue("client", names=("client.test",)))


class Consul:
    """A server agent. A development agent leads its datacenter at once and keeps nothing over a restart. With `expect`, the
    number of servers of the datacenter, it is one that keeps its data, and has no leader until they are all joined."""

    def __init__(self, program: Path, folder: Path, datacenter: str = "dc1", node: str = "", acl: bool = False,
                 tls: ConsulTls | None = None, expect: int | None = None, dns: int = -1,
                 settings: Mapping[str, Any] | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.datacenter = datacenter
        self.tls = tls
        self.management_token = str(uuid.uuid4()) if acl else ""
        self.ports = {**{name: free_port() for name in PORTS}, "dns": dns}
        self.node = node or f"agent-{datacenter}"
        self._expect = expect
        config = folder / "consul.json"
        config.write_text(json.dumps({**self._settings(), **(settings or {})}))
        mode = ["-dev"] if expect is None else ["-server", f"-bootstrap-expect={expect}", f"-data-dir={folder / 'data'}"]
        self.process = ServerProcess(f"consul {datacenter}", [program, "agent", *mode, f"-config-file={config}"],
                                     folder / "consul.log")

    def _settings(self) -> dict[str, Any]:
        http = self.ports["http"]
        settings: dict[str, Any] = {
            "bind_addr": LOOPBACK, "client_addr": LOOPBACK, "node_name": self.node, "datacenter": self.datacenter,
            "disable_update_check": True, "leave_on_terminate": False,
            "performance": {"raft_multiplier": 1, "rpc_hold_timeout": "1s"},
            "ports": {**self.ports, "grpc": -1, **({"http": -1, "https": http} if self.tls else {"https": -1})},
        }
        if self.management_token:
            tokens = {"initial_management": self.management_token, "agent": self.management_token}
            settings["acl"] = {"enabled": True, "default_policy": "deny", "tokens": tokens}
        if self.tls:
            files = {"ca_file": self.tls.authority.ca, "cert_file": self.tls.server.cert, "key_file": self.tls.server.key}
            settings["tls"] = {"defaults": {name: str(path) for name, path in files.items()},
                               "https": {"verify_incoming": True}}
        return settings

    @property
    def address(self) -> str:
        """As a user gives it: http://127.0.0.1:PORT, or https://."""
        return f"{'https' if self.tls else 'http'}://{LOOPBACK}:{self.ports['http']}"

    def client(self, token: str = "") -> Rest:
        """Requests with this token, or with none."""
        context = None
        if self.tls:
            context = ssl.create_default_context(cafile=str(self.tls.authority.ca))
            context.load_cert_chain(self.tls.client.cert, self.tls.client.key)
        return Rest(self.address, {"X-Consul-Token": token} if token else {}, context)

    @property
    def api(self) -> Rest:
        return self.client(self.management_token)

    def start(self) -> Consul:
        self.process.start(self._ready)
        return self

    def stop(self) -> None:
        self.process.stop()

    def _ready(self) -> bool:
        if self._expect and self._expect > 1:
            return self.api.get("/v1/status/leader").status == 200
        services = self.api.get("/v1/catalog/services")
        return services.status == 200 and "consul" in services.json

    # What is in the catalog

    def register(self, node: str, address: str, service: str | Mapping[str, Any] | None = None, port: int = 0, *,
                 status: str = "passing", checks: Sequence[Mapping[str, Any]] | None = None,
                 node_fields: Mapping[str, Any] | None = None, **fields: Any) -> None:
        """Registers a node and, in it, a service. `service`: a name (its fields as keywords: ID, Address, Tags, Meta, Weights,
        Kind, …) or the whole Service document. `status` is that of one check of the service; `checks` replaces it."""
        document: dict[str, Any] = {"Node": node, "Address": address, **(node_fields or {})}
        if service is not None:
            whole = dict(service) if isinstance(service, Mapping) else {"Service": service}
            whole = {"ID": whole["Service"], **({"Port": port} if port else {}), **whole, **fields}
            document["Service"] = whole
            document["Checks"] = list(checks) if checks is not None else [service_check(whole["ID"], status)]
        elif checks is not None:
            document["Checks"] = list(checks)
        self.api.must("PUT", "/v1/catalog/register", document)

    def deregister(self, node: str, service_id: str = "") -> None:
        """Takes out a node, or only one service of it."""
        self.api.must("PUT", "/v1/catalog/deregister",
                      {"Node": node, **({"ServiceID": service_id} if service_id else {})})

    def clear(self) -> None:
        """Takes out every node but the agent's own."""
        for node in self.api.must("GET", "/v1/catalog/nodes").json:
            if node["Node"] != self.node:
                self.deregister(node["Node"])

    def token(self, rules: str) -> str:
        """A new token with these ACL rules (HCL)."""
        policy = self.api.must("PUT", "/v1/acl/policy", {"Name": f"policy-{uuid.uuid4()}", "Rules": rules}).json
        return self.api.must("PUT", "/v1/acl/token", {"Policies": [{"ID": policy["ID"]}]}).json["SecretID"]


def service_check(service_id: str, status: str = "passing", check_id: str = "") -> dict[str, str]:
    name = check_id or f"service:{service_id}"
    return {"CheckID": name, "Name": name, "Status": status, "ServiceID": service_id}


def node_check(status: str, check_id: str = "alive") -> dict[str, str]:
    return {"CheckID": check_id, "Name": check_id, "Status": status}


def node_maintenance() -> dict[str, str]:
    """What `consul maint -enable` leaves."""
    return node_check("critical", "_node_maintenance")


def service_maintenance(service_id: str) -> dict[str, str]:
    """What `consul maint -enable -service=ID` leaves."""
    return service_check(service_id, "critical", f"_service_maintenance:{service_id}")
