"""Ctrl-C and SIGTERM: an end at once, with the exit code that shells expect, and no half of anything."""

from __future__ import annotations

import fcntl
import os
import signal
import struct
import subprocess
import termios
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from support.fake_consul import FakeConsul, detail_path, list_path
from support.faults import fails, held, silent, trickles
from support.processes import wait_for
from support.program import Program, Run
from support.scripted_http import Step
from support.snapshots import instance, service, snapshot, write

QUICK = 10  # seconds, where a wait for the fault itself would take a minute
SIGNALS = pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["INT", "TERM"])


def interrupt(r2i: Program, consul: FakeConsul, path: str, number: signal.Signals, *arguments: str | Path) -> Run:
    """The run, with a signal once it has asked for `path`."""
    with r2i.start(*arguments, "--from", f"consul={consul.address}", "--request-timeout", "60s") as started:
        consul.wait_for_request(path)
        started.signal(number)
        return started.wait(QUICK)


@SIGNALS
@pytest.mark.parametrize("path", [list_path(), detail_path("pay")])
@pytest.mark.parametrize("step", [silent, trickles, fails(429, Retry_After="25")], ids=["silence", "trickle", "pause"])
def test_export(r2i: Program, consul: FakeConsul, path: str, step: Step, number: signal.Signals, code: int) -> None:
    consul.always(path, step)
    run = interrupt(r2i, consul, path, number, "export", "--allow-partial")
    assert run.code == code and run.out == b"", run
    assert "interrupted: nothing was printed" in run.stderr and "R2I" not in run.stderr, run


@SIGNALS
def test_fetch_into_a_file(r2i: Program, consul: FakeConsul, tmp_path: Path, number: signal.Signals, code: int) -> None:
    """The file stays as it was, and nothing is left beside it."""
    target = tmp_path / "out" / "snapshot.json"
    target.parent.mkdir()
    target.write_text("what was there")
    consul.always_detail("pay", silent)
    run = interrupt(r2i, consul, detail_path("pay"), number, "fetch", "--output-file", target, "--allow-partial")
    assert run.code == code and run.out == b"" and "interrupted: nothing was written" in run.stderr, run
    assert target.read_text() == "what was there" and list(target.parent.iterdir()) == [target]


def test_among_many_services(r2i: Program, new_consul: Callable[..., FakeConsul]) -> None:
    agent = new_consul()
    for number in range(200):
        agent.register(f"service-{number:03}")
    agent.always_detail("service-100", silent)
    run = interrupt(r2i, agent, detail_path("service-100"), signal.SIGINT, "export")
    assert run.code == 130 and run.out == b"", run


def test_while_another_address_could_be_tried(r2i: Program, consul: FakeConsul,
                                              new_consul: Callable[..., FakeConsul]) -> None:
    """An interrupt is no fault of the agent."""
    second = new_consul()
    consul.always_list(silent)
    with r2i.start("export", "--from", f"consul={consul.address},{second.address}") as started:
        consul.wait_for_request(list_path())
        started.signal(signal.SIGINT)
        run = started.wait(QUICK)
    assert run.code == 130 and run.out == b"" and not second.requests, run


def test_snapshot_that_does_not_come(r2i: Program) -> None:
    """Somebody forgot the file in `--from file=-`, and presses Ctrl-C."""
    with r2i.start("export", "--from", "file=-", stdin=subprocess.PIPE) as started:
        assert started.process.stdin is not None
        pipe = started.process.stdin.fileno()
        os.write(pipe, b"{")
        wait_for(lambda: unread(pipe) == 0, "the program to read its input")
        started.signal(signal.SIGINT)
        assert started.process.wait(QUICK) == 130


def test_before_anything_is_done(r2i: Program, consul: FakeConsul) -> None:
    """Whenever it comes: the exit code is that of an interrupt or of the whole, and the output is nothing or the whole."""
    whole = r2i("export", "--from", f"consul={consul.address}").out
    for _ in range(10):
        with r2i.start("export", "--from", f"consul={consul.address}") as started:
            started.signal(signal.SIGINT)
            run = started.wait(QUICK)
        assert (run.code, run.out) in ((130, b""), (-signal.SIGINT, b""), (0, whole)), run


@pytest.mark.parametrize("first, second, code", [
    (signal.SIGINT, signal.SIGINT, 130), (signal.SIGTERM, signal.SIGTERM, 143), (signal.SIGINT, signal.SIGTERM, 143)])
def test_second_signal_ends_at_once(r2i: Program, tmp_path: Path, first: signal.Signals, second: signal.Signals,
                                    code: int) -> None:
    """Even where the program cannot look around: it writes into a pipe that nobody reads."""
    many = snapshot(*(service(f"s-{number}", instance(f"10.0.{number // 250}.{number % 250}")) for number in range(1000)))
    path = write(tmp_path / "snapshot.json", many)
    with r2i.start("export", "--from", f"file={path}", "--quiet") as started:
        assert started.process.stdout is not None
        pipe = started.process.stdout.fileno()
        size = fcntl.fcntl(pipe, 1032)  # F_GETPIPE_SZ
        wait_for(lambda: unread(pipe) == size, "the pipe to be full")
        started.signal(first)
        # The first one has come when it is no longer pending.
        wait_for(lambda: not pending_signals(started.process.pid), "the first signal to be taken")
        started.signal(second)
        assert started.process.wait(QUICK) == code


def test_nothing_is_left_of_a_progress_line(r2i: Program, consul: FakeConsul) -> None:
    """Standard error is a pipe here: not even an interrupt writes control characters into it."""
    release = Event()
    consul.always_detail("pay", held(release))
    run = interrupt(r2i, consul, detail_path("pay"), signal.SIGINT, "export")
    release.set()
    assert "\x1b" not in run.stderr and "\r" not in run.stderr, run


def unread(pipe: int) -> int:
    return struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0\0\0\0"))[0]


def pending_signals(pid: int) -> int:
    """The signals that were sent to the process, not to one of its threads, and not taken yet."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1], 16) for line in lines if line.startswith("ShdPnd:"))
