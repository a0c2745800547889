"""A small HTTP client for tests: every answer is a value, whatever its status."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message  # names compare without case
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Rest:
    """Requests below one address. No proxy of the environment is used."""

    def __init__(self, base: str, headers: Mapping[str, str] | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.base = base.rstrip("/")
        self.headers = dict(headers or {})
        handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
        if tls is not None:
            handlers.append(urllib.request.HTTPSHandler(context=tls))
        self._opener = urllib.request.build_opener(*handlers)

    def send(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None,
             timeout: float = 30) -> Answer:
        """`body`: bytes or text as they are, anything else as JSON. Raises OSError where there is no answer."""
        data = body.encode() if isinstance(body, str) else body
        if data is not None and not isinstance(data, bytes):
            data = json.dumps(data).encode()
        request = urllib.request.Request(self.base + path, data, {**self.headers, **(headers or {})}, method=method)
        try:
            with self._opener.open(request, timeout=timeout) as response:
                return Answer(response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())

    def get(self, path: str, headers: Mapping[str, str] | None = None, timeout: float = 30) -> Answer:
        return self.send("GET", path, headers=headers, timeout=timeout)

    def must(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
        """As `send`, for requests of a test's own setup that have to succeed."""
        answer = self.send(method, path, body, headers)
        assert 200 <= answer.status < 300, f"{method} {path}: {answer.status} {answer.text}"
        return answer
