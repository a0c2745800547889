"""Whatever the registry says and the configuration wants: what export writes is taken by istioctl, by a real API server, and by
`check manifests`. The cases are drawn with fixed seeds; what else holds of them is in tests/e2e/snapshots."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from harness.apiserver import ApiServer
from harness.istiod import Istioctl
from support.program import Program
from support.random_mesh import NAMESPACES, Draw, as_yaml

BATCHES, SEEDS_EACH = 4, 25


@pytest.fixture(scope="module")
def judge(api_server: ApiServer) -> ApiServer:
    for name in NAMESPACES:
        api_server.namespace(name)
    return api_server


@pytest.mark.parametrize("batch", range(BATCHES))
def test_nothing_leaves_export_that_a_judge_refuses(batch: int, r2i: Program, tmp_path: Path, judge: ApiServer,
                                                    istioctl: Istioctl) -> None:
    exported: list[str] = []
    for seed in range(1000 + batch * SEEDS_EACH, 1000 + (batch + 1) * SEEDS_EACH):
        mesh = Draw(seed).mesh()
        (tmp_path / "config.yaml").write_text(as_yaml(mesh.config))
        run = r2i("export", "-c", "config.yaml", "--from", "file=-", stdin=json.dumps(mesh.snapshots))
        assert run.code in (0, 1), run
        exported.append(run.stdout)
    stream = "---\n".join(text for text in exported if text)
    objects = len(re.findall(r"^kind: (?:Service|Workload)Entry$", stream, re.M))
    assert objects > 50, "too little is left to be judged"

    checked = r2i("check", "manifests", "-", stdin=stream)
    assert checked.code == 0, checked.stdout
    validated = istioctl.validate(stream)
    assert validated.returncode == 0, validated.stderr
    judged = judge.judge(stream)
    assert judged.returncode == 0, judged.stderr
    assert len(judged.stdout.splitlines()) == objects
