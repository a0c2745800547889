"""A real Eureka server of Spring Cloud, and a real client of it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from support.processes import LOOPBACK, ServerProcess, free_port
from support.rest import Rest

JSON = {"Accept": "application/json", "Content-Type": "application/json"}
JAVA = ("java", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
PATIENCE = 300  # seconds for a start: a JVM on a machine that has much to do


class Eureka:
    """Without a user it asks nobody who they are. It keeps nothing over a restart."""

    def __init__(self, programs: Path, folder: Path, user: str = "", password: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.user = user
        self.password = password
        self.port = free_port()
        # Without these, what is registered shows up to 30 seconds later.
        settings = {
            "server.port": self.port, "server.address": LOOPBACK,
            "eureka.client.register-with-eureka": "false", "eureka.client.fetch-registry": "false",
            "eureka.server.use-read-only-response-cache": "false", "eureka.server.response-cache-update-interval-ms": 1000,
            **({"spring.security.user.name": user, "spring.security.user.password": password} if user else {}),
        }
        self.process = ServerProcess("eureka", [*JAVA, f"-Djava.io.tmpdir={folder}", "-jar",
                                                programs / "eureka-server.jar", *flags(settings)], folder / "eureka.log")

    @property
    def address(self) -> str:
        """As a user gives it, without the user."""
        return f"http://{LOOPBACK}:{self.port}/eureka"

    def with_user(self, user: str) -> str:
        return self.address.replace("://", f"://{user}@")

    @property
    def api(self) -> Rest:
        credentials = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return Rest(self.address, {**JSON, **({"Authorization": f"Basic {credentials}"} if self.user else {})})

    def start(self) -> Eureka:
        self.process.start(lambda: self.api.get("/apps").status == 200, PATIENCE)
        return self

    def stop(self) -> None:
        self.process.stop()

    def restart(self) -> None:
        self.process.stop()
        self.start()

    # What is registered

    def register(self, app: str, address: str, **fields: Any) -> None:
        """Puts an instance in, with these fields besides the usual ones; one that is None is left out."""
        instance = {
            "instanceId": f"{address}:{app}", "hostName": f"host-{address.replace('.', '-').replace(':', '-')}", "app": app,
            "ipAddr": address, "status": "UP", "port": {"$": 8080, "@enabled": "true"},
            "securePort": {"$": 443, "@enabled": "false"}, "vipAddress": app, "dataCenterInfo": OWN, **fields,
        }
        self.api.must("POST", f"/apps/{app}", {"instance": {key: value for key, value in instance.items()
                                                           if value is not None}})

    def renew(self, app: str, id: str) -> None:
        self.api.must("PUT", f"/apps/{app}/{id}")

    def override(self, app: str, id: str, status: str) -> None:
        self.api.must("PUT", f"/apps/{app}/{id}/status?value={status}")

    def cancel(self, app: str, id: str) -> None:
        self.api.must("DELETE", f"/apps/{app}/{id}")

    def instances(self, app: str = "") -> list[dict[str, Any]]:
        applications = self.api.must("GET", "/apps").json["applications"]["application"]
        return [one for application in applications if not app or application["name"] == app.upper()
                for one in application["instance"]]

    def clear(self) -> None:
        for one in self.instances():
            self.cancel(one["app"], one.get("instanceId", one["hostName"]))


class EurekaClient:
    """An application of Spring Cloud that registers itself and sends a heartbeat every second."""

    def __init__(self, programs: Path, folder: Path, eureka: Eureka, name: str, port: int,
                 instance: Mapping[str, Any]) -> None:
        """`instance`: what eureka.instance.… is set to."""
        folder.mkdir(parents=True, exist_ok=True)
        own = {"lease-renewal-interval-in-seconds": 1, "lease-expiration-duration-in-seconds": 5, **instance}
        credentials = f"{eureka.user}:{eureka.password}"
        settings = {
            "spring.application.name": name, "server.port": port, "spring.main.web-application-type": "none",
            "eureka.client.service-url.defaultZone": (eureka.with_user(credentials) if eureka.user else eureka.address) + "/",
            "eureka.client.fetch-registry": "false", "eureka.client.initial-instance-info-replication-interval-seconds": 0,
            **{f"eureka.instance.{key}": value for key, value in own.items()},
        }
        self._eureka = eureka
        self._name = name
        self.process = ServerProcess(f"client {name}", [*JAVA, f"-Djava.io.tmpdir={folder}", "-jar",
                                                        programs / "eureka-client.jar", *flags(settings)],
                                     folder / f"{name}.log")

    def start(self) -> EurekaClient:
        self.process.start(self.is_registered, PATIENCE)
        return self

    def is_registered(self) -> bool:
        return bool(self._eureka.instances(self._name))

    def stop(self) -> None:
        self.process.stop()


OWN = {"@class": "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo", "name": "MyOwn"}


def amazon(**metadata: str) -> dict[str, Any]:
    """`amazon(availability_zone="us-east-1a")`"""
    return {"@class": "com.netflix.appinfo.AmazonInfo", "name": "Amazon",
            "metadata": {key.replace("_", "-"): value for key, value in metadata.items()}}


def flags(settings: Mapping[str, Any]) -> list[str]:
    return [f"--{key}={value}" for key, value in settings.items()]
