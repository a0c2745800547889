"""A real etcd with the keys of services, and the frameworks' own programs that write them."""

from __future__ import annotations

import json
import re
import ssl
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.certificates import Authority, Certificate
from support.processes import LOOPBACK, ServerProcess, clean_environment, free_port
from support.rest import Answer, Rest

ROOT, READER = ("root", "5ecret-root"), ("reader", "5ecret-reader")  # users; READER may read /services/ alone


@dataclass(frozen=True)
class EtcdTls:
    """HTTPS instead of HTTP; only clients with a certificate of the authority are answered. Where it wants users, too, the
    gateway refuses a certificate that has a CommonName, which `named` has and `client` has not."""

    authority: Authority
    server: Certificate
    client: Certificate
    named: Certificate

    @classmethod
    def make(cls, folder: Path) -> EtcdTls:
        authority = Authority(folder)
        return cls(authority, authority.issue("server"), authority.issue("client", names=("client.test",), subject="/O=tests"),
                   authority.issue("named", names=("client.test",)))


class Etcd:
    """`clients`: the folder of etcdctl and of `register`. `users`: whether it wants to know who asks."""

    def __init__(self, program: Path, clients: Path, folder: Path, tls: EtcdTls | None = None, users: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.tls = tls
        self._clients = clients
        self._folder = folder
        self._wants_users = users
        self.has_users = False
        self.port = free_port()
        self.address = f"{'https' if tls else 'http'}://{LOOPBACK}:{self.port}"
        peers = f"http://{LOOPBACK}:{free_port()}"
        secure: list[str | Path] = [] if tls is None else [
            f"--cert-file={tls.server.cert}", f"--key-file={tls.server.key}", f"--trusted-ca-file={tls.authority.ca}",
            "--client-cert-auth"]
        self.process = ServerProcess("etcd", [
            program, f"--data-dir={folder / 'data'}", f"--listen-client-urls={self.address}",
            f"--advertise-client-urls={self.address}", f"--listen-peer-urls={peers}", f"--initial-advertise-peer-urls={peers}",
            f"--initial-cluster=default={peers}", *secure], folder / "etcd.log")

    @property
    def api(self) -> Rest:
        context = None
        if self.tls:
            context = ssl.create_default_context(cafile=str(self.tls.authority.ca))
            context.load_cert_chain(self.tls.client.cert, self.tls.client.key)
        # Without Accept, the gateway's own certificate would say who asks: its header is how etcd knows the gateway.
        return Rest(self.address, {"Content-Type": "application/json", "Accept": "*/*"}, context)

    def start(self) -> Etcd:
        self.process.start(lambda: self.api.get("/health").status == 200)
        if self._wants_users:
            self._make_users()
        return self

    def stop(self) -> None:
        self.process.stop()

    @property
    def version(self) -> str:
        return self.api.get("/version").json["etcdserver"]

    def _make_users(self) -> None:
        for name, password in (ROOT, READER):
            self.etcdctl("user", "add", f"{name}:{password}")
        self.etcdctl("role", "add", "reader")
        self.etcdctl("role", "grant-permission", "reader", "--prefix=true", "read", "/services/")
        self.etcdctl("user", "grant-role", "root", "root")
        self.etcdctl("user", "grant-role", "reader", "reader")
        self.etcdctl("auth", "enable")
        self.has_users = True

    # As etcd's own client

    def variables(self, user: tuple[str, str] | None = None) -> dict[str, str]:
        """etcdctl's variables, which both programs read."""
        found = {"ETCDCTL_ENDPOINTS": self.address}
        if self.tls:
            found |= {"ETCDCTL_CACERT": str(self.tls.authority.ca), "ETCDCTL_CERT": str(self.tls.client.cert),
                      "ETCDCTL_KEY": str(self.tls.client.key)}
        if user:
            found |= {"ETCDCTL_USER": ":".join(user)}
        return found

    def etcdctl(self, *arguments: str) -> str:
        done = subprocess.run([self._clients / "etcdctl", *arguments], capture_output=True, encoding="utf-8", timeout=60,
                              env=clean_environment(self._folder, self.variables(ROOT if self.has_users else None)))
        assert done.returncode == 0, f"etcdctl {' '.join(arguments)}: {done.stderr}"
        return done.stdout

    def put(self, key: str, value: Any) -> None:
        self.etcdctl("put", "--", key, value if isinstance(value, str) else json.dumps(value))

    def revision(self) -> int:
        return int(json.loads(self.etcdctl("get", "nothing", "--write-out=json"))["header"]["revision"])

    def clear(self) -> None:
        self.etcdctl("del", "", "--prefix")

    # As a client of the gateway

    def post(self, path: str, body: Mapping[str, Any], token: str = "") -> Answer:
        return self.api.send("POST", f"/v3/{path}", json.dumps(body), {"Authorization": token} if token else {})

    def token(self, user: tuple[str, str]) -> str:
        answer = self.post("auth/authenticate", {"name": user[0], "password": user[1]})
        assert answer.status == 200, answer.text
        return str(answer.json["token"])

    def keys(self, prefix: str) -> dict[str, str]:
        """What is below a prefix, asked for in one piece."""
        end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        body = {"key": b64encode(prefix.encode()).decode(), "range_end": b64encode(end.encode()).decode()}
        answer = self.post("kv/range", body, self.token(ROOT) if self.has_users else "")
        assert answer.status == 200, answer.text
        return {b64decode(one["key"]).decode(): b64decode(one.get("value", "")).decode() for one in answer.json.get("kvs", [])}


class Registered:
    """What gRPC's naming and go-zero registered, until the `with` ends."""

    def __init__(self, etcd: Etcd, clients: Path, grpc: Sequence[Mapping[str, Any]] = (),
                 go_zero: Sequence[Mapping[str, Any]] = ()) -> None:
        self._order: dict[str, Any] = {"endpoints": [f"{LOOPBACK}:{etcd.port}"], "grpc": list(grpc), "goZero": list(go_zero)}
        if etcd.tls:
            tls = etcd.tls
            self._order |= {"ca": str(tls.authority.ca), "cert": str(tls.client.cert), "key": str(tls.client.key)}
        if etcd.has_users:
            self._order |= dict(zip(("user", "password"), ROOT))
        self._process = subprocess.Popen([clients / "register"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE, text=True)

    def __enter__(self) -> Registered:
        assert self._process.stdin and self._process.stdout and self._process.stderr
        self._process.stdin.write(json.dumps(self._order) + "\n")
        self._process.stdin.flush()
        if self._process.stdout.readline() != "registered\n":
            said = self._process.stderr.read()
            if "old cluster version" in said:
                pytest.skip("go-zero's client wants an etcd of 3.5 or later")
            raise AssertionError(f"register: {said}")
        return self

    def stop(self) -> None:
        """Ends in good order: go-zero takes its keys away."""
        if self._process.poll() is None:
            self._process.communicate(timeout=30)

    def __exit__(self, *_: object) -> None:
        self.stop()


def message(answer: Answer) -> str:
    """Of an error, as any version of the gateway writes it."""
    found = answer.json
    return f"{answer.status}/{found['code']} {re.sub('^etcdserver: ', '', found.get('message') or found['error'])}"
