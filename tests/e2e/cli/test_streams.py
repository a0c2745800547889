"""Standard output is data, and nothing but data; everything else is on standard error."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from support.fake_consul import FakeConsul
from support.faults import fails, rewritten
from support.program import Program, Run
from support.snapshots import instance, service, snapshot, write

ESCAPE = "\x1b"


@pytest.fixture
def source(tmp_path: Path) -> str:
    """Two services that can be exported and, with an error, one that cannot; two instances that are left out."""
    write(tmp_path / "snapshot.json", snapshot(
        service("api", instance("10.0.0.1"), *(instance(f"10.0.0.{last}", health="critical") for last in (2, 3))),
        service("db", instance("10.0.0.4", 5432)), service("web", instance("10.0.0.5", 8443))))
    return "file=snapshot.json"


@pytest.fixture
def large(tmp_path: Path) -> str:
    """More than any pipe holds."""
    many = (service(f"service-{number}", instance(f"10.1.{number // 250}.{number % 250}")) for number in range(2000))
    write(tmp_path / "large.json", snapshot(*many))
    return "file=large.json"


# Formats


@pytest.mark.parametrize("layout", ["inline", "workload-entries"])
@pytest.mark.parametrize("noise", [(), ("-v",), ("-v", "--color", "always"), ("--quiet",)])
def test_formats_agree(r2i: Program, source: str, noise: tuple[str, ...], layout: str) -> None:
    def export(form: str) -> Run:
        run = r2i("export", "--from", source, "-o", form, "--layout", layout, "-n", "mesh", *noise)
        assert run.code == 1, run
        return run

    as_yaml, as_json, as_names = export("yaml"), export("json"), export("name")
    assert as_json.json["kind"] == "List" and as_json.json["apiVersion"] == "v1"
    assert as_json.json["items"] == as_yaml.objects and len(as_yaml.objects) >= 2
    assert as_names.stdout.splitlines() == [
        f"{entry['kind'].lower()}.networking.istio.io/{entry['metadata']['name']}" for entry in as_yaml.objects]
    assert as_yaml.err == as_json.err == as_names.err
    for run in (as_yaml, as_json, as_names):
        assert run.stdout.endswith("\n") and "\r" not in run.stdout and ESCAPE not in run.stdout


def test_api_version_is_that_of_every_object(r2i: Program, source: str) -> None:
    for version in ("v1", "v1beta1"):
        run = r2i("export", "--from", source, "--api-version", version, "--layout", "workload-entries")
        assert {entry["apiVersion"] for entry in run.objects} == {f"networking.istio.io/{version}"}, run


def test_nothing_to_export(r2i: Program, tmp_path: Path) -> None:
    write(tmp_path / "empty.json", snapshot())
    for form, expected in (("yaml", b""), ("name", b"")):
        run = r2i("export", "--from", "file=empty.json", "-o", form)
        assert run.code == 0 and run.out == expected and "nothing to export" in run.stderr, run
    assert r2i("export", "--from", "file=empty.json", "-o", "json").json["items"] == []


def test_version_formats(r2i: Program) -> None:
    known = r2i("version", "-o", "json").json
    assert yaml.safe_load(r2i("version", "-o", "yaml").stdout) == known
    # What a build does without is said, too.
    assert sorted(known["sources"] + known.get("leftOut", [])) == [
        "consul", "etcd", "eureka", "exec", "file", "nacos", "zookeeper"]
    for run in (r2i("version"), r2i("version", "-o", "name"), r2i("--version")):
        assert run.stdout.splitlines()[0] == f"registry2istio {known['version']}"


# Messages


def test_summary(r2i: Program, source: str) -> None:
    run = r2i("export", "--from", source)
    assert run.code == 1 and run.stderr.splitlines() == [
        'R2I2040 error: service "db" of consul/dc1: withheld: port 5432 is TCP (well-known port 5432) and the host has no '
        'address of its own',
        run.stderr.splitlines()[1],  # what to do
        "read consul: dc1", "3 services, 5 instances", "2 ServiceEntries with 2 endpoints",
        "left out: 1 service: 1 TCP without an address of its own", "left out: 2 instances: 2 unhealthy",
        "-v shows each of them",
    ], run


def test_verbose_shows_each_loss(r2i: Program, source: str) -> None:
    run = r2i("export", "--from", source, "-v")
    assert run.stderr.count("R2I2010 info:") == 2 and "-v shows" not in run.stderr, run
    for address in ("10.0.0.2", "10.0.0.3"):
        assert address in run.stderr


def test_quiet_leaves_errors_alone(r2i: Program, source: str) -> None:
    run = r2i("export", "--from", source, "--quiet")
    assert run.code == 1 and len(run.stderr.splitlines()) == 2 and run.stderr.startswith("R2I2040 error:"), run
    silent = r2i("export", "--from", source, "--quiet", "--exclude", "db")
    assert silent.code == 0 and silent.err == b"", silent


def test_quiet_failure_still_says_why(r2i: Program, consul: FakeConsul) -> None:
    consul.always_list(fails(403))
    run = r2i("export", "--from", f"consul={consul.address}", "-q")
    assert run.code == 3 and "R2I1001 error:" in run.stderr and "nothing was printed" in run.stderr, run


def test_repaired_text_is_counted(r2i: Program, consul: FakeConsul) -> None:
    """What is altered is said, and counted by reason."""
    consul.register("latin", "10.0.0.9", meta={"owner": "Joerg"})
    consul.always_detail("latin", rewritten(b"Joerg", b"J\xf6rg"))
    verbose = r2i("export", "--from", f"consul={consul.address}", "-v")
    assert verbose.code == 0 and "R2I1011 warning:" in verbose.stderr, verbose
    run = r2i("export", "--from", f"consul={consul.address}")
    assert run.code == 0 and "1 text repaired" in run.stderr, run


# Ends of a pipe


def test_reader_that_goes_early(r2i: Program, large: str) -> None:
    """`| head -1` is no error."""
    with r2i.start("export", "--from", large) as started:
        head = subprocess.run(["head", "-1"], stdin=started.process.stdout, capture_output=True, check=True)
        assert started.process.stdout is not None
        started.process.stdout.close()
        started.process.stdout = None
        run = started.wait()
    assert head.stdout == b"apiVersion: networking.istio.io/v1\n"
    assert run.code in (-signal.SIGPIPE, 0) and "error" not in run.stderr and "bug" not in run.stderr, run


def test_reader_of_messages_that_goes_early(r2i: Program, source: str) -> None:
    """The data is what matters."""
    read, write_end = os.pipe()
    os.close(read)
    with r2i.start("export", "--from", source, "-v", stderr=write_end) as started:
        os.close(write_end)
        run = started.wait()
    assert run.code == 1 and len(run.objects) == 2, run


@contextmanager
def full_device() -> Iterator[int]:
    descriptor = os.open("/dev/full", os.O_WRONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("arguments", [
    ("export", "--from", "SOURCE"), ("export", "--from", "SOURCE", "-o", "json"),
    ("export", "--from", "SOURCE", "-o", "name"), ("export", "--from", "LARGE"),
    ("fetch", "--from", "SOURCE"), ("fetch", "--from", "SOURCE", "--output-file", "/dev/full/x"),
    ("fetch", "--from", "SOURCE", "--output-file", "missing/x.json"), ("version",), ("version", "-o", "json"),
    ("completion", "bash"), ("--help",), ("export", "--help"), ("--version",),
], ids=" ".join)
def test_output_that_cannot_be_written(r2i: Program, source: str, large: str, arguments: tuple[str, ...]) -> None:
    words = [word.replace("SOURCE", source).replace("LARGE", large) for word in arguments]
    with full_device() as full, r2i.start(*words, stdout=full) as started:
        run = started.wait()
    assert run.code == 6 and "error: cannot " in run.stderr, run


@pytest.mark.parametrize("closing, code, complaint", [(">&-", 6, b"cannot write to standard output"), ("2>&-", 0, b""),
                                                      ("<&- >&- 2>&-", 6, b"")])
def test_closed_streams(r2i: Program, consul: FakeConsul, closing: str, code: int, complaint: bytes) -> None:
    """What is written must not end up in a connection that got the number of the stream."""
    command = ["bash", "-c", f'"$@" {closing}', "bash", r2i.path, "export", "-v", "--from", f"consul={consul.address}"]
    done = subprocess.run(command, cwd=r2i.home, env=r2i.environment(), capture_output=True, timeout=60, check=False)
    assert done.returncode == code and complaint in done.stderr, done
    assert {request.method for request in consul.requests} == {"GET"} and len(consul.requests) == 5
