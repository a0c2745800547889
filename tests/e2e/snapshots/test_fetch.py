"""Snapshots that are written: what is in them, what is not, and where they go."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from support.fake_consul import FakeConsul
from support.faults import fails
from support.program import SECRET, Program
from support.snapshots import instance, service, snapshot, write


@pytest.fixture
def varied(new_consul: Callable[..., FakeConsul]) -> FakeConsul:
    """Two datacenters with services of several shapes."""
    agent = new_consul()
    agent.add_datacenter("dc2")
    for datacenter in ("dc1", "dc2"):
        agent.register("web", "10.0.0.1", 8080, datacenter=datacenter, tags=["version=v1"], meta={"env": "prod"},
                       weights=(3, 1))
        agent.register("web", "10.0.0.2", 8081, datacenter=datacenter, status="warning", weights=(3, 1))
        agent.register("web", "10.0.0.3", 8082, datacenter=datacenter, status="critical")
        agent.register("on-the-node", "", 9000, datacenter=datacenter, node_address="10.8.0.1")
        agent.register("Named_by_host", "backend.example", 80, datacenter=datacenter)
        agent.register("db", "10.0.0.5", 5432, datacenter=datacenter)
        agent.register("web-sidecar-proxy", "10.0.0.1", 20000, datacenter=datacenter, kind="connect-proxy")
        agent.register("stopped", "10.0.0.6", datacenter=datacenter, checks=[
            {"CheckID": "_service_maintenance:stopped-1", "Status": "critical", "ServiceID": "stopped-1"}])
        agent.register("portless", "10.0.0.7", 0, datacenter=datacenter)
    return agent


SETTINGS = ["", "?datacenter=all", "?datacenter=dc2", "?datacenter=all&localDatacenter=dc2&name=west"]


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("flags", [
    (), ("--health", "any", "--protocol", "http"), ("--layout", "workload-entries", "-n", "mesh"),
], ids=["plain", "other rules", "workload entries"])
def test_export_of_a_snapshot_is_the_export_of_the_registry(r2i: Program, varied: FakeConsul, settings: str,
                                                            flags: tuple[str, ...]) -> None:
    source = f"consul={varied.address}{settings}"
    direct = r2i("export", "--from", source, "-v", *flags)
    fetched = r2i("fetch", "--from", source)
    assert fetched.code == 0 and direct.code in (0, 1) and direct.out, direct
    replayed = r2i("export", "--from", "file=-", "-v", *flags, stdin=fetched.out)
    assert replayed.out == direct.out and replayed.code == direct.code
    assert diagnostics(replayed.stderr) == diagnostics(direct.stderr), "every decision can be explained offline"


def diagnostics(stderr: str) -> list[str]:
    return sorted(line for line in stderr.splitlines() if line.startswith("R2I2"))


@pytest.mark.parametrize("tag", ["version=eyJhbGciOiJIUzI1NiJ9.e30.x", "env=https://user:word@host",
                                 "zone=AKIAIOSFODNN7EXAMPLE", "password=word", "tier=<redacted>"])
def test_redacted_value_is_no_label(r2i: Program, consul: FakeConsul, tag: str) -> None:
    """A registry's secret is dropped from the labels, whether or not a snapshot lies between."""
    key, _, value = tag.partition("=")
    consul.register("web", "10.0.0.9", tags=[tag], meta={f"x-{key}": value, "track": value})
    source = f"consul={consul.address}"
    fetched = r2i("fetch", "--from", source)
    assert r2i("export", "--from", "file=-", stdin=fetched.out).out == r2i("export", "--from", source).out


def test_snapshot_can_be_fetched_again(r2i: Program, varied: FakeConsul) -> None:
    once = r2i("fetch", "--from", f"consul={varied.address}?datacenter=all")
    twice = r2i("fetch", "--from", "file=-", stdin=once.out)
    assert twice.code == 0 and twice.out == once.out


def test_what_the_registry_said_is_kept(r2i: Program, varied: FakeConsul) -> None:
    document = r2i("fetch", "--from", f"consul={varied.address}").json
    assert document["apiVersion"] == "registry2istio.io/v1" and document["kind"] == "Snapshot"
    assert document["source"] == {"name": "consul", "kind": "consul", "address": varied.address}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", document["fetchedAt"])
    services = {one["name"]: one["instances"] for one in document["services"]}
    assert sorted(services) == ["Named_by_host", "consul", "db", "on-the-node", "portless", "stopped", "web",
                                "web-sidecar-proxy"]
    assert sorted(one["health"] for one in services["web"]) == ["critical", "passing", "warning"]
    assert services["stopped"][0]["health"] == "maintenance" and services["web-sidecar-proxy"][0]["kind"] == "connect-proxy"
    assert "ports" not in services["portless"][0] and services["on-the-node"][0]["nodeAddress"] == "10.8.0.1"


def test_several_sources_are_a_list(r2i: Program, varied: FakeConsul, consul: FakeConsul) -> None:
    run = r2i("fetch", "--from", f"consul={varied.address}?name=one", "--from", f"consul={consul.address}?name=two")
    assert run.code == 0 and run.json["kind"] == "SnapshotList", run
    assert [item["source"]["name"] for item in run.json["items"]] == ["one", "two"]
    replayed = r2i("export", "--from", "file=-", stdin=run.out)
    direct = r2i("export", "--from", f"consul={varied.address}?name=one", "--from", f"consul={consul.address}?name=two")
    assert replayed.out == direct.out


# Secrets

SECRETS = {
    "password": SECRET + "1", "api_key": SECRET + "2", "db.PASSWD": SECRET + "3", "authToken": SECRET + "4",
    "url": f"postgres://user:{SECRET}5@db/x", "key": f"-----BEGIN PRIVATE KEY-----{SECRET}6", "jwt": f"eyJhbGciOi{SECRET}7",
}


def test_secrets_are_redacted(r2i: Program, consul: FakeConsul) -> None:
    tags = [f"{key}={value}" for key, value in SECRETS.items()]
    consul.register("leaky", meta={**SECRETS, "env": "prod"}, tags=["version=1", *tags])
    run = r2i("fetch", "--from", f"consul={consul.address}", "-v")  # every run is searched for secrets
    (leaky,) = [one["instances"][0] for one in run.json["services"] if one["name"] == "leaky"]
    assert leaky["metadata"] == {"env": "prod", **{key: "<redacted>" for key in SECRETS}}
    assert sorted(leaky["tags"]) == sorted(["version=1", *(f"{key}=<redacted>" for key in SECRETS)])
    assert f"redacted: {2 * len(SECRETS)} values that look like secrets (--keep-secrets keeps them)" in run.stderr
    exported = r2i("export", "--from", f"consul={consul.address}", "-v")
    assert exported.code == 0 and exported.entry("leaky.service.consul"), exported


def test_secrets_can_be_kept(r2i: Program, consul: FakeConsul) -> None:
    consul.register("leaky", meta={"password": "word"})
    run = r2i("fetch", "--from", f"consul={consul.address}", "--keep-secrets")
    assert '"password": "word"' in run.stdout and "redacted" not in run.stderr, run


def test_snapshot_of_somebody_else_is_redacted_too(r2i: Program) -> None:
    document = snapshot(service("web", instance(metadata={"token": SECRET + "1"}), metadata={"client_secret": SECRET + "2"}))
    run = r2i("fetch", "--from", "file=-", stdin=json.dumps(document))
    assert run.code == 0 and run.stdout.count("<redacted>") == 2, run


# The file


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
@pytest.mark.parametrize("before", [None, 0o644, 0o400])
def test_output_file_is_its_owner_s(r2i: Program, consul: FakeConsul, tmp_path: Path, umask: int,
                                    before: int | None) -> None:
    target = tmp_path / "out" / "snapshot.json"
    target.parent.mkdir()
    if before is not None:
        target.write_text("what was there")
        target.chmod(before)
    old = os.umask(umask)
    try:
        run = r2i("fetch", "--from", f"consul={consul.address}", "--output-file", target)
    finally:
        os.umask(old)
    assert run.code == 0 and run.out == b"", run
    assert stat.S_IMODE(target.stat().st_mode) == 0o600 and json.loads(target.read_text())["kind"] == "Snapshot"
    assert list(target.parent.iterdir()) == [target]


def test_output_file_is_renamed_into_place(r2i: Program, consul: FakeConsul, tmp_path: Path) -> None:
    """Whoever reads the old one while the new one comes has all of the old one."""
    target = tmp_path / "snapshot.json"
    target.write_text("what was there")
    with target.open() as reader:
        run = r2i("fetch", "--from", f"consul={consul.address}", "--output-file", "snapshot.json")
        assert run.code == 0 and reader.read() == "what was there", run
    assert r2i("export", "--from", "file=snapshot.json").code == 0


def test_snapshot_may_be_written_over_itself(r2i: Program, tmp_path: Path) -> None:
    path = write(tmp_path / "snapshot.json", snapshot(service("web")))
    run = r2i("fetch", "--from", "file=snapshot.json", "--output-file", "snapshot.json")
    assert run.code == 0 and json.loads(path.read_text())["services"][0]["name"] == "web", run


def test_incomplete_source_leaves_the_file_as_it_was(r2i: Program, consul: FakeConsul, tmp_path: Path) -> None:
    target = tmp_path / "out" / "snapshot.json"
    target.parent.mkdir()
    target.write_text("what was there")
    consul.always_detail("pay", fails(404))
    run = r2i("fetch", "--from", f"consul={consul.address}", "--output-file", target)
    assert run.code == 3 and "nothing was written" in run.stderr, run
    assert target.read_text() == "what was there" and list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("target", ["missing/snapshot.json", "folder"])
def test_output_file_that_cannot_be_written(r2i: Program, consul: FakeConsul, tmp_path: Path, target: str) -> None:
    (tmp_path / "folder").mkdir()
    run = r2i("fetch", "--from", f"consul={consul.address}", "--output-file", target)
    assert run.code == 6 and run.out == b"" and target in run.stderr, run
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder"]
