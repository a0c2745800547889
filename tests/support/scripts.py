"""Small programs of a test's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def script(path: Path, text: str, interpreter: str = "/bin/sh") -> Path:
    """A program that this interpreter runs."""
    path.write_text(f"#!{interpreter}\n{text}\n")
    path.chmod(0o755)
    return path


def printing(document: Any) -> str:
    """The commands of a shell that print a document, or a text as it stands."""
    return f"cat <<'END_OF_OUTPUT'\n{document if isinstance(document, str) else json.dumps(document)}\nEND_OF_OUTPUT"


def is_running(pid: int) -> bool:
    """Whether a process does anything; one that has ended and waits to be asked for does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
