"""Several addresses of one cluster: the next agent is asked for everything anew, and only one of the same datacenter."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.fake_consul import FakeConsul
from support.faults import dies, fails, hangs_up, resets, says, usual_with
from support.processes import free_port
from support.program import SECRET, Program
from support.scripted_http import Exchange, Step

HOSTS = ["api.service.consul", "pay.service.consul"]


@pytest.fixture
def agents(new_consul: Callable[..., FakeConsul]) -> Callable[..., list[FakeConsul]]:
    """agents("dc1", "dc1") starts agents that all know api and pay; the addresses tell which of them answered."""
    def start(*datacenters: str) -> list[FakeConsul]:
        made = [new_consul(name) for name in datacenters]
        for number, agent in enumerate(made, start=1):
            for other in set(datacenters) - {agent.datacenter}:
                agent.add_datacenter(other)
            for datacenter in set(datacenters):
                agent.register("api", f"10.{number}.0.1", datacenter=datacenter)
                agent.register("pay", f"10.{number}.0.2", datacenter=datacenter)
        return made
    return start


def source(*agents: FakeConsul, settings: str = "") -> str:
    return f"consul={','.join(agent.address for agent in agents)}{settings}"


def nobody() -> str:
    return f"http://127.0.0.1:{free_port()}"


def test_first_that_is_complete_is_the_only_one_asked(r2i: Program, agents: Callable[..., list[FakeConsul]]) -> None:
    first, second = agents("dc1", "dc1")
    run = r2i("export", "--from", source(first, second))
    assert run.code == 0 and run.hosts == HOSTS and not second.requests, run


def test_address_where_nobody_listens(r2i: Program, agents: Callable[..., list[FakeConsul]], tmp_path: Path,
                                      new_consul: Callable[..., FakeConsul]) -> None:
    (agent,) = agents("dc1")
    run = r2i("export", "--from", f"consul={nobody()},{agent.address}")
    assert run.code == 0 and run.hosts == HOSTS, run
    assert "R2I1001" not in run.stderr, "what the first address lacked is of no interest any more"
    by_socket = new_consul(unix_socket=tmp_path / "consul.sock")
    by_socket.register("web")
    run = r2i("export", "--from", f"consul=unix:///nowhere.sock, {by_socket.address}")
    assert run.code == 0 and run.hosts == ["web.service.consul"], run


FAULTS = {
    "the list fails": ("", fails(403)), "a detail fails": ("pay", fails(404)), "a detail is reset": ("pay", resets),
    "a detail is not answered": ("pay", hangs_up), "a detail is no JSON": ("pay", says("<html>")),
    "a detail is empty": ("pay", says("[]")), "the agent dies": ("pay", dies),
    "no leader": ("pay", usual_with(X_Consul_KnownLeader="false")),
    "filtered": ("", usual_with(X_Consul_Results_Filtered_By_ACLs="true")), "nothing listed": ("", says("{}")),
}


@pytest.mark.parametrize("where, step", FAULTS.values(), ids=FAULTS.keys())
def test_incomplete_snapshot_is_started_anew(r2i: Program, agents: Callable[..., list[FakeConsul]], where: str,
                                             step: Step) -> None:
    first, second = agents("dc1", "dc1")
    if where:
        first.always_detail(where, step)
    else:
        first.always_list(step)
    run = r2i("fetch", "--from", source(first, second))
    assert run.code == 0, run
    services = {service["name"]: service["instances"] for service in run.json["services"]}
    assert len(run.json["services"]) == 3 and all(len(instances) == 1 for instances in services.values())
    assert {services[name][0]["address"] for name in ("api", "pay")} == {"10.2.0.1", "10.2.0.2"}, "nothing is mixed"
    assert run.json["scopes"][0]["complete"] and "error" not in run.stderr, run


def test_all_are_incomplete(r2i: Program, agents: Callable[..., list[FakeConsul]]) -> None:
    """The one that read most is reported, and with --allow-partial used."""
    first, second, third = agents("dc1", "dc1", "dc1")
    first.always_list(fails(403))
    for name in ("api", "pay"):
        second.always_detail(name, fails(404))
    third.always_detail("pay", fails(404, "no such thing"))
    run = r2i("export", "--from", source(first, second, third))
    assert run.code == 3 and run.out == b"" and "no such thing" in run.stderr, run
    partial = r2i("export", "--from", source(first, second, third), "--allow-partial")
    assert partial.code == 0 and partial.hosts == ["api.service.consul"], partial
    assert partial.entry("api.service.consul")["endpoints"][0]["address"] == "10.3.0.1"


def test_nobody_listens_anywhere(r2i: Program) -> None:
    one, two = nobody(), nobody()
    run = r2i("export", "--from", f"consul={one},{two}")
    assert run.code == 3 and run.out == b"" and "connection refused by " in run.stderr, run
    assert one in run.stderr and two in run.stderr


# Agents of several datacenters


@pytest.mark.parametrize("settings", ["", "?datacenter=dc1", "?datacenter=all"])
def test_agent_of_another_datacenter_is_refused(r2i: Program, agents: Callable[..., list[FakeConsul]],
                                                settings: str) -> None:
    """It would change what is local, and with it every host."""
    first, second = agents("dc1", "dc2")
    first.always_detail("pay", fails(404))
    run = r2i("export", "--from", source(first, second, settings=settings))
    assert run.code == 3 and run.out == b"", run
    assert "R2I1009 error:" in run.stderr and '"dc2"' in run.stderr, run


def test_third_agent_is_asked_after_a_foreign_one(r2i: Program, agents: Callable[..., list[FakeConsul]]) -> None:
    first, second, third = agents("dc1", "dc2", "dc1")
    first.always_detail("pay", fails(404))
    run = r2i("export", "--from", source(first, second, third))
    assert run.code == 0 and run.hosts == HOSTS, run
    assert run.entry("pay.service.consul")["endpoints"][0]["address"] == "10.3.0.2"


def test_named_local_datacenter_makes_any_agent_good(r2i: Program, agents: Callable[..., list[FakeConsul]]) -> None:
    first, second = agents("dc1", "dc2")
    first.always_detail("pay", fails(404))
    run = r2i("export", "--from", source(first, second, settings="?datacenter=dc1&localDatacenter=dc1"))
    assert run.code == 0 and run.hosts == HOSTS, run
    assert {request.query["dc"][0] for request in second.lists()} == {"dc1"}


def test_agent_that_is_not_of_the_named_local_datacenter(r2i: Program, agents: Callable[..., list[FakeConsul]]) -> None:
    first, second = agents("dc2", "dc1")
    run = r2i("export", "--from", source(first, second, settings="?localDatacenter=dc1"))
    assert run.code == 0 and run.hosts == HOSTS, run
    assert run.entry("pay.service.consul")["endpoints"][0]["address"] == "10.2.0.2"


def test_every_agent_gets_the_token(r2i: Program, agents: Callable[..., list[FakeConsul]]) -> None:
    first, second = agents("dc1", "dc1")
    first.always_list(fails(403))
    second.token = SECRET + "token"
    run = r2i("export", "--from", source(first, second), "-v", env={"CONSUL_HTTP_TOKEN": SECRET + "token"})
    assert run.code == 0 and run.hosts == HOSTS, run


def test_token_that_is_rotated_after_a_failover(r2i: Program, agents: Callable[..., list[FakeConsul]],
                                                tmp_path: Path) -> None:
    """An earlier agent's reading of the file takes no attempt from the next one."""
    first, second = agents("dc1", "dc1")
    file = tmp_path / "token"
    file.write_text(SECRET + "1")
    second.token = SECRET + "2"

    def rotate(exchange: Exchange) -> None:
        file.write_text(SECRET + "2")
        fails(500)(exchange)

    first.script_list(rotate)
    first.always_list(fails(500))
    run = r2i("export", "--from", source(first, second, settings=f"?tokenFile={file}"))
    assert run.code == 0 and run.hosts == HOSTS, run
