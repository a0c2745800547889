"""A ZooKeeper that is not well takes nothing away from the cluster: every fault against `apply --prune`, held by what the
API server was asked for (see test_registry_faults.py)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from support.fake_zookeeper import (AUTH_FAILED, CONNECT, FakeZooKeeper, MARSHALLING, NO_AUTH, NO_NODE, SESSION_EXPIRED, Step,
                                    THROTTLED, UNIMPLEMENTED, after, answers_pings_alone, cut, cut_body, dies, expires, fails,
                                    garbage, hangs_up, miscounted, other_answer, resets, says, silent, trickles)
from support.processes import free_port
from support.program import SECRET, Run
from world import PRUNE, World, delete, patch

PASSWORD = SECRET + "password"
SOON = ("--request-timeout", "1s")


@dataclass(frozen=True)
class Fault:
    step: Step
    flags: tuple[str, ...] = ()


LOST = {
    "end": Fault(hangs_up),
    "reset": Fault(resets),
    "dies": Fault(dies),
    "expired session": Fault(expires),
    "session that is told to have expired": Fault(fails(SESSION_EXPIRED)),
    "throttled": Fault(fails(THROTTLED)),
    "cut answer": Fault(cut),
    "silence": Fault(silent, SOON),
    "pings alone": Fault(answers_pings_alone, SOON),
    "trickle": Fault(trickles, SOON),
    "no jute": Fault(says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), SOON),
    "garbage": Fault(garbage),
    "cut body": Fault(cut_body),
    "miscounted": Fault(miscounted),
    "answer to another request": Fault(other_answer),
    "marshalling": Fault(fails(MARSHALLING)),
}
OF_ONE_NODE = {"denied": Fault(fails(NO_AUTH)), "unimplemented": Fault(fails(UNIMPLEMENTED))}
ROOT, PAY, INSTANCE = "/services", "/services/pay", "/services/pay/10.0.1.3:8080"


@pytest.fixture
def running(world: World, new_zookeeper: Callable[..., FakeZooKeeper]) -> tuple[World, FakeZooKeeper]:
    """Applied from ZooKeeper. `pay` has most of the instances; `old` has gone and is due to be pruned; `leaving` has gone just
    now; `web` has an instance more than when it was applied."""
    zookeeper = new_zookeeper()
    for number, name in enumerate(("api", "leaving", "old", "web"), start=1):
        zookeeper.register(name, f"10.0.0.{number}")
    for number in range(1, 8):
        zookeeper.register("pay", f"10.0.1.{number}")
    assert apply_from(world, zookeeper).code == 0
    zookeeper.delete("/services/old")
    assert apply_from(world, zookeeper).code == 0 and world.is_gone("old")
    zookeeper.delete("/services/leaving")
    zookeeper.register("web", "10.0.2.1")
    world.api.forget()
    return world, zookeeper


def apply_from(world: World, zookeeper: FakeZooKeeper, *flags: str, settings: str = "") -> Run:
    address = f"zookeeper=reader:{PASSWORD}@{zookeeper.address}{settings}"
    return world.apply("--host-template", "{service}.service.consul", *flags, source=("--from", address))


def assert_nothing_went(world: World, run: Run, code: int = 3) -> None:
    """Where the registry is believed and only a guard holds, what was gone before goes."""
    assert run.code == code, run
    deletions = {word for word in world.api.writes() if word.startswith("delete")}
    assert deletions <= ({delete("old")} if code == 5 else set()), run
    assert set(world.names()) - {"old"} == {"api", "leaving", "pay", "web"} and ("old" in world.names() or deletions)
    assert [len(world.endpoints(name)) for name in ("api", "leaving", "pay")] == [1, 1, 7], run
    assert "10.0.0.4" in world.endpoints("web")


def assert_heals(world: World, zookeeper: FakeZooKeeper) -> None:
    zookeeper.heal()
    run = apply_from(world, zookeeper, *PRUNE)
    assert run.code == 0, run
    assert world.names() == ["api", "leaving", "pay", "web"] and world.is_gone("leaving")
    assert world.endpoints("web") == ["10.0.0.4", "10.0.2.1"] and len(world.endpoints("pay")) == 7


@pytest.mark.parametrize("path", [CONNECT, "sync", ROOT, PAY, INSTANCE], ids=["connect", "sync", "root", "service", "instance"])
@pytest.mark.parametrize("fault", LOST.values(), ids=LOST.keys())
def test_session(running: tuple[World, FakeZooKeeper], fault: Fault, path: str) -> None:
    world, zookeeper = running
    if path == CONNECT and fault.step not in (hangs_up, resets, dies, cut, silent, trickles, LOST["no jute"].step):
        pytest.skip("no fault of the first answer")
    if path == "sync" and fault.step is garbage:
        pytest.skip("nothing is read of the answer but that there is one")
    zookeeper.always(path, fault.step)
    run = apply_from(world, zookeeper, *PRUNE, *fault.flags)
    assert_nothing_went(world, run)
    assert world.api.writes() == [], "of half a tree nothing is written"
    if fault.step is not dies:
        assert_heals(world, zookeeper)


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST.keys())
def test_session_that_is_lost_once(running: tuple[World, FakeZooKeeper], fault: Fault) -> None:
    world, zookeeper = running
    if fault.step is dies:
        pytest.skip("a server does not come back")
    zookeeper.script(INSTANCE, fault.step)
    run = apply_from(world, zookeeper, *PRUNE, *fault.flags)
    assert run.code == 0 and len(world.endpoints("pay")) == 7 and world.is_gone("leaving"), run
    assert world.api.writes().count(delete("old")) == 1 and "old" not in world.names()


@pytest.mark.parametrize("path", [PAY, INSTANCE], ids=["service", "instance"])
@pytest.mark.parametrize("fault", OF_ONE_NODE.values(), ids=OF_ONE_NODE.keys())
def test_node_that_cannot_be_read(running: tuple[World, FakeZooKeeper], fault: Fault, path: str) -> None:
    """What was read in full is written nevertheless."""
    world, zookeeper = running
    zookeeper.always(path, fault.step)
    assert_nothing_went(world, apply_from(world, zookeeper, *PRUNE))
    assert world.api.writes() == [patch("web")] and len(world.endpoints("web")) == 2
    assert_heals(world, zookeeper)


@pytest.mark.parametrize("step", [fails(NO_AUTH), fails(UNIMPLEMENTED), fails(NO_NODE)], ids=["denied", "unimplemented", "gone"])
def test_root_that_cannot_be_read(running: tuple[World, FakeZooKeeper], step: Step) -> None:
    world, zookeeper = running
    zookeeper.always(ROOT, step)
    assert_nothing_went(world, apply_from(world, zookeeper, *PRUNE))
    assert world.api.writes() == []
    assert_heals(world, zookeeper)


@pytest.mark.parametrize("data", ["{", "null", "[]", "{}", "text", '{"name":"pay","address":"10.0.1.3","port":"eighty"}',
                                  '{"name":"pay","port":8080,"payload":{"metadata":{"dubbo.endpoints":"{"}}}'])
def test_malformed_data(running: tuple[World, FakeZooKeeper], data: str) -> None:
    world, zookeeper = running
    zookeeper.put(INSTANCE, data)
    assert_nothing_went(world, apply_from(world, zookeeper, *PRUNE))
    assert world.api.writes() == [patch("web")]
    zookeeper.register("pay", "10.0.1.3")
    assert_heals(world, zookeeper)


def test_node_that_vanishes_between_list_and_read(running: tuple[World, FakeZooKeeper]) -> None:
    """It is gone, and so is its endpoint; nothing else."""
    world, zookeeper = running
    zookeeper.script(INSTANCE, after(lambda: zookeeper.delete(INSTANCE)))
    run = apply_from(world, zookeeper, *PRUNE)
    assert run.code == 0 and len(world.endpoints("pay")) == 6 and "10.0.1.3" not in world.endpoints("pay"), run


def test_every_session_has_ended(running: tuple[World, FakeZooKeeper]) -> None:
    """After an outage of the ensemble: the folders are there, the instances are not."""
    world, zookeeper = running
    for path in [path for path in zookeeper.nodes if path.count("/") == 3]:
        zookeeper.delete(path)
    assert_nothing_went(world, apply_from(world, zookeeper, *PRUNE))
    assert world.api.writes() == []


def test_most_sessions_have_ended(running: tuple[World, FakeZooKeeper]) -> None:
    """The folders say that the services are there; their endpoints stay until somebody knows better."""
    world, zookeeper = running
    for path in [path for path in zookeeper.nodes if path.count("/") == 3 and "/web/" not in path]:
        zookeeper.delete(path)
    run = apply_from(world, zookeeper, *PRUNE)
    assert run.code == 0 and "2 services: 2 no known port" in run.stderr, run
    assert [len(world.endpoints(name)) for name in ("api", "pay", "web")] == [1, 7, 2] and world.is_gone("leaving")


def test_most_folders_have_gone(running: tuple[World, FakeZooKeeper]) -> None:
    """Whole, as far as one can see: then a guard holds."""
    world, zookeeper = running
    for name in ("api", "pay"):
        zookeeper.delete(f"/services/{name}")
    assert_nothing_went(world, apply_from(world, zookeeper, *PRUNE), 5)


@pytest.mark.parametrize("settings", ["?root=/other", "?layout=dubbo", "/nowhere", "?layout=template&root=/services&key={service}/{address}"])
def test_wrong_settings(running: tuple[World, FakeZooKeeper], settings: str) -> None:
    """The last one reads folders as services: what it finds is believed, and the guards hold."""
    world, zookeeper = running
    run = apply_from(world, zookeeper, *PRUNE, settings=settings)
    assert run.code in (0, 1, 3, 5), run
    assert all(len(world.endpoints(name)) >= count for name, count in (("api", 1), ("pay", 7))), run


def test_user_that_is_not_taken(running: tuple[World, FakeZooKeeper]) -> None:
    world, zookeeper = running
    zookeeper.always("auth", fails(AUTH_FAILED))
    assert_nothing_went(world, apply_from(world, zookeeper, *PRUNE))
    assert world.api.writes() == []
    assert_heals(world, zookeeper)


def test_nobody_listens(running: tuple[World, FakeZooKeeper]) -> None:
    world, zookeeper = running
    source = ("--from", f"zookeeper=127.0.0.1:{free_port()}")
    assert_nothing_went(world, world.apply("--host-template", "{service}.service.consul", *PRUNE, source=source))
    assert world.api.writes() == []
    assert_heals(world, zookeeper)


def test_one_of_two_roots_fails(world: World, new_zookeeper: Callable[..., FakeZooKeeper]) -> None:
    """Each decides about its own objects alone."""
    zookeeper = new_zookeeper()
    for root in ("/a", "/b"):
        for name in ("one", "two", "three"):
            zookeeper.register(f"{root[1:]}-{name}", root=root)
    source = ("--from", f"zookeeper={zookeeper.address}?root=/a,/b")
    apply = ("--host-template", "{service}.service.consul")
    assert world.apply(*apply, source=source).code == 0
    for root in ("/a", "/b"):
        zookeeper.delete(f"{root}/{root[1:]}-one")
    zookeeper.script("/a", fails(NO_AUTH))
    world.api.forget()
    run = world.apply(*apply, *PRUNE, source=source)
    assert run.code == 3 and world.api.writes() == [patch("b-one")] and world.is_gone("b-one"), run
