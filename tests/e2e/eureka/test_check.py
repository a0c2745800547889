"""`check source` and `why` against a Eureka: what it has, and whether that is all."""

from __future__ import annotations

import re
from collections.abc import Callable

from support.fake_eureka import FakeEureka
from support.program import Program, Run


def words(run: Run) -> list[str]:
    """The lines without the widths of the columns."""
    return [re.sub(r"  +", "  ", line) for line in run.stdout.splitlines()]


def register(server: FakeEureka) -> None:
    server.register("web", "10.0.0.1", metadata={"zone": "zone-a"})
    server.register("web", "10.0.0.2", status="DOWN")
    server.register("web", "10.0.0.3", overriddenStatus="OUT_OF_SERVICE", status="OUT_OF_SERVICE")
    server.register("api", "10.0.1.1", securePort={"$": 8443, "@enabled": "true"})


def test_source(r2i: Program, new_eureka: Callable[..., FakeEureka]) -> None:
    server = new_eureka()
    register(server)
    run = r2i("check", "source", "--from", f"eureka={server.base}")
    assert run.code == 0 and run.err == b"", run
    assert words(run) == [
        "SCOPE  SERVICE  INSTANCES  PORTS  PROTOCOL  HOST",
        "eureka/default  API  1 passing  8080  HTTP (default)  api.eureka",
        "  8443  HTTPS (the registry)",
        "eureka/default  WEB  1 passing, 1 critical,  8080  HTTP (default)  web.eureka",
        "  1 disabled",
        "",
        f"eureka/default at {server.base}: complete, 2 services",
        "2 services, 4 instances: 2 passing, 1 critical, 1 disabled"]


def test_source_that_has_just_started(r2i: Program, new_eureka: Callable[..., FakeEureka]) -> None:
    server = new_eureka(age=42)
    register(server)
    run = r2i("check", "source", "--from", f"eureka={server.base}")
    assert run.code == 3 and "R2I1070 error" in run.stderr, run
    assert words(run)[-3:] == [
        f"eureka/default at {server.base}: incomplete, 2 services",
        f"  {server.base} has just started: its registrations go back 42 s, and 180 s are wanted",
        "2 services (2 not exported), 4 instances: 2 passing, 1 critical, 1 disabled"]


def test_source_without_services(r2i: Program, new_eureka: Callable[..., FakeEureka]) -> None:
    run = r2i("check", "source", "--from", f"eureka={new_eureka().base}")
    assert run.code == 3 and "R2I1071 error" in run.stderr, run


def test_why(r2i: Program, new_eureka: Callable[..., FakeEureka]) -> None:
    server = new_eureka()
    register(server)
    run = r2i("why", "WEB", "--from", f"eureka={server.base}")
    assert run.code == 0 and 'service "WEB" of eureka/default: exported' in run.stdout, run
    for line in ('"web-1" (10.0.0.1:8080): passing', "locality zone-a (the registry)",
                 '"web-2" (10.0.0.2:8080): critical', '"web-3" (10.0.0.3:8080): disabled'):
        assert line in run.stdout, line
    unknown = r2i("why", "web", "--from", f"eureka={server.base}")
    assert unknown.code == 1 and 'no service or host "web" (did you mean "WEB"?)' in unknown.stderr, unknown
