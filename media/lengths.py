"""Lengths: how long a member's video may last, and the minutes of a guild that a long one costs.

Whoever holds ``long_video`` may send long ones. So may a member for whom a guild answers that holds it: then
what is long comes out of the minutes that all of its members share. It is asked when an upload is begun; the
minutes are claimed when the video is made ready, because only then is known how long it is.
"""

from datetime import datetime
from math import ceil
from typing import NamedTuple

from sqlmodel import Session

from coop import feature_budgets, features
from coop.book import Book
from coop.features import LONG_VIDEO
from coop.identity import Identity
from coop.names import normal
from coop.tables import Guild
from media.answering import named
from media.rules import MediaRules
from media.tables import Asset

MINUTE_MS = 60_000
SHORT, LONG = "/videos/max_seconds", "/videos/long_seconds"
_UNHELD = "This guild does not hold what it takes to have long videos."


class Allowed(NamedTuple):
    """Whether a video may be long, and by which guild."""

    long: bool
    guild_id: int | None = None


def allowed(session: Session, book: Book, member: Identity, guild: str | None, now: datetime) -> Allowed:
    """Return whether a member's video may be long; ``guild`` is the slug of one that is to answer for it.

    Raise RuleBroken where they are in no such guild, and Forbidden where it does not hold the feature.
    """
    if guild is None:
        return Allowed(features.held(book, LONG_VIDEO, member, now))
    return Allowed(True, named(session, book, member, guild, LONG_VIDEO, _UNHELD, now).id)


def answering(book: Book, member: Identity, guild: str | None, now: datetime) -> str | None:
    """Return the guild (its slug) that answers for what a member shows in it, where one has to and may."""
    if guild is None or features.held(book, LONG_VIDEO, member, now):
        return None
    return guild if features.held_by_guild(book, LONG_VIDEO, normal(guild), now) else None


def seconds(book: Book, asset: Asset) -> int:
    """Return the most whole seconds that a video may last."""
    rules = book.rules("media", MediaRules).videos
    return rules.long_seconds if asset.long else rules.max_seconds


def too_long(book: Book, asset: Asset) -> str:
    """Return what to tell whoever sent a longer one, with the clause."""
    clause = book.cite("media", LONG if asset.long else SHORT)
    return (
        f"The video lasts longer than {clause.value} seconds, which is the longest agreed"
        f" ({clause.clause} of the policy {clause.kind}): send a shorter one."
    )


def claim(session: Session, book: Book, asset: Asset, duration_ms: int, now: datetime) -> None:
    """Take the minutes of a video that a guild answers for out of what its members share.

    Each minute that was begun counts, and a video that everybody may send costs nothing. Raise Forbidden
    where the guild does not hold the feature any more, and TooMany where fewer minutes are left.
    """
    short = book.rules("media", MediaRules).videos.max_seconds
    if asset.guild_id is None or duration_ms < 1000 * (short + 1):
        return
    guild = session.get_one(Guild, asset.guild_id)
    feature_budgets.claim(
        session, book, guild, LONG_VIDEO, ceil(duration_ms / MINUTE_MS), now, pointer="/guild"
    )
