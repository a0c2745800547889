"""From inline endpoints to WorkloadEntries and back: whatever fails in between, no host is ever without endpoints."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from support.api_faults import not_valid, status
from support.faults import resets
from support.scripted_http import Step
from world import World, host, key, together

INLINE: tuple[str, ...] = ()
WORKLOADS = ("--layout", "workload-entries")
SERVICES = {"api": ["10.0.0.1", "10.0.0.2"], "pay": ["10.0.1.1"], "web": ["10.0.2.1", "10.0.2.2", "10.0.2.3"]}
DIRECTIONS = pytest.mark.parametrize("before, after", [(INLINE, WORKLOADS), (WORKLOADS, INLINE)], ids=["there", "back"])
# Six WorkloadEntries and three ServiceEntries, and a dry run for the namespace.
WRITES = 10


def ends(world: World) -> dict[str, list[str]]:
    return {name: sorted(world.endpoints(name)) for name in SERVICES}


def watch(world: World) -> World:
    """Looks at every host before each write. `world.services` are SERVICES."""
    world.services = {name: list(addresses) for name, addresses in SERVICES.items()}

    def look(_asked: object) -> None:
        for name, addresses in SERVICES.items():
            if world.store.has(key(name)) and sorted(world.endpoints(name)) != addresses:
                world.seen.append(f"{name} had {world.endpoints(name)} before {world.api.calls[-1]}")

    world.api.before_write = look
    return world


@pytest.fixture
def watched(world: World) -> World:
    return watch(world)


def assert_settled(world: World, flags: tuple[str, ...]) -> None:
    """As if it had never been otherwise."""
    assert ends(world) == SERVICES and world.seen == []
    assert len(world.store.objects("WorkloadEntry")) == (6 if flags else 0)
    assert all(("endpoints" in entry["spec"]) == (not flags) for entry in world.store.objects("ServiceEntry"))
    world.api.forget()
    run = world.apply(*flags)
    assert run.code == 0 and run.out == b"" and world.api.writes() == [], run


@DIRECTIONS
def test_switch(watched: World, before: tuple[str, ...], after: tuple[str, ...]) -> None:
    """Neither is a deletion that --prune would be needed for."""
    watched.must_apply(*before)
    diff = watched.diff(*after)
    assert diff.code == 1, diff
    run = watched.apply(*after)
    assert run.code == 0, run
    assert_settled(watched, after)


@DIRECTIONS
@pytest.mark.parametrize("step", [not_valid, resets, status(500)], ids=["422", "reset", "500"])
def test_failure_in_the_middle(new_world: Callable[[], World], before: tuple[str, ...], after: tuple[str, ...],
                               step: Step) -> None:
    """From the first, second, … write on, nothing is taken any more."""
    def cell(world: World, number: int) -> None:
        world.must_apply(*before)
        world.api.fail_writes_from(number, step)
        run = world.apply(*after, "--parallelism", "1")
        assert run.code in (0, 4, 6), run
        assert ends(world) == SERVICES and world.seen == [], run
        world.api.heal()
        again = world.apply(*after)
        assert again.code == 0, again
        assert_settled(world, after)

    together({f"from write {number} on": partial(cell, watch(new_world()), number) for number in range(1, WRITES + 1)})


@DIRECTIONS
@pytest.mark.parametrize("name", SERVICES)
def test_one_object_that_cannot_be_written(watched: World, before: tuple[str, ...], after: tuple[str, ...], name: str) -> None:
    """Its service stays as it was, the others switch."""
    watched.must_apply(*before)
    plural = "workloadentries" if after else "serviceentries"
    watched.api.every(not_valid, verb="patch", plural=plural, name=first_name(watched, name, after))
    run = watched.apply(*after)
    assert run.code == 6 and ends(watched) == SERVICES, run
    entry = watched.store.get(key(name))
    assert ("endpoints" in entry["spec"]) == (not before), "the service has switched though a part of it could not"
    watched.api.heal()
    assert watched.apply(*after).code == 0
    assert_settled(watched, after)


def first_name(world: World, name: str, flags: tuple[str, ...]) -> str:
    """Of the objects that a service gets, one."""
    if not flags:
        return host(name)
    run = world.run("export", *flags)
    names = sorted(entry["metadata"]["name"] for entry in run.objects if entry["kind"] == "WorkloadEntry")
    return next(one for one in names if one.startswith(host(name)))


def test_endpoints_that_come_and_go(watched: World) -> None:
    """A WorkloadEntry that goes while its service stays is a change of endpoints: no --prune."""
    watched.must_apply(*WORKLOADS)
    watched.services["web"] = ["10.0.2.1", "10.0.2.9"]
    run = watched.apply(*WORKLOADS)
    assert run.code == 0 and watched.endpoints("web") == ["10.0.2.1", "10.0.2.9"], run
    verbs = sorted(word.split()[0] for word in watched.api.writes())
    assert verbs == ["delete", "delete", "patch"], watched.api.writes()


def test_gone_service_of_workloads(watched: World) -> None:
    """Its WorkloadEntries go, its ServiceEntry stays for an hour, then goes, too."""
    watched.must_apply(*WORKLOADS)
    del watched.services["pay"]
    run = watched.apply(*WORKLOADS)
    assert run.code == 0 and watched.endpoints("pay") == [] and watched.is_gone("pay"), run
    pruned = watched.prune(*WORKLOADS)
    assert pruned.code == 0 and watched.names() == ["api", "web"], pruned
    assert len(watched.store.objects("WorkloadEntry")) == 5
