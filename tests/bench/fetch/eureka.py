#!/usr/bin/env python3
"""`fetch` of 5,000 applications of 10 instances from a Eureka, about 100 MB of JSON in one answer: from the request to the snapshot
against nlohmann's SAX parser with callbacks that do nothing over the same bytes, and the memory against the answer."""

from __future__ import annotations

import json
import pathlib
import statistics
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent.parent)]

from compare import binary, printed_times, wall_seconds  # noqa: E402
from delayed import delayed_server  # noqa: E402
from measured import cost  # noqa: E402
from support.fake_eureka import HOUR, instance, registry, with_lease  # noqa: E402

APPLICATIONS, INSTANCES = 5000, 10
RUNS = 5


def whole_registry() -> bytes:
    return json.dumps(registry({f"SERVICE-{app:05}": [one(app, number) for number in range(INSTANCES)]
                                for app in range(APPLICATIONS)}), separators=(",", ":")).encode()


def one(app: int, number: int) -> dict[str, object]:
    name, place = f"service-{app:05}", app * INSTANCES + number
    address = f"10.{place >> 16 & 255}.{place >> 8 & 255}.{place & 255}"
    host = f"{name}-{number}.node-{place % 200:03}.production.example.com"
    made = with_lease(instance(name, address, 8080, id=f"{host}:{name}:8080"), HOUR)
    urls = {key: f"http://{host}:8080/{path}" for key, path in (
        ("homePageUrl", ""), ("statusPageUrl", "actuator/info"), ("healthCheckUrl", "actuator/health"))}
    metadata = {"management.port": "8081", "version": f"v{place % 7}", "zone": f"zone-{place % 3}", "team": f"team-{app % 40}",
                "git.commit.id": f"{place:040x}", "build.time": "2026-01-01T00:00:00Z",
                "prometheus.path": "/actuator/prometheus", "description": "x" * 700}
    return {**made, **urls, "hostName": host, "metadata": metadata}


def main() -> int:
    baseline = sys.argv[1]
    body = whole_registry()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with tempfile.TemporaryDirectory() as name, delayed_server({b"/eureka/apps": head + body}, 0) as address:
        file = pathlib.Path(name, "apps.json")
        file.write_bytes(body)
        fetch = [binary(), "fetch", "--from", f"eureka={address}/eureka", "--quiet"]
        curl = ["curl", "-q", "--silent", "--fail", "--output", "/dev/null", f"{address}/eureka/apps"]
        rounds = [(cost(fetch), printed_times([baseline, str(file)]), wall_seconds(curl)) for _ in range(RUNS + 1)][1:]
    wall, cpu = (statistics.median(getattr(own, what) for own, _, _ in rounds) for what in ("wall", "cpu"))
    memory = max(own.megabytes for own, _, _ in rounds)
    sax, sax_cpu = (statistics.median(times[index] for _, times, _ in rounds) for index in (0, 1))
    transfer = statistics.median(seconds for _, _, seconds in rounds)
    size = len(body) / 2**20
    print(f"fetch of {APPLICATIONS} x {INSTANCES} from Eureka, {size:.0f} MB: {wall:.3f} s, of which CPU {cpu:.3f} s "
          f"(medians of {RUNS} interleaved runs)")
    print(f"  against nlohmann's SAX parser: {sax:.3f} s, ratio {wall / sax:.2f}; of CPU {sax_cpu:.3f} s, ratio {cpu / sax_cpu:.2f}")
    print(f"  curl, which throws the same answer away: {transfer:.3f} s")
    print(f"  memory at most {memory:.0f} MB: {memory / size:.2f} times the answer")
    return 0


if __name__ == "__main__":
    sys.exit(main())
