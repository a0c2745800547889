"""One of several services cannot be read: the source is incomplete, and no output passes for the whole truth."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import pytest
from support.fake_consul import FakeConsul
from support.faults import cut, endless, fails, hangs_up, redirects, resets, says, silent, trickles
from support.program import Program, Run
from support.scripted_http import Exchange, Step


@dataclass(frozen=True)
class Fault:
    step: Step
    code: str
    says: str  # a pattern
    settings: str = ""
    flags: tuple[str, ...] = ()
    attempts: int = 1
    asked_exactly: bool = True


def not_http(exchange: Exchange) -> None:
    exchange.close()
    exchange.send(b"SSH-2.0-OpenSSH_9.2\r\n")


# A registry that is not well is asked four times; an answer that would come again is taken as it is. Where a connection that
# was used before ends, libcurl asks once more by itself.
FAULTS = {
    "500": Fault(fails(500, "rpc error"), "R2I1002", '500 after 4 attempts: "rpc error"', attempts=4),
    "503": Fault(fails(503), "R2I1002", "503 after 4 attempts", attempts=4),
    "429": Fault(fails(429, "rate limit exceeded"), "R2I1002", '429 after 4 attempts: "rate limit exceeded"', attempts=4),
    "429 until much later": Fault(fails(429, Retry_After="3600"), "R2I1002", "429"),
    "403": Fault(fails(403, "Permission denied"), "R2I1002", '403: "Permission denied"'),
    "404": Fault(fails(404), "R2I1002", "404"),
    "reset": Fault(resets, "R2I1002", "the connection to 127.0.0.1:PORT broke.* after 4 attempts", attempts=4,
                   asked_exactly=False),
    "no answer": Fault(hangs_up, "R2I1002", "127.0.0.1:PORT closed the connection.* after 4 attempts", attempts=4,
                       asked_exactly=False),
    "silence": Fault(silent, "R2I1002", "no complete answer from 127.0.0.1:PORT within 200 ms.* after 4 attempts",
                     flags=("--request-timeout", "200ms"), attempts=4),
    "cut body": Fault(cut, "R2I1002", "127.0.0.1:PORT ended the connection in the middle of an answer.* after 4 attempts",
                      attempts=4, asked_exactly=False),
    "never-ending, slowly": Fault(trickles, "R2I1002", "no complete answer from 127.0.0.1:PORT within 200 ms.*",
                                  flags=("--request-timeout", "200ms"), attempts=4),
    "never-ending, fast": Fault(endless, "R2I1002", "the answer of 127.0.0.1:PORT is larger than 1 MiB",
                                settings="?maxAnswerBytes=1048576"),
    "huge": Fault(says("[" + " " * 70_000 + "]"), "R2I1002", "the answer of 127.0.0.1:PORT is larger than 64 KiB",
                  settings="?maxAnswerBytes=65536"),
    "no HTTP": Fault(not_http, "R2I1002", "is not HTTP"),
    "redirect to another host": Fault(redirects("http://127.0.0.2:1/v1/health/service/pay"), "R2I1002",
                                      "127.0.0.1:PORT redirects to http://127.0.0.2:1"),
    "redirect in a circle": Fault(redirects("/v1/health/service/pay"), "R2I1002", "redirects more than",
                                  asked_exactly=False),
    "wrong JSON": Fault(says('[{"Node": '), "R2I1008", "the answer is not what the API promises: .*"),
    "a page of HTML": Fault(says("<html>Log in</html>"), "R2I1008", "the answer is not what the API promises: .*"),
    "null for the list": Fault(says("null"), "R2I1008", "the answer is not what the API promises: expected .*"),
    "an object for the list": Fault(says("{}"), "R2I1008", "the answer is not what the API promises: expected a list.*"),
    "a wrong type inside": Fault(says('[{"Node": {"Node": 1}, "Service": {"ID": "pay"}}]'), "R2I1008",
                                 "expected a string, got a number"),
    "no body": Fault(says(""), "R2I1008", "the document is empty"),
    "entry without Service": Fault(says('[{"Node": {"Node": "node-1", "Address": "10.0.0.2"}, "Checks": []}]'), "R2I1008",
                                   "entry 0 has no Service"),
    "entry that is null": Fault(says("[null]"), "R2I1008", "entry 0"),
}


@pytest.fixture(params=FAULTS.values(), ids=FAULTS.keys())
def fault(request: pytest.FixtureRequest) -> Fault:
    return request.param


def run_together(r2i: Program, *command_lines: tuple[str, ...]) -> list[Run]:
    """These runs at the same time, since some take a second of pauses between attempts."""
    started = [r2i.start(*words) for words in command_lines]
    return [one.wait() for one in started]


def test_service_that_cannot_be_read(r2i: Program, consul: FakeConsul, fault: Fault) -> None:
    consul.always_detail("pay", fault.step)
    source = ("--from", f"consul={consul.address}{fault.settings}", *fault.flags)
    export, partial, fetch, partial_fetch = run_together(
        r2i, ("export", *source), ("export", *source, "--allow-partial", "--service-port", "80"), ("fetch", *source),
        ("fetch", *source, "--allow-partial"))

    # Nothing is printed that kubectl, or a later export, would take for the whole.
    for run, word in ((export, "printed"), (fetch, "written")):
        assert run.code == 3 and run.out == b"", run
        assert f"nothing was {word}, since a source was not read in full" in run.stderr
    # What, where, why, and what to do about it.
    pattern = fault.says.replace("PORT", str(consul.port))
    for run in (export, partial, fetch, partial_fetch):
        line = rf'^{fault.code} error: service "pay" of consul/\w+: .*{pattern}.*\n  [A-Z].*\.$'
        assert re.search(line, run.stderr, re.M), run
        assert "read consul at " in run.stderr and "dc1 (incomplete)" in run.stderr, run
    # The rest alone, if asked for: an unread service is not one without instances.
    assert partial.code == 0, partial
    assert partial.hosts == ["api.service.consul", "web.service.consul"]
    assert partial_fetch.code == 0, partial_fetch
    (scope,) = partial_fetch.json["scopes"]
    assert not scope["complete"] and any("pay" in problem for problem in scope["problems"])
    complete = {service["name"]: service.get("complete", True) for service in partial_fetch.json["services"]}
    assert complete == {"api": True, "consul": True, "pay": False, "web": True}

    assert len(consul.details("web")) == 4
    if fault.asked_exactly:
        assert len(consul.details("pay")) == 4 * fault.attempts


@pytest.mark.parametrize("step", [fails(500), fails(408), fails(429), resets, hangs_up, cut],
                         ids=["500", "408", "429", "reset", "no answer", "cut body"])
def test_fault_that_passes(r2i: Program, consul: FakeConsul, step: Step) -> None:
    consul.script_detail("pay", step)
    run = r2i("export", "--from", f"consul={consul.address}")
    assert run.code == 0, run
    assert run.hosts == ["api.service.consul", "pay.service.consul", "web.service.consul"]
    assert len(consul.details("pay")) == 2


def test_retry_after_is_honoured(r2i: Program, consul: FakeConsul) -> None:
    consul.script_detail("pay", fails(429, "slow down", Retry_After="1"))
    run = r2i("export", "--from", f"consul={consul.address}")
    assert run.code == 0, run
    first, second = consul.details("pay")
    assert second.at - first.at >= 1


def test_answer_with_a_malformed_entry_keeps_the_service_unread(r2i: Program, consul: FakeConsul) -> None:
    """The service lacks an instance that Consul has: with --allow-partial it must not be written with fewer endpoints."""
    half_an_entry = {"Node": {"Node": "node-2", "Address": "10.0.0.9"}}
    consul.always_detail("pay", says(json.dumps([*consul.entries("pay"), half_an_entry])))
    run = r2i("export", "--from", f"consul={consul.address}", "--allow-partial")
    assert run.code == 0 and "entry 1 has no Service" in run.stderr, run
    assert run.hosts == ["api.service.consul", "web.service.consul"]


def test_nulls_that_consul_sends_are_no_fault(r2i: Program, consul: FakeConsul) -> None:
    entry = consul.register("nulls", "10.0.0.9")
    entry["Checks"] = entry["Service"]["Tags"] = entry["Service"]["Meta"] = entry["Service"]["Weights"] = None
    run = r2i("export", "--from", f"consul={consul.address}")
    assert run.code == 0 and run.entry("nulls.service.consul")["endpoints"][0]["address"] == "10.0.0.9", run


def test_host_of_an_unread_service_goes_to_nobody_else(r2i: Program, consul: FakeConsul) -> None:
    """`pay_` comes to the host of `pay`, too. While `pay` cannot be read, its object must not become that of `pay_`."""
    consul.register("pay_", "10.6.6.6")
    whole = r2i("export", "--from", f"consul={consul.address}")
    assert whole.code == 1 and whole.entry("pay.service.consul")["endpoints"][0]["address"] == "10.0.0.2", whole
    consul.always_detail("pay", fails(404))
    run = r2i("export", "--from", f"consul={consul.address}", "--allow-partial")
    assert run.hosts == ["api.service.consul", "web.service.consul"], run

