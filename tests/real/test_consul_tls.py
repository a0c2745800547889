"""Consul over HTTPS, with clients that must show a certificate; and over a unix socket."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from harness.consul import TLS_NAME, Consul
from harness.outcome import USAGE, hosts, refused
from support.certificates import Authority
from support.program import Run

WEB = ["web.service.consul"]


@pytest.fixture
def secured(consul_with_tls: Consul) -> Consul:
    consul_with_tls.register("n1", "192.0.2.1", "web", 8080)
    return consul_with_tls


@pytest.fixture
def trusted(secured: Consul) -> dict[str, str]:
    """Settings of a source that Consul and registry2istio accept each other with."""
    tls = secured.tls
    return {"caFile": str(tls.authority.ca), "certFile": str(tls.client.cert), "keyFile": str(tls.client.key)}


@pytest.fixture
def stranger(tmp_path: Path) -> Authority:
    """An authority that Consul has nothing to do with, of the same name as its own."""
    return Authority(tmp_path / "stranger")


@pytest.fixture
def export(r2i, secured: Consul) -> Callable[..., Run]:
    """export({"caFile": …}, env={…}) with these settings in the address."""
    def run(settings: dict[str, str], env: dict[str, str] | None = None, address: str = "") -> Run:
        query = f"?{urlencode(settings, quote_via=quote)}" if settings else ""
        return r2i("export", "--from", f"consul={address or secured.address}{query}", "-o", "name", env=env)

    return run


VARIABLES = {"caFile": "CONSUL_CACERT", "certFile": "CONSUL_CLIENT_CERT", "keyFile": "CONSUL_CLIENT_KEY"}


def test_by_settings_in_the_address(export, trusted):
    assert hosts(export(trusted)) == WEB


def test_by_consuls_own_variables(r2i, secured, trusted):
    variables = {VARIABLES[key]: value for key, value in trusted.items()}
    host = secured.address.removeprefix("https://")
    for address in ({"CONSUL_HTTP_ADDR": secured.address}, {"CONSUL_HTTP_ADDR": host, "CONSUL_HTTP_SSL": "true"},
                    {"CONSUL_HTTP_ADDR": f"http://{host}", "CONSUL_HTTP_SSL": "1"}):
        assert hosts(r2i("export", "--from", "consul", "-o", "name", env={**variables, **address})) == WEB


def test_a_folder_of_authorities_needs_no_preparation(export, trusted, stranger, tmp_path):
    folder = tmp_path / "authorities"
    folder.mkdir()
    (folder / "one.pem").write_bytes(stranger.ca.read_bytes())
    (folder / "two.pem").write_bytes(Path(trusted.pop("caFile")).read_bytes())
    assert hosts(export({**trusted, "caDir": str(folder)})) == WEB
    assert hosts(export(trusted, {"CONSUL_CAPATH": str(folder)})) == WEB


# Who Consul is


def test_a_wrong_authority_is_said(export, trusted, stranger, secured):
    refused(export({**trusted, "caFile": str(stranger.ca)}), "R2I1001", f"127.0.0.1:{secured.ports['http']}",
            "the certificate does not verify")


def test_the_systems_authorities_do_not_know_consuls(export, trusted):
    del trusted["caFile"]
    refused(export(trusted), "the certificate does not verify")


def test_the_name_of_the_server_is_the_one_that_is_given(export, trusted):
    assert hosts(export({**trusted, "tlsServerName": TLS_NAME})) == WEB
    assert hosts(export(trusted, {"CONSUL_TLS_SERVER_NAME": TLS_NAME})) == WEB


@pytest.mark.parametrize("way", ["setting", "variable"])
def test_another_name_is_refused(export, trusted, way):
    name = "other.dc1.consul"
    run = export({**trusted, "tlsServerName": name}) if way == "setting" else export(trusted, {"CONSUL_TLS_SERVER_NAME": name})
    refused(run, "the certificate does not verify", name)


@pytest.mark.parametrize("way", ["setting", "variable"])
def test_no_verification_is_possible_and_warned_of(export, trusted, way):
    del trusted["caFile"]
    settings = {"insecureSkipVerify": "true"} if way == "setting" else {}
    run = export({**trusted, **settings}, {} if settings else {"CONSUL_HTTP_SSL_VERIFY": "false"})
    assert hosts(run) == WEB
    assert "TLS not verified" in run.stderr


# Who the client is


REPEATED = pytest.mark.parametrize("time", range(20))  # Consul's alert and its reset race each other


@REPEATED
def test_without_a_certificate_consul_does_not_answer_and_the_message_says_why(export, trusted, time):
    refused(export({"caFile": trusted["caFile"]}), "certificate")


@REPEATED
def test_a_certificate_of_a_stranger_is_not_accepted_and_the_message_says_why(export, trusted, stranger, time):
    own = stranger.issue("client", names=("client.test",))
    refused(export({**trusted, "certFile": str(own.cert), "keyFile": str(own.key)}), "certificate")


def test_a_key_of_another_certificate_is_unusable(export, trusted, stranger):
    refused(export({**trusted, "keyFile": str(stranger.issue("other").key)}), "client certificate or its key is unusable")


def test_a_certificate_without_its_key_is_a_mistake(export, trusted):
    del trusted["keyFile"]
    run = export(trusted)
    assert (run.code, run.stdout) == (USAGE, ""), run
    assert "certificate and key must both be given" in run.stderr


@pytest.mark.parametrize("key", ["caFile", "certFile", "keyFile"])
def test_a_file_that_is_not_there_is_named(export, trusted, key, tmp_path):
    run = export({**trusted, key: str(tmp_path / "nowhere.pem")})
    assert (run.code, run.stdout) == (USAGE, ""), run
    assert "nowhere.pem: No such file or directory" in run.stderr


def test_http_and_https_are_told_apart(export, secured, consul, trusted):
    plain = f"http://127.0.0.1:{secured.ports['http']}"
    refused(export({}, address=plain), "400", "Client sent an HTTP request to an HTTPS server")
    refused(export(trusted, address=consul.address.replace("http://", "https://")), "does not speak TLS")


# Unix socket


@pytest.fixture
def socket(new_consul, tmp_path: Path) -> Path:
    path = tmp_path / "consul.sock"
    new_consul(settings={"addresses": {"http": f"127.0.0.1 unix://{path}"}}).register("n1", "192.0.2.1", "web", 8080)
    return path


def test_a_unix_socket(r2i, socket):
    assert hosts(r2i("export", "--from", f"consul=unix://{socket}", "-o", "name")) == WEB
    assert hosts(r2i("export", "--from", "consul", "-o", "name", env={"CONSUL_HTTP_ADDR": f"unix://{socket}"})) == WEB
    gone = socket.with_name("gone.sock")
    refused(r2i("export", "--from", f"consul=unix://{gone}"), f"cannot connect to the socket {gone}: No such file or directory")
