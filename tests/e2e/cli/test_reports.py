"""`--report`: on every way out, whole, sorted, without a clock, and what CI systems can read."""

from __future__ import annotations

import json
import signal
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
from support.fake_consul import FakeConsul, detail_path
from support.faults import silent
from support.program import Program, Run
from support.snapshots import instance, scope, service, snapshot, write

FORMATS = ("json", "junit", "markdown")


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> None:
    hostile = service('a<b>&"|`\u2028x', instance("10.0.0.9", metadata={"protocol": "<s|m`oke>\x01"}))
    services = [service("web"), service("db", instance("10.0.0.3", 5432)),
                service("sick", instance("10.0.0.4"), instance("10.0.0.5", health="critical")), hostile, service("consul")]
    write(tmp_path / "all.json", snapshot(*services))
    write(tmp_path / "shuffled.json", snapshot(*reversed(services)))
    write(tmp_path / "clean.json", snapshot(service("web")))
    write(tmp_path / "half.json", snapshot(service("web"), scopes=[scope(complete=False, problems=["no answer"])]))


def reports(folder: Path) -> list[str]:
    return [word for form in FORMATS for word in ("--report", f"{form}={folder / form}")]


def read(folder: Path, code: int) -> tuple[dict[str, Any], ElementTree.Element, str]:
    """All three, and nothing else: no half of a file. They agree with the exit code."""
    assert sorted(path.name for path in folder.iterdir()) == sorted(FORMATS)
    document = json.loads((folder / "json").read_text())
    assert document["apiVersion"] == "registry2istio.io/v1" and document["kind"] == "Report"
    assert document["exitCode"] == code
    suites = ElementTree.fromstring((folder / "junit").read_text())
    assert suites.tag == "testsuites"
    cases, failed = suites.findall("testsuite/testcase"), suites.findall("testsuite/testcase/failure")
    assert (int(suites.get("tests", "")), int(suites.get("failures", ""))) == (len(cases), len(failed))
    for suite in suites:
        assert int(suite.get("tests", "")) == len(suite)
        assert int(suite.get("failures", "")) == len(suite.findall("testcase/failure"))
        assert int(suite.get("skipped", "")) == len(suite.findall("testcase/skipped"))
    assert (failed != []) == (code != 0), "red exactly if the run failed"
    text = (folder / "markdown").read_text()
    assert f"exit code {code}," in text.splitlines()[0]
    return document, suites, text


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "reports"
    made.mkdir()
    return made


def export(r2i: Program, name: str, *flags: str) -> Run:
    return r2i("export", "--from", f"file={name}.json", "-o", "name", *flags)


def test_success(r2i: Program, folder: Path) -> None:
    assert export(r2i, "clean", *reports(folder)).code == 0
    document, suites, _ = read(folder, 0)
    assert document["command"] == "export" and document["failures"] == [] and document["diagnostics"] == []
    assert document["summary"]["services"] == document["summary"]["instances"] == 1
    assert document["scopes"] == [{"source": "consul", "scope": "dc1", "complete": True, "services": 1, "problems": []}]
    assert [case.get("name") for case in suites.iter("testcase")] == ["(read in full)", "web", "registry2istio export"]


def test_findings(r2i: Program, folder: Path) -> None:
    run = export(r2i, "all", *reports(folder))
    assert run.code == 1, run
    document, suites, text = read(folder, 1)
    shown = export(r2i, "all", "-v").stderr
    for diagnostic in document["diagnostics"]:
        assert f"{diagnostic['code']} {diagnostic['severity']}: {diagnostic['subject']}: {diagnostic['message']}" in shown
        assert diagnostic["fails"] == (diagnostic["severity"] == "error")
    assert shown.count("\nR2I") + shown.startswith("R2I") == len(document["diagnostics"])
    assert document["summary"]["errors"] == 1
    by_name = {case.get("name"): case for case in suites.iter("testcase")}
    failure = by_name["db"].find("failure")
    assert failure is not None and failure.get("type") == "R2I2040" and "no address of its own" in failure.get("message", "")
    assert by_name["consul"].find("skipped") is not None and by_name["web"].find("*") is None
    assert "critical" in (by_name["sick"].findtext("system-out") or ""), "an instance belongs to its service"
    assert "R2I2040 error" in text and "<b>" not in text.replace("`", "\0").split("\0")[0]


def test_same_input_same_bytes(r2i: Program, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "again"
    other.mkdir()
    export(r2i, "all", *reports(folder))
    export(r2i, "shuffled", *reports(other))
    for form in FORMATS:
        assert (folder / form).read_bytes() == (other / form).read_bytes()


def test_screen_does_not_change(r2i: Program, folder: Path) -> None:
    plain, reported = export(r2i, "all"), export(r2i, "all", *reports(folder))
    assert (plain.out, plain.err) == (reported.out, reported.err)


def test_ignored_is_counted(r2i: Program, folder: Path) -> None:
    run = export(r2i, "all", "--ignore", "2040", *reports(folder))
    assert run.code == 0, run
    document, _, text = read(folder, 0)
    assert {"code": "R2I2040", "severity": "error", "reason": "TCP without an address of its own", "count": 1,
            "ignored": True} in document["codes"]
    assert all(diagnostic["code"] != "R2I2040" for diagnostic in document["diagnostics"]) and "| ignored |" in text


def test_strict(r2i: Program, folder: Path) -> None:
    run = export(r2i, "all", "--ignore", "2040", "--strict", *reports(folder))
    assert run.code == 1, run
    document, _, _ = read(folder, 1)
    assert {diagnostic["code"] for diagnostic in document["diagnostics"] if diagnostic["fails"]} == {"R2I2041", "R2I2070"}


def test_incomplete_source(r2i: Program, folder: Path) -> None:
    assert export(r2i, "half", *reports(folder)).code == 3
    document, suites, text = read(folder, 3)
    assert document["scopes"][0]["complete"] is False and document["scopes"][0]["problems"] == ["no answer"]
    assert document["failures"] and "**no**" in text
    assert suites.find("testsuite/testcase[@name='(read in full)']/failure") is not None
    assert export(r2i, "half", "--allow-partial", *reports(folder)).code == 0
    read(folder, 0)


def test_source_that_is_not_there(r2i: Program, folder: Path) -> None:
    assert export(r2i, "missing", *reports(folder)).code == 3
    document, _, _ = read(folder, 3)
    assert document["diagnostics"][0]["code"] == "R2I1001"


@pytest.mark.parametrize("flags", [["--health", "good"], ["--ignore", "1001"], ["-c", "missing.yaml"],
                                   ["--report", "yaml=x"], ["--allow-partial=perhaps"]])
def test_usage(r2i: Program, folder: Path, flags: list[str]) -> None:
    """A CI job with a mistake in its configuration shows it where it looks."""
    run = export(r2i, "all", *reports(folder), *flags)
    assert run.code == 2, run
    document, _, text = read(folder, 2)
    assert document["failures"] and all(line in run.stderr for line in document["failures"])
    assert (flags[0].split("=")[0] if flags[0] != "-c" else flags[1]) in text


@pytest.mark.parametrize("command", ["export", "fetch"])
@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupt(r2i: Program, consul: FakeConsul, folder: Path, command: str, number: signal.Signals, code: int) -> None:
    consul.always_detail("pay", silent)
    with r2i.start(command, "--from", f"consul={consul.address}", *reports(folder)) as started:
        consul.wait_for_request(detail_path("pay"))
        started.signal(number)
        run = started.wait(30)
    assert run.code == code and run.out == b"", run
    read(folder, code)


def test_fetch(r2i: Program, folder: Path) -> None:
    run = r2i("fetch", "--from", "file=all.json", "--output-file", "copy.json", *reports(folder))
    assert run.code == 0, run
    document, suites, _ = read(folder, 0)
    assert document["command"] == "fetch" and document["summary"]["services"] == 5
    assert len(suites.findall("testsuite[@name='consul/dc1']/testcase")) == 6


def test_directory(r2i: Program, folder: Path) -> None:
    words = ("export", "--from", "file=clean.json", "--output-dir", "out", *reports(folder))
    assert r2i(*words, "--check").code == 1
    document, _, _ = read(folder, 1)
    assert document["objects"] == [{"object": "serviceentry-web.service.consul.yaml", "outcome": "would create",
                                    "message": "", "fails": True}]
    assert r2i(*words).code == 0
    assert read(folder, 0)[0]["summary"]["objects"]["created"] == 1
    assert r2i(*words, "--check").code == 0
    read(folder, 0)


def test_diff(r2i: Program, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    run = r2i("diff", "--from", "file=clean.json", "--target", "out", *reports(folder))
    assert run.code == 1, run
    document, suites, text = read(folder, 1)
    assert [(one["object"], one["outcome"]) for one in document["objects"]] == [
        ("ServiceEntry web.service.consul", "would create")]
    assert suites.find("testsuite[@name='objects']/testcase/failure") is not None and "would create" in text


def test_old_report_stays_until_the_new_one_is_whole(r2i: Program, folder: Path) -> None:
    """A reader never sees a half; and a place that cannot be written is told, once the work is done."""
    export(r2i, "all", *reports(folder))
    old = (folder / "json").stat().st_ino
    export(r2i, "all", *reports(folder))
    assert (folder / "json").stat().st_ino != old
    run = export(r2i, "clean", "--report", "json=nowhere/x", *reports(folder))
    assert run.code == 6 and "nowhere/x" in run.stderr and run.out != b"", run
    run = export(r2i, "all", "--report", "json=nowhere/x")
    assert run.code == 1 and "nowhere/x" in run.stderr, run


@pytest.mark.parametrize("value, said", [("x.json", "expected json=FILE"), ("json", "needs a file"), ("json=", "needs a file"),
                                         ("jsn=x", 'did you mean "json"'), ("=x", "expected json=FILE")])
def test_bad_values(r2i: Program, value: str, said: str) -> None:
    run = export(r2i, "clean", "--report", value)
    assert run.code == 2 and said in run.stderr, run


def test_one_file_one_report(r2i: Program) -> None:
    run = export(r2i, "clean", "--report", "json=x", "--report", "junit=x")
    assert run.code == 2 and "two reports in one file" in run.stderr, run


def test_markdown_fits_into_a_summary(r2i: Program, tmp_path: Path, folder: Path) -> None:
    many = (service(f"db-{number:05}-{'x' * 200}", instance(f"10.1.{number // 250}.{number % 250}", 5432))
            for number in range(6000))
    write(tmp_path / "many.json", snapshot(*many))
    assert export(r2i, "many", *reports(folder)).code == 1
    document, _, text = read(folder, 1)
    assert len(document["diagnostics"]) >= 6000 and len(text.encode()) < 1024 * 1024 and " more, which would" in text
