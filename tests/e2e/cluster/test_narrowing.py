"""Which services there are: a configuration defines the set, and what it leaves out goes; --include and --exclude narrow one
run, and what they leave out is not looked at. For a cluster and for a directory."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.program import Run
from support.snapshots import JsonObject
from world import World, content, delete, host, patch

SERVICES = {"api": ["10.0.0.1"], "pay": ["10.0.1.1"], "web": ["10.0.2.1"]}
LAYOUTS = pytest.mark.parametrize("layout", [(), ("--layout", "workload-entries")], ids=["inline", "workload-entries"])
WITHOUT_WEB: list[JsonObject] = [{"exclude": ["web"]}, {"exclude": ["/w.*/"]}, {"include": ["api", "p*"]},
                                 {"include": ["*"], "exclude": ["web"]}]
FLAGS_WITHOUT_WEB = pytest.mark.parametrize("flags", [("--exclude", "web"), ("--include", "api", "--include", "p*")],
                                            ids=["exclude", "include"])


@pytest.fixture(autouse=True)
def services(world: World) -> None:
    world.services = {name: list(addresses) for name, addresses in SERVICES.items()}


# The words for a snapshot of this moment, narrowed by a configuration


def of_the_file(world: World, names: JsonObject) -> list[str]:
    return [*world.from_file(), "-c", config(world, names)]


def of_the_source(world: World, names: JsonObject) -> list[str]:
    snapshot = world.from_file()[1].removeprefix("file=")
    return ["-c", config(world, {"sources": [{"kind": "file", "address": snapshot, **names}]})]


def config(world: World, more: JsonObject) -> str:
    path = world.folder / "mesh.yaml"
    path.write_text(json.dumps({"apiVersion": "registry2istio.io/v1", "kind": "Config", **more}))
    return str(path)


DEFINED = pytest.mark.parametrize("defined", [of_the_file, of_the_source])
Defined = Callable[[World, JsonObject], list[str]]


def objects_of(world: World, name: str) -> list[JsonObject]:
    """Whole, with their versions: they move with every write."""
    return [one for one in world.store.objects() if one["metadata"]["name"].startswith(host(name))]


# A cluster


@LAYOUTS
@DEFINED
@pytest.mark.parametrize("names", WITHOUT_WEB, ids=str)
def test_what_a_configuration_leaves_out_is_gone(world: World, layout: tuple[str, ...], defined: Defined,
                                                 names: JsonObject) -> None:
    """Emptied by any run; deleted with --prune alone; the others stay as they are."""
    world.must_apply(*layout)
    others = [*objects_of(world, "api"), *objects_of(world, "pay")]
    diff = world.diff(*layout, "-o", "name", source=defined(world, names))
    assert diff.code == 1 and host("web") in diff.stdout and host("api") not in diff.stdout, f"{diff!r}\n{diff.stdout}"
    run = world.apply(*layout, source=defined(world, names))
    assert run.code == 0 and world.is_gone("web") and world.endpoints("web") == [], run
    assert patch("web") in world.api.writes() and delete("web") not in world.api.writes()
    assert len(objects_of(world, "web")) == 1, "a WorkloadEntry is left"
    world.api.forget()
    pruned = world.prune(*layout, source=defined(world, names))
    assert pruned.code == 0 and world.api.writes() == [delete("web")], pruned
    assert [*objects_of(world, "api"), *objects_of(world, "pay")] == others


@DEFINED
def test_what_a_configuration_leaves_out_no_more_comes_back(world: World, defined: Defined) -> None:
    world.must_apply()
    before = content(world.store)
    assert world.apply(source=defined(world, {"exclude": ["web"]})).code == 0 and world.is_gone("web")
    run = world.apply(source=defined(world, {}))
    assert run.code == 0 and content(world.store) == before, run


@DEFINED
@pytest.mark.parametrize("names, flag", [({"include": ["nothing*"]}, "--allow-empty"),
                                         ({"include": ["api"]}, "--max-shrink-percent")], ids=["all", "most"])
def test_guards_of_what_a_configuration_leaves_out(world: World, defined: Defined, names: JsonObject, flag: str) -> None:
    world.must_apply()
    run = world.prune(source=defined(world, names))
    assert run.code == 5 and world.api.writes() == [] and flag in run.stderr, run
    assert all(world.endpoints(name) == addresses for name, addresses in SERVICES.items())


def changed(world: World) -> None:
    world.services["web"] = ["10.0.2.8", "10.0.2.9"]


def left(world: World) -> None:
    del world.services["web"]


def emptied_before(world: World) -> None:
    """--prune has still to delete it."""
    del world.services["web"]
    world.must_apply()


@LAYOUTS
@FLAGS_WITHOUT_WEB
@pytest.mark.parametrize("happened", [changed, left, emptied_before])
def test_what_flags_leave_out_is_untouched(world: World, layout: tuple[str, ...], flags: tuple[str, ...],
                                           happened: Callable[[World], None]) -> None:
    """Whatever became of it meanwhile; the others are written."""
    world.must_apply(*layout)
    happened(world)
    web = objects_of(world, "web")
    world.services["pay"] = ["10.0.1.1", "10.0.1.2"]
    words = (*layout, *flags)
    diff = world.diff(*words, "-o", "name")
    assert diff.code == 1 and host("pay") in diff.stdout and host("web") not in diff.stdout, f"{diff!r}\n{diff.stdout}"
    run = world.prune(*words)
    assert run.code == 0 and world.endpoints("pay") == ["10.0.1.1", "10.0.1.2"], run
    assert objects_of(world, "web") == web
    assert not [write for write in world.api.writes() if host("web") in write]


@DEFINED
@FLAGS_WITHOUT_WEB
def test_flags_leave_untouched_what_a_configuration_leaves_out(world: World, defined: Defined, flags: tuple[str, ...]) -> None:
    """The run without them takes it away."""
    world.must_apply()
    source = defined(world, {"exclude": ["web"]})
    run = world.prune(*flags, source=source)
    assert run.code == 0 and world.api.writes() == [] and world.endpoints("web") == ["10.0.2.1"], run
    assert world.apply(source=source).code == 0 and world.is_gone("web")


@DEFINED
def test_flags_bring_nothing_back_that_a_configuration_leaves_out(world: World, defined: Defined) -> None:
    """A run that is narrowed to it takes it away; what it is not narrowed to stays."""
    world.must_apply()
    world.services["api"] = ["10.0.0.9"]
    run = world.apply("--include", "web", "--include", "pay", source=defined(world, {"exclude": ["web"]}))
    assert run.code == 0 and world.api.writes() == [patch("web")] and world.is_gone("web"), run


# A directory


class Folder:
    """With a file for each service, as an earlier run left it."""

    def __init__(self, world: World, *flags: str) -> None:
        self.world = world
        self.path = world.folder / "out"
        assert self.export(*flags).code == 0

    def export(self, *flags: str, **settings: Any) -> Run:
        return self.world.run("export", "--output-dir", self.path, *flags, **settings)

    def file(self, name: str) -> Path:
        return self.path / "mesh" / f"serviceentry-{host(name)}.yaml"

    def state(self, name: str) -> tuple[bytes, int, int]:
        """A file that was written anew has another number, even with the same bytes."""
        found = self.file(name).stat()
        return self.file(name).read_bytes(), found.st_ino, found.st_mtime_ns


@pytest.fixture
def folder(world: World) -> Folder:
    return Folder(world)


@DEFINED
@pytest.mark.parametrize("names", WITHOUT_WEB, ids=str)
def test_file_of_what_a_configuration_leaves_out_goes_at_once(world: World, folder: Folder, defined: Defined,
                                                              names: JsonObject) -> None:
    api = folder.state("api")
    assert folder.export("--check", source=defined(world, names)).code == 1
    run = folder.export(source=defined(world, names))
    assert run.code == 0 and not folder.file("web").exists() and folder.state("api") == api, run


@FLAGS_WITHOUT_WEB
@pytest.mark.parametrize("happened", [changed, left])
def test_file_of_what_flags_leave_out_stays(world: World, folder: Folder, flags: tuple[str, ...],
                                            happened: Callable[[World], None]) -> None:
    happened(world)
    web = folder.state("web")
    assert folder.export("--check", *flags).code == 0 and folder.export("--check").code == 1
    world.services["pay"] = ["10.0.1.9"]
    world.services["pen"] = ["10.0.3.1"]
    pay = folder.state("pay")
    run = folder.export("--max-shrink-percent", "100", *flags)
    assert run.code == 0 and folder.state("web") == web and folder.state("pay") != pay, run
    assert host("web") not in run.stdout and folder.file("pen").exists()
    whole = folder.export("--max-shrink-percent", "100")
    assert whole.code == 0 and host("web") in whole.stdout, whole
    assert not folder.file("web").exists() if happened is left else folder.state("web") != web


@FLAGS_WITHOUT_WEB
def test_kustomization_goes_on_to_list_what_flags_leave_out(world: World, flags: tuple[str, ...]) -> None:
    folder = Folder(world, "--kustomization")
    listed = (folder.path / "kustomization.yaml").read_text()
    assert folder.file("web").name in listed
    changed(world)
    assert folder.export("--kustomization", "--check", *flags).code == 0
    assert folder.export("--kustomization", *flags).code == 0
    assert (folder.path / "kustomization.yaml").read_text() == listed


@pytest.mark.parametrize("happened", [changed, left])
def test_diff_with_a_directory_speaks_of_what_flags_include_alone(world: World, folder: Folder,
                                                                  happened: Callable[[World], None]) -> None:
    happened(world)
    world.services["pay"] = ["10.0.1.9"]
    words = (*world.from_file(), "-n", "mesh", "--owner", "test", "--target", folder.path, "--max-shrink-percent", "100")
    all_of_it = world.r2i("diff", *words, "--prune", "--prune-after", "0s")
    assert all_of_it.code == 1 and host("web") in all_of_it.stdout and host("pay") in all_of_it.stdout, all_of_it
    for form in ("text", "unified", "name", "json", "markdown"):
        run = world.r2i("diff", *words, "--include", "pay", "-o", form)
        assert run.code == 1 and host("pay") in run.stdout, f"{run!r}\n{run.stdout}"
        assert host("web") not in run.stdout and host("api") not in run.stdout, f"{run!r}\n{run.stdout}"
    nothing = world.r2i("diff", *words, "--include", "api")
    assert nothing.code == 0 and "no changes, 1 unchanged" in nothing.stdout, f"{nothing!r}\n{nothing.stdout}"
