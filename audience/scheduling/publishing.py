"""Publishing what is due: each once, at its time or as soon after it as a worker runs.

Law 3: it is published by the policies in force then, as its author publishes; nothing was promised when it
was kept. Law 14: whether it is due follows from its row alone, so any number of workers may run, late or
twice. One is one transaction, in which its row is locked; whoever finds it locked leaves it to the other.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import literal, select, text
from sqlmodel import Session, col

from audience import posts
from audience.scheduling import drafts, refusal
from audience.scheduling.schedule import check_may_schedule
from audience.scheduling.tables import ScheduledPost
from coop import notices
from coop.book import Book
from coop.clock import Clock
from coop.database import Database
from coop.due_rows import BEYOND, in_order, one_by_one
from coop.errors import AllotmentError
from coop.identity import Identity
from coop.members import as_identity, identity_query
from coop.notices import Tidings
from coop.policies import Books
from coop.tables import Member

TOPIC: Final = "post"
UNPUBLISHED = "unpublished"
"""Topic and moment of the notice that something was not published."""
_DUE = text(f"""
SELECT publish_at AS at, id FROM scheduled_post
WHERE state = 'waiting' AND publish_at <= :now AND {BEYOND.format("publish_at", "id")}
ORDER BY publish_at, id LIMIT :most
""")  # noqa: S608 - put together from constants


def publish_due(database: Database, books: Books, clock: Clock) -> int:
    """Publish what is due; return how many that were. One is one transaction, the first due first."""
    with database.begin() as session:
        now = clock.now(session)

    def publish_one(session: Session, scheduled_id: int) -> int:
        return settle(session, books.current(session), scheduled_id, clock.now(session))

    return one_by_one(database, "posts that are due", in_order(database, _DUE, {"now": now}), publish_one)


def settle(session: Session, book: Book, scheduled_id: int, now: datetime) -> bool:
    """Publish what is due, or keep why it was not and tell its author; say whether it was published.

    What is not due by now, or what another is settling, is left alone. What somebody wrote who has left the
    coop is not published, and not kept.
    """
    kept = session.scalars(
        select(ScheduledPost)
        .where(
            col(ScheduledPost.id) == scheduled_id,
            col(ScheduledPost.state) == "waiting",
            col(ScheduledPost.publish_at) <= now,
        )
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if kept is None or kept.draft is None:
        return False
    author = _author(session, kept.author_id)
    if author is None:
        session.delete(kept)
        session.flush()
        return False
    try:
        check_may_schedule(book, author, now)
        with session.begin_nested():
            made = posts.publish(session, author, book, drafts.restored(kept.draft), now)
    except AllotmentError as error:
        kept.state, kept.refusal, kept.settled_at = "refused", refusal.stored(error), now
        session.flush()
        _tell(session, book, kept, error, now)
        return False
    kept.state, kept.post_id, kept.draft, kept.settled_at = "published", made.id, None, now
    session.flush()
    return True


def _author(session: Session, member_id: int) -> Identity | None:
    row = session.execute(identity_query().where(col(Member.id) == member_id)).one_or_none()
    return None if row is None else as_identity(row, frozenset())


def _tell(session: Session, book: Book, kept: ScheduledPost, error: AllotmentError, now: datetime) -> None:
    tidings = Tidings(
        topic=TOPIC,
        subject=kept.id,
        moment=UNPUBLISHED,
        turn=kept.version,
        line="What you meant to be published by now was not.",
        detail=f"{error.detail} Your text is kept: mend it, or take it back.",
        path=f"/posts/scheduled/{kept.id}",
        at=now,
    )
    notices.tell(session, book, tidings, select(literal(kept.author_id)), now)
