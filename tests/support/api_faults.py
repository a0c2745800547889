"""Steps for a FakeApiServer: what an API server says when it does not do what it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from support.fake_api_server import FakeApiServer, forbidden, status_answer, unauthorized, understood
from support.faults import usual
from support.object_store import ApiError, invalid
from support.scripted_http import Answer, Exchange, Step


def _answers(error: Callable[[Exchange], ApiError]) -> Step:
    return lambda exchange: exchange.send(status_answer(error(exchange)).encoded())


def status(code: int, reason: str = "", message: str = "", **headers: str) -> Step:
    """An answer whose body is a Status. `Retry_After="1"` is the header Retry-After."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return _answers(lambda _exchange: ApiError(code, reason, message, headers=named))


def throttled(retry_after: int = 0) -> Step:
    """Priority and fairness: 429 with a line of text."""
    headers = {"Retry-After": str(retry_after), "Content-Type": "text/plain; charset=utf-8"}
    answer = Answer(429, b"Too many requests, please try again later.", headers)
    return lambda exchange: exchange.send(answer.encoded())


def expired_page(exchange: Exchange) -> None:
    """410: the version that a list was a page of is compacted away."""
    _answers(lambda _exchange: ApiError(
        410, "Expired", "The provided continue parameter is too old to display a consistent list result. You can start a new "
        "list without the continue parameter.", metadata={"continue": "eyJ2IjoibWV0YS5rOHMuaW8vdjEifQ"}))(exchange)


def not_authenticated(exchange: Exchange) -> None:
    _answers(lambda _exchange: unauthorized())(exchange)


def not_allowed(exchange: Exchange) -> None:
    """RBAC refuses this request."""
    asked = understood(exchange.request)
    _answers(lambda _exchange: forbidden(asked.verb, asked.key))(exchange)


def not_served(exchange: Exchange) -> None:
    exchange.send(Answer(404, b"404 page not found\n", {"Content-Type": "text/plain; charset=utf-8"}).encoded())


def not_valid(exchange: Exchange) -> None:
    key = understood(exchange.request).key
    _answers(lambda _exchange: invalid(key, "spec", "Invalid value: NONE mode cannot set endpoints"))(exchange)


webhook_refuses = status(400, "BadRequest", 'admission webhook "validation.istio.io" denied the request: configuration is '
                                            "invalid: invalid host")
webhook_unreachable = status(500, "InternalError", 'Internal error occurred: failed calling webhook "validation.istio.io": '
                             'failed to call webhook: Post "https://istiod.istio-system.svc:443/validate": connection refused')


def modified(exchange: Exchange) -> None:
    """409: the resourceVersion is not the newest, for istiod has written the status just before."""
    server, asked = exchange.server, understood(exchange.request)
    assert isinstance(server, FakeApiServer)
    if server.store.has(asked.key):
        server.store.write_status(asked.key)
    usual(exchange)


def after(happening: Callable[[], object], then: Step = usual) -> Step:
    """Something happens in the cluster, or on the machine, just before the request is answered."""
    def step(exchange: Exchange) -> None:
        happening()
        then(exchange)
    return step


def done_but_unsaid(then: Step) -> Step:
    """The server does what it is asked for, and the answer gets lost: `then` is what the client sees."""
    def step(exchange: Exchange) -> None:
        exchange.usual()
        then(exchange)
    return step


def with_warning(text: str) -> Step:
    def step(exchange: Exchange) -> None:
        answer = exchange.usual()
        exchange.send(replace(answer, headers={**answer.headers, "Warning": f'299 - "{text}"'}).encoded())
    return step
