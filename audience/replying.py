"""Replying: whether a member may answer a post now, and why not.

Law 7: whoever may not see the post has not come this far, and what is told of its limits counts nobody.
Law 8: the strictest of permission (who), the document's limits and the clauses (how many, how fast) holds.
"""

from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from sqlmodel import Session

from audience import calm, heat_facts, reply_rules
from audience.access import Access
from audience.calm import Heated, heated
from audience.heat_facts import Looked
from audience.permission import Answer, Value, answer
from audience.permissions import hear
from audience.reply_rules import Replier, ReplyLimits, reply_limits
from coop.book import Book
from coop.identity import Identity
from coop.receipts import Citation

REPLIER = """
SELECT post.length_ms, coalesce(seat.watched_ms, 0) AS watched_ms, counted.total, counted.own, counted.last_at
FROM post
LEFT JOIN seat ON seat.post_id = post.id AND seat.member_id = :me
CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE state = 'shown' AND deleted_at IS NULL) AS total,
         count(*) FILTER (WHERE author_id = :me AND deleted_at IS NULL) AS own,
         max(created_at) FILTER (WHERE author_id = :me) AS last_at
  FROM reply WHERE reply.post_id = post.id
) AS counted
WHERE post.id = :post
"""
"""What :class:`Replier` is made of, of one member and one post."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A member who would answer a post: what its audience and the clauses say."""

    answer: Answer
    """Whether they may at all."""
    limits: ReplyLimits
    published_at: datetime
    author: bool
    """Whether the post is their own."""
    thread: Looked
    """What is known of its thread, and of them there."""
    heated: Heated | None
    """How heated that is."""

    def replier(self, row: Any, now: datetime) -> Replier:
        """Return what is known of them, from what :data:`REPLIER` selects."""
        return Replier(
            now=now,
            published_at=self.published_at,
            author=self.author,
            total=row.total,
            own=row.own,
            last_at=row.last_at,
            watched_ms=row.watched_ms,
            length_ms=row.length_ms,
        )


@dataclass(frozen=True, slots=True)
class Leave:
    """Whether a member may answer a post now."""

    value: Value
    reason: str
    """A sentence to them."""
    pointer: str | None
    """JSON Pointer of the part of the audience document that decided, where one did."""
    clause: Citation | None
    again: datetime | None
    """When they may, where it is only too soon."""
    left: int | None
    """How many more they may write; None where nobody counts."""
    moments: bool
    """Whether they may answer at a moment of it."""
    length_ms: int
    """Where its moments end."""
    pause: Citation | None = None
    """The clause that asks them to pause first, because the thread is heated."""
    ready_at: datetime | None = None
    """From when on they have paused for long enough; None where they have not begun."""


def asking(
    session: Session,
    reader: Identity,
    book: Book,
    post: Access,
    now: datetime,
    *,
    parent_id: int | None = None,
) -> Asking:
    """Return what the audience of a post, as it stands, and the clauses say of the reader's answers to it.

    ``parent_id`` is the reply that they would answer, where that is not the post. What a heated thread asks
    for is among the limits.
    """
    thread = heat_facts.look(
        session, reader.member_id, book, post.post_id, post.guild, now, parent_id=parent_id
    )
    found, heat = thread.post, heated(thread.facts, book, post.guild, now)
    limits = reply_limits([(layer.at, layer.parts) for layer in found.layers], book, post.guild)
    mine = found.author_id == reader.member_id
    layers = hear(session, reader, book, found, ["reply"], now)
    return Asking(
        answer("reply", layers, book, post.guild, author=mine, kept_out=post.kept_out),
        calm.slowed(limits, heat),
        found.created_at,
        mine,
        thread,
        heat,
    )


def visitors_leave(length_ms: int) -> Leave:
    """Return what a visitor is told; ``length_ms`` is where the moments of the post end."""
    return Leave(
        value="no",
        reason="Only members answer: sign in.",
        pointer=None,
        clause=None,
        again=None,
        left=0,
        moments=False,
        length_ms=length_ms,
    )


def leave(asked: Asking, replier: Replier) -> Leave:
    """Return whether a member may answer now: who may at all, and then what stands in the way."""
    answered, limits, found, coming = asked.answer, asked.limits, asked.heated, asked.thread.coming
    ways = chain(reply_rules.obstacles(limits, replier), calm.obstacles(found, coming, replier))
    stands = next(ways, None) if answered.value in ("yes", "ask") else None
    ready = calm.pause_until(found, coming, replier)
    return Leave(
        value=answered.value if stands is None else "no",
        reason=answered.reason if stands is None else stands.detail,
        pointer=answered.pointer if stands is None else stands.said.pointer,
        clause=answered.clause if stands is None else stands.said.clause,
        again=None if stands is None else stands.again,
        left=reply_rules.left(limits, replier),
        moments=reply_rules.speaks_of_moments(limits, author=replier.author),
        length_ms=replier.length_ms,
        pause=None if found is None or ready is None else found.citation("pause_s"),
        ready_at=None if coming.paused_at is None else ready,
    )
