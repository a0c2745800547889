"""`check manifests`: what Istio and the API server would refuse, offline."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from support.manifest_corpus import API, ENTRY, Case, changed, corpus
from support.program import Program, Run

GOOD = "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: good}\nspec: {hosts: [good.example.com]}\n"
BAD = "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: bad}\nspec:\n  hosts: [a_b]\n"
BAD_SAYS = ("5:11: ServiceEntry bad: spec.hosts[0]: \"a_b\" is no host name: letters, digits and inner '-', joined by '.', "
            "at most 63 each and 255 in all; only the first may have a '*', in front; the last may not be a number\n")


def paths(run: Run) -> tuple[str, ...]:
    """Where something is wrong, as the errors say it."""
    return tuple(re.findall(r"^\S.*:\d+:\d+: (?:ServiceEntry|WorkloadEntry|object)(?: without a name| \S+): ([^:]*): ",
                            run.stdout, re.M))


@pytest.mark.parametrize("case", corpus(), ids=lambda case: case.name)
def test_corpus(r2i: Program, case: Case) -> None:
    run = r2i("check", "manifests", "-", stdin=case.text)
    errors = "\n".join(line for line in run.stdout.splitlines() if " warning: " not in line)
    assert run.code == (0 if case.is_taken else 1), run
    assert paths(Run(run.arguments, run.code, errors.encode(), b"", 0)) == case.refused, run
    if case.is_taken:
        assert (" warning: " in run.stdout) == case.warned, run


def test_all_findings_in_one_run(r2i: Program, tmp_path: Path) -> None:
    (tmp_path / "mesh" / "sub").mkdir(parents=True)
    (tmp_path / "mesh" / "a.yaml").write_text(f"{GOOD}---\n{BAD}")
    (tmp_path / "mesh" / "sub" / "b.json").write_text(json.dumps(changed(ENTRY, {"spec.ports.0.number": 0, "spec.hosts": ["*"]})))
    (tmp_path / "mesh" / "notes.txt").write_text("no manifest")
    run = r2i("check", "manifests", "mesh", "-", stdin=BAD.replace("bad", "other").replace("a_b", "c_d"))
    ports = 'mesh/sub/b.json:1:'
    first, second, third, fourth = run.stdout.splitlines(keepends=True)
    assert run.code == 1
    assert first == f"mesh/a.yaml:10:11{BAD_SAYS[4:]}"
    assert second.startswith(ports) and second.endswith(
        ": ServiceEntry case: spec.hosts[0]: \"*\" would be every host: name a domain, as in \"*.example.com\"\n")
    assert third.startswith(ports) and third.endswith(": ServiceEntry case: spec.ports[0].number: 0 is no port: 1 to 65535\n")
    assert fourth == f"standard input:{BAD_SAYS.replace('bad', 'other').replace('a_b', 'c_d')}"
    assert run.stderr == "4 ServiceEntries and 0 WorkloadEntries in 3 files: 4 errors, 0 warnings\n"


def test_nothing_wrong(r2i: Program) -> None:
    run = r2i("check", "manifests", "-", stdin=GOOD)
    assert (run.code, run.stdout) == (0, "")
    assert run.stderr == "1 ServiceEntry and 0 WorkloadEntries in 1 file: 0 errors, 0 warnings\n"
    assert r2i("check", "manifests", "-q", "-", stdin=GOOD).stderr == ""


def test_other_kinds_are_counted(r2i: Program) -> None:
    others = ("---\nkind: ConfigMap\n---\napiVersion: networking.istio.io/v1\nkind: Gateway\nspec: 5\n---\na: 1\n"
              "---\nkind: List\nitems:\n- kind: ConfigMap\n- {apiVersion: networking.istio.io/v1, kind: WorkloadEntry, "
              "metadata: {name: w}, spec: {address: 10.0.0.1}}\n")
    run = r2i("check", "manifests", "-", stdin=GOOD + others)
    assert (run.code, run.stdout) == (0, "")
    assert run.stderr == ("1 ServiceEntry and 1 WorkloadEntry in 1 file: 0 errors, 0 warnings\n"
                          "not judged: 2 ConfigMap, 1 Gateway, 1 without a kind\n")


def test_twins_and_names_that_come_twice_are_warnings(r2i: Program, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(GOOD)
    (tmp_path / "b.yaml").write_text(f"# the same\n{GOOD}---\n{GOOD.replace('name: good', 'name: twin')}")
    run = r2i("check", "manifests", "b.yaml", "a.yaml")
    assert run.code == 0
    assert run.stdout == (
        'b.yaml:7:1: warning: ServiceEntry twin: the host "good.example.com" is also in ServiceEntry good (b.yaml:2): Istio serves '
        "one of them, the older one or that of the proxy's own namespace; join them, or let exportTo part them\n"
        "a.yaml:1:1: warning: ServiceEntry good: is also in b.yaml:2: whichever is applied last overwrites the other; remove one\n")


def test_a_file_that_is_named_twice_is_read_once(r2i: Program, tmp_path: Path) -> None:
    (tmp_path / "mesh").mkdir()
    (tmp_path / "mesh" / "a.yaml").write_text(GOOD)
    (tmp_path / "link.yaml").symlink_to("mesh/a.yaml")
    run = r2i("check", "manifests", "mesh/a.yaml", "mesh", "link.yaml", "./mesh/../mesh/a.yaml")
    assert (run.code, run.stdout) == (0, "")
    assert run.stderr == "1 ServiceEntry and 0 WorkloadEntries in 1 file: 0 errors, 0 warnings\n"


def test_what_cannot_be_read_does_not_hide_the_rest(r2i: Program, tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("a: [\n")
    (tmp_path / "bad.yaml").write_text(BAD)
    run = r2i("check", "manifests", "missing.yaml", "broken.yaml", "bad.yaml")
    assert run.code == 2
    assert run.stdout == f"bad.yaml:{BAD_SAYS}"
    assert run.stderr.splitlines() == [
        "error: missing.yaml: cannot be read: No such file or directory",
        "error: broken.yaml:2:1: the list is not closed: a comma or \"]\" is missing",
        "1 ServiceEntry and 0 WorkloadEntries in 2 files: 1 error, 0 warnings"]


def test_without_files(r2i: Program) -> None:
    run = r2i("check", "manifests")
    assert (run.code, run.stdout) == (2, "")
    assert run.stderr.startswith("error: check manifests: which files or directories? - is standard input\n")


def test_what_export_writes_is_right(r2i: Program, tmp_path: Path) -> None:
    snapshot = {"apiVersion": "registry2istio.io/v1", "kind": "Snapshot", "source": {"name": "consul", "kind": "consul"},
                "scopes": [{"name": "dc1", "complete": True}],
                "services": [{"name": "web", "instances": [{"id": "1", "address": "10.0.0.1", "ports": [{"number": 8080}]}]}]}
    for layout in ("inline", "workload-entries"):
        exported = r2i("export", "--from", "file=-", "--layout", layout, "--output-dir", "mesh", stdin=json.dumps(snapshot))
        assert exported.code == 0, exported
        run = r2i("check", "manifests", "mesh")
        assert (run.code, run.stdout) == (0, "") and run.stderr.startswith("1 ServiceEntry"), run
    assert API in (tmp_path / "mesh" / "serviceentry-web.service.consul.yaml").read_text()
