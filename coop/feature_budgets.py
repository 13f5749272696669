"""Feature budgets: what all members of a guild may use of a feature together, claimed without a race.

A budget is a guarded counter, as a gate is: the row of a guild, a feature and a period is written, or raised
where it stands, in one statement whose guard PostgreSQL asks again on the row that it waited for. So however
many claim at once, what was given never exceeds the clause (law 6 holds for seats in the same way). What
was not used is given back in the same way, to the period that it was taken from.

Law 14: a period follows from time alone. All of one length begin at the same moments, counted from the first
of January 1970 (UTC), and no job opens or closes one.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil

from sqlalchemy import text
from sqlmodel import Session

from coop import features
from coop.book import Book
from coop.errors import Fault, Forbidden, RuleBroken, TooMany
from coop.feature_rules import FEATURES, Budget, FeatureRules, clause_of
from coop.tables import Guild

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_TAKE = text("""
INSERT INTO feature_budget (guild_id, feature, since, taken, most)
SELECT :guild, :feature, :since, :amount, :most WHERE :amount <= :most
ON CONFLICT (guild_id, feature, since) DO UPDATE
SET taken = feature_budget.taken + excluded.taken, most = excluded.most
WHERE feature_budget.taken + excluded.taken <= excluded.most
RETURNING taken
""")

_GIVE_BACK = text("""
UPDATE feature_budget SET taken = taken - :amount
WHERE guild_id = :guild AND feature = :feature AND since = :since AND taken >= :amount
RETURNING taken
""")

_TAKEN = text("""
SELECT taken FROM feature_budget WHERE guild_id = :guild AND feature = :feature AND since = :since
""")

_TAKEN_OF_MANY = text("""
SELECT guild_id, feature, taken FROM feature_budget
WHERE guild_id = ANY(CAST(:guilds AS bigint[])) AND (feature, since) IN (
  SELECT asked.feature, asked.since
  FROM unnest(CAST(:features AS text[]), CAST(:since AS timestamptz[])) AS asked(feature, since))
""")


@dataclass(frozen=True, slots=True)
class Account:
    """What a guild has used of a budget in the period that runs."""

    unit: str
    amount: int
    """What the clause allows in a period."""
    taken: int
    since: datetime
    until: datetime
    """The period: ``since <= moment < until``."""

    @property
    def left(self) -> int:
        """What can still be claimed; nought where a vote has lowered the clause below what was taken."""
        return max(0, self.amount - self.taken)


def claim(
    session: Session,
    book: Book,
    guild: Guild,
    feature: str,
    amount: int,
    now: datetime,
    *,
    pointer: str = "/amount",
) -> Account:
    """Take so much of a guild's budget, and return the account after it.

    It is given in the caller's transaction; ``pointer`` is where the amount stands in what was sent. Raise
    Forbidden where the guild does not hold the feature, RuleBroken where nothing is claimed, TooMany where
    less is left.
    """
    if not features.held_by_guild(book, feature, guild.slug, now):
        raise Forbidden("This guild does not hold this feature.")
    if amount < 1:
        raise RuleBroken("Nothing is claimed.", faults=(Fault(pointer, "Claim 1 at least."),))
    budget = budget_of(book, feature)
    since, until = period(budget.per, now)
    row = session.connection().execute(
        _TAKE,
        {
            "guild": guild.id,
            "feature": feature,
            "since": since,
            "amount": amount,
            "most": budget.amount,
        },
    )
    taken: int | None = row.scalar_one_or_none()
    if taken is None:
        clause = book.cite(FEATURES, clause_of(feature, "guild", "budget/amount"))
        raise TooMany(
            f"This guild has fewer than {amount} {budget.unit} left in this period.",
            retry_after_s=max(1, ceil((until - now).total_seconds())),
            faults=(Fault(pointer, "Claim less, wait for the next period, or propose more.", clause),),
        )
    return Account(budget.unit, budget.amount, taken, since, until)


def give_back(session: Session, guild_id: int, feature: str, amount: int, since: datetime) -> int:
    """Give so much back to the period that began at ``since``, and return what is taken of it after that.

    Raise ValueError where less was taken in it: nobody gives back what was not claimed.
    """
    bound = {"guild": guild_id, "feature": feature, "since": since, "amount": amount}
    found = session.connection().execute(_GIVE_BACK, bound) if amount >= 0 else None
    taken: int | None = None if found is None else found.scalar_one_or_none()
    if taken is None:
        raise ValueError(f"{amount} of {feature} were not claimed in the period since {since}")
    return taken


def account(session: Session, book: Book, guild: Guild, feature: str, now: datetime) -> Account:
    """Return what a guild has used of a feature's budget, whether or not it holds the feature now."""
    budget = budget_of(book, feature)
    since, until = period(budget.per, now)
    bound = {"guild": guild.id, "feature": feature, "since": since}
    taken = session.connection().execute(_TAKEN, bound).scalar_one_or_none()
    return Account(budget.unit, budget.amount, taken or 0, since, until)


def accounts(
    session: Session, book: Book, guilds: Collection[int], now: datetime
) -> dict[tuple[int, str], Account]:
    """Return what guilds, by their ids, have used of every budget, by guild and feature, in one statement."""
    terms = {name: one.guild for name, one in book.rules(FEATURES, FeatureRules).features.items()}
    budgets = {name: one.budget for name, one in terms.items() if one is not None and one.budget is not None}
    if not budgets or not guilds:
        return {}
    periods = {name: period(budget.per, now) for name, budget in budgets.items()}
    bound = {
        "guilds": list(guilds),
        "features": list(periods),
        "since": [since.isoformat() for since, _ in periods.values()],
    }
    rows = session.connection().execute(_TAKEN_OF_MANY, bound)
    taken = {(row.guild_id, row.feature): row.taken for row in rows}
    return {
        (one, name): Account(budget.unit, budget.amount, taken.get((one, name), 0), *periods[name])
        for one in guilds
        for name, budget in budgets.items()
    }


def budget_of(book: Book, feature: str) -> Budget:
    """Return the budget that the clauses give each guild which holds a feature; raise KeyError for none."""
    found = book.rules(FEATURES, FeatureRules).features[feature].guild
    if found is None or found.budget is None:
        raise KeyError(f"{feature} has no budget")
    return found.budget


def period(length: timedelta, now: datetime) -> tuple[datetime, datetime]:
    """Return when the period that runs began, and when it ends."""
    since = EPOCH + (now - EPOCH) // length * length
    return since, since + length
