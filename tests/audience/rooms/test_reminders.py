"""Reminders: who asked is told when a room opens, and nobody who may not read its post by then."""

import pytest
from sqlalchemy import select
from sqlmodel import col

from audience import limit_for_now, relations, stages
from audience.document import Parts
from audience.rooms import opening, reminders, scheduling
from audience.rooms.tables import Room
from coop import guilds
from coop.errors import Conflict, NotFound
from coop.notice_tables import Announcement, Notice
from tests.audience.factories import NOW
from tests.audience.rooms.live import MINUTE, SOON, Live
from tests.coop.statements import counted


def ask(bakers: Live, room: Room, *who: str) -> None:
    for one in who:
        reminders.ask(bakers.session, bakers.people[one], bakers.book, room.post_id, NOW)


def begin(bakers: Live, room: Room) -> None:
    opening.begin(bakers.session, bakers.people["ben"], bakers.book, room.post_id, SOON)


def told(bakers: Live) -> dict[str, list[str]]:
    """Return who was told what, by handle and moment."""
    names = {one.member_id: name for name, one in bakers.people.items()}
    rows = bakers.session.execute(
        select(col(Notice.member_id), col(Announcement.moment))
        .join(Announcement, col(Announcement.id) == col(Notice.announcement_id))
        .where(col(Announcement.topic) == "room")
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(names[row.member_id], []).append(row.moment)
    return found


def test_who_asked_is_told_once_and_while_there_is_time_to_come(bakers: Live) -> None:
    room = bakers.schedule()
    ask(bakers, room, "ben", "cleo", "cleo", "dan", "olga")
    reminders.forget(bakers.session, bakers.people["dan"], bakers.book, room.post_id, NOW)
    assert bakers.look(room, "cleo").reminded
    assert not bakers.look(room, "dan").reminded
    begin(bakers, room)
    begin(bakers, room)
    assert told(bakers) == {"ben": ["opened"], "cleo": ["opened"], "olga": ["opened"]}
    said = bakers.session.scalars(select(Announcement).where(col(Announcement.topic) == "room")).one()
    assert (said.path, said.until) == (f"/rooms/{room.post_id}", SOON + 60 * MINUTE)
    assert "Sourdough" not in said.line + said.detail
    assert set(bakers.session.scalars(select(col(Notice.due_at)))) == {SOON}


def test_who_asked_is_told_of_what_was_cancelled(bakers: Live) -> None:
    room = bakers.schedule()
    ask(bakers, room, "cleo")
    for _ in range(2):
        scheduling.cancel(bakers.session, bakers.people["ben"], bakers.book, room.post_id, NOW)
    assert told(bakers) == {"cleo": ["cancelled"]}
    with pytest.raises(Conflict):
        ask(bakers, room, "dan")


def test_law_07_who_may_not_read_the_post_by_then_is_told_nothing(bakers: Live) -> None:
    room = bakers.schedule()
    ask(bakers, room, "ada", "cleo", "dan", "eve", "olga")
    relations.block(bakers.session, bakers.people["cleo"], "ben", NOW)
    relations.block(bakers.session, bakers.people["ben"], "dan", NOW)
    only = Parts.model_validate({"see": {"any": [{"guild": "bakers"}]}})
    stages.tighten(bakers.session, bakers.people["ben"], bakers.book, room.post_id, only, NOW)
    guilds.leave(bakers.session, bakers.people["eve"], "bakers", NOW)
    begin(bakers, room)
    assert told(bakers) == {"ada": ["opened"]}


def test_whoever_holds_a_seat_while_the_host_keeps_strangers_out_is_told_still(bakers: Live) -> None:
    room = bakers.schedule()
    ask(bakers, room, "olga")
    limit_for_now.begin(bakers.session, bakers.people["ben"], bakers.book, None, "strangers", NOW)
    begin(bakers, room)
    assert told(bakers) == {"olga": ["opened"]}


def test_law_07_who_may_not_read_the_post_asks_of_nothing(bakers: Live) -> None:
    room = bakers.schedule(audience={"see": {"any": [{"guild": "bakers"}]}})
    for deed in (reminders.ask, reminders.forget):
        with pytest.raises(NotFound):
            deed(bakers.session, bakers.people["olga"], bakers.book, room.post_id, NOW)


def test_telling_many_takes_no_more_statements_than_telling_one(bakers: Live) -> None:
    numbers = []
    for who in (("cleo",), ("ada", "cleo", "dan", "eve", "olga")):
        room = bakers.schedule()
        ask(bakers, room, *who)
        with counted(bakers.session) as sent:
            begin(bakers, room)
        numbers.append(len(sent))
    assert numbers[0] == numbers[1]
