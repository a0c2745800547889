"""What registry2istio makes of a Consul that denies by default: nothing that a token may not see is taken for gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.consul import Consul
from harness.outcome import hosts, refused
from support.relay import Relay

ALL = 'service_prefix "" { policy = "read" } node_prefix "" { policy = "read" }'
WEB_ONLY = 'service "web" { policy = "read" } node_prefix "" { policy = "read" }'
NODE_1_ONLY = 'service_prefix "" { policy = "read" } node "n1" { policy = "read" }'
CONSUL_AND_WEB_ON_NODE_1 = NODE_1_ONLY + ' node "agent-dc1" { policy = "read" }'
NO_NODES = 'service_prefix "" { policy = "read" }'
UNKNOWN = "0bad0bad-0bad-0bad-0bad-0bad0bad0bad"
EVERY_HOST = ["secret.service.consul", "web.service.consul"]


@pytest.fixture
def guarded(consul_with_acl: Consul) -> Consul:
    consul_with_acl.register("n1", "192.0.2.1", "web", 8080)
    consul_with_acl.register("n2", "192.0.2.2", "web", 8080)
    consul_with_acl.register("n3", "192.0.2.3", "secret", 8080)
    return consul_with_acl


@pytest.fixture
def export(r2i, guarded: Consul) -> Callable[..., object]:
    """export(token, "trustView=true", env={…}) exports with this token in CONSUL_HTTP_TOKEN."""
    def run(token: str = "", query: str = "", address: str = "", env: dict[str, str] | None = None):
        variables = {**({"CONSUL_HTTP_TOKEN": token} if token else {}), **(env or {})}
        return r2i("export", "--from", f"consul={address or guarded.address}{f'?{query}' if query else ''}", "-o", "name",
                   env=variables)

    return run


def test_without_a_token_the_view_is_empty_and_not_believed(export):
    refused(export(), "R2I1005", 'the list of 0 services lacks the service "consul"', "Give a token")


def test_a_token_that_sees_everything(export, guarded):
    assert hosts(export(guarded.token(ALL))) == EVERY_HOST


@pytest.mark.parametrize("rules, said", [
    (WEB_ONLY, "the list of services lacks what the token may not see"),
    (NODE_1_ONLY, "the list of services lacks what the token may not see"),
    (CONSUL_AND_WEB_ON_NODE_1, 'service "web" of consul/'),
    (NO_NODES, "the list of services lacks what the token may not see")])
def test_a_token_that_sees_a_part_is_incomplete(export, guarded, rules, said):
    refused(export(guarded.token(rules)), "R2I1003", said, "trustView=true")


@pytest.mark.parametrize("rules, seen", [
    (ALL, EVERY_HOST), (WEB_ONLY, EVERY_HOST[1:]), (NODE_1_ONLY, EVERY_HOST[1:]), (NO_NODES, [])])
def test_a_view_that_is_trusted_is_the_whole(export, guarded, rules, seen):
    assert hosts(export(guarded.token(rules), "trustView=true")) == seen


def test_an_unknown_token_is_refused_with_consuls_own_words(export):
    refused(export(UNKNOWN), "403", "ACL not found")
    refused(export(UNKNOWN, "trustView=true"), "403", "ACL not found")


def test_what_the_token_sees_in_part_is_not_exported_even_where_that_is_wished(r2i, guarded):
    """Half of a service would lose endpoints."""
    done = r2i("export", "--from", f"consul={guarded.address}", "-o", "name", "--allow-partial",
               env={"CONSUL_HTTP_TOKEN": guarded.token(CONSUL_AND_WEB_ON_NODE_1)})
    assert hosts(done) == []
    assert "R2I1003" in done.stderr


def test_no_message_shows_the_token(export, guarded):
    token = guarded.token(WEB_ONLY)
    assert token not in export(token).stderr
    assert UNKNOWN not in export(UNKNOWN).stderr


def test_the_own_datacenter_is_found_without_the_right_to_ask_the_agent(export, guarded):
    assert hosts(export(guarded.token(ALL), "datacenter=dc1")) == EVERY_HOST


# Tokens by file


def test_a_token_by_file(export, guarded, tmp_path: Path):
    file = tmp_path / "token"
    file.write_text(f"  {guarded.management_token}\n")
    assert hosts(export(query=f"tokenFile={file}")) == EVERY_HOST
    assert hosts(export(env={"CONSUL_HTTP_TOKEN_FILE": str(file)})) == EVERY_HOST
    assert hosts(export(UNKNOWN, f"tokenFile={file}")) == EVERY_HOST, "a file goes before the variable"


@contextmanager
def at_first(consul: Consul, part: bytes, act: Callable[[], object]) -> Iterator[str]:
    """The address of a relay to this Consul that acts once, before a request with this part reaches it."""
    acted: list[object] = []

    def before(data: bytes) -> None:
        if part in data and not acted:
            acted.append(act())

    with Relay(consul.ports["http"], before) as relay:
        yield f"http://127.0.0.1:{relay.port}"
    assert acted, f"no request had {part!r}"


def test_a_token_that_was_replaced_before_the_first_answer_is_read_again(export, guarded, tmp_path: Path):
    file = tmp_path / "token"
    file.write_text(UNKNOWN)
    with at_first(guarded, b"GET ", lambda: file.write_text(guarded.management_token)) as address:
        assert hosts(export(query=f"tokenFile={file}", address=address)) == EVERY_HOST


@pytest.fixture
def revocable(guarded: Consul, tmp_path: Path) -> tuple[Path, Callable[[], object]]:
    """A file with a token that sees everything, and what makes Consul forget it."""
    file = tmp_path / "token"
    token = guarded.token(ALL)
    file.write_text(token)
    accessor = guarded.client(token).must("GET", "/v1/acl/token/self").json["AccessorID"]
    return file, lambda: guarded.api.must("DELETE", f"/v1/acl/token/{accessor}")


def test_a_token_that_is_replaced_in_the_middle_is_read_again(export, guarded, revocable):
    file, revoke = revocable

    def rotate() -> None:
        file.write_text(guarded.management_token)
        revoke()

    with at_first(guarded, b"/v1/health/service/", rotate) as address:
        assert hosts(export(query=f"tokenFile={file}", address=address)) == EVERY_HOST


def test_a_token_that_is_revoked_in_the_middle_is_a_failure_service_by_service(export, guarded, revocable):
    file, revoke = revocable
    with at_first(guarded, b"/v1/health/service/", revoke) as address:
        refused(export(query=f"tokenFile={file}", address=address), "R2I1002", 'service "web"', "403", "ACL not found")
