"""Fixtures of the suite that runs the built program (R2I_BINARY) against scripted servers on loopback."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from support.certificates import Authority, Certificate  # noqa: E402
from support.etcd_grpc import EtcdGrpc  # noqa: E402
from support.fake_consul import FakeConsul  # noqa: E402
from support.fake_eureka import FakeEureka  # noqa: E402
from support.fake_nacos import FakeNacos  # noqa: E402
from support.fake_etcd import FakeEtcd  # noqa: E402
from support.fake_zookeeper import FakeZooKeeper  # noqa: E402
from support.program import Program  # noqa: E402


@pytest.fixture
def r2i(tmp_path: Path) -> Program:
    """r2i("export", "--from", …, env={…}, stdin="…") runs the program; no run may show a secret."""
    return Program(tmp_path)


@pytest.fixture
def new_consul() -> Iterator[Callable[..., FakeConsul]]:
    """new_consul("dc2", token=…, tls=…, …) starts a fake Consul."""
    with ExitStack() as stack:
        yield lambda *arguments, **settings: stack.enter_context(FakeConsul(*arguments, **settings))


@pytest.fixture
def consul(new_consul: Callable[..., FakeConsul]) -> FakeConsul:
    """A fake Consul with three healthy services: api, pay and web."""
    agent = new_consul()
    for number, name in enumerate(("api", "pay", "web"), start=1):
        agent.register(name, f"10.0.0.{number}")
    return agent


@pytest.fixture
def new_eureka() -> Iterator[Callable[..., FakeEureka]]:
    """new_eureka(age=30, user=…, tls=…, …) starts a fake Eureka."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(FakeEureka(**settings))


@pytest.fixture
def eureka(new_eureka: Callable[..., FakeEureka]) -> FakeEureka:
    """A fake Eureka with three services: API, PAY and WEB."""
    server = new_eureka()
    for number, name in enumerate(("api", "pay", "web"), start=1):
        server.register(name, f"10.0.0.{number}")
    return server


@pytest.fixture
def new_etcd() -> Iterator[Callable[..., FakeEtcd]]:
    """new_etcd(users={…}, api="/v3beta", …) starts a fake etcd."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(FakeEtcd(**settings))


@pytest.fixture
def etcd(new_etcd: Callable[..., FakeEtcd]) -> FakeEtcd:
    """A fake etcd in which gRPC's naming has three services below /services: api, pay and web."""
    server = new_etcd()
    for number, name in enumerate(("api", "pay", "web"), start=1):
        server.register(name, f"10.0.0.{number}")
    return server


@pytest.fixture
def grpc_of() -> Iterator[Callable[..., EtcdGrpc]]:
    """grpc_of(etcd, tls=…): gRPC in front of a fake etcd."""
    with ExitStack() as stack:
        yield lambda server, **settings: stack.enter_context(EtcdGrpc(server.port, **settings))


@pytest.fixture
def new_nacos() -> Iterator[Callable[..., FakeNacos]]:
    """new_nacos("3.1", user=…, …) starts a fake Nacos."""
    with ExitStack() as stack:
        yield lambda *arguments, **settings: stack.enter_context(FakeNacos(*arguments, **settings))


@pytest.fixture
def nacos(new_nacos: Callable[..., FakeNacos]) -> FakeNacos:
    """A fake Nacos 2.3 with three healthy services: api, pay and web."""
    server = new_nacos()
    for number, name in enumerate(("api", "pay", "web"), start=1):
        server.register(name, f"10.0.0.{number}")
    return server


@pytest.fixture
def new_zookeeper(r2i: Program) -> Iterator[Callable[..., FakeZooKeeper]]:
    """new_zookeeper() starts a fake ZooKeeper."""
    if "zookeeper" not in r2i("version", "-o", "json").json["sources"]:
        pytest.skip("this build reads no ZooKeeper")
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(FakeZooKeeper(**settings))


@pytest.fixture
def zookeeper(new_zookeeper: Callable[..., FakeZooKeeper]) -> FakeZooKeeper:
    """A fake ZooKeeper in which Curator has three services below /services: api, pay and web."""
    server = new_zookeeper()
    for number, name in enumerate(("api", "pay", "web"), start=1):
        server.register(name, f"10.0.0.{number}")
    return server


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def server_certificate(authority: Authority) -> Certificate:
    """For 127.0.0.1 and localhost."""
    return authority.issue("server")


@pytest.fixture(scope="session")
def client_certificate(authority: Authority) -> Certificate:
    return authority.issue("client", subject="/CN=client")
