"""Limits: how many may open a post and how fast, the strictest of author, guild and coop.

Pure. Law 8: creators only tighten. What an author asked for and what the clauses say are read anew from the
book at every delivery, so a vote binds every post from the next request on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import reduce
from typing import NamedTuple

from audience.clauses import OPEN, limit_of, strictest
from audience.document import Parts
from audience.rules import AUDIENCE, AudienceRules
from audience.strictness import is_stricter, stricter_of
from coop.book import COOP, Book, guild_scope
from coop.receipts import Citation

MINUTE = timedelta(minutes=1)
WITHOUT_STAGES = 4
"""How many numbers tell what was asked besides seats, where no stage asks more."""
CEILING, WIDE_CEILING = "/seats/ceiling", "/seats/wide_ceiling"
NO_LIMIT = 2**31 - 1
"""What stands in the database for seats without a limit, which no clause and no author can name."""


class Asked(NamedTuple):
    """What an author asked for; None leaves it to the clauses."""

    seats: int | None = None
    """``NO_LIMIT`` where they asked for none."""
    per_minute: int | None = None
    burst: int | None = None
    all_wait: bool = False
    """Whether friends of the post are delayed as strangers are."""
    seats_later: int | None = None
    """What later layers leave of the seats, beside the number asked first or the default in its place."""
    wide: bool = False
    """Whether it was published beyond the ceiling, as whoever holds wide reach may: ``wide_reach.py``."""

    @classmethod
    def by(cls, parts: Parts, *, wide: bool = False) -> "Asked":
        """Return what one layer of a document asks for; ``wide`` says that it goes by the wide ceiling."""
        seats = None if parts.seats is None else parts.seats.max
        arrivals = parts.arrivals
        return cls(
            NO_LIMIT if seats == "open" else seats,
            None if arrivals is None else arrivals.per_minute,
            None if arrivals is None else arrivals.burst,
            arrivals is not None and arrivals.strangers_only is False,
            wide=wide,
        )

    @classmethod
    def by_all(cls, layers: Sequence[Parts], *, wide: bool = False) -> "Asked":
        """Return what all layers of a document ask for together, the first that of its publishing."""
        first, *others = [cls.by(one, wide=wide) for one in layers] or [cls(wide=wide)]
        return reduce(cls.narrowed, others, first)

    @classmethod
    def of(cls, seats: int | None, more: Sequence[int | None] | None) -> "Asked":
        """Return what was asked for, from what ``access.MORE_ASKED`` selects besides the seats."""
        if more is None:
            return cls(seats)
        asked = cls(seats, more[0], more[1], bool(more[2]), wide=bool(more[3]))
        if len(more) == WITHOUT_STAGES:
            return asked
        return asked.narrowed(cls(more[4], more[5], more[6], bool(more[7])))

    def narrowed(self, later: "Asked") -> "Asked":
        """Return the strictest of this and what a later layer asks for."""
        return Asked(
            self.seats,
            strictest(self.per_minute, later.per_minute),
            strictest(self.burst, later.burst),
            self.all_wait or later.all_wait,
            strictest(self.seats_later, None if later.seats == NO_LIMIT else later.seats),
            self.wide,
        )


NOTHING = Asked()


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits that hold for one post; None is no limit."""

    seats: int | None
    """Distinct members who may be delivered it."""
    per_minute: int | None
    """Strangers who may arrive in a minute."""
    burst: int
    """Strangers who may arrive at once, after a lull."""
    all_wait: bool = False
    """Whether friends of the post count as strangers."""
    delayed: bool = True
    """Whether the one for whom they hold arrives as strangers do."""

    @property
    def hold(self) -> bool:
        """Whether there is any limit to count for."""
        return self.seats is not None or self.per_minute is not None

    @property
    def period(self) -> timedelta | None:
        """The time between two arrivals at the sustained rate."""
        return None if self.per_minute is None else MINUTE / self.per_minute

    @property
    def tolerance(self) -> timedelta | None:
        """How far arrivals may run ahead of that rate: ``burst`` periods."""
        return None if self.per_minute is None else MINUTE / self.per_minute * self.burst

    @property
    def ahead(self) -> timedelta | None:
        """How far in the future the theoretical arrival may lie and a stranger still be admitted."""
        return None if self.per_minute is None else MINUTE / self.per_minute * (self.burst - 1)

    def for_viewer(self, *, friend: bool) -> "Limits":
        """Return the limits for one viewer: a friend is not delayed, unless the author says so."""
        if self.all_wait or not friend:
            return self
        return replace(self, per_minute=None, delayed=False)


def tighten(asked: Asked, rules: AudienceRules, ceiling: int | None) -> Limits:
    """Return the limits in force: the stricter of what an author asked for and what the rules say.

    Where the author asked for no number of seats the default stands in for it. Later layers leave at most as
    many as that. ``ceiling`` is that of its seats.
    """
    default, burst = limit_of(rules.seats.default), rules.arrivals.burst
    wanted = default if asked.seats is None else None if asked.seats == NO_LIMIT else asked.seats
    return Limits(
        seats=strictest(wanted, asked.seats_later, ceiling),
        per_minute=strictest(asked.per_minute, limit_of(rules.arrivals.per_minute)),
        burst=burst if asked.burst is None else min(asked.burst, burst),
        all_wait=asked.all_wait or not rules.arrivals.strangers_only,
    )


def scope_of(book: Book, guild: str | None) -> str:
    """Return the scope whose audience policy binds posts of this guild: its own, where it holds one."""
    scope = COOP if guild is None else guild_scope(guild)
    return scope if book.policy(AUDIENCE, scope) is not None else COOP


def rules_of(book: Book, guild: str | None) -> AudienceRules:
    """Return the rules that bind posts made in a guild: of each clause the stricter of guild and coop.

    They are the coop's for posts made in none.
    """
    coop, scope = book.rules(AUDIENCE, AudienceRules), scope_of(book, guild)
    if scope == COOP:
        return coop
    own = book.rules(AUDIENCE, AudienceRules, scope)
    return book.derived(("audience rules", scope), lambda: stricter_of(own, coop))


def limits_of(book: Book, guild: str | None, asked: Asked = NOTHING) -> Limits:
    """Return the limits in force for a post made in a guild (its slug), or in none."""
    scope = scope_of(book, guild)
    return book.derived(
        ("limits", scope, asked),
        lambda: tighten(asked, rules_of(book, guild), most_seats(book, guild, wide=asked.wide)),
    )


def most_seats(book: Book, guild: str | None, *, wide: bool) -> int | None:
    """Return the most seats that a post of a guild, or of none, may have; None for no limit.

    ``wide`` takes the coop's wide ceiling in place of the coop's ceiling; a guild's own, where it is the
    stricter of the two, holds for either. Where the ceiling is open there is nothing beyond it.
    """
    own, coop = (rules_of(book, one).seats for one in (guild, None))
    wider = wide and coop.ceiling != OPEN and not is_stricter(CEILING, own.ceiling, coop.ceiling)
    return limit_of(coop.wide_ceiling if wider else own.ceiling)


def ceiling_of(book: Book, guild: str | None, *, wide: bool) -> Citation:
    """Return the receipt of the clause that :func:`most_seats` goes by."""
    ordinary = deciding(book, guild, CEILING)
    return book.cite(AUDIENCE, WIDE_CEILING) if wide and ordinary.scope == COOP else ordinary


def deciding(book: Book, guild: str | None, clause: str) -> Citation:
    """Return the receipt of a clause for posts of a guild: the guild's where it is the stricter."""
    path = clause.removeprefix("/").split("/")
    own, coop = (reduce(getattr, path, rules_of(book, one)) for one in (guild, None))
    return book.cite(AUDIENCE, clause, scope_of(book, guild) if is_stricter(clause, own, coop) else COOP)
