"""As whom the program speaks to a real API server: every way that kubeconfigs know and that needs no cloud."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.apiserver import NOBODY, ApiServer
from harness.outcome import USAGE
from harness.rights import Account, bind, rule
from harness.runs import CLUSTER, Runs, host
from support.certificates import Certificate
from support.processes import wait_for

ALL = rule("list", "get", "create", "patch", "delete")


@pytest.fixture
def account(api_server: ApiServer, namespace: str) -> Account:
    """Somebody who may do everything that the program does, in the whole cluster."""
    return Account.new(api_server, namespace).allow(ALL)


@pytest.fixture
def web(runs: Runs) -> Runs:
    runs.services = {"web": ["10.0.0.1"]}
    return runs


def applies_as(runs: Runs, user: str, *flags: str | Path, **settings: Any) -> None:
    """A run that reads and writes, by the audit log as this user."""
    with runs.api_server.audit.watch() as asked:
        run = runs.apply(*flags, **settings)
    assert run.code == 0, run
    assert {one.user for one in asked} == {user}, asked.words
    assert asked.writes == [f"patch serviceentries {runs.namespace}/{host('web')}"]


# Tokens


def test_a_token_in_a_file_of_the_kubeconfig(web: Runs, api_server: ApiServer, account: Account, tmp_path: Path) -> None:
    """Its path is relative to the kubeconfig, not to where the program runs."""
    (api_server.folder / "token-of-account").write_text(account.token + "\n")
    web.kubeconfig = api_server.kubeconfig_with({"tokenFile": "token-of-account"}, "token-file")
    applies_as(web, account.user)


def test_a_token_in_a_file_of_a_flag(web: Runs, api_server: ApiServer, account: Account, tmp_path: Path) -> None:
    """It counts more than what the kubeconfig has."""
    token = tmp_path / "token"
    token.write_text(account.token)
    web.kubeconfig = api_server.kubeconfig(NOBODY)
    assert web.apply().code == CLUSTER
    applies_as(web, account.user, "--token-file", token)


def test_a_token_that_is_refused(web: Runs, api_server: ApiServer) -> None:
    web.kubeconfig = api_server.kubeconfig_with({"token": "5ecret-of-nobody"}, "bad-token")
    run = web.apply()
    assert run.code == CLUSTER and "does not accept" in run.stderr and str(web.kubeconfig) in run.stderr, run


def test_a_token_without_rights(web: Runs, api_server: ApiServer) -> None:
    web.kubeconfig = api_server.kubeconfig(NOBODY)
    run = web.apply()
    assert run.code == CLUSTER and f'User "{NOBODY}" cannot list' in run.stderr, run


# Certificates


@pytest.fixture
def certificate(api_server: ApiServer) -> Certificate:
    """Of a user who may do everything that the program does."""
    name = f"certified-{os.urandom(4).hex()}"
    bind(api_server, "User", name, [ALL])
    return api_server.clients.issue(name, subject=f"/CN={name}")


def wait_for_rights(runs: Runs) -> None:
    wait_for(lambda: runs.diff().code != CLUSTER, "the rights to be in force")


@pytest.mark.parametrize("form", ["files", "data"])
def test_a_client_certificate(web: Runs, api_server: ApiServer, certificate: Certificate, form: str) -> None:
    fields = {"client-certificate": certificate.cert, "client-key": certificate.key}
    if form == "files":
        credentials = {name: str(path) for name, path in fields.items()}
    else:
        credentials = {f"{name}-data": base64.b64encode(path.read_bytes()).decode() for name, path in fields.items()}
    web.kubeconfig = api_server.kubeconfig_with(credentials, f"certificate-{form}")
    wait_for_rights(web)
    applies_as(web, certificate.cert.stem)


def test_the_api_server_has_to_be_the_one_of_the_kubeconfig(web: Runs, api_server: ApiServer, tmp_path: Path) -> None:
    """A certificate authority that has not signed the server's certificate."""
    config = json.loads(api_server.kubeconfig().read_text())
    config["clusters"][0]["cluster"]["certificate-authority"] = str(api_server.clients.ca)
    web.kubeconfig = tmp_path / "kubeconfig"
    web.kubeconfig.write_text(json.dumps(config))
    with api_server.audit.watch() as asked:
        run = web.apply()
    assert run.code == CLUSTER and "certificate" in run.stderr and asked == [], run
    del config["clusters"][0]["cluster"]["certificate-authority"]
    config["clusters"][0]["cluster"]["insecure-skip-tls-verify"] = True
    web.kubeconfig.write_text(json.dumps(config))
    run = web.apply()
    assert run.code == 0 and "R2I4001 warning" in run.stderr, "said aloud, without -v"


# Plugins


class Plugin:
    """A shell script that gives credentials, and counts how often it was asked."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.script = folder / "credentials"
        self._calls = folder / "calls"
        self.info = folder / "info.json"

    def answers(self, **status: str) -> None:
        document = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": status}
        self.script.write_text(
            f"#!/bin/sh\necho call >> '{self._calls}'\nprintf '%s' \"$KUBERNETES_EXEC_INFO\" > '{self.info}'\n"
            f"echo 'the plugin speaks' >&2\ncat <<'END'\n{json.dumps(document)}\nEND\n")
        self.script.chmod(0o755)

    def fails(self) -> None:
        self.script.write_text("#!/bin/sh\necho 'log in first' >&2\nexit 3\n")
        self.script.chmod(0o755)

    @property
    def calls(self) -> int:
        return len(self._calls.read_text().splitlines()) if self._calls.exists() else 0

    def kubeconfig(self, api_server: ApiServer, **more: Any) -> Path:
        return api_server.kubeconfig_with({"exec": {
            "apiVersion": "client.authentication.k8s.io/v1", "command": str(self.script), "args": ["get-token"],
            "interactiveMode": "Never", "provideClusterInfo": True, **more}}, "exec")


@pytest.fixture
def plugin(tmp_path: Path) -> Iterator[Plugin]:
    yield Plugin(tmp_path / "plugin")


def test_a_plugin_gives_a_token(web: Runs, api_server: ApiServer, account: Account, plugin: Plugin) -> None:
    plugin.answers(token=account.token)
    web.kubeconfig = plugin.kubeconfig(api_server)
    applies_as(web, account.user)
    assert plugin.calls == 1, "kept for the whole run"
    assert json.loads(plugin.info.read_text())["spec"]["cluster"]["server"] == api_server.address


def test_a_plugin_gives_a_certificate(web: Runs, api_server: ApiServer, certificate: Certificate, plugin: Plugin) -> None:
    plugin.answers(clientCertificateData=certificate.cert.read_text(), clientKeyData=certificate.key.read_text())
    web.kubeconfig = plugin.kubeconfig(api_server)
    wait_for_rights(web)
    applies_as(web, certificate.cert.stem)


def test_a_plugin_whose_token_is_refused_is_asked_once_more(web: Runs, api_server: ApiServer, plugin: Plugin) -> None:
    plugin.answers(token="5ecret-that-has-expired")
    web.kubeconfig = plugin.kubeconfig(api_server)
    run = web.apply()
    assert run.code == CLUSTER and "does not accept" in run.stderr and plugin.calls == 2, run


def test_a_plugin_that_fails(web: Runs, api_server: ApiServer, plugin: Plugin) -> None:
    plugin.fails()
    web.kubeconfig = plugin.kubeconfig(api_server)
    run = web.apply()
    assert run.code == CLUSTER and "log in first" in run.stderr and str(plugin.script) in run.stderr, run


def test_a_plugin_that_is_not_installed(web: Runs, api_server: ApiServer, plugin: Plugin) -> None:
    web.kubeconfig = plugin.kubeconfig(api_server, installHint="get it at the counter")
    run = web.apply()
    assert run.code in (USAGE, CLUSTER) and "get it at the counter" in run.stderr, run


# In the name of somebody else


def test_impersonation(web: Runs, api_server: ApiServer, account: Account) -> None:
    run = web.apply("--as", account.user, "--as-group", "system:authenticated")
    assert run.code == 0 and web.names() == ["web"], run
    run = web.apply("--as", NOBODY)
    assert run.code == CLUSTER and f'User "{NOBODY}" cannot list' in run.stderr, run


# Which kubeconfig


def test_kubeconfig_of_the_environment_and_its_context(web: Runs, api_server: ApiServer, account: Account, tmp_path: Path) -> None:
    """Two files are one: the first has the context that is in use, the second the one that is asked for."""
    first = api_server.kubeconfig(NOBODY)
    second = json.loads(account.kubeconfig().read_text())
    second["contexts"][0]["name"] = second["current-context"] = "other"
    second["users"][0]["name"] = second["contexts"][0]["context"]["user"] = "other"
    path = tmp_path / "second"
    path.write_text(json.dumps(second))
    words = ["apply", *web.from_file(), "-n", web.namespace, "--owner", web.owner]
    env = {"KUBECONFIG": f"{first}:{path}:/missing"}
    assert web.r2i(*words, env=env).code == CLUSTER
    with api_server.audit.watch() as asked:
        run = web.r2i(*words, "--context", "other", env=env)
    assert run.code == 0 and {one.user for one in asked} == {account.user}, run


def test_the_namespace_of_the_context_is_the_default(web: Runs, api_server: ApiServer) -> None:
    run = web.r2i("apply", *web.from_file(), "--owner", web.owner, "--kubeconfig",
                  api_server.kubeconfig(namespace=web.namespace))
    assert run.code == 0 and web.names() == ["web"], run
