#!/usr/bin/env python3
"""clang-tidy over the program's sources, as many at once as there are processors. A source that passed before, with the same text
of its own and of all that it includes and with the same checks, is not looked at again.

Usage: tidy.py BUILD (a folder that Meson set up for clang++)"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TIDY = "clang-tidy-16"
PASSED = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "registry2istio" / "tidy"


def fingerprint(entry: dict, checks: bytes) -> str:
    """Of the text that the compiler sees, line by line, and of the checks."""
    command = shlex.split(entry["command"])
    command = command[command[0].endswith("ccache"):]
    preprocess = [*command[:command.index("-o")], "-E", entry["file"]]
    text = subprocess.run(preprocess, cwd=entry["directory"], capture_output=True, check=True).stdout
    return hashlib.sha256(checks + b"\0" + text.replace(str(ROOT).encode(), b"")).hexdigest()


def complaint(entry: dict, checks: bytes, folder: str) -> str:
    """What clang-tidy says of one source; nothing if it passes."""
    passed = PASSED / fingerprint(entry, checks)
    if passed.exists():
        return ""
    file = pathlib.Path(entry["directory"], entry["file"]).resolve()
    done = subprocess.run([TIDY, "--quiet", "-p", folder, str(file)], capture_output=True, text=True)
    if done.returncode:
        return done.stdout + done.stderr
    passed.touch()
    return ""


def main() -> int:
    folder = sys.argv[1]
    commands = json.loads(pathlib.Path(folder, "compile_commands.json").read_text())
    sources = [entry for entry in commands if "/src/" in f"/{entry['file']}" and "tests/" not in entry["file"]]
    if not sources:
        sys.exit(f"{folder}: no sources")
    version = subprocess.run([TIDY, "--version"], capture_output=True, check=True).stdout
    checks = version + (ROOT / ".clang-tidy").read_bytes()
    PASSED.mkdir(parents=True, exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        complaints = list(filter(None, pool.map(lambda entry: complaint(entry, checks, folder), sources)))
    print("\n".join(complaints) or f"{len(sources)} sources")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
