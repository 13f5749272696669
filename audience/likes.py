"""Likes: a member likes a post, once.

Who likes it is told to nobody, and the number to whom the clause ``/counts/likes`` says. There is no counter
to keep: the rows of a post lie together in their key, and reading how many there are is one scan of it.
"""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from audience import asks
from audience.interaction_tables import PostLike
from coop.book import Book
from coop.identity import Identity
from coop.suspended import check as check_not_suspended


def like(session: Session, reader: Identity, book: Book, post_id: int, now: datetime) -> asks.Done:
    """Like a post, or ask its author whether one may; doing it twice changes nothing.

    Raise NotFound where the reader may not see it, and Forbidden where they may not like it or are suspended.
    """
    check_not_suspended(reader, book, "react", now)
    done = asks.ask(session, reader, book, post_id, "like", now)
    if done == asks.DONE:
        add(session, post_id, reader.member_id, now)
    return done


def unlike(session: Session, reader: Identity, post_id: int) -> None:
    """No longer like a post, or no longer ask to; it says nothing of whether there is such a post."""
    asks.withdraw(session, reader, post_id, "like")
    session.execute(
        delete(PostLike).where(col(PostLike.post_id) == post_id, col(PostLike.member_id) == reader.member_id)
    )


def add(session: Session, post_id: int, member_id: int, now: datetime) -> None:
    """Keep that a member likes a post."""
    row = insert(PostLike).values(post_id=post_id, member_id=member_id, at=now)
    session.execute(row.on_conflict_do_nothing())
