"""What the README says is so: its snippets are run as they stand there, its flags and codes exist."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.fake_api_server import FakeApiServer
from support.fake_consul import FakeConsul
from support.faults import fails
from support.object_store import Key
from support.program import Program
from support.readme import PROJECT, README, Shell, ci_script, snippets, unmarked_blocks

# Those that need a real kubectl are run by the suite "real", too; see tests/real/test_readme.py.
ONLY_REAL = {"pipe", "cronjob"}
HERE = {"by-hand", "ci", "crontab", "alerts", "gitops", "gitops-check", "check-manifests"}
TEXTFILE = "/var/lib/prometheus/node-exporter/registry2istio.prom"


def hosts(api: FakeApiServer) -> list[str]:
    return [one["metadata"]["name"] for one in api.store.objects("ServiceEntry", "mesh")]


def by_hand(shell: Shell) -> subprocess.CompletedProcess[str]:
    """As somebody types it, line by line, whatever each ends with."""
    return shell(snippets()["by-hand"], options="-u")


EVERY_HOST = ["api.service.consul", "pay.service.consul", "web.service.consul"]


def test_every_snippet_is_run() -> None:
    assert set(snippets()) == HERE | ONLY_REAL
    assert unmarked_blocks("Four ways to use it") == []


def test_by_hand(shell: Shell, api: FakeApiServer) -> None:
    done = by_hand(shell)
    assert done.returncode == 0, done.stderr
    assert "API server: " in done.stdout and "3 to create" in done.stdout and done.stdout.count(" created\n") == 3
    assert hosts(api) == EVERY_HOST
    again = by_hand(shell)
    assert again.returncode == 0 and " created\n" not in again.stdout and "3 unchanged" in again.stdout, again


def test_the_picture_of_a_diff_is_what_a_diff_looks_like(shell: Shell, consul: FakeConsul) -> None:
    """The same lines, with other names and numbers."""
    consul.deregister("api")
    apply, diff = (line for line in snippets()["by-hand"].splitlines()[:0:-1])
    assert shell(apply).returncode == 0
    consul.register("cart", "10.0.0.9")
    consul.entries("web")[0]["Service"]["Address"] = "10.0.0.7"
    drawn = re.search(r"^```\n(\+ ServiceEntry .*?)^```$", README.read_text(), re.M | re.S)
    assert drawn is not None

    def shape(text: str) -> list[str]:
        return [re.sub(r"\d+", "N", re.sub(r"[a-z]+\.service", "X.service", line)).replace("ports", "port").replace(
            "endpoints", "endpoint") for line in text.splitlines()]

    assert shape(shell(diff).stdout) == shape(drawn.group(1))


# CI


@pytest.mark.parametrize("change, code, comments", [("nothing", 0, 0), ("an instance", 0, 1), ("no Consul", 3, 0),
                                                    ("no services", 5, 0)])
def test_ci(shell: Shell, consul: FakeConsul, api: FakeApiServer, tmp_path: Path, change: str, code: int, comments: int) -> None:
    assert by_hand(shell).returncode == 0
    shell.stub("gh", 'echo "$@" >> calls; cat "$5" >> comments')
    if change == "an instance":
        consul.register("web", "10.0.0.7")
    elif change == "no Consul":
        consul.always_list(fails(500))
    elif change == "no services":
        for name in ("api", "pay", "web"):
            consul.deregister(name)
    done = shell(ci_script(snippets()["ci"]), PULL_REQUEST="https://github.example/shop/pull/1")
    assert done.returncode == code, done.stderr
    calls = tmp_path / "calls"
    found = calls.read_text().splitlines() if calls.exists() else []
    assert found == ["pr comment https://github.example/shop/pull/1 --body-file diff.md"] * comments
    if comments:
        text = (tmp_path / "comments").read_text()
        assert text.startswith("### registry2istio: 1 to update, 2 unchanged") and "10.0.0.7:8080" in text
    assert hosts(api) == EVERY_HOST


# Cron


def command(text: str, textfile: Path) -> str:
    """What cron runs of a line of a crontab."""
    (line,) = text.splitlines()
    assert "%" not in line, "cron takes it for a line break"
    *times, rest = line.split(maxsplit=5)
    assert len(times) == 5 and TEXTFILE in rest
    return rest.replace(TEXTFILE, str(textfile))


def fires(expression: str, metrics: str, later: float = 0) -> bool:
    """Whether an expression of the snippet's kind holds: `METRIC > N` or `time() - METRIC > N`."""
    match = re.fullmatch(r"(time\(\) - )?(\w+) > (\d+)", expression)
    assert match is not None, expression
    samples = re.findall(rf"^{match.group(2)}(?:\{{.*\}})? (\S+)$", metrics, re.M)
    assert samples or f"# TYPE {match.group(2)} gauge" in metrics, f"no metric {match.group(2)}"
    (now,) = re.findall(r"^registry2istio_last_run_timestamp_seconds (\S+)$", metrics, re.M)
    values = [float(now) + later - float(one) if match.group(1) else float(one) for one in samples]
    return any(value > float(match.group(3)) for value in values)


def test_crontab_and_alerts(shell: Shell, consul: FakeConsul, api: FakeApiServer, tmp_path: Path) -> None:
    (group,) = yaml.load(snippets()["alerts"], yaml.CSafeLoader)["groups"]
    expressions = {rule["alert"]: rule["expr"] for rule in group["rules"]}
    textfile = tmp_path / "r2i.prom"
    run = command(snippets()["crontab"], textfile)

    def firing(later: float = 0) -> set[str]:
        return {name for name, expression in expressions.items() if fires(expression, textfile.read_text(), later)}

    done = shell(run)
    assert done.returncode == 0 and done.stderr == "" and hosts(api) == EVERY_HOST, done
    assert firing() == set() and firing(later=1801) == {"MeshNotInSync"}
    consul.always_list(fails(500))
    assert shell(run).returncode == 3
    assert firing() == set() and firing(later=1801) == {"MeshNotInSync"}


def test_a_guard_raises_an_alert(shell: Shell, consul: FakeConsul, tmp_path: Path) -> None:
    textfile = tmp_path / "r2i.prom"
    run = command(snippets()["crontab"], textfile)
    assert shell(run).returncode == 0
    for name in ("api", "pay", "web"):
        consul.deregister(name)
    done = shell(run)
    assert done.returncode == 5 and "--allow-empty consul/dc1" in done.stderr, done
    rules: list[Any] = yaml.load(snippets()["alerts"], yaml.CSafeLoader)["groups"][0]["rules"]
    (withheld,) = [rule for rule in rules if rule["alert"] == "MeshChangeWithheld"]
    assert fires(withheld["expr"], textfile.read_text())
    label = re.findall(r"\{\{ \$labels\.(\w+) \}\}", withheld["annotations"]["summary"])
    assert label and f'registry2istio_withheld_changes{{{label[0]}="empty-scope"}}' in textfile.read_text()


# GitOps


@pytest.fixture
def checkout(shell: Shell, tmp_path: Path) -> Path:
    """A clone of a repository that can be pushed to."""
    done = shell('git init -q --bare remote.git && git clone -q remote.git checkout 2>/dev/null && cd checkout && '
                 'git config user.name CI && git config user.email ci@example.com && git config push.default current')
    assert done.returncode == 0, done.stderr
    return tmp_path / "checkout"


def test_gitops(shell: Shell, consul: FakeConsul, checkout: Path) -> None:
    def log() -> list[str]:
        return subprocess.run(["git", "-C", checkout.parent / "remote.git", "log", "--all", "--format=%s"], check=True,
                              capture_output=True, encoding="utf-8").stdout.splitlines()

    for expected in (1, 1):  # the second time, there is nothing to commit
        done = shell(snippets()["gitops"], cwd=checkout)
        assert done.returncode == 0, done.stderr
        assert log() == ["Mesh: what Consul says"] * expected
    assert shell(snippets()["gitops-check"], cwd=checkout).returncode == 0
    consul.deregister("web")
    done = shell(snippets()["gitops-check"], cwd=checkout)
    assert done.returncode == 1 and "would remove mesh/serviceentry-web.service.consul.yaml" in done.stdout, done
    assert shell(snippets()["gitops"], cwd=checkout).returncode == 0 and len(log()) == 2
    files = sorted(str(path.relative_to(checkout / "manifests")) for path in (checkout / "manifests").rglob("*.yaml"))
    assert files == ["kustomization.yaml", *(f"mesh/serviceentry-{host}.yaml" for host in EVERY_HOST[:2])]


def test_check_manifests(shell: Shell, consul: FakeConsul, checkout: Path) -> None:
    assert shell(snippets()["gitops"], cwd=checkout).returncode == 0
    assert shell(snippets()["check-manifests"], cwd=checkout).returncode == 0
    place = next((checkout / "manifests").rglob("serviceentry-*.yaml"))
    place.write_text(place.read_text().replace("number:", "numbr:"))
    done = shell(snippets()["check-manifests"], cwd=checkout)
    assert done.returncode == 1 and 'unknown field (did you mean "number"?)' in done.stdout


def test_gitops_of_a_consul_that_is_down(shell: Shell, consul: FakeConsul, checkout: Path) -> None:
    assert shell(snippets()["gitops"], cwd=checkout).returncode == 0
    consul.always_list(fails(500))
    assert shell(snippets()["gitops"], cwd=checkout).returncode == 3
    assert len(list((checkout / "manifests" / "mesh").iterdir())) == 3


# What is said besides


def test_flags_and_defaults(r2i: Program) -> None:
    """Every flag in the README is one, and the guards have the defaults that the table shows."""
    names = ("fetch", "export", "diff", "apply", "check cluster", "check config", "check source")
    helps = {name: r2i(*name.split(), "--help").stdout for name in names}
    known = {flag for text in helps.values() for flag in re.findall(r"--[a-z-]+", text)}
    text = README.read_text()
    ours = re.sub(r"```.*?```|<!--.*?-->", "", text, flags=re.S)
    assert set(re.findall(r"`(--[a-z][a-z-]*)", ours)) <= known
    defaults = dict(re.findall(r"^      (--max-[a-z-]+|--prune-after) .*?\(default:\s+(\w+)\)", helps["apply"], re.M | re.S))
    assert defaults["--max-delete"] == "10" and defaults["--max-delete-percent"] == "30"
    assert defaults["--max-shrink-percent"] == "50" and defaults["--max-snapshot-age"] == "10m"
    assert defaults["--prune-after"] == "1h"
    table = {row.split("|")[1].strip(): row.split("|")[2].strip() for row in text.splitlines() if row.startswith("| `")}
    assert table["`max-delete`"] == "10, and 30 %" and table["`max-shrink`"] == "50 %" and table["`old-snapshot`"] == "10m"


def test_guards_and_refusals_are_those_of_the_program() -> None:
    source = (PROJECT / "src/plan/plan.cpp").read_text().split("to_string(Held::By by)")[1].split("\n}")[0]
    names = set(re.findall(r'return "([a-z-]+)";', source))
    section = README.read_text().split("## How things are deleted")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `([a-z-]+)` \|", section, re.M)) == names
    manual = (PROJECT / "man/registry2istio-apply.1").read_text().split(".It Li registry2istio_withheld_changes")[1]
    assert names <= set(re.findall(r"[a-z]+(?:-[a-z]+)*", manual.split(".It Li")[0]))


def test_metrics_of_the_manual_are_those_of_the_program() -> None:
    written = set(re.findall(r'"(registry2istio_[a-z_]+)"', (PROJECT / "src/commands/metrics.cpp").read_text()))
    manual = (PROJECT / "man/registry2istio-apply.1").read_text().split(".Sh METRICS")[1].split(".Sh ")[0]
    assert set(re.findall(r"^\.It Li (registry2istio_[a-z_]+)", manual, re.M)) == written and len(written) >= 10


def test_links_lead_somewhere() -> None:
    for name in ("README.md", "CONTRIBUTING.md", "contrib/kubernetes/README.md"):
        path = PROJECT / name
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text()):
            assert (path.parent / target).exists(), f"{name}: {target}"


def test_the_store_has_what_the_readme_says_of_marks(shell: Shell, api: FakeApiServer) -> None:
    assert by_hand(shell).returncode == 0
    labels = api.store.get(Key("serviceentries", "mesh", "web.service.consul"))["metadata"]["labels"]
    assert labels["registry2istio.io/owner"] == "shop"
