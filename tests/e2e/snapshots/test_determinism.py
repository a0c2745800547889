"""Same input, same bytes: neither the order of things in the registry nor the surroundings of the run show."""

from __future__ import annotations

import copy
import json
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.fake_consul import FakeConsul
from support.program import Program, Run
from support.snapshots import JsonObject, instance, scope, service, shuffled, snapshot, snapshot_list

SHUFFLES = 50


def awkward_services() -> list[JsonObject]:
    """Services in which an order could show: duplicates, ties, twins, several ports, names that differ little."""
    def tagged(address: str, *tags: str, **fields: Any) -> JsonObject:
        return instance(address, tags=list(tags), **fields)

    return [
        service("web", tagged("10.0.0.10", "version=v1", "env=prod"), tagged("10.0.0.9", "version=v2"),
                tagged("10.0.0.9", "version=v3", id="duplicate"), tagged("::1"), tagged("10.0.0.100", port=9090),
                metadata={"b": "2", "a": "1"}),
        service("tie", instance("10.1.0.1", id="b", metadata={"version": "2"}),
                instance("10.1.0.1", id="a", metadata={"version": "1"}),
                instance("10.1.0.1", id="c", metadata={"version": "3"}, health="warning")),
        service("weights", *(instance(f"10.2.0.{n}", weight=weight) for n, weight in enumerate((1, 0.5, 2, 0.25), start=1))),
        service("ports", *(
            instance(f"10.3.0.{n}", ports=[{"number": 9000 + n, "name": "http"}, {"number": 7000 + n, "name": "grpc"}])
            for n in range(1, 12))),
        service("protocols", *(instance(f"10.4.0.{n}", metadata={"protocol": protocol})
                               for n, protocol in enumerate(("http", "grpc", "http2", "grpc", "http"), start=1))),
        service("names", instance("a.example"), instance("B.example"), instance("c10.example"), instance("c9.example")),
        service("labels", tagged("10.5.0.1", "version=1", "version=2", "env|x", "env=y", "zone=z",
                                 metadata={"version": "3", "tier": "t"})),
        *(service(name, instance(f"10.6.0.{n}")) for n, name in enumerate(("Twin.a", "twin_a", "twin-a"), start=1)),
        service("Case"), service("case"), service("CASE"),
        service("down", instance("10.7.0.1", health="critical")), service("db", instance("10.8.0.1", 5432)),
        *(service(f"s{number}", instance(f"10.9.0.{number}")) for number in range(1, 21)),
    ]


def diagnostics(run: Run) -> list[str]:
    return [line for line in run.stderr.splitlines() if line.startswith("R2I")]


@pytest.mark.parametrize("flags", [(), ("--layout", "workload-entries", "-o", "json")], ids=["inline", "workload entries"])
def test_shuffled_snapshot(r2i: Program, flags: tuple[str, ...]) -> None:
    chance = random.Random(20)
    document = snapshot(*awkward_services(), scopes=[scope("dc1"), scope("dc2", local=False)])
    document["services"] += [{**copy.deepcopy(one), "scope": "dc2"} for one in document["services"][:5]]
    expected = r2i("export", "--from", "file=-", "-v", *flags, stdin=json.dumps(document))
    assert expected.code == 1 and expected.out
    for _ in range(SHUFFLES):
        run = r2i("export", "--from", "file=-", "-v", *flags, stdin=json.dumps(shuffled(document, chance)))
        assert run.out == expected.out
        assert diagnostics(run) == diagnostics(expected)
        assert run.code == expected.code


def test_shuffled_list_of_snapshots(r2i: Program) -> None:
    chance = random.Random(21)
    services = awkward_services()
    documents = [snapshot(*services[:9], name="one"), snapshot(*services[9:], name="two"),
                 snapshot(service("x"), name="three")]
    expected = r2i("export", "--from", "file=-", stdin=json.dumps(snapshot_list(*documents)))
    for _ in range(SHUFFLES):
        run = r2i("export", "--from", "file=-", stdin=json.dumps(shuffled(snapshot_list(*documents), chance)))
        assert run.out == expected.out


def test_order_of_the_sources(r2i: Program, tmp_path: Path) -> None:
    services = awkward_services()
    for number, name in enumerate(("a", "b", "c")):
        (tmp_path / f"{name}.json").write_text(json.dumps(snapshot(*services[number::3], name=name)))
    sources = ["--from", "file=a.json", "--from", "file=b.json", "--from", "file=c.json"]
    forward = r2i("export", *sources)
    backward = r2i("export", *[sources[index] for index in (0, 5, 2, 3, 4, 1)])
    assert forward.out == backward.out and forward.out


@pytest.fixture
def same_consuls(new_consul: Callable[..., FakeConsul]) -> Iterator[FakeConsul]:
    """Some that know the same, registered in another order each."""
    chance = random.Random(22)
    entries = [(f"service-{number % 15}", f"10.0.0.{number}", 8000 + number % 2, f"id-{number}") for number in range(1, 60)]

    def agent() -> FakeConsul:
        made = new_consul()
        for name, address, port, number in chance.sample(entries, len(entries)):
            tags = chance.sample(["zone=b", "tier=a", "tier=b"], 3)
            made.register(name, address, port, id=number, meta={"version": number, "env": "x"}, tags=tags)
        return made

    return (agent() for _ in range(4))


def test_answers_of_a_registry_in_any_order(r2i: Program, same_consuls: Iterator[FakeConsul]) -> None:
    """Neither the order of Consul's entries shows, nor which of the parallel answers came first."""
    outputs = set()
    for agent in same_consuls:
        for parallelism in (1, 16):
            run = r2i("export", "--from", f"consul={agent.address}", "--parallelism", str(parallelism))
            assert run.code == 0, run
            outputs.add(run.out)
    assert len(outputs) == 1


def test_snapshot_is_sorted(r2i: Program, same_consuls: Iterator[FakeConsul]) -> None:
    seen = [r2i("fetch", "--from", f"consul={agent.address}").json["services"] for agent in same_consuls]
    names = [service["name"] for service in seen[0]]
    assert names == sorted(names)
    for services in seen[1:]:
        assert services == seen[0]


@pytest.mark.parametrize("env", [
    {"LC_ALL": "C"}, {"LC_ALL": "POSIX"}, {"LC_ALL": "C.UTF-8"}, {"LC_ALL": "de_DE.UTF-8"}, {"LC_ALL": "tr_TR.UTF-8"},
    {"LC_ALL": "no such locale"}, {"LC_ALL": "", "LANG": "tr_TR"}, {"TZ": "Asia/Kathmandu"}, {"HOME": "/nonexistent"},
    {"COLUMNS": "20"},
], ids=str)
def test_surroundings(r2i: Program, env: dict[str, str]) -> None:
    weighted = service("w", instance(weight=0.5), instance("10.0.0.2", weight=1.25))
    document = json.dumps(snapshot(service("ÜMLAUT-I"), service("TITLE"), weighted))
    expected = r2i("export", "--from", "file=-", stdin=document)
    run = r2i("export", "--from", "file=-", stdin=document, env=env)
    assert (run.code, run.out, run.err) == (expected.code, expected.out, expected.err) and len(run.hosts) == 3


def test_folder_and_time_do_not_show(r2i: Program, tmp_path: Path) -> None:
    document = snapshot(service("web"))
    outputs = set()
    for number, fetched in enumerate(("2024-01-01T00:00:00Z", "2031-12-31T23:59:59Z")):
        folder = tmp_path / f"folder-{number}"
        folder.mkdir()
        (folder / "snapshot.json").write_text(json.dumps({**document, "fetchedAt": fetched}))
        outputs.add(r2i("export", "--from", f"file={folder}{os.sep}snapshot.json").out)
    assert len(outputs) == 1
