"""What Nacos says of instances, and what becomes of it."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any

import pytest
from support.certificates import Authority, Certificate
from support.fake_nacos import SERVICE_V1, SERVICE_V3, FakeNacos
from support.faults import fails, says
from support.program import Program, Run

# Both ways of asking each of two servers. Where it is asked for as by its clients, what is disabled is not told, and what is
# protected is called healthy.
WAYS = [("2.3", ""), ("3.1", ""), ("2.3", "&apiVersion=v2"), ("open v1", "")]
WEB = "web.default-group.public.nacos"


class Asked:
    """A server, and how it is asked."""

    def __init__(self, server: FakeNacos, settings: str) -> None:
        self.nacos = server
        self.settings = settings
        self.as_clients = bool(settings) or server.version.startswith("open")
        self.register, self.service, self.always = server.register, server.service, server.always


@pytest.fixture(params=WAYS, ids=lambda way: "".join(way))
def server(request: pytest.FixtureRequest, new_nacos: Callable[..., FakeNacos]) -> Asked:
    version, settings = request.param
    return Asked(new_nacos(version), settings)


def export(r2i: Program, server: Asked | FakeNacos, *flags: str, settings: str = "?group=DEFAULT_GROUP") -> Run:
    asked = server if isinstance(server, Asked) else Asked(server, "")
    return r2i("export", "--from", f"nacos={asked.nacos.address}{settings}{asked.settings}", "-v", *flags)


def addresses(run: Run, host: str = WEB) -> list[str]:
    return [one["address"] for one in run.entry(host).get("endpoints", [])]


def test_health(r2i: Program, server: Asked) -> None:
    server.register("web", "10.0.0.1")
    server.register("web", "10.0.0.2", healthy=False)
    server.register("web", "10.0.0.3", enabled=False)
    server.register("web", "10.0.0.4", ephemeral=False)
    run = export(r2i, server)
    assert run.code == 0 and addresses(run) == ["10.0.0.1", "10.0.0.4"], run
    assert "R2I2010" in run.stderr and ("R2I2012" in run.stderr) != server.as_clients
    assert addresses(export(r2i, server, "--health", "any")) == ["10.0.0.1", "10.0.0.2", "10.0.0.4"]


@pytest.mark.parametrize("threshold, healthy, ill, expected", [
    (0.0, 1, 1, 1), (0.5, 1, 1, 2), (0.4, 1, 1, 1), (0.3, 3, 7, 10), (1.0, 1, 1, 2), (1.0, 2, 0, 2), (0.1, 0, 2, 2),
])
def test_protection_threshold(r2i: Program, server: Asked, threshold: float, healthy: int, ill: int,
                              expected: int) -> None:
    """Where too few are healthy, all of them are exported, as their operator wants it, and that is said. Disabled ones count
    for nothing."""
    server.service("web", threshold=threshold)
    for number in range(healthy + ill):
        server.register("web", f"10.0.0.{number + 1}", healthy=number < healthy)
    server.register("web", "10.0.1.1", enabled=False)
    run = export(r2i, server)
    assert run.code == 0 and len(addresses(run)) == expected, run
    # A threshold of 1 is reached by all who are healthy, too; clients cannot tell.
    said = expected > healthy or (server.as_clients and threshold == 1)
    assert ('R2I1040 warning: service "web" of nacos/public' in run.stderr) == said


def test_no_threshold_and_nobody_healthy(r2i: Program, server: Asked) -> None:
    """Nacos tells its clients then that all are healthy; here the service stays, without endpoints, unless the server tells nobody
    the threshold."""
    server.service("web")
    for number in (1, 2):
        server.register("web", f"10.0.0.{number}", healthy=False)
    run = export(r2i, server)
    is_told = not server.nacos.version.startswith("open")
    assert run.code == 0 and addresses(run) == ([] if is_told else ["10.0.0.1", "10.0.0.2"]), run
    assert ("R2I1040" in run.stderr, "R2I2060" in run.stderr) == (not is_told, is_told), run


def test_threshold_is_asked_only_where_it_matters(r2i: Program, server: Asked) -> None:
    for number in range(5):
        server.register(f"well-{number}")
    server.register("web", "10.0.0.1", healthy=False)
    server.register("web", "10.0.0.2")
    assert export(r2i, server).code == 0
    asked = [request.query["serviceName"][0] for request in server.nacos.requests if request.path.endswith("/ns/service")]
    assert asked == ([] if server.as_clients else ["web"])


@pytest.mark.parametrize("step", [fails(500, "broken"), fails(403, "no"), says(""), says("{}"), fails(404)])
@pytest.mark.parametrize("version, path", [("2.3", SERVICE_V1), ("3.1", SERVICE_V3)])
def test_threshold_that_cannot_be_read(r2i: Program, new_nacos: Callable[..., FakeNacos], version: str, path: str,
                                       step: Any) -> None:
    server = new_nacos(version)
    server.register("web", "10.0.0.1", healthy=False)
    server.register("pay", "10.0.0.2")
    server.always(path, step)
    run = export(r2i, server)
    assert run.code == 3 and run.out == b"" and "its protection threshold: " in run.stderr, run
    partial = export(r2i, server, "--allow-partial")
    assert partial.hosts == ["pay.default-group.public.nacos"], partial


def test_threshold_that_clients_are_not_told(r2i: Program, new_nacos: Callable[..., FakeNacos]) -> None:
    """Of a server that only has the clients' API, what it tells clients is all that can be known."""
    server = new_nacos("open v1")
    server.service("web")
    server.register("web", "10.0.0.1", healthy=False)
    server.always(SERVICE_V1, fails(410))
    run = export(r2i, server)
    assert run.code == 0 and addresses(run) == ["10.0.0.1"] and "R2I1040 warning" in run.stderr, run


def test_weights(r2i: Program, server: Asked) -> None:
    for number, weight in enumerate((0.5, 1, 2.25, 0), start=1):
        server.register("web", f"10.0.0.{number}", weight=weight)
    run = export(r2i, server)
    assert run.code == 0 and "R2I2013" in run.stderr, run
    weights = {one["address"]: one["weight"] for one in run.entry(WEB)["endpoints"]}
    assert weights == {"10.0.0.1": 50, "10.0.0.2": 100, "10.0.0.3": 225}


def test_clusters_are_localities(r2i: Program, server: Asked) -> None:
    server.register("web", "10.0.0.1")
    server.register("web", "10.0.0.2", cluster="hz-a")
    run = export(r2i, server)
    assert [one.get("locality") for one in run.entry(WEB)["endpoints"]] == [None, "hz-a"], run
    only = export(r2i, server, settings="?group=DEFAULT_GROUP&cluster=hz-a,hz-b")
    assert addresses(only) == ["10.0.0.2"], only
    default = export(r2i, server, settings="?group=DEFAULT_GROUP&cluster=DEFAULT")
    assert addresses(default) == ["10.0.0.1"], default


def test_threshold_counts_all_clusters(r2i: Program, server: Asked) -> None:
    server.service("web", threshold=0.5)
    server.register("web", "10.0.0.1", healthy=False)
    for number in (2, 3, 4):
        server.register("web", f"10.0.0.{number}", cluster="b")
    run = export(r2i, server, settings="?group=DEFAULT_GROUP&cluster=DEFAULT")
    assert addresses(run) == [] and "R2I1040" not in run.stderr, run


def test_groups(r2i: Program, server: Asked) -> None:
    for number, group in enumerate(("DEFAULT_GROUP", "PAY", "Pay_2"), start=1):
        server.register("web", f"10.0.0.{number}", group=group)
    run = export(r2i, server, settings="?group=DEFAULT_GROUP,PAY,Pay_2")
    assert run.code == 0 and run.hosts == [WEB, "web.pay-2.public.nacos", "web.pay.public.nacos"], run
    assert export(r2i, server, settings="?group=PAY").hosts == ["web.pay.public.nacos"]


def test_ports_addresses_metadata(r2i: Program, server: Asked) -> None:
    server.register("web", "10.0.0.1", 8080, metadata={"version": "v2", "preserved.register.source": "SPRING_CLOUD"})
    server.register("no-port", "10.0.0.1", 0)
    server.register("by-name", "pay.example.com", 8080)
    server.register("six", "2001:db8::1", 8080)
    server.register("secure", "10.0.0.1", 8443, metadata={"secure": "true"})
    server.register("gRPC", "10.0.0.1", 9000, metadata={"protocol": "grpc"})
    run = export(r2i, server)
    assert run.code == 0, run
    assert run.entry(WEB)["endpoints"] == [{"address": "10.0.0.1", "labels": {"version": "v2"}}]
    assert run.entry("by-name.default-group.public.nacos")["resolution"] == "DNS"
    assert addresses(run, "six.default-group.public.nacos") == ["2001:db8::1"]
    assert run.entry("secure.default-group.public.nacos")["ports"][0]["protocol"] == "HTTPS"
    assert run.entry("grpc.default-group.public.nacos")["ports"][0]["protocol"] == "GRPC"
    assert "no-port.default-group.public.nacos" not in run.hosts and "R2I2061" in run.stderr


def test_dubbo(r2i: Program, server: Asked) -> None:
    """Interfaces have the names that Dubbo gives them; what consumes them is no service."""
    interface = "providers:com.acme.Foo:1.0.0:"
    server.register(interface, "10.0.0.1", 20880, metadata={"protocol": "tri", "side": "provider"})
    server.register("consumers:com.acme.Foo:1.0.0:", "10.0.0.9", 0)
    server.register("shop", "10.0.0.1", 20881, metadata={"dubbo.endpoints": '[{"port":20881,"protocol":"tri"}]'})
    run = export(r2i, server)
    assert run.code == 0 and "R2I2001 info" in run.stderr, run
    assert run.hosts == ["providers-com-acme-foo-1-0-0.default-group.public.nacos", "shop.default-group.public.nacos"]
    assert {entry["spec"]["ports"][0]["protocol"] for entry in run.objects} == {"GRPC"}
    assert run.objects[0]["metadata"]["annotations"]["registry2istio.io/service"] == interface


def test_service_without_instances(r2i: Program, server: Asked) -> None:
    server.service("web")
    server.register("pay", "10.0.0.1")
    run = export(r2i, server)
    assert run.code == 0 and run.hosts == ["pay.default-group.public.nacos"] and "R2I2061" in run.stderr, run


def test_excluded_services_cost_nothing(r2i: Program, server: Asked) -> None:
    server.register("web", "10.0.0.1")
    server.register("other", "10.0.0.2", healthy=False)
    server.always("hosts other", fails(500))
    for path in (SERVICE_V1, SERVICE_V3):
        server.always(path, fails(500))
    run = export(r2i, server, "--exclude", "other")
    assert run.code == 0 and run.hosts == [WEB] and "R2I2003 info" in run.stderr, run


def test_text_that_is_no_utf8(r2i: Program, nacos: FakeNacos) -> None:
    nacos.register("latin", "10.0.0.9", metadata={"owner": "Joerg"})
    def step(exchange: Any) -> None:
        says(exchange.usual().body.replace(b"Joerg", b"J\xf6rg"))(exchange)
    nacos.always("page 1", step)
    run = r2i("fetch", "--from", f"nacos={nacos.address}", "-v")
    assert run.code == 0 and "R2I1011 warning" in run.stderr, run
    latin = next(one for one in run.json["services"] if one["name"] == "latin")
    assert latin["instances"][0]["metadata"]["owner"] == "J\ufffdrg"


def test_same_bytes_whatever_the_version(r2i: Program, new_nacos: Callable[..., FakeNacos]) -> None:
    outputs = []
    for version in ("1.4", "2.3", "3.1", "open v1", "open v2"):
        for turn in (1, -1):
            server = new_nacos(version)
            for number in range(20)[::turn]:
                server.register(f"s{number:02}", f"10.0.0.{number + 1}", weight=number + 1, cluster=f"c{number % 3}",
                                metadata={"version": f"v{number}", "zone": "a"})
            run = r2i("export", "--from", f"nacos={server.address}?pageSize=3&group=DEFAULT_GROUP")
            assert run.code == 0, run
            outputs.append(run.out)
    assert len(set(outputs)) == 1


def test_expectations(r2i: Program, nacos: FakeNacos) -> None:
    source = f"nacos={nacos.address}?expect.minServices="
    assert r2i("export", "--from", source + "3").code == 0
    run = r2i("export", "--from", source + "4")
    assert run.code == 3 and "R2I1007" in run.stderr, run


def test_check_source(r2i: Program, nacos: FakeNacos) -> None:
    run = r2i("check", "source", "--from", f"nacos={nacos.address}")
    assert run.code == 0 and WEB in run.stdout, run


def test_why(r2i: Program, nacos: FakeNacos) -> None:
    run = r2i("why", "web", "--from", f"nacos={nacos.address}")
    assert run.code == 0 and WEB in run.stdout and "10.0.0.3" in run.stdout, run


def test_tls(r2i: Program, new_nacos: Callable[..., FakeNacos], authority: Authority, server_certificate: Certificate,
             client_certificate: Certificate) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server_certificate.cert, server_certificate.key)
    context.load_verify_locations(authority.ca)
    context.verify_mode = ssl.CERT_REQUIRED
    server = new_nacos("3.1", tls=context)
    server.register("web", "10.0.0.1")
    certificate = f"certFile={client_certificate.cert}&keyFile={client_certificate.key}"
    run = r2i("export", "--from", f"nacos={server.address}?caFile={authority.ca}&{certificate}")
    assert run.code == 0 and run.hosts == [WEB], run
    assert r2i("export", "--from", f"nacos={server.address}?{certificate}").code == 3
    assert r2i("export", "--from", f"nacos={server.address}?caFile={authority.ca}").code == 3
    insecure = r2i("export", "--from", f"nacos={server.address}?insecureSkipVerify=true&{certificate}", "-v")
    assert insecure.code == 0 and "R2I1030 warning" in insecure.stderr, insecure
