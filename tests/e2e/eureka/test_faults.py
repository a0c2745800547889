"""The registry cannot be read, or cannot be believed: nothing is known of the whole scope."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from support.fake_eureka import FakeEureka, registry
from support.faults import (cut, dies, endless, fails, hangs_up, redirects, resets, rewritten, says, silent, trickles,
                            usual_with)
from support.processes import free_port
from support.program import Program, Run
from support.scripted_http import Exchange, Step

HOSTS = ["api.eureka", "pay.eureka", "web.eureka"]


@dataclass(frozen=True)
class Fault:
    step: Step
    says: str  # a pattern
    settings: str = ""
    flags: tuple[str, ...] = ()
    code: str = "R2I1001"


EMPTY = json.dumps(registry({}))
XML = "<applications>\n  <versions__delta>1</versions__delta>\n  <apps__hashcode></apps__hashcode>\n</applications>"


def not_http(exchange: Exchange) -> None:
    exchange.close()
    exchange.send(b"SSH-2.0-OpenSSH_9.2\r\n")


FAULTS = {
    "500": Fault(fails(500, "oops"), 'GET http://127.0.0.1:PORT/eureka/apps: 500 after 4 attempts: "oops"'),
    "503": Fault(fails(503), "503 after 4 attempts"),
    "429": Fault(fails(429), "429 after 4 attempts"),
    "429 until much later": Fault(fails(429, Retry_After="3600"), "429"),
    "401": Fault(fails(401), "401; give the user and the password in the address, or with username and passwordFile"),
    "403": Fault(fails(403), "403; a Eureka that has started without a peer answers so until it has waited"),
    "404": Fault(fails(404, "nothing here"), '404: "nothing here"; the address must end where /apps follows'),
    "reset": Fault(resets, "the connection to 127.0.0.1:PORT broke.* after 4 attempts"),
    "no answer": Fault(hangs_up, "after 4 attempts"),
    "silence": Fault(silent, "no complete answer from 127.0.0.1:PORT within 200 ms", flags=("--request-timeout", "200ms")),
    "trickle": Fault(trickles, "no complete answer from 127.0.0.1:PORT within 200 ms",
                     flags=("--request-timeout", "200ms")),
    "cut body": Fault(cut, "127.0.0.1:PORT ended the connection in the middle of an answer"),
    "half a body": Fault(says(json.dumps(registry({"WEB": [{"instanceId": "a"}]}))[:-20]), "not what the API promises"),
    "endless": Fault(endless, "larger than 1 MiB", settings="?maxAnswerBytes=1048576"),
    "huge": Fault(says("{" + " " * 5000 + "}"), "larger than 4 KiB", settings="?maxAnswerBytes=4096"),
    "no HTTP": Fault(not_http, "is not HTTP"),
    "redirect in a circle": Fault(redirects("/eureka/apps"), "redirects more than"),
    "redirect to another host": Fault(redirects("https://127.0.0.2:1/"),
                                      "127.0.0.1:PORT redirects to https://127.0.0.2:1"),
    "204": Fault(says("", 204), "the answer is empty"),
    "no body": Fault(says(""), "the answer is empty"),
    "XML": Fault(says(XML), "the answer is XML although JSON was asked for: does a proxy drop the header Accept"),
    "XML with a head": Fault(says("<?xml version='1.0'?>\n" + XML), "the answer is XML"),
    "a page of HTML": Fault(says("<!DOCTYPE html>\n<html><body>Log in</body></html>"), "the answer is a page of HTML"),
    "wrong JSON": Fault(says('{"applications": {"application": ['), "not what the API promises"),
    "null": Fault(says("null"), "not what the API promises"),
    "a list": Fault(says("[]"), "expected an object, got a list"),
    "one application": Fault(says('{"application": {"name": "WEB", "instance": []}}'), 'it has no "applications"'),
    "empty": Fault(says(EMPTY), "the registry has no service, as one that has just started", code="R2I1071"),
}


def assert_unread(run: Run, code: str, pattern: str) -> None:
    """Exit 3, nothing on standard output, and what is wrong, where, and what to do about it."""
    assert run.code == 3 and run.out == b"", run
    assert re.search(rf"^{code} error: eureka/default: .*{pattern}.*\n  [A-Z].*\.$", run.stderr, re.M), run


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
@pytest.mark.parametrize("command", ["export", "fetch"])
def test_answer_that_cannot_be_trusted(r2i: Program, eureka: FakeEureka, fault: Fault, command: str) -> None:
    eureka.always_apps(fault.step)
    run = r2i(command, "--from", f"eureka={eureka.base}{fault.settings}", *fault.flags)
    assert_unread(run, fault.code, fault.says.replace("PORT", str(eureka.port)))


@pytest.mark.parametrize("step", [fails(500), fails(503), fails(429), resets, hangs_up, cut],
                         ids=["500", "503", "429", "reset", "end", "cut"])
def test_fault_that_passes(r2i: Program, eureka: FakeEureka, step: Step) -> None:
    eureka.script_apps(step)
    run = r2i("export", "--from", f"eureka={eureka.base}")
    assert run.code == 0 and run.hosts == HOSTS and len(eureka.asked_apps()) == 2, run


def test_nobody_listens(r2i: Program) -> None:
    port = free_port()
    run = r2i("export", "--from", f"eureka=http://127.0.0.1:{port}/eureka")
    assert_unread(run, "R2I1001", f"connection refused by 127.0.0.1:{port} after 4 attempts")


def test_name_that_does_not_resolve(r2i: Program) -> None:
    assert_unread(r2i("export", "--from", "eureka=http://eureka.invalid:8761/eureka"), "R2I1001",
                  "the name of eureka.invalid:8761 cannot be resolved")


def test_server_that_dies(r2i: Program, eureka: FakeEureka) -> None:
    eureka.script_apps(dies)
    assert_unread(r2i("export", "--from", f"eureka={eureka.base}"), "R2I1001", "after 4 attempts")


# One application that is not well


BROKEN = {
    "a port that is no number": rewritten(b'"$": 8082', b'"$": "http"'),
    "an address that is a list": rewritten(b'"10.0.0.2"', b'["10.0.0.2"]'),
    "an instance that is null": rewritten(b'"name": "PAY", "instance": [', b'"name": "PAY", "instance": [null, '),
    "an escape that is none": rewritten(b'"pay-1.test"', rb'"pay-1.\test\q"'),
}


@pytest.mark.parametrize("step", BROKEN.values(), ids=BROKEN.keys())
def test_one_that_is_malformed_is_kept_back(r2i: Program, new_eureka: Callable[..., FakeEureka], step: Step) -> None:
    eureka = new_eureka()
    for number, name in enumerate(("api", "pay", "web"), start=1):
        eureka.register(name, f"10.0.0.{number}", 8080 + number)
    eureka.always_apps(step)
    source = f"eureka={eureka.base}"
    run = r2i("export", "--from", source)
    assert run.code == 3 and run.out == b"", run
    assert re.search(r'^R2I1008 error: service "PAY" of eureka/default: .*\(byte \d+\)$', run.stderr, re.M), run
    partial = r2i("export", "--from", source, "--allow-partial")
    assert partial.code == 0 and partial.hosts == ["api.eureka", "web.eureka"], partial
    without = r2i("export", "--from", source, "--exclude", "PAY")
    assert without.code == 0 and without.hosts == ["api.eureka", "web.eureka"], "what is not wanted cannot be in the way"


def test_application_without_a_name(r2i: Program, eureka: FakeEureka) -> None:
    eureka.register("bad").pop("app")
    eureka.always_apps(rewritten(b'"name": "BAD"', b'"nom": "BAD"'))
    run = r2i("export", "--from", f"eureka={eureka.base}")
    assert_unread(run, "R2I1008", "application 3 has no name")


# A server that has just started


@pytest.mark.parametrize("command", ["export", "fetch"])
def test_server_that_is_still_filling(r2i: Program, new_eureka: Callable[..., FakeEureka], command: str) -> None:
    eureka = new_eureka(age=42)
    eureka.register("web")
    run = r2i(command, "--from", f"eureka={eureka.base}")
    assert_unread(run, "R2I1070", rf"http://127.0.0.1:{eureka.port}/eureka has just started: its registrations go back 42 s, "
                                  "and 180 s are wanted")
    assert "warmUp" in run.stderr
    sooner = r2i("export", "--from", f"eureka={eureka.base}?warmUp=42s")
    assert sooner.code == 0 and sooner.hosts == ["web.eureka"], sooner
    off = r2i("export", "--from", f"eureka={eureka.base}?warmUp=0")
    assert off.code == 0 and off.hosts == ["web.eureka"], off


@pytest.mark.parametrize("age, code", [(0, 3), (179, 3), (180, 0), (3600, 0)])
def test_how_long_a_server_counts_as_starting(r2i: Program, new_eureka: Callable[..., FakeEureka], age: int,
                                              code: int) -> None:
    eureka = new_eureka(age=age)
    eureka.register("web")
    assert r2i("export", "--from", f"eureka={eureka.base}").code == code


def test_half_filled_server_is_not_exported_in_part(r2i: Program, new_eureka: Callable[..., FakeEureka]) -> None:
    """A service that is there may lack most of its instances."""
    eureka = new_eureka(age=10)
    eureka.register("web")
    run = r2i("export", "--from", f"eureka={eureka.base}", "--allow-partial")
    assert run.code == 0 and run.out == b"", run


def test_one_old_registration_tells_that_the_server_is_old(r2i: Program, new_eureka: Callable[..., FakeEureka]) -> None:
    eureka = new_eureka()
    eureka.register("web")
    lease = {"durationInSecs": 90, "registrationTimestamp": 1_700_003_600_000, "lastRenewalTimestamp": 1_700_003_600_000}
    for number in range(5):
        eureka.register("new", f"10.0.1.{number}", leaseInfo=lease)
    run = r2i("export", "--from", f"eureka={eureka.base}")
    assert run.code == 0 and run.hosts == ["new.eureka", "web.eureka"], run


def test_server_without_leases(r2i: Program, new_eureka: Callable[..., FakeEureka]) -> None:
    """What only speaks Eureka's API says nothing of its start."""
    eureka = new_eureka()
    eureka.register("web", leaseInfo=None)
    assert r2i("export", "--from", f"eureka={eureka.base}").code == 0


def test_empty_registry_that_is_meant(r2i: Program, new_eureka: Callable[..., FakeEureka]) -> None:
    run = r2i("export", "--from", f"eureka={new_eureka().base}?trustEmpty=true")
    assert run.code == 0 and run.out == b"" and "nothing to export" in run.stderr, run


# The registry's own count


def test_count_that_differs_once_is_asked_again(r2i: Program, eureka: FakeEureka) -> None:
    eureka.script_apps(rewritten(b'"UP_3_"', b'"UP_4_"'))
    run = r2i("export", "--from", f"eureka={eureka.base}", "-v")
    assert run.code == 0 and run.hosts == HOSTS and len(eureka.asked_apps()) == 2, run
    assert "R2I1072" not in run.stderr


def test_count_that_stays_different_is_said(r2i: Program, eureka: FakeEureka) -> None:
    """It is known to be wrong at times, so it is no proof."""
    eureka.hash = "DOWN_1_UP_3_"
    run = r2i("export", "--from", f"eureka={eureka.base}", "-v")
    assert run.code == 0 and run.hosts == HOSTS and len(eureka.asked_apps()) == 2, run
    assert 'R2I1072 warning: eureka/default: it counts "DOWN_1_UP_3_", but its answer has "UP_3_"' in run.stderr


@pytest.mark.parametrize("step", [fails(403), resets, says(EMPTY)], ids=["403", "reset", "empty"])
def test_count_that_differs_and_then_a_fault(r2i: Program, eureka: FakeEureka, step: Step) -> None:
    eureka.script_apps(rewritten(b'"UP_3_"', b'"UP_4_"'))
    eureka.always_apps(step)
    run = r2i("export", "--from", f"eureka={eureka.base}")
    assert run.code == 3 and run.out == b"", run


def test_server_without_a_count(r2i: Program, eureka: FakeEureka) -> None:
    eureka.hash = ""
    run = r2i("export", "--from", f"eureka={eureka.base}", "-v")
    assert run.code == 0 and len(eureka.asked_apps()) == 1 and "R2I1072" not in run.stderr, run


# Expectations


def test_expectation(r2i: Program, eureka: FakeEureka) -> None:
    run = r2i("export", "--from", f"eureka={eureka.base}?expect.services=WEB,LOST")
    assert run.code == 3 and "R2I1007 error:" in run.stderr and '"LOST"' in run.stderr, run
    assert r2i("export", "--from", f"eureka={eureka.base}?expect.minInstances=3").code == 0


def test_header_of_the_answer_does_not_matter(r2i: Program, eureka: FakeEureka) -> None:
    eureka.always_apps(usual_with(Content_Type="text/plain"))
    assert r2i("export", "--from", f"eureka={eureka.base}").hosts == HOSTS
