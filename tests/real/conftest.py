"""Fixtures of the suite against real servers. Each server is started once, when the first test asks for it."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

from harness.apiserver import ApiServer  # noqa: E402
from harness.consul import Consul, ConsulTls  # noqa: E402
from harness.consul_links import join_wan  # noqa: E402
from harness.envoy import Envoy  # noqa: E402
from harness.etcd import Etcd, EtcdTls, Registered  # noqa: E402
from harness.istiod import Istioctl, Istiod  # noqa: E402
from harness.nacos import Nacos, NacosClient  # noqa: E402
from harness.outcome import printed  # noqa: E402
from harness.runs import Runs  # noqa: E402
from harness.shapes import register_all  # noqa: E402
from harness.zookeeper import Client, ZooKeeper, curator, dubbo  # noqa: E402
from support.backend import Backend  # noqa: E402
from support.processes import ServerProcess  # noqa: E402
from support.program import Program, Run  # noqa: E402

BUILD = Path(__file__).parent / "servers" / "build"
WANTED = os.environ.get("R2I_REAL") == "1"
SKIPPED = "set R2I_REAL=1 to run the tests against real servers (tests/real/servers/build builds them, once)"
ALL_SKIPPED = 77  # what Meson takes for "skipped"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if not WANTED and Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=SKIPPED))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not WANTED:
        terminalreporter.write_line(f"NOTHING WAS TESTED AGAINST REAL SERVERS: {SKIPPED}", yellow=True, bold=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if not WANTED and exitstatus == 0 and all(Path(__file__).parent in item.path.parents for item in session.items):
        session.exitstatus = ALL_SKIPPED


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """A test that fails shows the end of every running server's log."""
    outcome: Any = yield
    report = outcome.get_result()
    if report.failed:
        report.sections += [(f"end of the log of {server.name}", server.log_tail(6)) for server in ServerProcess.started()]


# Programs


@pytest.fixture(scope="session")
def programs() -> dict[str, Path]:
    """Folder of each real server's programs: consul, etcd, etcd-clients, etcd-debian, envoy, kubernetes, istio, zookeeper-clients; and
    the jars of eureka, nacos and nacos-client."""
    done = subprocess.run(["bash", str(BUILD)], capture_output=True, text=True)
    assert done.returncode == 0, f"tests/real/servers/build failed:\n{done.stderr[-4000:]}"
    return {name: Path(folder) for name, folder in (line.split("=", 1) for line in done.stdout.splitlines())}


def program(programs: dict[str, Path], folder: str, *names: str) -> Path:
    """The first of these programs that is there."""
    places = [programs[folder] / name for name in names]
    return next((place for place in places if place.exists()), places[0])


@pytest.fixture
def r2i(tmp_path: Path) -> Program:
    """The program under test, in a folder of the test's own: r2i("export", "--from", …, env={…}, stdin="…")."""
    return Program(tmp_path)


@pytest.fixture(scope="session")
def session_r2i(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """As `r2i`, for fixtures that live longer than a test."""
    return Program(tmp_path_factory.mktemp("home"))


# Kubernetes, Istio, Envoy


@contextmanager
def _api_server(programs: dict[str, Path], folders: pytest.TempPathFactory) -> Iterator[ApiServer]:
    with ExitStack() as stack:
        server = ApiServer(program(programs, "etcd", "etcd", "server"), programs["kubernetes"],
                           programs["istio"] / "crd-all.gen.yaml", folders.mktemp("kubernetes"))
        stack.callback(server.stop)
        yield server.start()


@pytest.fixture(scope="session")
def api_server(programs: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    with _api_server(programs, tmp_path_factory) as server:
        yield server


@pytest.fixture
def lone_api_server(programs: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """One that no istiod reads, for a test that writes what istiod dies of."""
    with _api_server(programs, tmp_path_factory) as server:
        yield server


@pytest.fixture(scope="session")
def istiod(programs: dict[str, Path], api_server: ApiServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Istiod]:
    with ExitStack() as stack:
        server = Istiod(programs["istio"], api_server, tmp_path_factory.mktemp("istiod"))
        stack.callback(server.stop)
        yield server.start()


@pytest.fixture(scope="session")
def istioctl(programs: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Istioctl:
    return Istioctl(programs["istio"], tmp_path_factory.mktemp("istioctl"))


@pytest.fixture(scope="session")
def envoy(programs: dict[str, Path], istiod: Istiod, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Envoy]:
    """A sidecar in the namespace `default`, without DNS capture."""
    with ExitStack() as stack:
        server = Envoy(programs["envoy"] / "envoy", istiod, tmp_path_factory.mktemp("envoy"))
        stack.callback(server.stop)
        yield server.start()


@pytest.fixture(scope="session")
def capturing_envoy(programs: dict[str, Path], istiod: Istiod, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Envoy]:
    """A sidecar that resolves through Istio: it gets listeners on the addresses that Istio gives each host."""
    with ExitStack() as stack:
        server = Envoy(programs["envoy"] / "envoy", istiod, tmp_path_factory.mktemp("capturing-envoy"), name="client-1",
                       address="127.0.0.10", metadata={"DNS_CAPTURE": "true"})
        stack.callback(server.stop)
        yield server.start()


@pytest.fixture
def namespace(api_server: ApiServer) -> Iterator[str]:
    """A new namespace; its entries are deleted after the test."""
    name = api_server.namespace()
    yield name
    api_server.clear(name)


@pytest.fixture
def sync(r2i: Program, api_server: ApiServer, envoy: Envoy, consul: Consul, namespace: str) -> Callable[..., Run]:
    """sync("--dns-capture", code=1) does what a user does: `export FLAGS | kubectl apply`; and waits until it is in use."""
    def run(*flags: str, code: int = 0) -> Run:
        done = r2i("export", "--from", f"consul={consul.address}", "--namespace", namespace, *flags)
        if printed(done, code):
            api_server.apply(done.stdout)
        envoy.settle(namespace)
        return done

    return run


@pytest.fixture
def runs(r2i: Program, api_server: ApiServer, namespace: str, tmp_path: Path) -> Runs:
    """runs.services = {"web": ["10.0.0.1"]}; runs.apply(…): the program between a made-up registry and the API server."""
    return Runs(r2i, api_server, namespace, tmp_path)


_service_ports = itertools.count(20001)


@pytest.fixture
def service_port() -> int:
    """A service port number that no other test uses: a proxy may still have the last test's listeners."""
    return next(_service_ports)


# Backends


@pytest.fixture
def backend() -> Iterator[Callable[..., Backend]]:
    """backend("web-1", "127.0.1.1") starts a server that answers with its name: `.address`, `.port`, `.requests`."""
    with ExitStack() as stack:
        yield lambda *arguments, **more: stack.enter_context(Backend(*arguments, **more))


# Consul


@contextmanager
def _consuls(programs: dict[str, Path], folders: pytest.TempPathFactory) -> Iterator[Callable[..., Consul]]:
    with ExitStack() as stack:
        def start(**settings: Any) -> Consul:
            server = Consul(programs["consul"] / "consul", folders.mktemp("consul"), **settings)
            stack.callback(server.stop)
            return server.start()

        yield start


@pytest.fixture
def new_consul(programs: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Consul]]:
    """new_consul(datacenter="dc2", acl=True, tls=…, expect=…) starts an agent for one test."""
    with _consuls(programs, tmp_path_factory) as start:
        yield start


@pytest.fixture(scope="session")
def session_consul(programs: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Consul]]:
    """As `new_consul`, for fixtures that live longer than a test."""
    with _consuls(programs, tmp_path_factory) as start:
        yield start


@pytest.fixture(scope="session")
def _open_consul(session_consul: Callable[..., Consul]) -> Consul:
    return session_consul()


@pytest.fixture
def consul(_open_consul: Consul) -> Iterator[Consul]:
    """A Consul without ACLs, empty but for itself."""
    yield _open_consul
    _open_consul.clear()


@pytest.fixture(scope="session")
def _acl_consul(session_consul: Callable[..., Consul]) -> Consul:
    return session_consul(acl=True)


@pytest.fixture
def consul_with_acl(_acl_consul: Consul) -> Iterator[Consul]:
    """A Consul that denies by default: `.management_token`, `.token(RULES)`."""
    yield _acl_consul
    _acl_consul.clear()


@pytest.fixture(scope="session")
def _tls_consul(session_consul: Callable[..., Consul], tmp_path_factory: pytest.TempPathFactory) -> Consul:
    return session_consul(tls=ConsulTls.make(tmp_path_factory.mktemp("certificates")))


@pytest.fixture
def consul_with_tls(_tls_consul: Consul) -> Iterator[Consul]:
    """A Consul that speaks HTTPS with clients that show a certificate: `.tls`."""
    yield _tls_consul
    _tls_consul.clear()


@pytest.fixture(scope="session")
def _wan(session_consul: Callable[..., Consul]) -> tuple[Consul, Consul]:
    one, two = session_consul(datacenter="dc1"), session_consul(datacenter="dc2")
    join_wan(one, two)
    return one, two


@pytest.fixture
def consul_pair(_wan: tuple[Consul, Consul]) -> Iterator[tuple[Consul, Consul]]:
    """Two datacenters, dc1 and dc2, that know each other."""
    yield _wan
    for server in _wan:
        server.clear()


@pytest.fixture(scope="session")
def shaped_consul(session_consul: Callable[..., Consul]) -> Consul:
    """A Consul with services of every shape, for tests that only read it."""
    server = session_consul()
    register_all(server)
    return server


# Nacos


@pytest.fixture(scope="session")
def session_nacos(programs: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Nacos]]:
    """session_nacos(log_in=True, ttl=5) starts a Nacos that lives as long as the run."""
    with ExitStack() as stack:
        def start(**settings: Any) -> Nacos:
            server = Nacos(programs["nacos"], tmp_path_factory.mktemp("nacos"), **settings)
            stack.callback(server.stop)
            return server.start()

        yield start


@pytest.fixture
def nacos(programs: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nacos]:
    """An empty Nacos for one test."""
    with ExitStack() as stack:
        server = Nacos(programs["nacos"], tmp_path_factory.mktemp("nacos"))
        stack.callback(server.stop)
        yield server.start()


@pytest.fixture(scope="session")
def new_nacos_client(programs: dict[str, Path], session_nacos: Callable[..., Nacos],
                     tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., NacosClient]]:
    """new_nacos_client(server) starts Nacos's own client, which registers what it is told; it ends before the servers."""
    with ExitStack() as stack:
        def start(server: Nacos, namespace: str = "") -> NacosClient:
            client = NacosClient(programs["nacos-client"], tmp_path_factory.mktemp("nacos-client"), server, namespace)
            stack.callback(client.kill)
            return client

        yield start


# etcd


@pytest.fixture(scope="session", params=["etcd", "etcd-debian"], ids=["3.6", "3.4"])
def etcd_program(request: pytest.FixtureRequest, programs: dict[str, Path]) -> Path:
    if request.param not in programs:
        pytest.skip("Debian's etcd could not be had here")
    return program(programs, request.param, "etcd", "server")


@pytest.fixture(scope="session")
def session_etcd(etcd_program: Path, programs: dict[str, Path],
                 tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Etcd]]:
    """session_etcd(tls=…, users=True) starts a server, of each version."""
    with ExitStack() as stack:
        def start(**settings: Any) -> Etcd:
            server = Etcd(etcd_program, programs["etcd-clients"], tmp_path_factory.mktemp("etcd"), **settings)
            stack.callback(server.stop)
            return server.start()

        yield start


@pytest.fixture(scope="session")
def _open_etcd(session_etcd: Callable[..., Etcd]) -> Etcd:
    return session_etcd()


@pytest.fixture
def etcd(_open_etcd: Etcd) -> Iterator[Etcd]:
    """An etcd that answers anybody, without a key."""
    yield _open_etcd
    _open_etcd.clear()


@pytest.fixture(scope="session")
def _guarded_etcd(session_etcd: Callable[..., Etcd], tmp_path_factory: pytest.TempPathFactory) -> Etcd:
    return session_etcd(tls=EtcdTls.make(tmp_path_factory.mktemp("certificates")), users=True)


@pytest.fixture
def guarded_etcd(_guarded_etcd: Etcd) -> Iterator[Etcd]:
    """An etcd that wants a certificate and a user: harness.etcd.ROOT, harness.etcd.READER."""
    yield _guarded_etcd
    _guarded_etcd.clear()


@pytest.fixture
def registered(programs: dict[str, Path]) -> Iterator[Callable[..., Registered]]:
    """registered(etcd, grpc=[…], go_zero=[…]) lets the frameworks' own clients register, until the test ends."""
    with ExitStack() as stack:
        yield lambda etcd, **what: stack.enter_context(Registered(etcd, programs["etcd-clients"], **what))


# ZooKeeper


@pytest.fixture(scope="session")
def _zookeeper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZooKeeper]:
    server = ZooKeeper(tmp_path_factory.mktemp("zookeeper")).start()
    yield server
    server.stop()


@pytest.fixture
def zookeeper(_zookeeper: ZooKeeper) -> Iterator[ZooKeeper]:
    """A ZooKeeper that holds nothing but its own nodes."""
    yield _zookeeper
    _zookeeper.cli("deleteall /services", "deleteall /dubbo", "deleteall /apps", "deleteall /east")


@pytest.fixture
def with_curator(programs: dict[str, Path], tmp_path: Path) -> Iterator[Callable[..., Client]]:
    """with_curator(zookeeper, [{…}, …]) registers with Curator's own client, until the test ends."""
    with ExitStack() as stack:
        yield lambda *arguments, **settings: stack.enter_context(
            curator(programs["zookeeper-clients"], tmp_path / "curator", *arguments, **settings))


@pytest.fixture
def with_dubbo(programs: dict[str, Path], tmp_path: Path) -> Iterator[Callable[..., Client]]:
    """with_dubbo(zookeeper, application=…, mode=…) registers with Dubbo's own client, until the test ends."""
    numbers = itertools.count(1)
    with ExitStack() as stack:
        yield lambda *arguments, **settings: stack.enter_context(
            dubbo(programs["zookeeper-clients"], tmp_path / f"dubbo{next(numbers)}", *arguments, **settings))
