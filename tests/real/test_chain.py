"""The whole chain with `apply`: Consul → registry2istio → API server → istiod → Envoy → the instances, under traffic."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from harness.apiserver import ApiServer
from harness.consul import Consul
from harness.consul_links import join_lan
from harness.envoy import Envoy
from harness.outcome import SOURCE
from harness.runs import PRUNE, Runs, host
from harness.traffic import Traffic
from support.backend import Backend
from support.processes import wait_for
from support.program import Run

NO_ENDPOINT = (503, "no healthy upstream")
ALL = 'service_prefix "" { policy = "read" } node_prefix "" { policy = "read" }'
WEB_ONLY = 'service "web" { policy = "read" } node_prefix "" { policy = "read" }'
# Which host a proxy still has when a test begins is of no interest: every test has a service of its own.
CLUSTER_OF = "outbound|80||{}".format


class Chain:
    """One Consul and what comes after it. `chain.apply()` is what the cron job does."""

    def __init__(self, runs: Runs, consul: Consul, envoy: Envoy, backend: Callable[..., Backend]) -> None:
        self.runs, self.consul, self.envoy = runs, consul, envoy
        self.token = ""
        self._backend = backend

    def instance(self, service: str, number: int) -> Backend:
        """A backend that is registered in Consul; it answers with `web-1`."""
        server = self._backend(f"{service}-{number}", f"127.0.1.{number}")
        self.consul.register(f"node-{number}", server.address, service, server.port)
        return server

    def run(self, command: str, *flags: str) -> Run:
        return self.runs(command, "--service-port=80", *flags, source=("--from", f"consul={self.consul.address}"),
                         env={"CONSUL_HTTP_TOKEN": self.token} if self.token else {})

    def apply(self, *flags: str) -> Run:
        """Returns when it is in use."""
        run = self.run("apply", *flags)
        assert run.code == 0, run
        self.envoy.settle(self.runs.namespace)
        return run

    def wait_for_endpoints(self, service: str, count: int) -> None:
        wait_for(lambda: len(self.envoy.hosts(CLUSTER_OF(host(service)))) == count, f"{count} endpoints of {service}")


@pytest.fixture
def chain(runs: Runs, consul: Consul, envoy: Envoy, backend: Callable[..., Backend]) -> Chain:
    return Chain(runs, consul, envoy, backend)


def test_an_instance_that_leaves_consul_gets_no_more_traffic_and_no_request_fails(chain: Chain, api_server: ApiServer) -> None:
    gone, stays = chain.instance("leaving", 1), chain.instance("leaving", 2)
    chain.apply()
    chain.wait_for_endpoints("leaving", 2)
    with Traffic(chain.envoy, host("leaving")) as traffic:
        traffic.more(100)
        assert gone.requests and stays.requests
        chain.consul.deregister("node-1", "leaving")
        with api_server.audit.watch() as asked:
            chain.apply()
        chain.wait_for_endpoints("leaving", 1)
        traffic.more(2)  # one may have been under way
        before = len(gone.requests)
        traffic.more(100)
        assert len(gone.requests) == before
    assert asked.writes == [f"patch serviceentries {chain.runs.namespace}/{host('leaving')}"]
    assert traffic.failed == {}


def test_an_instance_that_comes_gets_its_share(chain: Chain) -> None:
    chain.instance("growing", 1)
    chain.apply()
    chain.wait_for_endpoints("growing", 1)
    with Traffic(chain.envoy, host("growing")) as traffic:
        new = chain.instance("growing", 2)
        chain.apply()
        chain.wait_for_endpoints("growing", 2)
        traffic.more(100)
        assert len(new.requests) >= 30
    assert traffic.failed == {}


def test_instances_that_all_move_are_followed(chain: Chain) -> None:
    """The old ones go on until nobody asks for them any more, as a rolling update does."""
    old = [chain.instance("moving", number) for number in (1, 2)]
    chain.apply()
    with Traffic(chain.envoy, host("moving")) as traffic:
        new = [chain.instance("moving", number) for number in (3, 4)]
        for number in (1, 2):
            chain.consul.deregister(f"node-{number}", "moving")
        chain.apply()
        wait_for(lambda: set(chain.envoy.hosts(CLUSTER_OF(host("moving")))) == {f"{one.address}:{one.port}" for one in new},
                 "the new instances")
        traffic.more(2)
        before = [len(one.requests) for one in old]
        traffic.more(50)
        assert [len(one.requests) for one in old] == before
    assert traffic.failed == {}


def test_the_layout_is_switched_there_and_back_without_a_failed_request(chain: Chain, api_server: ApiServer) -> None:
    for number in (1, 2, 3):
        chain.instance("switched", number)
    chain.apply()
    with Traffic(chain.envoy, host("switched")) as traffic:
        for layout, workloads in (("workload-entries", 3), ("inline", 0), ("workload-entries", 3)):
            traffic.more(20)
            chain.apply(f"--layout={layout}")
            assert len(api_server.objects("WorkloadEntry", chain.runs.namespace)) == workloads
            assert ("endpoints" in chain.runs.entry("switched")["spec"]) == (workloads == 0)
            traffic.more(50)
            assert len(chain.envoy.hosts(CLUSTER_OF(host("switched")))) == 3
            assert chain.run("diff", f"--layout={layout}").code == 0
    assert traffic.failed == {}
    assert {body for _, body in traffic.answers} == {f"switched-{number}" for number in (1, 2, 3)}


def test_an_instance_of_a_workload_entry_leaves_without_a_failed_request(chain: Chain, api_server: ApiServer) -> None:
    gone, _ = chain.instance("single", 1), chain.instance("single", 2)
    chain.apply("--layout=workload-entries")
    chain.wait_for_endpoints("single", 2)
    with Traffic(chain.envoy, host("single")) as traffic:
        chain.consul.deregister("node-1", "single")
        with api_server.audit.watch() as asked:
            chain.apply("--layout=workload-entries")
        chain.wait_for_endpoints("single", 1)
        traffic.more(2)
        before = len(gone.requests)
        traffic.more(50)
        assert len(gone.requests) == before
    assert traffic.failed == {}
    assert [one.verb for one in asked if one.writes] == ["delete"], "of the one WorkloadEntry, without --prune"


def test_a_service_that_goes_is_emptied_then_deleted_and_its_traffic_goes_nowhere_else(chain: Chain) -> None:
    server = chain.instance("ending", 1)
    chain.instance("staying", 2)
    chain.apply()
    assert chain.envoy.get(host("ending")) == (200, "ending-1")
    chain.consul.deregister("node-1", "ending")
    chain.apply()
    chain.wait_for_endpoints("ending", 0)
    before = len(server.requests)
    assert chain.envoy.get(host("ending")) == NO_ENDPOINT and len(server.requests) == before
    assert chain.runs.is_gone("ending")
    chain.apply("--prune", "--yes")
    assert chain.runs.is_gone("ending"), "not gone for an hour"
    chain.apply(*PRUNE)
    assert "ending" not in chain.runs.names()
    assert chain.envoy.get(host("staying")) == (200, "staying-2")


# A Consul that cannot be believed


def prepare(chain: Chain) -> None:
    for number in (1, 2):
        chain.instance("kept", number)
    chain.instance("other", 3)
    chain.apply()
    chain.wait_for_endpoints("kept", 2)


def killed(chain: Chain, new_consul: Callable[..., Consul]) -> None:
    chain.consul = new_consul()
    prepare(chain)
    chain.consul.process.kill()


def without_leader(chain: Chain, new_consul: Callable[..., Consul]) -> None:
    impatient = {"performance": {"raft_multiplier": 1, "rpc_hold_timeout": "100ms"}}
    leader, follower = join_lan(*(new_consul(expect=2, node=name, settings=impatient) for name in ("one", "two")))
    chain.consul = leader
    prepare(chain)
    leader.process.kill()
    chain.consul = follower
    wait_for(lambda: misses_its_leader(follower), "the leader to be missed")


def misses_its_leader(agent: Consul) -> bool:
    """By both of Consul's own signs: what it says of an answer that it gives, and that it gives none that only a leader can."""
    stale, fresh = agent.api.get("/v1/catalog/services?stale"), agent.api.get("/v1/catalog/services")
    return stale.headers.get("X-Consul-KnownLeader") == "false" and fresh.status == 500


def without_rights(chain: Chain, new_consul: Callable[..., Consul]) -> None:
    chain.consul = new_consul(acl=True)
    chain.token = chain.consul.token(ALL)
    prepare(chain)
    chain.token = chain.consul.token(WEB_ONLY)


def without_token(chain: Chain, new_consul: Callable[..., Consul]) -> None:
    """With ACLs on, Consul answers whoever shows no token with an empty list, and 200."""
    without_rights(chain, new_consul)
    chain.token = ""


@pytest.mark.parametrize("break_it", [killed, without_leader, without_rights, without_token])
def test_a_consul_that_cannot_be_believed_changes_nothing(chain: Chain, new_consul: Callable[..., Consul],
                                                          api_server: ApiServer, break_it: Callable[..., None]) -> None:
    break_it(chain, new_consul)
    before = chain.runs.contents()
    with Traffic(chain.envoy, host("kept")) as traffic, api_server.audit.watch() as asked:
        for command, *flags in (["diff"], ["apply"], ["apply", *PRUNE], ["apply", "--layout=workload-entries"]):
            run = chain.run(command, *flags)
            assert run.code == SOURCE and "R2I10" in run.stderr, run
        traffic.more(20)
    assert asked.writes == [] and traffic.failed == {}
    assert chain.runs.contents() == before


def test_a_token_that_loses_its_rights_and_gets_them_back(chain: Chain, new_consul: Callable[..., Consul],
                                                          api_server: ApiServer) -> None:
    """What it sees of a service that it may still read is taken; the rest stays as it is."""
    chain.consul = new_consul(acl=True)
    policy = chain.consul.api.must("PUT", "/v1/acl/policy", {"Name": "reader", "Rules": ALL}).json["ID"]
    made = chain.consul.api.must("PUT", "/v1/acl/token", {"Policies": [{"ID": policy}]}).json
    chain.token = made["SecretID"]
    prepare(chain)
    chain.consul.api.must("PUT", f"/v1/acl/token/{made['AccessorID']}", {**made, "Policies": []})
    chain.consul.deregister("node-3", "other")
    wait_for(lambda: "kept" not in chain.consul.client(chain.token).get("/v1/catalog/services").text, "the loss of the rights")
    with api_server.audit.watch() as asked:
        assert chain.run("apply", *PRUNE).code == SOURCE
    assert asked.writes == []
    chain.consul.api.must("PUT", f"/v1/acl/token/{made['AccessorID']}", made)
    wait_for(lambda: "kept" in chain.consul.client(chain.token).get("/v1/catalog/services").text, "the rights")
    chain.apply()
    assert chain.runs.is_gone("other") and len(chain.runs.addresses("kept")) == 2
