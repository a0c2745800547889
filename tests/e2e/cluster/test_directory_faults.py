"""`export --output-dir` where the disk is full, the program is killed, or the registry is not well: no file is lost that
has to stay, none is left by half, and the next run heals. It never asks a cluster."""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import random
import resource
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from support.processes import wait_for
from support.program import Run, Started
from world import World, foreign_entry, host

MANY = 300
FOREIGN = "# somebody else's\n"


@pytest.fixture
def folder(world: World) -> Path:
    """As an earlier run left it, with files of somebody else's. Due: `changed` has more endpoints than before, `new` is new,
    `gone` is gone, and `stays` stays."""
    path = world.folder / "out"
    world.services = {"changed": ["10.0.0.1"], "gone": ["10.0.0.2"], "stays": ["10.0.0.3"],
                      **{f"s{number:03}": [f"10.1.{number // 250}.{number % 250}"] for number in range(MANY)}}
    assert export(world, path).code == 0
    (path / "README.yaml").write_text(FOREIGN)
    (path / "theirs.yaml").write_text(json.dumps(foreign_entry()))
    world.services["changed"] = [f"10.2.0.{number}" for number in range(1, 101)]
    world.services["new"] = ["10.0.0.4"]
    del world.services["gone"]
    return path


def cluster(world: World) -> dict[str, str]:
    """An environment that names the cluster, for whoever would ask it."""
    return {"KUBECONFIG": str(world.kubeconfig)}


def export(world: World, path: Path, *flags: str) -> Run:
    return world.run("export", "--output-dir", path, "--max-shrink-percent", "100", *flags, env=cluster(world))


def start(world: World, path: Path, **settings: Any) -> Started:
    return world.start("export", "--output-dir", path, "--max-shrink-percent", "100", env=cluster(world), **settings)


def files(path: Path) -> dict[str, bytes]:
    return {str(file.relative_to(path)): file.read_bytes() for file in sorted(path.rglob("*")) if file.is_file()}


def wanted(world: World, path: Path) -> dict[str, bytes]:
    """What a run into a new folder writes, and the files of somebody else's."""
    clean = Path(tempfile.mkdtemp(dir=world.folder))
    assert export(world, clean).code == 0
    theirs = {name: (path / name).read_bytes() for name in ("README.yaml", "theirs.yaml")}
    return {**files(clean), **theirs}


def assert_whole(world: World, path: Path, before: dict[str, bytes]) -> None:
    """Every file is as it was, or as it should be; only `gone` may be gone. And nobody asked the cluster."""
    after, ends = files(path), wanted(world, path)
    for name, text in before.items():
        assert after.get(name, b"") in (text, ends.get(name, b"")), name
    leftovers = {name for name in after if name not in before and name not in ends}
    assert all(Path(name).name.startswith(".") for name in leftovers), leftovers
    assert world.api.words() == []


def assert_heals(world: World, path: Path) -> None:
    run = export(world, path)
    assert run.code == 0, run
    assert files(path) == wanted(world, path)
    assert export(world, path, "--check").code == 0


def test_clean_run(world: World, folder: Path) -> None:
    before = files(folder)
    assert export(world, folder, "--check").code == 1 and files(folder) == before
    assert_whole(world, folder, before)
    assert_heals(world, folder)


def test_cluster_that_could_be_asked(world: World, folder: Path) -> None:
    """The environment of these runs leads to it, and only `export` does not follow."""
    assert export(world, folder).code == 0 and world.api.words() == []
    run = world.r2i("diff", *world.from_file(), "-n", world.namespace, "--owner", world.owner, env=cluster(world))
    assert run.code == 1 and world.api.words() != [], run


# A full disk


@pytest.mark.parametrize("limit", [0, 100, 600, 2000])
def test_files_that_may_not_grow(world: World, folder: Path, limit: int) -> None:
    """A limit in bytes stands for the disk that is full from some file on; here the largest file is `changed`."""
    before = files(folder)

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # as a disk does: an error, no signal

    with start(world, folder, preexec_fn=limited) as started:
        run = started.wait()
    assert run.code == 6 and host("changed") in run.stderr, run
    assert_whole(world, folder, before)
    assert_heals(world, folder)


@dataclass(frozen=True)
class SmallDisk:
    """A disk of 256 KiB that only those processes see that enter."""

    holder: int  # the process that keeps it
    inside: ClassVar[Path] = Path("/mnt")

    @property
    def outside(self) -> Path:
        return Path(f"/proc/{self.holder}/root{self.inside}")

    def enter(self) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        for kind in ("user", "mnt"):
            with open(f"/proc/{self.holder}/ns/{kind}", "rb") as namespace:
                if libc.setns(namespace.fileno(), 0) != 0:
                    raise OSError(ctypes.get_errno(), f"setns {kind}")


@pytest.fixture
def small_disk() -> Iterator[SmallDisk]:
    script = f"mount -t tmpfs -o size=256k tmpfs {SmallDisk.inside} && echo ready && exec sleep 600"
    with subprocess.Popen(["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout is not None
            if holder.stdout.readline() != "ready\n":
                pytest.skip("this machine lets nobody mount a small disk")
            yield SmallDisk(holder.pid)
        finally:
            holder.kill()


@pytest.mark.parametrize("free", [0, 20, 100])
def test_full_disk(world: World, small_disk: SmallDisk, free: int) -> None:
    """Of `free` KiB."""
    def export_there() -> Run:
        with start(world, small_disk.inside / "out", preexec_fn=small_disk.enter) as started:
            return started.wait()

    path = small_disk.outside / "out"
    world.services = {"changed": ["10.0.0.1"], "gone": ["10.0.0.2"], "stays": ["10.0.0.3"]}
    assert export_there().code == 0
    (path / "README.yaml").write_text(FOREIGN)
    (path / "theirs.yaml").write_text(FOREIGN)
    before = files(path)
    ballast = small_disk.outside / "ballast"
    left = os.statvfs(small_disk.outside)
    ballast.write_bytes(b"x" * (left.f_bavail * left.f_bsize - free * 1024))
    world.services = {"changed": [f"10.2.0.{number}" for number in range(1, 201)], "stays": ["10.0.0.3"],
                      **{f"s{number:03}": [f"10.1.0.{number}"] for number in range(1, 30)}}
    run = export_there()
    assert run.code == 6 and "No space left on device" in run.stderr, run
    assert_whole(world, path, before)
    ballast.unlink()
    again = export_there()
    assert again.code == 0 and files(path) == wanted(world, path), again


def test_file_in_place_of_the_folder(world: World) -> None:
    path = world.folder / "out"
    path.mkdir()
    (path / "mesh").write_text("a file")
    world.services = {"web": ["10.0.0.1"]}
    run = export(world, path)
    assert run.code == 2 and "mesh" in run.stderr and (path / "mesh").read_text() == "a file", run


# kill -9


@pytest.mark.parametrize("written", [0, 1, 10, 100, 290])
def test_killed_after_some_files(world: World, written: int) -> None:
    """That many files are there."""
    path = world.folder / "out"
    world.services = {f"s{number:03}": [f"10.1.{number // 250}.{number % 250}"] for number in range(MANY)}
    with start(world, path) as started:
        wait_for(lambda: started.process.poll() is not None or len(list(path.rglob("*.yaml"))) >= written, "files", pause=0)
        started.process.kill()
        started.wait()
    assert_whole_of_new(world, path)


@pytest.mark.parametrize("attempt", range(8))
def test_killed_at_a_random_moment(world: World, folder: Path, attempt: int) -> None:
    """The moment is recorded: R2I_SEED repeats it as well as a clock can."""
    seed = int(os.environ.get("R2I_SEED", time.time_ns() % 1_000_000)) + attempt
    delay = random.Random(seed).uniform(0, 0.06)
    before = files(folder)
    with start(world, folder) as started:
        try:
            started.process.wait(delay)
        except subprocess.TimeoutExpired:
            started.process.kill()
        run = started.wait()
    print(f"R2I_SEED={seed - attempt}, attempt {attempt}: killed after {delay:.4f} s, code {run.code}")
    assert_whole(world, folder, before)
    assert_heals(world, folder)


def assert_whole_of_new(world: World, path: Path) -> None:
    clean = world.folder / "clean"
    assert export(world, clean).code == 0
    ends = files(clean)
    for name, text in files(path).items() if path.exists() else ():
        assert Path(name).name.startswith(".") or text == ends[name], name
    assert export(world, path).code == 0 and files(path) == ends


SIGNALS = pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["INT", "TERM"])


@SIGNALS
def test_signal_while_it_reads(world: World, folder: Path, number: signal.Signals, code: int) -> None:
    """Its snapshot comes through a pipe in which there is nothing yet."""
    before = files(folder)
    pipe = world.folder / "pipe"
    os.mkfifo(pipe)
    words = world.words("export", "--output-dir", folder, source=("--from", f"file={pipe}"))
    with world.r2i.start(*words, env=cluster(world)) as started:
        writer = wait_for(lambda: os.open(pipe, os.O_WRONLY | os.O_NONBLOCK), "a reader of the pipe")
        started.signal(number)
        run = started.wait(30)
        os.close(writer)
    assert run.code == code and "interrupted" in run.stderr and run.out == b"", run
    assert files(folder) == before
    assert_whole(world, folder, before)
    assert_heals(world, folder)


@SIGNALS
def test_signal_while_it_writes(world: World, folder: Path, number: signal.Signals, code: int) -> None:
    """After the first of many files. Only a run that had written the last one may have missed it."""
    world.services = {name: [*addresses, "10.3.0.1"] for name, addresses in world.services.items()}
    before = files(folder)
    first = folder / next(name for name in before if host("changed") in name)
    with start(world, folder) as started:
        wait_for(lambda: first.read_bytes() != before[str(first.relative_to(folder))], "the first file", pause=0)
        started.signal(number)
        run = started.wait(30)
    ended = files(folder) == wanted(world, folder)
    assert run.code == (0 if ended else code) and ("interrupted" in run.stderr) == (not ended), run
    done = sorted(name for name, text in files(folder).items() if before.get(name) != text)
    assert sorted(line.split()[1] for line in run.stdout.splitlines() if line.startswith(("created", "changed"))) == done, run
    assert ended or "what is listed above was written, nothing else" in run.stderr, run
    assert_whole(world, folder, before)
    assert_heals(world, folder)


def test_two_runs_at_the_same_time(world: World, folder: Path) -> None:
    """One of them may be turned away; neither leaves a mixture."""
    with start(world, folder) as one, start(world, folder) as other:
        runs = [one.wait(), other.wait()]
    assert 0 in [run.code for run in runs] and all(run.code in (0, 6) for run in runs), runs
    assert files(folder) == wanted(world, folder)


def test_another_run_is_at_it(world: World, folder: Path) -> None:
    """What it has written so far is nothing to go by, and is not looked at."""
    (folder / "half.yaml").write_text("apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: [")
    before = files(folder)
    lock = os.open(folder, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        run = export(world, folder)
        assert run.code == 6 and f"another run is writing to {folder}" in run.stderr, run
        assert files(folder) == before
        assert export(world, folder, "--check").code == 2, "which only looks"
    finally:
        os.close(lock)
    (folder / "half.yaml").unlink()
    assert export(world, folder).code == 0


# The registry


def incomplete(world: World) -> None:
    world.complete = False


def empty(world: World) -> None:
    world.services.clear()


def half(world: World) -> None:
    world.services = {name: addresses for name, addresses in world.services.items() if name < "s150"}


@pytest.mark.parametrize("happening, code", [(incomplete, 3), (empty, 5), (half, 5)])
def test_registry_that_is_not_well(world: World, folder: Path, happening: Callable[[World], None], code: int) -> None:
    """The same guards hold for files."""
    before = files(folder)
    happening(world)
    run = world.run("export", "--output-dir", folder, env=cluster(world))
    assert run.code == code, run
    assert before.keys() <= files(folder).keys()
    assert world.api.words() == []


def test_old_snapshot(world: World, folder: Path) -> None:
    world.age = timedelta(hours=1)
    before = files(folder)
    run = export(world, folder)
    assert run.code == 5 and "--max-snapshot-age 0" in run.stderr, run
    assert before.keys() <= files(folder).keys()
    assert export(world, folder, "--max-snapshot-age", "0").code == 0
