"""`check cluster`: can it be reached, what does it serve, what may one do there, who is there."""

from __future__ import annotations

import pytest
from support.api_faults import status
from support.program import Run
from world import World, foreign_entry, host


def check(world: World, *flags: str) -> Run:
    run = world.r2i("check", "cluster", "--kubeconfig", world.kubeconfig, *flags)
    assert world.api.writes() == []
    return run


def test_all_is_well(due: World) -> None:
    run = check(due)
    assert run.code == 0, run
    for words in (due.api.address, "context fake", "v1.36.3", "v1, v1beta1, v1alpha3", "may list serviceentries", '"test": 6',
                  "DNS capture"):
        assert words in run.stdout, f"{words}\n{run}\n{run.stdout}"


@pytest.mark.parametrize("verb", ["list", "create", "patch", "delete"])
@pytest.mark.parametrize("plural", ["serviceentries", "workloadentries"])
def test_a_right_that_is_missing(due: World, verb: str, plural: str) -> None:
    due.api.deny(verb, plural)
    run = check(due)
    assert f"may {verb} {plural} in all namespaces: no" in run.stdout and run.stdout.count(": yes") == 9, run.stdout
    assert run.code == {"list": 4, "delete": 0}.get(verb, 1), run
    assert ("missing is this rule" in run.stderr) == (verb == "list"), run


def test_one_namespace(due: World) -> None:
    due.api.deny("*", namespace="")
    run = check(due, "-n", "mesh")
    assert run.code == 0 and "in the namespace mesh: yes" in run.stdout, run.stdout
    assert "mesh only" in run.stdout


def test_namespace_that_is_not_there(due: World) -> None:
    missing = check(due, "-n", "nope")
    assert missing.code == 1 and "the namespace nope is not there\n" in missing.stdout, missing.stdout
    due.api.deny("get", "namespaces")
    unknown = check(due, "-n", "nope")
    assert unknown.code == 0 and "is not there" not in unknown.stdout, unknown.stdout


def test_twins(due: World) -> None:
    due.store.write({**foreign_entry("twin", "default"), "spec": {**foreign_entry()["spec"], "hosts": [host("alpha")]}})
    run = check(due)
    words = f"twins: {host('alpha')} has ServiceEntry default/twin, ServiceEntry mesh/{host('alpha')}"
    assert run.code == 1 and words in run.stdout, run


def test_istio_is_not_installed(world: World) -> None:
    world.api.versions = []
    run = check(world)
    assert run.code == 1 and "networking.istio.io is not served" in run.stdout, run


@pytest.mark.parametrize("step", [status(500, "InternalError", "etcd is away"), status(403, "Forbidden", "go away")])
def test_cluster_that_fails(world: World, step: object) -> None:
    world.api.every(step)  # type: ignore[arg-type]
    run = check(world)
    assert run.code == 4 and ("etcd is away" in run.stderr or "go away" in run.stderr), run


@pytest.mark.parametrize("words", [(), ("clutser",), ("cluster", "more")])
def test_usage(world: World, words: tuple[str, ...]) -> None:
    run = world.r2i("check", *words, "--kubeconfig", world.kubeconfig)
    assert run.code == 2 and world.api.words() == [], run
