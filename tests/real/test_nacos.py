"""Services that Nacos's own client, and HTTP, registered in a real Nacos 2.3.2: what the judges say of their export, and what istiod
makes of it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from harness.nacos import IDENTITY, PATIENCE, USER, WORD, Nacos, NacosClient
from harness.outcome import objects, printed, refused
from harness.runs import PRUNE
from support.processes import wait_for
from support.relay import Relay

ENV = {"NACOS_USERNAME": USER, "NACOS_PASSWORD": WORD}
FOO = "providers:com.acme.Foo:1.0.0:"


@pytest.fixture(scope="module")
def registered(session_nacos, new_nacos_client) -> Iterator[Nacos]:
    """Services of every shape; only addresses of this machine, since Nacos connects to the persistent ones."""
    server = session_nacos()
    client: NacosClient = new_nacos_client(server)
    client.register("web", "127.0.1.1", metadata={"version": "v1", "preserved.register.source": "SPRING_CLOUD"})
    client.register("web", "127.0.1.2", cluster="hz-a", weight=2.5)
    client.register("web", "127.0.1.3", weight=0)
    client.register("web", "127.0.1.4", enabled=False)
    client.register("web", "127.0.1.5", group="GRP_A")
    client.register("secure", "127.0.1.6", 8443, metadata={"secure": "true"})
    client.register(FOO, "127.0.1.7", 20880, metadata={"protocol": "tri", "side": "provider"})
    client.register("consumers:com.acme.Foo:1.0.0:", "127.0.1.8", 1)
    server.register("by-http", "127.0.1.9", weight=0.5)
    server.register("by-http", "127.0.1.10", weight=2)
    for name, threshold in (("ill", 0), ("protected", 0.5)):
        for number, healthy in ((1, "true"), (2, "false")):
            server.register(name, f"127.0.2.{number}", ephemeral="true", healthy=healthy, metadata=json.dumps(PATIENCE))
        server.set_threshold(name, threshold)
    server.create("empty")
    server.add_namespace("west")
    server.register("web", "127.0.1.20", namespace="west")
    wait_for(lambda: len(server.instances("web")) == 3 and len(server.instances(FOO)) == 1, "the registrations to be seen")
    yield server


EXPECTED = {
    "web.default-group.public.nacos": {"127.0.1.1", "127.0.1.2"},
    "web.grp-a.public.nacos": {"127.0.1.5"},
    "secure.default-group.public.nacos": {"127.0.1.6"},
    "providers-com-acme-foo-1-0-0.default-group.public.nacos": {"127.0.1.7"},
    "by-http.default-group.public.nacos": {"127.0.1.9", "127.0.1.10"},
    "ill.default-group.public.nacos": {"127.0.2.1"},
    "protected.default-group.public.nacos": {"127.0.2.1", "127.0.2.2"},
    "web.default-group.west.nacos": {"127.0.1.20"},
}


def entries(found: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {one["spec"]["hosts"][0]: one["spec"] for one in found}


def source(server: Nacos, settings: str = "namespace=all") -> tuple[str, str]:
    return ("--from", f"nacos={server.address}?{settings}")


def test_what_is_exported(registered, r2i):
    """The persistent ones that nobody listens for may be found ill in the meantime: health is not the point here."""
    run = r2i("export", *source(registered), "--health", "any", "-o", "json")
    found = entries(objects(run))
    assert set(found) == set(EXPECTED)
    web = {one["address"]: one for one in found["web.default-group.public.nacos"]["endpoints"]}
    assert set(web) == {"127.0.1.1", "127.0.1.2"}
    assert web["127.0.1.1"]["labels"] == {"version": "v1"} and web["127.0.1.2"]["locality"] == "hz-a"
    assert (web["127.0.1.1"]["weight"], web["127.0.1.2"]["weight"]) == (10, 25)
    assert found["secure.default-group.public.nacos"]["ports"][0]["protocol"] == "HTTPS"
    assert found["providers-com-acme-foo-1-0-0.default-group.public.nacos"]["ports"][0]["protocol"] == "GRPC"


def test_protection(registered, r2i):
    run = r2i("export", *source(registered, "group=DEFAULT_GROUP"), "-v", "-o", "json")
    found = entries(objects(run))
    for host in ("ill.default-group.public.nacos", "protected.default-group.public.nacos"):
        assert {one["address"] for one in found[host]["endpoints"]} == EXPECTED[host], run
    assert 'R2I1040 warning: service "protected" of nacos/public' in run.stderr
    # As Nacos's own clients have it: all of them are said to be healthy.
    assert [one["healthy"] for one in registered.instances("protected")] == [True, True]


@pytest.mark.parametrize("settings", ["apiVersion=v1", "apiVersion=v2&group=DEFAULT_GROUP", "pageSize=2"])
def test_every_api_tells_the_same(registered, r2i, settings):
    whole, other = (r2i("export", *source(registered, words), "--health", "any")
                    for words in ("group=DEFAULT_GROUP", f"group=DEFAULT_GROUP&{settings}"))
    assert whole.code == other.code == 0, other
    if "v2" not in settings:
        assert other.out == whole.out
    assert other.hosts == whole.hosts


def test_judges_and_istiod(registered, r2i, api_server, istiod):
    namespace = api_server.namespace()
    try:
        manifests = printed(r2i("export", *source(registered), "--health", "any", "--namespace", namespace))
        judged = istiod.validate(manifests)
        assert judged.returncode == 0, judged.stdout + judged.stderr
        assert api_server.judge(manifests).returncode == 0
        api_server.apply(manifests)
        istiod.wait_for_config(namespace, *EXPECTED)
        for host, expected in EXPECTED.items():
            wanted = {*expected, *({"127.0.2.2"} if host.startswith("ill.") else ())}
            wait_for(lambda: {one["Addresses"][0] for one in istiod.endpoint_shards(host, namespace)} == wanted,
                     f"istiod to have the endpoints of {host}")
    finally:
        api_server.clear(namespace)


def test_instances_that_leave(registered, r2i, new_nacos_client):
    client = new_nacos_client(registered)
    client.register("leaving", "127.0.3.1")
    client.register("leaving", "127.0.3.2")
    wait_for(lambda: len(registered.instances("leaving")) == 2, "the registrations to be seen")
    client.deregister("leaving", "127.0.3.1")
    wait_for(lambda: len(registered.instances("leaving")) == 1, "the deregistration to be seen")
    run = r2i("export", *source(registered), "-o", "json")
    assert [one["address"] for one in entries(objects(run))["leaving.default-group.public.nacos"]["endpoints"]] == ["127.0.3.2"]
    client.stop()


# Log-in


@pytest.fixture(scope="module")
def guarded(session_nacos) -> Iterator[Nacos]:
    """Its tokens live for five seconds: too short for Nacos's own client on a busy machine."""
    server = session_nacos(log_in=True, ttl=5)
    for number in range(1, 31):
        server.register(f"s{number:02}", f"127.0.4.{number}", ephemeral="true", metadata=json.dumps(PATIENCE))
    wait_for(lambda: len(server.instances("s30")) == 1, "the registrations to be seen")
    yield server


def test_log_in(guarded, r2i):
    run = r2i("export", *source(guarded), env=ENV)
    assert run.code == 0 and len(run.hosts) == 30, run
    refused(r2i("export", *source(guarded)), "403")
    refused(r2i("export", *source(guarded), env={**ENV, "NACOS_PASSWORD": "wrong"}), "login")


def test_identity(guarded, r2i):
    env = {"NACOS_AUTH_IDENTITY_KEY": IDENTITY[0], "NACOS_AUTH_IDENTITY_VALUE": IDENTITY[1]}
    run = r2i("export", *source(guarded), env=env)
    assert run.code == 0 and len(run.hosts) == 30, run


def test_token_that_expires_between_pages(guarded, r2i):
    """On the way to the server the request for a page takes longer than its token lives."""
    asked: list[bytes] = []

    def before(data: bytes) -> None:
        asked.append(data.split(b"\r\n", 1)[0])
        if b"withInstances=true" in asked[-1] and b"pageNo=7&" in asked[-1] and sum(b"pageNo=7&" in one for one in asked) == 1:
            time.sleep(6)

    with Relay(guarded.port, before) as relay:
        run = r2i("export", "--from", f"nacos=http://127.0.0.1:{relay.port}?pageSize=1", "--parallelism", "1", env=ENV)
    assert run.code == 0 and len(run.hosts) == 30, run
    assert sum(line.startswith(b"POST ") and b"users/login" in line for line in asked) >= 2, asked
    assert sum(b"pageNo=7&" in line for line in asked) == 2, "it was refused once"


# A server that was started anew


def test_restart_takes_nothing_away(nacos, new_nacos_client, r2i, runs):
    """Nacos has forgotten everything, and says so with an empty list and 200."""
    client = new_nacos_client(nacos)
    for number in (1, 2, 3):
        client.register(f"kept-{number}", f"127.0.5.{number}")
    words = source(nacos)
    wait_for(lambda: len(r2i("export", *words).hosts) == 3, "the registrations to be seen")
    assert runs.apply(source=words).code == 0
    before = runs.contents()
    client.kill()
    nacos.restart()
    assert nacos.get("v1/ns/catalog/services", withInstances="false", pageNo=1, pageSize=9).json["count"] == 0
    for flags in ((), PRUNE):
        run = runs.apply(*flags, source=words)
        assert run.code == 3 and "R2I1042" in run.stderr, run
    assert runs.contents() == before
