"""The list of services, or a page of them, cannot be read or cannot be believed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from support.fake_nacos import FakeNacos
from support.faults import cut, dies, endless, fails, hangs_up, redirects, resets, says, silent, trickles
from support.processes import free_port
from support.program import Program, Run
from support.scripted_http import Exchange, Step

HOSTS = ["api.default-group.public.nacos", "pay.default-group.public.nacos", "web.default-group.public.nacos"]
IMPATIENT = ("--request-timeout", "200ms")
STARTING = "server is STARTING now, please try again later!"


@dataclass(frozen=True)
class Fault:
    step: Step
    says: str  # a pattern
    code: str = "R2I1001"  # of a list
    page_code: str = "R2I1002"
    settings: str = ""
    flags: tuple[str, ...] = ()


def not_http(exchange: Exchange) -> None:
    exchange.close()
    exchange.send(b"SSH-2.0-OpenSSH_9.2\r\n")


def malformed(step: Step, text: str) -> Fault:
    return Fault(step, text, page_code="R2I1008")


ANYWHERE = {
    "500": Fault(fails(500, "caused: broken;"), '500 after 4 attempts: "caused: broken;"'),
    "503 while it starts": Fault(fails(503, STARTING), f'503 after 4 attempts: "{STARTING}"'),
    "429": Fault(fails(429, "too many"), '429 after 4 attempts: "too many"'),
    "429 until much later": Fault(fails(429, Retry_After="3600"), "429"),
    "403": Fault(fails(403, "token expired!"), '403: "token expired!"'),
    "400": Fault(fails(400, "caused: no;"), '400: "caused: no;"'),
    "reset": Fault(resets, "the connection to 127.0.0.1:PORT broke.* after 4 attempts"),
    "no answer": Fault(hangs_up, "127.0.0.1:PORT closed the connection.* after 4 attempts"),
    "silence": Fault(silent, "no complete answer from 127.0.0.1:PORT within 200 ms", flags=IMPATIENT),
    "trickle": Fault(trickles, "no complete answer from 127.0.0.1:PORT within 200 ms", flags=IMPATIENT),
    "cut body": Fault(cut, "127.0.0.1:PORT ended the connection in the middle of an answer"),
    "endless": Fault(endless, "larger than 1 MiB", settings="&maxAnswerBytes=1048576"),
    "no HTTP": Fault(not_http, "is not HTTP"),
    "redirect": Fault(redirects("http://127.0.0.2:1/"), "127.0.0.1:PORT redirects to http://127.0.0.2:1"),
    "a page of HTML": malformed(says("<html></html>"), "not what the API promises"),
    "null": malformed(says("null"), "not what the API promises"),
    "no body": malformed(says(""), "the document is empty"),
    "a text": malformed(says("ok"), "not what the API promises"),
}
IN_200 = {
    "an error": says('{"code":30000,"message":"server error","data":"caused: broken;"}'),
    "denied": says('{"code":10001,"message":"access denied","data":null}'),
    "as Spring has it": says('{"timestamp":"2026-11-22T14:56:23.733+00:00","status":500,"error":"Internal Server Error"}'),
    "no data": says('{"code":0,"message":"success","data":null}'),
    "an empty object": says("{}"),
}


def assert_unread(r2i: Program, server: FakeNacos, fault: Fault, code: str, subject: str) -> None:
    """Exit 3, nothing on standard output, and what is wrong, where, and what to do about it."""
    source = f"nacos={server.address}?pageSize=1{fault.settings}"
    started = [r2i.start(command, "--from", source, *fault.flags) for command in ("export", "fetch")]
    for run in [one.wait() for one in started]:
        assert run.code == 3 and run.out == b"", run
        text = fault.says.replace("PORT", str(server.port))
        assert re.search(rf"^{code} error: {subject}nacos/public: .*{text}.*\n  [A-Z].*\.$", run.stderr, re.M), run
    partial = r2i("export", "--from", source, *fault.flags, "--allow-partial")
    assert partial.code == 0 and partial.hosts == ([HOSTS[0], HOSTS[2]] if subject else []), partial


@pytest.mark.parametrize("fault", ANYWHERE.values(), ids=ANYWHERE.keys())
def test_list(r2i: Program, nacos: FakeNacos, fault: Fault) -> None:
    nacos.always("list", fault.step)
    assert_unread(r2i, nacos, fault, fault.code, "")


@pytest.mark.parametrize("fault", ANYWHERE.values(), ids=ANYWHERE.keys())
def test_page(r2i: Program, nacos: FakeNacos, fault: Fault) -> None:
    """Only what was on it is unread."""
    nacos.always("page 2", fault.step)
    assert_unread(r2i, nacos, fault, fault.page_code, 'service "pay" of ')


@pytest.mark.parametrize("step", IN_200.values(), ids=IN_200.keys())
@pytest.mark.parametrize("version, where", [
    ("2.3", "list"), ("2.3", "page 2"), ("3.1", "list"), ("3.1", "page 2"),
    ("open v1", "list"), ("open v1", "hosts pay"), ("open v2", "list"), ("open v2", "hosts pay"),
])
def test_error_behind_status_200(r2i: Program, new_nacos: Callable[..., FakeNacos], version: str, step: Step,
                                 where: str) -> None:
    server = new_nacos(version)
    for number, name in enumerate(("api", "pay", "web"), start=1):
        server.register(name, f"10.0.0.{number}")
    server.always(where, step)
    run = r2i("export", "--from", f"nacos={server.address}?pageSize=1&group=DEFAULT_GROUP")
    assert run.code == 3 and run.out == b"" and "the answer is" in run.stderr, run
    partial = r2i("export", "--from", f"nacos={server.address}?pageSize=1&group=DEFAULT_GROUP", "--allow-partial")
    assert partial.hosts == ([] if where == "list" else [HOSTS[0], HOSTS[2]]), partial


@pytest.mark.parametrize("step", [fails(500), fails(503, STARTING), fails(429), resets, hangs_up, cut],
                         ids=["500", "503", "429", "reset", "end", "cut"])
@pytest.mark.parametrize("where", ["list", "page 1"])
def test_fault_that_passes(r2i: Program, nacos: FakeNacos, step: Step, where: str) -> None:
    nacos.script(where, step)
    run = r2i("export", "--from", f"nacos={nacos.address}")
    assert run.code == 0 and run.hosts == HOSTS, run


def test_service_that_is_malformed_takes_no_other_along(r2i: Program, nacos: FakeNacos) -> None:
    nacos.service("pay").clusters["DEFAULT"][0]["ip"] = 7
    run = r2i("export", "--from", f"nacos={nacos.address}", "--allow-partial")
    assert run.code == 0 and run.hosts == [HOSTS[0], HOSTS[2]], run
    assert 'R2I1008 error: service "pay" of nacos/public: ' in run.stderr and "expected a string, got a number" in run.stderr
    assert r2i("export", "--from", f"nacos={nacos.address}").code == 3
    without = r2i("export", "--from", f"nacos={nacos.address}", "--exclude", "pay")
    assert without.code == 0 and without.hosts == [HOSTS[0], HOSTS[2]], without


def test_nobody_listens(r2i: Program) -> None:
    port = free_port()
    run = r2i("export", "--from", f"nacos=http://127.0.0.1:{port}")
    assert run.code == 3 and run.out == b"" and f"connection refused by 127.0.0.1:{port} after 4 attempts" in run.stderr, run


def test_server_that_dies_in_the_middle(r2i: Program, new_nacos: Callable[..., FakeNacos]) -> None:
    server = new_nacos()
    for number in range(200):
        server.register(f"service-{number:03}")
    server.script("page 20", dies)
    run = r2i("export", "--from", f"nacos={server.address}?pageSize=1")
    assert run.code == 3 and run.out == b"" and "R2I1002 error:" in run.stderr, run
    assert run.stderr.count("\n") < 60 and run.seconds < 30, run


# An empty namespace


@pytest.mark.parametrize("version", ["2.3", "3.1", "open v1"])
def test_namespace_without_services(r2i: Program, new_nacos: Callable[..., FakeNacos], version: str) -> None:
    """A server that was started anew looks the same."""
    server = new_nacos(version)
    source = f"nacos={server.address}?group=DEFAULT_GROUP"
    run = r2i("export", "--from", source)
    assert run.code == 3 and run.out == b"" and "R2I1042 error: nacos/public: the namespace has no services" in run.stderr, run
    assert "trustEmpty" in run.stderr
    trusted = r2i("export", "--from", f"{source}&trustEmpty=true")
    assert trusted.code == 0 and trusted.out == b"", trusted


def scopes(run: Run) -> dict[str, bool]:
    return {scope["name"]: scope["complete"] for scope in run.json["scopes"]}


def test_empty_namespace_among_all_counts_as_not_read(r2i: Program, nacos: FakeNacos) -> None:
    """Its clients may be those that have not come back yet; and one that nobody uses is no reason to complain."""
    source = f"nacos={nacos.address}?namespace=all"
    nacos.namespaces["empty"] = []
    run = r2i("fetch", "--from", source)
    assert run.code == 0 and scopes(run) == {"public": True}, run
    trusted = r2i("fetch", "--from", f"{source}&trustEmpty=true")
    assert trusted.code == 0 and scopes(trusted) == {"empty": True, "public": True}, trusted
    nacos.namespaces["public"].clear()
    none = r2i("fetch", "--from", source)
    assert none.code == 3 and none.stderr.count("R2I1042 error") == 2, none
    nacos.service("left", namespace="empty")
    assert scopes(r2i("fetch", "--from", source)) == {"empty": True}


def test_empty_namespace_that_is_named_is_incomplete(r2i: Program, nacos: FakeNacos) -> None:
    run = r2i("fetch", "--from", f"nacos={nacos.address}?namespace=public,west", "--allow-partial")
    assert scopes(run) == {"public": True, "west": False} and "R2I1042 error: nacos/west: " in run.stderr, run


def test_namespace_that_has_other_groups_is_not_empty(r2i: Program, nacos: FakeNacos) -> None:
    run = r2i("export", "--from", f"nacos={nacos.address}?group=OTHER")
    assert run.code == 0 and run.out == b"", run
    excluded = r2i("export", "--from", f"nacos={nacos.address}", "--exclude", "*")
    assert excluded.code == 0 and excluded.out == b"", excluded


def test_one_namespace_that_fails_leaves_the_others_complete(r2i: Program, nacos: FakeNacos) -> None:
    nacos.register("inv", namespace="west")
    nacos.script("list", fails(400))  # of `public`, which comes first
    run = r2i("fetch", "--from", f"nacos={nacos.address}?namespace=west,public", "--allow-partial")
    assert scopes(run) == {"public": False, "west": True}, run


# Several servers


@pytest.mark.parametrize("where, step", [("list", fails(500)), ("list", says("")), ("page 1", fails(403)), ("page 1", dies)],
                         ids=["500", "empty body", "403", "dies"])
def test_failover(r2i: Program, new_nacos: Callable[..., FakeNacos], where: str, step: Step) -> None:
    """The next one is read from the start; never parts of two."""
    first, second = new_nacos("2.3"), new_nacos("3.1")
    for name in ("api", "pay", "web"):
        first.register(name, "10.1.0.1")
        second.register(name, "10.2.0.1")
    first.always(where, step)
    run = r2i("export", "--from", f"nacos={first.address},{second.address}")
    assert run.code == 0 and run.hosts == HOSTS and "error" not in run.stderr, run
    assert {run.entry(host)["endpoints"][0]["address"] for host in HOSTS} == {"10.2.0.1"}


def test_server_that_is_empty_is_passed_by(r2i: Program, new_nacos: Callable[..., FakeNacos], nacos: FakeNacos) -> None:
    run = r2i("export", "--from", f"nacos={new_nacos().address},{nacos.address}")
    assert run.code == 0 and run.hosts == HOSTS, run


def test_first_that_is_complete_is_the_only_one_asked(r2i: Program, new_nacos: Callable[..., FakeNacos],
                                                      nacos: FakeNacos) -> None:
    second = new_nacos()
    assert r2i("export", "--from", f"nacos={nacos.address},{second.address}").code == 0 and not second.requests
