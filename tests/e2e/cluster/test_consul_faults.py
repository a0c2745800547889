"""A Consul of several datacenters, or of several agents, takes nothing away from the cluster where it is not well. The same as
test_registry_faults.py, which has what one agent of one datacenter does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.fake_consul import FakeConsul
from support.faults import dies, fails, hangs_up, resets, rewritten, says, silent, trickles, usual
from support.object_store import Key
from support.processes import free_port
from support.program import Run
from support.scripted_http import Exchange, Step
from test_registry_faults import FILTERED, LEADERLESS, OUT_OF_TOUCH, SOON, circles, elects, swollen
from world import GONE_SINCE, PRUNE, World

NAMES = ["api", "leaving", "pay", "web"]
ALL = "?datacenter=all"
BOTH = "?datacenter=dc1,dc2"


def begin(consul: FakeConsul, datacenter: str, net: int) -> None:
    """What the datacenter knew at first; the second octet of its addresses is `net`."""
    for number, name in enumerate(("api", "leaving", "old", "web"), start=1):
        consul.register(name, f"10.{net}.0.{number}", datacenter=datacenter)
    for number in range(1, 8):
        consul.register("pay", f"10.{net}.1.{number}", datacenter=datacenter)


def apply(world: World, *agents: FakeConsul | str, settings: str = "", flags: tuple[str, ...] = PRUNE) -> Run:
    addresses = ",".join(one if isinstance(one, str) else one.address for one in agents)
    return world.apply(*flags, source=("--from", f"consul={addresses}{settings}"))


def host(name: str, datacenter: str = "dc1") -> str:
    return f"{name}.service.consul" if datacenter == "dc1" else f"{name}.service.{datacenter}.consul"


def patch(name: str, datacenter: str = "dc1") -> str:
    return f"patch serviceentries mesh/{host(name, datacenter)}"


def delete(name: str, datacenter: str = "dc1") -> str:
    return f"delete serviceentries mesh/{host(name, datacenter)}"


def due(datacenter: str = "dc1") -> list[str]:
    """The writes of a datacenter that is read in full."""
    return [delete("old", datacenter), patch("leaving", datacenter), patch("web", datacenter)]


def names(world: World) -> list[str]:
    return [one["metadata"]["name"] for one in world.store.objects("ServiceEntry")]


def endpoints(world: World, name: str, datacenter: str = "dc1") -> list[str]:
    entry = world.store.get(Key("serviceentries", "mesh", host(name, datacenter)))
    return [one["address"] for one in entry["spec"].get("endpoints", [])]


def is_gone(world: World, name: str, datacenter: str = "dc1") -> bool:
    entry = world.store.get(Key("serviceentries", "mesh", host(name, datacenter)))
    return "endpoints" not in entry["spec"] and GONE_SINCE in entry["metadata"].get("annotations", {})


def assert_nothing_went(world: World, datacenter: str = "dc1", net: int = 1) -> None:
    assert [one for one in world.api.writes() if one.startswith("delete") and one.endswith(host("", datacenter))] == []
    assert {host(name, datacenter) for name in (*NAMES, "old")} <= set(names(world))
    assert [len(endpoints(world, name, datacenter)) for name in ("api", "leaving", "pay")] == [1, 1, 7]
    assert f"10.{net}.0.4" in endpoints(world, "web", datacenter)


def assert_done(world: World, datacenter: str = "dc1", web: tuple[str, ...] = ("10.1.0.4", "10.1.2.1")) -> None:
    """`leaving` is emptied by the first run that finds it so, and deleted by the next."""
    there = {one for one in names(world) if one.endswith(host("", datacenter))}
    assert there - {host("leaving", datacenter)} == {host(name, datacenter) for name in ("api", "pay", "web")}
    assert host("leaving", datacenter) not in there or is_gone(world, "leaving", datacenter)
    assert [len(endpoints(world, name, datacenter)) for name in ("api", "pay")] == [1, 7]
    assert endpoints(world, "web", datacenter) == list(web)


# Several datacenters


@pytest.fixture
def federated(world: World, new_consul: Callable[..., FakeConsul]) -> FakeConsul:
    """Applied from an agent of dc1 that knows dc2. In both, `pay` has most of the instances; `old` has gone and is due to be
    pruned; `leaving` has gone just now; `web` has an instance more than when it was applied."""
    consul = new_consul()
    consul.add_datacenter("dc2")
    for net, datacenter in enumerate(("dc1", "dc2"), start=1):
        begin(consul, datacenter, net)
    assert apply(world, consul, settings=ALL, flags=()).code == 0
    for datacenter in ("dc1", "dc2"):
        consul.deregister("old", datacenter)
    assert apply(world, consul, settings=ALL, flags=()).code == 0 and is_gone(world, "old") and is_gone(world, "old", "dc2")
    for net, datacenter in enumerate(("dc1", "dc2"), start=1):
        consul.deregister("leaving", datacenter)
        consul.register("web", f"10.{net}.2.1", datacenter=datacenter)
    world.api.forget()
    return consul


def only_in(datacenter: str, step: Step) -> Step:
    """Elsewhere the usual answer."""
    def one_of_them(exchange: Exchange) -> None:
        there = exchange.request.query.get("dc", ["dc1"])[0] == datacenter
        (step if there else usual)(exchange)
    return one_of_them


def assert_both_heal(world: World, consul: FakeConsul, *writes: str) -> None:
    """`writes`: what is still due."""
    world.api.forget()
    run = apply(world, consul, settings=ALL)
    assert run.code == 0 and world.api.writes() == sorted(writes), run
    assert_done(world)
    assert_done(world, "dc2", ("10.2.0.4", "10.2.2.1"))


DATACENTER_FAULTS = {
    "500": (fails(500, "No path to datacenter"), ()), "403": (fails(403, "Permission denied"), ()), "404": (fails(404), ()),
    "reset": (resets, ()), "no answer": (hangs_up, ()), "silence": (silent, SOON), "far too large": (swollen, ()),
    "redirect in a circle": (circles, ()), "null": (says("null"), ()), "a number": (says("7"), ()), "no body": (says(""), ()),
}


@pytest.mark.parametrize("step, flags", [
    *DATACENTER_FAULTS.values(), (trickles, SOON), (says("[]"), ()), (says("{}"), ()), (says('["dc1", 2]'), ()),
    (says('["dc1", null]'), ()),
], ids=[*DATACENTER_FAULTS.keys(), "trickle", "none", "an object", "a wrong type inside", "a null inside"])
def test_datacenters_that_cannot_be_listed(world: World, federated: FakeConsul, step: Step, flags: tuple[str, ...]) -> None:
    federated.always("/v1/catalog/datacenters", step)
    size = "&maxAnswerBytes=65536" if step is swollen else ""
    run = apply(world, federated, settings=ALL + size, flags=(*PRUNE, *flags))
    assert run.code == 3 and world.api.writes() == [], run
    federated.always("/v1/catalog/datacenters", usual)
    assert_both_heal(world, federated, *due(), *due("dc2"))


@pytest.mark.parametrize("sound, unwell, net", [("dc1", "dc2", 2), ("dc2", "dc1", 1)], ids=["remote", "local"])
@pytest.mark.parametrize("step, flags", [
    *DATACENTER_FAULTS.values(), (says("{}"), ()), (says("[]"), ()), (says('{"web": []}'), ()), (FILTERED, ()),
    (LEADERLESS, ()), (elects, ()), (OUT_OF_TOUCH, ()),
], ids=[*DATACENTER_FAULTS.keys(), "empty", "a list", "without consul", "filtered", "leaderless", "election in the middle",
        "an hour old"])
def test_datacenter_whose_list_fails(world: World, federated: FakeConsul, step: Step, flags: tuple[str, ...], sound: str,
                                     unwell: str, net: int) -> None:
    """In the other one all is done."""
    federated.always_list(only_in(unwell, step))
    size = "&maxAnswerBytes=65536" if step is swollen else ""
    run = apply(world, federated, settings=ALL + size, flags=(*PRUNE, *flags))
    assert run.code == 3, run
    assert_nothing_went(world, unwell, net)
    written = world.api.writes()
    assert set(due(sound)) <= set(written) <= {*due(sound), patch("web", unwell)}, run
    federated.always_list(usual)
    assert_both_heal(world, federated, delete("leaving", sound), *(set(due(unwell)) - set(written)))


@pytest.mark.parametrize("sound, unwell, net", [("dc1", "dc2", 2), ("dc2", "dc1", 1)], ids=["remote", "local"])
@pytest.mark.parametrize("step", [
    fails(500, "rpc error"), fails(403), resets, circles, says("7"), says("{}"), says("[]"),
    rewritten(b'"Port": 8080', b'"Port": "x"'), FILTERED, LEADERLESS, OUT_OF_TOUCH,
], ids=["500", "403", "reset", "redirect in a circle", "a number", "an object", "no instances", "a wrong type inside",
        "filtered", "leaderless", "an hour old"])
def test_service_of_one_datacenter_that_fails(world: World, federated: FakeConsul, step: Step, sound: str, unwell: str,
                                              net: int) -> None:
    """In the other one all is done, and in its own what was read in full is written."""
    federated.always_detail("pay", only_in(unwell, step))
    run = apply(world, federated, settings=BOTH)
    assert run.code == 3, run
    assert_nothing_went(world, unwell, net)
    assert world.api.writes() == sorted([*due(sound), patch("web", unwell)]), run
    federated.always_detail("pay", usual)
    assert_both_heal(world, federated, delete("leaving", sound), delete("old", unwell), patch("leaving", unwell))


def test_datacenter_that_does_not_exist(world: World, federated: FakeConsul) -> None:
    """Those that do are read in full."""
    run = apply(world, federated, settings="?datacenter=dc1,dc2,dc9")
    assert run.code == 3 and world.api.writes() == sorted([*due(), *due("dc2")]), run
    assert_both_heal(world, federated, delete("leaving"), delete("leaving", "dc2"))


@pytest.mark.parametrize("source", ["?datacenter=dc1", "all without dc2"])
def test_datacenter_that_is_not_named(world: World, federated: FakeConsul, source: str) -> None:
    """It was not read, and nothing of it goes."""
    if source == "all without dc2":
        federated.always("/v1/catalog/datacenters", says('["dc1"]'))
    run = apply(world, federated, settings=ALL if source == "all without dc2" else source)
    assert_nothing_went(world, "dc2", 2)
    assert run.code == 0 and world.api.writes() == due(), run
    federated.always("/v1/catalog/datacenters", usual)
    assert_both_heal(world, federated, delete("leaving"), *due("dc2"))


def test_own_datacenter_that_cannot_be_found_out(world: World, federated: FakeConsul) -> None:
    """A guess would change every host."""
    federated.always("/v1/agent/self", fails(403, "Permission denied"))
    federated.always_detail("consul", fails(403, "Permission denied"))
    run = apply(world, federated, settings=ALL)
    assert run.code == 3 and world.api.writes() == [], run
    federated.always("/v1/agent/self", usual)
    federated.always_detail("consul", usual)
    assert_both_heal(world, federated, *due(), *due("dc2"))


# Services that come and go meanwhile, and servers that lag behind


@pytest.fixture
def running(world: World, new_consul: Callable[..., FakeConsul]) -> FakeConsul:
    """As `federated`, of dc1 alone."""
    consul = new_consul()
    begin(consul, "dc1", 1)
    assert apply(world, consul, flags=()).code == 0
    consul.deregister("old")
    assert apply(world, consul, flags=()).code == 0 and is_gone(world, "old")
    consul.deregister("leaving")
    consul.register("web", "10.1.2.1")
    world.api.forget()
    return consul


def assert_heals(world: World, agent: FakeConsul, *writes: str, web: str = "10.1.2.1") -> None:
    """`writes`: what is still due."""
    world.api.forget()
    run = apply(world, agent)
    assert run.code == 0 and world.api.writes() == sorted(writes), run
    assert_done(world, web=("10.1.0.4", web))


def lags(body: str) -> Step:
    """A server that has been out of touch for an hour, and knew no more than this; its leader is well."""
    def step(exchange: Exchange) -> None:
        (says(body, X_Consul_LastContact="3600000") if "stale" in exchange.request.query else usual)(exchange)
    return step


def test_list_of_a_server_that_lags_behind(world: World, running: FakeConsul) -> None:
    running.always_list(lags('{"consul": []}'))
    run = apply(world, running)
    assert run.code == 0 and world.api.writes() == due(), run
    assert_done(world)


@pytest.mark.parametrize("step", [lags("[]"), says("[]")], ids=["always", "once"])
def test_service_of_a_server_that_lags_behind(world: World, running: FakeConsul, step: Step) -> None:
    for name in ("api", "pay"):
        running.script_detail(name, step)
    run = apply(world, running)
    assert run.code == 0 and world.api.writes() == due(), run
    assert_done(world)


def test_list_that_fails_when_it_is_asked_again(world: World, running: FakeConsul) -> None:
    """`pay` is listed, but has no instances; whether it has gone meanwhile is not to be known."""
    running.always_detail("pay", says("[]"))
    running.script_list(usual)
    running.always_list(fails(403, "Permission denied"))
    run = apply(world, running)
    assert run.code == 3 and world.api.writes() == [patch("web")], run
    assert_nothing_went(world)
    running.always_detail("pay", usual)
    running.always_list(usual)
    assert_heals(world, running, delete("old"), patch("leaving"))


def test_service_that_vanishes_between_list_and_detail(world: World, running: FakeConsul) -> None:
    """It has gone, and is emptied; it is deleted by a run that finds it so."""
    def vanish(exchange: Exchange) -> None:
        running.deregister("api")
        usual(exchange)

    running.script_detail("api", vanish)
    run = apply(world, running)
    assert run.code == 0 and world.api.writes() == [delete("old"), patch("api"), patch("leaving"), patch("web")], run
    assert is_gone(world, "api") and len(endpoints(world, "pay")) == 7


# Several agents


@pytest.fixture
def another(running: FakeConsul, new_consul: Callable[..., FakeConsul]) -> Callable[..., FakeConsul]:
    """another(DATACENTER) is one more agent. It knows what `running` knows now, but for the last address of `web`."""
    def make(datacenter: str = "dc1") -> FakeConsul:
        agent = new_consul(datacenter)
        begin(agent, datacenter, 1)
        agent.deregister("leaving")
        agent.deregister("old")
        agent.register("web", "10.1.2.2")
        return agent
    return make


# Where, and what; "" is the list of services.
FAILOVERS = {
    "the list fails": ("", fails(403)), "the list is far too large": ("", swollen), "the list is a number": ("", says("7")),
    "nothing listed": ("", says("{}")), "filtered": ("", FILTERED), "an old list": ("", OUT_OF_TOUCH),
    "dies at the list": ("", dies), "a detail fails": ("pay", fails(404)), "a detail is reset": ("pay", resets),
    "a detail is not answered": ("pay", hangs_up), "a detail is no JSON": ("pay", says("<html>")),
    "a detail is empty": ("pay", says("[]")), "a wrong type in a detail": ("pay", rewritten(b'"10.1.1.7"', b"17")),
    "no leader": ("pay", LEADERLESS), "election in the middle": ("pay", elects), "dies at a detail": ("pay", dies),
}


def spoil(agent: FakeConsul, where: str, step: Step) -> None:
    if where:
        agent.always_detail(where, step)
    else:
        agent.always_list(step)


@pytest.mark.parametrize("where, step", FAILOVERS.values(), ids=FAILOVERS.keys())
def test_agent_that_takes_over(world: World, running: FakeConsul, another: Callable[..., FakeConsul], where: str,
                               step: Step) -> None:
    """All is as the second one has it, as if the first had never been asked."""
    spoil(running, where, step)
    run = apply(world, running, another(), settings="?maxAnswerBytes=65536")
    assert run.code == 0 and world.api.writes() == due(), run
    assert_done(world, web=("10.1.0.4", "10.1.2.2"))


@pytest.mark.parametrize("where, step", FAILOVERS.values(), ids=FAILOVERS.keys())
def test_agents_that_all_fail(world: World, running: FakeConsul, another: Callable[..., FakeConsul], where: str,
                              step: Step) -> None:
    """Each of them lacks something else, and that they are two makes no whole of it."""
    second = another()
    spoil(running, where, step)
    second.always_detail("api", fails(404))
    run = apply(world, running, second, settings="?maxAnswerBytes=65536")
    assert run.code == 3 and world.api.writes() == [patch("web")], run
    assert_nothing_went(world)
    web = set(endpoints(world, "web")) - {"10.1.0.4"}
    second.always_detail("api", usual)
    still = due() if web == {"10.1.2.1"} else [delete("old"), patch("leaving")]  # the first one may have been used
    assert_heals(world, second, *still, web="10.1.2.2")


def test_agent_that_knows_nothing_takes_over(world: World, running: FakeConsul, new_consul: Callable[..., FakeConsul]) -> None:
    """Believable, and yet no service is there: then a guard holds."""
    running.always_list(fails(403))
    run = apply(world, running, new_consul())
    assert run.code == 5 and set(world.api.writes()) <= {delete("old")}, run
    assert {host(name) for name in NAMES} <= set(names(world)) and len(endpoints(world, "pay")) == 7
    still = set(due()) - set(world.api.writes())
    running.always_list(usual)
    assert_heals(world, running, *still)


@pytest.mark.parametrize("settings", ["", "?datacenter=dc1", ALL], ids=["its own", "dc1", "all"])
def test_agent_of_another_datacenter_takes_nothing_over(world: World, running: FakeConsul,
                                                        another: Callable[..., FakeConsul], settings: str) -> None:
    """It would change what is local, and with it every host."""
    second = another("dc2")
    second.add_datacenter("dc1")
    running.always_detail("pay", fails(404))
    run = apply(world, running, second, settings=settings)
    assert run.code == 3 and world.api.writes() == [patch("web")], run
    assert_nothing_went(world)
    running.always_detail("pay", usual)
    assert_heals(world, running, delete("old"), patch("leaving"))


def test_agent_where_nobody_listens(world: World, running: FakeConsul) -> None:
    run = apply(world, f"http://127.0.0.1:{free_port()}", running)
    assert run.code == 0 and world.api.writes() == due(), run
    assert_done(world)


def test_agents_where_nobody_listens(world: World, running: FakeConsul) -> None:
    run = apply(world, *(f"http://127.0.0.1:{free_port()}" for _ in range(2)))
    assert run.code == 3 and world.api.writes() == [], run
    assert_heals(world, running, *due())


def test_datacenter_that_fails_at_one_agent_only(world: World, federated: FakeConsul,
                                                 new_consul: Callable[..., FakeConsul]) -> None:
    """The next one is asked for everything anew. Where it cannot reach the datacenter either, nothing of that one goes."""
    second = new_consul()
    second.add_datacenter("dc2")
    for net, datacenter in enumerate(("dc1", "dc2"), start=1):
        begin(second, datacenter, net)
        second.deregister("leaving", datacenter)
        second.deregister("old", datacenter)
        second.register("web", f"10.{net}.2.2", datacenter=datacenter)
    unreachable = only_in("dc2", fails(500, "No path to datacenter"))
    federated.always_list(unreachable)
    second.always_list(unreachable)
    run = apply(world, federated, second, settings=ALL)
    assert run.code == 3 and world.api.writes() == due(), run
    assert_nothing_went(world, "dc2", 2)
    second.always_list(usual)
    world.api.forget()
    run = apply(world, federated, second, settings=ALL)
    assert run.code == 0 and world.api.writes() == sorted([delete("leaving"), patch("web"), *due("dc2")]), run
    assert_done(world, web=("10.1.0.4", "10.1.2.2"))
    assert_done(world, "dc2", ("10.2.0.4", "10.2.2.2"))
