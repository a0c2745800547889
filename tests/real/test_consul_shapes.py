"""Services of every shape, registered in a real Consul: what the judges say of their export, and what istiod makes of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from harness.apiserver import ApiServer
from harness.consul import Consul
from harness.istiod import Istiod
from harness.outcome import FINDINGS, diagnosed, objects, printed
from harness.shapes import SHAPES, Shape
from harness.truth import Endpoint, of_consul, of_istiod
from support.processes import wait_for

EVERY_SHAPE = pytest.mark.parametrize("shape", SHAPES, ids=[re.sub(r"[^\w.-]", "-", shape.name)[:20] for shape in SHAPES])
VARIANTS = {"inline": [], "workload-entries": ["--layout=workload-entries"], "dns-capture": ["--dns-capture"]}


@dataclass(frozen=True)
class Export:
    """The export of every shape, with the flags of a variant."""

    dns_capture: bool
    namespace: str
    yaml: str
    entries: dict[str, dict[str, Any]]  # host → ServiceEntry

    def seen(self, istiod: Istiod) -> dict[str, set[Endpoint]]:
        return {host: of_istiod(istiod, host, self.namespace) for host in self.entries}


@pytest.fixture(scope="module", params=VARIANTS)
def export(request, session_r2i, shaped_consul, api_server) -> Iterator[Export]:
    command = ["export", "--from", f"consul={shaped_consul.address}", *VARIANTS[request.param]]
    found = objects(session_r2i(*command, "-o", "json"), FINDINGS)
    entries = {one["spec"]["hosts"][0]: one for one in found if one["kind"] == "ServiceEntry"}
    namespace = api_server.namespace()
    yaml = printed(session_r2i(*command, "--namespace", namespace), FINDINGS)
    yield Export(request.param == "dns-capture", namespace, yaml, entries)
    api_server.clear(namespace)


Wanted = dict[str, set[Endpoint]]  # host → endpoints


@pytest.fixture(scope="module")
def wanted(export: Export, shaped_consul: Consul) -> Wanted:
    """The hosts that should be there, with the endpoints that Consul has."""
    return {shape.host: of_consul(shaped_consul, shape, shape.service_ports(export.dns_capture))
            for shape in SHAPES if shape.is_exported(export.dns_capture)}


@pytest.fixture(scope="module")
def applied(export: Export, api_server: ApiServer, istiod: Istiod, wanted: Wanted) -> Export:
    """The export, applied, when istiod has what Consul has, or has had the time for it."""
    api_server.apply(export.yaml)
    istiod.wait_for_config(export.namespace, *export.entries)
    try:
        wait_for(lambda: export.seen(istiod) == wanted, "istiod to have the endpoints", timeout=8)
    except TimeoutError:
        pass  # each shape's own test says what differs
    return export


def test_istioctl_takes_it(export, istiod):
    judged = istiod.validate(export.yaml)
    assert judged.returncode == 0, judged.stdout + judged.stderr


def test_the_api_server_takes_it(export, api_server):
    judged = api_server.judge(export.yaml)
    assert judged.returncode == 0, judged.stderr


def test_every_service_is_exported_that_should_be_and_no_other(export, wanted):
    assert sorted(export.entries) == sorted(wanted)


@EVERY_SHAPE
def test_istiod_has_the_endpoints_that_consul_has(applied, istiod, wanted, shape: Shape):
    assert of_istiod(istiod, shape.host, applied.namespace) == wanted.get(shape.host, set())


@EVERY_SHAPE
def test_the_service_is_what_it_should_be(export, shape: Shape):
    if not shape.is_exported(export.dns_capture):
        return
    spec = export.entries[shape.host]["spec"]
    assert {one["name"]: one for one in spec["ports"]} == shape.service_ports(export.dns_capture)
    assert (spec["resolution"], spec["location"]) == (shape.resolution, shape.location)


def test_istiod_has_no_object_more_than_was_exported(applied, istiod):
    services = {name for kind, name in istiod.configs(applied.namespace) if kind == "ServiceEntry"}
    assert services == set(applied.entries)


def test_applying_it_again_changes_nothing(applied, api_server):
    api_server.apply(applied.yaml)
    for kind in ("ServiceEntry", "WorkloadEntry"):
        assert {one["metadata"]["generation"] for one in api_server.objects(kind, applied.namespace)} <= {1}


@pytest.fixture(scope="module")
def verbose(session_r2i, shaped_consul) -> set[tuple[str, str]]:
    done = session_r2i("export", "--from", f"consul={shaped_consul.address}", "-v", "-o", "name")
    return diagnosed(done)


@EVERY_SHAPE
def test_what_is_left_out_or_altered_is_said(verbose, shape: Shape):
    name = shape.name
    if shape.code:
        assert (shape.code, name) in verbose
    else:
        assert {code for code, service in verbose if service == name} <= {"R2I2020"}
