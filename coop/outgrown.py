"""Outgrown: what a guild's policy says that no longer fits the coop's, since a vote changed that one.

Law 13: what does not fit falls away by itself, and nothing else with it; that it did is told to everybody,
with the version of the coop's policy since which it is so, so that the guild can mend it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from coop.book import COOP, Book, PolicyKind, check_rules, merged, outside_bounds, without
from coop.errors import Fault
from coop.policy_text import leaves, parse
from coop.tables import PolicyVersion


@dataclass(frozen=True, slots=True)
class Outgrown:
    """Something that a guild set and that does not fit any more."""

    pointer: str
    """The clause, or the table where it is the table as a whole."""
    why: str
    version: int | None
    """That of the coop's policy since which it does not fit; None where it never did."""


def outgrown(session: Session, book: Book, kind: str, scope: str) -> list[Outgrown]:
    """Return what a scope's policy of a kind says that does not fit the coop's, in the order of its text.

    The coop's own policy always fits: no vote could have put it in force otherwise.
    """
    own = book.policy(kind, scope)
    base = book.policy(kind)
    if own is None or base is None or scope == COOP:
        return []
    found = unfitting(book.kinds[kind], base.data, own.data)
    since = _since(session, book.kinds[kind], scope, own.data, own.number, found) if found else {}
    return [Outgrown(one.pointer, one.detail, since.get(one.pointer)) for one in found]


def unfitting(kind: PolicyKind, base: dict[str, Any], own: dict[str, Any]) -> list[Fault]:
    """Return what a guild's data says that its coop's data does not let it, or that cannot be carried out."""
    outside = outside_bounds(own, base)
    fits = without(own, {fault.pointer for fault in outside})
    set_by_guild = leaves(fits)
    faults = check_rules(kind, merged(base, fits)) if set_by_guild else []
    mine = [one for one in faults if _is_about(one.pointer, set_by_guild)]
    places = {pointer: place for place, pointer in enumerate(leaves(own))}
    return sorted([*outside, *mine], key=lambda one: places.get(one.pointer, -1))


def _is_about(pointer: str, clauses: Mapping[str, Any]) -> bool:
    """Say whether a fault lies in what a guild set: a clause of its own, or a table that it added to."""
    return any(one == pointer or one.startswith(f"{pointer}/") for one in clauses)


def _since(
    session: Session,
    kind: PolicyKind,
    scope: str,
    own: dict[str, Any],
    number: int,
    faults: list[Fault],
) -> dict[str, int]:
    """Return by pointer the first of the coop's latest versions that it does not fit, one after another."""
    mine = (col(PolicyVersion.kind) == kind.name, col(PolicyVersion.scope) == scope)
    began = select(col(PolicyVersion.epoch)).where(*mine, col(PolicyVersion.number) == number)
    of_coop = select(col(PolicyVersion.number), col(PolicyVersion.epoch), col(PolicyVersion.text)).where(
        col(PolicyVersion.kind) == kind.name, col(PolicyVersion.scope) == COOP
    )
    epoch = session.scalar(began) or 0
    open_yet = {one.pointer for one in faults}
    since: dict[str, int] = {}
    later: int | None = None
    for row in session.execute(of_coop.order_by(col(PolicyVersion.number).desc())):
        held = {one.pointer for one in unfitting(kind, parse(row.text), own)}
        if later is not None:
            since.update(dict.fromkeys(open_yet - held, later))
        open_yet &= held
        later = row.number
        if row.epoch < epoch or not open_yet:
            break
    return since
