#!/usr/bin/env python3
"""Golden cases: each folder of cases/ has a snapshot.json (or a generate.py that prints one), perhaps args (one word a
line; a --from among them says how standard input is read), a config.yaml and a command ("why pay"; else "export"), and what it
must give with -v: expected.out, expected.err and the exit code in the last line of expected.err.

With R2I_ACCEPT=1 the expectations are rewritten and the exit code is 77, so that accepting never looks like passing.
Usage: run.py BINARY CODES_HPP [CASE…]"""

import difflib
import os
import pathlib
import re
import subprocess
import sys

CASES = pathlib.Path(__file__).parent / "cases"
E2E = pathlib.Path(__file__).parents[1] / "e2e"
FILES = {"snapshot.json", "generate.py", "args", "command", "config.yaml", "expected.out", "expected.err"}
# Nothing of the environment reaches the program but what makes a sanitizer end it.
KEPT = ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS")


def given(case: pathlib.Path) -> bytes:
    generator = case / "generate.py"
    if generator.exists():
        return subprocess.run([sys.executable, generator], capture_output=True, check=True).stdout
    return (case / "snapshot.json").read_bytes()


def run(binary: str, case: pathlib.Path) -> dict[str, bytes]:
    args = (case / "args").read_text().splitlines() if (case / "args").exists() else []
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    if (case / "config.yaml").exists():
        args = ["-c", "config.yaml", *args]
    source = [] if "--from" in args else ["--from", "file=-"]
    words = (case / "command").read_text().split() if (case / "command").exists() else ["export"]
    command = [os.path.abspath(binary), *words, *source, "-v", *args]
    done = subprocess.run(command, input=given(case), capture_output=True, env=environment, cwd=case)
    return {"expected.out": done.stdout, "expected.err": done.stderr + f"exit code {done.returncode}\n".encode()}


def expected(case: pathlib.Path, name: str) -> bytes | None:
    path = case / name
    return path.read_bytes() if path.exists() else None


def compare(case: pathlib.Path, name: str, got: bytes) -> bool:
    wanted = expected(case, name)
    if got == wanted:
        return True
    old, new = ((text or b"").decode(errors="backslashreplace").split("\n") for text in (wanted, got))
    lines = difflib.unified_diff(old, new, f"{case.name}/{name}", "now", lineterm="", n=2)
    print("\n".join(list(lines)[:60]))
    return False


def codes_without_case(table: pathlib.Path, cases: list[pathlib.Path]) -> set[str]:
    """Every code about the conversion has a case that shows it; one that takes a registry or a cluster, a test of the suite e2e
    that asks for it."""
    codes = set(re.findall(r"= (\d{4})", table.read_text()))
    shown = b"\n".join(expected(case, "expected.err") or b"" for case in cases).decode()
    shown_by_run = set(re.findall(r"^R2I(\d{4})", shown, re.M))
    asked_for = {code for test in E2E.rglob("test_*.py") for code in re.findall(r"R2I([14]\d{3})", test.read_text())}
    return codes - shown_by_run - asked_for


def main() -> int:
    binary, table, names = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
    accept = os.environ.get("R2I_ACCEPT") == "1"
    every = sorted(path for path in CASES.iterdir() if path.is_dir())
    cases = [case for case in every if not names or case.name in names]
    failed = [f"{case.name}: unknown file {path.name}" for case in cases for path in case.iterdir() if path.name not in FILES]
    for case in cases:
        got = run(binary, case)
        if accept:
            for name, text in got.items():
                (case / name).write_bytes(text)
        elif not all([compare(case, name, text) for name, text in got.items()]):
            failed.append(case.name)
    failed += [f"no case shows R2I{code}" for code in sorted(codes_without_case(table, every))]
    print("\n".join(failed) or f"{len(cases)} cases")
    if not cases or failed:
        return 1
    return 77 if accept else 0


if __name__ == "__main__":
    sys.exit(main())
