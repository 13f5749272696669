"""Names of places: how they are compared, and how one is said with what it lies in.

Pure. People type what their keyboard gives them, so that names are compared without accents, case, hyphens or
apostrophes; every script is kept.
"""

import unicodedata
from collections.abc import Sequence

_ACCENTS_FROM = 10
"""Combining classes below it belong to the letter (a virama, a voicing mark); from here on they are points
and accents (Unicode Standard, table 4-3)."""

_LETTERS = str.maketrans(
    {
        "æ": "ae",
        "ð": "d",
        "ø": "o",
        "þ": "th",
        "đ": "d",
        "ħ": "h",
        "ı": "i",
        "ł": "l",
        "œ": "oe",
        "ə": "e",
        "ǝ": "e",
    }
)
"""Letters that Unicode does not take apart, as people type them who do not have them."""

_APOSTROPHES = dict.fromkeys(map(ord, "'’‘`´ʻʼʽʾʿˈ"))


class _Kept(dict[int, str]):
    """What is left of each character, found out once for each."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if unicodedata.combining(character) >= _ACCENTS_FROM:
            kept = ""
        else:
            kept = character if unicodedata.category(character)[0] in "LMN" else " "
        self[code] = kept
        return kept


_KEPT = _Kept()


def folded(name: str) -> str:
    """Return a name in the form in which names of places are compared and looked for.

    Letters and digits in lower case, one space between words, and nothing else: so that it can stand in a
    LIKE pattern as it is. Empty where the name has neither letter nor digit.
    """
    letters = unicodedata.normalize("NFKD", name.translate(_APOSTROPHES).casefold()).translate(_LETTERS)
    return " ".join(letters.translate(_KEPT).split())


def said(names: Sequence[str]) -> str:
    """Return a place as people say it, from ``names`` that run from the country down: the nearest first."""
    return ", ".join(reversed(names))
