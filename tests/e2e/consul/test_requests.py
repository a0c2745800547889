"""What is asked of Consul: the parameters, each service once, over few connections."""

from __future__ import annotations

import re
from collections.abc import Callable
from threading import Barrier
from urllib.parse import quote

import pytest
from support.fake_consul import FakeConsul
from support.faults import compressed, fails, redirects, together, usual, without_keep_alive
from support.program import Program
from support.scripted_http import Request


def parameters(request: Request) -> dict[str, list[str]]:
    """Those of the query but `stale`, which comes with every request by default."""
    return {key: values for key, values in request.query.items() if key != "stale"}


@pytest.fixture
def enterprise(new_consul: Callable[..., FakeConsul]) -> FakeConsul:
    agent = new_consul(enterprise=True)
    agent.register("web")
    return agent


@pytest.mark.parametrize("setting, in_list, in_detail", [
    ("namespace=team-a", {"ns": ["team-a"]}, {"ns": ["team-a"]}),
    ("partition=part-1", {"partition": ["part-1"]}, {"partition": ["part-1"]}),
    ("filter=" + quote('Service.Meta["env"] == "prod & more"'), {}, {"filter": ['Service.Meta["env"] == "prod & more"']}),
    ("serviceFilter=" + quote("NodeMeta.os == linux+x"), {"filter": ["NodeMeta.os == linux+x"]}, {}),
    ("nodeMeta=os:linux,rack:r%201", {"node-meta": ["os:linux", "rack:r 1"]}, {"node-meta": ["os:linux", "rack:r 1"]}),
    ("nodeMeta=os:linux&nodeMeta=rack:1", {"node-meta": ["os:linux", "rack:1"]}, {"node-meta": ["os:linux", "rack:1"]}),
    ("datacenter=dc1", {"dc": ["dc1"]}, {"dc": ["dc1"]}),
    ("", {}, {}),
])
def test_setting_becomes_a_parameter(r2i: Program, enterprise: FakeConsul, setting: str, in_list: dict[str, list[str]],
                                     in_detail: dict[str, list[str]]) -> None:
    run = r2i("export", "--from", f"consul={enterprise.address}?{setting}")
    assert run.code == 0 and run.hosts == ["web.service.consul"], run
    assert [parameters(request) for request in enterprise.lists()] == [in_list]
    assert [parameters(request) for request in enterprise.details("web")] == [in_detail]


@pytest.mark.parametrize("consistency, expected", [("", {"stale": [""]}), ("stale", {"stale": [""]}), ("default", {}),
                                                  ("consistent", {"consistent": [""]})])
def test_consistency(r2i: Program, consul: FakeConsul, consistency: str, expected: dict[str, list[str]]) -> None:
    setting = f"?consistency={consistency}" if consistency else ""
    assert r2i("export", "--from", f"consul={consul.address}{setting}").code == 0
    assert [request.query for request in consul.requests] == 5 * [expected]


def test_community_server_that_is_asked_for_a_namespace(r2i: Program, consul: FakeConsul) -> None:
    run = r2i("export", "--from", f"consul={consul.address}?namespace=team-a")
    assert run.code == 3 and run.out == b"" and "Namespaces are a Consul Enterprise feature" in run.stderr, run


def test_names_are_encoded(r2i: Program, new_consul: Callable[..., FakeConsul]) -> None:
    agent = new_consul()
    names = ["a/b", "with blank", "ümlaut", "per%41cent", "plus+", "question?", "under_score", "hash#", "a&b=c"]
    for number, name in enumerate(names):
        agent.register(name, f"10.0.1.{number}")
    run = r2i("export", "--from", f"consul={agent.address}")
    assert run.code == 0 and len(run.hosts) == len(names), run
    for name in names:
        (request,) = agent.details(name)
        assert request.target.startswith(f"/v1/health/service/{quote(name, safe='')}?")


def test_names_that_differ_only_in_case_are_asked_once(r2i: Program, consul: FakeConsul) -> None:
    consul.register("Pay", "10.0.0.22")
    consul.register("WEB", "10.0.0.33")
    run = r2i("export", "--from", f"consul={consul.address}", "-v")
    assert run.code == 0, run
    assert [endpoint["address"] for endpoint in run.entry("pay.service.consul")["endpoints"]] == ["10.0.0.2", "10.0.0.22"]
    assert sorted(request.path.rpartition("/")[2] for request in consul.details()) == ["api", "consul", "pay", "web"]
    assert re.search(r'R2I1010 info: service "Pay" of consul/\w+: it is one with "pay"', run.stderr), run


def test_names_that_consul_refuses_are_not_asked(r2i: Program, consul: FakeConsul) -> None:
    """They make nothing incomplete: Consul would refuse them for ever."""
    consul.register("two\nlines", "10.0.0.44")
    run = r2i("export", "--from", f"consul={consul.address}", "-v")
    assert run.code == 0 and "lines" not in run.stdout, run
    assert sorted(request.path.rpartition("/")[2] for request in consul.details()) == ["api", "consul", "pay", "web"]
    assert re.search(r'^R2I1012 warning: service "two.*lines" of consul/\w+: left out', run.stderr, re.M), run


@pytest.mark.parametrize("flags, asked", [
    (["--exclude", "pay"], ["api", "consul", "web"]),
    (["--exclude", "p*", "--exclude", "?pi"], ["consul", "web"]),
    (["--include", "web"], ["web"]),
    (["--include", "*", "--exclude", "[ap]*"], ["consul", "web"]),
])
def test_excluded_service_is_not_asked_for(r2i: Program, consul: FakeConsul, flags: list[str], asked: list[str]) -> None:
    """So that it cannot make a source incomplete."""
    consul.always_detail("pay", fails(403))
    run = r2i("export", "--from", f"consul={consul.address}", *flags)
    assert run.code == 0, run
    assert sorted(request.path.rpartition("/")[2] for request in consul.details()) == asked
    assert "excluded by name" in run.stderr


# Connections


@pytest.mark.parametrize("parallelism", [1, 3, 16])
def test_parallelism_is_reached_and_not_exceeded(r2i: Program, new_consul: Callable[..., FakeConsul],
                                                 parallelism: int) -> None:
    agent = new_consul()
    names = [f"service-{number:02}" for number in range(3 * parallelism)]
    barrier = Barrier(parallelism)  # answers only when so many wait for one
    for name in names:
        agent.register(name)
        agent.always_detail(name, together(barrier))
    run = r2i("export", "--from", f"consul={agent.address}?serviceFilter=any", "--parallelism", str(parallelism),
              "--exclude", "consul")
    assert run.code == 0 and len(run.hosts) == len(names), run
    assert not barrier.broken
    assert agent.most_at_once == parallelism
    assert agent.connections <= parallelism, "connections are kept and used again"


def test_server_without_keep_alive(r2i: Program, consul: FakeConsul) -> None:
    for name in ("api", "pay", "web"):
        consul.always_detail(name, without_keep_alive)
    run = r2i("export", "--from", f"consul={consul.address}", "--parallelism", "2")
    assert run.code == 0 and len(run.hosts) == 3, run


def test_compressed_answers(r2i: Program, consul: FakeConsul) -> None:
    consul.always_list(compressed)
    consul.always_detail("pay", compressed)
    run = r2i("export", "--from", f"consul={consul.address}")
    assert run.code == 0 and len(run.hosts) == 3, run
    assert "gzip" in consul.lists()[0].headers["Accept-Encoding"]


def test_bound_on_an_answer_counts_what_was_unpacked(r2i: Program, consul: FakeConsul) -> None:
    consul.register("big", meta={"text": 100_000 * "x"})
    consul.always_detail("big", compressed)
    run = r2i("export", "--from", f"consul={consul.address}?maxAnswerBytes=65536")
    assert run.code == 3 and run.out == b"" and "larger than 64 KiB" in run.stderr, run


def test_redirect_within_the_same_server(r2i: Program, consul: FakeConsul) -> None:
    consul.script_list(redirects("/v1/catalog/services?stale=&again=", 307), usual)
    run = r2i("export", "--from", f"consul={consul.address}")
    assert run.code == 0 and len(run.hosts) == 3 and len(consul.lists()) == 2, run


# Peers


def test_imported_services_of_a_peer(r2i: Program, consul: FakeConsul) -> None:
    consul.register("billing", "10.7.0.1", peer="east")
    consul.add_peering("east")
    run = r2i("export", "--from", f"consul={consul.address}?peer=east")
    assert run.code == 0, run
    (host,) = run.hosts
    assert host.startswith("billing.service.") and "east" in host, "it is not the billing service of the own datacenter"
    assert run.entry(host)["endpoints"][0]["address"] == "10.7.0.1"
    assert [request.path for request in consul.requests] == ["/v1/peering/east", "/v1/health/service/billing"]
    assert parameters(consul.details("billing")[0]) == {"peer": ["east"]}


@pytest.mark.parametrize("state", ["FAILING", "TERMINATED", "PENDING"])
def test_peering_that_does_not_work(r2i: Program, consul: FakeConsul, state: str) -> None:
    consul.register("billing", "10.7.0.1", peer="east")
    consul.add_peering("east", state)
    run = r2i("export", "--from", f"consul={consul.address}?peer=east")
    assert run.code == 3 and run.out == b"" and f'the peering "east" is "{state}"' in run.stderr, run


def test_unknown_peer(r2i: Program, consul: FakeConsul) -> None:
    run = r2i("export", "--from", f"consul={consul.address}?peer=east")
    assert run.code == 3 and run.out == b"" and "R2I1001 error:" in run.stderr and "404" in run.stderr, run
