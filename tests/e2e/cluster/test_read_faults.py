"""The cluster cannot be read, or cannot be believed: nothing is known of what is there, so nothing is written."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from support.api_faults import after, expired_page, not_allowed, not_authenticated, not_served, status, throttled
from support.certificates import Authority, Certificate
from support.faults import (compressed, cut, dies, endless, fails, hangs_up, redirects, resets, rewritten, says, silent,
                            trickles, usual)
from support.processes import free_port
from support.program import Run
from support.scripted_http import Step
from support.snapshots import JsonObject
from world import (DUE, GONE_SINCE, MANAGER, ONLY_GONE, PRUNE, World, assert_nothing_lost, in_the_middle, key, over_http2,
                   patch, settled, together)


@dataclass(frozen=True)
class Fault:
    step: Step
    says: str  # a pattern
    flags: tuple[str, ...] = ()
    passes: bool = False  # once, it is got over
    needs_items: bool = False


SOON = ("--request-timeout", "2s")  # long enough for a machine that has much to do
PODS = '{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[]}'

FAULTS = {
    "500": Fault(status(500, "InternalError", "etcdserver: leader changed"), "leader changed", passes=True),
    "503": Fault(fails(503, "upstream connect error"), "503", passes=True),
    "504": Fault(status(504, "Timeout", "the server was unable to return a response in the time allotted"),
                 "unable to return a response", passes=True),
    "429": Fault(throttled(), "(429|[Tt]oo many requests)", passes=True),
    "reset": Fault(resets, "127.0.0.1:PORT", passes=True),
    "no answer": Fault(hangs_up, "127.0.0.1:PORT", passes=True),
    "cut body": Fault(cut, "127.0.0.1:PORT", passes=True),
    "silence": Fault(silent, "no complete answer from 127.0.0.1:PORT", SOON, passes=True),
    "slow": Fault(trickles, "no complete answer from 127.0.0.1:PORT", SOON, passes=True),
    "401": Fault(not_authenticated, "wants credentials"),
    "403": Fault(not_allowed, 'cannot list resource "(serviceentries|workloadentries)"'),
    "404": Fault(not_served, "404|not serve|not installed"),
    "410": Fault(expired_page, "(410|too old|expired)"),
    "400": Fault(status(400, "BadRequest", "something is odd"), "something is odd"),
    "a redirect": Fault(redirects("https://127.0.0.2:1/login"), "redirect"),
    "a page of HTML": Fault(says("<html>Log in</html>"), "not a list of objects"),
    "no JSON": Fault(says('{"kind":"ServiceEntryList","items":[{"metadata":'), "not a list of objects"),
    "no body": Fault(says(""), "not a list of objects"),
    "null": Fault(says("null"), "not a list of objects"),
    "a list of something else": Fault(says(PODS), "not a list of objects"),
    "a Status": Fault(says('{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success"}'), "not a list of objects"),
    "no items": Fault(rewritten(b'"items":', b'"other":'), "not a list of objects"),
    "an item without a name": Fault(rewritten(b'"name":"', b'"nome":"'), "not a list of objects", needs_items=True),
    "endless": Fault(endless, "larger than|no complete answer", SOON),
}
PLACES: dict[str, dict[str, Any]] = {
    "serviceentries": {"verb": "list", "plural": "serviceentries", "continued": False},
    "a later page": {"verb": "list", "plural": "serviceentries", "continued": True},
    "workloadentries": {"verb": "list", "plural": "workloadentries"},
}
COMMANDS: dict[str, tuple[str, ...]] = {"diff": (), "apply": (), "apply --prune": PRUNE}
EVERY_COMMAND = pytest.mark.parametrize("command", COMMANDS)


def due_of(command: str) -> list[str]:
    """The writes of a run in in_the_middle() that nothing disturbs."""
    return sorted({"diff": [], "apply": DUE, "apply --prune": [*DUE, ONLY_GONE]}[command])


def run_all(world: World, *flags: str) -> dict[str, Run]:
    """Every command at the same time: none of them is to write anything."""
    started = {name: world.start(name.split()[0], *more, *flags) for name, more in COMMANDS.items()}
    return {name: one.wait() for name, one in started.items()}


def assert_refused(world: World, runs: dict[str, Run], pattern: str, code: int = 4) -> None:
    for name, run in runs.items():
        assert run.code == code and run.out == b"", f"{name}: {run}"
        assert re.search(pattern, run.stderr), f"{name}: {run}"
        assert "this is a bug" not in run.stderr and "terminate called" not in run.stderr, run
    assert world.api.writes() == []


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_cluster_that_cannot_be_read(new_world: Callable[[], World], clean_ends: dict[str, list[JsonObject]],
                                     fault: Fault) -> None:
    """On the first page of one kind, on a later one, or of the other kind."""
    def cell(world: World, where: dict[str, Any]) -> None:
        world.store.page_size = 4
        world.api.every(fault.step, **where)
        before = world.store.objects()
        runs = run_all(world, *fault.flags)
        assert_refused(world, runs, fault.says.replace("PORT", str(world.api.port)))
        assert world.store.objects() == before
        # Whatever it was: it is over, and nothing is left of it.
        world.api.heal()
        assert settled(world, world.prune) == clean_ends["prune"]

    together({name: partial(cell, in_the_middle(new_world()), where) for name, where in PLACES.items()
              if not fault.needs_items or where["plural"] == "serviceentries"})


@pytest.mark.parametrize("fault", [pytest.param(fault, id=name) for name, fault in FAULTS.items() if fault.passes])
def test_fault_that_passes(new_world: Callable[[], World], clean_ends: dict[str, list[JsonObject]], fault: Fault) -> None:
    """Every request is tried again, and a body that was cut is not taken for the whole."""
    def cell(world: World, where: dict[str, Any]) -> None:
        world.store.page_size = 4
        for command, flags in COMMANDS.items():
            world.api.once(fault.step, **where)
            run = world.run(command.split()[0], *flags, *fault.flags)
            assert run.code == (1 if command == "diff" else 0), run
            assert_nothing_lost(world, prune=bool(flags))
        assert settled(world, world.prune) == clean_ends["prune"]

    together({name: partial(cell, in_the_middle(new_world()), where) for name, where in PLACES.items()})


@EVERY_COMMAND
@pytest.mark.parametrize("pages", [1, 2, 3])
def test_410_in_the_middle_starts_the_list_again(due: World, clean_ends: dict[str, list[JsonObject]], command: str,
                                                 pages: int) -> None:
    """What was read before it is read again, and nothing counts twice."""
    flags = COMMANDS[command]
    due.store.page_size = 2
    due.api.once(*[usual] * (pages - 1), expired_page, verb="list", plural="serviceentries", continued=True)
    run = due.run(command.split()[0], *flags)
    told = run.stdout if command == "diff" else run.stderr
    assert run.code == (1 if command == "diff" else 0), run
    assert f"{2 if flags else 3} unchanged" in told and "1 to create, 2 to update, 1 to empty" in told, run
    assert due.api.words().count("list serviceentries") == 2
    assert due.api.writes() == due_of(command)
    assert_nothing_lost(due, prune=bool(flags))
    assert settled(due, due.prune) == clean_ends["prune"]


@EVERY_COMMAND
def test_410_for_what_has_changed_meanwhile(due: World, clean_ends: dict[str, list[JsonObject]], command: str) -> None:
    """Only the second list counts: `alpha`, which the first had, is made anew, and `old` is not gone since long any more."""
    def change() -> None:
        due.store.remove(key("alpha"))
        due.store.edit(key("old"), lambda entry: entry["metadata"]["annotations"].pop(GONE_SINCE), MANAGER)

    due.store.page_size = 2
    due.api.once(usual, usual, after(change, expired_page), verb="list", plural="serviceentries", continued=True)
    run = due.run(command.split()[0], *COMMANDS[command])
    told = run.stdout if command == "diff" else run.stderr
    assert run.code == (1 if command == "diff" else 0) and "2 to create, 2 to update, 2 to empty" in told, run
    assert due.api.writes() == ([] if command == "diff" else sorted([*DUE, patch("alpha"), patch("old")]))
    assert settled(due, due.prune) == clean_ends["prune"]


def test_compressed_pages(due: World) -> None:
    due.api.every(compressed, verb="list")
    run = due.diff()
    assert run.code == 1 and "3 unchanged" in run.stdout, run


def test_istio_is_not_installed(world: World) -> None:
    world.api.versions = []
    world.services = {"web": ["10.0.0.1"]}
    for name, run in run_all(world).items():
        assert run.code == 4 and "networking.istio.io" in run.stderr, f"{name}: {run}"
    assert world.api.writes() == []


def test_nobody_listens(world: World) -> None:
    world.services = {"web": ["10.0.0.1"]}
    port = free_port()
    world.write_kubeconfig(f"http://127.0.0.1:{port}")
    for name, run in run_all(world).items():
        assert run.code == 4 and f"127.0.0.1:{port}" in run.stderr and run.out == b"", f"{name}: {run}"


def test_namespaces_where_the_cluster_may_not_be_listed(due: World, clean_ends: dict[str, list[JsonObject]]) -> None:
    """A Role instead of a ClusterRole: the namespaces that are written are read, and that is said."""
    due.api.deny("list", namespace="")
    run = due.diff()
    assert run.code == 1 and "3 unchanged" in run.stdout and "mesh" in run.stderr, run
    assert "list serviceentries mesh" in due.api.words()
    assert settled(due, due.prune) == clean_ends["prune"]


def test_server_that_dies_between_two_pages(due: World) -> None:
    due.store.page_size = 4
    due.api.once(dies, verb="list", continued=True)
    run = due.prune()
    assert run.code == 4 and run.out == b"" and due.api.writes() == [], run


# HTTP/2: the server resets the stream of a list, and the connection goes on


def test_one_reset_of_a_stream(new_world: Callable[[], World], clean_ends: dict[str, list[JsonObject]], authority: Authority,
                               server_certificate: Certificate) -> None:
    def cell(world: World, where: dict[str, Any]) -> None:
        world.store.page_size = 4
        with over_http2(world, authority, server_certificate):
            for command, flags in COMMANDS.items():
                world.api.forget()
                world.api.once(hangs_up, **where)
                run = world.run(command.split()[0], *flags)
                assert run.code == (1 if command == "diff" else 0), run
                assert sum(asked.fits(where) for asked in world.api.calls) >= 2, run
                assert_nothing_lost(world, prune=bool(flags))
            assert settled(world, world.prune) == clean_ends["prune"]

    together({name: partial(cell, in_the_middle(new_world()), where) for name, where in PLACES.items()})


def test_streams_are_reset_all_the_time(new_world: Callable[[], World], clean_ends: dict[str, list[JsonObject]],
                                        authority: Authority, server_certificate: Certificate) -> None:
    def cell(world: World, where: dict[str, Any]) -> None:
        world.store.page_size = 4
        with over_http2(world, authority, server_certificate) as front:
            world.api.every(hangs_up, **where)
            before = world.store.objects()
            assert_refused(world, run_all(world), f"cannot list {where['plural']}.*127.0.0.1:{front.port}.*after 5 attempts")
            assert world.store.objects() == before
            world.api.heal()
            assert settled(world, world.prune) == clean_ends["prune"]

    together({name: partial(cell, in_the_middle(new_world()), where) for name, where in PLACES.items()})
