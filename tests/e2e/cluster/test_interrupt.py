"""Ctrl-C, SIGTERM and kill -9 in the middle of everything: the next run heals."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from typing import Any

import pytest
from support.api_faults import after, throttled
from support.faults import silent, usual
from support.program import Started
from support.snapshots import JsonObject
from world import PRUNE, World, assert_nothing_lost, host, in_the_middle, settled

SIGNALS = pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["INT", "TERM"])
COMMANDS = pytest.mark.parametrize("command, flags", [("diff", ()), ("apply", ()), ("apply", PRUNE)],
                                   ids=["diff", "apply", "prune"])
# Lists of two kinds and the version of the API, four patches and a dry run of one, a deletion: none has more.
REQUESTS = 10


@SIGNALS
@COMMANDS
@pytest.mark.parametrize("step", [silent, throttled(25)], ids=["silence", "pause"])
def test_signal_while_it_reads(due: World, step: Any, command: str, flags: tuple[str, ...], number: signal.Signals,
                               code: int) -> None:
    due.api.every(step, verb="list")
    with due.start(command, *flags) as started:
        due.api.wait_for(verb="list")
        started.signal(number)
        run = started.wait(30)
    assert run.code == code and run.out == b"" and due.api.writes() == [], run
    assert "interrupted" in run.stderr, run


@SIGNALS
@pytest.mark.parametrize("step", [silent, throttled(25)], ids=["silence", "pause"])
def test_signal_while_it_writes(due: World, clean_ends: dict[str, list[JsonObject]], step: Any, number: signal.Signals,
                                code: int) -> None:
    """What was done is told; what is not sent is not sent."""
    due.api.every(step, verb="patch", name=host("gamma"))
    with due.start("apply", *PRUNE) as started:
        due.api.wait_for(verb="patch", name=host("gamma"))
        started.signal(number)
        run = started.wait(30)
    assert run.code == code and "interrupted" in run.stderr, run
    assert [word for word in due.api.writes() if word.startswith("delete")] == []
    told = {line.split()[0].partition("/")[2] for line in run.stdout.splitlines()}
    assert told <= {asked.name for asked in due.api.calls if asked.writes} - {host("gamma")}, run
    assert_nothing_lost(due, prune=True)
    due.api.heal()
    assert settled(due, due.prune) == clean_ends["prune"]


def killed_at(number: int, started: list[Started]) -> Callable[[], None]:
    """What kills the program at its `number`-th request."""
    seen = iter(range(1, 1000))

    def kill() -> None:
        if next(seen) == number:
            started[0].process.kill()
            started[0].process.wait()
    return kill


@pytest.mark.parametrize("moment", range(1, REQUESTS + 1))
@COMMANDS
def test_killed_at_each_request(due: World, clean_ends: dict[str, list[JsonObject]], command: str, flags: tuple[str, ...],
                                moment: int) -> None:
    """The server does what it was asked for, and nobody is there any more to hear of it."""
    started: list[Started] = []
    due.api.every(after(killed_at(moment, started), usual))
    with due.start(command, *flags) as run:
        started.append(run)
        ended = run.wait()
    assert (ended.code == -signal.SIGKILL) == (len(due.api.calls) >= moment), ended
    assert_nothing_lost(due, prune=bool(flags))
    due.api.heal()
    assert settled(due, due.prune) == clean_ends["prune"]


@pytest.mark.parametrize("attempt", range(8))
def test_killed_at_a_random_moment(new_world: Callable[[], World], clean_ends: dict[str, list[JsonObject]],
                                   attempt: int) -> None:
    """The moment is recorded: R2I_SEED repeats it as well as a clock can."""
    seed = int(os.environ.get("R2I_SEED", time.time_ns() % 1_000_000)) + attempt
    delay = random.Random(seed).uniform(0, 0.08)
    world = in_the_middle(new_world())
    with world.start("apply", *PRUNE) as run:
        try:
            run.process.wait(delay)
        except subprocess.TimeoutExpired:
            run.process.kill()
        ended = run.wait()
    print(f"R2I_SEED={seed - attempt}, attempt {attempt}: killed after {delay:.4f} s; asked {world.api.words()}")
    assert ended.code in (0, -signal.SIGKILL), ended
    assert_nothing_lost(world, prune=True)
    assert settled(world, world.prune) == clean_ends["prune"]


def test_reader_of_the_output_that_goes_away(due: World, clean_ends: dict[str, list[JsonObject]]) -> None:
    """`registry2istio apply | head -1` leaves no half of a run, and ends as others in a pipe do."""
    reader, writer = os.pipe()
    os.close(reader)
    with due.start("apply", *PRUNE, stdout=writer) as started:
        os.close(writer)
        run = started.wait()
    assert run.code == -signal.SIGPIPE and "error" not in run.stderr, run
    assert "old" not in due.names() and due.endpoints("delta") == ["10.0.7.1"], run
    assert settled(due, due.prune) == clean_ends["prune"]


def test_full_disk_for_the_output(due: World, clean_ends: dict[str, list[JsonObject]]) -> None:
    with open("/dev/full", "wb") as full, due.start("apply", *PRUNE, stdout=full) as started:
        run = started.wait()
    assert run.code == 6 and "No space left" in run.stderr, run
    assert "old" not in due.names() and due.endpoints("delta") == ["10.0.7.1"], run
    assert settled(due, due.prune) == clean_ends["prune"]
