"""Rooms at once: how many of a guild are open at one moment, told beforehand, and healing by itself."""

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from audience.rooms import at_once, opening, room_view
from audience.rooms.allowed import Refusal
from audience.rooms.tables import Room
from audience.rules import AUDIENCE
from audience.tables import Post
from coop import feature_at_once
from coop.errors import NotYet
from coop.feature_rules import FEATURES
from coop.features import LIVE_ROOMS, WIDE_REACH
from tests.audience.factories import with_clauses
from tests.audience.rooms.live import MINUTE, SECOND, SOON, Live
from tests.coop.featured import enacted
from tests.coop.statements import counted
from tests.factories import id_of, make_guild

AMOUNT = "/features/live_rooms/guild/at_once/amount"


def says(bakers: Live, amount: int) -> None:
    enacted(bakers.session, {"/rooms/scheduled": 20}, AUDIENCE)
    bakers.book = enacted(bakers.session, {AMOUNT: amount})


def begin(bakers: Live, room: Room, at: datetime = SOON) -> None:
    opening.begin(bakers.session, bakers.people["ada"], bakers.book, room.post_id, at)


def extend(bakers: Live, room: Room, minutes: int, at: datetime) -> None:
    opening.extend(bakers.session, bakers.people["ada"], bakers.book, room.post_id, minutes, at)


def stands(bakers: Live, room: Room, act: str, at: datetime = SOON) -> Refusal | None:
    """Return what a look at a room tells a steward that stands in the way."""
    scene = bakers.look(room, "ada", at=at)
    told = room_view.told(bakers.session, bakers.people["ada"], bakers.book, scene, at)
    return next(one.stands for one in told.may if one.act == act)


def open_now(bakers: Live, at: datetime = SOON) -> int:
    return at_once.open_now(bakers.session, [id_of(bakers.guild)], at).get(id_of(bakers.guild), 0)


def test_law_01_no_more_rooms_of_a_guild_are_open_at_once_than_the_clause_says(bakers: Live) -> None:
    says(bakers, 2)
    first, second, third = (bakers.schedule(minutes=length) for length in (30, 20, 40))
    begin(bakers, first)
    begin(bakers, second)
    begin(bakers, second)
    with pytest.raises(NotYet) as refused:
        begin(bakers, third)
    (fault,) = refused.value.faults
    assert fault.clause is not None
    assert (fault.clause.clause, fault.clause.value) == (AMOUNT, 2)
    assert "End one, or wait until" in refused.value.detail and "propose" in refused.value.detail
    assert refused.value.retry_after_s == 20 * 60, "when the first of them is over"
    assert (bakers.taken(), open_now(bakers), bakers.look(third).state) == (50, 2, "scheduled")
    opening.end(bakers.session, bakers.people["ada"], bakers.book, first.post_id, SOON + MINUTE)
    begin(bakers, third, SOON + MINUTE)
    assert open_now(bakers, SOON + MINUTE) == 2


def test_what_stands_in_the_way_is_told_before_it_is_tried(bakers: Live) -> None:
    says(bakers, 1)
    first, second = bakers.schedule(), bakers.schedule()
    assert stands(bakers, second, "open") is None
    begin(bakers, first)
    told = stands(bakers, second, "open")
    assert told is not None and told.clause is not None
    assert told.clause.clause == AMOUNT
    assert stands(bakers, first, "extend") is None, "a room is not in its own way"
    assert stands(bakers, second, "extend") is None, "one that is not open takes no place"


def test_law_14_a_room_whose_time_is_over_takes_no_place_whether_or_not_a_job_has_come(bakers: Live) -> None:
    says(bakers, 1)
    first, second = bakers.schedule(minutes=10), bakers.schedule()
    begin(bakers, first)
    last = SOON + 10 * MINUTE - SECOND / 1000
    with pytest.raises(NotYet):
        begin(bakers, second, last)
    begin(bakers, second, SOON + 10 * MINUTE)
    assert bakers.session.scalars(
        select(col(Room.ended_at)).where(col(Room.post_id) == first.post_id)
    ).all() == [None]
    assert open_now(bakers, SOON + 10 * MINUTE) == 1


def test_a_room_whose_post_was_taken_back_takes_no_place(bakers: Live) -> None:
    says(bakers, 1)
    first, second = bakers.schedule(), bakers.schedule()
    begin(bakers, first)
    gone = update(Post).where(col(Post.id) == first.post_id).values(deleted_at=SOON + MINUTE)
    bakers.session.execute(gone)
    begin(bakers, second, SOON + MINUTE)


def test_law_06_a_late_extension_does_not_take_back_a_place_that_another_has_taken(bakers: Live) -> None:
    says(bakers, 1)
    first, second = bakers.schedule(minutes=10), bakers.schedule()
    begin(bakers, first)
    begin(bakers, second, SOON + 10 * MINUTE)
    with pytest.raises(NotYet):
        extend(bakers, first, 20, SOON + 10 * MINUTE - SECOND)
    assert bakers.look(first, at=SOON + 10 * MINUTE).state == "ended"


def test_a_vote_that_lowers_the_number_ends_no_room_and_lets_none_last_longer(bakers: Live) -> None:
    says(bakers, 2)
    rooms = [bakers.schedule(minutes=30) for _ in range(2)]
    for room in rooms:
        begin(bakers, room)
    says(bakers, 1)
    assert [bakers.look(room).state for room in rooms] == ["open", "open"]
    with pytest.raises(NotYet):
        extend(bakers, rooms[0], 60, SOON)
    opening.end(bakers.session, bakers.people["ada"], bakers.book, rooms[1].post_id, SOON)
    extend(bakers, rooms[0], 60, SOON)


def test_without_the_clause_as_many_are_open_as_there_are(bakers: Live) -> None:
    says(bakers, 1)
    rooms = [bakers.schedule(minutes=10) for _ in range(3)]
    data = bakers.book.policies["coop", FEATURES].data
    terms = {name: one for name, one in data["features"][LIVE_ROOMS]["guild"].items() if name != "at_once"}
    bakers.book = with_clauses(bakers.book, FEATURES, {f"/features/{LIVE_ROOMS}/guild": terms})
    assert feature_at_once.limit_of(bakers.book, LIVE_ROOMS) is None
    for room in rooms:
        begin(bakers, room)
    assert open_now(bakers) == 3


def test_rooms_of_other_guilds_do_not_count(bakers: Live) -> None:
    says(bakers, 1)
    begin(bakers, bakers.schedule())
    other = make_guild(bakers.session, "weavers")
    ids = [id_of(bakers.guild), id_of(other)]
    with counted(bakers.session) as sent:
        assert at_once.open_now(bakers.session, ids, SOON) == {id_of(bakers.guild): 1}
    assert len(sent) == 1


def test_who_only_listens_is_not_told_of_the_other_rooms(bakers: Live) -> None:
    room = bakers.schedule()
    assert bakers.look(room, "olga").standing.others is None
    assert bakers.look(room, "ada").standing.others is not None


def test_a_feature_of_which_nothing_is_open_has_no_such_number(bakers: Live) -> None:
    assert feature_at_once.limit_of(bakers.book, WIDE_REACH) is None
    concurrency = feature_at_once.Concurrency("rooms", 2, 3)
    assert (concurrency.left, replace(concurrency, taken=1).left) == (0, 1)
