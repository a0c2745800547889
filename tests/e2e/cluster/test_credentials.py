"""Who the program is to the API server: tokens that change, plugins, certificates; and HTTP/2 connections that end."""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.api_faults import after
from support.certificates import Authority, Certificate
from support.fake_api_server import FakeApiServer
from support.faults import usual
from support.http2_front import GoAway, Http2Front
from support.program import Program
from support.relay import LOOPBACK, ConnectProxy
from support.snapshots import JsonObject
from world import DUE, ONLY_GONE, PRUNE, World, assert_nothing_lost, in_the_middle, settled

OLD, NEW = "5ecret-old", "5ecret-new"
COMMANDS = pytest.mark.parametrize("command, flags, code", [("diff", (), 1), ("apply", (), 0), ("apply", PRUNE, 0)],
                                   ids=["diff", "apply", "prune"])


def server_tls(certificate: Certificate) -> ssl.SSLContext:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate.cert, certificate.key)
    return tls


@pytest.fixture
def secured(r2i: Program, authority: Authority, server_certificate: Certificate, tmp_path: Path) -> Iterator[World]:
    """World.in_the_middle() behind TLS; from now on with tokens."""
    with FakeApiServer(server_tls(server_certificate)) as api:
        world = World(r2i, api, tmp_path)
        world.write_kubeconfig(api.address, **{"certificate-authority": str(authority.ca)})
        yield in_the_middle(world)


def user(world: World, authority: Authority, **settings: Any) -> None:
    """Gives the kubeconfig's user credentials."""
    document = json.loads(world.kubeconfig.read_text())
    document["users"][0]["user"] = settings
    document["clusters"][0]["cluster"]["certificate-authority"] = str(authority.ca)
    world.kubeconfig.write_text(json.dumps(document))


@COMMANDS
@pytest.mark.parametrize("verb", ["list", "patch"])
def test_401_then_a_new_token(secured: World, clean_ends: dict[str, list[JsonObject]], command: str,
                              flags: tuple[str, ...], code: int, verb: str) -> None:
    """The token expires in the middle of a run, and its file has the next one."""
    token = secured.folder / "token"
    token.write_text(f"{OLD}\n")
    secured.api.tokens = {OLD: "bot"}

    def expire() -> None:
        token.write_text(f"{NEW}\n")
        secured.api.tokens = {NEW: "bot"}

    secured.api.once(after(expire, usual), verb=verb)
    if verb == "patch" and command == "diff":
        flags = ("--dry-run=server",)
    run = secured.run(command, *flags, "--token-file", token)
    assert run.code == code, run
    used = {asked.request.headers["Authorization"] for asked in secured.api.calls}
    assert used == {f"Bearer {OLD}", f"Bearer {NEW}"}
    assert_nothing_lost(secured, PRUNE[0] in flags)
    assert settled(secured, lambda: secured.prune("--token-file", token)) == clean_ends["prune"]


@COMMANDS
def test_401_for_good(secured: World, command: str, flags: tuple[str, ...], code: int) -> None:
    token = secured.folder / "token"
    token.write_text(OLD)
    secured.api.tokens = {NEW: "bot"}
    run = secured.run(command, *flags, "--token-file", token)
    assert run.code == 4 and run.code != code and secured.api.writes() == [], run
    assert f"does not accept the token in {token}" in run.stderr, run
    assert len(secured.api.calls) < 10, "it does not knock again and again"


@COMMANDS
def test_plugin(secured: World, authority: Authority, command: str, flags: tuple[str, ...], code: int) -> None:
    """It is asked once, and once more when its token is refused."""
    count = secured.folder / "count"
    program = secured.folder / "plugin"
    status = '{"token":"5ecret-%s"}'
    program.write_text(f"""#!/bin/sh
echo x >> {count}
printf '{{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{status}}}' $(wc -l < {count})
""")
    program.chmod(0o755)
    user(secured, authority, exec={"apiVersion": "client.authentication.k8s.io/v1", "command": str(program),
                                   "interactiveMode": "Never"})
    secured.api.tokens = {"5ecret-1": "bot"}

    def expire() -> None:
        secured.api.tokens = {"5ecret-2": "bot"}

    secured.api.once(after(expire, usual), verb="list", plural="workloadentries")
    run = secured.run(command, *flags)
    assert run.code == code, run
    assert count.read_text() in ("x\n", "x\nx\n"), "the plugin runs again only when its token is refused"
    assert_nothing_lost(secured, bool(flags))


def test_no_credentials_over_plain_http(world: World) -> None:
    token = world.folder / "token"
    token.write_text(OLD)
    world.services = {"web": ["10.0.0.1"]}
    run = world.apply("--token-file", token)
    assert "R2I4002 warning" in run.stderr, run
    assert world.api.calls == [] or all("Authorization" not in asked.request.headers for asked in world.api.calls)


def test_user_name_and_password(secured: World, authority: Authority) -> None:
    user(secured, authority, username="ada", password="s:5ecret")
    run = secured.apply()
    assert run.code == 0 and "5ecret" not in run.stdout + run.stderr, run
    sent = {asked.request.headers["Authorization"] for asked in secured.api.calls}
    assert sent == {f"Basic {base64.b64encode(b'ada:s:5ecret').decode()}"}


@COMMANDS
def test_proxy(secured: World, authority: Authority, command: str, flags: tuple[str, ...], code: int) -> None:
    """It is asked for a tunnel, and sees no token; where it is gone, nothing goes by another way."""
    token = secured.folder / "token"
    token.write_text(OLD)
    with ConnectProxy() as proxy:
        secured.write_kubeconfig(secured.api.address, **{"certificate-authority": str(authority.ca),
                                                         "proxy-url": f"http://{LOOPBACK}:{proxy.port}"})
        run = secured.run(command, *flags, "--token-file", token)
        assert run.code == code, run
        server = secured.api.address.removeprefix("https://")
        assert proxy.asked and all(asked.startswith(f"CONNECT {server} ") for asked in proxy.asked)
        assert not any("5ecret" in asked for asked in proxy.asked)
    assert_nothing_lost(secured, bool(flags))
    secured.api.forget()
    run = secured.run(command, *flags, "--token-file", token)
    assert run.code == 4 and secured.api.calls == [], run
    assert f"through the proxy: Failed to connect to {LOOPBACK} port {proxy.port}" in run.stderr, run


def test_certificate_of_somebody_else(secured: World, tmp_path: Path) -> None:
    document = json.loads(secured.kubeconfig.read_text())
    document["clusters"][0]["cluster"]["certificate-authority"] = str(Authority(tmp_path / "other").ca)
    secured.kubeconfig.write_text(json.dumps(document))
    run = secured.prune()
    assert run.code == 4 and "certificate" in run.stderr and secured.api.calls == [], run


def test_verification_that_is_switched_off_is_said(secured: World) -> None:
    secured.write_kubeconfig(secured.api.address)
    document = json.loads(secured.kubeconfig.read_text())
    document["clusters"][0]["cluster"]["insecure-skip-tls-verify"] = True
    secured.kubeconfig.write_text(json.dumps(document))
    run = secured.diff()
    assert run.code == 1 and "R2I4001 warning" in run.stderr, run


# HTTP/2


GOAWAYS = {
    "none": [],
    "after the first": [GoAway(1)],
    "in the middle of the pages": [GoAway(3)],
    "among the writes": [GoAway(6)],
    "again and again": [GoAway(2), GoAway(2), GoAway(2), GoAway(1)],
    "without an answer, reading": [GoAway(2, abrupt=True)],
    "without an answer, writing": [GoAway(7, abrupt=True)],
    "without an answer, twice": [GoAway(4, abrupt=True), GoAway(3, abrupt=True)],
}


@pytest.fixture
def fronted(r2i: Program, api: FakeApiServer, authority: Authority, server_certificate: Certificate,
            tmp_path: Path) -> Iterator[Callable[[list[GoAway]], tuple[World, Http2Front]]]:
    """fronted(goaways): world.in_the_middle(), from now on over HTTP/2."""
    with Http2Front(api.port, server_tls(server_certificate)) as front:
        def make(goaways: list[GoAway]) -> tuple[World, Http2Front]:
            world = in_the_middle(World(r2i, api, tmp_path))
            world.write_kubeconfig(front.address, **{"certificate-authority": str(authority.ca)})
            front.goaways.extend(goaways)
            return world, front

        yield make


@COMMANDS
@pytest.mark.parametrize("goaways", GOAWAYS.values(), ids=GOAWAYS.keys())
def test_goaway(fronted: Callable[[list[GoAway]], tuple[World, Http2Front]], clean_ends: dict[str, list[JsonObject]],
                goaways: list[GoAway], command: str, flags: tuple[str, ...], code: int) -> None:
    world, front = fronted(goaways)
    world.store.page_size = 3
    run = world.run(command, *flags)
    assert run.code == code, run
    assert set(world.api.writes()) == set({"diff": [], "apply": DUE}[command]) | ({ONLY_GONE} if flags else set())
    assert_nothing_lost(world, bool(flags))
    if goaways and command == "apply":
        assert front.said_goaway >= 1
    assert settled(world, world.prune) == clean_ends["prune"]


def test_one_connection_for_all(fronted: Callable[[list[GoAway]], tuple[World, Http2Front]]) -> None:
    """Several in flight, and only one TLS handshake."""
    world, front = fronted([])
    world.services.update({f"s{number:03}": [f"10.2.0.{number}"] for number in range(1, 200)})
    run = world.apply()
    assert run.code == 0 and len(world.api.writes()) == len(DUE) + 199, run
    assert front.connections == 1 and front.most_at_once > 1
