"""A ZooKeeper as far as one who reads its nodes sees it: the jute protocol of connecting, pings, authentication, sync,
lists of children and data. What it holds is put, what it answers can be scripted."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from socketserver import StreamRequestHandler, TCPServer, ThreadingMixIn
from typing import Any

from support.processes import LOOPBACK

EXISTS, DATA, CHILDREN, SYNC, PING, CHILDREN2, AUTH, CLOSE = 3, 4, 8, 9, 11, 12, 100, -11
READS = {EXISTS, DATA, CHILDREN, SYNC, PING, CHILDREN2, AUTH, CLOSE}
NO_NODE, NO_AUTH, SESSION_EXPIRED, AUTH_FAILED, THROTTLED, MARSHALLING, UNIMPLEMENTED = -101, -102, -112, -115, -127, -5, -6
CONNECT = "connect"  # in place of a path


def text(value: str | bytes) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return struct.pack(">i", len(raw)) + raw


@dataclass
class Node:
    data: bytes = b""
    readers: frozenset[str] | None = None  # "user:password"; None: everybody
    children: set[str] = field(default_factory=set)


class Gone(Exception):
    """The connection is to end."""


class Call:
    """One request on its way, in the hands of a step."""

    def __init__(self, server: FakeZooKeeper, connection: _Connection, xid: int, op: int, path: str, body: bytes) -> None:
        self.server, self.connection, self.xid, self.op, self.path, self.body = server, connection, xid, op, path, body

    def usual(self) -> bytes:
        return self.server.usual(self)

    def reply(self, error: int = 0, body: bytes = b"") -> bytes:
        return struct.pack(">iqi", self.xid, self.server.zxid, error) + body

    def send(self, reply: bytes, announced: int | None = None) -> None:
        """`announced`: the length, where it is to differ."""
        self.raw(struct.pack(">i", len(reply) if announced is None else announced) + reply)

    def raw(self, data: bytes) -> None:
        self.connection.request.sendall(data)

    def reset(self) -> None:
        self.connection.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise Gone

    def wait_for_end(self) -> None:
        """Says nothing any more, to pings either."""
        while self.connection.request.recv(4096):
            pass
        raise Gone


Step = Callable[[Call], None]


# Steps


def usual(call: Call) -> None:
    call.send(call.usual())


def fails(error: int) -> Step:
    return lambda call: call.send(call.reply(error))


def hangs_up(call: Call) -> None:
    raise Gone


def resets(call: Call) -> None:
    call.reset()


def silent(call: Call) -> None:
    call.wait_for_end()


def answers_pings_alone(call: Call) -> None:
    call.connection.mute = True


def cut(call: Call) -> None:
    """Half of the answer that is announced, then the end."""
    reply = call.usual()
    call.send(reply[:len(reply) // 2], announced=len(reply))
    raise Gone


def says(data: bytes) -> Step:
    """These bytes, then the end."""
    def step(call: Call) -> None:
        call.raw(data)
        raise Gone
    return step


def garbage(call: Call) -> None:
    """An answer to this request that has a count, and then what is no list and no data."""
    call.send(call.reply(0, struct.pack(">i", 3) + b"x" * 40))


def cut_body(call: Call) -> None:
    """A frame of the length that it says, without the last part of what should be in it."""
    call.send(call.usual()[:-40])


def no_body(call: Call) -> None:
    call.send(call.reply())


def miscounted(call: Call) -> None:
    """The numbers of children and of bytes are not those of the list and of the data."""
    reply = call.usual()
    call.send(reply[:-16] + struct.pack(">iiq", 7777, 7777, 1))


def other_answer(call: Call) -> None:
    """The answer to a request that nobody made."""
    call.xid += 1000
    usual(call)


def trickles(call: Call) -> None:
    call.raw(struct.pack(">i", 1 << 20))
    while True:
        time.sleep(0.02)
        call.raw(b"x")


def expires(call: Call) -> None:
    """The session ends, as when the server has not heard of it for too long."""
    call.server.sessions.discard(call.connection.session)
    raise Gone


def dies(call: Call) -> None:
    """The server is gone, in the middle of this request."""
    call.server.die()
    call.reset()


def after(change: Callable[[], None], then: Step = usual) -> Step:
    """Something changes before the answer."""
    def step(call: Call) -> None:
        change()
        then(call)
    return step


class FakeZooKeeper:
    """`with FakeZooKeeper() as server:`; paths are those within the chroot that clients use, if they do, in front."""

    def __init__(self) -> None:
        self.zxid = 1
        self.nodes: dict[str, Node] = {"/": Node()}
        self.sessions: set[int] = set()
        self.connections = 0
        self.calls: list[tuple[int, str]] = []
        self.closed_sessions = 0
        self._lock = threading.RLock()
        self._arrival = threading.Condition(self._lock)
        self._steps: dict[str, deque[Step]] = defaultdict(deque)
        self._always: dict[str, Step] = {}
        self._open: set[socket.socket] = set()
        self._server = _Server((LOOPBACK, 0), _Connection)
        self._server.fake = self  # type: ignore[attr-defined]
        self.port: int = self._server.server_address[1]
        self.address = f"{LOOPBACK}:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> FakeZooKeeper:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.die()

    def die(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    # What it holds

    def put(self, path: str, data: Any = b"", readers: set[str] | None = None) -> None:
        """`data`: text and bytes as they are, all else as JSON. The folders on the way come by themselves."""
        if not isinstance(data, (str, bytes)):
            data = json.dumps(data)
        with self._lock:
            node = self._make(path)
            node.data = data.encode() if isinstance(data, str) else data
            node.readers = None if readers is None else frozenset(readers)
            self.zxid += 1

    def _make(self, path: str) -> Node:
        if path not in self.nodes:
            parent, _, name = path.rpartition("/")
            self._make(parent or "/").children.add(name)
            self.nodes[path] = Node()
        return self.nodes[path]

    def delete(self, path: str) -> None:
        """With all that is below it."""
        with self._lock:
            for child in list(self.nodes[path].children):
                self.delete(f"{path}/{child}")
            parent, _, name = path.rpartition("/")
            self.nodes[parent or "/"].children.discard(name)
            del self.nodes[path]
            self.zxid += 1

    def register(self, service: str, address: str = "10.0.0.1", port: int | None = 8080, *, id: str = "",
                 root: str = "/services", payload: Any = None, **more: Any) -> str:
        """An instance as Curator writes it; the node's path."""
        path = f"{root}/{service}/{id or f'{address}:{port}'}"
        self.put(path, {"name": service, "id": id or f"{address}:{port}", "address": address, "port": port,
                        "sslPort": None, "payload": payload, "registrationTimeUTC": 1700000000000,
                        "serviceType": "DYNAMIC", "uriSpec": None, **more})
        return path

    # What is scripted, and what was asked

    def script(self, path: str, *steps: Step) -> None:
        self._steps[path].extend(steps)

    def always(self, path: str, step: Step) -> None:
        self._always[path] = step

    def heal(self) -> None:
        self._steps.clear()
        self._always.clear()

    def next_step(self, path: str) -> Step:
        with self._lock:
            steps = self._steps[path]
            return steps.popleft() if steps else self._always.get(path, usual)

    def asked(self, path: str) -> list[int]:
        """Which operations on this node."""
        with self._lock:
            return [op for op, asked in self.calls if asked == path]

    def wait_for(self, path: str, timeout: float = 30) -> None:
        """Until somebody asks for this node."""
        with self._arrival:
            assert self._arrival.wait_for(lambda: any(asked == path for _, asked in self.calls), timeout), f"nobody asked for {path}"

    def operations(self) -> set[int]:
        with self._lock:
            return {op for op, _ in self.calls}

    # What it answers

    def usual(self, call: Call) -> bytes:
        if call.op == SYNC:
            return call.reply(0, text(call.path))
        if call.op in (PING, CLOSE):
            return call.reply()
        if call.op == AUTH:
            return call.reply()
        with self._lock:
            node = self.nodes.get(call.path)
            if node is None:
                return call.reply(NO_NODE)
            if node.readers is not None and not node.readers & call.connection.users and call.op != EXISTS:
                return call.reply(NO_AUTH)
            stat = struct.pack(">qqqqiiiqiiq", 1, 1, 0, 0, 0, 0, 0, 0, len(node.data), len(node.children), 1)
            if call.op == DATA:
                return call.reply(0, text(node.data) + stat)
            if call.op == EXISTS:
                return call.reply(0, stat)
            # In no order, as the server has it.
            names = sorted(node.children, key=lambda name: name[::-1])
            listed = struct.pack(">i", len(names)) + b"".join(map(text, names))
            return call.reply(0, listed + (stat if call.op == CHILDREN2 else b""))


class _Server(ThreadingMixIn, TCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64


class _Connection(StreamRequestHandler):
    def setup(self) -> None:
        super().setup()
        self.fake: FakeZooKeeper = self.server.fake  # type: ignore[attr-defined]
        self.users: set[str] = set()
        self.session = 0
        self.mute = False
        with self.fake._lock:
            self.fake.connections += 1
            self.fake._open.add(self.request)

    def finish(self) -> None:
        with self.fake._lock:
            self.fake._open.discard(self.request)
        try:
            super().finish()
        except OSError:
            pass

    def handle(self) -> None:
        try:
            self._connect()
            while True:
                self._serve()
        except (Gone, OSError, EOFError):
            pass

    def _frame(self) -> bytes:
        head = self.rfile.read(4)
        if len(head) < 4:
            raise EOFError
        (length,) = struct.unpack(">i", head)
        body = self.rfile.read(length)
        if len(body) < length:
            raise EOFError
        return body

    def _connect(self) -> None:
        _, _, timeout, session = struct.unpack_from(">iqiq", self._frame())
        with self.fake._lock:
            if session == 0:
                session = 0x10000 + self.fake.connections
                self.fake.sessions.add(session)
            self.session = session if session in self.fake.sessions else 0
        call = _Connecting(self.fake, self, 0, 0, CONNECT, b"")
        call.answer = struct.pack(">iiq", 0, timeout if self.session else 0, self.session) + text(b"p" * 16) + b"\0"
        self.fake.next_step(CONNECT)(call)
        if self.session == 0:
            raise Gone

    def _serve(self) -> None:
        frame = self._frame()
        xid, op = struct.unpack_from(">ii", frame)
        body = frame[8:]
        path = ""
        if op == AUTH:
            (length,) = struct.unpack_from(">i", body, 4)
            scheme, rest = body[8:8 + length], body[8 + length:]
            if scheme == b"digest":
                self.users.add(rest[4:].decode())
            path = "auth"
        elif op not in (PING, CLOSE) and len(body) >= 4:
            (length,) = struct.unpack_from(">i", body)
            path = body[4:4 + length].decode()
        with self.fake._lock:
            self.fake.calls.append((op, path))
            self.fake._arrival.notify_all()
        call = Call(self.fake, self, xid, op, path, body)
        if op in (PING, CLOSE):
            usual(call)
        elif not self.mute:
            self.fake.next_step("sync" if op == SYNC else path)(call)
        if op == CLOSE:
            self.fake.closed_sessions += 1
            self.fake.sessions.discard(self.session)
            raise Gone


class _Connecting(Call):
    """The first frame, which has no head."""

    answer = b""

    def usual(self) -> bytes:
        return self.answer
