"""What `registry2istio COMMAND --help` says, and the manual's pages, read so that they can be compared."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from support.program import Program

PROJECT = Path(__file__).parents[3]
MANUAL = PROJECT / "man"

# As the main help lists them; what follows `check`, as its help lists it; and what can be run.
WORDS = ("fetch", "export", "diff", "apply", "check", "why", "explain", "version", "completion")
CHECKS = ("config", "source", "cluster", "manifests")
COMMANDS = tuple(name for word in WORDS for name in ([f"check {what}" for what in CHECKS] if word == "check" else [word]))


@dataclass(frozen=True)
class Flag:
    name: str  # --output
    letter: str  # -o, or nothing
    value: str  # FORMAT or yaml|json|name; nothing: a switch
    text: str  # the description with its default, its quotes taken away


def plain(text: str) -> str:
    """One line without the quotes that help and manual write differently."""
    return re.sub(r"""[`'"“”‘’]""", "", re.sub(r"\s+", " ", text)).strip()


def help_of(r2i: Program, command: str) -> str:
    return r2i(*command.split(), "--help").stdout


def flags_of_help(text: str) -> list[Flag]:
    """Flags begin in column 3 or 7; what belongs to them stands further right."""
    flags: list[Flag] = []
    pattern = re.compile(r"^  (?:(-\w), |    )(--[a-z-]+)(?: (\S+))?(?: +(.*))?$")
    lines = text.splitlines()
    for number, line in enumerate(lines):
        match = pattern.match(line)
        if match is None:
            continue
        more = []
        for following in lines[number + 1:]:
            if not following.startswith(" " * 30):
                break
            more.append(following)
        letter, name, value, first = match.groups(default="")
        flags.append(Flag(name, letter, value, plain(" ".join([first, *more]))))
    return flags


def section(page: str, title: str) -> list[str]:
    """The lines of a section of an mdoc page, subsections included."""
    match = re.search(rf"^\.Sh {title}\n(.*?)(?=^\.Sh |\Z)", page, re.M | re.S)
    assert match is not None, f"there is no section {title}"
    return match.group(1).splitlines()


def flags_of_manual(page: str) -> list[Flag]:
    flags: list[Flag] = []
    lines = section(page, "OPTIONS")
    for number, line in enumerate(lines):
        if not line.startswith(".It Fl "):
            continue
        letter, name, value = _item(line.removeprefix(".It Fl "))
        body = []
        for following in lines[number + 1:]:
            if re.match(r"\.(It|El|Bl|Ss)\b", following):
                break
            body.append(following)
        flags.append(Flag(name, letter, value, plain(unescaped(" ".join(body)))))
    return flags


def _item(words: str) -> tuple[str, str, str]:
    """Of `o , Fl -output Cm yaml Ns | Ns Cm json`: -o, --output, yaml|json."""
    letter = ""
    if match := re.match(r"(\w) , Fl ", words):
        letter, words = "-" + match.group(1), words[match.end():]
    name, _, value = words.partition(" ")
    value = re.sub(r"\b(Ar|Cm|Op|Ns)\b|\s", "", re.sub(r"Op ([=/]) Ns Ar (\w+)", r"[\1\2]", value))
    return letter, "-" + name, value


def unescaped(roff: str) -> str:
    for escape, text in _ESCAPES.items():
        roff = roff.replace(escape, text)
    return roff


_ESCAPES = {r"\(aq": "'", r"\(dq": '"', r"\(lq": "“", r"\(rq": "”", r"\(ga": "`", r"\(en": "–", r"\-": "-", r"\&": "",
            r"\e": "\\"}
