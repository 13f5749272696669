"""Opening, extending and ending a room: when, by whom, and what its guild's budget says at each step."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from audience import posts
from audience.rooms import closing, opening
from audience.rooms.tables import Room, RoomClaim, RoomHand, RoomSeat, RoomTurn
from audience.tables import Post
from coop import guilds
from coop.clock import Clock
from coop.database import Database
from coop.errors import Conflict, Forbidden, NotFound, NotYet, RuleBroken, TooMany
from coop.feature_budgets import period
from coop.holdings import NOTHING_HELD
from coop.policies import Books
from tests.audience.factories import NOW
from tests.audience.rooms.live import MINUTE, SECOND, SOON, Live
from tests.coop.featured import enacted
from tests.governance.assembly import StoppedClock

AMOUNT = "/features/live_rooms/guild/budget/amount"
PER = timedelta(days=28)


def begin(bakers: Live, room: Room, who: str = "ben", at: datetime = SOON) -> None:
    opening.begin(bakers.session, bakers.people[who], bakers.book, room.post_id, at)


def extend(bakers: Live, room: Room, minutes: int, who: str = "ben", at: datetime = SOON) -> None:
    opening.extend(bakers.session, bakers.people[who], bakers.book, room.post_id, minutes, at)


def end(bakers: Live, room: Room, who: str = "ben", at: datetime = SOON) -> None:
    opening.end(bakers.session, bakers.people[who], bakers.book, room.post_id, at)


def close(bakers: Live, database: Database, books: Books, at: datetime) -> int:
    """Do what the job does once."""
    found = closing.close_due(database, books, StoppedClock(at=at))
    bakers.session.expire_all()
    return found


def test_a_room_claims_its_minutes_once_however_often_it_is_opened(bakers: Live) -> None:
    room = bakers.schedule(minutes=50)
    begin(bakers, room, at=SOON - 15 * MINUTE)
    for who in ("ben", "ada"):
        begin(bakers, room, who)
    found = bakers.look(room)
    assert (found.state, found.room.opened_at, bakers.taken()) == ("open", SOON - 15 * MINUTE, 50)
    assert found.ends_at == SOON + 35 * MINUTE
    claim = bakers.session.scalars(select(RoomClaim)).one()
    assert (claim.minutes, claim.since) == (50, period(PER, SOON)[0])


def test_it_is_opened_in_its_time_by_its_host_or_a_steward(bakers: Live) -> None:
    room = bakers.schedule()
    for who in ("cleo", "olga"):
        with pytest.raises(Forbidden):
            begin(bakers, room, who)
    early = SOON - 15 * MINUTE - 30 * SECOND
    with pytest.raises(NotYet) as refused:
        begin(bakers, room, at=early)
    assert (refused.value.retry_after_s, refused.value.faults[0].clause and 1) == (30, 1)
    with pytest.raises(Conflict) as lapsed:
        begin(bakers, room, at=SOON + 30 * MINUTE)
    assert lapsed.value.faults[0].clause is not None
    assert lapsed.value.faults[0].clause.clause == "/rooms/late"
    assert bakers.taken() == 0
    begin(bakers, room, "ada", at=SOON + 29 * MINUTE)
    assert bakers.look(room).state == "open"


def test_who_left_the_guild_spends_none_of_its_minutes(bakers: Live) -> None:
    room = bakers.schedule()
    guilds.leave(bakers.session, bakers.people["ben"], "bakers", NOW)
    bakers.people["ben"] = replace(bakers.people["ben"], guilds=frozenset())
    with pytest.raises(Forbidden):
        begin(bakers, room)
    begin(bakers, room, "ada")
    with pytest.raises(Forbidden):
        extend(bakers, room, 90)
    end(bakers, room)
    assert bakers.look(room, "cleo").state == "ended"


def test_a_guild_that_has_too_few_minutes_left_is_told_so_and_nothing_is_opened(bakers: Live) -> None:
    bakers.book = enacted(bakers.session, {AMOUNT: 100})
    first, second = bakers.schedule(minutes=60), bakers.schedule("cleo", minutes=60)
    begin(bakers, first)
    with pytest.raises(TooMany) as refused:
        begin(bakers, second, "cleo")
    (fault,) = refused.value.faults
    assert (fault.pointer, fault.clause and fault.clause.clause) == ("", AMOUNT)
    assert bakers.look(second).state == "scheduled"
    extend(bakers, second, 40, "cleo")
    begin(bakers, second, "cleo")
    assert bakers.taken() == 100
    with pytest.raises(TooMany) as more:
        extend(bakers, second, 41, "cleo")
    assert more.value.faults[0].pointer == "/minutes"
    assert bakers.look(second).room.minutes == 40


def test_a_guild_that_lost_the_feature_opens_no_room(bakers: Live) -> None:
    room = bakers.schedule()
    bakers.book = bakers.book.with_holdings(NOTHING_HELD)
    with pytest.raises(Forbidden):
        begin(bakers, room)


def test_whom_a_jury_paused_opens_nothing(bakers: Live) -> None:
    room = bakers.schedule()
    bakers.pause("ben")
    with pytest.raises(Forbidden, match="jury"):
        begin(bakers, room)


def test_an_open_room_is_extended_up_to_the_clause_and_made_no_shorter(bakers: Live) -> None:
    room = bakers.open(minutes=60)
    extend(bakers, room, 60)
    assert bakers.taken() == 60
    extend(bakers, room, 90, "ada")
    assert (bakers.taken(), bakers.look(room).ends_at) == (90, SOON + 90 * MINUTE)
    assert bakers.session.scalars(select(col(RoomClaim.minutes))).all() == [90]
    with pytest.raises(RuleBroken) as shorter:
        extend(bakers, room, 89)
    assert shorter.value.faults[0].pointer == "/minutes"
    with pytest.raises(RuleBroken) as longer:
        extend(bakers, room, 121)
    assert longer.value.faults[0].clause is not None
    assert longer.value.faults[0].clause.clause == "/rooms/longest"
    with pytest.raises(Forbidden):
        extend(bakers, room, 100, "cleo")
    with pytest.raises(Conflict):
        extend(bakers, room, 120, at=SOON + 90 * MINUTE)


def test_whole_minutes_that_were_not_used_are_given_back_once(bakers: Live) -> None:
    room = bakers.open(minutes=60)
    bakers.enter(room, "cleo")
    bakers.take(room, "ben")
    bakers.hand(room, "cleo")
    over = SOON + 10 * MINUTE + SECOND
    for number in range(1, 21):
        bakers.enter(room, "ben", "cleo", at=SOON + number * MINUTE / 2)
    with pytest.raises(Forbidden):
        end(bakers, room, "cleo", at=over)
    for who in ("ben", "ada", "ben"):
        end(bakers, room, who, at=over)
    assert (bakers.taken(), bakers.look(room, at=over).state) == (11, "ended")
    assert bakers.session.scalars(select(RoomHand)).all() == []
    assert bakers.session.scalars(select(col(RoomTurn.ended_at))).all() == [over]
    assert bakers.session.scalars(select(col(RoomSeat.left_at))).all() == [over, over]
    with pytest.raises(Conflict, match="over"):
        begin(bakers, room, at=over)
    scheduled = bakers.schedule()
    with pytest.raises(Conflict):
        end(bakers, scheduled)


def test_all_that_a_room_claimed_may_be_given_back(bakers: Live) -> None:
    room = bakers.open(minutes=60)
    end(bakers, room, at=SOON)
    assert bakers.taken() == 0
    bakers.open(minutes=60)
    assert bakers.taken() == 60


def test_minutes_go_back_to_the_period_that_gave_them_the_last_claimed_first(bakers: Live) -> None:
    boundary = period(PER, NOW)[1]
    starts = boundary - 20 * MINUTE
    room = bakers.schedule(at=starts, minutes=30)
    begin(bakers, room, at=starts)
    extend(bakers, room, 50, at=boundary + MINUTE)
    assert (bakers.taken(at=starts), bakers.taken(at=boundary)) == (30, 20)
    end(bakers, room, at=boundary + 5 * MINUTE)
    assert (bakers.taken(at=starts), bakers.taken(at=boundary)) == (25, 0)


def test_law_14_a_room_whose_minutes_ran_out_is_over_whether_or_not_the_job_has_come(
    bakers: Live, database: Database, books: Books
) -> None:
    room = bakers.open(minutes=30)
    bakers.enter(room, "cleo")
    bakers.take(room, "cleo")
    over = SOON + 30 * MINUTE
    assert close(bakers, database, books, over - SECOND) == 0
    assert (bakers.look(room, at=over).state, bakers.present(room, at=over)) == ("ended", [])
    assert bakers.session.get_one(Room, room.post_id).ended_at is None
    assert close(bakers, database, books, over + 700 * MINUTE) == 1
    assert close(bakers, database, books, over + 800 * MINUTE) == 0
    assert bakers.session.get_one(Room, room.post_id).ended_at == over
    assert bakers.taken() == 30
    ended = bakers.session.scalars(select(col(RoomTurn.ended_at))).all()
    left = bakers.session.scalars(select(col(RoomSeat.left_at))).all()
    assert (ended, set(left)) == ([SOON + 45 * SECOND], {SOON + 45 * SECOND})


def test_law_14_a_room_whose_post_is_taken_back_ended_then_however_late_the_job_comes(
    bakers: Live, database: Database, books: Books
) -> None:
    room = bakers.open(minutes=60)
    gone = SOON + 20 * MINUTE
    posts.delete(bakers.session, bakers.people["ben"], room.post_id, gone)
    with pytest.raises(NotFound):
        bakers.enter(room, "cleo", at=gone)
    with pytest.raises(NotFound):
        end(bakers, room, at=gone)
    assert bakers.taken() == 60
    assert close(bakers, database, books, gone + 200 * MINUTE) == 1
    assert bakers.session.get_one(Room, room.post_id).ended_at == gone
    assert bakers.taken() == 20
    assert bakers.session.get_one(Post, room.post_id).deleted_at == gone


def test_a_room_that_was_extended_before_the_job_held_it_goes_on(
    bakers: Live, database: Database, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = bakers.open(minutes=30)
    due = closing._due

    class Late(Clock):
        def now(self, session: object) -> datetime:
            return SOON + 30 * MINUTE

    asked: list[int] = []

    def extended(now: datetime) -> object:
        if asked:
            bakers.session.execute(update(Room).values(minutes=90))
        asked.append(1)
        return due(now)

    monkeypatch.setattr(closing, "_due", extended)
    assert closing.close_due(database, books, Late()) == 0
    bakers.session.expire_all()
    assert bakers.session.get_one(Room, room.post_id).ended_at is None
