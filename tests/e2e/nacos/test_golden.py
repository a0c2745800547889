"""What comes out of a registry with every shape of service, byte for byte: the same from each of Nacos's APIs, with what each run says
beside it; and what comes out of the answers of a real 3.1. Expected is what lies in golden/; R2I_ACCEPT=1 writes it anew."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from support.fake_nacos import VERSIONS, FakeNacos
from support.faults import says
from support.program import Program, Run

GOLDEN = Path(__file__).parent / "golden"
ANSWERS = Path(__file__).parents[2] / "fuzz/corpus/nacos"


def hold(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("R2I_ACCEPT") == "1":
        GOLDEN.mkdir(exist_ok=True)
        path.write_text(text)
        pytest.skip("accepted")
    assert text == path.read_text()


def said(run: Run, server: FakeNacos) -> str:
    return run.stderr.replace(server.address, "http://nacos:8848")


def fill(server: FakeNacos) -> None:
    register = server.register
    register("web", "10.0.0.1", metadata={"version": "v1", "preserved.register.source": "SPRING_CLOUD", "password": "x"})
    register("web", "10.0.0.2", weight=2.5, cluster="hz-a", ephemeral=False)
    register("web", "10.0.0.3", weight=0)
    register("web", "10.0.0.4", healthy=False)
    register("web", "10.0.0.5", 9090, weight=0.5)
    register("web", "10.0.1.1", group="PAY_1")
    register("web", "10.0.2.1", namespace="b9d1-e0")
    register("off", "10.0.3.1", enabled=False)
    register("off", "10.0.3.2")
    register("ill", "10.0.4.1", healthy=False)
    register("ill", "10.0.4.2", healthy=False, cluster="hz-a")
    register("Secure.Pay", "pay.example.com", 8443, metadata={"secure": "true"})
    register("providers:com.acme.Foo:1.0.0:", "10.0.5.1", 20880, metadata={"protocol": "tri", "side": "provider"})
    register("consumers:com.acme.Foo:1.0.0:", "10.0.5.2", 0)
    register("shop", "10.0.6.1", 20881, metadata={"dubbo.endpoints": '[{"port":20881,"protocol":"tri"}]'})
    register("six", "2001:db8::1", metadata={"owner": "Jörg", "zone": "a"})
    register("no-port", "10.0.7.1", 0)
    for number, healthy in enumerate((True, False, False), start=1):
        register("protected", f"10.0.8.{number}", healthy=healthy)
    server.service("protected", threshold=0.4)
    server.service("empty")


@pytest.mark.parametrize("what", ["yaml", "err"])
@pytest.mark.parametrize("version", VERSIONS)
def test_every_shape(r2i: Program, new_nacos: Callable[..., FakeNacos], version: str, what: str) -> None:
    server = new_nacos(version)
    fill(server)
    settings = "pageSize=4&namespace=public,b9d1-e0&group=DEFAULT_GROUP,PAY_1"
    run = r2i("export", "--from", f"nacos={server.address}?{settings}", "-v")
    assert run.code == 0, run
    if what == "yaml":
        hold("shapes.yaml", run.stdout)
    else:
        hold(f"shapes {version}.err", said(run, server))


@pytest.mark.parametrize("what", ["yaml", "json", "err"])
def test_answers_of_a_real_one(r2i: Program, new_nacos: Callable[..., FakeNacos], what: str) -> None:
    """As recorded: its own order, its own fields, a cluster other than DEFAULT, instances that were taken offline."""
    server = new_nacos("3.1")
    for where, name in (("list", "list-3.1"), ("page 1", "page-3.1"), ("v3/admin/core/namespace/list", "namespaces-3.1")):
        server.always(where, says((ANSWERS / f"{name}.json").read_bytes()))
    run = r2i("fetch" if what == "json" else "export", "--from", f"nacos={server.address}?namespace=all", "-v")
    assert run.code == 0, run
    if what == "json":
        text = run.stdout.replace(server.address, "http://nacos:8848")
        hold("real 3.1.json", "".join(line for line in text.splitlines(keepends=True) if "fetchedAt" not in line))
    else:
        hold(f"real 3.1.{what}", said(run, server) if what == "err" else run.stdout)
