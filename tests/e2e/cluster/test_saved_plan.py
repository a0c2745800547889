"""`diff --out PLAN`, a review, `apply --plan PLAN`: exactly that, or nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.program import Run
from support.snapshots import JsonObject
from world import DUE, ONLY_GONE, World, content, host, in_the_middle, key, patch


def save(world: World, *flags: str) -> Path:
    path = world.folder / "plan.json"
    run = world.diff(*flags, "--out", path)
    assert run.code == 1 and "--plan" in run.stderr and world.api.writes() == [], run
    world.api.forget()
    return path


def apply_plan(world: World, path: Path, *flags: str) -> Run:
    return world.r2i("apply", "--plan", path, "--kubeconfig", world.kubeconfig, *flags)


def edited(path: Path, change: Callable[[JsonObject], object]) -> Path:
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))
    return path


@pytest.mark.parametrize("flags, due_writes", [((), DUE), (("--prune", "--prune-after", "0s"), sorted([*DUE, ONLY_GONE]))])
def test_fresh_plan(due: World, clean_ends: dict[str, list[JsonObject]], flags: tuple[str, ...],
                    due_writes: list[str]) -> None:
    """Needs no source, and asks nothing: it was reviewed."""
    path = save(due, *flags)
    due.services.clear()
    run = apply_plan(due, path)
    assert run.code == 0 and due.api.writes() == due_writes, run
    if not flags:
        assert content(due.store) == clean_ends["apply"]


def test_plan_that_was_printed(due: World) -> None:
    """`diff -o json` prints what `--out` saves."""
    run = due.diff("-o", "json")
    path = due.folder / "plan.json"
    path.write_text(run.stdout)
    assert json.loads(run.stdout)["fingerprint"]
    run = apply_plan(due, path)
    assert run.code == 0 and set(due.api.writes()) == set(DUE), run


def test_plan_is_the_same_as_apply(due: World, new_world: Callable[[], World]) -> None:
    other = in_the_middle(new_world())
    assert other.prune().code == 0
    assert apply_plan(due, save(due, "--prune", "--prune-after", "0s"), "--yes").code == 0
    assert content(due.store) == content(other.store)


def test_istiod_writes_a_status_meanwhile(due: World) -> None:
    path = save(due)
    for name in ("alpha", "beta", "old"):
        due.store.write_status(key(name))
    run = apply_plan(due, path)
    assert run.code == 0 and set(due.api.writes()) == set(DUE), run


def changed_spec(world: World) -> None:
    world.store.edit(key("beta"), lambda entry: entry["spec"].update(exportTo=["."]))


def changed_label(world: World) -> None:
    world.store.edit(key("gamma"), lambda entry: entry["metadata"]["labels"].update(team="shop"))


def deleted(world: World) -> None:
    world.store.remove(key("beta"))


def deleted_and_made_again(world: World) -> None:
    entry = world.store.get(key("beta"))
    world.store.remove(key("beta"))
    world.store.write({**entry, "metadata": {name: entry["metadata"][name] for name in ("name", "namespace", "labels")}})


def came_into_being(world: World) -> None:
    entry = world.store.get(key("beta"))
    entry["metadata"] = {"name": host("delta"), "namespace": "mesh"}
    world.store.write(entry)


def another_of_ours_changed(world: World) -> None:
    """The plan leaves it as it is; but whether the plan is right may rest on it."""
    world.store.edit(key("alpha"), lambda entry: entry["spec"].update(endpoints=[{"address": "10.9.9.9"}]))


def another_of_ours_went(world: World) -> None:
    world.store.remove(key("omega"))


def applied_meanwhile(world: World) -> None:
    assert world.apply().code == 0
    world.api.forget()


@pytest.mark.parametrize("happening, name", [
    (changed_spec, "beta"), (changed_label, "gamma"), (deleted, "beta"), (deleted_and_made_again, "beta"),
    (came_into_being, "delta"), (another_of_ours_changed, ""), (another_of_ours_went, ""), (applied_meanwhile, "beta")])
def test_stale_plan(due: World, happening: Any, name: str) -> None:
    """Nothing at all is done."""
    path = save(due)
    happening(due)
    before = due.store.objects()
    run = apply_plan(due, path)
    assert run.code == 5 and run.out == b"" and due.api.writes() == [] and due.store.objects() == before, run
    assert (host(name) if name else "test") in run.stderr, run


def test_somebody_elses_change_is_none_of_ours(due: World) -> None:
    path = save(due)
    due.store.edit(key("alpha"), lambda entry: entry["metadata"].setdefault("annotations", {}).update(note="x"))
    due.store.write({**due.store.get(key("alpha")), "metadata": {"name": "theirs", "namespace": "default"}}, "peer")
    run = apply_plan(due, path)
    assert run.code == 0 and due.api.writes() == DUE, run


def test_who_may_look_at_some_namespaces_only(world: World) -> None:
    """The plan changes something in one of them; whether the other ones are as they were is looked at, too."""
    config = world.folder / "mesh.yaml"
    config.write_text("apiVersion: registry2istio.io/v1\nkind: Config\ndefaults: {namespace: mesh}\n"
                      "rules: [{name: elsewhere, match: {service: alpha}, set: {namespace: default}}]\n")

    def run(command: str, *flags: str | Path) -> Run:
        return world.r2i(command, *world.from_file(), "-c", config, "--owner", world.owner, "--kubeconfig", world.kubeconfig,
                         *flags)

    world.services = {"alpha": ["10.0.0.1"], "beta": ["10.0.0.2"]}
    assert run("apply").code == 0
    world.services["beta"] = ["10.0.0.3"]
    for kind in ("serviceentries", "workloadentries"):
        world.api.deny("list", kind, "")
    path = world.folder / "plan.json"
    assert run("diff", "--out", path).code == 1
    assert json.loads(path.read_text())["namespaces"] == ["default", "mesh"]
    world.api.forget()
    applied = apply_plan(world, path)
    assert applied.code == 0 and world.api.writes() == [patch("beta")], applied


def test_applied_twice(due: World) -> None:
    path = save(due)
    assert apply_plan(due, path).code == 0
    due.api.forget()
    again = apply_plan(due, path)
    assert again.code == 5 and due.api.writes() == [], again


EDITS: dict[str, Callable[[JsonObject], object]] = {
    "a version of the future": lambda plan: plan.update(apiVersion="registry2istio.io/v9"),
    "another kind": lambda plan: plan.update(kind="Snapshot"),
    "a change without a name": lambda plan: plan["changes"][0].pop("name", None) or plan["changes"][0].pop("key", None),
    "an action that is none": lambda plan: plan["changes"][0].update(action="obliterate"),
    "a change twice": lambda plan: plan["changes"].append(plan["changes"][0]),
    "changes of null": lambda plan: plan.update(changes=None),
    "another address": lambda plan: plan["changes"][0]["after"]["spec"]["endpoints"][0].update(address="10.6.6.6"),
    "a change less": lambda plan: plan["changes"].pop(),
    "a note": lambda plan: plan["changes"][0].update(note="fine"),
    "an unknown key": lambda plan: plan.update(extra=1),
}


@pytest.mark.parametrize("change", EDITS.values(), ids=EDITS.keys())
def test_edited_plan(due: World, change: Callable[[JsonObject], object]) -> None:
    """What was edited by hand is not carried out in part."""
    path = edited(save(due), change)
    run = apply_plan(due, path)
    assert run.code == 2 and due.api.words() == [] and f"{path}:" in run.stderr, run


@pytest.mark.parametrize("text", ["", "{", "null", "[]", "kind: Plan"])
def test_broken_plan(due: World, text: str) -> None:
    path = due.folder / "plan.json"
    path.write_text(text)
    run = apply_plan(due, path)
    assert run.code == 2 and due.api.words() == [] and "plan.json" in run.stderr, run


def test_plan_for_another_cluster(due: World, new_world: Callable[[], World]) -> None:
    path = save(due)
    other = in_the_middle(new_world())
    run = apply_plan(other, path)
    assert run.code == 2 and other.api.writes() == [] and due.api.address in run.stderr, run


@pytest.mark.parametrize("flags", [("--from", "file=x.json"), ("--plan", "missing.json")])
def test_usage(due: World, flags: tuple[str, ...]) -> None:
    path = save(due)
    run = apply_plan(due, path, *flags) if "--from" in flags else due.r2i("apply", *flags, "--kubeconfig", due.kubeconfig)
    assert run.code == 2 and due.api.writes() == [], run


def test_what_was_refused_is_no_part_of_the_plan(due: World) -> None:
    due.store.edit(key("beta"), lambda entry: entry["spec"].update(resolution="DNS"))
    path = due.folder / "plan.json"
    run = due.diff("--out", path)
    assert run.code == 1, run
    assert path.stat().st_mode & 0o777 == 0o600
    run = apply_plan(due, path, "--yes")
    assert run.code == 0 and due.api.writes() == sorted({*DUE} - {patch("beta")}), run
