"""Decisions on profiles, by people: on a change that waits, and on one that others see.

A label stands with what others see for as long as its member changes nothing. What is removed gives way as
``coop/judged_profiles.py`` says.

Locks: the decision, then the member whose profile it is.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from audience.moderation import decisions
from audience.moderation.tables import Decision
from audience.moderation.verdict import Kept, verdict
from coop import judged_profiles, profiles


def in_force(session: Session, change_id: int) -> Decision | None:
    """Return the decision in force on a change of a profile, locked; None where there is none."""
    of_change = select(Decision).where(col(Decision.profile_id) == change_id, *decisions.IN_FORCE)
    return session.scalars(of_change.with_for_update()).one_or_none()


def put(session: Session, change_id: int, causes: Sequence[Kept], why: str, now: datetime) -> Decision | None:
    """Do with a change of a profile what some causes come to, in place of what is in force on it.

    Return what is in force now. ``why`` is kept with what it replaces. Its member is told by whoever calls.
    """
    before = in_force(session, change_id)
    change = profiles.hold(session, change_id)
    removed = before is not None and before.action == "remove"
    if before is not None:
        before.ended_at, before.ended_why = now, why
    change.flag = None
    session.flush()
    made = verdict(causes)
    decision = None if made is None else decisions.keep(session, change, made, now)
    removes = decision is not None and decision.action == "remove"
    if removes and not removed:
        judged_profiles.take(session, change, now)
    elif removed and not removes:
        judged_profiles.give_back(session, change, now)
    judged_profiles.mark(session, change)
    return decision


def refuse(session: Session, decision: Decision, cause: Kept, why: str, now: datetime) -> Decision:
    """Refuse a held change of a profile, in place of the decision that held it, and return the refusal.

    The caller holds the decision. What was shown before stays shown, and what was refused is kept nowhere.
    """
    assert decision.profile_id is not None
    change = profiles.hold(session, decision.profile_id)
    decision.ended_at, decision.ended_why = now, why
    session.flush()
    made = verdict([cause])
    assert made is not None
    refusal = decisions.keep(session, change, made, now)
    profiles.refuse(session, change)
    return refusal
