#!/usr/bin/env python3
"""Configurations that are refused: refused/NAME.yaml is one, NAME.err what the program must say of it, to the byte. A folder is
several files that are given together; an expectation alone is about a file that is not there. Each ends with exit code 2, says where
(file, line and column, or the file alone), prints nothing, asks no registry and shows no secret.

With R2I_ACCEPT=1 the expectations are rewritten and the exit code is 77. Usage: refused.py BINARY"""

import difflib
import os
import pathlib
import subprocess
import sys

CASES = pathlib.Path(__file__).parent / "refused"
KEPT = ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS")
SECRET = "5ecret-"  # how every secret in a case begins


def files_of(name: str) -> list[str]:
    folder = CASES / name
    return [f"{name}/{path.name}" for path in sorted(folder.iterdir())] if folder.is_dir() else [f"{name}.yaml"]


def problems_of(binary: str, name: str, accept: bool) -> list[str]:
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    files = files_of(name)
    flags = [word for file in files for word in ("-c", file)]
    done = subprocess.run([os.path.abspath(binary), "export", *flags], stdin=subprocess.DEVNULL, capture_output=True,
                          env=environment, cwd=CASES, timeout=60)
    said = done.stderr.decode()
    problems = []
    if done.returncode != 2 or done.stdout:
        problems.append(f"exit code {done.returncode}, {len(done.stdout)} bytes of output")
    if SECRET in said:
        problems.append("it shows a secret")
    if not all(any(f"{file}:" in line for file in files) for line in said.splitlines()):
        problems.append("a line does not say where")
    expected = CASES / f"{name}.err"
    if accept:
        expected.write_text(said)
    wanted = expected.read_text() if expected.exists() else ""
    if said != wanted or not said:
        problems.append("\n".join(difflib.unified_diff(wanted.split("\n"), said.split("\n"), expected.name, "now", lineterm="")))
    return [f"{name}: {problem}" for problem in problems]


def main() -> int:
    accept = os.environ.get("R2I_ACCEPT") == "1"
    cases = sorted({path.stem for path in CASES.iterdir()})
    problems = []
    for name in cases:
        problems += problems_of(sys.argv[1], name, accept)
    print("\n".join(problems) or f"{len(cases)} cases")
    if not cases or problems:
        return 1
    return 77 if accept else 0


if __name__ == "__main__":
    sys.exit(main())
