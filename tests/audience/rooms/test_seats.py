"""Seats of a room: who is present, how many may be, and who is put out."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from audience import limit_for_now
from audience.rooms import seats
from audience.rooms.tables import RoomSeat
from coop.errors import Conflict, Forbidden, NotFound, NotYet, RuleBroken
from coop.notice_tables import Announcement, Notice
from tests.audience.factories import NOBODY, make_post
from tests.audience.rooms.live import MINUTE, SECOND, SOON, Live
from tests.coop.statements import counted

AWAY = timedelta(seconds=45)


def test_who_enters_is_present_until_they_leave(bakers: Live) -> None:
    room = bakers.open()
    bakers.enter(room, "cleo", "olga")
    assert bakers.present(room) == ["ben", "cleo", "olga"]
    seats.leave(bakers.session, bakers.people["cleo"], bakers.book, room.post_id, SOON)
    assert bakers.present(room) == ["ben", "olga"]
    seats.leave(bakers.session, bakers.people["cleo"], bakers.book, room.post_id, SOON)
    bakers.enter(room, "cleo", at=SOON + SECOND)
    assert bakers.present(room, at=SOON + SECOND) == ["ben", "olga", "cleo"]


def test_law_06_no_more_are_present_at_once_than_the_host_asked(bakers: Live) -> None:
    room = bakers.open(places=2)
    bakers.enter(room, "cleo")
    with pytest.raises(NotYet) as refused:
        bakers.enter(room, "dan")
    (fault,) = refused.value.faults
    assert (fault.clause and fault.clause.clause) == "/rooms/seats"
    assert refused.value.retry_after_s == 45
    bakers.enter(room, "cleo")
    seats.leave(bakers.session, bakers.people["cleo"], bakers.book, room.post_id, SOON)
    bakers.enter(room, "dan")
    assert bakers.present(room) == ["ben", "dan"]


def test_one_place_is_the_host_s_whether_or_not_they_are_there(bakers: Live) -> None:
    room = bakers.open(places=3)
    seats.leave(bakers.session, bakers.people["ben"], bakers.book, room.post_id, SOON)
    bakers.enter(room, "cleo", "dan")
    with pytest.raises(NotYet):
        bakers.enter(room, "eve")
    assert bakers.look(room, "eve").standing.full
    bakers.enter(room, "ben")
    assert sorted(bakers.present(room)) == ["ben", "cleo", "dan"]


def test_law_01_a_vote_on_the_clause_binds_the_next_who_enters_and_puts_nobody_out(bakers: Live) -> None:
    room = bakers.open()
    bakers.enter(room, "cleo", "dan")
    bakers.says(seats=2)
    with pytest.raises(NotYet):
        bakers.enter(room, "eve")
    bakers.enter(room, "cleo", "dan", at=SOON + 10 * SECOND)
    assert bakers.present(room, at=SOON + 10 * SECOND) == ["ben", "cleo", "dan"]


def test_law_14_who_gives_no_sign_of_life_is_away_without_any_job(bakers: Live) -> None:
    room = bakers.open(places=2)
    bakers.enter(room, "cleo")
    bakers.enter(room, "ben", at=SOON + 30 * SECOND)
    assert bakers.present(room, at=SOON + AWAY - SECOND) == ["ben", "cleo"]
    assert bakers.present(room, at=SOON + AWAY) == ["ben"]
    bakers.enter(room, "dan", at=SOON + AWAY)
    with pytest.raises(NotYet):
        bakers.enter(room, "cleo", at=SOON + AWAY)
    seat = select(RoomSeat).where(col(RoomSeat.member_id) == bakers.people["cleo"].member_id)
    assert bakers.session.scalars(seat).one().left_at == SOON + AWAY


def test_who_comes_back_has_lost_their_hand_and_the_floor(bakers: Live) -> None:
    room = bakers.open()
    bakers.enter(room, "cleo", "dan")
    bakers.says(speakers=1)
    bakers.take(room, "cleo")
    bakers.hand(room, "dan")
    late = SOON + AWAY
    assert (bakers.speaking(room), bakers.waiting(room)) == (["cleo"], ["dan"])
    bakers.enter(room, "ben", at=SOON + 30 * SECOND)
    assert (bakers.speaking(room, at=late), bakers.waiting(room, at=late)) == ([], [])
    bakers.enter(room, "cleo", "dan", at=late)
    assert (bakers.speaking(room, at=late), bakers.waiting(room, at=late)) == ([], [])


def test_a_sign_of_life_is_one_update_and_holds_no_room(bakers: Live) -> None:
    room = bakers.open(places=2)
    bakers.enter(room, "cleo")
    with counted(bakers.session) as sent:
        bakers.enter(room, "cleo", at=SOON + 20 * SECOND)
    assert [one.split()[0] for one in sent] == ["WITH", "SELECT", "SELECT", "UPDATE"]
    assert not [one for one in sent if "FOR UPDATE" in one or "FOR NO KEY" in one]


def test_a_sign_of_life_that_comes_after_its_seat_was_given_up_asks_anew(
    bakers: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = bakers.open()
    bakers.enter(room, "cleo")
    seen = seats._seen

    def too_late(*args: Any) -> bool:
        bakers.session.execute(update(RoomSeat).values(left_at=SOON))
        return seen(*args)

    monkeypatch.setattr(seats, "_seen", too_late)
    with pytest.raises(NotYet) as refused:
        bakers.enter(room, "cleo")
    assert refused.value.retry_after_s == 1


@pytest.mark.parametrize("minutes", [-20, 60])
def test_nobody_enters_a_room_that_is_not_open(bakers: Live, minutes: int) -> None:
    room = bakers.open() if minutes > 0 else bakers.schedule()
    with pytest.raises(Conflict):
        bakers.enter(room, "cleo", at=SOON + minutes * MINUTE)


def test_law_07_who_may_not_read_the_post_is_told_of_no_room(bakers: Live) -> None:
    room = bakers.open(audience={"see": {"any": [{"guild": "bakers"}]}})
    bakers.enter(room, "cleo")
    with pytest.raises(NotFound):
        bakers.enter(room, "olga")
    with pytest.raises(NotFound):
        bakers.look(room, "olga")
    alone = bakers.open("cleo", audience=NOBODY)
    with pytest.raises(NotFound):
        bakers.enter(alone, "ada")


def test_a_post_that_is_no_room_is_none(bakers: Live) -> None:
    post = make_post(bakers.session, bakers.people["ben"], bakers.book, guild="bakers")
    with pytest.raises(NotFound):
        seats.enter(bakers.session, bakers.people["cleo"], bakers.book, post.id, SOON)


def test_who_is_put_out_is_told_why_and_stays_out(bakers: Live) -> None:
    room = bakers.open()
    bakers.enter(room, "cleo", "dan")
    bakers.take(room, "cleo")
    for _ in range(2):
        seats.remove(
            bakers.session, bakers.people["ben"], bakers.book, room.post_id, "cleo", " You shouted. ", SOON
        )
    assert (bakers.present(room), bakers.speaking(room)) == (["ben", "dan"], [])
    with pytest.raises(Forbidden, match=r"You shouted\."):
        bakers.enter(room, "cleo", at=SOON + MINUTE)
    told = select(col(Announcement.detail), col(Announcement.path), col(Notice.member_id)).join(Notice)
    (notice,) = bakers.session.execute(told.where(col(Announcement.topic) == "room"))
    assert tuple(notice) == ("You shouted.", f"/rooms/{room.post_id}", bakers.people["cleo"].member_id)


def test_the_host_and_stewards_put_people_out_and_nobody_else(bakers: Live) -> None:
    room = bakers.open()
    bakers.enter(room, "cleo", "dan")

    def puts_out(who: str, whom: str, why: str = "Off topic") -> None:
        seats.remove(bakers.session, bakers.people[who], bakers.book, room.post_id, whom, why, SOON)

    with pytest.raises(Forbidden):
        puts_out("cleo", "dan")
    with pytest.raises(NotFound):
        puts_out("ben", "eve")
    with pytest.raises(RuleBroken):
        puts_out("ben", "cleo", "  ")
    with pytest.raises(Forbidden):
        puts_out("ada", "ben")
    puts_out("ada", "dan")
    assert bakers.present(room) == ["ben", "cleo"]


def test_whom_the_host_keeps_out_for_now_reads_on_and_does_not_come_in(bakers: Live) -> None:
    room = bakers.open()
    bakers.look(room, "olga")
    limit_for_now.begin(bakers.session, bakers.people["ben"], bakers.book, None, "strangers", SOON)
    with pytest.raises(Forbidden):
        bakers.enter(room, "olga")
    bakers.enter(room, "cleo")
