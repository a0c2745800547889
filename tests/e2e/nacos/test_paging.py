"""Pages are cut from a set without an order: services that come and go between two of them must neither be missed nor make up
what is not there."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from support.fake_nacos import FakeNacos, _with_instances
from support.faults import says, usual
from support.program import Program, Run
from support.scripted_http import Exchange

NAMES = [f"s{number}" for number in range(10)]
VERSIONS = ["2.3", "3.1"]


@pytest.fixture(params=VERSIONS)
def ten(request: pytest.FixtureRequest, new_nacos: Callable[..., FakeNacos]) -> FakeNacos:
    """Ten services; the tests read two or three of them at a time, one page after the other."""
    server = new_nacos(request.param)
    for number, name in enumerate(NAMES):
        server.register(name, f"10.0.0.{number + 1}")
    return server


def fetch(r2i: Program, server: FakeNacos, *flags: str, size: int = 2, more: str = "") -> Run:
    return r2i("fetch", "--from", f"nacos={server.address}?pageSize={size}{more}", "--parallelism", "1", *flags)


def names(run: Run) -> list[str]:
    return [service["name"] for service in run.json["services"] if service.get("complete", True)]


@pytest.mark.parametrize("size, pages", [(1, 10), (2, 5), (3, 4), (10, 1), (500, 1)])
def test_pages(r2i: Program, ten: FakeNacos, size: int, pages: int) -> None:
    run = fetch(r2i, ten, size=size)
    assert run.code == 0 and names(run) == NAMES, run
    assert ten.kinds()[-1 - pages:] == ["list", *(f"page {number}" for number in range(1, pages + 1))]


def test_several_pages_at_once(r2i: Program, ten: FakeNacos) -> None:
    run = r2i("fetch", "--from", f"nacos={ten.address}?pageSize=1")
    assert run.code == 0 and names(run) == NAMES and ten.most_at_once <= 16, run


def removing(server: FakeNacos, name: str) -> Callable[[Exchange], None]:
    """A service goes after this page was answered: all that follow move up by one."""
    def step(exchange: Exchange) -> None:
        usual(exchange)
        server.deregister(name)
    return step


def adding(server: FakeNacos, name: str) -> Callable[[Exchange], None]:
    """A service comes in front of all others."""
    def step(exchange: Exchange) -> None:
        usual(exchange)
        server.register(name, "10.0.1.1")
        server.namespaces["public"].insert(0, server.namespaces["public"].pop())
    return step


def test_service_that_goes_between_two_pages(r2i: Program, ten: FakeNacos) -> None:
    """Without more ado s2 would be on no page: it moves to the first one, which was read."""
    ten.script("page 1", removing(ten, "s0"))
    run = fetch(r2i, ten)
    assert run.code == 0 and set(names(run)) - {"s0"} == set(NAMES[1:]), run
    assert run.json["scopes"][0]["complete"]


def test_service_that_comes_between_two_pages(r2i: Program, ten: FakeNacos) -> None:
    """s1 is on two pages, and s9 on none."""
    ten.script("page 1", adding(ten, "new"))
    run = fetch(r2i, ten)
    assert run.code == 0 and names(run) == sorted([*NAMES, "new"]), run
    assert len(run.json["services"]) == 11


def test_one_that_goes_and_one_that_comes_leave_the_total_as_it_is(r2i: Program, ten: FakeNacos) -> None:
    def step(exchange: Exchange) -> None:
        usual(exchange)
        ten.deregister("s0")
        ten.register("new", "10.0.1.1")
    ten.script("page 1", step)
    run = fetch(r2i, ten)
    assert run.code == 0 and set(names(run)) - {"s0"} == {*NAMES[1:], "new"}, run


def test_list_and_pages_that_never_fit(r2i: Program, ten: FakeNacos) -> None:
    """A service is listed, and is on no page, time and again: nothing may be concluded."""
    for number in range(1, 6):
        ten.always(f"page {number}", without(ten, "s5"))
    run = fetch(r2i, ten)
    assert run.code == 3 and run.out == b"" and '"s5" of nacos/public: it is listed, but on no page' in run.stderr, run
    assert ten.kinds().count("page 3") == 3
    partial = fetch(r2i, ten, "--allow-partial")
    assert names(partial) == [name for name in NAMES if name != "s5"], partial


def without(server: FakeNacos, name: str) -> Callable[[Exchange], None]:
    def step(exchange: Exchange) -> None:
        body = json.loads(exchange.usual().body)
        items = body if isinstance(body, list) else body["data"]["pageItems"]
        items[:] = [one for one in items if one["serviceName"] != name]
        says(json.dumps(body))(exchange)
    return step


def shrinking(server: FakeNacos, left: int) -> Callable[[Exchange], None]:
    """The server is started anew, and knows only those who have come back to it."""
    def step(exchange: Exchange) -> None:
        usual(exchange)
        del server.namespaces["public"][left:]
    return step


@pytest.mark.parametrize("left, code", [(0, 3), (1, 3), (4, 3), (5, 0), (9, 0)])
def test_page_count_that_shrinks(r2i: Program, ten: FakeNacos, left: int, code: int) -> None:
    """What was read before is there. When more than half went during the reading, nothing may be concluded from that."""
    ten.script("page 1", shrinking(ten, left))
    run = fetch(r2i, ten)
    assert run.code == code, run
    assert ("R2I1043 error" in run.stderr) == (code == 3)


@pytest.mark.parametrize("version", ["open v1", "open v2"])
@pytest.mark.parametrize("left, code", [(0, 3), (1, 3), (4, 3), (5, 0), (9, 0)])
def test_services_that_are_forgotten_one_by_one(r2i: Program, new_nacos: Callable[..., FakeNacos], version: str, left: int,
                                                code: int) -> None:
    """A server answers for a service that it has forgotten as for one that has no instances."""
    server = new_nacos(version)
    for number, name in enumerate(NAMES):
        server.register(name, f"10.0.0.{number + 1}")
    server.script("hosts s0", shrinking(server, left))
    run = fetch(r2i, server, more="&group=DEFAULT_GROUP")
    assert run.code == code, run
    assert ("R2I1043 error" in run.stderr) == (code == 3)


@pytest.mark.parametrize("cap", [1, 3, 9, 10])
def test_list_of_several_answers(r2i: Program, new_nacos: Callable[..., FakeNacos], cap: int) -> None:
    """Some servers, and API v2, give no more than so many names at once."""
    server = new_nacos("3.1", cap=cap)
    for number, name in enumerate(NAMES):
        server.register(name, f"10.0.0.{number + 1}")
    run = fetch(r2i, server, size=1)
    assert run.code == 0 and names(run) == NAMES, run
    assert server.kinds().count("list") == -(-10 // cap)


@pytest.mark.parametrize("version", ["2.3", "3.1", "open v1", "open v2"])
def test_list_of_several_answers_that_moves(r2i: Program, new_nacos: Callable[..., FakeNacos], version: str) -> None:
    """It is read again; and given up when it never fits."""
    server = new_nacos(version, cap=4)
    for number, name in enumerate(NAMES):
        server.register(name, f"10.0.0.{number + 1}")
    server.script("list", removing(server, "s0"))
    once = fetch(r2i, server, size=1, more="&group=DEFAULT_GROUP")
    assert once.code == 0 and names(once) == NAMES[1:], once
    server.always("list", lambda exchange: (usual(exchange), server.register(f"more{len(server.requests)}", "10.1.1.1"))[0])
    run = fetch(r2i, server, size=1, more="&group=DEFAULT_GROUP")
    assert run.code == 3 and "R2I1041 error" in run.stderr, run


def test_total_without_services(r2i: Program, ten: FakeNacos) -> None:
    """A list that names a total, and gives nothing, is not an empty one."""
    empty = ('{"count":10,"serviceList":[]}' if ten.version == "2.3" else
             '{"code":0,"message":"success","data":{"totalCount":10,"pageItems":[]}}')
    ten.always("list", says(empty))
    run = fetch(r2i, ten)
    assert run.code == 3 and "R2I1041" in run.stderr, run


def test_equal_names_in_several_groups(r2i: Program, ten: FakeNacos) -> None:
    ten.register("s0", "10.0.9.1", group="OTHER")
    run = fetch(r2i, ten)
    assert run.code == 0 and names(run) == ["s0", *NAMES], run
    only = fetch(r2i, ten, more="&group=OTHER")
    assert only.code == 0 and [(one["group"], one["name"]) for one in only.json["services"]] == [("OTHER", "s0")], only


def test_repeated_service_is_taken_once(r2i: Program, ten: FakeNacos) -> None:
    service = _with_instances(ten.service("s0"), ten.version == "3.1")
    def step(exchange: Exchange) -> None:
        body = json.loads(exchange.usual().body)
        (body if isinstance(body, list) else body["data"]["pageItems"]).append(service)
        says(json.dumps(body))(exchange)
    ten.always("page 2", step)
    run = fetch(r2i, ten)
    assert run.code == 0 and names(run) == NAMES, run
