"""What the manual calls the default of a setting of the conversion is what happens without it: said in a configuration, it
changes not a byte; and another value changes something, so that the comparison is of use."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.program import Program
from support.snapshots import instance, service, snapshot, write

PROJECT = Path(__file__).parents[3]

# By key: the default, and another value.
SETTINGS: dict[str, tuple[Any, Any]] = {
    "drop": (False, True),
    "health": ("warning", "any"),
    "host": ("{service}.service.consul", "{service}.mesh"),
    "aliases": ([], ["{service}.old"]),
    "servicePorts": (["instance"], [81]),
    "exportTo": ([], ["."]),
    "addresses": ([], ["240.240.0.1"]),
    "dnsCapture": (False, True),
    "tcpWithoutAddress": ("withhold", "export"),
    "resolution": ("static", "dns"),
    "location": ("internal", "external"),
    "layout": ("inline", "workload-entries"),
    "subjectAltNames": ([], ["spiffe://x"]),
    "objectLabels": ({}, {"a": "b"}),
    "objectAnnotations": ({}, {"a": "b"}),
    "labels": ({}, {"a": "b"}),
    "labelKeys": (["version", "env", "environment", "zone", "canary", "stage", "track", "release", "color", "tier"], ["rack"]),
    "renameLabels": ({}, {"rack": "shelf"}),
    "weightScale": (1, 0.5),
    "locality": ("{datacenter}", "elsewhere"),
    "localityMap": ({}, {"dc1": "eu/dc1"}),
    "sidecarNetworks": ([], ["10.0.0.0/8"]),
}
# What each of these is without a word about it cannot be said in words: no namespace, no service account, …
WITHOUT_A_WORD = {"namespace", "protocol", "weight", "tlsMode", "serviceAccount", "network"}


@pytest.fixture(name="export", scope="module")
def fixture_export(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("defaults")
    metadata = {"version": "1", "rack": "r1"}
    source = write(folder / "snapshot.json", snapshot(
        service("web", instance("10.0.0.1", weight=3, metadata=metadata), instance("10.0.0.2", health="warning", weight=2),
                instance("10.0.0.3", health="critical")),
        service("db", instance("10.0.0.4", 5432))))
    r2i = Program(folder)

    def export(**defaults: Any) -> str:
        path = folder / "config.yaml"
        path.write_text(json.dumps({"apiVersion": "registry2istio.io/v1", "kind": "Config", "defaults": defaults}))
        run = r2i("export", "-c", path, "--from", f"file={source}")
        assert run.code in (0, 1), run
        return run.stdout

    return export


@pytest.mark.parametrize("key", SETTINGS)
def test_default(export: Any, key: str) -> None:
    default, other = SETTINGS[key]
    usual = export()
    assert usual.count("kind: ServiceEntry") == 1, "web, and db is withheld"
    assert export(**{key: default}) == usual
    assert export(**{key: other}) != usual


def test_no_setting_is_left_out() -> None:
    schema = json.loads((PROJECT / "schemas" / "config.schema.json").read_text())
    assert set(schema["$defs"]["settings"]["properties"]) == set(SETTINGS) | WITHOUT_A_WORD
