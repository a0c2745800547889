"""The same services give the same bytes, by whatever way they came, and they are the bytes that kubectl would write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.apiserver import ApiServer
from harness.consul import Consul
from harness.outcome import FINDINGS, printed
from harness.shapes import SHAPES

FLAGS = {"plain": [], "everything": ["--dns-capture", "--namespace=mesh", "--export-to=.", "--export-to=other", "--owner=1.10"],
         "workload-entries": ["--layout=workload-entries"]}
ALL_FLAGS = pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)


@pytest.fixture(scope="module")
def source(shaped_consul: Consul) -> str:
    return f"consul={shaped_consul.address}"


def reprinted(api_server: ApiServer, manifests: str, form: str) -> str:
    """The same manifests as kubectl prints them: it is asked to take away an annotation that is not there."""
    return api_server.kubectl("annotate", "--local", "-f", "-", "nothing-", "-o", form, stdin=manifests).stdout


@ALL_FLAGS
def test_the_bytes_are_those_that_kubectl_prints(r2i, source, api_server, flags):
    ours = printed(r2i("export", "--from", source, *flags), FINDINGS)
    assert reprinted(api_server, ours, "yaml") == ours


@ALL_FLAGS
def test_json_and_yaml_are_the_same_objects(r2i, source, api_server, flags):
    ours = printed(r2i("export", "--from", source, "-o", "json", *flags), FINDINGS)
    assert reprinted(api_server, ours, "yaml") == printed(r2i("export", "--from", source, *flags), FINDINGS)


def test_names_are_as_kubectl_prints_them(r2i, source, api_server):
    names = printed(r2i("export", "--from", source, "-o", "name"), FINDINGS)
    manifests = printed(r2i("export", "--from", source), FINDINGS)
    assert reprinted(api_server, manifests, "name").splitlines() == names.splitlines()


@ALL_FLAGS
def test_exports_of_the_same_registry_are_the_same(r2i, source, flags):
    one, other = (printed(r2i("export", "--from", source, f"--parallelism={number}", *flags), FINDINGS) for number in (1, 64))
    assert one == other


def test_neither_order_of_registration_nor_the_servers_indexes_show(r2i, source, new_consul):
    other = new_consul()
    for shape in reversed(SHAPES):
        shape.register(other)
    again = printed(r2i("export", "--from", f"consul={other.address}"), FINDINGS)
    assert again == printed(r2i("export", "--from", source), FINDINGS)


# Through a snapshot


@pytest.fixture
def snapshot(r2i, source, tmp_path: Path) -> Path:
    path = tmp_path / "snapshot.json"
    printed(r2i("fetch", "--from", source, "--output-file", path))
    return path


@ALL_FLAGS
def test_a_snapshot_gives_the_bytes_of_the_registry(r2i, source, snapshot, flags):
    direct = printed(r2i("export", "--from", source, *flags), FINDINGS)
    assert printed(r2i("export", "--from", f"file={snapshot}", *flags), FINDINGS) == direct


def test_a_snapshot_from_a_pipe_gives_the_bytes_of_the_registry(r2i, source):
    piped = printed(r2i("fetch", "--from", source))
    through = printed(r2i("export", "--from", "file=-", stdin=piped), FINDINGS)
    assert through == printed(r2i("export", "--from", source), FINDINGS)


def test_snapshots_differ_in_their_time_only(r2i, source, snapshot):
    def timeless(text: str) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(text)
        assert document.pop("fetchedAt")
        return document

    assert timeless(printed(r2i("fetch", "--from", source))) == timeless(snapshot.read_text())


def test_a_snapshot_keeps_no_secret_and_the_sick(r2i, snapshot):
    services = {one["name"]: one for one in json.loads(snapshot.read_text())["services"]}
    assert "hunter2" not in snapshot.read_text()
    assert [one["health"] for one in services["mixed-health"]["instances"]] == ["passing", "warning", "critical"]
    assert snapshot.stat().st_mode & 0o777 == 0o600
