"""Golden cases: each folder of layouts/ has the nodes of a ZooKeeper (nodes.json; data that is no text is JSON), the settings of
the source, flags perhaps, and what `export -v` (or the command in `command`) must give for them. With R2I_ACCEPT=1 the
expectations are rewritten, and the test is skipped, so that accepting never looks like passing."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from support.fake_zookeeper import FakeZooKeeper, DATA
from support.program import Program

CASES = sorted(path for path in (Path(__file__).parent / "layouts").iterdir() if path.is_dir())


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_layout(r2i: Program, new_zookeeper: Callable[..., FakeZooKeeper], case: Path) -> None:
    server = new_zookeeper()
    for path, data in json.loads((case / "nodes.json").read_text()).items():
        server.put(path, data)
    (command,) = lines(case / "command") or ["export"]
    args = lines(case / "args") if command == "export" else []
    source = f"zookeeper={server.address}?{'&'.join(lines(case / 'settings'))}"
    run = r2i(command, "--from", source, "-v", *args)
    got = {"expected.out": re.sub(r'"fetchedAt": ".*"', '"fetchedAt": "TIME"', run.stdout).replace(server.address, "ZOOKEEPER"),
           "expected.err": run.stderr.replace(server.address, "ZOOKEEPER") + f"exit code {run.code}\n"}
    if os.environ.get("R2I_ACCEPT") == "1":
        for name, text in got.items():
            (case / name).write_text(text)
        pytest.skip("accepted")
    for name, text in got.items():
        assert text == (case / name).read_text()


def test_every_layout_has_a_case() -> None:
    used = {line.partition("=")[2] for case in CASES for line in lines(case / "settings") if line.startswith("layout=")}
    assert used | {"curator"} == {"curator", "dubbo", "dubbo-applications", "template"}


def test_only_what_the_layout_needs_is_asked_for(r2i: Program, new_zookeeper: Callable[..., FakeZooKeeper]) -> None:
    """Dubbo's providers stand in the names of the nodes; nobody asks for the consumers."""
    server = new_zookeeper()
    for number in range(3):
        server.put(f"/dubbo/com.foo.S{number}/providers/dubbo%3A%2F%2F10.0.0.{number}%3A20880%2Fx")
        server.put(f"/dubbo/com.foo.S{number}/consumers/consumer%3A%2F%2F10.0.0.9%2Fx")
    run = r2i("export", "--from", f"zookeeper={server.address}?layout=dubbo&exclude=com.foo.S2", "--dns-capture")
    assert run.code == 0 and len(run.hosts) == 2, run
    assert DATA not in server.operations()
    assert not any("consumers" in path for _, path in server.calls)


def test_services_that_are_excluded_are_not_asked_for(r2i: Program, new_zookeeper: Callable[..., FakeZooKeeper]) -> None:
    """Where the names of the folders tell the services."""
    server = new_zookeeper()
    server.put("/apps/pay/10.0.0.1:80")
    server.put("/apps/web/10.0.0.2:80", readers={"nobody:x"})
    run = r2i("export", "--from", f"zookeeper={server.address}?layout=template&root=/apps&key={{service}}/{{address}}&exclude=web", "-v")
    assert run.code == 0 and run.hosts == ["pay.zookeeper"] and "R2I2003" in run.stderr, run
    assert server.asked("/apps/web") == []


def test_whole_tree(r2i: Program, new_zookeeper: Callable[..., FakeZooKeeper]) -> None:
    """Without ZooKeeper's own nodes."""
    server = new_zookeeper()
    server.put("/zookeeper/quota")
    server.put("/pay/10.0.0.1:80")
    run = r2i("fetch", "--from", f"zookeeper={server.address}?layout=template&root=/&key={{service}}/{{address}}")
    assert run.code == 0 and [one["name"] for one in run.json["services"]] == ["pay"], run
    assert [one["name"] for one in run.json["scopes"]] == ["*"] and server.asked("/zookeeper") == []


def test_hostile_nodes(r2i: Program, zookeeper: FakeZooKeeper) -> None:
    """Nothing of them gets out of its place in the YAML, and what can be read is read."""
    zookeeper.register("a\nb: c", "10.0.1.2", id="x")
    zookeeper.register("web", "10.0.1.3", id="x", payload={"metadata": {
        "version": "\n---\nkind: Evil", "security.istio.io/tlsMode": "disabled", "dubbo.endpoints": '[{"port":99999999999999999999}]'}})
    zookeeper.register("web", "10.0.1.5", id="y", payload={"version": "\n---\nkind: Evil", "security.istio.io/tlsMode": "disabled"})
    zookeeper.register("names", "evil host:80\n", id="x")
    run = r2i("export", "--from", f"zookeeper={zookeeper.address}", "--allow-partial", "-v")
    assert run.code in (0, 1), run
    assert {one["kind"] for one in run.objects} == {"ServiceEntry"}
    assert all(re.fullmatch(r"[a-z0-9.-]+", host) for host in run.hosts), run.hosts
    assert {"api.zookeeper", "pay.zookeeper"} <= set(run.hosts)
    assert "R2I1008" in run.stderr and "istio.io" not in str([one.get("spec", {}).get("endpoints") for one in run.objects])
