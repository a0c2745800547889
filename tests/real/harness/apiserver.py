"""A real Kubernetes API server, on an etcd of its own, with Istio's CRDs."""

from __future__ import annotations

import itertools
import json
import ssl
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from support.certificates import Authority
from support.processes import LOOPBACK, ServerProcess, clean_environment, free_port, wait_for
from support.rest import Rest
from harness.audit import POLICY, AuditLog

ADMIN, NOBODY = "admin", "nobody"  # users; a token is "token-" + user
KINDS = {"ServiceEntry": "serviceentries", "WorkloadEntry": "workloadentries"}
NETWORKING = "/apis/networking.istio.io/v1"


class ApiServer:
    """etcd and kube-apiserver. There are no controllers: a namespace that is deleted stays, so `clear` empties it instead."""

    def __init__(self, etcd: Path, programs: Path, crds: Path, folder: Path, users: Sequence[str] = (NOBODY,)) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._crds = crds
        self._kubectl = programs / "kubectl"
        self._namespaces = (f"test-{number}" for number in itertools.count(1))
        self.address = f"https://{LOOPBACK}:{(port := free_port())}"
        self._certificate = folder / "certs" / "apiserver.crt"
        self.clients = Authority(folder / "clients", "clients")  # a certificate of it is a user: its CN
        self.audit = AuditLog(folder / "audit.log")
        self._etcd_address = f"http://{LOOPBACK}:{free_port()}"
        self._etcd = ServerProcess("etcd", self._etcd_command(etcd), folder / "etcd.log")
        self._server = ServerProcess("kube-apiserver", self._command(programs / "kube-apiserver", port, users),
                                     folder / "kube-apiserver.log")

    def _etcd_command(self, etcd: Path) -> list[str | Path]:
        peers = f"http://{LOOPBACK}:{free_port()}"
        return [etcd, "--data-dir", self.folder / "etcd", "--listen-client-urls", self._etcd_address,
                "--advertise-client-urls", self._etcd_address, "--listen-peer-urls", peers,
                "--initial-advertise-peer-urls", peers, "--initial-cluster", f"default={peers}", "--unsafe-no-fsync"]

    def _command(self, program: Path, port: int, users: Sequence[str]) -> list[str | Path]:
        key, tokens = self.folder / "sa.key", self.folder / "tokens.csv"
        subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
        policy = self.folder / "audit-policy.json"
        policy.write_text(json.dumps(POLICY))
        tokens.write_text(f'token-{ADMIN},{ADMIN},0,"system:masters"\n'
                          + "".join(f"token-{user},{user},{number}\n" for number, user in enumerate(users, 1)))
        return [program, f"--etcd-servers={self._etcd_address}", f"--secure-port={port}", f"--bind-address={LOOPBACK}",
                f"--cert-dir={self._certificate.parent}", "--service-account-issuer=https://kubernetes.default.svc",
                f"--service-account-key-file={key}", f"--service-account-signing-key-file={key}",
                "--authorization-mode=RBAC", f"--token-auth-file={tokens}", "--service-cluster-ip-range=10.96.0.0/16",
                "--disable-admission-plugins=ServiceAccount", "--endpoint-reconciler-type=none",
                f"--client-ca-file={self.clients.ca}", f"--audit-policy-file={policy}", f"--audit-log-path={self.audit.path}",
                "--audit-log-mode=blocking-strict", "--delete-collection-workers=16"]

    def start(self) -> ApiServer:
        etcd = Rest(self._etcd_address)
        self._etcd.start(lambda: etcd.get("/health").status == 200)
        self._server.start(lambda: self._certificate.exists() and self.client().get("/readyz").status == 200)
        self.kubectl("apply", "--server-side", "-f", self._crds)
        self.kubectl("wait", "--for=condition=Established", "--timeout=30s", "-f", self._crds)
        return self

    def stop(self) -> None:
        self._server.stop()
        self._etcd.stop()

    def client(self, user: str = ADMIN, token: str = "") -> Rest:
        tls = ssl.create_default_context(cafile=str(self._certificate))
        headers = {"Authorization": f"Bearer {token or f'token-{user}'}", "Content-Type": "application/json"}
        return Rest(self.address, headers, tls)

    def kubeconfig(self, user: str = ADMIN, namespace: str = "default") -> Path:
        """A kubeconfig file of this user, with this namespace as its default."""
        return self.kubeconfig_with({"token": f"token-{user}"}, f"{user}-{namespace}", namespace)

    def kubeconfig_with(self, credentials: Mapping[str, Any], name: str, namespace: str = "default") -> Path:
        """A kubeconfig file with these credentials, as `user:` has them."""
        path = self.folder / f"kubeconfig-{name}"
        path.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "test",
            "clusters": [{"name": "test", "cluster": {"server": self.address, "certificate-authority": str(self._certificate)}}],
            "users": [{"name": "user", "user": dict(credentials)}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "user", "namespace": namespace}}],
        }))
        return path

    def kubectl(self, *arguments: str | Path, stdin: str | None = None, check: bool = True,
                user: str = ADMIN) -> subprocess.CompletedProcess[str]:
        """kubectl as this user. `check`: a failure fails the test, with what kubectl said."""
        done = subprocess.run(
            [str(self._kubectl), f"--kubeconfig={self.kubeconfig(user)}", *map(str, arguments)], encoding="utf-8", input=stdin,
            capture_output=True, timeout=120, env=clean_environment(self.folder))
        assert not check or done.returncode == 0, f"kubectl {' '.join(map(str, arguments))}: {done.stderr}"
        return done

    def namespace(self, name: str = "") -> str:
        """A new namespace."""
        name = name or next(self._namespaces)
        self.client().must("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
        return name

    def apply(self, *manifests: Mapping[str, Any] | str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """`kubectl apply --server-side` of objects or of YAML text."""
        return self.kubectl("apply", "--server-side", "-f", "-", stdin=as_stream(manifests), check=check)

    def judge(self, *manifests: Mapping[str, Any] | str) -> subprocess.CompletedProcess[str]:
        """What the API server says about manifests, strictly; nothing is written."""
        return self.kubectl("apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", "-",
                            stdin=as_stream(manifests), check=False)

    def tick(self) -> None:
        """Returns when new objects are younger than all that are there: creation times are whole seconds."""
        now = int(time.time())
        wait_for(lambda: int(time.time()) > now, "the next second")

    def objects(self, kind: str, namespace: str = "") -> list[dict[str, Any]]:
        """All ServiceEntry or WorkloadEntry objects, of one namespace or of all, by name."""
        items = self.client().must("GET", self._path(kind, namespace)).json["items"]
        return sorted(items, key=lambda item: (item["metadata"]["namespace"], item["metadata"]["name"]))

    def object(self, kind: str, namespace: str, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client().must("GET", f"{self._path(kind, namespace)}/{name}").json
        return found

    def change(self, kind: str, namespace: str, name: str, patch: Mapping[str, Any], manager: str = "kubectl-edit",
               subresource: str = "") -> dict[str, Any]:
        """What somebody else does to an object: a merge patch. `subresource`: /status."""
        path = f"{self._path(kind, namespace)}/{name}{subresource}?fieldManager={manager}"
        headers = {"Content-Type": "application/merge-patch+json"}
        changed: dict[str, Any] = self.client().must("PATCH", path, dict(patch), headers).json
        return changed

    def clear(self, namespace: str) -> None:
        """Deletes the ServiceEntries and WorkloadEntries of a namespace."""
        for kind in KINDS:
            self.client().must("DELETE", self._path(kind, namespace))

    @staticmethod
    def _path(kind: str, namespace: str) -> str:
        return f"{NETWORKING}{f'/namespaces/{namespace}' if namespace else ''}/{KINDS[kind]}"


def as_stream(manifests: Sequence[Mapping[str, Any] | str]) -> str:
    """One stream of YAML documents (JSON is YAML)."""
    return "\n---\n".join(one if isinstance(one, str) else json.dumps(one) for one in manifests)
