#!/usr/bin/env python3
"""Prints a snapshot as `registry2istio fetch` would: SERVICES services of INSTANCES instances each, as a Consul has them."""

import json
import sys


def instance(service: int, index: int) -> dict:
    number = service * 16 + index
    return {
        "id": f"service-{service:05}-{index}",
        "node": f"node-{number % 997:03}",
        "address": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
        "ports": [{"number": 8080}],
        "health": "passing",
        "weight": 1,
        "tags": ["primary", f"version={service % 7}.{index % 3}"],
        "metadata": {"env": "production", "team": f"team-{service % 40}"},
    }


def service(number: int, instances: int) -> dict:
    return {"name": f"service-{number:05}", "scope": "dc1", "instances": [instance(number, index) for index in range(instances)]}


def main() -> None:
    services, instances = int(sys.argv[1]), int(sys.argv[2])
    head = {
        "apiVersion": "registry2istio.io/v1",
        "kind": "Snapshot",
        "source": {"name": "consul", "kind": "consul", "address": "http://127.0.0.1:8500"},
        "fetchedAt": "2026-01-01T00:00:00Z",
        "scopes": [{"name": "dc1", "complete": True, "datacenter": "dc1"}],
    }
    print(json.dumps(head, indent=2).removesuffix("\n}") + ',\n  "services": [')
    for number in range(services):  # one by one: of a million instances all together would not fit
        text = json.dumps(service(number, instances), indent=2).replace("\n", "\n    ")
        print(f"    {text}{',' if number + 1 < services else ''}")
    print("  ]\n}")


if __name__ == "__main__":
    main()
