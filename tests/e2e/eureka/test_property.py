"""What holds of every registry, in every dialect. The cases are drawn with fixed seeds."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

import pytest
from support.fake_eureka import FakeEureka
from support.program import Program, Run

SEEDS = range(24)
STATUSES = ("UP", "UP", "UP", "UP", "DOWN", "STARTING", "OUT_OF_SERVICE", "UNKNOWN", "up", "")
ADDRESSES = ("10.0.0.{}", "10.0.0.{}", "10.0.0.{}", "node-{}.test", "2001:db8::{}", "", "not an address")
PORTS = (8080, 8080, 8081, "8080", 0, -1, 70000, None)
ENABLED = ("true", "true", True, "false", False)
METADATA = ({}, {"@class": "java.util.Collections$EmptyMap"}, "", None, {"zone": "a"}, {"version": 2, "x": None},
            {"weight": "0.5", "nested": {"a": ["b"]}, "k\n": "\u0001\ud83d\ude00"})


def draw(server: FakeEureka, seed: int) -> int:
    """Registers up to five applications of up to six instances, the odd as often as the common; how many instances."""
    dice = random.Random(seed)
    count = 0
    for app in range(dice.randint(1, 5)):
        for _ in range(dice.randint(1, 6)):
            count += 1
            address = dice.choice(ADDRESSES).format(dice.randint(1, 9))
            server.register(f"app-{app}", address).update(odd_fields(dice, f"i-{count}"))
    server.hash = ""  # it would have to count odd statuses
    return count


def odd_fields(dice: random.Random, id: str) -> dict[str, Any]:
    return {
        "instanceId": id, "hostName": dice.choice((f"host-{id}", f"host-{id}:8080", "")), "status": dice.choice(STATUSES),
        dice.choice(("overriddenStatus", "overriddenstatus")): dice.choice(("UNKNOWN", "UNKNOWN", "UP", "OUT_OF_SERVICE")),
        "port": dice.choice((8080, {"$": dice.choice(PORTS), "@enabled": dice.choice(ENABLED)})),
        "securePort": dice.choice((None, {"$": dice.choice((8443, "8443")), "@enabled": dice.choice(ENABLED)})),
        "metadata": dice.choice(METADATA),
    }


def left_out(run: Run) -> set[str]:
    """The ids of the instances of which a message says so."""
    return {id for line in run.stderr.splitlines() if "left out" in line for id in re.findall(r'instance "(i-[0-9]+)"', line)}


@pytest.mark.parametrize("seed", SEEDS)
def test_every_instance_is_an_endpoint_or_a_diagnostic(r2i: Program, new_eureka: Callable[..., FakeEureka], seed: int) -> None:
    server = new_eureka()
    count = draw(server, seed)
    source = f"eureka={server.base}"
    snapshot = r2i("fetch", "--from", source)
    assert snapshot.code == 0, snapshot.stderr
    assert sorted(one["id"] for service in snapshot.json["services"] for one in service["instances"]) == sorted(
        f"i-{number}" for number in range(1, count + 1))
    run = r2i("export", "--from", source, "-v")
    endpoints = [one for entry in run.objects for one in entry["spec"].get("endpoints", [])]
    assert run.code == 0 and len(endpoints) + len(left_out(run)) == count, run.stderr
