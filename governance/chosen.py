"""What was chosen: the patch that takes force, of those that a vote had to choose from.

Pure. Law 5: it follows from the options that ballots bind to and from the count, and from nothing else.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from governance.facts import Counted
from governance.outcome import Outcome
from governance.ranges import Range
from governance.rules import CLASSES, Method, RiskClass

Patch = list[Any]
"""JSON Patch (RFC 6902) to one policy."""


def possible(method: Method, options: Any, patch: Patch) -> dict[str, Patch]:
    """Return every patch that can take force, by its pointer in the proposal: ``/patch`` where it has one.

    Of a number these are the two ends of its range, but for the one that changes nothing.
    """
    if method == "schulze":
        return {
            f"/options/choices/{place}": choice["patch"]
            for place, choice in enumerate(options["choices"])
            if "patch" in choice
        }
    if method == "median":
        asked = Range.of(options)
        ends = {"/options/min": asked.low, "/options/max": asked.high}
        return {pointer: asked.patch(end) for pointer, end in ends.items() if end != asked.present}
    return {"/patch": patch}


def patch_of(method: Method, options: Any, patch: Patch, counted: Counted | None) -> Patch:
    """Return the patch that takes force after a count; empty where no policy is changed.

    One patch is its own answer, whatever the count, and None is a count that is still to come. Raise
    ValueError where the count is not of this vote.
    """
    if method not in ("schulze", "median"):
        return patch
    if counted is None or not counted.passed:
        return []
    if not isinstance(counted, Outcome) or counted.method != method:
        raise ValueError(f"a vote by {method} takes force by its own count")
    if method == "median":
        asked = Range.of(options)
        return asked.patch(asked.read(Decimal(counted.result["count"]["value"])))
    (place,) = counted.chosen
    found: Patch = options["choices"][place].get("patch", [])
    return found


def weightiest(classes: Iterable[RiskClass]) -> RiskClass:
    """Return the class that decides where any of several changes may take force."""
    return max(classes, key=CLASSES.index)
