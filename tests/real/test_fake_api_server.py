"""The fake API server of the e2e suite says what a real one says, word for word. R2I_ACCEPT=1 rewrites the record."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from harness.apiserver import ApiServer
from support.api_conversation import conversation, record, recorded


@pytest.fixture
def mesh(api_server: ApiServer) -> Iterator[ApiServer]:
    """With an empty namespace `mesh`."""
    found = api_server.client().send("POST", "/api/v1/namespaces", {"metadata": {"name": "mesh"}})
    assert found.status in (201, 409), found.text
    api_server.clear("mesh")
    yield api_server
    api_server.clear("mesh")


def test_the_record_is_true(mesh: ApiServer) -> None:
    said = conversation(mesh.client())
    if os.environ.get("R2I_ACCEPT") == "1":
        record(said)
        pytest.skip("the record was rewritten; read the difference before you commit it")
    for one, expected in zip(said, recorded(), strict=True):
        assert one == expected, one["title"]
