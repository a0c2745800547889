"""Requests through a proxy that do not stop while a test does something else."""

from __future__ import annotations

import threading
from collections import Counter

from harness.envoy import Envoy
from support.processes import wait_for

PACE = 0.004  # seconds between two requests: others want the processor, too


class Traffic:
    """`with Traffic(envoy, "web.service.consul") as traffic:`; what was answered is in `answers`: (status, body) → how often."""

    def __init__(self, envoy: Envoy, host: str) -> None:
        self.answers: Counter[tuple[int, str]] = Counter()
        self._envoy, self._host = envoy, host
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        while not self._end.wait(PACE):
            try:
                answer = self._envoy.get(self._host)
            except OSError as error:
                answer = (0, repr(error))
            self.answers[answer] += 1

    def __enter__(self) -> Traffic:
        self._thread.start()
        self.more(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def more(self, count: int) -> None:
        """Returns when so many more requests were answered."""
        wanted = self.answers.total() + count
        wait_for(lambda: self.answers.total() >= wanted, f"{count} more requests")

    @property
    def failed(self) -> Counter[tuple[int, str]]:
        return Counter({answer: count for answer, count in self.answers.items() if answer[0] != 200})
