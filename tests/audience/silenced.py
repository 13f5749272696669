"""Members for tests whom a jury paused, or a vote suspended."""

from datetime import datetime, timedelta

from sqlmodel import Session

from audience.cases import pauses
from coop import suspensions
from coop.book import Book
from coop.identity import Identity
from coop.ids import new_id
from coop.suspension_tables import Suspension
from tests.audience.cases import judging
from tests.audience.factories import make_post
from tests.audience.lines import stranger

WEEK = timedelta(days=7)


def pause(session: Session, book: Book, member: Identity, now: datetime) -> datetime:
    """Have a jury pause a member, as long as the clause says, and return until when."""
    made = make_post(session, member, book)
    (filed,) = judging.report(session, book, made, stranger(session))
    return pauses.pause(session, book, member.member_id, filed.case.id, now).until


def suspend(session: Session, member: Identity, now: datetime) -> datetime:
    """Have a vote suspend a member for a week, and return until when."""
    asked = suspensions.ask(session, member.member_id, {"about": "Shouting"}, {"suspend": 5}, now)
    made = Suspension(
        id=new_id(now), asked_id=asked.id, member_id=member.member_id, since=now, until=now + WEEK
    )
    session.add(made)
    session.flush()
    return made.until
