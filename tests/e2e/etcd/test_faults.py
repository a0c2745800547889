"""An etcd that is not well: what a run says, and that no output passes for the whole truth."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from support.fake_etcd import DENIED, FakeEtcd, RANGE, STATUS, TOO_OLD, error, gives
from support.faults import (cut, dies, endless, fails, hangs_up, redirects, resets, rewritten, says, silent, trickles,
                            usual)
from support.processes import free_port
from support.program import Program, Run
from support.scripted_http import Exchange, Step

HOSTS = ["api.etcd", "pay.etcd", "web.etcd"]


def source(*servers: FakeEtcd, settings: str = "") -> tuple[str, str]:
    return "--from", f"etcd={','.join(server.address for server in servers)}?layout=grpc&prefix=/services{settings}"


@dataclass(frozen=True)
class Fault:
    step: Step
    says: str  # a pattern
    settings: str = ""
    flags: tuple[str, ...] = ()
    attempts: int = 1
    asked_exactly: bool = True


def not_http(exchange: Exchange) -> None:
    exchange.close()
    exchange.send(b"SSH-2.0-OpenSSH_9.2\r\n")


PROMISE = "the answer is not what the API promises: "
FAULTS = {
    "500": Fault(fails(500, "rpc error"), '500 after 4 attempts: "rpc error"', attempts=4),
    "503": Fault(gives(error(503, 14, "etcdserver: no leader")), '503 after 4 attempts: "etcdserver: no leader"', attempts=4),
    "504": Fault(gives(error(504, 4, "etcdserver: request timed out")), "504 after 4 attempts", attempts=4),
    "429": Fault(fails(429, "slow down"), '429 after 4 attempts: "slow down"', attempts=4),
    "429 until much later": Fault(fails(429, Retry_After="3600"), "429"),
    "400": Fault(gives(error(400, 3, "etcdserver: user name is empty")),
                 'user name is empty"; it wants a user: username and passwordFile'),
    "403": Fault(gives(DENIED), '403: "etcdserver: permission denied"; it wants a user who may read every key of the prefix'),
    "404": Fault(fails(404), "404"),
    "405": Fault(gives(error(405, 12, "Method Not Allowed")), "405"),
    "reset": Fault(resets, "the connection to 127.0.0.1:PORT broke.* after 4 attempts", attempts=4, asked_exactly=False),
    "no answer": Fault(hangs_up, "127.0.0.1:PORT closed the connection.* after 4 attempts", attempts=4, asked_exactly=False),
    "silence": Fault(silent, "no complete answer from 127.0.0.1:PORT within 200 ms.* after 4 attempts",
                     flags=("--request-timeout", "200ms"), attempts=4),
    "cut body": Fault(cut, "127.0.0.1:PORT ended the connection in the middle of an answer.* after 4 attempts", attempts=4,
                      asked_exactly=False),
    "never-ending, slowly": Fault(trickles, "no complete answer from 127.0.0.1:PORT within 200 ms",
                                  flags=("--request-timeout", "200ms"), attempts=4),
    "never-ending, fast": Fault(endless, "the answer of 127.0.0.1:PORT is larger than 1 MiB; maxAnswerBytes",
                                settings="&maxAnswerBytes=1048576&pageSize=1"),
    "no HTTP": Fault(not_http, "is not HTTP"),
    "redirect to another host": Fault(redirects("http://127.0.0.2:1/v3/kv/range", 307), "redirects to http://127.0.0.2:1"),
    "a page of HTML": Fault(says("<html>Log in</html>"), PROMISE),
    "null": Fault(says("null"), PROMISE),
    "a list": Fault(says("[]"), PROMISE + "expected an object"),
    "no body": Fault(says(""), PROMISE + "the document is empty"),
    "no header": Fault(says("{}"), PROMISE + "it has no revision"),
    "wrong types": Fault(says('{"header":{"revision":"2"},"kvs":{}}'), PROMISE + "kvs: expected a list"),
    "no Base64": Fault(says('{"header":{"revision":"2"},"kvs":[{"key":"%"}],"count":"1"}'), "not Base64"),
    "another prefix": Fault(says('{"header":{"revision":"2"},"kvs":[{"key":"L290aGVyL3g="}],"count":"1"}'),
                            'the key "/other/x" was not asked for'),
    "twice the same key": Fault(says('{"header":{"revision":"2"},"kvs":[{"key":"L3NlcnZpY2VzL3g="},'
                                     '{"key":"L3NlcnZpY2VzL3g="}],"count":"2"}'), "out of order"),
    "fewer keys than counted": Fault(rewritten(b'"count": "3"', b'"count": "4"'), "the pages have 3 keys, but etcd counts 4"),
    "more that never comes": Fault(says('{"header":{"revision":"2"},"more":true,"count":"3"}'),
                                   "a page without keys says that more follow"),
    "compacted for ever": Fault(gives(TOO_OLD), "required revision has been compacted.*; begun 4 times", attempts=4),
}


def assert_unread(run: Run, code: str, pattern: str) -> None:
    assert run.code == 3 and run.out == b"", run
    assert re.search(rf"^{code} error: etcd/services: .*{pattern}", run.stderr, re.M), run
    assert "services (incomplete)" in run.stderr and "nothing was" in run.stderr, run


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_keys_that_cannot_be_read(r2i: Program, etcd: FakeEtcd, fault: Fault) -> None:
    etcd.always_range(fault.step)
    started = [r2i.start(command, *source(etcd, settings=fault.settings), *fault.flags, *more)
               for command, *more in (("export",), ("fetch",), ("export", "--allow-partial"), ("fetch", "--allow-partial"))]
    export, fetch, partial, partial_fetch = [one.wait() for one in started]
    pattern = fault.says.replace("PORT", str(etcd.port))
    for run in (export, fetch):
        assert_unread(run, "R2I1001", pattern)
    assert partial.code == 0 and partial.out == b"", partial
    assert partial_fetch.code == 0 and partial_fetch.json["services"] == [], partial_fetch
    (scope,) = partial_fetch.json["scopes"]
    assert scope["name"] == "services" and not scope["complete"] and re.search(pattern, scope["problems"][0])
    if fault.asked_exactly:
        assert len(etcd.ranges()) == 4 * fault.attempts


@pytest.mark.parametrize("step", [fails(500), fails(503), fails(429), resets, hangs_up, cut, gives(TOO_OLD)],
                         ids=["500", "503", "429", "reset", "no answer", "cut body", "compacted"])
def test_fault_that_passes(r2i: Program, etcd: FakeEtcd, step: Step) -> None:
    etcd.script_range(step)
    run = r2i("export", *source(etcd))
    assert run.code == 0 and run.hosts == HOSTS and len(etcd.ranges()) == 2, run


# Pages


@pytest.fixture
def paged(new_etcd: Callable[..., FakeEtcd]) -> FakeEtcd:
    """Ten keys, of five services."""
    server = new_etcd()
    for number in range(10):
        server.register(f"s{number // 2}", f"10.0.0.{number}")
    return server


PAGED = [f"s{number}.etcd" for number in range(5)]


def test_pages_are_of_one_revision(r2i: Program, paged: FakeEtcd) -> None:
    def changes(exchange: Exchange) -> None:
        usual(exchange)
        paged.revision += 1
    paged.script_range(changes, changes)
    run = r2i("export", *source(paged, settings="&pageSize=3"))
    assert run.code == 0 and run.hosts == PAGED, run
    assert [asked.get("revision") for asked in paged.ranges()] == [None, "11", "11", "11"]
    assert [asked["limit"] for asked in paged.ranges()] == [3] * 4


def test_compaction_between_pages_starts_over(r2i: Program, paged: FakeEtcd) -> None:
    """What was read before is forgotten: of the services that are gone nothing is left."""
    def compacts(exchange: Exchange) -> None:
        paged.delete("/services/s0/")
        gives(TOO_OLD)(exchange)
    paged.script_range(usual, compacts)
    run = r2i("export", *source(paged, settings="&pageSize=3"))
    assert run.code == 0 and run.hosts == PAGED[1:], run
    assert [asked.get("revision") for asked in paged.ranges()] == [None, "11", None, "12", "12"]


def test_member_that_has_not_come_as_far(r2i: Program, paged: FakeEtcd) -> None:
    """Behind a load balancer."""
    paged.script_range(usual, gives(error(400, 11, "etcdserver: mvcc: required revision is a future revision")))
    run = r2i("export", *source(paged, settings="&pageSize=3"))
    assert run.code == 0 and run.hosts == PAGED, run


def test_pages_of_two_clusters(r2i: Program, paged: FakeEtcd) -> None:
    paged.script_range(usual, rewritten(b'"cluster_id": "17"', b'"cluster_id": "18"'))
    assert_unread(r2i("export", *source(paged, settings="&pageSize=3")), "R2I1001", "the pages are of two clusters")


def test_page_that_comes_again(r2i: Program, paged: FakeEtcd) -> None:
    again: list[bytes] = []

    def kept(exchange: Exchange) -> None:
        again.append(exchange.usual().encoded())
        exchange.send(again[0])
    paged.script_range(kept)
    paged.always_range(lambda exchange: exchange.send(again[0]))
    assert_unread(r2i("export", *source(paged, settings="&pageSize=3")), "R2I1001", "of 10 keys 3 were read, but 10 are left")
    assert len(paged.ranges()) < 5


def test_blanks_in_the_gateways_json(r2i: Program, paged: FakeEtcd) -> None:
    """Go's protojson puts blanks where it likes to."""
    for old, new in ((b'"more": true', b'"more":true'), (b'"key": ', b'"key":  '), (b'"key": ', b'"key":')):
        paged.always_range(rewritten(old, new))
        run = r2i("export", *source(paged, settings="&pageSize=3"))
        assert run.code == 0 and run.hosts == PAGED, run


def test_pages_that_are_too_large_are_asked_smaller(r2i: Program, paged: FakeEtcd) -> None:
    paged.register("large", "10.0.0.99", note="x" * 3000)
    run = r2i("export", *source(paged, settings="&pageSize=10&maxAnswerBytes=2500"))
    assert_unread(run, "R2I1001", "larger than .*; maxAnswerBytes")
    assert [asked["limit"] for asked in paged.ranges()] == [10, 1]
    enough = r2i("export", *source(paged, settings="&pageSize=10&maxAnswerBytes=5000"))
    assert enough.code == 0 and enough.hosts == ["large.etcd", *PAGED], enough
    assert [asked["limit"] for asked in paged.ranges()[2:]] == [10] + [1] * 11


@pytest.mark.parametrize("page", [2, 3])
def test_page_that_fails(r2i: Program, paged: FakeEtcd, page: int) -> None:
    """Some pages of a service are not the service."""
    paged.script_range(*[usual] * (page - 1), fails(403))
    run = r2i("fetch", *source(paged, settings="&pageSize=3"), "--allow-partial")
    assert run.code == 0 and run.json["services"] == [] and not run.json["scopes"][0]["complete"], run


def test_server_that_dies_between_pages(r2i: Program, paged: FakeEtcd) -> None:
    paged.script_range(usual, dies)
    assert_unread(r2i("export", *source(paged, settings="&pageSize=3")), "R2I1001", "127.0.0.1")


# The gateway


@pytest.mark.parametrize("api", ["/v3", "/v3beta", "/v3alpha"])
def test_api_of_each_version(r2i: Program, new_etcd: Callable[..., FakeEtcd], api: str) -> None:
    server = new_etcd(api=api)
    server.register("web")
    run = r2i("export", *source(server))
    assert run.code == 0 and run.hosts == ["web.etcd"], run
    assert len(server.asked(f"{api}/{STATUS}")) == 1


def test_no_gateway(r2i: Program, new_etcd: Callable[..., FakeEtcd]) -> None:
    server = new_etcd(api="/v4")
    assert_unread(r2i("export", *source(server)), "R2I1001", "neither /v3 nor /v3beta nor /v3alpha is there.*--enable-grpc-gateway")
    assert server.ranges() == []


def test_wrong_api_is_not_asked_for_keys(r2i: Program, new_etcd: Callable[..., FakeEtcd]) -> None:
    server = new_etcd(api="/v3beta")
    server.register("web")
    r2i("export", *source(server))
    assert server.asked(f"/v3/{RANGE}") == []


def test_nobody_listens(r2i: Program) -> None:
    port = free_port()
    run = r2i("export", "--from", f"etcd=http://127.0.0.1:{port}?layout=grpc&prefix=/services")
    assert_unread(run, "R2I1001", f"connection refused by 127.0.0.1:{port} after 4 attempts")


# Consistency


def test_answers_are_linearizable_unless_asked_otherwise(r2i: Program, etcd: FakeEtcd) -> None:
    assert r2i("export", *source(etcd)).code == 0
    assert r2i("export", *source(etcd, settings="&consistency=serializable")).code == 0
    assert [asked.get("serializable", False) for asked in etcd.ranges()] == [False, True]


def test_member_without_a_leader_is_not_believed(r2i: Program, new_etcd: Callable[..., FakeEtcd]) -> None:
    server = new_etcd(leader=False)
    server.register("web")
    assert_unread(r2i("export", *source(server, settings="&consistency=serializable")), "R2I1004", "has no leader")


HEALTH = {"well": (says('{"health":"true","reason":""}'), 0),
          "no leader": (fails(503, '{"health":"false","reason":"RAFT NO LEADER"}'), 3),
          "unwell": (says('{"health":"false"}'), 3), "not there": (fails(404), 3)}


@pytest.mark.parametrize("step, code", HEALTH.values(), ids=HEALTH.keys())
def test_leader_where_only_root_may_ask_for_the_status(r2i: Program, etcd: FakeEtcd, step: Step, code: int) -> None:
    """etcd 3.6."""
    etcd.always(f"/v3/{STATUS}", gives(DENIED))
    etcd.always("/health", step)
    run = r2i("export", *source(etcd, settings="&consistency=serializable"))
    assert run.code == code and ("R2I1004 error: etcd/services: GET http" in run.stderr) == bool(code), run
    assert len(etcd.ranges()) == (0 if code else 1)


# Several servers


def test_failover(r2i: Program, new_etcd: Callable[..., FakeEtcd]) -> None:
    first, second, third = new_etcd(), new_etcd(), new_etcd()
    for number, server in enumerate((first, second, third), start=1):
        server.register("web", f"10.{number}.0.1")
    run = r2i("export", *source(first, second))
    assert run.code == 0 and run.entry("web.etcd")["endpoints"][0]["address"] == "10.1.0.1" and not second.requests
    for fault in (fails(403), says("{}"), hangs_up):
        first.always_range(fault)
        run = r2i("export", *source(first, second, third))
        assert run.code == 0 and run.entry("web.etcd")["endpoints"][0]["address"] == "10.2.0.1", run
        assert "R2I1001" not in run.stderr
    second.always_range(fails(403, "no such thing"))
    third.always_range(fails(403, "neither"))
    run = r2i("export", *source(first, second, third))
    assert run.code == 3 and "no such thing" in run.stderr and "neither" in run.stderr, run


# What is read


def test_empty_prefix_is_suspicious(r2i: Program, new_etcd: Callable[..., FakeEtcd]) -> None:
    server = new_etcd()
    server.put("/other/x", "1")
    assert_unread(r2i("export", *source(server)), "R2I1050", "there is no key below the prefix")
    trusted = r2i("export", *source(server, settings="&trustEmpty=true"))
    assert trusted.code == 0 and trusted.out == b"" and "nothing to export" in trusted.stderr, trusted


def test_keys_of_another_layout_are_suspicious(r2i: Program, new_etcd: Callable[..., FakeEtcd]) -> None:
    server = new_etcd()
    server.put("/services/lock", "1")
    server.put("/services/other", "1")
    run = r2i("export", *source(server), "-v")
    assert_unread(run, "R2I1050", "of 2 keys below the prefix none is of the layout grpc")
    assert 'R2I1051 info: etcd/services: 2 keys, "/services/lock" for instance: the key is not of the form' in run.stderr, run


def test_malformed_value_keeps_its_service_unread(r2i: Program, etcd: FakeEtcd) -> None:
    """Half of a service is not to be written; the rest survives."""
    etcd.put("/services/pay/bad", '{"Op":0,"Addr":')
    etcd.put("/services/new/bad", "\x00\xff")
    run = r2i("export", *source(etcd))
    assert run.code == 3 and run.out == b"", run
    assert re.search('^R2I1008 error: service "pay" of etcd/services: key "/services/pay/bad": the value is not what the layout '
                     "promises: ", run.stderr, re.M), run
    partial = r2i("export", *source(etcd), "--allow-partial")
    assert partial.code == 0 and partial.hosts == ["api.etcd", "web.etcd"], partial
    # An excluded service cannot make a source incomplete.
    without = r2i("export", *source(etcd, settings="&exclude=pay,new"))
    assert without.code == 0 and without.hosts == ["api.etcd", "web.etcd"], without


def test_values_of_another_layout_are_not_told_one_by_one(r2i: Program, etcd: FakeEtcd) -> None:
    for number in range(100):
        etcd.put(f"/services/pay/{number:03}", "10.0.0.1:80")
    run = r2i("export", *source(etcd))
    assert run.code == 3 and run.stderr.count("R2I1008") == 6, run
    assert 'R2I1008 error: service "pay" of etcd/services: 95 keys more like these' in run.stderr, run


def test_malformed_value_that_hides_its_service(r2i: Program, new_etcd: Callable[..., FakeEtcd]) -> None:
    """go-micro: the name stands in the value. Every service of the same folder may be the one that lacks an instance."""
    server = new_etcd()

    def node(name: str, number: int) -> None:
        server.put(f"/micro/registry/{name.replace('/', '-')}/n{number}",
                   {"name": name, "nodes": [{"id": f"n{number}", "address": f"10.0.0.{number}:80"}]})
    node("a/b", 1)
    node("a-b", 2)
    node("c", 3)
    server.put("/micro/registry/a-b/n4", "{")
    run = r2i("fetch", "--from", f"etcd={server.address}?layout=go-micro", "--allow-partial")
    assert run.code == 0 and not run.json["scopes"][0]["complete"], run
    assert {one["name"]: one.get("complete", True) for one in run.json["services"]} == {"a/b": False, "a-b": False, "c": True}


def test_hostile_keys_and_values(r2i: Program, etcd: FakeEtcd) -> None:
    """Nothing of them gets out of its place in the YAML, and what can be read is read."""
    etcd.register("../../etc/passwd", "10.0.1.1", id="x")
    etcd.register("a\nb: c", "10.0.1.2", id="x")
    etcd.register("web", "10.0.1.3", version="\n---\nkind: Evil", **{"security.istio.io/tlsMode": "disabled"})
    etcd.put(b"/services/\xff\xfe/x", {"Op": 0, "Addr": "10.0.1.4:80"})
    etcd.put("/services/names/x", {"Op": 0, "Addr": "evil host:80\n"})
    etcd.put("/services/deep/x", "[" * 100_000)
    run = r2i("export", *source(etcd), "--allow-partial", "-v")
    assert run.code in (0, 1), run
    assert {one["kind"] for one in run.objects} == {"ServiceEntry"}
    assert all(re.fullmatch(r"[a-z0-9.-]+", host) for host in run.hosts), run.hosts
    assert set(HOSTS) <= set(run.hosts) and not {"names.etcd", "deep.etcd"} & set(run.hosts)
    assert all("istio" not in str(end.get("labels", {})) for end in run.entry("web.etcd")["endpoints"])
    assert "R2I1011" in run.stderr, run


def test_prefix_for_each_service(r2i: Program, new_etcd: Callable[..., FakeEtcd]) -> None:
    """A user may have the right to some services' keys alone. Each is a scope."""
    server = new_etcd()
    server.put("user.rpc/1", "10.0.0.1:80")
    server.put("user.rpc.v2/1", "10.0.0.9:80")
    server.put("team/order.rpc/1", "10.0.0.2:80")
    run = r2i("fetch", "--from", f"etcd={server.address}?layout=go-zero&key={{id}}&prefix=user.rpc,team/order.rpc")
    assert run.code == 0, run
    assert [(one["name"], one["scope"]) for one in run.json["services"]] == [("order.rpc", "team/order.rpc"),
                                                                              ("user.rpc", "user.rpc")]


def test_scopes_fail_alone(r2i: Program, new_etcd: Callable[..., FakeEtcd]) -> None:
    server = new_etcd()
    server.register("web", root="/a")
    server.register("pay", root="/b")
    server.script_range(fails(403))
    run = r2i("fetch", "--from", f"etcd={server.address}?layout=grpc&prefix=/a,/b", "--allow-partial")
    assert [(one["name"], one["complete"]) for one in run.json["scopes"]] == [("a", False), ("b", True)], run
    assert [one["name"] for one in run.json["services"]] == ["pay"]


def test_every_key(r2i: Program, new_etcd: Callable[..., FakeEtcd]) -> None:
    server = new_etcd()
    server.put("user.rpc/1", "10.0.0.1:80")
    run = r2i("export", "--from", f"etcd={server.address}?layout=go-zero&prefix=*")
    assert run.code == 0 and run.hosts == ["user-rpc.etcd"], run
    (asked,) = server.ranges()
    assert asked["key"] == asked["range_end"] == "AA=="
