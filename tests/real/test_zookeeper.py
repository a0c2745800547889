"""A real ZooKeeper: services that Curator's and Dubbo's own clients registered, what the judges say of their export, and what
istiod makes of it."""

from __future__ import annotations

import json

import pytest

from harness.mesh import assert_serves
from harness.outcome import hosts, printed, refused
from harness.zookeeper import READER
from support.processes import wait_for

CURATOR = [
    {"name": "billing", "id": "b1", "address": "192.0.2.1", "port": 8080, "sslPort": 8443, "uriSpec": "{scheme}://{address}:{port}",
     "spring": {"version": "1", "instance_status": "UP"}},
    {"name": "billing", "id": "b2", "address": "192.0.2.2", "port": 8080, "sslPort": 8443, "uriSpec": "{scheme}://{address}:{port}",
     "spring": {"version": "2"}},
    {"name": "billing", "id": "b3", "address": "192.0.2.3", "port": 8080, "spring": {"instance_status": "OUT_OF_SERVICE"}},
    {"name": "text", "id": "t", "address": "192.0.2.4", "port": 80, "uriSpec": "http://{address}", "text": "just text"},
    {"name": "map", "id": "m", "address": "192.0.2.5", "port": 80, "map": {"version": "7"}, "type": "STATIC"},
    {"name": "number", "id": "n", "address": "192.0.2.6", "port": 80, "number": 5, "type": "PERMANENT"},
    {"name": "list", "id": "l", "address": "192.0.2.7", "port": 80, "list": ["a", "b"]},
    {"name": "plain", "id": "p", "address": "192.0.2.8", "port": 80},
    {"name": "eu/pay", "id": "e", "address": "192.0.2.9", "port": 80},
    {"name": "secure", "id": "s", "address": "secure.example.com", "sslPort": 443},
]
SWITCHED = [
    {"name": "off", "id": "o", "address": "192.0.2.10", "port": 80, "enabled": False},
    {"name": "off", "id": "on", "address": "192.0.2.11", "port": 80},
]


def fetched(run):
    """service → id → instance"""
    services = json.loads(printed(run))["services"]
    return {one["name"]: {instance.get("id", instance["address"]): instance for instance in one.get("instances", [])}
            for one in services}


def service_metadata(run):
    return {one["name"]: one.get("metadata", {}) for one in json.loads(printed(run))["services"]}


def test_what_curator_writes(r2i, zookeeper, with_curator):
    with_curator(zookeeper, CURATOR)
    found = fetched(r2i("fetch", "--from", f"zookeeper={zookeeper.address}"))
    assert set(found) == {one["name"] for one in CURATOR}
    assert {id: one["address"] for id, one in found["billing"].items()} == {"b1": "192.0.2.1", "b2": "192.0.2.2", "b3": "192.0.2.3"}
    assert found["billing"]["b1"]["ports"] == [{"number": 8080, "protocol": "http"}, {"number": 8443, "protocol": "https"}]
    assert found["billing"]["b1"]["metadata"] == {"instance_status": "UP", "version": "1"}
    assert [one["health"] for one in found["billing"].values()] == ["passing", "passing", "disabled"]
    assert found["text"]["t"]["metadata"] == {"payload": "just text"} and found["text"]["t"]["ports"][0]["protocol"] == "http"
    assert found["map"]["m"]["metadata"] == {"version": "7"}
    assert found["number"]["n"]["metadata"] == {"payload": "5"}
    assert found["list"]["l"]["metadata"] == {"payload.0": "a", "payload.1": "b"}
    assert not found["plain"]["p"].get("metadata")
    assert found["secure"]["s"]["ports"] == [{"number": 443, "protocol": "https"}]


@pytest.mark.parametrize("compatible", [True, False])
def test_switched_off(r2i, zookeeper, with_curator, compatible):
    """Curator leaves it out unless it is told not to be compatible with its older versions."""
    with_curator(zookeeper, SWITCHED, compatible=compatible)
    found = fetched(r2i("fetch", "--from", f"zookeeper={zookeeper.address}"))
    assert [one["health"] for one in found["off"].values()] == ["passing" if compatible else "disabled", "passing"]


def test_from_curator_to_istiod(r2i, zookeeper, with_curator, api_server, istiod, namespace):
    with_curator(zookeeper, CURATOR)
    yaml = printed(r2i("export", "--from", f"zookeeper={zookeeper.address}", "-n", namespace, "-v"))
    assert_serves(istiod, api_server, namespace, yaml, {
        "billing.zookeeper": {"http-8080": ["192.0.2.1:8080", "192.0.2.2:8080"]},
        "map.zookeeper": {"http-80": ["192.0.2.5:80"]},
        "eu-pay.zookeeper": {"http-80": ["192.0.2.9:80"]},
    })


def test_reads_and_leaves_nothing(r2i, zookeeper, with_curator):
    """No node, no watch, no session."""
    with_curator(zookeeper, CURATOR[:3])
    left = lambda: (sorted(zookeeper.cli("ls -R /").splitlines()), zookeeper.watches(), len(zookeeper.sessions()))
    before = left()
    for _ in range(3):
        printed(r2i("export", "--from", f"zookeeper={zookeeper.address}"))
    assert left() == before


def test_sessions_that_end(r2i, zookeeper, with_curator):
    """An application that dies is there until its session's timeout; then its folder is left."""
    client = with_curator(zookeeper, CURATOR[:2])
    source = f"zookeeper={zookeeper.address}"
    assert hosts(r2i("export", "--from", source, "-o", "name")) == ["billing.zookeeper"]
    client.kill()
    wait_for(lambda: r2i("export", "--from", source).code == 3, "the sessions to end", timeout=90, pause=1)
    refused(r2i("export", "--from", source), "R2I1064", "its only service has no instance")


def test_users(r2i, zookeeper, tmp_path):
    zookeeper.cli(f"addauth digest {READER}", "create /apps", "create /apps/pay", "create /apps/web",
                  "create /apps/pay/192.0.2.1:80", "create /apps/web/192.0.2.2:80",
                  "setAcl /apps/web auth::cdrwa")
    source = f"zookeeper={zookeeper.address}?layout=template&root=/apps&key={{service}}/{{address}}"
    refused(r2i("export", "--from", source), "R2I1061", 'service "web"')
    refused(r2i("export", "--from", source.replace("=", "=reader:5ecret-wrong@", 1)), "R2I1061")
    password = tmp_path / "password"
    password.write_text(READER.partition(":")[2])
    run = r2i("export", "--from", f"{source}&username=reader&passwordFile={password}", "-o", "name")
    assert hosts(run) == ["pay.zookeeper", "web.zookeeper"]
    assert hosts(r2i("export", "--from", f"{source}&exclude=web", "-o", "name")) == ["pay.zookeeper"]
    zookeeper.cli(f"addauth digest {READER}", "deleteall /apps")


def test_chroot(r2i, zookeeper, with_curator):
    with_curator(zookeeper, CURATOR[:1], root="/east/services")
    assert hosts(r2i("export", "--from", f"zookeeper={zookeeper.address}/east", "-o", "name")) == ["billing.zookeeper"]
    refused(r2i("export", "--from", f"zookeeper={zookeeper.address}/west"), "R2I1064", 'no node "/services"')


@pytest.mark.parametrize("protocol", ["dubbo", "tri"])
def test_dubbo_interfaces(r2i, zookeeper, with_dubbo, protocol):
    with_dubbo(zookeeper, application="shop", mode="interface", host="192.0.2.21", port=20880, protocol=protocol, group="blue",
               version="1.0.0", weight=50, tag="gray")
    found = fetched(r2i("fetch", "--from", f"zookeeper={zookeeper.address}?layout=dubbo"))
    own = "org.registry2istio.tests."
    (greeter,) = found[f"{own}Greeter:1.0.0:blue"].values()
    (counter,) = found[f"{own}Counter"].values()
    assert greeter["address"] == counter["address"] == "192.0.2.21"
    assert greeter["ports"] == counter["ports"] == [{"number": 20880, "protocol": protocol}]
    assert greeter["weight"] == 50 and "weight" not in counter
    assert greeter["metadata"]["dubbo.tag"] == "gray" and greeter["metadata"]["application"] == "shop"
    run = r2i("export", "--from", f"zookeeper={zookeeper.address}?layout=dubbo", "--dns-capture", "-o", "name")
    assert hosts(run) == sorted(f"{name}.zookeeper" for name in ("org-registry2istio-tests-counter",
                                                                 "org-registry2istio-tests-greeter-1-0-0-blue")), run


@pytest.mark.parametrize("metadata", ["local", "remote"])
def test_dubbo_applications(r2i, zookeeper, with_dubbo, metadata):
    with_dubbo(zookeeper, application="shop", mode="instance", metadata=metadata, host="192.0.2.31", port=20881, group="blue",
               version="1.0.0")
    own = "org.registry2istio.tests."
    source = f"zookeeper={zookeeper.address}?layout=dubbo-applications"
    run = r2i("fetch", "--from", source, "-v")
    (shop,) = fetched(run)["shop"].values()
    assert shop["address"] == "192.0.2.31" and {"number": 20881, "protocol": "dubbo"} in shop["ports"]
    assert service_metadata(run)["shop"]["interfaces"] == f"{own}Counter,{own}Greeter"
    assert shop["metadata"]["dubbo.metadata.storage-type"] == metadata
    if metadata == "remote":
        assert f"{own}Greeter:1.0.0:blue" in shop["metadata"]["interfaces"].split(","), run
    else:
        assert "interfaces" not in shop["metadata"]
    assert "R2I1065" not in run.stderr


@pytest.mark.parametrize("layout, wanted", [
    ("dubbo", ["org-registry2istio-tests-counter.zookeeper", "org-registry2istio-tests-greeter-1-0-0.zookeeper"]),
    ("dubbo-applications", ["shop.zookeeper"]),
])
def test_from_dubbo_to_istiod(r2i, zookeeper, with_dubbo, api_server, istiod, namespace, layout, wanted):
    """Of providers that are registered both ways, as Dubbo 3 does it by default."""
    for host, port in (("192.0.2.41", 20882), ("192.0.2.42", 20883)):
        with_dubbo(zookeeper, application="shop", mode="all", host=host, port=port, version="1.0.0")
    yaml = printed(r2i("export", "--from", f"zookeeper={zookeeper.address}?layout={layout}", "--dns-capture", "-n", namespace, "-v"))
    both = ["192.0.2.41:20882", "192.0.2.42:20883"]
    assert_serves(istiod, api_server, namespace, yaml, {
        host: {"tcp-80": both, "tcp-20882": both, "tcp-20883": both} for host in wanted})


def test_dubbo_provider_that_ends(r2i, zookeeper, with_dubbo):
    """In good order: its interface is left, and has nobody."""
    source = f"zookeeper={zookeeper.address}?layout=dubbo"
    one, two = (with_dubbo(zookeeper, application="shop", mode="interface", host=host, port=port, metadata="local")
                for host, port in (("192.0.2.51", 20883), ("192.0.2.52", 20884)))
    assert {len(instances) for instances in fetched(r2i("fetch", "--from", source)).values()} == {2}
    two.stop()
    found = fetched(r2i("fetch", "--from", source))
    assert {instance["address"] for instances in found.values() for instance in instances.values()} == {"192.0.2.51"}
    one.stop()
    refused(r2i("export", "--from", source), "R2I1064", "none of its 2 services has an instance")
