"""Heats threads up, for tests: strangers who comment, and people who go back and forth."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from audience.moderation.rules import MODERATION
from audience.tables import Post, Reply, Seat
from coop.book import Book
from coop.ids import new_id
from coop.tables import Member
from tests.audience.factories import NOW, wide_open, with_clauses
from tests.factories import id_of, make_members

MILLISECOND = timedelta(milliseconds=1)
SMALL: dict[str, object] = {
    "/heat/usual_least": 2,
    "/heat/medians": 2,
    "/heat/turns_full": 4,
    "/heat/held_full": 2,
}
"""Clauses by which four strangers make a thread hot, where two are usual."""


def touchy(book: Book, clauses: dict[str, object] | None = None) -> Book:
    """Return a book by which a few answers heat a thread, and strangers come as they like."""
    return with_clauses(wide_open(book), MODERATION, SMALL | (clauses or {}))


def crowd(
    session: Session, post: Post, number: int, now: datetime = NOW, *, people: Sequence[Member] = ()
) -> list[Member]:
    """Have so many members answer a post just before ``now``, as if nothing had been asked of them."""
    members = list(people) or make_members(session, number)
    for place, member in enumerate(members):
        at = now - MILLISECOND * (len(members) - place)
        session.add(Seat(member_id=id_of(member), post_id=post.id, at=at, via="post", epoch=1))
        session.add(Reply(id=new_id(at), post_id=post.id, author_id=id_of(member), body="No!", created_at=at))
    session.flush()
    return members
