"""Pauses: whoever a jury paused reads on, and publishes nothing for some days.

Law 14: one ends by itself, because whether one is on is a function of its row and the time.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from audience.cases.tables import JuryPause
from audience.moderation.rules import MODERATION, ModerationRules
from coop.book import Book
from coop.errors import Fault, Forbidden
from coop.identity import Identity
from coop.ids import new_id


def paused_until(session: Session, member_id: int, now: datetime) -> datetime | None:
    """Return until when a member publishes nothing; None where no pause is on."""
    on = select(func.max(col(JuryPause.until))).where(
        col(JuryPause.member_id) == member_id, col(JuryPause.until) > now
    )
    until: datetime | None = session.scalar(on)
    return until


def check_not_paused(session: Session, member: Identity, book: Book, now: datetime) -> None:
    """Raise Forbidden where a jury has paused the member."""
    until = paused_until(session, member.member_id, now)
    if until is not None:
        ends = f"{until:%Y-%m-%d %H:%M} UTC"
        detail = f"A jury paused you until {ends}: you can read everything, and publish again then."
        raise Forbidden(detail, faults=(Fault("", detail, book.cite(MODERATION, "/pauses/length")),))


def pause(session: Session, book: Book, member_id: int, case_id: int, now: datetime) -> JuryPause:
    """JuryPause a member by the decision of a case, for as long as the clause says, and return the pause."""
    length = book.rules(MODERATION, ModerationRules).pauses.length
    made = JuryPause(id=new_id(now), member_id=member_id, case_id=case_id, since=now, until=now + length)
    session.add(made)
    session.flush()
    return made


def lift(session: Session, case_id: int, now: datetime) -> None:
    """End the pause that a case came to, because a jury that looked again did not find so."""
    ends = func.greatest(col(JuryPause.since) + timedelta(microseconds=1), now)
    on = (col(JuryPause.case_id) == case_id, col(JuryPause.until) > now)
    session.execute(update(JuryPause).where(*on).values(until=ends))
