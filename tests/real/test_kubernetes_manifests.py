"""contrib/kubernetes is taken by a real API server, without a warning, and does what its README says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.apiserver import ApiServer
from harness.contrib import FOLDER, NAMESPACE, build, overlay


@pytest.fixture(scope="module")
def installed(api_server: ApiServer) -> ApiServer:
    done = api_server.kubectl("apply", "--server-side", "--validate=strict", "-k", FOLDER)
    assert done.stderr == "", done.stderr
    return api_server


def of_kind(manifests: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    (found,) = [one for one in manifests if one["kind"] == kind]
    return found


@pytest.mark.parametrize("how", [("--server-side",), ()])
def test_the_api_server_takes_them(installed: ApiServer, how: tuple[str, ...]) -> None:
    done = installed.kubectl("apply", *how, "--dry-run=server", "--validate=strict", "-k", FOLDER)
    warnings = [line for line in done.stderr.splitlines() if "last-applied-configuration" not in line]
    assert warnings == [], done.stderr
    assert len(done.stdout.splitlines()) == len(build(installed)) == 10


def test_nothing_changes_when_they_are_applied_again(installed: ApiServer) -> None:
    before = installed.kubectl("get", "-o", "yaml", "-k", FOLDER).stdout
    installed.kubectl("apply", "--server-side", "-k", FOLDER)
    assert installed.kubectl("get", "-o", "yaml", "-k", FOLDER).stdout == before


def test_the_pod_is_allowed_where_restricted_is_enforced(installed: ApiServer) -> None:
    """And one that asks for more is not: the namespace does enforce it."""
    job = of_kind(build(installed), "CronJob")["spec"]["jobTemplate"]["spec"]
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "trial", "namespace": NAMESPACE},
           "spec": job["template"]["spec"]}
    assert installed.judge(pod).returncode == 0, installed.judge(pod).stderr
    pod["spec"]["containers"][0]["securityContext"]["allowPrivilegeEscalation"] = True
    refused = installed.judge(pod)
    assert refused.returncode != 0 and 'violates PodSecurity "restricted' in refused.stderr, refused


def test_the_job(installed: ApiServer) -> None:
    spec = installed.client().must("GET", f"/apis/batch/v1/namespaces/{NAMESPACE}/cronjobs/registry2istio").json["spec"]
    job = spec["jobTemplate"]["spec"]
    assert spec["concurrencyPolicy"] == "Forbid" and job["template"]["spec"]["restartPolicy"] == "Never"
    assert job["activeDeadlineSeconds"] < 5 * 60, "it ends before the next one is due"
    (rule,) = job["podFailurePolicy"]["rules"]
    assert rule["action"] == "FailJob" and {2, 5} <= set(rule["onExitCodes"]["values"])
    assert {0, 3, 4}.isdisjoint(rule["onExitCodes"]["values"]), "another attempt may be better"


def test_its_command_line_is_one(installed: ApiServer, r2i) -> None:
    """The command and the variables of the ConfigMap are taken: the run fails for want of a cluster, not of a setting."""
    manifests = build(installed)
    (container,) = of_kind(manifests, "CronJob")["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    assert container["command"] == ["registry2istio"]
    run = r2i(*container["args"], env=of_kind(manifests, "ConfigMap")["data"])
    assert run.code == 2 and "kubeconfig" in run.stderr and "R2I_" not in run.stderr, run


def test_the_user_sets_image_namespace_and_sources(installed: ApiServer, tmp_path: Path) -> None:
    manifests = overlay(
        installed, tmp_path, namespace="mesh-registry",
        images=[{"name": "registry2istio", "newName": "example.org/r2i", "digest": "sha256:" + "0" * 64}],
        configMapGenerator=[{"name": "registry2istio", "behavior": "merge", "literals": ["R2I_OWNER=shop"]}])
    pod = of_kind(manifests, "CronJob")["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    data = of_kind(manifests, "ConfigMap")["data"]
    assert pod["containers"][0]["image"] == "example.org/r2i@sha256:" + "0" * 64
    assert data["R2I_OWNER"] == "shop" and data["R2I_FROM"].startswith("consul=")
    assert of_kind(manifests, "Namespace")["metadata"]["name"] == "mesh-registry"
    for one in manifests:
        for subject in one.get("subjects", []):
            assert subject["namespace"] == "mesh-registry", one
        assert one["metadata"].get("namespace", "mesh-registry") == "mesh-registry", one
