"""The program under test: runs of it, and what they left on its streams."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from support.processes import clean_environment

# Every secret of a test begins with this, and no run may show it.
SECRET = "5ecret-"


@dataclass(frozen=True, repr=False)
class Run:
    """A run that has ended."""

    arguments: tuple[str, ...]
    code: int  # negative: the signal that ended it
    out: bytes
    err: bytes
    seconds: float

    @property
    def stdout(self) -> str:
        return self.out.decode()

    @property
    def stderr(self) -> str:
        return self.err.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The documents of a YAML output."""
        return [document for document in yaml.load_all(self.stdout, yaml.CSafeLoader) if document is not None]

    @property
    def hosts(self) -> list[str]:
        return [host for entry in self.objects for host in entry["spec"]["hosts"]]

    def entry(self, host: str) -> dict[str, Any]:
        """The spec of the one ServiceEntry that has this host."""
        (found,) = [entry["spec"] for entry in self.objects if host in entry["spec"]["hosts"]]
        return found

    def __repr__(self) -> str:
        words = " ".join(self.arguments)
        return f"registry2istio {words}\nexit code {self.code}, {len(self.out)} bytes of output\n{self.stderr}"


class Program:
    """`program("export", "--from", …, env={…}, stdin="…")`. Nothing of the caller's environment gets in but what tunes
    sanitizers; HOME and the working directory are the test's own."""

    def __init__(self, home: Path) -> None:
        binary = os.environ.get("R2I_BINARY", "")
        assert binary and Path(binary).is_file(), f"R2I_BINARY must name the program under test; it is {binary!r}"
        self.path = str(Path(binary).resolve())
        self.home = home

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        sanitizers = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
        return clean_environment(self.home, {**sanitizers, **(extra or {})})

    def __call__(self, *arguments: str | Path, env: Mapping[str, str] | None = None, stdin: str | bytes = b"",
                 timeout: float = 60) -> Run:
        with self.start(*arguments, env=env, stdin=subprocess.PIPE) as started:
            return started.wait(timeout, stdin.encode() if isinstance(stdin, str) else stdin)

    def start(self, *arguments: str | Path, env: Mapping[str, str] | None = None, **streams: Any) -> Started:
        """A run that goes on; `streams`: those of Popen, where they are to be other than two pipes and no input."""
        words = tuple(map(str, arguments))
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return Started(words, subprocess.Popen([self.path, *words], cwd=self.home, env=self.environment(env),
                                               **{**pipes, **streams}))


class Started:
    """A run under way; it does not outlive its `with`."""

    def __init__(self, arguments: tuple[str, ...], process: subprocess.Popen[bytes]) -> None:
        self.arguments = arguments
        self.process = process
        self._began = time.monotonic()

    def __enter__(self) -> Started:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait(self, timeout: float = 60, stdin: bytes | None = None) -> Run:
        out, err = self.process.communicate(stdin, timeout)
        run = Run(self.arguments, self.process.returncode, out or b"", err or b"", time.monotonic() - self._began)
        assert SECRET.encode() not in run.out + run.err, f"a secret was shown by {run!r}\n{run.stdout}"
        return run
