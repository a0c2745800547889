#!/usr/bin/env python3
"""`fetch` of 4,000 services of 5 instances from a real Nacos 2.3.2 against `curl --parallel`: service by service, through the API of
Nacos's clients, against the same URLs; by pages against the same URLs, whose 5 MB curl throws away, and against those of service by
service, which the pages save. Needs R2I_REAL=1: the servers of tests/real/servers/build."""

from __future__ import annotations

import http.client
import json
import os
import pathlib
import subprocess
import sys
import tempfile
from urllib.parse import urlencode

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parent.parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(TESTS), str(TESTS / "real")]

from compare import RUNS, binary  # noqa: E402
from fetch import SKIPPED, WINDOW, curl, medians  # noqa: E402
from harness.nacos import Nacos  # noqa: E402

SERVICES, INSTANCES, PAGE = 4000, 5, 500
# Nobody keeps them alive: they are to live for as long as the measuring takes.
PATIENCE = {"preserved.heart.beat.timeout": "7200000", "preserved.ip.delete.timeout": "7200000"}


def start_nacos(folder: pathlib.Path) -> Nacos:
    built = subprocess.run(["bash", TESTS / "real/servers/build"], capture_output=True, text=True, check=True).stdout
    programs = dict(line.split("=", 1) for line in built.splitlines())
    return Nacos(pathlib.Path(programs["nacos"]), folder / "nacos").start()


def fill(server: Nacos) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    for number in range(SERVICES * INSTANCES):
        metadata = {**PATIENCE, "version": f"v{number % 7}", "team": f"team-{number % 40}"}
        query = urlencode({"serviceName": f"service-{number // INSTANCES:05}", "ip": f"127.{number >> 16}.{number >> 8 & 255}.{number & 255}",
                           "port": 8080, "ephemeral": "true", "metadata": json.dumps(metadata)})
        connection.request("POST", f"/nacos/v1/ns/instance?{query}")
        answer = connection.getresponse()
        assert answer.read() == b"ok"
    connection.close()


def paged() -> list[str]:
    """What `fetch` asks for, in its order."""
    catalog = "/nacos/v1/ns/catalog/services?withInstances="
    return [f"{catalog}false&pageNo=1&pageSize=50000",
            *(f"{catalog}true&pageNo={number}&pageSize={PAGE}" for number in range(1, SERVICES // PAGE + 1))]


def one_by_one() -> list[str]:
    names = (f"service-{number:05}" for number in range(SERVICES))
    return ["/nacos/v2/ns/service/list?pageNo=1&pageSize=50000&groupName=DEFAULT_GROUP",
            *(f"/nacos/v2/ns/instance/list?groupName=DEFAULT_GROUP&serviceName={name}&healthyOnly=false" for name in names)]


def compare(folder: pathlib.Path, server: Nacos) -> None:
    ways = {"service by service": ("apiVersion=v2&group=DEFAULT_GROUP", one_by_one()), "by pages": ("apiVersion=v1", paged())}
    commands = {}
    for what, (settings, wanted) in ways.items():
        (folder / what).mkdir()
        commands[f"fetch {what}"] = [binary(), "fetch", "--from", f"nacos={server.address}?{settings}", "--quiet"]
        commands[f"curl {what}"] = curl(folder / what, server.address, wanted, WINDOW)
    found = medians(commands)
    for what, other in (("service by service",) * 2, ("by pages", "service by service"), ("by pages",) * 2):
        own, seconds = found[f"fetch {what}"], found[f"curl {other}"]
        print(f"fetch of {SERVICES} x {INSTANCES} from Nacos {what}: {own:.3f} s against curl with {WINDOW} in flight, {other} "
              f"({len(ways[other][1])} requests): {seconds:.3f} s, ratio {own / seconds:.2f} (medians of {RUNS} interleaved runs)")


def main() -> int:
    if os.environ.get("R2I_REAL") != "1":
        print("NOT MEASURED: set R2I_REAL=1 to measure against a real Nacos")
        return SKIPPED
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        server = start_nacos(folder)
        try:
            fill(server)
            compare(folder, server)
        finally:
            server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
