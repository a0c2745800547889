"""Help, manual and the program itself say the same."""

from __future__ import annotations

import re

import pytest
from help_page import (CHECKS, COMMANDS, MANUAL, PROJECT, WORDS, flags_of_help, flags_of_manual, help_of, plain,
                       section, unescaped)
from support.program import Program


def page(name: str) -> str:
    return (MANUAL / name).read_text()


def page_of(command: str) -> str:
    return page(f"registry2istio-{command.replace(' ', '-')}.1")


OVERVIEW = page("registry2istio.1")


def listed_in_help(text: str, title: str) -> dict[str, str]:
    """Each word that a help lists, and what it says of it."""
    part = text.split(f"{title}:\n")[1].split("\n\n")[0]
    return {line.split()[0]: line.split(maxsplit=1)[1] for line in part.splitlines()}


def test_commands(r2i: Program) -> None:
    commands = listed_in_help(r2i("--help").stdout, "Commands")
    assert tuple(commands) == WORDS, "and this table"
    listed = re.findall(r"^\.It Xr registry2istio-(\w+) 1\n(.*)$", "\n".join(section(OVERVIEW, "COMMANDS")), re.M)
    assert {name: text.rstrip(".") for name, text in listed} == commands


def test_checks(r2i: Program) -> None:
    checks = listed_in_help(r2i("check", "--help").stdout, "What")
    assert tuple(checks) == CHECKS, "and this table"
    text = "\n".join(section(page_of("check"), "DESCRIPTION"))
    listed = re.findall(r"^\.It Xr registry2istio-check-(\w+) 1\n(.*)$", text, re.M)
    assert [(name, said.rstrip(".")) for name, said in listed] == list(checks.items())


def test_pages_are_installed() -> None:
    names = ["registry2istio.1", *(f"registry2istio-{name.replace(' ', '-')}.1" for name in {*WORDS, *COMMANDS})]
    assert sorted(path.name for path in MANUAL.glob("*.1")) == sorted(names)
    for name in names:
        assert f"'{name}'" in (MANUAL / "meson.build").read_text(), "it is not installed"


@pytest.mark.parametrize("command", [*COMMANDS, "check"])
def test_flags(r2i: Program, command: str) -> None:
    """The same flags in the same order, with the same letters, values, defaults and words."""
    of_help = flags_of_help(help_of(r2i, command))
    of_manual = flags_of_manual(page_of(command))
    assert of_help[-1].name == "--help" and [flag.name for flag in of_manual] == [flag.name for flag in of_help]
    for ours, theirs in zip(of_help, of_manual, strict=True):
        # The help names long lists of choices in the text, the manual as it likes.
        choices = re.search(r" One of ([^.]*)\.", ours.text)
        if choices:
            named = f"{theirs.value} {theirs.text}"
            assert ours.name == theirs.name and all(choice in named for choice in choices.group(1).split(", "))
        else:
            assert theirs == ours


@pytest.mark.parametrize("command", [*COMMANDS, "check"])
def test_help_can_be_read(r2i: Program, command: str) -> None:
    text = help_of(r2i, command)
    assert max(map(len, text.splitlines())) <= 110 and "\t" not in text and "\x1b" not in text
    assert not re.search(r" +$", text, re.M), "blanks at the end of a line"
    assert r2i("help", *command.split()).stdout == r2i(*command.split(), "-h").stdout == text
    for flag in flags_of_help(text):
        assert re.match(r"[A-Z].*[.)]$", flag.text), flag


@pytest.mark.parametrize("command", COMMANDS)
def test_examples_are_commands(r2i: Program, command: str) -> None:
    """Those of the help are in the manual, too, and all of their flags exist."""
    text = help_of(r2i, command)
    flags = {name for flag in flags_of_help(text) for name in (flag.name, flag.letter)}
    manual = unescaped("\n".join(section(page_of(command), "EXAMPLES")))
    for line in re.findall(rf"^  (registry2istio {command} .*)$", text.partition("Examples:")[2], re.M):
        assert line in manual
        own = line.split(" | ", maxsplit=1)[0]
        assert set(re.findall(r"(?<=\s)--?[a-z][a-z-]*", own)) <= flags


def test_variables_of_flags(r2i: Program) -> None:
    flags = {flag.name for command in COMMANDS for flag in flags_of_help(help_of(r2i, command))} - {"--help"}
    listed = re.findall(r"^\.It Ev (R2I_\w+)\n\.Fl (-[a-z-]+)$", OVERVIEW, re.M)
    assert {"-" + flag for _, flag in listed} == flags
    assert all(name == "R2I_" + flag[1:].replace("-", "_").upper() for name, flag in listed)


@pytest.mark.parametrize("prefix, least", [("CONSUL", 12), ("ETCDCTL", 8)])
def test_variables_of_registries(prefix: str, least: int) -> None:
    """Those that the program reads are those that the manual names."""
    sources = [path.read_text() for path in (PROJECT / "src").rglob("*.cpp")]
    read = {name for text in sources for name in re.findall(rf'"({prefix}_[A-Z_]+)"', text)}
    assert set(re.findall(rf"\bEv ({prefix}_[A-Z_]+)", OVERVIEW)) == read and len(read) >= least


def test_variables_of_eureka() -> None:
    sources = [path.read_text() for path in (PROJECT / "src").rglob("*.?pp")]
    read = {name for text in sources for name in re.findall(r'"(EUREKA_[A-Z_]+)"', text)}
    assert set(re.findall(r"\bEv (EUREKA_[A-Z_]+)", OVERVIEW)) == read == {"EUREKA_CLIENT_SERVICEURL_DEFAULTZONE"}


def test_variables_of_nacos() -> None:
    """Those that the program reads, in the source's own file or in the table of settings; what stands for them is in words."""
    read = {name for path in ("sources/nacos_options.cpp", "model/settings.cpp")
            for name in re.findall(r'"(NACOS_[A-Z_]+|ALIBABA_[A-Z_]+)"', (PROJECT / "src" / path).read_text())}
    assert set(re.findall(r"\bEv (NACOS_[A-Z_]+|ALIBABA_[A-Z_]+)", OVERVIEW)) == read and len(read) == 9


@pytest.mark.parametrize("kind, address", [("consul", ""), ("etcd", ""), ("eureka", ""), ("exec", "=x"), ("file", "=x.json"),
                                           ("nacos", ""), ("zookeeper", "")])
def test_settings_of_a_source(r2i: Program, kind: str, address: str) -> None:
    known = re.search(r"there are (.*)$", r2i("export", "--from", f"{kind}{address}?unheard=of").stderr, re.M)
    assert known is not None
    common, *parts = re.split(r"^\.Ss (.*)$", "\n".join(section(OVERVIEW, "SOURCES")), flags=re.M)
    of_kind = dict(zip(parts[::2], parts[1::2]))
    listed = re.findall(r"^\.It Cm (\S+)", common + of_kind[kind], re.M)
    assert sorted(listed) == sorted(known.group(1).split(", "))


def test_kinds_of_sources(r2i: Program) -> None:
    known = r2i("version", "-o", "json").json["sources"]
    assert [title for title in re.findall(r"^\.Ss (\w+)$", OVERVIEW, re.M) if title in known] == known


def test_exit_codes(r2i: Program) -> None:
    """One enum, one table; the help names those that its commands can end with."""
    enum = (PROJECT / "src/model/exit_code.hpp").read_text().split("enum class ExitCode")[1].split("};")[0]
    codes = [int(number) for number in re.findall(r" = (\d+),", enum)]
    table = [int(number) for number in re.findall(r"^\.It (\d+)$", "\n".join(section(OVERVIEW, "EXIT STATUS")), re.M)]
    assert table == codes and len(codes) == 10
    sentence = r2i("--help").stdout.split("Exit codes:")[1]
    assert set(map(int, re.findall(r"\b\d+\b", sentence))) <= set(codes)
    for command in COMMANDS:
        text = " ".join(section(page_of(command), "EXIT STATUS"))
        assert {int(number) for number in re.findall(r"(?:^|; | or )(\d+)\b", text)} <= set(codes)


def test_codes_of_diagnostics() -> None:
    """Number, severity and reason of each, in the order of the numbers."""
    numbers = dict(re.findall(r"^  (\w+) = (\d+),", (PROJECT / "src/model/codes.hpp").read_text(), re.M))
    rows = re.findall(r'\{Code::(\w+), (\w+), Loss::\w+, "([^"]*)"', (PROJECT / "src/model/codes.cpp").read_text())
    of_source = [(numbers[code], severity, reason) for code, severity, reason in rows]
    assert len(of_source) == len(numbers) > 40
    listed = re.findall(r"^\.It Sy R2I(\d{4}) \((\w+)\): (.*)$", OVERVIEW, re.M)
    assert [(number, severity, plain(unescaped(reason))) for number, severity, reason in listed] == [
        (number, severity, plain(reason)) for number, severity, reason in sorted(of_source)]
