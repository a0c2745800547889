"""A terminal and a pipe: the progress of long work, the colours of a diff, and a unified diff for other programs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from support import terminal
from support.faults import slow
from support.program import Run
from support.scripts import printing, script
from world import PRUNE, World, in_the_middle

ESCAPE = "\x1b"
DELETIONS = ("--prune", "--prune-after", "0s")
Words = Sequence[str | Path]


def on_terminal(world: World, words: Words, *streams: str, env: Mapping[str, str] | None = None) -> tuple[Run, str]:
    run, shown = terminal.on_terminal(world.r2i, words, *streams, env=env)
    return run, shown.replace("\r\n", "\n")


# Progress: of work that goes on after a second


def slow_list(world: World) -> Words:
    """`apply` that gets seven ServiceEntries in three pages, of 0.6 s each."""
    in_the_middle(world).store.page_size = 3
    world.api.every(slow(0.6), verb="list", plural="serviceentries")
    return world.words("apply")


def slow_writes(world: World) -> Words:
    """`apply` that writes four objects one after the other, 0.4 s each, and deletes one."""
    in_the_middle(world).api.every(slow(0.4), verb="patch")
    return world.words("apply", *PRUNE, "--parallelism", "1")


def slow_registry(world: World) -> Words:
    """`export` of three files, of which the first is begun after 1.5 s."""
    world.services = {"api": ["10.0.0.1"], "pay": ["10.0.0.2"], "web": ["10.0.0.3"]}
    program = script(world.folder / "registry", f"sleep 1.5\n{printing(world.snapshot())}")
    return world.words("export", "--output-dir", "out", source=("--from", f"exec={program}"))


LONG_WORK = pytest.mark.parametrize("work", [slow_list, slow_writes, slow_registry])


def test_progress_of_reading_the_cluster(world: World) -> None:
    """Object by object, and wiped away before what stays."""
    run, shown = on_terminal(world, slow_list(world))
    assert run.code == 0 and len(world.api.writes()) == 4
    wanted = "\rreading the cluster: 6\x1b[K\rreading the cluster: 7\x1b[K\r\x1b[Kread consul: dc1\n"
    assert wanted in shown and shown.endswith("4 written\n"), repr(shown)
    assert "reading" not in run.stdout and ESCAPE not in run.stdout, run.stdout


def test_progress_of_writes(world: World) -> None:
    """Counted through all phases of the plan, of which a phase has but some changes."""
    run, shown = on_terminal(world, slow_writes(world))
    assert run.code == 0 and len(world.api.writes()) == 5
    assert "\rwritten: 3 of 5\x1b[K\rwritten: 4 of 5\x1b[K" in shown, repr(shown)
    assert shown.endswith("\r\x1b[K5 written\n"), repr(shown)
    assert len(run.stdout.splitlines()) == 5 and "written" not in run.stdout and ESCAPE not in run.stdout, run.stdout


def test_progress_of_writing_files(world: World) -> None:
    run, shown = on_terminal(world, slow_registry(world))
    assert run.code == 0 and len(list((world.folder / "out").rglob("*.yaml"))) == 3
    assert "3 to create\n\rwriting out: 1 of 3\x1b[K" in shown, repr(shown)
    assert len(run.stdout.splitlines()) == 3 and "writing" not in run.stdout and ESCAPE not in run.stdout, run.stdout


def test_results_begin_a_line_of_their_own(world: World) -> None:
    """Whoever sits at a terminal has both streams on it."""
    _, shown = on_terminal(world, slow_writes(world), "stdout", "stderr")
    assert len(world.api.writes()) == 5 and "\rwritten: 3 of 5\x1b[K" in shown, repr(shown)
    results = re.findall(r"^(.*?)(?:serviceentry|workloadentry)\.networking", shown, re.MULTILINE)
    assert len(results) == 5 and all(before == "" or before.endswith("\r\x1b[K") for before in results), repr(shown)


@pytest.mark.parametrize("work", [slow_registry, slow_writes])
def test_nothing_of_it_is_left_for_the_prompt(world: World, work: Callable[[World], Words]) -> None:
    run, shown = on_terminal(world, work(world), "stdout", "stderr")
    assert run.code == 0 and ESCAPE in shown, repr(shown)
    assert shown.endswith("\n") or shown.endswith("\r\x1b[K"), repr(shown)


def test_a_dry_run_does_not_say_that_it_writes(world: World) -> None:
    in_the_middle(world).api.every(slow(0.4), verb="patch")
    words = world.words("apply", "--dry-run=server", "--parallelism", "1")
    run, shown = on_terminal(world, words)
    assert run.code == 0 and world.api.writes() == []
    assert "\rasked about: 3 of 4\x1b[K" in shown and "4 would be written\n" in shown, repr(shown)
    assert "written: " not in shown, repr(shown)


@LONG_WORK
def test_no_progress_in_a_pipe(world: World, work: Callable[[World], Words]) -> None:
    run = world.r2i(*work(world), env={"TERM": "xterm"})
    assert run.code == 0 and run.seconds > 1.2 and run.stderr.startswith("read consul: dc1\n"), run
    assert not re.search(r"reading|writing|written:|\r|\x1b", run.stderr), repr(run.stderr)


@LONG_WORK
def test_no_progress_where_only_the_data_have_a_terminal(world: World, work: Callable[[World], Words]) -> None:
    run, shown = on_terminal(world, work(world), "stdout")
    assert run.code == 0 and run.seconds > 1.2 and run.stderr.startswith("read consul: dc1\n"), run
    assert not re.search(r"reading|writing|written:|\r|\x1b", run.stderr + shown), repr(run.stderr + shown)


@LONG_WORK
def test_no_progress_that_nobody_wants(world: World, work: Callable[[World], Words]) -> None:
    run, shown = on_terminal(world, [*work(world), "--quiet"])
    assert run.code == 0 and run.seconds > 1.2 and run.stdout != "" and shown == "", repr(shown)


# Colour

COLOURED = {
    "text": [
        "\x1b[33m~ ServiceEntry mesh/beta.service.consul\x1b[0m   endpoints +1 -1",
        "    \x1b[32m+ endpoint 10.0.2.9:8080  dc1\x1b[0m",
        "    \x1b[31m- endpoint 10.0.2.2:8080\x1b[0m",
        "\x1b[32m+ ServiceEntry mesh/delta.service.consul\x1b[0m   1 port, 1 endpoint",
        "\x1b[31m- ServiceEntry mesh/old.service.consul\x1b[0m",
    ],
    "unified": [
        "\x1b[1m--- live/mesh/serviceentry-beta.service.consul.yaml\x1b[0m",
        "\x1b[1m+++ desired/mesh/serviceentry-beta.service.consul.yaml\x1b[0m",
        "\x1b[36m@@ -13,7 +13,7 @@\x1b[0m",
        "   - address: 10.0.2.1",
        "\x1b[31m-  - address: 10.0.2.2\x1b[0m",
        "\x1b[32m+  - address: 10.0.2.9\x1b[0m",
    ],
}
FORMATS = pytest.mark.parametrize("form", COLOURED)


def assert_coloured(text: str, form: str, plain: Run) -> None:
    """The lines have their colours, and are those of the plain text else."""
    lines = text.splitlines()
    assert [line for line in COLOURED[form] if not any(one.startswith(line) for one in lines)] == [], text
    assert ESCAPE not in plain.stdout and timeless(re.sub(r"\x1b\[[0-9;]*m", "", text)) == timeless(plain.stdout)


def timeless(text: str) -> str:
    return re.sub(r'"\d{4}-\d\d-\d\dT[\d:]+Z"', '"TIME"', text)


@FORMATS
def test_colour_on_a_terminal(due: World, form: str) -> None:
    words = due.words("diff", *DELETIONS, "-o", form)
    run, shown = on_terminal(due, words, "stdout")
    assert run.code == 1 and ESCAPE not in run.stderr, run
    assert_coloured(shown, form, due.r2i(*words))


@FORMATS
@pytest.mark.parametrize("env", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=["plain", "NO_COLOR", "dumb"])
def test_colour_that_is_asked_for(due: World, form: str, env: dict[str, str]) -> None:
    words = due.words("diff", *DELETIONS, "-o", form)
    run = due.r2i(*words, "--color", "always", env=env)
    assert run.code == 1, run
    assert_coloured(run.stdout, form, due.r2i(*words))


@FORMATS
@pytest.mark.parametrize("flags", [(), ("--color", "auto"), ("--color", "never")], ids=["default", "auto", "never"])
def test_no_colour_in_a_pipe(due: World, form: str, flags: tuple[str, ...]) -> None:
    """Whatever standard error is."""
    words = due.words("diff", "-o", form, *flags)
    for run in (due.r2i(*words, env={"TERM": "xterm"}), on_terminal(due, words, "stderr")[0]):
        assert run.code == 1 and "beta" in run.stdout and ESCAPE not in run.stdout, run.stdout


@FORMATS
@pytest.mark.parametrize("flags, env", [(("--color", "never"), {}), ((), {"NO_COLOR": "1"}), ((), {"TERM": "dumb"})],
                         ids=["never", "NO_COLOR", "dumb"])
def test_terminal_that_wants_no_colour(due: World, form: str, flags: tuple[str, ...], env: dict[str, str]) -> None:
    words = due.words("diff", "-o", form, *flags)
    run, shown = on_terminal(due, words, "stdout", env=env)
    assert run.code == 1 and "beta" in shown and timeless(shown) == timeless(due.r2i(*words).stdout), shown
    assert ESCAPE not in shown


@pytest.mark.parametrize("form", ["json", "name", "markdown"])
def test_no_colour_in_what_programs_read(due: World, form: str) -> None:
    run = due.diff("-o", form, "--color", "always")
    assert run.code == 1 and "beta" in run.stdout and ESCAPE not in run.stdout, run.stdout


# A unified diff

UNIFIED = """\
--- live/mesh/serviceentry-changed.service.consul.yaml
+++ desired/mesh/serviceentry-changed.service.consul.yaml
@@ -13,7 +13,7 @@
   endpoints:
   - address: 10.0.2.1
     locality: dc1
-  - address: 10.0.2.2
+  - address: 10.0.2.9
     locality: dc1
   hosts:
   - changed.service.consul
--- live/mesh/serviceentry-deleted.service.consul.yaml
+++ /dev/null
@@ -1,21 +0,0 @@
-apiVersion: networking.istio.io/v1
-kind: ServiceEntry
-metadata:
-  annotations:
-    registry2istio.io/gone-since: "TIME"
-    registry2istio.io/scope: dc1
-  labels:
-    app.kubernetes.io/managed-by: registry2istio
-    registry2istio.io/owner: test
-    registry2istio.io/source: consul
-  name: deleted.service.consul
-  namespace: mesh
-spec:
-  hosts:
-  - deleted.service.consul
-  location: MESH_INTERNAL
-  ports:
-  - name: http-8080
-    number: 8080
-    protocol: HTTP
-  resolution: STATIC
--- /dev/null
+++ desired/mesh/serviceentry-made.service.consul.yaml
@@ -0,0 +1,23 @@
+apiVersion: networking.istio.io/v1
+kind: ServiceEntry
+metadata:
+  annotations:
+    registry2istio.io/scope: dc1
+  labels:
+    app.kubernetes.io/managed-by: registry2istio
+    registry2istio.io/owner: test
+    registry2istio.io/source: consul
+  name: made.service.consul
+  namespace: mesh
+spec:
+  endpoints:
+  - address: 10.0.4.1
+    locality: dc1
+  hosts:
+  - made.service.consul
+  location: MESH_INTERNAL
+  ports:
+  - name: http-8080
+    number: 8080
+    protocol: HTTP
+  resolution: STATIC
"""


@pytest.fixture
def three(world: World) -> World:
    """One object is to be changed, one to be deleted and one to be created; one stays."""
    world.services = {"same": ["10.0.1.1", "10.0.1.2"], "changed": ["10.0.2.1", "10.0.2.2"], "deleted": ["10.0.3.1"]}
    world.must_apply()
    del world.services["deleted"]
    world.must_apply()
    world.services.update(changed=["10.0.2.1", "10.0.2.9"], made=["10.0.4.1"])
    return world


def test_unified(three: World) -> None:
    """That and nothing else; counts are for standard error, and nothing is written."""
    run = three.diff("-o", "unified", *DELETIONS)
    assert run.code == 1 and three.api.writes() == [], run
    assert timeless(run.stdout) == UNIFIED
    assert run.stderr == "read consul: dc1\n3 services, 5 instances\n", run


def test_unified_without_deletions(three: World) -> None:
    """What waits for --prune is no difference, and so not in it."""
    run = three.diff("-o", "unified")
    assert run.code == 1 and [line for line in run.stdout.splitlines() if line.startswith(("--- ", "+++ "))] == [
        "--- live/mesh/serviceentry-changed.service.consul.yaml", "+++ desired/mesh/serviceentry-changed.service.consul.yaml",
        "--- /dev/null", "+++ desired/mesh/serviceentry-made.service.consul.yaml"]


def test_unified_of_no_changes(three: World) -> None:
    """Empty, in colour and on a terminal as well."""
    assert three.prune().code == 0
    words = three.words("diff", "-o", "unified", *DELETIONS)
    for flags in ((), ("--color", "always")):
        run = three.r2i(*words, *flags)
        assert run.code == 0 and run.out == b"", run
    run, shown = on_terminal(three, words, "stdout")
    assert run.code == 0 and shown == "", shown
