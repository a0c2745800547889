"""A server that gives prepared answers, so that what is measured is the client."""

from __future__ import annotations

import asyncio
import gzip
import multiprocessing
import socket
import ssl
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
ASKED = "/asked"
COMPRESSED_FROM = 128 * 1024  # bytes, as an API server does


@dataclass(frozen=True)
class Answer:
    plain: bytes  # the whole of it, head and body
    compressed: bytes = b""  # for clients that take it


def answer(body: bytes, headers: Mapping[str, str], compress: bool = False) -> Answer:
    if not compress or len(body) < COMPRESSED_FROM:
        return Answer(_whole(body, headers))
    return Answer(_whole(body, headers), _whole(gzip.compress(body, 1), {**headers, "Content-Encoding": "gzip"}))


def _whole(body: bytes, headers: Mapping[str, str]) -> bytes:
    """As servers written in Go do, which do not say how long a large body is."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in {"Content-Type": "application/json", **headers}.items())
    if len(body) <= 2048:
        return f"HTTP/1.1 200 OK\r\n{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body
    return f"HTTP/1.1 200 OK\r\n{lines}Transfer-Encoding: chunked\r\n\r\n{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"


class _Connection(asyncio.Protocol):
    """With keep-alive, of a client that waits for each answer before it asks again."""

    def __init__(self, answers: Mapping[str, Answer], asked: list[str]) -> None:
        self._answers = answers
        self._asked = asked
        self._came = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._came += data
        if not self._came.endswith(b"\r\n\r\n"):
            return
        head, self._came = self._came.decode(), b""
        path = head.split(" ", 2)[1]
        if path == ASKED:
            self._transport.write(_whole("\n".join(self._asked).encode(), {}))
            self._asked.clear()
            return
        self._asked.append(path)
        found = self._answers.get(path)
        if found is None:
            self._transport.write(NOT_FOUND)
        else:
            self._transport.write(found.compressed if found.compressed and "gzip" in head else found.plain)


def _serve(listener: socket.socket, answers: Mapping[str, Answer], tls: ssl.SSLContext | None) -> None:
    async def run() -> None:
        asked: list[str] = []
        server = await asyncio.get_running_loop().create_server(lambda: _Connection(answers, asked), sock=listener, ssl=tls)
        await server.serve_forever()

    asyncio.run(run())


@dataclass(frozen=True)
class Prepared:
    address: str

    def asked(self) -> list[str]:
        """The paths that were asked for since the last call."""
        unverified = ssl._create_unverified_context()
        handlers = [urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=unverified)]
        with urllib.request.build_opener(*handlers).open(self.address + ASKED) as got:
            return str(got.read().decode()).split("\n")


@contextmanager
def prepared_server(answers: Mapping[str, Answer], tls: ssl.SSLContext | None = None) -> Iterator[Prepared]:
    """Path and query → answer. The server is a process of its own."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    process = multiprocessing.get_context("fork").Process(target=_serve, args=(listener, answers, tls), daemon=True)
    process.start()
    try:
        yield Prepared(f"{'https' if tls else 'http'}://127.0.0.1:{listener.getsockname()[1]}")
    finally:
        process.kill()
        process.join()
        listener.close()
