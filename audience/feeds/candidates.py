# ruff: noqa: S608 - the statements are put together from constants
"""Candidates: the posts that a reader may be shown next, each with all that its signals are made from.

One statement does it. Law 7: what the reader may not see falls out inside it, so a page is never filtered
after the fact. Law 6: what is full, or has no room at this moment, falls out as well; the claim decides.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from psycopg.rows import TupleRow, tuple_row
from sqlalchemy import text
from sqlmodel import Session

from audience.access import CAPPED, FOLLOWED, MORE_ASKED, READER, ROOM, TIES, VISIBLE
from audience.feeds import facts, taste
from audience.feeds.facts import FOUND, RUNS
from audience.feeds.reader import NOTHING_KNOWN, Taste
from audience.feeds.recipe import Recipe
from audience.feeds.rules import Among
from audience.feeds.signals import Candidate
from audience.gardens.garden import ALL_FED, Garden
from audience.gardens.reading import garden_of
from audience.standpoint import standpoint
from coop.book import Book
from coop.database import shortened
from coop.driver import DriverStatement
from coop.errors import NotFound
from coop.identity import Identity
from coop.ids import first_id_at

# What is the same for every reader is joined from ``facts``.
_FOUND = f"""
SELECT post.xmin, post.ctid, post.id, own.slug, {MORE_ASKED} AS more_asked,
       gate.post_id IS NOT NULL AS gated, post.layers, coalesce(gate.reached, 0) AS reached,
       tie.follows, tie.same_guild, tie.named
FROM {{posts}} AS post
LEFT JOIN gate ON gate.post_id = post.id
LEFT JOIN {CAPPED}
CROSS JOIN {TIES}
WHERE {{which}}
"""

# The seen are a hashed set, so that whoever has read thousands of posts skips them as fast as anyone, and
# the depth is a limit of its own, so that thousands of full posts cost no more than it allows.
_UNSEEN = "post.{which} AND id NOT IN (SELECT post_id FROM seat WHERE member_id = :me AND post_{which})"

_SINCE = "id >= :oldest"


def _offered(fed: str) -> str:
    """Return the condition that feeds may bring a post to the viewer; ``fed`` is their garden's."""
    return f"{VISIBLE} AND author_id <> :me AND {fed}"


def _newest(which: str, fed: str) -> str:
    """Return the newest of all unseen posts."""
    unseen = _UNSEEN.format(which=which)
    return (
        f"(SELECT *, xmin, ctid FROM post WHERE {_offered(fed)} AND {unseen} ORDER BY id DESC LIMIT :depth)"
    )


def _newest_of_each(sources: str, link: str, fed: str) -> str:
    """Return the newest unseen posts of some authors or guilds, found in the index of each.

    In the index of all posts one would go through those of everybody else, for as long as the horizon. The
    index alone says which are the newest of all; only as many are read as are needed, whoever made them.
    """
    unseen = _UNSEEN.format(which=_SINCE)
    return f"""(
      SELECT post.*, post.xmin, post.ctid FROM (
        SELECT newest.id FROM {sources} AS source(id), LATERAL (
          SELECT id FROM post WHERE {link} = source.id AND {unseen} ORDER BY id DESC LIMIT :depth) AS newest
        ORDER BY id DESC) AS listed
      JOIN post USING (id) WHERE {_offered(fed)} ORDER BY id DESC LIMIT :depth
    )"""


def _among(fed: str) -> dict[Among, str]:
    """Return the posts that a profile is made from, in SQL; see ``rules.Among``. ``fed`` is a garden's."""
    return {
        "everyone": _newest(_SINCE, fed),
        "followed": _newest_of_each(FOLLOWED, "author_id", fed),
        "guilds": _newest_of_each("unnest(CAST(:guilds AS bigint[]))", "guild_id", fed),
    }


# What is the same for all posts comes in a row of its own before them: PostgreSQL appends the parts of a
# UNION ALL as they stand where it runs none in parallel (``coop/database.py``).
_PAGE = f"""WITH {READER} SELECT {", ".join(["NULL"] * (2 + FOUND))}, {RUNS} AS runs, {{known}} AS known
UNION ALL SELECT found.*, NULL, NULL FROM ({{found}}) AS found"""
_KNOWN = f"CASE WHEN :about THEN {taste.KNOWN} END"


def _statement(posts: str, known: str = "NULL") -> DriverStatement[TupleRow]:
    found = _FOUND.format(posts=posts, which=f"{ROOM} ORDER BY post.id DESC LIMIT :pool")
    return DriverStatement(shortened(_PAGE.format(found=found, known=known)), tuple_row)


_LISTED_IDS = "id = ANY(CAST(:listed AS bigint[]))"

CANDIDATES = {among: _statement(posts, _KNOWN) for among, posts in _among(ALL_FED).items()}
"""The statement for each set of posts that a profile is made from, for whoever keeps no garden."""

_LISTED = _statement(_newest(_LISTED_IDS, ALL_FED))
_THE_ONE = _FOUND.format(posts="post", which=f"{VISIBLE} AND post.id = :wanted")
_ONE = DriverStatement(text(_PAGE.format(found=_THE_ONE, known="NULL")), tuple_row)


@lru_cache(maxsize=512)
def _tended(among: Among, fed: str) -> DriverStatement[TupleRow]:
    """Return the statement for whoever keeps a garden: their numbers and names are bound, not written."""
    return _statement(_among(fed)[among], _KNOWN)


@lru_cache(maxsize=512)
def _listed_tended(fed: str) -> DriverStatement[TupleRow]:
    return _statement(_newest(_LISTED_IDS, fed))


def candidates(
    session: Session,
    viewer: Identity,
    book: Book,
    recipe: Recipe,
    now: datetime,
    garden: Garden | None = None,
) -> tuple[list[Candidate], Taste]:
    """Return the newest posts that the viewer may be delivered and has not been, up to the profile's pool.

    With them what is known of the viewer, as far as the recipe weighs it. ``garden`` is the viewer's, read
    here where the caller has not.
    """
    profile = recipe.profile
    fed, kept = (garden or garden_of(session, viewer, book, now)).fed()
    bound = {
        **standpoint(session, viewer, book, now),
        **taste.bound(recipe.measures),
        "oldest": first_id_at(now - profile.horizon),
        "depth": profile.depth,
        "pool": profile.pool,
        "about": recipe.asks_about_the_reader,
        **kept,
    }
    statement = CANDIDATES[profile.among] if fed == ALL_FED else _tended(profile.among, fed)
    rows = statement.rows(session, bound)
    known = rows[0][-1]
    return _completed(session, rows), NOTHING_KNOWN if known is None else taste.read(known)


def listed(
    session: Session,
    viewer: Identity,
    book: Book,
    posts: Sequence[int],
    now: datetime,
    garden: Garden | None = None,
) -> list[Candidate]:
    """Return those of some posts that the viewer may be delivered and has not been, in the order given."""
    fed, kept = (garden or garden_of(session, viewer, book, now)).fed()
    statement = _LISTED if fed == ALL_FED else _listed_tended(fed)
    bound = {**standpoint(session, viewer, book, now), **kept, "listed": list(posts)}
    rows = statement.rows(session, {**bound, "depth": len(posts), "pool": len(posts)})
    found = {post.id: post for post in _completed(session, rows)}
    return [found[post_id] for post_id in posts if post_id in found]


def candidate(session: Session, viewer: Identity, book: Book, post_id: int, now: datetime) -> Candidate:
    """Return one post, seen or not; raise NotFound where the viewer's keys do not open it."""
    bound = {**standpoint(session, viewer, book, now), "wanted": post_id}
    rows = _ONE.rows(session, bound)
    found = _completed(session, rows)
    if not found:
        raise NotFound
    return found[0]


def _completed(session: Session, rows: Sequence[TupleRow]) -> list[Candidate]:
    common, *found = rows
    return facts.completed(session, found, common[-2])
