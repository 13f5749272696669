"""Grants: what waits for an author's yes, and their answer.

Law 7: an ask is told to the author of the post alone, and those of whom either blocks the other are not
among them. Whoever asks to quote shows the quote to the author whom they ask, whatever its audience.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, select, text, update
from sqlmodel import Session, col

from audience import asks, likes, reposts, topics
from audience.access import BLOCKED
from audience.derivatives import ACTIVE, DETACHED, REFUSED
from audience.interaction_tables import Asked, Derivative, PostLike, Repost
from audience.tables import Post
from coop.errors import Conflict, NotFound
from coop.identity import Identity

# An ask has the id of its row; that of a post which was made from another is the id of that post.
_MINE = f"""
SELECT asked.id, verb, asker.handle, asker.display_name, post.id AS post_id, asked.at, NULL AS body
FROM asked JOIN post ON post.id = asked.post_id JOIN member AS asker ON asker.id = asked.member_id
WHERE asked.state = 'waiting' AND post.author_id = :me AND post.deleted_at IS NULL
  AND asked.member_id NOT IN {BLOCKED}
UNION ALL
SELECT derived.id, kind, asker.handle, asker.display_name, post.id, derived.created_at, derived.body
FROM derivative JOIN post ON post.id = parent_id JOIN post AS derived ON derived.id = derivative.post_id
JOIN member AS asker ON asker.id = derived.author_id
WHERE state = 'waiting' AND post.author_id = :me AND post.deleted_at IS NULL
  AND derived.deleted_at IS NULL AND derived.author_id NOT IN {BLOCKED}
"""  # noqa: S608 - put together from constants

_WAITING = text(f"SELECT * FROM ({_MINE}) AS ask WHERE id > :after ORDER BY id LIMIT :limit")  # noqa: S608

_ASKED = text(f"""
SELECT asked.id FROM asked JOIN post ON post.id = asked.post_id
WHERE asked.id = :ask AND post.author_id = :me AND post.deleted_at IS NULL
  AND asked.member_id NOT IN {BLOCKED}
""")  # noqa: S608 - put together from constants

_DERIVED = text(f"""
SELECT derived.id FROM derivative JOIN post ON post.id = parent_id
JOIN post AS derived ON derived.id = derivative.post_id
WHERE derived.id = :ask AND post.author_id = :me AND post.deleted_at IS NULL
  AND derived.deleted_at IS NULL AND derived.author_id NOT IN {BLOCKED}
""")  # noqa: S608 - put together from constants


class Ask(NamedTuple):
    """What somebody wants to do with a post."""

    id: int
    verb: str
    asker: str
    """Handle."""
    asker_name: str
    post_id: int
    at: datetime
    body: str | None
    """What they wrote, where it is a quote."""


def page(session: Session, author: Identity, *, after: int, limit: int) -> tuple[list[Ask], int | None]:
    """Return what waits for a member's yes, the oldest first, and where the next page begins."""
    bound = {"me": author.member_id, "after": after, "limit": limit + 1}
    rows = session.connection().execute(_WAITING, bound).all()
    found = [Ask._make(row) for row in rows[:limit]]
    return found, found[-1].id if len(rows) > limit else None


def grant(session: Session, author: Identity, ask_id: int, now: datetime) -> None:
    """Say yes: what was asked for happens now. A no can become a yes.

    Raise NotFound where nobody asks this of the author, and Conflict where it was detached.
    """
    asked = _asked(session, author, ask_id)
    if asked is not None:
        if asked.state != asks.GRANTED:
            asked.state, asked.decided_at = asks.GRANTED, now
            session.flush()
            _do(session, asked, now)
        return
    derived = _derivative(session, author, ask_id)
    if derived.state == DETACHED:
        raise Conflict("You detached this, which is for good.")
    if derived.state != ACTIVE:
        derived.state, derived.decided_at = ACTIVE, now
        session.flush()
        _let_go(session, derived.post_id)


def refuse(session: Session, author: Identity, ask_id: int, now: datetime) -> None:
    """Say no, or take back a yes to a like, a repost or a download.

    Raise NotFound where nobody asks this of the author, and Conflict for what shows the post already: that is
    detached.
    """
    asked = _asked(session, author, ask_id)
    if asked is not None:
        if asked.state != asks.REFUSED:
            asked.state, asked.decided_at = asks.REFUSED, now
            session.flush()
            _undo(session, asked)
        return
    derived = _derivative(session, author, ask_id)
    if derived.state in (ACTIVE, DETACHED):
        raise Conflict("You said yes to this: detach it instead.")
    derived.state, derived.decided_at = REFUSED, now
    session.flush()


def _do(session: Session, asked: Asked, now: datetime) -> None:
    if asked.verb == "like":
        likes.add(session, asked.post_id, asked.member_id, now)
    elif asked.verb == "repost":
        reposts.add(session, asked.post_id, asked.member_id, now)


def _let_go(session: Session, post_id: int) -> None:
    """Let a post be seen that was held back; from now on it counts as given to its topics."""
    gone = update(Post).where(col(Post.id) == post_id).values(held_at=None)
    post = session.execute(
        gone.returning(col(Post.author_id), col(Post.features), col(Post.created_at))
    ).one()
    topics.give(session, post.author_id, topics.tags_of(post.features), "post", post.created_at)


def _undo(session: Session, asked: Asked) -> None:
    for verb, table in (("like", PostLike), ("repost", Repost)):
        if asked.verb == verb:
            session.execute(
                delete(table).where(
                    col(table.post_id) == asked.post_id, col(table.member_id) == asked.member_id
                )
            )


def _asked(session: Session, author: Identity, ask_id: int) -> Asked | None:
    """Return an ask that is the author's to decide, its row held."""
    if session.scalar(_ASKED, {"ask": ask_id, "me": author.member_id}) is None:
        return None
    held = select(Asked).where(col(Asked.id) == ask_id).with_for_update()
    return session.scalars(held.execution_options(populate_existing=True)).one_or_none()


def _derivative(session: Session, author: Identity, ask_id: int) -> Derivative:
    """Return what was made from a post of the author's, its row held; raise NotFound for any other."""
    if session.scalar(_DERIVED, {"ask": ask_id, "me": author.member_id}) is None:
        raise NotFound
    held = select(Derivative).where(col(Derivative.post_id) == ask_id).with_for_update()
    return session.scalars(held.execution_options(populate_existing=True)).one()
