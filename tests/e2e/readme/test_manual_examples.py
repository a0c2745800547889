"""The examples of the manual: each is a snippet of the README, word for word, which is run as such, or it is run here."""

from __future__ import annotations

import re
import shutil
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from support.certificates import Authority, Certificate
from support.fake_api_server import FakeApiServer
from support.fake_consul import FakeConsul
from support.program import SECRET
from support.readme import PROJECT, Shell, snippets

MANUAL = PROJECT / "man"
TOKEN = f"{SECRET}token"
PAGES = sorted(path.name for path in MANUAL.glob("registry2istio*.[15]"))
ROFF = {r"\e": "\\", r"\(aq": "'", r"\(dq": '"', r"\-": "-", r"\&": ""}

# The snippets of the README that each page has: the overview the four ways, the commands theirs.
WAYS = {
    "registry2istio.1": ["pipe", "by-hand", "ci", "crontab", "cronjob", "gitops", "gitops-check", "check-manifests"],
    "registry2istio-apply.1": ["crontab"],
    "registry2istio-diff.1": ["ci"],
    "registry2istio-export.1": ["gitops", "gitops-check"],
}
CRONTAB = re.compile(r"(?:[\d*/,-]+ +){5}\S|@(?:hourly|daily|weekly|monthly|yearly|reboot) ")

# What the other examples end with, where it is not 0: they say that something is not as it should be.
CODES = {"registry2istio diff": 1, "expect.minServices=40": 3, "|| [ $? -eq 1 ]": 0}


def blocks(page: str, section: str = "") -> list[str]:
    """What stands there to be copied, as it is shown: in a section, or anywhere."""
    text = (MANUAL / page).read_text()
    if section:
        text = "".join(re.findall(rf"^\.Sh {section}\n(.*?)(?=^\.Sh |\Z)", text, re.M | re.S))
    return [_shown(block) for block in re.findall(r"^\.Bd -literal[^\n]*\n(.*?)^\.Ed$", text, re.M | re.S)]


def _shown(roff: str) -> str:
    escapes = re.findall(r"\\(?:\(..|.)", roff, re.S)
    assert not re.search(r"^[.']", roff, re.M) and set(escapes) <= set(ROFF), f"roff that this test does not know: {roff}"
    return re.sub(r"\\(?:\(..|.)", lambda match: ROFF[match.group()], roff)


def commands(block: str) -> list[str]:
    """One by one; a backslash at the end of a line goes on with the next, as for the shell."""
    return re.findall(r"(?:.*\\\n)*.+", block)


OF_README = {text: name for name, text in snippets().items()}
EXAMPLES = [(page, line) for page in PAGES for block in blocks(page, "EXAMPLES") if block not in OF_README
            for line in commands(block)]


@pytest.mark.parametrize("page", PAGES)
def test_the_four_ways_are_those_of_the_readme(page: str) -> None:
    """Word for word: so they are run, by test_readme.py here and in the suite "real"."""
    assert [OF_README[block] for block in blocks(page, "EXAMPLES") if block in OF_README] == WAYS.get(page, [])


@pytest.mark.parametrize("page", PAGES)
def test_an_entry_of_a_crontab_is_one_line(page: str) -> None:
    """A crontab knows no continuation, and takes % for a line break."""
    for block in blocks(page):
        lines = block.splitlines()
        if any(CRONTAB.match(line) for line in lines):
            assert all(CRONTAB.match(line) and not line.endswith("\\") and "%" not in line for line in lines), block


@pytest.mark.parametrize("page", PAGES)
def test_examples_are_shown_as_they_are_written(page: str) -> None:
    """Every quote, hyphen and blank: what is copied from the screen is what was run."""
    if shutil.which("mandoc") is None:
        pytest.skip("there is no mandoc")
    shown = subprocess.run(["mandoc", "-T", "utf8", MANUAL / page], check=True, capture_output=True, encoding="utf-8").stdout
    lines = [line.strip() for line in shown.splitlines()]
    for block in blocks(page, "EXAMPLES"):
        wanted = [line.strip() for line in block.splitlines()]
        assert any(lines[at:at + len(wanted)] == wanted for at in range(len(lines))), block


def test_every_command_has_examples() -> None:
    without = {page for page in PAGES if not blocks(page, "EXAMPLES")}
    assert without == {"registry2istio-check.1", "registry2istio-config.5"}, "which is no command, and a format"


@pytest.fixture
def place(shell: Shell, api: FakeApiServer, tmp_path: Path) -> Path:
    """What the examples take for granted: a snapshot, manifests, configurations, a plan, and kubectl, jq and kustomize."""
    api.store.namespaces.add("registry2istio")
    done = shell("registry2istio fetch --from consul > snapshot.json && mkdir mesh && "
                 "registry2istio export --from consul -n mesh > extra.yaml && cp extra.yaml mesh && "
                 "registry2istio export --from consul -n mesh --include web --output-dir manifests && "
                 "{ registry2istio diff --from consul -n mesh --owner team-a --out plan.json || [ $? -eq 1 ]; }")
    assert done.returncode == 0, done.stderr
    head = {"apiVersion": "registry2istio.io/v1", "kind": "Config"}
    (tmp_path / "mesh.yaml").write_text(yaml.dump({**head, "sources": [{"kind": "consul"}], "defaults": {"namespace": "mesh"}}))
    (tmp_path / "team.yaml").write_text(yaml.dump({**head, "output": {"owner": "team-a"}}))
    shell.stub("kubectl", '[ "$*" = "apply --server-side -f -" ] && cat > applied.yaml')
    shell.stub("kustomize", '[ "$*" = "build ." ] && cat extra.yaml')
    if shutil.which("jq") is None:
        shell.stub("jq", "cat")
    return tmp_path


@pytest.fixture
def at_hand(new_consul: Callable[..., FakeConsul], consul: FakeConsul, server_certificate: Certificate, authority: Authority,
            place: Path) -> Callable[[str], str]:
    """An example with the servers and the files of this test in the place of those that it names."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(server_certificate.cert, server_certificate.key)
    secure = new_consul(tls=tls, token=TOKEN)
    secure.add_datacenter("dc2")
    for name in ("dc1", "dc2"):
        secure.register("web", datacenter=name)
    (place / "token").write_text(f"{TOKEN}\n")
    ours = {"http://127.0.0.1:8500": consul.address, "https://consul:8501": secure.address, "https://c1:8501": secure.address,
            "https://c2:8501": secure.address, "/run/token": str(place / "token"), "/etc/consul-ca.pem": str(authority.ca),
            "/etc/bash_completion.d/": f"{place}/"}

    def change(line: str) -> str:
        for theirs, own in ours.items():
            line = line.replace(theirs, own)
        return line
    return change


@pytest.mark.parametrize("page, line", EXAMPLES)
def test_example(shell: Shell, place: Path, at_hand: Callable[[str], str], authority: Authority, page: str, line: str) -> None:
    done = shell(at_hand(line), options="-uo pipefail", CONSUL_CACERT=str(authority.ca))
    expected = next((code for part, code in reversed(CODES.items()) if part in line), 0)
    assert done.returncode == expected, f"{line}\n{done}"
    if "| kubectl apply" in line:
        applied = list(yaml.load_all((place / "applied.yaml").read_text(), yaml.CSafeLoader))
        assert [one["metadata"]["namespace"] for one in applied] == ["mesh"] * 3
