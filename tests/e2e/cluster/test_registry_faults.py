"""A registry that is not well takes nothing away from the cluster: every fault against `apply --prune`, held by what the API
server was asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from support.fake_consul import FakeConsul
from support.faults import (cut, dies, endless, fails, hangs_up, redirects, resets, rewritten, says, silent, trickles,
                            usual_with)
from support.processes import free_port
from support.program import Run
from support.scripted_http import Exchange, Step
from world import PRUNE, World, delete, host, key, patch

SOON = ("--request-timeout", "2s")  # long enough for a machine that has much to do
LEADERLESS = usual_with(X_Consul_KnownLeader="false")
OUT_OF_TOUCH = usual_with(X_Consul_LastContact="3600000")
FILTERED = usual_with(X_Consul_Results_Filtered_By_ACLs="true")


@dataclass(frozen=True)
class Fault:
    step: Step
    settings: str = ""
    flags: tuple[str, ...] = ()
    code: int = 3


def not_http(exchange: Exchange) -> None:
    exchange.close()
    exchange.send(b"SSH-2.0-OpenSSH_9.2\r\n")


def swollen(exchange: Exchange) -> None:
    """The usual answer, and 128 KiB of nothing behind it."""
    answer = exchange.usual()
    exchange.send(replace(answer, body=answer.body + b" " * 131_072).encoded())


def circles(exchange: Exchange) -> None:
    redirects(exchange.request.target)(exchange)


def elects(exchange: Exchange) -> None:
    """A server whose leader has gone, and that has found no other one."""
    if "stale" in exchange.request.query:
        LEADERLESS(exchange)
    else:
        fails(500, "No cluster leader")(exchange)


EVERYWHERE = {
    "500": Fault(fails(500, "rpc error")),
    "503": Fault(fails(503)),
    "429": Fault(fails(429, "rate limit exceeded")),
    "429 until much later": Fault(fails(429, Retry_After="3600")),
    "403": Fault(fails(403, "Permission denied")),
    "404": Fault(fails(404)),
    "reset": Fault(resets),
    "no answer": Fault(hangs_up),
    "dies": Fault(dies),
    "silence": Fault(silent, flags=SOON),
    "trickle": Fault(trickles, flags=SOON),
    "cut body": Fault(cut),
    "endless": Fault(endless, "?maxAnswerBytes=1048576"),
    "far too large": Fault(swollen, "?maxAnswerBytes=65536"),
    "no HTTP": Fault(not_http),
    "redirect": Fault(redirects("http://127.0.0.2:1/")),
    "redirect in a circle": Fault(circles),
    "a page of HTML": Fault(says("<html>Log in</html>")),
    "null": Fault(says("null")),
    "a number": Fault(says("7")),
    "no body": Fault(says("")),
    "filtered": Fault(FILTERED),
    "leaderless": Fault(LEADERLESS),
    "election in the middle": Fault(elects),
    "an hour old": Fault(OUT_OF_TOUCH),
    "older than is allowed": Fault(usual_with(X_Consul_LastContact="2000"), "?maxStale=1s"),
}
LIST_FAULTS = {
    **EVERYWHERE,
    # What a Consul with ACLs answers to those that it does not know, or only half knows.
    "empty": Fault(says("{}")),
    "without consul": Fault(says('{"web": []}')),
    "a list": Fault(says('["consul", "web"]')),
    # Believable, and yet most of the services are not there: then a guard holds.
    "half-started": Fault(says('{"consul": [], "web": []}'), code=5),
    "just started": Fault(says('{"consul": []}'), code=5),
}
DETAIL_FAULTS = {
    **EVERYWHERE,
    "an empty list of instances": Fault(says("[]")),
    "an object": Fault(says("{}")),
    "a wrong type inside": Fault(rewritten(b'"10.0.1.7"', b"17")),
    "half an entry more": Fault(rewritten(b'[{"Node": {"ID"', b'[{"Node": {"Node": "node-2"}}, {"Node": {"ID"')),
    "an entry that is null": Fault(says("[null]")),
    "an entry without a service": Fault(says('[{"Node": {"Node": "node-1", "Address": "10.0.0.2"}, "Checks": []}]')),
    # All of its instances are ill at once, which is believed; but it is more than half of the scope's.
    "all critical": Fault(rewritten(b'"passing"', b'"critical"'), code=5),
}


@pytest.fixture
def running(world: World, new_consul: Callable[..., FakeConsul]) -> tuple[World, FakeConsul]:
    """Applied from Consul. `pay` has most of the instances; `old` has gone and is due to be pruned; `leaving` has gone just
    now; `web` has an instance more than when it was applied."""
    consul = new_consul()
    for number, name in enumerate(("api", "leaving", "old", "web"), start=1):
        consul.register(name, f"10.0.0.{number}")
    for number in range(1, 8):
        consul.register("pay", f"10.0.1.{number}")
    assert apply_from(world, consul).code == 0
    consul.deregister("old")
    assert apply_from(world, consul).code == 0 and world.is_gone("old")
    consul.deregister("leaving")
    consul.register("web", "10.0.2.1")
    world.api.forget()
    return world, consul


def apply_from(world: World, consul: FakeConsul, *flags: str, settings: str = "") -> Run:
    return world.apply(*flags, source=("--from", f"consul={consul.address}{settings}"))


def assert_nothing_went(world: World, run: Run, fault: Fault) -> None:
    """Where the registry is believed and only a guard holds, what was gone before goes."""
    assert run.code == fault.code, run
    deletions = {word for word in world.api.writes() if word.startswith("delete")}
    assert deletions <= ({delete("old")} if fault.code == 5 else set()), run
    assert set(world.names()) - {"old"} == {"api", "leaving", "pay", "web"} and ("old" in world.names() or deletions)
    assert [len(world.endpoints(name)) for name in ("api", "leaving", "pay")] == [1, 1, 7], run
    assert "10.0.0.4" in world.endpoints("web")


def assert_heals(world: World, consul: FakeConsul) -> None:
    run = apply_from(world, consul, *PRUNE)
    assert run.code == 0, run
    assert world.names() == ["api", "leaving", "pay", "web"] and world.is_gone("leaving")
    assert world.endpoints("web") == ["10.0.0.4", "10.0.2.1"] and len(world.endpoints("pay")) == 7


@pytest.mark.parametrize("fault", LIST_FAULTS.values(), ids=LIST_FAULTS.keys())
def test_list(running: tuple[World, FakeConsul], new_consul: Callable[..., FakeConsul], fault: Fault) -> None:
    world, consul = running
    consul.always_list(fault.step)
    run = apply_from(world, consul, *PRUNE, *fault.flags, settings=fault.settings)
    assert_nothing_went(world, run, fault)
    assert set(world.api.writes()) <= {patch("web"), delete("old")}, "the only one that may have been read in full"
    if fault.step is not dies:
        consul.always_list(usual_with())
        assert_heals(world, consul)


@pytest.mark.parametrize("fault", DETAIL_FAULTS.values(), ids=DETAIL_FAULTS.keys())
def test_one_service(running: tuple[World, FakeConsul], fault: Fault) -> None:
    """What was read in full is written nevertheless."""
    world, consul = running
    consul.always_detail("pay", fault.step)
    run = apply_from(world, consul, *PRUNE, *fault.flags, settings=fault.settings)
    assert_nothing_went(world, run, fault)
    if fault.step is not dies:
        assert patch("web") in world.api.writes() and len(world.endpoints("web")) == 2, run
        consul.always_detail("pay", usual_with())
        assert_heals(world, consul)


@pytest.mark.parametrize("fault", [fails(500), fails(429), resets, hangs_up, cut, LEADERLESS, OUT_OF_TOUCH],
                         ids=["500", "429", "reset", "end", "cut", "leaderless", "an hour old"])
def test_fault_that_passes(running: tuple[World, FakeConsul], fault: Step) -> None:
    world, consul = running
    consul.script_list(fault)
    consul.script_detail("pay", fault)
    consul.script_detail("web", fault)
    assert_heals(world, consul)


def test_nobody_listens(running: tuple[World, FakeConsul]) -> None:
    world, consul = running
    run = world.apply(*PRUNE, source=("--from", f"consul=http://127.0.0.1:{free_port()}"))
    assert_nothing_went(world, run, Fault(dies))
    assert world.api.writes() == []
    assert_heals(world, consul)


def test_two_sources_of_which_one_fails(running: tuple[World, FakeConsul], new_consul: Callable[..., FakeConsul]) -> None:
    """Nothing of the one that could not be read goes; in the other all is done."""
    world, consul = running
    west = new_consul("dc2")
    for name in ("inv", "log", "zip"):
        west.register(name, "10.1.0.1")
    sources = ("--from", f"consul={consul.address}", "--from", f"consul={west.address}?name=west&localDatacenter=dc2")
    assert world.apply(source=sources).code == 0
    west.deregister("zip")
    consul.always_list(fails(500))
    world.api.forget()
    run = world.apply(*PRUNE, source=sources)
    assert run.code == 3, run
    assert world.api.writes() == [patch("zip")] and world.is_gone("zip"), run
    consul.always_list(usual_with())
    again = world.apply(*PRUNE, "--max-delete-percent", "50", source=sources)
    assert again.code == 0 and set(world.names()) == {"api", "inv", "log", "pay", "web"}, again


def test_snapshot_that_says_it_is_incomplete(due: World) -> None:
    due.complete = False
    run = due.prune()
    assert run.code == 3, run
    assert due.api.writes() == sorted([patch("beta"), patch("delta"), patch("gamma")]), run
    assert due.endpoints("leaving") == ["10.0.4.1"] and "old" in due.names()
    assert "leaving" in run.stderr or "kept" in run.stderr or "incomplete" in run.stderr, run


def test_snapshot_without_services(due: World) -> None:
    """Complete, it says; the guard does not believe it."""
    due.services.clear()
    run = due.prune()
    assert run.code == 5 and due.api.writes() == [], run
    assert "--allow-empty consul/dc1" in run.stderr, run
    allowed = due.prune("--allow-empty", "consul/dc1", "--max-shrink-percent", "100")
    assert allowed.code == 0 and all(due.is_gone(name) for name in ("alpha", "beta")), allowed


@pytest.mark.parametrize("text", ["", "{", "null", "[]", json.dumps({"apiVersion": "registry2istio.io/v1"})])
def test_snapshot_that_is_broken(due: World, text: str) -> None:
    path = due.folder / "broken.json"
    path.write_text(text)
    run = due.apply(*PRUNE, source=("--from", f"file={path}"))
    assert run.code == 3 and due.api.writes() == [], run


def test_expectations_that_are_not_met(due: World) -> None:
    """The world has six services where ten are expected."""
    run = due.prune(source=("--from", due.from_file()[1] + "?expect.minServices=10"))
    assert run.code == 3 and "leaving" not in run.stdout and due.endpoints("leaving") == ["10.0.4.1"], run
    assert key("old").name == host("old") and "old" in due.names()
