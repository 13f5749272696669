"""JSON that can be read in one way alone.

RFC 8259 §4 leaves open what an object means that names a key twice: our parser takes the last, others take
the first, and whoever meant the one would have said the other. Nor can PostgreSQL keep the character NUL.
Both are JSON, so no schema finds them.
"""

from collections.abc import Iterator
from json import JSONDecoder
from typing import Any

from coop.errors import Fault, RuleBroken
from coop.policy_text import token

TWICE = "This key stands here more than once: say it once."
NUL = "Text cannot hold the NUL character."

_ESCAPED_NUL = rb"\u0000"
"""How NUL is written in JSON, and how the end of an escaped backslash and four noughts looks."""


class _TwiceSaid(Exception):
    """Some object names a key twice."""


def _distinct(pairs: list[tuple[str, Any]]) -> None:
    if len(pairs) > 1 and len({key for key, _ in pairs}) < len(pairs):
        raise _TwiceSaid


class _Pairs(list[tuple[str, Any]]):
    """An object as it was written: every key with its value."""


# Made once: making one costs more than reading a small body. The first keeps nothing of what it reads.
_DISTINCT = JSONDecoder(object_pairs_hook=_distinct)
_WRITTEN = JSONDecoder(object_pairs_hook=_Pairs)


def check(said: bytes) -> None:
    """Raise RuleBroken, with each pointer, for keys that one object names twice and text that holds NUL.

    ``said`` is JSON, in UTF-8, that a parser has taken already.
    """
    text = said.decode()
    try:
        _DISTINCT.decode(text)
        if _ESCAPED_NUL not in said:
            return
    except _TwiceSaid:
        pass
    found = dict(_faults(_WRITTEN.decode(text), ""))
    if found:
        raise RuleBroken(
            "Some of what was sent does not fit.",
            faults=tuple(Fault(pointer, detail) for pointer, detail in found.items()),
        )


def _faults(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    """Yield where something is wrong with a value, and what."""
    if isinstance(value, _Pairs):
        named: set[str] = set()
        for key, inner in value:
            at = f"{pointer}/{token(key)}"
            if key in named:
                yield at, TWICE
            elif "\0" in key:
                yield at, NUL
            named.add(key)
            yield from _faults(inner, at)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _faults(inner, f"{pointer}/{place}")
    elif isinstance(value, str) and "\0" in value:
        yield pointer, NUL
