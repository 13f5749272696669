"""Races for seats that are waited for: real threads, real commits, real locks."""

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from app import POLICY_KINDS
from audience import gate, waiting
from audience.access import access_post
from audience.rules import AUDIENCE
from audience.tables import Gate, Seat, Waiting
from coop.book import Book
from coop.database import Database
from coop.errors import Conflict, NotFound
from coop.identity import Identity
from coop.policies import Books
from tests.audience.factories import NOW, make_post, wide_open, with_clauses
from tests.databases import without
from tests.factories import identity_of, make_member, make_members
from tests.thorough import much

SEATS = 5


class Coop:
    """A cooperative of its own with one full post, at which people wait."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.begin() as session:
            self.open = wide_open(Books(POLICY_KINDS).current(session))
            author = identity_of(make_member(session))
            document = {"seats": {"max": 400, "on_full": "waitlist"}}
            self.post = make_post(session, author, self.open, document).id
            first = [identity_of(row) for row in make_members(session, SEATS)]
            for one in first:
                access_post(session, one, self.book(SEATS), self.post, NOW)
            self.people = [identity_of(row) for row in make_members(session, much(30, 120))]
            self.newcomers = [identity_of(row) for row in make_members(session, much(30, 120))]

    def book(self, seats: int) -> Book:
        """Return the book as it stands when votes have set the seats of a post to this."""
        return with_clauses(self.open, AUDIENCE, {"/seats/default": seats, "/seats/ceiling": seats})

    def waits(self, who: Identity, seats: int = SEATS) -> bool:
        try:
            with self.database.begin() as session:
                waiting.begin(session, who, self.book(seats), self.post, NOW)
        except (Conflict, NotFound):
            return False
        return True

    def leaves(self, who: Identity) -> bool:
        try:
            with self.database.begin() as session:
                waiting.end(session, who, self.post)
        except NotFound:
            return False
        return True

    def comes(self, who: Identity, seats: int) -> bool:
        try:
            with self.database.begin() as session:
                access_post(session, who, self.book(seats), self.post, NOW)
        except NotFound:
            return False
        return True

    def seats(self, seats: int) -> int:
        """Do what the job does once."""
        with self.database.begin() as session:
            gate.hold(session, self.post)
            return waiting.seat(session, self.book(seats), self.post, NOW)

    def line(self) -> list[int]:
        """Return those who wait, in order; the counters agree with the rows."""
        with self.database.begin() as session:
            found = list(session.scalars(select(col(Waiting.member_id)).order_by(col(Waiting.number))))
            kept = session.get_one(Gate, self.post)
            seats = session.scalar(select(func.count()).where(col(Seat.post_id) == self.post))
            assert (kept.waiting, kept.taken) == (len(found), seats)
            return found

    def seated(self, people: Sequence[Identity]) -> set[int]:
        ids = [one.member_id for one in people]
        with self.database.begin() as session:
            rows = select(col(Seat.member_id)).where(
                col(Seat.post_id) == self.post, col(Seat.member_id).in_(ids)
            )
            return set(session.scalars(rows))


@pytest.fixture
def coop(committed: Database) -> Coop:
    return Coop(committed)


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """Do everything at once, shuffled over many threads."""
    shuffled = list(deeds)
    random.Random(5).shuffle(shuffled)
    with ThreadPoolExecutor(16) as pool:
        return [done.result(60) for done in [pool.submit(deed) for deed in shuffled]]


def test_law_06_many_who_begin_to_wait_at_once_each_have_a_place_of_their_own(coop: Coop) -> None:
    at_once(*(partial(coop.waits, who) for who in [*coop.people, *coop.people]))
    assert sorted(coop.line()) == sorted(one.member_id for one in coop.people)
    places = []
    for who in coop.people:
        with coop.database.begin() as session:
            places.append(waiting.begin(session, who, coop.book(SEATS), coop.post, NOW).place)
    assert sorted(places) == list(range(1, len(coop.people) + 1))


def test_law_06_amid_a_rush_of_newcomers_seats_go_to_those_who_wait_in_their_order(coop: Coop) -> None:
    for who in coop.people:
        assert coop.waits(who)
    line, more = coop.line(), 12
    deeds: list[Callable[[], object]] = [partial(coop.comes, who, SEATS + more) for who in coop.newcomers]
    deeds += [partial(coop.seats, SEATS + more) for _ in range(4)]
    at_once(*deeds)
    assert coop.seated(coop.people) == set(line[:more])
    assert coop.seated(coop.newcomers) == set()
    assert coop.line() == line[more:]


def test_law_06_newcomers_are_seated_only_beyond_all_who_wait(coop: Coop) -> None:
    for who in coop.people[:10]:
        assert coop.waits(who)
    deeds: list[Callable[[], object]] = [partial(coop.comes, who, SEATS + 16) for who in coop.newcomers]
    deeds += [partial(coop.seats, SEATS + 16) for _ in range(2)]
    at_once(*deeds)
    assert coop.seated(coop.people) == {one.member_id for one in coop.people[:10]}
    assert len(coop.seated(coop.newcomers)) == 6
    assert coop.line() == []


def test_they_would_be_seated_without_the_guard(coop: Coop) -> None:
    guard = "AND (seats IS NULL OR waited OR waiting = 0 OR taken + waiting < seats)"
    without(coop.database, "take_seats", guard)
    for who in coop.people:
        assert coop.waits(who)
    assert any(coop.comes(who, SEATS + 3) for who in coop.newcomers)


def test_law_06_who_begins_and_ceases_to_wait_while_others_are_seated_is_counted_once(coop: Coop) -> None:
    stay, leave = coop.people[::2], coop.people[1::2]
    for who in leave:
        assert coop.waits(who)
    deeds: list[Callable[[], object]] = [partial(coop.waits, who) for who in stay]
    deeds += [partial(coop.leaves, who) for who in leave]
    deeds += [partial(coop.seats, SEATS + 8) for _ in range(4)]
    deeds += [partial(coop.comes, who, SEATS + 8) for who in coop.newcomers]
    at_once(*deeds)
    line = coop.line()
    with coop.database.begin() as session:
        assert session.get_one(Gate, coop.post).taken <= SEATS + 8
    assert not set(line) & (coop.seated(coop.people) | {one.member_id for one in leave})
    coop.seats(400)
    assert coop.line() == []
    assert coop.seated(stay) == {one.member_id for one in stay}
