"""The listeners that Envoy makes of an export: what a service takes of its port, and what is left to pass."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from harness.consul import Consul
from harness.envoy import PASS, Envoy, chains, own_listeners, sni
from harness.outcome import FINDINGS, printed
from support.processes import wait_for
from support.program import Run

EXPORTED = "--tcp-without-address=export"


@pytest.fixture
def register(consul: Consul, service_port: int) -> Callable[..., None]:
    """register("db", "tcp") registers a service on the test's own port; without a protocol nothing tells it."""
    def run(service: str, protocol: str = "", port: int = service_port) -> None:
        consul.register("n1", "192.0.2.1", service, port, Meta={"protocol": protocol} if protocol else {})

    return run


def cluster(port: int, service: str) -> str:
    return f"outbound|{port}||{service}.service.consul"


# Without DNS capture


@pytest.mark.parametrize("protocol", ["tcp", "mongo", "redis", "mysql"])
def test_a_tcp_service_is_withheld_and_takes_nothing(sync, register, envoy, service_port, protocol):
    register("db", protocol)
    register("web", port=80)
    run = sync(code=FINDINGS)
    assert cluster(80, "web") in envoy.clusters()
    assert cluster(service_port, "db") not in envoy.clusters()
    assert f"0.0.0.0_{service_port}" not in envoy.listeners()
    assert re.search(r'R2I2040 error: service "db" of consul/dc1: withheld', run.stderr)
    assert all(flag in run.stderr for flag in ("--dns-capture", EXPORTED, "--exclude"))


def test_a_tcp_service_that_is_exported_takes_everything_on_its_port(sync, register, envoy, service_port):
    register("db", "tcp")
    sync(EXPORTED)
    assert chains(envoy, service_port) == ({}, [cluster(service_port, "db")])


def test_an_undecided_service_takes_its_own_host_and_lets_the_rest_pass(sync, register, envoy, service_port):
    register("one")
    register("two")
    sync()
    matched, rest = chains(envoy, service_port)
    assert (list(matched.values()), rest) == ([[f"routes {service_port}"]], PASS)
    routes = {host["domains"][0]: host["routes"][0]["route"]["cluster"]
              for host in envoy.routes()[str(service_port)]["virtual_hosts"]}
    assert routes == {"one.service.consul": cluster(service_port, "one"),
                      "two.service.consul": cluster(service_port, "two"), "*": "PassthroughCluster"}


def test_https_services_are_told_apart_by_their_names_and_let_the_rest_pass(sync, register, envoy):
    for service in ("one", "two"):
        register(service, port=443)
    sync()
    matched, rest = chains(envoy, 443)
    assert matched == {sni(f"{service}.service.consul"): [cluster(443, service)] for service in ("one", "two")}
    assert rest == PASS


def test_a_tcp_service_beside_others_takes_what_they_do_not(sync, register, envoy, service_port):
    register("db", "tcp")
    register("web", "http")
    sync(EXPORTED)
    matched, rest = chains(envoy, service_port)
    assert (list(matched.values()), rest) == ([[f"routes {service_port}"]], [cluster(service_port, "db")])


# Two catch-alls


def said_winner(run: Run, port: int) -> dict[str, tuple[str, str]]:
    """Of the diagnostics for two catch-alls: service → (the other one, the host that gets the traffic of both)."""
    found = re.findall(rf'R2I2080 warning: service "(.+?)" of \S+: service "(.+?)" of \S+ is a catch-all on port {port}, too; '
                       r"the object that was created first gets the traffic of both, of objects created together (\S+)",
                       run.stderr)
    return {loser: (winner, host) for loser, winner, host in found}


NAMES = ("db-2", "db-10", "db", "a-db")  # neither in the order of their lengths nor of their numbers


def test_of_catch_alls_that_come_together_the_one_that_is_named_gets_all(sync, register, envoy, service_port):
    for name in NAMES:
        register(name, "tcp")
    run = sync(EXPORTED, "-v")
    (winner,) = {host for _, host in said_winner(run, service_port).values()}
    assert set(said_winner(run, service_port)) == {name for name in NAMES if f"{name}.service.consul" != winner}
    assert chains(envoy, service_port) == ({}, [f"outbound|{service_port}||{winner}"])


def test_of_catch_alls_created_in_one_second_the_one_that_is_named_gets_all(r2i, register, envoy, api_server, consul, namespace,
                                                                            service_port):
    for name in NAMES:
        register(name, "tcp")
    run = r2i("export", "--from", f"consul={consul.address}", "--namespace", namespace, EXPORTED, "-v")
    backwards = "---\n".join(reversed(printed(run).split("---\n")))
    assert apply_in_one_second(api_server, namespace, backwards)
    envoy.settle(namespace)
    (winner,) = {host for _, host in said_winner(run, service_port).values()}
    assert chains(envoy, service_port) == ({}, [f"outbound|{service_port}||{winner}"])


def apply_in_one_second(api_server, namespace: str, manifests: str) -> bool:
    for _ in range(10):
        api_server.clear(namespace)
        api_server.tick()
        api_server.apply(manifests)
        if len({one["metadata"]["creationTimestamp"] for one in api_server.objects("ServiceEntry", namespace)}) == 1:
            return True
    return False


def test_of_catch_alls_that_come_one_after_the_other_the_first_one_keeps_all(sync, register, envoy, api_server, service_port):
    register("z-first", "tcp")
    sync(EXPORTED)
    api_server.tick()
    register("a-second", "tcp")
    run = sync(EXPORTED, "-v")
    assert set(said_winner(run, service_port)) == {"z-first"}
    assert "created first gets the traffic" in run.stderr
    assert chains(envoy, service_port) == ({}, [cluster(service_port, "z-first")])


def test_services_that_share_a_port_without_being_catch_alls_are_no_finding(sync, register, service_port):
    register("one", "http")
    register("two")
    register("three", "https")
    register("db", "tcp")
    assert said_winner(sync(EXPORTED, "-v"), service_port) == {}


@pytest.mark.parametrize("port", [15021, 15090])
def test_a_reserved_port_is_said_and_gets_no_listener(sync, register, envoy, port):
    register("status", "http", port)
    run = sync("-v")
    assert f'R2I2081 warning: service "status" of consul/dc1: its port {port} is one of Istio\'s own' in run.stderr
    assert cluster(port, "status") in envoy.clusters()
    assert f"0.0.0.0_{port}" not in envoy.listeners()


# With DNS capture


@pytest.mark.parametrize("protocol", ["tcp", "mysql", ""])
def test_with_dns_capture_every_service_has_its_own_listener(sync, register, capturing_envoy: Envoy, service_port, protocol):
    register("one", protocol)
    register("two", protocol)
    run = sync("--dns-capture", "-v")
    clusters = [[cluster(service_port, "one")], [cluster(service_port, "two")]]
    wait_for(lambda: sorted(own_listeners(capturing_envoy, service_port).values()) == clusters, "a listener for each")
    assert f"0.0.0.0_{service_port}" not in capturing_envoy.listeners()
    assert said_winner(run, service_port) == {}


def test_with_dns_capture_an_undecided_port_is_left_to_istio(sync, register, capturing_envoy: Envoy, service_port):
    register("web")
    run = sync("--dns-capture")
    assert f"  ports:\n  - name: port-{service_port}\n    number: {service_port}\n  resolution: STATIC\n" in run.stdout
    wait_for(lambda: own_listeners(capturing_envoy, service_port), "a listener")
    (listener,) = [one for name, one in capturing_envoy.listeners().items() if name.endswith(f"_{service_port}")]
    assert "envoy.filters.listener.http_inspector" in {part["name"] for part in listener["listener_filters"]}
    assert own_listeners(capturing_envoy, service_port) == {listener["name"]: [cluster(service_port, "web")]}
