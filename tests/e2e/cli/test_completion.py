"""The completion scripts, read and run by the shells they are for."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from help_page import CHECKS, COMMANDS, WORDS, Flag, flags_of_help, help_of
from support.program import Program

SHELLS = ("bash", "zsh", "fish")


@pytest.fixture
def scripts(r2i: Program, tmp_path: Path) -> dict[str, Path]:
    made = {shell: tmp_path / f"completion.{shell}" for shell in SHELLS}
    for shell, path in made.items():
        run = r2i("completion", shell)
        assert run.code == 0 and run.err == b"", run
        path.write_bytes(run.out)
    return made


def flags(r2i: Program, command: str) -> list[Flag]:
    return flags_of_help(help_of(r2i, command))


def shell(r2i: Program, *words: str | Path) -> list[str]:
    """The lines that a shell prints; it must not complain."""
    done = subprocess.run([str(word) for word in words], cwd=r2i.home, env=r2i.environment(), capture_output=True,
                          encoding="utf-8", timeout=60, check=False)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return [line for line in done.stdout.splitlines() if line]


def bash(r2i: Program, scripts: dict[str, Path], *words: str) -> list[str]:
    """What Tab gives after these words, of which the last one is not finished. Bash splits words at `=`."""
    script = ('compopt() { :; }; source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
              '"$(complete -p registry2istio | sed "s/.*-F \\([^ ]*\\).*/\\1/")"; printf "%s\\n" "${COMPREPLY[@]}"')
    return shell(r2i, "bash", "--norc", "-c", script, "bash", scripts["bash"], "registry2istio", *words)


def fish(r2i: Program, scripts: dict[str, Path], line: str) -> list[str]:
    """The same of fish, without the descriptions."""
    script = 'source $argv[1]; complete -C "registry2istio $argv[2]"'
    return [found.split("\t")[0] for found in shell(r2i, "fish", "--no-config", "-c", script, scripts["fish"], line)]


def zsh(r2i: Program, scripts: dict[str, Path], *words: str) -> list[str]:
    """The specifications that the function hands to zsh's own _arguments and _describe."""
    script = ('_arguments() { print -rl -- "$@" }; _describe() { print -rl -- "${(@P)2}" }; '
              'file=$1; shift; words=("$@"); CURRENT=$#; source $file')
    return shell(r2i, "zsh", "-f", "-c", script, "zsh", scripts["zsh"], "registry2istio", *words)


def test_syntax(r2i: Program, scripts: dict[str, Path]) -> None:
    for name, options in (("bash", ["-n"]), ("zsh", ["-n"]), ("fish", ["--no-execute"])):
        assert shell(r2i, name, *options, scripts[name]) == []


def test_commands(r2i: Program, scripts: dict[str, Path]) -> None:
    assert bash(r2i, scripts, "") == [*WORDS, "--help", "--version"]
    assert sorted(fish(r2i, scripts, "")) == sorted(WORDS)
    assert [line.split(":")[0] for line in zsh(r2i, scripts, "") if line[0].isalpha()] == list(WORDS)
    assert bash(r2i, scripts, "ex") == ["export", "explain"] and sorted(fish(r2i, scripts, "ex")) == ["explain", "export"]


@pytest.mark.parametrize("command", COMMANDS)
def test_flags(r2i: Program, scripts: dict[str, Path], command: str) -> None:
    """Those of the help, no more and no less; in zsh and fish with their letters."""
    known = flags(r2i, command)
    names = [flag.name for flag in known]
    letters = [flag.letter for flag in known if flag.letter]
    assert bash(r2i, scripts, *command.split(), "--") == names
    assert sorted(fish(r2i, scripts, f"{command} --")) == sorted(names)
    given = {found for found in fish(r2i, scripts, f"{command} -") if not found.startswith("--")}
    assert given == set(letters)
    # A specification is `*--flag[…]` or `(-h --help)-h[…]`.
    matches = [re.match(r"(?:\*|\([^)]*\))?(--?[a-z-]+)\[", line) for line in zsh(r2i, scripts, *command.split(), "-")]
    assert sorted(match.group(1) for match in matches if match) == sorted([*names, *letters])


@pytest.mark.parametrize("command", COMMANDS)
def test_choices(r2i: Program, scripts: dict[str, Path], command: str) -> None:
    """Of each flag that has some, in every shell."""
    for flag in flags(r2i, command):
        choices = flag.value.split("|") if "|" in flag.value and flag.value.islower() else []
        if " One of " in flag.text:
            choices = flag.text.split(" One of ")[1].split(".")[0].split(", ")
        if not choices:
            continue
        for name in filter(None, (flag.name, flag.letter)):
            assert bash(r2i, scripts, *command.split(), name, "") == choices
            assert sorted(fish(r2i, scripts, f"{command} {name} ")) == sorted(choices)
        (spec,) = [line for line in zsh(r2i, scripts, *command.split(), "") if line.startswith(f"{flag.name}[")]
        assert spec.endswith(f"({' '.join(choices)})")


@pytest.mark.parametrize("words, expected", [
    (["export", "-o", "j"], ["json"]), (["export", "--health", "pa"], ["passing"]), (["export", "--from", "c"], ["consul="]),
    (["export", "--dns"], ["--dns-capture"]), (["completion", "z"], ["zsh"]), (["export", "--namespace", ""], []),
    (["fetch", "--output-file", "completion.z"], ["completion.zsh"]), (["unheard-of", "--"], []),
    (["diff", "-o", "m"], ["markdown"]), (["export", "-o", "m"], []), (["check", "cl"], ["cluster"]),
    (["check", "cluster", "--as-"], ["--as-group"]), (["check", "unheard-of", "--"], []),
    (["diff", "--target", "completion.z"], ["completion.zsh"]), (["apply", "--plan", "completion.z"], ["completion.zsh"]),
    (["export", "--output-dir", "completion.z"], ["completion.zsh"]), (["apply", "--owner", ""], []),
    (["apply", "--dry-run", "s"], ["server"]), (["apply", "--prune-s"], ["--prune-source"]),
])
def test_bash(r2i: Program, scripts: dict[str, Path], words: list[str], expected: list[str]) -> None:
    assert bash(r2i, scripts, *words) == expected


@pytest.mark.parametrize("words, expected", [
    (["export", "--health", "=", "pa"], ["passing"]), (["export", "--output", "="], ["yaml", "json", "name"]),
])
def test_bash_completes_a_value_after_an_equals_sign(r2i: Program, scripts: dict[str, Path], words: list[str],
                                                     expected: list[str]) -> None:
    assert bash(r2i, scripts, *words) == expected


@pytest.mark.parametrize("line, expected", [
    ("export -o j", ["json"]), ("export --health=pa", ["--health=passing"]), ("export --from c", ["consul="]),
    ("completion z", ["zsh"]), ("export --namespace ", []), ("fetch --output-file completion.z", ["completion.zsh"]),
    ("diff -o m", ["markdown"]), ("diff --output=m", ["--output=markdown"]), ("check cl", ["cluster"]),
    ("diff --target completion.z", ["completion.zsh"]), ("apply --plan completion.z", ["completion.zsh"]),
])
def test_fish(r2i: Program, scripts: dict[str, Path], line: str, expected: list[str]) -> None:
    assert fish(r2i, scripts, line) == expected


def test_what_is_to_be_checked(r2i: Program, scripts: dict[str, Path]) -> None:
    assert bash(r2i, scripts, "check", "") == [*CHECKS, "--help"]
    assert sorted(fish(r2i, scripts, "check ")) == sorted(CHECKS)
    assert [line.split(":")[0] for line in zsh(r2i, scripts, "check", "") if line[0].isalpha()] == list(CHECKS)


def test_descriptions_are_those_of_the_help(r2i: Program, scripts: dict[str, Path]) -> None:
    script = 'source $argv[1]; complete -C "registry2istio export --"'
    lines = shell(r2i, "fish", "--no-config", "-c", script, scripts["fish"])
    described = dict(line.split("\t", maxsplit=1) for line in lines)
    for flag in flags(r2i, "export"):
        text = described[flag.name].replace("`", "").replace("'", "").replace('"', "")
        assert flag.text.startswith(text), flag
