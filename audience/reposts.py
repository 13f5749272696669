"""Reposts: a member points to a post on their own page.

Law 8: it is a pointer and no copy, so it widens nothing: whoever may not see the post does not see that it
was reposted either.
"""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from audience import asks
from audience.cases.pauses import check_not_paused
from audience.interaction_tables import Repost
from coop.book import Book
from coop.identity import Identity
from coop.ids import new_id
from coop.suspended import check as check_not_suspended


def repost(session: Session, reader: Identity, book: Book, post_id: int, now: datetime) -> asks.Done:
    """Point to a post on one's own page, or ask its author whether one may; twice changes nothing.

    Raise NotFound where the reader may not see it, and Forbidden where they may not repost it, or are
    paused or suspended.
    """
    check_not_suspended(reader, book, "publish", now)
    check_not_paused(session, reader, book, now)
    done = asks.ask(session, reader, book, post_id, "repost", now)
    if done == asks.DONE:
        add(session, post_id, reader.member_id, now)
    return done


def take_back(session: Session, reader: Identity, post_id: int) -> None:
    """No longer point to a post, or no longer ask to; it says nothing of whether there is such a post."""
    asks.withdraw(session, reader, post_id, "repost")
    session.execute(
        delete(Repost).where(col(Repost.post_id) == post_id, col(Repost.member_id) == reader.member_id)
    )


def add(session: Session, post_id: int, member_id: int, now: datetime) -> None:
    """Keep that a member points to a post."""
    row = insert(Repost).values(post_id=post_id, member_id=member_id, id=new_id(now), at=now)
    session.execute(row.on_conflict_do_nothing())
