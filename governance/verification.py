"""Verification: whether a patch can stand, asked before it is stored and again before it is enacted.

Law 13: errors fail closed: whatever is wrong is told with its place, and nothing changes. The checks are
the form of the patch, the text it was written against, the schema of the kind, the bounds that the coop
declares, and the charter.
"""

from dataclasses import dataclass
from typing import Any

from coop import policy_text
from coop.book import COOP, Book, InForce
from coop.errors import Conflict, Fault, RuleBroken
from governance import patch as patches
from governance.risk import risk_class
from governance.rules import RiskClass


@dataclass(frozen=True, slots=True)
class Verified:
    """A patch that can stand, and what it comes to."""

    base_number: int
    """Number of the version it was written against; 0 where the scope had no policy of this kind."""
    before: str
    after: str
    """Both texts of the policy."""
    risk_class: RiskClass


def verify(book: Book, scope: str, kind: str, patch: list[Any], base_sha256: str) -> Verified:
    """Return what a patch comes to under the policies of ``book``.

    Raise Conflict where the policy no longer has the text that ``base_sha256`` names, and RuleBroken with
    every fault that was found: unknown clause, wrong type, outside declared bounds, against the charter.
    """
    head = _base(book, scope, kind)
    before = "" if head is None else head.text
    if policy_text.sha256(before) != base_sha256:
        raise Conflict(
            "The policy has changed since this patch was written.",
            faults=(Fault("/base_sha256", f"The text in force is {policy_text.sha256(before)}."),),
        )
    faults = patches.check(patch)
    if faults:
        raise RuleBroken("This is no JSON Patch (RFC 6902) for a policy.", faults=tuple(faults))
    after = policy_text.apply(before, patch)
    old, new = policy_text.parse(before), policy_text.parse(after)
    if not policy_text.changed(old, new):
        raise RuleBroken("This patch changes no clause.", faults=(Fault("/patch", "Change a clause."),))
    faults = book.check(kind, scope, new)
    if faults:
        raise RuleBroken("The policy could not stand with this patch.", faults=tuple(faults))
    found = risk_class(kind, old, new, _declared(book, scope, kind))
    return Verified(0 if head is None else head.number, before, after, found)


def _base(book: Book, scope: str, kind: str) -> InForce | None:
    head = book.policy(kind, scope)
    if head is not None:
        return head
    known = book.kinds.get(kind)
    if known is None:
        names = ", ".join(sorted(book.kinds))
        raise RuleBroken("There is no such policy.", faults=(Fault("/kind", f"The kinds are: {names}."),))
    if scope == COOP or not known.guild:
        detail = f"A guild holds no {kind} policy of its own."
        raise RuleBroken("There is no such policy.", faults=(Fault("/scope", detail),))
    return None


def _declared(book: Book, scope: str, kind: str) -> dict[str, Any]:
    """Return the bounds inside which a change of values is class A."""
    coops = book.policy(kind)
    bounds: dict[str, Any] = {} if coops is None else coops.data.get("bounds", {})
    found: dict[str, Any] = bounds.get("coop" if scope == COOP else "guild", {})
    return found
