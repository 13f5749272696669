# ruff: noqa: S608 - the statements are put together from constants
"""Search of posts by their words, the newest first.

Law 7: what the viewer may not see falls out inside the statement; that it has the words changes no number, no
order and no cursor, nor which statements are sent. A door is found by its teaser alone. Posts are not ranked:
to rank is to look at all that match, a rank's cursors cannot stand still while posts come, and what is newest
needs to be told of nothing else to be put first.

A common word is found among the newest posts, read one after another; a rare one by the index, which has the
keys as well, so that neither way reads the posts of which the viewer holds no key.
"""

from datetime import datetime

from sqlalchemy import TextClause
from sqlmodel import Session

from audience import newest
from audience.newest import FINDING_KEYS, Kind
from audience.standpoint import standpoint
from coop.book import Book
from coop.identity import Identity

VIA = "search"
"""Where a seat is taken that was taken here."""
DEPTH = 4_000
"""How many of the newest posts are read one after another. What is found does not depend on it."""

_ASKED = f""", asked AS MATERIALIZED (
  SELECT words_query(:words, :language) AS query, {FINDING_KEYS} AS keys
)"""

_MATCHES = "keys && (SELECT keys FROM asked) AND words @@ (SELECT query FROM asked)"


def _statement(matching: str) -> TextClause:
    kind = Kind(
        f"({matching}) AS found JOIN post ON post.id = found.post_id",
        "true",
        id="found.post_id",
        whole="NOT found.door",
        door="found.door",
    )
    return newest.statement(kind, also=_ASKED)


_AMONG_THE_NEWEST = _statement(f"""
  SELECT post_id, door
  FROM (
    SELECT post_id, door, keys, words FROM post_words
    WHERE post_id < :before ORDER BY post_id DESC LIMIT {DEPTH}
  ) AS recent
  WHERE {_MATCHES}
""")

# The first OFFSET keeps the planner from reading the posts in their order here too; the second one from
# joining them before they are in order, so that no more are looked at than the page takes.
_BY_INDEX = _statement(f"""
  SELECT post_id, door
  FROM (SELECT post_id, door FROM post_words WHERE {_MATCHES} AND post_id < :before OFFSET 0) AS unordered
  ORDER BY post_id DESC OFFSET 0
""")


def page(
    session: Session,
    viewer: Identity | None,
    book: Book,
    words: str,
    language: str | None,
    now: datetime,
    *,
    before: int = newest.START,
    limit: int,
) -> newest.Page:
    """Deliver up to ``limit`` posts older than ``before`` that have some words.

    ``words`` are asked for as in ``websearch_to_tsquery``: all of them, "a phrase", this or that, -without.
    ``language``, an ISO 639 code, says whose forms of words are one. Words of nothing find nothing, nor do
    words to leave out alone.
    """
    bound = {**standpoint(session, viewer, book, now), "words": words, "language": language}

    def find(before: int, number: int) -> newest.Rows:
        asked = {**bound, "before": before, "limit": number}
        found = session.connection().execute(_AMONG_THE_NEWEST, asked).all()
        return found if len(found) == number else session.connection().execute(_BY_INDEX, asked).all()

    return newest.page(session, viewer, book, find, now, before=before, limit=limit, via=VIA)
