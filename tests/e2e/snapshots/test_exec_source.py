"""A program as a source: its standard output is a snapshot. And everything that can go wrong with one."""

from __future__ import annotations

import os
import re
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.fake_consul import FakeConsul
from support.processes import wait_for
from support.program import Program
from support.scripts import is_running, printing, script
from support.snapshots import instance, scope, service, snapshot, snapshot_list, write

HOST = "web.service.consul"
GOOD = snapshot(service("web"))
PRINT = printing(GOOD)


# What can be read


def test_the_same_as_from_a_file(r2i: Program, tmp_path: Path) -> None:
    both = snapshot_list(GOOD, snapshot(service("inv", instance("10.0.0.9")), name="west"))
    for document in (GOOD, both):
        path = write(tmp_path / "snapshot.json", document)
        program = script(tmp_path / "program", printing(document))
        for command in (["export"], ["fetch"]):
            by_path = r2i(*command, "--from", f"file={path}")
            by_program = r2i(*command, "--from", f"exec={program}")
            assert by_program.code == by_path.code == 0 and by_program.out == by_path.out, by_program
            assert b"web" in by_program.out


def test_the_snapshot_of_the_manual(r2i: Program, tmp_path: Path) -> None:
    manual = (Path(__file__).parents[3] / "man" / "registry2istio.1").read_text()
    text = manual.partition(".Ss exec\n")[2].partition(".Bd -literal -offset indent\n")[2].partition(".Ed\n")[0]
    run = r2i("export", "--from", f"exec={script(tmp_path / 'program', printing(text))}")
    assert run.code == 0 and run.hosts == ["web.crm"] and run.entry("web.crm")["endpoints"] == [{"address": "10.0.0.1"}], run


def test_looked_up_in_path_or_from_here(r2i: Program, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    script(tmp_path / "bin" / "my-registry", PRINT)
    by_name = r2i("export", "--from", "exec=my-registry", env={"PATH": f"{tmp_path}/bin:/usr/bin:/bin"})
    by_path = r2i("export", "--from", "exec=bin/my-registry")
    assert by_name.code == by_path.code == 0 and by_name.hosts == [HOST] and by_path.out == by_name.out, by_name


def test_arguments_go_through_no_shell(r2i: Program, tmp_path: Path) -> None:
    program = script(tmp_path / "program", 'printf "<%s>" "$@" > "$0.arguments"\n' + PRINT)
    run = r2i("export", "--from", f"exec={program}?arguments=--all,$HOME%20`id`,a\\,b,%26&arguments=*")
    assert run.code == 0, run
    assert Path(f"{program}.arguments").read_text() == "<--all><$HOME `id`><a,b><&><*>"


def test_the_environment_is_inherited_as_it_is(r2i: Program, tmp_path: Path) -> None:
    """Nothing is added: no setting, no credential."""
    given = {"NOMAD_ADDR": "http://nomad:4646", "R2I_OWNER": "shop", "CONSUL_HTTP_ADDR": "consul:8500"}
    program = script(tmp_path / "program", 'tr "\\0" "\\n" < /proc/self/environ > "$0.environment"\n' + PRINT)
    assert r2i("export", "--from", f"exec={program}", env=given).code == 0
    seen = dict(line.split("=", 1) for line in Path(f"{program}.environment").read_text().splitlines())
    shell_sets = {"PWD", "OLDPWD", "SHLVL", "_"}
    assert {name: seen[name] for name in seen.keys() - shell_sets} == r2i.environment(given)


def test_standard_input_is_not_its_own(r2i: Program, tmp_path: Path) -> None:
    program = script(tmp_path / "program", f"test -z \"$(cat)\" || exit 9\n{PRINT}")
    other = printing(snapshot(service("api"), name="other"))
    run = r2i("export", "--from", f"exec={program}", "--from", "file=-", stdin=other.splitlines()[1])
    assert run.code == 0 and run.hosts == ["api.service.consul", HOST], run


def test_what_it_says_meanwhile(r2i: Program, tmp_path: Path) -> None:
    """Line by line, with its name, harmless to a terminal, on standard error; quiet or not."""
    says = "printf 'read 1 service\\n\\033]0;title\\007\\n\\n  no line break' >&2\n"
    program = script(tmp_path / "crm-snapshot", says + PRINT)
    for flags in ([], ["-q"]):
        run = r2i("export", "--from", f"exec={program}", *flags)
        assert run.code == 0 and run.hosts == [HOST], run
        assert run.stderr.startswith("crm-snapshot: read 1 service\ncrm-snapshot: \ufffd]0;title\ufffd\n"
                                     "crm-snapshot:   no line break\n"), run
    named = r2i("export", "--from", f"exec={program}?name=west", "-q")
    assert named.stderr.startswith("west: read 1 service\n"), named


def test_it_is_shown_while_it_runs(r2i: Program, tmp_path: Path) -> None:
    """Not only at the end: the program waits for a reader of what it said."""
    program = script(tmp_path / "program", f"echo ready >&2; while ! test -e '{tmp_path}/seen'; do sleep 0.05; done\n{PRINT}")
    with r2i.start("export", "--from", f"exec={program}") as started:
        assert started.process.stderr is not None and started.process.stderr.readline() == b"program: ready\n"
        (tmp_path / "seen").touch()
        run = started.wait()
    assert run.code == 0 and run.hosts == [HOST], run


def test_much_on_both_streams(r2i: Program, tmp_path: Path) -> None:
    """More than pipes hold, on standard error first: nobody waits for the other."""
    program = script(tmp_path / "program", f"head -c 3000000 /dev/zero | tr '\\0' 'x' >&2\n{PRINT}\nhead -c 3000000 /dev/zero "
                                           "| tr '\\0' ' '; head -c 300000 /dev/zero | tr '\\0' 'y' >&2")
    run = r2i("export", "--from", f"exec={program}")
    assert run.code == 0 and run.hosts == [HOST] and run.stderr.count("x") >= 3_000_000, run.code


def test_output_closed_early_is_not_the_end(r2i: Program, tmp_path: Path) -> None:
    program = script(tmp_path / "program", f"{PRINT}\nexec >&-\nsleep 0.2\ntouch \"$0.ended\"; exit $CODE")
    for code, expected in (("0", 0), ("5", 3)):
        run = r2i("export", "--from", f"exec={program}", env={"CODE": code})
        assert run.code == expected and Path(f"{program}.ended").exists(), run
        Path(f"{program}.ended").unlink()


def test_what_it_leaves_running_is_not_waited_for(r2i: Program, tmp_path: Path) -> None:
    """It holds both streams open."""
    program = script(tmp_path / "program", f"sleep 1000 & echo $! > \"$0.pid\"\n{PRINT}")
    run = r2i("export", "--from", f"exec={program}")
    pid = int(Path(f"{program}.pid").read_text())
    try:
        assert run.code == 0 and run.hosts == [HOST] and is_running(pid), run
    finally:
        os.kill(pid, signal.SIGKILL)


# What goes wrong


@dataclass(frozen=True)
class Fault:
    commands: str
    words: str
    settings: str = ""
    subject: str = "R2I1001 error: PROGRAM: "


FAULTS = {
    "exit code": Fault(f"{PRINT}\nexit 3", "exit status 3\n  It wrote nothing to standard error"),
    "exit code with a reason": Fault("echo 'no route to nomad' >&2; exit 1",
                                     "exit status 1\n  What it wrote to standard error is above."),
    "killed": Fault(f"{PRINT}\nkill -9 $$", "ended by signal 9 (SIGKILL)\n"),
    "ends itself": Fault(f"{PRINT}\nkill -TERM $$", "ended by signal 15 (SIGTERM)\n"),
    "too slow": Fault(f"{PRINT}\nsleep 1000", "no end within 1 s\n  ?timeout= gives it more time.", "?timeout=1s"),
    "too slow without output": Fault("exec >&- 2>&-; sleep 1000", "no end within 1 s\n", "?timeout=1s"),
    "does not want to end": Fault("trap '' TERM; while :; do sleep 0.1; done", "no end within 500 ms", "?timeout=500ms"),
    "too much": Fault(PRINT, "it wrote more than 100 bytes\n  ?maxAnswerBytes= allows more.", "?maxAnswerBytes=100"),
    "endless": Fault("cat /dev/zero", "it wrote more than 1048576 bytes", "?maxAnswerBytes=1048576"),
    "nothing": Fault(":", "it printed nothing\n  A program that finds no service prints a snapshot without services."),
    "blanks": Fault("echo; echo", "it printed nothing"),
    "no snapshot": Fault("echo hello", "", subject="R2I1020 error: the output of PROGRAM:1:1: "),
    "cut": Fault(printing(GOOD).replace('"name": "web"', ""), "", subject="R2I1020 error: the output of PROGRAM:1:"),
    "a typing error": Fault(printing('{\n "kind": "Snapshot",\n "scope": []\n}'), '(did you mean "scopes"?)',
                            subject="R2I1020 error: the output of PROGRAM:3:11: scope: unknown key"),
    "messages in between": Fault(f"echo 'reading …'\n{PRINT}", "", subject="R2I1020 error: the output of PROGRAM:1:1: "),
    "it says that it is incomplete": Fault(
        printing(snapshot(service("web"), scopes=[scope("dc1", False, problems=["no leader"])])), "no leader",
        subject="R2I1021 error: consul/dc1 in the output of PROGRAM: "),
    "less than expected": Fault(PRINT, "expect.minServices is 2, but there are 1", "?expect.minServices=2",
                                'R2I1007 error: source "consul": '),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_fault(r2i: Program, tmp_path: Path, fault: Fault) -> None:
    program = script(tmp_path / "program", fault.commands)
    run = r2i("export", "--from", f"exec={program}{fault.settings}")
    assert run.code == 3 and run.out == b"", run
    assert fault.subject.replace("PROGRAM", str(program)) in run.stderr and fault.words in run.stderr, run
    assert "no services" not in run.stderr and "this is a bug" not in run.stderr, run


def test_program_that_is_not_there(r2i: Program, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no program\n")
    script(tmp_path / "orphan", "", "/no/such/python3")
    for program, words in {"./missing": "No such file or directory\n  Give the path of the program;",
                           "no-such-program-anywhere": "No such file or directory\n  Give the path of the program;",
                           "./text": "Permission denied\n  It must be an executable file (chmod +x);",
                           "./orphan": "the interpreter that its first line names is not there\n  It must be"}.items():
        run = r2i("export", "--from", f"exec={program}")
        assert run.code == 3 and run.out == b"" and f"R2I1001 error: {program}: {words}" in run.stderr, run


def test_no_part_of_a_program_outlives_its_time(r2i: Program, tmp_path: Path) -> None:
    """The whole process group ends."""
    program = script(tmp_path / "program", 'sleep 1000 & echo $! > "$0.child"; echo $$ > "$0.pid"; (sleep 1000; :) | cat')
    run = r2i("export", "--from", f"exec={program}?timeout=1s")
    assert run.code == 3 and "no end within 1 s" in run.stderr, run
    for suffix in ("child", "pid"):
        pid = int(Path(f"{program}.{suffix}").read_text())
        wait_for(lambda pid=pid: not is_running(pid), f"the end of the {suffix}")


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["INT", "TERM"])
def test_interruption(r2i: Program, tmp_path: Path, number: signal.Signals, code: int) -> None:
    program = script(tmp_path / "program", f'echo $$ > "$0.pid"; echo up >&2\n{PRINT}\nexec sleep 1000')
    with r2i.start("export", "--allow-partial", "--from", f"exec={program}") as started:
        assert started.process.stderr is not None and started.process.stderr.readline() == b"program: up\n"
        started.signal(number)
        run = started.wait(10)
    assert run.code == code and run.out == b"" and "interrupted: nothing was printed" in run.stderr, run
    assert "R2I1001" not in run.stderr and not is_running(int(Path(f"{program}.pid").read_text())), run


def test_one_of_several(r2i: Program, tmp_path: Path, consul: FakeConsul) -> None:
    program = script(tmp_path / "program", "exit 1")
    sources = ("--from", f"consul={consul.address}", "--from", f"exec={program}")
    run = r2i("export", *sources)
    assert run.code == 3 and run.out == b"", run
    partial = r2i("export", *sources, "--allow-partial")
    assert partial.code == 0 and partial.hosts == [f"{name}.service.consul" for name in ("api", "pay", "web")], partial


def test_one_program_for_two_sources(r2i: Program, tmp_path: Path) -> None:
    """Where both fail, their names tell which is which."""
    program = script(tmp_path / "program", "echo \"$1\" >&2; exit 1")
    unnamed = r2i("export", *(word for west in ("a", "b") for word in ("--from", f"exec={program}?arguments={west}")))
    assert unnamed.code == 2 and "tell them apart with ?name=" in unnamed.stderr, unnamed
    named = r2i("export", *(word for west in ("a", "b") for word in ("--from", f"exec={program}?name={west}&arguments={west}")))
    assert named.code == 3 and named.stderr.startswith("a: a\nb: b\n"), named
    assert len(re.findall("exit status 1", named.stderr)) == 2, named
