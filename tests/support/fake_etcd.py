"""An etcd as far as one who reads keys through its JSON gateway sees it: what it holds is put, what it answers can be
scripted (support/faults.py)."""

from __future__ import annotations

import json
import ssl
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from support.faults import says
from support.scripted_http import Answer, Exchange, Request, ScriptedServer, Step

JsonObject = dict[str, Any]

RANGE, LOG_IN, STATUS = "kv/range", "auth/authenticate", "maintenance/status"


def error(status: int, code: int, message: str) -> Answer:
    return Answer(status, json.dumps({"error": message, "code": code, "message": message}).encode(), _JSON)


_JSON = {"Content-Type": "application/json"}
TOO_OLD = error(400, 11, "etcdserver: mvcc: required revision has been compacted")
BAD_TOKEN = error(401, 16, "etcdserver: invalid auth token")
DENIED = error(403, 7, "etcdserver: permission denied")


def gives(answer: Answer) -> Step:
    return says(answer.body, answer.status, **{name.replace("-", "_"): value for name, value in answer.headers.items()})


class FakeEtcd(ScriptedServer):
    """`api`: where the gateway is; `users`: name → password, whom it wants to log in; `leader`: whether it has one."""

    def __init__(self, *, api: str = "/v3", users: Mapping[str, str] | None = None, leader: bool = True, cluster: str = "17",
                 tls: ssl.SSLContext | None = None) -> None:
        super().__init__(tls)
        self.revision = 1
        self.tokens: set[str] = set()
        self.door = self.port  # where clients of a test knock: its own, or one in front of it
        self._api = api
        self._users = users
        self._leader = leader
        self._cluster = cluster
        self._keys: dict[bytes, bytes] = {}
        self._logins = 0

    def put(self, key: str | bytes, value: Any) -> None:
        """`value`: text and bytes as they are, all else as JSON."""
        name = key.encode() if isinstance(key, str) else key
        if not isinstance(value, (str, bytes)):
            value = json.dumps(value)
        self._keys[name] = value.encode() if isinstance(value, str) else value
        self.revision += 1

    def delete(self, prefix: str) -> None:
        """All keys with this prefix."""
        self._keys = {key: value for key, value in self._keys.items() if not key.startswith(prefix.encode())}
        self.revision += 1

    def register(self, service: str, address: str = "10.0.0.1", port: int = 8080, *, id: str = "", root: str = "/services",
                 **metadata: Any) -> None:
        """An endpoint of gRPC's naming."""
        value = {"Op": 0, "Addr": f"{address}:{port}", "Metadata": metadata or None}
        self.put(f"{root}/{service}/{id or f'{address}:{port}'}", value)

    def path(self, what: str) -> str:
        return f"{self._api}/{what}"

    def script_range(self, *steps: Step) -> None:
        self.script(self.path(RANGE), *steps)

    def always_range(self, step: Step) -> None:
        self.always(self.path(RANGE), step)

    def ranges(self) -> list[JsonObject]:
        """What was asked of the keys."""
        return [json.loads(request.body) for request in self.asked(self.path(RANGE))]

    def logins(self) -> int:
        return len(self.asked(self.path(LOG_IN)))

    def expire_tokens(self, then: Step | None = None) -> Step:
        """From this request on, no token is taken that was given before."""
        def step(exchange: Exchange) -> None:
            self.tokens.clear()
            (then or (lambda one: one.send(one.usual().encoded())))(exchange)
        return step

    def usual(self, request: Request) -> Answer:
        if request.method != "POST":
            return error(405, 12, "Method Not Allowed")
        what = request.path.removeprefix(f"{self._api}/")
        body = json.loads(request.body)
        if what == STATUS:
            return self._answer({"version": "3.6.8", "leader": "8211" if self._leader else "0"})
        if what == LOG_IN:
            return self._log_in(body)
        if what != RANGE:
            return Answer(404, b"404 page not found\n", {"Content-Type": "text/plain"})
        if self._users is not None:
            token = request.headers.get("Authorization")
            if token is None:
                return error(400, 3, "etcdserver: user name is empty")
            if token not in self.tokens:
                return BAD_TOKEN
        return self._range(body)

    def _log_in(self, body: JsonObject) -> Answer:
        if self._users is None:
            return error(400, 9, "etcdserver: authentication is not enabled")
        if self._users.get(body["name"]) != body["password"]:
            return error(400, 3, "etcdserver: authentication failed, invalid user ID or password")
        self._logins += 1
        token = f"5ecret-token-{self._logins}"
        self.tokens.add(token)
        return self._answer({"token": token})

    def _range(self, body: JsonObject) -> Answer:
        first, end = b64decode(body["key"]), b64decode(body["range_end"])
        found = sorted(key for key in self._keys if key >= first and (end == b"\0" or key < end))
        limit = int(body.get("limit", 0)) or len(found)
        kvs = [{"key": _text(key), "create_revision": "2", "mod_revision": "2", "version": "1",
                **({"value": _text(self._keys[key])} if self._keys[key] else {})} for key in found[:limit]]
        answer: JsonObject = {"kvs": kvs, "count": str(len(found))} if found else {}
        if len(found) > limit:
            answer["more"] = True
        return self._answer(answer)

    def _answer(self, members: JsonObject) -> Answer:
        header = {"cluster_id": self._cluster, "member_id": "1", "revision": str(self.revision), "raft_term": "2"}
        return Answer(200, json.dumps({"header": header, **members}).encode(), _JSON)


def _text(data: bytes) -> str:
    return b64encode(data).decode()
