"""etcd's gRPC: what it gives is what the JSON gateway gives; what stands in its way is said, or the gateway is asked instead."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from support.certificates import Authority, Certificate
from support.etcd_grpc import EtcdGrpc
from support.fake_etcd import DENIED, FakeEtcd, STATUS, TOO_OLD, error, gives
from support.faults import cut, dies, fails, hangs_up, redirects, resets, says, silent, usual
from support.http2_front import Answer, GoAway
from support.program import SECRET, Program, Run
from support.scripted_http import Step
from test_layouts import CASES, lines

PASSWORD = SECRET + "password"
HOSTS = ["api.etcd", "pay.etcd", "web.etcd"]


def source(*fronts: EtcdGrpc | FakeEtcd, settings: str = "") -> tuple[str, str]:
    return "--from", f"etcd={','.join(front.address for front in fronts)}?layout=grpc&prefix=/services{settings}"


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_layout(r2i: Program, new_etcd: Callable[..., FakeEtcd], grpc_of: Callable[..., EtcdGrpc], case: Path) -> None:
    server = new_etcd()
    for key, value in json.loads((case / "keys.json").read_text()).items():
        server.put(key, value)
    front = grpc_of(server)
    settings, args = "&".join(lines(case / "settings")), lines(case / "args")
    for more in ("", "&pageSize=2", "&api=grpc"):
        run = r2i("export", "--from", f"etcd={front.address}?{settings}{more}", "-v", *args)
        assert run.stdout == (case / "expected.out").read_text(), run
        got = run.stderr.replace(front.address, "http://ETCD") + f"exit code {run.code}\n"
        assert got == (case / "expected.err").read_text()
    assert all(one.path.startswith("/v3/") and one.headers["content-type"] == "application/json" for one in server.requests)


def test_what_is_asked(r2i: Program, etcd: FakeEtcd, grpc_of: Callable[..., EtcdGrpc]) -> None:
    front = grpc_of(etcd)
    run = r2i("export", *source(front, settings="&pageSize=2&consistency=serializable"))
    assert run.code == 0 and run.hosts == HOSTS, run
    first, second = etcd.ranges()
    assert (first["limit"], second["limit"]) == (2, 2) and "revision" not in first and second["revision"] == str(etcd.revision)
    assert first["serializable"] is True
    # A member that answers by itself is to refuse where it has no leader.
    assert {one.headers["hasleader"] for one in etcd.asked("/v3/kv/range")} == {"true"}
    assert r2i("export", *source(front)).code == 0
    assert etcd.asked("/v3/kv/range")[-1].headers["hasleader"] is None and "serializable" not in etcd.ranges()[-1]


def test_the_gateway_where_there_is_no_grpc(r2i: Program, etcd: FakeEtcd) -> None:
    assert r2i("export", *source(etcd)).hosts == HOSTS
    assert r2i("export", *source(etcd, settings="&api=json")).hosts == HOSTS
    run = r2i("export", *source(etcd, settings="&api=grpc"))
    assert run.code == 3 and run.out == b"" and "/etcdserverpb.Maintenance/Status: " in run.stderr, run
    assert "api" in r2i("export", *source(etcd, settings="&api=http")).stderr


def test_grpc_of_something_else(r2i: Program, etcd: FakeEtcd, grpc_of: Callable[..., EtcdGrpc]) -> None:
    """Nothing of an etcd is there: the gateway is looked for, and it is said that neither is."""
    front = grpc_of(etcd)
    etcd.always(etcd.path(STATUS), gives(error(501, 12, "unknown service etcdserverpb.Maintenance")))
    run = r2i("export", *source(front))
    assert run.code == 3 and "/v3/maintenance/status: " in run.stderr, run
    explicit = r2i("export", *source(front, settings="&api=grpc"))
    assert explicit.code == 0 and explicit.hosts == HOSTS, "what is asked for is tried"


def test_tls(r2i: Program, etcd: FakeEtcd, grpc_of: Callable[..., EtcdGrpc], authority: Authority,
             server_certificate: Certificate) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(server_certificate.cert, server_certificate.key)
    front = grpc_of(etcd, tls=tls)
    for api in ("auto", "grpc"):
        run = r2i("export", *source(front, settings=f"&pageSize=1&api={api}&caFile={authority.ca}"))
        assert run.code == 0 and run.hosts == HOSTS, run
    assert front.connections == 3, "one to find out, and then one for all pages"
    run = r2i("export", *source(front, settings="&api=grpc"))
    assert run.code == 3 and "the certificate does not verify" in run.stderr, run


@dataclass(frozen=True)
class Fault:
    step: Step
    says: str  # a pattern
    flags: tuple[str, ...] = ()
    attempts: int = 1


RANGE = "POST http://127.0.0.1:PORT/etcdserverpb.KV/Range: "
PROMISE = "kv/range: the answer is not what the API promises: "
FAULTS = {
    "unavailable": Fault(gives(error(503, 14, "etcdserver: no leader")), RANGE + '503 after 4 attempts: "etcdserver: no leader"',
                         attempts=4),
    "too many": Fault(gives(error(429, 8, "etcdserver: too many requests")), RANGE + "429 after 4 attempts", attempts=4),
    "deadline": Fault(gives(error(504, 4, "etcdserver: request timed out")), RANGE + "504 after 4 attempts", attempts=4),
    "internal": Fault(gives(error(500, 13, "a\nb: %41 ü")), RANGE + '500 after 4 attempts: "a.nb: %41 ü"', attempts=4),
    "no user": Fault(gives(error(400, 3, "etcdserver: user name is empty")), RANGE + '400: .*user name is empty"; it wants a user'),
    "denied": Fault(gives(DENIED), RANGE + '403: "etcdserver: permission denied"; it wants a user who may read every key of the prefix'),
    "another code": Fault(gives(error(500, 99, "what")), RANGE + '500 after 4 attempts: "what"', attempts=4),
    "compacted for ever": Fault(gives(TOO_OLD), RANGE + "400: .*compacted.*; begun 4 times", attempts=4),
    "a proxy's 502": Fault(fails(502, "Bad Gateway"), RANGE + '502 after 4 attempts: "Bad Gateway"', attempts=4),
    "a proxy's page": Fault(says("<html>Log in</html>"), RANGE + "127.0.0.1:PORT does not speak gRPC"),
    "404": Fault(fails(404), RANGE + "404"),
    "redirect": Fault(redirects("http://127.0.0.2:1/", 307), RANGE + "127.0.0.1:PORT redirects to http://127.0.0.2:1"),
    "reset": Fault(resets, RANGE + "the connection to 127.0.0.1:PORT broke.* after 4 attempts"),
    "no answer": Fault(hangs_up, RANGE + "the connection to 127.0.0.1:PORT broke.* after 4 attempts"),
    "cut": Fault(cut, RANGE + "the connection to 127.0.0.1:PORT broke.* after 4 attempts"),
    "silence": Fault(silent, RANGE + "no complete answer from 127.0.0.1:PORT within 300 ms", ("--request-timeout", "300ms")),
    "empty": Fault(says("{}"), PROMISE + "it has no revision"),
}


def assert_unread(run: Run, front: EtcdGrpc, pattern: str) -> None:
    assert run.code == 3 and run.out == b"", run
    wanted = pattern.replace("PORT", str(front.port))
    assert re.search(f"^R2I1001 error: etcd/services: {wanted}", run.stderr, re.M), run


@pytest.mark.parametrize("api", ["auto", "grpc"])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_fault(r2i: Program, etcd: FakeEtcd, grpc_of: Callable[..., EtcdGrpc], fault: Fault, api: str) -> None:
    front = grpc_of(etcd)
    etcd.always_range(fault.step)
    assert_unread(r2i("export", *source(front, settings=f"&api={api}"), *fault.flags), front, fault.says)
    assert len(etcd.ranges()) >= fault.attempts


@pytest.mark.parametrize("step", [gives(error(503, 14, "etcdserver: leader changed")), gives(TOO_OLD), fails(502), resets, hangs_up, cut],
                         ids=["unavailable", "compacted", "502", "reset", "end", "cut"])
def test_fault_that_passes(r2i: Program, etcd: FakeEtcd, grpc_of: Callable[..., EtcdGrpc], step: Step) -> None:
    etcd.script_range(step, usual, step)
    run = r2i("export", *source(grpc_of(etcd), settings="&pageSize=1"))
    assert run.code == 0 and run.hosts == HOSTS, run


FRAME = "127.0.0.1:PORT sent something else than one message"
SPOILT = {
    "no status": (lambda one: replace(one, trailers=[]), "127.0.0.1:PORT ended an answer without saying how it went after 4"),
    "a status that is none": (lambda one: replace(one, trailers=[("grpc-status", "0x")]), "127.0.0.1:PORT ended an answer without"),
    "no message": (lambda one: replace(one, body=b""), FRAME),
    "half a prefix": (lambda one: replace(one, body=one.body[:3]), FRAME),
    "cut": (lambda one: replace(one, body=one.body[:-1]), FRAME),
    "two messages": (lambda one: replace(one, body=one.body + b"\0\0\0\0\0"), FRAME),
    "compressed": (lambda one: replace(one, body=b"\1" + one.body[1:]), FRAME),
    "no protobuf": (lambda one: replace(one, body=one.body[:5] + b"\xff" * (len(one.body) - 5)),
                    PROMISE + "varint too long exception"),
    "a key without a name": (lambda one: replace(one, body=b"\0\0\0\0\6\x0a\2\x18\1\x12\0"), PROMISE + "a key is missing"),
    "fewer keys than counted": (lambda one: replace(one, body=b"\0\0\0\0\6\x0a\2\x18\1\x20\7"),
                                "the pages have 0 keys, but etcd counts 7"),
}


@pytest.mark.parametrize("spoil, pattern", SPOILT.values(), ids=SPOILT.keys())
def test_answer_that_is_none(r2i: Program, etcd: FakeEtcd, grpc_of: Callable[..., EtcdGrpc],
                             spoil: Callable[[Answer], Answer], pattern: str) -> None:
    front = grpc_of(etcd)
    front.spoil = spoil
    of_the_transfer = pattern.startswith("127.0.0.1:PORT")
    assert_unread(r2i("export", *source(front)), front, RANGE + pattern if of_the_transfer else pattern)


def test_goaway(r2i: Program, etcd: FakeEtcd, grpc_of: Callable[..., EtcdGrpc]) -> None:
    for goaway in (GoAway(1), GoAway(1, abrupt=True)):
        front = grpc_of(etcd, goaways=[GoAway(99), goaway, goaway])
        run = r2i("export", *source(front, settings="&pageSize=1"))
        assert run.code == 0 and run.hosts == HOSTS and front.said_goaway == 2, run


def test_server_that_dies_between_pages(r2i: Program, etcd: FakeEtcd, grpc_of: Callable[..., EtcdGrpc]) -> None:
    etcd.script_range(usual, dies)
    run = r2i("export", *source(grpc_of(etcd), settings="&pageSize=1"))
    assert run.code == 3 and run.out == b"", run


def test_failover(r2i: Program, new_etcd: Callable[..., FakeEtcd], etcd: FakeEtcd, grpc_of: Callable[..., EtcdGrpc]) -> None:
    """From gRPC to a member of which only the gateway is to be had, and back."""
    ill = new_etcd()
    ill.always_range(fails(403))
    for servers in ((grpc_of(ill), etcd), (ill, grpc_of(etcd))):
        run = r2i("export", *source(*servers))
        assert run.code == 0 and run.hosts == HOSTS, run


def test_pages_that_are_too_large_are_asked_smaller(r2i: Program, new_etcd: Callable[..., FakeEtcd],
                                                    grpc_of: Callable[..., EtcdGrpc]) -> None:
    server = new_etcd()
    for number in range(40):
        server.register(f"s{number:02}", f"10.0.0.{number}", note="x" * 1000)
    run = r2i("fetch", *source(grpc_of(server), settings="&maxAnswerBytes=20000"))
    assert run.code == 0 and len(run.json["services"]) == 40, run
    assert [one["limit"] for one in server.ranges()][:3] == [5000, 625, 78]


# Who asks


@pytest.fixture
def guarded(new_etcd: Callable[..., FakeEtcd]) -> FakeEtcd:
    server = new_etcd(users={"reader": PASSWORD})
    for number, name in enumerate(("api", "pay", "web"), start=1):
        server.register(name, f"10.0.0.{number}")
    return server


def test_user(r2i: Program, guarded: FakeEtcd, grpc_of: Callable[..., EtcdGrpc]) -> None:
    front = grpc_of(guarded)
    run = r2i("export", *source(front), "-v", env={"ETCDCTL_USER": f"reader:{PASSWORD}"})
    assert run.code == 0 and run.hosts == HOSTS and guarded.logins() == 1, run
    assert guarded.asked("/v3/kv/range")[0].headers["Authorization"] == "5ecret-token-1"
    assert_unread(r2i("export", *source(front)), front, RANGE + '400: .*"; it wants a user: username and passwordFile')
    wrong = r2i("export", *source(front), env={"ETCDCTL_USER": f"reader:{SECRET}wrong"})
    assert_unread(wrong, front, "POST .*/etcdserverpb.Auth/Authenticate: 400: .*authentication failed")


def test_user_where_none_is_needed(r2i: Program, etcd: FakeEtcd, grpc_of: Callable[..., EtcdGrpc]) -> None:
    run = r2i("export", *source(grpc_of(etcd)), env={"ETCDCTL_USER": f"reader:{PASSWORD}"})
    assert run.code == 0 and run.hosts == HOSTS, run


def test_token_that_expires_between_pages(r2i: Program, guarded: FakeEtcd, grpc_of: Callable[..., EtcdGrpc]) -> None:
    guarded.script_range(usual, guarded.expire_tokens())
    run = r2i("export", *source(grpc_of(guarded), settings="&pageSize=1"), env={"ETCDCTL_USER": f"reader:{PASSWORD}"})
    assert run.code == 0 and run.hosts == HOSTS and guarded.logins() == 2, run


@pytest.mark.parametrize("status, code", [(None, 3), (gives(DENIED), 0)], ids=["no leader", "only root may ask"])
def test_leader(r2i: Program, new_etcd: Callable[..., FakeEtcd], grpc_of: Callable[..., EtcdGrpc], status: Step | None,
                code: int) -> None:
    """Where the status is refused, every question for keys asks for a leader."""
    server = new_etcd(leader=False)
    server.register("web")
    if status is not None:
        server.always(server.path(STATUS), status)
    front = grpc_of(server)
    run = r2i("export", *source(front, settings="&consistency=serializable"))
    assert run.code == code, run
    if code:
        assert re.search("^R2I10.. error: etcd/services: .*has no leader", run.stderr, re.M), run
