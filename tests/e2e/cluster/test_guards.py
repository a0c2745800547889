"""The rules that stop a plan before it does harm; and what a person would type to let it pass."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from world import MANAGER, World, delete, key, patch

MARK = "registry2istio.io/gone-since"


def many(world: World, count: int) -> World:
    world.services = {f"s{number:02}": [f"10.0.0.{number}", f"10.0.1.{number}"] for number in range(1, count + 1)}
    world.must_apply()
    return world


def leave(world: World, count: int) -> list[str]:
    """The first services leave, one after the other, each emptied by an apply of its own."""
    names = sorted(world.services)[:count]
    for name in names:
        del world.services[name]
    run = world.apply("--max-shrink-percent", "100")
    assert run.code == 0 and all(world.is_gone(name) for name in names), run
    world.api.forget()
    return names


def remedy(text: str) -> list[str]:
    """What the program says one would type."""
    found = re.findall(r"to let it pass: ([^)\n]+)\)", text)
    assert found, text
    return found[0].split()


def assert_passes(world: World, *flags: str) -> None:
    """The flags that the program names are those that help, and the diff says so beforehand."""
    diff = world.diff("--prune", "--prune-after", "0s", *flags)
    assert diff.code == 1, diff
    run = world.prune(*flags)
    assert run.code == 0, run
    assert world.api.writes() != []


@pytest.mark.parametrize("live, leaving, withheld", [
    (40, 10, 0), (40, 11, 11),  # more than 10
    (10, 3, 0), (10, 4, 4),  # more than 30 %
    (2, 1, 0), (1, 1, 1), (20, 6, 0), (20, 7, 7)])
def test_deletions(world: World, live: int, leaving: int, withheld: int) -> None:
    """One is always allowed, unless nothing would be left."""
    many(world, live)
    if live == leaving:
        world.services.clear()
        run = world.prune()
        assert run.code == 5 and world.api.writes() == [] and remedy(run.stderr) == ["--allow-empty", "consul/dc1"], run
        return
    names = leave(world, leaving)
    world.services["new"] = ["10.0.2.1"]
    run = world.prune()
    assert run.code == (5 if withheld else 0), run
    # The rest is done.
    assert world.api.writes() == sorted([patch("new"), *([] if withheld else map(delete, names))]), run
    if withheld:
        world.api.forget()
        assert all(name in run.stderr for name in names[:5]), run
        flags = remedy(run.stderr)
        assert flags[0].startswith("--max-delete")
        assert_passes(world, *flags)
        assert world.api.writes() == [delete(name) for name in names]


def test_both_limits_at_once(world: World) -> None:
    many(world, 20)
    leave(world, 15)
    run = world.prune()
    assert run.code == 5 and remedy(run.stderr) == ["--max-delete", "15", "--max-delete-percent", "75"], run
    for half in (remedy(run.stderr)[:2], remedy(run.stderr)[2:]):
        assert world.prune(*half).code == 5
    assert_passes(world, *remedy(run.stderr))


@pytest.mark.parametrize("kept, code", [(10, 0), (9, 5)])
def test_shrinking(world: World, kept: int, code: int) -> None:
    """Half of the endpoints of a scope may go at once, no more; where only their addresses change, none goes."""
    world.services = {"web": [f"10.0.0.{number}" for number in range(1, 21)]}
    world.must_apply()
    world.services["web"] = world.services["web"][:kept]
    world.services["new"] = ["10.0.2.1"]
    run = world.apply()
    assert run.code == code and (patch("web") in world.api.writes()) == (code == 0), run
    assert world.endpoints("new") == ["10.0.2.1"]
    if code:
        assert len(world.endpoints("web")) == 20
        flags = remedy(run.stderr)
        assert flags[0] == "--max-shrink-percent"
        assert_passes(world, *flags)
        assert len(world.endpoints("web")) == kept


def test_new_addresses_are_no_shrinking(world: World) -> None:
    many(world, 5)
    world.services = {name: [f"{address}0" for address in addresses] for name, addresses in world.services.items()}
    assert world.apply().code == 0 and len(world.api.writes()) == 5


def test_emptying_is_shrinking(world: World) -> None:
    """A registry that has lost most of its services empties nothing."""
    many(world, 10)
    world.services = {"s01": world.services["s01"], "new": ["10.0.2.1"]}
    run = world.apply()
    assert run.code == 5 and world.api.writes() == [patch("new")], run
    assert len(world.endpoints("s10")) == 2
    assert_passes(world, *remedy(run.stderr))
    assert world.is_gone("s10")


def test_services_without_healthy_instances(world: World) -> None:
    """They are kept without endpoints; but not all at once."""
    many(world, 4)
    world.services = {name: [] for name in world.services}
    run = world.apply("--service-port", "80")
    assert run.code == 5 and world.api.writes() == [], run
    assert all(len(world.endpoints(name)) == 2 for name in world.services)


@pytest.mark.parametrize("flag, minutes, code", [((), 9, 0), ((), 14, 5), (("--max-snapshot-age", "1h"), 14, 0),
                                                 (("--max-snapshot-age", "0"), 100_000, 0),
                                                 (("--max-snapshot-age", "5m"), 9, 5)])
def test_old_snapshot(due: World, flag: tuple[str, ...], minutes: int, code: int) -> None:
    """It deletes and shrinks nothing; what it adds is added."""
    due.age = timedelta(minutes=minutes)
    run = due.prune(*flag)
    assert run.code == code, run
    assert (patch("leaving") in due.api.writes()) == (delete("old") in due.api.writes()) == (code == 0)
    assert patch("delta") in due.api.writes() and patch("beta") in due.api.writes()
    if code:
        assert "--max-snapshot-age 0" in run.stderr, run


def test_snapshot_of_unknown_age(due: World) -> None:
    path = Path(due.from_file()[1].removeprefix("file="))
    path.write_text(re.sub(r'\s*"fetchedAt": "[^"]*",', "", path.read_text()))
    run = due.prune(source=("--from", f"file={path}"))
    assert run.code == 5 and "old" in due.names() and due.endpoints("leaving") == ["10.0.4.1"], run


def test_yes_answers_no_guard(due: World) -> None:
    due.services.clear()
    run = due.prune("--yes", "--force-conflicts", "--adopt", "--allow-move")
    assert run.code == 5 and due.api.writes() == [], run


def test_diff_says_what_apply_would_withhold(due: World) -> None:
    """And with which exit code."""
    due.services.clear()
    run = due.diff(*("--prune", "--prune-after", "0s"))
    assert run.code == 5 and remedy(run.stdout) == ["--allow-empty", "consul/dc1"], run
    assert due.api.writes() == []


def test_each_scope_has_its_guard(world: World) -> None:
    """What one source loses does not hide behind what another has."""
    many(world, 20)
    world.source, east = "west", dict(world.services)
    world.services = {"inv": ["10.1.0.1"], "log": ["10.1.0.2"]}
    world.must_apply()
    world.services.clear()
    run = world.prune()
    assert run.code == 5 and world.api.writes() == [] and "--allow-empty west/dc1" in run.stderr, run
    assert set(world.names()) == {*east, "inv", "log"}


@pytest.mark.parametrize("year", ["2199", "2999", "9999"])
def test_mark_of_the_future(world: World, year: str) -> None:
    """It is not believed: the time begins when the program sees it."""
    many(world, 6)
    name = leave(world, 1)[0]
    future = {MARK: f"{year}-01-01T00:00:00Z"}
    world.store.edit(key(name), lambda entry: entry["metadata"]["annotations"].update(future), MANAGER)
    run = world.prune("--force-conflicts")
    assert run.code == 0 and delete(name) not in world.api.writes() and name in world.names(), run
    assert world.store.get(key(name))["metadata"]["annotations"][MARK] < "2199"


def test_usage_of_prune(due: World) -> None:
    """Without a terminal nobody could be asked: said at the start, before anything is read."""
    run = due.apply("--prune")
    assert run.code == 2 and "--yes" in run.stderr and due.api.words() == [], run
    assert due.diff("--prune").code == 1
