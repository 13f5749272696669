"""Numbers: a clause that is one number, which becomes the median of those that voters name.

Nobody has to guess which number might pass, and nobody can drag it; see :mod:`governance.methods.median`.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from coop.book import COOP, Book
from coop.errors import Fault, RuleBroken
from coop.policy_text import leaves
from governance.alternatives import check_no_patch, class_of, verify_each
from governance.chosen import possible
from governance.methods.median import Number
from governance.ranges import Range, exact
from governance.subject import Subject, Wanted

MEMBERS = {"clause", "min", "max", "present"}

REFUSED = "This is no number to vote on."


def examine(session: Session, book: Book, wanted: Wanted, now: datetime) -> Subject:
    """Return the subject of ``{"clause": pointer, "min": …, "max": …}``.

    Both ends can stand, so what lies between them is tried with them; an end that is not given is the bound
    that is declared for the clause. ``present`` is filled in. Raise RuleBroken, or Conflict where the policy
    has another text by now.
    """
    check_no_patch(wanted)
    options = _range(book, wanted).as_json()
    found = verify_each(book, wanted, possible("median", options, []))
    base_number = next(iter(found.values())).base_number
    return Subject(class_of(wanted.scope, found), "median", base_number, options)


def _range(book: Book, wanted: Wanted) -> Range:
    told = wanted.options
    if not isinstance(told, dict) or not {"clause"} <= told.keys() <= MEMBERS:
        raise _refused("/options", "Options have a clause, and where you wish a min and a max.")
    clause = told["clause"]
    present = _present(book, wanted, clause)
    declared = _declared(book, wanted, clause)
    low, high = (_end(told, declared, name, isinstance(present, int)) for name in ("min", "max"))
    if not low < high:
        raise _refused("/options/min", "The least is smaller than the most.")
    if not low <= present <= high:
        raise _refused("/options", f"Whoever wants to leave it as it is can name {present}: include it.")
    found = Range(clause, low, high, present)
    if told.get("present", found.told(present)) != found.told(present):
        raise _refused("/options/present", f"The clause says {present}.")
    return found


def _present(book: Book, wanted: Wanted, clause: Any) -> Number:
    """Return what the clause says in the scope's own text."""
    policy = book.policy(wanted.kind, wanted.scope)
    value = leaves(policy.data).get(clause) if policy is not None and isinstance(clause, str) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _refused("/options/clause", "Name a clause of this policy that is a number.")
    return exact(Decimal(str(value)), isinstance(value, int), "/options/clause")


def _declared(book: Book, wanted: Wanted, clause: str) -> dict[str, Any]:
    """Return the bounds that the coop's policy declares for the clause; empty where it declares none."""
    coops = book.policy(wanted.kind)
    bounds: dict[str, Any] = {} if coops is None else coops.data.get("bounds", {})
    found: dict[str, Any] = bounds.get("coop" if wanted.scope == COOP else "guild", {}).get(clause, {})
    return found


def _end(told: dict[str, Any], declared: dict[str, Any], name: str, whole: bool) -> Number:
    pointer = f"/options/{name}"
    value = told.get(name, declared.get(name))
    if value is None:
        raise _refused(pointer, "No bound is declared for this clause: say how far it may go.")
    try:
        number = Decimal(str(value)) if isinstance(value, int | float | str) else None
    except ArithmeticError:
        number = None
    if number is None or isinstance(value, bool):
        raise _refused(pointer, "Write a number.")
    return exact(number, whole, pointer)


def _refused(pointer: str, detail: str) -> RuleBroken:
    return RuleBroken(REFUSED, faults=(Fault(pointer, detail),))
