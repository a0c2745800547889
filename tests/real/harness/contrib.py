"""The manifests of contrib/kubernetes, as kustomize builds them."""

from __future__ import annotations

import os
import json
from pathlib import Path
from typing import Any

import yaml

from harness.apiserver import ApiServer

FOLDER = Path(__file__).parents[3] / "contrib" / "kubernetes"
NAMESPACE = ACCOUNT = "registry2istio"


def build(api_server: ApiServer, folder: Path = FOLDER) -> list[dict[str, Any]]:
    done = api_server.kubectl("kustomize", folder)
    assert done.stderr == "", done.stderr
    return list(yaml.load_all(done.stdout, yaml.CSafeLoader))


def overlay(api_server: ApiServer, folder: Path, **settings: Any) -> list[dict[str, Any]]:
    """What a user's own kustomization makes of them: `settings` as kustomization.yaml has them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "kustomization.yaml").write_text(json.dumps({
        "apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": [os.path.relpath(FOLDER, folder)],
        **settings}))
    return build(api_server, folder)


def rules(manifests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every rule of every role, to be looked at or changed in place."""
    return [rule for one in manifests if one["kind"] in ("Role", "ClusterRole") for rule in one["rules"]]
