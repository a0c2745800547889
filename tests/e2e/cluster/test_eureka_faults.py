"""A Eureka that is not well takes nothing away from the cluster: every fault against `apply --prune`, held by what the API
server was asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from support.fake_eureka import FakeEureka, instance, registry, with_lease
from support.faults import (cut, dies, endless, fails, hangs_up, redirects, resets, rewritten, says, silent, trickles,
                            usual_with)
from support.object_store import Key
from support.processes import free_port
from support.program import Run
from support.scripted_http import Exchange, Step
from world import GONE_SINCE, PRUNE, World

SOON = ("--request-timeout", "2s")  # long enough for a machine that has much to do
KEPT = ("api", "leaving", "pay", "web")


@dataclass(frozen=True)
class Fault:
    step: Step
    settings: str = ""
    flags: tuple[str, ...] = ()


def not_http(exchange: Exchange) -> None:
    exchange.close()
    exchange.send(b"SSH-2.0-OpenSSH_9.2\r\n")


def starting(*names: str) -> Step:
    """What a server answers that has taken these services in ten seconds ago."""
    instances = {name.upper(): [with_lease(instance(name, "10.0.0.1"), age=10)] for name in names}
    return says(json.dumps(registry(instances)))


FAULTS = {
    "500": Fault(fails(500, "oops")),
    "503": Fault(fails(503)),
    "429": Fault(fails(429)),
    "429 until much later": Fault(fails(429, Retry_After="3600")),
    "401": Fault(fails(401)),
    "403": Fault(fails(403)),
    "404": Fault(fails(404)),
    "reset": Fault(resets),
    "no answer": Fault(hangs_up),
    "dies": Fault(dies),
    "silence": Fault(silent, flags=SOON),
    "trickle": Fault(trickles, flags=SOON),
    "cut body": Fault(cut),
    "endless": Fault(endless, "?maxAnswerBytes=1048576"),
    "no HTTP": Fault(not_http),
    "redirect": Fault(redirects("http://127.0.0.2:1/")),
    "XML": Fault(says("<applications>\n  <versions__delta>1</versions__delta>\n</applications>")),
    "a page of HTML": Fault(says("<html>Log in</html>")),
    "null": Fault(says("null")),
    "no body": Fault(says("")),
    "204": Fault(says("", 204)),
    "empty after a restart": Fault(says(json.dumps(registry({})))),
    "partial after a restart": Fault(starting("web")),
    "nearly whole after a restart": Fault(starting("api", "leaving", "pay", "web")),
}


def key(name: str) -> Key:
    return Key("serviceentries", "mesh", f"{name}.eureka")


def word(verb: str, name: str) -> str:
    return f"{verb} serviceentries mesh/{name}.eureka"


def names(world: World) -> list[str]:
    return [one["metadata"]["name"].removesuffix(".eureka") for one in world.store.objects("ServiceEntry")]


def addresses(world: World, name: str) -> list[str]:
    return [one["address"] for one in world.store.get(key(name))["spec"].get("endpoints", [])]


def is_gone(world: World, name: str) -> bool:
    entry = world.store.get(key(name))
    return "endpoints" not in entry["spec"] and GONE_SINCE in entry["metadata"].get("annotations", {})


@pytest.fixture
def running(world: World, new_eureka: Callable[..., FakeEureka]) -> tuple[World, FakeEureka]:
    """Applied from Eureka. `pay` has most of the instances; `old` has gone and is due to be pruned; `leaving` has gone just
    now; `web` has an instance more than when it was applied."""
    eureka = new_eureka()
    for number, name in enumerate(("api", "leaving", "old", "web"), start=1):
        eureka.register(name, f"10.0.0.{number}")
    for number in range(1, 8):
        eureka.register("pay", f"10.0.1.{number}")
    assert apply_from(world, eureka).code == 0
    eureka.deregister("old")
    assert apply_from(world, eureka).code == 0 and is_gone(world, "old")
    eureka.deregister("leaving")
    eureka.register("web", "10.0.2.1")
    world.api.forget()
    return world, eureka


def apply_from(world: World, *eurekas: FakeEureka, flags: tuple[str, ...] = (), settings: str = "") -> Run:
    source = ",".join(one.base for one in eurekas)
    return world.apply(*flags, source=("--from", f"eureka={source}{settings}"))


def assert_nothing_went(world: World, run: Run) -> None:
    assert run.code == 3, run
    assert world.api.writes() == [], run
    assert sorted(names(world)) == sorted([*KEPT, "old"])
    assert [len(addresses(world, name)) for name in ("api", "leaving", "pay", "web")] == [1, 1, 7, 1], run


def assert_heals(world: World, eureka: FakeEureka) -> None:
    run = apply_from(world, eureka, flags=PRUNE)
    assert run.code == 0, run
    assert sorted(world.api.writes()) == sorted([word("patch", "leaving"), word("patch", "web"), word("delete", "old")])
    assert sorted(names(world)) == sorted(KEPT) and is_gone(world, "leaving")
    assert addresses(world, "web") == ["10.0.0.4", "10.0.2.1"] and len(addresses(world, "pay")) == 7


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_fault(running: tuple[World, FakeEureka], fault: Fault) -> None:
    world, eureka = running
    eureka.always_apps(fault.step)
    run = apply_from(world, eureka, flags=(*PRUNE, *fault.flags), settings=fault.settings)
    assert_nothing_went(world, run)
    if fault.step is not dies:
        eureka.always_apps(usual_with())
        assert_heals(world, eureka)


@pytest.mark.parametrize("step", [rewritten(b'"10.0.1.3"', b"[]"), rewritten(b'"name": "PAY", "instance": [',
                                                                              b'"name": "PAY", "instance": [null, ')],
                         ids=["an address that is none", "an instance that is null"])
def test_one_service(running: tuple[World, FakeEureka], step: Step) -> None:
    """What was read in full is written nevertheless; nothing is emptied, and nothing goes."""
    world, eureka = running
    eureka.always_apps(step)
    run = apply_from(world, eureka, flags=PRUNE)
    assert run.code == 3 and world.api.writes() == [word("patch", "web")], run
    assert len(addresses(world, "pay")) == 7 and addresses(world, "leaving") == ["10.0.0.2"]


@pytest.mark.parametrize("step", [fails(500), fails(429), resets, hangs_up, cut, rewritten(b'"apps__hashcode": "UP_',
                                                                                          b'"apps__hashcode": "UP_9')],
                         ids=["500", "429", "reset", "end", "cut", "another count"])
def test_fault_that_passes(running: tuple[World, FakeEureka], step: Step) -> None:
    world, eureka = running
    eureka.script_apps(step)
    assert_heals(world, eureka)


def test_restart(running: tuple[World, FakeEureka]) -> None:
    """From the first second on until everything is back: nothing goes, and nothing shrinks."""
    world, eureka = running
    before = dict(eureka.apps)
    eureka.restart()
    assert_nothing_went(world, apply_from(world, eureka, flags=PRUNE))
    for age, app in ((10, "WEB"), (40, "API"), (170, "PAY")):
        eureka.age = age
        eureka.apps[app] = before[app]
        assert_nothing_went(world, apply_from(world, eureka, flags=PRUNE))
    eureka.age = 200
    assert_heals(world, eureka)


def test_instances_that_come_back_one_by_one(running: tuple[World, FakeEureka]) -> None:
    world, eureka = running
    seven = eureka.apps["PAY"]
    eureka.age = 20
    for count in (1, 3, 6):
        eureka.apps["PAY"] = seven[:count]
        assert_nothing_went(world, apply_from(world, eureka, flags=PRUNE))


def test_old_server_that_lost_most_of_its_services(running: tuple[World, FakeEureka]) -> None:
    """It is believed, and yet it is more than half of the scope: a guard holds."""
    world, eureka = running
    for name in ("api", "pay"):
        eureka.deregister(name)
    run = apply_from(world, eureka, flags=PRUNE)
    assert run.code == 5, run
    assert sorted(world.api.writes()) == sorted([word("delete", "old"), word("patch", "web")]), run
    assert len(addresses(world, "pay")) == 7 and len(addresses(world, "api")) == 1


def test_peers_of_which_one_has_restarted(running: tuple[World, FakeEureka],
                                          new_eureka: Callable[..., FakeEureka]) -> None:
    world, eureka = running
    restarted = new_eureka(age=5)
    restarted.register("web", "10.0.0.4")
    run = apply_from(world, restarted, eureka, flags=PRUNE)
    assert run.code == 0, run
    assert sorted(world.api.writes()) == sorted([word("patch", "leaving"), word("patch", "web"), word("delete", "old")])
    world.api.forget()
    eureka.die()
    assert apply_from(world, restarted, eureka, flags=PRUNE).code == 3 and world.api.writes() == []


def test_nobody_listens(running: tuple[World, FakeEureka]) -> None:
    world, eureka = running
    run = world.apply(*PRUNE, source=("--from", f"eureka=http://127.0.0.1:{free_port()}/eureka"))
    assert_nothing_went(world, run)
    assert_heals(world, eureka)


def test_restart_shows_in_no_directory(running: tuple[World, FakeEureka]) -> None:
    world, eureka = running
    flags = ("--output-dir", "manifests")
    assert world.run("export", *flags, source=("--from", f"eureka={eureka.base}")).code == 0
    eureka.restart()
    eureka.register("web", "10.0.0.4")
    run = world.run("export", *flags, source=("--from", f"eureka={eureka.base}"))
    assert run.code == 3, run
    files = {path.name for path in world.r2i.home.joinpath("manifests").rglob("*.yaml")}
    assert len([name for name in files if "eureka" in name]) == 3, files
