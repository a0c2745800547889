"""What bare_loop reads."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


class Requests:
    """A file of requests, batch after batch."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.write_bytes(b"")

    def batch(self, at_once: int, urls: Iterable[str], compressed: bool = False) -> None:
        """GET requests, so many in flight."""
        self._add(at_once, "gzip" if compressed else "-", (("GET", url, b"") for url in urls))

    def patches(self, at_once: int, patches: Iterable[tuple[str, bytes]]) -> None:
        """URL and body of each."""
        self._add(at_once, "-", (("PATCH", url, body) for url, body in patches))

    def _add(self, at_once: int, encoding: str, requests: Iterable[tuple[str, str, bytes]]) -> None:
        with self.path.open("ab") as file:
            file.write(f"batch {at_once} {encoding}\n".encode())
            for method, url, body in requests:
                file.write(f"{method} {len(body)} {url}\n".encode() + body)
