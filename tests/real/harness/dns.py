"""One question to a DNS server over TCP: the addresses of a name."""

from __future__ import annotations

import ipaddress
import socket
import struct

ADDRESS, INTERNET, WANTS_RECURSION = 1, 1, 0x0100


def addresses(server: str, port: int, name: str) -> set[str]:
    """The IPv4 addresses that the server has for a name; none if it does not know it."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
    question = struct.pack("!6H", 1, WANTS_RECURSION, 1, 0, 0, 0) + labels + struct.pack("!2H", ADDRESS, INTERNET)
    with socket.create_connection((server, port), timeout=10) as connection, connection.makefile("rb") as stream:
        connection.sendall(struct.pack("!H", len(question)) + question)
        (length,) = struct.unpack("!H", stream.read(2))
        return _addresses(stream.read(length), len(question))


def _addresses(answer: bytes, offset: int) -> set[str]:
    """The address records of an answer whose records begin at `offset`."""
    found = set()
    (count,) = struct.unpack_from("!H", answer, 6)
    for _ in range(count):
        offset = _after_name(answer, offset)
        kind, _, _, length = struct.unpack_from("!2HIH", answer, offset)
        offset += 10
        if kind == ADDRESS:
            found.add(str(ipaddress.IPv4Address(answer[offset:offset + length])))
        offset += length
    return found


def _after_name(answer: bytes, offset: int) -> int:
    while (length := answer[offset]) != 0:
        if length >= 0xC0:  # the rest is elsewhere
            return offset + 2
        offset += 1 + length
    return offset + 1
