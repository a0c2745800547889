"""Fills a Consul with many services, and takes down what it then answers."""

from __future__ import annotations

import http.client
import json
from typing import Any

from harness.consul import Consul

NODES = 200
OPERATIONS = 64  # what Consul takes in one transaction
OWN_HEADERS = ("X-Consul-Index", "X-Consul-Knownleader", "X-Consul-Lastcontact", "X-Consul-Effective-Consistency")


def fill(consul: Consul, services: int, instances: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", consul.ports["http"])
    operations = [_node(number) for number in range(NODES)]
    for number in range(services * instances):
        operations += _instance(number // instances, number)
    for start in range(0, len(operations), OPERATIONS):
        connection.request("PUT", "/v1/txn", json.dumps(operations[start:start + OPERATIONS]))
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status == 200, text
    connection.close()


def _address(number: int) -> str:
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def _node(number: int) -> dict[str, Any]:
    return {"Node": {"Verb": "set", "Node": {"Node": f"node-{number:03}", "Address": _address(number)}}}


def _instance(service: int, number: int) -> list[dict[str, Any]]:
    node, name, own = f"node-{number % NODES:03}", f"service-{service:05}", f"service-{service:05}-{number}"
    made = {"ID": own, "Service": name, "Address": _address(number), "Port": 8080,
            "Tags": ["primary", f"version={service % 7}"], "Meta": {"env": "production", "team": f"team-{service % 40}"}}
    check = {"Node": node, "CheckID": f"service:{own}", "Name": "alive", "Status": "passing", "ServiceID": own}
    return [{"Service": {"Verb": "set", "Node": node, "Service": made}}, {"Check": {"Verb": "set", "Check": check}}]


def paths(consul: Consul) -> list[str]:
    """What `fetch` asks for, in its order."""
    names = consul.api.must("GET", "/v1/catalog/services").json
    return ["/v1/catalog/services?stale=", *(f"/v1/health/service/{name}?stale=" for name in sorted(names))]


def answers(consul: Consul, wanted: list[str]) -> dict[bytes, bytes]:
    """Path → the whole HTTP answer."""
    connection = http.client.HTTPConnection("127.0.0.1", consul.ports["http"])
    found = {}
    for path in wanted:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        headers = "".join(f"{name}: {answer.headers[name]}\r\n" for name in OWN_HEADERS if answer.headers[name])
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
        found[path.encode()] = head.encode() + body
    connection.close()
    return found
