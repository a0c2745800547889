"""Several Consuls that know each other: as servers of one datacenter, as datacenters, as peers."""

from __future__ import annotations

from collections.abc import Sequence

from harness.consul import Consul
from support.processes import LOOPBACK, wait_for


def join_lan(one: Consul, two: Consul) -> tuple[Consul, Consul]:
    """Makes two servers (`expect=2`, with different `node` names) one datacenter. Returns them as (leader, follower)."""
    one.api.must("PUT", f"/v1/agent/join/{LOOPBACK}:{two.ports['serf_lan']}")
    for server in (one, two):
        wait_for(lambda: server.api.get("/v1/catalog/services").status == 200, "a leader")
    leads = one.api.must("GET", "/v1/status/leader").json.endswith(f":{one.ports['server']}")
    return (one, two) if leads else (two, one)


def join_wan(one: Consul, two: Consul) -> None:
    """Makes two datacenters know each other, and returns when each can ask the other."""
    one.api.must("PUT", f"/v1/agent/join/{LOOPBACK}:{two.ports['serf_wan']}?wan=1")
    for here, there in ((one, two), (two, one)):
        wait_for(lambda: here.api.get(f"/v1/catalog/nodes?dc={there.datacenter}").status == 200,
                 f"{here.datacenter} to reach {there.datacenter}")


def peer(exporter: Consul, importer: Consul, services: Sequence[str]) -> str:
    """Makes two clusters peers; `exporter` shares these services. Returns its name as `importer` knows it."""
    exporter_name, importer_name = f"peer-{exporter.datacenter}", f"peer-{importer.datacenter}"
    token = exporter.api.must("POST", "/v1/peering/token", {"PeerName": importer_name}).json["PeeringToken"]
    establish = {"PeerName": exporter_name, "PeeringToken": token}
    # The exporter's server for peers has no certificate until its Connect is ready, which nothing tells.
    wait_for(lambda: importer.api.send("POST", "/v1/peering/establish", establish).status == 200, "the peering")
    exported = [{"Name": service, "Consumers": [{"Peer": importer_name}]} for service in services]
    exporter.api.must("PUT", "/v1/config", {"Kind": "exported-services", "Name": "default", "Services": exported})
    wait_for(lambda: all(importer.api.get(f"/v1/health/service/{service}?peer={exporter_name}").json for service in services),
             "the peer's services")
    return exporter_name
