"""Risk: how much a change can do, computed from what it changes and never chosen by its proposer.

Pure. A change only of values that stay inside declared bounds is class A, whatever its kind; otherwise
the kind decides. Whatever touches declared bounds is class D, because bounds say what class A may do.
"""

from collections.abc import Mapping
from typing import Any

from coop.book import within
from coop.policy_text import changed, leaves
from governance.rules import RiskClass

BEYOND_BOUNDS: Mapping[str, RiskClass] = {
    "feeds": "B",
    "audience": "B",
    "media": "B",
    "moderation": "B",
    "features": "B",
    "deliberation": "B",
    "membership": "C",
    "voting": "D",
}
"""Kind of policy → the class of a change that declared bounds do not cover."""
UNKNOWN: RiskClass = "D"
"""The class of a kind that the table does not name: the strictest, so that forgetting is safe."""


def risk_class(
    kind: str, before: dict[str, Any], after: dict[str, Any], bounds: Mapping[str, Any]
) -> RiskClass:
    """Return the risk class of a change from ``before`` to ``after``.

    ``bounds`` are the declared ones that hold before the change, clause pointer → bound: for the coop's
    own policy its ``[bounds.coop]``, for a guild's the coop's ``[bounds.guild]``.
    """
    touched = changed(before, after)
    if any(pointer.startswith("/bounds/") for pointer in touched):
        return "D"
    old, new = leaves(before), leaves(after)
    if all(
        pointer in old and pointer in new and pointer in bounds and within(new[pointer], bounds[pointer])
        for pointer in touched
    ):
        return "A"
    return BEYOND_BOUNDS.get(kind, UNKNOWN)
