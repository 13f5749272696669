# ruff: noqa: S608 - the statements are put together from constants
"""Threads: the replies to a post in reading order, read in one statement.

Replies to the post come in an order that the reader chooses, a page at a time; under each stand the answers
to it, each under what it answers and the older first, as many as the clause ``unfolded`` says. The rest of
such a branch is folded, with a number and a place from which to go on.

Law 7: what the reader is not shown (``reply_sight.py``) takes no place and is in no number. Where something
was taken back that others have answered, a gap stays, without author and text; it is not there for whoever
is shown none of the answers. A visitor, None, reads what is public.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, NamedTuple

from psycopg.rows import namedtuple_row
from sqlalchemy import text
from sqlmodel import Session

from audience.access import BLOCKED, Access, access_post
from audience.calm import Heated
from audience.reply_cards import CARD, FILES, ReplyCard
from audience.reply_sight import said
from audience.replying import REPLIER, Leave, asking, leave, visitors_leave
from audience.rules import AUDIENCE, AudienceRules
from coop.book import Book
from coop.database import shortened
from coop.driver import DriverStatement
from coop.errors import NotFound
from coop.identity import Identity

Order = Literal["oldest", "newest", "moment"]
"""Of the replies to the post: by age, or by the moment that they speak of, those of no moment last."""

NO_MOMENT = 2**31 - 1
"""What stands for no moment where replies are put in order: it comes after all others."""


class Place(NamedTuple):
    """Where a page of replies to the post begins: after the one with this key and id."""

    key: int
    id: int


class Branch(NamedTuple):
    """Where the folded rest of a branch begins: under this reply to the post, after this answer."""

    root: int
    after: int


_BLOCKED = "(TABLE blocked)"

_KEYS: dict[Order, str] = {"oldest": "0", "newest": "0", "moment": f"coalesce(reply.at_ms, {NO_MOMENT})"}
_ORDERS: dict[Order, str] = {"oldest": "key, id", "newest": "key, id DESC", "moment": "key, id"}
_AFTER: dict[Order, str] = {
    "oldest": "reply.id > :id",
    "newest": "reply.id < :id",
    "moment": f"({_KEYS['moment']}, reply.id) > (:key, :id)",
}
FIRST: dict[Order, Place] = {
    "oldest": Place(0, 0),
    "newest": Place(0, 2**63 - 1),
    "moment": Place(-1, 0),
}
"""Before every reply, in each order."""

_ROOT = """
SELECT id AS root_id, 0 AS key, 1 AS rank FROM reply WHERE id = :root AND post_id = :post AND above = '{}'
"""
_REST = "WHERE path > (SELECT above || id FROM reply WHERE id = :after AND post_id = :post)"


def _roots(order: Order) -> str:
    """Return the statement of the replies to a post, and one more than ``:roots`` of them, in an order."""
    by, key, after = _ORDERS[order], _KEYS[order], _AFTER[order]
    return f"""
SELECT id AS root_id, key, row_number() OVER (ORDER BY {by}) AS rank FROM (
  SELECT reply.id, {key} AS key FROM reply
  WHERE reply.post_id = :post AND reply.above = '{{}}' AND {after}
    AND ({said("reply", _BLOCKED)} OR (reply.deleted_at IS NOT NULL AND EXISTS (
      SELECT FROM reply AS answer
      WHERE answer.root_id = reply.id AND answer.id <> reply.id AND {said("answer", _BLOCKED)})))
  ORDER BY {by} LIMIT :roots + 1
) AS found
"""


def _thread(roots: str, rest: str = "") -> DriverStatement[Any]:
    """Return the statement of one page.

    ``roots`` selects the replies to the post that are on it, of which one more than ``:roots`` only tells
    that there are more; ``rest`` may leave out what comes before. Of each branch ``:shown`` places are shown.
    """
    page = shortened(f"""
WITH replier AS ({REPLIER}), blocked AS MATERIALIZED {BLOCKED},
root AS MATERIALIZED ({roots}), said AS MATERIALIZED (
  SELECT reply.id, reply.root_id, reply.above FROM reply JOIN root USING (root_id)
  WHERE root.rank <= :roots AND {said("reply", _BLOCKED)}
), placed AS (
  SELECT id, root_id, gap, row_number() OVER branch AS place, count(*) FILTER (WHERE NOT gap)
           OVER (branch ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS further
  FROM (
    SELECT id, root_id, above || id AS path, false AS gap FROM said
    UNION ALL
    SELECT id, root_id, above || id, true FROM reply
    WHERE id IN (SELECT unnest(above) FROM said EXCEPT SELECT id FROM said)
  ) AS one {rest}
  WINDOW branch AS (PARTITION BY root_id ORDER BY path)
)
SELECT replier.*, (SELECT count(*) > :roots FROM root) AS more, shown.*
FROM replier LEFT JOIN (
  SELECT root.root_id, root.key, root.rank, placed.place, {CARD},
         CASE WHEN placed.place = :shown THEN placed.further ELSE 0 END AS folded
  FROM placed JOIN root USING (root_id) JOIN reply USING (id) {FILES}
  WHERE placed.place <= :shown
) AS shown ON true
ORDER BY rank, place
""")
    return DriverStatement(page, namedtuple_row)


_PAGES = {order: _thread(_roots(order)) for order in _ORDERS}
_BRANCH = _thread(_ROOT, _REST)

_MOMENTS = text(f"""
SELECT reply.at_ms, count(*) AS number, bool_or(reply.pause) AS pause, min(reply.id) AS first
FROM reply
WHERE reply.post_id = :post AND reply.at_ms IS NOT NULL AND reply.state = 'shown' AND {said("reply")}
GROUP BY reply.at_ms ORDER BY reply.at_ms
""")


class Moment(NamedTuple):
    """A moment of a post of which replies speak."""

    at_ms: int
    number: int
    """How many speak of it."""
    pause: bool
    """Whether one of them has the post stop there."""
    first: int
    """Id of the oldest of them."""


@dataclass(frozen=True, slots=True)
class Thread:
    """One page of the replies to a post."""

    post: Access
    cards: list[ReplyCard]
    """In reading order."""
    roots: dict[int, int]
    """By reply: the reply to the post under which it stands, or which it is."""
    next: Place | Branch | None
    """Where the next page begins."""
    leave: Leave
    """Whether the reader may answer."""
    heated: Heated | None = None
    """How heated it is, for members."""


def read(
    session: Session,
    reader: Identity | None,
    book: Book,
    post_id: int,
    now: datetime,
    *,
    order: Order = "oldest",
    start: Place | Branch | None = None,
    limit: int,
) -> Thread:
    """Return a page of the thread of a post, seating a member at the post.

    ``limit`` is how many replies to the post there are on it, each with its branch; from a :class:`Branch`
    on, how many answers of that branch. Raise NotFound where the reader may not see the post.
    """
    post = access_post(session, reader, book, post_id, now, with_source=True)
    asked = None if reader is None else asking(session, reader, book, post, now)
    bound: dict[str, Any] = {"post": post_id, "me": _id_of(reader), "roots": limit}
    if isinstance(start, Branch):
        rows = _BRANCH.rows(session, {**bound, **start._asdict(), "shown": limit})
    else:
        unfolded = book.rules(AUDIENCE, AudienceRules).replies.unfolded
        bound |= {**(start or FIRST[order])._asdict(), "shown": 1 + unfolded}
        rows = _PAGES[order].rows(session, bound)
    if not rows:
        raise NotFound
    shown = [row for row in rows if row.id is not None]
    cards = [ReplyCard(*(getattr(row, name) for name in ReplyCard._fields)) for row in shown]
    following = _next(start, rows[0].more, shown)
    if isinstance(following, Branch):
        # What is folded under the last of a branch is where that page goes on, and is pointed to once.
        cards[-1] = cards[-1]._replace(folded=0)
    found = Thread(
        post=post,
        cards=cards,
        roots={row.id: row.root_id for row in shown},
        next=following,
        leave=visitors_leave(rows[0].length_ms),
    )
    if asked is None:
        return found
    return replace(found, leave=leave(asked, asked.replier(rows[0], now)), heated=asked.heated)


def _id_of(reader: Identity | None) -> int | None:
    return None if reader is None else reader.member_id


def _next(start: Place | Branch | None, more: bool, shown: list[Any]) -> Place | Branch | None:
    """Return where the page after one begins that shows these rows; ``more`` tells of further roots."""
    if not shown:
        return None
    last = shown[-1]
    if isinstance(start, Branch):
        return Branch(last.root_id, last.id) if last.folded else None
    return Place(last.key, last.root_id) if more else None


def moments(session: Session, reader: Identity | None, post_id: int) -> list[Moment]:
    """Return the moments of which replies to a post speak, in order, to a reader who was given the post."""
    rows = session.connection().execute(_MOMENTS, {"post": post_id, "me": _id_of(reader)})
    return [Moment(*row) for row in rows]
