"""What is typed wrongly: exit 2, nothing on standard output, the word in question and what was probably meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.fake_consul import FakeConsul
from support.program import SECRET, Program
from support.snapshots import service, snapshot, write

FILE = ("--from", "file=snapshot.json")

MISTAKES = {
    # command and flags
    "no command": ((), ["no command", "Usage:", "Commands:"]),
    "unknown command": (("exprot",), ['unknown command "exprot" (did you mean "export"?)']),
    "unlike any command": (("frobnicate",), ['unknown command "frobnicate"\n']),
    "flag before the command": (("--from", "consul", "export"), ["flag before the command"]),
    "help of an unknown command": (("help", "exprot"), ['"exprot" (did you mean "export"?)']),
    "unknown flag": (("export", *FILE, "--nmaespace", "x"), ['unknown flag --nmaespace (did you mean "--namespace"?)']),
    "unknown flag with a value": (("export", *FILE, "--nmaespace=x"), ['--nmaespace (did you mean "--namespace"?)']),
    "unlike any flag": (("fetch", *FILE, "--frobnicate"), ["unknown flag --frobnicate\n"]),
    "unknown letter": (("export", *FILE, "-x"), ["unknown flag -x"]),
    "flag of another command": (("fetch", *FILE, "--host-template", "x"), ["unknown flag --host-template"]),
    "abbreviated flag": (("export", *FILE, "--verb"), ["unknown flag --verb"]),
    "operand": (("export", *FILE, "web"), ['unexpected argument "web"']),
    "flag without a value": (("export", "--from"), ["--from"]),
    "flag whose value would be a flag": (("export", *FILE, "-n", "--quiet"), ["-n"]),
    "sources": (("export",), ["no source", "--from consul=http://127.0.0.1:8500"]),
    # choices
    "output": (("export", *FILE, "-o", "yml"),
        ['--output: expected one of yaml, json, name, got "yml" (did you mean "yaml"?)']),
    "two letters swapped": (("export", *FILE, "-o", "ymal"), ['(did you mean "yaml"?)']),
    "colour": (("export", *FILE, "--color=sometimes"), ["--color: expected one of auto, always, never"]),
    "health": (("export", *FILE, "--health", "helthy"), ["--health: expected one of warning, passing, any"]),
    "protocol": (("export", *FILE, "--protocol", "gRPC"), ['--protocol: expected one of tcp, ', 'got "gRPC"']),
    "layout": (("export", *FILE, "--layout", "workload-entry"), ["--layout:", '(did you mean "workload-entries"?)']),
    "API version": (("export", *FILE, "--api-version", "v2"), ["--api-version: expected one of v1, v1beta1"]),
    "TCP": (("export", *FILE, "--tcp-without-address", "drop"),
        ["--tcp-without-address: expected one of withhold, export"]),
    "boolean": (("export", *FILE, "--dns-capture=maybe"), ['--dns-capture: expected true or false, got "maybe"']),
    "shell": (("completion", "bsh"), ['unknown shell "bsh" (did you mean "bash"?)']),
    "no shell": (("completion",), ["which shell? bash, zsh or fish"]),
    "two shells": (("completion", "bash", "zsh"), ['unexpected argument "zsh"']),
    # values
    "duration without a unit": (("export", *FILE, "--request-timeout", "5"),
        ['--request-timeout: expected a duration such as "30s"']),
    "negative duration": (("export", *FILE, "--request-timeout=-1s"), ["--request-timeout: expected a duration"]),
    "duration that is a word": (("export", *FILE, "--request-timeout", "soon"), ['got "soon"']),
    "empty duration": (("export", *FILE, "--request-timeout="), ["--request-timeout: "]),
    "parallelism 0": (("export", *FILE, "--parallelism", "0"), ["--parallelism: expected a number from 1 to 128"]),
    "parallelism 1000": (("export", *FILE, "--parallelism", "1000"), ["--parallelism: expected a number from 1 to 128"]),
    "parallelism 4x": (("export", *FILE, "--parallelism", "4x"), ['got "4x"']),
    "port 0": (("export", *FILE, "--service-port", "0"), ["--service-port: expected a number from 1 to 65535"]),
    "port that is a word": (("export", *FILE, "--service-port", "http"), ['--service-port', 'got "http"']),
    "template variable": (("export", *FILE, "--host-template", "{srvice}.x"),
        ['unknown variable "srvice" (did you mean "service"?)']),
    "template without service": (("export", *FILE, "--host-template", "web.x"), ["it lacks {service}"]),
    "template not closed": (("export", *FILE, "--host-template", "{service"), ["a '{' is not closed"]),
    "template character": (("export", *FILE, "--host-template", "{service}_x"), ['"_" cannot stand in a host']),
    "glob": (("export", *FILE, "--include", "web["), ['--include: "web[": a \'[\' is not closed']),
    "namespace": (("export", *FILE, "-n", "My_Namespace"), ['--namespace: "My_Namespace" is no namespace']),
    "namespace in upper case": (("export", *FILE, "-n", "Team"), ['--namespace: "Team" is no namespace']),
    "empty namespace": (("export", *FILE, "--namespace="), ["--namespace:"]),
    "owner": (("export", *FILE, "--owner", "a b"), ['--owner: "a b"']),
    "export-to": (("export", *FILE, "--export-to", "Team"), ['--export-to: "Team" is no namespace']),
    "export-to all and one": (("export", *FILE, "--export-to", "*", "--export-to", "team"), ["stand alone"]),
    # plans and guards
    "owner of a cluster": (("diff", *FILE), ["no owner", "--owner NAME"]),
    "owner of an apply": (("apply", *FILE), ["no owner", "--owner NAME"]),
    "prune without a terminal": (("apply", *FILE, "--owner", "x", "--prune"), ["--prune", "--yes"]),
    "dry run": (("apply", *FILE, "--dry-run", "srever"), ['--dry-run: expected one of', '(did you mean "server"?)']),
    "dry run of a directory": (("diff", *FILE, "--target", ".", "--dry-run=server"), ["--dry-run=server", "directory"]),
    "plan of a directory": (("diff", *FILE, "--target", ".", "--out", "p"), ["--out", "cluster"]),
    "plan and sources": (("apply", *FILE, "--plan", "p"), ["--plan"]),
    "diff's output": (("diff", *FILE, "-o", "mrakdown"), ['--output: expected one of', '(did you mean "markdown"?)']),
    "deletions": (("apply", *FILE, "--max-delete", "many"), ["--max-delete: expected a number"]),
    "percent of deletions": (("apply", *FILE, "--max-delete-percent", "101"), ["--max-delete-percent: expected a number"]),
    "percent of endpoints": (("apply", *FILE, "--max-shrink-percent=-1"), ["--max-shrink-percent: expected a number"]),
    "empty scope without a source": (("apply", *FILE, "--allow-empty", "dc1"), ["--allow-empty", "consul/dc1"]),
    "renamed source": (("apply", *FILE, "--rename-source", "west"), ["--rename-source: expected OLD=NEW"]),
    "source renamed twice": (("apply", *FILE, "--rename-source", "a=b", "--rename-source", "a=c"), ['"a" is renamed twice']),
    "pruned source that is read": (("apply", "--from", "consul", "--prune-source", "consul"), ["--prune-source consul"]),
    "age of a snapshot": (("apply", *FILE, "--max-snapshot-age", "old"), ["--max-snapshot-age: expected a duration"]),
    "field manager": (("apply", *FILE, "--field-manager", "x" * 129), ["--field-manager"]),
    "missing kubeconfig": (("apply", *FILE, "--owner", "x", "--kubeconfig", "absent"), ["absent"]),
    "missing directory of a kubeconfig": (("check", "cluster", "--kubeconfig", "a/b"), ["a/b"]),
    "missing plan": (("apply", "--plan", "absent", "--kubeconfig", "absent"), ["absent"]),
    "nothing to check": (("check",), ["check: what? config, "]),
    "unknown thing to check": (("check", "clutser"), ['check: there is no "clutser" (did you mean "cluster"?)']),
    "flag before the thing to check": (("check", "-v", "cluster"), ["check: what? ", "flags follow it"]),
    "help of an unknown thing to check": (("help", "check", "clutser"), ['(did you mean "cluster"?)']),
    "two things to check": (("check", "cluster", "config"), ['unexpected argument "config"']),
    "target that is no directory": (("diff", *FILE, "--target", "snapshot.json/x"), ["snapshot.json/x"]),
    # together
    "verbose and quiet": (("export", *FILE, "-v", "-q"), ["--verbose and --quiet exclude each other"]),
    # sources
    "kind": (("export", "--from", "consol=http://c"),
        ['unknown kind of source "consol" (did you mean "consul"?)', "consul, etcd, eureka, exec, file, nacos"]),
    "no file": (("export", "--from", "file"), ["expected file=PATH"]),
    "empty address": (("export", "--from", "consul="), ["the address is empty"]),
    "source setting": (("export", "--from", "consul?datacentre=dc1"),
        ['unknown setting "datacentre" (did you mean "datacenter"?)']),
    "setting of another kind": (("export", "--from", "file=a.json?datacenter=dc1"), ['unknown setting "datacenter"']),
    "setting without a value": (("export", "--from", "consul?emulator"), ['"emulator" has no value']),
    "setting's boolean": (("export", "--from", "consul?trustView=yes"), ["trustView: expected true or false"]),
    "setting's number": (("export", "--from", "consul?maxAnswerBytes=1G"), ["maxAnswerBytes: expected a number"]),
    "setting's duration": (("export", "--from", "consul?maxStale=5"), ["maxStale: expected a duration"]),
    "setting's choice": (("export", "--from", "consul?consistency=stal"), ['(did you mean "stale"?)']),
    "source name": (("export", "--from", "consul?name=a%20b"), ['the name "a b"']),
    "two of one kind": (("export", "--from", "consul=http://a", "--from", "consul=http://b"),
        ['have the same name "consul"', "?name="]),
    "two of one name": (("export", "--from", "consul=http://a?name=x", "--from", "consul=http://b?name=x"),
        ['have the same name "x"']),
    "standard input twice": (("export", "--from", "file=-", "--from", "file=-"), ["standard input is read twice"]),
}


@pytest.mark.parametrize("arguments, words", MISTAKES.values(), ids=MISTAKES.keys())
def test_mistake(r2i: Program, tmp_path: Path, arguments: tuple[str, ...], words: list[str]) -> None:
    write(tmp_path / "snapshot.json", snapshot(service("web")))
    run = r2i(*arguments)
    assert run.code == 2 and run.out == b"", run
    for word in words:
        assert word in run.stderr, run
    assert "this is a bug" not in run.stderr and "TEXT" not in run.stderr, run


def test_all_mistakes_are_told_at_once(r2i: Program) -> None:
    run = r2i("export", "--from", "consul?trustVeiw=true", "-o", "xml", "--parallelism", "0", "--include", "[")
    assert run.code == 2, run
    for word in ("trustVeiw", "--output", "--parallelism", "--include"):
        assert word in run.stderr, run


def test_last_source_is_checked_before_the_first_is_read(r2i: Program, consul: FakeConsul) -> None:
    run = r2i("export", "--from", f"consul={consul.address}", "--from", "eurkea=http://e")
    assert run.code == 2 and "eurkea" in run.stderr and not consul.requests, run


@pytest.mark.parametrize("source", [
    f"consul=http://127.0.0.1:1?token={SECRET}a", f"consul?password={SECRET}a", f"consul?secret={SECRET}a",
    f"consul=http://user:{SECRET}a@127.0.0.1:99999", f"consul=http://user:{SECRET}a@", f"consul=ftp://user:{SECRET}a@host",
    f"consul=http://user:{SECRET}a@host name", f"consul=http://user:{SECRET}%zz@host", f"eurkea=http://user:{SECRET}a@host",
    f"consul=http://user:{SECRET}a/b@host:1", f"consul=http://user:b?{SECRET}a@host:1",
    f"consul=http://user:b,{SECRET}a@host:1", f"consul=http://user:b#{SECRET}a@host:1",
    f"consul=http://u:{SECRET}a@host?name=a%20b", f"consul=http://u:{SECRET}a@[::1?x=1",
    f"consul=http://user:b?{SECRET}a=b@host:1", f"consul=http://u:{SECRET}a@host:1,http://u:{SECRET}a@host:2?consistency=x",
])
def test_secret_in_an_address_is_not_shown(r2i: Program, source: str) -> None:
    """Not even a part of a password that has to be written otherwise. (Every run is searched for secrets.)"""
    for extra in ((), ("-v",)):
        run = r2i("export", "--from", source, *extra)
        assert run.code == 2 and run.out == b"", run


@pytest.mark.parametrize("arguments", [("--token", SECRET + "a"), (f"--token={SECRET}a",), ("--consul-token", SECRET + "a")])
def test_secret_in_a_flag_is_not_shown(r2i: Program, arguments: tuple[str, ...]) -> None:
    run = r2i("export", "--from", "consul", *arguments)
    assert run.code == 2 and f"unknown flag {arguments[0].split('=')[0]}" in run.stderr, run


@pytest.mark.parametrize("arguments", [
    ("--help",), ("-h",), ("help",), ("export", "--help"), ("export", "-h"), ("help", "export"),
    ("export", *FILE, "--bad=flag", "--help"), ("--version",), ("-V",), ("version",),
])
def test_what_is_asked_for_goes_to_standard_output(r2i: Program, arguments: tuple[str, ...]) -> None:
    run = r2i(*arguments)
    assert run.code == 0 and run.out and run.err == b"", run
