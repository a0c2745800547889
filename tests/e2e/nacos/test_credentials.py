"""Who we are: the log-in and its token, signatures, the server's identity; and the variables of Nacos's own clients."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest
from support.fake_nacos import LOGIN_V1, LOGIN_V1_OLD, LOGIN_V3, LOGINS, FakeNacos
from support.faults import fails, redirects, says
from support.program import SECRET, Program, Run
from support.scripted_http import Exchange, Step

WORD = SECRET + "word & more"
USER = f"joe:{WORD}"
ENV = {"NACOS_USERNAME": "joe", "NACOS_PASSWORD": WORD}
VERSIONS = ["1.4", "2.3", "3.1"]
NAMES = [f"s{number}" for number in range(8)]


@pytest.fixture(params=VERSIONS)
def guarded(request: pytest.FixtureRequest, new_nacos: Callable[..., FakeNacos]) -> FakeNacos:
    """A server that answers nobody who has not logged in; eight services."""
    return filled(new_nacos(request.param, user=USER))


def filled(server: FakeNacos) -> FakeNacos:
    for number, name in enumerate(NAMES):
        server.register(name, f"10.0.0.{number + 1}")
    return server


def export(r2i: Program, server: FakeNacos, settings: str = "", env: dict[str, str] | None = None) -> Run:
    return r2i("export", "--from", f"nacos={server.address}?pageSize=1{settings}", "-v", env=ENV if env is None else env)


def assert_whole(run: Run) -> None:
    assert run.code == 0 and run.hosts == [f"{name}.default-group.public.nacos" for name in NAMES], run


def logins(server: FakeNacos) -> list[str]:
    return [path for request in server.requests if (path := request.path.removeprefix("/nacos/")) in LOGINS]


def test_log_in(r2i: Program, guarded: FakeNacos) -> None:
    """Once, by the newest way that there is; the token goes into a header alone, and nothing is shown."""
    assert_whole(export(r2i, guarded))
    assert logins(guarded) == ([LOGIN_V3] if guarded.version == "3.1" else [LOGIN_V3, LOGIN_V1])
    for request in guarded.requests:
        assert SECRET not in unquote(request.target)
        if request.path.removeprefix("/nacos/") not in LOGINS:
            assert request.headers.get_all("Authorization") == [f"Bearer {SECRET}token-1"]


def test_oldest_way_to_log_in(r2i: Program, new_nacos: Callable[..., FakeNacos]) -> None:
    server = filled(new_nacos("1.4", user=USER))
    server.always(LOGIN_V1, fails(404))
    assert_whole(export(r2i, server))
    assert logins(server) == [LOGIN_V3, LOGIN_V1, LOGIN_V1_OLD]


@pytest.mark.parametrize("uses", [1, 2, 3, 5])
@pytest.mark.parametrize("flags", [("--parallelism", "1"), ()], ids=["one by one", "together"])
def test_token_that_expires_between_pages(r2i: Program, guarded: FakeNacos, uses: int, flags: tuple[str, ...]) -> None:
    """What was refused is asked again with a new token. (A token for one request is of no use to several at once.)"""
    guarded.uses = uses if flags else max(uses, 8)
    run = r2i("export", "--from", f"nacos={guarded.address}?pageSize=1", *flags, env=ENV)
    assert_whole(run)
    assert len(guarded.tokens) > 1


def test_token_is_renewed_before_it_expires(r2i: Program, guarded: FakeNacos) -> None:
    """One that lives for no second is old at once, and yet good for a request."""
    guarded.ttl = 1
    def slow(exchange: Exchange) -> None:
        time.sleep(0.95)
        exchange.send(exchange.usual().encoded())
    guarded.script("page 3", slow)
    run = r2i("export", "--from", f"nacos={guarded.address}?pageSize=1", "--parallelism", "1", env=ENV)
    assert_whole(run)
    assert len(guarded.tokens) > 1


def test_token_that_is_never_taken(r2i: Program, guarded: FakeNacos) -> None:
    """The rights are missing: a new token changes nothing, and is got once."""
    guarded.always("list", fails(403, "access denied"))
    run = export(r2i, guarded)
    assert run.code == 3 and run.out == b"" and "403" in run.stderr and "access denied" in run.stderr, run
    assert len(guarded.tokens) == 2


def test_page_that_is_never_shown(r2i: Program, guarded: FakeNacos) -> None:
    guarded.always("page 3", fails(403, "access denied"))
    run = export(r2i, guarded)
    assert run.code == 3 and 'service "s2" of nacos/public' in run.stderr and "access denied" in run.stderr, run
    assert len(guarded.tokens) == 2 and run.stderr.count("R2I1002 error") == 1


def test_wrong_password(r2i: Program, guarded: FakeNacos) -> None:
    run = export(r2i, guarded, env={**ENV, "NACOS_PASSWORD": SECRET + "wrong"})
    assert run.code == 3 and run.out == b"" and "/login: " in run.stderr, run
    assert ("500" if guarded.version == "3.1" else "unknown user!") in run.stderr
    assert not guarded.tokens and "apiVersion" not in run.stderr


def test_nobody_logs_in(r2i: Program, guarded: FakeNacos) -> None:
    run = export(r2i, guarded, env={})
    assert run.code == 3 and run.out == b"" and "403" in run.stderr and "token expired!" in run.stderr, run
    assert not logins(guarded)


@pytest.mark.parametrize("step, text", [
    (fails(500), "/login: 500"), (says(""), "the document is empty"), (says("{}"), "no accessToken"),
    (says('{"accessToken":""}'), "no accessToken"), (fails(410), "/login: 4"), (says("<html>"), "promises"),
    (redirects("http://127.0.0.2:1/"), "redirects to"),
])
def test_log_in_that_fails(r2i: Program, guarded: FakeNacos, step: Step, text: str) -> None:
    for path in LOGINS:
        guarded.always(path, step)
    run = export(r2i, guarded)
    assert run.code == 3 and run.out == b"" and text in run.stderr, run


def test_log_in_that_fails_in_the_middle(r2i: Program, guarded: FakeNacos) -> None:
    """What was read until then is kept, the rest is unread; and no end of asking."""
    guarded.uses = 5
    def step(exchange: Exchange) -> None:
        exchange.send(exchange.usual().encoded())
        for path in LOGINS:
            guarded.always(path, fails(400, "no more"))
    guarded.script("page 1", step)
    run = r2i("export", "--from", f"nacos={guarded.address}?pageSize=1", "--parallelism", "1", "--allow-partial", env=ENV)
    assert run.code == 0 and 0 < len(run.hosts) < 8 and "token expired!" in run.stderr, run


@pytest.mark.parametrize("content", [WORD, f"{WORD}\n"])
def test_password_file(r2i: Program, guarded: FakeNacos, tmp_path: Path, content: str) -> None:
    file = tmp_path / "password"
    file.write_text(content)
    assert_whole(export(r2i, guarded, f"&username=joe&passwordFile={file}", env={}))


def test_password_that_is_changed_while_reading(r2i: Program, guarded: FakeNacos, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(WORD)
    def rotate(exchange: Exchange) -> None:
        file.write_text(SECRET + "new")
        guarded.user, guarded.tokens = f"joe:{SECRET}new", {"old": 0}
        fails(403, "token expired!")(exchange)
    guarded.script("page 2", rotate)
    assert_whole(export(r2i, guarded, f"&username=joe&passwordFile={file}", env={}))


def test_user_info_of_the_address(r2i: Program, guarded: FakeNacos) -> None:
    """It logs in; it is no basic authentication, and in no message and no snapshot."""
    source = f"nacos=http://joe:{SECRET}word%20%26%20more@127.0.0.1:{guarded.port}"
    run = r2i("fetch", "--from", source, "-v", env={"NACOS_USERNAME": "other", "NACOS_PASSWORD": "x"})
    assert run.code == 0 and run.json["source"]["address"] == f"{guarded.address}/nacos", run
    assert not any("Basic" in (request.headers.get("Authorization") or "") for request in guarded.requests)


@pytest.mark.parametrize("prefix", ["NACOS_", "SPRING_CLOUD_NACOS_DISCOVERY_", "SPRING_CLOUD_NACOS_"])
def test_variables(r2i: Program, guarded: FakeNacos, prefix: str) -> None:
    env = {f"{prefix}SERVER_ADDR": f"127.0.0.1:{guarded.port}", f"{prefix}USERNAME": "joe", f"{prefix}PASSWORD": WORD}
    assert_whole(r2i("export", "--from", "nacos", env=env))


@pytest.mark.parametrize("key", ["password", "secretKey", "identityValue"])
def test_secret_does_not_stand_in_a_flag(r2i: Program, key: str) -> None:
    run = r2i("export", "--from", f"nacos=http://127.0.0.1:1?{key}={SECRET}x")
    assert run.code == 2 and f"{key}: a secret must not stand in a flag: give a file ({key}File=)" in run.stderr, run


def test_secrets_of_a_configuration_file(r2i: Program, guarded: FakeNacos, tmp_path: Path) -> None:
    config = tmp_path / "mesh.yaml"
    config.write_text("apiVersion: registry2istio.io/v1\nkind: Config\nsources:\n- kind: nacos\n"
                      f"  address: {guarded.address}\n  username: joe\n  password: ${{WORD}}\n")
    assert_whole(r2i("export", "-c", config, env={"WORD": WORD}))


# Signatures


def test_signatures(r2i: Program, new_nacos: Callable[..., FakeNacos]) -> None:
    """As Nacos's own clients sign (NamingResourceInjector): the time, and where there is one the service."""
    server = filled(new_nacos("open v1"))
    key = SECRET + "key"
    run = export(r2i, server, "&group=DEFAULT_GROUP", env={"NACOS_ACCESS_KEY": "ak", "NACOS_SECRET_KEY": key})
    assert_whole(run)
    for request in server.requests:
        data, signature = request.query["data"][0], request.query["signature"][0]
        expected = base64.b64encode(hmac.new(key.encode(), data.encode(), hashlib.sha1).digest()).decode()
        assert signature == expected and request.query["ak"] == ["ak"] and SECRET not in request.target
        service = request.query.get("serviceName")
        assert data.partition("@@")[2] == (f"DEFAULT_GROUP@@{service[0]}" if service else "")
        assert data.partition("@@")[0].isdigit()


def test_secret_key_file(r2i: Program, nacos: FakeNacos, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(SECRET + "key\n")
    run = r2i("export", "--from", f"nacos={nacos.address}?accessKey=ak&secretKeyFile={file}")
    assert run.code == 0 and all("signature" in request.query for request in nacos.requests), run


# The server's identity


def test_identity(r2i: Program, new_nacos: Callable[..., FakeNacos], tmp_path: Path) -> None:
    server = filled(new_nacos("2.3", identity=("serverIdentity", SECRET + "me")))
    assert export(r2i, server, env={}).code == 3
    variables = {"NACOS_AUTH_IDENTITY_KEY": "serverIdentity", "NACOS_AUTH_IDENTITY_VALUE": SECRET + "me"}
    assert_whole(export(r2i, server, env=variables))
    file = tmp_path / "identity"
    file.write_text(SECRET + "me")
    assert_whole(export(r2i, server, f"&identityKey=serverIdentity&identityValueFile={file}", env={}))


def test_redirect_takes_nothing_to_another_host(r2i: Program, guarded: FakeNacos, nacos: FakeNacos) -> None:
    guarded.always("list", redirects(nacos.address + "/nacos/v1/ns/catalog/services"))
    run = export(r2i, guarded, env={**ENV, "NACOS_AUTH_IDENTITY_KEY": "id", "NACOS_AUTH_IDENTITY_VALUE": SECRET + "me"})
    assert run.code == 3 and run.out == b"" and not nacos.requests, run
