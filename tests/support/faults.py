"""Steps for a ScriptedServer: the answers of a server that is not well."""

from __future__ import annotations

import gzip
import time
from dataclasses import replace
from threading import Barrier, BrokenBarrierError, Event

from support.scripted_http import Answer, Exchange, Step


def usual(exchange: Exchange) -> None:
    exchange.send(exchange.usual().encoded())


def says(body: str | bytes, status: int = 200, **headers: str) -> Step:
    """An answer of this text. `Retry_After="1"` is the header Retry-After."""
    answer = Answer(status, body.encode() if isinstance(body, str) else body, _headers(headers))
    return lambda exchange: exchange.send(answer.encoded())


def fails(status: int = 500, body: str = "", **headers: str) -> Step:
    return says(body, status, **headers)


def usual_with(**headers: str) -> Step:
    """The usual answer with other headers."""
    def step(exchange: Exchange) -> None:
        answer = exchange.usual()
        exchange.send(replace(answer, headers={**answer.headers, **_headers(headers)}).encoded())
    return step


def rewritten(old: bytes, new: bytes) -> Step:
    """The usual answer with some of its bytes replaced."""
    def step(exchange: Exchange) -> None:
        answer = exchange.usual()
        exchange.send(replace(answer, body=answer.body.replace(old, new)).encoded())
    return step


def compressed(exchange: Exchange) -> None:
    answer = exchange.usual()
    headers = {**answer.headers, "Content-Encoding": "gzip"}
    exchange.send(replace(answer, body=gzip.compress(answer.body), headers=headers).encoded())


def without_keep_alive(exchange: Exchange) -> None:
    exchange.close()
    usual_with(Connection="close")(exchange)


def redirects(to: str, status: int = 302) -> Step:
    return says("", status, Location=to)


def resets(exchange: Exchange) -> None:
    exchange.leave()
    exchange.reset()


def hangs_up(exchange: Exchange) -> None:
    exchange.close()


def cut(exchange: Exchange) -> None:
    """Half of the body that is announced, then the end."""
    answer = exchange.usual()
    exchange.close()
    exchange.send(replace(answer, body=answer.body[:len(answer.body) // 2]).encoded(announced=len(answer.body)))


def silent(exchange: Exchange) -> None:
    exchange.wait_for_end()


def endless(exchange: Exchange) -> None:
    """A list that does not end, as fast as it is taken."""
    exchange.send(_CHUNKED + _chunk(b"["))
    block = _chunk(b" " * 65536)
    while True:
        exchange.send(block)


def trickles(exchange: Exchange) -> None:
    """A list of which a blank comes every 20 ms."""
    exchange.send(_CHUNKED + _chunk(b"["))
    while True:
        time.sleep(0.02)
        exchange.send(_chunk(b" "))


def slow(seconds: float, then: Step = usual) -> Step:
    def step(exchange: Exchange) -> None:
        time.sleep(seconds)
        then(exchange)
    return step


def held(until: Event, then: Step = usual) -> Step:
    def step(exchange: Exchange) -> None:
        until.wait(60)
        then(exchange)
    return step


def together(barrier: Barrier, then: Step = usual) -> Step:
    """Answers once as many requests are there as the barrier wants; one that waits in vain breaks it."""
    def step(exchange: Exchange) -> None:
        try:
            barrier.wait(10)
        except BrokenBarrierError:
            pass
        then(exchange)
    return step


def dies(exchange: Exchange) -> None:
    """The server is gone, in the middle of this request."""
    exchange.reset()
    exchange.server.die()


_CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _headers(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
