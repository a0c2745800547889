"""`--report` and `--strict` of runs with a cluster: on every way out, and true."""

from __future__ import annotations

import json
import signal
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
from support.api_faults import not_valid, status, with_warning
from support.faults import silent
from world import World, host

FORMATS = ("json", "junit", "markdown")


@pytest.fixture
def folder(world: World) -> Path:
    made = world.folder / "reports"
    made.mkdir()
    return made


def flags(folder: Path) -> list[str]:
    return [word for form in FORMATS for word in ("--report", f"{form}={folder / form}")]


def read(folder: Path, code: int) -> dict[str, Any]:
    """Of three files that agree, and of nothing else, the JSON."""
    assert sorted(path.name for path in folder.iterdir()) == sorted(FORMATS)
    suites = ElementTree.fromstring((folder / "junit").read_text())
    assert (suites.findall("testsuite/testcase/failure") != []) == (code != 0)
    assert f"exit code {code}," in (folder / "markdown").read_text().splitlines()[0]
    document: dict[str, Any] = json.loads((folder / "json").read_text())
    assert document["exitCode"] == code and document["kind"] == "Report"
    return document


def outcomes(document: dict[str, Any]) -> dict[str, str]:
    return {one["object"].split("/")[-1].removesuffix(".service.consul"): one["outcome"] for one in document["objects"]}


def test_success(due: World, folder: Path) -> None:
    run = due.prune(*flags(folder))
    assert run.code == 0, run
    document = read(folder, 0)
    assert outcomes(document) == {"beta": "configured", "gamma": "configured", "delta": "created", "leaving": "emptied",
                                  "old": "deleted"}
    assert document["summary"]["objects"]["unchanged"] == 2 and document["scopes"][0]["services"] == len(due.services)


def test_differences(due: World, folder: Path) -> None:
    run = due.diff(*flags(folder))
    assert run.code == 1, run
    document = read(folder, 1)
    assert outcomes(document)["delta"] == "would create" and all(one["fails"] for one in document["objects"])


def test_guard(due: World, folder: Path) -> None:
    due.services.clear()
    run = due.prune(*flags(folder))
    assert run.code == 5, run
    document = read(folder, 5)
    assert document["summary"]["withheld"] == {"empty-scope": 6}
    assert {outcome.split(": ")[1] for outcome in outcomes(document).values()} == {"empty-scope"}


def test_partial_failure(due: World, folder: Path) -> None:
    due.api.every(not_valid, verb="patch", name=host("beta"))
    run = due.apply(*flags(folder))
    assert run.code == 6, run
    document = read(folder, 6)
    assert outcomes(document)["beta"] == "update failed" and outcomes(document)["delta"] == "created"
    assert [one["fails"] for one in document["objects"] if host("beta") in one["object"]] == [True]


def test_cluster_that_fails(due: World, folder: Path) -> None:
    due.api.every(status(500), verb="list")
    run = due.apply(*flags(folder))
    assert run.code == 4, run
    document = read(folder, 4)
    assert document["failures"] and document["failures"][0] in run.stderr and document["scopes"][0]["complete"]


def test_incomplete_source(due: World, folder: Path) -> None:
    due.complete = False
    assert due.apply(*flags(folder)).code == 3
    assert read(folder, 3)["scopes"][0]["complete"] is False


def test_usage(due: World, folder: Path) -> None:
    assert due.apply("--prune", *flags(folder)).code == 2
    assert "--yes" in read(folder, 2)["failures"][0]


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupt(due: World, folder: Path, number: signal.Signals, code: int) -> None:
    """What was written before is in it."""
    due.api.every(silent, verb="patch", name=host("gamma"))
    with due.start("apply", *flags(folder)) as started:
        due.api.wait_for(verb="patch", name=host("gamma"))
        started.signal(number)
        run = started.wait(30)
    assert run.code == code, run
    told = {line.split()[0].partition("/")[2].removesuffix(".service.consul") for line in run.stdout.splitlines()}
    assert set(outcomes(read(folder, code))) >= told


def test_saved_plan(due: World, folder: Path) -> None:
    plan = due.folder / "plan.json"
    assert due.diff("--out", plan).code == 1
    words = ("apply", "--plan", plan, "--kubeconfig", due.kubeconfig, *flags(folder))
    run = due.r2i(*words)
    assert run.code == 0, run
    assert outcomes(read(folder, 0))["delta"] == "created"
    run = due.r2i(*words)
    assert run.code == 5, run
    assert read(folder, 5)["failures"]


def test_strict_counts_warnings_of_the_cluster(due: World, folder: Path) -> None:
    """All is written as without it; a warning that is ignored counts no more."""
    due.api.every(with_warning("deprecated"), verb="patch")
    run = due.apply("--dry-run=server")
    assert run.code == 0 and "R2I4003 warning" in run.stderr, run
    assert due.apply("--dry-run=server", "--strict", "--ignore", "4003").code == 0
    run = due.apply("--strict", *flags(folder))
    assert run.code == 1 and "R2I4003 warning" in run.stderr, run
    document = read(folder, 1)
    assert outcomes(document)["delta"] == "created"
    assert [one["code"] for one in document["diagnostics"] if one["fails"]] == ["R2I4003"]


def test_strict_takes_away_what_it_would_take_away_without(due: World) -> None:
    due.services["odd"] = []
    loose = due.diff("--strict=false", "-o", "name")
    assert due.diff("--strict", "-o", "name").out == loose.out
