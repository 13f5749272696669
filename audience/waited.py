"""What waited: whether whoever asked for something may still do it, now that another lets it come about.

Whoever asks may be paused by a jury, or suspended by a vote, before their ask is answered. What is then done
in their name, or shown as theirs, is asked of them as they are at that moment, as if they did it only now.
"""

from datetime import datetime

from sqlmodel import Session, col

from audience.cases.pauses import check_not_paused
from coop import suspended
from coop.book import Book
from coop.errors import Conflict, Forbidden
from coop.identity import Identity
from coop.members import as_identity, identity_query
from coop.membership_rules import Withheld
from coop.tables import Member

PAUSED: frozenset[Withheld] = frozenset({"publish", "answer"})
"""What whoever a jury paused does not do."""


def asker(session: Session, member_id: int) -> Identity | None:
    """Return somebody who asked, as they are now; None where they have left."""
    row = session.execute(identity_query().where(col(Member.id) == member_id)).one_or_none()
    return None if row is None else as_identity(row, frozenset())


def may(session: Session, member: Identity, book: Book, act: Withheld, now: datetime) -> bool:
    """Say whether neither a vote nor a jury keeps a member from an act now."""
    try:
        suspended.check(member, book, act, now)
        if act in PAUSED:
            check_not_paused(session, member, book, now)
    except Forbidden:
        return False
    return True


def check_shown(session: Session, book: Book, member_id: int, act: Withheld, now: datetime) -> None:
    """Raise Conflict where what somebody made goes on waiting, since they may show nothing for now.

    Why that is, whoever lets it through is not told.
    """
    member = asker(session, member_id)
    if member is not None and not may(session, member, book, act, now):
        raise Conflict("This cannot be shown for now. It goes on waiting: say yes later, or no.")
