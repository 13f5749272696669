"""What does not fit a schema, told in our words: a pointer into what was said, and a sentence.

Pure. Pydantic locates a mistake by the path of its schema, in which the members of unions and the functions
that check a value have steps of their own. Whoever made the mistake knows only what they said, so a pointer
(JSON Pointer, RFC 6901) names nothing that is not in it, save a key that is missing.
"""

from typing import Any

from pydantic import ValidationError

from coop.errors import Fault
from coop.policy_text import token

UNKNOWN = "There is no field of this name here."
MISSING = "This is needed."

KEY = "[key]"
"""How Pydantic ends the location of a key that is itself wrong."""


def faults(
    error: ValidationError, said: Any, prefix: str = "", *, unknown: str = UNKNOWN, missing: str = MISSING
) -> list[Fault]:
    """Return what is wrong with ``said``, one fault a place, each pointer below ``prefix``.

    ``unknown`` and ``missing`` are said of a key that is not known, and of one that is needed. What was said
    is never repeated. Where a value may be one of several things and is none, the fault says what it could
    be.
    """
    found: dict[str, list[str]] = {}
    plain = {"extra_forbidden": unknown, "missing": missing}
    misnamed: set[str] = set()
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        kind, loc = problem["type"], problem["loc"]
        path = _path(loc, said, to_a_gap=kind == "missing")
        pointer = "".join(f"/{token(str(part))}" for part in path)
        if any(f"{pointer}/".startswith(f"{one}/") for one in misnamed):
            continue  # What stands under a wrong key is right or wrong for no one.
        if loc and loc[-1] == KEY:
            misnamed.add(pointer)
        sentences = found.setdefault(pointer, [])
        sentence = plain.get(kind, _plainly(problem["msg"]))
        if sentence not in sentences:
            sentences.append(sentence)
    return [Fault(prefix + pointer, " Or: ".join(sentences)) for pointer, sentences in found.items()]


def _plainly(message: str) -> str:
    """Return a message of the library as a sentence that says nothing of the library."""
    found = message.removeprefix("Value error, ").replace(" after validation,", ",")
    return f"{found.replace('Input should', 'This should', 1)}."


def _path(loc: tuple[int | str, ...], said: Any, *, to_a_gap: bool) -> list[int | str]:
    """Return the steps of a location that lead through ``said``, and the last one where it leads to a gap."""
    path: list[int | str] = []
    for part in loc[:-1] if to_a_gap else loc:
        if isinstance(said, dict):
            inside = part in said
        else:
            inside = isinstance(said, list) and isinstance(part, int) and part < len(said)
        if inside:
            said = said[part]
            path.append(part)
    return [*path, loc[-1]] if to_a_gap else path
