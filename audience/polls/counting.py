"""Counting polls: once each is over what was chosen becomes numbers, and who chose what is gone.

Law 14: what a poll came to follows from its votes and its end, so it is told as soon as that is over,
counted or not; a worker that counts late, or twice, changes nothing that is told.
"""

from datetime import datetime

from sqlalchemy import select, text
from sqlmodel import Session, col

from audience.tables import Post
from coop import notices
from coop.book import Book
from coop.clock import Clock
from coop.database import Database
from coop.due_rows import BEYOND, in_order, one_by_one
from coop.notices import Tidings
from coop.policies import Books

OVER = "poll_over"
"""Moment of the notice that a poll of one's own is over."""

COUNTED = """ARRAY(
  SELECT count(poll_vote.member_id) FROM generate_series(1, cardinality(poll.options)) AS number
  LEFT JOIN poll_vote ON poll_vote.post_id = poll.post_id AND poll_vote.option = number
  GROUP BY number ORDER BY number)"""
"""How many chose each option of a ``poll``, in order."""

_DUE = text(f"""
SELECT closes_at AS at, post_id AS id FROM poll
WHERE counts IS NULL AND closes_at <= :now AND {BEYOND.format("closes_at", "post_id")}
ORDER BY closes_at, post_id LIMIT :most
""")  # noqa: S608 - put together from constants
_HOLD = text("""
SELECT post_id FROM poll WHERE post_id = :post AND counts IS NULL AND closes_at <= :now
FOR UPDATE SKIP LOCKED
""")
_COUNT = text(f"UPDATE poll SET counts = {COUNTED} WHERE post_id = :post")  # noqa: S608 - a constant
_FORGET = text("DELETE FROM poll_vote WHERE post_id = :post")


def count_due(database: Database, books: Books, clock: Clock) -> int:
    """Count the polls that are over, each in a transaction of its own, and return how many that were."""
    with database.begin() as session:
        now = clock.now(session)

    def count_one(session: Session, post_id: int) -> int:
        return count(session, books.current(session), post_id, clock.now(session))

    return one_by_one(database, "polls that are over", in_order(database, _DUE, {"now": now}), count_one)


def count(session: Session, book: Book, post_id: int, now: datetime) -> bool:
    """Count a poll that is over, forget who chose what, and tell its author; say whether it was done here.

    Whoever votes holds the poll, so no vote is under way that this would miss.
    """
    bound = {"post": post_id, "now": now}
    if session.connection().execute(_HOLD, bound).scalar_one_or_none() is None:
        return False
    session.connection().execute(_COUNT, {"post": post_id})
    session.connection().execute(_FORGET, {"post": post_id})
    tidings = Tidings(
        topic="post",
        subject=post_id,
        moment=OVER,
        line="A poll of yours is over.",
        detail="See what was chosen. It decides nothing: a vote would.",
        path=f"/posts/{post_id}",
        at=now,
    )
    author = select(col(Post.author_id)).where(col(Post.id) == post_id, col(Post.deleted_at).is_(None))
    notices.tell(session, book, tidings, author, now)
    return True
