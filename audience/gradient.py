"""The gradient: one ordered control from oneself to everybody.

Pure. Each step is a document of its own, or the beginning of one, so whoever chooses a step has chosen
nothing that they could not have written. A step that the rules do not allow now is shown with the clause.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from audience.circles import CircleCard
from audience.clauses import limit_of
from audience.document import AudienceDocument, SeatsWanted
from audience.limits import deciding, rules_of
from audience.predicate import Atom, Predicate
from coop.book import Book
from coop.receipts import Citation


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the gradient."""

    key: str
    """``self``, ``circle:<id>``, ``mutuals``, ``followers``, ``guild``, ``local`` or ``public``."""
    label: str
    sentence: str
    audience: AudienceDocument
    """What it stands for in a document."""
    allowed: bool
    """Whether the rules in force let an author choose it."""
    clause: Citation | None = None
    """The clause that does not, where one does not."""


def steps(circles: Sequence[CircleCard], book: Book, guild: str | None) -> list[Step]:
    """Return the steps for a post made in ``guild``, or in none, from the narrowest to the widest.

    Circles come in the order of their size: which of two is closer is for their owner to say.
    """
    return [
        Step("self", "Only you", "Nobody else sees it.", AudienceDocument(preset="self"), allowed=True),
        *map(_circle, sorted(circles, key=lambda card: (len(card.members), card.name))),
        Step(
            "mutuals",
            "Mutuals",
            "Those who follow you and whom you follow.",
            AudienceDocument(preset="mutuals"),
            allowed=True,
        ),
        Step(
            "followers",
            "Followers",
            "Those who follow you, now or later.",
            AudienceDocument(preset="followers"),
            allowed=True,
        ),
        Step(
            "guild",
            "Guild" if guild is None else f"The guild {guild}",
            "Everybody in the guild it is made in, now or later.",
            AudienceDocument(preset="guild"),
            allowed=guild is not None,
        ),
        Step(
            "local", "All members", "Everybody in the coop.", AudienceDocument(preset="local"), allowed=True
        ),
        _public(book, guild),
    ]


def _circle(card: CircleCard) -> Step:
    return Step(
        f"circle:{card.id}",
        card.name,
        "Those who are in this circle when you publish, as long as they are.",
        AudienceDocument(see=Predicate(any=[Atom(circle=card.name)])),
        allowed=True,
    )


def _public(book: Book, guild: str | None) -> Step:
    ceiling = deciding(book, guild, "/seats/ceiling")
    clause = None
    if rules_of(book, guild).reach.widest != "public":
        clause = deciding(book, guild, "/reach/widest")
    elif limit_of(ceiling.value) is not None:
        clause = ceiling
    return Step(
        "public",
        "Everybody",
        "Everybody, signed in or not; nobody is counted, so its seats have no limit.",
        AudienceDocument(preset="public", seats=SeatsWanted(max="open")),
        allowed=clause is None,
        clause=clause,
    )
