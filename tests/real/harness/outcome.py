"""What a run of the program under test has to have come to."""

from __future__ import annotations

import json
import re
from typing import Any

from support.program import Run

DONE, FINDINGS, USAGE, SOURCE = 0, 1, 2, 3  # exit codes


def printed(run: Run, code: int = DONE) -> str:
    """What it printed, if it ended with this code; otherwise the test fails with what it said."""
    assert run.code == code, run
    return run.stdout


def objects(run: Run, code: int = DONE) -> list[dict[str, Any]]:
    """The objects of an export with `-o json`."""
    items: list[dict[str, Any]] = json.loads(printed(run, code))["items"]
    return items


def hosts(run: Run, code: int = DONE) -> list[str]:
    """The names of the ServiceEntries of an export with `-o name`."""
    prefix = "serviceentry.networking.istio.io/"
    return [line.removeprefix(prefix) for line in printed(run, code).splitlines() if line.startswith(prefix)]


def refused(run: Run, *texts: str) -> None:
    """The source failed or is incomplete: nothing for a pipe to take as the truth, and a message that names the cause."""
    assert (run.code, run.stdout) == (SOURCE, ""), run
    missing = [text for text in texts if text not in run.stderr]
    assert not missing, f"{missing} not in:\n{run.stderr}"


def diagnosed(run: Run) -> set[tuple[str, str]]:
    """(code, service) of each diagnostic that an export with `-v` showed of a service or of an instance of it."""
    lines = re.findall(r'^(R2I\d+) \w+: service ("(?:[^"\\]|\\.)*") of ', run.stderr, re.MULTILINE)
    return {(code, json.loads(name)) for code, name in lines}
