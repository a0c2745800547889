#!/usr/bin/env python3
"""The whole process of `export` for 10,000 services of 10 instances with 500 rules, against the same without a rule: with rules
about services alone, and with some that ask each instance."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import tempfile
from typing import Any

from compare import binary, interleaved, report, wall_seconds

HERE = pathlib.Path(__file__).parent
SERVICES, INSTANCES, RULES = 10000, 10, 500
Rule = dict[str, Any]


def of_services(count: int) -> list[Rule]:
    """As they are written for forty teams: most name one service, some a family of names, few a regular expression."""
    matches = [{"service": f"service-{number * 20:05}"} for number in range(count * 7 // 10)]
    matches += [{"service": f"service-{number:03}*", "datacenter": "dc1"} for number in range(count // 5)]
    matches += [{"service": f"/service-[0-9]+{number:02}/"} for number in range(count - len(matches))]
    settings = ({"exportTo": ["."]}, {"dnsCapture": True}, {"objectLabels": {"team": "{service}"}}, {"protocol": "http2"})
    return [{"name": f"services {number}", "match": match, "set": settings[number % len(settings)]}
            for number, match in enumerate(matches)]


def of_instances(count: int) -> list[Rule]:
    matches = [{"metadata": {"team": f"team-{number % 40}"}, "service": f"service-{number:03}*"} for number in range(count // 2)]
    matches += [{"tag": f"version={number}.*"} for number in range(count // 4)]
    matches += [{"network": f"10.{number}.0.0/16"} for number in range(count - len(matches))]
    return [{"name": f"instances {number}", "match": match, "set": {"labels": {"rule": f"r{number}"}}}
            for number, match in enumerate(matches)]


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        snapshot = folder / "snapshot.json"
        with snapshot.open("wb") as out:
            subprocess.run([sys.executable, HERE / "generate_snapshot.py", str(SERVICES), str(INSTANCES)], stdout=out, check=True)

        def export(rules: list[Rule]) -> list[str]:
            config = folder / f"config-{len(rules)}-{len(rules[-1]['name']) if rules else 0}.yaml"
            config.write_text(json.dumps({
                "apiVersion": "registry2istio.io/v1", "kind": "Config", "rules": rules,
                "sources": [{"kind": "file", "address": str(snapshot)}]}))
            return [binary(), "export", "-c", str(config), "--quiet"]

        bare = export([])
        for what, rules in (("of services", of_services(RULES)),
                            ("of which 100 ask instances", of_services(RULES - 100) + of_instances(100))):
            ruled = export(rules)
            with_rules, without = interleaved(lambda: wall_seconds(ruled), lambda: wall_seconds(bare))
            report(f"export of {SERVICES} x {INSTANCES}", f"with {RULES} rules {what}", with_rules, "without", without)


if __name__ == "__main__":
    main()
