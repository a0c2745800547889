"""What a person at a terminal is asked, and what their answers do."""

from __future__ import annotations

import os
import pty
import re
import signal

import pytest
from support.program import Run
from support.terminal import read_or_end
from world import DUE, ONLY_GONE, World

DELETE = ("--prune", "--prune-after", "0s")


def answered(world: World, answer: bytes | signal.Signals, *flags: str) -> tuple[Run, str]:
    """The run with a terminal as input and as standard error; `answer` is given once the question stands there."""
    controller, terminal = pty.openpty()
    with world.r2i.start(*world.words("apply", *DELETE, *flags), env={"TERM": "xterm", "NO_COLOR": "1"}, stdin=terminal,
                         stderr=terminal) as started:
        os.close(terminal)
        shown = b""
        given = False
        while block := read_or_end(controller):
            shown += block
            if not given and re.search(rb"\[y/N\] $", shown):
                given = True
                if isinstance(answer, signal.Signals):
                    started.signal(answer)
                else:
                    os.write(controller, answer)
        run = started.wait()
    os.close(controller)
    return run, shown.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("answer", [b"y\n", b"yes\n", b"Y\n", b" yes \n"])
def test_yes(due: World, answer: bytes) -> None:
    run, shown = answered(due, answer)
    assert run.code == 0 and due.api.writes() == sorted([*DUE, ONLY_GONE]), shown
    assert "Delete 1 object?" in shown and "1 to delete" in shown


@pytest.mark.parametrize("answer", [b"n\n", b"\n", b"no\n", b"yess\n", b"\x04", b"q\n"])
def test_anything_else_is_no(due: World, answer: bytes) -> None:
    run, shown = answered(due, answer)
    assert run.code == 5 and due.api.writes() == [] and run.out == b"" and "declined" in shown, shown


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupt(due: World, number: signal.Signals, code: int) -> None:
    run, shown = answered(due, number)
    assert run.code == code and due.api.writes() == [], shown


def test_ctrl_c_is_typed(due: World) -> None:
    """Without a session of its own the program gets no signal from the terminal: what is typed is no yes."""
    run, shown = answered(due, b"\x03\n")
    assert run.code == 5 and due.api.writes() == [], shown


def test_yes_that_is_given_beforehand(due: World) -> None:
    run, shown = answered(due, b"n\n", "--yes")
    assert run.code == 0 and "[y/N]" not in shown and ONLY_GONE in due.api.writes(), shown


def test_no_question_without_deletions(due: World) -> None:
    assert due.prune().code == 0
    due.services["alpha"] = ["10.0.1.1", "10.0.1.3"]
    due.services["leaving"] = ["10.0.4.1"]
    run, shown = answered(due, b"n\n")
    assert run.code == 0 and "[y/N]" not in shown, shown


def test_no_question_in_a_dry_run(due: World) -> None:
    for flag in ("--dry-run=client", "--dry-run=server"):
        run, shown = answered(due, b"n\n", flag)
        assert run.code == 0 and "[y/N]" not in shown and due.api.writes() == [], shown


def test_guards_hold_whatever_one_answers(due: World) -> None:
    due.services.clear()
    run, shown = answered(due, b"y\n")
    assert run.code == 5 and due.api.writes() == [] and "--allow-empty" in shown, shown
