"""HTTP/2 in front of a ScriptedServer, over TLS or without: each stream becomes a request of its own to that server, whose faults
become those of the stream. When a connection says GOAWAY can be scripted."""

from __future__ import annotations

import http.client
import queue
import select
import socket
import ssl
import threading
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import DataReceived, RequestReceived, StreamEnded, StreamReset
from h2.exceptions import ProtocolError
from hyperframe.frame import GoAwayFrame

from support.processes import LOOPBACK

_HOP_BY_HOP = {"connection", "content-length", "transfer-encoding", "keep-alive"}


@dataclass(frozen=True)
class GoAway:
    """What one connection does: GOAWAY together with the answer to its `stream`-th request. Later streams are not looked at.
    `abrupt`: the connection ends at once, and those under way get no answer, though the server has done what they ask."""

    stream: int
    abrupt: bool = False


class Http2Front:
    """`with Http2Front(server.port, tls, [GoAway(3)]) as front:` serves at `front.address`; the first connection gets the
    first GoAway, and so on; those after them stay. A subclass may say what becomes of a request and of its answer."""

    def __init__(self, port: int, tls: ssl.SSLContext | None = None, goaways: Iterable[GoAway] = ()) -> None:
        if tls is not None:
            tls.set_alpn_protocols(["h2"])
        self.port_behind = port
        self.connections = 0
        self.most_at_once = 0  # streams of one connection that were not answered yet
        self.goaways = deque(goaways)
        self.said_goaway = 0
        self._tls = tls
        self._listener = socket.create_server((LOOPBACK, 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self.address = f"{'https' if tls else 'http'}://{LOOPBACK}:{self.port}"
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Http2Front:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                connection, _ = self._listener.accept()
                goaway = self.goaways.popleft() if self.goaways else None
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection, goaway), daemon=True).start()

    def ask(self, asked: Asked) -> Answer:
        """The answer of the server behind."""
        behind = http.client.HTTPConnection(LOOPBACK, self.port_behind, timeout=60)
        try:
            behind.request(asked.method, asked.path, asked.body or None, asked.headers)
            got = behind.getresponse()
            headers = [(name.lower(), value) for name, value in got.getheaders() if name.lower() not in _HOP_BY_HOP]
            return Answer(got.status, headers, got.read())
        finally:
            behind.close()

    def _serve(self, plain: socket.socket, goaway: GoAway | None) -> None:
        with suppress(OSError), self._secured(plain) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
            _Connection(self, connection, goaway).serve()

    def _secured(self, plain: socket.socket) -> socket.socket:
        return plain if self._tls is None else self._tls.wrap_socket(plain, server_side=True)


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes
    trailers: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class _Stream:
    number: int  # from 1
    headers: dict[str, str]
    body: bytearray = field(default_factory=bytearray)
    unsent: bytes | None = None  # of the answer's body, once there is an answer
    trailers: list[tuple[str, str]] = field(default_factory=list)


class _Connection:
    """One thread reads and writes; others wait for the server behind, and hand over its answers."""

    def __init__(self, front: Http2Front, connection: socket.socket, goaway: GoAway | None) -> None:
        self._front = front
        self._socket = connection
        self._goaway = goaway
        self._h2 = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        self._streams: dict[int, _Stream] = {}  # those under way, by id
        self._seen = 0
        self._said_goaway = False
        self._answers: queue.SimpleQueue[tuple[int, Answer | None]] = queue.SimpleQueue()
        self._bell, self._ringer = socket.socketpair()

    def serve(self) -> None:
        self._h2.initiate_connection()
        with self._bell, self._ringer, suppress(ProtocolError):
            while self._streams or not self._said_goaway:
                self._socket.sendall(self._h2.data_to_send())
                ready = [self._socket] if self._pending() else select.select([self._socket, self._bell], [], [])[0]
                if self._bell in ready:
                    self._bell.recv(4096)
                    while not self._answers.empty():
                        self._begin_answer(*self._answers.get())
                if self._socket in ready and not self._receive():
                    return
                self._send_bodies()
            self._socket.sendall(self._h2.data_to_send())

    def _pending(self) -> bool:
        return isinstance(self._socket, ssl.SSLSocket) and bool(self._socket.pending())

    def _receive(self) -> bool:
        data = self._socket.recv(65536)
        for event in self._h2.receive_data(data) if data else ():
            self._take(event)
        return bool(data)

    def _take(self, event: object) -> None:
        if isinstance(event, RequestReceived):
            self._seen += 1
            if not self._said_goaway:
                self._streams[event.stream_id or 0] = _Stream(self._seen, dict(event.headers or ()))
                self._front.most_at_once = max(self._front.most_at_once, len(self._streams))
        elif isinstance(event, DataReceived):
            self._h2.acknowledge_received_data(event.flow_controlled_length or 0, event.stream_id or 0)
            if event.stream_id in self._streams:
                self._streams[event.stream_id].body += event.data or b""
        elif isinstance(event, StreamEnded) and event.stream_id in self._streams:
            threading.Thread(target=self._ask, args=(event.stream_id, self._streams[event.stream_id]), daemon=True).start()
        elif isinstance(event, StreamReset):
            self._streams.pop(event.stream_id or 0, None)

    def _ask(self, number: int, stream: _Stream) -> None:
        """Hands over the answer of the server behind; nothing where there is none."""
        headers = {name: value for name, value in stream.headers.items() if not name.startswith(":")}
        asked = Asked(stream.headers[":method"], stream.headers[":path"], headers, bytes(stream.body))
        answer: Answer | None = None
        with suppress(OSError, http.client.HTTPException):
            answer = self._front.ask(asked)
        self._answers.put((number, answer))
        with suppress(OSError):  # the connection has ended
            self._ringer.send(b"!")

    def _begin_answer(self, number: int, answer: Answer | None) -> None:
        stream = self._streams.get(number)
        if stream is None:
            return  # the client does not want it any more
        if self._goaway is not None and stream.number >= self._goaway.stream and not self._said_goaway:
            self._say_goaway()
            if self._goaway.abrupt:
                raise ProtocolError
        if answer is None:
            self._h2.reset_stream(number, ErrorCodes.INTERNAL_ERROR)
            del self._streams[number]
            return
        alone = not answer.body and not answer.trailers and any(name == "grpc-status" for name, _ in answer.headers)
        self._h2.send_headers(number, [(":status", str(answer.status)), *answer.headers], end_stream=alone)
        if alone:
            del self._streams[number]
            return
        stream.unsent = answer.body
        stream.trailers = answer.trailers

    def _say_goaway(self) -> None:
        """By hand: the library would end every stream with it."""
        self._said_goaway = True
        self._front.said_goaway += 1
        self._socket.sendall(self._h2.data_to_send() + GoAwayFrame(0, max(self._streams), ErrorCodes.NO_ERROR).serialize())

    def _send_bodies(self) -> None:
        """As much as the client is ready to take."""
        for number, stream in list(self._streams.items()):
            while stream.unsent is not None:
                size = min(len(stream.unsent), self._h2.local_flow_control_window(number), self._h2.max_outbound_frame_size)
                if stream.unsent and not size:
                    break
                last = size == len(stream.unsent)
                self._h2.send_data(number, stream.unsent[:size], end_stream=last and not stream.trailers)
                if last and stream.trailers:
                    self._h2.send_headers(number, stream.trailers, end_stream=True)
                stream.unsent = None if last else stream.unsent[size:]
                if last:
                    del self._streams[number]
