"""The configurations of examples/, on the snapshots beside them: what comes out is what lies there as expected*.yaml.
R2I_ACCEPT=1 writes that anew."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.program import Program, Run

PROJECT = Path(__file__).parents[3]
EXAMPLES = PROJECT / "examples"


@dataclass(frozen=True)
class Example:
    configurations: tuple[str, ...]
    snapshots: tuple[str, ...] = ("snapshot.json",)
    expected: str = "expected.yaml"


RUNS = {
    "dynamic-ports": [Example(("mesh.yaml",))],
    "migration": [Example(("mesh.yaml",), ("consul.json?merge=move", "eureka.json?merge=move"))],
    "sidecars": [Example(("mesh.yaml",))],
    "two-teams": [Example(("common.yaml", "shop.yaml"), expected="expected-shop.yaml"),
                  Example(("common.yaml", "pay.yaml"), expected="expected-pay.yaml")],
    "vm-fleet": [Example(("mesh.yaml",))],
}
CASES = [(folder, example) for folder, examples in RUNS.items() for example in examples]


def export(r2i: Program, folder: str, example: Example, *flags: str) -> Run:
    """The snapshots take the place of the registries; of what the configuration says of a registry, `merge` has to be repeated."""
    words = [word for name in example.configurations for word in ("-c", EXAMPLES / folder / name)]
    words += [word for name in example.snapshots for word in ("--from", f"file={EXAMPLES / folder / name}")]
    run = r2i("export", *words, *flags, env={"CONSUL_HTTP_TOKEN": "unused"})
    if 'unknown setting "merge"' in run.stderr:
        pytest.skip("this program cannot merge sources")
    return run


def test_every_example_is_tried() -> None:
    assert sorted(RUNS) == sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())


@pytest.mark.parametrize("folder, example", CASES, ids=[f"{folder}-{example.expected}" for folder, example in CASES])
def test_example(r2i: Program, tmp_path: Path, folder: str, example: Example) -> None:
    # Where the configuration names a directory, --output-dir takes its place, so that nothing is written beside it.
    names_directory = any("outputDir:" in (EXAMPLES / folder / name).read_text() for name in example.configurations)
    run = export(r2i, folder, example, *(("--output-dir", str(tmp_path / "out")) if names_directory else ()))
    assert run.code == 0 and "error" not in run.stderr, run
    written = sorted((tmp_path / "out").rglob("*entry-*.yaml"))
    text = "---\n".join(path.read_text() for path in written) if names_directory else run.stdout
    path = EXAMPLES / folder / example.expected
    if os.environ.get("R2I_ACCEPT") == "1":
        path.write_text(text)
        pytest.skip("accepted")
    assert text == path.read_text()


@pytest.mark.parametrize("folder", RUNS)
def test_every_rule_is_of_use(r2i: Program, tmp_path: Path, folder: str) -> None:
    """In one run of its folder at least, where several share it."""
    unused = [set(re.findall(r'R2I2090 .*the rule "(.*?)" is', export(r2i, folder, example, "-v", "--output-dir",
                                                                     str(tmp_path / example.expected)).stderr))
              for example in RUNS[folder]]
    assert not set.intersection(*unused), folder
