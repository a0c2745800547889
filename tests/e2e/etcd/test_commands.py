"""What the commands that look at a source say of an etcd, and that nothing of it gets lost on the way."""

from __future__ import annotations

import json
import random
import re

import pytest
from support.fake_etcd import DENIED, FakeEtcd, gives
from support.program import Program


def words(text: str) -> list[str]:
    return [re.sub(r" {2,}", "  ", line).strip() for line in text.splitlines()]


def source(etcd: FakeEtcd, settings: str = "") -> tuple[str, str]:
    return "--from", f"etcd={etcd.address}?layout=grpc&prefix=/services{settings}"


def test_check_source(r2i: Program, etcd: FakeEtcd) -> None:
    etcd.put("/services/pay/bad", "{")
    run = r2i("check", "source", *source(etcd))
    assert run.code == 3, run
    lines = words(run.stdout)
    assert lines[1:4] == ["etcd/services  api  1 passing  8080  HTTP (default)  api.etcd",
                          "etcd/services  pay  not read  -  -  pay.etcd  withheld: could not be read (R2I1002)",
                          "etcd/services  web  1 passing  8080  HTTP (default)  web.etcd"]
    assert f"etcd/services at {etcd.address}: incomplete, 3 services" in lines
    assert 'R2I1008 error: service "pay" of etcd/services: key "/services/pay/bad": ' in run.stderr


def test_check_source_of_an_etcd_that_answers_nobody(r2i: Program, etcd: FakeEtcd) -> None:
    etcd.always_range(gives(DENIED))
    run = r2i("check", "source", *source(etcd))
    assert run.code == 3 and "SERVICE" not in run.stdout and "incomplete, 0 services" in run.stdout, run


def test_why(r2i: Program, etcd: FakeEtcd) -> None:
    run = r2i("why", "pay", *source(etcd))
    assert run.code == 0 and "10.0.0.2" in run.stdout and "pay.etcd" in run.stdout, run


def test_export_of_a_snapshot_is_that_of_the_registry(r2i: Program, etcd: FakeEtcd) -> None:
    snapshot = r2i("fetch", *source(etcd))
    assert snapshot.code == 0, snapshot
    assert r2i("export", "--from", "file=-", stdin=snapshot.out).out == r2i("export", *source(etcd)).out


def test_hosts_of_skydns_may_be_its_own(r2i: Program, etcd: FakeEtcd) -> None:
    etcd.put("/skydns/local/cluster/web/x1", {"host": "10.0.0.1", "port": 8080})
    (r2i.home / "mesh.yaml").write_text("apiVersion: registry2istio.io/v1\nkind: Config\nsources:\n- kind: etcd\n"
                                        f"  address: {etcd.address}\n  layout: skydns\n"
                                        "  defaults: {host: {fromMetadata: domain}}\n")
    run = r2i("export", "-c", "mesh.yaml")
    assert run.code == 0 and run.hosts == ["web.cluster.local"], run


def test_two_sources_may_make_one_host(r2i: Program, etcd: FakeEtcd) -> None:
    """Each with an endpoint of its own, as in a migration from one layout to another."""
    etcd.put("/microservices/web/1", {"id": "1", "endpoints": ["http://10.9.0.1:8080"]})
    (r2i.home / "mesh.yaml").write_text(
        "apiVersion: registry2istio.io/v1\nkind: Config\nsources:\n"
        f"- {{name: old, kind: etcd, address: \"{etcd.address}\", layout: grpc, prefix: [/services], merge: both}}\n"
        f"- {{name: new, kind: etcd, address: \"{etcd.address}\", layout: kratos, merge: both}}\n")
    run = r2i("export", "-c", "mesh.yaml")
    assert run.code == 0, run
    assert [end["address"] for end in run.entry("web.etcd")["endpoints"]] == ["10.0.0.3", "10.9.0.1"]


@pytest.mark.parametrize("seed", range(20))
def test_every_key_is_an_instance_or_is_told(r2i: Program, etcd: FakeEtcd, seed: int) -> None:
    draw = random.Random(seed)
    etcd.delete("/services/")
    keys = {}
    for number in range(60):
        name = draw.choice(["", "web/", "pay/", "team/api/", "\u00e4/", "a b/", "x/", "y/", "z/"])
        good = {"Op": draw.randint(0, 1),
                "Addr": draw.choice([f"10.0.{number}.1:{draw.randint(0, 70000)}", "x", "[::1]:80", ":80"])}
        bad = draw.choice([{"Addr": ""}, {"Addr": "x y"}, {"Addr": "/"}, {"Addr": "a:b"}, {}, [], "", "10.0.0.1:80",
                           '{"Addr":"10.0.0.1:80"', {"Addr": []}, {"Addr": None}])
        value = bad if draw.random() < 0.1 else good
        keys[f"/services/{name}{number}"] = value
    for key, value in keys.items():
        etcd.put(key, value)
    run = r2i("fetch", *source(etcd, "&pageSize=7"), "--allow-partial", "-v")
    assert run.code == 0, run
    instances = {one["id"] for service in run.json["services"] for one in service["instances"]}
    malformed = re.findall(r'R2I1008 error: service ".*" of etcd/services: key "[^"]*/(\d+)": ', run.stderr)
    more = sum(map(int, re.findall(r'R2I1008 error: service ".*" of etcd/services: (\d+) keys? more like these', run.stderr)))
    foreign = sum(int(count) if count else 1 for count in
                  re.findall(r"R2I1051 info: etcd/services: (?:key|(\d+) keys)", run.stderr))
    assert len(instances) + len(malformed) + more + foreign == len(keys) and not instances & set(malformed), run
    exported = r2i("export", "--from", "file=-", "--allow-partial", "-v", stdin=json.dumps(run.json))
    addresses = {end["address"] for entry in exported.objects for end in entry["spec"].get("endpoints", [])}
    for service in run.json["services"]:
        for one in service["instances"] if service.get("complete", True) else []:
            assert (one.get("address", "") in addresses or f'instance "{one["id"]}"' in exported.stderr
                    or f'service "{service["name"]}"' in exported.stderr), (one, exported)
