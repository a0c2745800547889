"""Two registries as one host, in the whole chain: the loss of one of them takes nothing away."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from harness.apiserver import ApiServer
from harness.consul import Consul
from harness.envoy import Envoy
from harness.istiod import Istiod
from harness.outcome import SOURCE
from harness.runs import PARTLY, PRUNE, Runs, host
from harness.traffic import Traffic
from support.backend import Backend
from support.processes import wait_for
from support.program import Run

FLAGS = ("--service-port=80", "--host-template", "{service}.service.consul")


class Merged:
    """Two Consuls that know nothing of each other, merged."""

    def __init__(self, runs: Runs, registries: dict[str, Consul], envoy: Envoy, backend: Callable[..., Backend]) -> None:
        self.runs, self.registries, self.envoy = runs, registries, envoy
        self._backend = backend

    def instance(self, registry: str, service: str, number: int) -> Backend:
        server = self._backend(f"{registry}-{number}", f"127.0.1.{number}")
        self.registries[registry].register(f"node-{number}", server.address, service, server.port)
        return server

    def run(self, command: str, *flags: str, of: tuple[str, ...] = ("east", "west")) -> Run:
        source = [word for name in of for word in
                  ("--from", f"consul={self.registries[name].address}?name={name}&merge=shop&datacenter=dc1")]
        return self.runs(command, *FLAGS, *flags, source=source)

    def apply(self, *flags: str) -> None:
        run = self.run("apply", *flags)
        assert run.code == 0, run
        self.envoy.settle(self.runs.namespace)

    def wait_for_endpoints(self, service: str, count: int) -> None:
        wait_for(lambda: len(self.envoy.hosts(f"outbound|80||{host(service)}")) == count, f"{count} endpoints of {service}")


@pytest.fixture
def merged(runs: Runs, new_consul: Callable[..., Consul], envoy: Envoy, backend: Callable[..., Backend]) -> Merged:
    return Merged(runs, {name: new_consul(node=f"agent-{name}") for name in ("east", "west")}, envoy, backend)


@pytest.mark.parametrize("layout", ["inline", "workload-entries"])
def test_a_merged_host_survives_the_loss_of_one_registry(merged: Merged, api_server: ApiServer, layout: str) -> None:
    name, flags = f"merged-{layout}", (f"--layout={layout}",)
    servers = {"east-1": merged.instance("east", name, 1), "west-2": merged.instance("west", name, 2)}
    merged.instance("west", f"only-{name}", 3)
    merged.apply(*flags)
    merged.wait_for_endpoints(name, 2)
    before = merged.runs.contents()
    with Traffic(merged.envoy, host(name)) as traffic:
        traffic.more(50)
        assert {body for _, body in traffic.answers} == set(servers)
        merged.registries["west"].process.kill()
        # What the other one says in the meantime does not change the host either.
        merged.instance("east", name, 4)
        with api_server.audit.watch() as asked:
            for command, *more in (["apply"], ["apply", *PRUNE], ["apply", *PRUNE, "--allow-partial"]):
                run = merged.run(command, *flags, *more)
                assert run.code == (0 if "--allow-partial" in more else SOURCE) and "1 merge not read in full" in run.stderr, run
        traffic.more(50)
    assert asked.writes == [] and traffic.failed == {}
    assert merged.runs.contents() == before
    assert all(len(server.requests) > 10 for server in servers.values())


def test_a_run_without_one_of_them_is_refused_until_that_one_is_given_up(merged: Merged, api_server: ApiServer) -> None:
    stays = merged.instance("east", "ended", 1)
    gone = merged.instance("west", "ended", 2)
    merged.apply()
    merged.wait_for_endpoints("ended", 2)
    with Traffic(merged.envoy, host("ended")) as traffic:
        with api_server.audit.watch() as asked:
            run = merged.run("apply", *PRUNE, of=("east",))
        assert run.code == PARTLY and "--prune-source west/dc1" in run.stderr and asked.writes == [], run
        run = merged.run("apply", "--prune-source", "west", of=("east",))
        assert run.code == 0, run
        merged.envoy.settle(merged.runs.namespace)
        merged.wait_for_endpoints("ended", 1)
        traffic.more(2)
        before = len(gone.requests)
        traffic.more(50)
        assert len(gone.requests) == before and stays.requests
    assert traffic.failed == {}


def test_an_instance_in_both_is_one_endpoint(merged: Merged, istiod: Istiod) -> None:
    server = merged.instance("east", "twice", 1)
    merged.registries["west"].register("node-1", server.address, "twice", server.port, status="critical")
    merged.instance("west", "twice", 2)
    merged.apply()
    merged.wait_for_endpoints("twice", 2)
    shards = istiod.endpoint_shards(host("twice"), merged.runs.namespace)
    assert sorted(one["Addresses"][0] for one in shards) == ["127.0.1.1", "127.0.1.2"]
