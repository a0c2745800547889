"""Every flag has a variable that does the same; the flag counts more."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from test_plan_settings import DIRECTORY, DIRECTORY_SWITCHES
from support.fake_consul import FakeConsul
from support.faults import fails
from support.program import Program, Run
from support.snapshots import instance, service, snapshot, write

# Two good values of every flag that takes one; switches are in SWITCHES.
EXPORT_VALUES = {
    "--include": ("web", "api"), "--exclude": ("web", "api"), "--request-timeout": ("1s", "2s"), "--parallelism": ("1", "2"),
    "--namespace": ("mesh", "other"), "--owner": ("team-a", "team-b"), "--health": ("passing", "any"),
    "--host-template": ("{service}.mesh", "{service}.{scope}.mesh"), "--service-port": ("80", "instance"),
    "--protocol": ("grpc", "http2"), "--export-to": (".", "team-a"), "--tcp-without-address": ("export", "withhold"),
    "--layout": ("workload-entries", "inline"), "--output": ("json", "name"), "--api-version": ("v1beta1", "v1"),
    "--color": ("always", "never"), "--from": ("file=one.json", "file=two.json"),
    "--config": ("one.yaml", "two.yaml"), "--ignore": ("R2I2040", "R2I2060"),
}
EXPORT_SWITCHES = ["--allow-partial", "--dns-capture", "--verbose", "--quiet"]


def variable(flag: str) -> str:
    return "R2I_" + flag.removeprefix("--").replace("-", "_").upper()


@pytest.fixture(autouse=True)
def snapshots(tmp_path: Path) -> None:
    """one.json: api, db and web with instances of every health; two.json has a service more."""
    services = [
        service("api", instance("10.0.0.1", 8080), instance("10.0.0.2", 9090, health="warning")),
        service("db", instance("10.0.0.3", 5432)),
        service("web", instance("10.0.0.4", 80), instance("10.0.0.5", 8080, health="critical")),
    ]
    write(tmp_path / "one.json", snapshot(*services))
    write(tmp_path / "two.json", snapshot(*services, service("extra")))
    for name, health in (("one", "any"), ("two", "passing")):
        head = "apiVersion: registry2istio.io/v1\nkind: Config\n"
        (tmp_path / f"{name}.yaml").write_text(f"{head}defaults: {{health: {health}}}\n")


def export(r2i: Program, *arguments: str, env: dict[str, str] | None = None) -> Run:
    """An export of one.json, unless arguments or variables name another source."""
    named = "--from" in arguments or "R2I_FROM" in (env or {})
    return r2i("export", *([] if named else ["--from", "file=one.json"]), *arguments, env=env)


def result(run: Run) -> tuple[int, bytes, bytes]:
    return run.code, run.out, run.err


def test_table_has_every_flag(r2i: Program) -> None:
    """But those that matter for directories only."""
    flags = set(re.findall(r"^ +(?:-\w, )?(--[a-z-]+)", r2i("export", "--help").stdout, re.M))
    # What a run is judged by, and where that is written, has tests of its own.
    assert flags - {"--help", "--report", "--strict"} == {*EXPORT_VALUES, *EXPORT_SWITCHES, *DIRECTORY, *DIRECTORY_SWITCHES}


@pytest.mark.parametrize("flag", EXPORT_VALUES)
def test_variable_does_what_the_flag_does(r2i: Program, flag: str) -> None:
    first, second = EXPORT_VALUES[flag]
    by_flag = [export(r2i, flag, value) for value in (first, second)]
    assert result(export(r2i, env={variable(flag): first})) == result(by_flag[0])
    assert result(export(r2i, env={variable(flag): second})) == result(by_flag[1])
    if flag not in ("--request-timeout", "--parallelism"):  # they change nothing here
        assert result(by_flag[0]) != result(by_flag[1])


@pytest.mark.parametrize("flag", EXPORT_VALUES)
def test_flag_counts_more_than_its_variable(r2i: Program, flag: str) -> None:
    first, second = EXPORT_VALUES[flag]
    assert result(export(r2i, flag, first, env={variable(flag): second})) == result(export(r2i, flag, first))
    # Not even a value that cannot be read is looked at.
    assert result(export(r2i, flag, first, env={variable(flag): "[no good"})) == result(export(r2i, flag, first))


@pytest.mark.parametrize("flag", EXPORT_VALUES)
def test_empty_variable_is_none(r2i: Program, flag: str) -> None:
    if flag == "--from":
        assert r2i("export", env={"R2I_FROM": ""}).code == 2
    else:
        assert result(export(r2i, env={variable(flag): ""})) == result(export(r2i))


@pytest.mark.parametrize("flag", EXPORT_SWITCHES)
@pytest.mark.parametrize("truth, lie", [("true", "false"), ("1", "0")])
def test_switch(r2i: Program, flag: str, truth: str, lie: str) -> None:
    on, off = export(r2i, flag), export(r2i)
    assert result(export(r2i, env={variable(flag): truth})) == result(on)
    assert result(export(r2i, env={variable(flag): lie})) == result(off)
    assert result(export(r2i, f"{flag}=false", env={variable(flag): truth})) == result(off)
    assert result(export(r2i, f"{flag}=true", env={variable(flag): lie})) == result(on)
    if flag != "--allow-partial":
        assert result(on) != result(off)


@pytest.mark.parametrize("flag, value", [
    ("--output", "xml"), ("--request-timeout", "5"), ("--parallelism", "many"), ("--include", "["), ("--quiet", "maybe"),
    ("--host-template", "{x}"), ("--from", "consol=http://c"), ("--color", "red"), ("--service-port", "99999"),
])
def test_mistake_in_a_variable_names_the_variable(r2i: Program, flag: str, value: str) -> None:
    run = export(r2i, env={variable(flag): value})
    assert run.code == 2 and run.out == b"", run
    assert (variable(flag) if flag != "--from" else "consol") in run.stderr, run


@pytest.mark.parametrize("separator", ["\n", "\n\n", " \n "])
def test_several_values_of_a_variable_stand_on_lines(r2i: Program, separator: str) -> None:
    by_flags = export(r2i, "--include", "web", "--include", "a*")
    assert result(export(r2i, env={"R2I_INCLUDE": f"web{separator}a*\n"})) == result(by_flags)
    assert by_flags.hosts == ["api.service.consul", "web.service.consul"]


def test_several_sources_of_a_variable(r2i: Program, tmp_path: Path) -> None:
    write(tmp_path / "three.json", snapshot(service("three"), name="other"))
    run = r2i("export", env={"R2I_FROM": "file=one.json\nfile=three.json"})
    assert "three.service.consul" in run.hosts and "web.service.consul" in run.hosts, run


def test_flag_that_is_given_twice(r2i: Program) -> None:
    """The last one counts, but for those that may be given several times."""
    assert result(export(r2i, "-n", "a", "-n", "b")) == result(export(r2i, "--namespace=b"))
    assert export(r2i, "--export-to", "a", "--export-to", "b").entry("web.service.consul")["exportTo"] == ["a", "b"]


@pytest.mark.parametrize("form", [["-o", "name"], ["-oname"], ["--output", "name"], ["--output=name"]])
def test_forms_of_a_flag(r2i: Program, form: list[str]) -> None:
    run = export(r2i, *form)
    assert run.stdout.startswith("serviceentry.networking.istio.io/"), run


def test_letters_together(r2i: Program) -> None:
    assert result(export(r2i, "-vo", "name")) == result(export(r2i, "-v", "-o", "name"))


def test_fetch_has_its_variables_too(r2i: Program, tmp_path: Path) -> None:
    run = r2i("fetch", "--from", "file=one.json", env={"R2I_OUTPUT_FILE": "out.json", "R2I_KEEP_SECRETS": "true"})
    assert run.code == 0 and run.out == b"" and (tmp_path / "out.json").is_file(), run


def test_variables_of_other_commands_are_left_alone(r2i: Program) -> None:
    """Whoever exports R2I_HOST_TEMPLATE for every export can still fetch."""
    run = r2i("fetch", "--from", "file=one.json", env={"R2I_HOST_TEMPLATE": "{bad", "R2I_UNHEARD_OF": "x"})
    assert run.code == 0, run


def test_request_timeout_is_that_of_one_request(r2i: Program, consul: FakeConsul) -> None:
    """A registry may take longer in all. 0 means no limit."""
    consul.script_detail("pay", fails(503), fails(503))
    for value in ("5s", "0", "1m30s", "1500ms"):
        assert r2i("export", "--from", f"consul={consul.address}", "--request-timeout", value).code == 0
