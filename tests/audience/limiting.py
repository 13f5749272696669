"""Sets limits for now, and says who still opens what."""

from datetime import datetime

from sqlmodel import Session

from audience import limit_for_now
from audience.access import access_post
from audience.limit_for_now import Whom
from audience.tables import Relation
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity
from tests.audience.factories import NOW


def limit(session: Session, author: Identity, book: Book, whom: Whom = "strangers", days: int = 7) -> None:
    limit_for_now.begin(session, author, book, days, whom, NOW)


def follows(session: Session, who: Identity, whom: Identity, since: datetime) -> None:
    session.add(
        Relation(member_id=who.member_id, kind="follow", other_id=whom.member_id, since=since),
    )
    session.flush()


def opens(session: Session, viewer: Identity | None, book: Book, post_id: int, now: datetime = NOW) -> bool:
    try:
        access_post(session, viewer, book, post_id, now)
    except NotFound:
        return False
    return True
