"""Fixtures of the suite that runs the program against a scripted Kubernetes API server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from support.fake_api_server import FakeApiServer
from support.program import Program
from support.snapshots import JsonObject
from world import World, in_the_middle, settled


@pytest.fixture
def api() -> Iterator[FakeApiServer]:
    """A fake API server over plain HTTP; it has the namespaces `default` and `mesh`."""
    with FakeApiServer() as server:
        yield server


@pytest.fixture
def world(r2i: Program, api: FakeApiServer, tmp_path: Path) -> World:
    """An empty registry and an empty cluster."""
    return World(r2i, api, tmp_path)


@pytest.fixture
def due(world: World) -> World:
    """A world in which every kind of change is due: world.in_the_middle()."""
    return in_the_middle(world)


@pytest.fixture
def new_world(r2i: Program, tmp_path: Path) -> Iterator[Callable[[], World]]:
    """new_world() is another one, with an API server of its own."""
    with ExitStack() as stack:
        def make() -> World:
            server = stack.enter_context(FakeApiServer())
            folder = tmp_path / f"world-{server.port}"
            folder.mkdir()
            return World(r2i, server, folder)

        yield make


@pytest.fixture(scope="session")
def clean_ends(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[JsonObject]]:
    """What in_the_middle() comes to where nothing fails, by `apply` and by `apply --prune`."""
    ends = {}
    for command in ("apply", "prune"):
        folder = tmp_path_factory.mktemp(command)
        with FakeApiServer() as server:
            world = in_the_middle(World(Program(folder), server, folder))
            ends[command] = settled(world, getattr(world, command))
    return ends
