"""Why a member sees a post: the lock that opened, the seat, the limits that hold and what a feed makes of it.

Law 7: whoever may not see the post is told nothing, and of its audience only the part that the asker
belongs to is named. How many hold a seat, and which layers have narrowed it, is told to the author alone.
Law 11: the terms of a profile add up to its score, each with the clause that weighs it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from audience import belonging
from audience.access import Access, access_post
from audience.cards import cards
from audience.clauses import limit_of, strictest
from audience.document import Parts
from audience.feeds import explanation, page
from audience.feeds.chosen import DEFAULT
from audience.feeds.explanation import Explanation
from audience.feeds.grounds import grounds
from audience.feeds.named import named
from audience.feeds.recipe import Recipe
from audience.feeds.rules import FEEDS, FeedRules
from audience.limits import NO_LIMIT, Asked, ceiling_of, deciding
from audience.reply_rules import reply_limits
from audience.rules import AtTime
from audience.standing import Layered, layered
from coop.book import Book
from coop.identity import Identity
from coop.receipts import Citation

_NARROWED = text("""
SELECT '/after/' || number - 1 || '/set' AS pointer, coalesce(reached_at, at, added_at) AS since,
       at - added_at AS age, seats_pct
FROM post_stage
WHERE post_id = :post AND part = 'read' AND lifted_at IS NULL
  AND stage_has_come(at, seats_pct, reached_at, :now)
ORDER BY since, number
""")

_VIA = text("SELECT via FROM seat WHERE member_id = :me AND post_id = :post")

OF_REPLIES = {
    "replies": "max",
    "replies_each": "per_member",
    "replies_gap_s": "gap_s",
    "replies_watched_min": "watched_min",
    "replies_until": "until",
    "replies_at_time": "at_time",
}
"""By the name of a limit of replies: what an audience document calls it."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit that holds for a post, and who set it."""

    name: str
    """``seats``, ``arrivals``, ``burst``, or one of :data:`OF_REPLIES`."""
    value: int | timedelta | AtTime | None
    """A number of people or replies, seconds, percent, a time after publishing, or who may answer at a moment
    of it; None where it is open."""
    clause: Citation | None
    """The clause that set it; none where the author did."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A layer of a post's audience whose time has come."""

    at: str
    """JSON Pointer of the layer in the document; layers added by hand are counted on after the planned."""
    since: datetime
    age: timedelta | None
    """The age that it waited for; None besides ``seats_pct`` where its author added it by hand."""
    seats_pct: int | None
    """Percent of the seats that it waited for."""
    sets: list[str]
    """What it says something of: ``see``, ``read``, ``seats``, ``arrivals``, ``interact`` or ``replies``."""


@dataclass(frozen=True, slots=True)
class Why:
    """Why a member sees a post."""

    because: list[str]
    """Sentences, each one reason that would be enough."""
    seat: bool
    """Whether the asker holds a seat; an author needs none."""
    taken: int | None
    """How many seats are taken, for the author alone, as its card says."""
    narrowed: list[Narrowed]
    """The layers that were reached, for the author alone: why it went no further."""
    limits: list[Limit]
    profile: str
    made: Explanation
    """What the profile makes of it now."""
    receipts: list[Citation]
    """Every clause that it rests on, that of each weight first and in the same order: see ``grounds.py``."""


def explain(
    session: Session, viewer: Identity, book: Book, post_id: int, asked: Recipe | None, now: datetime
) -> Why:
    """Return why the viewer sees a post, seating them as any view does.

    The terms are those of the recipe they asked for; where they named none, those of the voted one that
    delivered it, else of their default. Raise NotFound where they may not see the post.
    """
    post = access_post(session, viewer, book, post_id, now)
    recipe = asked or _delivering(session, viewer, book, post_id)
    mine = post.author_id == viewer.member_id
    audience = layered(session, post_id, now)
    taken = cards(session, viewer, book, [post_id], now)[post_id].taken
    made = explanation.explain(session, viewer, book, recipe, post_id, now)
    return Why(
        because=["You wrote it."] if mine else belonging.reasons(session, viewer, audience, "read", now),
        seat=not mine,
        taken=taken,
        narrowed=narrowed(session, audience, now, seats_told=taken is not None) if mine else [],
        limits=limits(book, post, audience),
        profile=recipe.title,
        made=made,
        receipts=[book.cite(FEEDS, clause) for clause in grounds(book, recipe, made)],
    )


def _delivering(session: Session, viewer: Identity, book: Book, post_id: int) -> Recipe:
    """Return the voted profile that delivered a post to its viewer, else what serves them by default.

    A seat keeps of a profile of a member's own only that it was one; by the default such a post is explained.
    """
    rules = book.rules(FEEDS, FeedRules)
    came = {"me": viewer.member_id, "post": post_id}
    via = session.connection().execute(_VIA, came).scalar_one_or_none()
    voted = [Recipe.of(rules, name) for name in rules.profiles]
    by = next((recipe for recipe in voted if recipe.via == via), None)
    default = by or named(session, viewer, book, DEFAULT)
    return default if isinstance(default, Recipe) else page.recipe_of(book, rules.default)


def narrowed(session: Session, audience: Layered, now: datetime, *, seats_told: bool) -> list[Narrowed]:
    """Return the layers of a post's audience that were reached, as its author is told, the earliest first.

    ``seats_told`` says whether so many of its seats are taken that their number is told; else a share of them
    that narrowed it is not told either.
    """
    said = {layer.at: layer.parts for layer in audience.layers}
    rows = session.connection().execute(_NARROWED, {"post": audience.post_id, "now": now})
    return [
        Narrowed(row.pointer, row.since, row.age, row.seats_pct, _sets(said[row.pointer]))
        for row in rows
        if row.seats_pct is None or seats_told
    ]


def _sets(parts: Parts) -> list[str]:
    named = [name for name in Parts.model_fields if getattr(parts, name) is not None]
    return ["see" if name == "preset" else name for name in named]


def limits(book: Book, post: Access, audience: Layered) -> list[Limit]:
    """Return every limit that holds for a post, each with the clause or the author that set it."""
    found = [seats(book, post.guild, post.asked)]
    for name, pointer, value in (
        ("arrivals", "/arrivals/per_minute", post.limits.per_minute),
        ("burst", "/arrivals/burst", post.limits.burst),
    ):
        clause = deciding(book, post.guild, pointer)
        found.append(Limit(name, value, clause if value == limit_of(clause.value) else None))
    said = reply_limits([(layer.at, layer.parts) for layer in audience.layers], book, post.guild)
    for name, called in OF_REPLIES.items():
        one = getattr(said, called)
        found.append(Limit(name, one.value, one.clause))
    return found


def seats(book: Book, guild: str | None, asked: Asked) -> Limit:
    """Return the cap on viewers: the author's or the default, unless the ceiling is below it."""
    default = deciding(book, guild, "/seats/default")
    ceiling = ceiling_of(book, guild, wide=asked.wide)
    wanted = (
        limit_of(default.value) if asked.seats is None else None if asked.seats == NO_LIMIT else asked.seats
    )
    highest = limit_of(ceiling.value)
    value = strictest(wanted, asked.seats_later, highest)
    if value == wanted:
        return Limit("seats", value, default if asked.seats is None else None)
    if value == asked.seats_later:
        return Limit("seats", value, None)
    return Limit("seats", value, ceiling)
