"""What a process costs: seconds, CPU, memory, and instructions, which a busy machine does not change."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """Of a process that has ended, without its children."""

    wall: float  # seconds
    cpu: float  # seconds, of user and system
    megabytes: float  # the most that was in memory at once


def cost(command: Sequence[str], code: int = 0) -> Cost:
    """Runs a command whose output nobody reads and which ends with this exit code."""
    done = subprocess.run([sys.executable, "-S", "-E", __file__, *command], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          stdout=subprocess.DEVNULL, text=True)
    said, _, line = done.stderr.rstrip("\n").rpartition("\n")
    assert done.returncode == code, f"exit code {done.returncode} of {' '.join(command)}\n{said[-2000:]}"
    return Cost(*map(float, line.split()))


def _measure(command: Sequence[str]) -> int:
    """In a small process of its own: what a process starts is said to need as much memory as the process that it comes from."""
    started = time.monotonic()
    child = os.spawnvp(os.P_NOWAIT, command[0], list(command))
    _, status, usage = os.wait4(child, 0)
    wall = time.monotonic() - started
    print(f"\n{wall} {usage.ru_utime + usage.ru_stime} {usage.ru_maxrss / 1024}", file=sys.stderr)
    return os.waitstatus_to_exitcode(status)


class Profile:
    """The instructions of one run, by function, as callgrind counts them."""

    def __init__(self, command: Sequence[str], folder: Path, code: int = 0) -> None:
        handle, name = tempfile.mkstemp(prefix="callgrind.", dir=folder)
        os.close(handle)
        out = Path(name)
        done = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", *command],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        assert done.returncode == code, f"exit code {done.returncode} of {' '.join(command)}\n{done.stderr[-2000:]}"
        self._out = out
        self._text = out.read_text()
        self.total = int(re.search(r"^(?:totals|summary): (\d+)", self._text, re.MULTILINE)[1])

    def calls(self, function: str) -> int:
        """How often functions were called whose name has this in it."""
        # "cfn=(7) name" names the callee, by its number alone from the second time on; "calls=COUNT …" is the next line.
        named = {number for number, name in re.findall(r"^c?fn=\((\d+)\) (.+)$", self._text, re.MULTILINE) if function in name}
        calls = re.findall(r"^cfn=\((\d+)\).*\ncalls=(\d+) ", self._text, re.MULTILINE)
        return sum(int(count) for number, count in calls if number in named)

    def inclusive(self, pattern: str) -> int:
        """Instructions in the function whose name fits, and in what it called: the most expensive one, if several fit."""
        table = subprocess.run(["callgrind_annotate", "--inclusive=yes", "--threshold=100", str(self._out)],
                               capture_output=True, text=True, check=True).stdout
        found = [int(line.split()[0].replace(",", "")) for line in table.splitlines()
                 if re.match(r"\s*[\d,]+ ", line) and re.search(pattern, line)]
        return max(found, default=0)


if __name__ == "__main__":
    sys.exit(_measure(sys.argv[1:]))
