"""Measures of what is shown and said: posts, views, replies and whom they reach.

Each is one statement over recorded events, as they stood at the end of the span: a post or reply that was
deleted later still counts. The span of a guild counts what was posted in it. Law 7: what speaks of too few
people is not told.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, distinct, func, or_, select, true
from sqlmodel import Session, col

from audience.charter import KINDS
from audience.feeds.rules import FEEDS, FeedRules
from audience.tables import Post, Reply, Seat
from coop.book import COOP
from coop.ids import first_id_at
from coop.measures import Measure
from coop.metrics import Span, share, told
from coop.policies import read_for
from coop.tables import Guild


class Counted(NamedTuple):
    """How many things, and of how many people."""

    number: int
    people: int


def posts(session: Session, span: Span) -> Decimal | None:
    """Return the posts that were made, a day; it speaks of their authors."""
    made = _posts(session, span)
    return told(made.number / span.days, made.people, span)


def authors(session: Session, span: Span) -> Decimal | None:
    """Return how many members made a post."""
    made = _posts(session, span)
    return told(Decimal(made.people), made.people, span)


def views(session: Session, span: Span) -> Decimal | None:
    """Return how often a post was shown to a member for the first time, a day; it speaks of those members."""
    seen = _views(session, span)
    return told(seen.number / span.days, seen.people, span)


def viewers(session: Session, span: Span) -> Decimal | None:
    """Return how many members were shown a post that they had not seen."""
    seen = _views(session, span)
    return told(Decimal(seen.people), seen.people, span)


def replies(session: Session, span: Span) -> Decimal | None:
    """Return the replies that were written, a day; it speaks of their authors."""
    written = _replies(session, span)
    return told(written.number / span.days, written.people, span)


def replies_per_post(session: Session, span: Span) -> Decimal | None:
    """Return the replies written in the span for each post made in it, whichever post they answer.

    It speaks of the authors of both. None where nobody posted.
    """
    made, written = _posts(session, span), _replies(session, span)
    if not made.number or told(Decimal(made.number), made.people, span) is None:
        return None
    return told(Decimal(written.number) / Decimal(made.number), written.people, span)


def small_authors(session: Session, span: Span) -> Decimal | None:
    """Return the share of views, in percent, of authors who had few viewers in the span.

    Few are fewer than the clause ``/discovery/viewers`` says, as it stands when this is read. It speaks of
    those authors, and of the others. None where nobody was shown anything.
    """
    found = _small(session, span)
    if not found.views or told(Decimal(1), found.authors - found.few, span) is None:
        return None
    return told(share(int(found.of_few or 0), int(found.views)), found.few, span)


MEASURES: Mapping[str, Measure] = {
    "posts": posts,
    "authors": authors,
    "views": views,
    "viewers": viewers,
    "replies": replies,
    "replies_per_post": replies_per_post,
    "small_authors": small_authors,
}
"""By the name of the metric."""


def _posts(session: Session, span: Span) -> Counted:
    counted = select(func.count(), func.count(distinct(col(Post.author_id))))
    return _counted(session, counted.where(_written(Post, span), _in_scope(span)))


def _replies(session: Session, span: Span) -> Counted:
    counted = select(func.count(), func.count(distinct(col(Reply.author_id)))).select_from(Reply)
    of_post = counted.join(Post, col(Post.id) == col(Reply.post_id)).where(col(Reply.state) == "shown")
    return _counted(session, of_post.where(_written(Reply, span), _in_scope(span)))


def _views(session: Session, span: Span) -> Counted:
    counted = select(func.count(), func.count(distinct(col(Seat.member_id)))).select_from(Seat)
    of_post = counted.join(Post, col(Post.id) == col(Seat.post_id))
    return _counted(session, of_post.where(_taken(span), _in_scope(span)))


def _counted(session: Session, statement: Select[*tuple[Any, ...]]) -> Counted:
    return Counted(*session.execute(statement).one())


def _small(session: Session, span: Span) -> Row[*tuple[Any, ...]]:
    """Return the views, those of authors with few viewers, how many these are, and all authors."""
    feeds = read_for(session, {kind.name: kind for kind in KINDS}, COOP, FEEDS).rules(FEEDS, FeedRules)
    reached = (
        select(func.count().label("views"), func.count(distinct(col(Seat.member_id))).label("viewers"))
        .select_from(Seat)
        .join(Post, col(Post.id) == col(Seat.post_id))
        .where(_taken(span), _in_scope(span))
        .group_by(col(Post.author_id))
        .subquery()
    )
    few = reached.c.viewers < feeds.discovery.viewers
    return session.execute(
        select(
            func.sum(reached.c.views).label("views"),
            func.sum(reached.c.views).filter(few).label("of_few"),
            func.count().filter(few).label("few"),
            func.count().label("authors"),
        )
    ).one()


def _written(table: type[Post] | type[Reply], span: Span) -> ColumnElement[bool]:
    """Return the condition of what was written in the span and stood at its end; ids are in order of time."""
    return and_(
        col(table.id) >= first_id_at(span.since),
        col(table.id) < first_id_at(span.until),
        or_(col(table.deleted_at).is_(None), col(table.deleted_at) >= span.until),
    )


def _taken(span: Span) -> ColumnElement[bool]:
    return and_(col(Seat.at) >= span.since, col(Seat.at) < span.until)


def _in_scope(span: Span) -> ColumnElement[bool]:
    if span.guild is None:
        return true()
    return col(Post.guild_id) == select(col(Guild.id)).where(col(Guild.slug) == span.guild).scalar_subquery()
