#!/usr/bin/env python3
"""`fetch` of 4,000 services of 5 instances from a real Consul against `curl --parallel` of the same URLs; then with 5 ms added
to each request, against latency x requests / window. Needs R2I_REAL=1: the servers of tests/real/servers/build."""

from __future__ import annotations

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parent.parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(TESTS), str(TESTS / "real")]

from compare import RUNS, binary, wall_seconds  # noqa: E402
from delayed import delayed_server  # noqa: E402
from harness.consul import Consul  # noqa: E402
from registry import answers, fill, paths  # noqa: E402

SERVICES, INSTANCES = 4000, 5
WINDOW = 16  # requests that `fetch` has in flight by default
DELAY = 0.005
SKIPPED = 77


def start_consul(folder: pathlib.Path) -> Consul:
    built = subprocess.run(["bash", TESTS / "real/servers/build"], capture_output=True, text=True, check=True).stdout
    programs = dict(line.split("=", 1) for line in built.splitlines())
    return Consul(pathlib.Path(programs["consul"], "consul"), folder / "consul", settings={"log_level": "warn"}).start()


def curl(folder: pathlib.Path, address: str, wanted: Sequence[str], at_once: int) -> list[str]:
    """curl that asks for all of it and throws it away."""
    config = folder / f"curl-{address.rsplit(':', 1)[1]}"
    config.write_text("".join(f'url = "{address}{path}"\noutput = "/dev/null"\n' for path in wanted))
    return ["curl", "-q", "--silent", "--fail", "--parallel", "--parallel-max", str(at_once), "-K", str(config)]


def fetch(address: str, *flags: str) -> list[str]:
    return [binary(), "fetch", "--from", f"consul={address}", "--quiet", *flags]


def medians(commands: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """The median time of each, all run in turn, after one round that does not count."""
    rounds = [{name: wall_seconds(command) for name, command in commands.items()} for _ in range(RUNS + 1)][1:]
    return {name: statistics.median(times[name] for times in rounds) for name in commands}


def compare_with_curl(folder: pathlib.Path, consul: Consul, wanted: Sequence[str]) -> None:
    eight, sixteen = (curl(folder, consul.address, wanted, at_once) for at_once in (8, WINDOW))
    found = medians({"fetch": fetch(consul.address), "curl with 8 in flight": eight, "curl with 16 in flight": sixteen,
                     "curl with 16 in flight, compressed": [*sixteen, "--compressed"]})
    own = found.pop("fetch")
    print(f"fetch of {SERVICES} x {INSTANCES} from Consul: {own:.3f} s (medians of {RUNS} interleaved runs)")
    for name, seconds in found.items():
        print(f"  against {name}: {seconds:.3f} s, ratio {own / seconds:.2f}")


def compare_with_latency(folder: pathlib.Path, recorded: Mapping[bytes, bytes], wanted: Sequence[str]) -> None:
    with delayed_server(recorded, 0) as address:
        seconds = statistics.median(wall_seconds(curl(folder, address, wanted, WINDOW)) for _ in range(3))
        print(f"the server of recorded answers: {len(wanted) / seconds:.0f} answers a second at most")
    with delayed_server(recorded, DELAY) as address:
        latency = one_by_one(folder, address, wanted[1:201])
        commands = {f"fetch with {window} in flight": fetch(address, f"--parallelism={window}") for window in (WINDOW, 32)}
        found = medians({**commands, "curl with 16 in flight": curl(folder, address, wanted, WINDOW)})
    ideal = {name: DELAY * len(wanted) / int(name.split()[2]) for name in found}
    print(f"with {DELAY * 1000:.0f} ms added to each of {len(wanted)} requests (measured one by one: {latency * 1000:.2f} ms):")
    for name, seconds in found.items():
        print(f"  {name}: {seconds:.3f} s, latency x requests / window {ideal[name]:.3f} s, ratio {seconds / ideal[name]:.2f}")


def one_by_one(folder: pathlib.Path, address: str, wanted: Sequence[str]) -> float:
    """Seconds that one request takes over a kept connection."""
    command = curl(folder, address, wanted, 1)
    started = time.monotonic()
    subprocess.run([word for word in command if word not in ("--parallel", "--parallel-max", "1")], check=True)
    return (time.monotonic() - started) / len(wanted)


def main() -> int:
    if os.environ.get("R2I_REAL") != "1":
        print("NOT MEASURED: set R2I_REAL=1 to measure against a real Consul")
        return SKIPPED
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        consul = start_consul(folder)
        try:
            fill(consul, SERVICES, INSTANCES)
            wanted = paths(consul)
            compare_with_curl(folder, consul, wanted)
            recorded = answers(consul, wanted)
        finally:
            consul.stop()
        compare_with_latency(folder, recorded, wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main())
