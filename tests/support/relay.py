"""A TCP relay on loopback that lets a test act at a known moment of a conversation."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

LOOPBACK = "127.0.0.1"
CHUNK = 65536


class Relay:
    """`with Relay(port, before=hook) as relay:` passes everything on to this port of loopback. `hook(bytes)` is called with
    what a client sends before it is passed on, for one client at a time; nothing goes on before it returns."""

    def __init__(self, port: int, before: Callable[[bytes], None] | None = None) -> None:
        self._target = (LOOPBACK, port)
        self._before = before
        self._one_at_a_time = threading.Lock()
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Relay:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError):
            self._join(client, socket.create_connection(self._target))

    def _join(self, client: socket.socket, server: socket.socket) -> None:
        threading.Thread(target=self._pass_on, args=(server, client, None), daemon=True).start()
        self._pass_on(client, server, self._before)

    def _pass_on(self, source: socket.socket, sink: socket.socket, before: Callable[[bytes], None] | None) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK):
                if before is not None:
                    with self._one_at_a_time:
                        before(data)
                sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


class ConnectProxy(Relay):
    """A proxy for tunnels into loopback: `asked` has the CONNECT requests, each with its headers."""

    def __init__(self) -> None:
        super().__init__(0)
        self.asked: list[str] = []

    def _serve(self, client: socket.socket) -> None:
        request = b""
        with suppress(OSError):
            while not request.endswith(b"\r\n\r\n"):
                byte = client.recv(1)
                if not byte:
                    return
                request += byte
            self.asked.append(request.decode())
            port = int(request.split()[1].rpartition(b":")[2])
            server = socket.create_connection((LOOPBACK, port))
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            self._join(client, server)
