"""The list of services cannot be read, or cannot be believed: nothing is known of the whole scope."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from support.fake_consul import FakeConsul
from support.faults import cut, dies, endless, fails, redirects, resets, says, silent, usual_with
from support.processes import free_port
from support.program import Program, Run
from support.scripted_http import Step


@dataclass(frozen=True)
class Fault:
    step: Step
    code: str
    says: str  # a pattern
    settings: str = ""
    flags: tuple[str, ...] = ()


FAULTS = {
    "500": Fault(fails(500, "rpc error"), "R2I1001",
                 'GET http://127.0.0.1:PORT/v1/catalog/services: 500 after 4 attempts: "rpc error"'),
    "403": Fault(fails(403, "ACL not found"), "R2I1001", '403: "ACL not found"'),
    "404": Fault(fails(404, "404 page not found"), "R2I1001", '404: "404 page not found"'),
    "reset": Fault(resets, "R2I1001", "the connection to 127.0.0.1:PORT broke.* after 4 attempts"),
    "silence": Fault(silent, "R2I1001", "no complete answer from 127.0.0.1:PORT within 200 ms",
                     flags=("--request-timeout", "200ms")),
    "cut body": Fault(cut, "R2I1001", "127.0.0.1:PORT ended the connection in the middle of an answer"),
    "endless": Fault(endless, "R2I1001", "larger than 1 MiB", settings="?maxAnswerBytes=1048576"),
    "huge": Fault(says("{" + " " * 5000 + "}"), "R2I1001", "larger than 4 KiB", settings="?maxAnswerBytes=4096"),
    "redirect to another host": Fault(redirects("https://127.0.0.2:1/"), "R2I1001",
                                      "127.0.0.1:PORT redirects to https://127.0.0.2:1"),
    "wrong JSON": Fault(says('{"consul": ['), "R2I1001", "not what the API promises"),
    "a page of HTML": Fault(says("<html></html>"), "R2I1001", "not what the API promises"),
    "null": Fault(says("null"), "R2I1001", "not what the API promises"),
    "a list": Fault(says("[]"), "R2I1001", "not what the API promises: expected an object, got a list"),
    "no body": Fault(says(""), "R2I1001", "the document is empty"),
    # What a Consul with ACLs answers to those that it does not know: 200.
    "empty": Fault(says("{}"), "R2I1005", 'the list of 0 services lacks the service "consul"'),
    "without consul": Fault(says('{"web": []}'), "R2I1005", 'the list of 1 service lacks the service "consul"'),
    "filtered": Fault(usual_with(X_Consul_Results_Filtered_By_ACLs="true"), "R2I1003",
                      "the list of services lacks what the token may not see"),
    "leaderless": Fault(usual_with(X_Consul_KnownLeader="false"), "R2I1004", "leader"),
}


def assert_unread(run: Run, code: str, pattern: str) -> None:
    """Exit 3, nothing on standard output, and what is wrong, where, and what to do about it."""
    assert run.code == 3 and run.out == b"", run
    assert re.search(rf"^{code} error: consul/(dc1|default): .*{pattern}.*\n  [A-Z].*\.$", run.stderr, re.M), run


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
@pytest.mark.parametrize("command", ["export", "fetch"])
def test_list_that_cannot_be_trusted(r2i: Program, consul: FakeConsul, fault: Fault, command: str) -> None:
    consul.always_list(fault.step)
    run = r2i(command, "--from", f"consul={consul.address}{fault.settings}", *fault.flags)
    assert_unread(run, fault.code, fault.says.replace("PORT", str(consul.port)))


def test_unread_list_takes_nothing_along(r2i: Program, consul: FakeConsul) -> None:
    """With --allow-partial there is nothing to print; the snapshot says of itself that it is not the truth."""
    consul.always_list(fails(403))
    run = r2i("export", "--from", f"consul={consul.address}", "--allow-partial")
    assert run.code == 0 and run.out == b"", run
    assert "nothing to export" in run.stderr
    snapshot = r2i("fetch", "--from", f"consul={consul.address}", "--allow-partial")
    assert snapshot.code == 0 and [scope["complete"] for scope in snapshot.json["scopes"]] == [False], snapshot
    later = r2i("export", "--from", "file=-", stdin=snapshot.out)
    assert later.code == 3 and later.out == b"" and "R2I1021 error:" in later.stderr, later


def test_filtered_list_exports_what_it_has_if_asked_to(r2i: Program, consul: FakeConsul) -> None:
    consul.always_list(FAULTS["filtered"].step)
    partial = r2i("export", "--from", f"consul={consul.address}", "--allow-partial")
    assert partial.code == 0 and "R2I1003 error" in partial.stderr and len(partial.hosts) == 3, partial
    trusted = r2i("export", "--from", f"consul={consul.address}?trustView=true")
    assert trusted.code == 0 and "R2I1003" not in trusted.stderr and len(trusted.hosts) == 3, trusted


@pytest.mark.parametrize("settings", ["emulator=true", "serviceFilter=ServiceKind==%22%22", "nodeMeta=os:linux"])
def test_list_without_consul_is_the_whole_where_that_is_meant(r2i: Program, new_consul: Callable[..., FakeConsul],
                                                              settings: str) -> None:
    agent = new_consul(emulator=True)
    agent.register("web")
    plain = r2i("export", "--from", f"consul={agent.address}")
    assert_unread(plain, "R2I1005", "lacks the service")
    assert "emulator=true" in plain.stderr
    run = r2i("export", "--from", f"consul={agent.address}?{settings}")
    assert run.code == 0 and run.hosts == ["web.service.consul"], run


def test_emulator_without_any_header(r2i: Program, new_consul: Callable[..., FakeConsul]) -> None:
    """Nothing is needed but the list and the details."""
    agent = new_consul(emulator=True)
    agent.register("web")
    agent.headers.clear()
    agent.always("/v1/agent/self", fails(404))
    run = r2i("export", "--from", f"consul={agent.address}?emulator=true")
    assert run.code == 0 and run.hosts == ["web.service.consul"], run


def test_empty_list_of_an_emulator(r2i: Program, new_consul: Callable[..., FakeConsul]) -> None:
    run = r2i("export", "--from", f"consul={new_consul(emulator=True).address}?emulator=true")
    assert run.code == 0 and run.out == b"" and "nothing to export" in run.stderr, run


def test_nobody_listens(r2i: Program) -> None:
    port = free_port()
    run = r2i("export", "--from", f"consul=http://127.0.0.1:{port}")
    assert_unread(run, "R2I1001", f"connection refused by 127.0.0.1:{port} after 4 attempts")


def test_name_that_does_not_resolve(r2i: Program) -> None:
    assert_unread(r2i("export", "--from", "consul=http://consul.invalid:8500"), "R2I1001",
                  "the name of consul.invalid:8500 cannot be resolved")


def test_registry_that_dies_in_the_middle(r2i: Program, new_consul: Callable[..., FakeConsul]) -> None:
    """What is left of several hundred services is given up, not waited for one by one."""
    agent = new_consul()
    names = [f"service-{number:03}" for number in range(400)]
    for name in names:
        agent.register(name)
    agent.script_detail(names[50], dies)
    run = r2i("export", "--from", f"consul={agent.address}")
    assert run.code == 3 and run.out == b"", run
    assert "R2I1002 error:" in run.stderr and "more (-v shows each)" in run.stderr, run
    assert run.stderr.count("\n") < 40, "one cause is not told four hundred times"
    assert run.seconds < 30


def test_registry_that_dies_before_the_rest_is_asked(r2i: Program, new_consul: Callable[..., FakeConsul]) -> None:
    agent = new_consul()
    for number in range(100):
        agent.register(f"service-{number:03}")
    agent.script_detail("service-010", dies)
    run = r2i("fetch", "--from", f"consul={agent.address}", "--parallelism", "2", "-v", "--allow-partial")
    assert run.code == 0 and "not asked: the registry has stopped answering" in run.stderr, run
    read = [service["name"] for service in run.json["services"] if service.get("complete", True)]
    assert len(run.json["services"]) == 101 and 5 < len(read) < 50, read


def test_many_services_that_fail_are_counted(r2i: Program, new_consul: Callable[..., FakeConsul]) -> None:
    agent = new_consul()
    for number in range(60):
        agent.register(f"service-{number:03}")
        agent.always_detail(f"service-{number:03}", fails(404))
    run = r2i("export", "--from", f"consul={agent.address}")
    assert run.code == 3 and run.stderr.count("R2I1002 error") == 20 and "R2I1002 … and 40 more" in run.stderr, run
    verbose = r2i("export", "--from", f"consul={agent.address}", "-v")
    assert verbose.stderr.count("R2I1002 error") == 60
