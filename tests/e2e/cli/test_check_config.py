"""`check config`: whether a configuration is right, and where each setting comes from."""

from __future__ import annotations

from pathlib import Path

import pytest
from help_page import flags_of_help, help_of
from support.fake_consul import FakeConsul
from support.program import SECRET, Program, Run
from support.snapshots import service, snapshot, write

HEAD = "apiVersion: registry2istio.io/v1\nkind: Config\n"
MESH = f"""{HEAD}
sources:
- name: west
  kind: consul
  address: https://${{CONSUL_HOST}}:8501
  token: ${{CONSUL_SECRET}}
  maxStale: 10s
- kind: file
  address: snapshot.json
defaults:
  namespace: mesh
  exportTo: [".", shop]
rules:
- name: legacy
  match: {{service: "old-*"}}
  set: {{health: any, labels: {{tier: bronze}}}}
output:
  owner: team-a
"""
ENV = {"CONSUL_HOST": "c.example", "CONSUL_SECRET": SECRET + "token"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "snapshot.json", snapshot(service("pay")))
    (tmp_path / "mesh.yaml").write_text(MESH)
    return tmp_path


def origins(run: Run) -> dict[str, tuple[str, str]]:
    """Setting → its value and its origin."""
    assert run.code == 0 and run.err == b"", run
    found = {}
    for line in run.stdout.splitlines():
        origin, rest = line.split("   ", maxsplit=1)
        setting, value = rest.strip().split(" = ", maxsplit=1)
        found[setting] = (value, origin)
    return found


def test_right(r2i: Program, folder: Path) -> None:
    run = r2i("check", "config", "-c", "mesh.yaml", env=ENV)
    assert run.code == 0 and run.err == b"", run
    assert run.stdout == ("the configuration is right\nsources: west (consul), file\nrules: 1\n"
                          "defaults: 2 settings given\noutput: 1 setting given\n")


def test_every_finding_at_once(r2i: Program, folder: Path) -> None:
    """What the file says, and what only the sources know to be wrong, each with exit code 2."""
    (folder / "mesh.yaml").write_text(MESH.replace("maxStale: 10s", "maxStael: 10s").replace("team-a", "team a"))
    run = r2i("check", "config", "-c", "mesh.yaml", env=ENV)
    assert run.code == 2 and run.out == b"", run
    assert 'mesh.yaml:9:3: sources[0].maxStael: unknown key (did you mean "maxStale"?)' in run.stderr
    assert "mesh.yaml:20:10: output.owner: " in run.stderr

    (folder / "mesh.yaml").write_text(
        f"{HEAD}sources: [{{name: a, kind: consul, tokenFile: absent}}, {{name: b, kind: file}}]\n")
    run = r2i("check", "config", "-c", "mesh.yaml")
    assert run.code == 2 and run.out == b"", run
    assert "mesh.yaml:3:" in run.stderr and "absent" in run.stderr and 'source "b": expected file=PATH' in run.stderr


def test_it_takes_the_flags_that_a_file_stands_for(r2i: Program) -> None:
    """Those of all runs, but for what is asked of one run alone."""
    def flags(command: str) -> set[str]:
        return {flag.name for flag in flags_of_help(help_of(r2i, command))}

    once = {"--check", "--dry-run", "--plan", "--out", "--yes", "--metrics-textfile", "--output-file", "--report", "--strict",
            "--ignore", "--verbose", "--quiet", "--color"}
    runs = set().union(*(flags(command) for command in ("fetch", "export", "diff", "apply")))
    assert flags("check config") == runs - once | {"--show-origin"}


def test_a_variable_that_is_not_set(r2i: Program, folder: Path) -> None:
    run = r2i("check", "config", "-c", "mesh.yaml", env={"CONSUL_HOST": "c"})
    assert run.code == 2 and 'the variable "CONSUL_SECRET" is not set' in run.stderr, run


def test_no_source_is_no_finding(r2i: Program, folder: Path) -> None:
    """A file may have rules alone; a run is given the sources besides."""
    (folder / "rules.yaml").write_text(f"{HEAD}rules: [{{name: all, set: {{weight: 2}}}}]\n")
    run = r2i("check", "config", "-c", "rules.yaml")
    assert run.code == 0 and "sources: none; a run needs one" in run.stdout, run
    assert r2i("export", "-c", "rules.yaml").code == 2


def test_nobody_is_contacted(r2i: Program, folder: Path, consul: FakeConsul) -> None:
    (folder / "touch").write_text("#!/bin/sh\ntouch ran\n")
    (folder / "touch").chmod(0o755)
    run = r2i("check", "config", "--show-origin", "--from", f"consul={consul.address}", "--from", "exec=./touch")
    assert run.code == 0 and consul.requests == [] and not (folder / "ran").exists(), run


def test_origins(r2i: Program, folder: Path) -> None:
    run = r2i("check", "config", "-c", "mesh.yaml", "--show-origin", "--max-delete", "3",
              env={**ENV, "CONSUL_CACERT": "/etc/ca.pem", "R2I_HEALTH": "passing"})
    found = origins(run)
    expected = {
        "sources.west.kind": ("consul", "mesh.yaml:5:3"),
        "sources.west.address": ("https://${CONSUL_HOST}:8501", "mesh.yaml:7:12"),
        "sources.west.token": ("<redacted>", "mesh.yaml:8:10"),
        "sources.west.maxStale": ("10s", "mesh.yaml:9:13"),
        "sources.west.caFile": ("/etc/ca.pem", "CONSUL_CACERT"),
        "sources.west.consistency": ("stale", "default"),
        "sources.file.address": ("snapshot.json", "mesh.yaml:11:12"),
        "config": ("[mesh.yaml]", "--config"),
        "defaults.health": ("passing", "R2I_HEALTH"),
        "defaults.namespace": ("mesh", "mesh.yaml:13:14"),
        "defaults.exportTo": ("[., shop]", "mesh.yaml:14:13"),
        "defaults.protocol": ("found out", "default"),
        "defaults.dnsCapture": ("false", "default"),
        "rules.legacy.match.service": ("[old-*]", "mesh.yaml:17:20"),
        "rules.legacy.set.health": ("any   (R2I_HEALTH wins over it)", "mesh.yaml:18:17"),
        "rules.legacy.set.labels": ("{tier: bronze}", "mesh.yaml:18:30"),
        "output.owner": ("team-a", "mesh.yaml:20:10"),
        "output.maxDelete": ("3", "--max-delete"),
        "output.parallelism": ("16", "default"),
    }
    assert {setting: found[setting] for setting in expected} == expected
    assert SECRET not in run.stdout, "it is not the program's alone to hide"
    sections = [setting.split(".")[0] for setting in found]
    assert list(dict.fromkeys(sections)) == ["sources", "config", "include", "exclude", "defaults", "rules", "output"]


def test_origins_are_aligned_and_the_same_every_time(r2i: Program, folder: Path) -> None:
    words = ("check", "config", "-c", "mesh.yaml", "--show-origin")
    run = r2i(*words, env=ENV)
    assert run.out == r2i(*words, env=ENV).out
    column = run.stdout.index("sources.west.kind")
    assert all(line[column - 1] == " " and line[column] != " " for line in run.stdout.splitlines())
    assert "\x1b" not in run.stdout and not any(line.endswith(" ") for line in run.stdout.splitlines())


def test_later_files_win(r2i: Program, folder: Path) -> None:
    (folder / "team.yaml").write_text(f"{HEAD}defaults: {{namespace: team}}\nsources: [{{name: west, maxStale: 2s}}]\n")
    found = origins(r2i("check", "config", "--show-origin", env={**ENV, "R2I_CONFIG": "mesh.yaml\nteam.yaml"}))
    assert found["defaults.namespace"] == ("team", "team.yaml:3:23")
    assert found["sources.west.maxStale"] == ("2s", "team.yaml:4:34")
    assert found["sources.west.kind"] == ("consul", "mesh.yaml:5:3")
    assert found["config"] == ("[mesh.yaml, team.yaml]", "R2I_CONFIG")


def test_sources_of_flags_and_variables(r2i: Program, folder: Path) -> None:
    source = f"consul=https://user:{SECRET}p@c.example:8501?name=east&datacenter=dc1,dc2"
    env = {"CONSUL_HTTP_TOKEN": SECRET + "t", "CONSUL_HTTP_AUTH": f"u:{SECRET}a", "CONSUL_HTTP_SSL_VERIFY": "false"}
    for flags, variables, origin in ((["--from", source], {}, "--from"), ([], {"R2I_FROM": source}, "R2I_FROM")):
        run = r2i("check", "config", "--show-origin", *flags, env={**env, **variables})
        found = origins(run)
        assert found["sources.east.address"] == ("https://c.example:8501", origin)
        assert found["sources.east.datacenter"] == ("[dc1, dc2]", origin)
        assert found["sources.east.token"] == ("<redacted>", "CONSUL_HTTP_TOKEN")
        assert found["sources.east.CONSUL_HTTP_AUTH"] == ("<redacted>", "CONSUL_HTTP_AUTH")
        assert found["sources.east.insecureSkipVerify"] == ("true", "CONSUL_HTTP_SSL_VERIFY")
        assert SECRET not in run.stdout


def test_json(r2i: Program, folder: Path) -> None:
    words = ("check", "config", "-c", "mesh.yaml", "-o", "json")
    short = r2i(*words, env=ENV).json
    assert short == {"sources": [{"name": "west", "kind": "consul"}, {"name": "file", "kind": "file"}], "rules": ["legacy"]}
    run = r2i(*words, "--show-origin", "--health", "passing", env=ENV)
    found = {one["setting"]: one for one in run.json["settings"]}
    text = origins(r2i(*words[:-2], "--show-origin", "--health", "passing", env=ENV))
    assert list(found) == list(text) and {name: one["origin"] for name, one in found.items()} == {
        name: origin for name, (_, origin) in text.items()}
    assert found["defaults.exportTo"]["value"] == [".", "shop"] and found["output.parallelism"]["value"] == 16
    assert found["rules.legacy.set.labels"]["value"] == {"tier": "bronze"} and found["output.prune"]["value"] is False
    assert found["rules.legacy.set.health"]["overriddenBy"] == "--health" and SECRET not in run.stdout
