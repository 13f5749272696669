"""Full posts, those who wait at them, and posts at which there is nothing to wait for."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from audience import gate, posts, relations, stages, waiting
from audience.access import access_post
from audience.document import Parts
from audience.rules import AUDIENCE
from audience.tables import Gate, Post, Seat, Waiting
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity
from tests.audience.factories import NOW, make_post, with_clauses
from tests.factories import identity_of, make_member

LINE = {"seats": {"max": 2, "on_full": "waitlist"}}


def stranger(session: Session) -> Identity:
    return identity_of(make_member(session))


def opens(session: Session, reader: Identity, book: Book, post: Post, now: datetime = NOW) -> bool:
    try:
        access_post(session, reader, book, post.id, now)
    except NotFound:
        return False
    return True


def full(session: Session, author: Identity, book: Book, audience: dict[str, Any] = LINE) -> Post:
    """Publish a post and have strangers take its seats."""
    return filled(session, book, make_post(session, author, book, audience))


def filled(session: Session, book: Book, post: Post) -> Post:
    """Have strangers take the seats of a post."""
    while opens(session, stranger(session), book, post):
        pass
    return post


def counted(session: Session, post: Post) -> tuple[int, int]:
    """Return how many wait, by the gate; it agrees with the rows, and so does its count of seats."""
    session.expire_all()
    gate = session.get_one(Gate, post.id)
    rows = session.scalar(select(func.count()).where(col(Waiting.post_id) == post.id))
    seats = session.scalar(select(func.count()).where(col(Seat.post_id) == post.id))
    assert (gate.waiting, gate.taken) == (rows, seats)
    return gate.waiting, gate.taken


def wait(session: Session, book: Book, post: Post, number: int) -> list[Identity]:
    """Have so many strangers wait, in order."""
    people = [stranger(session) for _ in range(number)]
    for place, one in enumerate(people, start=counted(session, post)[0] + 1):
        assert waiting.begin(session, one, book, post.id, NOW).place == place
    return people


def seated(session: Session, book: Book, post: Post, now: datetime = NOW) -> int:
    gate.hold(session, post.id)
    return waiting.seat(session, book, post.id, now)


def raised(book: Book, seats: int) -> Book:
    """Return the book as it would stand if a vote had set the default and the ceiling to this."""
    return with_clauses(book, AUDIENCE, {"/seats/default": seats, "/seats/ceiling": seats})


def closed(session: Session, book: Book, ada: Identity, ben: Identity) -> Post:
    return full(session, ada, book, {"seats": {"max": 2, "on_full": "close"}})


def for_others(session: Session, book: Book, ada: Identity, ben: Identity) -> Post:
    post = make_post(
        session, ada, book, {"read": {"any": [{"local": True}], "not": [{"member": "ben"}]}, **LINE}
    )
    return filled(session, book, post)


def blocked(session: Session, book: Book, ada: Identity, ben: Identity) -> Post:
    post = full(session, ada, book)
    relations.block(session, ada, "ben", NOW)
    return post


def tightened(session: Session, book: Book, ada: Identity, ben: Identity) -> Post:
    post = full(session, ada, book)
    stages.tighten(session, ada, book, post.id, Parts.model_validate({"preset": "self"}), NOW)
    return post


def deleted(session: Session, book: Book, ada: Identity, ben: Identity) -> Post:
    post = full(session, ada, book)
    posts.delete(session, ada, post.id, NOW)
    return post


def crowded(session: Session, book: Book, ada: Identity, ben: Identity) -> Post:
    post = make_post(session, ada, book, {"arrivals": {"per_minute": 1, "burst": 1}, **LINE})
    opens(session, stranger(session), book, post)
    return post
