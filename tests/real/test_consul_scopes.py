"""Which part of a Consul is read, what it is called, and what is not taken for the whole."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote, urlencode

import pytest

from harness.consul import Consul, node_check
from harness.consul_links import join_lan, join_wan, peer
from harness.outcome import hosts, objects, printed, refused
from support.processes import free_port, wait_for
from support.program import Run


@pytest.fixture
def export(r2i) -> Callable[..., Run]:
    """export(consul, datacenter="all", …) exports names with these settings; `consul`: one or several, tried in turn."""
    def run(*consuls: Consul | str, form: str = "name", **settings: str) -> Run:
        addresses = ",".join(one if isinstance(one, str) else one.address for one in consuls)
        query = f"?{urlencode(settings, quote_via=quote)}" if settings else ""
        return r2i("export", "--from", f"consul={addresses}{query}", "-o", form)

    return run


# Datacenters


@pytest.fixture
def pair(consul_pair: tuple[Consul, Consul]) -> tuple[Consul, Consul]:
    """`web` is in both, `here` and `there` in one each."""
    one, two = consul_pair
    one.register("n1", "192.0.2.1", "web", 8080)
    one.register("n1", "192.0.2.1", "here", 8080)
    two.register("n2", "192.0.2.2", "web", 8080)
    two.register("n2", "192.0.2.2", "there", 8080)
    return one, two


LOCAL = ["here.service.consul", "web.service.consul"]
REMOTE = ["there.service.dc2.consul", "web.service.dc2.consul"]


def test_by_default_the_agents_own_datacenter_is_read(export, pair):
    assert hosts(export(pair[0])) == LOCAL
    assert hosts(export(pair[1])) == ["there.service.consul", "web.service.consul"]


def test_every_message_names_the_datacenter_that_was_read(r2i, consul):
    consul.register("n1", "192.0.2.1", "pay", 8080)
    consul.register("n1", "192.0.2.1", "Pay", 8080, ID="upper")
    consul.register("n1", "192.0.2.1", "line\nbreak", 8080)
    run = r2i("export", "--from", f"consul={consul.address}", "-o", "name", "-v")
    assert hosts(run) == ["pay.service.consul"]
    assert "R2I1010" in run.stderr and "R2I1012" in run.stderr
    assert "consul/default" not in run.stderr


@pytest.mark.parametrize("wanted, found", [
    ("all", LOCAL + REMOTE), ("dc1,dc2", LOCAL + REMOTE), ("dc2,dc1", LOCAL + REMOTE), ("dc1", LOCAL), ("dc2", REMOTE)])
def test_every_datacenter_that_is_asked_for_is_read(export, pair, wanted, found):
    assert hosts(export(pair[0], datacenter=wanted)) == sorted(found)


def test_datacenters_are_never_merged(export, pair):
    both = {one["spec"]["hosts"][0]: one for one in objects(export(pair[0], datacenter="all", form="json"))}
    near, far = both["web.service.consul"], both["web.service.dc2.consul"]
    assert [one["spec"]["endpoints"] for one in (near, far)] == [[{"address": "192.0.2.1", "locality": "dc1"}],
                                                                 [{"address": "192.0.2.2", "locality": "dc2"}]]
    assert [one["metadata"]["annotations"]["registry2istio.io/scope"] for one in (near, far)] == ["dc1", "dc2"]


def test_which_datacenter_is_local_can_be_said(export, pair):
    assert hosts(export(pair[0], datacenter="all", localDatacenter="dc2")) == sorted([
        "here.service.dc1.consul", "web.service.dc1.consul", "there.service.consul", "web.service.consul"])


def test_every_agent_gives_the_same_hosts_once_it_is_said_what_is_local(export, pair):
    one, two = (printed(export(agent, datacenter="all", localDatacenter="dc1", form="yaml")) for agent in pair)
    assert one == two


@pytest.mark.parametrize("wanted", ["nope", "dc1,nope"])
def test_an_unknown_datacenter_is_not_taken_for_an_empty_one(export, pair, wanted):
    refused(export(pair[0], datacenter=wanted), "consul/nope", "No path to datacenter")


def test_a_datacenter_that_is_gone_makes_the_source_incomplete_and_the_others_can_be_had(export, r2i, new_consul):
    one, two = new_consul(datacenter="dc1"), new_consul(datacenter="dc2")
    join_wan(one, two)
    one.register("n1", "192.0.2.1", "web", 8080)
    two.process.kill()
    wait_for(lambda: one.api.get("/v1/catalog/services?dc=dc2").status == 500, "an error")
    refused(export(one, datacenter="all"), "R2I1001", "consul/dc2", "dc1, dc2 (incomplete)")
    partial = r2i("export", "--from", f"consul={one.address}?datacenter=all", "-o", "name", "--allow-partial")
    assert hosts(partial) == ["web.service.consul"]


# Failing over


@pytest.fixture
def dead() -> str:
    return f"http://127.0.0.1:{free_port()}"


def test_the_next_agent_is_asked_where_one_does_not_answer(export, pair, dead):
    assert hosts(export(dead, pair[0])) == LOCAL
    assert hosts(export(dead, pair[0], datacenter="all")) == sorted(LOCAL + REMOTE)


def test_an_agent_of_another_datacenter_cannot_stand_in(export, pair, dead):
    refused(export(dead, pair[1], localDatacenter="dc1"), 'is of datacenter "dc2", not of "dc1"')


def test_when_no_agent_answers_the_reason_is_said(export, dead):
    refused(export(dead), "connection refused")
    refused(export(dead, datacenter="all"), "connection refused")


@pytest.mark.parametrize("wanted", ["dc1", "dc1,dc2"])
def test_when_no_agent_answers_the_reason_is_said_of_named_datacenters_too(export, dead, wanted):
    refused(export(dead, datacenter=wanted), "connection refused")


# Leaders

IMPATIENT = {"performance": {"raft_multiplier": 1, "rpc_hold_timeout": "100ms"}}  # how long a request waits for a leader


def test_a_server_without_a_leader_is_not_taken_for_an_empty_one(export, new_consul, consul):
    alone = new_consul(expect=2, settings=IMPATIENT)
    refused(export(alone), "R2I1001", "No cluster leader")
    consul.register("n1", "192.0.2.1", "web", 8080)
    assert hosts(export(alone, consul)) == ["web.service.consul"]


def test_a_server_that_lost_its_leader_is_believed_only_as_far_as_is_said(export, new_consul):
    leader, follower = join_lan(*(new_consul(expect=2, node=name, settings=IMPATIENT) for name in ("one", "two")))
    leader.register("n1", "192.0.2.1", "web", 8080)
    wait_for(lambda: follower.api.get("/v1/health/service/web?stale").json, "the follower to know")
    assert hosts(export(follower)) == ["web.service.consul"]
    leader.process.kill()
    wait_for(lambda: follower.api.get("/v1/health/service/web?stale").headers["X-Consul-KnownLeader"] == "false",
             "the follower to notice")
    refused(export(follower), "No cluster leader")


@pytest.mark.parametrize("consistency", ["stale", "default", "consistent"])
def test_every_consistency_reads_the_same(export, consul, consistency):
    consul.register("n1", "192.0.2.1", "web", 8080)
    assert hosts(export(consul, consistency=consistency)) == ["web.service.consul"]


# Enterprise, peers


@pytest.mark.parametrize("key, name", [("namespace", "Namespaces"), ("partition", "Partitions")])
def test_what_only_enterprise_has_is_refused_in_consuls_own_words(export, r2i, consul, key, name):
    said = ("400", f"{name} are a Consul Enterprise feature")
    refused(export(consul, **{key: "default"}), *said)
    refused(r2i("export", "--from", f"consul={consul.address}", env={f"CONSUL_{key.upper()}": "default"}), *said)


def test_the_services_of_a_peer(export, new_consul):
    one, two = new_consul(datacenter="dc1"), new_consul(datacenter="dc2")
    one.register("n1", "192.0.2.1", "web", 8080)
    one.register("n1", "192.0.2.1", "kept-back", 8080)
    two.register("n2", "192.0.2.2", "web", 8080)
    name = peer(exporter=one, importer=two, services=["web"])
    (entry,) = objects(export(two, peer=name, form="json"))
    assert entry["spec"]["hosts"] == [f"web.service.{name}.peer.consul"]
    assert [one["address"] for one in entry["spec"]["endpoints"]] == ["192.0.2.1"]
    assert hosts(export(two)) == ["web.service.consul"]


def test_an_unknown_peer_is_not_taken_for_an_empty_one(export, consul):
    refused(export(consul, peer="nope"), "Peering not found")


# Filters


@pytest.fixture
def filled(consul: Consul) -> Consul:
    blue = {"NodeMeta": {"colour": "blue"}}
    consul.register("n1", "192.0.2.1", "web", 8080, Tags=["v1"], node_fields=blue)
    consul.register("n2", "192.0.2.2", "web", 8080, Tags=["v2"])
    consul.register("n2", "192.0.2.2", "shop", 8080)
    return consul


def endpoints(run: Run) -> dict[str, list[str]]:
    return {one["metadata"]["name"]: [endpoint["address"] for endpoint in one["spec"].get("endpoints", ())]
            for one in objects(run)}


def test_instances_are_filtered_by_consul(export, filled):
    found = export(filled, filter='"v2" in Service.Tags', form="json")
    assert endpoints(found) == {"web.service.consul": ["192.0.2.2"]}


def test_services_are_filtered_by_consul(export, filled):
    found = export(filled, serviceFilter='ServiceName == "web"', form="json")
    assert endpoints(found) == {"web.service.consul": ["192.0.2.1", "192.0.2.2"]}


def test_nodes_are_chosen_by_their_metadata(export, filled):
    assert endpoints(export(filled, nodeMeta="colour:blue", form="json")) == {"web.service.consul": ["192.0.2.1"]}


@pytest.mark.parametrize("key", ["filter", "serviceFilter"])
def test_a_filter_that_consul_does_not_understand_is_a_failure(export, filled, key):
    refused(export(filled, **{key: "bad("}), "Failed to create boolean expression")


def test_excluded_services_cannot_make_a_source_incomplete(export, r2i, filled):
    run = r2i("export", "--from", f"consul={filled.address}", "--exclude", "sh*", "-o", "name")
    assert hosts(run) == ["web.service.consul"]
    run = r2i("export", "--from", f"consul={filled.address}", "--include", "SHOP", "--include", "s?op", "-o", "name")
    assert hosts(run) == ["shop.service.consul"]


def test_a_consul_without_services_is_complete_and_says_that_nothing_is_to_be_exported(export, consul):
    consul.register("n1", "192.0.2.1", checks=[node_check("passing")])
    run = export(consul)
    assert (printed(run), "nothing to export" in run.stderr) == ("", True)
