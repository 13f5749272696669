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
    dict.fromkeys("'’‘`ʻʼʽʾʿˈ", "")
    | {
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
"""Apostrophes, which join what stands beside them; and letters that Unicode does not take apart, as people
type them who do not have them."""


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
    LIKE pattern as it is. Empty where the name has neither letter nor digit. It is stored with each place, so
    that a change of it needs a migration that folds them anew.
    """
    # An acute accent that stands alone is meant as an apostrophe; Unicode takes it for a space.
    lower = unicodedata.normalize("NFKD", name.replace("´", "'")).casefold()
    letters = unicodedata.normalize("NFKD", lower).translate(_LETTERS)
    return " ".join(letters.translate(_KEPT).split())


def said(names: Sequence[str]) -> str:
    """Return a place as people say it, from ``names`` that run from the country down: the nearest first."""
    return ", ".join(reversed(names))
