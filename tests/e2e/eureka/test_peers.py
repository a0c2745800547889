"""Several servers of one registry: the first that has everything is the one that is believed."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from support.fake_eureka import FakeEureka, registry
from support.faults import cut, dies, fails, hangs_up, resets, rewritten, says
from support.processes import free_port
from support.program import Program, Run
from support.scripted_http import Step

HOSTS = ["api.eureka", "pay.eureka"]


@pytest.fixture
def peers(new_eureka: Callable[..., FakeEureka]) -> Callable[..., list[FakeEureka]]:
    """peers(3600, 20) starts servers of these ages that all know api and pay; the addresses tell which of them answered."""
    def start(*ages: int) -> list[FakeEureka]:
        made = [new_eureka(age=age) for age in ages]
        for number, peer in enumerate(made, start=1):
            peer.register("api", f"10.{number}.0.1")
            peer.register("pay", f"10.{number}.0.2")
        return made
    return start


def source(*peers: FakeEureka, settings: str = "") -> str:
    return f"eureka={','.join(peer.base for peer in peers)}{settings}"


def answered(run: Run) -> set[str]:
    """By which peers, as their numbers."""
    return {endpoint["address"].split(".")[1] for entry in run.objects for endpoint in entry["spec"]["endpoints"]}


def test_first_that_is_complete_is_the_only_one_asked(r2i: Program, peers: Callable[..., list[FakeEureka]]) -> None:
    first, second = peers(3600, 3600)
    run = r2i("export", "--from", source(first, second))
    assert run.code == 0 and run.hosts == HOSTS and answered(run) == {"1"} and not second.requests, run


FAULTS = {
    "500": fails(500), "403": fails(403), "401": fails(401), "404": fails(404), "reset": resets, "no answer": hangs_up,
    "cut": cut, "dies": dies, "204": says("", 204), "XML": says("<applications/>"), "HTML": says("<html>"),
    "empty": says(json.dumps(registry({}))), "no JSON": says("{"),
    "one of its applications is malformed": rewritten(b'"10.1.0.2"', b"{}"),
}


@pytest.mark.parametrize("step", FAULTS.values(), ids=FAULTS.keys())
def test_next_one_is_asked(r2i: Program, peers: Callable[..., list[FakeEureka]], step: Step) -> None:
    first, second = peers(3600, 3600)
    first.always_apps(step)
    run = r2i("export", "--from", source(first, second))
    assert run.code == 0 and run.hosts == HOSTS and answered(run) == {"2"}, run
    assert "error" not in run.stderr, "what the first one lacked is of no interest any more"


def test_address_where_nobody_listens(r2i: Program, peers: Callable[..., list[FakeEureka]]) -> None:
    (peer,) = peers(3600)
    run = r2i("export", "--from", f"eureka=http://127.0.0.1:{free_port()}/eureka/, {peer.base}/")
    assert run.code == 0 and run.hosts == HOSTS, run


def test_peer_that_has_just_started_is_passed_over(r2i: Program, peers: Callable[..., list[FakeEureka]]) -> None:
    first, second = peers(20, 3600)
    first.deregister("pay")
    run = r2i("export", "--from", source(first, second))
    assert run.code == 0 and run.hosts == HOSTS and answered(run) == {"2"}, run


def test_peers_that_differ_are_not_mixed(r2i: Program, peers: Callable[..., list[FakeEureka]]) -> None:
    """What is to be believed of them is not ours to guess: the first complete one is taken as it is."""
    first, second = peers(3600, 3600)
    second.register("web", "10.2.0.3")
    run = r2i("export", "--from", source(first, second))
    assert run.code == 0 and run.hosts == HOSTS and answered(run) == {"1"}, run


def test_all_have_just_started(r2i: Program, peers: Callable[..., list[FakeEureka]]) -> None:
    first, second = peers(20, 30)
    run = r2i("export", "--from", source(first, second))
    assert run.code == 3 and run.out == b"", run
    assert "go back 20 s" in run.stderr and "go back 30 s" in run.stderr and first.base in run.stderr, run


def test_nobody_listens_anywhere(r2i: Program) -> None:
    one, two = (f"http://127.0.0.1:{free_port()}/eureka" for _ in range(2))
    run = r2i("export", "--from", f"eureka={one},{two}")
    assert run.code == 3 and run.out == b"" and one in run.stderr and two in run.stderr, run


def test_addresses_of_the_environment(r2i: Program, peers: Callable[..., list[FakeEureka]]) -> None:
    first, second = peers(3600, 3600)
    first.always_apps(fails(403))
    variable = {"EUREKA_CLIENT_SERVICEURL_DEFAULTZONE": f"{first.base}/,{second.base}/"}
    run = r2i("export", "--from", "eureka", env=variable)
    assert run.code == 0 and answered(run) == {"2"}, run
    given = r2i("export", "--from", source(second), env={"EUREKA_CLIENT_SERVICEURL_DEFAULTZONE": first.base})
    assert given.code == 0 and answered(given) == {"2"}, given
