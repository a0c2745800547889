"""Colour and progress: for a terminal, or where they are asked for, and on standard error alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from support import terminal
from support.fake_consul import FakeConsul
from support.faults import fails, slow
from support.program import Program, Run
from support.snapshots import instance, service, snapshot, write

ESCAPE = "\x1b"


@pytest.fixture
def source(tmp_path: Path) -> str:
    """A snapshot with a service that is exported and one that is not."""
    write(tmp_path / "snapshot.json", snapshot(service("web"), service("db", instance("10.0.0.4", 5432))))
    return "file=snapshot.json"


def on_terminal(r2i: Program, *arguments: str, env: Mapping[str, str] | None = None) -> tuple[Run, str]:
    return terminal.on_terminal(r2i, arguments, env=env)


# Colour


def test_no_colour_in_a_pipe(r2i: Program, source: str) -> None:
    for flags in ([], ["--color", "auto"], ["--color", "never"]):
        assert ESCAPE not in r2i("export", "--from", source, "-v", *flags).stderr


@pytest.mark.parametrize("env", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colour_that_is_asked_for(r2i: Program, source: str, env: dict[str, str]) -> None:
    run = r2i("export", "--from", source, "--color", "always", env=env)
    assert f"R2I2040 {ESCAPE}[1;31merror{ESCAPE}[0m:" in run.stderr and ESCAPE not in run.stdout, run
    plain = r2i("export", "--from", source).stderr
    assert re.sub(r"\x1b\[[0-9;]*m", "", run.stderr) == plain


def test_colour_on_a_terminal(r2i: Program, source: str) -> None:
    run, shown = on_terminal(r2i, "export", "--from", source)
    assert run.code == 1 and f"{ESCAPE}[1;31merror{ESCAPE}[0m" in shown and len(run.objects) == 1


@pytest.mark.parametrize("flags, env", [([], {"NO_COLOR": "1"}), ([], {"TERM": "dumb"}), (["--color", "never"], {})])
def test_terminal_that_wants_no_colour(r2i: Program, source: str, flags: list[str], env: dict[str, str]) -> None:
    run, shown = on_terminal(r2i, "export", "--from", source, *flags, env=env)
    assert run.code == 1 and "R2I2040 error:" in shown and ESCAPE not in shown


# Progress


@pytest.fixture
def slow_consul(consul: FakeConsul) -> FakeConsul:
    """Takes more than a second if one service is asked for after the other."""
    for name in ("api", "consul", "pay", "web"):
        consul.always_detail(name, slow(0.4))
    return consul


def test_progress_of_work_over_a_second(r2i: Program, slow_consul: FakeConsul) -> None:
    run, shown = on_terminal(r2i, "export", "--from", f"consul={slow_consul.address}", "--parallelism", "1")
    assert run.code == 0 and len(run.objects) == 3
    assert re.search(r"\rreading consul/dc1: [34] of 4\x1b\[K", shown), shown
    # The line is wiped away before what stays.
    assert "\r\x1b[Kread consul at " in shown and shown.splitlines()[-1].startswith("-v shows"), shown


def test_progress_is_wiped_away_before_an_error(r2i: Program, slow_consul: FakeConsul) -> None:
    slow_consul.script_detail("web", slow(0.4, fails(404)))
    run, shown = on_terminal(r2i, "export", "--from", f"consul={slow_consul.address}", "--parallelism", "1", "--color=never")
    assert run.code == 3 and "\r\x1b[KR2I1002 error:" in shown, shown


def test_no_progress_that_nobody_wants(r2i: Program, slow_consul: FakeConsul) -> None:
    run, shown = on_terminal(r2i, "export", "--from", f"consul={slow_consul.address}", "--parallelism", "1", "--quiet")
    assert run.code == 0 and shown == "", shown


def test_no_progress_of_quick_work(r2i: Program, consul: FakeConsul) -> None:
    run, shown = on_terminal(r2i, "export", "--from", f"consul={consul.address}")
    assert run.code == 0 and "reading" not in shown and ESCAPE not in shown, shown


def test_no_progress_in_a_pipe(r2i: Program, slow_consul: FakeConsul) -> None:
    run = r2i("export", "--from", f"consul={slow_consul.address}", "--parallelism", "1")
    assert run.seconds > 1.2 and "reading" not in run.stderr and "\r" not in run.stderr and ESCAPE not in run.stderr, run


def test_terminal_for_the_data_changes_nothing(r2i: Program, source: str) -> None:
    """Colour and progress are matters of standard error."""
    plain = r2i("export", "--from", source)
    _, shown = terminal.on_terminal(r2i, ("export", "--from", source), "stdout")
    assert shown.replace("\r\n", "\n") == plain.stdout
