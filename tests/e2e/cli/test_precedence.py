"""Flag, R2I_* variable, rule, a source's defaults, defaults, the program's own default: what comes first decides what is
written, whichever setting of the conversion it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from help_page import flags_of_help
from support.program import Program
from support.snapshots import instance, service, snapshot, write

# By flag: the key of a file, and two values or three that each give other objects, none of them the default.
SETTINGS: dict[str, tuple[str, list[Any]]] = {
    "--namespace": ("namespace", ["one", "two", "three"]),
    "--health": ("health", ["any", "passing"]),
    "--host-template": ("host", ["{service}.one", "{service}.two", "{service}.three"]),
    "--service-port": ("servicePorts", [[1], [2], [3]]),
    "--protocol": ("protocol", ["grpc", "http2", "https"]),
    "--export-to": ("exportTo", [["one"], ["two"], ["three"]]),
    "--dns-capture": ("dnsCapture", [True, False]),
    "--tcp-without-address": ("tcpWithoutAddress", ["export", "withhold"]),
    "--layout": ("layout", ["workload-entries", "inline"]),
}
NOT_OF_A_SERVICE = {"--owner"}


def words_of(value: Any) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value[0] if isinstance(value, list) else value)


@pytest.fixture(name="world")
def fixture_world(r2i: Program, tmp_path: Path) -> Any:
    document = snapshot(service("web", instance("10.0.0.1", health="passing"), instance("10.0.0.2", health="warning"),
                                instance("10.0.0.3", health="critical")),
                        service("db", instance("10.0.0.4", 5432)))
    source = write(tmp_path / "snapshot.json", document)

    def export(flag: str, places: dict[str, Any]) -> str:
        key, _ = SETTINGS[flag]

        def at(place: str) -> dict[str, Any]:
            return {key: places[place]} if place in places else {}

        config: dict[str, Any] = {
            "apiVersion": "registry2istio.io/v1", "kind": "Config", "defaults": at("defaults"),
            # --from takes the place of the address alone: what a source's defaults say of its services holds.
            "sources": [{"kind": "consul", "name": "consul", "defaults": at("source")}]}
        if "rule" in places:
            config["rules"] = [{"name": "earlier", "set": at("defaults")}] if "defaults" in places else []
            config["rules"].append({"name": "later", "set": at("rule")})
        (tmp_path / "config.yaml").write_text(json.dumps(config))
        words = [f"{flag}={words_of(places['flag'])}"] if "flag" in places else []
        variable = "R2I_" + flag.removeprefix("--").replace("-", "_").upper()
        run = r2i("export", "-c", tmp_path / "config.yaml", "--from", f"file={source}", *words,
                  env={variable: words_of(places["variable"])} if "variable" in places else {})
        assert run.code in (0, 1), run
        return run.stdout

    return export


PLACES = ("defaults", "source", "rule", "variable", "flag")  # what comes later wins


@pytest.mark.parametrize("flag", SETTINGS)
def test_what_comes_first_decides(world: Any, flag: str) -> None:
    values = SETTINGS[flag][1]
    alone = [world(flag, {"defaults": value}) for value in values]
    assert len(set(alone)) == len(values), "the values tell nothing apart"
    for number, winner in enumerate(PLACES):
        # Each place has another value than the one that should win.
        value, other = values[number % len(values)], values[(number + 1) % len(values)]
        places = {place: other for place in PLACES[:number]} | {winner: value}
        assert world(flag, places) == alone[number % len(values)], places


def test_no_setting_is_left_out(r2i: Program) -> None:
    """Settings that only a file has cannot be given by flag or variable; rules come before defaults for all of them alike."""
    help_text = r2i("export", "--help").stdout
    section = help_text[help_text.index("Conversion:"):].split("\n\n")[0]
    assert {flag.name for flag in flags_of_help(section)} - NOT_OF_A_SERVICE == set(SETTINGS)
