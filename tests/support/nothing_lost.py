"""That every instance of a registry is an endpoint of an export, or that the export says what became of it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from support.program import Run
from support.random_keys import Entry

NO_LOSS = ("R2I2020", "R2I1065")  # what tells of a service that it is there



def endpoint_addresses(run: Run) -> set[str]:
    return {one["address"].lower() for entry in run.objects for one in entry["spec"].get("endpoints", [])}


def assert_nothing_lost(run: Run, entries: Iterable[Entry]) -> None:
    """`run`: of `export --allow-partial -v`."""
    addresses = endpoint_addresses(run)
    lines = [line for line in run.stderr.splitlines() if line.startswith("R2I") and not line.startswith(NO_LOSS)]
    uncounted = sum(int(count or 1) for line in lines for count in re.findall(r"^R2I1051 .*?: (?:(\d+) (?:keys|nodes), |(?:key|node) )", line))
    lost = []
    for entry in entries:
        service = re.escape(entry.service.replace("/", "").replace(".", ""))
        name = lambda line: re.sub(r"[/.]", "", line)
        told = entry.address in addresses or any(
            (entry.address and entry.address in line) or f'"{entry.key}"' in line
            or re.search(rf'service "{service}', name(line)) for line in lines)
        if not told:
            lost.append(entry)
    foreign = [entry for entry in lost if entry.address is None]
    assert [entry for entry in lost if entry.address is not None] == [], run
    assert len(foreign) <= uncounted, (foreign, run)
