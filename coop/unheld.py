"""Unheld: what is in the way of whoever does not hold a feature, and what would change that.

Pure. It names the clause by which the feature is gained, or the vote that a guild still has to take, so that
nobody who is refused has to guess.
"""

from datetime import datetime

from coop import features
from coop.book import Book
from coop.errors import Fault
from coop.feature_rules import FEATURES, FeatureRules, clause_of, vote_clause
from coop.holdings import Holder


def unheld(book: Book, name: str, guild: str | None, now: datetime) -> Fault:
    """Return what is in the way of a member, or of a guild (its slug), who does not hold a feature."""
    holder: Holder = "member" if guild is None else "guild"
    feature = book.rules(FEATURES, FeatureRules).features.get(name)
    terms = None if feature is None else feature.terms(holder)
    if terms is None:
        return Fault("", f"The policy “features” lets no {holder} hold it: a vote would add it there.")
    if guild is not None and features.met_by_guild(book, name, guild, now):
        clause = book.cite(FEATURES, vote_clause(name), features.scope_of(book, guild))
        detail = "It meets the conditions. A vote of the guild on its own features policy gives it this."
        return Fault("", detail, clause)
    path = "/members/me/features" if guild is None else f"/guilds/{guild}/features"
    detail = f"It is gained in the night in which this holds: {terms.grant_when}. What is missing: {path}"
    return Fault("", detail, book.cite(FEATURES, clause_of(name, holder, "grant_when")))
