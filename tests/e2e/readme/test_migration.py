"""The configurations of contrib/migration/, one for each tool that people come from: on the registry beside them they give what lies
there as expected.yaml, and the hosts, labels and protocols that the tool gave, by its own source: old.json. R2I_ACCEPT=1 writes
expected.yaml anew; old.json is written by hand."""

from __future__ import annotations

import copy
import json
import os
import re
from collections.abc import Iterator
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.program import Program, Run

CONTRIB = Path(__file__).parents[3] / "contrib"
MIGRATION = CONTRIB / "migration"
TOOLS = sorted(path.name for path in MIGRATION.iterdir() if path.is_dir())


def run_export(r2i: Program, tool: str, config: Path, *flags: str) -> Run:
    """The snapshot takes the place of the registry."""
    return r2i("export", "-c", config, "--from", f"file={MIGRATION / tool / 'registry.json'}", *flags)


def export(r2i: Program, tool: str, *flags: str) -> Run:
    run = run_export(r2i, tool, MIGRATION / tool / "mesh.yaml", *flags)
    assert run.code == 0 and "error" not in run.stderr and "warning" not in run.stderr, run
    return run


def protocols(entry: dict[str, Any]) -> dict[str, str]:
    return {str(port["number"]): port["protocol"] for port in entry["ports"]}


def labels(entry: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {one["address"]: one.get("labels", {}) for one in entry["endpoints"]}


def without(keys: list[str], found: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    return {address: {key: value for key, value in one.items() if key not in keys} for address, one in found.items()}


@pytest.mark.parametrize("tool", TOOLS)
def test_what_comes_out(r2i: Program, tool: str) -> None:
    run = export(r2i, tool)
    path = MIGRATION / tool / "expected.yaml"
    if os.environ.get("R2I_ACCEPT") == "1":
        path.write_text(run.stdout)
        pytest.skip("accepted")
    assert run.stdout == path.read_text()
    checked = r2i("check", "manifests", path)
    assert checked.code == 0 and "0 errors, 0 warnings" in checked.stderr, checked


@pytest.mark.parametrize("tool", TOOLS)
def test_every_rule_is_of_use(r2i: Program, tool: str) -> None:
    assert re.findall(r'R2I2090 .*the rule "(.*?)" is', export(r2i, tool, "-v").stderr) == []


def shortened(config: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The configuration without one of its settings, for each of them; its name beside it."""
    for path in (["defaults"], *(["rules", index, "set"] for index in range(len(config["rules"])))):
        for key in reduce(getitem, path, config):
            less = copy.deepcopy(config)
            del reduce(getitem, path, less)[key]
            yield f"{path} {key}", less


@pytest.mark.parametrize("tool", TOOLS)
def test_every_setting_is_of_use(r2i: Program, tool: str, tmp_path: Path) -> None:
    """Without it something else comes out."""
    config = yaml.safe_load((MIGRATION / tool / "mesh.yaml").read_text())
    whole = export(r2i, tool).stdout
    useless = []
    for name, less in shortened(config):
        path = tmp_path / "mesh.yaml"
        path.write_text(yaml.safe_dump(less))
        if run_export(r2i, tool, path).stdout == whole:
            useless.append(name)
    assert useless == []


@pytest.mark.parametrize("tool", TOOLS)
def test_hosts_labels_and_protocols_are_those_of_the_tool(r2i: Program, tool: str) -> None:
    """But for what old.json names: labels that come with the others (moreLabels), and ports that are another protocol's, or are
    not there (otherPorts); the page says why. Each of these exceptions has to be one."""
    old = json.loads((MIGRATION / tool / "old.json").read_text())
    more, other = old.get("moreLabels", []), old.get("otherPorts", {})
    run = export(r2i, tool)
    assert sorted(run.hosts) == sorted(old["hosts"])
    added = set()
    for host, gave in old["hosts"].items():
        entry = run.entry(host)
        added |= {key for one in labels(entry).values() for key in one if key in more}
        assert without(more, labels(entry)) == gave["labels"], host
        assert all(gave["ports"].get(port) != protocol for port, protocol in other.get(host, {}).items()), host
        wanted = {**gave["ports"], **other.get(host, {})}
        assert protocols(entry) == {port: protocol for port, protocol in wanted.items() if protocol}, host
    assert added == set(more) and other.keys() <= old["hosts"].keys()


@pytest.mark.parametrize("tool", TOOLS)
def test_the_page_has_it(tool: str) -> None:
    page = (CONTRIB / "migration.md").read_text()
    assert f"(migration/{tool}/mesh.yaml)" in page


def test_the_page_links_to_nothing_else() -> None:
    linked = re.findall(r"\]\((migration/[^)]+)\)", (CONTRIB / "migration.md").read_text())
    assert sorted(linked) == [f"migration/{tool}/mesh.yaml" for tool in TOOLS]
