"""What becomes of instances of every shape, from the answer to the manifest."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from support.fake_eureka import FakeEureka, registry, with_lease
from support.faults import says
from support.program import SECRET, Program

HEAD = "apiVersion: registry2istio.io/v1\nkind: Config\n"
AMAZON = {"@class": "com.netflix.appinfo.AmazonInfo", "name": "Amazon",
          "metadata": {"availability-zone": "us-east-1a", "public-ipv4": "203.0.113.9", "instance-id": "i-1"}}


def test_ports(r2i: Program, new_eureka: Callable[..., FakeEureka]) -> None:
    server = new_eureka()
    server.register("plain", port=8080)
    server.register("secure", securePort={"$": "8443", "@enabled": "true"})
    server.apps["SECURE"][0]["port"] = {"$": 80, "@enabled": "false"}
    server.register("both", port=8080, securePort={"$": 8443, "@enabled": True})
    server.register("none")["port"] = {"$": -1, "@enabled": "true"}
    run = r2i("export", "--from", f"eureka={server.base}", "-v")
    assert run.code == 0 and run.hosts == ["both.eureka", "plain.eureka", "secure.eureka"], run
    ports = {host: [port["name"] for port in run.entry(host)["ports"]] for host in run.hosts}
    assert ports == {"both.eureka": ["http-8080", "https-8443"], "plain.eureka": ["http-8080"],
                     "secure.eureka": ["https-8443"]}
    assert 'R2I2014 warning: service "NONE" of eureka/default, instance "none-1"' in run.stderr


def test_only_those_that_are_up_get_traffic(r2i: Program, new_eureka: Callable[..., FakeEureka]) -> None:
    server = new_eureka()
    for number, status in enumerate(("UP", "DOWN", "STARTING", "OUT_OF_SERVICE", "UNKNOWN"), start=1):
        server.register("web", f"10.0.0.{number}", status=status)
    server.register("web", "10.0.0.6", overriddenStatus="OUT_OF_SERVICE")
    run = r2i("export", "--from", f"eureka={server.base}", "-v")
    assert [one["address"] for one in run.entry("web.eureka")["endpoints"]] == ["10.0.0.1"], run
    assert run.stderr.count("R2I2012 info") == 2 and run.stderr.count("R2I2010 info") == 3, run
    snapshot = r2i("fetch", "--from", f"eureka={server.base}").json["services"][0]["instances"]
    assert {one["address"]: one.get("health", "passing") for one in snapshot} == {
        "10.0.0.1": "passing", "10.0.0.2": "critical", "10.0.0.3": "critical", "10.0.0.4": "disabled",
        "10.0.0.5": "critical", "10.0.0.6": "disabled"}


@pytest.mark.parametrize("choice, address", [("", "10.0.0.1"), ("ip", "10.0.0.1"), ("host", "web-1.test"),
                                             ("public-ip", "203.0.113.9")])
def test_which_address(r2i: Program, new_eureka: Callable[..., FakeEureka], choice: str, address: str) -> None:
    server = new_eureka()
    server.register("web", dataCenterInfo=AMAZON)
    run = r2i("export", "--from", f"eureka={server.base}" + (f"?instanceAddress={choice}" if choice else ""))
    (endpoint,) = run.entry("web.eureka")["endpoints"]
    assert endpoint == {"address": address, "locality": "us-east-1/us-east-1a"}


def test_locality(r2i: Program, new_eureka: Callable[..., FakeEureka]) -> None:
    server = new_eureka()
    server.register("web", "10.0.0.1", metadata={"zone": "zone-a"})
    server.register("web", "10.0.0.2", dataCenterInfo=AMAZON)
    server.register("web", "10.0.0.3")
    def localities(settings: str = "") -> list[str]:
        run = r2i("export", "--from", f"eureka={server.base}{settings}")
        return [one.get("locality", "") for one in run.entry("web.eureka")["endpoints"]]

    assert localities() == ["zone-a", "us-east-1/us-east-1a", ""]
    assert localities("?region=eu") == ["eu/zone-a", "us-east-1/us-east-1a", "eu"]


def test_metadata(r2i: Program, new_eureka: Callable[..., FakeEureka]) -> None:
    server = new_eureka()
    secrets = {"user.name": "admin", "user.password": SECRET + "a", "management.token": SECRET + "b"}
    server.register("web", metadata={"version": "v2", "weight": "3", "team": "x", **secrets})
    server.register("web", "10.0.0.2", metadata={"weight": "1"})
    source = f"eureka={server.base}"
    endpoints = r2i("export", "--from", source, "-v").entry("web.eureka")["endpoints"]
    assert endpoints == [{"address": "10.0.0.1", "labels": {"version": "v2"}}, {"address": "10.0.0.2"}], "no weight unasked"
    snapshot = r2i("fetch", "--from", source)
    assert snapshot.json["services"][0]["instances"][0]["metadata"] == {
        "hostName": "web-1.test", "management.token": "<redacted>", "secureVipAddress": "web", "team": "x", "user.name": "admin",
        "user.password": "<redacted>", "version": "v2", "vipAddress": "web", "weight": "3"}


def test_what_metadata_can_decide(r2i: Program, new_eureka: Callable[..., FakeEureka], tmp_path: Any) -> None:
    server = new_eureka()
    server.register("web", metadata={"weight": "3"}, vipAddress="shop.example.com")
    server.register("web", "10.0.0.2", metadata={"weight": "1"}, vipAddress="shop.example.com")
    file = tmp_path / "mesh.yaml"
    file.write_text(f"{HEAD}sources:\n- name: eureka\n  kind: eureka\n  address: {server.base}\n"
                    "defaults:\n  host: {fromMetadata: vipAddress}\n  weight: {fromMetadata: weight}\n")
    run = r2i("export", "-c", file)
    assert run.code == 0 and run.hosts == ["shop.example.com"], run
    assert [one["weight"] for one in run.entry("shop.example.com")["endpoints"]] == [3, 1]


def test_host_name_as_host(r2i: Program, new_eureka: Callable[..., FakeEureka], tmp_path: Any) -> None:
    """As Pilot's own adapter had it. The metadata under this name come before the registry's field."""
    server = new_eureka()
    for number in (1, 2):
        server.register("web", f"10.0.0.{number}", hostName="Shop.example.com:8080")
    server.register("pay", "10.0.1.1", hostName="pay-1", metadata={"hostName": "pay.example.com"})
    server.register("cron", "10.0.2.1", hostName="10.0.2.1")
    file = tmp_path / "mesh.yaml"
    file.write_text(f"{HEAD}sources:\n- kind: eureka\n  address: {server.base}\ndefaults:\n  host: {{fromMetadata: hostName}}\n")
    run = r2i("export", "-c", file)
    assert run.hosts == ["pay.example.com", "shop.example.com"], run
    assert len(run.entry("shop.example.com")["endpoints"]) == 2
    assert 'service "CRON" of eureka/default' in run.stderr and '"hostName" is "10.0.2.1", which is no host name' in run.stderr


def test_the_server_itself_is_left_out(r2i: Program, new_eureka: Callable[..., FakeEureka]) -> None:
    """With its peers, which are instances of the same application."""
    server = new_eureka()
    server.register("discovery", "10.0.9.1", isCoordinatingDiscoveryServer="true")
    server.register("discovery", "10.0.9.2")
    server.register("web")
    run = r2i("export", "--from", f"eureka={server.base}", "-v")
    assert run.code == 0 and run.hosts == ["web.eureka"], run
    assert 'R2I2001 info: service "DISCOVERY" of eureka/default: left out: it is the registry itself' in run.stderr
    snapshot = r2i("fetch", "--from", f"eureka={server.base}")
    again = r2i("export", "--from", "file=-", stdin=snapshot.out)
    assert again.hosts == ["web.eureka"], again


def one_by_one(body: dict[str, Any]) -> bytes:
    """As XStream's codec writes it: an object for a list of one, text for everything, "" for nothing."""
    def old(value: Any) -> Any:
        if isinstance(value, list):
            return old(value[0]) if len(value) == 1 else [old(one) for one in value] or ""
        if isinstance(value, dict):
            return {key: old(one) for key, one in value.items()} or ""
        return str(value) if isinstance(value, (int, float)) else value
    return json.dumps(old(body)).encode()


def test_dialects_come_to_the_same(r2i: Program, new_eureka: Callable[..., FakeEureka]) -> None:
    server = new_eureka()
    server.register("web", metadata={})
    source = f"eureka={server.base}"
    new = r2i("export", "--from", source, "-v")
    body = registry({"WEB": [with_lease(server.apps["WEB"][0], server.age)]})
    server.always_apps(says(one_by_one(body)))
    old = r2i("export", "--from", source, "-v")
    assert new.code == old.code == 0 and new.out == old.out and new.err == old.err and new.hosts == ["web.eureka"], old


def test_order_of_the_answer_does_not_show(r2i: Program, new_eureka: Callable[..., FakeEureka]) -> None:
    server = new_eureka()
    for number in range(6):
        server.register(f"app-{number % 3}", f"10.0.0.{number}", metadata={"b": "1", "a": "2"})
    source = f"eureka={server.base}"
    first = r2i("fetch", "--from", source).json
    server.apps = {name: list(reversed(entries)) for name, entries in reversed(server.apps.items())}
    second = r2i("fetch", "--from", source).json
    assert first["services"] == second["services"] and len(first["services"]) == 3


def test_names(r2i: Program, eureka: FakeEureka) -> None:
    """The registry's own spelling is what is matched and noted; the host is in lower case."""
    eureka.register("order_service.v1")
    run = r2i("export", "--from", f"eureka={eureka.base}", "--include", "ORDER*")
    (entry,) = run.objects
    assert entry["spec"]["hosts"] == ["order-service-v1.eureka"]
    assert entry["metadata"]["annotations"]["registry2istio.io/service"] == "ORDER_SERVICE.V1"
