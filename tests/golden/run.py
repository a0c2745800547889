#!/usr/bin/env python3
"""Golden cases: each folder of cases/ has a snapshot.json (or a generate.py that prints one), perhaps args (one flag a line), and
what `export -v` must give for it: expected.out, expected.err and the exit code in the last line of expected.err.

With R2I_ACCEPT=1 the expectations are rewritten and the exit code is 77, so that accepting never looks like passing.
Usage: run.py BINARY CODES_CPP"""

import difflib
import os
import pathlib
import re
import subprocess
import sys

CASES = pathlib.Path(__file__).parent / "cases"
FILES = {"snapshot.json", "generate.py", "args", "expected.out", "expected.err"}
LARGEST = 100_000


def given(case: pathlib.Path) -> bytes:
    generator = case / "generate.py"
    if generator.exists():
        return subprocess.run([sys.executable, generator], capture_output=True, check=True).stdout
    return (case / "snapshot.json").read_bytes()


def run(binary: str, case: pathlib.Path) -> dict[str, str]:
    args = (case / "args").read_text().splitlines() if (case / "args").exists() else []
    done = subprocess.run([binary, "export", "--from", "file=-", "-v", *args], input=given(case), capture_output=True, env={})
    return {"expected.out": done.stdout.decode(), "expected.err": f"{done.stderr.decode()}exit code {done.returncode}\n"}


def compare(case: pathlib.Path, name: str, got: str) -> bool:
    path = case / name
    wanted = path.read_text() if path.exists() else ""
    if got == wanted and path.exists():
        return True
    lines = difflib.unified_diff(wanted.splitlines(), got.splitlines(), f"{case.name}/{name}", "now", lineterm="", n=2)
    print("\n".join(list(lines)[:60]))
    return False


def codes_without_case(table: pathlib.Path, cases: list[pathlib.Path]) -> set[str]:
    """Every code about the conversion has a case that shows it."""
    codes = set(re.findall(r"= ([23]\d{3})", table.read_text()))
    shown = set(re.findall(r"^R2I(\d{4})", "\n".join((case / "expected.err").read_text() for case in cases), re.M))
    return codes - shown


def main() -> int:
    binary, table = sys.argv[1], pathlib.Path(sys.argv[2])
    accept = os.environ.get("R2I_ACCEPT") == "1"
    cases = sorted(path for path in CASES.iterdir() if path.is_dir())
    failed = [f"{case.name}: unknown file {path.name}" for case in cases for path in case.iterdir() if path.name not in FILES]
    for case in cases:
        got = run(binary, case)
        if accept:
            for name, text in got.items():
                (case / name).write_text(text)
        elif not all([compare(case, name, text) for name, text in got.items()]):
            failed.append(case.name)
    failed += [f"no case shows R2I{code}" for code in sorted(codes_without_case(table, cases))]
    print("\n".join(failed) or f"{len(cases)} cases")
    if not cases or failed:
        return 1
    return 77 if accept else 0


if __name__ == "__main__":
    sys.exit(main())
