# ruff: noqa: S608 - the statement is put together from constants
"""A preview of a labeller: what it says of posts that feeds brought a member, before they subscribe.

Law 7: it speaks of posts alone of which the member holds a seat and which they may still see. Of what else
the labeller speaks, if of anything, it tells nothing.
"""

from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session

from audience.access import READER, VISIBLE
from audience.cards import Card, cards
from audience.gardens.labellers import limits_of, read
from audience.standpoint import standpoint
from coop.book import Book
from coop.database import shortened
from coop.identity import Identity

_PREVIEW = shortened(f"""
WITH {READER}, brought AS MATERIALIZED (
  SELECT post.id, post.author_id FROM seat JOIN post ON post.id = seat.post_id
  WHERE seat.member_id = :me AND seat.at >= :since AND starts_with(seat.via, 'feed')
    AND post.author_id <> :me AND {VISIBLE}
), named AS (
  SELECT DISTINCT given.label, brought.id FROM brought, LATERAL (
    SELECT label FROM given_label WHERE until IS NULL AND labeller_id = :labeller AND post_id = brought.id
    UNION ALL
    SELECT label FROM given_label
    WHERE until IS NULL AND labeller_id = :labeller AND member_id = brought.author_id
  ) AS given
)
SELECT NULL AS label, count(*) AS number, NULL AS newest FROM brought
UNION ALL
SELECT label, count(*), (array_agg(id ORDER BY id DESC))[1 : :most] FROM named GROUP BY label
""")


class OfLabel(NamedTuple):
    """What would have come of one label."""

    label: str
    number: int
    """Of posts that were brought to the member and have it, or whose author has it."""
    examples: list[Card]
    """The newest of them."""


class Preview(NamedTuple):
    """What a labeller says of what a member was brought."""

    since: datetime
    posts: int
    """That the member was brought since then and may still see."""
    labels: list[OfLabel]
    """One for each label of the labeller."""


def preview(session: Session, member: Identity, book: Book, slug: str, now: datetime) -> Preview:
    """Return what a labeller says of the posts that a member was brought in the time that a clause gives.

    Raise NotFound where there is no such labeller.
    """
    limits, labeller = limits_of(book), read(session, member, book, slug, now)
    since = now - limits.preview
    bound = {
        **standpoint(session, member, book, now),
        "labeller": labeller.id,
        "since": since,
        "most": limits.examples,
    }
    rows = session.connection().execute(_PREVIEW, bound).all()
    found = {row.label: row for row in rows}
    wanted = sorted({post_id for row in rows for post_id in row.newest or ()})
    shown = cards(session, member, book, wanted, now) if wanted else {}
    return Preview(
        since=since,
        posts=found[None].number,
        labels=[
            OfLabel(one, found[one].number, [shown[post_id] for post_id in found[one].newest])
            if one in found
            else OfLabel(one, 0, [])
            for one in labeller.labels
        ],
    )
