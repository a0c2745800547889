#!/usr/bin/env python3
"""An `apply` that finds nothing to do, from a Consul and an API server that give prepared answers: against bare_loop, which
asks for the same and looks at nothing; what its parts cost; and how that grows with the number of services.
Usage: unchanged.py BARE_LOOP"""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import ssl
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parent.parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(TESTS)]

from bare_requests import Requests  # noqa: E402
from compare import binary  # noqa: E402
from measured import Cost, Profile, cost  # noqa: E402
from mesh import NAMESPACE, OWNER, cluster_answers, consul_answers  # noqa: E402
from prepared import Prepared, prepared_server  # noqa: E402
from support.certificates import Authority  # noqa: E402

SERVICES, INSTANCES = 5000, 15
GROWTH = (1000, 5000, 20000)
AT_ONCE = 16
RUNS = 31
# Parts of a run, as inclusive costs of functions; what is within another one of them is taken off it.
PARTS = {
    "JSON of Consul": r"sources::consul::parse_instances\(",
    "JSON of the API server": r"kube::read_page\(",
    "comparison": r"plan::Planner::object\(",
    "conversion": r"transform::convert\(",
    "combination": r"transform::combine\(",
    "libcurl": r"curl_multi_socket_action",
}
WITHIN = {"JSON of the API server": "comparison"}


@dataclass(frozen=True)
class Commands:
    apply: list[str]
    bare: list[str]
    requests: int


def apply(consul: Prepared, cluster: Prepared, folder: pathlib.Path, ca: str, compressed: bool) -> list[str]:
    kubeconfig = folder / "kubeconfig"
    entry = {"server": cluster.address, "disable-compression": not compressed, **({"certificate-authority": ca} if ca else {})}
    kubeconfig.write_text(json.dumps({
        "apiVersion": "v1", "kind": "Config", "current-context": "bench", "clusters": [{"name": "bench", "cluster": entry}],
        "users": [{"name": "bench", "user": {}}],
        "contexts": [{"name": "bench", "context": {"cluster": "bench", "user": "bench"}}]}))
    return [binary(), "apply", "--from", f"consul={consul.address}", "-n", NAMESPACE, "--owner", OWNER, "--quiet",
            "--parallelism", str(AT_ONCE), "--kubeconfig", str(kubeconfig)]


@contextmanager
def unchanged_mesh(services: int, bare_loop: str, folder: pathlib.Path, tls: bool = False) -> Iterator[Commands]:
    """`tls`: the API server is asked over HTTPS, and compresses its pages."""
    asked_consul = consul_answers(services, INSTANCES)
    asked_cluster = cluster_answers(binary(), asked_consul)
    with ExitStack() as stack:
        ca, context = "", None
        if tls:
            authority = Authority(folder / "certificates")
            certificate = authority.issue("server")
            ca, context = str(authority.ca), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate.cert, certificate.key)
        consul = stack.enter_context(prepared_server(asked_consul))
        cluster = stack.enter_context(prepared_server(asked_cluster, context))
        command = apply(consul, cluster, folder, ca, tls)
        cost(command)
        asked_consul_for, asked_cluster_for = consul.asked(), cluster.asked()
        requests = Requests(folder / "requests")
        requests.batch(AT_ONCE, [consul.address + path for path in asked_consul_for])
        requests.batch(1, [cluster.address + path for path in asked_cluster_for], tls)
        yield Commands(command, [bare_loop, str(requests.path), *([ca] if ca else [])],
                       len(asked_consul_for) + len(asked_cluster_for))


def medians(costs: Sequence[Cost]) -> Cost:
    return Cost(*(statistics.median(getattr(one, field) for one in costs) for field in ("wall", "cpu", "megabytes")))


def compare(bare_loop: str, folder: pathlib.Path, tls: bool) -> None:
    with unchanged_mesh(SERVICES, bare_loop, folder, tls) as commands:
        rounds = [(cost(commands.apply), cost(commands.bare)) for _ in range(RUNS + 1)][1:]
        own, bare = (medians(costs) for costs in zip(*rounds, strict=True))
        how = "HTTPS and compressed pages" if tls else "plain HTTP"
        print(f"unchanged mesh of {SERVICES} x {INSTANCES}, {commands.requests} requests, {how}: apply {own.cpu:.3f} CPU s, bare "
              f"loop {bare.cpu:.3f} CPU s: ratio {own.cpu / bare.cpu:.2f}; {own.megabytes:.0f} MB against "
              f"{bare.megabytes:.0f} MB (medians of {RUNS} interleaved runs)", flush=True)


def show_parts(services: int, profile: Profile) -> None:
    costs = {name: profile.inclusive(pattern) for name, pattern in PARTS.items()}
    for name, inner in WITHIN.items():
        costs[name] -= costs[inner]
    costs["the rest"] = profile.total - sum(costs.values())
    parts = ", ".join(f"{name} {part / profile.total:.0%}" for name, part in costs.items())
    print(f"  of {profile.total / 1e6:.0f} M instructions for {services} services: {parts}", flush=True)


def count(bare_loop: str, folder: pathlib.Path) -> None:
    """By callgrind, which counts no instructions of the kernel's."""
    for services in GROWTH:
        with unchanged_mesh(services, bare_loop, folder) as commands:
            own, bare = Profile(commands.apply, folder), Profile(commands.bare, folder)
        print(f"unchanged mesh of {services} x {INSTANCES}: {own.total / services / 1000:.1f} thousand instructions a service, "
              f"bare loop {bare.total / services / 1000:.1f}", flush=True)
        show_parts(services, own)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for tls in (False, True):
            compare(sys.argv[1], folder, tls)
        if shutil.which("valgrind"):
            count(sys.argv[1], folder)
        else:
            print("instructions were NOT COUNTED: there is no valgrind")


if __name__ == "__main__":
    main()
