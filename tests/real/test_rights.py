"""What contrib/kubernetes allows is enough, and every part of it is needed: with one verb less, exactly the step that needs it
fails, and says which rule is missing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.apiserver import ApiServer
from harness.contrib import ACCOUNT, overlay, rules
from harness.outcome import FINDINGS
from harness.rights import ENTRIES, Account, rule
from harness.runs import CLUSTER, PARTLY, Runs, host
from support.program import Program, Run
from support.snapshots import instance

LAYOUTS = {"serviceentries": "inline", "workloadentries": "workload-entries"}
VERBS = ("list", "get", "create", "patch", "delete")
EVERYTHING = ("nothing", "at all")


def install(api_server: ApiServer, namespace: str, folder: Path, missing: tuple[str, str]) -> Account:
    """The manifests in this namespace, without one (verb, resource) of their roles."""
    manifests = overlay(api_server, folder, namespace=namespace, nameSuffix=f"-{namespace}")
    verb, resource = missing
    for one in rules(manifests):
        if verb in one["verbs"]:
            rest = [verb_left for verb_left in one["verbs"] if verb_left != verb]
            others = [other for other in one["resources"] if other != resource]
            one["verbs"], one["resources"] = [verb], others
            if rest:
                rules_of_role = next(role["rules"] for role in manifests if one in role.get("rules", []))
                rules_of_role.append(rule(*rest))
    api_server.apply(*(one for one in manifests if one["kind"] != "Namespace"))
    account = Account.of(api_server, namespace, f"{ACCOUNT}-{namespace}")
    for name in ENTRIES:
        for one in VERBS:
            if (one, name) != missing:
                account.wait_until_allowed([rule(one, resources=[name])], namespace)
    return account


def placed(address: str, version: str) -> dict[str, object]:
    return instance(address, tags=[f"version={version}"])


class Steps:
    """One thing that a user does, each with all that it needs made ready before."""

    def __init__(self, admin: Runs, user: Runs, layout: str) -> None:
        self.admin, self.user = admin, user
        self.layout = f"--layout={layout}"
        self.kind = "ServiceEntry" if layout == "inline" else "WorkloadEntry"
        self._number = 0

    def service(self, version: str = "v1") -> str:
        """A service that is in the cluster already, since the admin has run."""
        self._number += 1
        name = f"step-{self._number}"
        self.set({name: [placed(f"10.0.0.{self._number}", version)]})
        self.admin.must_apply(self.layout)
        return name

    def set(self, services: dict[str, list[dict[str, object]]]) -> None:
        self.admin.services.update(services)
        self.user.services.update(services)

    def drop(self, name: str) -> None:
        del self.admin.services[name], self.user.services[name]

    def diff(self) -> Run:
        return self.user.diff(self.layout)

    def create(self) -> Run:
        self._number += 1
        self.set({f"new-{self._number}": [placed(f"10.0.1.{self._number}", "v1")]})
        return self.user.apply(self.layout)

    def update(self) -> Run:
        name = self.service()
        self.set({name: [placed(f"10.0.0.{self._number}", "v2")]})
        return self.user.apply(self.layout)

    def overtaken(self) -> Run:
        """The object has another version than the plan knows; nothing that matters has changed."""
        name = self.service()
        self.set({name: [placed(f"10.0.0.{self._number}", "v2")]})
        assert self.admin.diff(self.layout, "--out", "plan.json").code == FINDINGS
        (entry,) = [one for one in self.admin.api_server.objects(self.kind, self.admin.namespace)
                    if one["metadata"]["name"].startswith(host(name))]
        self.admin.api_server.change(self.kind, self.admin.namespace, entry["metadata"]["name"],
                                     {"status": {"conditions": [{"type": "Seen", "status": "True"}]}}, subresource="/status")
        return self.user.r2i("apply", "--plan", "plan.json", "--kubeconfig", self.user.kubeconfig)

    def empty(self) -> Run:
        name = self.service()
        self.drop(name)
        return self.user.apply(self.layout)

    def prune(self) -> Run:
        name = self.service()
        self.drop(name)
        self.admin.must_apply(self.layout)
        assert self.admin.is_gone(name)
        return self.user.prune(self.layout, "--max-delete-percent", "100")


STEPS: dict[str, Callable[[Steps], Run]] = {
    "diff": Steps.diff, "create": Steps.create, "update": Steps.update, "overtaken": Steps.overtaken, "empty": Steps.empty,
    "prune": Steps.prune}
# Of which steps a right is needed for: in the layout that has objects of this kind change.
NEEDED = {
    ("list", "serviceentries"): set(STEPS), ("list", "workloadentries"): set(STEPS),
    ("get", "serviceentries"): {"overtaken"}, ("get", "workloadentries"): {"overtaken"},
    ("create", "serviceentries"): {"create"}, ("create", "workloadentries"): {"create"},
    ("patch", "serviceentries"): {"create", "update", "overtaken", "empty"},
    ("patch", "workloadentries"): {"create", "update", "overtaken"},
    ("delete", "serviceentries"): {"prune"}, ("delete", "workloadentries"): {"empty"},
    EVERYTHING: set(),
}


@pytest.mark.parametrize("layout", LAYOUTS.values())
def test_the_roles_are_enough(runs: Runs, api_server: ApiServer, r2i: Program, namespace: str, tmp_path: Path,
                              layout: str) -> None:
    failed = take_steps(runs, install(api_server, namespace, tmp_path / "overlay", EVERYTHING), layout)
    assert failed == {}


@pytest.mark.parametrize("missing", [case for case in NEEDED if case != EVERYTHING], ids=" ".join)
def test_one_right_less(runs: Runs, api_server: ApiServer, namespace: str, tmp_path: Path, missing: tuple[str, str]) -> None:
    verb, resource = missing
    account = install(api_server, namespace, tmp_path / "overlay", missing)
    failed = take_steps(runs, account, LAYOUTS[resource])
    assert set(failed) == NEEDED[missing], failed
    for step, run in failed.items():
        assert run.code in (CLUSTER, PARTLY), run
        words = "create, patch" if step == "create" and verb in ("create", "patch") else verb
        (resources, verbs) = re.findall(r"missing is this rule .*resources: \[([^]]*)\], verbs: \[([^]]*)\]", run.stderr)[0]
        assert resource in resources.split(", ") and verbs == words, run
        assert account.user in run.stderr, run


def take_steps(runs: Runs, account: Account, layout: str) -> dict[str, Run]:
    """Those that failed."""
    steps = Steps(runs, runs.as_user(account), layout)
    runs.services["anchor"] = steps.user.services["anchor"] = [placed("10.0.9.9", "v1")]
    runs.must_apply(steps.layout)
    failed = {}
    for name, take in STEPS.items():
        steps.user.services = dict(steps.admin.services)
        run = take(steps)
        if run.code not in (0, FINDINGS):
            failed[name] = run
        steps.admin.must_apply(steps.layout)
    return failed


# Less than the whole cluster


def test_a_user_of_one_namespace_is_told_so_and_does_its_work(runs: Runs, api_server: ApiServer, namespace: str) -> None:
    account = Account.new(api_server, namespace).allow(rule(*VERBS), namespace=namespace)
    user = runs.as_user(account)
    user.services = {"web": ["10.0.0.1"], "api": ["10.0.0.2"]}
    for run in (user.diff(), user.apply()):
        assert run.code in (0, FINDINGS) and f"only the namespaces {namespace} could be looked at" in run.stderr, run
    assert runs.names() == ["api", "web"]
    with api_server.audit.watch() as asked:
        assert user.apply().stdout == ""
    assert {one.verb for one in asked} == {"list"} and {one.namespace for one in asked[-2:]} == {namespace}, asked.words
    del user.services["web"]
    assert user.apply().code == 0 and user.prune().code == 0 and runs.names() == ["api"]


def test_a_user_without_any_right_is_told_the_rule(runs: Runs, api_server: ApiServer, namespace: str) -> None:
    user = runs.as_user(Account.new(api_server, namespace))
    user.services = {"web": ["10.0.0.1"]}
    for command in ("diff", "apply"):
        with api_server.audit.watch() as asked:
            run = user(command)
        assert run.code == CLUSTER and run.stdout == "" and asked.writes == [], run
        assert f"a Role in the namespace {namespace}" in run.stderr and "verbs: [list]" in run.stderr, run
