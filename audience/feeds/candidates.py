# ruff: noqa: S608 - the statements are put together from constants
"""Candidates: the posts that a reader may be shown next, each with all that its signals are made from.

One statement does it. Law 7: what the reader may not see falls out inside it, so a page is never filtered
after the fact. Law 6: what is full, or has no room at this moment, falls out as well; the claim decides.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from psycopg.rows import tuple_row
from sqlmodel import Session

from audience.access import CAPPED, FOLLOWED, MORE_ASKED, READER, ROOM, TIES, VISIBLE
from audience.feeds import facts, taste
from audience.feeds.facts import FACTS, FOUND, KNOWN, RUNS
from audience.feeds.reader import NOTHING_KNOWN, Taste
from audience.feeds.recipe import Recipe
from audience.feeds.rules import Among
from audience.feeds.signals import Candidate
from audience.gardens.garden import Garden
from audience.gardens.reading import garden_of
from audience.standpoint import standpoint
from coop.book import Book
from coop.database import shortened
from coop.driver import DriverStatement
from coop.errors import NotFound
from coop.identity import Identity
from coop.ids import first_id_at

_FOUND = f"""
SELECT {{version}}post.id, own.slug, {MORE_ASKED},
       gate.post_id IS NOT NULL, post.layers, coalesce(gate.reached, 0),
       tie.follows, tie.same_guild, tie.named{{facts}}
FROM {{posts}} AS post
LEFT JOIN gate ON gate.post_id = post.id
LEFT JOIN {CAPPED}
CROSS JOIN {TIES}{{known}}
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
_PAGE = f"""WITH {READER} SELECT {{nothing}}, {{runs}}, {{taste}}
UNION ALL SELECT found.*, NULL, NULL FROM ({{found}}) AS found"""


class Search:
    """A statement that finds candidates, and how its rows are read."""

    def __init__(self, posts: str, which: str, *, about: bool = False, kept: bool = False) -> None:
        """Write it out, once.

        ``about`` says whether it is asked about the reader as well, and ``kept`` whether facts are taken as
        far as the process keeps them: of the newest of all it keeps most, of those of a few authors or guilds
        hardly any, so there they are joined.
        """
        said = {"version": "post.xmin, post.ctid, ", "facts": "", "known": ""}
        if not kept:
            said = {"version": "", "facts": f", {FACTS}", "known": KNOWN}
        found = _FOUND.format(posts=posts, which=which, **said)
        nothing = ", ".join(["NULL"] * (2 + FOUND if kept else len(Candidate._fields)))
        about_them = f"CASE WHEN :about THEN {taste.KNOWN} END" if about else "NULL"
        page = _PAGE.format(nothing=nothing, runs=RUNS if kept else "NULL", taste=about_them, found=found)
        self.statement = DriverStatement(shortened(page), tuple_row)
        self._kept = kept

    @classmethod
    def with_room(cls, posts: str, *, about: bool = False, kept: bool = False) -> "Search":
        """Return the search for the newest of some posts that have room."""
        return cls(posts, f"{ROOM} ORDER BY post.id DESC LIMIT :pool", about=about, kept=kept)

    def found(self, session: Session, bound: Mapping[str, Any]) -> tuple[list[Candidate], Taste]:
        """Return the candidates, the newest first, and what is known of the reader where it was asked."""
        common, *rows = self.statement.rows(session, bound)
        known = NOTHING_KNOWN if common[-1] is None else taste.read(common[-1])
        if self._kept:
            return facts.completed(session, rows, common[-2]), known
        return [Candidate._make(row[:-2]) for row in rows], known


@lru_cache(maxsize=512)
def search(among: Among, fed: str) -> Search:
    """Return the search of a profile, by the set of posts that it is made from.

    ``fed`` is of the reader's garden, whose numbers and names are bound, not written.
    """
    return Search.with_room(_among(fed)[among], about=True, kept=among == "everyone")


@lru_cache(maxsize=512)
def _search_listed(fed: str) -> Search:
    return Search.with_room(_newest("id = ANY(CAST(:listed AS bigint[]))", fed))


_ONE = Search("post", f"{VISIBLE} AND post.id = :wanted")


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
    return search(profile.among, fed).found(session, bound)


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
    bound = {**standpoint(session, viewer, book, now), **kept, "listed": list(posts)}
    found, _ = _search_listed(fed).found(session, {**bound, "depth": len(posts), "pool": len(posts)})
    by_id = {post.id: post for post in found}
    return [by_id[post_id] for post_id in posts if post_id in by_id]


def candidate(session: Session, viewer: Identity, book: Book, post_id: int, now: datetime) -> Candidate:
    """Return one post, seen or not; raise NotFound where the viewer's keys do not open it."""
    bound = {**standpoint(session, viewer, book, now), "wanted": post_id}
    found, _ = _ONE.found(session, bound)
    if not found:
        raise NotFound
    return found[0]
