"""Golden answers: answers/NAME.json is what a server says, answers/NAME.snapshot what `fetch` makes of it. spring-cloud.json was said
by a real Spring Cloud server, word for word. R2I_ACCEPT=1 rewrites the snapshots and shows as skipped."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from support.fake_eureka import FakeEureka
from support.faults import says
from support.program import Program

ANSWERS = sorted(Path(__file__).with_name("answers").glob("*.json"))


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda path: path.stem)
def test_answer(r2i: Program, eureka: FakeEureka, answer: Path) -> None:
    eureka.always_apps(says(answer.read_bytes()))
    run = r2i("fetch", "--from", f"eureka={eureka.base}?warmUp=0", "-v")
    assert run.code == 0, run
    snapshot = run.json
    del snapshot["fetchedAt"], snapshot["source"]["address"]
    text = json.dumps(snapshot, indent=2, ensure_ascii=False) + "\n"
    expected = answer.with_suffix(".snapshot")
    if os.environ.get("R2I_ACCEPT") == "1":
        expected.write_text(text)
        pytest.skip("accepted")
    assert expected.read_text() == text
    registered = [one for app in json.loads(answer.read_bytes())["applications"]["application"]
                  for one in (app["instance"] if isinstance(app["instance"], list) else [app["instance"]]) if one]
    assert sum(len(service["instances"]) for service in snapshot["services"]) == len(registered), "none is lost"


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda path: path.stem)
def test_every_instance_is_an_endpoint_or_a_diagnostic(r2i: Program, eureka: FakeEureka, answer: Path) -> None:
    eureka.always_apps(says(answer.read_bytes()))
    run = r2i("export", "--from", f"eureka={eureka.base}?warmUp=0", "-v")
    assert run.code == 0, run
    endpoints = sum(len(entry["spec"].get("endpoints", [])) for entry in run.objects)
    said = sum(f" instance {json.dumps(one['id'])}" in line and "left out" in line for line in run.stderr.splitlines()
               for one in _instances(answer))
    of_servers = sum(one["server"] for one in _instances(answer))
    assert endpoints + said + of_servers == len(_instances(answer)), run


def _instances(answer: Path) -> list[dict[str, object]]:
    services = json.loads(answer.with_suffix(".snapshot").read_text())["services"]
    return [{"id": one["id"], "server": any("kind" in other for other in service["instances"])}
            for service in services for one in service["instances"]]
