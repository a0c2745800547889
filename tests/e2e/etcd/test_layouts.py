"""Golden cases: each folder of layouts/ has the keys of an etcd (keys.json; a value that is no text is JSON), the settings of the
source, flags perhaps, and what `export -v` must give for them. With R2I_ACCEPT=1 the expectations are rewritten, and the test
is skipped, so that accepting never looks like passing."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from support.fake_etcd import FakeEtcd
from support.program import Program

CASES = sorted(path for path in (Path(__file__).parent / "layouts").iterdir() if path.is_dir())


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_layout(r2i: Program, new_etcd: Callable[..., FakeEtcd], case: Path) -> None:
    server = new_etcd()
    for key, value in json.loads((case / "keys.json").read_text()).items():
        server.put(key, value)
    source = f"etcd={server.address}?{'&'.join(lines(case / 'settings'))}"
    run = r2i("export", "--from", source, "-v", *lines(case / "args"))
    # In small pages nothing comes out otherwise.
    paged = r2i("export", "--from", source + "&pageSize=2", "-v", *lines(case / "args"))
    assert (paged.out, paged.stderr, paged.code) == (run.out, run.stderr, run.code)
    got = {"expected.out": run.stdout,
           "expected.err": run.stderr.replace(server.address, "http://ETCD") + f"exit code {run.code}\n"}
    if os.environ.get("R2I_ACCEPT") == "1":
        for name, text in got.items():
            (case / name).write_text(text)
        pytest.skip("accepted")
    for name, text in got.items():
        assert text == (case / name).read_text()


def test_every_layout_has_a_case() -> None:
    used = {line.partition("=")[2] for case in CASES for line in lines(case / "settings") if line.startswith("layout=")}
    assert used == {"dubbo", "go-micro", "go-zero", "grpc", "kratos", "skydns", "template"}
