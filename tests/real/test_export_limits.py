"""The largest objects that are exported are such that a real API server stores."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from harness.outcome import DONE, FINDINGS, printed
from support.program import Run
from support.snapshots import instance, service, snapshot, write

LABEL = "x" * 63


@pytest.fixture
def export(r2i, tmp_path: Path, namespace: str) -> Callable[..., Run]:
    """export(4096, "--layout=…", tags=[…]) exports one service with so many instances."""
    def run(count: int, *flags: str, tags: Sequence[str] = ()) -> Run:
        instances = [instance(f"10.0.{number >> 8}.{number & 255}", tags=list(tags)) for number in range(count)]
        path = write(tmp_path / "snapshot.json", snapshot(service("big", *instances)))
        return r2i("export", "--from", f"file={path}", "--namespace", namespace, *flags)

    return run


def test_as_many_endpoints_as_the_api_server_takes_and_no_more(export, api_server, istiod, namespace):
    most = printed(export(4096))
    api_server.apply(most)
    assert istiod.validate(most).returncode == 0
    (stored,) = api_server.objects("ServiceEntry", namespace)
    assert len(stored["spec"]["endpoints"]) == 4096
    one_more = export(4097)
    assert (one_more.code, one_more.stdout) == (FINDINGS, "")
    assert "it has 4097 endpoints" in one_more.stderr and "--layout=workload-entries" in one_more.stderr
    assert printed(export(4097, "--layout=workload-entries", "-o", "name")).count("workloadentry") == 4097


def test_as_large_an_object_as_the_api_server_stores(export, api_server, namespace):
    tags = [f"{letter}|{LABEL}" for letter in "abcdef"]
    fits, too_many = 1, 4096
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        fits, too_many = (middle, too_many) if export(middle, tags=tags).code == DONE else (fits, middle)
    api_server.apply(printed(export(fits, tags=tags)))
    (stored,) = api_server.objects("ServiceEntry", namespace)
    assert len(stored["spec"]["endpoints"]) == fits
    assert 1_400_000 < len(json.dumps(stored["spec"], separators=(",", ":"))) < 1_572_864
    withheld = export(too_many, tags=tags)
    assert (withheld.code, withheld.stdout) == (FINDINGS, "")
    assert "1500000 bytes" in withheld.stderr and "--layout=workload-entries" in withheld.stderr
