"""gRPC in front of a FakeEtcd: calls become requests to its JSON gateway, and what it answers becomes gRPC. What is no answer of
the gateway's, as a proxy's page, stays what it is."""

from __future__ import annotations

import json
import struct
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from support.http2_front import Answer, Asked, Http2Front

JsonObject = dict[str, Any]
_VARINT, _BYTES = 0, 2
_METHODS = {"/etcdserverpb.KV/Range": "/v3/kv/range", "/etcdserverpb.Auth/Authenticate": "/v3/auth/authenticate",
            "/etcdserverpb.Maintenance/Status": "/v3/maintenance/status"}
_TYPE = ("content-type", "application/grpc")


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def field(number: int, value: int | bytes) -> bytes:
    """Of a message; nothing for what proto3 leaves out."""
    if isinstance(value, int):
        return varint(number << 3 | _VARINT) + varint(value) if value else b""
    return varint(number << 3 | _BYTES) + varint(len(value)) + value if value else b""


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0

    def read() -> int:
        nonlocal at
        number = shift = 0
        while True:
            byte = message[at]
            at += 1
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                return number
            shift += 7
    while at < len(message):
        tag = read()
        if tag & 7 == _VARINT:
            yield tag >> 3, read()
        else:
            assert tag & 7 == _BYTES
            length = read()
            yield tag >> 3, message[at:at + length]
            at += length


def framed(message: bytes) -> bytes:
    return struct.pack(">BI", 0, len(message)) + message


class EtcdGrpc(Http2Front):
    """`with EtcdGrpc(etcd.port) as front:`; there is no JSON gateway at its port. `spoil` may change every answer about keys."""

    spoil: Callable[[Answer], Answer] | None = None

    def ask(self, asked: Asked) -> Answer:
        path = _METHODS.get(asked.path)
        if path is None or asked.headers.get("content-type") != "application/grpc" or asked.headers.get("te") != "trailers":
            return _status(12, "unknown service")
        assert asked.body[:5] == struct.pack(">BI", 0, len(asked.body) - 5)
        body = json.dumps(_json(path, dict(fields(asked.body[5:])))).encode()
        headers = {"content-type": "application/json"}
        if "token" in asked.headers:
            headers["Authorization"] = asked.headers["token"]
        if "hasleader" in asked.headers:
            headers["hasleader"] = asked.headers["hasleader"]
        answer = _grpc(path, super().ask(Asked("POST", path, headers, body)))
        return self.spoil(answer) if self.spoil and path.endswith("range") else answer


def _json(path: str, message: dict[int, Any]) -> JsonObject:
    """As the gateway would have been asked."""
    if path.endswith("range"):
        asked = {"key": _text(message.get(1, b"")), "range_end": _text(message.get(2, b"")), "limit": message.get(3, 0)}
        return asked | ({"revision": str(message[4])} if 4 in message else {}) | ({"serializable": True} if 7 in message else {})
    if path.endswith("authenticate"):
        return {"name": message.get(1, b"").decode(), "password": message.get(2, b"").decode()}
    return {}


def _grpc(path: str, answer: Answer) -> Answer:
    try:
        said = json.loads(answer.body)
        if answer.status != 200:
            return _status(said["code"], said["message"])
        return Answer(200, [_TYPE], framed(_message(path, said or {})), [("grpc-status", "0"), ("grpc-message", "")])
    except (ValueError, KeyError, TypeError):
        return answer


def _status(code: int, message: str) -> Answer:
    return Answer(200, [_TYPE, ("grpc-status", str(code)), ("grpc-message", quote(message, safe=" :,'"))], b"")


def _message(path: str, said: JsonObject) -> bytes:
    header = said.get("header", {})
    head = field(1, b"".join((field(1, int(header.get("cluster_id", 0))), field(2, 1), field(3, int(header.get("revision", 0))),
                              field(4, 2))))
    if path.endswith("range"):
        kvs = (field(1, b64decode(one["key"])) + field(2, 2) + field(3, 2) + field(4, 1) + field(5, b64decode(one.get("value", "")))
               for one in said.get("kvs", []))
        return head + b"".join(field(2, one) for one in kvs) + field(3, int(said.get("more", False))) + field(
            4, int(said.get("count", 0)))
    if path.endswith("authenticate"):
        return head + field(2, said.get("token", "").encode())
    return head + field(2, said["version"].encode()) + field(4, int(said.get("leader", 0)))


def _text(data: bytes) -> str:
    return b64encode(data).decode()
