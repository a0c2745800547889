"""TLS: whom the program trusts, as whom it comes, and what it says when that does not fit."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from support.certificates import Authority, Certificate
from support.fake_consul import FakeConsul
from support.program import Program, Run


def server_context(certificate: Certificate, clients: Authority | None = None) -> ssl.SSLContext:
    """`clients`: who signs the certificates that clients must show."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.cert, certificate.key)
    if clients is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients.ca)
    return context


@pytest.fixture
def secure(new_consul: Callable[..., FakeConsul], server_certificate: Certificate) -> FakeConsul:
    agent = new_consul(tls=server_context(server_certificate))
    agent.register("web")
    return agent


@pytest.fixture
def mutual(new_consul: Callable[..., FakeConsul], server_certificate: Certificate, authority: Authority) -> FakeConsul:
    """A Consul that wants to see a client's certificate."""
    agent = new_consul(tls=server_context(server_certificate, authority))
    agent.register("web")
    return agent


def assert_read(run: Run) -> None:
    assert run.code == 0 and run.hosts == ["web.service.consul"], run


def assert_refused(run: Run, says: str, code: int = 3) -> None:
    assert run.code == code and run.out == b"" and says in run.stderr, run


def test_ca_file(r2i: Program, secure: FakeConsul, authority: Authority) -> None:
    assert_read(r2i("export", "--from", f"consul={secure.address}", env={"CONSUL_CACERT": str(authority.ca)}))
    assert_read(r2i("export", "--from", f"consul={secure.address}?caFile={authority.ca}"))


def test_ca_directory_needs_no_preparation(r2i: Program, secure: FakeConsul, authority: Authority, tmp_path: Path) -> None:
    folder = tmp_path / "cas"
    folder.mkdir()
    (folder / "README").write_text("no certificate")
    (folder / "our.pem").write_bytes(authority.ca.read_bytes())
    assert_read(r2i("export", "--from", f"consul={secure.address}", env={"CONSUL_CAPATH": str(folder)}))
    assert_read(r2i("export", "--from", f"consul={secure.address}?caDir={folder}"))


def test_setting_counts_more_than_the_variable(r2i: Program, secure: FakeConsul, authority: Authority,
                                               tmp_path: Path) -> None:
    other = Authority(tmp_path / "other", "other-ca")
    source = f"consul={secure.address}"
    assert_read(r2i("export", "--from", f"{source}?caFile={authority.ca}", env={"CONSUL_CACERT": str(other.ca)}))
    assert_refused(r2i("export", "--from", f"{source}?caFile={other.ca}", env={"CONSUL_CACERT": str(authority.ca)}),
                   "the certificate does not verify")


def test_unknown_authority(r2i: Program, secure: FakeConsul) -> None:
    run = r2i("export", "--from", f"consul={secure.address}")
    assert_refused(run, f"127.0.0.1:{secure.port}: the certificate does not verify")
    assert "R2I1001 error:" in run.stderr and not secure.requests


@pytest.mark.parametrize("address", ["127.0.0.1:{port}", "http://127.0.0.1:{port}", "https://127.0.0.1:{port}"])
def test_ssl_variable(r2i: Program, secure: FakeConsul, authority: Authority, address: str) -> None:
    """As with Consul's own client, `http://` does not turn off what the variable turns on."""
    env = {"CONSUL_HTTP_ADDR": address.format(port=secure.port), "CONSUL_HTTP_SSL": "true",
           "CONSUL_CACERT": str(authority.ca)}
    assert_read(r2i("export", "--from", "consul", env=env))


@pytest.mark.parametrize("value", ["false", "0", "F", "False"])
def test_verification_can_be_turned_off(r2i: Program, secure: FakeConsul, value: str) -> None:
    run = r2i("export", "--from", f"consul={secure.address}", "-v", env={"CONSUL_HTTP_SSL_VERIFY": value})
    assert_read(run)
    assert 'R2I1030 warning: source "consul": the certificate of the registry is not verified' in run.stderr


def test_setting_decides_about_verification(r2i: Program, secure: FakeConsul) -> None:
    assert_read(r2i("export", "--from", f"consul={secure.address}?insecureSkipVerify=true",
                    env={"CONSUL_HTTP_SSL_VERIFY": "true"}))
    assert_refused(r2i("export", "--from", f"consul={secure.address}?insecureSkipVerify=false",
                       env={"CONSUL_HTTP_SSL_VERIFY": "false"}), "the certificate does not verify")


@pytest.mark.parametrize("value", ["no", "off", "flase", "2", " true"])
@pytest.mark.parametrize("variable", ["CONSUL_HTTP_SSL_VERIFY", "CONSUL_HTTP_SSL"])
def test_value_that_is_no_boolean(r2i: Program, secure: FakeConsul, variable: str, value: str) -> None:
    """Consul's own client takes it for false, and stops verifying."""
    run = r2i("export", "--from", f"consul={secure.address}", env={variable: value})
    assert_refused(run, f"{variable}: expected true or false, got \"{value}\"", 2)
    assert not secure.requests


# The server's name


def test_server_name(r2i: Program, new_consul: Callable[..., FakeConsul], authority: Authority) -> None:
    agent = new_consul(tls=server_context(authority.issue("named", ["server.dc1.consul"])))
    agent.register("web")
    source, ca = f"consul={agent.address}", {"CONSUL_CACERT": str(authority.ca)}
    assert_refused(r2i("export", "--from", source, env=ca), "the certificate does not verify")
    assert_read(r2i("export", "--from", source, env={**ca, "CONSUL_TLS_SERVER_NAME": "server.dc1.consul"}))
    assert_read(r2i("export", "--from", f"{source}?tlsServerName=server.dc1.consul", env=ca))
    assert agent.server_names[-1] == "server.dc1.consul"
    assert {request.headers["Host"] for request in agent.requests} == {f"127.0.0.1:{agent.port}"}
    assert_refused(r2i("export", "--from", f"{source}?tlsServerName=server.dc2.consul", env=ca),
                   "the certificate does not verify")


# The client's certificate


def test_client_certificate(r2i: Program, mutual: FakeConsul, authority: Authority, client_certificate: Certificate) -> None:
    ca = {"CONSUL_CACERT": str(authority.ca)}
    pair = {"CONSUL_CLIENT_CERT": str(client_certificate.cert), "CONSUL_CLIENT_KEY": str(client_certificate.key)}
    assert_read(r2i("export", "--from", f"consul={mutual.address}", env={**ca, **pair}))
    assert_read(r2i("export", "--from", f"consul={mutual.address}?certFile={client_certificate.cert}"
                                        f"&keyFile={client_certificate.key}", env=ca))


def test_missing_client_certificate(r2i: Program, mutual: FakeConsul, authority: Authority) -> None:
    run = r2i("export", "--from", f"consul={mutual.address}", env={"CONSUL_CACERT": str(authority.ca)})
    assert_refused(run, "certificate")
    assert not mutual.requests


@pytest.mark.parametrize("variable", ["CONSUL_CLIENT_CERT", "CONSUL_CLIENT_KEY"])
def test_certificate_and_key_belong_together(r2i: Program, mutual: FakeConsul, authority: Authority,
                                             client_certificate: Certificate, variable: str) -> None:
    file = client_certificate.cert if variable.endswith("CERT") else client_certificate.key
    run = r2i("export", "--from", f"consul={mutual.address}", env={variable: str(file)})
    assert_refused(run, "certificate and key must both be given", 2)


def test_key_with_a_pass_phrase_asks_nobody(r2i: Program, mutual: FakeConsul, authority: Authority,
                                            client_certificate: Certificate, tmp_path: Path) -> None:
    locked = tmp_path / "locked.key"
    subprocess.run(["openssl", "pkey", "-in", client_certificate.key, "-aes256", "-passout", "pass:word", "-out", locked],
                   check=True, capture_output=True)
    run = r2i("export", "--from", f"consul={mutual.address}", env={
        "CONSUL_CACERT": str(authority.ca), "CONSUL_CLIENT_CERT": str(client_certificate.cert),
        "CONSUL_CLIENT_KEY": str(locked)}, timeout=30)
    assert_refused(run, "the client certificate or its key is unusable")


@pytest.mark.parametrize("setting, content, problem", [
    ("caFile", None, "cannot read the CA file"), ("caFile", "no PEM", "has no PEM certificate"),
    ("caDir", None, "cannot read the CA directory"),
])
def test_files_that_cannot_be_used(r2i: Program, secure: FakeConsul, tmp_path: Path, setting: str, content: str | None,
                                   problem: str) -> None:
    file = tmp_path / "file.pem"
    if content is not None:
        file.write_text(content)
    assert_refused(r2i("export", "--from", f"consul={secure.address}?{setting}={file}"), problem, 2)


# Wrong scheme


def test_https_where_nobody_speaks_tls(r2i: Program, consul: FakeConsul) -> None:
    assert_refused(r2i("export", "--from", f"consul=https://127.0.0.1:{consul.port}"),
                   "does not speak TLS: is its address http://")


def test_http_where_tls_is_spoken(r2i: Program, secure: FakeConsul) -> None:
    assert_refused(r2i("export", "--from", f"consul=http://127.0.0.1:{secure.port}"), "R2I1001 error:")
