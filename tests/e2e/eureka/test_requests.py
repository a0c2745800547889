"""What is asked of a server, and with which credentials."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from support.certificates import Authority, Certificate
from support.fake_eureka import FakeEureka
from support.faults import compressed, fails, usual
from support.program import SECRET, Program, Run
from support.scripted_http import Exchange

HOSTS = ["api.eureka", "pay.eureka", "web.eureka"]
PASSWORD = SECRET + "p@ss"
ENCODED = SECRET + "p%40ss"


def test_one_request(r2i: Program, eureka: FakeEureka) -> None:
    run = r2i("export", "--from", f"eureka={eureka.base}")
    assert run.code == 0 and run.hosts == HOSTS, run
    (request,) = eureka.requests
    assert request.target == "/eureka/apps" and request.headers["Accept"] == "application/json"
    assert "gzip" in request.headers["Accept-Encoding"] and "Authorization" not in request.headers
    assert "X-Eureka-Accept" not in request.headers, "compact answers have no metadata"


@pytest.mark.parametrize("given", ["", "/", "/eureka", "/eureka/", "/eureka/apps", "/eureka/apps/"])
def test_addresses_as_people_write_them(r2i: Program, eureka: FakeEureka, given: str) -> None:
    run = r2i("fetch", "--from", f"eureka={eureka.address}{given}")
    assert run.code == 0 and [request.target for request in eureka.requests] == ["/eureka/apps"], run
    assert run.json["source"]["address"] == eureka.base


@pytest.mark.parametrize("prefix, given", [("/eureka/v2", "/eureka/v2/"), ("/eureka/v2", "/eureka/v2/apps"),
                                           ("/context/eureka", "/context/eureka"), ("/eureka/api", "/eureka/api/apps")])
def test_other_prefixes(r2i: Program, new_eureka: Callable[..., FakeEureka], prefix: str, given: str) -> None:
    server = new_eureka(prefix=prefix)
    server.register("web")
    run = r2i("export", "--from", f"eureka={server.address}{given}")
    assert run.code == 0 and run.hosts == ["web.eureka"], run


def test_unix_socket(r2i: Program, new_eureka: Callable[..., FakeEureka], tmp_path: Path) -> None:
    server = new_eureka(unix_socket=tmp_path / "eureka.sock")
    server.register("web")
    assert r2i("export", "--from", f"eureka={server.address}").hosts == ["web.eureka"]


def test_compressed_answer(r2i: Program, eureka: FakeEureka) -> None:
    eureka.always_apps(compressed)
    assert r2i("export", "--from", f"eureka={eureka.base}").hosts == HOSTS


def test_default_address_is_said(r2i: Program) -> None:
    """Whether or not there is a Eureka on the machine of the test."""
    run = r2i("fetch", "--from", "eureka", "--request-timeout", "2s", "--allow-partial")
    assert run.json["source"]["address"] == "http://127.0.0.1:8761/eureka"


# Virtual addresses


def test_virtual_addresses(r2i: Program, new_eureka: Callable[..., FakeEureka]) -> None:
    server = new_eureka()
    server.register("web", "10.0.0.1", vipAddress="web,shop")
    server.register("web", "10.0.0.2", vipAddress="web")
    server.register("pay", "10.0.0.3", vipAddress="shop")
    server.register("api", "10.0.0.4", vipAddress="a b")
    run = r2i("export", "--from", f"eureka={server.base}?vip=shop,web")
    assert run.code == 0 and run.hosts == ["pay.eureka", "web.eureka"], run
    assert [one["address"] for one in run.entry("web.eureka")["endpoints"]] == ["10.0.0.1", "10.0.0.2"]
    assert [request.target for request in server.requests] == ["/eureka/vips/shop", "/eureka/vips/web"]
    blank = r2i("export", "--from", f"eureka={server.base}?vip=a%20b")
    assert blank.hosts == ["api.eureka"] and server.requests[-1].target == "/eureka/vips/a%20b", blank


def test_virtual_address_that_nobody_has(r2i: Program, eureka: FakeEureka) -> None:
    run = r2i("export", "--from", f"eureka={eureka.base}?vip=web,lost")
    assert run.code == 3 and run.out == b"" and 'no instance has the virtual address "lost"' in run.stderr, run
    meant = r2i("export", "--from", f"eureka={eureka.base}?vip=web,lost&trustEmpty=true")
    assert meant.code == 0 and meant.hosts == ["web.eureka"], meant


def test_virtual_address_that_cannot_be_read(r2i: Program, eureka: FakeEureka) -> None:
    eureka.always("/eureka/vips/web", fails(404))
    run = r2i("export", "--from", f"eureka={eureka.base}?vip=pay,web")
    assert run.code == 3 and run.out == b"" and "/eureka/vips/web: 404" in run.stderr, run


# Credentials


@pytest.fixture
def closed(new_eureka: Callable[..., FakeEureka]) -> FakeEureka:
    server = new_eureka(user="me", password=PASSWORD)
    server.register("web")
    return server


def assert_read(run: Run) -> None:
    assert run.code == 0 and run.hosts == ["web.eureka"], run


def with_user(server: FakeEureka, user: str) -> str:
    return server.base.replace("://", f"://{user}@")


def test_user_in_the_address(r2i: Program, closed: FakeEureka) -> None:
    assert_read(r2i("export", "--from", f"eureka={with_user(closed, 'me:' + ENCODED)}", "-v"))
    assert_read(r2i("export", "--from", "eureka", "-v",
                    env={"EUREKA_CLIENT_SERVICEURL_DEFAULTZONE": with_user(closed, "me:" + ENCODED)}))
    snapshot = r2i("fetch", "--from", f"eureka={with_user(closed, 'me:' + ENCODED)}")
    assert snapshot.json["source"]["address"] == closed.base, snapshot


def test_password_file(r2i: Program, closed: FakeEureka, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(PASSWORD + "\n")
    assert_read(r2i("export", "--from", f"eureka={closed.base}?username=me&passwordFile={file}"))


def test_configuration_file(r2i: Program, closed: FakeEureka, tmp_path: Path) -> None:
    file = tmp_path / "mesh.yaml"
    file.write_text("apiVersion: registry2istio.io/v1\nkind: Config\n"
                    f"sources:\n- name: east\n  kind: eureka\n  address: {closed.base}\n  username: me\n  password: ${{EAST}}\n")
    assert_read(r2i("export", "-c", file, env={"EAST": PASSWORD}))


def test_wrong_credentials(r2i: Program, closed: FakeEureka, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(SECRET + "other")
    for source in (closed.base, with_user(closed, f"me:{SECRET}other"), f"{closed.base}?username=me&passwordFile={file}"):
        run = r2i("export", "--from", f"eureka={source}")
        assert run.code == 3 and run.out == b"" and "/eureka/apps: 401; give the user" in run.stderr, run


def test_password_that_is_rotated_meanwhile(r2i: Program, closed: FakeEureka, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(SECRET + "old")

    def rotates(exchange: Exchange) -> None:
        file.write_text(PASSWORD)
        usual(exchange)

    closed.script_apps(rotates)
    assert_read(r2i("export", "--from", f"eureka={closed.base}?username=me&passwordFile={file}"))
    assert len(closed.requests) == 2


def test_every_peer_gets_its_own(r2i: Program, new_eureka: Callable[..., FakeEureka], closed: FakeEureka,
                                 tmp_path: Path) -> None:
    """A user in an address is for that server alone."""
    first = new_eureka(user="first", password=SECRET + "1")
    file = tmp_path / "password"
    file.write_text(PASSWORD)
    source = f"{with_user(first, f'first:{SECRET}wrong')},{closed.base}?username=me&passwordFile={file}"
    assert_read(r2i("export", "--from", f"eureka={source}"))
    (asked,) = first.requests
    assert base64.b64decode(asked.headers["Authorization"].split()[1]).decode() == f"first:{SECRET}wrong"


def test_password_without_a_user(r2i: Program, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(PASSWORD)
    run = r2i("export", "--from", f"eureka=http://e:8761/eureka?passwordFile={file}")
    assert run.code == 2 and "username: a password needs its user" in run.stderr, run
    missing = r2i("export", "--from", f"eureka=http://e:8761/eureka?username=me&passwordFile={tmp_path}/none")
    assert missing.code == 2 and "passwordFile: cannot read" in missing.stderr, missing


def test_password_is_no_setting_of_an_address(r2i: Program) -> None:
    run = r2i("export", "--from", f"eureka=http://e:8761/eureka?username=me&password={SECRET}x")
    assert run.code == 2 and "a secret must not stand in a flag" in run.stderr, run


# TLS


def context_of(certificate: Certificate, clients: Authority | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.cert, certificate.key)
    if clients is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients.ca)
    return context


def test_tls(r2i: Program, new_eureka: Callable[..., FakeEureka], authority: Authority,
             server_certificate: Certificate) -> None:
    server = new_eureka(tls=context_of(server_certificate))
    server.register("web")
    assert_read(r2i("export", "--from", f"eureka={server.base}?caFile={authority.ca}"))
    unknown = r2i("export", "--from", f"eureka={server.base}")
    assert unknown.code == 3 and unknown.out == b"" and "the certificate does not verify" in unknown.stderr, unknown
    unverified = r2i("export", "--from", f"eureka={server.base}?insecureSkipVerify=true", "-v")
    assert_read(unverified)
    assert "R2I1030 warning" in unverified.stderr


def test_client_certificate(r2i: Program, new_eureka: Callable[..., FakeEureka], authority: Authority,
                            server_certificate: Certificate, client_certificate: Certificate) -> None:
    server = new_eureka(tls=context_of(server_certificate, authority))
    server.register("web")
    source = f"eureka={server.base}?caFile={authority.ca}"
    assert_read(r2i("export", "--from", f"{source}&certFile={client_certificate.cert}&keyFile={client_certificate.key}"))
    assert r2i("export", "--from", source).code == 3
