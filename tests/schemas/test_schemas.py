"""The JSON Schemas say what the readers say: of every document that there is, and of what is made of it by a small mistake."""

from __future__ import annotations

import copy
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

PROJECT = Path(__file__).parents[2]
SCHEMAS = PROJECT / "schemas"
GOLDEN = PROJECT / "tests" / "golden"
Json = Any


def run(*words: str | Path, stdin: str = "", cwd: Path = PROJECT) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
    return subprocess.run([os.environ["R2I_BINARY"], *map(str, words)], input=stdin, capture_output=True, text=True, env=kept,
                          cwd=cwd, timeout=60)


def validator(name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def complaints(judge: jsonschema.Draft202012Validator, document: Json) -> list[str]:
    return [error.message for error in judge.iter_errors(document)]


def test_configuration_schema_is_that_of_the_reader() -> None:
    """R2I_ACCEPT=1 writes it anew."""
    made = subprocess.run([os.environ["R2I_CONFIG_SCHEMA"]], capture_output=True, text=True, check=True).stdout
    path = SCHEMAS / "config.schema.json"
    if os.environ.get("R2I_ACCEPT") == "1":
        path.write_text(made)
        pytest.skip("accepted")
    assert path.read_text() == made


CONFIGURATIONS = sorted([*GOLDEN.glob("cases/*/config.yaml"), *(PROJECT / "examples").rglob("*.yaml")])
CONFIGURATIONS = [path for path in CONFIGURATIONS if not path.name.startswith("expected")]


@pytest.mark.parametrize("path", CONFIGURATIONS, ids=[str(path.relative_to(PROJECT)) for path in CONFIGURATIONS])
def test_configuration(path: Path) -> None:
    document = yaml.safe_load(path.read_text())
    judge = validator("config")
    kinds = judge.schema["$defs"]["source"]["properties"]["kind"]["enum"]
    unknown = {source.get("kind", kinds[0]) for source in document.get("sources", [])} - set(kinds)
    if unknown:
        pytest.skip(f"this program knows no source of kind {', '.join(sorted(unknown))}")
    assert document["kind"] == "Config" and complaints(judge, document) == []


# A setting of each kind, with a value that the reader takes.
SETTINGS: dict[str, Json] = {
    "drop": False, "namespace": "mesh", "health": "any", "host": "{service}.mesh", "aliases": ["{service}.old"],
    "servicePorts": [80, "instance"], "protocol": "http", "exportTo": ["."], "addresses": ["240.240.0.1"], "dnsCapture": True,
    "tcpWithoutAddress": "export", "resolution": "static", "location": "internal", "layout": "inline", "subjectAltNames": ["a"],
    "objectLabels": {"a": "b"}, "objectAnnotations": {"a": "b"}, "labels": {"a": "b"}, "labelKeys": ["a"],
    "renameLabels": {"a": "b"}, "weight": 1, "weightScale": 2, "locality": "a/b", "localityMap": {"a": "b"}, "tlsMode": "istio",
    "sidecarNetworks": ["10.0.0.0/8"], "serviceAccount": "a", "network": "n"}
OUTPUT: dict[str, Json] = {
    "owner": "me", "requestTimeout": "5s", "parallelism": 4, "allowPartial": True, "kubeconfig": "k", "context": "c",
    "cluster": "c", "user": "u", "server": "https://k", "tokenFile": "t", "as": "u", "asGroups": ["g"], "fieldManager": "m",
    "target": "cluster", "prune": True, "pruneAfter": "1h", "pruneSources": ["old"], "renameSources": ["a=b"],
    "allowMove": True, "adopt": True, "forceConflicts": True, "maxDelete": 1, "maxDeletePercent": 2, "maxShrinkPercent": 3,
    "allowEmpty": ["a/b"], "maxSnapshotAge": "1h", "outputDir": "out", "kustomization": True, "apiVersion": "v1",
    "keepSecrets": False, "strict": False, "ignore": ["R2I2040"]}
MAPS = frozenset({"objectLabels", "objectAnnotations", "labels", "renameLabels", "localityMap", "metadata"})


def sample(schema: Json, definitions: Json) -> Json:
    """A value that the schema of a source's setting allows."""
    if "$ref" in schema:
        return {"duration": "5s", "variable": "${HOME}"}[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        return sample(schema["anyOf"][0], definitions)
    if "enum" in schema:
        return schema["enum"][-1]
    if "pattern" in schema:
        return "${HOME}"
    kind = schema["type"] if isinstance(schema["type"], str) else schema["type"][0]
    return {"boolean": True, "integer": 3, "number": 2, "string": "x", "array": ["x"]}[kind]


def full_configurations() -> Iterator[Json]:
    """For each kind of source: everything that a configuration may have."""
    schema = json.loads((SCHEMAS / "config.schema.json").read_text())
    for branch in schema["$defs"]["source"]["allOf"]:
        kind = branch["if"]["properties"]["kind"]["const"]
        properties = branch["then"]["properties"]
        source = {key: sample(value, schema["$defs"]) for key, value in properties.items()
                  if key not in ("name", "kind", "addresses", "defaults", "expect")
                  and not ("pattern" in value and key + "File" in properties)}  # a secret, or the file that it is in
        yield {
            "apiVersion": "registry2istio.io/v1", "kind": "Config", "include": ["*"], "exclude": ["x"], "defaults": SETTINGS,
            "sources": [{"name": "one", "kind": kind, **source, "defaults": SETTINGS,
                         "expect": {"minServices": 1, "minInstances": 2, "services": ["a"]}}],
            "rules": [{"name": "r", "set": {**SETTINGS, "protocol": {"fromMetadata": "p"}},
                       "match": {"source": "a", "kind": "b", "service": "c", "datacenter": "d", "group": "e", "namespace": "f",
                                 "tag": "g", "metadata": {"h": "i"}, "port": 80, "network": "10.0.0.0/8"}}],
            "output": OUTPUT}


def is_taken(document: Json, folder: Path) -> bool:
    """By the program: a wrong configuration ends it before anything is read."""
    path = folder / "config.yaml"
    path.write_text(json.dumps(document))
    (folder / "x").write_text("what a key …File names")
    done = run("export", "-c", path, "--from", "file=-", cwd=folder, stdin="{}")
    done_too = run("fetch", "-c", path, "--output-file", "out.json", cwd=folder) if "sources" in document else done
    assert done.returncode != 7 and done_too.returncode != 7, done.stderr + done_too.stderr
    return "config.yaml:" not in done.stderr + done_too.stderr


def test_configuration_with_a_mistake(tmp_path: Path) -> None:
    """Reader and schema agree about it."""
    judge = validator("config")
    for document in full_configurations():
        small = copy.deepcopy(document)
        kind = document["sources"][0]["kind"]
        if kind in ("consul", "eureka", "nacos", "etcd", "zookeeper"):
            small["sources"][0]["address"] = "http://127.0.0.1:1"  # nobody answers, at once
        assert complaints(judge, small) == [], kind
        assert is_taken(small, tmp_path), kind
        for part in ("defaults", "rules", "output", "sources"):
            only = {key: small[key] for key in ("apiVersion", "kind", part)}
            for what, wrong in mistakes(only, MAPS):
                assert complaints(judge, wrong), f"the schema takes {what}"
                assert not is_taken(wrong, tmp_path), f"the reader takes {what}"


def test_choices_of_the_schema_are_those_of_the_reader(tmp_path: Path) -> None:
    schema = json.loads((SCHEMAS / "config.schema.json").read_text())
    for part in ("settings", "output"):
        key_of_part = {"settings": "defaults", "output": "output"}[part]
        base = {"apiVersion": "registry2istio.io/v1", "kind": "Config"}
        properties = schema["$defs"][part]["properties"]
        assert set(properties) >= set(SETTINGS if part == "settings" else OUTPUT)
        for key, value in properties.items():
            choices = next((one["enum"] for one in [value, *value.get("anyOf", [])] if "enum" in one), [])
            for choice in choices:
                assert is_taken({**base, key_of_part: {key: choice}}, tmp_path), (key, choice)
            if choices:
                wrong = {**base, key_of_part: {key: "noSuchChoice"}}
                assert complaints(validator("config"), wrong) and not is_taken(wrong, tmp_path), key


# What a schema cannot know: the environment, other files, what stands elsewhere in the file, what a pattern or a template is.
BEYOND_A_SCHEMA = ("source-token-file", "source-token-twice", "source-token-variable", "source-password", "source-variable", "source-twice", "source-address-twice",
                   "source-bad-pattern", "source-etcd", "source-name", "source-setting", "source-secret", "rule-twice", "rule-no-set",
                   "rule-bad", "rule-empty", "setting-namespace", "setting-host", "setting-replace", "setting-export",
                   "setting-addresses", "setting-label", "setting-object", "setting-rename", "setting-weight-huge",
                   "setting-sidecar", "setting-network", "setting-subject", "setting-service-ports", "setting-weight",
                   "output-owner", "output-numbers", "output-rename", "source-bad-count", "source-expect-bad", "document")
REFUSED = [path for path in sorted(GOLDEN.glob("refused/*.yaml")) if not path.stem.startswith(BEYOND_A_SCHEMA)]


@pytest.mark.parametrize("path", REFUSED, ids=[path.stem for path in REFUSED])
def test_refused_configuration(path: Path) -> None:
    assert complaints(validator("config"), yaml.safe_load(path.read_text()))


SNAPSHOTS = sorted([*GOLDEN.glob("cases/*/snapshot.json"), *(PROJECT / "examples").rglob("*.json")])


def readable(document: Json) -> bool:
    done = run("export", "--from", "file=-", "--allow-partial", "-q", stdin=json.dumps(document))
    return "R2I1020" not in done.stderr


def snapshots() -> Iterator[Json]:
    for path in SNAPSHOTS:
        try:
            document = json.loads(path.read_bytes())
        except ValueError:
            continue  # a case of what is no snapshot
        if isinstance(document, dict) and document.get("kind") in ("Snapshot", "SnapshotList"):
            yield document


def test_snapshots() -> None:
    judge = validator("snapshot")
    checked = [document for document in snapshots() if readable(document)]
    assert len(checked) > 30
    for document in checked:
        assert complaints(judge, document) == []


def places(value: Json, path: tuple[Json, ...] = ()) -> Iterator[tuple[Json, ...]]:
    """The way to every object in it."""
    if isinstance(value, dict):
        yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(inner, (*path, key))


def at(document: Json, path: tuple[Json, ...]) -> Json:
    for step in path:
        document = document[step]
    return document


def mistakes(document: Json, free: frozenset[str]) -> Iterator[tuple[str, Json]]:
    """The document with one mistake each: a key too many, and each value of another type. Maps that are `free` take any key."""
    for path in places(document):
        if free & set(path):
            continue
        with_key = copy.deepcopy(document)
        at(with_key, path)["unheardOf"] = True
        yield f"a key too many at {path}", with_key
        for key in at(document, path):
            changed = copy.deepcopy(document)
            at(changed, path)[key] = [[]]
            yield f"another type of {key} at {path}", changed


def test_snapshot_with_a_mistake() -> None:
    """Reader and schema agree about it."""
    example = json.loads((PROJECT / "examples" / "consul-snapshot.json").read_text())
    example["services"] = example["services"][:2]
    for service in example["services"]:
        service["instances"] = service["instances"][:1]
    judge = validator("snapshot")
    cases = list(mistakes(example, frozenset({"metadata"})))
    assert len(cases) > 20
    for what, document in cases:
        assert not readable(document) and complaints(judge, document), what


def test_fetch_writes_what_the_schema_allows(tmp_path: Path) -> None:
    done = run("fetch", "--from", f"file={PROJECT}/examples/consul-snapshot.json", cwd=tmp_path)
    assert done.returncode == 0 and complaints(validator("snapshot"), json.loads(done.stdout)) == []


def test_report(tmp_path: Path) -> None:
    """Of runs that go well, that find something, and that cannot even begin."""
    if "--report" not in run("export", "--help").stdout:
        pytest.skip("this program writes no reports")
    judge = validator("report")
    example = f"file={PROJECT}/examples/consul-snapshot.json"
    runs = {"export": ["export", "--from", example], "diff": ["diff", "--from", example, "--target", str(tmp_path / "none")],
            "nothing": ["export", "--from", "file=no-such-file.json"]}
    for name, words in runs.items():
        path = tmp_path / f"{name}.json"
        run(*words, "--report", f"json={path}", cwd=tmp_path)
        report = json.loads(path.read_text())
        assert complaints(judge, report) == [], name
        for key in report:
            assert complaints(judge, {other: value for other, value in report.items() if other != key}), key
        assert complaints(judge, {**report, "unheardOf": 1})


def test_plan(tmp_path: Path) -> None:
    """Of a directory that has something of everything, and those that fuzzing starts from."""
    judge = validator("plan")
    example = f"file={PROJECT}/examples/consul-snapshot.json"
    assert run("export", "--from", example, "--output-dir", "out", cwd=tmp_path).returncode == 0
    changed = json.loads((PROJECT / "examples" / "consul-snapshot.json").read_text())
    changed["services"][1]["instances"] = changed["services"][1]["instances"][:1]
    (tmp_path / "changed.json").write_text(json.dumps(changed))
    done = run("diff", "--from", "file=changed.json", "--target", "out", "-o", "json", "--health", "any", "--max-snapshot-age", "0",
               cwd=tmp_path)
    plans = [json.loads(done.stdout), *(json.loads(path.read_text())
                                        for path in sorted((PROJECT / "tests/fuzz/corpus/plan_file").glob("*.json")))]
    assert plans[0]["changes"] or plans[0]["held"]
    for plan in plans:
        if plan.get("kind") == "Plan":
            assert complaints(judge, plan) == []
    broken = {**plans[0], "unheardOf": 1}
    assert complaints(judge, broken)
