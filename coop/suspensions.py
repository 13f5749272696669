"""Suspensions: what a member may not do for a time, because all of us voted so.

A jury asks for one (:func:`ask`), a vote of all decides (the room of decisions), and what it decided is read
with the identity that begins each request, so law 3 holds. What it withholds is asked in ``suspended.py``.
Law 14: it ends by itself, because whether one is on is a function of its row and the time.

Locks: what was asked for, before what came of it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ScalarSelect, func, select
from sqlmodel import Session, col

from coop.errors import Conflict
from coop.ids import new_id
from coop.ledger import append, stamp
from coop.suspension_tables import Suspension, SuspensionAsked
from coop.tables import Member


def ask(
    session: Session, member_id: int, ground: Mapping[str, Any], tally: Mapping[str, int], now: datetime
) -> SuspensionAsked:
    """Ask all of us to suspend a member, for a jury, and return what was asked; a vote is opened on it."""
    made = SuspensionAsked(
        id=new_id(now), member_id=member_id, ground=dict(ground), tally=dict(tally), asked_at=now
    )
    session.add(made)
    session.flush()
    return made


def hold(session: Session, asked_id: int) -> SuspensionAsked:
    """Return what was asked for, its row locked."""
    return session.get_one(SuspensionAsked, asked_id, with_for_update=True, populate_existing=True)


def withdraw(session: Session, asked_id: int, now: datetime) -> None:
    """Ask for it no more: the vote ends without a count, and a suspension that came of it is over."""
    asked = hold(session, asked_id)
    if asked.withdrawn_at is None:
        asked.withdrawn_at = now
        session.flush()
    of_it = select(Suspension).where(col(Suspension.asked_id) == asked_id, col(Suspension.until) > now)
    found = session.scalars(of_it.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if found is not None:
        found.until = max(now, found.since + timedelta(microseconds=1))
        session.flush()
        told = {"member": _handle(session, found.member_id), "suspension": str(found.id), "at": stamp(now)}
        append(session, "member.suspension_ended", told, now)


def suspend(session: Session, asked_id: int, proposal_id: int, days: int, now: datetime) -> Suspension:
    """Suspend the member of whom it was asked, as a vote decided, and return the suspension.

    Raise Conflict where it is not asked for any more, or they have left.
    """
    asked = hold(session, asked_id)
    if asked.withdrawn_at is not None:
        raise Conflict("A jury that looked again did not ask for it.")
    member = session.get_one(Member, asked.member_id)
    if member.left_at is not None:
        raise Conflict("They are no member any more.")
    until = now + timedelta(days=days)
    made = Suspension(id=new_id(now), asked_id=asked.id, member_id=asked.member_id, since=now, until=until)
    session.add(made)
    session.flush()
    told = {
        "member": member.handle,
        "suspension": str(made.id),
        "proposal": str(proposal_id),
        "since": stamp(now),
        "until": stamp(until),
    }
    append(session, "member.suspended", told, now)
    return made


def last_end() -> ScalarSelect[datetime]:
    """Return the expression for when the last suspension of the member of a statement ends, over or not."""
    ends = select(func.max(col(Suspension.until))).where(col(Suspension.member_id) == col(Member.id))
    return ends.correlate(Member).scalar_subquery()


def _handle(session: Session, member_id: int) -> str:
    return session.scalars(select(col(Member.handle)).where(col(Member.id) == member_id)).one()
