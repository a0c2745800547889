"""The program at a terminal of its own."""

from __future__ import annotations

import os
import pty
from collections.abc import Mapping, Sequence
from pathlib import Path

from support.program import Program, Run


def on_terminal(r2i: Program, words: Sequence[str | Path], *streams: str, env: Mapping[str, str] | None = None) -> tuple[Run, str]:
    """The run with one terminal as these streams (none: standard error), the others pipes, and what the terminal got."""
    controller, terminal = pty.openpty()
    ends = dict.fromkeys(streams or ("stderr",), terminal)
    with r2i.start(*words, env={"TERM": "xterm", **(env or {})}, **ends) as started:
        os.close(terminal)
        shown = b""
        while block := read_or_end(controller):
            shown += block
        run = started.wait()
    os.close(controller)
    return run, shown.decode()


def read_or_end(controller: int) -> bytes:
    try:
        return os.read(controller, 4096)
    except OSError:  # the last one who had the terminal open has closed it
        return b""
