"""Users of a cluster who may do exactly so much: service accounts, with tokens as a pod gets them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.processes import wait_for
from support.rest import Rest
from harness.apiserver import ApiServer

GROUP = "networking.istio.io"
ENTRIES = ("serviceentries", "workloadentries")
_numbers = itertools.count(1)

Rule = dict[str, Any]


def rule(*verbs: str, resources: Sequence[str] = ENTRIES) -> Rule:
    return {"apiGroups": [GROUP], "resources": list(resources), "verbs": list(verbs)}


@dataclass(frozen=True)
class Account:
    api_server: ApiServer
    namespace: str
    name: str
    token: str

    @classmethod
    def of(cls, api_server: ApiServer, namespace: str, name: str) -> Account:
        """A service account that is there."""
        answer = api_server.client().must("POST", f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token",
                                          {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}})
        return cls(api_server, namespace, name, answer.json["status"]["token"])

    @classmethod
    def new(cls, api_server: ApiServer, namespace: str) -> Account:
        """One without any rights but those of everybody."""
        name = f"account-{next(_numbers)}"
        api_server.client().must("POST", f"/api/v1/namespaces/{namespace}/serviceaccounts", {"metadata": {"name": name}})
        return cls.of(api_server, namespace, name)

    @property
    def user(self) -> str:
        return f"system:serviceaccount:{self.namespace}:{self.name}"

    @property
    def client(self) -> Rest:
        return self.api_server.client(token=self.token)

    def kubeconfig(self) -> Path:
        return self.api_server.kubeconfig_with({"token": self.token}, f"{self.namespace}-{self.name}", self.namespace)

    def allow(self, *rules: Rule, namespace: str = "") -> Account:
        """Binds a role with these rules: in this namespace, or in all. Returns when they are in force."""
        bind(self.api_server, "User", self.user, rules, namespace)
        self.wait_until_allowed(rules, namespace)
        return self

    def wait_until_allowed(self, rules: Iterable[Rule], namespace: str = "") -> None:
        for one in rules:
            for resource in one["resources"]:
                for verb in one["verbs"]:
                    wait_for(lambda: self.may(verb, resource, namespace), f"{self.user} to be allowed to {verb} {resource}")

    def may(self, verb: str, resource: str, namespace: str = "") -> bool:
        review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": {"resourceAttributes": {
            "group": GROUP, "verb": verb, "resource": resource, "namespace": namespace}}}
        answer = self.client.must("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review)
        return bool(answer.json["status"]["allowed"])


def bind(api_server: ApiServer, kind: str, user: str, rules: Sequence[Rule], namespace: str = "") -> None:
    """A Role of its own with these rules, or a ClusterRole, and its binding."""
    name = f"rights-{next(_numbers)}"
    folder = "/apis/rbac.authorization.k8s.io/v1" + (f"/namespaces/{namespace}" if namespace else "")
    prefix = "" if namespace else "Cluster"
    admin = api_server.client()
    admin.must("POST", f"{folder}/{prefix.lower()}roles", {"metadata": {"name": name}, "rules": list(rules)})
    admin.must("POST", f"{folder}/{prefix.lower()}rolebindings", {
        "metadata": {"name": name},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": f"{prefix}Role", "name": name},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": user}]})
