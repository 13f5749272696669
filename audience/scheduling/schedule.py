"""The schedule: what a member has written that is to be published later, given, changed and taken back.

Law 7: until its time nobody but its author can tell that it is there. It is no post: no tag, mention, quote
or picture of it is known to anything else. Who may write ahead is said by the feature ``scheduled_posts``,
asked when it is given and again when it is due (``publishing.py``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import func, select
from sqlmodel import Session, col

from audience import posts
from audience.posts import Draft
from audience.rules import AUDIENCE, AudienceRules
from audience.scheduling import drafts, refusal
from audience.scheduling.refusal import Refusal
from audience.scheduling.tables import ScheduledPost
from coop import features
from coop.book import Book
from coop.clauses import as_text
from coop.errors import Conflict, Fault, Forbidden, NotFound, RuleBroken
from coop.features import SCHEDULED_POSTS
from coop.identity import Identity
from coop.ids import new_id
from coop.tables import Member
from coop.unheld import unheld

State = Literal["waiting", "published", "refused"]
UNPUBLISHED = ("waiting", "refused")
"""States of what still holds a text."""


@dataclass(frozen=True, slots=True)
class Scheduled:
    """Something to be published later, as its author sees it."""

    id: int
    publish_at: datetime
    state: State
    draft: Draft | None
    """None once it is published: the post says it."""
    post_id: int | None
    refusal: Refusal | None
    kept_at: datetime
    settled_at: datetime | None


def check_may_schedule(book: Book, author: Identity, now: datetime) -> None:
    """Raise Forbidden, with the clause, where a member may write nothing ahead."""
    if not features.held(book, SCHEDULED_POSTS, author, now):
        fault = unheld(book, SCHEDULED_POSTS, None, now)
        raise Forbidden("You do not hold what it takes to publish later.", faults=(fault,))


def schedule(
    session: Session, author: Identity, book: Book, draft: Draft, publish_at: datetime, now: datetime
) -> Scheduled:
    """Keep a draft that is to be published at a moment.

    It is tried out first, so whatever could not be published now is refused at once, as ``posts.publish``
    refuses it. Raise Forbidden where the author does not hold the feature, and RuleBroken where the moment
    is over or too far ahead, or they keep as many as they may.
    """
    _check(session, author, book, draft, publish_at, now)
    # The author's row is held, so that two requests at once do not both find room for the last one.
    held = select(col(Member.id)).where(col(Member.id) == author.member_id).with_for_update(key_share=True)
    session.execute(held)
    most = book.rules(AUDIENCE, AudienceRules).scheduled.number
    mine = select(func.count()).where(
        col(ScheduledPost.author_id) == author.member_id, col(ScheduledPost.state).in_(UNPUBLISHED)
    )
    if session.execute(mine).scalar_one() >= most:
        fault = Fault("", f"At most {most}: take one back.", book.cite(AUDIENCE, "/scheduled/number"))
        raise RuleBroken("You have as many posts waiting as you may.", faults=(fault,))
    kept = ScheduledPost(
        id=new_id(now),
        author_id=author.member_id,
        draft=drafts.stored(draft),
        publish_at=publish_at,
        kept_at=now,
    )
    session.add(kept)
    session.flush()
    return _scheduled(kept)


def change(
    session: Session,
    author: Identity,
    book: Book,
    scheduled_id: int,
    draft: Draft,
    publish_at: datetime,
    now: datetime,
) -> Scheduled:
    """Put another draft and moment in the place of what is kept; what was refused waits again.

    Raise NotFound unless it is one's own, Conflict where it is published by now, and else what
    :func:`schedule` raises.
    """
    kept = _hold(session, author, scheduled_id)
    _check(session, author, book, draft, publish_at, now)
    kept.draft, kept.publish_at = drafts.stored(draft), publish_at
    kept.state, kept.refusal, kept.settled_at = "waiting", None, None
    kept.version += 1
    session.flush()
    return _scheduled(kept)


def withdraw(session: Session, author: Identity, scheduled_id: int) -> None:
    """Take back what is not published yet; nothing of it is kept.

    Raise NotFound unless it is one's own, and Conflict where it is published by now.
    """
    session.delete(_hold(session, author, scheduled_id))
    session.flush()


def mine(session: Session, author: Identity) -> Sequence[Scheduled]:
    """Return what a member keeps that waits or was refused, whatever is due first coming first."""
    rows = session.scalars(
        select(ScheduledPost)
        .where(col(ScheduledPost.author_id) == author.member_id, col(ScheduledPost.state).in_(UNPUBLISHED))
        .order_by(col(ScheduledPost.publish_at), col(ScheduledPost.id))
    )
    return [_scheduled(row) for row in rows]


def read(session: Session, author: Identity, scheduled_id: int) -> Scheduled:
    """Return what a member keeps, or what came of it; raise NotFound for anybody else's."""
    row = session.get(ScheduledPost, scheduled_id)
    if row is None or row.author_id != author.member_id:
        raise NotFound
    return _scheduled(row)


def _check(
    session: Session, author: Identity, book: Book, draft: Draft, publish_at: datetime, now: datetime
) -> None:
    """Raise what is in the way of publishing a draft at a moment, as far as it is known now."""
    check_may_schedule(book, author, now)
    ahead = book.rules(AUDIENCE, AudienceRules).scheduled.ahead
    if publish_at <= now:
        fault = Fault("/publish_at", "Name a moment that is still to come, or publish it now.")
        raise RuleBroken("This moment is over.", faults=(fault,))
    if publish_at - now > ahead:
        clause = book.cite(AUDIENCE, "/scheduled/ahead")
        fault = Fault("/publish_at", f"At most {as_text(ahead)} ahead.", clause)
        raise RuleBroken("This moment is too far ahead.", faults=(fault,))
    posts.try_out(session, author, book, draft, now)


def _hold(session: Session, author: Identity, scheduled_id: int) -> ScheduledPost:
    """Return one's own that is not published, its row locked: it is not published meanwhile."""
    row = session.scalars(
        select(ScheduledPost)
        .where(col(ScheduledPost.id) == scheduled_id, col(ScheduledPost.author_id) == author.member_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    if row.state not in UNPUBLISHED:
        fault = Fault("", "Take back the post itself, or narrow it.")
        raise Conflict("This is published by now.", faults=(fault,))
    return row


def _scheduled(row: ScheduledPost) -> Scheduled:
    return Scheduled(
        id=row.id,
        publish_at=row.publish_at,
        state=cast(State, row.state),
        draft=None if row.draft is None else drafts.restored(row.draft),
        post_id=row.post_id,
        refusal=None if row.refusal is None else refusal.restored(row.refusal),
        kept_at=row.kept_at,
        settled_at=row.settled_at,
    )
