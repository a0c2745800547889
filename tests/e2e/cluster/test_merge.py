"""Two registries as one: whatever happens to either, the other one's endpoints stay in the mesh."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.snapshots import instance, scope, service, snapshot, write
from test_metrics import assert_written
from world import PRUNE, World, delete, key, patch

HOSTS = ("--host-template", "{service}.service.consul")
SOURCE = "registry2istio.io/source"
MERGED_FROM = "registry2istio.io/merged-from"


class Registries:
    """`consul` and `eureka` of a world, each with its services; `lost` is the one whose snapshot says that it is not whole."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.services: dict[str, dict[str, list[str]]] = {
            "consul": {"both": ["10.0.0.1", "10.0.0.2"], "west": ["10.0.0.3"]},
            "eureka": {"both": ["10.1.0.1"], "east": ["10.1.0.3"]}}
        self.lost = ""
        self.merge = "consul"

    def source(self, *names: str) -> list[str]:
        words: list[str] = []
        for name in names or ("consul", "eureka"):
            services = [service(one, *map(instance, addresses)) for one, addresses in sorted(self.services[name].items())]
            made = snapshot(*services, name=name, kind=name, scopes=[scope("dc1", complete=name != self.lost)])
            made["fetchedAt"] = self.world.snapshot()["fetchedAt"]
            path = write(self.world.folder / f"{name}.json", made)
            words += ["--from", f"file={path}" + (f"?merge={self.merge}" if self.merge else "")]
        return words

    def apply(self, *flags: str | Path, sources: tuple[str, ...] = (), code: int = 0) -> None:
        run = self.world.run("apply", *HOSTS, *PRUNE, *flags, source=self.source(*sources))
        assert run.code == code, run
        self.stderr = run.stderr

    def writes(self) -> list[str]:
        found = self.world.api.writes()
        self.world.api.forget()
        return found

    def endpoints(self) -> dict[str, list[str]]:
        return {name: self.world.endpoints(name) for name in self.world.names()}


ALL = {"both": ["10.0.0.1", "10.0.0.2", "10.1.0.1"], "east": ["10.1.0.3"], "west": ["10.0.0.3"]}


@pytest.fixture
def registries(world: World) -> Iterator[Registries]:
    """Both are applied, and hold what ALL says."""
    made = Registries(world)
    made.apply()
    assert made.endpoints() == ALL
    made.writes()
    yield made


def test_marks(registries: Registries) -> None:
    store = registries.world.store
    assert {one["metadata"]["labels"][SOURCE] for one in store.objects()} == {"consul"}
    marks = {name: store.get(key(name))["metadata"]["annotations"][MERGED_FROM] for name in ALL}
    assert marks == {"both": "consul/dc1,eureka/dc1", "east": "eureka/dc1", "west": "consul/dc1"}


@pytest.mark.parametrize("layout", ["inline", "workload-entries"])
@pytest.mark.parametrize("lost", ["consul", "eureka"])
def test_while_one_registry_is_down_nothing_changes_and_the_next_run_heals(registries: Registries, lost: str,
                                                                           layout: str) -> None:
    flags = ("--layout", layout)
    registries.apply(*flags)
    registries.writes()
    registries.lost = lost
    kept = dict(registries.services[lost])
    registries.services[lost].clear()
    registries.services["eureka" if lost == "consul" else "consul"]["both"] = ["10.2.0.9"]
    registries.apply(*flags, code=3)
    assert registries.writes() == [] and registries.endpoints() == ALL
    assert "1 merge not read in full" in registries.stderr and "kept (not read in full)" in registries.stderr
    registries.lost = ""
    registries.services[lost].update(kept)
    registries.apply(*flags)
    assert registries.writes() != []
    assert "10.2.0.9" in registries.endpoints()["both"] and set(kept["both"]) < set(registries.endpoints()["both"])


@pytest.mark.parametrize("text", ["", "{", '{"kind": "Snapshot"}'])
def test_a_snapshot_that_is_none_changes_nothing(registries: Registries, text: str) -> None:
    words = registries.source()
    (registries.world.folder / "eureka.json").write_text(text)
    run = registries.world.run("apply", *HOSTS, *PRUNE, source=words)
    assert run.code == 3 and registries.writes() == [] and registries.endpoints() == ALL, run


def test_export_prints_no_half_of_a_host(registries: Registries) -> None:
    """kubectl would take the endpoints away that are not in it."""
    registries.lost = "eureka"
    run = registries.world.run("export", *HOSTS, "--allow-partial", source=registries.source())
    assert run.code == 0 and run.out == b"" and "1 merge not read in full" in run.stderr, run


def test_a_run_without_one_of_them_is_refused_until_that_one_is_given_up(registries: Registries) -> None:
    registries.services["consul"]["both"].append("10.0.0.9")
    registries.apply(sources=("consul",), code=6)
    assert registries.writes() == [] and registries.endpoints() == ALL
    assert "eureka/dc1, which was not read" in registries.stderr and "--prune-source eureka/dc1" in registries.stderr
    registries.apply("--prune-source", "eureka", "--max-shrink-percent", "80", sources=("consul",))
    assert registries.endpoints() == {"both": ["10.0.0.1", "10.0.0.2", "10.0.0.9"], "east": [], "west": ["10.0.0.3"]}
    registries.writes()
    registries.apply("--prune-source", "eureka", sources=("consul",))
    assert registries.writes() == [delete("east")]


def test_what_was_there_before_is_taken_over(world: World) -> None:
    """Under the name of the source that it is from: neither a flag nor a new label is needed."""
    registries = Registries(world)
    registries.merge = ""
    registries.apply(sources=("consul",))
    registries.merge = "consul"
    registries.writes()
    registries.apply()
    assert registries.endpoints() == ALL
    assert registries.writes() == [patch("both"), patch("east"), patch("west")]
    registries.merge = "shop"
    registries.apply(code=6)
    assert registries.writes() == [] and "--rename-source consul=shop" in registries.stderr
    registries.apply("--rename-source", "consul=shop")
    assert registries.endpoints() == ALL
    assert {one["metadata"]["labels"][SOURCE] for one in world.store.objects()} == {"shop"}


def test_without_merge_they_are_twins(world: World) -> None:
    registries = Registries(world)
    registries.merge = ""
    registries.apply(code=1)
    assert sorted(world.names()) == ["east", "west"] and "R2I2022" in registries.stderr


def test_the_name_of_another_source(world: World) -> None:
    registries = Registries(world)
    registries.merge = "eureka"
    words = registries.source("consul")
    registries.merge = ""
    run = world.run("apply", *HOSTS, source=[*words, *registries.source("eureka")])
    assert run.code == 2 and "is merged into" in run.stderr and world.api.writes() == [], run


def test_metrics(registries: Registries) -> None:
    folder = registries.world.folder / "prom"
    folder.mkdir()
    path = folder / "r2i.prom"
    registries.lost = "eureka"
    registries.apply("--metrics-textfile", path, code=3)
    metrics = assert_written(path, 3)
    assert metrics['scope_complete{source="consul",scope="dc1"}'] == 1
    assert metrics['scope_complete{source="eureka",scope="dc1"}'] == 0
    assert metrics['scope_services{source="consul",scope="dc1"}'] == 2


def test_a_directory_is_left_as_it_is_too(world: World) -> None:
    registries = Registries(world)
    out = world.folder / "manifests"
    export = ("export", *HOSTS, "--output-dir", out)
    assert world.run(*export, source=registries.source()).code == 0
    before = {path.name: path.read_text() for path in out.rglob("*.yaml")}
    assert len(before) == len(ALL)
    registries.services["eureka"].clear()
    registries.lost = "eureka"
    assert world.run(*export, "--allow-partial", source=registries.source()).code == 0
    assert world.run(*export, source=registries.source("consul")).code == 6
    assert {path.name: path.read_text() for path in out.rglob("*.yaml")} == before
