"""Datacenters: each is a scope of its own, and what is local decides the hosts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.fake_consul import FakeConsul
from support.faults import fails, says
from support.program import Program
from support.scripted_http import Step


@pytest.fixture
def federated(new_consul: Callable[..., FakeConsul]) -> FakeConsul:
    """An agent of dc1 that knows dc2 and dc3; each has `web`."""
    agent = new_consul("dc1")
    for number, name in enumerate(("dc1", "dc2", "dc3"), start=1):
        if name != "dc1":
            agent.add_datacenter(name)
        agent.register("web", f"10.{number}.0.1", datacenter=name)
    return agent


LOCAL = "web.service.consul"


def remote(datacenter: str) -> str:
    return f"web.service.{datacenter}.consul"


@pytest.mark.parametrize("settings, hosts", [
    ("", [LOCAL]),
    ("?datacenter=dc1", [LOCAL]),
    ("?datacenter=dc2", [remote("dc2")]),
    ("?datacenter=dc1,dc3", [LOCAL, remote("dc3")]),
    ("?datacenter=dc3&datacenter=dc2", [remote("dc2"), remote("dc3")]),
    ("?datacenter=all", [LOCAL, remote("dc2"), remote("dc3")]),
    ("?datacenter=all&localDatacenter=dc2", [LOCAL, remote("dc1"), remote("dc3")]),
    ("?datacenter=dc2&localDatacenter=dc2", [LOCAL]),
    ("?localDatacenter=dc1", [LOCAL]),
    ("?localDatacenter=dc2", [remote("dc1")]),
])
def test_datacenters_and_hosts(r2i: Program, federated: FakeConsul, settings: str, hosts: list[str]) -> None:
    run = r2i("export", "--from", f"consul={federated.address}{settings}")
    assert run.code == 0 and sorted(run.hosts) == sorted(hosts), run


def test_each_datacenter_has_its_own_endpoints(r2i: Program, federated: FakeConsul) -> None:
    run = r2i("export", "--from", f"consul={federated.address}?datacenter=all")
    addresses = [run.entry(host)["endpoints"][0]["address"] for host in (LOCAL, remote("dc2"), remote("dc3"))]
    assert addresses == ["10.1.0.1", "10.2.0.1", "10.3.0.1"], run


def test_snapshot_names_its_scopes(r2i: Program, federated: FakeConsul) -> None:
    run = r2i("fetch", "--from", f"consul={federated.address}?datacenter=dc2,dc1")
    assert run.code == 0, run
    scopes = {scope["name"]: scope for scope in run.json["scopes"]}
    assert sorted(scopes) == ["dc1", "dc2"] and all(scope["complete"] for scope in scopes.values())
    assert scopes["dc1"].get("local", True) and scopes["dc2"]["local"] is False
    assert {(service["scope"], service["name"]) for service in run.json["services"]} == {
        ("dc1", "consul"), ("dc1", "web"), ("dc2", "consul"), ("dc2", "web")}


def test_without_settings_the_name_is_learned(r2i: Program, new_consul: Callable[..., FakeConsul]) -> None:
    agent = new_consul("paris")
    agent.register("web")
    run = r2i("fetch", "--from", f"consul={agent.address}")
    assert [scope["name"] for scope in run.json["scopes"]] == ["paris"], run
    assert "dc" not in agent.lists()[0].query


def test_own_datacenter_without_the_right_to_ask_the_agent(r2i: Program, federated: FakeConsul) -> None:
    federated.always("/v1/agent/self", fails(403, "Permission denied"))
    run = r2i("export", "--from", f"consul={federated.address}?datacenter=all")
    assert run.code == 0 and sorted(run.hosts) == sorted([LOCAL, remote("dc2"), remote("dc3")]), run


def test_own_datacenter_that_cannot_be_found_out(r2i: Program, federated: FakeConsul) -> None:
    """A guess would change every host."""
    federated.always("/v1/agent/self", fails(403, "Permission denied"))
    federated.always_detail("consul", fails(403, "Permission denied"))
    run = r2i("export", "--from", f"consul={federated.address}?datacenter=all", "--exclude", "consul")
    assert run.code == 3 and run.out == b"" and "set localDatacenter" in run.stderr, run
    told = r2i("export", "--from", f"consul={federated.address}?datacenter=all&localDatacenter=dc1", "--exclude", "consul")
    assert told.code == 0 and len(told.hosts) == 3, told


@pytest.mark.parametrize("step", [fails(403), says("null"), says('["dc1", 2]'), says("[]")],
                         ids=["403", "null", "a number", "none"])
def test_datacenters_that_cannot_be_listed(r2i: Program, federated: FakeConsul, step: Step) -> None:
    federated.always("/v1/catalog/datacenters", step)
    run = r2i("export", "--from", f"consul={federated.address}?datacenter=all")
    assert run.code == 3 and run.out == b"" and "R2I1001 error:" in run.stderr, run


def test_unknown_datacenter(r2i: Program, federated: FakeConsul) -> None:
    run = r2i("export", "--from", f"consul={federated.address}?datacenter=dc1,dc9")
    assert run.code == 3 and run.out == b"" and "R2I1001 error: consul/dc9:" in run.stderr, run
    assert "No path to datacenter" in run.stderr


def test_one_datacenter_that_fails_does_not_taint_the_others(r2i: Program, federated: FakeConsul) -> None:
    """A scope is read whole or not; the other ones are no less whole."""
    source = f"consul={federated.address}?datacenter=dc1,dc9"
    run = r2i("export", "--from", source, "--allow-partial")
    assert run.code == 0 and run.hosts == [LOCAL], run
    snapshot = r2i("fetch", "--from", source, "--allow-partial").json
    assert {scope["name"]: scope["complete"] for scope in snapshot["scopes"]} == {"dc1": True, "dc9": False}


def test_datacenter_that_is_named_twice(r2i: Program, federated: FakeConsul) -> None:
    run = r2i("export", "--from", f"consul={federated.address}?datacenter=dc2,dc2")
    assert run.code == 2 or (run.code == 0 and run.hosts == [remote("dc2")]), run
