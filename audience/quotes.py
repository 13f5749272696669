"""Quotes: a post that shows another inside it, to those who may see both.

Law 8: a quote reaches nobody whom its source does not: see ``derivatives.py``. Law 7: a post that the quoter
may not see is told from one that does not exist by nothing.

The source is held before it is looked at, so that a quote is made either before it is narrowed, and is
narrowed with it, or after. Where its author has to say yes they are told that something waits.
"""

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from audience import ask_notices
from audience.derivatives import ACTIVE, WAITING
from audience.interaction_tables import Derivative
from audience.locks import Lock, conjunction
from audience.permissions import ask_for, require
from audience.stitching import Kind, Span
from audience.tables import Post
from coop.book import Book
from coop.errors import Fault, NotFound, RuleBroken
from coop.identity import Identity

_LOCK = tuple(col(getattr(Post, f"lock_{part.name}")) for part in fields(Lock))
"""The columns that hold the parts of a lock, in their order."""


@dataclass(frozen=True, slots=True)
class Source:
    """A post that somebody may quote."""

    post_id: int
    lock: Lock
    layers: int
    """How many layers narrow it besides its lock."""
    waits: bool
    """Whether its author has to say yes first."""

    def narrow(self, lock: Lock, author_id: int) -> Lock:
        """Return the lock of a quote whose own lock is ``lock``: as much of both as one author's can say."""
        return lock if self.lock.follow is not None else conjunction(lock, self.lock, author_id)

    @property
    def asked_later(self) -> int:
        """How many layers of the source its quotes ask of it whenever someone looks."""
        return self.layers + (self.lock.follow is not None)


def hold(
    session: Session, quoter: Identity, book: Book, post_id: int, now: datetime, kind: Kind = "quote"
) -> Source:
    """Return a post to quote, or to make something of its video, its row held until the transaction ends.

    Raise RuleBroken where the quoter may not see it, and Forbidden where they may not do that with it.
    """
    which = select(*_LOCK, col(Post.layers)).where(col(Post.id) == post_id)
    held = session.execute(which.with_for_update(key_share=True)).one_or_none()
    try:
        post, found = ask_for(session, quoter, book, post_id, kind, now)
    except NotFound:
        held = None
    if held is None:
        fault = Fault("/quote/post_id", "There is no post under this id that you can see.")
        raise RuleBroken("This post cannot be published.", faults=(fault,))
    *lock, layers = held
    waits = require(found).value == "ask"
    if waits:
        ask_notices.tell(session, book, post.author_id, quoter.member_id, now)
    return Source(post_id, Lock(*lock), layers, waits)


def made_from(
    source: Source, quote: Post, now: datetime, kind: Kind = "quote", span: Span | None = None
) -> Derivative:
    """Return the row that makes a post the quote of its source, or what ``kind`` says besides."""
    taken = span or Span()
    return Derivative(
        post_id=quote.id,
        parent_id=source.post_id,
        kind=kind,
        start_ms=taken.start_ms,
        end_ms=taken.end_ms,
        state=WAITING if source.waits else ACTIVE,
        decided_at=None if source.waits else now,
    )
