"""From an export to what the mesh makes of it."""

from __future__ import annotations

from collections.abc import Mapping

from harness.apiserver import ApiServer
from harness.istiod import Istiod
from support.processes import wait_for

Targets = Mapping[str, list[str]]  # service port name → ADDRESS:PORT of its endpoints


def assert_serves(istiod: Istiod, api_server: ApiServer, namespace: str, manifests: str, wanted: Mapping[str, Targets]) -> None:
    """istioctl and the API server have nothing against them, and istiod then has these endpoints of these hosts."""
    assert istiod.validate(manifests).returncode == 0
    judged = api_server.judge(manifests)
    assert judged.returncode == 0, judged.stderr
    api_server.apply(manifests)
    istiod.wait_for_config(namespace, *wanted)

    def seen() -> dict[str, Targets]:
        return {host: istiod.targets(host, namespace) for host in wanted}

    try:
        wait_for(lambda: seen() == wanted, "istiod to have the endpoints", timeout=8)
    except TimeoutError:
        assert seen() == wanted
