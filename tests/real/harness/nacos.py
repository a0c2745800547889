"""A real Nacos 2.3.2, and Nacos's own Java client."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from support.processes import LOOPBACK, ServerProcess, clean_environment, free_port
from support.program import SECRET
from support.rest import Answer, Rest

JsonObject = dict[str, Any]
# Metadata of ephemeral instances that nobody keeps alive.
PATIENCE = {"preserved.heart.beat.timeout": "600000", "preserved.ip.delete.timeout": "600000"}
USER, WORD = "nacos", "nacos"  # those of a new server
IDENTITY = ("registry2istio-identity", SECRET + "identity")


def java(jars: Path, *options: str) -> list[str]:
    """The command line up to the name of the class."""
    names = (jars / "classpath.txt").read_text().splitlines()
    return ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", *options, "-cp", ":".join(str(jars / name) for name in names)]


class Nacos:
    """A server of its own. `log_in`: everybody has to, with a token for `ttl` seconds. It connects to every persistent instance: only
    addresses of this machine may be registered."""

    def __init__(self, jars: Path, folder: Path, *, log_in: bool = False, ttl: int = 18000) -> None:
        self.log_in = log_in
        self.port = free_port(offsets=(1000, 1001, -1000))
        for name in ("tmp", "tomcat"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        options = ["-Xms128m", "-Xmx512m", f"-Djava.io.tmpdir={folder}/tmp", f"-Duser.home={folder}", f"-Dnacos.home={folder}",
                   "-Dnacos.standalone=true", f"-Dserver.port={self.port}", f"-Dserver.address={LOOPBACK}",
                   f"-Dnacos.server.ip={LOOPBACK}", f"-Dserver.tomcat.basedir={folder}/tomcat",
                   "-Dserver.tomcat.accesslog.enabled=false",
                   # What was registered by HTTP is forgotten after three minutes, whatever its metadata says.
                   "-Dnacos.naming.client.expired.time=7200000",
                   # Its database is given two seconds to be made, which a busy machine is too slow for.
                   "-Dderby.system.durability=test", "-Ddb.pool.config.connectionTimeout=60000",
                   f"-Dnacos.core.auth.enabled={'true' if log_in else 'false'}", "-Dnacos.core.auth.caching.enabled=false"]
        if log_in:
            key = base64.b64encode(b"a key for tests, of 32 bytes and more").decode()
            options += ["-Dnacos.core.auth.system.type=nacos",
                        f"-Dnacos.core.auth.plugin.nacos.token.secret.key={key}",
                        f"-Dnacos.core.auth.plugin.nacos.token.expire.seconds={ttl}",
                        f"-Dnacos.core.auth.server.identity.key={IDENTITY[0]}",
                        f"-Dnacos.core.auth.server.identity.value={IDENTITY[1]}"]
        self.process = ServerProcess("nacos", [*java(jars, *options), "com.alibaba.nacos.Nacos"], folder / "nacos.log")

    @property
    def address(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def api(self) -> Rest:
        """Requests as the server's own peer, who is let in."""
        return Rest(f"{self.address}/nacos", {IDENTITY[0]: IDENTITY[1]} if self.log_in else {})

    def start(self) -> Nacos:
        self.process.start(self._ready, timeout=240)
        return self

    def stop(self) -> None:
        self.process.stop(patience=15)

    def restart(self) -> None:
        self.stop()
        self.start()

    def _ready(self) -> bool:
        return self.get("v1/ns/service/list", pageNo=1, pageSize=1).status == 200

    def get(self, path: str, **query: Any) -> Answer:
        return self.api.get(f"/{path}?{urlencode(query)}")

    def post(self, path: str, **query: Any) -> None:
        answer = self.api.must("POST", f"/{path}?{urlencode(query)}")
        assert answer.text in ("ok", "true"), answer.text

    def register(self, name: str, ip: str, port: int = 8080, *, group: str = "DEFAULT_GROUP", cluster: str = "DEFAULT",
                 namespace: str = "", metadata: str = "{}", **fields: Any) -> None:
        """By HTTP. `fields`: weight, enabled, healthy, ephemeral, as Nacos takes them; a persistent one, if nothing is said."""
        self.post("v1/ns/instance", **{"serviceName": name, "groupName": group, "ip": ip, "port": port, "clusterName": cluster,
                                       "namespaceId": namespace, "metadata": metadata, "ephemeral": "false", **fields})

    def create(self, name: str, *, group: str = "DEFAULT_GROUP", namespace: str = "", threshold: float = 0) -> None:
        self.post("v1/ns/service", serviceName=name, groupName=group, namespaceId=namespace, protectThreshold=threshold)

    def set_threshold(self, name: str, threshold: float) -> None:
        """Of a service that is there. (One that was created by hand takes persistent instances only.)"""
        self.api.must("PUT", f"/v1/ns/service?{urlencode({'serviceName': name, 'protectThreshold': threshold})}")

    def add_namespace(self, name: str) -> None:
        self.post("v1/console/namespaces", customNamespaceId=name, namespaceName=name, namespaceDesc=name)

    def instances(self, name: str, group: str = "DEFAULT_GROUP", namespace: str = "") -> list[JsonObject]:
        """What Nacos gives to its clients."""
        found: list[JsonObject] = self.get("v1/ns/instance/list", serviceName=name, groupName=group,
                                           namespaceId=namespace).json["hosts"]
        return found


class NacosClient:
    """Nacos's own Java client: what it registered lives as long as it does."""

    def __init__(self, jars: Path, folder: Path, server: Nacos, namespace: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        assert not server.log_in, "its token would have to live longer than a busy machine takes for a request"
        with (folder / "client.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*java(jars, f"-Duser.home={folder}", f"-DJM.LOG.PATH={folder}"), "Register", f"{LOOPBACK}:{server.port}", namespace,
                 "", ""],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, env=clean_environment(folder), cwd=folder)

    def register(self, name: str, ip: str, port: int = 8080, *, group: str = "DEFAULT_GROUP", cluster: str = "DEFAULT",
                 weight: float = 1, enabled: bool = True, ephemeral: bool = True,
                 metadata: Mapping[str, str] | None = None) -> None:
        pairs = [f"{key}={value}" for key, value in (metadata or {}).items()]
        self._ask(["register", group, name, ip, str(port), cluster, str(weight), str(enabled).lower(), str(ephemeral).lower(), *pairs])

    def deregister(self, name: str, ip: str, port: int = 8080, *, group: str = "DEFAULT_GROUP", cluster: str = "DEFAULT") -> None:
        self._ask(["deregister", group, name, ip, str(port), cluster])

    def _ask(self, words: Sequence[str]) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write("\t".join(words) + "\n")
        self._process.stdin.flush()
        # What its libraries print is of no interest.
        for line in self._process.stdout:
            if line.startswith(("done", "failed")):
                assert line == "done\n", line
                return
        raise AssertionError("Nacos's client has ended")

    def stop(self) -> None:
        """As an application that ends: it takes out what it has registered."""
        if self._process.poll() is None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            self._process.wait(30)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
