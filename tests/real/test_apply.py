"""What `diff` and `apply` ask a real API server for, and what they leave there."""

from __future__ import annotations

import json
import math

import pytest

from harness.apiserver import ApiServer
from harness.istiod import Istiod
from harness.outcome import FINDINGS, printed
from harness.runs import CLUSTER, PARTLY, WITHHELD, Runs, host
from support.processes import wait_for
from support.snapshots import instance

LAYOUTS = pytest.mark.parametrize("layout", ["inline", "workload-entries"])
SERVICES = {
    "web": [instance("10.0.0.1", tags=["version=v1"]), instance("10.0.0.2", 8081)], "api": ["10.0.0.3"],
    "db": [instance("10.0.0.4", 5432)], "named": [instance("db.example.com", 443)], "six": ["2001:db8::1"], "none": [],
    "heavy": [instance("10.0.0.5", weight=3), instance("10.0.0.6", weight=1)],
}
FLAGS = ("--dns-capture", "--service-port=80")


@LAYOUTS
def test_after_apply_nothing_is_different_and_nothing_is_written(runs: Runs, api_server: ApiServer, layout: str) -> None:
    runs.services = dict(SERVICES)
    flags = (*FLAGS, f"--layout={layout}")
    assert runs.diff(*flags).code == FINDINGS
    first = runs.must_apply(*flags)
    before = runs.contents()
    assert len(first.stdout.splitlines()) == len(before)
    with api_server.audit.watch() as asked:
        diff, again = runs.diff(*flags), runs.apply(*flags)
    assert (diff.code, diff.stdout.splitlines()) == (0, [f"no changes, {len(before)} unchanged"]), diff
    assert (again.code, again.stdout) == (0, ""), again
    assert {one.verb for one in asked} == {"list"}, asked.words
    assert runs.contents() == before


def test_what_export_prints_and_kubectl_applies_is_what_apply_writes(runs: Runs, api_server: ApiServer) -> None:
    runs.services = dict(SERVICES)
    runs.must_apply(*FLAGS)
    live = api_server.objects("ServiceEntry", runs.namespace)
    exported = runs.r2i("export", *runs.from_file(), "-n", runs.namespace, "--owner", runs.owner, *FLAGS)
    wanted = {one["metadata"]["name"]: one for one in exported.objects}
    assert set(wanted) == {one["metadata"]["name"] for one in live}
    for one in live:
        expected = wanted[one["metadata"]["name"]]
        assert one["spec"] == expected["spec"]
        assert [one["metadata"].get(part) for part in ("labels", "annotations")] == [
            expected["metadata"].get(part) for part in ("labels", "annotations")]


@LAYOUTS
def test_a_status_that_istiod_writes_is_no_difference(runs: Runs, api_server: ApiServer, istiod: Istiod, layout: str) -> None:
    """istiod gives every host an address of its own and writes it into the status: the version of the object moves."""
    runs.services = {"web": ["10.0.0.1"], "api": ["10.0.0.2"]}
    flags = ("--dns-capture", f"--layout={layout}")
    runs.must_apply(*flags)
    wait_for(lambda: all("status" in one for one in api_server.objects("ServiceEntry", runs.namespace)), "istiod's status")
    with api_server.audit.watch() as asked:
        assert runs.diff(*flags).code == 0
        assert runs.apply(*flags).stdout == ""
    assert asked.writes == []
    runs.services["web"] = ["10.0.0.1", "10.0.0.9"]
    status = runs.entry("web")["status"]
    runs.must_apply(*flags)
    assert runs.entry("web")["status"] == status


def test_a_status_that_is_written_between_plan_and_write_does_not_stop_it(runs: Runs, api_server: ApiServer) -> None:
    runs.services = {"web": ["10.0.0.1"]}
    runs.must_apply()
    runs.services = {"web": ["10.0.0.2"]}
    assert runs.diff("--out", "plan.json").code == FINDINGS
    api_server.change("ServiceEntry", runs.namespace, host("web"), {"status": {"addresses": [{"value": "240.240.0.9"}]}},
                      subresource="/status")
    run = runs.r2i("apply", "--plan", "plan.json", "--kubeconfig", runs.kubeconfig)
    assert run.code == 0 and runs.addresses("web") == ["10.0.0.2"], run


def test_a_saved_plan_is_applied_exactly(runs: Runs, api_server: ApiServer) -> None:
    runs.services = {"web": ["10.0.0.1"], "api": ["10.0.0.2"]}
    runs.must_apply()
    runs.services = {"web": ["10.0.0.1", "10.0.0.9"], "api": ["10.0.0.2"], "new": ["10.0.0.3"]}
    assert runs.diff("--out", "plan.json").code == FINDINGS
    runs.services = {}  # what the registry says later does not matter
    with api_server.audit.watch() as asked:
        run = runs.r2i("apply", "--plan", "plan.json", "--kubeconfig", runs.kubeconfig)
    assert run.code == 0, run
    assert asked.writes == [f"patch serviceentries {runs.namespace}/{host(name)}" for name in ("new", "web")]
    assert runs.addresses("web") == ["10.0.0.1", "10.0.0.9"] and runs.names() == ["api", "new", "web"]


@pytest.mark.parametrize("meddle", ["changed", "deleted", "created", "another"])
def test_a_plan_that_does_not_fit_any_more_writes_nothing(runs: Runs, api_server: ApiServer, meddle: str) -> None:
    runs.services = {"web": ["10.0.0.1"], "api": ["10.0.0.2"]}
    runs.must_apply()
    runs.services = {"web": ["10.0.0.9"], "api": ["10.0.0.2"], "new": ["10.0.0.3"]}
    assert runs.diff("--out", "plan.json").code == FINDINGS
    if meddle == "changed":
        api_server.change("ServiceEntry", runs.namespace, host("web"), {"spec": {"exportTo": ["."]}})
    elif meddle == "deleted":
        api_server.kubectl("delete", "serviceentry", "-n", runs.namespace, host("web"))
    elif meddle == "created":
        runs.services = {"web": ["10.0.0.1"], "api": ["10.0.0.2"], "new": ["10.0.0.3"]}
        runs.must_apply()
    else:
        runs.services = {"web": ["10.0.0.1"], "api": ["10.0.0.7"]}
        runs.must_apply()
    before = runs.contents()
    with api_server.audit.watch() as asked:
        run = runs.r2i("apply", "--plan", "plan.json", "--kubeconfig", runs.kubeconfig)
    assert run.code == WITHHELD and "nothing was written" in run.stderr and asked.writes == [], run
    assert {"changed": "web", "deleted": "web", "created": "new", "another": "api"}[meddle] in run.stderr or (
        meddle == "another"), run
    assert runs.contents() == before


def test_a_missing_namespace_is_one_error_before_the_first_write(runs: Runs, api_server: ApiServer) -> None:
    runs.services = {f"s{number:03}": [f"10.0.0.{number}"] for number in range(1, 101)}
    runs.namespace = "never-made"
    with api_server.audit.watch() as asked:
        run = runs.apply()
    assert run.code == CLUSTER and asked.writes == [], run
    assert run.stderr.count("never-made") == 1 and "create it" in run.stderr, run


@pytest.mark.parametrize("command", ["diff", "apply"])
def test_dry_runs_write_nothing(runs: Runs, api_server: ApiServer, command: str) -> None:
    runs.services = {"web": ["10.0.0.1"], "api": ["10.0.0.2"]}
    for where in ("client", "server"):
        with api_server.audit.watch() as asked:
            run = runs(command, f"--dry-run={where}")
        assert run.code == (FINDINGS if command == "diff" else 0), run
        assert asked.writes == [] and any(one.is_dry_run for one in asked) == (where == "server"), asked.words
    assert runs.names() == []


def test_a_dry_run_on_the_server_shows_what_it_would_refuse(runs: Runs, api_server: ApiServer) -> None:
    """Whatever the API server refuses: here, a policy of the cluster's."""
    runs.services = {"web": ["10.0.0.1"], "forbidden": ["10.0.0.2"]}
    name = f"no-forbidden-{runs.namespace}"
    api_server.apply({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy", "metadata": {"name": name},
        "spec": {"failurePolicy": "Fail", "matchConstraints": {"resourceRules": [{
            "apiGroups": ["networking.istio.io"], "apiVersions": ["*"], "operations": ["CREATE", "UPDATE"],
            "resources": ["serviceentries"]}]},
            "validations": [{"expression": "!object.metadata.name.startsWith('forbidden')", "message": "that name is taken"}]}})
    api_server.apply({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": name},
        "spec": {"policyName": name, "validationActions": ["Deny"], "matchResources": {"namespaceSelector": {"matchLabels": {
            "kubernetes.io/metadata.name": runs.namespace}}}}})
    trial = {"apiVersion": "networking.istio.io/v1", "kind": "ServiceEntry",
             "metadata": {"name": "forbidden", "namespace": runs.namespace},
             "spec": {"hosts": ["forbidden.test"], "ports": [{"name": "http", "number": 80}], "resolution": "STATIC"}}
    wait_for(lambda: api_server.judge(trial).returncode != 0, "the policy to be in force")
    run = runs.diff("--dry-run=server")
    assert "that name is taken" in run.stderr and host("forbidden") in run.stderr and runs.names() == [], run
    run = runs.apply()
    assert run.code == PARTLY and "that name is taken" in run.stderr and runs.names() == ["web"], run
    api_server.kubectl("delete", "validatingadmissionpolicybinding,validatingadmissionpolicy", name)


def test_what_would_be_pruned_is_told_and_then_pruned(runs: Runs, api_server: ApiServer) -> None:
    runs.services = {"web": ["10.0.0.1"], "api": ["10.0.0.2"], "pay": ["10.0.0.3"]}
    runs.must_apply()
    del runs.services["web"]
    runs.must_apply()
    assert runs.is_gone("web")
    assert runs.apply().stdout == "" and runs.diff().code == 0, "not gone for long enough"
    diff = runs.diff("--prune-after", "0s")
    assert diff.code == 0 and "1 would be deleted with --prune" in diff.stdout, diff
    assert runs.diff("--prune", "--prune-after", "0s").code == FINDINGS
    with api_server.audit.watch() as asked:
        run = runs.prune()
    assert run.code == 0 and asked.writes == [f"delete serviceentries {runs.namespace}/{host('web')}"], run
    assert runs.names() == ["api", "pay"]


def test_a_service_that_comes_back_is_filled_again(runs: Runs) -> None:
    runs.services = {"web": ["10.0.0.1"], "api": ["10.0.0.2"]}
    runs.must_apply()
    uid = runs.entry("web")["metadata"]["uid"]
    del runs.services["web"]
    runs.must_apply()
    runs.services["web"] = ["10.0.0.1"]
    runs.must_apply()
    entry = runs.entry("web")
    assert entry["metadata"]["uid"] == uid and runs.addresses("web") == ["10.0.0.1"] and not runs.is_gone("web")
    assert "registry2istio.io/gone-since" not in entry["metadata"].get("annotations", {})


def test_guards_hold_before_a_real_cluster(runs: Runs, api_server: ApiServer) -> None:
    runs.services = {f"s{number}": [f"10.0.0.{number}"] for number in range(1, 11)}
    runs.must_apply()
    everything = dict(runs.services)
    for left in ({}, {"s1": ["10.0.0.1"]}):
        runs.services = {**left, "new": ["10.0.1.1"]} if left else {}
        with api_server.audit.watch() as asked:
            run = runs.prune()
        assert run.code == WITHHELD, run
        assert asked.writes == ([f"patch serviceentries {runs.namespace}/{host('new')}"] if left else []), run
    assert all(runs.addresses(name) == places for name, places in everything.items())
    runs.services = {"new": ["10.0.1.1"], **dict(list(everything.items())[:5])}
    assert runs.prune().code == 0 and runs.is_gone("s9")
    run = runs.prune()  # five of eleven: more than 30 %
    assert run.code == WITHHELD and "--max-delete-percent 46" in run.stderr and len(runs.names()) == 11, run
    assert runs.prune("--max-delete-percent", "46").code == 0 and len(runs.names()) == 6


def test_a_plan_as_json_is_read_by_other_programs(runs: Runs) -> None:
    runs.services = {"web": ["10.0.0.1"]}
    document = json.loads(printed(runs.diff("-o", "json"), FINDINGS))
    assert document["target"] and runs.owner in json.dumps(document)


# Three thousand objects


@pytest.fixture(scope="module")
def many(session_r2i, api_server: ApiServer, tmp_path_factory: pytest.TempPathFactory):
    """3,000 services that are in the cluster; deleted at the end."""
    namespace = api_server.namespace()
    runs = Runs(session_r2i, api_server, namespace, tmp_path_factory.mktemp("many"))
    runs.services = {f"many-{number:04}": [f"10.1.{number // 250}.{number % 250}"] for number in range(3000)}
    run = runs.must_apply("--export-to", ".")
    assert run.stdout.count(" created\n") == 3000
    yield runs
    api_server.clear(namespace)


def pages(api_server: ApiServer, kind: str) -> int:
    return max(math.ceil(len(api_server.objects(kind)) / 500), 1)


def test_lists_come_in_pages_of_500(many: Runs, api_server: ApiServer) -> None:
    with api_server.audit.watch() as asked:
        run = many.apply("--export-to", ".")
    assert (run.code, run.stdout) == (0, "") and "3000 unchanged" in run.stderr, run
    expected = {"serviceentries": pages(api_server, "ServiceEntry"), "workloadentries": pages(api_server, "WorkloadEntry")}
    assert len(asked) == sum(expected.values()) and expected["serviceentries"] >= 6
    for resource, count in expected.items():
        lists = [one for one in asked if one.resource == resource]
        assert len(lists) == count and {one.verb for one in lists} == {"list"}
        assert [one.query["limit"] for one in lists] == [["500"]] * count
        assert ["continue" in one.query for one in lists] == [False, *[True] * (count - 1)]


def test_one_instance_changed_is_one_patch(many: Runs, api_server: ApiServer) -> None:
    many.services["many-0500"] = ["10.9.9.9"]
    with api_server.audit.watch() as asked:
        run = many.apply("--export-to", ".")
    assert run.code == 0, run
    lists = pages(api_server, "ServiceEntry") + pages(api_server, "WorkloadEntry")
    assert sorted({one.verb for one in asked}) == ["list", "patch"] and len(asked) == lists + 1, asked.words
    assert asked.writes == [f"patch serviceentries {many.namespace}/{host('many-0500')}"]
    assert many.addresses("many-0500") == ["10.9.9.9"]
