"""Whose an object is: two owners, other managers, adoption, conflicts, and objects that are to be left alone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from support.object_store import CLIENT_SIDE_APPLY
from support.snapshots import JsonObject
from world import GONE_SINCE, MANAGER, World, delete, foreign_entry, host, key, patch

ARGO = "argocd-controller"


def as_other(world: World, owner: str = "other") -> World:
    """The same registry and cluster, in the hands of another owner."""
    other = World(world.r2i, world.api, world.folder)
    other.owner, other.source = owner, "west"
    return other


def export(world: World) -> JsonObject:
    """The one object that the program prints for this world."""
    run = world.run("export")
    assert run.code == 0, run
    (found,) = run.objects
    return found


def edit(world: World, name: str, manager: str = "kubectl-edit", **spec: Any) -> None:
    world.store.edit(key(name), lambda entry: entry["spec"].update(spec), manager)


# Two owners


def test_two_owners_in_one_namespace(world: World) -> None:
    world.services = {"web": ["10.0.0.1"], "api": ["10.0.0.2"]}
    other = as_other(world)
    other.services = {"pay": ["10.0.0.3"], "log": ["10.0.0.4"]}
    world.must_apply()
    other.must_apply()
    for one in (world, other):
        assert one.prune().out == b"" and world.api.writes() == []
    del world.services["api"]
    world.must_apply()
    assert world.prune().code == 0 and world.names() == ["log", "pay", "web"]
    assert other.apply().out == b""


@pytest.mark.parametrize("flags", [(), ("--adopt",), ("--force-conflicts",)])
def test_another_owners_object_is_never_taken(world: World, flags: tuple[str, ...]) -> None:
    world.services = {"web": ["10.0.0.1"], "new": ["10.0.0.2"]}
    other = as_other(world)
    other.services = {"web": ["10.0.0.9"]}
    other.must_apply()
    for run, code in ((world.diff(*flags), 1), (world.apply(*flags), 6)):
        assert run.code == code, run
        assert 'it belongs to the owner "other"' in run.stdout + run.stderr, run
    assert world.api.writes() == [patch("new")] and world.endpoints("web") == ["10.0.0.9"]


def test_an_owner_without_objects_takes_nothing_away(due: World) -> None:
    other = as_other(due)
    run = other.prune("--prune-source", "consul")
    assert run.code == 0 and due.api.writes() == [], run


def test_a_copied_object_is_not_ours(world: World) -> None:
    """It has our labels, but somebody else has made it."""
    world.services = {"web": ["10.0.0.1"]}
    world.must_apply()
    copied = world.store.get(key("web"))
    copied["metadata"] = {"name": "copy", "namespace": "mesh", "labels": copied["metadata"]["labels"]}
    copied["spec"]["hosts"] = ["copy.example.com"]
    world.store.kubectl_apply(copied)
    run = world.prune()
    assert run.code == 0 and world.api.writes() == [] and len(world.store.objects()) == 2, run


def test_an_owner_is_needed(world: World) -> None:
    world.services = {"web": ["10.0.0.1"]}
    for command in ("apply", "diff"):
        run = world.r2i(command, *world.from_file(), "--kubeconfig", world.kubeconfig)
        assert run.code == 2 and "--owner" in run.stderr and world.api.words() == [], run


# Adoption


def made_by_kubectl(world: World) -> None:
    world.store.kubectl_apply(export(world))


def made_by_kubectl_with_old_content(world: World) -> None:
    made = export(world)
    made["spec"]["endpoints"] = [{"address": "10.9.9.9"}]
    world.store.kubectl_apply(made)


def made_by_argo(world: World) -> None:
    made = export(world)
    world.store.apply(key("web"), {**made, "metadata": {**made["metadata"], "labels": {"argo": "1"}}}, ARGO)


def made_by_hand(world: World) -> None:
    world.store.write({**foreign_entry(host("web")), "spec": {**foreign_entry()["spec"], "hosts": [host("web")]}})


@pytest.mark.parametrize("make, manager, is_shared", [
    pytest.param(make, manager, is_shared, id=make.__name__) for make, manager, is_shared in (
        (made_by_kubectl, CLIENT_SIDE_APPLY, True), (made_by_kubectl_with_old_content, CLIENT_SIDE_APPLY, False),
        (made_by_argo, ARGO, True), (made_by_hand, "kubectl-edit", False))])
def test_adoption(world: World, make: Any, manager: str, is_shared: bool) -> None:
    """Refused with the name of the one who made it; with --adopt it is ours. A field on which both agreed belongs to both
    from then on, so its first change takes it over."""
    world.services = {"web": ["10.0.0.1"]}
    make(world)
    before = world.store.objects()
    for run, code in ((world.diff(), 1), (world.apply(), 6)):
        assert run.code == code and manager in run.stdout + run.stderr and "--adopt" in run.stdout + run.stderr, run
    assert world.api.writes() == [] and world.store.objects() == before

    shown = world.diff("--adopt")
    assert shown.code == 1 and f"adopted: was {manager}'s" in shown.stdout, shown
    run = world.apply("--adopt")
    assert run.code == 0 and world.api.writes() == [patch("web")], run
    entry = world.store.get(key("web"))
    assert world.endpoints("web") == ["10.0.0.1"]
    assert entry["metadata"]["labels"]["registry2istio.io/owner"] == "test"
    assert MANAGER in [one["manager"] for one in entry["metadata"]["managedFields"]]
    world.api.forget()
    assert world.apply().out == b"" and world.api.writes() == []
    world.services["web"] = ["10.0.0.2"]
    later = world.apply()
    assert later.code == (6 if is_shared else 0) and ("--force-conflicts" in later.stderr) == is_shared, later
    world.must_apply("--force-conflicts")
    world.services["web"] = ["10.0.0.3"]
    assert world.apply().code == 0 and world.endpoints("web") == ["10.0.0.3"]


def test_adoption_keeps_what_others_added(world: World) -> None:
    world.services = {"web": ["10.0.0.1"]}
    made = export(world)
    made["metadata"]["labels"]["team"] = "shop"
    made["spec"]["subjectAltNames"] = ["spiffe://shop"]
    world.store.kubectl_apply(made)
    assert world.apply("--adopt").code == 0
    entry = world.store.get(key("web"))
    assert entry["metadata"]["labels"]["team"] == "shop" and entry["spec"]["subjectAltNames"] == ["spiffe://shop"]


# Conflicts


def test_conflict(world: World) -> None:
    """With the other one's name and both values; nothing else waits for it."""
    world.services = {"web": ["10.0.0.1"], "api": ["10.0.0.2"]}
    world.must_apply()
    edit(world, "web", resolution="DNS")
    world.services["api"] = ["10.0.0.3"]
    diff = world.diff()
    assert diff.code == 1, diff
    for word in ("kubectl-edit", ".spec.resolution", "DNS", "STATIC", "--force-conflicts"):
        assert word in diff.stdout, diff
    run = world.apply()
    assert run.code == 6 and world.api.writes() == [patch("api")], run
    assert "kubectl-edit" in run.stderr and host("web") in run.stderr, run
    forced = world.apply("--force-conflicts")
    assert forced.code == 0 and world.store.get(key("web"))["spec"]["resolution"] == "STATIC", forced
    assert world.apply().out == b""


def test_conflict_that_arises_meanwhile(world: World) -> None:
    """The API server finds it, after the plan: not forced, unless one wants it."""
    world.services = {"web": ["10.0.0.1"]}
    world.must_apply()
    world.services["web"] = ["10.0.0.2"]

    def scale(_asked: object) -> None:
        world.api.before_write = lambda _asked: None
        edit(world, "web", endpoints=[{"address": "10.9.9.9"}])

    world.api.before_write = scale
    run = world.apply()
    assert run.code == 6 and host("web") in run.stderr and world.endpoints("web") == ["10.9.9.9"], run


@pytest.mark.parametrize("flags", [(), ("--force-conflicts",)])
def test_gone_service_that_somebody_has_edited(due: World, flags: tuple[str, ...]) -> None:
    """What somebody else has set an apply cannot take away: said, with what would; and not done again and again."""
    edit(due, "leaving", endpoints=[{"address": "10.4.4.4"}])
    for _ in range(2):
        run = due.apply(*flags)
        assert run.code == 6 and due.endpoints("leaving") == ["10.4.4.4"] and not due.is_gone("leaving"), run
        assert "kubectl-edit" in run.stderr and "kubectl patch" in run.stderr, run
        assert patch("leaving") not in due.api.writes()
    due.store.edit(key("leaving"), lambda entry: entry["spec"].pop("endpoints"))
    assert due.apply(*flags).code == 0 and due.is_gone("leaving")


@pytest.mark.parametrize("flags, code", [((), 6), (("--force-conflicts",), 0)])
def test_gone_service_whose_mark_somebody_has_edited(due: World, flags: tuple[str, ...], code: int) -> None:
    due.store.edit(key("old"), lambda entry: entry["metadata"]["annotations"].update({GONE_SINCE: "next week"}))
    run = due.apply(*flags)
    assert run.code == code and due.is_gone("old"), run
    assert (due.store.get(key("old"))["metadata"]["annotations"][GONE_SINCE] == "next week") == (not flags)
    assert flags or "--force-conflicts" in run.stderr, run


def test_endpoints_that_only_somebody_else_has_set(world: World) -> None:
    """A service without an instance, for which somebody has written an endpoint by hand: it is theirs, and no difference."""
    world.services = {"web": []}
    world.must_apply("--service-port", "80")
    edit(world, "web", endpoints=[{"address": "10.4.4.4"}])
    run = world.apply("--service-port", "80")
    assert run.code == 0 and world.api.writes() == [] and world.endpoints("web") == ["10.4.4.4"], run


def test_labels_of_others_survive(world: World) -> None:
    world.services = {"web": ["10.0.0.1"]}
    world.must_apply()
    world.store.edit(key("web"), lambda entry: entry["metadata"]["labels"].update(team="shop"), "kubectl-label")
    assert world.apply().out == b""
    world.services["web"] = ["10.0.0.2"]
    assert world.apply().code == 0
    assert world.store.get(key("web"))["metadata"]["labels"]["team"] == "shop"


def test_a_manager_with_an_empty_map_owns_nothing_in_it(world: World) -> None:
    """`"f:labels": {}` is the map itself, as the API server writes it: no conflict with a label of ours."""
    world.services = {"web": ["10.0.0.1"]}
    made = export(world)
    made["metadata"]["labels"] = {"team": "shop"}
    world.store.kubectl_apply(made)
    assert world.apply("--adopt").code == 0
    world.store.edit(key("web"), lambda entry: entry["metadata"]["labels"].update(team="other"), "kubectl-label")
    fields = {one["manager"]: one["fieldsV1"] for one in world.store.get(key("web"))["metadata"]["managedFields"]}
    assert fields[CLIENT_SIDE_APPLY]["f:metadata"]["f:labels"] == {}
    world.source = "west"
    run = world.apply("--rename-source", "consul=west")
    assert run.code == 0, run
    assert world.store.get(key("web"))["metadata"]["labels"]["registry2istio.io/source"] == "west"


def test_fields_that_are_no_longer_wanted_go(world: World) -> None:
    """What we set once, and nobody else has, is removed; that is a difference even if nothing else is."""
    world.services = {"web": ["10.0.0.1"]}
    world.must_apply("--export-to", ".")
    assert world.store.get(key("web"))["spec"]["exportTo"] == ["."]
    diff = world.diff()
    assert diff.code == 1 and "exportTo" in diff.stdout, diff
    assert world.apply().code == 0 and "exportTo" not in world.store.get(key("web"))["spec"]


# Left alone


@pytest.mark.parametrize("where", ["annotations", "labels"])
def test_reconcile_disabled(due: World, where: str) -> None:
    """Neither changed, nor emptied, nor deleted: said, and no failure."""
    for name in ("beta", "leaving", "old"):
        due.store.edit(key(name), lambda entry: entry["metadata"].setdefault(where, {}).update(
            {"registry2istio.io/reconcile": "disabled"}))
    run = due.prune()
    assert run.code == 0 and due.api.writes() == sorted([patch("delta"), patch("gamma")]), run
    assert all(host(name) in run.stderr for name in ("beta", "leaving", "old")) or "3 left alone" in run.stderr, run
    diff = due.diff()
    assert diff.code == 0 and "reconcile" in diff.stdout, diff


def test_reconcile_disabled_on_somebody_elses(world: World) -> None:
    world.services = {"web": ["10.0.0.1"]}
    entry = {**foreign_entry(host("web"))}
    entry["metadata"]["annotations"] = {"registry2istio.io/reconcile": "disabled"}
    world.store.write(entry)
    run = world.apply("--adopt")
    assert run.code == 0 and world.api.writes() == [], run


# Twins


def test_twin_of_a_new_host(world: World) -> None:
    """Istio would serve the older one: ours is not made beside it."""
    world.store.write({**foreign_entry(), "spec": {**foreign_entry()["spec"], "hosts": [host("web")]}})
    world.services = {"web": ["10.0.0.1"], "api": ["10.0.0.2"]}
    for run, code in ((world.diff(), 1), (world.apply(), 6)):
        assert run.code == code and "ServiceEntry mesh/foreign" in run.stdout + run.stderr, run
    assert world.api.writes() == [patch("api")]


def test_twin_of_a_host_that_is_there(world: World) -> None:
    world.services = {"web": ["10.0.0.1"]}
    world.must_apply()
    world.store.write({**foreign_entry("foreign", "default"), "spec": {**foreign_entry()["spec"], "hosts": [host("web")]}})
    world.services["web"] = ["10.0.0.2"]
    run = world.apply()
    assert re.search(r"^R2I4010 error: .*ServiceEntry default/foreign", run.stderr, re.M), run
    assert world.endpoints("web") == ["10.0.0.2"]


def test_object_with_a_word_of_tomorrow(world: World) -> None:
    """What we do not understand is somebody else's."""
    world.services = {"web": ["10.0.0.1"]}
    world.must_apply()
    world.store.edit(key("web"), lambda entry: entry["spec"].update(resolution="NEWEST"))
    world.services = {}
    run = world.prune("--allow-empty", "consul/dc1")
    assert re.search(r"^R2I4004 warning: ServiceEntry mesh/\S+: spec.resolution", run.stderr, re.M), run
    assert world.api.writes() == [] and world.names() == ["web"]


def test_nothing_of_a_peer_is_pruned(world: World) -> None:
    world.store.write(foreign_entry("a"))
    world.store.kubectl_apply(foreign_entry("b"))
    world.store.apply(key("c"), {**foreign_entry(host("c"))}, ARGO)
    world.services = {"web": ["10.0.0.1"]}
    assert world.prune("--prune-source", "other").code == 0
    assert [word for word in world.api.writes() if word.startswith("delete")] == []
    assert delete("c") not in world.api.writes()
