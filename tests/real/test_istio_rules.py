"""What Istio and Envoy make of ServiceEntries: the ground that the conversion rules stand on."""

from __future__ import annotations

from typing import Any

import pytest

from harness.apiserver import ApiServer
from harness.envoy import PASS, Envoy, chains, destinations, own_listeners, sni
from harness.istiod import Istiod
from harness.manifests import endpoint, port, service_entry
from support.processes import wait_for

@pytest.fixture
def older_and_younger(api_server: ApiServer, envoy: Envoy, namespace: str) -> Any:
    """Applies two manifests, the second when the first is older than it, and waits until both are in use."""
    def apply(older: dict[str, Any], younger: dict[str, Any]) -> None:
        api_server.apply(older)
        api_server.tick()
        api_server.apply(younger)
        envoy.settle(namespace)

    return apply


def entry(namespace: str, host: str, number: int, protocol: str, last_byte: int) -> dict[str, Any]:
    return service_entry(namespace, host, [port(number, protocol)], [endpoint(f"192.0.2.{last_byte}")])


# Listeners without an address of their own


@pytest.mark.parametrize("protocol", ["TCP", "MySQL", "Mongo", "Redis"])
def test_oldest_tcp_service_takes_everything_on_its_port(protocol, older_and_younger, envoy, namespace, service_port):
    older_and_younger(entry(namespace, f"z-{service_port}.test", service_port, protocol, 1),
                      entry(namespace, f"a-{service_port}.test", service_port, protocol, 2))
    assert chains(envoy, service_port) == ({}, [f"outbound|{service_port}||z-{service_port}.test"])


def test_oldest_undecided_service_takes_everything_but_http(older_and_younger, envoy, namespace, service_port):
    older_and_younger(entry(namespace, "z-undecided.test", service_port, "", 1),
                      entry(namespace, "a-undecided.test", service_port, "", 2))
    matched, rest = chains(envoy, service_port)
    assert list(matched.values()) == [[f"routes {service_port}"]]
    assert rest == [f"outbound|{service_port}||z-undecided.test"]


def test_http_services_share_a_port_and_let_the_rest_pass(api_server, envoy, namespace, service_port):
    api_server.apply(entry(namespace, "one.http.test", service_port, "HTTP", 1),
                     entry(namespace, "two.http.test", service_port, "GRPC", 2))
    envoy.settle(namespace)
    matched, rest = chains(envoy, service_port)
    assert list(matched.values()) == [[f"routes {service_port}"]]
    assert rest == PASS
    hosts = {host["domains"][0]: host["routes"][0]["route"]["cluster"]
             for host in envoy.routes()[str(service_port)]["virtual_hosts"]}
    assert hosts == {"one.http.test": f"outbound|{service_port}||one.http.test",
                     "two.http.test": f"outbound|{service_port}||two.http.test", "*": "PassthroughCluster"}


@pytest.mark.parametrize("protocol", ["HTTPS", "TLS"])
def test_tls_services_are_told_apart_by_name_and_let_the_rest_pass(protocol, api_server, envoy, namespace, service_port):
    hosts = [f"{name}.{protocol.lower()}.test" for name in ("one", "two")]
    api_server.apply(*(entry(namespace, host, service_port, protocol, 1) for host in hosts))
    envoy.settle(namespace)
    assert chains(envoy, service_port) == ({sni(host): [f"outbound|{service_port}||{host}"] for host in hosts}, PASS)


@pytest.mark.parametrize("protocol", ["HTTP", "HTTPS"])
def test_tcp_service_takes_what_the_others_on_its_port_do_not(protocol, api_server, envoy, namespace, service_port):
    api_server.apply(entry(namespace, "known.mixed.test", service_port, protocol, 1),
                     entry(namespace, "tcp.mixed.test", service_port, "TCP", 2))
    envoy.settle(namespace)
    matched, rest = chains(envoy, service_port)
    assert len(matched) == 1
    assert rest == [f"outbound|{service_port}||tcp.mixed.test"]


def test_address_of_its_own_is_a_listener_of_its_own(api_server, envoy, namespace, service_port):
    api_server.apply({**entry(namespace, "addressed.test", service_port, "TCP", 1)},
                     service_entry(namespace, "own.test", [port(service_port, "TCP")], addresses=["127.8.8.8"]))
    envoy.settle(namespace)
    listener = envoy.listeners()[f"127.8.8.8_{service_port}"]
    assert destinations(listener["filter_chains"][0]) == [f"outbound|{service_port}||own.test"]


@pytest.mark.parametrize("protocol", ["TCP", "", "HTTPS"])
def test_with_dns_capture_every_service_has_its_own_listener(protocol, api_server, capturing_envoy, namespace, service_port):
    hosts = [f"{name}-{service_port}.capture.test" for name in ("one", "two")]
    api_server.apply(*(entry(namespace, host, service_port, protocol, 1) for host in hosts))
    clusters = {f"outbound|{service_port}||{host}" for host in hosts}

    wait_for(lambda: sorted(own_listeners(capturing_envoy, service_port).values()) == sorted([cluster] for cluster in clusters),
             "a listener for each")
    capturing_envoy.settle(namespace)
    assert f"0.0.0.0_{service_port}" not in capturing_envoy.listeners()


def test_http_service_on_the_proxys_own_port_gets_no_listener(api_server, envoy, istiod, namespace):
    api_server.apply(entry(namespace, "reserved.test", istiod.outbound_port, "HTTP", 1))
    envoy.settle(namespace)
    assert f"outbound|{istiod.outbound_port}||reserved.test" in envoy.clusters()
    assert f"0.0.0.0_{istiod.outbound_port}" not in envoy.listeners()


# Endpoints


def test_static_service_without_endpoints_is_kept_and_answers_503(api_server, envoy, istiod, namespace):
    api_server.apply(service_entry(namespace, "empty.test", [port(80, "HTTP")]))
    envoy.settle(namespace)
    assert envoy.clusters()["outbound|80||empty.test"]["type"] == "EDS"
    assert envoy.hosts("outbound|80||empty.test") == {}
    assert istiod.endpoint_shards("empty.test", namespace) == []
    assert envoy.get("empty.test") == (503, "no healthy upstream")


def test_every_service_port_leads_to_each_endpoints_own_port(api_server, envoy, istiod, namespace):
    ports = [port(80, "HTTP"), port(8001, "HTTP"), port(8002, "HTTP")]
    own = {"192.0.2.1": 8001, "192.0.2.2": 8002}
    api_server.apply(service_entry(namespace, "ports.test", ports, [
        endpoint(address, {one["name"]: number for one in ports}) for address, number in own.items()]))
    envoy.settle(namespace)
    places = [f"{address}:{number}" for address, number in own.items()]
    assert istiod.targets("ports.test", namespace) == {one["name"]: places for one in ports}
    for one in ports:
        assert envoy.hosts(f"outbound|{one['number']}||ports.test") == dict.fromkeys(places, 1)


def test_endpoint_cannot_opt_out_of_a_service_port(api_server, istiod, envoy, namespace):
    api_server.apply(service_entry(namespace, "opt.test", [port(80, "HTTP"), port(8443, "HTTPS")], [
        endpoint("192.0.2.1", {"http-80": 8080})]))
    envoy.settle(namespace)
    assert istiod.targets("opt.test", namespace) == {"http-80": ["192.0.2.1:8080"], "https-8443": ["192.0.2.1:8443"]}


def test_weight_zero_is_one(api_server, envoy, namespace):
    api_server.apply(service_entry(namespace, "weights.test", [port(80, "HTTP")], [
        endpoint("192.0.2.1", weight=0), endpoint("192.0.2.2", weight=3), endpoint("192.0.2.3")]))
    envoy.settle(namespace)
    assert envoy.hosts("outbound|80||weights.test") == {"192.0.2.1:80": 1, "192.0.2.2:80": 3, "192.0.2.3:80": 1}


def test_traffic_reaches_the_endpoints_and_follows_a_change(api_server, envoy, namespace, backend):
    one, two = backend("one", "127.0.1.1"), backend("two", "127.0.1.2")
    for server in (one, two):
        api_server.apply(service_entry(namespace, "traffic.test", [port(80, "HTTP")], [
            endpoint(server.address, {"http-80": server.port})]))
        wait_for(lambda: envoy.get("traffic.test") == (200, server.name), f"an answer of {server.name}")
