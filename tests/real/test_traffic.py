"""The whole way: what is registered in Consul is exported, applied, and reached through Envoy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from harness.consul import Consul, service_maintenance
from harness.envoy import Envoy
from support.backend import Backend
from support.processes import wait_for

NO_ENDPOINT = (503, "no healthy upstream")


@pytest.fixture
def instance(consul: Consul, backend: Callable[..., Backend]) -> Callable[..., Backend]:
    """instance("web", 1, Weights=…) starts a backend and registers it in Consul; it answers with `web-1`."""
    def start(service: str, number: int, **fields: object) -> Backend:
        server = backend(f"{service}-{number}", f"127.0.1.{number}")
        consul.register(f"node-{number}", server.address, service, server.port, **fields)
        return server

    return start


def answers(envoy: Envoy, host: str, count: int) -> Counter[tuple[int, str]]:
    return Counter(envoy.get(host) for _ in range(count))


@pytest.mark.parametrize("layout", ["inline", "workload-entries"])
def test_traffic_is_divided_by_consuls_weights(sync, envoy, instance, layout):
    instance("web", 1, Weights={"Passing": 3, "Warning": 1})
    instance("web", 2, Weights={"Passing": 1, "Warning": 1})
    sync(f"--layout={layout}")
    wait_for(lambda: len(envoy.hosts("outbound|80||web.service.consul")) == 2, "both endpoints")
    found = answers(envoy, "web.service.consul", 400)
    assert set(found) == {(200, "web-1"), (200, "web-2")}
    assert 270 <= found[200, "web-1"] <= 330


def test_instances_on_ports_of_their_own_are_all_reached_by_port_80(sync, envoy, instance):
    backends = [instance("dynamic", number) for number in (1, 2, 3)]
    assert len({server.port for server in backends}) == 3
    sync()
    found = answers(envoy, "dynamic.service.consul", 90)
    assert set(found) == {(200, "dynamic-1"), (200, "dynamic-2"), (200, "dynamic-3")}


def test_an_instance_that_was_deregistered_is_no_longer_reached(sync, envoy, instance, consul):
    gone, _ = instance("leaving", 1), instance("leaving", 2)
    sync("--service-port=80")
    assert set(answers(envoy, "leaving.service.consul", 20)) == {(200, "leaving-1"), (200, "leaving-2")}
    consul.deregister("node-1", "leaving")
    sync("--service-port=80")
    wait_for(lambda: len(envoy.hosts("outbound|80||leaving.service.consul")) == 1, "one endpoint")
    before = len(gone.requests)
    assert set(answers(envoy, "leaving.service.consul", 20)) == {(200, "leaving-2")}
    assert len(gone.requests) == before


def test_a_service_whose_instances_are_all_critical_answers_503_and_reaches_nobody(sync, envoy, instance, consul):
    servers = [instance("sick", 1), instance("sick", 2)]
    sync("--service-port=80")
    assert set(answers(envoy, "sick.service.consul", 10)) == {(200, "sick-1"), (200, "sick-2")}
    for server, number in zip(servers, (1, 2)):
        consul.register(f"node-{number}", server.address, "sick", server.port, status="critical")
    sync("--service-port=80")
    wait_for(lambda: not envoy.hosts("outbound|80||sick.service.consul"), "no endpoint")
    before = [len(server.requests) for server in servers]
    assert set(answers(envoy, "sick.service.consul", 20)) == {NO_ENDPOINT}
    assert [len(server.requests) for server in servers] == before


def test_an_instance_in_maintenance_is_not_reached_and_comes_back(sync, envoy, instance, consul):
    server, _ = instance("paused", 1), instance("paused", 2)
    consul.register("node-1", server.address, "paused", server.port, checks=[service_maintenance("paused")])
    sync("--service-port=80")
    assert set(answers(envoy, "paused.service.consul", 20)) == {(200, "paused-2")}
    consul.api.must("PUT", "/v1/catalog/deregister", {"Node": "node-1", "CheckID": "_service_maintenance:paused"})
    sync("--service-port=80")
    wait_for(lambda: len(envoy.hosts("outbound|80||paused.service.consul")) == 2, "both endpoints")
    assert set(answers(envoy, "paused.service.consul", 20)) == {(200, "paused-1"), (200, "paused-2")}


def test_an_instance_with_a_host_name_is_resolved_by_the_proxy(sync, envoy, backend, consul):
    server = backend("named-1", "127.0.0.1")
    consul.register("node-1", "192.0.2.1", "named", server.port, Address="localhost")
    sync("--service-port=80")
    cluster = "outbound|80||named.service.consul"
    assert envoy.clusters()[cluster]["type"] == "STRICT_DNS"
    wait_for(lambda: any(place.endswith(f":{server.port}") for place in envoy.hosts(cluster)), "the name to be resolved")
    assert envoy.get("named.service.consul") == (200, "named-1")


def test_names_that_are_no_host_names_are_reached_by_the_host_that_is_made_of_them(sync, envoy, instance):
    instance("Pay_Out", 1)
    sync("--service-port=80")
    assert envoy.get("pay-out.service.consul") == (200, "Pay_Out-1")
