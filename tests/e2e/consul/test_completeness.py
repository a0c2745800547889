"""An answer of 200 is not yet the truth: what Consul's own signs say about it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.fake_consul import FakeConsul
from support.faults import fails, says, usual, usual_with
from support.program import Program
from support.scripted_http import Exchange, Step

LEADERLESS = usual_with(X_Consul_KnownLeader="false")
FILTERED = usual_with(X_Consul_Results_Filtered_By_ACLs="true")
ALL_HOSTS = ["api.service.consul", "pay.service.consul", "web.service.consul"]


def old(milliseconds: int) -> Step:
    return usual_with(X_Consul_LastContact=str(milliseconds))


# Without a leader, or out of touch with it


@pytest.mark.parametrize("first", [LEADERLESS, old(5001), old(3_600_000)], ids=["leaderless", "5.001 s old", "an hour old"])
def test_answer_that_is_not_fresh_is_asked_of_the_leader(r2i: Program, consul: FakeConsul, first: Step) -> None:
    consul.script_list(first)
    consul.script_detail("pay", first)
    run = r2i("export", "--from", f"consul={consul.address}")
    assert run.code == 0 and run.hosts == ALL_HOSTS, run
    for requests in (consul.lists(), consul.details("pay")):
        assert ["stale" in request.query for request in requests] == [True, False]


@pytest.mark.parametrize("fresh", [old(4999), old(0), usual_with(X_Consul_KnownLeader="true"),
                                   usual_with(X_Consul_Query_Backend="streaming", X_Consul_KnownLeader="false")],
                         ids=["4.999 s old", "new", "with a leader", "an agent's own view"])
def test_fresh_answer_is_not_asked_again(r2i: Program, consul: FakeConsul, fresh: Step) -> None:
    consul.always_list(fresh)
    consul.always_detail("pay", fresh)
    run = r2i("export", "--from", f"consul={consul.address}")
    assert run.code == 0 and run.hosts == ALL_HOSTS, run
    assert len(consul.lists()) == len(consul.details("pay")) == 1


def test_max_stale_sets_how_old_an_answer_may_be(r2i: Program, consul: FakeConsul) -> None:
    consul.always_detail("pay", old(60_000))
    run = r2i("export", "--from", f"consul={consul.address}?maxStale=1m")
    assert run.code == 0 and len(consul.details("pay")) == 1, run
    strict = r2i("export", "--from", f"consul={consul.address}?maxStale=59s")
    assert strict.code == 3 and 'R2I1004 error: service "pay" of consul/' in strict.stderr, strict
    assert "maxStale" in strict.stderr


def test_service_without_a_leader_for_it(r2i: Program, consul: FakeConsul) -> None:
    consul.always_detail("pay", LEADERLESS)
    run = r2i("export", "--from", f"consul={consul.address}")
    assert run.code == 3 and run.out == b"" and 'R2I1004 error: service "pay" of consul/' in run.stderr, run
    partial = r2i("export", "--from", f"consul={consul.address}", "--allow-partial")
    assert partial.code == 0 and partial.hosts == ["api.service.consul", "web.service.consul"], partial


def test_election_in_the_middle(r2i: Program, consul: FakeConsul) -> None:
    consul.script_detail("pay", LEADERLESS, *4 * [fails(500, "No cluster leader")])
    run = r2i("export", "--from", f"consul={consul.address}")
    assert run.code == 3 and run.out == b"" and '500 after 4 attempts: "No cluster leader"' in run.stderr, run


# Hidden by an ACL


def test_filtered_detail(r2i: Program, consul: FakeConsul) -> None:
    """Nodes that the token may not read hide instances: the service is not known in full, though it has some."""
    consul.always_detail("pay", FILTERED)
    run = r2i("export", "--from", f"consul={consul.address}")
    assert run.code == 3 and run.out == b"", run
    assert 'R2I1003 error: service "pay" of consul/' in run.stderr and "what the token may not see" in run.stderr
    assert "trustView=true" in run.stderr
    trusted = r2i("export", "--from", f"consul={consul.address}?trustView=true")
    assert trusted.code == 0 and trusted.hosts == ALL_HOSTS, trusted


def test_filtered_detail_is_no_complete_service(r2i: Program, consul: FakeConsul) -> None:
    """With --allow-partial it must not lose the endpoints that are hidden."""
    consul.always_detail("pay", FILTERED)
    run = r2i("export", "--from", f"consul={consul.address}", "--allow-partial")
    assert run.code == 0 and run.hosts == ["api.service.consul", "web.service.consul"], run


def test_view_of_a_token_that_sees_only_its_own(r2i: Program, new_consul: Callable[..., FakeConsul]) -> None:
    agent = new_consul(emulator=True)  # the token may not see `consul`
    agent.register("pay")
    agent.always_list(FILTERED)
    run = r2i("export", "--from", f"consul={agent.address}?trustView=true")
    assert run.code == 0 and run.hosts == ["pay.service.consul"], run


# Listed, but without instances


def test_service_that_vanishes_between_list_and_detail(r2i: Program, consul: FakeConsul) -> None:
    def vanish(exchange: Exchange) -> None:
        consul.deregister("pay")
        usual(exchange)

    consul.script_detail("pay", vanish)
    run = r2i("export", "--from", f"consul={consul.address}", "-v")
    assert run.code == 0 and run.hosts == ["api.service.consul", "web.service.consul"], run
    assert len(consul.details("pay")) == 2 and len(consul.lists()) == 2
    assert "error" not in run.stderr, run


@pytest.mark.parametrize("settings", ["", "?trustView=true"])
def test_service_that_is_listed_but_empty_twice(r2i: Program, consul: FakeConsul, settings: str) -> None:
    consul.always_detail("pay", says("[]"))
    run = r2i("export", "--from", f"consul={consul.address}{settings}")
    assert run.code == 3 and run.out == b"", run
    assert 'R2I1006 error: service "pay" of consul/' in run.stderr and "answered without instances, twice" in run.stderr
    assert ["stale" in request.query for request in consul.details("pay")] == [True, False]
    partial = r2i("export", "--from", f"consul={consul.address}{settings}", "--allow-partial", "--service-port", "80")
    assert partial.code == 0 and partial.hosts == ["api.service.consul", "web.service.consul"], partial


def test_service_that_is_empty_to_a_token_whose_view_is_trusted(r2i: Program, consul: FakeConsul) -> None:
    """It may read the service, but none of its nodes, and Consul says that something was left out."""
    consul.always_detail("pay", says("[]", X_Consul_Results_Filtered_By_ACLs="true"))
    run = r2i("export", "--from", f"consul={consul.address}?trustView=true")
    assert run.code == 0 and run.hosts == ["api.service.consul", "web.service.consul"] and "R2I1" not in run.stderr, run


def test_service_that_is_empty_once(r2i: Program, consul: FakeConsul) -> None:
    """A server that lags behind: its leader knows more."""
    consul.script_detail("pay", says("[]"))
    run = r2i("export", "--from", f"consul={consul.address}")
    assert run.code == 0 and run.hosts == ALL_HOSTS, run


def test_service_that_a_filter_leaves_empty(r2i: Program, consul: FakeConsul) -> None:
    consul.always_detail("pay", says("[]"))
    run = r2i("export", "--from", f"consul={consul.address}?filter=Service.Meta.env==prod")
    assert run.code == 0 and "R2I1" not in run.stderr and len(consul.details("pay")) == 1, run


def test_list_that_fails_when_asked_again(r2i: Program, consul: FakeConsul) -> None:
    consul.always_detail("pay", says("[]"))
    consul.script_list(usual)
    consul.always_list(fails(403, "Permission denied"))
    run = r2i("export", "--from", f"consul={consul.address}")
    assert run.code == 3 and run.out == b"" and "Permission denied" in run.stderr, run
    partial = r2i("export", "--from", f"consul={consul.address}", "--allow-partial", "--service-port", "80")
    assert partial.code == 0 and "pay.service.consul" not in partial.stdout, partial


# What the user expects


@pytest.mark.parametrize("expectation, says_what", [
    ("minServices=100", "expect.minServices is 100, but there are 4"),
    ("minInstances=5", "expect.minInstances is 5, but there are 4"),
    ("services=web,db,cache", 'expect.services names "db", which is not there'),
])
def test_expectation_that_is_not_met(r2i: Program, consul: FakeConsul, expectation: str, says_what: str) -> None:
    run = r2i("export", "--from", f"consul={consul.address}?expect.{expectation}")
    assert run.code == 3 and run.out == b"", run
    assert f'R2I1007 error: source "consul": {says_what}' in run.stderr
    assert "Check the registry, or change the expectation." in run.stderr
    partial = r2i("export", "--from", f"consul={consul.address}?expect.{expectation}", "--allow-partial")
    assert partial.code == 0 and partial.hosts == ALL_HOSTS, partial


def test_expectations_that_are_met(r2i: Program, consul: FakeConsul) -> None:
    run = r2i("export", "--from",
              f"consul={consul.address}?expect.minServices=3&expect.minInstances=3&expect.services=web,pay")
    assert run.code == 0 and run.hosts == ALL_HOSTS, run
