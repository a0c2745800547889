"""Logging in, TLS, and the variables of etcdctl."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from support.certificates import Authority, Certificate
from support.fake_etcd import BAD_TOKEN, FakeEtcd, LOG_IN, error, gives
from support.faults import fails, says, usual
from support.program import SECRET, Program, Run

PASSWORD = SECRET + "password"
SETTINGS = "?layout=grpc&prefix=/services"


@pytest.fixture
def guarded(new_etcd: Callable[..., FakeEtcd]) -> FakeEtcd:
    """An etcd that answers nobody who has not logged in, with seven services."""
    server = new_etcd(users={"reader": PASSWORD})
    for number in range(7):
        server.register(f"s{number}", f"10.0.0.{number}")
    return server


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text(PASSWORD + "\n")
    return path


def assert_read(run: Run) -> None:
    assert run.code == 0 and run.hosts == [f"s{number}.etcd" for number in range(7)], run


def assert_unread(run: Run, says: str) -> None:
    assert run.code == 3 and run.out == b"" and "R2I1001 error: etcd/services: " in run.stderr and says in run.stderr, run


def test_ways_to_give_a_user(r2i: Program, guarded: FakeEtcd, password_file: Path, tmp_path: Path) -> None:
    plain = f"etcd={guarded.address}{SETTINGS}"
    assert_read(r2i("export", "--from", f"{plain}&username=reader&passwordFile={password_file}", "-v"))
    assert_read(r2i("export", "--from", plain, "-v", env={"ETCDCTL_USER": f"reader:{PASSWORD}"}))
    assert_read(r2i("export", "--from", plain, env={"ETCDCTL_USER": "reader", "ETCDCTL_PASSWORD": PASSWORD}))
    assert_read(r2i("export", "--from", f"{plain}&username=reader", env={"ETCDCTL_PASSWORD": PASSWORD}))
    assert_read(r2i("export", "--from", f"etcd=http://reader:{PASSWORD}@127.0.0.1:{guarded.port}{SETTINGS}", "-v"))
    config = tmp_path / "mesh.yaml"
    config.write_text("apiVersion: registry2istio.io/v1\nkind: Config\nsources:\n- name: keys\n  kind: etcd\n"
                      f"  address: {guarded.address}\n  layout: grpc\n  prefix: [/services]\n  username: reader\n"
                      "  password: ${PW}\n")
    run = r2i("fetch", "-c", config, "-v", env={"PW": PASSWORD})
    assert run.code == 0 and len(run.json["services"]) == 7, run
    assert guarded.logins() == 6 and {json.loads(one.body)["name"] for one in guarded.asked("/v3/" + LOG_IN)} == {"reader"}
    assert all(one.headers.get("Authorization", "x")[:6] != "Basic " for one in guarded.requests)


def test_the_token_stands_alone_in_its_header(r2i: Program, guarded: FakeEtcd) -> None:
    """etcd refuses one behind the word Bearer."""
    assert_read(r2i("export", "--from", f"etcd={guarded.address}{SETTINGS}", env={"ETCDCTL_USER": f"reader:{PASSWORD}"}))
    (asked,) = guarded.asked("/v3/kv/range")
    assert asked.headers["Authorization"] == "5ecret-token-1"


def test_certificate_with_a_name_where_users_are_wanted(r2i: Program, guarded: FakeEtcd) -> None:
    """The gateway says so in plain text."""
    refusal = "CommonName of client sending a request against gateway will be ignored and not used as expected\n"
    guarded.always("/v3/" + LOG_IN, fails(400, refusal))
    run = r2i("export", "--from", f"etcd={guarded.address}{SETTINGS}", env={"ETCDCTL_USER": f"reader:{PASSWORD}"})
    assert_unread(run, "give a client's certificate whose subject has no CommonName")


def test_nobody_logs_in_without_a_user(r2i: Program, guarded: FakeEtcd) -> None:
    run = r2i("export", "--from", f"etcd={guarded.address}{SETTINGS}", env={"ETCDCTL_PASSWORD": PASSWORD})
    assert_unread(run, 'user name is empty"; it wants a user: username and passwordFile')
    assert guarded.logins() == 0


def test_wrong_password(r2i: Program, guarded: FakeEtcd) -> None:
    run = r2i("export", "--from", f"etcd={guarded.address}{SETTINGS}", env={"ETCDCTL_USER": f"reader:{SECRET}wrong"})
    assert_unread(run, "authentication failed, invalid user ID or password")
    assert guarded.logins() == 1 and guarded.ranges() == []


def test_password_that_changed_since(r2i: Program, guarded: FakeEtcd, password_file: Path) -> None:
    """It is read again, once, where it is refused."""
    password_file.write_text(SECRET + "old")

    def changes(exchange) -> None:
        password_file.write_text(PASSWORD)
        usual(exchange)
    guarded.script("/v3/" + LOG_IN, changes)
    assert_read(r2i("export", "--from", f"etcd={guarded.address}{SETTINGS}&username=reader&passwordFile={password_file}"))
    assert guarded.logins() == 2


def test_user_where_none_is_needed(r2i: Program, etcd: FakeEtcd) -> None:
    """etcd says so, and its own client goes on, too."""
    run = r2i("export", "--from", f"etcd={etcd.address}{SETTINGS}", env={"ETCDCTL_USER": f"reader:{PASSWORD}"})
    assert run.code == 0 and len(run.hosts) == 3, run


@pytest.mark.parametrize("page", [1, 2, 3])
@pytest.mark.parametrize("answer", [BAD_TOKEN, error(400, 3, "etcdserver: revision of auth store is old")],
                         ids=["expired", "old"])
def test_token_that_expires(r2i: Program, guarded: FakeEtcd, page: int, answer) -> None:
    """It logs in again and goes on where it was, at the same revision."""
    guarded.script_range(*[usual] * (page - 1), guarded.expire_tokens(gives(answer)))
    run = r2i("export", "--from", f"etcd={guarded.address}{SETTINGS}&pageSize=2",
              env={"ETCDCTL_USER": f"reader:{PASSWORD}"})
    assert_read(run)
    assert guarded.logins() == 2 and len(guarded.ranges()) == 5
    assert {asked.get("revision") for asked in guarded.ranges()[page:] if page > 1} <= {"8"}


def test_token_that_is_never_taken(r2i: Program, guarded: FakeEtcd) -> None:
    guarded.always_range(gives(BAD_TOKEN))
    run = r2i("export", "--from", f"etcd={guarded.address}{SETTINGS}", env={"ETCDCTL_USER": f"reader:{PASSWORD}"})
    assert_unread(run, "invalid auth token")
    assert guarded.logins() == 4


@pytest.mark.parametrize("step", [fails(500), says("{}"), says("<html>"), says('{"token":""}'), says('{"token":7}')],
                         ids=["500", "no token", "HTML", "empty", "number"])
def test_log_in_that_fails(r2i: Program, guarded: FakeEtcd, step) -> None:
    guarded.always("/v3/" + LOG_IN, step)
    run = r2i("export", "--from", f"etcd={guarded.address}{SETTINGS}", env={"ETCDCTL_USER": f"reader:{PASSWORD}"})
    assert_unread(run, f"/v3/{LOG_IN}: ")
    assert guarded.ranges() == []


def test_passwords_do_not_stand_in_flags(r2i: Program, guarded: FakeEtcd) -> None:
    run = r2i("export", "--from", f"etcd={guarded.address}{SETTINGS}&username=reader&password={PASSWORD}")
    assert run.code == 2 and "password: a secret must not stand in a flag" in run.stderr, run


# Where etcd is


def test_endpoints(r2i: Program, etcd: FakeEtcd, new_etcd: Callable[..., FakeEtcd]) -> None:
    dead = new_etcd()
    dead.die()
    for endpoints in (etcd.address, f"127.0.0.1:{etcd.port}", f"127.0.0.1:{dead.port},127.0.0.1:{etcd.port}"):
        run = r2i("export", "--from", f"etcd{SETTINGS}", env={"ETCDCTL_ENDPOINTS": endpoints})
        assert run.code == 0 and len(run.hosts) == 3, run
    other = r2i("export", "--from", f"etcd={etcd.address}{SETTINGS}", env={"ETCDCTL_ENDPOINTS": dead.address})
    assert other.code == 0, other


# TLS


def server_context(certificate: Certificate, clients: Authority | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.cert, certificate.key)
    if clients is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients.ca)
    return context


def test_tls(r2i: Program, new_etcd: Callable[..., FakeEtcd], authority: Authority, server_certificate: Certificate,
             client_certificate: Certificate) -> None:
    server = new_etcd(tls=server_context(server_certificate, authority))
    server.register("web")
    native = {"ETCDCTL_ENDPOINTS": f"127.0.0.1:{server.port}", "ETCDCTL_CACERT": str(authority.ca),
              "ETCDCTL_CERT": str(client_certificate.cert), "ETCDCTL_KEY": str(client_certificate.key)}
    own = (f"etcd={server.address}{SETTINGS}&caFile={authority.ca}&certFile={client_certificate.cert}"
           f"&keyFile={client_certificate.key}")
    for run in (r2i("export", "--from", f"etcd{SETTINGS}", env=native), r2i("export", "--from", own)):
        assert run.code == 0 and run.hosts == ["web.etcd"] and "R2I1030" not in run.stderr, run
    unknown = r2i("export", "--from", f"etcd={server.address}{SETTINGS}")
    assert unknown.code == 3 and "the certificate does not verify" in unknown.stderr, unknown
    trusting = {**native, "ETCDCTL_CACERT": "/nowhere", "ETCDCTL_INSECURE_SKIP_TLS_VERIFY": "true"}
    insecure = r2i("export", "--from", f"etcd{SETTINGS}&caFile={authority.ca}", "-v", env=trusting)
    assert insecure.code == 0 and "R2I1030 warning" in insecure.stderr, insecure
    nobody = r2i("export", "--from", f"etcd={server.address}{SETTINGS}&caFile={authority.ca}")
    assert nobody.code == 3 and nobody.out == b"", nobody
