"""Snapshots as a source: files, directories, standard input; and everything that can be wrong with one."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from support.fake_consul import FakeConsul
from support.program import Program
from support.snapshots import JsonObject, instance, scope, service, snapshot, snapshot_list, write

HOST = "web.service.consul"
GOOD = snapshot(service("web"))


def text_of(document: JsonObject, **changes: object) -> str:
    """The document with some of its keys changed, or taken away by None."""
    return json.dumps({key: value for key, value in {**document, **changes}.items() if value is not None}, indent=1)


# What can be read


@pytest.mark.parametrize("document", [GOOD, snapshot_list(GOOD), snapshot_list(GOOD, snapshot(service("x"), name="other"))],
                         ids=["one", "list of one", "list of two"])
def test_file_and_standard_input(r2i: Program, tmp_path: Path, document: JsonObject) -> None:
    path = write(tmp_path / "with blank & ü.json", document)
    by_path = r2i("export", "--from", f"file={path}")
    by_input = r2i("export", "--from", "file=-", stdin=path.read_bytes())
    assert by_path.code == by_input.code == 0 and by_path.out == by_input.out and HOST in by_path.hosts, by_path


def test_directory(r2i: Program, tmp_path: Path) -> None:
    """Every *.json in it; nothing hidden, nothing below."""
    folder = tmp_path / "snapshots"
    (folder / "below").mkdir(parents=True)
    for name in ("a", "b"):
        write(folder / f"{name}.json", snapshot(service(name), name=name))
    for name in (".hidden.json", "c.json.bak", "README", "below/d.json"):
        (folder / name).write_text("no snapshot")
    run = r2i("export", "--from", f"file={folder}")
    assert run.code == 0 and run.hosts == ["a.service.consul", "b.service.consul"], run


def test_order_of_keys_is_free(r2i: Program, tmp_path: Path) -> None:
    """Services may come before the scopes and the source to which they belong."""
    document = snapshot(service("web"), service("api", instance("10.0.0.2")))
    expected = r2i("export", "--from", "file=-", stdin=json.dumps(document))
    for keys in (reversed(document), ["services", *(key for key in document if key != "services")], sorted(document)):
        turned = {key: document[key] for key in keys}
        run = r2i("export", "--from", "file=-", stdin=json.dumps(turned))
        assert run.code == 0 and run.out == expected.out, run
        run = r2i("export", "--from", "file=-", stdin=json.dumps({"items": [turned], "kind": "SnapshotList",
                                                                 "apiVersion": "registry2istio.io/v1"}))
        assert run.code == 0 and run.out == expected.out, run


@pytest.mark.parametrize("prefix", ["\ufeff", "\n\n  ", '{"$schema":"https://example.com/snapshot.json",'])
def test_what_editors_add(r2i: Program, prefix: str) -> None:
    text = json.dumps(GOOD)
    run = r2i("export", "--from", "file=-", stdin=prefix + (text[1:] if prefix.endswith(",") else text))
    assert run.code == 0 and run.hosts == [HOST], run


def test_named_pipe(r2i: Program, tmp_path: Path) -> None:
    """`--from file=<(program)`"""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with r2i.start("export", "--from", f"file={path}") as started:
        path.write_text(json.dumps(GOOD))
        run = started.wait()
    assert run.code == 0 and run.hosts == [HOST], run


def test_snapshot_keeps_the_name_of_its_source(r2i: Program) -> None:
    run = r2i("export", "--from", "file=-?name=mine", stdin=json.dumps(snapshot(service("web"), name="west")))
    assert run.objects[0]["metadata"]["labels"]["registry2istio.io/source"] == "west", run


def test_filters_and_expectations_hold_for_files(r2i: Program) -> None:
    text = json.dumps(snapshot(service("web"), service("api", instance("10.0.0.2"))))
    run = r2i("export", "--from", "file=-", "--exclude", "w*", stdin=text)
    assert run.code == 0 and run.hosts == ["api.service.consul"], run
    run = r2i("export", "--from", "file=-?expect.minServices=3", stdin=text)
    assert run.code == 3 and run.out == b"" and "expect.minServices is 3, but there are 2" in run.stderr, run


def test_other_kinds(r2i: Program) -> None:
    """A program of somebody else's may know any registry; what is healthy is then what passes."""
    text = json.dumps(snapshot(service("web", instance(), instance("10.0.0.2", health="warning")), name="crm", kind="crm"))
    run = r2i("export", "--from", "file=-", stdin=text)
    assert run.code == 0 and run.hosts == ["web.crm"] and len(run.entry("web.crm")["endpoints"]) == 1, run


def test_advice_for_a_service_without_a_port(r2i: Program) -> None:
    """R2I2061 says that --service-port gives it one."""
    text = json.dumps(snapshot(service("web", {"address": "10.0.0.1", "health": "passing"})))
    run = r2i("export", "--from", "file=-", "-v", stdin=text)
    assert run.code == 0 and run.out == b"" and "R2I2061" in run.stderr and "--service-port gives it one" in run.stderr, run
    told = r2i("export", "--from", "file=-", "--service-port", "80", stdin=text)
    assert told.code == 0 and told.entry(HOST)["ports"][0]["number"] == 80, told


# What is incomplete


def test_incomplete_scope(r2i: Program) -> None:
    """The snapshot says so itself; complete scopes and services are used with --allow-partial."""
    document = snapshot(service("web"), service("db", scope="dc2"), service("api", scope="dc2", complete=False),
                        scopes=[scope("dc1"), scope("dc2", False, problems=["service \"api\": 500", "service \"x\": 500"])])
    run = r2i("export", "--from", "file=-", stdin=json.dumps(document))
    assert run.code == 3 and run.out == b"", run
    assert re.search(r'R2I1021 error: consul/dc2 in standard input: service "api": 500 \(and 1 more\)\n  \S',
                     run.stderr), run
    partial = r2i("export", "--from", "file=-", "--allow-partial", "--protocol", "http", stdin=json.dumps(document))
    assert partial.code == 0 and partial.hosts == ["db.service.consul", HOST], partial


def test_incomplete_service_of_a_complete_scope(r2i: Program) -> None:
    """It contradicts itself. It must not be lost in silence."""
    text = json.dumps(snapshot(service("web"), service("pay", complete=False)))
    run = r2i("export", "--from", "file=-", stdin=text)
    assert run.code == 3 and run.out == b"" and "pay" in run.stderr, run


# What is wrong


def test_all_findings_at_once_with_their_places(r2i: Program, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("""{
 "apiVersion": "registry2istio.io/v2",
 "kind": "Snapshot",
 "source": {"name": "consul", "kind": "consul", "adress": "http://c"},
 "scopes": [{"name": "dc1", "complete": "yes"}],
 "services": [
  {"name": "web", "instances": [
   {"address": "10.0.0.1", "ports": [{"number": 8080.5}], "health": "pasing"},
   {"adress": "10.0.0.2", "ports": {"number": 80}}
  ]},
  {"instances": []},
  {"name": "far", "scope": "dc9", "instances": null}
 ]
}
""")
    run = r2i("export", "--from", "file=bad.json")
    assert run.code == 3 and run.out == b"", run
    for place, words in {
        r"bad\.json:2:16": r'expected "registry2istio\.io/v1", got "registry2istio\.io/v2"',
        r"bad\.json:4:\d+": r'source\.adress: unknown key \(did you mean "address"\?\)',
        r"bad\.json:5:\d+": r'scopes\[0\]\.complete: expected true or false, got a string',
        r"bad\.json:8:\d+": r'number: expected a whole number, got 8080\.5',
        r"bad\.json:9:\d+": r'adress: unknown key \(did you mean "address"\?\)',
        r"bad\.json:11:3": r"name is missing",
        r"bad\.json:12:\d+": r'scope "dc9" is not in the list "scopes"',
    }.items():
        assert re.search(rf"^R2I1020 error: {place}: .*{words}", run.stderr, re.M), f"{place} {words}\n{run}"
    assert 'unknown health "pasing"' in run.stderr and '(did you mean "passing"?)' in run.stderr
    assert "ports: expected a list, got an object" in run.stderr and "instances: expected a list, got null" in run.stderr


BROKEN = {
    "empty": ("", ":1:1: the document is empty"),
    "blank": (" \n ", "the document is empty"),
    "no JSON": ("apiVersion: v1\n", ":1:1: "),
    "cut": (json.dumps(GOOD)[:-1], "R2I1020 error: standard input:1:"),
    "cut in a string": (json.dumps(GOOD)[:40], "a string is not closed"),
    "two documents": (json.dumps(GOOD) + json.dumps(GOOD), "there is more text after the end of the document"),
    "a list": (json.dumps([GOOD]), "expected an object"),
    "a number": ("42", "expected an object"),
    "a manifest": (json.dumps({"apiVersion": "v1", "kind": "List", "items": []}), "registry2istio.io/v1"),
    "no kind": (text_of(GOOD, kind=None), '"kind" is missing'),
    "other kind": (text_of(GOOD, kind="Snapsot"), 'expected "Snapshot", got "Snapsot"'),
    "no version": (text_of(GOOD, apiVersion=None), '"apiVersion" is missing'),
    "no source": (text_of(GOOD, source=None), '"source" is missing'),
    "nameless source": (text_of(GOOD, source={"kind": "consul"}), "name is missing"),
    "no scopes": (text_of(GOOD, scopes=None), '"scopes" is missing'),
    "empty scopes": (text_of(GOOD, scopes=[]), "there must be at least one scope"),
    "scope that does not say": (text_of(GOOD, scopes=[{"name": "dc1"}]), "complete is missing"),
    "no services": (text_of(GOOD, services=None), "services"),
    "services that are null": (json.dumps({**GOOD, "services": None}), "services: expected a list, got null"),
    "key twice": (json.dumps(GOOD)[:-1] + ', "kind": "Snapshot"}', "the key comes twice"),
    "list in a list": (json.dumps(snapshot_list(snapshot_list(GOOD))), "items"),
    "two scopes of one name": (text_of(GOOD, scopes=[scope(), scope()]), "dc1"),
    "deep": ('{"a":' * 2000, ""),
}


@pytest.mark.parametrize("text, words", BROKEN.values(), ids=BROKEN.keys())
def test_broken_snapshot(r2i: Program, text: str, words: str) -> None:
    run = r2i("export", "--from", "file=-", stdin=text)
    assert run.code in (2, 3) and run.out == b"" and words in run.stderr and "error" in run.stderr, run
    assert "this is a bug" not in run.stderr, run


def test_one_broken_file_of_several(r2i: Program, tmp_path: Path) -> None:
    """Its place is named; with --allow-partial the others are used."""
    write(tmp_path / "good.json", GOOD)
    (tmp_path / "broken.json").write_text('{\n"kind": }')
    run = r2i("export", "--from", f"file={tmp_path}")
    assert run.code == 3 and run.out == b"" and f"R2I1020 error: {tmp_path}/broken.json:2:9: " in run.stderr, run
    partial = r2i("export", "--from", f"file={tmp_path}", "--allow-partial")
    assert partial.code == 0 and partial.hosts == [HOST], partial


def test_services_of_a_broken_file_are_not_used(r2i: Program) -> None:
    """Not even those before the fault."""
    run = r2i("export", "--from", "file=-", "--allow-partial", stdin=json.dumps(GOOD)[:-1])
    assert run.code == 0 and run.out == b"" and "R2I1020 error" in run.stderr, run


@pytest.mark.parametrize("path, words", [("missing.json", "No such file"), ("folder", "there is no *.json file"),
                                         ("missing.json/below", "Not a directory")])
def test_file_that_cannot_be_read(r2i: Program, tmp_path: Path, path: str, words: str) -> None:
    (tmp_path / "folder").mkdir()
    if "/" in path:
        (tmp_path / "missing.json").write_text("")
    run = r2i("export", "--from", f"file={path}")
    assert run.code == 3 and run.out == b"" and f"R2I1001 error: {path}: " in run.stderr and words in run.stderr, run


# Read twice


def test_snapshot_that_is_read_twice(r2i: Program, tmp_path: Path, consul: FakeConsul) -> None:
    write(tmp_path / "a.json", GOOD)
    write(tmp_path / "b.json", snapshot(service("api")))
    for sources in (["file=a.json", "file=a.json"], ["file=a.json", "file=b.json"],
                    [f"consul={consul.address}", "file=a.json"]):
        run = r2i("export", *(word for source in sources for word in ("--from", source)))
        assert run.code == 2 and run.out == b"" and "consul/dc1 is read twice" in run.stderr, run
    listed = r2i("export", "--from", "file=-", stdin=json.dumps(snapshot_list(GOOD, GOOD)))
    assert listed.code == 2 and "consul/dc1 is read twice" in listed.stderr, listed
