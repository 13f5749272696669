"""How many at once: what a guild may have open of a feature at one moment, exact under any race.

Law 14: nothing is counted up or down, so nothing is left too high by a crash. What counts is what is open
now, which whoever opens something reads from the rows themselves, once nobody else of the guild can open any
(law 6 holds for seats in the same way).
"""

from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel import Session

from coop.book import Book
from coop.feature_rules import FEATURES, AtOnce, FeatureRules, clause_of
from coop.receipts import Citation

# Grants stay when they are lost, so the first one is the same row for everybody, and there wherever a guild
# holds the feature.
_HOLD = text("""
SELECT id FROM feature_grant WHERE holder = 'guild' AND holder_id = :guild AND feature = :feature
ORDER BY id LIMIT 1 FOR NO KEY UPDATE
""")


@dataclass(frozen=True, slots=True)
class Concurrency:
    """How many a guild has open of a feature, and how many it may."""

    unit: str
    amount: int
    """What the clause allows at one moment."""
    taken: int
    """How many are open."""

    @property
    def left(self) -> int:
        """How many more may be opened; nought where a vote has lowered the clause below what is open."""
        return max(0, self.amount - self.taken)


def limit_of(book: Book, feature: str) -> AtOnce | None:
    """Return how many of a feature a guild may have open at once; None for as many as it likes."""
    found = book.rules(FEATURES, FeatureRules).features.get(feature)
    return None if found is None or found.guild is None else found.guild.at_once


def clause(book: Book, feature: str) -> Citation:
    """Return the receipt of the clause that says how many."""
    return book.cite(FEATURES, clause_of(feature, "guild", "at_once/amount"))


def hold(session: Session, guild_id: int, feature: str) -> None:
    """Have nobody else open any of a feature in a guild to the end of the transaction.

    Whoever counts after this, in a statement of its own, counts all that were opened before.
    """
    session.connection().execute(_HOLD, {"guild": guild_id, "feature": feature})
