"""Labellers that policies name, for tests: at any moment, and asked again as a worker would ask."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from audience.gardens import editions, labellers
from audience.gardens.editions import Naming
from audience.moderation import asking_editions
from coop.book import Book
from coop.identity import Identity
from tests.audience.gardens.growing import entitled
from tests.audience.moderation.rules import rule, with_rules

WATCH = {"watch": {"labeller": "watch"}}
"""The table ``labels`` of a policy that names one labeller."""
SPAM = "'spam' in labels.watch"


def trusting(book: Book, when: str = SPAM, then: str = "collapse", **more: Any) -> Book:
    """Return the book with one rule, ``spam``, that speaks of the labeller ``watch``."""
    said = {"on": ["post", "reply"], **({} if then == "hold" else {"override": True}), **more}
    return with_rules(book, {"spam": rule(when, then, **said)}, labels=WATCH)


def found(session: Session, publisher: Identity, book: Book, at: datetime, slug: str = "watch") -> None:
    """Found a labeller that says ``spam`` and ``odd``."""
    said = ["spam", "odd"]
    labellers.found(session, publisher, entitled(book, publisher), slug, slug, "It watches.", said, None, at)


def say(
    session: Session,
    publisher: Identity,
    book: Book,
    at: datetime,
    add: Sequence[Naming] = (),
    remove: Sequence[Naming] = (),
    slug: str = "watch",
) -> int:
    """Publish an edition at a moment, and return its number."""
    book = entitled(book, publisher)
    return editions.publish(session, publisher, book, slug, add, remove, "", at).number


def asked(session: Session, book: Book, now: datetime) -> int:
    """Ask again what editions ask that are due, and return of how many things something came."""
    changed, moment = 0, now + timedelta(seconds=30)
    while (step := asking_editions.step(session, book, moment)) is not None:
        changed += step
    return changed
