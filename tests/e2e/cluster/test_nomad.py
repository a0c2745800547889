"""The program of contrib/nomad, which reads a registry that this one does not know: what comes of a Nomad, and that one which
is not well takes nothing away."""

from __future__ import annotations

import json
import os
import ssl
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.certificates import Authority, Certificate
from support.fake_nomad import LIST, FakeNomad, detail_path
from support.faults import cut, dies, fails, hangs_up, redirects, resets, says, usual
from support.program import SECRET, Run
from support.scripted_http import Step
from world import PRUNE, World

PROGRAM = Path(__file__).parents[3] / "contrib" / "nomad" / "nomad-snapshot"
SOURCE = ("--from", f"exec={PROGRAM}")


@pytest.fixture
def nomad() -> Iterator[FakeNomad]:
    """Three services in the namespace `default`, one in `billing`."""
    with FakeNomad() as agent:
        for number in range(1, 4):
            agent.register("web", f"10.0.1.{number}", 29700 + number, tags=["web", "version=2"])
        agent.register("api", "10.0.2.1", 21000)
        agent.register("cart", "10.0.3.1", 22000, tags=[])
        agent.register("invoice", "10.0.4.1", 23000, namespace="billing")
        yield agent


def environment(nomad: FakeNomad, **variables: str) -> dict[str, str]:
    return {"NOMAD_ADDR": nomad.address, **variables}


def export(world: World, nomad: FakeNomad, *flags: str, **variables: str) -> Run:
    return world.r2i("export", *SOURCE, *flags, env=environment(nomad, **variables))


def apply(world: World, nomad: FakeNomad, *flags: str, **variables: str) -> Run:
    return world.apply(*flags, source=SOURCE, env=environment(nomad, **variables))


# What comes of it


def test_export(world: World, nomad: FakeNomad) -> None:
    run = export(world, nomad, "--service-port", "80")
    assert run.code == 0 and run.hosts == ["api.nomad", "cart.nomad", "invoice.nomad", "web.nomad"], run
    web = run.entry("web.nomad")
    assert [(one["address"], one["ports"], one["labels"], one["locality"]) for one in web["endpoints"]] == [
        (f"10.0.1.{number}", {"http-80": 29700 + number}, {"version": "2"}, "dc1") for number in (1, 2, 3)], web
    assert web["ports"] == [{"name": "http-80", "number": 80, "protocol": "HTTP"}]


def test_the_same_whatever_the_order_of_the_answers(world: World, nomad: FakeNomad) -> None:
    def reversed_answer(exchange) -> None:  # noqa: ANN001
        answer = exchange.usual()
        says(json.dumps(json.loads(answer.body)[::-1]))(exchange)

    first = world.r2i("fetch", *SOURCE, env=environment(nomad))
    for path in (LIST, detail_path("web")):
        nomad.always(path, reversed_answer)
    second = world.r2i("fetch", *SOURCE, env=environment(nomad))
    without_time = [[line for line in run.stdout.splitlines() if "fetchedAt" not in line] for run in (first, second)]
    assert first.code == 0 and without_time[0] == without_time[1], second


def test_namespaces_are_told_apart(world: World, nomad: FakeNomad) -> None:
    nomad.register("web", "10.0.5.1", 24000, namespace="billing")
    twins = export(world, nomad)
    assert twins.code == 1 and "R2I2022" in twins.stderr and "web.nomad" not in twins.hosts, twins
    run = export(world, nomad, "--host-template", "{service}.{namespace}.nomad")
    assert run.code == 0 and {"web.default.nomad", "web.billing.nomad"} <= set(run.hosts), run
    one = export(world, nomad, NOMAD_NAMESPACE="billing")
    assert one.code == 0 and one.hosts == ["invoice.nomad", "web.nomad"], one


def test_names(world: World, nomad: FakeNomad) -> None:
    """Whatever stands in a name, it is one part of a path."""
    nomad.register("a b&c=d?e#ü%2F", "10.0.6.1")
    run = export(world, nomad)
    assert run.code == 0 and "10.0.6.1" in run.stdout, run


def test_two_clusters(world: World, nomad: FakeNomad) -> None:
    run = world.r2i("export", "--from", f"exec={PROGRAM}?name=west&arguments=west", env=environment(nomad))
    assert {one["metadata"]["labels"]["registry2istio.io/source"] for one in run.objects} == {"west"}, run


def test_token(world: World) -> None:
    with FakeNomad(token=SECRET + "t") as nomad:
        nomad.register("web")
        good = export(world, nomad, NOMAD_TOKEN=SECRET + "t")
        assert good.code == 0 and good.hosts == ["web.nomad"], good
        for token, words in ((SECRET + "other", "HTTP 403: ACL token not found"), ("", "has the token the capability read-job?"),
                             (SECRET + "\nX: y", "NOMAD_TOKEN a token")):
            run = export(world, nomad, NOMAD_TOKEN=token)
            assert run.code == 3 and run.out == b"" and words in run.stderr, run


def test_tls(world: World, authority: Authority, server_certificate: Certificate) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server_certificate.cert, server_certificate.key)
    with FakeNomad(tls=context) as nomad:
        nomad.register("web")
        good = export(world, nomad, NOMAD_CACERT=str(authority.ca))
        assert good.code == 0 and good.hosts == ["web.nomad"], good
        unknown = export(world, nomad)
        assert unknown.code == 3 and "CERTIFICATE_VERIFY_FAILED" in unknown.stderr, unknown


def test_address(world: World, nomad: FakeNomad) -> None:
    for address in ("nomad:4646", "unix:///run/nomad.sock", "http://", "http://127.0.0.1:port"):
        run = export(world, nomad, NOMAD_ADDR=address)
        assert run.code == 3 and "nomad-snapshot: " in run.stderr and "Traceback" not in run.stderr, run
    hidden = export(world, nomad, NOMAD_ADDR=f"http://user:{SECRET}@127.0.0.1:1")
    assert hidden.code == 3 and "127.0.0.1:1 could not be read: ConnectionRefusedError" in hidden.stderr, hidden


def test_the_readme(world: World, nomad: FakeNomad) -> None:
    """Its commands, as they stand there, in a checkout."""
    readme = (PROGRAM.parent / "README.md").read_text()
    commands = readme.partition("```sh\n")[2].partition("```")[0].splitlines()
    assert os.access(PROGRAM, os.X_OK) and stat.S_ISREG(PROGRAM.stat().st_mode)
    assert [line.partition("#")[0].strip() for line in commands[1:]] == [
        "contrib/nomad/nomad-snapshot",
        "registry2istio export --from exec=contrib/nomad/nomad-snapshot -n mesh --service-port 80",
        "registry2istio apply --from exec=contrib/nomad/nomad-snapshot -n mesh --service-port 80 --owner nomad"]
    (world.folder / "contrib").symlink_to(PROGRAM.parents[1])
    run = world.r2i(*commands[2].split()[1:], env=environment(nomad))
    assert run.code == 0 and len(run.hosts) == 4, run
    applied = world.r2i(*commands[3].split()[1:], "--kubeconfig", world.kubeconfig, env=environment(nomad))
    assert applied.code == 0 and len(world.names()) == 4, applied


# What goes wrong


FAULTS = {
    "500": (fails(500, "No cluster leader"), "HTTP 500: No cluster leader"),
    "403": (fails(403, "Permission denied"), "HTTP 403: Permission denied"),
    "429": (fails(429, "too many"), "HTTP 429"),
    "404": (fails(404), "HTTP 404"),
    "redirect": (redirects("http://127.0.0.2:1/"), "HTTP 302"),
    "HTML": (says("<html>Log in</html>"), "JSONDecodeError"),
    "nothing": (says(""), "JSONDecodeError"),
    "null": (says("null"), "TypeError"),
    "null in a list": (says("[null]"), "TypeError"),
    "another object": (says('[{"Name": "x"}]'), "KeyError"),
    "cut": (cut, "IncompleteRead"),
    "reset": (resets, "could not be read"),
    "no answer": (hangs_up, "RemoteDisconnected"),
    "dies": (dies, "could not be read"),
}


@pytest.fixture
def applied(world: World, nomad: FakeNomad) -> World:
    """All of it is in the cluster, and it is due that `cart` goes and `api` gets another instance."""
    assert apply(world, nomad).code == 0 and len(world.names()) == 4
    nomad.deregister("cart")
    nomad.register("api", "10.0.2.2", 21000)
    world.api.forget()
    return world


def entry(name: str) -> str:
    return f"patch serviceentries mesh/{name}.nomad"


@pytest.mark.parametrize("path", [LIST, detail_path("web")], ids=["list", "service"])
@pytest.mark.parametrize("step, words", FAULTS.values(), ids=FAULTS.keys())
def test_fault(applied: World, nomad: FakeNomad, path: str, step: Step, words: str) -> None:
    nomad.always(path, step)
    run = apply(applied, nomad, *PRUNE)
    assert run.code == 3 and applied.api.writes() == [] and len(applied.names()) == 4, run
    assert f"nomad-snapshot: {nomad.address} could not be read: " in run.stderr and words in run.stderr, run
    assert "exit status 1\n  What it wrote to standard error is above." in run.stderr and "Traceback" not in run.stderr, run
    if step is not dies:
        nomad.always(path, usual)
        healed = apply(applied, nomad, *PRUNE)
        assert healed.code == 0 and applied.api.writes() == [entry("api"), entry("cart")], healed


@pytest.mark.parametrize("body", ["[]", "{}"])
def test_a_list_without_services(applied: World, nomad: FakeNomad, body: str) -> None:
    """What a token that may read nothing gets."""
    nomad.always(LIST, says(body))
    run = apply(applied, nomad, *PRUNE)
    assert run.code == 3 and applied.api.writes() == [] and "read-job" in run.stderr, run
    named = apply(applied, nomad, *PRUNE, NOMAD_NAMESPACE="default")
    assert named.code == 5 and applied.api.writes() == [] and "--allow-empty nomad/default" in named.stderr, named


def test_a_service_without_instances(applied: World, nomad: FakeNomad) -> None:
    """Nothing goes in its namespace; what has changed is written."""
    nomad.always(detail_path("web"), says("[]"))
    run = apply(applied, nomad, *PRUNE)
    assert run.code == 3 and applied.api.writes() == [entry("api")] and 'service "web" was not read in full' in run.stderr, run


def test_a_namespace_that_is_not_seen_any_more(applied: World, nomad: FakeNomad) -> None:
    """Because the token has lost its right, or because nothing is there: it is left alone."""
    nomad.readable = frozenset({"default"})
    run = apply(applied, nomad, *PRUNE)
    assert run.code == 0 and applied.api.writes() == [entry("api"), entry("cart")], run
    named = apply(applied, nomad, *PRUNE, NOMAD_NAMESPACE="billing")
    assert named.code == 3 and "HTTP 403: Permission denied" in named.stderr, named
