#!/usr/bin/env python3
"""The whole process of `export` for 10,000 services of 10 instances, against the time that nlohmann's SAX parser with empty
callbacks needs for the same bytes in memory. Usage: export.py SAX_BASELINE"""

import pathlib
import subprocess
import sys
import tempfile

from compare import binary, interleaved, printed_seconds, report, wall_seconds

HERE = pathlib.Path(__file__).parent


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        snapshot = pathlib.Path(folder, "snapshot.json")
        with snapshot.open("wb") as out:
            subprocess.run([sys.executable, HERE / "generate_snapshot.py", "10000", "10"], stdout=out, check=True)
        export = [binary(), "export", "--from", f"file={snapshot}", "--quiet"]
        a, b = interleaved(lambda: wall_seconds(export), lambda: printed_seconds([sys.argv[1], str(snapshot)]))
    report("export of 10,000 x 10", "whole process", a, "empty SAX pass", b)


if __name__ == "__main__":
    main()
