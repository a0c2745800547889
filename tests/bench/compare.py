"""Times two commands in turn, so that what else the machine does meets both alike, and compares the medians."""

import os
import statistics
import subprocess
import time
from typing import Callable, Sequence

RUNS = 15


def wall_seconds(command: Sequence[str]) -> float:
    """The time of a whole process whose output nobody reads."""
    started = time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.monotonic() - started


def printed_times(command: Sequence[str]) -> list[float]:
    """The times that the command measured itself and prints: on the clock, and others."""
    return [float(word) for word in subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()]


def printed_seconds(command: Sequence[str]) -> float:
    return printed_times(command)[0]


def interleaved(a: Callable[[], float], b: Callable[[], float], runs: int = RUNS) -> tuple[float, float]:
    """The medians of both, after one run of each that does not count."""
    a(), b()
    pairs = [(a(), b()) for _ in range(runs)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def report(name: str, what: str, a: float, against: str, b: float) -> None:
    print(f"{name}: {what} {a * 1000:.1f} ms, {against} {b * 1000:.1f} ms: ratio {a / b:.2f} (medians of interleaved runs)")


def binary() -> str:
    return os.environ["R2I_BINARY"]
