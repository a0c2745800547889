#!/usr/bin/env python3
"""Holds the arrows of the house: reads every #include under src/ and fails where a room includes one that it may not,
or a library that belongs to another room. Usage: arrows.py SRC"""

import pathlib
import re
import sys

ROOMS = {
    "base": set(),
    "model": {"base"},
    "net": {"base"},
    "sources": {"base", "model", "net"},
    "transform": {"base", "model"},
    "config": {"base", "model"},
    "kube": {"base", "model", "net"},
    "plan": {"base", "model"},
    "directory": {"base", "model"},
    "commands": {"base", "model", "sources", "transform", "config", "kube", "plan", "directory"},
    "main.cpp": {"base", "model", "commands"},
    "large_pages.cpp": set(),
}

# The libraries that one room alone may include.
LIBRARIES = {
    "simdjson": "base",
    "yaml-cpp/": "base",
    "re2/": "base",
    "openssl/": "base",
    "curl/": "net",
    "zookeeper/": "sources",
    "dtl/": "plan",
    "CLI/": "commands",
    "mimalloc": "large_pages.cpp",
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def faults(src: pathlib.Path):
    for path in sorted(src.rglob("*")):
        if path.suffix not in (".cpp", ".hpp"):
            continue
        room = path.relative_to(src).parts[0]
        if room not in ROOMS:
            yield f"{path}: {room} is not a room of the house: add it to {sys.argv[0]}"
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            target = match.group(2)
            other = target.split("/")[0]
            if match.group(1) == '"' and other in ROOMS and other != room and other not in ROOMS[room]:
                yield f"{path}:{number}: {room} may not include {other}"
            for library, owner in LIBRARIES.items():
                if target.startswith(library) and owner != room:
                    yield f"{path}:{number}: {target} belongs to {owner} alone"


def main() -> int:
    src = pathlib.Path(sys.argv[1])
    files = sum(1 for path in src.rglob("*.cpp"))
    if files == 0:
        print(f"no source under {src}")
        return 1
    found = list(faults(src))
    print("\n".join(found) if found else f"{files} files keep to the arrows")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
