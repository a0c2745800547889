"""Which service gets a host when several want it, and what becomes of one that has no instance to send to."""

from __future__ import annotations

import pytest

from harness.consul import Consul
from harness.outcome import FINDINGS, hosts, printed
from support.processes import wait_for

# Twins


def test_of_twins_the_one_with_the_name_of_the_host_keeps_it(sync, envoy, consul):
    consul.register("n1", "192.0.2.1", "a-b", 80)
    consul.register("n2", "192.0.2.2", "a_b", 80)
    run = sync(code=FINDINGS)
    assert 'R2I2022 error: service "a_b" of consul/dc1: withheld' in run.stderr
    assert envoy.hosts("outbound|80||a-b.service.consul") == {"192.0.2.1:80": 1}


def test_a_newcomer_does_not_take_the_host_of_a_live_object(sync, envoy, consul, api_server, namespace):
    consul.register("n1", "192.0.2.1", "c_d", 80)
    consul.register("n1", "192.0.2.1", "other", 80)
    sync()
    live = api_server.objects("ServiceEntry", namespace)
    consul.register("n2", "192.0.2.2", "c.d", 80)
    run = sync(code=FINDINGS)
    assert "c-d.service.consul" not in run.stdout
    assert [run.stderr.count(f'R2I2022 error: service "{name}"') for name in ("c_d", "c.d")] == [1, 1]
    assert envoy.hosts("outbound|80||c-d.service.consul") == {"192.0.2.1:80": 1}
    kept = [one for one in api_server.objects("ServiceEntry", namespace) if not one["metadata"]["name"].startswith("marker-")]
    assert [one["spec"] for one in kept] == [one["spec"] for one in live if not one["metadata"]["name"].startswith("marker-")]


def test_names_that_differ_in_case_are_one_service_with_the_endpoints_of_both(sync, envoy, consul):
    consul.register("n1", "192.0.2.1", "pay", 80)
    consul.register("n2", "192.0.2.2", "Pay", 80)
    consul.register("n3", "192.0.2.3", "PAY", 80)
    run = sync()
    assert run.stdout.count("kind: ServiceEntry") == 1
    wait_for(lambda: len(envoy.hosts("outbound|80||pay.service.consul")) == 3, "all endpoints")


def test_only_upper_case_names_are_served_in_lower_case(sync, envoy, consul):
    consul.register("n1", "192.0.2.1", "PAY", 80)
    sync()
    routes = {host["domains"][0]: host["routes"][0]["route"]["cluster"] for host in envoy.routes()["80"]["virtual_hosts"]}
    assert routes["pay.service.consul"] == "outbound|80||pay.service.consul"
    assert envoy.hosts("outbound|80||pay.service.consul") == {"192.0.2.1:80": 1}


def test_one_host_of_two_sources_is_withheld_and_named_apart_it_is_not(r2i, consul_pair: tuple[Consul, Consul]):
    for number, server in enumerate(consul_pair, 1):
        server.register(f"n{number}", f"192.0.2.{number}", "web", 80)
        server.register(f"n{number}", f"192.0.2.{number}", f"own-{number}", 80)
    one, two = (f"consul={server.address}?name={name}" for server, name in zip(consul_pair, ("one", "two")))
    run = r2i("export", "--from", one, "--from", two, "-o", "name")
    assert hosts(run, FINDINGS) == ["own-1.service.consul", "own-2.service.consul"]
    assert run.stderr.count('R2I2022 error: service "web"') == 2
    run = r2i("export", "--from", one, "--from", two, "-o", "name", "--host-template", "{service}.{source}.test")
    assert hosts(run) == ["own-1.one.test", "own-2.two.test", "web.one.test", "web.two.test"]


def test_an_agent_of_another_datacenter_than_the_local_one_gives_remote_hosts(r2i, consul_pair: tuple[Consul, Consul]):
    consul_pair[1].register("n1", "192.0.2.1", "web", 80)
    run = r2i("export", "--from", f"consul={consul_pair[1].address}?localDatacenter=dc1", "-o", "name")
    assert hosts(run) == ["web.service.dc2.consul"]


# Services without a usable instance


@pytest.mark.parametrize("address", ["192.0.2.1", "localhost"])
def test_a_service_without_a_usable_instance_is_kept_without_endpoints(sync, envoy, istiod, consul, namespace, address):
    consul.register("n1", "192.0.2.1", "sick", 80, Address=address, status="critical")
    sync()
    cluster = "outbound|80||sick.service.consul"
    assert envoy.clusters()[cluster]["type"] == "EDS"
    assert envoy.hosts(cluster) == {}
    assert istiod.endpoint_shards("sick.service.consul", namespace) == []
    assert envoy.get("sick.service.consul") == (503, "no healthy upstream")


def test_health_does_not_change_the_ports_of_a_service(sync, envoy, consul):
    consul.register("n1", "192.0.2.1", "web", 8001)
    consul.register("n2", "192.0.2.2", "web", 8002)
    before = printed(sync())
    consul.register("n2", "192.0.2.2", "web", 8002, status="critical")
    after = printed(sync())
    ports = [text[text.index("  ports:\n  - name"):text.index("  resolution:")] for text in (before, after)]
    assert ports[0] == ports[1]
    wait_for(lambda: envoy.hosts("outbound|80||web.service.consul") == {"192.0.2.1:8001": 1}, "one endpoint")
    assert envoy.hosts("outbound|8002||web.service.consul") == {"192.0.2.1:8001": 1}


# Resolution


def test_a_host_name_makes_the_proxy_resolve_and_addresses_alone_do_not(sync, envoy, consul):
    consul.register("n1", "192.0.2.1", "addresses", 80)
    consul.register("n1", "192.0.2.1", "names", 80)
    consul.register("n2", "192.0.2.2", "names", 80, Address="localhost")
    sync()
    kinds = {name: envoy.clusters()[f"outbound|80||{name}.service.consul"]["type"] for name in ("addresses", "names")}
    assert kinds == {"addresses": "EDS", "names": "STRICT_DNS"}


def test_a_sick_instance_does_not_change_the_resolution(sync, envoy, consul):
    consul.register("n1", "192.0.2.1", "names", 80)
    consul.register("n2", "192.0.2.2", "names", 80, Address="localhost")
    sync()
    consul.register("n2", "192.0.2.2", "names", 80, Address="localhost", status="critical")
    sync()
    assert envoy.clusters()["outbound|80||names.service.consul"]["type"] == "STRICT_DNS"


# Service ports


def test_a_service_whose_port_nobody_has_told_gets_the_one_that_is_given(r2i, consul):
    consul.register("n1", "192.0.2.1", "web")
    source = f"consul={consul.address}"
    run = r2i("export", "--from", source, "-o", "name")
    assert hosts(run) == []
    assert "no known port" in run.stderr
    assert hosts(r2i("export", "--from", source, "--service-port=80", "-o", "name")) == ["web.service.consul"], \
        "the message of R2I2061 says that --service-port gives it one"
