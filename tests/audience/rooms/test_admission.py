"""Who may be heard, and hear whom: the rules of rooms, as signalling asks them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from audience import posts
from audience.rooms import floor
from audience.rooms.admission import may_listen, may_speak
from audience.rooms.signalling import Admitted, Heard
from audience.rooms.tables import Room
from coop.errors import Conflict, Forbidden, NotFound
from tests.audience.rooms.live import MINUTE, SOON, Live

IN_GUILD = {"see": {"any": [{"guild": "bakers"}]}}


@pytest.fixture
def room(bakers: Live) -> Room:
    """Ben hosts it and has the floor, Cleo and Dan are present."""
    made = bakers.open("ben", audience=IN_GUILD)
    bakers.enter(made, "cleo", "dan")
    bakers.take(made, "ben")
    return made


def speak(bakers: Live, room: Room, who: str) -> Admitted:
    return may_speak(bakers.session, bakers.people[who], bakers.book, room.post_id, SOON)


def listen(bakers: Live, room: Room, who: str, to: str = "ben") -> Heard:
    return may_listen(bakers.session, bakers.people[who], bakers.book, room.post_id, to, SOON)


def test_whoever_has_the_floor_is_heard_and_nobody_else(bakers: Live, room: Room) -> None:
    assert speak(bakers, room, "ben") == Admitted(video=False)
    with pytest.raises(Conflict, match="Take the floor first"):
        speak(bakers, room, "cleo")
    with pytest.raises(Conflict, match="enter it first"):
        speak(bakers, room, "eve")
    bakers.hand(room, "cleo")
    bakers.take(room, "cleo")
    assert speak(bakers, room, "cleo") == Admitted(video=False)
    floor.give_up(bakers.session, bakers.people["cleo"], bakers.book, room.post_id, SOON)
    with pytest.raises(Conflict):
        speak(bakers, room, "cleo")


def test_whoever_is_present_hears_those_who_have_the_floor(bakers: Live, room: Room) -> None:
    ben = bakers.people["ben"].member_id
    assert listen(bakers, room, "cleo") == Heard(ben, video=False)
    with pytest.raises(Conflict, match="enter it first"):
        listen(bakers, room, "eve")
    for nobody in ("dan", "eve", "nobody"):
        with pytest.raises(NotFound):
            listen(bakers, room, "cleo", to=nobody)


def test_whom_a_jury_paused_listens_and_is_not_heard(bakers: Live, room: Room) -> None:
    bakers.take(room, "cleo")
    bakers.pause("cleo")
    with pytest.raises(Forbidden, match="paused"):
        speak(bakers, room, "cleo")
    assert listen(bakers, room, "cleo").member_id == bakers.people["ben"].member_id


def test_whom_a_vote_suspended_listens_and_is_not_heard(bakers: Live, room: Room) -> None:
    bakers.take(room, "cleo")
    cleo = bakers.people["cleo"]
    bakers.people["cleo"] = replace(cleo, suspended_until=SOON + MINUTE)
    with pytest.raises(Forbidden, match="suspended") as refused:
        speak(bakers, room, "cleo")
    clauses = [fault.clause for fault in refused.value.faults]
    assert [one.clause for one in clauses if one is not None] == ["/suspensions/withholds"]
    assert listen(bakers, room, "cleo").member_id == bakers.people["ben"].member_id
    bakers.people["cleo"] = replace(cleo, suspended_until=SOON)
    assert speak(bakers, room, "cleo") == Admitted(video=False)


def test_law_07_whoever_may_not_read_its_post_knows_of_no_room(bakers: Live, room: Room) -> None:
    unknown = room.post_id + 1
    for ask in (lambda: speak(bakers, room, "olga"), lambda: listen(bakers, room, "olga")):
        with pytest.raises(NotFound):
            ask()
    with pytest.raises(NotFound):
        may_speak(bakers.session, bakers.people["ben"], bakers.book, unknown, SOON)
    posts.delete(bakers.session, bakers.people["ben"], room.post_id, SOON)
    for who in ("ben", "cleo"):
        with pytest.raises(NotFound):
            listen(bakers, room, who)


def test_law_14_nobody_is_heard_once_the_minutes_are_over(bakers: Live, room: Room) -> None:
    over = SOON + 60 * MINUTE + timedelta(seconds=1)
    with pytest.raises(Conflict, match="over"):
        may_speak(bakers.session, bakers.people["ben"], bakers.book, room.post_id, over)
