#!/usr/bin/env python3
"""What a call costs that does nothing: `--version` and `--help` against `curl --version`."""

from compare import binary, interleaved, report, wall_seconds


def main() -> None:
    for flag in ("--version", "--help"):
        a, b = interleaved(lambda: wall_seconds([binary(), flag]), lambda: wall_seconds(["curl", "--version"]), runs=40)
        report("start-up", flag, a, "curl --version", b)


if __name__ == "__main__":
    main()
