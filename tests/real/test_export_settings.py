"""Settings of a configuration file, as istiod and Envoy understand what comes of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.consul import Consul
from harness.envoy import Envoy, destinations
from harness.istiod import Istiod
from harness.truth import of_istiod
from support.processes import wait_for

TLS_MODE = "security.istio.io/tlsMode"


@pytest.fixture
def config(tmp_path: Path) -> Callable[..., list[str]]:
    """config(defaults={…}, rules=[…]) gives the flags for a file that says so; JSON is YAML, too."""
    def make(**content: Any) -> list[str]:
        path = tmp_path / "config.yaml"
        path.write_text(json.dumps({"apiVersion": "registry2istio.io/v1", "kind": "Config", **content}))
        return ["-c", str(path)]

    return make


def host(name: str) -> str:
    return f"{name}.service.consul"


# Layouts


def register_differently(consul: Consul) -> None:
    """Instances that differ in all that an endpoint can differ in."""
    consul.register("n1", "192.0.2.1", "wide", 8080, Meta={"version": "v1"}, Weights={"Passing": 3, "Warning": 1})
    consul.register("n2", "192.0.2.2", "wide", 9090, Tags=["env|prod", "track=canary"])
    consul.register("n3", "192.0.2.3", "wide", 8080, status="warning")
    consul.register("n4", "2001:db8::4", "wide", 8080)
    consul.register("n5", "192.0.2.5", "wide", 8080, status="critical")


def test_both_layouts_give_istiod_the_same_endpoints(sync, istiod: Istiod, consul: Consul, namespace: str, config):
    register_differently(consul)
    flags = config(defaults={"sidecarNetworks": ["192.0.2.0/31"], "localityMap": {"dc1": "eu-west/eu-west-1a"},
                             "labels": {"registry": "{source}"}, "network": "vms"})
    found = {}
    for layout, objects in (("inline", 0), ("workload-entries", 4)):
        sync(*flags, f"--layout={layout}")
        wait_for(lambda: len([kind for kind, _ in istiod.configs(namespace) if kind == "WorkloadEntry"]) == objects,
                 f"{objects} WorkloadEntries")
        wait_for(lambda: len(of_istiod(istiod, host("wide"), namespace)) == 12, "4 endpoints of 3 ports")
        shards = istiod.endpoint_shards(host("wide"), namespace)
        found[layout] = (of_istiod(istiod, host("wide"), namespace),
                         {(one["Addresses"][0], one["TLSMode"], one["Network"]) for one in shards})
    assert found["inline"] == found["workload-entries"]
    endpoints, places = found["inline"]
    assert {(one.address, one.port) for one in endpoints if one.port_name == "http-80"} == {
        ("192.0.2.1", 8080), ("192.0.2.2", 9090), ("192.0.2.3", 8080), ("2001:db8::4", 8080)}
    assert {one.locality for one in endpoints} == {"eu-west/eu-west-1a"}
    assert {(address, mode) for address, mode, _ in places} == {
        ("192.0.2.1", "istio"), ("192.0.2.2", "disabled"), ("192.0.2.3", "disabled"), ("2001:db8::4", "disabled")}


# Sidecars


def test_endpoints_of_sidecar_networks_take_mutual_tls(sync, istiod: Istiod, consul: Consul, namespace: str, config):
    consul.register("pod", "10.244.1.5", "paying", 8080)
    consul.register("vm", "192.0.2.5", "paying", 8080)
    # What a registry's writer says of it counts nothing.
    consul.register("liar", "192.0.2.6", "paying", 8080, Tags=[f"{TLS_MODE}|istio"])
    sync(*config(defaults={"sidecarNetworks": ["10.244.0.0/16"]}))
    wait_for(lambda: len(istiod.endpoint_shards(host("paying"), namespace)) == 3, "three endpoints")
    modes = {one["Addresses"][0]: one["TLSMode"] for one in istiod.endpoint_shards(host("paying"), namespace)}
    assert modes == {"10.244.1.5": "istio", "192.0.2.5": "disabled", "192.0.2.6": "disabled"}


# TCP services on one port


def test_tcp_services_with_addresses_have_a_listener_each(sync, envoy: Envoy, consul: Consul, config, service_port: int):
    addresses = {"one": "127.8.0.1", "two": "127.8.0.2"}
    for name in addresses:
        consul.register("n1", "192.0.2.1", name, service_port, Meta={"protocol": "tcp"})
    rules = [{"name": name, "match": {"service": name}, "set": {"addresses": [address]}} for name, address in addresses.items()]
    run = sync(*config(rules=rules))
    listeners = envoy.listeners()
    for name, address in addresses.items():
        listener = listeners[f"{address}_{service_port}"]
        last = listener.get("default_filter_chain") or listener["filter_chains"][-1]
        assert destinations(last) == [f"outbound|{service_port}||{host(name)}"]
    assert f"0.0.0.0_{service_port}" not in listeners and "R2I2040" not in run.stderr
