"""A policy's text set line by line, each clause beside what last set it. Pure.

TOML's own parser finds which line holds which clause: a statement is the shortest run of lines that it
accepts under the table that stands above.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from coop.policy_text import leaves

_TOKEN = re.compile(
    r"(?P<comment>\#.*)|(?P<string>\"(?:\\.|[^\"\\])*\"|'[^']*')"
    r"|(?P<number>\b(?:true|false|[+-]?\d[\d_.:TZ+-]*)\b)|(?P<plain>[^#\"'\d]+|.)"
)
_KEY = re.compile(r"\s*(?:\"(?:\\.|[^\"\\])*\"|'[^']*'|[\w-]+)(?:\s*\.\s*[\w-]+)*\s*(?==)")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some characters of a line, and what they are: key, string, number, comment, table or plain."""

    what: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a policy."""

    pieces: tuple[Piece, ...]
    clauses: tuple[str, ...]
    """Pointers of the clauses whose statement begins here."""


@lru_cache(maxsize=64)
def lines(text: str) -> tuple[Line, ...]:
    """Return the lines of a policy text, which must be TOML."""
    found: list[Line] = []
    table, statement = "", ""
    for raw in text.splitlines():
        if statement:
            statement, begins = f"{statement}\n{raw}", False
        elif raw.lstrip().startswith("["):
            table = raw
            found.append(Line(_table(raw), ()))
            continue
        elif not raw.strip() or raw.lstrip().startswith("#"):
            found.append(Line((Piece("comment", raw),), ()))
            continue
        else:
            statement, begins = raw, True
        found.append(Line(_pieces(raw, begins), ()))
        data = _parsed(f"{table}\n{statement}")
        if data is not None:
            first = len(found) - 1 - statement.count("\n")
            found[first] = Line(found[first].pieces, tuple(leaves(data)))
            statement = ""
    return tuple(found)


def purpose(text: str) -> str:
    """Return what a policy says it is for: its first comment, less the name of the file; empty for none."""
    first = text.partition("\n")[0]
    if not first.startswith("#"):
        return ""
    told = first.lstrip("# ").strip()
    name, _, said = told.partition(": ")
    return said[:1].upper() + said[1:] if name.endswith(".toml") else told


def _parsed(statement: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(statement)
    except tomllib.TOMLDecodeError:
        return None


def _table(raw: str) -> tuple[Piece, ...]:
    header, mark, comment = raw.partition("#")
    return (Piece("table", header), Piece("comment", mark + comment)) if mark else (Piece("table", raw),)


def _pieces(raw: str, begins: bool) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    key = _KEY.match(raw) if begins else None
    rest = raw
    if key is not None:
        pieces.append(Piece("key", key[0]))
        rest = raw[key.end() :]
    pieces += [Piece(str(found.lastgroup), found[0]) for found in _TOKEN.finditer(rest)]
    return tuple(pieces)
