# ruff: noqa: S608 - the statement is put together from constants
"""A preview of a filter: of how many posts that its member was shown of late it would hold.

Law 7: it speaks of posts alone of which the member holds a seat and which they may still see, so no filter
tells what a post says that they were never delivered.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session

from audience.access import READER, VISIBLE
from audience.cards import Card, cards
from audience.gardens.filters import written_within
from audience.gardens.labellers import limits_of
from audience.gardens.vocabulary import COLUMNS, SCHEMA
from audience.standpoint import standpoint
from coop.book import Book
from coop.cel.checker import check
from coop.cel.condition import condition
from coop.cel.form import Line, Match
from coop.database import shortened
from coop.identity import Identity

_SHOWN = f"""
WITH {READER}, shown AS MATERIALIZED (
  SELECT post.* FROM seat JOIN post ON post.id = seat.post_id
  WHERE seat.member_id = :me AND post.author_id <> :me AND {VISIBLE}
  ORDER BY seat.at DESC, post.id DESC LIMIT :recent
), held AS (
  SELECT id, (<condition>) AS holds FROM shown AS post
)
SELECT count(*) AS number, count(*) FILTER (WHERE holds) AS holds,
       (array_agg(id ORDER BY id DESC) FILTER (WHERE holds))[1 : :most] AS newest
FROM held
"""


class FilterPreview(NamedTuple):
    """What a filter would hold of."""

    posts: int
    """That the member was shown last and may still see, so many of them as a clause says."""
    held: int
    """Of these, those for which it holds."""
    examples: list[Card]
    """The newest of them."""


def preview(
    session: Session, member: Identity, book: Book, lines: Sequence[Line], match: Match, now: datetime
) -> FilterPreview:
    """Return of how many posts that a member was shown a filter holds; raise RuleBroken where it is amiss."""
    return of_condition(session, member, book, written_within(book, lines, match), now)


def of_condition(session: Session, member: Identity, book: Book, when: str, now: datetime) -> FilterPreview:
    """Return the same of a condition that is kept; raise ExpressionFault where it is none any more."""
    limits = limits_of(book)
    made = condition(check(when, SCHEMA).root, COLUMNS, prefix="g_p_")
    bound = {
        **standpoint(session, member, book, now),
        "recent": limits.recent,
        "most": limits.examples,
        **made.parameters,
    }
    row = session.connection().execute(shortened(_SHOWN.replace("<condition>", made.sql)), bound).one()
    wanted = sorted(row.newest or (), reverse=True)
    shown = cards(session, member, book, wanted, now) if wanted else {}
    return FilterPreview(row.number, row.holds, [shown[one] for one in wanted])
