"""The snippets of the README: those that are marked `<!-- snippet: NAME -->` are run by tests, as they stand there."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import yaml

from support.program import Program
from support.processes import clean_environment

PROJECT = Path(__file__).parents[2]
README = PROJECT / "README.md"
_MARKED = re.compile(r"^<!-- snippet: ([a-z-]+) -->\n```(\w*)\n(.*?)^```$", re.M | re.S)


def snippets() -> dict[str, str]:
    """Name → text of each marked block."""
    found = _MARKED.findall(README.read_text())
    assert len({name for name, _, _ in found}) == len(found), "a name is used twice"
    return {name: text for name, _, text in found}


def unmarked_blocks(section: str) -> list[str]:
    """The blocks of a section that are to be typed or copied, and that no test runs: those with a language but no mark."""
    text = README.read_text()
    part = re.search(rf"^## {re.escape(section)}\n(.*?)(?=^## )", text, re.M | re.S)
    assert part is not None, f"there is no section {section}"
    return re.findall(r"^```\w+\n.*?^```$", _MARKED.sub("", part.group(1)), re.M | re.S)


def ci_script(step: str) -> str:
    """What a step of a GitHub workflow runs."""
    (made,) = yaml.load(step, yaml.CSafeLoader)
    assert made["shell"] == "bash"
    script: str = made["run"]
    return script


class Shell:
    """Runs a script as its reader would: `registry2istio` is on the PATH, and what else the test puts there with `stub`."""

    def __init__(self, r2i: Program, folder: Path, variables: Mapping[str, str]) -> None:
        self.folder = folder
        self._programs = folder / "programs"
        self._programs.mkdir()
        (self._programs / "registry2istio").symlink_to(r2i.path)
        own = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
        self._environment = clean_environment(folder, {**own, **variables})
        self._environment["PATH"] = f"{self._programs}:{self._environment['PATH']}"

    def stub(self, name: str, script: str) -> None:
        path = self._programs / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def link(self, name: str, program: Path) -> None:
        (self._programs / name).symlink_to(program)

    def __call__(self, script: str, cwd: Path | None = None, options: str = "-eo pipefail",
                 **variables: str) -> subprocess.CompletedProcess[str]:
        """`options`: usually those that GitHub gives bash; a person types with none."""
        return subprocess.run(["bash", "--noprofile", "--norc", *options.split(), "-c", script], cwd=cwd or self.folder,
                              env={**self._environment, **variables}, capture_output=True, encoding="utf-8", timeout=120,
                              check=False)
