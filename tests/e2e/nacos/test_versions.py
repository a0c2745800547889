"""Which of Nacos's APIs a server has is found out, and each of them gives the same services."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.fake_nacos import (ADMIN, CATALOG, HOSTS_V1, LIST_V1, LIST_V2, NAMESPACES_V1, NAMESPACES_V3, SERVICE_V1, VERSIONS,
                                FakeNacos)
from support.faults import fails, says
from support.program import Program

HOSTS = ["api.default-group.public.nacos", "pay.default-group.public.nacos", "web.default-group.public.nacos"]


def fill(server: FakeNacos) -> FakeNacos:
    for number, name in enumerate(("api", "pay", "web"), start=1):
        server.register(name, f"10.0.0.{number}", weight=number + 0.5, metadata={"version": "v1", "secure": "true"})
    server.register("pay", "10.0.1.1", cluster="c1")
    server.register("pay", "10.0.1.2", cluster="c1", healthy=False)
    return server


def services_of(r2i: Program, server: FakeNacos, settings: str = "?group=DEFAULT_GROUP") -> Any:
    run = r2i("fetch", "--from", f"nacos={server.address}{settings}")
    assert run.code == 0, run
    return run.json["services"]


@pytest.mark.parametrize("version", VERSIONS)
def test_all_versions_give_the_same(r2i: Program, new_nacos: Callable[..., FakeNacos], version: str) -> None:
    found = services_of(r2i, fill(new_nacos(version)))
    assert found == services_of(r2i, fill(new_nacos("2.3"))) and len(found) == 3
    pay = found[1]
    assert (pay["name"], pay["group"], pay["namespace"], pay["scope"]) == ("pay", "DEFAULT_GROUP", "public", "public")
    assert [(one["id"], one.get("health", "passing"), one.get("locality", "")) for one in pay["instances"]] == [
        ("10.0.0.2#8080#DEFAULT", "passing", ""), ("10.0.1.1#8080#c1", "passing", "c1"),
        ("10.0.1.2#8080#c1", "critical", "c1")]


@pytest.mark.parametrize("version, settings, asked", [
    ("1.4", "", [ADMIN, CATALOG, CATALOG]), ("2.3", "", [ADMIN, CATALOG, CATALOG]), ("2.3", "?apiVersion=v1", [CATALOG, CATALOG]),
    ("3.1", "", [ADMIN, ADMIN]), ("3.2", "", [ADMIN, ADMIN]), ("3.1", "?apiVersion=v3", [ADMIN, ADMIN]),
    ("3.1", "?apiVersion=v1&group=DEFAULT_GROUP", [CATALOG, LIST_V1, *[HOSTS_V1] * 3]),
    ("open v1", "?group=DEFAULT_GROUP", [ADMIN, CATALOG, LIST_V1, *[HOSTS_V1] * 3]),
    ("2.3", "?apiVersion=v2&group=DEFAULT_GROUP", [LIST_V2, *["v2/ns/instance/list"] * 3]),
    ("open v2", "?group=DEFAULT_GROUP", [ADMIN, CATALOG, LIST_V1, LIST_V2, *["v2/ns/instance/list"] * 3]),
])
def test_what_is_asked(r2i: Program, new_nacos: Callable[..., FakeNacos], version: str, settings: str,
                       asked: list[str]) -> None:
    """A quiet server of whom all is known is asked for its list, then for its pages, and no more."""
    server = new_nacos(version)
    for number, name in enumerate(("api", "pay", "web"), start=1):
        server.register(name, f"10.0.0.{number}")
    run = r2i("export", "--from", f"nacos={server.address}{settings}")
    assert run.code == 0 and run.hosts == HOSTS, run
    assert [request.path.removeprefix("/nacos/") for request in server.requests] == asked


def test_which_api_is_asked_once_for_all_namespaces(r2i: Program, new_nacos: Callable[..., FakeNacos]) -> None:
    server = new_nacos("2.3")
    for namespace in ("a", "b", "public"):
        server.register("web", namespace=namespace)
    run = r2i("export", "--from", f"nacos={server.address}?namespace=all")
    assert run.code == 0 and run.hosts == [f"web.default-group.{name}.nacos" for name in ("a", "b", "public")], run
    assert [request.path for request in server.requests].count(f"/nacos/{ADMIN}") == 1


@pytest.mark.parametrize("status", [404, 405, 410, 501])
def test_api_that_is_absent(r2i: Program, nacos: FakeNacos, status: int) -> None:
    nacos.always(ADMIN, fails(status, "no such thing"))
    run = r2i("export", "--from", f"nacos={nacos.address}")
    assert run.code == 0 and run.hosts == HOSTS, run


@pytest.mark.parametrize("status", [400, 401, 403, 500, 503])
def test_api_that_fails_is_not_absent(r2i: Program, nacos: FakeNacos, status: int) -> None:
    """Else a server that is not well would be read through an API that shows less."""
    nacos.always(ADMIN, fails(status, "not now"))
    run = r2i("export", "--from", f"nacos={nacos.address}")
    assert run.code == 3 and run.out == b"" and f"{ADMIN}: {status}" in run.stderr and "not now" in run.stderr, run
    assert not any(request.path.endswith(CATALOG) for request in nacos.requests)


def test_nothing_of_nacos_is_there(r2i: Program, nacos: FakeNacos) -> None:
    run = r2i("export", "--from", f"nacos={nacos.address}/elsewhere")
    assert run.code == 3 and run.out == b"", run
    assert "none of the APIs" in run.stderr and "contextPath" in run.stderr and "elsewhere/v1/ns/catalog" in run.stderr
    assert r2i("export", "--from", f"nacos={nacos.address}/elsewhere/nacos").code == 3


@pytest.mark.parametrize("context, form", [("/nacos", "{}"), ("/nacos", "{}/nacos/"), ("", "{}?contextPath=/"),
                                           ("/a/b", "{}/a/b"), ("/a/b", "{}?contextPath=a/b")])
def test_context_path(r2i: Program, new_nacos: Callable[..., FakeNacos], context: str, form: str) -> None:
    server = new_nacos(context=context)
    server.register("web")
    run = r2i("export", "--from", f"nacos={form.format(server.address)}")
    assert run.code == 0 and run.hosts == ["web.default-group.public.nacos"], run


def test_server_that_lists_by_group_alone_needs_the_groups(r2i: Program, new_nacos: Callable[..., FakeNacos]) -> None:
    server = new_nacos("open v1")
    server.register("web", group="A")
    server.register("pay", group="B")
    run = r2i("export", "--from", f"nacos={server.address}")
    assert run.code == 3 and run.out == b"" and "name the groups with group=" in run.stderr, run
    run = r2i("export", "--from", f"nacos={server.address}?group=A,B")
    assert run.code == 0 and run.hosts == ["pay.b.public.nacos", "web.a.public.nacos"], run


def test_admin_api_that_refuses_us_is_not_passed_by(r2i: Program, new_nacos: Callable[..., FakeNacos]) -> None:
    server = new_nacos("3.1")
    server.register("web")
    server.always("list", fails(403, "access denied"))
    run = r2i("export", "--from", f"nacos={server.address}")
    assert run.code == 3 and "403" in run.stderr and "apiVersion=v1" in run.stderr, run
    assert len(server.requests) == 1


# Namespaces


@pytest.mark.parametrize("version, path", [("2.3", NAMESPACES_V1), ("3.1", NAMESPACES_V3)])
def test_all_namespaces(r2i: Program, new_nacos: Callable[..., FakeNacos], version: str, path: str) -> None:
    server = new_nacos(version)
    server.register("web", "10.0.0.1")
    server.register("web", "10.0.0.2", namespace="b9d1-e0")
    run = r2i("fetch", "--from", f"nacos={server.address}?namespace=all")
    assert run.code == 0 and [scope["name"] for scope in run.json["scopes"]] == ["b9d1-e0", "public"], run
    assert [service["namespace"] for service in run.json["services"]] == ["b9d1-e0", "public"]
    assert len(server.asked(f"/nacos/{path}")) == 1
    named = r2i("fetch", "--from", f"nacos={server.address}?namespace=b9d1-e0")
    assert [one["name"] for one in named.json["scopes"]] == ["b9d1-e0"], named


@pytest.mark.parametrize("step, text", [
    (fails(403), "403"), (fails(500), "500"), (says("{}"), "no code"), (says(""), "the document is empty"),
    (says('{"code":200,"data":[]}'), "the list of namespaces is empty"), (says('{"code":500,"message":"broken"}'), "broken"),
])
def test_namespaces_that_cannot_be_listed(r2i: Program, nacos: FakeNacos, step: Any, text: str) -> None:
    nacos.always(NAMESPACES_V1, step)
    run = r2i("export", "--from", f"nacos={nacos.address}?namespace=all")
    assert run.code == 3 and run.out == b"" and text in run.stderr, run


def test_namespaces_of_a_server_without_a_list_of_them(r2i: Program, new_nacos: Callable[..., FakeNacos]) -> None:
    server = new_nacos("open v1")
    server.register("web")
    run = r2i("export", "--from", f"nacos={server.address}?namespace=all&group=DEFAULT_GROUP")
    assert run.code == 3 and "name them with namespace=" in run.stderr, run


def test_public_namespace_is_not_named_in_requests(r2i: Program, nacos: FakeNacos) -> None:
    """Its id is empty before Nacos 3, and `public` from then on; left out it is the default of both."""
    run = r2i("export", "--from", f"nacos={nacos.address}?namespace=public")
    assert run.code == 0 and not any("namespaceId" in request.query for request in nacos.requests), run
    assert len(nacos.asked(f"/nacos/{SERVICE_V1}")) == 0
