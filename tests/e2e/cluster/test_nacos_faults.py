"""A Nacos that is not well takes nothing away from the cluster: every fault against `apply --prune`, held by what the API server
was asked for. The same as test_registry_faults.py, and what only a Nacos does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from support.fake_nacos import LOGINS, FakeNacos
from support.faults import (cut, dies, endless, fails, hangs_up, redirects, resets, rewritten, says, silent, trickles,
                            usual)
from support.object_store import Key
from support.processes import free_port
from support.program import SECRET, Run
from support.scripted_http import Exchange, Step
from world import GONE_SINCE, PRUNE, World

SOON = ("--request-timeout", "2s")  # long enough for a machine that has much to do
NAMES = ["api", "leaving", "pay", "web"]


@dataclass(frozen=True)
class Fault:
    step: Step
    settings: str = ""
    flags: tuple[str, ...] = ()
    code: int = 3


EVERYWHERE = {
    "500": Fault(fails(500, "caused: broken;")),
    "503 while it starts": Fault(fails(503, "server is STARTING now, please try again later!")),
    "429 until much later": Fault(fails(429, Retry_After="3600")),
    "403": Fault(fails(403, "token expired!")),
    "400": Fault(fails(400)),
    "reset": Fault(resets),
    "no answer": Fault(hangs_up),
    "dies": Fault(dies),
    "silence": Fault(silent, flags=SOON),
    "trickle": Fault(trickles, flags=SOON),
    "cut body": Fault(cut),
    "endless": Fault(endless, "&maxAnswerBytes=1048576"),
    "redirect": Fault(redirects("http://127.0.0.2:1/")),
    "a page of HTML": Fault(says("<html>Log in</html>")),
    "null": Fault(says("null")),
    "no body": Fault(says("")),
    "an error in 200": Fault(says('{"code":30000,"message":"server error","data":"caused: broken;"}')),
    "no data in 200": Fault(says('{"code":0,"message":"success","data":null}')),
}
EMPTY_LIST = {"2.3": '{"count":0,"serviceList":[]}',
              "3.1": '{"code":0,"message":"success","data":{"totalCount":0,"pageItems":[]}}'}
EMPTY_PAGE = {"2.3": "[]", "3.1": EMPTY_LIST["3.1"]}


@pytest.fixture(params=["2.3", "3.1"])
def running(request: pytest.FixtureRequest, world: World, new_nacos: Callable[..., FakeNacos]) -> tuple[World, FakeNacos]:
    """Applied from Nacos, each service a page of its own. `pay` has most of the instances; `old` has gone and is due to be
    pruned; `leaving` has gone just now; `web` has an instance more than when it was applied."""
    server = new_nacos(request.param)
    for number, name in enumerate(("api", "leaving", "old", "web"), start=1):
        server.register(name, f"10.0.0.{number}")
    for number in range(1, 8):
        server.register("pay", f"10.0.1.{number}")
    assert apply_from(world, server).code == 0
    server.deregister("old")
    assert apply_from(world, server).code == 0 and is_gone(world, "old")
    server.deregister("leaving")
    server.register("web", "10.0.2.1")
    world.api.forget()
    return world, server


def apply_from(world: World, server: FakeNacos, *flags: str, settings: str = "", **more: object) -> Run:
    source = ("--from", f"nacos={server.address}?pageSize=1{settings}")
    return world.apply(*flags, source=source, **more)


def host(name: str) -> str:
    return f"{name}.default-group.public.nacos"


def names(world: World) -> list[str]:
    return [one["metadata"]["name"].removesuffix(".default-group.public.nacos")
            for one in world.store.objects("ServiceEntry")]


def endpoints(world: World, name: str) -> list[str]:
    entry = world.store.get(Key("serviceentries", "mesh", host(name)))
    return [one["address"] for one in entry["spec"].get("endpoints", [])]


def is_gone(world: World, name: str) -> bool:
    entry = world.store.get(Key("serviceentries", "mesh", host(name)))
    return "endpoints" not in entry["spec"] and GONE_SINCE in entry["metadata"].get("annotations", {})


def patch(name: str) -> str:
    return f"patch serviceentries mesh/{host(name)}"


def delete(name: str) -> str:
    return f"delete serviceentries mesh/{host(name)}"


def assert_nothing_went(world: World, run: Run, code: int = 3) -> None:
    """Where the registry is believed and only a guard holds, what was gone before goes."""
    assert run.code == code, run
    deletions = {word for word in world.api.writes() if word.startswith("delete")}
    assert deletions <= ({delete("old")} if code == 5 else set()), run
    assert set(names(world)) - {"old"} == set(NAMES) and ("old" in names(world) or deletions)
    assert [len(endpoints(world, name)) for name in ("api", "leaving", "pay")] == [1, 1, 7], run
    assert "10.0.0.4" in endpoints(world, "web")


def assert_heals(world: World, server: FakeNacos) -> None:
    run = apply_from(world, server, *PRUNE)
    assert run.code == 0, run
    assert names(world) == NAMES and is_gone(world, "leaving")
    assert endpoints(world, "web") == ["10.0.0.4", "10.0.2.1"] and len(endpoints(world, "pay")) == 7


@pytest.mark.parametrize("fault", EVERYWHERE.values(), ids=EVERYWHERE.keys())
def test_list(running: tuple[World, FakeNacos], fault: Fault) -> None:
    world, server = running
    server.always("list", fault.step)
    run = apply_from(world, server, *PRUNE, *fault.flags, settings=fault.settings)
    assert_nothing_went(world, run)
    assert world.api.writes() == [], run
    if fault.step is not dies:
        server.always("list", usual)
        assert_heals(world, server)


@pytest.mark.parametrize("fault", EVERYWHERE.values(), ids=EVERYWHERE.keys())
def test_one_page(running: tuple[World, FakeNacos], fault: Fault) -> None:
    """What was read in full is written nevertheless."""
    world, server = running
    number = [service.name for service in server.namespaces["public"]].index("pay") + 1
    server.always(f"page {number}", fault.step)
    run = apply_from(world, server, *PRUNE, *fault.flags, settings=fault.settings)
    assert_nothing_went(world, run)
    if fault.step is not dies:
        assert patch("web") in world.api.writes() and len(endpoints(world, "web")) == 2, run
        server.always(f"page {number}", usual)
        assert_heals(world, server)


@pytest.mark.parametrize("status", [404, 405, 410, 501])
def test_apis_that_are_gone(running: tuple[World, FakeNacos], status: int) -> None:
    world, server = running
    for where in ("list", "page"):
        server.always(where, fails(status, "Current API will be deprecated"))
    assert_nothing_went(world, apply_from(world, server, *PRUNE))
    assert world.api.writes() == []


# What only a Nacos does


def test_server_that_was_started_anew(running: tuple[World, FakeNacos]) -> None:
    """It has forgotten everything, and answers as if there were nothing."""
    world, server = running
    server.always("list", says(EMPTY_LIST[server.version]))
    server.always("page", says(EMPTY_PAGE[server.version]))
    assert_nothing_went(world, apply_from(world, server, *PRUNE))
    assert world.api.writes() == []
    trusted = apply_from(world, server, *PRUNE, settings="&trustEmpty=true")
    assert_nothing_went(world, trusted, code=5)


def test_server_to_which_one_client_has_come_back(running: tuple[World, FakeNacos]) -> None:
    """Believable, and yet most of the services are not there: then a guard holds."""
    world, server = running
    server.namespaces["public"][:] = [server.service("web")]
    assert_nothing_went(world, apply_from(world, server, *PRUNE), code=5)


def test_page_count_that_shrinks(running: tuple[World, FakeNacos]) -> None:
    """The server is started anew while it is read."""
    world, server = running
    def step(exchange: Exchange) -> None:
        usual(exchange)
        server.namespaces["public"].clear()
    server.script("page 1", step)
    run = apply_from(world, server, *PRUNE, "--parallelism", "1")
    assert_nothing_went(world, run)


def test_service_that_moves_from_page_to_page(running: tuple[World, FakeNacos]) -> None:
    world, server = running
    def step(exchange: Exchange) -> None:
        usual(exchange)
        server.namespaces["public"].append(server.namespaces["public"].pop(0))
    server.script("page 1", step)
    run = apply_from(world, server, *PRUNE, "--parallelism", "1")
    assert run.code == 0 and len(endpoints(world, "pay")) == 7 and "10.0.0.1" in endpoints(world, "api"), run


def test_pages_that_lack_a_listed_service(running: tuple[World, FakeNacos]) -> None:
    world, server = running
    number = [service.name for service in server.namespaces["public"]].index("pay") + 1
    server.always(f"page {number}", says(EMPTY_PAGE[server.version]))
    assert_nothing_went(world, apply_from(world, server, *PRUNE))


def test_all_instances_ill(running: tuple[World, FakeNacos]) -> None:
    """Which is believed; but it is more than half of the scope's."""
    world, server = running
    old, new = (b'"valid":true', b'"valid":false') if server.version == "2.3" else (b'"healthy":true', b'"healthy":false')
    number = [service.name for service in server.namespaces["public"]].index("pay") + 1
    server.always(f"page {number}", rewritten(old, new))
    assert_nothing_went(world, apply_from(world, server, *PRUNE), code=5)


def test_threshold_that_cannot_be_read(running: tuple[World, FakeNacos]) -> None:
    world, server = running
    server.service("pay").clusters["DEFAULT"][0]["healthy"] = False
    for path in ("v1/ns/service", "v3/admin/ns/service"):
        server.always(path, fails(500))
    assert_nothing_went(world, apply_from(world, server, *PRUNE))


@pytest.mark.parametrize("uses", [1, 2, 3])
def test_token_that_expires_between_pages(running: tuple[World, FakeNacos], uses: int) -> None:
    world, server = running
    server.user, server.uses = f"joe:{SECRET}word", uses
    env = {"NACOS_USERNAME": "joe", "NACOS_PASSWORD": SECRET + "word"}
    run = apply_from(world, server, *PRUNE, "--parallelism", "1", env=env)
    assert run.code == 0 and len(server.tokens) > 1, run
    assert names(world) == NAMES and is_gone(world, "leaving")


def test_token_that_cannot_be_renewed(running: tuple[World, FakeNacos]) -> None:
    world, server = running
    server.user, server.uses = f"joe:{SECRET}word", 3
    def step(exchange: Exchange) -> None:
        usual(exchange)
        for path in LOGINS:
            server.always(path, fails(400, "no more"))
    server.script("page 1", step)
    env = {"NACOS_USERNAME": "joe", "NACOS_PASSWORD": SECRET + "word"}
    assert_nothing_went(world, apply_from(world, server, *PRUNE, "--parallelism", "1", env=env))


def test_wrong_password(running: tuple[World, FakeNacos]) -> None:
    world, server = running
    server.user = f"joe:{SECRET}word"
    env = {"NACOS_USERNAME": "joe", "NACOS_PASSWORD": SECRET + "wrong"}
    assert_nothing_went(world, apply_from(world, server, *PRUNE, env=env))
    assert world.api.writes() == []


def test_nobody_listens(running: tuple[World, FakeNacos]) -> None:
    world, server = running
    run = world.apply(*PRUNE, source=("--from", f"nacos=http://127.0.0.1:{free_port()}"))
    assert_nothing_went(world, run)
    assert world.api.writes() == []
    assert_heals(world, server)


def test_empty_namespace_among_all_loses_nothing(world: World, new_nacos: Callable[..., FakeNacos]) -> None:
    """Its clients may come back; so no guard has to hold."""
    server = new_nacos("2.3")
    server.register("inv", "10.0.0.1", namespace="east")
    server.register("log", "10.0.0.1", namespace="west")
    source = ("--from", f"nacos={server.address}?namespace=all")
    assert world.apply(source=source).code == 0
    server.deregister("inv", namespace="east")
    world.api.forget()
    assert world.apply(*PRUNE, source=source).code == 0 and world.api.writes() == []


def test_namespace_that_fails_takes_nothing_from_another(world: World, new_nacos: Callable[..., FakeNacos]) -> None:
    """Each namespace decides about its own objects only."""
    server = new_nacos("2.3")
    for namespace in ("east", "west"):
        for name in ("inv", "log", "zip"):
            server.register(name, "10.0.0.1", namespace=namespace)
    source = ("--from", f"nacos={server.address}?namespace=east,west&apiVersion=v1")
    assert world.apply(source=source).code == 0
    for namespace in ("east", "west"):
        server.deregister("zip", namespace=namespace)
    world.api.forget()
    server.script("list", fails(400))  # of `east`, which comes first
    run = world.apply(*PRUNE, source=source)
    assert run.code == 3, run
    assert world.api.writes() == ["patch serviceentries mesh/zip.default-group.west.nacos"], run
