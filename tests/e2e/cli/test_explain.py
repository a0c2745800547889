"""`explain`: every code, every exit code, and true examples."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml
from help_page import COMMANDS, PROJECT, flags_of_help, help_of
from support.program import Program
from support.snapshots import service, snapshot, write

GOLDEN = PROJECT / "tests/golden/cases"
PARTS = {"answer", "cause", "code", "effect", "example", "meaning", "reason", "remedy", "severity"}


def all_codes(r2i: Program) -> list[dict[str, str]]:
    run = r2i("explain", "-o", "json")
    assert run.code == 0 and run.err == b"", run
    return run.json["codes"]


def test_list_has_every_code(r2i: Program) -> None:
    numbers = re.findall(r"^  \w+ = (\d{4}),", (PROJECT / "src/model/codes.hpp").read_text(), re.M)
    listed = re.findall(r"^  R2I(\d{4})  (?:error|warning|info) +\S", r2i("explain").stdout, re.M)
    assert listed == numbers and len(numbers) > 60
    assert [code["code"] for code in all_codes(r2i)] == [f"R2I{number}" for number in numbers]


def test_list_has_every_exit_code(r2i: Program) -> None:
    known = r2i("explain", "-o", "json").json["exitCodes"]
    assert [code["exitCode"] for code in known] == [0, 1, 2, 3, 4, 5, 6, 7, 130, 143]
    part = r2i("explain").stdout.split("Exit codes")[1]
    assert [int(number) for number in re.findall(r"^  (\d+) ", part, re.M)] == [code["exitCode"] for code in known]


def test_every_code_is_told_alone(r2i: Program) -> None:
    for code in all_codes(r2i):
        assert set(code) == PARTS and all(code.values()), code
        number = code["code"][3:]
        run = r2i("explain", number, "-o", "json")
        assert run.code == 0 and run.json == code, run
    for name in ("R2I2040", "r2i2040", "2040"):
        text = r2i("explain", name).stdout
        assert text.startswith("R2I2040 error: TCP without an address of its own\n")
        for title in ("Cause", "Effect", "Remedy", "Example", "What to type or to write"):
            assert f"\n{title}:\n" in text


def test_exit_code_alone(r2i: Program) -> None:
    assert r2i("explain", "3").stdout == r2i("explain", "exit", "3").stdout == r2i("explain", "exit 3").stdout
    assert r2i("explain", "3").stdout.startswith("exit 3: a source is incomplete\n")
    assert r2i("explain", "0").stdout.startswith("exit 0: ")
    assert r2i("explain", "143", "-o", "json").json["exitCode"] == 143


@pytest.mark.parametrize("words, suggestion", [
    (["R2I2044"], 'did you mean "R2I2'), (["r2i204"], 'did you mean "R2I20'), (["exit", "9"], ""), (["exti 3"], ""),
    (["exit", "13"], 'did you mean "exit '), (["what"], ""), ([""], ""), (["R2I2040", "R2I2041"], ""), (["-1"], ""),
])
def test_unknown(r2i: Program, words: list[str], suggestion: str) -> None:
    run = r2i("explain", *words)
    assert run.code == 2 and run.out == b"" and suggestion in run.stderr, run


def test_effect_is_what_the_exit_code_is(r2i: Program) -> None:
    for code in all_codes(r2i):
        of_source, effect = code["code"].startswith("R2I1"), code["effect"]
        if code["severity"] == "error":
            assert f"the exit code is {3 if of_source else 1}." in effect.replace("The", "the"), code
        ignorable = code["severity"] != "error" or code["code"].startswith("R2I2")
        assert (f"--ignore {code['code']}" in effect) == ignorable, code


def test_examples_are_what_a_run_says(r2i: Program) -> None:
    """Of what the conversion finds, each is a line of a golden case, word for word."""
    lines = {line for case in GOLDEN.iterdir() for line in (case / "expected.err").read_text().splitlines()}
    for code in all_codes(r2i):
        if code["code"][3] in "23":
            assert code["example"] in lines, code["code"]


def test_configurations_are_right(r2i: Program, tmp_path: Path) -> None:
    """What is to be written into a configuration is taken as it stands there."""
    write(tmp_path / "snapshot.json", snapshot(service("pay")))
    count = 0
    for code in all_codes(r2i):
        document = code["answer"]
        if not re.match(r"(rules|defaults|sources):\n", document):
            continue
        count += 1
        for name in ("consul-ca.pem", "token"):
            (tmp_path / name).write_text("")
        (tmp_path / "mesh.yaml").write_text(f"apiVersion: registry2istio.io/v1\nkind: Config\n{document}\n")
        assert isinstance(yaml.safe_load(document), dict)
        run = r2i("export", "-c", "mesh.yaml", "--from", "file=snapshot.json")
        assert run.code in (0, 1) and "mesh.yaml:" not in re.sub(r"R2I2090.*", "", run.stderr), f"{code['code']}: {run}"
    assert count > 20


def test_commands_are_right(r2i: Program) -> None:
    """What is to be typed has flags that exist."""
    flags = {command: {name for flag in flags_of_help(help_of(r2i, command)) for name in (flag.name, flag.letter)}
             for command in COMMANDS}
    count = 0
    for code in all_codes(r2i):
        for line in code["answer"].splitlines():
            words = shlex.split(line.split(" | ")[0], comments=True) if line.startswith("registry2istio ") else []
            if not words:
                continue
            count += 1
            command = " ".join(words[1:3]) if words[1] == "check" else words[1]
            assert {word for word in words if re.match(r"--?[a-z]", word)} <= flags[command], line
    assert count > 8
