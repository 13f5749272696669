"""Sharing: what the members of guilds have of features together, and what of it is used.

Told to those who belong to a guild, of each feature that has a budget or that only so many of may be open at
once. It is read in as many statements however many guilds there are.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from audience.rooms import at_once
from coop import feature_at_once, feature_budgets, features
from coop.book import Book
from coop.feature_at_once import Concurrency
from coop.feature_budgets import Account
from coop.feature_rules import FEATURES, FeatureRules
from coop.features import LIVE_ROOMS
from coop.identity import Identity
from coop.tables import Guild

OPEN: Mapping[str, Callable[[Session, Collection[int], datetime], Mapping[int, int]]] = {
    LIVE_ROOMS: at_once.open_now,
}
"""By the name of a feature: what counts how many of it guilds, by their ids, have open."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What a guild has of one feature for all its members."""

    budget: Account | None
    at_once: Concurrency | None


@dataclass(frozen=True, slots=True)
class Share:
    """What a member shares with the others of a guild."""

    guild: str
    """Its slug."""
    feature: str
    shared: Shared


def of_guilds(
    session: Session, book: Book, guilds: Collection[int], now: datetime
) -> dict[tuple[int, str], Shared]:
    """Return what guilds have of each feature that is shared, whether or not they hold it."""
    accounts = feature_budgets.accounts(session, book, guilds, now)
    open_now = _open_now(session, book, guilds, now)
    return {
        key: Shared(accounts.get(key), open_now.get(key)) for key in dict.fromkeys([*accounts, *open_now])
    }


def of_member(session: Session, book: Book, member: Identity, now: datetime) -> tuple[Share, ...]:
    """Return what a member shares of features that guilds of theirs hold, by guild and feature."""
    wanted = select(col(Guild.id), col(Guild.slug)).where(col(Guild.id).in_(member.guilds))
    slugs = {row.id: row.slug for row in session.execute(wanted.order_by(col(Guild.slug)))}
    shared = of_guilds(session, book, slugs.keys(), now)
    return tuple(
        Share(slug, name, shared[guild_id, name])
        for guild_id, slug in slugs.items()
        for name in features.FEATURES_KNOWN
        if (guild_id, name) in shared and features.held_by_guild(book, name, slug, now)
    )


def _open_now(
    session: Session, book: Book, guilds: Collection[int], now: datetime
) -> dict[tuple[int, str], Concurrency]:
    found: dict[tuple[int, str], Concurrency] = {}
    for name in book.rules(FEATURES, FeatureRules).features:
        limit, count = feature_at_once.limit_of(book, name), OPEN.get(name)
        if limit is not None and count is not None and guilds:
            numbers = count(session, guilds, now)
            for one in guilds:
                found[one, name] = Concurrency(limit.unit, limit.amount, numbers.get(one, 0))
    return found
