"""Inheriting: what an author leaves out of an audience is said by the clauses.

Pure. Law 1: behind each default stands a clause. Law 8: nothing is widened after the fact. Whom a post is for
is compiled into its lock, which only narrows; so whom it is for by ``/reach/default`` is settled when it is
published and kept in its document, and a later vote on that clause is for later posts. So is whether members
may wait for a seat (``/seats/on_full``), which opens the door of a full post. Every number, and whether
friends are delayed, is read anew at each delivery instead, where the strictest holds: see ``limits.py``.
"""

from typing import Any

from audience.document import AudienceDocument, Preset, preset
from audience.limits import rules_of, scope_of
from audience.predicate import Predicate
from audience.rules import AUDIENCE, INHERITED, AudienceRules, Inherited
from coop.book import COOP, Book

FORMERLY: Preset = "local"
"""Whom a document means that says of nobody who may see it: it was published before there was a clause."""


def inherit(document: AudienceDocument, book: Book, guild: str | None) -> AudienceDocument:
    """Return a document that says who may see it: what its author says, else what the clauses do now.

    ``guild`` is where the post is made. ``bounds.check`` has found that the clauses mean somebody there.
    """
    if says_whom(document):
        return document
    return document.model_copy(update=_inside(steps(book, guild), guild))


def as_published(document: AudienceDocument) -> AudienceDocument:
    """Return a document that was kept, with whom it was for where it is older than the clause."""
    return document if says_whom(document) else document.model_copy(update={"preset": FORMERLY})


def says_whom(document: AudienceDocument) -> bool:
    """Say whether a document says itself who may see it."""
    return document.preset is not None or document.see is not None


def steps(book: Book, guild: str | None) -> frozenset[Inherited]:
    """Return the steps of the gradient that guild and coop say a post is for; it is for whom both mean."""
    scopes = {COOP, scope_of(book, guild)}
    return frozenset(book.rules(AUDIENCE, AudienceRules, scope).reach.default for scope in scopes)


def lets_wait(document: AudienceDocument, book: Book, guild: str | None) -> bool:
    """Say whether members may wait for a seat at a post once all are taken."""
    said = None if document.seats is None else document.seats.on_full
    return (said or rules_of(book, guild).seats.on_full) == "waitlist"


def _inside(both: frozenset[Inherited], guild: str | None) -> dict[str, Any]:
    """Return, as parts of a document, whom all of some steps mean.

    Each step lies inside the next, but that of the guild: those who follow somebody need not be in it.
    """
    narrowest = min(both, key=INHERITED.index)
    if "guild" in both and narrowest in ("mutuals", "followers"):
        return {"see": Predicate(all=[*preset(narrowest, guild).atoms(), *preset("guild", guild).atoms()])}
    return {"preset": narrowest}
