"""`check cluster` tells what there is and what this user may do, as a real API server sees it."""

from __future__ import annotations

import pytest

from harness.apiserver import ApiServer
from harness.manifests import endpoint, port, service_entry
from harness.outcome import FINDINGS, USAGE, printed
from harness.rights import Account, rule
from harness.runs import CLUSTER, Runs, host
from support.program import Run


def check(runs: Runs, *flags: str) -> Run:
    return runs.r2i("check", "cluster", "--kubeconfig", runs.kubeconfig, *flags)


def rights(run: Run) -> dict[str, bool]:
    """"list serviceentries" → whether it is allowed."""
    lines = [line.split(" (")[0] for line in run.stdout.splitlines() if line.startswith("may ")]
    found = (line.removeprefix("may ").split(": ") for line in lines)
    return {" ".join(what.split()[:2]): answer == "yes" for what, answer in found}


def test_one_who_may_do_everything(runs: Runs, api_server: ApiServer) -> None:
    runs.services = {"web": ["10.0.0.1"], "api": ["10.0.0.2"]}
    runs.must_apply()
    with api_server.audit.watch() as asked:
        run = check(runs)
    text = printed(run)
    assert api_server.address in text and "(context test)" in text, text
    version = api_server.client().must("GET", "/version").json["gitVersion"]
    assert f"Kubernetes: {version}\n" in text and "networking.istio.io v1, v1beta1, v1alpha3" in text, text
    assert f'objects of the owner "{runs.owner}": 2\n' in text and "DNS capture" in text, text
    assert len(rights(run)) == 10 and all(rights(run).values()), text
    assert asked.writes == []


def test_one_who_may_only_read(runs: Runs, api_server: ApiServer, namespace: str) -> None:
    runs.kubeconfig = Account.new(api_server, namespace).allow(rule("list")).kubeconfig()
    run = check(runs)
    assert run.code == FINDINGS, run
    allowed = {what for what, is_so in rights(run).items() if is_so}
    assert allowed == {"list serviceentries", "list workloadentries"} and len(rights(run)) == 10, run.stdout


def test_one_who_may_do_all_but_delete(runs: Runs, api_server: ApiServer, namespace: str) -> None:
    """That is enough, as long as nobody wants to prune."""
    runs.kubeconfig = Account.new(api_server, namespace).allow(rule("list", "get", "create", "patch")).kubeconfig()
    text = printed(check(runs))
    assert "may delete serviceentries in all namespaces: no (--prune" in text, text


def test_one_of_a_namespace(runs: Runs, api_server: ApiServer, namespace: str) -> None:
    account = Account.new(api_server, namespace).allow(rule("list", "get", "create", "patch", "delete"), namespace=namespace)
    runs.kubeconfig = account.kubeconfig()
    assert check(runs).code == FINDINGS, "not in all namespaces"
    run = check(runs, "-n", namespace)
    assert run.code == 0 and all(rights(run).values()), run
    assert f"in the namespace {namespace}: yes" in run.stdout
    assert f"looked at the namespaces {namespace} only" in run.stdout


def test_one_without_any_right(runs: Runs, api_server: ApiServer, namespace: str) -> None:
    runs.kubeconfig = Account.new(api_server, namespace).kubeconfig()
    run = check(runs)
    assert run.code == CLUSTER and "missing is this rule" in run.stderr, run
    assert len(rights(run)) == 10 and not any(rights(run).values()), run.stdout


def test_a_namespace_that_is_not_there(runs: Runs, api_server: ApiServer, namespace: str) -> None:
    run = check(runs, "-n", "not-there")
    assert run.code == FINDINGS and "the namespace not-there is not there\n" in run.stdout, run
    allowed = rule("list", "get", "create", "patch", "delete")
    runs.kubeconfig = Account.new(api_server, namespace).allow(allowed).kubeconfig()
    unknown = check(runs, "-n", "not-there")
    assert unknown.code == 0 and "is not there" not in unknown.stdout, unknown


def test_twins_and_objects_of_others(runs: Runs, api_server: ApiServer) -> None:
    runs.services = {"web": ["10.0.0.1"]}
    runs.must_apply()
    before = check(runs)
    assert before.code == 0 and "twins" not in before.stdout, before
    api_server.apply(service_entry(runs.namespace, host("web"), [port(80)], [endpoint("192.0.2.1")], name="by-hand"))
    run = check(runs)
    assert run.code == FINDINGS, run
    both = f"ServiceEntry {runs.namespace}/by-hand, ServiceEntry {runs.namespace}/{host('web')}"
    assert f"twins: {host('web')} has {both}" in run.stdout
    assert "objects of nobody's: " in run.stdout


def test_a_cluster_that_cannot_be_reached(runs: Runs, api_server: ApiServer) -> None:
    run = check(runs, "--server", "https://127.0.0.1:1")
    assert run.code == CLUSTER and "127.0.0.1:1" in run.stderr, run


@pytest.mark.parametrize("words, said", [((), "what? config, "), (("clutser",), 'did you mean "cluster"?')])
def test_mistakes(runs: Runs, words: tuple[str, ...], said: str) -> None:
    run = runs.r2i("check", *words)
    assert run.code == USAGE and said in run.stderr, run
