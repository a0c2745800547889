"""Objects of sources that are read no more, sources with another name, and services that move."""

from __future__ import annotations

import pytest
from support.api_faults import not_valid
from world import DUE, ONLY_GONE, World, delete, host, key, patch


def two_sources(world: World) -> None:
    """`west` was applied, too; from now on only `consul` is read."""
    world.services = {"web": ["10.0.0.1"], "api": ["10.0.0.2"]}
    world.must_apply()
    world.source, consul = "west", world.services
    world.services = {"inv": ["10.1.0.1"], "log": ["10.1.0.2"]}
    world.must_apply()
    world.source, world.services = "consul", consul


def test_a_source_that_is_not_read_is_left_alone(world: World) -> None:
    two_sources(world)
    run = world.prune()
    assert run.code == 0 and world.api.writes() == [] and len(world.names()) == 4, run


def test_prune_source(world: World) -> None:
    """First emptied, as everything that goes; then deleted. Who gives a source up has said that all of it may go."""
    two_sources(world)
    flags = ("--prune-source", "west")
    emptied = world.prune(*flags)
    assert emptied.code == 0 and world.api.writes() == [patch("inv"), patch("log")], emptied
    assert world.is_gone("inv") and world.is_gone("log")
    world.api.forget()
    run = world.prune(*flags)
    assert run.code == 0 and world.api.writes() == [delete("inv"), delete("log")], run
    assert world.names() == ["api", "web"]


def test_prune_one_scope_of_a_source(world: World) -> None:
    two_sources(world)
    other = world.prune("--prune-source", "west/dc9")
    assert other.code == 0 and world.api.writes() == [], other
    run = world.prune("--prune-source", "west/dc1")
    assert run.code == 0 and len(world.api.writes()) == 2, run


def test_prune_source_that_is_read(due: World) -> None:
    """It contradicts itself. The name of a snapshot's source is known only later: what it has is not given up."""
    run = due.prune("--prune-source", "consul", source=("--from", "consul=http://127.0.0.1:1"))
    assert run.code == 2 and due.api.words() == [] and "consul" in run.stderr, run
    named = due.prune("--prune-source", "consul")
    assert named.code == 0 and due.api.writes() == sorted([*DUE, ONLY_GONE]), named


def test_renamed_source(world: World) -> None:
    """Refused, since another source of the same names may be meant; then taken over, object by object."""
    world.services = {"web": ["10.0.0.1"], "api": ["10.0.0.2"], "old": ["10.0.0.3"]}
    world.must_apply()
    world.source = "west"
    del world.services["old"]
    world.services["new"] = ["10.0.0.4"]
    run = world.apply()
    assert run.code == 6 and "--rename-source consul=west" in run.stderr, run
    assert world.api.writes() == [patch("new")]
    world.api.forget()
    renamed = world.apply("--rename-source", "consul=west")
    assert renamed.code == 0, renamed
    assert world.api.writes() == [patch("api"), patch("old"), patch("web")] and world.is_gone("old")
    assert {entry["metadata"]["labels"]["registry2istio.io/source"] for entry in world.store.objects()
            if entry["metadata"]["name"] != host("old")} == {"west"}
    world.api.forget()
    assert world.apply().out == b""


def test_what_was_renamed_can_be_pruned_later(world: World) -> None:
    """Without the flag, too: the rename is done once."""
    world.services = {"web": ["10.0.0.1"], "api": ["10.0.0.2"], "old": ["10.0.0.3"]}
    world.must_apply()
    world.source = "west"
    del world.services["old"]
    assert world.apply("--rename-source", "consul=west").code == 0
    run = world.prune()
    assert run.code == 0 and world.names() == ["api", "web"], run


@pytest.mark.parametrize("flags", [("--rename-source", "consul"), ("--rename-source", "a=a"),
                                   ("--rename-source", "a=b", "--rename-source", "a=c"), ("--allow-empty", "consul")])
def test_flags_that_say_nothing(world: World, flags: tuple[str, ...]) -> None:
    world.services = {"web": ["10.0.0.1"]}
    run = world.apply(*flags)
    assert run.code == 2 and world.api.words() == [], run


# Moves


def test_move_to_another_namespace(world: World) -> None:
    """Two objects for one host would be twins: refused; with the flag the new one is there before the old one goes."""
    world.services = {"web": ["10.0.0.1"], "api": ["10.0.0.2"]}
    world.must_apply()
    world.namespace = "default"
    world.services["new"] = ["10.0.0.3"]
    for run, code in ((world.diff(), 1), (world.prune(), 6)):
        assert run.code == code and "--allow-move" in run.stdout + run.stderr, run
    assert world.api.writes() == [patch("new", "default")]
    world.api.forget()
    moved = world.apply("--allow-move")
    assert moved.code == 0, moved
    words = [str(asked) for asked in world.api.calls if asked.writes]
    for name in ("api", "web"):
        assert words.index(patch(name, "default")) < words.index(delete(name))
    assert world.endpoints("web", "default") == ["10.0.0.1"] and not world.store.has(key("web"))


def test_move_to_another_name(world: World) -> None:
    world.services = {"web": ["10.0.0.1"]}
    world.must_apply()
    flags = ("--host-template", "{service}.mesh.example.com")
    refused = world.apply(*flags)
    assert refused.code == 6 and world.api.writes() == [] and "--allow-move" in refused.stderr, refused
    moved = world.apply(*flags, "--allow-move")
    assert moved.code == 0 and [one["metadata"]["name"] for one in world.store.objects()] == ["web.mesh.example.com"], moved


def test_move_that_fails_half_way(world: World) -> None:
    """The old object stays as long as the new one is not there."""
    world.services = {"web": ["10.0.0.1"], "api": ["10.0.0.2"]}
    world.must_apply()
    world.namespace = "default"
    world.api.every(not_valid, verb="patch", name=host("web"))
    run = world.apply("--allow-move")
    assert run.code == 6 and delete("web") not in world.api.writes() and world.endpoints("web") == ["10.0.0.1"], run
    assert world.endpoints("api", "default") == ["10.0.0.2"] and not world.store.has(key("api"))
    world.api.heal()
    again = world.apply("--allow-move")
    assert again.code == 0 and world.endpoints("web", "default") == ["10.0.0.1"] and not world.store.has(key("web")), again


# Narrowing


def test_narrowing_of_both_sides(due: World) -> None:
    """What is not included is neither written nor missed."""
    run = due.prune("--include", "beta", "--include", "nothing*")
    assert run.code == 0 and due.api.writes() == [patch("beta")], run
    assert "old" in due.names() and due.endpoints("leaving") == ["10.0.4.1"]


def test_narrowing_to_what_goes(due: World) -> None:
    """Where nothing else is looked at, nothing is left: the guard for that has to be told."""
    run = due.prune("--include", "old")
    assert run.code == 5 and due.api.writes() == [] and "--allow-empty consul/dc1" in run.stderr, run
    told = due.prune("--include", "old", "--allow-empty", "consul/dc1")
    assert told.code == 0 and due.api.writes() == [delete("old")], told


def test_exclusion(due: World) -> None:
    run = due.prune("--exclude", "leaving", "--exclude", "old", "--exclude", "beta")
    assert run.code == 0 and due.api.writes() == sorted([patch("delta"), patch("gamma")]), run
    diff = due.diff("--exclude", "*")
    assert diff.code == 0 and "no changes" in diff.stdout, diff


# Namespaces


def test_missing_namespace_is_one_error(world: World) -> None:
    world.namespace = "nope"
    world.services = {f"s{number:02}": [f"10.0.0.{number}"] for number in range(1, 31)}
    for command, *flags in (["apply"], ["apply", "--dry-run=server"], ["diff", "--dry-run=server"]):
        run = world.run(command, *flags)
        assert run.code == 4 and "nope" in run.stderr and run.stderr.count("\n") < 6, run
        assert world.api.writes() == [] and world.store.objects() == []
    world.store.namespaces.add("nope")
    run = world.apply()
    assert run.code == 0 and len(world.names()) == 30, run
