"""`check manifests` takes what istioctl and the API server both take, and refuses what either of them refuses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from harness.apiserver import ApiServer
from harness.istiod import Istioctl
from support.manifest_corpus import Case, corpus, pairs
from support.program import Program


def taken(api_server: ApiServer, texts: Iterable[str]) -> set[str]:
    """Names of the objects that a real API server takes. It is asked once: kubectl goes on behind what is refused."""
    said = api_server.judge(*texts).stdout
    return set(re.findall(r"^(?:service|workload)entry\.networking\.istio\.io/(\S+) serverside-applied", said, re.M))


def refused(r2i: Program, folder: Path) -> set[str]:
    """The files of a folder in which the program finds an error."""
    found = re.findall(r"^(\S+):\d+:\d+: (.*)$", r2i("check", "manifests", folder).stdout, re.M)
    return {Path(name).name for name, text in found if not text.startswith("warning: ")}


@pytest.fixture(scope="module")
def taken_by_the_api_server(api_server: ApiServer) -> set[str]:
    """Names of the cases."""
    names = taken(api_server, (case.text for case in corpus()))
    return {case.name for case in corpus() if case.object_name in names}


def write(folder: Path, cases: Iterable[Case]) -> dict[str, Case]:
    """Each case in a file of its own, by name."""
    files = {f"{number:03}.yaml": case for number, case in enumerate(cases)}
    for name, case in files.items():
        (folder / name).write_text(case.text)
    return files


def test_the_corpus_is_large_and_has_both() -> None:
    assert len(corpus()) >= 200 and min(sum(case.is_taken for case in corpus()), sum(not case.is_taken for case in corpus())) >= 80
    names = [case.object_name for case in corpus()]
    assert len(set(names)) == len(names), "what the API server says is told apart by name"


def test_the_program_says_what_the_corpus_says(r2i: Program, tmp_path: Path) -> None:
    files = write(tmp_path, corpus())
    wrong = refused(r2i, tmp_path)
    assert {case.name for name, case in files.items() if name in wrong} == {case.name for case in corpus() if not case.is_taken}


def test_both_judges_take_what_it_takes(taken_by_the_api_server: set[str], istioctl: Istioctl, tmp_path: Path) -> None:
    cases = [case for case in corpus() if case.is_taken]
    assert [case.name for case in cases if case.name not in taken_by_the_api_server] == []
    files = write(tmp_path, cases)
    done = istioctl.validate(tmp_path)
    assert done.returncode == 0, done.stderr
    warned = set(re.findall(r'/(\d+\.yaml)" has warnings', done.stdout + done.stderr))
    assert {case.name for name, case in files.items() if name in warned} == {case.name for case in cases if case.warned}


def test_one_of_both_judges_refuses_what_it_refuses(taken_by_the_api_server: set[str], istioctl: Istioctl) -> None:
    doubtful = [case for case in corpus() if not case.is_taken and case.name in taken_by_the_api_server]
    assert len(doubtful) > 20, "the API server lets things through that only Istio refuses"
    assert [case.name for case in doubtful if istioctl.validate(case.text).returncode == 0] == []


def test_two_changes_at_once(api_server: ApiServer, istioctl: Istioctl, r2i: Program, tmp_path: Path) -> None:
    """Of manifests that nobody has looked at before, the three say the same, too."""
    drawn = pairs(200, seed=1)
    for name, text in drawn:
        (tmp_path / f"{name}.yaml").write_text(text)
    by_us = {name for name, _ in drawn} - {Path(name).stem for name in refused(r2i, tmp_path)}
    by_the_api_server = taken(api_server, (text for _, text in drawn))
    by_both = {name for name, text in drawn if name in by_the_api_server and istioctl.validate(text).returncode == 0}
    assert by_us == by_both and len(by_us) > 20
