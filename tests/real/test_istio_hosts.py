"""Which ServiceEntry Istio serves when hosts collide, and what it makes of upper case."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from harness.apiserver import ApiServer
from harness.envoy import Envoy
from harness.manifests import endpoint, port, service_entry

OLD, YOUNG = endpoint("192.0.2.1"), endpoint("192.0.2.2")
OLD_80 = {"192.0.2.1:80": 1}


@pytest.fixture
def twins(api_server: ApiServer, envoy: Envoy, namespace: str) -> Callable[..., dict[int, dict[str, int]]]:
    """Applies two manifests of one host, the second a second later: port number → endpoints of the clusters that Envoy has."""
    def apply(older: dict[str, Any], younger: dict[str, Any]) -> dict[int, dict[str, int]]:
        api_server.apply(older)
        api_server.tick()
        api_server.apply(younger)
        envoy.settle(namespace)
        host = older["spec"]["hosts"][0]
        return {int(name.split("|")[1]): envoy.hosts(name) for name in envoy.clusters() if name.endswith(f"|{host}")}

    return apply


@pytest.fixture
def other_namespace(api_server: ApiServer) -> Iterator[str]:
    name = api_server.namespace()
    yield name
    api_server.clear(name)


def test_in_two_namespaces_the_oldest_is_served_alone(twins, namespace, other_namespace):
    older = service_entry(other_namespace, "far.twin.test", [port(80, "HTTP")], [OLD])
    younger = service_entry(namespace, "far.twin.test", [port(80, "HTTP"), port(8080, "HTTP")], [YOUNG])
    assert twins(older, younger) == {80: OLD_80}


def test_in_one_namespace_endpoints_of_equal_ports_are_mixed(twins, namespace):
    older = service_entry(namespace, "same.twin.test", [port(80, "HTTP")], [OLD], name="z-same")
    younger = service_entry(namespace, "same.twin.test", [port(80, "HTTP")], [YOUNG], name="a-same")
    assert twins(older, younger) == {80: {**OLD_80, "192.0.2.2:80": 1}}


def test_in_one_namespace_other_ports_are_added(twins, namespace, service_port):
    older = service_entry(namespace, "ports.twin.test", [port(80, "HTTP")], [OLD], name="z-ports")
    younger = service_entry(namespace, "ports.twin.test", [port(service_port, "HTTP")], [YOUNG], name="a-ports")
    assert twins(older, younger) == {80: OLD_80, service_port: {f"192.0.2.2:{service_port}": 1}}


def test_in_one_namespace_a_twin_of_another_resolution_loses_its_ports(twins, namespace, service_port):
    older = service_entry(namespace, "resolution.twin.test", [port(80, "HTTP")], [OLD], name="z-resolution")
    younger = service_entry(namespace, "resolution.twin.test", [port(service_port, "HTTP")], [YOUNG], name="a-resolution",
                            resolution="DNS")
    assert twins(older, younger) == {80: OLD_80}


def test_in_one_namespace_a_twin_with_other_labels_loses_its_ports(twins, namespace, service_port):
    older = service_entry(namespace, "labels.twin.test", [port(80, "HTTP")], [OLD], name="z-labels")
    younger = service_entry(namespace, "labels.twin.test", [port(service_port, "HTTP")], [YOUNG], name="a-labels")
    younger["metadata"]["labels"] = {"made": "unequal"}
    assert twins(older, younger) == {80: OLD_80}


def test_a_younger_twin_that_is_exported_by_name_wins(twins, namespace):
    older = service_entry(namespace, "export.twin.test", [port(80, "HTTP")], [OLD], name="z-export")
    younger = service_entry(namespace, "export.twin.test", [port(8080, "HTTP")], [YOUNG], name="a-export", exportTo=["default"])
    assert twins(older, younger) == {8080: {"192.0.2.2:8080": 1}}


def test_upper_case_is_taken_by_both_judges_and_leads_captured_traffic_nowhere(api_server, istiod, envoy, namespace):
    manifest = service_entry(namespace, "Upper.Test", [port(80, "HTTP")], [OLD])
    assert istiod.validate(json.dumps(manifest)).returncode == 0
    assert api_server.judge(manifest).returncode == 0
    api_server.apply(manifest)
    envoy.settle(namespace)
    routes = {host["domains"][0]: host["routes"][0]["route"]["cluster"] for host in envoy.routes()["80"]["virtual_hosts"]}
    assert routes["upper.test"] == "outbound|80||upper.test"
    assert "outbound|80||upper.test" not in envoy.clusters()
    assert "outbound|80||Upper.Test" in envoy.clusters()
