"""`why`: what it tells of a service is what `export` makes of it."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from support.fake_consul import FakeConsul
from support.faults import fails
from support.program import Program, Run
from support.snapshots import JsonObject, instance, scope, service, snapshot, snapshot_list, write

HEAD = "apiVersion: registry2istio.io/v1\nkind: Config\n"
LOSSES = {f"R2I{number}" for number in (2004, 2006, 2008, 2010, 2011, 2012, 2013, 2014, 2015, 2016, 2017)}


def told(run: Run) -> list[dict[str, Any]]:
    document = run.json
    assert document["apiVersion"] == "registry2istio.io/v1" and document["kind"] == "Why"
    return document["services"]


@pytest.fixture
def source(tmp_path: Path) -> tuple[str, ...]:
    write(tmp_path / "snapshot.json", snapshot(
        service("pay", instance("10.0.0.1", tags=["version=v2"]), instance("10.0.0.2", health="critical"),
                instance("10.0.0.3", 9090)),
        service("pg", instance("10.0.0.4", 5432)), service("consul"), service("trial"),
        service("web", instance("10.0.0.5", 80, tags=["grpc"]))))
    (tmp_path / "mesh.yaml").write_text(f"""{HEAD}
defaults: {{namespace: mesh, aliases: ["{{service}}.corp.example.com"]}}
rules:
- name: no trials
  match: {{service: trial}}
  set: {{drop: true}}
- name: old ones
  match: {{port: 9090}}
  set: {{weight: 2, labels: {{age: old}}}}
""")
    return ("--from", "file=snapshot.json", "-c", "mesh.yaml")


def test_settings_and_their_origins(r2i: Program, source: tuple[str, ...]) -> None:
    (story,) = told(r2i("why", "pay", *source, "-o", "json", "--health", "passing"))
    settings = {one["setting"]: (one["value"], one["origin"]) for one in story["settings"]}
    assert settings["health"] == ("passing", "--health")
    assert settings["namespace"] == ("mesh", "defaults (mesh.yaml:4)")
    assert settings["layout"] == ("inline", "default")
    assert len(settings) == len(story["settings"]) >= 28
    by_name = {one["id"]: one for one in story["instances"]}
    old, young, sick = by_name["10.0.0.3:9090"], by_name["10.0.0.1:8080"], by_name["10.0.0.2:8080"]
    assert old["endpoint"]["weight"] == {"value": 2, "origin": 'rule "old ones" (mesh.yaml:11)'}
    assert {"key": "age", "value": "old", "origin": 'rule "old ones" (mesh.yaml:11)'} in old["endpoint"]["labels"]
    assert young["endpoint"]["labels"] == [{"key": "version", "value": "v2", "origin": "tag version=v2"}]
    assert young["endpoint"]["locality"] == {"value": "dc1", "origin": "the datacenter"}
    assert "endpoint" not in sick and [one["code"] for one in sick["diagnostics"]] == ["R2I2010"]
    assert story["host"] == {"value": "pay.service.consul", "origin": "default"}
    assert story["aliases"] == ["pay.corp.example.com"] and story["outcome"] == "exported"


def test_text(r2i: Program, source: tuple[str, ...]) -> None:
    """The same for people; the objects are what export prints."""
    run = r2i("why", "pay", *source)
    assert run.code == 0 and run.err == b"", run
    head, _, objects = run.stdout.partition("objects:\n")
    exported = r2i("export", *source, "--include", "pay").stdout
    assert objects.removeprefix("---\n") == exported.removeprefix("---\n") and exported
    for line in ('service "pay" of consul/dc1: exported', "host: pay.service.consul (default)",
                 "alias: pay.corp.example.com", "instances: 3, endpoints: 2",
                 '    weight 2 (rule "old ones" (mesh.yaml:11))', "    label version=v2 (tag version=v2)",
                 "  health: warning for consul, else passing (default)"):
        assert line in head.splitlines(), line
    assert "R2I2010 info: left out: it is critical" in head


@pytest.mark.parametrize("asked", ["pay", "consul/dc1/pay", "pay.service.consul", "PAY.service.consul", "pay.corp.example.com"])
def test_ways_to_ask(r2i: Program, source: tuple[str, ...], asked: str) -> None:
    (story,) = told(r2i("why", asked, *source, "-o", "json"))
    assert (story["service"], story["source"], story["scope"]) == ("pay", "consul", "dc1")


@pytest.mark.parametrize("asked, outcome, code", [
    ("pg", "withheld", "R2I2040"), ("consul", "left out", "R2I2001"), ("trial", "left out", "R2I2007"),
])
def test_services_that_are_not_exported(r2i: Program, source: tuple[str, ...], asked: str, outcome: str, code: str) -> None:
    run = r2i("why", asked, *source, "-o", "json")
    (story,) = told(run)
    assert run.code == 0 and story["outcome"] == outcome and story["objects"] == [], run
    assert code in [one["code"] for one in story["diagnostics"]] and len(story["instances"]) == 1


def test_excluded_by_name(r2i: Program, source: tuple[str, ...], consul: FakeConsul) -> None:
    for where in (source, ("--from", f"consul={consul.address}")):
        run = r2i("why", "pay", *where, "--exclude", "p*", "-o", "json")
        (story,) = told(run)
        assert run.code == 0 and story["outcome"] == "left out", run
        assert [one["code"] for one in story["diagnostics"]] == ["R2I2003"]
    assert consul.details("pay") == [], "it is not asked for"


@pytest.mark.parametrize("asked, said", [("pai", 'did you mean "pay"'), ("nothing-like-it", "no service or host"),
                                         ("pay.service.consol", 'did you mean "pay.service.consul"'), ("consul/dc2/pay", "")])
def test_none(r2i: Program, source: tuple[str, ...], asked: str, said: str) -> None:
    run = r2i("why", asked, *source)
    assert run.code == 1 and run.out == b"" and said in run.stderr, run


def test_usage(r2i: Program, source: tuple[str, ...]) -> None:
    for words in ((), ("",), ("pay", "web")):
        assert r2i("why", *words, *source).code == 2


def test_several(r2i: Program, tmp_path: Path) -> None:
    """One name in two scopes, and a name that is another one's host."""
    west = snapshot(service("pay"), name="west")
    east = snapshot(service("pay"), service("pay.service.consul"), name="east", scopes=[scope("dc1"), scope("dc2")])
    write(tmp_path / "two.json", snapshot_list(west, east))
    stories = told(r2i("why", "pay", "--from", "file=two.json", "-o", "json"))
    assert [(one["source"], one["outcome"]) for one in stories] == [("east", "withheld"), ("west", "withheld")]
    assert all(one["diagnostics"][0]["code"] == "R2I2022" for one in stories)
    text = r2i("why", "pay", "--from", "file=two.json").stdout
    assert text.count("of east/dc1: withheld") == 1 and text.count("of west/dc1: withheld") == 1
    stories = told(r2i("why", "pay.service.consul", "--from", "file=two.json", "-o", "json"))
    assert [one["service"] for one in stories] == ["pay", "pay.service.consul", "pay"]
    (story,) = told(r2i("why", "west/dc1/pay", "--from", "file=two.json", "-o", "json"))
    assert story["source"] == "west"


def test_findings_of_others_are_none_of_it(r2i: Program, source: tuple[str, ...]) -> None:
    run = r2i("why", "web", *source)
    assert run.code == 0 and "pg" not in run.stdout + run.stderr, run
    assert "grpc-80: GRPC (tag grpc)" in run.stdout


def test_source_that_is_not_read_in_full(r2i: Program, consul: FakeConsul) -> None:
    consul.always_detail("pay", fails(500))
    source = ("--from", f"consul={consul.address}")
    run = r2i("why", "web", *source, "-o", "json")
    assert run.code == 3 and told(run)[0]["outcome"] == "exported" and "R2I1002 error" in run.stderr, run
    assert r2i("why", "web", *source, "--allow-partial").code == 0
    run = r2i("why", "pay", *source, "-o", "json")
    (story,) = told(run)
    assert run.code == 3 and story["outcome"] == "not read in full" and story["diagnostics"][0]["code"] == "R2I1002", run
    assert r2i("why", "nowhere", *source).code == 3
    assert r2i("why", "pay", "--from", "file=missing.json").code == 3


def test_hostile_names_break_nothing(r2i: Program, tmp_path: Path) -> None:
    name = 'x", instance "y\n\x1b[31m: exported'
    write(tmp_path / "odd.json", snapshot(service(name, instance("10.0.0.1", health="critical"))))
    run = r2i("why", name, "--from", "file=odd.json")
    assert run.code == 0 and "\x1b" not in run.stdout and "instances: 1, endpoints: 0" in run.stdout, run
    (story,) = told(r2i("why", name, "--from", "file=odd.json", "-o", "json"))
    assert [one["code"] for one in story["instances"][0]["diagnostics"]] == ["R2I2010"]


def test_secrets_are_not_told(r2i: Program, tmp_path: Path) -> None:
    secret = "5ecret-hunter2"
    one = instance("10.0.0.1", tags=[f"password|{secret}", "version=v1"], metadata={"token": secret, "version": "v1"})
    write(tmp_path / "odd.json", snapshot(service("pay", one)))
    for form in ("text", "json"):
        run = r2i("why", "pay", "--from", "file=odd.json", "-o", form)
        assert run.code == 0 and secret not in run.stdout + run.stderr, run


# Whatever the registry and the configuration say


def random_instance(draw: random.Random, number: int) -> JsonObject:
    fields: JsonObject = {"health": draw.choice(["passing"] * 4 + ["warning", "critical", "maintenance"])}
    if draw.random() < 0.3:
        fields["weight"] = draw.choice([0, 1, 3, 0.5])
    if draw.random() < 0.3:
        fields["tags"] = draw.sample(["grpc", "version=v1", "canary", "team|a", "primary", "zone=b"], 2)
    if draw.random() < 0.2:
        fields["metadata"] = draw.choice([{"external-source": "kubernetes"}, {"protocol": "smoke"}, {"version": "v 3"}])
    if draw.random() < 0.1:
        fields["kind"] = "connect-proxy"
    address = draw.choice([f"10.0.{draw.randrange(2)}.{draw.randrange(5)}", f"10.0.0.{number}", "", "db.example.com"])
    return {**instance(address, draw.choice([80, 8080, 8080, 5432, 0]), **fields), "id": f"i{number}"}


def random_snapshot(draw: random.Random) -> JsonObject:
    names = draw.sample(["pay", "Pay", "a_b", "a-b", "web", "pg", "x.y", "consul", "cache", "sick"], 7)
    scopes = [scope("dc1"), scope("dc2")]
    return snapshot(*(service(name, *(random_instance(draw, number) for number in range(1, draw.randrange(1, 7))),
                              scope=draw.choice(["dc1", "dc1", "dc2"])) for name in names), scopes=scopes)


RULES = """
defaults: {namespace: mesh}
rules:
- {name: canaries, match: {tag: canary}, set: {weight: 5, labels: {age: new}}}
- {name: databases, match: {port: 5432}, set: {addresses: [240.240.0.1]}}
- {name: aliases, match: {service: "a*"}, set: {aliases: ["{service}.corp.example.com"], host: "{service|lower}.x"}}
- {name: no sick ones, match: {service: sick}, set: {drop: true}}
"""


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("layout", ["inline", "workload-entries"])
def test_agrees_with_export(r2i: Program, tmp_path: Path, seed: int, layout: str) -> None:
    """The objects of all services are those of export, each once; each instance is an endpoint or is said to be none."""
    document = random_snapshot(random.Random(seed))
    write(tmp_path / "any.json", document)
    (tmp_path / "mesh.yaml").write_text(HEAD + (RULES if seed % 3 else ""))
    source = ("--from", "file=any.json", "-c", "mesh.yaml", "--layout", layout)
    exported = r2i("export", *source, "-o", "json").json["items"]
    found: list[JsonObject] = []
    for one in document["services"]:
        (story,) = told(r2i("why", f"consul/{one['scope']}/{one['name']}", *source, "-o", "json"))
        found += story["objects"]
        assert len(story["instances"]) == len(one["instances"])
        assert (story["outcome"] == "exported") == (story["objects"] != [])
        gone = story["outcome"] != "exported"
        assert not gone or any(code["code"] > "R2I2" for code in story["diagnostics"]), story
        endpoints = [instance["endpoint"] for instance in story["instances"] if "endpoint" in instance]
        for each in story["instances"]:
            lost = LOSSES & {diagnostic["code"] for diagnostic in each["diagnostics"]}
            assert gone or ("endpoint" in each) != bool(lost), (each, story["diagnostics"])
        if gone:
            continue
        specs = [item["spec"] for item in story["objects"] if item["kind"] == "WorkloadEntry"]
        inline = [spec for item in story["objects"] for spec in item["spec"].get("endpoints", [])]
        hosts = sum(item["kind"] == "ServiceEntry" for item in story["objects"]) if layout == "inline" else 1
        written = specs or inline
        assert sorted(spec["address"] for spec in written) == sorted([point["address"] for point in endpoints] * hosts)
        for point in endpoints:
            labels = {label["key"]: label["value"] for label in point["labels"]}
            assert any(labels == spec.get("labels", {}) and point["locality"]["value"] == spec.get("locality", "")
                       and point["ports"] == spec.get("ports", {}) for spec in written), point

    def key(item: JsonObject) -> str:
        return json.dumps(item, sort_keys=True)

    assert sorted(map(key, found)) == sorted(map(key, exported))
