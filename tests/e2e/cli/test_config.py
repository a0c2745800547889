"""The configuration file, as the program takes it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from support.program import Program
from support.snapshots import instance, service, snapshot, write

PROJECT = Path(__file__).parents[3]
HEAD = "apiVersion: registry2istio.io/v1\nkind: Config\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """mesh.yaml, which reads snapshot.json beside it."""
    write(tmp_path / "snapshot.json", snapshot(service("pay", instance("10.0.0.1", 8080)), service("web", instance("10.0.0.2", 80))))
    (tmp_path / "mesh.yaml").write_text(f"""{HEAD}
sources: [{{kind: file, address: snapshot.json}}]
defaults: {{namespace: mesh}}
rules:
- name: pay
  match: {{service: pay}}
  set: {{protocol: grpc}}
""")
    return tmp_path


def objects(text: str) -> dict[str, str]:
    """Name → protocol of the first port."""
    return {item["metadata"]["name"]: item["spec"]["ports"][0]["protocol"] for item in json.loads(text)["items"]}


def test_export(r2i: Program, folder: Path) -> None:
    run = r2i("export", "-c", folder / "mesh.yaml", "-o", "json")
    assert run.code == 0, run
    assert objects(run.stdout) == {"pay.service.consul": "GRPC", "web.service.consul": "HTTP"}


def test_flag_comes_before_rules(r2i: Program, folder: Path) -> None:
    run = r2i("export", "-c", folder / "mesh.yaml", "-o", "json", "--protocol", "http2")
    assert objects(run.stdout) == {"pay.service.consul": "HTTP2", "web.service.consul": "HTTP2"}


def test_paths_are_relative_to_the_file(r2i: Program, folder: Path) -> None:
    """And an output directory that the file names is written there."""
    conf = folder / "conf"
    conf.mkdir()
    for name in ("mesh.yaml", "snapshot.json"):
        (folder / name).rename(conf / name)
    (conf / "out.yaml").write_text(f"{HEAD}output: {{outputDir: manifests, owner: team-a}}\n")
    run = r2i("export", "-c", "conf/mesh.yaml", "-c", "conf/out.yaml")
    assert run.code == 0, run
    assert len(list((conf / "manifests" / "mesh").iterdir())) == 2 and not (folder / "manifests").exists()


def test_exit_code_and_all_findings(r2i: Program, folder: Path) -> None:
    path = folder / "bad.yaml"
    path.write_text(f"{HEAD}sources: [{{kind: consl}}]\ndefaults: {{health: al}}\n")
    run = r2i("export", "-c", path)
    assert run.code == 2 and run.out == b""
    assert run.stderr.splitlines()[:2] == [
        f'error: {path}:3:11: sources[0]: unknown kind of source "consl" (did you mean "consul"?); there are consul, etcd, eureka, exec, file, nacos, zookeeper',
        f'{path}:4:20: defaults.health: expected one of warning, passing, any, got "al"',
    ]


def test_file_that_is_not_there(r2i: Program, tmp_path: Path) -> None:
    run = r2i("export", "-c", tmp_path / "none.yaml")
    assert run.code == 2 and run.stderr.startswith(f"error: {tmp_path / 'none.yaml'}: "), run


def test_secret_is_never_shown(r2i: Program, tmp_path: Path) -> None:
    path = tmp_path / "mesh.yaml"
    path.write_text(f"{HEAD}sources: [{{kind: consul, address: 'http://127.0.0.1:1', token: '${{TOKEN}}'}}]\n")
    run = r2i("export", "-v", "-c", path, env={"TOKEN": "hunter2"})
    assert run.code == 3 and "hunter2" not in run.stderr, run


def test_manual_has_every_setting(r2i: Program, folder: Path) -> None:
    """Those that the program names when it does not know one."""
    manual = (PROJECT / "man/registry2istio-config.5").read_text()
    listed = set(re.findall(r"^\.It Cm (\w+) Pq ", manual, re.M))
    conversion = set(re.findall(r'visit\("(\w+)"', (PROJECT / "src/model/conversion.hpp").read_text()))
    output = set(re.findall(r'"(\w+)"', (PROJECT / "src/config/keys.cpp").read_text().partition("kOutputKeys")[2].partition("});")[0]))
    assert len(conversion) > 25 and len(output) > 25 and listed == conversion | output
    for key in sorted(conversion):
        (folder / "one.yaml").write_text(f"{HEAD}defaults: {{{key}: [[]]}}\n")
        assert f"defaults.{key}" in r2i("export", "-c", folder / "one.yaml").stderr


def test_example_of_the_manual(r2i: Program, tmp_path: Path) -> None:
    manual = (PROJECT / "man/registry2istio-config.5").read_text()
    example = manual.partition(".Bd -literal -offset indent\n")[2].partition(".Ed")[0]
    write(tmp_path / "snapshot.json", snapshot(service("pay-1", instance(tags=["legacy"])), service("web")))
    (tmp_path / "mesh.yaml").write_text(example)
    run = r2i("export", "-c", tmp_path / "mesh.yaml", "--from", f"file={tmp_path / 'snapshot.json'}", "-o", "json")
    assert run.code == 0, run
    assert objects(run.stdout) == {
        "pay-1.service.consul": "GRPC", "pay-1.corp.example.com": "GRPC", "web.service.consul": "HTTP"}


def test_example_of_the_readme(r2i: Program, tmp_path: Path) -> None:
    readme = (PROJECT / "README.md").read_text()
    example = readme.partition("## A configuration file")[2].partition("```yaml\n")[2].partition("```")[0]
    write(tmp_path / "snapshot.json", snapshot(
        service("pay-1", instance("10.244.0.1")), service("db", instance(port=5432)), service("x", instance(tags=["internal"]))))
    (tmp_path / "mesh.yaml").write_text(example)
    run = r2i("export", "-c", tmp_path / "mesh.yaml", "--from", f"file={tmp_path / 'snapshot.json'}", "-o", "json")
    assert run.code == 0, run
    assert objects(run.stdout) == {
        "pay-1.service.consul": "GRPC", "pay-1.corp.example.com": "GRPC", "db.service.consul": "TCP"}
