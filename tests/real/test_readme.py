"""The snippets of the README, with a real Consul, a real kubectl and a real API server."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml

from harness.apiserver import ApiServer
from harness.consul import Consul
from harness.contrib import FOLDER, overlay
from support.program import Program
from support.readme import PROJECT, Shell, ci_script, snippets

HOSTS = ["pay.service.consul", "web.service.consul"]


@pytest.fixture
def mesh(api_server: ApiServer) -> ApiServer:
    """With the namespace `mesh`, empty."""
    if api_server.kubectl("get", "namespace", "mesh", check=False).returncode != 0:
        api_server.namespace("mesh")
    api_server.clear("mesh")
    yield api_server
    api_server.clear("mesh")


@pytest.fixture
def shell(r2i: Program, mesh: ApiServer, consul: Consul, programs: dict[str, Path], tmp_path: Path) -> Shell:
    for number, name in enumerate(("web", "pay"), 1):
        consul.register(f"n{number}", f"192.0.2.{number}", name, 8080)
    shell = Shell(r2i, tmp_path, {"KUBECONFIG": str(mesh.kubeconfig()), "CONSUL_HTTP_ADDR": consul.address})
    shell.link("kubectl", programs["kubernetes"] / "kubectl")
    return shell


def names(api_server: ApiServer) -> list[str]:
    return [one["metadata"]["name"] for one in api_server.objects("ServiceEntry", "mesh")]


def test_pipe(shell: Shell, mesh: ApiServer) -> None:
    for _ in range(2):
        done = shell(snippets()["pipe"])
        assert done.returncode == 0 and done.stdout.count("serverside-applied") == 2, done
    assert names(mesh) == HOSTS


def test_pipe_of_a_consul_that_is_down(shell: Shell, mesh: ApiServer) -> None:
    done = shell(snippets()["pipe"], CONSUL_HTTP_ADDR="http://127.0.0.1:1")
    assert done.returncode != 0 and "R2I1001" in done.stderr and "no objects passed to apply" in done.stderr, done
    assert names(mesh) == []


def test_by_hand(shell: Shell, mesh: ApiServer) -> None:
    done = shell(snippets()["by-hand"], options="-u")
    assert done.returncode == 0 and "2 to create" in done.stdout and names(mesh) == HOSTS, done


def test_from_the_pipe_to_apply(shell: Shell, mesh: ApiServer) -> None:
    """Whoever begins with the pipe takes the objects over by --adopt; the refusal says so."""
    assert shell(snippets()["pipe"]).returncode == 0
    done = shell(snippets()["by-hand"], options="-u")
    assert done.returncode == 6 and "--adopt" in done.stderr, done
    assert shell(snippets()["by-hand"].splitlines()[-1].split("#")[0] + " --adopt").returncode == 0
    assert shell(snippets()["by-hand"], options="-u").returncode == 0


def test_ci(shell: Shell, mesh: ApiServer, tmp_path: Path) -> None:
    shell.stub("gh", 'cat "$5" >> comments')
    done = shell(ci_script(snippets()["ci"]), PULL_REQUEST="https://github.example/pull/1")
    assert done.returncode == 0 and "2 to create" in (tmp_path / "comments").read_text(), done
    assert names(mesh) == []


def test_crontab(shell: Shell, mesh: ApiServer, consul: Consul, tmp_path: Path) -> None:
    line = snippets()["crontab"].strip().split(maxsplit=5)[5]
    line = re.sub(r"/var/lib/\S+\.prom", str(tmp_path / "r2i.prom"), line)
    assert shell(line).returncode == 0 and names(mesh) == HOSTS
    consul.deregister("n1")
    assert shell(line).returncode == 0 and names(mesh) == HOSTS, "emptied, and not yet pruned"
    assert 'registry2istio_objects{action="emptied"} 1\n' in (tmp_path / "r2i.prom").read_text()


def test_cronjob(shell: Shell, mesh: ApiServer) -> None:
    done = shell(snippets()["cronjob"], cwd=PROJECT)
    assert done.returncode == 0 and done.stderr == "" and "cronjob.batch/registry2istio serverside-applied" in done.stdout, done


def test_gitops(shell: Shell, mesh: ApiServer, tmp_path: Path) -> None:
    """What is in the repository is what kubectl, and so Argo CD and Flux, take."""
    assert shutil.which("git")
    setup = shell("git init -q --bare remote.git && git clone -q remote.git checkout 2>/dev/null && cd checkout && "
                  "git config user.name CI && git config user.email ci@example.com && git config push.default current")
    assert setup.returncode == 0, setup.stderr
    checkout = tmp_path / "checkout"
    assert shell(snippets()["gitops"], cwd=checkout).returncode == 0
    assert shell(snippets()["gitops-check"], cwd=checkout).returncode == 0
    done = shell("kubectl apply --server-side --validate=strict -k manifests", cwd=checkout)
    assert done.returncode == 0 and done.stdout.count("serverside-applied") == 2 and names(mesh) == HOSTS, done
    diff = shell("registry2istio diff --from consul -n mesh --owner shop --target manifests", cwd=checkout)
    assert (diff.returncode, diff.stdout) == (0, "no changes, 2 unchanged\n"), diff
    shell("kubectl get serviceentries -n mesh -o yaml > live.yaml", cwd=checkout)
    diff = shell("registry2istio diff --from consul -n mesh --owner shop --target live.yaml", cwd=checkout)
    assert (diff.returncode, diff.stdout) == (0, "no changes, 2 unchanged\n"), diff


def test_kustomization_of_contribs_readme(mesh: ApiServer, tmp_path: Path) -> None:
    text = (FOLDER / "README.md").read_text()
    block = re.search(r"^( *)```yaml\n(.*?)^ *```$", text, re.M | re.S)
    assert block is not None
    lines = [line.removeprefix(block.group(1)) for line in block.group(2).splitlines()]
    settings = yaml.load("\n".join(lines), yaml.CSafeLoader)
    assert settings.pop("resources") and settings.pop("kind") == "Kustomization" and settings.pop("apiVersion")
    manifests = overlay(mesh, tmp_path, **settings)
    data = next(one["data"] for one in manifests if one["kind"] == "ConfigMap")
    assert data == {"R2I_FROM": "consul=https://consul.example.com:8501", "R2I_OWNER": "registry2istio", "R2I_EXCLUDE": "test-*"}
    assert {one["metadata"]["namespace"] for one in manifests if "namespace" in one["metadata"]} == {"mesh-registry"}
