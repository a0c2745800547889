"""The fake API server of the e2e suite says what a real one says, word for word. R2I_ACCEPT=1 rewrites the record."""

from __future__ import annotations

import os
import pytest

from harness.apiserver import ApiServer
from support.api_conversation import conversation, record, recorded


@pytest.fixture
def mesh(lone_api_server: ApiServer) -> ApiServer:
    """With an empty namespace `mesh`. The objects are such as istiod, which would add a status to them, ends in a panic of."""
    lone_api_server.namespace("mesh")
    return lone_api_server


def test_the_record_is_true(mesh: ApiServer) -> None:
    said = conversation(mesh.client())
    if os.environ.get("R2I_ACCEPT") == "1":
        record(said)
        pytest.skip("the record was rewritten; read the difference before you commit it")
    for one, expected in zip(said, recorded(), strict=True):
        assert one == expected, one["title"]
