"""Disputes: whoever is labelled is told of it, reads what is said of them, and may say that it is not so.

A dispute takes no label away, for a labeller's judgement is its own: it stands beside the label for whoever
subscribes to it, and the page of the labeller says how many members dispute what it says, by the clause on
the least number that is told. Law 7: only what was said of a member, or of a post of theirs, is told to them,
and nobody is told who disputes.
"""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, exists, select, text
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from audience.disclosure import in_steps
from audience.gardens.tables import Edition, GivenLabel, Labeller, LabelSubscription
from audience.rules import AUDIENCE, AudienceRules
from audience.tables import Post
from coop import notices
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity
from coop.names import normal
from coop.notices import Tidings

SHOWN = 50
"""Labels of one's own that a page of a labeller shows, those given last."""

_MINE = """until IS NULL AND (given_label.member_id = :me OR post_id IN (
  SELECT id FROM post WHERE author_id = :me AND deleted_at IS NULL))"""

_OF_ME = text(f"""
SELECT label, post_id, at, disputed_at IS NOT NULL AS disputed FROM given_label
WHERE labeller_id = :labeller AND {_MINE} ORDER BY id DESC LIMIT :most
""")  # noqa: S608 - put together from constants
_SAY = text(f"""
UPDATE given_label SET disputed_at = CASE WHEN :disputed THEN coalesce(disputed_at, :now) END
FROM labeller
WHERE labeller.id = labeller_id AND slug = :slug AND label = :label
  AND post_id IS NOT DISTINCT FROM CAST(:post AS bigint)
  AND {_MINE}
""")  # noqa: S608 - put together from constants
_NUMBER = text("""
SELECT count(DISTINCT coalesce(given_label.member_id, post.author_id))
FROM given_label LEFT JOIN post ON post.id = post_id
WHERE labeller_id = :labeller AND disputed_at IS NOT NULL AND until IS NULL
""")


class OfMe(NamedTuple):
    """A label that stands on a member, or on a post of theirs."""

    label: str
    post_id: int | None
    """None where it is of the member."""
    at: datetime
    disputed: bool


def of_me(session: Session, member: Identity, labeller_id: int) -> list[OfMe]:
    """Return what a labeller says of a member and of their posts, what it said last first."""
    bound = {"me": member.member_id, "labeller": labeller_id, "most": SHOWN}
    return [OfMe._make(row) for row in session.connection().execute(_OF_ME, bound)]


def say(
    session: Session,
    member: Identity,
    slug: str,
    label: str,
    post_id: int | None,
    now: datetime,
    *,
    disputed: bool,
) -> None:
    """Dispute a label on oneself, or on a post of one's own, or do so no more; twice changes nothing.

    Raise NotFound where no such label stands there.
    """
    bound = {
        "me": member.member_id,
        "slug": normal(slug),
        "label": label,
        "post": post_id,
        "disputed": disputed,
        "now": now,
    }
    if not session.connection().execute(_SAY, bound).rowcount:
        raise NotFound


def number(session: Session, book: Book, labeller_id: int) -> int | None:
    """Return how many members dispute what a labeller says, as far as it is told; None where it is not."""
    least = book.rules(AUDIENCE, AudienceRules).reach.least_told
    found: int = session.connection().execute(_NUMBER, {"labeller": labeller_id}).scalar_one()
    return in_steps(found, least)


def tell(session: Session, book: Book, labeller: Labeller, edition: Edition, now: datetime) -> None:
    """Tell those whom an edition labels, or whose posts, where others subscribe to that label.

    It is told once for an edition, however many labels it gives, and comes as their rhythm says.
    """
    one, taken = aliased(GivenLabel), aliased(LabelSubscription)
    concerned: Select[Any] = select(col(Post.author_id).label("id")).join(
        one, col(one.post_id) == col(Post.id)
    )
    of_posts = concerned.where(
        *_new(one, edition),
        col(Post.deleted_at).is_(None),
        col(Post.author_id) != edition.by_id,
        exists().where(*_subscribed(taken, one), col(taken.member_id) != col(Post.author_id)),
    )
    of_members: Select[Any] = select(col(one.member_id).label("id")).where(
        *_new(one, edition),
        col(one.member_id) != edition.by_id,
        exists().where(*_subscribed(taken, one), col(taken.member_id) != col(one.member_id)),
    )
    recipients = of_posts.union(of_members)
    if session.execute(recipients.limit(1)).first() is None:
        return
    tidings = Tidings(
        topic="post",
        subject=labeller.id,
        moment="labelled",
        turn=edition.number,
        line=f"The labeller “{labeller.name}” says something of you, or of a post of yours.",
        detail="Whoever subscribes to it sees that. Read what it says, and dispute it where it is not so.",
        path=f"/labellers/{labeller.slug}#of-you",
        at=now,
    )
    notices.tell(session, book, tidings, recipients, now)


def _new(one: type[GivenLabel], edition: Edition) -> tuple[ColumnElement[bool], ...]:
    return (col(one.labeller_id) == edition.labeller_id, col(one.since) == edition.number)


def _subscribed(taken: type[LabelSubscription], one: type[GivenLabel]) -> tuple[ColumnElement[bool], ...]:
    return (col(taken.labeller_id) == col(one.labeller_id), col(taken.label) == col(one.label))
