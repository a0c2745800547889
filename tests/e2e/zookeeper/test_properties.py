"""What holds whatever stands in a ZooKeeper. The cases are drawn with fixed seeds."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.fake_zookeeper import FakeZooKeeper
from support.nothing_lost import assert_nothing_lost
from support.program import Program
from support.random_keys import Draw

SETTINGS = {"curator": "", "dubbo": "layout=dubbo",
            "template": "layout=template&root=/apps&key={service}/members/{id}&addressFrom=net.ip&portFrom=net.port&healthFrom=state"
                        "&metadataFrom=meta"}


@pytest.mark.parametrize("seed", range(1, 19))
@pytest.mark.parametrize("layout", SETTINGS)
def test_every_instance_is_an_endpoint_or_is_told(r2i: Program, new_zookeeper: Callable[..., FakeZooKeeper], layout: str,
                                                  seed: int) -> None:
    server = new_zookeeper()
    entries = Draw(seed, layout).entries()
    for entry in entries:
        server.put(entry.key, entry.value)
    run = r2i("export", "--from", f"zookeeper={server.address}?{SETTINGS[layout]}", "--allow-partial", "--dns-capture", "-v")
    assert run.code in (0, 1), run
    assert_nothing_lost(run, entries)
