"""What a real Consul answers to whom and when: rights, leaders, datacenters, peers, parameters."""

from __future__ import annotations

import ssl

import pytest

from harness.consul import Consul
from harness.consul_links import join_lan, join_wan, peer
from support.processes import wait_for
from support.rest import Answer, Rest

LIST, WEB = "/v1/catalog/services", "/v1/health/service/web"
FILTERED = "X-Consul-Results-Filtered-By-ACLs"
NO_LEADER = (500, "No cluster leader")


def view(answer: Answer) -> tuple[str | None, str | None]:
    return answer.headers["X-Consul-Effective-Consistency"], answer.headers["X-Consul-KnownLeader"]


def brief(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.text.strip()


# Rights


@pytest.fixture
def guarded(consul_with_acl: Consul) -> Consul:
    consul_with_acl.register("n1", "192.0.2.1", "web", 80)
    consul_with_acl.register("n2", "192.0.2.2", "web", 80)
    consul_with_acl.register("n3", "192.0.2.3", "secret", 80)
    return consul_with_acl


def seen(consul: Consul, rules: str) -> tuple[list[str], bool, int, bool]:
    """What a token of these rules sees: the list and whether it is said to be filtered, instances of web and the same."""
    client = consul.client(consul.token(rules))
    names, web = client.get(LIST), client.get(WEB)
    return sorted(names.json), names.headers[FILTERED] == "true", len(web.json), web.headers[FILTERED] == "true"


def test_without_a_token_everything_is_empty_and_not_said_to_be_filtered(guarded):
    for path, empty in ((LIST, {}), (WEB, []), ("/v1/catalog/nodes", [])):
        answer = guarded.client().get(path)
        assert (answer.status, answer.json, answer.headers[FILTERED]) == (200, empty, None)
        assert answer.headers["X-Consul-Default-ACL-Policy"] == "deny"


def test_a_token_that_sees_all(guarded):
    rules = 'service_prefix "" { policy = "read" } node_prefix "" { policy = "read" }'
    assert seen(guarded, rules) == (["consul", "secret", "web"], False, 2, False)


def test_a_token_that_sees_one_service(guarded):
    assert seen(guarded, 'service "web" { policy = "read" } node_prefix "" { policy = "read" }') == (["web"], True, 2, False)


def test_a_token_that_sees_one_node_sees_a_part_of_a_service(guarded):
    assert seen(guarded, 'service_prefix "" { policy = "read" } node "n1" { policy = "read" }') == (["web"], True, 1, True)


@pytest.mark.parametrize("rules", ['service_prefix "" { policy = "read" }', 'key_prefix "" { policy = "read" }'])
def test_a_token_without_node_rights_sees_nothing(guarded, rules):
    assert seen(guarded, rules) == ([], True, 0, True)


def test_an_unknown_token_is_refused_and_a_bearer_is_one(guarded):
    assert brief(guarded.client("0bad0bad-0bad-0bad-0bad-0bad0bad0bad").get(LIST)) == (403, "ACL not found")
    bearer = guarded.client().get(LIST, headers={"Authorization": f"Bearer {guarded.management_token}"})
    assert "secret" in bearer.json


def test_asking_the_agent_for_its_datacenter_needs_a_right_of_its_own(guarded):
    reader = guarded.client(guarded.token('service_prefix "" { policy = "read" } node_prefix "" { policy = "read" }'))
    assert reader.get("/v1/agent/self").status == 403
    assert guarded.client().get("/v1/catalog/datacenters").json == ["dc1"]
    assert reader.get(WEB).json[0]["Node"]["Datacenter"] == "dc1"


def test_tls_asks_for_a_client_certificate(consul_with_tls):
    assert "consul" in consul_with_tls.api.get(LIST).json
    anonymous = ssl.create_default_context(cafile=str(consul_with_tls.tls.authority.ca))
    with pytest.raises(OSError):
        Rest(consul_with_tls.address, tls=anonymous).get(LIST)


# Leaders


@pytest.mark.parametrize("query, consistency", [("", "leader"), ("?stale", "stale"), ("?consistent", "consistent")])
@pytest.mark.parametrize("path", [LIST, WEB])
def test_headers_of_a_healthy_answer(consul, path, query, consistency):
    answer = consul.api.get(path + query)
    assert view(answer) == (consistency, "true")
    assert answer.headers["X-Consul-LastContact"] == "0"


def test_answers_of_the_streaming_backend_say_that_there_is_no_leader(consul):
    consul.register("n1", "192.0.2.1", "web", 80)
    for query in ("?cached", "?stale&index=1"):
        answer = consul.api.get(WEB + query)
        assert answer.headers["X-Consul-Query-Backend"] == "streaming"
        assert (answer.headers["X-Consul-KnownLeader"], answer.headers["X-Consul-LastContact"]) == ("false", "0")


def test_a_server_that_never_had_a_leader_answers_nothing(new_consul):
    alone = new_consul(expect=2)
    for path in (LIST, f"{WEB}?stale"):
        assert brief(alone.api.get(path)) == NO_LEADER
    assert brief(alone.api.get("/v1/status/leader")) == (200, '""')


def test_a_server_that_lost_its_leader_still_answers_stale_requests(new_consul):
    leader, follower = join_lan(new_consul(expect=2, node="one"), new_consul(expect=2, node="two"))
    leader.register("n1", "192.0.2.1", "web", 80)
    stale = wait_for(lambda: (answer := follower.api.get(f"{WEB}?stale")).json and answer, "the follower to know")
    assert view(stale) == ("stale", "true")
    leader.process.kill()
    lost = wait_for(lambda: (answer := follower.api.get(f"{WEB}?stale")).headers["X-Consul-KnownLeader"] == "false" and answer,
                    "the follower to notice")
    assert len(lost.json) == 1
    assert int(lost.headers["X-Consul-LastContact"]) > 0
    assert "web" in follower.api.get(f"{LIST}?stale").json
    assert brief(follower.api.get(WEB)) == NO_LEADER
    assert brief(follower.api.get(f"{WEB}?stale&max_stale=1ms")) == NO_LEADER


# Datacenters and peers


def test_one_datacenter_is_asked_through_another(consul_pair):
    one, two = consul_pair
    two.register("n1", "192.0.2.1", "web", 80)
    assert one.api.get(WEB).json == []
    assert one.api.get(f"{WEB}?dc=dc2&stale").json[0]["Node"]["Datacenter"] == "dc2"
    assert sorted(one.api.get("/v1/catalog/datacenters").json) == ["dc1", "dc2"]


def test_a_datacenter_whose_servers_are_gone_is_still_listed(new_consul):
    one, two = new_consul(datacenter="dc1"), new_consul(datacenter="dc2")
    join_wan(one, two)
    two.process.kill()
    wait_for(lambda: one.api.get(f"{LIST}?dc=dc2").status == 500, "an error")
    assert sorted(one.api.get("/v1/catalog/datacenters").json) == ["dc1", "dc2"]


def test_a_peers_services_are_listed_by_its_peering_alone(new_consul):
    one, two = new_consul(datacenter="dc1"), new_consul(datacenter="dc2")
    one.register("n1", "192.0.2.1", "web", 80)
    two.register("n2", "192.0.2.2", "own", 80)
    name = peer(exporter=one, importer=two, services=["web"])
    (entry,) = two.api.get(f"{WEB}?peer={name}").json
    assert (entry["Node"]["PeerName"], entry["Service"]["PeerName"], entry["Node"]["Datacenter"]) == (name, name, "dc1")
    assert two.api.get(WEB).json == []
    assert set(two.api.get(f"{LIST}?peer={name}").json) == {"consul", "own"}
    assert two.api.get(f"/v1/peering/{name}").json["StreamStatus"]["ImportedServices"] == ["web"]
    assert two.api.get("/v1/peering/nope").status == 404


# Parameters


@pytest.mark.parametrize("path, answer", [
    (f"{LIST}?dc=nope", (500, "No path to datacenter")), (f"{WEB}?dc=nope", (500, "No path to datacenter")),
    (f"{LIST}?ns=default", (400, 'Invalid query parameter: "ns" - Namespaces are a Consul Enterprise feature')),
    (f"{WEB}?ns=default", (400, 'Invalid query parameter: "ns" - Namespaces are a Consul Enterprise feature')),
    (f"{WEB}?partition=default", (400, 'Invalid query parameter: "partition" - Partitions are a Consul Enterprise feature')),
    (f"{WEB}?peer=nope", (200, "[]")),
    (f"{WEB}?stale&consistent", (400, "Cannot specify ?stale with ?consistent, conflicting semantics.")),
    (f"{WEB}?wait=x", (400, "Invalid wait time"))])
def test_parameters_that_are_refused(consul, path, answer):
    assert brief(consul.api.get(path)) == answer


def test_filters_work_on_both_and_a_bad_one_is_an_error(consul):
    consul.register("n1", "192.0.2.1", "web", 80)
    consul.register("n2", "192.0.2.2", "other", 80)
    assert set(consul.api.get(f"{LIST}?filter=ServiceName==web").json) == {"web"}
    assert consul.api.get(f"{WEB}?filter=Node.Node==n9").json == []
    for path in (LIST, WEB):
        bad = consul.api.get(f"{path}?filter=bad(")
        assert (bad.status, bad.text[:39]) == (500, "Failed to create boolean expression eva")
