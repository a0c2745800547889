"""Services that an agent itself registers and checks, as most are; and what Consul's own DNS answers for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from harness import dns
from harness.consul import Consul, node_maintenance, service_check, service_maintenance
from harness.outcome import diagnosed, objects
from support.processes import LOOPBACK, free_port, wait_for
from support.program import Run


@pytest.fixture(scope="module")
def agent_with_dns(session_consul: Callable[..., Consul]) -> tuple[Consul, int]:
    port = free_port()
    server = session_consul(dns=port)
    return server, port


@pytest.fixture
def agent(agent_with_dns: tuple[Consul, int]) -> Iterator[Consul]:
    server, _ = agent_with_dns
    yield server
    for service in server.api.must("GET", "/v1/agent/services").json:
        server.api.send("PUT", f"/v1/agent/service/deregister/{service}")  # a sidecar goes with its service
    server.api.must("PUT", "/v1/agent/maintenance?enable=false")
    server.clear()


@pytest.fixture
def export(r2i, agent: Consul) -> Callable[[], Run]:
    return lambda: r2i("export", "--from", f"consul={agent.address}", "-o", "json", "-v")


def endpoints(run: Run) -> dict[str, list[str]]:
    """Host → ADDRESS of its endpoints, once Consul's agent and catalog agree."""
    return {one["metadata"]["name"]: [endpoint["address"] for endpoint in one["spec"].get("endpoints", ())]
            for one in objects(run)}


def put(agent: Consul, path: str, body: object = None) -> None:
    agent.api.must("PUT", f"/v1/agent/{path}", body)


WEB = {"Name": "web", "Port": 8080, "Check": {"CheckID": "alive", "TTL": "1h", "Status": "passing"}}
UP, DOWN = {"web.service.consul": [LOOPBACK]}, {"web.service.consul": []}


def test_a_service_of_an_agent_has_the_agents_address(agent, export):
    put(agent, "service/register", WEB)
    wait_for(lambda: endpoints(export()) == UP, "the service")


@pytest.mark.parametrize("check, expected", [("warn", UP), ("fail", DOWN)])
def test_its_check_decides(agent, export, check, expected):
    put(agent, "service/register", WEB)
    put(agent, f"check/{check}/alive")
    wait_for(lambda: endpoints(export()) == expected, "the check to count")
    put(agent, "check/pass/alive")
    wait_for(lambda: endpoints(export()) == UP, "the check to pass")


@pytest.mark.parametrize("what", ["maintenance", "service/maintenance/web"])
def test_maintenance_takes_it_out_and_brings_it_back(agent, export, what):
    put(agent, "service/register", WEB)
    put(agent, f"{what}?enable=true")
    wait_for(lambda: endpoints(export()) == DOWN, "maintenance")
    assert ("R2I2011", "web") in diagnosed(export())
    put(agent, f"{what}?enable=false")
    wait_for(lambda: endpoints(export()) == UP, "its end")


def test_its_sidecar_is_no_service(agent, export):
    put(agent, "service/register", {**WEB, "Connect": {"SidecarService": {}}})
    wait_for(lambda: ("R2I2002", "web-sidecar-proxy") in diagnosed(export()), "the sidecar")
    assert endpoints(export()) == UP


# Consul's own DNS


@pytest.mark.parametrize("name, states", [
    ("mixed", ["passing", "warning", "critical"]), ("sick", ["critical", "critical"]), ("odd", ["passing", "unknown"]),
    ("empty-status", ["passing", ""])])
def test_the_endpoints_are_those_that_consuls_own_dns_answers(agent, agent_with_dns, export, name, states):
    for number, status in enumerate(states, 1):
        agent.register(f"n{number}", f"192.0.2.{number}", name, 8080, status=status)
    host = f"{name}.service.consul"
    assert set(endpoints(export())[host]) == dns.addresses(LOOPBACK, agent_with_dns[1], host)


def test_in_maintenance_too(agent, agent_with_dns, export):
    agent.register("n1", "192.0.2.1", "web", 8080)
    agent.register("n2", "192.0.2.2", "web", 8080, checks=[service_check("web"), node_maintenance()])
    agent.register("n3", "192.0.2.3", "web", 8080, checks=[service_maintenance("web")])
    agent.register("n4", "192.0.2.4", "Web", 8080, ID="upper", Address="192.0.2.77")
    answered = dns.addresses(LOOPBACK, agent_with_dns[1], "web.service.consul")
    assert set(endpoints(export())["web.service.consul"]) == answered == {"192.0.2.1", "192.0.2.77"}


def test_of_a_remote_datacenter_and_of_names_in_upper_case_the_host_is_one_that_dns_knows(agent, agent_with_dns, r2i):
    agent.register("n1", "192.0.2.1", "PAY", 8080)
    local = r2i("export", "--from", f"consul={agent.address}", "-o", "json")
    remote = r2i("export", "--from", f"consul={agent.address}?datacenter=dc1&localDatacenter=dc9", "-o", "json")
    for run in (local, remote):
        (host,) = endpoints(run)
        assert dns.addresses(LOOPBACK, agent_with_dns[1], host) == {"192.0.2.1"}
