"""Alternatives: several patches to one policy, of which a vote puts one in force or none.

Law 13: each is examined as if it stood alone, so whichever is chosen can be enacted. The vote is of the
class of the weightiest, for that one may be chosen.
"""

from collections.abc import Mapping

from coop.book import Book
from coop.errors import Fault, RuleBroken
from governance.chosen import Patch, weightiest
from governance.rules import RiskClass
from governance.subject import Wanted, check_scope
from governance.verification import Verified, verify


def check_no_patch(wanted: Wanted) -> None:
    """Raise RuleBroken where there is a patch besides the options."""
    if wanted.patch:
        fault = Fault("/patch", "What may take force stands in the options: leave the patch empty.")
        raise RuleBroken("This is decided among its options.", faults=(fault,))


def verify_each(book: Book, wanted: Wanted, patches: Mapping[str, Patch]) -> dict[str, Verified]:
    """Return what each patch comes to, by its pointer in the proposal.

    Raise RuleBroken with the faults of all of them, each told at its patch's pointer, and Conflict where the
    policy has another text by now.
    """
    found: dict[str, Verified] = {}
    faults: list[Fault] = []
    for pointer, patch in patches.items():
        try:
            found[pointer] = verify(book, wanted.scope, wanted.kind, patch, wanted.base_sha256)
        except RuleBroken as error:
            wrong = [f"{fault.pointer}: {fault.detail}" for fault in error.faults] or [error.detail]
            faults += [Fault(pointer, f"{error.detail} {detail}") for detail in wrong]
    if faults:
        raise RuleBroken("The policy could not stand with each of these.", faults=tuple(faults))
    return found


def class_of(scope: str, found: Mapping[str, Verified]) -> RiskClass:
    """Return the class of the vote; raise RuleBroken where a guild would decide what is not its own."""
    risk_class = weightiest(verified.risk_class for verified in found.values())
    check_scope(scope, risk_class)
    return risk_class
