"""The steps of contrib/migration.md: objects that another tool has made become ours while requests go on, and each is answered."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from harness.apiserver import ApiServer
from harness.envoy import Envoy
from harness.manifests import endpoint, port, service_entry
from harness.outcome import FINDINGS
from harness.runs import PARTLY, Runs, host
from support.backend import Backend
from support.processes import wait_for
from support.snapshots import instance

LABELS = {"manager": "aeraki", "registry": "consul"}
SELECTED = "manager=aeraki,registry=consul"
FLAGS = ("--service-port=80", "--protocol=http")


@contextmanager
def requests(envoy: Envoy, name: str) -> Iterator[Counter[tuple[int, str]]]:
    """One after the other, as long as the block takes; the answers are counted."""
    answers: Counter[tuple[int, str]] = Counter()
    done = threading.Event()

    def go_on() -> None:
        while not done.is_set():
            answers[envoy.get(name)] += 1

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield answers
    finally:
        done.set()
        thread.join()


def leave_behind(runs: Runs, envoy: Envoy, backend: Backend, service: str, name: str) -> None:
    """A ServiceEntry as consul2istio, nacos2istio and dubbo2istio write theirs, in use."""
    made = service_entry(runs.namespace, host(service), [port(80, "HTTP", "http")],
                         [endpoint(backend.address, {"http": backend.port}, labels={"version": "v1"})], name)
    made["metadata"]["labels"] = LABELS
    runs.api_server.client().must("POST", f"/apis/networking.istio.io/v1/namespaces/{runs.namespace}/serviceentries"
                                          "?fieldManager=aeraki", made)
    envoy.settle(runs.namespace)
    wait_for(lambda: envoy.get(host(service)) == (200, backend.name), "the service in use")
    runs.services = {service: [instance(backend.address, backend.port)]}


def export(runs: Runs) -> str:
    run = runs.r2i("export", *runs.from_file(), "-n", runs.namespace, "--owner", runs.owner, *FLAGS)
    assert run.code == 0, run
    return run.stdout


def test_objects_of_the_same_name_are_adopted(runs: Runs, api_server: ApiServer, envoy: Envoy,
                                              backend: Callable[..., Backend]) -> None:
    server = backend("catalog-1", "127.0.1.1")
    leave_behind(runs, envoy, server, "adopted", host("adopted"))
    with requests(envoy, host("adopted")) as answers:
        assert "--adopt" in runs.diff(*FLAGS).stdout and runs.diff("--adopt", *FLAGS).code == FINDINGS
        # Server-side apply would keep the port of the other name, and two ports of one number are refused.
        api_server.kubectl("replace", "-f", "-", stdin=export(runs))
        runs.must_apply("--adopt", *FLAGS)
        envoy.settle(runs.namespace)
    assert set(answers) == {(200, "catalog-1")} and runs.diff(*FLAGS).code == 0, answers
    entry = api_server.object("ServiceEntry", runs.namespace, host("adopted"))
    assert not LABELS.keys() & entry["metadata"]["labels"].keys() and len(entry["spec"]["ports"]) == 1, entry
    # What both have written belongs to both, until it changes.
    other = backend("catalog-2", "127.0.1.2")
    runs.services = {"adopted": [instance(other.address, other.port)]}
    assert runs.apply(*FLAGS).code == PARTLY
    runs.must_apply("--force-conflicts", *FLAGS)
    runs.services = {"adopted": [instance(server.address, server.port)]}
    runs.must_apply(*FLAGS)


def test_objects_of_other_names_are_deleted_when_ours_stand_beside_them(runs: Runs, api_server: ApiServer, envoy: Envoy,
                                                                        backend: Callable[..., Backend]) -> None:
    server = backend("orders-1", "127.0.1.3")
    leave_behind(runs, envoy, server, "beside", "aeraki-beside-service-consul")
    api_server.tick()
    with requests(envoy, host("beside")) as answers:
        withheld = runs.diff(*FLAGS)
        assert withheld.code == FINDINGS and "has the host, too" in withheld.stdout, withheld
        api_server.kubectl("apply", "--server-side", f"--field-manager={runs.manager}", "-f", "-", stdin=export(runs))
        envoy.settle(runs.namespace)
        api_server.kubectl("delete", "serviceentries", "-n", runs.namespace, "-l", SELECTED)
        envoy.settle(runs.namespace)
    assert set(answers) == {(200, "orders-1")}, answers
    run = runs.apply(*FLAGS)
    assert run.code == 0 and run.out == b"", run
    assert envoy.hosts("outbound|80||beside.service.consul").keys() == {f"{server.address}:{server.port}"}
