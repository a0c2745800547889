"""A real Eureka server: what is registered in it, by hand and by Spring Cloud's own client, what it exports to, and what its restart
comes to."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from harness.apiserver import ApiServer
from harness.eureka import Eureka, EurekaClient, amazon
from harness.istiod import Istiod
from harness.outcome import diagnosed, objects, printed, refused
from harness.runs import PRUNE, Runs
from support.processes import wait_for
from support.program import SECRET, Program

AT_ONCE = "warmUp=0"  # tests do not wait for three minutes


@pytest.fixture(scope="module")
def new_eureka(programs: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Eureka]]:
    with ExitStack() as stack:
        def start(**settings: str) -> Eureka:
            server = Eureka(programs["eureka"], tmp_path_factory.mktemp("eureka"), **settings)
            stack.callback(server.stop)
            return server.start()

        yield start


@pytest.fixture(scope="module")
def _open(new_eureka: Callable[..., Eureka]) -> Eureka:
    return new_eureka()


@pytest.fixture
def eureka(_open: Eureka) -> Iterator[Eureka]:
    """One that asks for no password; empty."""
    yield _open
    _open.clear()


@pytest.fixture
def new_client(programs: dict[str, Path], tmp_path: Path) -> Iterator[Callable[..., EurekaClient]]:
    with ExitStack() as stack:
        def start(eureka: Eureka, name: str, port: int = 8080, **instance: Any) -> EurekaClient:
            client = EurekaClient(programs["eureka"], tmp_path / name, eureka, name, port, instance)
            stack.callback(client.stop)
            return client.start()

        yield start


# What is registered, and what becomes of it


def register_shapes(eureka: Eureka) -> None:
    eureka.register("plain", "192.0.2.1")
    eureka.register("plain", "192.0.2.2", metadata={"version": "v2", "zone": "zone-a", "user.password": SECRET + "a"})
    eureka.register("secure", "192.0.2.3", port={"$": 80, "@enabled": "false"}, securePort={"$": 8443, "@enabled": "true"})
    eureka.register("both", "192.0.2.4", securePort={"$": "8443", "@enabled": True})
    eureka.register("several", "192.0.2.5", port={"$": 8081, "@enabled": "true"})
    eureka.register("several", "192.0.2.6", port={"$": 8082, "@enabled": "true"})
    eureka.register("amazon", "192.0.2.7", instanceId="i-1", dataCenterInfo=amazon(
        availability_zone="us-east-1a", public_ipv4="203.0.113.7", instance_id="i-1", local_ipv4="192.0.2.7"))
    eureka.register("named", "db.corp.example.com")
    eureka.register("six", "2001:db8::1", instanceId="six")
    eureka.register("a_b.C", "192.0.2.8", instanceId="odd")
    eureka.register("down", "192.0.2.9", status="DOWN", instanceId="down")
    eureka.register("stopped", "192.0.2.10", instanceId="s1")
    eureka.register("stopped", "192.0.2.11", instanceId="s2")
    eureka.override("STOPPED", "s2", "OUT_OF_SERVICE")
    eureka.register("no-port", "192.0.2.12", port={"$": -1, "@enabled": "true"})
    eureka.register("no-id", "192.0.2.13", instanceId=None, hostName="no-id.test")


WANTED = {
    "a-b-c.eureka": {"http-8080": ["192.0.2.8:8080"]},
    "amazon.eureka": {"http-8080": ["192.0.2.7:8080"]},
    "both.eureka": {"http-8080": ["192.0.2.4:8080"], "https-8443": ["192.0.2.4:8443"]},
    "down.eureka": {},
    "named.eureka": {"http-8080": ["db.corp.example.com:8080"]},
    "no-id.eureka": {"http-8080": ["192.0.2.13:8080"]},
    "plain.eureka": {"http-8080": ["192.0.2.1:8080", "192.0.2.2:8080"]},
    "secure.eureka": {"https-8443": ["192.0.2.3:8443"]},
    "several.eureka": {"http-80": ["192.0.2.5:8081", "192.0.2.6:8082"], "http-8081": ["192.0.2.5:8081", "192.0.2.6:8082"],
                       "http-8082": ["192.0.2.5:8081", "192.0.2.6:8082"]},
    "six.eureka": {"http-8080": ["2001:db8::1:8080"]},
    "stopped.eureka": {"http-8080": ["192.0.2.10:8080"]},
}
SAID = {("R2I2010", "DOWN"), ("R2I2012", "STOPPED"), ("R2I2014", "NO-PORT"), ("R2I2020", "A_B.C")}


@pytest.mark.parametrize("password", ["", SECRET + "p@ss:w/rd"], ids=["open", "with a user"])
def test_shapes(r2i: Program, new_eureka: Callable[..., Eureka], api_server: ApiServer, istiod: Istiod, namespace: str,
                password: str, tmp_path: Path) -> None:
    """Both judges take what is exported, and istiod has the endpoints that Eureka has."""
    eureka = new_eureka(user="reader", password=password) if password else new_eureka()
    register_shapes(eureka)
    file = tmp_path / "password"
    file.write_text(password)
    user = f"&username=reader&passwordFile={file}" if password else ""
    command = ("export", "--from", f"eureka={eureka.address}?{AT_ONCE}{user}", "--namespace", namespace)
    run = r2i(*command, "-v")
    yaml = printed(run)
    assert SAID <= diagnosed(run)
    for judged in (istiod.validate(yaml), api_server.judge(yaml)):
        assert judged.returncode == 0, judged.stdout + judged.stderr
    api_server.apply(yaml)
    istiod.wait_for_config(namespace, *WANTED)
    def seen() -> dict[str, dict[str, list[str]]]:
        return {host: {port: sorted(places) for port, places in istiod.targets(host, namespace).items()} for host in WANTED}
    try:
        wait_for(lambda: seen() == WANTED, "istiod to have the endpoints", timeout=15)
    except TimeoutError:
        assert seen() == WANTED
    found = {one["spec"]["hosts"][0]: one["spec"] for one in objects(r2i(*command, "-o", "json"))}
    assert set(found) == set(WANTED)
    plain = found["plain.eureka"]["endpoints"]
    assert plain == [{"address": "192.0.2.1"},
                     {"address": "192.0.2.2", "labels": {"version": "v2", "zone": "zone-a"}, "locality": "zone-a"}]
    assert found["amazon.eureka"]["endpoints"] == [{"address": "192.0.2.7", "locality": "us-east-1/us-east-1a"}]
    public = objects(r2i("export", "--from", f"eureka={eureka.address}?{AT_ONCE}&instanceAddress=public-ip{user}",
                         "--include", "AMAZON", "-o", "json"))
    assert public[0]["spec"]["endpoints"][0]["address"] == "203.0.113.7"
    if password:
        assert_refuses(r2i, eureka, tmp_path)
    eureka.stop()


def assert_refuses(r2i: Program, eureka: Eureka, folder: Path) -> None:
    """Those whom it does not know; and it takes a user in the address."""
    other = folder / "other"
    other.write_text(SECRET + "other")
    for source in (eureka.address, f"{eureka.address}?username=reader&passwordFile={other}"):
        refused(r2i("export", "--from", f"eureka={source}"), "R2I1001 error", "/eureka/apps: 401", "give the user")
    encoded = eureka.password.replace("@", "%40").replace(":", "%3A").replace("/", "%2F")
    printed(r2i("export", "--from", f"eureka={eureka.with_user(f'reader:{encoded}')}?{AT_ONCE}"))


def test_virtual_addresses(r2i: Program, eureka: Eureka) -> None:
    eureka.register("web", "192.0.2.1", vipAddress="web,shop")
    eureka.register("web", "192.0.2.2", vipAddress="web")
    eureka.register("pay", "192.0.2.3", vipAddress="shop")
    found = objects(r2i("export", "--from", f"eureka={eureka.address}?{AT_ONCE}&vip=shop", "-o", "json"))
    assert {one["spec"]["hosts"][0]: [place["address"] for place in one["spec"]["endpoints"]] for one in found} == {
        "pay.eureka": ["192.0.2.3"], "web.eureka": ["192.0.2.1"]}
    refused(r2i("export", "--from", f"eureka={eureka.address}?vip=lost"), "R2I1071 error", '"lost"')


@pytest.mark.parametrize("address", ["/", "/apps", "/v2", "/v2/apps/"])
def test_addresses(r2i: Program, eureka: Eureka, address: str) -> None:
    eureka.register("web", "192.0.2.1")
    assert "web.eureka" in printed(r2i("export", "--from", f"eureka={eureka.address}{address}?{AT_ONCE}"))


# What the program relies on


def test_server_dates_registrations_itself(eureka: Eureka) -> None:
    """Whatever a client says of its lease. A renewal is dated with the time until which it holds."""
    before = int(time.time() * 1000) - 1000
    eureka.register("web", "192.0.2.1", instanceId="w", leaseInfo={
        "durationInSecs": 30, "registrationTimestamp": 1, "lastRenewalTimestamp": 1, "serviceUpTimestamp": 1})
    (registered,) = [one["leaseInfo"] for one in eureka.instances("web")]
    assert before <= registered["registrationTimestamp"] == registered["lastRenewalTimestamp"]
    eureka.renew("WEB", "w")
    now = int(time.time() * 1000)
    eureka.register("pay", "192.0.2.2")  # makes the server forget the answer that it has ready
    (renewed,) = [one["leaseInfo"] for one in eureka.instances("web")]
    assert renewed["registrationTimestamp"] == registered["registrationTimestamp"]
    assert 0 <= renewed["lastRenewalTimestamp"] - registered["lastRenewalTimestamp"] - 30_000 <= now - before


def test_answers(eureka: Eureka) -> None:
    assert eureka.api.get("/apps", {"Accept": "*/*"}).text.startswith("<applications>")
    assert eureka.api.get("/apps/none").status == 404
    empty = {"applications": {"versions__delta": "1", "apps__hashcode": "", "application": []}}
    assert eureka.api.get("/apps").json == empty
    eureka.register("web", "192.0.2.1")
    (one,) = eureka.instances("web")
    assert one["app"] == "WEB" and one["metadata"] == {"@class": "java.util.Collections$EmptyMap"}


# A restart


def source(eureka: Eureka, settings: str = "") -> tuple[str, str]:
    return ("--from", f"eureka={eureka.address}{settings}")


def names(runs: Runs) -> list[str]:
    return [one["metadata"]["name"] for one in runs.api_server.objects("ServiceEntry", runs.namespace)]


def test_restart_deletes_nothing(runs: Runs, eureka: Eureka) -> None:
    """Empty, then with what comes back one by one, until the server is old enough; then all is as it was."""
    wanted = {"web": ["192.0.2.1", "192.0.2.2", "192.0.2.3"], "pay": ["192.0.2.4"], "api": ["192.0.2.5"]}
    def register(*apps: str) -> None:
        for app in apps:
            for address in wanted[app]:
                eureka.register(app, address)

    register(*wanted)
    first = runs.apply(source=source(eureka))
    assert first.code == 3 and "R2I1070 error" in first.stderr and names(runs) == [], "a server of some seconds is not believed"
    assert runs.apply(source=source(eureka, f"?{AT_ONCE}")).code == 0
    before = runs.contents()
    assert len(before) == 3

    eureka.restart()
    empty = runs("apply", *PRUNE, source=source(eureka))
    assert empty.code == 3 and "R2I1071 error" in empty.stderr and runs.contents() == before, empty
    for app in ("web", "pay"):
        register(app)
        partial = runs("apply", *PRUNE, source=source(eureka))
        assert partial.code == 3 and "R2I1070 error" in partial.stderr and runs.contents() == before, partial
    began = time.monotonic()
    wait_for(lambda: time.monotonic() - began > 4, "the server to have been up for a while", pause=0.5)
    register("api")
    whole = runs("apply", *PRUNE, source=source(eureka, "?warmUp=4s"))
    assert whole.code == 0 and runs.contents() == before, whole


def test_client_of_spring_cloud(r2i: Program, runs: Runs, eureka: Eureka, istiod: Istiod,
                                new_client: Callable[..., EurekaClient]) -> None:
    """It registers, and comes back by itself after a restart; nothing is lost meanwhile."""
    client = new_client(eureka, "order_service", 8081, **{
        "prefer-ip-address": "true", "ip-address": "192.0.2.20", "secure-port-enabled": "true", "secure-port": 8443,
        "metadata-map.zone": "zone-b", "metadata-map.version": "v3", "metadata-map.management.port": 9090,
        "metadata-map.user.password": SECRET + "x"})
    snapshot = json.loads(printed(r2i("fetch", *source(eureka, f"?{AT_ONCE}"))))
    (service,) = snapshot["services"]
    (found,) = service["instances"]
    assert service["name"] == "ORDER_SERVICE" and found["address"] == "192.0.2.20" and found["locality"] == "zone-b"
    assert found["ports"] == [{"number": 8081}, {"number": 8443, "protocol": "https"}], found
    assert found["metadata"]["version"] == "v3" and found["metadata"]["user.password"] == "<redacted>"
    assert found["metadata"]["vipAddress"] == "order_service"
    yaml = printed(r2i("export", *source(eureka, f"?{AT_ONCE}")))
    assert istiod.validate(yaml).returncode == 0
    assert runs.apply(source=source(eureka, f"?{AT_ONCE}")).code == 0
    before = runs.contents()

    eureka.restart()
    assert runs("apply", *PRUNE, source=source(eureka)).code == 3 and runs.contents() == before
    wait_for(client.is_registered, "the client to come back", timeout=120)
    back = runs("apply", *PRUNE, source=source(eureka))
    assert back.code == 3 and "R2I1070 error" in back.stderr and runs.contents() == before, back
    assert runs("apply", *PRUNE, source=source(eureka, f"?{AT_ONCE}")).code == 0 and runs.contents() == before


def test_a_restarted_server_beside_one_that_runs(runs: Runs, new_eureka: Callable[..., Eureka], eureka: Eureka) -> None:
    old = new_eureka()
    for server in (eureka, old):
        server.register("web", "192.0.2.1")
    began = time.monotonic()
    wait_for(lambda: time.monotonic() - began > 4, "the servers to have been up for a while", pause=0.5)
    old.register("pay", "192.0.2.2")
    eureka.restart()
    eureka.register("web", "192.0.2.1")
    run = runs.apply(source=("--from", f"eureka={eureka.address},{old.address}?warmUp=4s"))
    assert run.code == 0 and names(runs) == ["pay.eureka", "web.eureka"], run
    old.stop()
