"""Whose an object is, on a real API server with its own idea of managed fields."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from harness.apiserver import ApiServer
from harness.outcome import FINDINGS, objects
from harness.runs import GONE_SINCE, PARTLY, Runs, content, host
from support.program import Run

CLIENT_SIDE_APPLY = "kubectl-client-side-apply"


def exported(runs: Runs, *flags: str) -> list[dict[str, Any]]:
    """What `export` prints for this registry."""
    return objects(runs.r2i("export", *runs.from_file(), "-n", runs.namespace, "--owner", runs.owner, "-o", "json", *flags))


def refused(run: Run, *texts: str) -> None:
    """`apply` did the rest and says so by its exit code; for `diff`, which does nothing, it is a finding."""
    assert run.code == (FINDINGS if run.arguments[0] == "diff" else PARTLY), run
    for text in texts:
        assert text in run.stdout + run.stderr, (text, run)


def managers(entry: dict[str, Any]) -> set[tuple[str, str]]:
    return {(one["manager"], one["operation"]) for one in entry["metadata"]["managedFields"]}


# Conflicts


def server_side(api_server: ApiServer, entry: dict[str, Any]) -> str:
    api_server.kubectl("apply", "--server-side", "--force-conflicts", "--field-manager=platform", "-f", "-",
                       stdin=json.dumps(entry))
    return "platform"


def client_side(api_server: ApiServer, entry: dict[str, Any]) -> str:
    api_server.kubectl("apply", "-f", "-", stdin=json.dumps(entry))
    return CLIENT_SIDE_APPLY


@pytest.mark.parametrize("apply", [server_side, client_side])
def test_a_field_of_another_manager_is_a_conflict(runs: Runs, api_server: ApiServer, apply) -> None:
    """`kubectl apply`, with and without --server-side, has set the endpoints of an object of ours to others."""
    runs.services = {"web": ["10.0.0.1"], "api": ["10.0.0.2"]}
    runs.must_apply()
    manager = apply(api_server, {
        "apiVersion": "networking.istio.io/v1", "kind": "ServiceEntry",
        "metadata": {"name": host("web"), "namespace": runs.namespace},
        "spec": {**runs.entry("web")["spec"], "endpoints": [{"address": "192.0.2.9"}]}})
    assert runs.addresses("web") == ["192.0.2.9"]
    runs.services["api"] = ["10.0.0.3"]
    for run in (runs.diff(), runs.apply()):
        refused(run, manager, "10.0.0.1", "192.0.2.9", "--force-conflicts")
    assert runs.addresses("web") == ["192.0.2.9"] and runs.addresses("api") == ["10.0.0.3"], "the rest is done"
    diff = runs.diff("--force-conflicts")
    assert diff.code == FINDINGS, diff
    runs.must_apply("--force-conflicts")
    assert runs.addresses("web") == ["10.0.0.1"]
    assert runs.diff().code == 0


def test_the_same_value_of_another_manager_is_no_conflict(runs: Runs, api_server: ApiServer) -> None:
    runs.services = {"web": ["10.0.0.1"]}
    runs.must_apply()
    server_side(api_server, {
        "apiVersion": "networking.istio.io/v1", "kind": "ServiceEntry",
        "metadata": {"name": host("web"), "namespace": runs.namespace}, "spec": runs.entry("web")["spec"]})
    assert runs.diff().code == 0
    runs.services = {"web": ["10.0.0.2"]}
    refused(runs.apply(), "platform")
    assert runs.addresses("web") == ["10.0.0.1"]


def test_what_the_plan_calls_a_conflict_is_what_the_api_server_calls_one(runs: Runs, api_server: ApiServer) -> None:
    """The plan is made from managed fields; the judgement of the API server, on the very same object, has the same fields."""
    runs.services = {"web": ["10.0.0.1"]}
    runs.must_apply()
    (entry,) = exported(runs)
    other = json.loads(json.dumps(entry))
    other["spec"].update(endpoints=[{"address": "192.0.2.9"}], location="MESH_EXTERNAL")
    other["spec"]["ports"][0]["protocol"] = "GRPC"
    other["metadata"].setdefault("labels", {})["registry2istio.io/source"] = "theirs"
    server_side(api_server, other)
    judged = api_server.kubectl("apply", "--server-side", f"--field-manager={runs.manager}", "--dry-run=server", "-f", "-",
                                stdin=json.dumps(entry), check=False)
    fields = [line.removeprefix("- ") for line in judged.stderr.splitlines() if line.startswith("- ")]
    assert len(fields) == 4, judged.stderr
    said = runs.diff("--rename-source", f"theirs={runs.source}")
    refused(said, *fields)


def test_labels_and_annotations_of_somebody_else_survive(runs: Runs, api_server: ApiServer) -> None:
    runs.services = {"web": ["10.0.0.1"]}
    runs.must_apply()
    api_server.kubectl("label", "serviceentry", host("web"), "-n", runs.namespace, "team=shop")
    api_server.kubectl("annotate", "serviceentry", host("web"), "-n", runs.namespace, "note=ours")
    assert runs.diff().code == 0
    runs.services = {"web": ["10.0.0.2"]}
    runs.must_apply()
    metadata = runs.entry("web")["metadata"]
    assert metadata["labels"]["team"] == "shop" and metadata["annotations"]["note"] == "ours"
    del runs.services["web"]
    runs.services["api"] = ["10.0.0.3"]
    runs.must_apply("--max-shrink-percent", "100")
    metadata = runs.entry("web")["metadata"]
    assert metadata["labels"]["team"] == "shop" and GONE_SINCE in metadata["annotations"], "nor does emptying take them"


def test_a_field_that_is_no_longer_wanted_goes(runs: Runs) -> None:
    runs.services = {"web": ["10.0.0.1"]}
    runs.must_apply("--export-to", ".")
    assert runs.entry("web")["spec"]["exportTo"] == ["."]
    run = runs.diff()
    assert run.code == FINDINGS and "exportTo" in run.stdout, run
    runs.must_apply()
    assert "exportTo" not in runs.entry("web")["spec"] and runs.diff().code == 0


def test_a_field_that_somebody_has_deleted_comes_back(runs: Runs, api_server: ApiServer) -> None:
    runs.services = {"web": ["10.0.0.1"]}
    runs.must_apply()
    api_server.change("ServiceEntry", runs.namespace, host("web"), {"spec": {"endpoints": None}})
    assert runs.diff().code == FINDINGS
    runs.must_apply()
    assert runs.addresses("web") == ["10.0.0.1"]


# Adoption


def by_kubectl(runs: Runs, api_server: ApiServer, entry: dict[str, Any]) -> str:
    return client_side(api_server, entry)


def by_kubectl_server_side(runs: Runs, api_server: ApiServer, entry: dict[str, Any]) -> str:
    api_server.apply(entry)
    return "kubectl"


def by_argo_cd(runs: Runs, api_server: ApiServer, entry: dict[str, Any]) -> str:
    """Its label, its manager, other endpoints."""
    other = {**entry, "metadata": {"name": entry["metadata"]["name"], "namespace": runs.namespace,
                                   "labels": {"argocd.argoproj.io/instance": "mesh"}}}
    other["spec"] = {**entry["spec"], "endpoints": [{"address": "192.0.2.9"}]}
    api_server.kubectl("apply", "--server-side", "--field-manager=argocd-controller", "-f", "-", stdin=json.dumps(other))
    return "argocd-controller"


def copied(runs: Runs, api_server: ApiServer, entry: dict[str, Any]) -> str:
    """Created with our labels and all, as a backup tool does."""
    api_server.kubectl("create", "--field-manager=velero", "-f", "-", stdin=json.dumps(entry))
    return "velero"


@pytest.mark.parametrize("make", [by_kubectl, by_kubectl_server_side, by_argo_cd, copied])
def test_an_object_of_somebody_else_is_refused_or_adopted(runs: Runs, api_server: ApiServer, make) -> None:
    runs.services = {"web": ["10.0.0.1"], "api": ["10.0.0.2"]}
    entry = next(one for one in exported(runs) if one["metadata"]["name"] == host("web"))
    manager = make(runs, api_server, entry)
    before = content(runs.entry("web"))
    for run in (runs.diff(), runs.apply()):
        refused(run, manager, "--adopt")
    assert content(runs.entry("web")) == before and runs.names() == ["api", "web"]
    assert runs.diff("--adopt").code == FINDINGS
    runs.must_apply("--adopt")
    entry = runs.entry("web")
    assert (runs.manager, "Apply") in managers(entry) and runs.addresses("web") == ["10.0.0.1"]
    assert entry["metadata"]["labels"]["registry2istio.io/owner"] == runs.owner
    assert runs.diff().code == 0, "now it is ours"
    runs.services["web"] = ["10.0.0.7"]
    if make is by_argo_cd:  # which lost the endpoints, since they were others
        runs.must_apply()
    else:  # who said the same has them still
        refused(runs.apply(), manager, "--force-conflicts")
        runs.must_apply("--force-conflicts")
    assert runs.addresses("web") == ["10.0.0.7"]


def test_a_port_of_somebody_else_under_another_name(runs: Runs, api_server: ApiServer) -> None:
    """Server-side apply would leave it beside ours, and Istio refuses two ports of one number: that is said before, with what to
    type, and that helps."""
    runs.services = {"web": ["10.0.0.1"]}
    entry = exported(runs)[0]
    (port,) = entry["spec"]["ports"]
    extra = {"name": "tcp-1", "number": 1, "protocol": "TCP"}
    client_side(api_server, {**entry, "spec": {**entry["spec"], "ports": [extra, {**port, "name": "http"}]}})
    for run in (runs.diff("--adopt"), runs.apply("--adopt")):
        refused(run, f'under the name "http" (here "{port["name"]}")', "kubectl patch serviceentry")
    typed = re.search("kubectl (patch serviceentry .*) --type json -p '(.*?)'", runs.diff("--adopt").stdout)
    assert typed
    api_server.kubectl(*typed[1].split(), "--type", "json", "-p", typed[2])
    runs.must_apply("--adopt")
    assert runs.entry("web")["spec"]["ports"] == [extra, port] and runs.diff().code == 0


def test_what_is_not_ours_is_never_emptied_or_pruned(runs: Runs, api_server: ApiServer) -> None:
    runs.services = {"web": ["10.0.0.1"], "api": ["10.0.0.2"]}
    entry = next(one for one in exported(runs) if one["metadata"]["name"] == host("web"))
    copied(runs, api_server, entry)
    before = content(runs.entry("web"))
    del runs.services["web"]
    runs.must_apply()
    assert runs.prune().code == 0 and runs.prune("--prune-source", "other").code == 0
    assert content(runs.entry("web")) == before


def test_reconcile_disabled(runs: Runs, api_server: ApiServer) -> None:
    runs.services = {"web": ["10.0.0.1"], "api": ["10.0.0.2"]}
    runs.must_apply()
    api_server.kubectl("annotate", "serviceentry", host("web"), "-n", runs.namespace, "registry2istio.io/reconcile=disabled")
    before = content(runs.entry("web"))
    runs.services = {"web": ["10.0.0.7"], "api": ["10.0.0.2"]}
    for run in (runs.diff(), runs.apply()):
        assert run.code == 0 and "reconcile" in run.stdout + run.stderr, run
    del runs.services["web"]
    runs.must_apply("--max-shrink-percent", "100")
    assert content(runs.entry("web")) == before


# Two owners


def test_two_owners_in_one_namespace(runs: Runs, api_server: ApiServer) -> None:
    other = runs.as_owner(f"{runs.owner}-other")
    runs.services = {"web": ["10.0.0.1"], "api": ["10.0.0.2"]}
    other.services = {"pay": ["10.0.0.3"], "log": ["10.0.0.4"]}
    runs.must_apply()
    other.must_apply()
    with api_server.audit.watch() as asked:
        for one in (runs, other):
            assert one.apply().stdout == "" and one.prune().stdout == ""
    assert asked.writes == []
    del runs.services["api"]
    runs.must_apply()
    assert runs.prune().code == 0 and runs.names() == ["log", "pay", "web"]
    other.services["web"] = ["10.0.0.9"]
    for flags in ((), ("--adopt",), ("--force-conflicts",)):
        refused(other.apply(*flags), f'owner "{runs.owner}"')
    assert runs.addresses("web") == ["10.0.0.1"]


def test_two_owners_in_one_cluster_with_one_host_are_twins(runs: Runs, api_server: ApiServer) -> None:
    """In another namespace the name is free, but Istio would serve one of the two only."""
    other = runs.as_owner(f"{runs.owner}-other")
    other.namespace = api_server.namespace()
    runs.services = {"web": ["10.0.0.1"]}
    other.services = {"web": ["10.0.0.9"], "pay": ["10.0.0.3"]}
    runs.must_apply()
    try:
        run = other.apply()
        refused(run, f"{runs.namespace}/{host('web')}", "has the host")
        assert other.names() == ["pay"]
    finally:
        api_server.clear(other.namespace)


def test_two_runs_at_the_same_time(runs: Runs, api_server: ApiServer) -> None:
    """Each does its part, or finds it done; afterwards nothing is different."""
    runs.services = {f"s{number:02}": [f"10.0.0.{number}"] for number in range(1, 41)}
    words = ["apply", *runs.from_file(), "-n", runs.namespace, "--owner", runs.owner, "--kubeconfig", str(runs.kubeconfig)]
    for _ in range(3):
        with runs.r2i.start(*words) as one, runs.r2i.start(*words) as two:
            codes = {one.wait().code, two.wait().code}
        assert codes <= {0, PARTLY}, codes
        assert runs.diff().code == 0
        runs.services = {name: [f"{places[0]}0"] for name, places in runs.services.items()}
        runs.from_file()
    assert runs.apply().code == 0


# Moves


def test_a_move_to_another_namespace(runs: Runs, api_server: ApiServer) -> None:
    runs.services = {"web": ["10.0.0.1"], "api": ["10.0.0.2"]}
    runs.must_apply()
    old, runs.namespace = runs.namespace, api_server.namespace()
    try:
        for run in (runs.diff(), runs.apply()):
            refused(run, "--allow-move")
        assert runs.names() == []
        with api_server.audit.watch() as asked:
            run = runs.apply("--allow-move")
        assert run.code == 0, run
        writes = [str(one) for one in asked if one.writes]
        for name in ("api", "web"):
            created = writes.index(f"patch serviceentries {runs.namespace}/{host(name)}")
            assert created < writes.index(f"delete serviceentries {old}/{host(name)}"), writes
        assert runs.names() == ["api", "web"] and runs.diff().code == 0
    finally:
        api_server.clear(runs.namespace)
        runs.namespace = old
    assert runs.names() == []


def test_a_renamed_source(runs: Runs) -> None:
    runs.services = {"web": ["10.0.0.1"]}
    runs.must_apply()
    old, runs.source = runs.source, "west"
    refused(runs.apply(), f"--rename-source {old}=west")
    runs.must_apply("--rename-source", f"{old}=west")
    assert runs.entry("web")["metadata"]["labels"]["registry2istio.io/source"] == "west"
    assert runs.diff().code == 0


def test_a_source_that_is_not_read_is_left_alone_until_it_is_given_up(runs: Runs, api_server: ApiServer) -> None:
    runs.services = {"web": ["10.0.0.1"]}
    runs.must_apply()
    old, runs.source = runs.source, "west"
    runs.services = {"pay": ["10.0.0.3"]}
    runs.must_apply()
    assert runs.prune().code == 0 and runs.addresses("web") == ["10.0.0.1"]
    assert runs.prune("--prune-source", old, "--max-shrink-percent", "100").code == 0 and runs.is_gone("web")
    assert runs.prune("--prune-source", old).code == 0 and runs.names() == ["pay"]
