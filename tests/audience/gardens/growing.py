"""Gardens for tests: posts, what speaks against them, and what a reader is brought and shown."""

from datetime import timedelta
from typing import Any, Literal

from sqlmodel import Session

from audience.access import access_post
from audience.cards import Card, cards
from audience.feeds import page as feeds
from audience.gardens import editions, labellers, mutes, subscriptions
from audience.gardens.editions import Naming
from audience.gardens.garden import Sight
from audience.gardens.mutes import Of
from coop.book import Book
from coop.feature_rules import FEATURES
from coop.features import LABELLER_PUBLISHING
from coop.holdings import Held, Holdings
from coop.identity import Identity
from tests.audience.factories import NOW, make_post, with_clauses

DAY = timedelta(days=1)


def brought(session: Session, reader: Identity, book: Book, name: str = "chronological") -> list[int]:
    """Return what the next page of a feed would hold; nothing stays seen."""
    with session.begin_nested() as looking:
        found = [item.card.id for item in feeds.page(session, reader, book, name, NOW)]
        looking.rollback()
    return found


def shown(session: Session, reader: Identity, book: Book, post_id: int) -> Card:
    """Return a post as a reader who goes and looks is shown it; nothing stays seen."""
    with session.begin_nested() as looking:
        access_post(session, reader, book, post_id, NOW)
        found = cards(session, reader, book, [post_id], NOW)[post_id]
        looking.rollback()
    return found


def sight(session: Session, reader: Identity, book: Book, post_id: int) -> str:
    """Return how a post is shown to whoever goes and looks: ``plain``, ``label`` or ``collapse``."""
    mark = shown(session, reader, book, post_id).mark
    return "plain" if mark is None else mark.action


def mute(session: Session, reader: Identity, book: Book, of: Of, name: str, days: int | None = None) -> int:
    """Mute something for some days, or for good."""
    until = None if days is None else NOW + days * DAY
    return mutes.mute(session, reader, book, of, name, until, NOW)


def write(session: Session, author: Identity, book: Book, body: str = "Bread", **more: Any) -> int:
    """Publish a post, a minute before everything happens."""
    return make_post(session, author, book, now=NOW - timedelta(minutes=1), body=body, **more).id


def entitled(book: Book, publisher: Identity) -> Book:
    """Return the book as it stands where a member, and the guild of bakers, may publish labels."""
    voted = with_clauses(book, FEATURES, {"/held/labeller_publishing": True})
    members = {LABELLER_PUBLISHING: Held(frozenset({publisher.member_id}))}
    return voted.with_holdings(Holdings(1, members, {LABELLER_PUBLISHING: Held(frozenset({"bakers"}))}))


def labeller(
    session: Session,
    publisher: Identity,
    book: Book,
    *labels: str,
    slug: str = "calm",
    guild: str | None = None,
) -> None:
    """Found a labeller, by somebody who may."""
    given, book = list(labels) or ["loud"], entitled(book, publisher)
    labellers.found(session, publisher, book, slug, slug.title(), "By ear.", given, guild, NOW - DAY)


def publish(
    session: Session,
    publisher: Identity,
    book: Book,
    *named: Naming,
    slug: str = "calm",
    act: Literal["add", "remove"] = "add",
) -> editions.Published:
    """Publish an edition that adds, or takes back, some labels, by somebody who may."""
    add, remove = (named, ()) if act == "add" else ((), named)
    return editions.publish(session, publisher, entitled(book, publisher), slug, add, remove, "", NOW)


def subscribe(session: Session, reader: Identity, book: Book, action: Sight, label: str = "loud") -> None:
    """Have something done with a label of the labeller."""
    subscriptions.subscribe(session, reader, book, "calm", {label: action}, NOW)
