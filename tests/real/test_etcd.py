"""A real etcd, of two versions: services that the frameworks' own clients registered, what the judges say of their export, and
what istiod makes of it."""

from __future__ import annotations

import json

import pytest

from harness.etcd import READER, ROOT, message
from harness.mesh import assert_serves
from harness.outcome import FINDINGS, hosts, printed, refused
from support.processes import wait_for

GRPC = [
    {"target": "/services/web", "key": "e1", "address": "192.0.2.1:9000", "metadata": {"version": "v1", "protocol": "grpc"}},
    {"target": "/services/web", "key": "e2", "address": "192.0.2.2:9001", "metadata": {"version": "v2", "protocol": "grpc"}},
    {"target": "/services/team/pay", "key": "192.0.2.3:80", "address": "192.0.2.3:80"},
    {"target": "/services/six", "key": "a", "address": "[2001:db8::1]:8080", "metadata": "text"},
    {"target": "/services/names", "key": "a", "address": "names.example.com:8080"},
    {"target": "/other/web", "key": "e1", "address": "192.0.2.9:9000"},
]
GO_ZERO = [
    {"key": "/services/user.rpc", "value": "192.0.2.11:8080"},
    {"key": "/services/user.rpc", "value": "192.0.2.12:8080", "id": 7},
    {"key": "/services/order.rpc", "value": "192.0.2.13:8081"},
]
# host → service port → addresses with ports
WANTED_GRPC = {
    "web.etcd": {name: ["192.0.2.1:9000", "192.0.2.2:9001"] for name in ("grpc-80", "grpc-9000", "grpc-9001")},
    "team-pay.etcd": {"http-80": ["192.0.2.3:80"]},
    "six.etcd": {"http-8080": ["2001:db8::1:8080"]},
    "names.etcd": {"http-8080": ["names.example.com:8080"]},
}
WANTED_GO_ZERO = {
    "user-rpc.etcd": {"http-8080": ["192.0.2.11:8080", "192.0.2.12:8080"]},
    "order-rpc.etcd": {"http-8081": ["192.0.2.13:8081"]},
}


@pytest.fixture(params=["grpc", "json"])
def api(request):
    """etcd's two ways to be asked."""
    return request.param


@pytest.mark.parametrize("layout, wanted", [("grpc", WANTED_GRPC), ("go-zero", WANTED_GO_ZERO)], ids=["grpc", "go-zero"])
def test_from_the_frameworks_client_to_istiod(r2i, guarded_etcd, registered, api_server, istiod, namespace, layout, wanted):
    """With TLS and a user who may read no more than the prefix."""
    registered(guarded_etcd, **({"grpc": GRPC} if layout == "grpc" else {"go_zero": GO_ZERO}))
    source = f"etcd?layout={layout}&prefix=/services"
    yaml = printed(r2i("export", "--from", source, "-n", namespace, "-v", env=guarded_etcd.variables(READER)))
    assert_serves(istiod, api_server, namespace, yaml, wanted)


def test_what_go_zero_leaves_behind_is_gone(r2i, etcd, registered):
    """Its keys have a lease, which ends with it at the latest."""
    client = registered(etcd, go_zero=[{"key": "user.rpc", "value": "192.0.2.1:80"}])
    source = f"etcd={etcd.address}?layout=go-zero&prefix=*"
    assert hosts(r2i("export", "--from", source, "-o", "name")) == ["user-rpc.etcd"]
    assert list(etcd.keys("user.rpc/").values()) == ["192.0.2.1:80"]
    client.stop()
    wait_for(lambda: not etcd.keys("user.rpc/"), "go-zero's lease to end", timeout=30)
    refused(r2i("export", "--from", source), "R2I1050", "there is no key below the prefix")


@pytest.mark.parametrize("size", [1, 7, 100, 5000])
def test_pages(r2i, etcd, api, size):
    for start in range(0, 300, 100):  # etcd takes 128 operations in one transaction
        etcd.post("kv/txn", {"success": [{"request_put": {"key": _encoded(f"/services/s{number // 3:03}/{number}"),
                                                           "value": _encoded(f"192.0.2.1:{number + 1}")}}
                                          for number in range(start, start + 100)]})
    run = r2i("fetch", "--from", f"etcd={etcd.address}?layout=go-zero&prefix=/services&pageSize={size}&api={api}")
    services = json.loads(printed(run))["services"]
    assert len(services) == 100 and sum(len(one["instances"]) for one in services) == 300


def test_compaction_while_it_reads(r2i, etcd, api):
    """Revisions go all the time; a run begins again until one stays as long as it needs."""
    for number in range(60):
        etcd.put(f"/services/s{number:02}/1", f"192.0.2.1:{number + 1}")
    source = f"etcd={etcd.address}?layout=go-zero&prefix=/services&pageSize=1&api={api}"
    with r2i.start("fetch", "--from", source) as started:
        for _ in range(3):
            etcd.put("/services/s00/1", "192.0.2.2:1")
            etcd.etcdctl("compaction", str(etcd.revision()))
        run = started.wait()
    assert run.code == 0 and len(run.json["services"]) == 60, run


def test_malformed_values_among_good_ones(r2i, etcd, registered):
    registered(etcd, grpc=GRPC[:3])
    etcd.put("/services/team/pay/bad", "no JSON")
    etcd.put("/services/lock", "x")
    run = r2i("export", "--from", f"etcd={etcd.address}?layout=grpc&prefix=/services", "--allow-partial", "-o", "name")
    assert hosts(run) == ["web.etcd"] and "R2I1008 error" in run.stderr, run


# Who may read


def test_user_and_rights(r2i, guarded_etcd, api):
    guarded_etcd.put("/services/web/1", "192.0.2.1:80")
    own = guarded_etcd.variables()
    source = f"etcd?api={api}&layout=go-zero&prefix=/services"
    for user in (READER, ROOT):
        assert hosts(r2i("export", "--from", source, "-o", "name", env=guarded_etcd.variables(user))) == ["web.etcd"]
    # By gRPC the certificate names a user, whose name is empty.
    refused(r2i("export", "--from", source, env=own), "R2I1001", "permission denied" if api == "grpc" else "user name is empty",
            "username and passwordFile")
    refused(r2i("export", "--from", source, env={**own, "ETCDCTL_USER": "reader:wrong"}), "R2I1001", "authentication failed")
    refused(r2i("export", "--from", f"etcd?api={api}&layout=go-zero&prefix=*", env=guarded_etcd.variables(READER)), "R2I1001",
            "permission denied", "the right to read every key of the prefix")
    refused(r2i("export", "--from", f"etcd?api={api}&layout=go-zero&prefix=/service", env=guarded_etcd.variables(READER)),
            "permission denied")


def test_certificates(r2i, guarded_etcd):
    variables = guarded_etcd.variables(READER)
    source = "etcd?layout=go-zero&prefix=/services"
    guarded_etcd.put("/services/web/1", "192.0.2.1:80")
    for missing, says in (("ETCDCTL_CACERT", "the certificate does not verify"), ("ETCDCTL_CERT", "must both be given")):
        run = r2i("export", "--from", source, env={name: value for name, value in variables.items() if name != missing})
        assert run.code in (2, 3) and run.out == b"" and says in run.stderr, run
    tls = guarded_etcd.tls
    named = {**variables, "ETCDCTL_CERT": str(tls.named.cert), "ETCDCTL_KEY": str(tls.named.key)}
    refused(r2i("export", "--from", source + "&api=json", env=named), "CommonName of client", "whose subject has no CommonName")
    # gRPC takes the name for a user, unless another one has logged in.
    assert hosts(r2i("export", "--from", source, "-o", "name", env=named)) == ["web.etcd"]
    unnamed = {name: value for name, value in named.items() if name != "ETCDCTL_USER"}
    refused(r2i("export", "--from", source, env=unnamed), "R2I1001", "permission denied", "it wants a user who may read")
    bare = {name: value for name, value in variables.items() if name not in ("ETCDCTL_CERT", "ETCDCTL_KEY")}
    refused(r2i("export", "--from", source, env=bare))


def test_user_where_etcd_wants_none(r2i, etcd, api):
    etcd.put("/services/web/1", "192.0.2.1:80")
    run = r2i("export", "--from", f"etcd?api={api}&layout=go-zero&prefix=/services", "-o", "name", env=etcd.variables(ROOT))
    assert hosts(run) == ["web.etcd"]


@pytest.mark.parametrize("consistency", ["linearizable", "serializable"])
def test_consistency(r2i, guarded_etcd, api, consistency):
    guarded_etcd.put("/services/web/1", "192.0.2.1:80")
    run = r2i("export", "--from", f"etcd?api={api}&layout=go-zero&prefix=/services&consistency={consistency}", "-o", "name",
              env=guarded_etcd.variables(READER))
    assert hosts(run) == ["web.etcd"]


def test_several_members(r2i, etcd):
    etcd.put("/services/web/1", "192.0.2.1:80")
    run = r2i("export", "--from", f"etcd=http://127.0.0.1:1,{etcd.address}?layout=go-zero&prefix=/services", "-o", "name")
    assert hosts(run) == ["web.etcd"]


def test_other_layouts_of_the_same_keys_are_refused(r2i, etcd, registered):
    registered(etcd, grpc=GRPC[:3])
    refused(r2i("export", "--from", f"etcd={etcd.address}?layout=go-zero&prefix=/services"), "R2I1008", "is no address")
    run = r2i("export", "--from", f"etcd={etcd.address}?layout=grpc&prefix=/services", "-o", "name", "--service-port", "80")
    assert hosts(run, FINDINGS if run.code == 1 else 0) == ["team-pay.etcd", "web.etcd"]


# What the program relies on: the words and numbers of a real server


def _encoded(text):
    from base64 import b64encode
    return b64encode(text.encode()).decode()


def _range(**more):
    return {"key": _encoded("/services/"), "range_end": _encoded("/services0"), **more}


def test_facts_about_revisions(etcd):
    for number in range(3):
        etcd.put(f"/services/web/{number}", "192.0.2.1:80")
    now = etcd.revision()
    etcd.etcdctl("compaction", str(now))
    assert message(etcd.post("kv/range", _range(revision=str(now - 1)))).endswith("/11 mvcc: required revision has been compacted")
    assert message(etcd.post("kv/range", _range(revision=str(now + 9)))).endswith(
        "/11 mvcc: required revision is a future revision")
    first = etcd.post("kv/range", _range(limit=2)).json
    assert first["more"] is True and first["count"] == "3" and first["header"]["revision"] == str(now)
    assert set(etcd.post("kv/range", {"key": _encoded("/nothing")}).json) == {"header"}


def test_facts_about_users(guarded_etcd):
    etcd = guarded_etcd
    assert message(etcd.post("kv/range", _range())) == "400/3 user name is empty"
    assert message(etcd.post("kv/range", _range(), "no-token.1")) == "401/16 invalid auth token"
    refusal = etcd.post("auth/authenticate", {"name": "reader", "password": "wrong"})
    assert message(refusal) == "400/3 authentication failed, invalid user ID or password"
    denied = etcd.post("kv/range", {"key": _encoded("/other")}, etcd.token(READER))
    assert message(denied) == "403/7 permission denied"
    old = etcd.token(READER)
    etcd.etcdctl("role", "add", "another")
    etcd.etcdctl("role", "delete", "another")
    answer = etcd.post("kv/range", _range(), old)
    assert answer.status == 200 or message(answer) in ("401/16 invalid auth token", "400/3 revision of auth store is old")


def test_facts_about_paths(etcd):
    assert etcd.post("no/such", {}).status == 404
    assert etcd.api.send("POST", "/v3alpha/maintenance/status", "{}").status == 404
    status = etcd.post("maintenance/status", {})
    assert status.status == 200 and status.json["leader"] not in ("", "0")
    assert message(etcd.post("auth/authenticate", {"name": "a", "password": "b"})).endswith("authentication is not enabled")
