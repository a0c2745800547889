"""What a run is compared with and writes to, beyond what the program has made itself: folders that people keep by hand, files
that a source which was not read in full says nothing of, and a cluster that is full of other people's objects."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from bench.measured import cost
from support.fake_api_server import SERVICE_ENTRIES, WORKLOAD_ENTRIES
from support.object_store import KINDS, ObjectStore
from support.program import Run
from support.scripted_http import Answer, Exchange, Step
from support.snapshots import instance, scope, service, snapshot, write
from world import World, foreign_entry, host

CONFIG_MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "theirs", "namespace": "mesh"}, "data": {"a": "b"}}
SERVICES = {"api": ["10.0.0.1", "10.0.0.2"], "pay": ["10.0.1.1"], "web": ["10.0.2.1"]}


@pytest.fixture(autouse=True)
def services(world: World) -> None:
    world.services = {name: list(addresses) for name, addresses in SERVICES.items()}


def diff_with(world: World, target: Path, *flags: str) -> Run:
    return world.r2i("diff", *world.from_file(), "-n", "mesh", "--owner", "test", "--target", target, *flags)


# Folders that people keep by hand. Each is made of what `export` prints, cut at the lines between documents: api, pay, web.

Cut = tuple[str, str, str]


def cut(world: World) -> Cut:
    api, pay, web = world.run("export").stdout.split("---\n")
    assert all(host(name) in text for name, text in (("api", api), ("pay", pay), ("web", web)))
    return api, pay, web


def put(path: Path, *documents: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("---\n".join(documents))


def kustomization(folder: Path, *resources: str, **more: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "kustomization.yaml").write_text(yaml.safe_dump({"resources": list(resources), **more}))


def one_file(root: Path, texts: Cut) -> Path:
    put(root / "all.yaml", *texts)
    return root


def file_itself(root: Path, texts: Cut) -> Path:
    return one_file(root, texts) / "all.yaml"


def among_others(root: Path, texts: Cut) -> Path:
    """In files with what is not ours, with empty documents and comments between them."""
    api, pay, web = texts
    put(root / "a.yaml", yaml.safe_dump(CONFIG_MAP), "# nothing\n", api, yaml.safe_dump(foreign_entry()), "", pay)
    put(root / "below" / "b.yml", web, "not a mapping\n")
    put(root / "notes.txt", "metadata: [")
    put(root / ".hidden" / "web.yaml", web.replace("10.0.2.1", "10.9.9.9"))
    return root


def in_another_style(root: Path, texts: Cut) -> Path:
    """The same content in flow style, in JSON, in a List, and with keys in another order."""
    api, pay, web = map(yaml.safe_load, texts)
    put(root / "flow.yaml", "--- # all in one line\n" + yaml.safe_dump(dict(reversed(api.items())), default_flow_style=True,
                                                                        sort_keys=False, width=10_000))
    put(root / "list.json", json.dumps({"apiVersion": "v1", "kind": "List", "items": [pay, CONFIG_MAP, web]}))
    return root


def named_files_and_folders(root: Path, texts: Cut) -> Path:
    """All of them below the target."""
    api, pay, web = texts
    kustomization(root, "api.yaml", "below")
    put(root / "api.yaml", api)
    kustomization(root / "below", "several.yaml")
    put(root / "below" / "several.yaml", pay, web)
    return root


def named_files_outside(root: Path, texts: Cut) -> Path:
    """Of a base that lies beside the target, with a folder below that; patches are no objects."""
    api, pay, web = texts
    target = root / "overlays" / "prod"
    kustomization(target, "../../base", "../../more/web.yaml", patches=[{"path": "patch.yaml"}])
    put(target / "patch.yaml", api.replace("10.0.0.1", "10.9.9.9"))
    kustomization(root / "base", "api.yaml", "below")
    put(root / "base" / "api.yaml", api)
    put(root / "base" / "forgotten.yaml", api.replace("10.0.0.1", "10.9.9.9"))
    kustomization(root / "base" / "below", "pay.yaml")
    put(root / "base" / "below" / "pay.yaml", pay)
    put(root / "more" / "web.yaml", web)
    return target


def named_by_a_file_alone(root: Path, texts: Cut) -> Path:
    """By a file with the oldest of its names, beside which nothing is; what it names ends neither in .yaml nor in .json."""
    put(root / "all", *texts)
    target = root / "target"
    kustomization(target, "../all")
    (target / "kustomization.yaml").rename(target / "Kustomization")
    return target


FOLDERS = pytest.mark.parametrize("made", [one_file, file_itself, among_others, in_another_style, named_files_and_folders,
                                           named_files_outside, named_by_a_file_alone])
Made = Callable[[Path, Cut], Path]


@FOLDERS
def test_diff_with_what_was_written_by_hand(world: World, made: Made) -> None:
    target = made(world.folder / "kept", cut(world))
    before = {path: path.read_bytes() for path in (world.folder / "kept").rglob("*") if path.is_file()}
    run = diff_with(world, target, "--prune", "--prune-after", "0s")
    assert run.code == 0 and "no changes, 3 unchanged" in run.stdout, f"{run!r}\n{run.stdout}"
    assert {path: path.read_bytes() for path in (world.folder / "kept").rglob("*") if path.is_file()} == before
    assert world.api.words() == []


@FOLDERS
@pytest.mark.parametrize("name", SERVICES)
def test_diff_names_the_one_that_has_changed(world: World, made: Made, name: str) -> None:
    """Be it in the first or in the last document."""
    target = made(world.folder / "kept", cut(world))
    world.services[name] = [*SERVICES[name], "10.7.7.7"]
    run = diff_with(world, target)
    assert run.code == 1 and host(name) in run.stdout and "10.7.7.7" in run.stdout, f"{run!r}\n{run.stdout}"
    assert "1 to update, 2 unchanged" in run.stdout, run.stdout
    assert not [other for other in SERVICES if other != name and host(other) in run.stdout], run.stdout


@FOLDERS
def test_diff_names_the_one_that_is_gone(world: World, made: Made) -> None:
    """In a directory there is no emptying: it goes at once."""
    target = made(world.folder / "kept", cut(world))
    del world.services["web"]
    run = diff_with(world, target, "--prune", "--prune-after", "0s")
    assert run.code == 1 and host("web") in run.stdout and host("api") not in run.stdout, f"{run!r}\n{run.stdout}"


# Files that cannot be understood


def open_list(root: Path, texts: Cut) -> tuple[Path, str]:
    """In the second document; lines count from the start of the file."""
    api, pay, web = texts
    put(root / "all.yaml", api, pay.replace("  hosts:\n", "  hosts: [\n"), web)
    return root, f"all.yaml:{line_of(root / 'all.yaml', 'hosts: [') + 1}:"


def key_twice(root: Path, texts: Cut) -> tuple[Path, str]:
    put(root / "below" / "api.yml", texts[0].replace("spec:\n", "spec:\n  resolution: NONE\n"))
    return root, f"below/api.yml:{line_of(root / 'below' / 'api.yml', '  resolution: STATIC')}:"


def no_name(root: Path, texts: Cut) -> tuple[Path, str]:
    put(root / "all.yaml", *texts[:2], texts[2].replace(f"  name: {host('web')}\n", ""))
    return root, f"all.yaml:{line_of(root / 'all.yaml', '---', last=True) + 1}:"


def json_without_a_comma(root: Path, texts: Cut) -> tuple[Path, str]:
    put(root / "api.json", json.dumps(yaml.safe_load(texts[0]), indent=1).replace('"MESH_INTERNAL",', '"MESH_INTERNAL"'))
    return root, f"api.json:{line_of(root / 'api.json', 'MESH_INTERNAL') + 1}:"


def broken_kustomization(root: Path, texts: Cut) -> tuple[Path, str]:
    put(root / "api.yaml", *texts)
    (root / "kustomization.yaml").write_text("namespace: mesh\nresources: [api.yaml\nnamePrefix: x\n")
    return root, "kustomization.yaml:3:"


def broken_resource_outside(root: Path, texts: Cut) -> tuple[Path, str]:
    kustomization(root / "target", "../base")
    kustomization(root / "base", "all.yaml")
    put(root / "base" / "all.yaml", texts[0], texts[1].replace("  hosts:\n", "  hosts: [\n"))
    return root / "target", f"../base/all.yaml:{line_of(root / 'base' / 'all.yaml', 'hosts: [') + 1}:"


def line_of(path: Path, text: str, last: bool = False) -> int:
    found = [number for number, line in enumerate(path.read_text().splitlines(), 1) if text in line]
    return found[-1 if last else 0]


@pytest.mark.parametrize("broken", [open_list, key_twice, no_name, json_without_a_comma, broken_kustomization,
                                    broken_resource_outside])
def test_diff_with_a_file_that_cannot_be_understood(world: World, broken: Callable[[Path, Cut], tuple[Path, str]]) -> None:
    """It might hide objects: an error with its place, and the exit code of a target that cannot be read at all."""
    target, place = broken(world.folder / "kept", cut(world))
    run = diff_with(world, target)
    assert run.code == 2 and run.out == b"" and f"error: {place}" in run.stderr, (place, run)
    (world.folder / "file").write_text("")
    unreadable = diff_with(world, world.folder / "file" / "folder")
    assert unreadable.code == run.code and unreadable.out == b"", unreadable


def test_all_broken_files_are_told(world: World) -> None:
    root, first = open_list(world.folder / "kept", cut(world))
    _, second = key_twice(root, cut(world))
    run = diff_with(world, root)
    assert run.code == 2 and first in run.stderr and second in run.stderr, run


def test_named_folder_without_a_kustomization(world: World) -> None:
    """kustomize would refuse it, and what it holds is unknown."""
    root = world.folder / "kept"
    put(root / "base" / "all.yaml", *cut(world))
    kustomization(root / "target", "../base")
    run = diff_with(world, root / "target")
    assert run.code == 2 and "kustomization.yaml" in run.stderr and "../base" in run.stderr, run


# A source that was not read in full


def files(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.yaml")}


@pytest.mark.parametrize("layout", [(), ("--layout", "workload-entries")], ids=["inline", "workload-entries"])
def test_stale_files_of_a_scope_that_was_not_read_in_full_stay(world: World, layout: tuple[str, ...]) -> None:
    """What was read is written; the run that has read everything takes the rest away."""
    folder = world.folder / "out"

    def export(*flags: str) -> Run:
        return world.run("export", "--output-dir", folder, *layout, *flags)

    assert export().code == 0
    before = files(folder)
    world.complete = False
    del world.services["pay"]
    world.services.update(web=["10.0.2.1", "10.0.2.2"], new=["10.0.3.1"])
    refused = export()
    assert refused.code == 3 and "--allow-partial" in refused.stderr and files(folder) == before, refused
    assert export("--allow-partial", "--check").code == 1 and files(folder) == before
    run = export("--allow-partial")
    assert run.code == 0 and "kept (not read in full)" in run.stderr and host("pay") not in run.stdout, run
    after = files(folder)
    stale = {name: text for name, text in before.items() if host("pay") in name}
    assert stale and stale.items() <= after.items() and before.keys() <= after.keys()
    assert any("10.0.2.2" in text for text in after.values()) and any("10.0.3.1" in text for text in after.values())
    assert export("--allow-partial", "--check").code == 0
    world.complete = True
    whole = export()
    assert whole.code == 0 and files(folder).keys() == after.keys() - stale.keys(), whole


def test_other_scopes_lose_their_stale_files(world: World) -> None:
    folder = world.folder / "out"

    def export(names: str, whole: bool, *flags: str) -> Run:
        made = snapshot(*(service(name, instance(f"10.0.{number}.1"), scope=name[:3])
                          for number, name in enumerate(names.split(), 1)), scopes=[scope("dc1", whole), scope("dc2")])
        path = write(world.folder / "scopes.json", {**made, "fetchedAt": world.snapshot()["fetchedAt"]})
        return world.run("export", "--output-dir", folder, *flags, source=("--from", f"file={path}"))

    assert export("dc1-stays dc1-stale dc2-stays dc2-stale", True).code == 0 and len(files(folder)) == 4
    run = export("dc1-stays dc2-stays", False, "--allow-partial")
    assert run.code == 0 and sorted(name.partition("dc")[2].partition(".")[0] for name in files(folder)) == [
        "1-stale", "1-stays", "2-stays"], run


# A cluster that is full of other people's objects

PAGE = 500
FEW, MANY = 1, 80  # pages
BOUND = 16  # megabytes
SANITIZERS = (b"__asan_init", b"__tsan_init")


def page_of_others(plural: str) -> str:
    """The items of a page, with their managedFields. PAGE- stands for what tells it from the other pages."""
    store = ObjectStore()
    for number in range(PAGE):
        ends = [{"address": f"192.0.2.{one}", "labels": {"app": f"app-{number}", "version": f"v{one}"}} for one in range(1, 6)]
        entry = foreign_entry(f"PAGE-{number:03}", hosts=[f"PAGE-{number:03}.example.com"], endpoints=ends)
        if plural == WORKLOAD_ENTRIES:
            entry = {**entry, "kind": KINDS[plural], "spec": {"address": "192.0.2.1", "labels": {
                f"label-{one}": f"{number}-{one}" for one in range(20)}}}
        entry["metadata"]["annotations"] = {"example.com/description": f"{number}: " + "of somebody else's; " * 20}
        store.write(entry)
    return items_text(store, plural)


def items_text(store: ObjectStore, plural: str) -> str:
    return json.dumps(store.page(plural, "", PAGE, "")["items"])[1:-1]


def others_first(world: World, plural: str, pages: int) -> Step:
    """Lists begin with that many pages of others' objects, and end with what the store has."""
    template = page_of_others(plural)
    assert len(template) * MANY > 4 * BOUND * 2**20

    def answer(exchange: Exchange) -> None:
        number = int(exchange.request.query.get("continue", ["0"])[0])
        items, token = template.replace("PAGE-", f"others-{number:02}-"), str(number + 1)
        if number == pages:
            items, token = items_text(world.store, plural), ""
        body = (f'{{"apiVersion":"networking.istio.io/v1","kind":"{KINDS[plural]}List","metadata":{{"continue":"{token}",'
                f'"resourceVersion":"1000"}},"items":[{items}]}}\n')
        exchange.send(Answer(200, body.encode(), {"Content-Type": "application/json"}).encoded())

    return answer


@pytest.mark.parametrize("plural", [SERVICE_ENTRIES, WORKLOAD_ENTRIES])
def test_memory_does_not_grow_with_objects_of_others(world: World, plural: str) -> None:
    """They are looked at while they come, and forgotten: all of them together would be several times what is allowed here."""
    if any(name in Path(world.r2i.path).read_bytes() for name in SANITIZERS):
        pytest.skip("with sanitizers, memory that is free is kept for a while")
    world.must_apply()
    environment = [f"{name}={value}" for name, value in world.r2i.environment().items()]

    def megabytes(pages: int) -> float:
        world.api.heal()
        world.api.forget()
        world.api.every(others_first(world, plural, pages), verb="list", plural=plural)
        most = cost(["env", "-i", *environment, world.r2i.path, *map(str, world.words("apply"))]).megabytes
        lists = [asked for asked in world.api.calls if asked.verb == "list" and asked.plural == plural]
        assert len(lists) == pages + 1 and world.api.writes() == []
        return most

    few, many = megabytes(FEW), megabytes(MANY)
    print(f"{few:.1f} MB with {FEW * PAGE} objects of others, {many:.1f} MB with {MANY * PAGE}")
    assert many - few < BOUND, f"{few:.1f} MB with {FEW * PAGE} objects of others, {many:.1f} MB with {MANY * PAGE}"
