"""Contests: patches that compete for one clause, ranked beside leaving it as it is.

Their method is Schulze's. Voting on each by itself would let the order of the votes decide, and two that
are alike take each other's votes.
"""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from coop import policy_text
from coop.book import Book
from coop.errors import Fault, RuleBroken
from governance import choices
from governance.alternatives import check_no_patch, class_of, verify_each
from governance.chosen import possible
from governance.subject import Subject, Wanted
from governance.verification import Verified

AS_IT_IS = "As it is"
"""The label of the first choice, which has no patch."""

REFUSED = "These patches do not compete."


def examine(session: Session, book: Book, wanted: Wanted, now: datetime) -> Subject:
    """Return the subject of ``{"choices": [{"label": …, "patch": [...]}, …]}``.

    Each patch can stand by itself, no two come to the same policy, and one clause is changed by all. Raise
    RuleBroken with the choice that is at fault, Conflict where the policy has another text by now.
    """
    check_no_patch(wanted)
    told = choices.read(wanted.options, has=("patch",), as_it_is=AS_IT_IS)
    options = {"choices": [_formed(choice, place) for place, choice in enumerate(told)]}
    found = verify_each(book, wanted, possible("schulze", options, []))
    _check_distinct(found)
    _check_competing(found)
    base_number = next(iter(found.values())).base_number
    return Subject(class_of(wanted.scope, found), "schulze", base_number, options)


def _formed(choice: dict[str, Any], place: int) -> dict[str, Any]:
    """Return a choice whose patch is a list; raise RuleBroken otherwise."""
    if not isinstance(choice.get("patch", []), list):
        fault = Fault(f"/options/choices/{place}/patch", "A patch is a list of operations.")
        raise RuleBroken(choices.REFUSED, faults=(fault,))
    return choice


def _check_distinct(found: dict[str, Verified]) -> None:
    seen: list[tuple[str, dict[str, Any]]] = []
    for pointer, verified in found.items():
        data = policy_text.parse(verified.after)
        for other, before in seen:
            if not policy_text.changed(before, data):
                fault = Fault(pointer, f"It comes to the same policy as {other}.")
                raise RuleBroken(REFUSED, faults=(fault,))
        seen.append((pointer, data))


def _check_competing(found: dict[str, Verified]) -> None:
    touched = {pointer: _clauses(verified) for pointer, verified in found.items()}
    if not frozenset.intersection(*touched.values()):
        faults = (
            Fault(pointer, f"It changes {', '.join(sorted(clauses))}; no clause is changed by all of these.")
            for pointer, clauses in touched.items()
        )
        raise RuleBroken(REFUSED, faults=tuple(faults))


def _clauses(verified: Verified) -> frozenset[str]:
    return policy_text.changed(policy_text.parse(verified.before), policy_text.parse(verified.after))
