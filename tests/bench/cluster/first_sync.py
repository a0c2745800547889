#!/usr/bin/env python3
"""The first `apply` of 1,000 services of 5 instances to a real API server, against bare_loop that sends the same PATCH requests
with as many in flight, and against `kubectl apply --server-side`. Each run starts from an empty namespace. Needs R2I_REAL=1:
the servers of tests/real/servers/build. Usage: first_sync.py BARE_LOOP"""

from __future__ import annotations

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parent.parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(TESTS), str(TESTS / "real")]

from bare_requests import Requests  # noqa: E402
from compare import binary  # noqa: E402
from harness.apiserver import NETWORKING, ApiServer  # noqa: E402
from measured import cost  # noqa: E402

SERVICES, INSTANCES = 1000, 5
OWNER = "bench"
ROUNDS, ROUNDS_OF_KUBECTL = 5, 2
SKIPPED = 77


def start_api_server(folder: pathlib.Path) -> tuple[ApiServer, pathlib.Path]:
    """And the folder of kubectl."""
    built = subprocess.run(["bash", TESTS / "real/servers/build"], capture_output=True, text=True, check=True).stdout
    programs = {name: pathlib.Path(path) for name, path in (line.split("=", 1) for line in built.splitlines())}
    etcd = next(place for name in ("etcd", "server") if (place := programs["etcd"] / name).exists())
    server = ApiServer(etcd, programs["kubernetes"], programs["istio"] / "crd-all.gen.yaml", folder / "kubernetes")
    return server.start(), programs["kubernetes"]


@dataclass(frozen=True)
class FirstSync:
    """Ways to bring the services of a snapshot into an empty namespace."""

    api_server: ApiServer
    folder: pathlib.Path
    snapshot: pathlib.Path
    kubectl: pathlib.Path
    bare_loop: str

    def apply(self, namespace: str, at_once: int) -> list[str]:
        return [binary(), "apply", "--from", f"file={self.snapshot}", "-n", namespace, "--owner", OWNER, "--quiet",
                "--parallelism", str(at_once), "--kubeconfig", str(self.api_server.kubeconfig(namespace=namespace))]

    def bare(self, namespace: str, at_once: int) -> list[str]:
        requests = Requests(self.folder / "requests")
        folder = f"{self.api_server.address}{NETWORKING}/namespaces/{namespace}/serviceentries"
        query = f"fieldManager=registry2istio-{OWNER}&force=false&fieldValidation=Strict"
        requests.patches(at_once, ((f"{folder}/{wanted['metadata']['name']}?{query}",
                                    json.dumps(wanted, separators=(",", ":")).encode())
                                   for wanted in json.loads(self._export(namespace, "json"))["items"]))
        kubeconfig = json.loads(self.api_server.kubeconfig(namespace=namespace).read_text())
        return [self.bare_loop, str(requests.path), kubeconfig["clusters"][0]["cluster"]["certificate-authority"],
                kubeconfig["users"][0]["user"]["token"]]

    def kubectl_apply(self, namespace: str, _at_once: int) -> list[str]:
        manifests = self.folder / "manifests.yaml"
        manifests.write_bytes(self._export(namespace, "yaml"))
        return [str(self.kubectl / "kubectl"), "apply", "--server-side", "-f", str(manifests), "--kubeconfig",
                str(self.api_server.kubeconfig(namespace=namespace))]

    def _export(self, namespace: str, output: str) -> bytes:
        return subprocess.run([binary(), "export", "--from", f"file={self.snapshot}", "-n", namespace, "--owner", OWNER, "-o",
                               output, "--quiet"], capture_output=True, check=True).stdout

    def seconds(self, command: Callable[[str, int], list[str]], at_once: int) -> float:
        """Of one run of it in a namespace of its own, which is emptied again: `apply` lists the whole cluster."""
        namespace = self.api_server.namespace()
        seconds = cost(command(namespace, at_once)).wall
        found = len(self.api_server.objects("ServiceEntry", namespace))
        assert found == SERVICES, f"{found} objects of {SERVICES}"
        self.api_server.clear(namespace)
        return seconds


def compare(sync: FirstSync, at_once: int) -> float:
    """The median of `apply`."""
    rounds = [(sync.seconds(sync.apply, at_once), sync.seconds(sync.bare, at_once)) for _ in range(ROUNDS + 1)][1:]
    own, bare = (statistics.median(times) for times in zip(*rounds, strict=True))
    pairs = statistics.median(one / other for one, other in rounds)
    print(f"first sync of {SERVICES} x {INSTANCES}, {at_once} in flight: apply {own:.2f} s, bare loop {bare:.2f} s: ratio "
          f"{own / bare:.2f}, of runs next to each other {pairs:.2f} (medians of {ROUNDS} interleaved runs)", flush=True)
    return own


def main() -> int:
    if os.environ.get("R2I_REAL") != "1":
        print("NOT MEASURED: set R2I_REAL=1 to measure against a real API server")
        return SKIPPED
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        snapshot = folder / "snapshot.json"
        with snapshot.open("wb") as out:
            subprocess.run([sys.executable, HERE.parent / "generate_snapshot.py", str(SERVICES), str(INSTANCES)], stdout=out,
                           check=True)
        api_server, kubectl = start_api_server(folder)
        try:
            sync = FirstSync(api_server, folder, snapshot, kubectl, sys.argv[1])
            own = [compare(sync, at_once) for at_once in (16, 64)]
            kubectls = statistics.median(sync.seconds(sync.kubectl_apply, 1) for _ in range(ROUNDS_OF_KUBECTL))
        finally:
            api_server.stop()
    print(f"  kubectl apply --server-side {kubectls:.1f} s: {kubectls / own[0]:.1f} times apply with 16 in flight, "
          f"{kubectls / own[1]:.1f} times apply with 64 (median of {ROUNDS_OF_KUBECTL})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
