"""`--strict` and `--ignore`: what they do to the exit code, and that they do nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.program import Program, Run
from support.snapshots import instance, scope, service, snapshot, write

HEAD = "apiVersion: registry2istio.io/v1\nkind: Config\n"


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> None:
    """clean.json: nothing to say. odd.json: a warning (2041). db.json: an error (2040) that withholds. sick.json: a note."""
    write(tmp_path / "clean.json", snapshot(service("web")))
    odd = service("odd", instance("10.0.0.2", metadata={"protocol": "smoke"}))
    database = service("db", instance("10.0.0.3", 5432))
    sick = service("sick", instance("10.0.0.4"), instance("10.0.0.5", health="critical"))
    write(tmp_path / "odd.json", snapshot(service("web"), odd))
    write(tmp_path / "db.json", snapshot(service("web"), database))
    write(tmp_path / "all.json", snapshot(service("web"), odd, database, sick))
    write(tmp_path / "half.json", snapshot(service("web"), odd, scopes=[scope(complete=False)]))
    # Latin-1 in a name of metadata: repaired, with a warning of the source (1011).
    text = (tmp_path / "clean.json").read_bytes().replace(b'"health"', b'"metadata": {"owner": "caf\xe9"}, "health"')
    (tmp_path / "latin.json").write_bytes(text)


def export(r2i: Program, name: str, *flags: str) -> Run:
    return r2i("export", "--from", f"file={name}.json", "-o", "name", *flags)


@pytest.mark.parametrize("name, flags, code", [
    ("clean", ["--strict"], 0),
    ("odd", [], 0), ("odd", ["--strict"], 1), ("odd", ["--strict", "--ignore", "R2I2041"], 0),
    ("odd", ["--strict", "--ignore", "2040"], 1),
    ("db", [], 1), ("db", ["--ignore", "R2I2040"], 0), ("db", ["--ignore", "r2i2040", "--strict"], 0),
    ("db", ["--ignore", "2041"], 1),
    ("all", ["--ignore", "2040"], 0), ("all", ["--ignore", "2040", "--strict"], 1),
    ("all", ["--ignore", "2040", "--ignore", "2041", "--strict"], 0),
    ("latin", [], 0), ("latin", ["--strict"], 3), ("latin", ["--strict", "--ignore", "R2I1011"], 0),
    ("half", ["--strict"], 3), ("half", ["--strict", "--allow-partial"], 1), ("half", ["--allow-partial"], 0),
    ("half", ["--ignore", "2041"], 3),
])
def test_exit_codes(r2i: Program, name: str, flags: list[str], code: int) -> None:
    run = export(r2i, name, *flags)
    assert run.code == code, run


@pytest.mark.parametrize("flags", [["--strict"], ["--ignore", "2040"], ["--ignore", "2010", "--strict"],
                                   ["--ignore", "2040", "--ignore", "2041", "--ignore", "2010"]])
@pytest.mark.parametrize("name", ["all", "latin", "half"])
def test_what_is_written_is_the_same(r2i: Program, name: str, flags: list[str]) -> None:
    assert export(r2i, name, *flags).out == export(r2i, name).out


def test_ignored_is_not_shown_but_not_lost_in_silence(r2i: Program) -> None:
    for more in ([], ["-v"], ["--strict"]):
        run = export(r2i, "all", "--ignore", "2040", "--ignore", "2010", "--ignore", "2041", *more)
        assert run.code == 0 and "R2I2040 error" not in run.stderr and "left out" not in run.stderr, run
        assert "noted" not in run.stderr and "R2I2041" not in run.stderr, run
        assert "ignored: 1 R2I2010 (unhealthy), 1 R2I2040 (TCP without an address of its own)" in run.stderr, run


def test_strict_shows_what_it_fails_for(r2i: Program) -> None:
    assert "R2I2041" not in export(r2i, "odd").stderr
    assert "R2I2041 warning:" in export(r2i, "odd", "--strict").stderr


@pytest.mark.parametrize("code", ["R2I1001", "1002", "1020", "3001", "3003", "R2I4010"])
def test_what_guards_cannot_be_ignored(r2i: Program, code: str) -> None:
    run = export(r2i, "clean", "--ignore", code)
    assert run.code == 2 and run.out == b"" and "cannot be ignored" in run.stderr, run


def test_every_error_but_of_the_conversion_cannot_be_ignored(r2i: Program) -> None:
    for code in r2i("explain", "-o", "json").json["codes"]:
        guards = code["severity"] == "error" and code["code"][3] != "2"
        assert export(r2i, "clean", "--ignore", code["code"]).code == (2 if guards else 0), code["code"]


@pytest.mark.parametrize("code, said", [("R2I2047", "did you mean"), ("3", "there is no code"), ("x", "there is no code")])
def test_unknown_codes(r2i: Program, code: str, said: str) -> None:
    run = export(r2i, "clean", "--ignore", code)
    assert run.code == 2 and said in run.stderr, run


def test_configuration(r2i: Program, tmp_path: Path) -> None:
    """The flag replaces the list of the file, as every flag does; a wrong code has its line."""
    (tmp_path / "mesh.yaml").write_text(f"{HEAD}output:\n  strict: true\n  ignore: [R2I2040, r2i2041]\n")
    assert export(r2i, "all", "-c", "mesh.yaml").code == 0
    assert export(r2i, "all", "-c", "mesh.yaml", "--ignore", "2040").code == 1
    assert export(r2i, "odd", "-c", "mesh.yaml", "--ignore", "2040", "--strict=false").code == 0
    (tmp_path / "mesh.yaml").write_text(f"{HEAD}output:\n  ignore:\n  - R2I1001\n")
    run = export(r2i, "all", "-c", "mesh.yaml")
    assert run.code == 2 and "mesh.yaml:5:3: output.ignore: " in run.stderr and "cannot be ignored" in run.stderr, run


def test_environment(r2i: Program) -> None:
    run = r2i("export", "--from", "file=all.json", "-o", "name", env={"R2I_IGNORE": "R2I2040\n2041", "R2I_STRICT": "true"})
    assert run.code == 0, run


def test_fetch(r2i: Program) -> None:
    """Nothing is converted, so only what the source says counts; the snapshot is written."""
    for name, code in (("all", 0), ("latin", 3)):
        run = r2i("fetch", "--from", f"file={name}.json", "--strict")
        assert run.code == code and run.json["kind"] == "Snapshot", run


def test_directory(r2i: Program, tmp_path: Path) -> None:
    words = ("export", "--from", "file=odd.json", "--output-dir", "out")
    strict = r2i(*words, "--strict")
    assert strict.code == 1 and len(list((tmp_path / "out").iterdir())) == 2, strict
    assert r2i(*words, "--strict", "--check").code == 1
    assert r2i(*words, "--check").code == 0
    diff = ("diff", "--from", "file=odd.json", "--target", "out")
    assert r2i(*diff).code == 0 and r2i(*diff, "--strict").code == 1
