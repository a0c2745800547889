"""`check source`: what is discovered, how it is decided, and whether that is all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support import terminal
from support.fake_consul import FakeConsul
from support.faults import fails
from support.program import SECRET, Program, Run
from support.snapshots import instance, scope, service, snapshot, snapshot_list, write

HEAD = "apiVersion: registry2istio.io/v1\nkind: Config\n"


@pytest.fixture
def source(tmp_path: Path) -> str:
    """A service of each sort."""
    write(tmp_path / "snapshot.json", snapshot(
        service("web", instance("10.0.0.1", 8080, tags=["http2"]), instance("10.0.0.2", 8080, health="critical", tags=["http2"]),
                instance("10.0.0.3", 8080, health="warning", tags=["http2"])),
        service("pay", instance("10.0.1.1", 9000)),
        service("db", instance("10.0.2.1", 5432)),
        service("mixed", {"id": "m", "address": "10.0.3.1", "health": "passing",
                          "ports": [{"number": 80, "name": "web"}, {"number": 3306, "name": "sql"}]}),
        service("consul", instance("10.0.4.1", 8300)),
        service("idle", instances=[]),
    ))
    (tmp_path / "mesh.yaml").write_text(
        f"{HEAD}rules:\n- name: payments\n  match: {{service: pay}}\n  set: {{protocol: grpc, host: 'pay.shop'}}\n")
    return "file=snapshot.json"


TABLE = """\
SCOPE        SERVICE   INSTANCES               PORTS   PROTOCOL                               HOST                   NOT EXPORTED
consul/dc1   consul    1 passing               -       -                                      -                      left out: the registry's own (R2I2001)
consul/dc1   db        1 passing               5432    TCP (well-known port 5432), withheld   db.service.consul      withheld: TCP without an address of its own (R2I2040)
consul/dc1   idle      none                    -       -                                      idle.service.consul    left out: no known port (R2I2061)
consul/dc1   mixed     1 passing               80      HTTP (default)                         mixed.service.consul
                                               3306    TCP (well-known port 3306), withheld
consul/dc1   pay       1 passing               9000    GRPC (rule "payments" (mesh.yaml:6))   pay.shop
consul/dc1   web       1 passing, 1 warning,   8080    HTTP2 (tag http2)                      web.service.consul
                       1 critical

consul/dc1: complete, 6 services
6 services (3 not exported), 7 instances: 5 passing, 1 warning, 1 critical
"""


def words(text: str) -> list[str]:
    """The lines without the widths of the columns."""
    return [re.sub(r"  +", "  ", line) for line in text.splitlines()]


def test_table(r2i: Program, source: str) -> None:
    run = r2i("check", "source", "--from", source, "-c", "mesh.yaml")
    assert run.code == 1 and run.err == b"", run
    assert run.stdout == TABLE
    assert r2i("check", "source", "--from", source, "-c", "mesh.yaml").out == run.out


def test_it_is_what_an_export_does(r2i: Program, source: str) -> None:
    """Hosts, ports and protocols of what is said to be exported are those of the objects."""
    flags = ("--from", source, "-c", "mesh.yaml", "-o", "json")
    found = r2i("check", "source", *flags).json["services"]
    exported = {one["host"]: [(port["number"], port["name"], port["protocol"]) for port in one["ports"]
                              if not port.get("withheld")] for one in found if one["exported"]}
    objects = r2i("export", *flags).json["items"]
    assert exported == {item["spec"]["hosts"][0]: [(port["number"], port["name"], port["protocol"])
                                                   for port in item["spec"]["ports"]] for item in objects}
    assert len(exported) == 3


def test_json(r2i: Program, source: str) -> None:
    found = r2i("check", "source", "--from", source, "-c", "mesh.yaml", "-o", "json").json
    assert found["scopes"] == [
        {"source": "consul", "kind": "consul", "scope": "dc1", "complete": True, "services": 6}]
    by_name = {one["name"]: one for one in found["services"]}
    assert list(by_name) == ["consul", "db", "idle", "mixed", "pay", "web"]
    assert by_name["pay"] == {
        "source": "consul", "scope": "dc1", "name": "pay", "complete": True, "instances": {"passing": 1},
        "ports": [{"number": 9000, "name": "grpc-9000", "protocol": "GRPC", "decidedBy": 'rule "payments" (mesh.yaml:6)'}],
        "host": "pay.shop", "hostDecidedBy": 'rule "payments" (mesh.yaml:6)', "exported": True}
    assert by_name["db"]["code"] == "R2I2040" and by_name["db"]["exported"] is False
    assert by_name["db"]["ports"][0]["withheld"] is True
    assert by_name["web"]["instances"] == {"passing": 1, "warning": 1, "critical": 1}


def test_names(r2i: Program, source: str) -> None:
    run = r2i("check", "source", "--from", source, "-o", "name")
    assert run.code == 1 and run.stdout.splitlines() == [
        f"consul/dc1/{name}" for name in ("consul", "db", "idle", "mixed", "pay", "web")]


def test_many_ports_are_folded(r2i: Program, tmp_path: Path) -> None:
    write(tmp_path / "s.json", snapshot(service("web", *(instance("10.0.0.1", 31000 + i) for i in range(6)))))
    run = r2i("check", "source", "--from", "file=s.json")
    assert words(run.stdout)[1:4] == [
        "consul/dc1  web  6 passing  80, 31000, 31001, 31002,  HTTP (default)  web.service.consul",
        "  31003, 31004, 31005", ""]


def test_undecided_and_twins(r2i: Program, tmp_path: Path) -> None:
    """With DNS capture a protocol may stay open; of two services with one host neither is exported."""
    write(tmp_path / "s.json", snapshot(service("a_b"), service("a.b", instance("10.0.0.2"))))
    run = r2i("check", "source", "--from", "file=s.json", "--dns-capture")
    assert run.code == 1 and run.stdout.count("undecided (default)") == 2, run
    assert run.stdout.count("withheld: host taken by another service (R2I2022)") == 2


def test_groups_have_a_column_where_there_are_some(r2i: Program, tmp_path: Path) -> None:
    write(tmp_path / "s.json", snapshot(service("web", group="shop", namespace="public"), name="nacos", kind="nacos"))
    run = r2i("check", "source", "--from", "file=s.json")
    assert words(run.stdout)[:2] == ["SCOPE  NAMESPACE  GROUP  SERVICE  INSTANCES  PORTS  PROTOCOL  HOST",
                                     "nacos/dc1  public  shop  web  1 passing  8080  HTTP (default)  web.shop.public.nacos"]


def test_a_rule_for_no_service(r2i: Program, source: str, tmp_path: Path) -> None:
    (tmp_path / "mesh.yaml").write_text(f"{HEAD}rules:\n- name: typo\n  match: {{service: pya}}\n  set: {{weight: 2}}\n")
    run = r2i("check", "source", "--from", source, "-c", "mesh.yaml")
    told = 'mesh.yaml:4:3: rules[0]: the rule "typo" is for no service'
    assert run.code == 1 and run.stdout.splitlines()[-2] == told, run
    assert r2i("check", "source", "--from", source, "-c", "mesh.yaml", "-o", "json").json["unusedRules"] == [told]


# What was not read in full


def test_a_scope_that_is_incomplete(r2i: Program, tmp_path: Path) -> None:
    write(tmp_path / "s.json", snapshot_list(
        snapshot(service("web"), scopes=[scope("dc2"), scope("dc1", complete=False, problems=["no leader"])]),
        snapshot(service("api"), name="east", kind="eureka")))
    run = r2i("check", "source", "--from", "file=s.json")
    assert run.code == 3 and "error: a source was not read in full" in run.stderr, run
    lines = words(run.stdout)
    assert lines[1].startswith("consul/dc2  web  1 passing") and lines[2].startswith("east/dc1  api  1 passing")
    assert lines[3:] == ["", "consul/dc1: incomplete, 0 services", "  no leader", "consul/dc2: complete, 1 service",
                         "east/dc1: complete, 1 service", "2 services, 2 instances: 2 passing"]
    assert r2i("check", "source", "--from", "file=s.json", "-o", "json").json["scopes"][0]["problems"] == ["no leader"]


def test_a_registry(r2i: Program, consul: FakeConsul) -> None:
    run = r2i("check", "source", "--from", f"consul={consul.address}")
    assert run.code == 0, run
    assert words(run.stdout)[1:] == [
        "consul/dc1  api  1 passing  8080  HTTP (default)  api.service.consul",
        "consul/dc1  consul  1 passing  -  -  -  left out: the registry's own (R2I2001)",
        "consul/dc1  pay  1 passing  8080  HTTP (default)  pay.service.consul",
        "consul/dc1  web  1 passing  8080  HTTP (default)  web.service.consul", "",
        f"consul/dc1 at {consul.address}: complete, 4 services", "4 services (1 not exported), 4 instances: 4 passing"]


def test_a_service_that_could_not_be_read(r2i: Program, consul: FakeConsul) -> None:
    consul.always_detail("pay", fails(500))
    run = r2i("check", "source", "--from", f"consul={consul.address}")
    assert run.code == 3, run
    assert "consul/dc1  pay  not read  -  -  pay.service.consul  withheld: could not be read (R2I1002)" in words(run.stdout)
    assert "incomplete, 4 services" in run.stdout and 'R2I1002 error: service "pay"' in run.stderr


def test_a_registry_that_is_down(r2i: Program, consul: FakeConsul) -> None:
    consul.always_list(fails(500))
    run = r2i("check", "source", "--from", f"consul={consul.address}")
    assert run.code == 3 and "SERVICE" not in run.stdout, run
    assert run.stdout.startswith(f"consul/default at {consul.address}: incomplete, 0 services\n  ")
    assert run.stdout.endswith("\n0 services, 0 instances\n")


def test_a_file_that_is_no_snapshot(r2i: Program, tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text("{}")
    run = r2i("check", "source", "--from", "file=s.json")
    assert run.code == 3 and "R2I1020 error: s.json" in run.stderr, run


# Who looks at it


def test_hostile_names_and_secrets(r2i: Program, tmp_path: Path) -> None:
    write(tmp_path / "s.json", snapshot(
        service("a\x1b[31m\nb", instance(tags=[f"password={SECRET}"], metadata={"token": SECRET + "t"}))))
    for output in ("table", "json", "name"):
        run = r2i("check", "source", "--from", "file=s.json", "-o", output, "-v")
        assert run.code == 0 and SECRET not in run.stdout + run.stderr and "\x1b" not in run.stdout, run
    assert len(r2i("check", "source", "--from", "file=s.json").stdout.splitlines()) == 5


def on_terminal(r2i: Program, *arguments: str) -> tuple[Run, str]:
    """The run with a terminal as its standard output, and what that terminal got."""
    run, shown = terminal.on_terminal(r2i, arguments, "stdout")
    return run, shown.replace("\r\n", "\n")


def test_terminal(r2i: Program, source: str) -> None:
    """The same table, with its titles in bold."""
    run, shown = on_terminal(r2i, "check", "source", "--from", source, "-c", "mesh.yaml")
    assert run.code == 1 and shown.startswith("\x1b[1mSCOPE ") and shown.splitlines()[0].endswith("\x1b[0m")
    assert re.sub(r"\x1b\[[0-9;]*m", "", shown) == TABLE
    _, plain = on_terminal(r2i, "check", "source", "--from", source, "-c", "mesh.yaml", "--color", "never")
    assert plain == TABLE


@pytest.mark.parametrize("arguments, said", [((), "no source"), (("--from", "consol"), '(did you mean "consul"?)'),
                                             (("--from", "consul", "-o", "tabel"), '(did you mean "table"?)')])
def test_usage(r2i: Program, arguments: tuple[str, ...], said: str) -> None:
    run = r2i("check", "source", *arguments)
    assert run.code == 2 and run.out == b"" and said in run.stderr, run
