#!/usr/bin/env python3
"""`fetch` of 50,000 keys from a real etcd, by gRPC and by the JSON gateway, against `etcdctl get --prefix` of the same, which speaks
gRPC, and against a curl that asks the gateway for all of them in one answer and throws it away: what the gateway itself takes. Needs
R2I_REAL=1: the servers of tests/real/servers/build."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import tempfile
from base64 import b64encode

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parent.parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(TESTS), str(TESTS / "real")]

from compare import RUNS, binary  # noqa: E402
from fetch import medians  # noqa: E402
from harness.etcd import Etcd  # noqa: E402
from measured import cost  # noqa: E402

SERVICES, INSTANCES = 5000, 10
AT_ONCE = 100  # operations in one transaction
SKIPPED = 77


def encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


def fill(etcd: Etcd) -> None:
    operations = []
    for number in range(SERVICES * INSTANCES):
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}:8080"
        value = json.dumps({"Op": 0, "Addr": address, "Metadata": {"version": f"v{number % 7}", "env": "production",
                                                                     "team": f"team-{number % 40}", "protocol": "grpc"}})
        key = f"/services/service-{number // INSTANCES:05}/{address}"
        operations.append({"request_put": {"key": encoded(key), "value": encoded(value)}})
    for start in range(0, len(operations), AT_ONCE):
        answer = etcd.post("kv/txn", {"success": operations[start:start + AT_ONCE]})
        assert answer.status == 200, answer.text


def main() -> int:
    if os.environ.get("R2I_REAL") != "1":
        print("nothing was measured: set R2I_REAL=1 to run this against a real etcd")
        return SKIPPED
    built = subprocess.run(["bash", TESTS / "real/servers/build"], capture_output=True, text=True, check=True).stdout
    programs = dict(line.split("=", 1) for line in built.splitlines())
    clients = pathlib.Path(programs["etcd-clients"])
    with tempfile.TemporaryDirectory() as folder:
        etcd = Etcd(pathlib.Path(programs["etcd"], "etcd"), clients, pathlib.Path(folder, "etcd")).start()
        try:
            fill(etcd)
            source = f"etcd={etcd.address}?layout=grpc&prefix=/services"
            ours = [binary(), "fetch", "--from", source, "--quiet"]
            theirs = [str(clients / "etcdctl"), f"--endpoints={etcd.address}", "--dial-timeout=60s", "--command-timeout=60s", "get",
                      "--prefix", "/services/"]
            everything = json.dumps({"key": encoded("/services/"), "range_end": encoded("/services0")})
            curl = ["curl", "-q", "--silent", "--fail", "--data", everything, f"{etcd.address}/v3/kv/range"]
            by_json = [*ours[:3], source + "&api=json", "--quiet"]
            commands = {"fetch": ours, "etcdctl get --prefix": theirs, "fetch by the gateway": by_json, "curl of the gateway": curl}
            found = medians(commands)
            own = found["fetch"]
            print(f"fetch of {SERVICES * INSTANCES} keys from etcd {etcd.version}: {own:.3f} s (medians of {RUNS} interleaved runs)")
            for name, seconds in found.items():
                one = cost(commands[name])
                if name != "fetch":
                    print(f"  against {name}: {seconds:.3f} s, ratio {own / seconds:.2f}")
                print(f"  {name}: {one.cpu:.3f} s of CPU, {one.megabytes:.0f} MB")
        finally:
            etcd.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
