"""The standpoint: who looks, when and under which limits, as the fragments of ``access.py`` are bound."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from audience.clauses import limit_of
from audience.limits import NO_LIMIT, limits_of, most_seats, rules_of
from audience.rules import AUDIENCE
from coop.book import Book
from coop.database import as_array
from coop.identity import Identity

NO_ARRIVAL_LIMIT = timedelta(days=100_000)
"""What stands in SQL for arrivals without a limit."""

_GUILD_IDS = text("SELECT id, slug FROM guild WHERE slug = ANY(CAST(:slugs AS text[]))")


def standpoint(session: Session, viewer: Identity | None, book: Book, now: datetime) -> dict[str, Any]:
    """Return what the fragments of this module are bound to: who looks, when, and under which limits."""
    return {
        "me": None if viewer is None else viewer.member_id,
        "now": now,
        "guilds": as_array(() if viewer is None else sorted(viewer.guilds)),
        **limits_bound(session, book, visiting=viewer is None),
    }


def limits_bound(session: Session, book: Book, *, visiting: bool = False) -> dict[str, Any]:
    """Return the limits of a book as :data:`CAPPED` takes them, beside the moment ``now``.

    The arrays are written out as text once, because a hundred guilds' limits cost more to send than to use.
    """
    return book.derived(("bound limits", visiting), lambda: _as_bound(session, book, visiting=visiting))


def _as_bound(session: Session, book: Book, *, visiting: bool) -> dict[str, Any]:
    slugs = [scope.removeprefix("guild:") for scope in book.scopes(AUDIENCE)]
    rows = session.connection().execute(_GUILD_IDS, {"slugs": slugs}).all() if slugs else ()
    own = [(row.id, row.slug, *_as_numbers(book, row.slug, visiting=visiting)) for row in rows]
    seats, ceiling, wide, ahead, all_wait = _as_numbers(book, None, visiting=visiting)
    return {
        "seats": seats,
        "ceiling": ceiling,
        "wide": wide,
        "ahead": ahead,
        "all_wait": all_wait,
        "own_ids": as_array(one[0] for one in own),
        "own_slugs": as_array(one[1] for one in own),
        "own_seats": as_array(one[2] for one in own),
        # Where the guild's ceiling is not the stricter, the coop's two hold.
        "own_ceilings": as_array(None if one[3:5] == (ceiling, wide) else one[3] for one in own),
        "own_aheads": as_array(f"{one[5].total_seconds():f}" for one in own),
        "own_waits": as_array(one[6] for one in own),
    }


def _as_numbers(book: Book, guild: str | None, *, visiting: bool) -> tuple[int, int, int, timedelta, bool]:
    """Return default, ceilings and arrivals of a guild or the coop, and whether friends wait too.

    Open ones are told as numbers.

    To visitors, no seat is left where the widest audience is all members: a vote that says so holds for what
    was public before.
    """
    own, coop = rules_of(book, guild), rules_of(book, None)
    ceiling, wide = (most_seats(book, guild, wide=one) for one in (False, True))
    if visiting and "local" in (own.reach.widest, coop.reach.widest):
        ceiling = wide = 0
    default, limits = limit_of(own.seats.default), limits_of(book, guild)
    ahead = limits.ahead
    return (
        NO_LIMIT if default is None else default,
        NO_LIMIT if ceiling is None else ceiling,
        NO_LIMIT if wide is None else wide,
        NO_ARRIVAL_LIMIT if ahead is None else ahead,
        limits.all_wait,
    )
