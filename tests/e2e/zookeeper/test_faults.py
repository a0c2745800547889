"""A ZooKeeper that is not well: what is said, how often it is asked, and that half a tree is none."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from support.fake_zookeeper import (AUTH_FAILED, CHILDREN2, CONNECT, DATA, FakeZooKeeper, MARSHALLING, NO_AUTH, NO_NODE, READS,
                                    SESSION_EXPIRED, SYNC, Step, THROTTLED, UNIMPLEMENTED, after, answers_pings_alone, cut,
                                    cut_body, dies, expires, fails, garbage, hangs_up, miscounted, no_body, other_answer, resets, says, silent,
                                    trickles)
from support.processes import free_port
from support.program import Program, Run

HOSTS = ["api.zookeeper", "pay.zookeeper", "web.zookeeper"]
SOON = ("--request-timeout", "1s")
PAY = "/services/pay"
PAY_1 = "/services/pay/10.0.0.2:8080"


def source(*servers: FakeZooKeeper, settings: str = "", chroot: str = "") -> tuple[str, ...]:
    return ("--from", f"zookeeper={','.join(server.address for server in servers)}{chroot}" + (f"?{settings}" if settings else ""))


@dataclass(frozen=True)
class Fault:
    step: Step
    says: str
    flags: tuple[str, ...] = ()
    code: str = "R2I1060"


# Of a request in the middle of the tree.
LOST = {
    "end": Fault(hangs_up, "begun 4 times"),
    "reset": Fault(resets, "begun 4 times"),
    "expired session": Fault(expires, "begun 4 times"),
    "session that is told to have expired": Fault(fails(SESSION_EXPIRED), "session expired; begun 4 times"),
    "throttled": Fault(fails(THROTTLED), "begun 4 times"),
    "cut answer": Fault(cut, "begun 4 times"),
    "no answer": Fault(silent, "begun 4 times", SOON),
    "pings alone": Fault(answers_pings_alone, "(no answer within 1s|timed out.*); begun 4 times", SOON),
    "trickle": Fault(trickles, "begun 4 times", SOON),
    "no jute": Fault(says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "begun 4 times", SOON),
    "garbage": Fault(garbage, "begun 4 times"),
    "cut body": Fault(cut_body, "begun 4 times"),
    "miscounted": Fault(miscounted, "the answer is not what the protocol promises; begun 4 times"),
    "answer to another request": Fault(other_answer, "begun 4 times"),
    "marshalling": Fault(fails(MARSHALLING), "begun 4 times"),
}


def assert_unread(run: Run, code: str, pattern: str) -> None:
    assert run.code == 3 and run.out == b"", run
    assert re.search(rf"^{code} error: zookeeper/services: .*{pattern}", run.stderr, re.M), run


@pytest.mark.parametrize("path", ["/services", PAY, PAY_1], ids=["root", "service", "instance"])
@pytest.mark.parametrize("fault", LOST.values(), ids=LOST.keys())
def test_session_lost_in_the_middle(r2i: Program, zookeeper: FakeZooKeeper, fault: Fault, path: str) -> None:
    zookeeper.always(path, fault.step)
    started = [r2i.start(command, *source(zookeeper), *fault.flags, *more)
               for command, *more in (("export",), ("fetch", "--allow-partial"))]
    export, partial = [one.wait() for one in started]
    assert_unread(export, fault.code, fault.says)
    assert partial.code == 0 and partial.json["services"] == [] and not partial.json["scopes"][0]["complete"], partial
    if not fault.flags:  # else a slow machine may not have come as far each time
        assert len([op for op in zookeeper.asked(path) if op != SYNC]) == 8


@pytest.mark.parametrize("path", ["/services", PAY], ids=["root", "service"])
def test_list_without_a_body(r2i: Program, zookeeper: FakeZooKeeper, path: str) -> None:
    """The C client takes it for an empty one. (Data without a body crash it: it frees what it has not read.)"""
    zookeeper.always(path, no_body)
    assert_unread(r2i("export", *source(zookeeper)), "R2I1060", "begun 4 times")


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST.keys())
def test_fault_that_passes(r2i: Program, zookeeper: FakeZooKeeper, fault: Fault) -> None:
    """Begun anew in another session; nothing of the first one is left."""
    zookeeper.script(PAY_1, fault.step)
    run = r2i("export", *source(zookeeper), *fault.flags)
    assert run.code == 0 and run.hosts == HOSTS, run
    assert zookeeper.connections >= 2


@pytest.mark.parametrize("fault", [
    Fault(hangs_up, "127.0.0.1:PORT"), Fault(resets, "127.0.0.1:PORT"), Fault(silent, "within 1s|timed out", SOON),
    Fault(says(b"SSH-2.0-OpenSSH_9.2\r\n"), "127.0.0.1:PORT", SOON), Fault(cut, "127.0.0.1:PORT", SOON)],
    ids=["end", "reset", "silence", "no ZooKeeper", "cut"])
def test_server_that_lets_nobody_in(r2i: Program, zookeeper: FakeZooKeeper, fault: Fault) -> None:
    zookeeper.always(CONNECT, fault.step)
    run = r2i("export", *source(zookeeper), *fault.flags)
    assert_unread(run, "R2I1001", fault.says.replace("PORT", str(zookeeper.port)))
    assert "begun 4 times" in run.stderr


def test_nobody_listens(r2i: Program) -> None:
    port = free_port()
    run = r2i("export", "--from", f"zookeeper=127.0.0.1:{port}")
    assert_unread(run, "R2I1001", f"connection refused by 127.0.0.1:{port}; begun 4 times")


def test_host_that_is_none(r2i: Program) -> None:
    run = r2i("export", "--from", "zookeeper=no-such-host.invalid:2181")
    assert_unread(run, "R2I1001", "no address can be found")


@pytest.mark.parametrize("step", [hangs_up, fails(MARSHALLING), answers_pings_alone], ids=["end", "error", "silence"])
def test_sync_that_fails(r2i: Program, zookeeper: FakeZooKeeper, step: Step) -> None:
    """Without it a follower may be far behind."""
    zookeeper.always("sync", step)
    run = r2i("export", *source(zookeeper), *SOON)
    assert run.code == 3 and run.out == b"" and re.search("^R2I10(01|60) error: zookeeper/services: ", run.stderr, re.M), run


def test_authentication_that_fails_is_not_tried_again(r2i: Program, zookeeper: FakeZooKeeper) -> None:
    zookeeper.always("auth", fails(AUTH_FAILED))
    run = r2i("export", "--from", f"zookeeper=reader:5ecret@{zookeeper.address}")
    assert_unread(run, "R2I1001", "does not take the user")


# One node


@pytest.mark.parametrize("path", [PAY, PAY_1], ids=["service", "instance"])
@pytest.mark.parametrize("error, code, pattern", [(NO_AUTH, "R2I1061", "its ACL does not let us read it"),
                                                  (UNIMPLEMENTED, "R2I1062", "unimplemented")])
def test_node_that_cannot_be_read(r2i: Program, zookeeper: FakeZooKeeper, path: str, error: int, code: str, pattern: str) -> None:
    """Its service is not written: it would lose endpoints."""
    zookeeper.register("pay", "10.0.1.1")
    zookeeper.always(path, fails(error))
    run = r2i("export", *source(zookeeper))
    assert run.code == 3 and run.out == b"", run
    assert re.search(rf'^{code} error: service "pay" of zookeeper/services: node "{path}": {pattern}', run.stderr, re.M), run
    partial = r2i("export", *source(zookeeper), "--allow-partial")
    assert partial.code == 0 and partial.hosts == ["api.zookeeper", "web.zookeeper"], partial
    # An excluded service cannot make a source incomplete.
    without = r2i("export", *source(zookeeper, settings="exclude=pay"))
    assert without.code == 0 and without.hosts == ["api.zookeeper", "web.zookeeper"], without


def test_root_that_may_not_be_read(r2i: Program, zookeeper: FakeZooKeeper) -> None:
    zookeeper.always("/services", fails(NO_AUTH))
    assert_unread(r2i("export", *source(zookeeper)), "R2I1061", 'node "/services": its ACL')


def test_node_that_vanishes_between_list_and_read(r2i: Program, zookeeper: FakeZooKeeper) -> None:
    """It is gone, and no fault."""
    zookeeper.register("pay", "10.0.1.1")
    zookeeper.script(PAY_1, after(lambda: zookeeper.delete(PAY_1)))
    run = r2i("export", *source(zookeeper), "-v")
    assert run.code == 0 and run.hosts == HOSTS, run
    assert [one["address"] for one in run.entry("pay.zookeeper")["endpoints"]] == ["10.0.1.1"]
    assert f'R2I1063 info: zookeeper/services: node "{PAY_1}": it was listed, and gone' in run.stderr, run


def test_service_that_vanishes_between_list_and_read(r2i: Program, zookeeper: FakeZooKeeper) -> None:
    zookeeper.script(PAY, after(lambda: zookeeper.delete(PAY)))
    run = r2i("export", *source(zookeeper), "-v")
    assert run.code == 0 and run.hosts == ["api.zookeeper", "web.zookeeper"] and "R2I1063" in run.stderr, run


@pytest.mark.parametrize("data", ["{", "null", "[]", "{}", "x", b"\xff\xfe", '{"name":"pay","address":"10.0.0.9","port":"x"}',
                                  "[" * 100_000])
def test_malformed_data_keeps_its_service_unread(r2i: Program, zookeeper: FakeZooKeeper, data: str | bytes) -> None:
    zookeeper.put("/services/pay/bad", data)
    run = r2i("export", *source(zookeeper))
    assert run.code == 3 and run.out == b"", run
    assert re.search('^R2I1008 error: service "pay" of zookeeper/services: node "/services/pay/bad": ', run.stderr, re.M), run
    partial = r2i("export", *source(zookeeper), "--allow-partial")
    assert partial.code == 0 and partial.hosts == ["api.zookeeper", "web.zookeeper"], partial


def test_metadata_that_is_not_there(r2i: Program, new_zookeeper: Callable[..., FakeZooKeeper]) -> None:
    """What an application of Dubbo's offers is only said of it: without it nothing is lost."""
    server = new_zookeeper()
    server.register("shop", payload={"metadata": {"dubbo.metadata.storage-type": "remote", "dubbo.metadata.revision": "abc"}})
    run = r2i("export", *source(server, settings="layout=dubbo-applications"), "-v")
    assert run.code in (0, 1) and run.hosts == ["shop.zookeeper"], run
    assert 'R2I1065 info: service "shop" of zookeeper/services: there is no node "/dubbo/metadata/shop/abc"' in run.stderr, run
    server.put("/dubbo/metadata/shop/abc", "{")
    refused = r2i("export", *source(server, settings="layout=dubbo-applications"))
    assert refused.code == 3 and refused.out == b"" and "R2I1008 error" in refused.stderr, refused


# The tree


def test_root_that_is_not_there(r2i: Program, new_zookeeper: Callable[..., FakeZooKeeper]) -> None:
    server = new_zookeeper()
    server.put("/other/x")
    assert_unread(r2i("export", *source(server)), "R2I1064", 'there is no node "/services"')
    trusted = r2i("export", *source(server, settings="trustEmpty=true"))
    assert trusted.code == 0 and trusted.out == b"", trusted


def test_services_whose_sessions_have_all_ended(r2i: Program, zookeeper: FakeZooKeeper) -> None:
    """As after an outage of the ensemble that was longer than their timeout: the folders stay."""
    for name, address in (("api", "10.0.0.1"), ("pay", "10.0.0.2"), ("web", "10.0.0.3")):
        zookeeper.delete(f"/services/{name}/{address}:8080")
    assert_unread(r2i("export", *source(zookeeper)), "R2I1064", "none of its 3 services has an instance")


def test_service_without_an_instance(r2i: Program, zookeeper: FakeZooKeeper) -> None:
    zookeeper.delete(PAY_1)
    run = r2i("fetch", *source(zookeeper))
    assert run.code == 0 and [(one["name"], len(one["instances"])) for one in run.json["services"]] == [
        ("api", 1), ("pay", 0), ("web", 1)], run


def test_reads_and_nothing_else(r2i: Program, zookeeper: FakeZooKeeper) -> None:
    """No watch, no node; and the session is ended, not left to its timeout."""
    run = r2i("export", *source(zookeeper))
    assert run.code == 0 and zookeeper.operations() <= READS and zookeeper.operations() >= {CHILDREN2, DATA, SYNC}
    assert zookeeper.connections == 1 and zookeeper.closed_sessions == 1 and not zookeeper.sessions


def test_order_of_the_server_changes_nothing(r2i: Program, new_zookeeper: Callable[..., FakeZooKeeper]) -> None:
    outputs = set()
    for parallelism in ("1", "16"):
        server = new_zookeeper()
        for number in range(50):
            server.register(f"s{number % 7}", f"10.0.0.{number}", id=f"i{(number * 31) % 50}", payload={"n": str(number)})
        run = r2i("fetch", *source(server), "--parallelism", parallelism)
        assert run.code == 0, run
        outputs.add(str(run.json["services"]))
    assert len(outputs) == 1


# Several servers


def test_fail_over(r2i: Program, new_zookeeper: Callable[..., FakeZooKeeper]) -> None:
    first, second = new_zookeeper(), new_zookeeper()
    first.register("web", "10.1.0.1")
    second.register("web", "10.2.0.1")
    run = r2i("export", *source(first, second))
    assert run.code == 0 and run.entry("web.zookeeper")["endpoints"][0]["address"] == "10.1.0.1" and not second.connections
    for fault in (hangs_up, fails(NO_AUTH)):
        first.always("/services/web", fault)
        run = r2i("export", *source(first, second))
        assert run.code == 0 and run.entry("web.zookeeper")["endpoints"][0]["address"] == "10.2.0.1", run
        assert "error" not in run.stderr
    first.die()
    run = r2i("export", *source(first, second))
    assert run.code == 0 and run.entry("web.zookeeper")["endpoints"][0]["address"] == "10.2.0.1", run


def test_server_that_dies_in_the_middle(r2i: Program, zookeeper: FakeZooKeeper) -> None:
    zookeeper.script(PAY, dies)
    run = r2i("export", *source(zookeeper))
    assert run.code == 3 and run.out == b"" and re.search("^R2I10(01|60) error", run.stderr, re.M), run


def test_interrupted_while_it_waits(r2i: Program, zookeeper: FakeZooKeeper) -> None:
    zookeeper.always(PAY, answers_pings_alone)
    started = r2i.start("export", *source(zookeeper))
    zookeeper.wait_for(PAY)
    started.signal(signal.SIGTERM)
    assert started.wait().code == 143


def test_roots_fail_alone(r2i: Program, new_zookeeper: Callable[..., FakeZooKeeper]) -> None:
    server = new_zookeeper()
    server.register("web", root="/a")
    server.register("pay", root="/b")
    server.always("/a", fails(NO_AUTH))
    run = r2i("fetch", *source(server, settings="root=/a,/b"), "--allow-partial")
    assert [(one["name"], one["complete"]) for one in run.json["scopes"]] == [("a", False), ("b", True)], run
    assert [one["name"] for one in run.json["services"]] == ["pay"]


@pytest.mark.parametrize("error", [NO_NODE])
def test_chroot(r2i: Program, new_zookeeper: Callable[..., FakeZooKeeper], error: int) -> None:
    server = new_zookeeper()
    server.register("web", root="/east/services")
    run = r2i("export", *source(server, chroot="/east"))
    assert run.code == 0 and run.hosts == ["web.zookeeper"], run
    assert_unread(r2i("export", *source(server, chroot="/west")), "R2I1064", 'there is no node "/services"')
