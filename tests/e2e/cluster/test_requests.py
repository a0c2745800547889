"""What a run asks of the API server: as little as can be."""

from __future__ import annotations

import re

from support.api_faults import webhook_refuses, with_warning
from support.fake_api_server import FakeApiServer
from world import DUE, MANAGER, ONLY_GONE, World, foreign_entry, host, key, patch

LISTS = ["list serviceentries", "list workloadentries"]


def reads(api: FakeApiServer) -> list[str]:
    return sorted(word for word in api.words() if word.startswith(("list", "get")))


def test_first_run_creates(world: World) -> None:
    world.services = {"web": ["10.0.0.1"], "api": ["10.0.0.2"]}
    run = world.apply()
    assert run.code == 0, run
    assert run.stdout.splitlines() == [f"serviceentry.networking.istio.io/{host(name)} created" for name in ("api", "web")]
    assert "2 created" in run.stderr or "2 to create" in run.stderr, run
    assert world.api.writes() == [patch("api"), patch("web")] and reads(world.api) == LISTS
    assert world.endpoints("web") == ["10.0.0.1"]
    (manager,) = world.store.get(key("web"))["metadata"]["managedFields"]
    assert (manager["manager"], manager["operation"]) == (MANAGER, "Apply")


def test_second_run_writes_nothing(world: World) -> None:
    """Nor does it ask for a single object; and what istiod writes into the status is no difference."""
    world.services = {"web": ["10.0.0.1"], "api": ["10.0.0.2"]}
    world.must_apply()
    world.store.write_status(key("web"))
    for command in (world.apply, world.prune):
        run = command()
        assert run.code == 0 and run.out == b"", run
        assert world.api.writes() == [] and reads(world.api) == LISTS
        assert "2 unchanged" in run.stderr, run
        world.api.forget()
    diff = world.diff()
    assert diff.code == 0 and "2 unchanged" in diff.stdout, diff


def test_one_change_is_one_patch(world: World) -> None:
    world.services = {f"s{number:02}": [f"10.0.0.{number}"] for number in range(1, 31)}
    world.must_apply()
    world.services["s07"] = ["10.0.0.7", "10.9.9.9"]
    run = world.apply()
    assert run.code == 0 and run.stdout == f"serviceentry.networking.istio.io/{host('s07')} configured\n", run
    assert world.api.writes() == [patch("s07")] and reads(world.api) == LISTS
    assert world.endpoints("s07") == ["10.0.0.7", "10.9.9.9"]


def test_every_kind_of_change(due: World) -> None:
    run = due.prune()
    assert run.code == 0, run
    verbs = {"beta": "configured", "delta": "created", "gamma": "configured", "leaving": "emptied", "old": "deleted"}
    assert sorted(run.stdout.splitlines()) == [f"serviceentry.networking.istio.io/{host(name)} {verb}"
                                               for name, verb in verbs.items()]
    assert due.api.writes() == sorted([*DUE, ONLY_GONE])
    assert due.is_gone("leaving") and "old" not in due.names()


def test_without_prune_nothing_is_deleted(due: World) -> None:
    """But it is said what --prune would do; that is no difference."""
    run = due.apply("--prune-after", "0s")
    assert run.code == 0 and due.api.writes() == DUE and "1 would be deleted with --prune" in run.stderr, run
    assert due.is_gone("old") and due.is_gone("leaving")
    diff = due.diff("--prune-after", "0s")
    assert diff.code == 0 and "2 would be deleted with --prune" in diff.stdout, diff


def test_a_service_that_comes_back(due: World) -> None:
    """It was emptied and marked; its endpoints come back, and the mark goes."""
    due.services["old"] = ["10.0.5.7"]
    run = due.apply()
    assert run.code == 0 and due.endpoints("old") == ["10.0.5.7"] and not due.is_gone("old"), run
    assert "registry2istio.io/gone-since" not in due.store.get(key("old"))["metadata"].get("annotations", {})


def test_young_ones_wait_for_their_time(due: World) -> None:
    """--prune-after is an hour, unless one says otherwise."""
    run = due.apply("--prune", "--yes")
    assert run.code == 0 and due.api.writes() == DUE, run
    due.store.edit(key("old"), lambda entry: entry["metadata"]["annotations"].update(
        {"registry2istio.io/gone-since": "2024-01-31T12:00:00Z"}), MANAGER)
    due.api.forget()
    again = due.apply("--prune", "--yes", "--force-conflicts")
    assert again.code == 0 and due.api.writes() == [ONLY_GONE], again


def test_a_write_says_what_it_rests_on(due: World) -> None:
    """Each change of a live object carries the version that was seen; a deletion the uid, too."""
    before = {one["metadata"]["name"]: one["metadata"] for one in due.store.objects()}
    assert due.prune().code == 0
    for asked in due.api.calls:
        live = before.get(asked.name)
        if asked.verb == "patch":
            metadata = asked.body["metadata"]
            assert metadata.get("resourceVersion") == (live or {}).get("resourceVersion"), asked
            assert asked.request.query["fieldManager"] == [MANAGER]
            assert asked.request.query.get("force", ["false"]) == ["false"]
            assert "status" not in asked.body and "managedFields" not in metadata
        elif asked.verb == "delete":
            assert live is not None
            assert asked.body["preconditions"] == {"uid": live["uid"], "resourceVersion": live["resourceVersion"]}


def test_pages(world: World) -> None:
    """An object on a later page is as much there as one on the first."""
    world.services = {f"s{number:02}": [f"10.0.0.{number}"] for number in range(1, 31)}
    world.must_apply()
    world.store.page_size = 7
    run = world.apply()
    assert run.code == 0 and world.api.writes() == [] and "30 unchanged" in run.stderr, run
    assert reads(world.api).count("list serviceentries (continued)") == 4
    for asked in world.api.calls:
        assert "resourceVersion" not in asked.request.query and "labelSelector" not in asked.request.query


def test_what_is_not_ours_is_not_touched(world: World) -> None:
    world.store.write(foreign_entry())
    world.store.kubectl_apply(foreign_entry("other", "default"))
    before = world.store.objects()
    world.services = {"web": ["10.0.0.1"]}
    assert world.prune().code == 0
    assert world.api.writes() == [patch("web")]
    assert [one for one in world.store.objects() if one["metadata"]["name"] in ("foreign", "other")] == before


def test_diff_writes_nothing(due: World) -> None:
    before = due.store.objects()
    run = due.diff()
    assert run.code == 1 and due.api.writes() == [] and due.store.objects() == before, run
    for words in ("1 to create", "2 to update", "1 to empty", "3 unchanged"):
        assert words in run.stdout, run
    assert [word for word in due.api.words() if "dry run" in word] == []


def test_dry_runs(due: World) -> None:
    before = due.store.objects()
    for command, code in (("diff", 1), ("apply", 0)):
        client = due.run(command, *(["--dry-run=client"] if command == "apply" else []))
        assert client.code == code and due.api.writes() == [] and due.store.objects() == before, client
        due.api.forget()
        server = due.run(command, "--dry-run=server")
        assert server.code == code and due.api.writes() == [] and due.store.objects() == before, server
        assert {word for word in due.api.words() if "dry run" in word} == {f"{word} (dry run)" for word in DUE}
        due.api.forget()


def test_dry_run_of_prune(due: World) -> None:
    """A deletion that asks for a dry run only in its query is none: the real server deletes."""
    run = due.prune("--dry-run=server")
    assert run.code == 0 and due.api.writes() == [], run
    assert "old" in due.names()


def test_what_the_server_refuses_shows_in_the_dry_run(due: World) -> None:
    due.api.every(webhook_refuses, verb="patch", name=host("beta"))
    for command, code in (("diff", 1), ("apply", 6)):
        run = due.run(command, "--dry-run=server")
        assert run.code == code and "configuration is invalid" in run.stderr and host("beta") in run.stderr, run
        assert due.api.writes() == []


def test_warnings_are_told_once(due: World) -> None:
    due.api.warnings = ["networking.istio.io/v1 is a fine version", 'a "quoted" one']
    run = due.apply()
    assert run.code == 0 and run.stderr.count("networking.istio.io/v1 is a fine version") == 1, run
    assert run.stderr.count('a "quoted" one') == 1, run
    due.api.once(with_warning("only now"), verb="list")
    later = due.apply()
    assert re.search("^R2I4003 warning: .*: only now", later.stderr, re.M), later


def test_an_older_version_of_the_api(world: World) -> None:
    """v1 came with Istio 1.22."""
    world.api.versions = ["v1beta1", "v1alpha3"]
    world.services = {"web": ["10.0.0.1"]}
    run = world.apply()
    assert run.code == 0 and world.endpoints("web") == ["10.0.0.1"], run
    assert world.apply().out == b""


def test_impersonation(world: World) -> None:
    world.services = {"web": ["10.0.0.1"]}
    assert world.apply("--as", "someone-else").code == 0
    assert {asked.request.headers.get("Impersonate-User") for asked in world.api.calls} == {"someone-else"}


def test_field_manager_of_ones_own(world: World) -> None:
    world.services = {"web": ["10.0.0.1"]}
    assert world.apply("--field-manager", "mine").code == 0
    assert [one["manager"] for one in world.store.get(key("web"))["metadata"]["managedFields"]] == ["mine"]
    assert world.apply("--field-manager", "mine").out == b""
