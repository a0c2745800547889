"""What holds whatever stands in an etcd. The cases are drawn with fixed seeds."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.fake_etcd import FakeEtcd
from support.nothing_lost import assert_nothing_lost
from support.program import Program
from support.random_keys import Draw

SETTINGS = {"dubbo": "layout=dubbo", "go-micro": "layout=go-micro", "go-zero": "layout=go-zero&prefix=/services",
            "grpc": "layout=grpc&prefix=/services", "kratos": "layout=kratos", "skydns": "layout=skydns",
            "template": "layout=template&prefix=/apps&key={service}/members/{id}&addressFrom=net.ip&portFrom=net.port&healthFrom=state"
                        "&metadataFrom=meta"}


@pytest.mark.parametrize("seed", range(1, 13))
@pytest.mark.parametrize("layout", SETTINGS)
def test_every_instance_is_an_endpoint_or_is_told(r2i: Program, new_etcd: Callable[..., FakeEtcd], layout: str, seed: int) -> None:
    server = new_etcd()
    entries = Draw(seed, layout).entries()
    for entry in entries:
        server.put(entry.key, entry.value)
    run = r2i("export", "--from", f"etcd={server.address}?{SETTINGS[layout]}&pageSize=7", "--allow-partial", "--dns-capture", "-v")
    assert run.code in (0, 1), run
    assert_nothing_lost(run, entries)
