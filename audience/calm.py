"""Calm: what is asked of whoever answers a heated thread, by which clause, and what stands in their way.

Pure. Law 1: every answer to heat is a clause, shown in the thread with the vote behind it. Law 8: of what the
guild and the coop ask the stricter holds, and all of it only tightens what holds in a calm thread. Law 14: it
begins and ends with the heat, which is a function of facts and time. Law 6: whoever has a seat reads on.

Nothing is asked of the post's author. What is asked of strangers is asked of nobody who follows the author,
is named by the post or belongs to its guild, just as they do not wait to arrive.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import reduce

from audience import heat
from audience.heat import Facts, Points
from audience.moderation.heat_rules import HEAT_ORDERS, Heat, Level
from audience.moderation.rules import MODERATION, ModerationRules
from audience.reply_rules import Obstacle, Replier, ReplyLimits, Said
from audience.strictness import is_stricter, stricter_of
from coop.book import COOP, Book, guild_scope
from coop.receipts import Citation

RESPONSES = ("gap_s", "pause_s", "seated_s", "arrivals", "facilitators")
"""What may be asked at a level, in the order in which it is told."""
NOTHING = (0, "open")
"""What a clause says that asks for nothing."""


def heat_rules(book: Book, guild: str | None) -> Heat:
    """Return the clauses of heat that bind threads under posts of a guild: the stricter of guild and coop."""
    coop, scope = book.rules(MODERATION, ModerationRules).heat, _scope_of(book, guild)
    if scope == COOP:
        return coop
    own = book.rules(MODERATION, ModerationRules, scope).heat
    return book.derived(("heat rules", scope), lambda: stricter_of(own, coop, "/heat", HEAT_ORDERS))


def _scope_of(book: Book, guild: str | None) -> str:
    scope = COOP if guild is None else guild_scope(guild)
    return scope if book.policy(MODERATION, scope) is not None else COOP


def deciding(book: Book, guild: str | None, clause: str) -> Citation:
    """Return the receipt of a clause of heat for posts of a guild: the guild's where it is the stricter."""
    path, scope = clause.removeprefix("/heat/").split("/"), _scope_of(book, guild)
    own = reduce(getattr, path, heat_rules(book, guild))
    coop = reduce(getattr, path, heat_rules(book, None))
    return book.cite(MODERATION, clause, scope if is_stricter(clause, own, coop, HEAT_ORDERS) else COOP)


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that is asked while a thread is heated."""

    what: str
    """The name of its clause: one of :data:`RESPONSES`."""
    clause: Citation


@dataclass(frozen=True, slots=True)
class Heated:
    """A thread that is warm or hot."""

    level: Level
    points: Points
    until: datetime
    """From when on it is below that level, if nothing more is said."""
    threshold: Citation
    """The clause that says from how many points on it is at that level."""
    asked: tuple[Asked, ...]

    def citation(self, what: str) -> Citation | None:
        """Return the clause that asks this; None where nothing of it is asked."""
        return next((one.clause for one in self.asked if one.what == what), None)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Which parts make it heated. What was held back or reported is told to nobody (law 7)."""
        return tuple(name for name in ("strangers", "turns") if getattr(self.points, name))


def heated(facts: Facts, book: Book, guild: str | None, now: datetime) -> Heated | None:
    """Return how heated a thread is under a post of ``guild``, and what that asks; None where it is calm."""
    rules = heat_rules(book, guild)
    found = heat.points(facts, rules, now)
    level = heat.level(found.total, rules)
    if level is None:
        return None
    return Heated(
        level,
        found,
        heat.cools_at(facts, rules, level, now),
        deciding(book, guild, f"/heat/{level}/at"),
        asked_at(level, book, guild),
    )


def asked_at(level: Level, book: Book, guild: str | None) -> tuple[Asked, ...]:
    """Return what a level asks under posts of a guild, with the clauses, as far as it asks for anything."""
    response = heat_rules(book, guild).at(level)
    return tuple(
        Asked(what, deciding(book, guild, f"/heat/{level}/{what}"))
        for what in RESPONSES
        if getattr(response, what) not in NOTHING
    )


def slowed(limits: ReplyLimits, found: Heated | None) -> ReplyLimits:
    """Return the limits for replies while a thread is as heated as that: slow mode, where it asks more."""
    clause = None if found is None else found.citation("gap_s")
    if clause is None or clause.value <= limits.gap_s.value:
        return limits
    return replace(limits, gap_s=Said(clause.value, None, clause))


@dataclass(frozen=True, slots=True)
class Coming:
    """What is known of one who would answer a heated thread."""

    stranger: bool
    """Whether they are one to the post; its author is none."""
    seated_at: datetime | None
    """When they took their seat at it."""
    paused_at: datetime | None
    """When they began to read again what they wrote, unless that was spent or is too long ago."""


def obstacles(found: Heated | None, coming: Coming, replier: Replier) -> Iterator[Obstacle]:
    """Yield why a stranger may not answer a heated thread yet, but for the pause: see :func:`pause_until`."""
    clause = None if found is None else found.citation("seated_s")
    if clause is None or replier.author or not coming.stranger:
        return
    again = (coming.seated_at or replier.now) + timedelta(seconds=clause.value)
    if again > replier.now:
        detail = "This thread is heated: whoever has just come reads for a while before they answer."
        yield Obstacle(detail, Said(clause.value, None, clause), again)


def pause_until(found: Heated | None, coming: Coming, replier: Replier) -> datetime | None:
    """Return from when on they may send what they wrote: ``now`` or earlier where they have paused for it.

    None where no pause is asked of them. Whoever has not begun to pause has all of it before them.
    """
    clause = None if found is None else found.citation("pause_s")
    if clause is None or replier.author or not coming.stranger:
        return None
    return (coming.paused_at or replier.now) + timedelta(seconds=clause.value)
