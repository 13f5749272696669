"""Hiding: leaving a post or reply to its author alone, and showing it again.

Law 7: what is hidden is, for all but its author, not there. What its author gave to topics by it does not
count meanwhile.
"""

from datetime import datetime

from sqlalchemy import select, text
from sqlmodel import Session, col

from audience import ask_notices, topics
from audience.moderation.tables import Decision
from audience.tables import Post, Reply
from coop.book import Book

# A quote may still wait for the author of what it shows.
_SHOW_POST = text("""
UPDATE post SET held_at = NULL
WHERE id = :post AND held_at IS NOT NULL AND NOT EXISTS (
  SELECT FROM derivative WHERE derivative.post_id = post.id AND state IN ('waiting', 'refused'))
RETURNING author_id, features, created_at, deleted_at
""")

_SHOW_REPLY = text("""
UPDATE reply SET state = :state FROM post
WHERE reply.id = :reply AND reply.state = 'held' AND post.id = reply.post_id
RETURNING reply.author_id, post.author_id AS asked_id, post.features, reply.created_at, reply.deleted_at
""")


def hide(session: Session, subject: Post | Reply, decision: Decision, now: datetime) -> None:
    """Leave something that others could see to its author, whose row the caller holds."""
    if isinstance(subject, Post):
        if subject.held_at is None:
            _give(session, subject, subject.features, "post", -1)
            subject.held_at = now
    else:
        if subject.state == "shown":
            features = select(col(Post.features)).where(col(Post.id) == subject.post_id)
            _give(session, subject, session.scalars(features).one(), "reply", -1)
        decision.resumes, subject.state = subject.state, "held"
    session.flush()


def show(session: Session, book: Book, subject: Post | Reply, resumes: str | None, now: datetime) -> None:
    """Show something that a decision kept back; ``resumes`` is the state that a reply would have had."""
    if isinstance(subject, Post):
        row = session.connection().execute(_SHOW_POST, {"post": subject.id}).one_or_none()
        if row is not None and row.deleted_at is None:
            topics.give(session, row.author_id, topics.tags_of(row.features), "post", row.created_at)
    else:
        state = resumes or "shown"
        row = session.connection().execute(_SHOW_REPLY, {"reply": subject.id, "state": state}).one()
        if row.deleted_at is None and state == "waiting":
            ask_notices.tell(session, book, row.asked_id, row.author_id, now)
        elif row.deleted_at is None and state == "shown":
            topics.give(session, row.author_id, topics.tags_of(row.features), "reply", row.created_at)
    session.expire(subject)


def _give(session: Session, subject: Post | Reply, features: list[int], kind: str, number: int) -> None:
    if subject.deleted_at is None:
        tags = topics.tags_of(features)
        topics.give(session, subject.author_id, tags, kind, subject.created_at, number=number)
