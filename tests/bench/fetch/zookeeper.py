#!/usr/bin/env python3
"""`fetch` of 50,000 nodes from a real ZooKeeper against a loop of its C client that reads the same and does nothing with it
(zookeeper_baseline.cpp). Needs R2I_REAL=1: Debian's package zookeeper."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parent.parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(TESTS), str(TESTS / "real")]

from compare import RUNS, binary  # noqa: E402
from fetch import medians  # noqa: E402
from harness.zookeeper import ZooKeeper  # noqa: E402
from measured import cost  # noqa: E402

SERVICES, INSTANCES = 5000, 10
WINDOW = 256  # of registry2istio, by default
SKIPPED = 77


def fill(server: ZooKeeper, writer: str) -> None:
    lines = []
    for number in range(SERVICES * INSTANCES):
        name, address = f"service-{number // INSTANCES:05}", f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        if number % INSTANCES == 0:
            lines.append(f"/services/{name}\t")
        lines.append(f"/services/{name}/{address}:8080\t" + json.dumps({
            "name": name, "id": f"{address}:8080", "address": address, "port": 8080, "sslPort": None,
            "payload": {"@class": "org.springframework.cloud.zookeeper.discovery.ZookeeperInstance", "id": "application-1",
                        "name": name, "metadata": {"version": f"v{number % 7}", "env": "production",
                                                   "team": f"team-{number % 40}", "instance_status": "UP"}},
            "registrationTimeUTC": 1700000000000, "serviceType": "DYNAMIC",
            "uriSpec": {"parts": [{"value": "scheme", "variable": True}, {"value": "://", "variable": False},
                                  {"value": "address", "variable": True}, {"value": ":", "variable": False},
                                  {"value": "port", "variable": True}]}}))
    subprocess.run([writer, server.address], input="\n".join(["/services\t", *lines, ""]), text=True, check=True)


def main() -> int:
    if os.environ.get("R2I_REAL") != "1":
        print("nothing was measured: set R2I_REAL=1 to run this against a real ZooKeeper")
        return SKIPPED
    baseline, writer = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as folder:
        server = ZooKeeper(pathlib.Path(folder, "zookeeper")).start()
        try:
            fill(server, writer)
            ours = [binary(), "fetch", "--from", f"zookeeper={server.address}", "--quiet"]
            theirs = [baseline, server.address, "/services", str(WINDOW)]
            found = medians({"fetch": ours, "loop": theirs})
            print(f"fetch of {SERVICES * INSTANCES} nodes from ZooKeeper {server.version}: {found['fetch']:.3f} s, a bare loop of the "
                  f"C client: {found['loop']:.3f} s, ratio {found['fetch'] / found['loop']:.2f} (medians of {RUNS} interleaved runs)")
            for name, command in (("fetch", ours), ("loop", theirs)):
                one = cost(command)
                print(f"  {name}: {one.cpu:.3f} s of CPU, {one.megabytes:.0f} MB")
        finally:
            server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
