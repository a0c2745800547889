"""An etcd that is not well takes nothing away from the cluster: every fault against `apply --prune`, held by what the API
server was asked for (see test_registry_faults.py)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from support.etcd_grpc import EtcdGrpc
from support.fake_etcd import BAD_TOKEN, DENIED, FakeEtcd, LOG_IN, STATUS, TOO_OLD, error, gives
from support.faults import (cut, dies, endless, fails, hangs_up, redirects, resets, rewritten, says, silent, trickles, usual)
from support.processes import free_port
from support.program import SECRET, Run
from support.scripted_http import Exchange, Step
from world import PRUNE, World, delete, patch

PASSWORD = SECRET + "password"
SOON = ("--request-timeout", "2s")  # long enough for a machine that has much to do


@dataclass(frozen=True)
class Fault:
    step: Step
    settings: str = ""
    flags: tuple[str, ...] = ()
    code: int = 3


def not_http(exchange: Exchange) -> None:
    exchange.close()
    exchange.send(b"SSH-2.0-OpenSSH_9.2\r\n")


def only(*services: str) -> Step:
    """As if there were the keys of these services alone."""
    def step(exchange: Exchange) -> None:
        other = FakeEtcd()
        other.revision = 1000
        for number, name in enumerate(services, start=1):
            other.register(name, f"10.0.0.{number}")
        exchange.send(other.usual(exchange.request).encoded())
    return step


EVERYWHERE = {
    "500": Fault(fails(500, "rpc error")),
    "503": Fault(gives(error(503, 14, "etcdserver: no leader"))),
    "429": Fault(fails(429, "slow down")),
    "429 until much later": Fault(fails(429, Retry_After="3600")),
    "400": Fault(gives(error(400, 3, "etcdserver: user name is empty"))),
    "permission denied": Fault(gives(DENIED)),
    "a token never taken": Fault(gives(BAD_TOKEN)),
    "404": Fault(fails(404)),
    "reset": Fault(resets),
    "no answer": Fault(hangs_up),
    "dies": Fault(dies),
    "silence": Fault(silent, flags=SOON),
    "trickle": Fault(trickles, flags=SOON),
    "cut body": Fault(cut),
    "endless": Fault(endless, "&maxAnswerBytes=1048576"),
    "no HTTP": Fault(not_http),
    "redirect": Fault(redirects("http://127.0.0.2:1/", 307)),
    "a page of HTML": Fault(says("<html>Log in</html>")),
    "null": Fault(says("null")),
    "an object": Fault(says("{}")),
    "no body": Fault(says("")),
    "compacted for ever": Fault(gives(TOO_OLD)),
    "another cluster": Fault(rewritten(b'"cluster_id": "17"', b'"cluster_id": "18"')),
    "keys that were not asked for": Fault(rewritten(b'"key": "L3Nl', b'"key": "L2Nl')),
    "fewer keys than counted": Fault(rewritten(b'"count": "', b'"count": "1')),
}
# Of the first page alone.
BELIEVABLE = {
    "no key": Fault(says('{"header":{"cluster_id":"17","revision":"1"}}')),
    "no key of the layout": Fault(says('{"header":{"cluster_id":"17","revision":"1"},'
                                       '"kvs":[{"key":"L3NlcnZpY2VzL2xvY2s="}],"count":"1"}')),
    # "Addr" becomes "Adds".
    "values without addresses": Fault(rewritten(b"ZGRy", b"ZGRz")),
    # Whole, as far as one can see: then a guard holds.
    "a store that was lost": Fault(only("web"), code=5),
}


@pytest.fixture(params=["json", "grpc"])
def running(request: pytest.FixtureRequest, world: World, new_etcd: Callable[..., FakeEtcd],
            grpc_of: Callable[..., EtcdGrpc]) -> tuple[World, FakeEtcd]:
    """Applied from etcd, by each of its APIs, in pages of five keys. `pay` has most of the instances; `old` has gone and is due to be pruned;
    `leaving` has gone just now; `web` has an instance more than when it was applied."""
    etcd = new_etcd(users={"reader": PASSWORD})
    if request.param == "grpc":
        etcd.door = grpc_of(etcd).port
    for number, name in enumerate(("api", "leaving", "old", "web"), start=1):
        etcd.register(name, f"10.0.0.{number}")
    for number in range(1, 8):
        etcd.register("pay", f"10.0.1.{number}")
    assert apply_from(world, etcd).code == 0
    etcd.delete("/services/old/")
    assert apply_from(world, etcd).code == 0 and world.is_gone("old")
    etcd.delete("/services/leaving/")
    etcd.register("web", "10.0.2.1")
    world.api.forget()
    return world, etcd


def apply_from(world: World, etcd: FakeEtcd, *flags: str, page: int = 5, settings: str = "") -> Run:
    address = f"etcd=http://reader:{PASSWORD}@127.0.0.1:{etcd.door}?layout=grpc&prefix=/services&pageSize={page}{settings}"
    return world.apply("--host-template", "{service}.service.consul", *flags, source=("--from", address))


def assert_nothing_went(world: World, run: Run, code: int = 3) -> None:
    """Where the registry is believed and only a guard holds, what was gone before goes."""
    assert run.code == code, run
    deletions = {word for word in world.api.writes() if word.startswith("delete")}
    assert deletions <= ({delete("old")} if code == 5 else set()), run
    assert set(world.names()) - {"old"} == {"api", "leaving", "pay", "web"} and ("old" in world.names() or deletions)
    assert [len(world.endpoints(name)) for name in ("api", "leaving", "pay")] == [1, 1, 7], run
    assert "10.0.0.4" in world.endpoints("web") or code == 5


def assert_heals(world: World, etcd: FakeEtcd) -> None:
    run = apply_from(world, etcd, *PRUNE)
    assert run.code == 0, run
    assert world.names() == ["api", "leaving", "pay", "web"] and world.is_gone("leaving")
    assert world.endpoints("web") == ["10.0.0.4", "10.0.2.1"] and len(world.endpoints("pay")) == 7


@pytest.mark.parametrize("page", [1, 2])
@pytest.mark.parametrize("fault", EVERYWHERE.values(), ids=EVERYWHERE.keys())
def test_page(running: tuple[World, FakeEtcd], fault: Fault, page: int) -> None:
    world, etcd = running
    if fault == EVERYWHERE["endless"] and etcd.door != etcd.port:
        pytest.skip("what stands in front of it would wait for the end")
    if fault == EVERYWHERE["another cluster"] and page == 1:
        pytest.skip("the first page says which cluster it is")
    etcd.script_range(*[usual] * (page - 1))
    etcd.always_range(fault.step)
    run = apply_from(world, etcd, *PRUNE, *fault.flags, settings=fault.settings)
    assert_nothing_went(world, run, fault.code)
    assert world.api.writes() == [], "of some pages nothing is written"
    if fault.step is not dies:
        etcd.always_range(usual)
        assert_heals(world, etcd)


@pytest.mark.parametrize("fault", BELIEVABLE.values(), ids=BELIEVABLE.keys())
def test_answer_that_looks_whole(running: tuple[World, FakeEtcd], fault: Fault) -> None:
    world, etcd = running
    etcd.always_range(fault.step)
    run = apply_from(world, etcd, *PRUNE, page=100)
    assert_nothing_went(world, run, fault.code)
    etcd.always_range(usual)
    assert_heals(world, etcd)


@pytest.mark.parametrize("value", ["", "{", "null", "[]", '{"Op":0}', '{"Op":0,"Addr":"x y"}', '{"Op":0,"Addr":7.5e400}'])
def test_one_malformed_value(running: tuple[World, FakeEtcd], value: str) -> None:
    """What was read in full is written nevertheless."""
    world, etcd = running
    etcd.put("/services/pay/10.0.1.3:8080", value)
    run = apply_from(world, etcd, *PRUNE)
    assert_nothing_went(world, run)
    assert world.api.writes() == [patch("web")] and len(world.endpoints("web")) == 2, run
    etcd.register("pay", "10.0.1.3")
    assert_heals(world, etcd)


@pytest.mark.parametrize("step", [fails(500), fails(429), resets, hangs_up, cut, gives(TOO_OLD)],
                         ids=["500", "429", "reset", "end", "cut", "compacted"])
def test_fault_that_passes(running: tuple[World, FakeEtcd], step: Step) -> None:
    world, etcd = running
    etcd.script_range(step, usual, step)
    assert_heals(world, etcd)


def test_token_that_expires_between_pages(running: tuple[World, FakeEtcd]) -> None:
    world, etcd = running
    etcd.script_range(usual, etcd.expire_tokens())
    assert_heals(world, etcd)


@pytest.mark.parametrize("step", [fails(500), fails(403), says("{}"), hangs_up,
                                  gives(error(400, 3, "etcdserver: authentication failed, invalid user ID or password"))],
                         ids=["500", "403", "empty", "no answer", "refused"])
def test_log_in_that_fails(running: tuple[World, FakeEtcd], step: Step) -> None:
    world, etcd = running
    etcd.always("/v3/" + LOG_IN, step)
    assert_nothing_went(world, apply_from(world, etcd, *PRUNE))
    assert world.api.writes() == []


def test_wrong_api(running: tuple[World, FakeEtcd]) -> None:
    world, etcd = running
    etcd.always(f"/v3/{STATUS}", fails(404))
    assert_nothing_went(world, apply_from(world, etcd, *PRUNE))
    assert world.api.writes() == []


def test_nobody_listens(running: tuple[World, FakeEtcd]) -> None:
    world, etcd = running
    source = ("--from", f"etcd=http://127.0.0.1:{free_port()}?layout=grpc&prefix=/services")
    assert_nothing_went(world, world.apply("--host-template", "{service}.service.consul", *PRUNE, source=source))
    assert world.api.writes() == []
    assert_heals(world, etcd)


def test_one_of_two_roots_fails(world: World, new_etcd: Callable[..., FakeEtcd]) -> None:
    """Each decides about its own objects alone."""
    etcd = new_etcd()
    for root in ("/a", "/b"):
        for name in ("one", "two", "three"):
            etcd.register(f"{root[1:]}-{name}", root=root)
    source = ("--from", f"etcd={etcd.address}?layout=grpc&prefix=/a,/b")
    apply = ("--host-template", "{service}.service.consul")
    assert world.apply(*apply, source=source).code == 0
    for root in ("/a", "/b"):
        etcd.delete(f"{root}/{root[1:]}-one/")
    etcd.script_range(fails(403))
    world.api.forget()
    run = world.apply(*apply, *PRUNE, source=source)
    assert run.code == 3 and world.api.writes() == [patch("b-one")] and world.is_gone("b-one"), run


def test_prefix_that_becomes_empty(world: World, new_etcd: Callable[..., FakeEtcd]) -> None:
    etcd = new_etcd()
    etcd.register("web")
    apply = ("--host-template", "{service}.service.consul")
    source = f"etcd={etcd.address}?layout=grpc&prefix=/services"
    assert world.apply(*apply, source=("--from", source)).code == 0
    etcd.delete("/services/")
    world.api.forget()
    run = world.apply(*apply, *PRUNE, source=("--from", source))
    assert run.code == 3 and world.api.writes() == [] and "trustEmpty=true" in run.stderr, run
    guarded = world.apply(*apply, *PRUNE, source=("--from", source + "&trustEmpty=true"))
    assert guarded.code == 5 and world.api.writes() == [] and "--allow-empty etcd/services" in guarded.stderr, guarded
