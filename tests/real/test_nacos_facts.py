"""The fake Nacos of the other suites answers as the real one: shape by shape, of the same registrations."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from harness.nacos import PATIENCE, Nacos
from support.fake_nacos import FakeNacos
from support.rest import Answer, Rest

# What a moment, or a set without an order, decides.
MOMENTS = {"lastRefTime", "tokenTtl", "accessToken", "timestamp", "clusterCount"}
QUESTIONS = {
    "a list": ("v1/ns/catalog/services", {"withInstances": "false", "pageNo": 1, "pageSize": 100}),
    "a page of a list": ("v1/ns/catalog/services", {"withInstances": "false", "pageNo": 9, "pageSize": 100}),
    "pages": ("v1/ns/catalog/services", {"withInstances": "true", "pageNo": 1, "pageSize": 100}),
    "no more pages": ("v1/ns/catalog/services", {"withInstances": "true", "pageNo": 9, "pageSize": 100}),
    "an unknown namespace": ("v1/ns/catalog/services", {"withInstances": "false", "pageNo": 1, "pageSize": 100,
                                                        "namespaceId": "nope"}),
    "a group": ("v1/ns/service/list", {"pageNo": 1, "pageSize": 100}),
    "another group": ("v1/ns/service/list", {"pageNo": 1, "pageSize": 100, "groupName": "GRP"}),
    "instances": ("v1/ns/instance/list", {"serviceName": "pay"}),
    "an unknown service": ("v1/ns/instance/list", {"serviceName": "nope"}),
    "protected instances": ("v1/ns/instance/list", {"serviceName": "ill"}),
    "a service": ("v1/ns/service", {"serviceName": "ill"}),
    "a service that is not there": ("v1/ns/service", {"serviceName": "nope"}),
    "a group of v2": ("v2/ns/service/list", {"pageNo": 1, "pageSize": 100}),
    "instances of v2": ("v2/ns/instance/list", {"serviceName": "pay"}),
    "namespaces": ("v1/console/namespaces", {}),
    "the API of Nacos 3": ("v3/admin/ns/service/list", {"pageNo": 1, "pageSize": 100}),
}


@pytest.fixture(scope="module")
def pair(session_nacos) -> Any:
    server: Nacos = session_nacos()
    with FakeNacos("2.3") as fake:
        for one, metadata in ((server, json.dumps(PATIENCE)), (fake, PATIENCE)):
            for name, ip, more in (("pay", "127.0.0.2", {"weight": 2.5}), ("pay", "127.0.0.3", {"cluster": "c1"}),
                                   ("web", "127.0.0.4", {"group": "GRP"}), ("providers:com.acme.Foo:1.0.0:", "127.0.0.5", {}),
                                   ("off", "127.0.0.6", {"enabled": False}), ("ill", "127.0.0.7", {"healthy": False})):
                one.register(name, ip, ephemeral=True, metadata=metadata, **more)
        server.create("empty", threshold=0.3)
        fake.service("empty", threshold=0.3)
        yield server, fake


def asked(address: str, path: str, query: dict[str, Any]) -> Answer:
    return Rest(f"{address}/nacos").get(f"/{path}?{urlencode(query)}")


def steady(value: Any) -> Any:
    """Without what depends on the moment, with lists in an order."""
    if isinstance(value, dict):
        return {key: steady(one) for key, one in value.items() if key not in MOMENTS}
    if isinstance(value, list):
        return sorted((steady(one) for one in value), key=repr)
    return value


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS.keys())
def test_the_fake_answers_as_the_real_one(pair, question):
    server, fake = pair
    real, made = (asked(one.address, *question) for one in (server, fake))
    assert made.status == real.status, (made.text, real.text)
    if real.headers.get("Content-Type", "").startswith("application/json"):
        ours, theirs = steady(made.json), steady(real.json)
        assert ours == theirs
    else:
        assert made.text == real.text


def test_the_pages_of_the_catalog_never_tell_the_threshold(pair):
    """Which is why it is asked for, service by service."""
    server, _ = pair
    pages = asked(server.address, *QUESTIONS["pages"]).json
    assert {one["protectThreshold"] for one in pages} == {0.0}
    assert asked(server.address, "v1/ns/service", {"serviceName": "empty"}).json["protectThreshold"] == 0.3
