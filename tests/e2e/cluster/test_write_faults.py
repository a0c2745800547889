"""Some of the writes fail: the others are done, what failed is named with its cause, and the next run heals."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from support.api_faults import (done_but_unsaid, modified, not_allowed, not_authenticated, not_served, not_valid, status,
                                throttled, webhook_refuses, webhook_unreachable)
from support.certificates import Authority, Certificate
from support.faults import cut, fails, hangs_up, redirects, resets, says, silent, trickles
from support.scripted_http import Step
from support.snapshots import JsonObject
from world import (DUE, ONLY_GONE, PRUNE, World, assert_nothing_lost, content, host, in_the_middle, key, over_http2, patch,
                   settled, together)


@dataclass(frozen=True)
class Fault:
    step: Step
    says: str  # a pattern
    flags: tuple[str, ...] = ()
    passes: bool = False  # once, it is got over


SOON = ("--request-timeout", "2s")  # long enough for a machine that has much to do

FAULTS = {
    "500": Fault(status(500, "InternalError", "etcdserver: leader changed"), "leader changed", passes=True),
    "503": Fault(fails(503, "upstream connect error"), "503", passes=True),
    "504": Fault(status(504, "Timeout", "request did not complete within requested timeout"), "did not complete", passes=True),
    "webhook out of reach": Fault(webhook_unreachable, 'failed calling webhook "validation.istio.io"', passes=True),
    "429": Fault(throttled(), "(429|[Tt]oo many requests)", passes=True),
    "reset": Fault(resets, "127.0.0.1:PORT", passes=True),
    "no answer": Fault(hangs_up, "127.0.0.1:PORT", passes=True),
    "cut body": Fault(cut, "127.0.0.1:PORT", passes=True),
    "silence": Fault(silent, "no complete answer from 127.0.0.1:PORT", SOON, passes=True),
    "slow": Fault(trickles, "no complete answer from 127.0.0.1:PORT", SOON, passes=True),
    "done, then a reset": Fault(done_but_unsaid(resets), "127.0.0.1:PORT", passes=True),
    "done, then 500": Fault(done_but_unsaid(fails(500, "lost it")), "lost it", passes=True),
    "done, then slow": Fault(done_but_unsaid(trickles), "no complete answer from 127.0.0.1:PORT", SOON, passes=True),
    "409 by resourceVersion": Fault(modified, "written by somebody else all the time", passes=True),
    "401": Fault(not_authenticated, "wants credentials"),
    "403": Fault(not_allowed, 'cannot (patch|delete) resource "serviceentries"'),
    "404 kind not served": Fault(not_served, "404|not serve"),
    "422": Fault(not_valid, "NONE mode cannot set endpoints"),
    "webhook refuses": Fault(webhook_refuses, "validation.istio.io.*configuration is invalid"),
    "413": Fault(status(413, "RequestEntityTooLarge", "limit is 3145728"), "larger than"),
    "redirect": Fault(redirects("https://127.0.0.2:1/login"), "redirect"),
    "a page of HTML": Fault(fails(502, "<html><title>Bad Gateway</title></html>"), "502"),
    "200 and a page of HTML": Fault(says("<html>Log in</html>"), "."),
}
PERMANENT = pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
UNLIKE_409 = pytest.mark.parametrize("fault", [
    pytest.param(fault, id=name) for name, fault in FAULTS.items() if fault.step is not modified])
PASSING = pytest.mark.parametrize("fault", [pytest.param(fault, id=name) for name, fault in FAULTS.items() if fault.passes])
COMMANDS = ("apply", "prune")
EVERY_NAME = ("beta", "delta", "gamma", "leaving", "old")  # of in_the_middle(): what a run with --prune changes
Cell = Callable[[World, str], None]


def pattern(fault: Fault, world: World) -> str:
    return f"({fault.says.replace('PORT', str(world.api.port))})"


def run_cells(new_world: Callable[[], World], cell: Cell, commands: Sequence[str] = COMMANDS) -> None:
    together({command: partial(cell, in_the_middle(new_world()), command) for command in commands})


@PERMANENT
def test_one_object_cannot_be_written(new_world: Callable[[], World], clean_ends: dict[str, list[JsonObject]],
                                      fault: Fault) -> None:
    def cell(world: World, command: str) -> None:
        world.api.every(fault.step, verb="patch", name=host("beta"))
        run = getattr(world, command)(*fault.flags)
        assert run.code == 6, run
        assert re.search(rf"{host('beta')}.*{pattern(fault, world)}", run.stderr), run
        assert host("beta") not in run.stdout
        for name in ("delta", "gamma", "leaving"):
            assert f"{host(name)} " in run.stdout, run
        assert world.endpoints("delta") == ["10.0.7.1"] and world.is_gone("leaving")
        assert ("old" in world.names()) == (command == "apply")
        assert_nothing_lost(world, command == "prune")
        world.api.heal()
        assert settled(world, getattr(world, command)) == clean_ends[command]

    run_cells(new_world, cell)


@PERMANENT
def test_a_deletion_fails(new_world: Callable[[], World], clean_ends: dict[str, list[JsonObject]], fault: Fault) -> None:
    def cell(world: World, _command: str) -> None:
        world.api.every(fault.step, verb="delete")
        run = world.prune(*fault.flags)
        unsaid = "old" not in world.names()  # the server did it; that it is gone is then as good
        assert run.code == 6 or (unsaid and run.code == 0), run
        assert run.code == 0 or f"{host('old')} deleted" not in run.stdout, run
        assert unsaid or re.search(rf"{host('old')}.*{pattern(fault, world)}", run.stderr), run
        assert world.endpoints("delta") == ["10.0.7.1"]
        assert_nothing_lost(world, prune=True)
        world.api.heal()
        assert settled(world, world.prune) == clean_ends["prune"]

    run_cells(new_world, cell, ["prune"])


@UNLIKE_409
def test_nothing_can_be_written(new_world: Callable[[], World], clean_ends: dict[str, list[JsonObject]],
                                fault: Fault) -> None:
    def cell(world: World, command: str) -> None:
        before = world.store.objects()
        world.api.every(fault.step, verb="patch")
        world.api.every(fault.step, verb="delete")
        run = getattr(world, command)(*fault.flags)
        assert run.code in ((4,) if world.store.objects() == before else (4, 6)), run
        assert re.search(pattern(fault, world), run.stderr), run
        assert " configured" not in run.stdout and " created" not in run.stdout, run
        assert_nothing_lost(world, command == "prune")
        world.api.heal()
        assert settled(world, getattr(world, command)) == clean_ends[command]

    run_cells(new_world, cell)


@PASSING
def test_fault_that_passes(new_world: Callable[[], World], clean_ends: dict[str, list[JsonObject]], fault: Fault) -> None:
    """A write that may have been done is sent again: an apply and a deletion with preconditions can be."""
    def cell(world: World, command: str) -> None:
        world.api.once(fault.step, verb="patch", name=host("beta"), dry_run=False)
        world.api.once(fault.step, verb="patch", name=host("delta"), dry_run=False)
        world.api.once(fault.step, verb="delete")
        run = getattr(world, command)(*fault.flags)
        assert run.code == 0, run
        assert world.endpoints("beta") == ["10.0.2.1", "10.0.2.9"] and world.endpoints("delta") == ["10.0.7.1"]
        assert set(world.api.writes()) == {*DUE, *([ONLY_GONE] if command == "prune" else [])}
        assert_nothing_lost(world, command == "prune")
        assert settled(world, getattr(world, command)) == clean_ends[command]

    run_cells(new_world, cell)


@PASSING
def test_dry_runs_are_tried_again(due: World, fault: Fault) -> None:
    due.api.once(fault.step, verb="patch", name=host("beta"), dry_run=True)
    run = due.diff("--dry-run=server", *fault.flags)
    assert run.code == 1 and due.api.writes() == [], run


@PERMANENT
def test_the_server_cannot_be_asked(new_world: Callable[[], World], clean_ends: dict[str, list[JsonObject]],
                                    fault: Fault) -> None:
    """diff --dry-run=server: what is due is shown all the same, and that the server refuses some of it is a finding."""
    def cell(world: World, where: dict[str, str], named: str) -> None:
        before = content(world.store)
        world.api.every(fault.step, **where)
        run = world.diff("--dry-run=server", "--prune", "--prune-after", "0s", *fault.flags)
        assert run.code == 1 and "1 to create" in run.stdout and "1 to delete" in run.stdout, run
        for name in EVERY_NAME:
            found = re.search(rf"{host(name)}.*{pattern(fault, world)}", run.stderr)
            assert found if name == named else host(name) not in run.stderr, run
        assert world.api.writes() == [] and content(world.store) == before
        world.api.heal()
        healed = world.diff("--dry-run=server", "--prune", "--prune-after", "0s")
        assert healed.code == 1 and healed.out == run.out and host("") not in healed.stderr, healed
        assert world.api.writes() == [] and content(world.store) == before
        assert settled(world, world.prune) == clean_ends["prune"]

    together({"an object": partial(cell, in_the_middle(new_world()), {"verb": "patch", "name": host("beta")}, "beta"),
              "a deletion": partial(cell, in_the_middle(new_world()), {"verb": "delete"}, "old")})


@UNLIKE_409
def test_the_server_can_be_asked_nothing(new_world: Callable[[], World], clean_ends: dict[str, list[JsonObject]],
                                         fault: Fault) -> None:
    """diff --dry-run=server: no answer at all is a failure of the cluster, no finding. What is to be created is asked about
    first, since its namespace may be missing."""
    def cell(world: World, named: Sequence[str], later: Sequence[str]) -> None:
        kept = {name: world.services.pop(name) for name in later}
        before = world.store.objects()
        world.api.every(fault.step, verb="patch")
        run = world.diff("--dry-run=server", *fault.flags)
        assert run.code == 4, run
        for name in named:
            assert re.search(rf"{name}.*{pattern(fault, world)}", run.stderr), run
        assert world.api.writes() == [] and world.store.objects() == before
        world.api.heal()
        healed = world.diff("--dry-run=server")
        assert healed.code == 1 and healed.out == run.out and host("") not in healed.stderr, healed
        assert world.api.writes() == [] and world.store.objects() == before
        world.services |= kept
        assert settled(world, world.apply) == clean_ends["apply"]

    together({"with a creation": partial(cell, in_the_middle(new_world()), ["error: "], []),
              "without one": partial(cell, in_the_middle(new_world()), [host(name) for name in ("beta", "gamma", "leaving")],
                                     ["delta"])})


def test_retry_after_is_honoured(due: World) -> None:
    due.api.once(throttled(1), verb="patch", name=host("beta"))
    assert due.apply().code == 0
    first, second = (one.request.at for one in due.api.calls if str(one) == patch("beta"))
    assert second - first >= 1


def test_somebody_changed_the_object_meanwhile(due: World, clean_ends: dict[str, list[JsonObject]]) -> None:
    """Not only its status: what was planned does not fit any more, and the next run plans anew."""
    def edit(_asked: object) -> None:
        due.api.before_write = lambda _asked: None
        for name in ("beta", "old"):
            due.store.edit(key(name), lambda entry: entry["spec"].update(exportTo=["."]))

    due.api.before_write = edit
    run = due.prune("--parallelism", "1")
    assert run.code == 6 and host("beta") in run.stderr and "old" in due.names(), run
    for name in ("beta", "old"):
        due.store.edit(key(name), lambda entry: entry["spec"].pop("exportTo"))
    assert settled(due, due.prune) == clean_ends["prune"]


def test_somebody_deleted_the_object_meanwhile(due: World) -> None:
    """It is not made anew behind somebody's back: the precondition has its uid."""
    def remove(_asked: object) -> None:
        due.api.before_write = lambda _asked: None
        due.store.remove(key("beta"))

    due.api.before_write = remove
    run = due.apply("--parallelism", "1")
    assert run.code == 6 and host("beta") in run.stderr and "beta" not in due.names(), run
    again = due.apply()
    assert again.code == 0 and due.endpoints("beta") == ["10.0.2.1", "10.0.2.9"], again


def test_two_runs_at_the_same_time(due: World, clean_ends: dict[str, list[JsonObject]]) -> None:
    """Both do the same; whichever comes second finds it done, or changed, and loses nothing."""
    with due.start("apply", *PRUNE) as one, \
            due.start("apply", *PRUNE) as other:
        runs = [one.wait(), other.wait()]
    assert all(run.code in (0, 6) for run in runs), runs
    assert_nothing_lost(due, prune=True)
    assert settled(due, due.prune) == clean_ends["prune"]


# HTTP/2: the server resets the stream of a write, and the connection goes on


STREAM_RESETS = pytest.mark.parametrize("step", [hangs_up, done_but_unsaid(hangs_up)], ids=["not done", "done"])


@STREAM_RESETS
def test_one_reset_of_a_stream(new_world: Callable[[], World], clean_ends: dict[str, list[JsonObject]], authority: Authority,
                               server_certificate: Certificate, step: Step) -> None:
    def cell(world: World, command: str) -> None:
        with over_http2(world, authority, server_certificate):
            for name in ("beta", "delta"):
                world.api.once(step, verb="patch", name=host(name), dry_run=False)
            world.api.once(step, verb="delete")
            run = getattr(world, command)()
            assert run.code == 0, run
            assert world.api.writes().count(patch("beta")) >= 2 and world.api.writes().count(patch("delta")) >= 2
            assert set(world.api.writes()) == {*DUE, *([ONLY_GONE] if command == "prune" else [])}
            assert world.endpoints("beta") == ["10.0.2.1", "10.0.2.9"] and world.endpoints("delta") == ["10.0.7.1"]
            assert_nothing_lost(world, command == "prune")
            assert settled(world, getattr(world, command)) == clean_ends[command]

    run_cells(new_world, cell)


@STREAM_RESETS
def test_streams_are_reset_all_the_time(new_world: Callable[[], World], clean_ends: dict[str, list[JsonObject]],
                                        authority: Authority, server_certificate: Certificate, step: Step) -> None:
    """Those of one object, of deletions, of all writes."""
    def cell(world: World, where: Sequence[dict[str, Any]], failed: Sequence[str]) -> None:
        with over_http2(world, authority, server_certificate) as front:
            before = world.store.objects()
            for one in where:
                world.api.every(step, dry_run=False, **one)
            run = world.prune()
            some = len(failed) < len(EVERY_NAME)
            assert run.code in ((6,) if some else (4,) if world.store.objects() == before else (4, 6)), run
            for name in EVERY_NAME:
                told = re.search(rf"{host(name)}: \w+ failed: .*127.0.0.1:{front.port}.*after \d+ attempts", run.stderr)
                assert bool(told) == (name in failed) == (f"{host(name)} " not in run.stdout), run
            assert_nothing_lost(world, prune=True)
            world.api.heal()
            assert settled(world, world.prune) == clean_ends["prune"]

    patches, deletions = {"verb": "patch"}, {"verb": "delete"}
    together({"an object": partial(cell, in_the_middle(new_world()), [{**patches, "name": host("beta")}], ["beta"]),
              "deletions": partial(cell, in_the_middle(new_world()), [deletions], ["old"]),
              "all": partial(cell, in_the_middle(new_world()), [patches, deletions], EVERY_NAME)})
