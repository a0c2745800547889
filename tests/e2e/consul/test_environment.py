"""The variables of Consul's own clients, the token, and which of two settings counts."""

from __future__ import annotations

import base64
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from support.fake_consul import FakeConsul, list_path
from support.faults import fails, redirects
from support.program import SECRET, Program
from support.scripted_http import Exchange, Step

TOKEN = SECRET + "token"


@pytest.fixture
def guarded(new_consul: Callable[..., FakeConsul]) -> FakeConsul:
    """A Consul that answers nobody without the token."""
    agent = new_consul(token=TOKEN)
    agent.register("web")
    return agent


def assert_reads(r2i: Program, *arguments: str, env: dict[str, str]) -> None:
    """The export has the service `web`, alone; and -v tells no more of a secret than a plain run."""
    for extra in ((), ("-v",)):
        run = r2i("export", *arguments, *extra, env=env)
        assert run.code == 0 and run.hosts == ["web.service.consul"], run


# Where Consul is


@pytest.mark.parametrize("form", ["127.0.0.1:{port}", "http://127.0.0.1:{port}", "localhost:{port}",
                                  "HTTP://localhost:{port}/"])
def test_address(r2i: Program, guarded: FakeConsul, form: str) -> None:
    address = form.format(port=guarded.port)
    assert_reads(r2i, "--from", "consul", env={"CONSUL_HTTP_ADDR": address, "CONSUL_HTTP_TOKEN": TOKEN})
    assert_reads(r2i, "--from", f"consul={address}", env={"CONSUL_HTTP_TOKEN": TOKEN})


def test_address_with_a_path_prefix(r2i: Program, new_consul: Callable[..., FakeConsul]) -> None:
    agent = new_consul(prefix="/registry/consul")
    agent.register("web")
    address = agent.address + "/registry/consul"
    assert_reads(r2i, "--from", "consul", env={"CONSUL_HTTP_ADDR": address})
    assert_reads(r2i, "--from", f"consul={address}/", env={})
    assert {request.path.split("/v1/")[0] for request in agent.requests} == {"/registry/consul"}


def test_unix_socket(r2i: Program, new_consul: Callable[..., FakeConsul], tmp_path: Path) -> None:
    agent = new_consul(unix_socket=tmp_path / "consul.sock", token=TOKEN)
    agent.register("web")
    assert_reads(r2i, "--from", "consul", env={"CONSUL_HTTP_ADDR": agent.address, "CONSUL_HTTP_TOKEN": TOKEN})
    assert_reads(r2i, "--from", f"consul={agent.address}", env={"CONSUL_HTTP_TOKEN": TOKEN})


def test_unix_socket_that_is_not_there(r2i: Program, tmp_path: Path) -> None:
    run = r2i("export", "--from", "consul", env={"CONSUL_HTTP_ADDR": f"unix://{tmp_path}/none.sock"})
    assert run.code == 3 and run.out == b"" and f"cannot connect to the socket {tmp_path}/none.sock" in run.stderr, run


@pytest.mark.parametrize("address, problem", [
    ("ftp://127.0.0.1:8500", 'unknown scheme "ftp"'), ("http://", "host"), ("http://127.0.0.1:99999", "port"),
    ("::1:8500", "brackets"), ("http://h ost:1", "blank"), ("unix://", "socket"),
])
def test_address_that_cannot_be_read(r2i: Program, address: str, problem: str) -> None:
    run = r2i("export", "--from", "consul", env={"CONSUL_HTTP_ADDR": address})
    assert run.code == 2 and run.out == b"" and problem in run.stderr, run


def test_given_address_counts_more_than_the_variable(r2i: Program, guarded: FakeConsul, consul: FakeConsul) -> None:
    assert_reads(r2i, "--from", f"consul={guarded.address}",
                 env={"CONSUL_HTTP_ADDR": consul.address, "CONSUL_HTTP_TOKEN": TOKEN})
    assert not consul.requests


def test_proxy_is_not_for_loopback(r2i: Program, guarded: FakeConsul, consul: FakeConsul) -> None:
    assert_reads(r2i, "--from", f"consul={guarded.address}",
                 env={"http_proxy": consul.address, "ALL_PROXY": consul.address, "CONSUL_HTTP_TOKEN": TOKEN})
    assert not consul.requests


# The token


def test_token_goes_into_a_header_alone(r2i: Program, guarded: FakeConsul) -> None:
    assert_reads(r2i, "--from", f"consul={guarded.address}?datacenter=all", env={"CONSUL_HTTP_TOKEN": TOKEN})
    for request in guarded.requests:
        assert request.headers.get_all("X-Consul-Token") == [TOKEN]
        assert TOKEN not in request.target and "Authorization" not in request.headers


def test_no_token_no_header(r2i: Program, consul: FakeConsul) -> None:
    assert r2i("export", "--from", f"consul={consul.address}", env={"CONSUL_HTTP_TOKEN": ""}).code == 0
    assert not any("X-Consul-Token" in request.headers for request in consul.requests)


def test_refused_token_is_not_told(r2i: Program, guarded: FakeConsul) -> None:
    run = r2i("export", "--from", f"consul={guarded.address}", "-v", env={"CONSUL_HTTP_TOKEN": SECRET + "wrong"})
    assert run.code == 3 and run.out == b"" and "403" in run.stderr and "Permission denied" in run.stderr, run


@pytest.mark.parametrize("content", [TOKEN, f"  {TOKEN}\n", f"{TOKEN}\r\n"])
def test_token_file(r2i: Program, guarded: FakeConsul, tmp_path: Path, content: str) -> None:
    file = tmp_path / "token"
    file.write_bytes(content.encode())
    assert_reads(r2i, "--from", f"consul={guarded.address}", env={"CONSUL_HTTP_TOKEN_FILE": str(file)})
    assert_reads(r2i, "--from", f"consul={guarded.address}?tokenFile={file}", env={})


def test_which_token_counts(r2i: Program, guarded: FakeConsul, tmp_path: Path) -> None:
    """The setting's file, the variable's file, the variable; an empty file is none."""
    right, wrong, empty = tmp_path / "right", tmp_path / "wrong", tmp_path / "empty"
    right.write_text(TOKEN)
    wrong.write_text(SECRET + "wrong")
    empty.write_text("\n")
    source = f"consul={guarded.address}"
    assert_reads(r2i, "--from", f"{source}?tokenFile={right}",
                 env={"CONSUL_HTTP_TOKEN_FILE": str(wrong), "CONSUL_HTTP_TOKEN": SECRET + "wrong"})
    assert_reads(r2i, "--from", source, env={"CONSUL_HTTP_TOKEN_FILE": str(right), "CONSUL_HTTP_TOKEN": SECRET + "wrong"})
    assert_reads(r2i, "--from", source, env={"CONSUL_HTTP_TOKEN_FILE": str(empty), "CONSUL_HTTP_TOKEN": TOKEN})


def test_token_file_that_cannot_be_read(r2i: Program, consul: FakeConsul, tmp_path: Path) -> None:
    for arguments, env in ((f"consul={consul.address}?tokenFile={tmp_path}/none", {}),
                           (f"consul={consul.address}", {"CONSUL_HTTP_TOKEN_FILE": f"{tmp_path}/none"})):
        run = r2i("export", "--from", arguments, env=env)
        assert run.code == 2 and run.out == b"" and f"cannot read {tmp_path}/none" in run.stderr, run
    assert not consul.requests


def rotation(consul: FakeConsul, file: Path, refuse: Step = fails(403, "ACL not found")) -> Step:
    """The moment from which on the agent takes only another token; the file has it already."""
    def step(exchange: Exchange) -> None:
        fresh = file.with_suffix(".new")
        fresh.write_text(TOKEN + "-2")
        fresh.rename(file)
        consul.token = TOKEN + "-2"
        refuse(exchange)
    return step


@pytest.mark.parametrize("path", [list_path(), "/v1/health/service/web", "/v1/health/service/consul"])
def test_token_that_is_rotated_while_reading(r2i: Program, guarded: FakeConsul, tmp_path: Path, path: str) -> None:
    file = tmp_path / "token"
    file.write_text(TOKEN)
    guarded.script(path, rotation(guarded, file))
    run = r2i("export", "--from", f"consul={guarded.address}?tokenFile={file}", "-v")
    assert run.code == 0 and run.hosts == ["web.service.consul"], run
    assert [request.headers["X-Consul-Token"] for request in guarded.asked(path)] == [TOKEN, TOKEN + "-2"]


def test_token_that_is_rotated_while_many_are_read(r2i: Program, guarded: FakeConsul, tmp_path: Path) -> None:
    """Those on their way when it happens are refused together, and all of them are asked again."""
    file = tmp_path / "token"
    file.write_text(TOKEN)
    names = [f"service-{number:02}" for number in range(40)]
    for name in names:
        guarded.register(name)
    guarded.script_detail(names[20], rotation(guarded, file))
    run = r2i("export", "--from", f"consul={guarded.address}?tokenFile={file}")
    assert run.code == 0 and len(run.hosts) == 41, run


def test_refusal_with_the_same_token_is_final(r2i: Program, guarded: FakeConsul, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(SECRET + "old")
    run = r2i("export", "--from", f"consul={guarded.address}?tokenFile={file}")
    assert run.code == 3 and len(guarded.requests) == 1, run


@pytest.mark.parametrize("path", [list_path(), "/v1/health/service/web"])
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirect_takes_no_token_to_another_host(r2i: Program, guarded: FakeConsul, consul: FakeConsul, path: str,
                                                 status: int) -> None:
    guarded.always(path, redirects(consul.address + path, status))
    run = r2i("export", "--from", f"consul={guarded.address}", "-v",
              env={"CONSUL_HTTP_TOKEN": TOKEN, "CONSUL_HTTP_AUTH": f"user:{SECRET}word"})
    assert run.code == 3 and run.out == b"" and f"redirects to {consul.address}" in run.stderr, run
    assert not consul.requests


# Basic authentication


@pytest.mark.parametrize("auth, sent", [
    (f"user:{SECRET}word", f"user:{SECRET}word"), (f"user:{SECRET}a:b", f"user:{SECRET}a:b"), ("user", "user:"),
])
def test_basic_authentication(r2i: Program, guarded: FakeConsul, auth: str, sent: str) -> None:
    assert_reads(r2i, "--from", f"consul={guarded.address}", env={"CONSUL_HTTP_AUTH": auth, "CONSUL_HTTP_TOKEN": TOKEN})
    expected = "Basic " + base64.b64encode(sent.encode()).decode()
    for request in guarded.requests:
        assert request.headers["Authorization"] == expected and request.headers["X-Consul-Token"] == TOKEN


def test_user_info_of_the_address(r2i: Program, consul: FakeConsul) -> None:
    """It is sent, counts more than the variable, and is in no message and no snapshot."""
    source = f"consul=http://user:{SECRET}p%40ss@127.0.0.1:{consul.port}"
    run = r2i("fetch", "--from", source, "-v", env={"CONSUL_HTTP_AUTH": "other:word"})
    assert run.code == 0 and run.json["source"]["address"] == consul.address, run
    expected = "Basic " + base64.b64encode(f"user:{SECRET}p@ss".encode()).decode()
    assert {request.headers["Authorization"] for request in consul.requests} == {expected}
    consul.always_list(fails(500, "broken"))
    failed = r2i("fetch", "--from", source, "-v")
    assert failed.code == 3 and "user:" not in failed.stderr, failed


# Namespace, partition


def test_namespace_and_partition(r2i: Program, new_consul: Callable[..., FakeConsul]) -> None:
    agent = new_consul(enterprise=True)
    agent.register("web")
    env = {"CONSUL_NAMESPACE": "team-a", "CONSUL_PARTITION": "part-1"}
    assert_reads(r2i, "--from", f"consul={agent.address}", env=env)
    assert {(request.query["ns"][0], request.query["partition"][0]) for request in agent.requests} == {("team-a", "part-1")}
    agent.requests.clear()
    assert_reads(r2i, "--from", f"consul={agent.address}?namespace=team-b&partition=part-2", env=env)
    assert {(request.query["ns"][0], request.query["partition"][0]) for request in agent.requests} == {("team-b", "part-2")}


def test_variables_that_are_not_for_us(r2i: Program, guarded: FakeConsul) -> None:
    """Consul's own client does not read CONSUL_DATACENTER."""
    assert_reads(r2i, "--from", f"consul={guarded.address}", env={
        "CONSUL_DATACENTER": "dc9", "CONSUL_GRPC_ADDR": "127.0.0.1:1", "CONSUL_HTTP_TOKEN": TOKEN})


def test_snapshot_has_no_secret_of_the_connection(r2i: Program, guarded: FakeConsul, tmp_path: Path) -> None:
    target = tmp_path / "snapshot.json"
    run = r2i("fetch", "--from", f"consul={guarded.address}", "--output-file", target,
              env={"CONSUL_HTTP_TOKEN": TOKEN, "CONSUL_HTTP_AUTH": f"user:{SECRET}word"})
    assert run.code == 0 and SECRET not in target.read_text(), run
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
