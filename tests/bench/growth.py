#!/usr/bin/env python3
"""How the cost of `export` grows with the endpoints: instructions, as callgrind counts them, to 100,000; CPU time and the most memory
to 1,000,000. Services have 10 instances. What a process takes that exports one service is no cost of the endpoints. Sizes are timed in
turn, each as often as it takes to export as many endpoints, so that what else the machine does meets all alike."""

from __future__ import annotations

import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence

from compare import binary
from measured import Cost, Profile, cost

HERE = pathlib.Path(__file__).parent
INSTANCES = 10
COUNTED = (10_000, 30_000, 100_000)  # endpoints
TIMED = (10_000, 100_000, 1_000_000)
ROUNDS = 7


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
        time_all(folder)


def time_all(folder: pathlib.Path) -> None:
    start = statistics.median(cost(export(folder, INSTANCES)).cpu for _ in range(20))
    rounds = [one_round(folder) for _ in range(ROUNDS + 1)][1:]
    each = []
    for place, endpoints in enumerate(TIMED):
        seconds = statistics.median(round[place].cpu for round in rounds)
        each.append((seconds - start) / endpoints)
        print(f"export of {endpoints} endpoints: {each[-1] * 1e6:.2f} CPU µs each, "
              f"{max(round[place].megabytes for round in rounds):.0f} MB")
    print(f"  {spread(each)} (medians of {ROUNDS} rounds; {start * 1000:.0f} ms for the process itself are taken off)")


def one_round(folder: pathlib.Path) -> list[Cost]:
    """Of each size, the mean of the runs that export as many endpoints as the largest; half of them before its run, and half after."""
    half = [[cost(export(folder, endpoints)) for _ in range(max(TIMED) // endpoints // 2)] for endpoints in TIMED]
    largest = cost(export(folder, max(TIMED)))
    runs = [first + [cost(export(folder, endpoints)) for _ in first] for first, endpoints in zip(half, TIMED, strict=True)]
    return [Cost(statistics.fmean(one.wall for one in costs), statistics.fmean(one.cpu for one in costs),
                 max(one.megabytes for one in costs)) for costs in [*runs[:-1], [largest]]]


if __name__ == "__main__":
    main()
