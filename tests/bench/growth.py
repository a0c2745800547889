#!/usr/bin/env python3
"""How the cost of `export` grows with the endpoints: instructions, as callgrind counts them, to 100,000; time and the most memory to
1,000,000. Services have 10 instances."""

from __future__ import annotations

import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence

from compare import binary
from measured import Profile, cost

HERE = pathlib.Path(__file__).parent
INSTANCES = 10
COUNTED = (10_000, 30_000, 100_000)  # endpoints
TIMED = (10_000, 100_000, 1_000_000)
RUNS = 5


def export(folder: pathlib.Path, endpoints: int) -> list[str]:
    snapshot = folder / f"{endpoints}.json"
    if not snapshot.exists():
        with snapshot.open("wb") as out:
            subprocess.run([sys.executable, HERE / "generate_snapshot.py", str(endpoints // INSTANCES), str(INSTANCES)],
                           stdout=out, check=True)
    return [binary(), "export", "--from", f"file={snapshot}", "--quiet"]


def spread(figures: Sequence[float]) -> str:
    return f"the most is {max(figures) / min(figures):.3f} times the least"


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        if shutil.which("valgrind"):
            counts = [Profile(export(folder, endpoints), folder).total / endpoints for endpoints in COUNTED]
            figures = ", ".join(f"{count:.0f} for {endpoints}" for count, endpoints in zip(counts, COUNTED, strict=True))
            print(f"instructions of an endpoint: {figures}; {spread(counts)}", flush=True)
        else:
            print("instructions were NOT COUNTED: there is no valgrind")
        times = []
        for endpoints in TIMED:
            costs = [cost(export(folder, endpoints)) for _ in range(RUNS + 1)][1:]
            times.append(statistics.median(one.cpu for one in costs) / endpoints)
            print(f"export of {endpoints} endpoints: {times[-1] * 1e6:.2f} CPU µs each, "
                  f"{max(one.megabytes for one in costs):.0f} MB (median of {RUNS})", flush=True)
        print(f"  {spread(times)}")


if __name__ == "__main__":
    main()
