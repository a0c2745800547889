#!/usr/bin/env python3
"""`export --output-dir --check` over 10,000 files that are as they should be, against `cat` of the same files and against the
`export` that it contains; and what of the files is parsed, as callgrind sees it."""

from __future__ import annotations

import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

from compare import binary
from measured import Profile, cost

HERE = pathlib.Path(__file__).parent
FILES, INSTANCES = 10000, 5
RUNS = 9
READER = "r2i::read_yaml("  # what every file goes through that is parsed


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        snapshot, directory = folder / "snapshot.json", folder / "manifests"
        with snapshot.open("wb") as out:
            subprocess.run([sys.executable, HERE / "generate_snapshot.py", str(FILES), str(INSTANCES)], stdout=out, check=True)
        export = [binary(), "export", "--from", f"file={snapshot}", "--owner", "bench", "--quiet"]
        check = [*export, "--output-dir", str(directory), "--check"]
        subprocess.run([*check[:-1]], stdout=subprocess.DEVNULL, check=True)
        files = sorted(map(str, directory.iterdir()))
        assert len(files) == FILES
        compare(check, export, ["cat", *files])
        if shutil.which("valgrind"):
            show_parsed(check, folder, pathlib.Path(files[0]))
        else:
            print("  what is parsed was NOT LOOKED AT: there is no valgrind")


def compare(check: list[str], export: list[str], cat: list[str]) -> None:
    rounds = [[cost(command) for command in (check, export, cat)] for _ in range(RUNS + 1)][1:]
    for what in ("cpu", "wall"):
        own, bare, reading = (statistics.median(getattr(one, what) for one in costs) for costs in zip(*rounds, strict=True))
        print(f"check of {FILES} unchanged files, {what} s: {own:.3f}; export to nowhere {bare:.3f}, cat of the files "
              f"{reading:.3f}: {own / reading:.1f} times cat; what the directory adds to export {(own - bare) / reading:.1f} "
              f"times (medians of {RUNS} interleaved runs)", flush=True)


def show_parsed(check: list[str], folder: pathlib.Path, file: pathlib.Path) -> None:
    unchanged = Profile(check, folder)
    text = file.read_text()
    file.write_text(text + "# changed\n")
    changed = Profile(check, folder, code=1)
    file.write_text(text)
    print(f"  calls of the YAML reader: {unchanged.calls(READER)} with no file changed, {changed.calls(READER)} with one")


if __name__ == "__main__":
    main()
