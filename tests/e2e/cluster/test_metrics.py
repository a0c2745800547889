"""`--metrics-textfile`: written on every way out, and true."""

from __future__ import annotations

import json
import re
import signal
import time
from pathlib import Path

import pytest
from support.api_faults import not_valid, status
from support.faults import silent
from world import World, host

SAMPLE = re.compile(r'^(registry2istio_\w+)(?:\{((?:\w+="(?:[^"\\]|\\.)*",?)*)\})? (-?[0-9.e+]+)$')
Metrics = dict[str, float]


def read(path: Path) -> Metrics:
    """`name{label="value"}` → number. Holds the format: HELP and TYPE once each, before the samples, and no timestamps."""
    found: Metrics = {}
    described: dict[str, set[str]] = {}
    for line in path.read_text().splitlines():
        if line.startswith("#"):
            _, word, name, rest = line.split(" ", 3)
            assert word in ("HELP", "TYPE") and word not in described.setdefault(name, set()) and rest, line
            described[name].add(word)
            continue
        sample = SAMPLE.match(line)
        assert sample and described[sample[1]] == {"HELP", "TYPE"}, line
        name = f"{sample[1]}{{{sample[2]}}}" if sample[2] else sample[1]
        assert name not in found, line
        found[name.removeprefix("registry2istio_")] = float(sample[3])
    return found


@pytest.fixture
def path(world: World) -> Path:
    return world.folder / "metrics" / "registry2istio.prom"


@pytest.fixture(autouse=True)
def folder(path: Path) -> None:
    path.parent.mkdir()


def assert_written(path: Path, code: int, success: bool | None = None) -> Metrics:
    """And nothing but that file: a half of one would be collected."""
    assert list(path.parent.iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == 0o644
    metrics = read(path)
    assert metrics["exit_code"] == code
    assert time.time() - 600 < metrics["last_run_timestamp_seconds"] <= time.time() + 1
    if success is not None:
        assert (metrics["last_success_timestamp_seconds"] == metrics["last_run_timestamp_seconds"]) == success
    assert metrics["run_duration_seconds"] >= 0
    return metrics


def test_success(due: World, path: Path) -> None:
    run = due.prune("--metrics-textfile", path)
    assert run.code == 0, run
    metrics = assert_written(path, 0, success=True)
    actions = {name: value for name, value in metrics.items() if name.startswith("objects{")}
    for action, count in {"created": 1, "configured": 2, "emptied": 1, "deleted": 1, "unchanged": 2}.items():
        assert actions[f'objects{{action="{action}"}}'] == count, actions
    assert metrics['scope_complete{source="consul",scope="dc1"}'] == 1
    assert metrics['scope_services{source="consul",scope="dc1"}'] == len(due.services)
    steps = [metrics[f'step_duration_seconds{{step="{step}"}}'] for step in ("read", "list", "write")]
    assert all(seconds >= 0 for seconds in steps), steps
    assert sum(steps) <= metrics["run_duration_seconds"] + 0.01


def test_written_by_rename(due: World, path: Path) -> None:
    """Whoever collects it meanwhile reads the old one to its end."""
    assert due.apply("--metrics-textfile", path).code == 0
    before = path.read_text()
    with path.open() as collected:
        half = collected.read(100)
        assert due.apply("--metrics-textfile", path).code == 0
        assert half + collected.read() == before
    assert path.read_text() != before


def test_last_success_survives_failures(due: World, path: Path) -> None:
    assert due.apply("--metrics-textfile", path).code == 0
    success = assert_written(path, 0)["last_success_timestamp_seconds"]
    due.api.every(status(500), verb="list")
    for _ in range(2):
        run = due.apply("--metrics-textfile", path)
        assert run.code == 4, run
        assert assert_written(path, 4)["last_success_timestamp_seconds"] == success


@pytest.mark.parametrize("old", ["", "no metrics", "registry2istio_last_success_timestamp_seconds x\n",
                                 "registry2istio_last_success_timestamp_seconds 12.5 99\n"])
def test_old_file_of_somebody_elses(due: World, path: Path, old: str) -> None:
    path.write_text(old)
    due.api.every(status(500), verb="list")
    run = due.apply("--metrics-textfile", path)
    assert run.code == 4, run
    assert assert_written(path, 4)["last_success_timestamp_seconds"] in (0, 12.5)


def test_differences(due: World, path: Path) -> None:
    run = due.diff("--metrics-textfile", path)
    assert run.code == 1, run
    assert_written(path, 1)


def test_incomplete_source(due: World, path: Path) -> None:
    due.complete = False
    run = due.apply("--metrics-textfile", path)
    assert run.code == 3, run
    assert assert_written(path, 3, success=False)['scope_complete{source="consul",scope="dc1"}'] == 0


def test_source_that_fails(due: World, path: Path) -> None:
    run = due.apply("--metrics-textfile", path, source=("--from", "file=missing.json"))
    assert run.code == 3, run
    assert_written(path, 3, success=False)


def test_guard(due: World, path: Path) -> None:
    due.services.clear()
    run = due.prune("--metrics-textfile", path)
    assert run.code == 5, run
    metrics = assert_written(path, 5, success=False)
    assert metrics['withheld_changes{guard="empty-scope"}'] == 6, metrics


def test_partial_failure(due: World, path: Path) -> None:
    due.api.every(not_valid, verb="patch", name=host("beta"))
    run = due.apply("--metrics-textfile", path)
    assert run.code == 6, run
    metrics = assert_written(path, 6, success=False)
    assert metrics['objects{action="failed"}'] == 1 and metrics['objects{action="created"}'] == 1, metrics


@pytest.mark.parametrize("flags", [
    ["--metrics-textfile", "PATH", "--prune"], ["--metrics-textfile", "PATH", "--nonsense"],
    ["--nonsense", "--metrics-textfile", "PATH"], ["--metrics-textfile=PATH", "extra"],
    ["--metrics-textfile", "PATH", "--max-delete"], ["--max-delete", "--metrics-textfile", "PATH"],
    ["--field-manager", "--metrics-textfile", "PATH"], ["--max-delete", "x", "--metrics-textfile", "PATH"]], ids=" ".join)
def test_usage(due: World, path: Path, flags: list[str]) -> None:
    """A CronJob with a mistake in its flags should show in the metrics, too, as far as the file is known."""
    report = due.folder / "report.json"
    run = due.apply("--report", f"json={report}", *[flag.replace("PATH", str(path)) for flag in flags])
    assert run.code == 2 and run.stdout == "" and "error: " in run.stderr, run
    assert_written(path, 2, success=False)
    assert json.loads(report.read_text())["exitCode"] == 2
    assert due.api.requests == []


def test_usage_with_the_file_in_the_environment(due: World, path: Path) -> None:
    run = due.apply("--nonsense", env={"R2I_METRICS_TEXTFILE": str(path)})
    assert run.code == 2, run
    assert_written(path, 2, success=False)


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupt(due: World, path: Path, number: signal.Signals, code: int) -> None:
    due.api.every(silent, verb="patch")
    with due.start("apply", "--metrics-textfile", path) as started:
        due.api.wait_for(verb="patch")
        started.signal(number)
        run = started.wait(30)
    assert run.code == code, run
    assert_written(path, code, success=False)


def test_place_that_cannot_be_written(due: World, path: Path) -> None:
    """Said; and what was to be done is done."""
    run = due.apply("--metrics-textfile", path.parent / "missing" / "x.prom")
    assert run.code == 6 and "x.prom" in run.stderr, run
    assert due.api.writes() != []


def test_directories(world: World, path: Path) -> None:
    """The same file for `export`, which has no cluster."""
    world.services = {"web": ["10.0.0.1"], "api": ["10.0.0.2"]}
    words = ("--output-dir", world.folder / "out", "--metrics-textfile", path)
    for code, flags in ((1, ["--check"]), (0, []), (0, ["--check"])):
        run = world.run("export", *words, *flags)
        assert run.code == code, run
        metrics = assert_written(path, code, success=code == 0)
        assert metrics['scope_services{source="consul",scope="dc1"}'] == 2
    world.services.clear()
    assert world.run("export", *words).code == 5
    assert assert_written(path, 5, success=False)['withheld_changes{guard="empty-scope"}'] == 2
    world.complete = False
    assert world.run("export", *words).code == 3
    assert_written(path, 3, success=False)


def test_values_are_escaped(world: World, path: Path) -> None:
    world.services = {"web": ["10.0.0.1"]}
    document = world.snapshot()
    document["scopes"][0]["name"] = document["services"][0]["scope"] = 'd"c\\1'
    source = world.folder / "odd.json"
    source.write_text(json.dumps(document))
    run = world.apply("--metrics-textfile", path, source=("--from", f"file={source}"))
    assert run.code == 0, run
    metrics = assert_written(path, 0)
    assert 'scope_complete{source="consul",scope="d\\"c\\\\1"}' in metrics, metrics
