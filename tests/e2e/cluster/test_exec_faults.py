"""A program that fails, whatever it fails with, takes nothing away from the cluster: every fault against `apply --prune`, held
by what the API server was asked for."""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.processes import wait_for
from support.program import Run
from support.scripts import is_running, printing, script
from support.snapshots import snapshot
from world import DUE, ONLY_GONE, PRUNE, World, assert_nothing_lost, patch


@dataclass(frozen=True)
class Fault:
    """What the program does, in the commands of a shell; `print_snapshot` prints all that the registry knows, in full."""

    commands: str
    words: str
    settings: str = ""


FAULTS = {
    "exit code, before": Fault("exit 1", "exit status 1"),
    "exit code, after all was printed": Fault("print_snapshot; exit 1", "exit status 1"),
    "killed, after all was printed": Fault("print_snapshot; kill -9 $$", "ended by signal 9"),
    "too slow, after all was printed": Fault("print_snapshot; exec sleep 1000", "no end within 1 s", "?timeout=1s"),
    "output closed, and on": Fault("print_snapshot; exec >&-; exec sleep 1000", "no end within 1 s", "?timeout=1s"),
    "cannot be ended": Fault("print_snapshot; trap '' TERM; while :; do sleep 0.1; done", "no end within 1 s", "?timeout=1s"),
    "too much": Fault("print_snapshot", "more than 100 bytes", "?maxAnswerBytes=100"),
    "endless": Fault("print_snapshot; cat /dev/zero", "more than 1048576 bytes", "?maxAnswerBytes=1048576"),
    "nothing": Fault(":", "it printed nothing"),
    "cut": Fault("print_snapshot | head -c 300", "R2I1020"),
    "cut at the last byte": Fault("print_snapshot | head -c -3", "R2I1020"),
    "no JSON": Fault("echo 'registry is down'", "R2I1020"),
    "null": Fault("echo null", "R2I1020"),
    "an object": Fault("echo '{}'", "R2I1020"),
    "a message before": Fault("echo 'connecting'; print_snapshot", "R2I1020"),
    "a message behind": Fault("print_snapshot; echo 'done'", "R2I1020"),
    "twice": Fault("print_snapshot; print_snapshot", "R2I1020"),
    "an unknown key": Fault("print_snapshot | sed 's/\"services\"/\"servics\"/'", "R2I1020"),
    "a scope that does not say": Fault("print_snapshot | sed 's/\"complete\": true, //'", "complete is missing"),
    "less than expected": Fault("print_snapshot", "expect.minServices is 99", "?expect.minServices=99"),
    "one that is missing": Fault("print_snapshot", 'names "pay"', "?expect.services=alpha,pay"),
}


def program(world: World, commands: str) -> Path:
    printed = printing(json.dumps(world.snapshot()))
    return script(world.folder / "registry", f"print_snapshot() {{\n{printed}\n}}\n{commands}")


def prune_from(world: World, path: Path, settings: str = "", *flags: str) -> Run:
    return world.apply(*PRUNE, *flags, source=("--from", f"exec={path}{settings}"))


def assert_heals(world: World) -> None:
    run = prune_from(world, program(world, "print_snapshot"))
    assert run.code == 0 and "old" not in world.names() and world.is_gone("leaving"), run
    assert world.endpoints("beta") == ["10.0.2.1", "10.0.2.9"] and world.endpoints("delta") == ["10.0.7.1"], run


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_fault(due: World, fault: Fault) -> None:
    """What is not believed is not written, either; only what the snapshot itself gives up to be less than all is."""
    run = prune_from(due, program(due, fault.commands), fault.settings)
    assert run.code == 3 and fault.words in run.stderr, run
    read = "expect" in fault.settings
    assert due.api.writes() == (sorted(set(DUE) - {patch("leaving")}) if read else []), run
    assert_nothing_lost(due, prune=False)
    assert due.endpoints("leaving") == ["10.0.4.1"] and due.is_gone("old"), run
    assert_heals(due)


def test_a_registry_that_seems_empty(due: World) -> None:
    due.services.clear()
    run = prune_from(due, program(due, "print_snapshot"))
    assert run.code == 5 and due.api.writes() == [] and "--allow-empty consul/dc1" in run.stderr, run
    assert_nothing_lost(due, prune=False)


def test_an_old_snapshot_that_a_program_keeps(due: World) -> None:
    """One that prints what it saved an hour ago says so."""
    path = program(due, "print_snapshot")
    text = path.read_text()
    path.write_text(text.replace(json.loads(printing(due.snapshot()).splitlines()[1])["fetchedAt"], "2024-01-31T12:00:00Z"))
    run = prune_from(due, path)
    assert run.code == 5 and "old-snapshot" in run.stderr, run
    assert_nothing_lost(due, prune=False)
    assert due.endpoints("leaving") == ["10.0.4.1"] and "old" in due.names()


def test_program_that_is_gone(due: World) -> None:
    run = prune_from(due, due.folder / "gone")
    assert run.code == 3 and due.api.writes() == [] and "No such file or directory" in run.stderr, run
    assert_nothing_lost(due, prune=False)


def test_interruption(due: World) -> None:
    path = program(due, 'echo $$ > "$0.pid"; echo up >&2; print_snapshot; exec sleep 1000')
    with due.r2i.start(*due.words("apply", *PRUNE, source=("--from", f"exec={path}"))) as started:
        assert started.process.stderr is not None and started.process.stderr.readline() == b"registry: up\n"
        started.signal(signal.SIGTERM)
        run = started.wait(20)
    assert run.code == 143 and due.api.writes() == [], run
    assert_nothing_lost(due, prune=False)
    wait_for(lambda: not is_running(int(Path(f"{path}.pid").read_text())), "the end of the program")
    assert_heals(due)


def test_one_of_two_sources(due: World) -> None:
    """All is done in the one that could be read, nothing goes in the other."""
    west, name = {"services": {"inv": ["10.1.0.1"], "log": ["10.1.0.2"], "zip": ["10.1.0.3"]}}, due.source
    all_services, due.services, due.source = due.services, west["services"], "west"
    due.must_apply()
    del due.services["zip"]
    other = due.from_file()
    due.services, due.source = all_services, name
    run = due.apply(*PRUNE, source=(*other, "--from", f"exec={program(due, 'print_snapshot; exit 1')}"))
    assert run.code == 3 and due.api.writes() == [patch("zip")], run
    assert due.endpoints("leaving") == ["10.0.4.1"] and due.is_gone("old") and due.is_gone("zip")


@pytest.mark.parametrize("given_up", ["consul", "consul/dc1"])
def test_prune_source_does_not_mean_what_could_not_be_read(due: World, given_up: str) -> None:
    """The flag may stay in a cron job for long. Only the snapshot tells whose it is, so that nothing is given up without it:
    the source that was named may be the one that fails."""
    flags = ("--prune-source", given_up)
    for source in (f"exec={program(due, 'print_snapshot; exit 1')}", "file=missing.json",
                   f"exec={program(due, 'echo {')}"):
        run = due.apply(*PRUNE, *flags, source=("--from", source))
        assert run.code == 3 and due.api.writes() == [], run
        assert_nothing_lost(due, prune=False)
    again = prune_from(due, program(due, "print_snapshot"), "", *flags)
    assert again.code == 0 and due.api.writes() == sorted([*DUE, ONLY_GONE]), again


def test_prune_source_waits_until_all_is_known(due: World) -> None:
    """The same for a source that is not read any more: it is given up by the next run that succeeds."""
    due.services, due.source, services = {"inv": ["10.1.0.1"]}, "west", due.services
    due.must_apply()
    due.services, due.source = services, "consul"
    broken = due.apply(*PRUNE, "--prune-source", "west", source=("--from", f"exec={program(due, 'exit 1')}"))
    assert broken.code == 3 and due.api.writes() == [] and due.endpoints("inv") == ["10.1.0.1"], broken
    run = prune_from(due, program(due, "print_snapshot"), "", "--prune-source", "west")
    assert run.code == 0 and due.is_gone("inv"), run
