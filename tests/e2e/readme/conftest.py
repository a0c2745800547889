"""Fixtures of those who run what is written for readers: a shell that reaches a fake Consul and a fake API server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.fake_api_server import FakeApiServer
from support.fake_consul import FakeConsul
from support.program import Program
from support.readme import Shell


@pytest.fixture
def api() -> Iterator[FakeApiServer]:
    with FakeApiServer() as server:
        yield server


@pytest.fixture
def shell(r2i: Program, api: FakeApiServer, consul: FakeConsul, tmp_path: Path) -> Shell:
    config = tmp_path / "kubeconfig"
    context = {"cluster": "fake", "user": "someone"}
    config.write_text(json.dumps({
        "apiVersion": "v1", "kind": "Config", "current-context": "fake",
        "clusters": [{"name": "fake", "cluster": {"server": api.address}}], "users": [{"name": "someone", "user": {}}],
        "contexts": [{"name": name, "context": context} for name in ("fake", "prod")]}))
    return Shell(r2i, tmp_path, {"KUBECONFIG": str(config), "CONSUL_HTTP_ADDR": consul.address})
