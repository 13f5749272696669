"""Matching: which words of voted lists a text holds, and which patterns it matches.

Pure. Words are looked for all at once (A. Aho and M. Corasick, *Efficient String Matching*, 1975), whole,
whatever their case and form (Unicode NFKC, case folded); ``*`` at an end of an entry stands for more letters.
Patterns are RE2's, so a text is read once for each, whatever they say.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from coop.cel.patterns import compiled


class _Entry(NamedTuple):
    list: str
    written: str
    open_before: bool
    open_after: bool


def folded(text: str) -> str:
    """Return a text as words are compared: one form for what looks the same, without case."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def bare(entry: str) -> str:
    """Return what an entry looks for, without its stars; empty where it looks for nothing."""
    return folded(entry).strip().removeprefix("*").removesuffix("*")


class Words:
    """Lists of words, ready to be looked for."""

    def __init__(self, lists: Mapping[str, Sequence[str]]) -> None:
        self._entries = [
            _Entry(name, written, written.strip().startswith("*"), written.strip().endswith("*"))
            for name, entries in lists.items()
            for written in entries
        ]
        self._names = tuple(lists)
        self._found = AhoCorasick([bare(one.written) for one in self._entries]) if self._entries else None

    def held(self, text: str) -> dict[str, frozenset[str]]:
        """Return by list the entries that a text holds, as they are written in it."""
        said: dict[str, set[str]] = {name: set() for name in self._names}
        if self._found is not None:
            compared = folded(text)
            for place, start, end in self._found.find_matches_as_indexes(compared, overlapping=True):
                entry = self._entries[place]
                if _whole(compared, start, end, entry):
                    said[entry.list].add(entry.written)
        return {name: frozenset(words) for name, words in said.items()}


def _whole(text: str, start: int, end: int, entry: _Entry) -> bool:
    """Say whether a word is found whole: a letter or digit never goes on where the entry does not."""
    before = start > 0 and text[start - 1].isalnum() and text[start].isalnum()
    after = end < len(text) and text[end].isalnum() and text[end - 1].isalnum()
    return (entry.open_before or not before) and (entry.open_after or not after)


class Patterns:
    """Patterns, ready to be asked.

    Each is asked by itself: a set of them, where it runs out of memory, says that none matched (law 13).
    """

    def __init__(self, patterns: Mapping[str, str]) -> None:
        self._patterns = {name: compiled(pattern) for name, pattern in patterns.items()}

    def matched(self, text: str) -> dict[str, bool]:
        """Return by name whether a text matches."""
        return {name: pattern.search(text) is not None for name, pattern in self._patterns.items()}
