"""The fake that the rest of this suite trusts: it answers as a real API server did, and the faults that are asked for."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support.api_conversation import MESH, conversation, entry, recorded
from support.api_faults import done_but_unsaid, expired_page, modified, not_allowed, status, throttled
from support.certificates import Authority, Certificate
from support.fake_api_server import FakeApiServer
from support.faults import cut, resets
from support.http2_front import GoAway, Http2Front
from support.object_store import Key
from support.rest import Rest
from support.scripted_http import Step

WEB = Key("serviceentries", "mesh", "web")
APPLY = {"Content-Type": "application/apply-patch+yaml"}


@pytest.fixture
def client(api: FakeApiServer) -> Rest:
    return Rest(api.address)


def patch(client: Rest, **metadata: Any) -> int:
    path = f"{MESH}/serviceentries/web?fieldManager=us"
    return client.send("PATCH", path, entry("web", **metadata), APPLY).status


def test_it_answers_as_a_real_one(client: Rest) -> None:
    for said, expected in zip(conversation(client), recorded(), strict=True):
        assert said == expected, said["title"]


def test_pages_are_of_one_version(api: FakeApiServer, client: Rest) -> None:
    for name in ("a", "b", "c"):
        api.store.write(entry(name))
    first = client.get(f"{MESH}/serviceentries?limit=1").json
    api.store.remove(Key("serviceentries", "mesh", "c"))
    rest = client.get(f"{MESH}/serviceentries?continue={first['metadata']['continue']}").json
    assert [item["metadata"]["name"] for item in rest["items"]] == ["b", "c"]


def test_kubectl_apply_keeps_what_others_labelled(api: FakeApiServer, client: Rest) -> None:
    assert patch(client, labels={"app": "x"}) == 201
    made = api.store.kubectl_apply(entry("web"))
    managers = {one["manager"]: one["operation"] for one in made["metadata"]["managedFields"]}
    assert managers == {"us": "Apply", "kubectl-client-side-apply": "Update"}
    assert made["metadata"]["labels"] == {"app": "x"}


@pytest.mark.parametrize("step, code", [
    (status(503), 503), (throttled(3), 429), (expired_page, 410), (not_allowed, 403), (modified, 409)])
def test_answers_that_refuse(api: FakeApiServer, client: Rest, step: Step, code: int) -> None:
    version = api.store.write(entry("web"))["metadata"]["resourceVersion"]
    api.once(step, verb="patch", name="web")
    assert patch(client, resourceVersion=version) == code
    assert patch(client) in (200, 409)
    assert api.writes() == ["patch serviceentries mesh/web"] * 2


@pytest.mark.parametrize("step", [resets, cut])
def test_answers_that_do_not_come(api: FakeApiServer, client: Rest, step: Step) -> None:
    api.once(step, done_but_unsaid(step), verb="patch")
    for done in (step is cut, True):
        with pytest.raises(Exception):  # noqa: B017 - which one is a matter of http.client's
            patch(client)
        assert api.store.has(WEB) == done


def test_rights(api: FakeApiServer, client: Rest) -> None:
    api.deny("create", "serviceentries", "mesh")
    api.deny("list", "serviceentries", "")
    assert patch(client) == 403 and not api.store.has(WEB)
    assert client.get("/apis/networking.istio.io/v1/serviceentries").status == 403
    assert client.get(f"{MESH}/serviceentries").status == 200


def test_tokens(api: FakeApiServer, client: Rest) -> None:
    api.tokens = {"right": "bot"}
    api.deny("patch", "serviceentries", "mesh")
    assert patch(client) == 403  # anonymous
    assert Rest(api.address, {"Authorization": "Bearer wrong"}).get(f"{MESH}/serviceentries").status == 401
    bot = Rest(api.address, {"Authorization": "Bearer right"})
    assert bot.get(f"{MESH}/serviceentries").status == 200
    refused = bot.send("PATCH", f"{MESH}/serviceentries/web?fieldManager=us", entry(), APPLY)
    assert refused.status == 403 and 'User "bot" cannot patch resource "serviceentries"' in refused.json["message"]


@pytest.mark.parametrize("goaways, connections", [
    ([], 1), ([GoAway(2)], 2), ([GoAway(1, abrupt=True)], 2), ([GoAway(2), GoAway(1, abrupt=True)], 3)])
def test_http2(api: FakeApiServer, authority: Authority, server_certificate: Certificate, tmp_path: Path,
               goaways: list[GoAway], connections: int) -> None:
    """curl, which asks again where a connection ended, gets every page."""
    for number in range(40):
        api.store.write(entry(f"n{number}", {"hosts": ["x" * 5000]}))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(server_certificate.cert, server_certificate.key)
    with Http2Front(api.port, tls, goaways) as front:
        urls = [word for limit in (1, 5, 40, 2) for word in ("-o", tmp_path / f"{limit}", f"{front.address}{MESH}/"
                                                                                         f"serviceentries?limit={limit}")]
        done = subprocess.run(["curl", "-sS", "--retry", "3", "--retry-all-errors", "--cacert", str(authority.ca), "-w",
                               "%{http_version} %{http_code}\n", *map(str, urls)], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines().count("2 200") == 4, done
    assert [(tmp_path / name).read_bytes().count(b"x" * 5000) for name in ("1", "5", "40", "2")] == [1, 5, 40, 2]
    assert front.connections == connections and front.said_goaway == len(goaways)
