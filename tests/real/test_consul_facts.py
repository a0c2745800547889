"""What a real Consul holds and answers: names, health, numbers."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from harness.consul import Consul, node_maintenance, service_check, service_maintenance
from support.rest import Answer


def health(consul: Consul, name: str, query: str = "") -> Answer:
    return consul.api.get(f"/v1/health/service/{quote(name, safe='')}{query}")


def instances(answer: Answer) -> list[tuple[str, str, str]]:
    """(node, service, id) of each entry, as the server orders them."""
    assert answer.status == 200, answer.text
    return [(one["Node"]["Node"], one["Service"]["Service"], one["Service"]["ID"]) for one in answer.json]


def only(consul: Consul, name: str) -> dict[str, Any]:
    (entry,) = health(consul, name).json
    return entry


def put(consul: Consul, **service: Any) -> Answer:
    document = {"Node": "n1", "Address": "192.0.2.1", "Service": {"Service": "web", "Port": 80, **service}}
    return consul.api.send("PUT", "/v1/catalog/register", document)


def listed(consul: Consul) -> set[str]:
    return set(consul.api.must("GET", "/v1/catalog/services").json) - {"consul"}


# Names


@pytest.mark.parametrize("name", ["a_b", "a.b", "a/b", "a:b", "a b", "a?b", "a#b", "a;b", "%41", "-a", "größe", "日本", "x" * 70,
                                  "providers:com.foo.Api@@x"])
def test_any_name_is_taken_listed_and_fetched_percent_encoded(consul, name):
    consul.register("n1", "192.0.2.1", name, 80)
    assert listed(consul) == {name}
    assert instances(health(consul, name)) == [("n1", name, name)]


@pytest.mark.parametrize("name", ["a\nb", "a\0b", ""])
def test_some_names_are_listed_and_cannot_be_fetched(consul, name):
    assert put(consul, Service=name).status == 200
    assert listed(consul) == {name}
    assert health(consul, name).status == 400


def test_names_that_differ_only_in_case_are_listed_apart_and_answered_together(consul):
    consul.register("n1", "192.0.2.1", "pay", 80)
    consul.register("n2", "192.0.2.2", "Pay", 80)
    assert listed(consul) == {"pay", "Pay"}
    both = [("n1", "pay", "pay"), ("n2", "Pay", "Pay")]
    assert [instances(health(consul, name)) for name in ("pay", "Pay", "PAY")] == [both] * 3


def test_ids_and_nodes_that_differ_only_in_case_are_one(consul):
    consul.register("n1", "192.0.2.1", "web", 80, ID="i")
    consul.register("N1", "192.0.2.1", "web", 81, ID="I")
    assert instances(health(consul, "web")) == [("n1", "web", "I")]


def test_an_id_that_changes_its_service_leaves_the_old_one(consul):
    consul.register("n1", "192.0.2.1", "old", 80, ID="i")
    consul.register("n1", "192.0.2.1", "new", 80, ID="i")
    assert listed(consul) == {"new"}


def test_unknown_service_is_an_empty_list_with_an_index(consul):
    answer = health(consul, "nope")
    assert (answer.status, answer.json) == (200, [])
    assert int(answer.headers["X-Consul-Index"]) > 0


# Health


def test_maintenance_is_a_critical_check_of_a_known_name(consul):
    consul.register("n1", "192.0.2.1", "web", 80, checks=[service_check("web"), node_maintenance()])
    consul.register("n2", "192.0.2.2", "web", 80, checks=[service_check("web"), service_maintenance("web")])
    checks = [{(check["CheckID"], check["Status"]) for check in one["Checks"]} for one in health(consul, "web").json]
    assert checks == [{("service:web", "passing"), ("_node_maintenance", "critical")},
                      {("service:web", "passing"), ("_service_maintenance:web", "critical")}]
    assert instances(health(consul, "web", "?passing")) == []


@pytest.mark.parametrize("given, kept, passes", [
    ("passing", "passing", True), ("warning", "warning", False), ("critical", "critical", False),
    ("", "critical", False), ("unknown", "unknown", False), ("maintenance", "maintenance", False)])
def test_a_status_is_kept_as_it_is(consul, given, kept, passes):
    consul.register("n1", "192.0.2.1", "web", 80, status=given)
    assert only(consul, "web")["Checks"][0]["Status"] == kept
    assert bool(health(consul, "web", "?passing").json) == passes


def test_an_instance_without_checks_passes(consul):
    consul.register("n1", "192.0.2.1", "web", 80, checks=[])
    assert instances(health(consul, "web", "?passing")) == [("n1", "web", "web")]


# Fields


def test_a_node_registered_from_outside_has_nulls_and_its_datacenter(consul):
    consul.register("n1", "192.0.2.1", "web")
    entry = only(consul, "web")
    node, service = entry["Node"], entry["Service"]
    assert (node["ID"], node["Datacenter"], node["Meta"], node["TaggedAddresses"]) == ("", "dc1", None, None)
    assert (service["Address"], service["Tags"], service["Meta"]) == ("", [], None)
    assert not {"Port", "Kind", "TaggedAddresses", "Locality"} & set(service)


@pytest.mark.parametrize("port", [-1, 65536, 70000])
def test_port_numbers_are_not_checked(consul, port):
    assert put(consul, Port=port).status == 200
    assert only(consul, "web")["Service"]["Port"] == port


@pytest.mark.parametrize("given, kept", [
    ({"Passing": 5, "Warning": 0}, {"Passing": 5, "Warning": 0}), ({"Passing": 3}, {"Passing": 3, "Warning": 0}),
    ({"Passing": 65535, "Warning": 65535}, {"Passing": 65535, "Warning": 65535}),
    ({"Passing": 0, "Warning": 0}, {"Passing": 1, "Warning": 1}), ({"Passing": -1, "Warning": 1}, {"Passing": 1, "Warning": 1}),
    ({"Passing": 70000, "Warning": 1}, {"Passing": 1, "Warning": 1})])
def test_weights_out_of_range_become_one(consul, given, kept):
    assert put(consul, Weights=given).status == 200
    assert only(consul, "web")["Service"]["Weights"] == kept


@pytest.mark.parametrize("address, taken", [("::1", True), ("[::1]", True), ("fe80::1%eth0", True), ("host.example", True),
                                            ("192.0.2.1:80", True), ("0.0.0.0", False), ("::", False)])
def test_addresses_are_hardly_checked(consul, address, taken):
    assert (put(consul, Address=address).status == 200) == taken


@pytest.mark.parametrize("meta, taken", [({"a": "b\a\u2028"}, True), ({"a": "x" * 512}, True), ({"a": "x" * 513}, False),
                                         ({"a.b": "c"}, False), ({"consul-a": "b"}, False)])
def test_metadata_keys_and_sizes_are_checked(consul, meta, taken):
    assert (put(consul, Meta=meta).status == 200) == taken


def test_locality_and_tagged_addresses(consul):
    tagged = {"lan": {"address": "192.0.2.7", "port": 99}}
    consul.register("n1", "192.0.2.1", "web", 80, Locality={"Region": "r", "Zone": "z"}, TaggedAddresses=tagged,
                    node_fields={"Locality": {"Region": "other"}})
    entry = only(consul, "web")
    assert (entry["Service"]["Locality"], entry["Node"]["Locality"]) == ({"Region": "r", "Zone": "z"}, {"Region": "other"})
    assert entry["Service"]["TaggedAddresses"] == {"lan": {"Address": "192.0.2.7", "Port": 99}}
