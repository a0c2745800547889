"""A Eureka server as far as one who reads its registry sees it: what it knows is registered, what it answers can be
scripted (support/faults.py)."""

from __future__ import annotations

import base64
import json
import ssl
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from support.scripted_http import Answer, Request, ScriptedServer, Step

JsonObject = dict[str, Any]

STARTED = 1_700_000_000_000  # milliseconds, of the server's clock
HOUR = 3600
PREFIX = "/eureka"


class FakeEureka(ScriptedServer):
    """A server that has been up for `age` seconds. `user` and `password`: what it asks for; `prefix`: of every path."""

    def __init__(self, *, age: int = HOUR, user: str = "", password: str = "", prefix: str = PREFIX,
                 tls: ssl.SSLContext | None = None, unix_socket: Path | None = None) -> None:
        super().__init__(tls, unix_socket)
        self.age = age
        self.user = user
        self.password = password
        self.prefix = prefix
        self.apps: dict[str, list[JsonObject]] = {}
        self.hash: str | None = None  # in place of the one that is right

    @property
    def base(self) -> str:
        """The address as a user gives it."""
        return self.address + self.prefix

    def register(self, name: str, address: str = "10.0.0.1", port: int = 8080, **fields: Any) -> JsonObject:
        """Adds an instance and returns it as it will be answered. `fields`: of the instance, in place of the usual ones."""
        app = name.upper()
        entries = self.apps.setdefault(app, [])
        entries.append({**instance(name, address, port, id=f"{name}-{len(entries) + 1}"), **fields})
        return entries[-1]

    def deregister(self, name: str) -> None:
        del self.apps[name.upper()]

    def restart(self) -> None:
        """Nothing is known any more, and everything that comes back is new."""
        self.apps.clear()
        self.age = 0

    @property
    def apps_path(self) -> str:
        return f"{self.prefix}/apps"

    def script_apps(self, *steps: Step) -> None:
        self.script(self.apps_path, *steps)

    def always_apps(self, step: Step) -> None:
        self.always(self.apps_path, step)

    def asked_apps(self) -> list[Request]:
        return self.asked(self.apps_path)

    def usual(self, request: Request) -> Answer:
        if self.user and request.headers.get("Authorization") != _basic(self.user, self.password):
            return Answer(401, b"", {"WWW-Authenticate": 'Basic realm="Realm"'})
        if request.path == self.apps_path:
            return self._answer(request, self.apps, self.hash)
        vip = unquote(request.target).removeprefix(f"{self.prefix}/vips/")
        if vip == unquote(request.target):
            return Answer(404, b'{"status":404,"error":"Not Found"}', {"Content-Type": "application/json"})
        apps = {name: [one for one in entries if vip in str(one.get("vipAddress", "")).split(",")]
                for name, entries in self.apps.items()}
        return self._answer(request, {name: entries for name, entries in apps.items() if entries}, None)

    def _answer(self, request: Request, apps: dict[str, list[JsonObject]], hash: str | None) -> Answer:
        if "json" not in request.headers.get("Accept", ""):
            return Answer(200, b"<applications>\n  <versions__delta>1</versions__delta>\n</applications>",
                          {"Content-Type": "application/xml"})
        body = registry({name: [with_lease(one, self.age) for one in entries] for name, entries in apps.items()}, hash)
        return Answer(200, json.dumps(body).encode(), {"Content-Type": "application/json"})


def with_lease(one: JsonObject, age: int) -> JsonObject:
    """An instance as the server answers it that took it in `age` seconds ago."""
    # A renewal is written down as the time until which it holds.
    renewed = STARTED + age * 1000 + (90_000 if age else 0)
    return {"leaseInfo": {"renewalIntervalInSecs": 30, "durationInSecs": 90, "registrationTimestamp": STARTED,
                          "lastRenewalTimestamp": renewed, "evictionTimestamp": 0, "serviceUpTimestamp": STARTED}, **one}


def registry(apps: dict[str, list[JsonObject]], hash: str | None = None) -> JsonObject:
    """The answer to /apps."""
    counts = Counter(one.get("status", "UP") for entries in apps.values() for one in entries)
    counted = "".join(f"{status}_{count}_" for status, count in sorted(counts.items()))
    return {"applications": {"versions__delta": "1", "apps__hashcode": counted if hash is None else hash,
                             "application": [{"name": name, "instance": entries} for name, entries in apps.items()]}}


def instance(name: str, address: str = "10.0.0.1", port: int = 8080, id: str = "") -> JsonObject:
    """As a Spring Cloud application registers itself."""
    id = id or f"{name}-1"
    return {
        "instanceId": id, "hostName": f"{id}.test", "app": name.upper(), "ipAddr": address, "status": "UP",
        "overriddenStatus": "UNKNOWN", "port": {"$": port, "@enabled": "true"},
        "securePort": {"$": 443, "@enabled": "false"}, "countryId": 1,
        "dataCenterInfo": {"@class": "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo", "name": "MyOwn"},
        "metadata": {"@class": "java.util.Collections$EmptyMap"}, "vipAddress": name, "secureVipAddress": name,
        "isCoordinatingDiscoveryServer": "false", "lastUpdatedTimestamp": str(STARTED),
        "lastDirtyTimestamp": str(STARTED), "actionType": "ADDED",
    }


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
