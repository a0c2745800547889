"""Users by the scheme digest. ZooKeeper takes any password: whether it is the right one shows at nodes with an ACL."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.fake_zookeeper import AUTH, FakeZooKeeper, after, usual
from support.program import SECRET, Program, Run

PASSWORD = SECRET + "password"
WHO = f"reader:{PASSWORD}"


@pytest.fixture
def guarded(new_zookeeper: Callable[..., FakeZooKeeper]) -> FakeZooKeeper:
    """A ZooKeeper whose services only `reader` may read."""
    server = new_zookeeper()
    for number in range(3):
        path = server.register(f"s{number}", f"10.0.0.{number}")
        server.nodes[path].readers = frozenset({WHO})
    return server


def assert_read(run: Run) -> None:
    assert run.code == 0 and run.hosts == [f"s{number}.zookeeper" for number in range(3)], run


def test_ways_to_give_a_user(r2i: Program, guarded: FakeZooKeeper, tmp_path: Path) -> None:
    password_file = tmp_path / "password"
    password_file.write_text(PASSWORD + "\n")
    assert_read(r2i("export", "--from", f"zookeeper={guarded.address}?username=reader&passwordFile={password_file}", "-v"))
    assert_read(r2i("export", "--from", f"zookeeper={WHO}@{guarded.address}", "-v"))
    assert_read(r2i("export", "--from", f"zookeeper=zookeeper://{WHO}@{guarded.address},{guarded.address}", "-v"))
    config = tmp_path / "mesh.yaml"
    config.write_text("apiVersion: registry2istio.io/v1\nkind: Config\nsources:\n- name: zk\n  kind: zookeeper\n"
                      f"  address: {guarded.address}\n  username: reader\n  password: ${{PW}}\n")
    run = r2i("fetch", "-c", config, "-v", env={"PW": PASSWORD})
    assert run.code == 0 and len(run.json["services"]) == 3, run
    assert [op for op, _ in guarded.calls].count(AUTH) == 4


@pytest.mark.parametrize("user", ["", f"reader:{SECRET}wrong@"])
def test_nobody_and_a_wrong_password(r2i: Program, guarded: FakeZooKeeper, user: str) -> None:
    run = r2i("export", "--from", f"zookeeper={user}{guarded.address}")
    assert run.code == 3 and run.out == b"" and "R2I1061" in run.stderr and "passwordFile" in run.stderr, run


def test_password_that_changed_since(r2i: Program, guarded: FakeZooKeeper, tmp_path: Path) -> None:
    """It is read again, once, where a node may not be read."""
    password_file = tmp_path / "password"
    password_file.write_text(SECRET + "old")
    guarded.script("/services", after(lambda: password_file.write_text(PASSWORD), usual))
    assert_read(r2i("export", "--from", f"zookeeper={guarded.address}?username=reader&passwordFile={password_file}"))
    assert guarded.connections == 2


@pytest.mark.parametrize("address, says", [
    ("https://127.0.0.1:2181", "speaks no TLS"), ("ssl://127.0.0.1:2181", "speaks no TLS"),
    ("127.0.0.1:1/a,127.0.0.1:2/b", "one chroot"), ("a:x@127.0.0.1:1,b:y@127.0.0.1:2", "several users")])
def test_addresses_that_are_refused(r2i: Program, address: str, says: str) -> None:
    run = r2i("export", "--from", f"zookeeper={address}")
    assert run.code == 2 and says in run.stderr, run
