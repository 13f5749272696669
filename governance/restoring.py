"""Restoring: the text of a policy with some clauses as they were, as far as that can stand.

Pure. Law 12: what was set can be put back. Law 13: what can not, because other clauses or bounds have moved
on meanwhile, is left and named with the reason, and everything else is put back all the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from coop.errors import AllotmentError, Fault
from coop.policy_text import apply, leaves, parse, same
from governance.inverse import inverse, put

Check = Callable[[dict[str, Any]], list[Fault]]
"""Returns what is wrong with a policy's data: schema, declared bounds, charter."""


@dataclass(frozen=True, slots=True)
class Restored:
    """A text in which clauses were put back."""

    text: str
    left: dict[str, str]
    """Clause that stays as it was → why."""


@dataclass(frozen=True, slots=True)
class _Refused:
    reason: str


def restored(text: str, wanted: dict[str, Any], check: Check, before: str | None = None) -> Restored:
    """Return ``text`` with the clauses ``wanted`` (``ABSENT`` for none), or with as many as could stand.

    Where ``before`` says just that, it is taken as it is, comments and all.
    """
    whole = _with(text, wanted, check)
    if isinstance(whole, _Refused):
        return _one_by_one(text, wanted, check)
    if before is not None and same(leaves(parse(before)), leaves(parse(whole))):
        return Restored(before, {})
    return Restored(whole, {})


def _one_by_one(text: str, wanted: dict[str, Any], check: Check) -> Restored:
    """Put back clause after clause, and again as long as that makes room for one more."""
    found, kept = text, dict[str, Any]()
    left = dict.fromkeys(wanted, "")
    more = True
    while more and left:
        more = False
        for clause in list(left):
            tried = _with(text, kept | {clause: wanted[clause]}, check)
            if isinstance(tried, _Refused):
                left[clause] = tried.reason
            else:
                found, more = tried, True
                kept[clause] = wanted[clause]
                del left[clause]
    return Restored(found, left)


def _with(text: str, wanted: dict[str, Any], check: Check) -> str | _Refused:
    """Return the text with these clauses, or why it could not stand."""
    data = parse(text)
    try:
        after = apply(text, inverse(put(data, wanted), data))
    except ValueError as error:
        return _Refused(f"Other clauses stand in the place of {error}.")
    except AllotmentError as error:
        return _Refused(error.detail)
    faults = check(parse(after))
    return _Refused(" ".join(f"{fault.pointer}: {fault.detail}" for fault in faults)) if faults else after
