"""Replies: answering a post, reading the answers, taking one's own back.

Law 8: a reply keeps the audience it was written for: it is shown where its post is, and a post is never
opened to anybody for whom it was not published. Law 6, for answers: their numbers are exact, because they
are counted while the post's row is held.

The post is held before it is looked at, so that locks keep the order of ``gate.py``: posts, then gates.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select, text, update
from sqlmodel import Session, col

from audience.access import BLOCKED, Access, access_post
from audience.clauses import limit_of
from audience.limits import deciding
from audience.rules import AUDIENCE, AudienceRules
from audience.tables import Post, Reply
from coop.book import Book
from coop.errors import Fault, Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from coop.ids import new_id
from coop.names import prose

_LIST = text(f"""
SELECT reply.id, author.handle, author.display_name, reply.body, reply.created_at
FROM reply
JOIN member AS author ON author.id = reply.author_id
WHERE reply.post_id = :post
  AND reply.id > :after
  AND reply.deleted_at IS NULL
  AND reply.author_id NOT IN {BLOCKED}
ORDER BY reply.id
LIMIT :limit
""")  # noqa: S608 - put together from constants


class ReplyCard(NamedTuple):
    """What is shown of a reply."""

    id: int
    author: str
    """Handle."""
    author_name: str
    body: str
    created_at: datetime


def write(session: Session, author: Identity, book: Book, post_id: int, body: str, now: datetime) -> Reply:
    """Answer a post that the author of the reply may see, and return the reply.

    Raise NotFound where they may not see it, RuleBroken where the text does not fit, and Forbidden where
    the post has as many replies as it may, or as many of this member.
    """
    longest = book.rules(AUDIENCE, AudienceRules).replies.characters
    body = prose(body, "/body", longest=longest)
    if not body:
        raise RuleBroken("A reply says something.", faults=(Fault("/body", "This is empty."),))
    session.execute(select(col(Post.id)).where(col(Post.id) == post_id).with_for_update(key_share=True))
    post = access_post(session, author, book, post_id, now)
    _check_room(session, author, book, post)
    reply = Reply(
        id=new_id(now),
        post_id=post_id,
        author_id=author.member_id,
        body=body,
        created_at=now,
    )
    session.add(reply)
    session.flush()
    return reply


def page(
    session: Session,
    viewer: Identity,
    book: Book,
    post_id: int,
    now: datetime,
    *,
    after: int = 0,
    limit: int,
) -> tuple[list[ReplyCard], int | None]:
    """Return up to ``limit`` replies after the reply ``after``, the oldest first, and where the next begin.

    Raise NotFound where the viewer may not see the post.
    """
    access_post(session, viewer, book, post_id, now)
    bound = {"me": viewer.member_id, "post": post_id, "after": after, "limit": limit + 1}
    rows = session.execute(_LIST, bound).all()
    found = [ReplyCard._make(row) for row in rows[:limit]]
    return found, found[-1].id if len(rows) > limit else None


def delete(session: Session, author: Identity, reply_id: int, now: datetime) -> None:
    """Take back a reply of one's own, for good; raise NotFound for any other."""
    gone = session.execute(
        update(Reply)
        .where(
            col(Reply.id) == reply_id,
            col(Reply.author_id) == author.member_id,
            col(Reply.deleted_at).is_(None),
        )
        .values(deleted_at=now)
        .returning(col(Reply.id))
    ).one_or_none()
    if gone is None:
        raise NotFound


def _check_room(session: Session, author: Identity, book: Book, post: Access) -> None:
    """Raise Forbidden, with the clause, where one more reply would be too many; the post is held."""
    mine = func.count().filter(col(Reply.author_id) == author.member_id)
    live = (col(Reply.post_id) == post.post_id, col(Reply.deleted_at).is_(None))
    total, own = session.execute(select(func.count(), mine).where(*live)).one()
    counts = {"/replies/per_post": total}
    if author.member_id != post.author_id:
        counts["/replies/per_member"] = own
    for pointer, count in counts.items():
        clause = deciding(book, post.guild, pointer)
        most = limit_of(clause.value)
        if most is not None and count >= most:
            detail = f"It has {count} replies{' of yours' if pointer.endswith('member') else ''} already."
            raise Forbidden("This post takes no more replies.", faults=(Fault("", detail, clause),))
