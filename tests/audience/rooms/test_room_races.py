"""Races in a room: real processes and threads, real commits, real locks."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlmodel import Session, col

from app import POLICY_KINDS
from audience.access import access_post
from audience.rooms import closing, floor, opening, scene, scheduling, seats
from audience.rooms.scheduling import Booking
from audience.rooms.tables import Room, RoomClaim, RoomSeat, RoomTurn
from audience.rules import AUDIENCE
from coop.book import Book
from coop.clock import Clock
from coop.database import Database
from coop.errors import AllotmentError, Conflict, NotYet, TooMany
from coop.feature_tables import FeatureBudget
from coop.features import LIVE_ROOMS
from coop.identity import Identity
from coop.policies import Books
from tests.audience.factories import NOW
from tests.audience.rooms.live import SECOND, SOON
from tests.coop.featured import enacted, give
from tests.factories import identity_of, make_guild, make_members
from tests.governance.processes import race
from tests.thorough import much

PROCESSES, THREADS = 4, 6
CAP, SPEAKERS, AT_ONCE = 7, 3, 2
CLAUSES = {"/rooms/seats": 60, "/rooms/speakers": SPEAKERS, "/rooms/scheduled": 3, "/seats/default": 500}

Act = Callable[[Session, Identity, Book, int, datetime], object]


class Hall:
    """A guild of many, of whom the first hosts a room with few places."""

    def __init__(self, database: Database, *, people: int, places: int = CAP) -> None:
        self.database = database
        with database.begin() as session:
            rows = make_members(session, people + 1)
            guild = make_guild(session, "bakers", rows[0], tuple(rows[1:]))
            give(session, LIVE_ROOMS, guild)
            book = enacted(session, CLAUSES, AUDIENCE)
            self.host = identity_of(rows[0], (guild,), (guild,))
            self.people = [identity_of(row, (guild,)) for row in rows[1:]]
            booking = Booking("Bread", SOON, 60, places)
            self.room = scheduling.schedule(session, self.host, book, "bakers", booking, NOW).post_id
            # Whoever opens the post for the first time waits for its gate, and so would come one by one.
            for who in self.people:
                access_post(session, who, book, self.room, NOW)

    @property
    def url(self) -> str:
        assert isinstance(self.database.bind, Engine)
        return self.database.bind.url.render_as_string(hide_password=False)

    def act(self, act: Act, who: Identity, at: datetime = SOON) -> None:
        with self.database.begin() as session:
            act(session, who, Books(POLICY_KINDS).current(session), self.room, at)

    def race(self, name: str, people: list[Identity], at: datetime = SOON) -> int:
        """Have everybody do the same at once, in many processes; return how many could."""
        shares = [(self.url, name, self.room, people[number::PROCESSES], at) for number in range(PROCESSES)]
        return sum(race(_all_at_once, *shares))

    def count(self, wanted: Any) -> int:
        with self.database.begin() as session:
            return int(session.scalar(wanted) or 0)

    def present(self) -> int:
        return self.count(select(func.count()).where(col(RoomSeat.left_at).is_(None)))


ACTS: dict[str, Act] = {"enter": seats.enter, "open": opening.begin, "take": floor.take, "end": opening.end}


def _all_at_once(url: str, name: str, room_id: int, people: list[Identity], at: datetime) -> int:
    """Have some people do something, each in a transaction of their own; return how many could."""
    database, books = Database(url, pool_size=THREADS), Books(POLICY_KINDS)

    def one(who: Identity) -> bool:
        try:
            with database.begin() as session:
                ACTS[name](session, who, books.current(session), room_id, at)
        except (Conflict, TooMany):
            return False
        return True

    with ThreadPoolExecutor(THREADS) as pool:
        done = list(pool.map(one, people))
    database.dispose()
    return sum(done)


def _each_once(url: str, host: Identity, rooms: list[int]) -> set[int]:
    """Try to open rooms, each in a transaction of its own; return which could be."""
    database, books = Database(url, pool_size=THREADS), Books(POLICY_KINDS)

    def one(room_id: int) -> int | None:
        try:
            with database.begin() as session:
                opening.begin(session, host, books.current(session), room_id, SOON)
        except NotYet:
            return None
        return room_id

    with ThreadPoolExecutor(THREADS) as pool:
        found = set(pool.map(one, rooms))
    database.dispose()
    return {one for one in found if one is not None}


def _open_ids(hall: Hall) -> list[int]:
    with hall.database.begin() as session:
        return list(session.scalars(select(col(Room.post_id)).where(col(Room.opened_at).is_not(None))))


def test_law_06_of_many_who_enter_at_once_no_more_are_present_than_there_are_places(
    committed: Database,
) -> None:
    hall = Hall(committed, people=much(48, 400))
    hall.act(opening.begin, hall.host)
    assert hall.race("enter", hall.people) == CAP - 1
    assert hall.present() == CAP - 1
    hall.act(seats.enter, hall.host)
    assert hall.present() == CAP


def test_law_06_places_that_lapsed_go_to_others_while_signs_of_life_come_in(committed: Database) -> None:
    """Those who are there show it at the last moment, while others ask for the places of who does not."""
    hall = Hall(committed, people=much(36, 240))
    hall.act(opening.begin, hall.host)
    inside = hall.people[: CAP - 1]
    for who in inside:
        hall.act(seats.enter, who)
    last = SOON + 45 * SECOND - SECOND / 1000
    later = SOON + 45 * SECOND
    signs = [(hall.url, "enter", hall.room, inside, last)]
    others = [(hall.url, "enter", hall.room, hall.people[CAP - 1 :][number::3], later) for number in range(3)]
    race(_all_at_once, *signs, *others)
    with committed.begin() as session:
        book = Books(POLICY_KINDS).current(session)
        found = scene.look(session, hall.host, book, hall.room, later)
        assert 1 <= len(found.people) <= CAP - 1
    assert hall.present() == len(found.people)


def test_a_room_that_is_opened_many_times_at_once_claims_its_minutes_once(committed: Database) -> None:
    hall = Hall(committed, people=1)
    assert hall.race("open", [hall.host] * 24) == 24
    assert hall.count(select(col(FeatureBudget.taken))) == 60
    assert hall.count(select(col(RoomClaim.minutes))) == 60


def test_a_room_that_is_ended_many_times_at_once_gives_back_its_minutes_once(committed: Database) -> None:
    hall = Hall(committed, people=1)
    hall.act(opening.begin, hall.host)
    at = SOON + 600 * SECOND
    assert hall.race("end", [hall.host] * 16, at) == 16
    assert hall.count(select(col(FeatureBudget.taken))) == 10


def test_law_06_of_many_who_take_the_floor_at_once_no_more_have_it_than_the_clause_says(
    committed: Database,
) -> None:
    people = much(24, 50)
    hall = Hall(committed, people=people, places=people + 1)
    hall.act(opening.begin, hall.host)
    for who in (hall.host, *hall.people):
        hall.act(seats.enter, who)
    assert hall.race("take", [*hall.people, hall.host]) == SPEAKERS + 1
    running = select(func.count()).where(col(RoomTurn.ended_at).is_(None))
    assert hall.count(running.where(col(RoomTurn.member_id) != hall.host.member_id)) == SPEAKERS


def test_of_rooms_that_are_scheduled_at_once_no_more_lie_ahead_than_the_clause_says(
    committed: Database,
) -> None:
    hall = Hall(committed, people=20)
    booking = Booking("Rye", SOON, 30)
    books = Books(POLICY_KINDS)

    def book_one(who: Identity) -> bool:
        try:
            with committed.begin() as session:
                scheduling.schedule(session, who, books.current(session), "bakers", booking, NOW)
        except AllotmentError:
            return False
        return True

    with ThreadPoolExecutor(12) as pool:
        made = list(pool.map(book_one, hall.people))
    assert sum(made) == 2
    assert hall.count(select(func.count()).select_from(Room)) == 3


def test_law_06_of_many_rooms_opened_at_once_no_more_are_open_than_the_clause_says(
    committed: Database,
) -> None:
    rooms, rounds = 24, much(1, 11)
    hall = Hall(committed, people=1)
    with committed.begin() as session:
        enacted(session, {"/rooms/scheduled": rooms}, AUDIENCE)
        terms = f"/features/{LIVE_ROOMS}/guild"
        book = enacted(session, {f"{terms}/at_once/amount": AT_ONCE, f"{terms}/budget/amount": 20_000})
        booking = Booking("Rye", SOON, 60)
        ids = [hall.room] + [
            scheduling.schedule(session, hall.host, book, "bakers", booking, NOW).post_id
            for _ in range(rooms - 1)
        ]
    # Each process tries every room, in an order of its own, so that many are tried at one moment.
    starts = [number * rooms // PROCESSES for number in range(PROCESSES)]
    turns = [(ids[start:] + ids[:start]) * rounds for start in starts]
    opened = race(_each_once, *[(hall.url, hall.host, turn) for turn in turns])
    assert {one for found in opened for one in found} == set(_open_ids(hall))
    assert hall.count(select(func.count()).where(col(Room.opened_at).is_not(None))) == AT_ONCE
    assert hall.count(select(col(FeatureBudget.taken))) == AT_ONCE * 60


def test_law_14_many_workers_close_a_room_once(committed: Database) -> None:
    hall = Hall(committed, people=1)
    hall.act(opening.begin, hall.host)
    over = SOON + 3600 * SECOND

    class Later(Clock):
        def now(self, session: Session) -> datetime:
            return over

    def tick(_: int) -> int:
        return closing.close_due(committed, Books(POLICY_KINDS), Later())

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(tick, range(8))) == 1
    assert hall.count(select(col(FeatureBudget.taken))) == 60


@pytest.mark.long
def test_law_06_a_room_in_which_all_come_and_go_is_never_fuller_than_it_may_be(committed: Database) -> None:
    hall = Hall(committed, people=60)
    hall.act(opening.begin, hall.host)
    for turn in range(12):
        at = SOON + turn * 30 * SECOND
        some = hall.people[turn % 5 :: 5]
        hall.race("enter", [*some, *hall.people[(turn + 1) % 5 :: 5]], at)
        assert hall.present() <= CAP
