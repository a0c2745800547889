"""What holds of every registry, whatever is registered: drawn with fixed seeds, from each of Nacos's APIs."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from support.fake_nacos import FakeNacos
from support.program import Program, Run

SEEDS = range(1, 16)
GROUPS = ("DEFAULT_GROUP", "PAY", "pay_2")
# With what each tells of instances that are disabled.
WAYS = {"2.3": True, "3.1": True, "open v1": False, "open v2": False}


@dataclass(frozen=True)
class Case:
    server: FakeNacos
    registered: list[dict[str, Any]]
    tells_disabled: bool

    @property
    def source(self) -> tuple[str, str]:
        return "--from", f"nacos={self.server.address}?group={','.join(GROUPS)}&pageSize=3"

    @property
    def told(self) -> list[dict[str, Any]]:
        return [host for host in self.registered if host["enabled"] or self.tells_disabled]


def draw(server: FakeNacos, seed: int) -> list[dict[str, Any]]:
    """Instances that nobody planned: beside each other the good, the ill, and those that no port or address is right of."""
    dice = random.Random(seed)
    registered = []
    for number in range(dice.randint(1, 12)):
        name, group = f"s{number}", dice.choice(GROUPS)
        if dice.random() < 0.4:
            server.service(name, group=group, threshold=dice.choice([0, 0.2, 0.5, 1]))
        for _ in range(dice.randint(1, 6)):
            ip = dice.choice([f"10.{dice.randrange(4)}.0.{dice.randrange(6)}", f"2001:db8::{1 + dice.randrange(6)}", "a.example.com", "",
                              "not an address"])
            registered.append(server.register(
                name, ip, dice.choice([80, 8080, 8443, 0, 65536]), group=group, cluster=dice.choice(["DEFAULT", "hz-a", "hz/b c"]),
                healthy=dice.random() < 0.6, enabled=dice.random() < 0.8, ephemeral=dice.random() < 0.5,
                weight=dice.choice([1, 0, 0.5, 2.25, 10000, 1e-9]),
                metadata=dice.choice([{}, {"version": "v1"}, {"secure": "true"}, {"version": "an illegal label", "x": "\x07"}])))
    return registered


@pytest.fixture(params=[(way, seed) for way in WAYS for seed in SEEDS], ids=lambda case: f"{case[0]}-{case[1]}")
def case(request: pytest.FixtureRequest, new_nacos: Callable[..., FakeNacos]) -> Case:
    version, seed = request.param
    server = new_nacos(version)
    return Case(server, draw(server, seed), WAYS[version])


def identity(host: dict[str, Any]) -> str:
    return f"{host['ip']}#{host['port']}#{host['clusterName']}"


def test_every_instance_is_in_the_snapshot(r2i: Program, case: Case) -> None:
    run = r2i("fetch", *case.source)
    assert run.code == 0, run
    found = [(f"{one['group']}@@{one['name']}", instance["id"]) for one in run.json["services"] for instance in one["instances"]]
    assert sorted(found) == sorted((host["serviceName"], identity(host)) for host in case.told), run


def endpoints(run: Run) -> set[tuple[str, str]]:
    return {(entry["metadata"].get("annotations", {}).get("registry2istio.io/service", entry["spec"]["hosts"][0].split(".")[0]),
             one["address"]) for entry in run.objects for one in entry["spec"].get("endpoints", [])}


def test_every_instance_is_an_endpoint_or_is_told(r2i: Program, case: Case) -> None:
    run = r2i("export", *case.source, "-v")
    assert run.code in (0, 1), run
    exported = endpoints(run)
    told = set(re.findall(r'service "([^"]*)".*? instance "([^"]*)"', run.stderr))
    whole = set(re.findall(r'^R2I\d+ \w+: service "([^"]*)" of [^:]*: ', run.stderr, re.M))
    for host in case.told:
        name = host["serviceName"].split("@@")[1]
        assert (name, host["ip"]) in exported or (name, identity(host)) in told or name in whole, (host, run)
    # And no endpoint comes from nowhere, from what is disabled or from what is to get nothing.
    usable = {(host["serviceName"].split("@@")[1], host["ip"]) for host in case.registered if host["enabled"] and host["weight"] > 0}
    assert exported <= usable, run
