"""Server processes for tests: ports from the system, a log each, readiness by asking, an end by their own pid."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

LOOPBACK = "127.0.0.1"
_given_ports: set[int] = set()


def wait_for(probe: Callable[[], T], what: str, timeout: float = 30, pause: float = 0.05) -> T:
    """Asks again and again until the answer is truthy, and returns it. A refused connection is only "not yet"."""
    deadline = time.monotonic() + timeout
    last: object = None
    while True:
        try:
            answer = probe()
            if answer:
                return answer
            last = answer
        except OSError as error:
            last = error
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {timeout:g} s; last answer: {last!r:.2000}")
        time.sleep(pause)


def _hold(port: int) -> int:
    """Binds a port (0: any) and leaves a closed connection on it: for a minute the system gives it to nobody who asks for
    any port, while a server that asks for this one gets it. Raises OSError if it is taken, for TCP or UDP."""
    with socket.socket() as listener, socket.socket(type=socket.SOCK_DGRAM) as datagrams, socket.socket() as client:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        number = listener.getsockname()[1]
        datagrams.bind((LOOPBACK, number))
        listener.listen(1)
        client.connect((LOOPBACK, number))
        accepted, _ = listener.accept()
        accepted.close()
    return number


def free_port(offsets: Iterable[int] = ()) -> int:
    """A port that was given to nobody else in this process; the ports at these offsets from it are free as well."""
    for _ in range(200):
        try:
            base = _hold(0)
            ports = {base, *(base + offset for offset in offsets)}
            if ports & _given_ports or max(ports) > 65535 or min(ports) < 1024:
                continue
            for port in ports - {base}:
                _hold(port)
        except OSError:
            continue
        _given_ports.update(ports)
        return base
    raise OSError("no free port found")


class StartFailure(Exception):
    """A server did not start; the message ends with the tail of its log."""


class ServerProcess:
    """One process with a log file. It dies with the test run, however that ends."""

    _all: list[ServerProcess] = []

    def __init__(self, name: str, command: Sequence[str | Path], log: Path, env: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.command = [str(word) for word in command]
        self.log = log
        self._env = clean_environment(log.parent, env)
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def started(cls) -> list[ServerProcess]:
        """Those that were started and not stopped, whether or not they still run."""
        return list(cls._all)

    def start(self, ready: Callable[[], object], timeout: float = 60) -> None:
        """Starts the process and returns when `ready` answers something truthy."""
        assert not self.running, f"{self.name} runs already"
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*_dies_with_parent(), *self.command],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._env, cwd=self.log.parent,
            )
        self._all.append(self)
        try:
            wait_for(lambda: self._ready_or_dead(ready), f"{self.name} to be ready", timeout)
        except BaseException as error:
            self.stop()
            if isinstance(error, (TimeoutError, StartFailure)):
                raise StartFailure(f"{error}\n$ {' '.join(self.command)}\n{self.log_tail()}") from None
            raise

    def _ready_or_dead(self, ready: Callable[[], object]) -> object:
        if not self.running:
            assert self._process is not None
            raise StartFailure(f"{self.name} ended with {self._process.returncode} before it was ready")
        return ready()

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def stop(self, patience: float = 5) -> None:
        """TERM, then KILL. Stopping twice does nothing."""
        self._forget()
        if not self.running:
            return
        assert self._process is not None
        self._process.terminate()
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """KILL: as a machine that is gone."""
        self._forget()
        if self.running:
            assert self._process is not None
            self._process.kill()
            self._process.wait()

    def pause(self) -> None:
        """Connections are still taken and nothing is answered, until `resume`."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def _forget(self) -> None:
        if self in self._all:
            self._all.remove(self)

    def log_tail(self, lines: int = 40) -> str:
        return "\n".join(line[:400] for line in self.log.read_text(errors="replace").splitlines()[-lines:])


def clean_environment(home: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """An environment that nothing of the caller's settings, proxies or credentials gets into."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(home), "LC_ALL": "C.UTF-8", **(extra or {})}


def _dies_with_parent() -> list[str]:
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []
