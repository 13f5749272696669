"""Waiting for a seat, at a post that is full and whose author lets members wait: first come, first seated.

Law 6: a cap stays exact, and so does the order: whoever waits and is still meant is seated before whoever
came later, and before all who do not wait (the guard is in ``gate.py``). Arrivals obey the limiter here too.
Law 7: whoever may not read the post is told what one is told who asks for an unknown id, before and while
they wait; nobody is told who else waits. Law 14: seating follows from rows alone, so any worker may do it,
late or twice.

Whoever waits is seated by a job. Where one can wait the author has named a number of seats, so there is a
gate from the beginning; it is held by whoever begins or ceases to wait, and by the job, one at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, literal, select, text
from sqlmodel import Session, col

from audience import gate
from audience.access import CAPPED, FRIEND, MORE_ASKED, READER, TIES, VISIBLE, access_post
from audience.limits import Asked, limits_of
from audience.standpoint import limits_bound, standpoint
from coop.book import Book
from coop.clock import Clock
from coop.database import Database
from coop.due_rows import PAGE, in_pages, one_by_one
from coop.errors import Conflict, NotFound
from coop.identity import Identity
from coop.members import as_identity, identity_query
from coop.notices import Tidings, tell
from coop.policies import Books
from coop.tables import Member

TOPIC: Final = "seat"
SEATED = "seated"
"""Topic and moment of the notice that a seat was given."""
VIA = "waiting"
"""Where a seat is taken that was waited for."""

_LOOK = text(f"""
WITH {READER}
SELECT post.author_id = :me AS mine, post.seats_max, {MORE_ASKED} AS more_asked, post.layers, post.waitlist,
       guild.slug AS guild, gate.reached, seat.post_id IS NOT NULL AS seated, mine.number, {FRIEND} AS friend,
       gate.taken + gate.waiting >= cap.seats AS full
FROM post
JOIN gate ON gate.post_id = post.id
LEFT JOIN guild ON guild.id = post.guild_id
LEFT JOIN seat ON seat.post_id = post.id AND seat.member_id = :me
LEFT JOIN waiting AS mine ON mine.post_id = post.id AND mine.member_id = :me
LEFT JOIN {CAPPED}
CROSS JOIN {TIES}
WHERE {VISIBLE} AND post.id = :post
""")  # noqa: S608 - put together from constants

_BEGIN = text("INSERT INTO waiting (post_id, member_id, since) VALUES (:post, :me, :now) RETURNING number")
_END = text("DELETE FROM waiting WHERE post_id = :post AND member_id = :me RETURNING number")
_COUNT = text("UPDATE gate SET waiting = waiting + :more WHERE post_id = :post")
_PLACE = text("SELECT count(*) FROM waiting WHERE post_id = :post AND number <= :number")
_FIRST = text("SELECT member_id FROM waiting WHERE post_id = :post ORDER BY number LIMIT 1")

_DUE = text(f"""
SELECT post.id FROM gate JOIN post ON post.id = gate.post_id LEFT JOIN {CAPPED}
WHERE gate.waiting > 0 AND (post.deleted_at IS NOT NULL OR gate.taken < cap.seats) AND post.id > :after
ORDER BY post.id LIMIT :most
""")  # noqa: S608 - put together from constants


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody stands among those who wait for a seat at a post."""

    post_id: int
    place: int
    """From 1, which is next."""


def begin(session: Session, reader: Identity, book: Book, post_id: int, now: datetime) -> Place:
    """Wait for a seat at a post, and return one's place; who waits already keeps theirs.

    Raise NotFound where the reader may not read it, or it is full and lets nobody wait, or strangers are
    arriving too fast; and Conflict where they can open it.
    """
    gate.hold(session, post_id)
    found = _look(session, reader, book, post_id, now)
    if found is None or found.mine or found.seated or not (found.waitlist and found.full):
        access_post(session, reader, book, post_id, now)
        raise Conflict("You need not wait: open it.")
    number = found.number
    if number is None:
        bound = {"post": post_id, "me": reader.member_id, "now": now}
        number = session.connection().execute(_BEGIN, bound).scalar_one()
        session.connection().execute(_COUNT, {"post": post_id, "more": 1})
    return Place(post_id, place(session, post_id, number))


def end(session: Session, reader: Identity, post_id: int) -> None:
    """No longer wait for a seat at a post; raise NotFound where one does not wait."""
    gate.hold(session, post_id)
    if not _end(session, reader.member_id, post_id):
        raise NotFound


def place(session: Session, post_id: int, number: int) -> int:
    """Return the place among those who wait of whoever came as the ``number``."""
    found: int = session.connection().execute(_PLACE, {"post": post_id, "number": number}).scalar_one()
    return found


def seat_due(database: Database, books: Books, clock: Clock) -> int:
    """Seat those who wait wherever seats are free; return how many. One post is one transaction."""

    def due(session: Session, after: int) -> Sequence[int]:
        limits = limits_bound(session, books.current(session))
        bound = {**limits, "now": clock.now(session), "after": after, "most": PAGE}
        return session.scalars(_DUE, bound).all()

    def seat_one(session: Session, post_id: int) -> int:
        gate.hold(session, post_id)
        return seat(session, books.current(session), post_id, clock.now(session))

    return one_by_one(database, "seats in line", in_pages(database, due), seat_one)


def seat(session: Session, book: Book, post_id: int, now: datetime) -> int:
    """Seat those who wait at a post, in order, as far as it has seats; return how many. Its gate is held.

    Whoever is no longer meant, has left the coop or was seated otherwise ceases to wait and is told nothing.
    """
    seated = 0
    while (member_id := session.scalar(_FIRST, {"post": post_id})) is not None:
        reader = _reader(session, member_id)
        found = None if reader is None else _look(session, reader, book, post_id, now)
        if reader is None or found is None or found.seated:
            _end(session, member_id, post_id)
            continue
        asked = Asked.of(found.seats_max, found.more_asked)
        limits = limits_of(book, found.guild, asked).for_viewer(friend=found.friend)
        claims: Sequence[gate.Claim] = [
            gate.Claim(post_id, limits, True, found.layers, found.reached, waited=True)
        ]
        if not gate.claim(session, reader, claims, via=VIA, epoch=book.epoch, now=now):
            break
        session.connection().execute(_END, {"post": post_id, "me": member_id})
        _tell(session, book, member_id, post_id, now)
        seated += 1
    return seated


def _look(session: Session, reader: Identity, book: Book, post_id: int, now: datetime) -> Row[Any] | None:
    """Return how a reader stands to a post that they may read; None for any other."""
    bound = {**standpoint(session, reader, book, now), "post": post_id}
    return session.connection().execute(_LOOK, bound).one_or_none()


def _end(session: Session, member_id: int, post_id: int) -> bool:
    """Take somebody from among those who wait, and say whether they were; the gate is held."""
    gone = session.connection().execute(_END, {"post": post_id, "me": member_id}).one_or_none()
    if gone is None:
        return False
    session.connection().execute(_COUNT, {"post": post_id, "more": -1})
    return True


def _reader(session: Session, member_id: int) -> Identity | None:
    row = session.execute(identity_query().where(col(Member.id) == member_id)).one_or_none()
    return None if row is None else as_identity(row, frozenset())


def _tell(session: Session, book: Book, member_id: int, post_id: int, now: datetime) -> None:
    """Tell somebody of their seat, and nothing of the post: it may be closed to them when they read this."""
    tidings = Tidings(
        TOPIC, post_id, SEATED, "There is a seat for you.", f"/posts/{post_id}", now, turn=member_id
    )
    tell(session, book, tidings, select(literal(member_id)), now)
