"""Trusted labellers: those whom a policy's rules believe, and whether each can be heard.

Law 13: one that cannot be heard is not passed over in silence: what that comes to is a clause, and everybody
is told of it where the policy is read.
"""

from datetime import datetime
from typing import Literal, NamedTuple

from sqlmodel import Session

from audience.gardens import labellers
from audience.moderation.label_rules import Missing, label_clause
from audience.moderation.rules import MODERATION, ModerationRules
from coop.book import Book
from coop.receipts import Citation

Heard = Literal["at work", "limited", "silent", "gone", "ended", "unknown"]
"""How a trusted labeller stands. ``limited``: it gave as many labels in 24 hours as ask rules again, or more.
``unknown``: there is none of that slug. It is not heard where it is silent, gone, ended or unknown."""
UNHEARD: frozenset[Heard] = frozenset({"silent", "gone", "ended", "unknown"})


class TrustedLabeller(NamedTuple):
    """A labeller whom the rules of a scope believe."""

    name: str
    """Under which rules speak of it: ``labels.NAME``."""
    slug: str
    labels: list[str]
    """What it may say; empty where there is none of that slug."""
    missing: Missing
    heard: Heard
    edition: int
    """Its latest; 0 before the first."""
    citation: Citation


def trusted(session: Session, book: Book, scope: str, now: datetime) -> list[TrustedLabeller]:
    """Return whom the rules of a scope believe, by name: those of the coop too, where it is a guild's."""
    rules = book.rules(MODERATION, ModerationRules, scope)
    if not rules.labels:
        return []
    slugs = sorted({one.labeller for one in rules.labels.values()})
    known = labellers.of_slugs(session, book, slugs, now)
    found = []
    for name, one in sorted(rules.labels.items()):
        shown, given = known.get(one.labeller, (None, 0))
        heard: Heard = "unknown" if shown is None else shown.standing
        if heard == "at work" and given >= rules.labelled.labels_a_day:
            heard = "limited"
        labels, edition = ([], 0) if shown is None else (shown.labels, shown.edition)
        citation = book.cite(MODERATION, label_clause(name), scope)
        found.append(TrustedLabeller(name, one.labeller, labels, one.missing, heard, edition, citation))
    return found
