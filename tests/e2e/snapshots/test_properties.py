"""What holds of every export, whatever the registry says and the configuration wants. The cases are drawn with fixed seeds; what
the judges say of the same cases is in tests/real. Properties of the conversion alone are in tests/unit/transform."""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass

import pytest

from support.program import Program, Run
from support.random_mesh import Draw, Mesh, as_yaml
from support.snapshots import JsonObject, shuffled

SEEDS = range(1, 61)


@dataclass(frozen=True)
class Exported:
    mesh: Mesh
    run: Run
    program: Program

    def again(self, snapshots: JsonObject) -> Run:
        return self.program("export", "-c", "config.yaml", "--from", "file=-", "-v", stdin=json.dumps(snapshots))


@pytest.fixture(scope="module", params=SEEDS)
def exported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    mesh = Draw(request.param).mesh()
    program = Program(tmp_path_factory.mktemp("mesh"))
    (program.home / "config.yaml").write_text(as_yaml(mesh.config))
    run = Exported(mesh, Run((), 0, b"", b"", 0), program).again(mesh.snapshots)
    assert run.code in (0, 1) and (run.code == 1) == bool(re.search(r"^R2I\d+ error", run.stderr, re.M)), run
    return Exported(mesh, run, program)


def test_nothing_leaves_that_would_be_refused(exported: Exported) -> None:
    run = exported.program("check", "manifests", "-", stdin=exported.run.out)
    assert run.code == 0, run.stdout


def test_no_host_twice(exported: Exported) -> None:
    hosts = [host.lower() for one in exported.run.objects if one["kind"] == "ServiceEntry" for host in one["spec"]["hosts"]]
    assert len(set(hosts)) == len(hosts)


def test_order_does_not_show(exported: Exported) -> None:
    # Of ports without a name, their places among an instance's ports tell which belong together.
    again = exported.again(shuffled(exported.mesh.snapshots, random.Random(7), kept=["ports"]))
    assert again.out == exported.run.out
    assert sorted(again.stderr.splitlines()) == sorted(exported.run.stderr.splitlines())


def test_every_instance_is_an_endpoint_or_is_told(exported: Exported) -> None:
    export = exported.run
    addresses = {one["address"].lower() for entry in export.objects
                 for one in (entry["spec"].get("endpoints", []) if entry["kind"] == "ServiceEntry" else [entry["spec"]])}
    told = set(re.findall(r'instance "([^"]*)"', export.stderr))
    services = set(re.findall(r'^R2I\d+ \w+: service "([^"]*)" of [^:]*: ', export.stderr, re.M))
    for service, instance in exported.mesh.instances:
        address = re.sub(r"[\[\]]|%eth0|\.$", "", instance["address"].lower())
        name = service["name"].replace("\u0001", "\ufffd")
        assert address in addresses or instance["id"] in told or any(name.startswith(one.rstrip("…")) for one in services), (
            service["name"], instance)
