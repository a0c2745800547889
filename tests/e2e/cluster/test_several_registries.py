"""All registries in one run: each decides about its own objects alone, and two of them can be one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from support.faults import fails
from support.program import Run
from support.snapshots import JsonObject
from world import PRUNE, World

SOURCE = "registry2istio.io/source"


@dataclass
class Registry:
    address: str
    break_down: Callable[[], None]
    leave: Callable[[str], None]  # a service goes


@pytest.fixture
def registries(consul: Any, etcd: Any, eureka: Any, nacos: Any, zookeeper: Any) -> dict[str, Registry]:
    """Each with api, pay and web."""
    def scripted(fake: Any, address: str, path: str, leave: Callable[[str], None]) -> Registry:
        return Registry(address, lambda: fake.always(path, fails(500)), leave)

    return {
        "consul": scripted(consul, consul.address, "/v1/catalog/services", consul.deregister),
        "etcd": scripted(etcd, f"{etcd.address}?layout=grpc&prefix=/services", etcd.path("kv/range"), lambda name: etcd.delete(f"/services/{name}")),
        "eureka": scripted(eureka, eureka.base, eureka.apps_path, eureka.deregister),
        "nacos": scripted(nacos, nacos.address, "list", nacos.deregister),
        "zookeeper": Registry(zookeeper.address, zookeeper.die, lambda name: zookeeper.delete(f"/services/{name}")),
    }


def sources(registries: dict[str, Registry]) -> list[str]:
    return [word for kind, one in registries.items() for word in ("--from", f"{kind}={one.address}")]


def apply(world: World, registries: dict[str, Registry], *flags: str) -> Run:
    return world.apply(*PRUNE, *flags, source=sources(registries))


def of_source(world: World) -> dict[str, list[JsonObject]]:
    found: dict[str, list[JsonObject]] = {}
    for one in world.store.objects("ServiceEntry"):
        found.setdefault(one["metadata"]["labels"][SOURCE], []).append(one)
    return found


def lost(world: World, kind: str) -> list[str]:
    """Names of those of its services that have no endpoint any more."""
    return [one["metadata"]["name"] for one in of_source(world).get(kind, []) if not one["spec"].get("endpoints")]


def test_hosts_and_owners(world: World, registries: dict[str, Registry]) -> None:
    assert apply(world, registries).code == 0
    found = of_source(world)
    assert {kind: len(entries) for kind, entries in found.items()} == dict.fromkeys(registries, 3)
    hosts = [host for entries in found.values() for one in entries for host in one["spec"]["hosts"]]
    assert len(set(hosts)) == len(hosts) == 15
    assert {one["metadata"]["labels"]["registry2istio.io/owner"] for entries in found.values() for one in entries} == {"test"}
    world.api.forget()
    assert apply(world, registries).code == 0 and world.api.writes() == []


@pytest.mark.parametrize("unwell", ["consul", "etcd", "eureka", "nacos", "zookeeper"])
def test_what_cannot_be_read_holds_back_nobody_else(world: World, registries: dict[str, Registry], unwell: str) -> None:
    """`pay` goes from all; where the registry is down nothing goes, and everywhere else it does."""
    assert apply(world, registries).code == 0
    for one in registries.values():
        one.leave("pay")
    registries[unwell].break_down()
    run = apply(world, registries)
    assert run.code == 3, run
    for kind in registries:
        assert len(lost(world, kind)) == (kind != unwell), (kind, run)


def test_fetch_and_read_again(world: World, registries: dict[str, Registry]) -> None:
    """The snapshot of all of them says what they said."""
    direct = world.run("export", source=sources(registries))
    fetched = world.r2i("fetch", *sources(registries))
    assert fetched.code == 0, fetched
    (world.r2i.home / "all.json").write_bytes(fetched.out)
    again = world.run("export", source=("--from", "file=all.json"))
    assert direct.code == again.code == 0 and direct.out == again.out and direct.out.count(b"kind: ServiceEntry") == 15


@pytest.fixture
def two(eureka: Any, nacos: Any, world: World) -> dict[str, Any]:
    """Eureka and Nacos during a move from one to the other: `orders` is in both, each instance in a zone of its registry."""
    eureka.register("orders", "10.1.0.1", metadata={"zone": "b", "version": "1"})
    nacos.register("orders", "10.2.0.1", metadata={"version": "2"}, cluster="c")
    return {"eureka": eureka, "nacos": nacos}


def config(world: World, two: dict[str, Any], merge: bool) -> str:
    mark = "\n  merge: shop" if merge else ""
    (world.r2i.home / "mesh.yaml").write_text(f"""\
apiVersion: registry2istio.io/v1
kind: Config
defaults:
  host: "{{service}}.shop"
sources:
- kind: eureka
  address: {two["eureka"].base}{mark}
- kind: nacos
  address: {two["nacos"].address}{mark}
""")
    return "mesh.yaml"


def test_two_as_one(world: World, two: dict[str, Any]) -> None:
    flags = ("-c", config(world, two, merge=True), *PRUNE)
    run = world.apply(*flags, source=())
    assert run.code == 0, run
    [orders] = [one for one in world.store.objects("ServiceEntry") if one["spec"]["hosts"] == ["orders.shop"]]
    told = {one["address"]: (one.get("locality"), one.get("labels", {}).get("version")) for one in orders["spec"]["endpoints"]}
    assert told == {"10.1.0.1": ("b", "1"), "10.2.0.1": ("c", "2")}
    # While one of them cannot be read, the whole host stays as it is.
    before = world.store.objects("ServiceEntry")
    two["eureka"].deregister("orders")
    two["nacos"].always("list", fails(500))
    run = world.apply(*flags, source=())
    assert run.code == 3 and world.store.objects("ServiceEntry") == before, run


def test_two_that_are_not_one_collide(world: World, two: dict[str, Any]) -> None:
    """A host is that of the service whose own name it is; Eureka's names are in upper case. The other one is withheld, and told."""
    run = world.apply("-c", config(world, two, merge=False), *PRUNE, source=())
    assert run.code == 1 and run.stderr.count("R2I2022 error: service ") == 4, run
    assert {kind: len(entries) for kind, entries in of_source(world).items()} == {"nacos": 4}
