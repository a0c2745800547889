"""contrib/migration/dubbo2istio for those who come from there: on a ZooKeeper with the nodes that Dubbo writes for its instances, it
gives the snapshot and the objects that lie there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from support.fake_zookeeper import FakeZooKeeper
from support.program import Program

FOLDER = Path(__file__).parents[3] / "contrib" / "migration" / "dubbo2istio"


def put_provider(server: FakeZooKeeper, instance: dict[str, Any]) -> None:
    metadata, (port,) = instance["metadata"], instance["ports"]
    interface = metadata["interface"]
    url = f"{port['protocol']}://{instance['address']}:{port['number']}/{interface}?{urlencode(metadata, safe='/,')}"
    server.put(f"/dubbo/{interface}/providers/{quote(url, safe='')}")


def test_from_the_registry_itself(r2i: Program, new_zookeeper: Callable[..., FakeZooKeeper], tmp_path: Path) -> None:
    server = new_zookeeper()
    wanted = json.loads((FOLDER / "registry.json").read_text())
    for service in wanted["services"]:
        for instance in service["instances"]:
            put_provider(server, instance)
    config = (FOLDER / "mesh.yaml").read_text()
    assert wanted["source"]["address"] in config
    (tmp_path / "mesh.yaml").write_text(config.replace(wanted["source"]["address"], server.address))
    fetched = r2i("fetch", "-c", "mesh.yaml")
    assert fetched.code == 0 and fetched.json["scopes"] == wanted["scopes"], fetched
    assert fetched.json["services"] == sorted(wanted["services"], key=lambda one: one["name"])
    exported = r2i("export", "-c", "mesh.yaml")
    assert exported.code == 0 and exported.stdout == (FOLDER / "expected.yaml").read_text(), exported
