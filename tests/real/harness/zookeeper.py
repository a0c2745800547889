"""A real ZooKeeper of Debian's package, and the ecosystem's own clients that register in it."""

from __future__ import annotations

import json
import re
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from support.processes import LOOPBACK, ServerProcess, clean_environment, free_port

JAVA = ("java", "-Xmx192m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
JARS = Path("/usr/share/java")
# What the server needs of the packages that come with it.
CLASSES = ("zookeeper*.jar", "slf4j-api.jar", "slf4j-nop.jar", "netty-*.jar", "snappy-java.jar", "metrics-core*.jar",
           "commons-cli.jar", "jackson-*.jar", "log4j-1.2.jar", "audience-annotations.jar", "logback-*.jar")
PATIENCE = 120  # seconds for a start: a JVM on a machine that has much to do
READER = "reader:5ecret-reader"


def class_path() -> str:
    jars = sorted({jar for pattern in CLASSES for jar in JARS.glob(pattern)})
    return ":".join(map(str, jars))


class ZooKeeper:
    """One server, alone. Keeps its data over `restart`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = free_port()
        self.address = f"{LOOPBACK}:{self.port}"
        config = folder / "zoo.cfg"
        config.write_text(f"dataDir={folder / 'data'}\nclientPort={self.port}\nclientPortAddress={LOOPBACK}\ntickTime=500\n"
                          "4lw.commands.whitelist=*\nadmin.enableServer=false\nmaxClientCnxns=0\n")
        self.process = ServerProcess("zookeeper", [
            *JAVA, f"-Djava.io.tmpdir={folder}", "-cp", class_path(),
            "org.apache.zookeeper.server.quorum.QuorumPeerMain", config], folder / "zookeeper.log")

    def start(self) -> ZooKeeper:
        self.process.start(lambda: "Mode:" in self.ask("srvr"), PATIENCE)
        return self

    def stop(self) -> None:
        self.process.stop()

    def ask(self, word: str) -> str:
        """One of the four-letter words."""
        with socket.create_connection((LOOPBACK, self.port), 5) as connection:
            connection.sendall(word.encode())
            parts = []
            while part := connection.recv(65536):
                parts.append(part)
        return b"".join(parts).decode()

    @property
    def version(self) -> str:
        return self.ask("srvr").split("Zookeeper version: ")[1].split("-")[0]

    def cli(self, *commands: str) -> str:
        """ZooKeeper's own command line, each command a line."""
        done = subprocess.run([*JAVA, "-cp", class_path(), "org.apache.zookeeper.ZooKeeperMain", "-server", self.address],
                              input="\n".join([*commands, "quit", ""]), capture_output=True, encoding="utf-8", timeout=PATIENCE,
                              env=clean_environment(self.folder))
        assert "Error" not in done.stderr.replace("Error: Could not", ""), done.stderr
        return done.stdout

    def watches(self) -> int:
        return int(self.ask("mntr").split("zk_watch_count\t")[1].split()[0])

    def sessions(self) -> set[str]:
        """The ids of those that have a connection."""
        return set(re.findall(r"sid=(0x[1-9a-f][0-9a-f]*)", self.ask("cons")))


class Client:
    """A program that registers something and keeps it until the `with` ends."""

    def __init__(self, jar: Path, folder: Path, *arguments: str, order: Mapping[str, Any] | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._order = "" if order is None else json.dumps(order) + "\n"
        self._log = folder / f"{jar.stem}.log"
        self._command = [*JAVA, f"-Djava.io.tmpdir={folder}", f"-Duser.home={folder}", "-jar", str(jar), *arguments]
        self._folder = folder

    def __enter__(self) -> Client:
        self._errors = self._log.open("ab")
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
                                         text=True, env=clean_environment(self._folder), cwd=self._folder)
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(self._order)
        self._process.stdin.flush()
        seen = []
        for line in self._process.stdout:
            if line == "registered\n":
                return self
            seen.append(line)
        raise AssertionError(f"{self._command[-1]}: {''.join(seen)[-3000:]}\n{self._log.read_text()[-3000:]}")

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends it in good order."""
        try:
            if self._process.poll() is None:
                self._process.communicate(timeout=60)
        finally:
            if self._process.poll() is None:
                self._process.kill()
            self._errors.close()

    def kill(self) -> None:
        """Ends it as a crash does: its session is left to its timeout."""
        self._process.kill()
        self._process.wait()


def curator(programs: Path, folder: Path, server: ZooKeeper, instances: Sequence[Mapping[str, Any]], root: str = "/services",
            user: str | None = None, compatible: bool = True) -> Client:
    """`compatible`: as Curator does it by default, which leaves out whether an instance is enabled."""
    order = {"connect": server.address, "root": root, "user": user, "compatible": compatible, "instances": list(instances)}
    return Client(programs / "zookeeper-clients-curator.jar", folder, order=order)


def dubbo(programs: Path, folder: Path, server: ZooKeeper, **settings: Any) -> Client:
    """Settings: application, mode, metadata, host, port, protocol, group, version, weight, tag."""
    words = [f"{name}={value}" for name, value in {"zookeeper": server.address, "port": free_port(), **settings}.items()]
    return Client(programs / "zookeeper-clients-dubbo.jar", folder, *words)
