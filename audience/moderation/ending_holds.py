"""Ending holds: what is held back is shown where nobody has decided in time, or a jury finds nothing in it.

A hold ends by itself when the time is over that ``/holds/longest`` gave; what milder rules say of the thing
stands. Law 14: where a jury was drawn, its ballots say what becomes of it, and not which job runs first.
"""

from datetime import datetime
from typing import cast

from sqlalchemy import literal, select, text
from sqlmodel import Session, col

from audience.moderation import decisions, releasing
from audience.moderation.act_tables import FollowBegun
from audience.moderation.tables import Decision
from audience.moderation.verdict import Kept, timed, verdict
from coop import notices, profiles
from coop.book import Book
from coop.clock import Clock
from coop.database import Database
from coop.due_rows import BEYOND, in_order, one_by_one
from coop.notices import Tidings
from coop.policies import Books
from coop.profile_tables import ProfileChange

UNSEEN = "unseen"
"""Why a hold ended that nobody had decided on in time."""
TAKEN_BACK = "taken_back"
"""Why a hold ended of what its author had withdrawn or changed by then."""
SUSPENDED = "suspended"
"""Why a hold ended of a change that its member may not make any more."""

# What a jury was drawn for ends with its case, at the same moment and by its ballots (``cases/closing.py``).
_DUE = text(f"""
SELECT holds_until AS at, id FROM decision
WHERE holds_until <= :now AND ended_at IS NULL AND NOT dry_run
  AND NOT EXISTS (SELECT FROM moderation_case AS judging WHERE judging.decision_id = decision.id
                    AND judging.kind = 'hold' AND judging.drawn_at IS NOT NULL AND judging.closed_at IS NULL)
  AND {BEYOND.format("holds_until", "id")}
ORDER BY holds_until, id LIMIT :most
""")  # noqa: S608 - put together from constants


def end_due(database: Database, books: Books, clock: Clock) -> int:
    """End the holds whose time is over, each in a transaction of its own, and return how many that were."""
    with database.begin() as session:
        now = clock.now(session)

    def end_one(session: Session, decision_id: int) -> int:
        return end_hold(session, books.current(session), decision_id, UNSEEN, clock.now(session))

    return one_by_one(database, "holds that are over", in_order(database, _DUE, {"now": now}), end_one)


def end_hold(session: Session, book: Book, decision_id: int, why: str, now: datetime) -> bool:
    """Show what a decision holds, and keep why; say whether it was held until then.

    What somebody else is ending at this moment is left to them.
    """
    held_now = (col(Decision.id) == decision_id, col(Decision.action) == "hold", *decisions.IN_FORCE)
    taken = select(Decision).where(*held_now).with_for_update(skip_locked=True)
    decision = session.scalars(taken).one_or_none()
    if decision is None:
        return False
    if decision.post_id is None and decision.reply_id is None:
        decision.ended_at, decision.ended_why = now, why
        session.flush()
        _end_act(session, book, decision, now)
        return True
    left = [one for one in cast(list[Kept], decision.causes) if one["then"] != "hold"]
    subject = decisions.row(session, decision.post_id, decision.reply_id)
    decisions.replace(session, book, subject, decision, left, why, now)
    return True


def _end_act(session: Session, book: Book, decision: Decision, now: datetime) -> None:
    """Let a held change of a profile or a held follow come about, unless it was taken back.

    A change of whoever is suspended from that by now is dropped, and they are told.
    """
    kind, act_id = (
        (ProfileChange, decision.profile_id)
        if decision.profile_id is not None
        else (FollowBegun, decision.follow_id)
    )
    assert act_id is not None
    act = releasing.hold(session, kind, act_id)
    if act.held_at is None:
        decision.ended_why = TAKEN_BACK
        session.flush()
        return
    left = verdict(timed([one for one in cast(list[Kept], decision.causes) if one["then"] != "hold"], now))
    if isinstance(act, ProfileChange):
        act.flag = None
        withheld = releasing.suspended(session, book, act, now)
        if withheld is not None:
            decision.ended_why = SUSPENDED
            profiles.refuse(session, act)
            _tell_suspended(session, book, decision, withheld.detail, now)
            return
    if left is not None:
        decisions.keep(session, act, left, now)
    releasing.release(session, book, act, now)


def _tell_suspended(session: Session, book: Book, decision: Decision, detail: str, now: datetime) -> None:
    tidings = Tidings(
        topic="post",
        subject=decision.id,
        moment="suspended",
        line="A change of your profile that waited does not come about.",
        detail=f"{detail} Others see what they saw before.",
        path=f"/moderation/decisions/{decision.id}",
        at=now,
    )
    notices.tell(session, book, tidings, select(literal(decision.author_id)), now)
