"""A server that gives recorded answers, each a fixed time after its request came."""

from __future__ import annotations

import asyncio
import multiprocessing
import selectors
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


class Delayed(asyncio.Protocol):
    """One connection with keep-alive; a client that waits for each answer before it asks again."""

    def __init__(self, answers: Mapping[bytes, bytes], delay: float) -> None:
        self._answers = answers
        self._delay = delay
        self._loop = asyncio.get_running_loop()
        self._came = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._came += data
        if not self._came.endswith(b"\r\n\r\n"):
            return
        path = self._came.split(b" ", 2)[1]
        self._came = b""
        answer = self._answers.get(path, NOT_FOUND)
        if self._delay:
            self._loop.call_later(self._delay, self._transport.write, answer)
        else:
            self._transport.write(answer)


def _serve(listener: socket.socket, answers: Mapping[bytes, bytes], delay: float) -> None:
    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(lambda: Delayed(answers, delay), sock=listener)
        await server.serve_forever()

    # select() waits to the microsecond; epoll, the default, rounds up to the millisecond.
    loop = asyncio.SelectorEventLoop(selectors.SelectSelector())
    loop.run_until_complete(run())


@contextmanager
def delayed_server(answers: Mapping[bytes, bytes], delay: float) -> Iterator[str]:
    """The address of such a server, which is a process of its own."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    process = multiprocessing.get_context("fork").Process(target=_serve, args=(listener, answers, delay), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        process.kill()
        process.join()
        listener.close()
