"""Names that people give: handles, slugs and the lines of text they show each other.

Pure. A handle is compared in one form (Unicode NFKC, lower case, ASCII letters only), so that two handles
which look alike cannot be two members; text that is shown is kept free of characters that reorder or
hide what stands beside them.
"""

import re
import unicodedata

from coop.errors import Fault, RuleBroken

HANDLE = re.compile(r"[a-z][a-z0-9_]{1,29}")
LONGEST_SLUG = 40
SLUG = re.compile(rf"[a-z][a-z0-9-]{{1,{LONGEST_SLUG - 1}}}")

_HIDDEN = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
"""Marks of direction and of no width; the joiners U+200C and U+200D stay, scripts and emoji need them."""
_VISIBLE = frozenset("LNPS")
"""Unicode categories, by first letter, that leave ink on a page."""


def normal(name: str) -> str:
    """Return a handle or slug in the form in which it is stored and compared.

    PostgreSQL takes no NUL; the replacement character is in no name either, so it finds nothing.
    """
    return unicodedata.normalize("NFKC", name).strip().lower().replace("\0", "\ufffd")


def check_handle(handle: str) -> str:
    """Return a handle in its stored form; raise RuleBroken where it cannot be one."""
    found = normal(handle)
    if not HANDLE.fullmatch(found):
        raise _broken(
            "/handle",
            "A handle is 2 to 30 of a-z, 0-9 and _, and begins with a letter.",
        )
    return found


def check_slug(slug: str) -> str:
    """Return a guild's slug in its stored form; raise RuleBroken where it cannot be one."""
    found = normal(slug)
    if not SLUG.fullmatch(found):
        raise _broken("/slug", f"A slug is 2 to {LONGEST_SLUG} of a-z, 0-9 and -, and begins with a letter.")
    return found


def line(text: str, pointer: str, *, longest: int) -> str:
    """Return one line of shown text (Unicode NFC, single spaces), of 1 to ``longest`` characters.

    Raise RuleBroken, naming ``pointer``, where it is empty, too long or holds what cannot be seen.
    """
    found = " ".join(unicodedata.normalize("NFC", text).split())
    if not any(unicodedata.category(character)[0] in _VISIBLE for character in found):
        raise _broken(pointer, "This cannot be empty.")
    return _checked(found, pointer, longest)


def prose(text: str, pointer: str, *, longest: int) -> str:
    """Return shown text of 0 to ``longest`` characters that may run over several lines.

    Raise RuleBroken, naming ``pointer``, where it is too long or holds what cannot be seen.
    """
    lines = unicodedata.normalize("NFC", text).splitlines()
    found = "\n".join(one.replace("\t", " ").rstrip() for one in lines).strip()
    return _checked(found, pointer, longest)


def _checked(found: str, pointer: str, longest: int) -> str:
    if len(found) > longest:
        raise _broken(pointer, f"This is at most {longest} characters; it has {len(found)}.")
    controls = any(unicodedata.category(c) == "Cc" for c in found if c != "\n")
    if controls or _HIDDEN.search(found):
        raise _broken(pointer, "Leave out control characters and characters that hide or reorder text.")
    return found


def _broken(pointer: str, detail: str) -> RuleBroken:
    return RuleBroken("This name or text cannot be used.", faults=(Fault(pointer, detail),))
