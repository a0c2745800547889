"""An HTTP/1.1 server on loopback, or on a unix socket, whose every answer can be scripted, faults included."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import TCPServer, ThreadingMixIn, UnixStreamServer
from typing import Any
from urllib.parse import parse_qs, unquote

from support.processes import LOOPBACK


@dataclass(frozen=True)
class Request:
    """What a client asked for. The names of `headers` compare without case; `connection` counts from 1."""

    method: str
    target: str  # as it came: path and query, encoded
    path: str  # decoded
    query: dict[str, list[str]]
    headers: Message
    connection: int
    at: float  # monotonic
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def encoded(self, announced: int | None = None) -> bytes:
        """`announced`: the Content-Length, where it is to differ from the body's."""
        length = len(self.body) if announced is None else announced
        lines = [f"HTTP/1.1 {self.status} scripted", f"Content-Length: {length}",
                 *(f"{name}: {value}" for name, value in self.headers.items())]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body


class Exchange:
    """One request on its way, in the hands of a step."""

    def __init__(self, server: ScriptedServer, handler: BaseHTTPRequestHandler, request: Request) -> None:
        self.server = server
        self.request = request
        self._handler = handler
        self._counts = True

    def usual(self) -> Answer:
        return self.server.usual(self.request)

    def send(self, data: bytes) -> None:
        self.leave()
        self._handler.connection.sendall(data)

    def close(self) -> None:
        """The connection ends when the step has."""
        self._handler.close_connection = True

    def reset(self) -> None:
        self.close()
        _reset(self._handler.connection)

    def wait_for_end(self) -> None:
        """Until the client ends the connection, or this server does."""
        self.close()
        while self._handler.connection.recv(4096):
            pass

    def leave(self) -> None:
        """From now on the request is no longer one of those that are unanswered at once."""
        if self._counts:
            self._counts = False
            self.server.leave()


Step = Callable[[Exchange], None]


class ScriptedServer:
    """`with Server() as server:` gives the usual answers, unless a path has steps: `script(PATH, first, second)` for its
    next requests, `always(PATH, step)` for all that follow. A subclass says what is usual."""

    def __init__(self, tls: ssl.SSLContext | None = None, unix_socket: Path | None = None) -> None:
        self.requests: list[Request] = []
        self.connections = 0
        self.most_at_once = 0  # unanswered requests
        self.server_names: list[str | None] = []  # that TLS clients asked for
        self._lock = threading.RLock()
        self._arrival = threading.Condition(self._lock)
        self._steps: dict[str, deque[Step]] = defaultdict(deque)
        self._always: dict[str, Step] = {}
        self._open: set[socket.socket] = set()
        self._at_once = 0
        self._dead = False
        self._tls = tls
        if tls is not None:
            tls.sni_callback = lambda _socket, name, _context: self.server_names.append(name)
        if unix_socket is not None:
            self._server: Any = _UnixServer(str(unix_socket), _handler_of(self))
            self.address = f"unix://{unix_socket}"
        else:
            self._server = _TcpServer((LOOPBACK, 0), _handler_of(self))
            self.port: int = self._server.server_address[1]
            self.address = f"{'https' if tls else 'http'}://{LOOPBACK}:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Any:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.die()

    def die(self) -> None:
        """Takes no new connections, and ends those that are open with a reset. Dying twice does nothing."""
        self._dead = True
        self._server.shutdown()
        self._server.server_close()
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            _reset(connection)

    def usual(self, request: Request) -> Answer:
        raise NotImplementedError

    def next_step(self, request: Request) -> Step | None:
        """What is scripted for this request; nothing: the usual answer. Called once for each."""
        steps = self._steps[request.path]
        return steps.popleft() if steps else self._always.get(request.path)

    def script(self, path: str, *steps: Step) -> None:
        self._steps[path].extend(steps)

    def always(self, path: str, step: Step) -> None:
        self._always[path] = step

    def asked(self, path: str) -> list[Request]:
        with self._lock:
            return [request for request in self.requests if request.path == path]

    def wait_for_request(self, path: str, count: int = 1, timeout: float = 30) -> None:
        """Until `path` was asked for that many times."""
        with self._arrival:
            assert self._arrival.wait_for(lambda: len(self.asked(path)) >= count, timeout), f"nobody asked for {path}"

    def leave(self) -> None:
        with self._lock:
            self._at_once -= 1

    def opened(self, connection: socket.socket) -> tuple[socket.socket, int]:
        """A new connection and its number, after the handshake if it needs one."""
        if self._tls is not None:
            connection = self._tls.wrap_socket(connection, server_side=True)
        with self._lock:
            self.connections += 1
            self._open.add(connection)
            return connection, self.connections

    def closed(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)

    def serve(self, handler: BaseHTTPRequestHandler, connection: int) -> None:
        path, _, query = handler.path.partition("?")
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        request = Request(handler.command, handler.path, unquote(path), parse_qs(query, keep_blank_values=True),
                          handler.headers, connection, time.monotonic(), body)
        with self._arrival:
            self.requests.append(request)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            step = self.next_step(request) or _usual
            self._arrival.notify_all()
        exchange = Exchange(self, handler, request)
        try:
            if self._dead:
                exchange.reset()
            else:
                step(exchange)
        except OSError:
            handler.close_connection = True  # the client has gone
        finally:
            exchange.leave()


def _usual(exchange: Exchange) -> None:
    exchange.send(exchange.usual().encoded())


def _reset(connection: socket.socket) -> None:
    """Wakes the thread that waits for the connection, which will close it; and that will be a reset."""
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RD)
    except OSError:
        pass  # it has ended already


def _handler_of(server: ScriptedServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            self.request, self.number = server.opened(self.request)
            super().setup()
            if self.connection.family != socket.AF_UNIX:
                self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)

        def finish(self) -> None:
            server.closed(self.connection)
            super().finish()
            self.connection.close()

        def do_GET(self) -> None:
            server.serve(self, self.number)

        do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_GET

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


class _Threads(ThreadingMixIn):
    daemon_threads = True
    block_on_close = False

    def close_request(self, request: Any) -> None:
        request.close()

    # Without the FIN that would come before a reset.
    shutdown_request = close_request

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # a client that ends a connection, or refuses a certificate, is what these tests are about


class _TcpServer(_Threads, TCPServer):
    request_queue_size = 128


class _UnixServer(_Threads, UnixStreamServer):
    request_queue_size = 128
