"""What a reader is told of a room: who is told the numbers, the names, and what may be done."""

from datetime import datetime

from audience import relations
from audience.rooms.room_view import ACTS, Told, told
from audience.rooms.tables import Room
from coop.feature_rules import FEATURES
from tests.audience.factories import with_clauses
from tests.audience.rooms.live import MINUTE, SECOND, SOON, Live
from tests.coop.statements import counted


def shown(bakers: Live, room: Room, who: str, *, at: datetime = SOON) -> Told:
    found = bakers.look(room, who, at=at)
    return told(bakers.session, bakers.people[who], bakers.book, found, at)


def may(bakers: Live, room: Room, who: str, *, at: datetime = SOON) -> list[str]:
    return [one.act for one in shown(bakers, room, who, at=at).may if one.stands is None]


def test_who_is_there_is_told_to_those_who_are_and_to_those_who_lead(bakers: Live) -> None:
    room = bakers.open()
    bakers.enter(room, "cleo", "dan")
    bakers.hand(room, "dan", "cleo")
    for who in ("ben", "cleo", "ada"):
        found = shown(bakers, room, who)
        assert found.taken == 3
        assert [one.handle for one in found.people or ()] == ["ben", "cleo", "dan"]
        assert [one.handle for one in found.queue or ()] == ["dan", "cleo"]
    assert (shown(bakers, room, "cleo").place, shown(bakers, room, "ben").place) == (2, None)
    outside = shown(bakers, room, "olga")
    assert (outside.taken, outside.people, outside.speakers, outside.queue) == (None, None, None, None)
    assert (outside.full, outside.cap) == (False, 60)


def test_law_07_those_who_are_blocked_are_not_named_to_one_another_but_to_those_who_lead(
    bakers: Live,
) -> None:
    room = bakers.open()
    bakers.enter(room, "ada", "cleo", "dan")
    bakers.take(room, "cleo")
    bakers.hand(room, "dan")
    relations.block(bakers.session, bakers.people["dan"], "cleo", SOON)
    for who, other in (("cleo", "dan"), ("dan", "cleo")):
        found = shown(bakers, room, who)
        told_of = {
            one.handle for one in (*(found.people or ()), *(found.speakers or ()), *(found.queue or ()))
        }
        assert other not in told_of
        assert who in told_of
    relations.block(bakers.session, bakers.people["ada"], "dan", SOON)
    assert "dan" in {one.handle for one in shown(bakers, room, "ada").people or ()}


def test_the_minutes_of_a_guild_are_told_to_its_members_alone(bakers: Live) -> None:
    room = bakers.open(minutes=45)
    budget = shown(bakers, room, "cleo").budget
    assert budget is not None
    assert (budget.taken, budget.left, budget.unit) == (45, 1155, "minutes")
    assert shown(bakers, room, "olga").budget is None
    bakers.book = with_clauses(bakers.book, FEATURES, {"/features/live_rooms/guild/budget/amount": 40})
    again = shown(bakers, room, "cleo").budget
    assert again is not None
    assert again.left == 0


def test_what_one_may_do_is_what_the_actions_let_one_do(bakers: Live) -> None:
    room = bakers.schedule()
    early, on_time = SOON - 20 * MINUTE, SOON
    assert may(bakers, room, "ben", at=early) == ["extend", "cancel"]
    assert may(bakers, room, "ada", at=on_time) == ["open", "extend", "cancel"]
    assert may(bakers, room, "cleo", at=on_time) == []
    room = bakers.open("cleo")
    bakers.enter(room, "dan")
    there = ["enter", "listen", "raise_hand", "take_floor"]
    assert may(bakers, room, "cleo") == ["open", "extend", "end", *there, "host"]
    assert may(bakers, room, "dan") == there
    assert may(bakers, room, "olga") == ["enter"]
    assert may(bakers, room, "cleo", at=SOON + 60 * MINUTE) == ["end"]
    bakers.take(room, "dan")
    assert may(bakers, room, "dan") == ["enter", "listen", "take_floor", "be_heard"]
    stands = {one.act: one.stands for one in shown(bakers, room, "olga").may}
    assert list(stands) == list(ACTS)
    assert stands["raise_hand"] is not None
    assert "enter it first" in stands["raise_hand"].detail


def test_a_full_room_says_so_with_its_clause(bakers: Live) -> None:
    room = bakers.open(places=2)
    bakers.enter(room, "cleo")
    found = shown(bakers, room, "dan")
    stands = next(one.stands for one in found.may if one.act == "enter")
    assert found.full
    assert stands is not None
    assert stands.clause is not None
    assert stands.clause.clause == "/rooms/seats"
    assert not shown(bakers, room, "cleo").full


def test_a_look_takes_as_many_statements_however_many_are_there(bakers: Live) -> None:
    room = bakers.open()
    numbers = []
    for number, who in enumerate((("cleo",), ("ada", "dan", "eve", "olga"))):
        bakers.enter(room, *who, at=SOON + number * SECOND)
        with counted(bakers.session) as sent:
            shown(bakers, room, "cleo", at=SOON + number * SECOND)
        numbers.append(len(sent))
    assert numbers == [5, 5]
