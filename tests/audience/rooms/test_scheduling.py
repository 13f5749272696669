"""Scheduling a room: who may, when, for how long and how many, and what is said of its post."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from audience import posts
from audience.rooms import scheduling
from audience.rooms.scheduling import Booking
from audience.rooms.tables import Room
from audience.rules import AUDIENCE
from audience.tables import Post
from coop.book import COOP, guild_scope
from coop.errors import AllotmentError, Conflict, Forbidden, NotFound, RuleBroken
from coop.holdings import NOTHING_HELD
from tests.audience.factories import NOW, with_clauses
from tests.audience.rooms.live import MINUTE, SECOND, SOON, Live
from tests.coop.featured import written
from tests.coop.statements import counted

DAY = timedelta(days=1)
FEATURE = "/features/live_rooms/guild/grant_when"


def refused(bakers: Live, kind: type[AllotmentError], who: str = "ben", **asked: Any) -> tuple[str, object]:
    """Return where a refused room was wrong, and by which clause."""
    with pytest.raises(kind) as found:
        bakers.schedule(who, **asked)
    (fault,) = found.value.faults
    return fault.pointer, fault.clause and fault.clause.clause


def test_a_room_is_the_live_part_of_a_post_of_its_guild(bakers: Live) -> None:
    made = bakers.schedule(places=12, audience={"see": {"any": [{"guild": "bakers"}]}})
    post = bakers.session.get_one(Post, made.post_id)
    assert (post.author_id, post.guild_id) == (bakers.people["ben"].member_id, bakers.guild.id)
    assert (made.starts_at, made.minutes, made.seats, made.video) == (SOON, 60, 12, False)
    found = bakers.look(made, "cleo")
    assert (found.state, found.host, found.guild) == ("scheduled", "ben", "bakers")
    assert bakers.taken() == 0
    assert bakers.schedule().seats == 60


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ({"at": NOW}, ("/starts_at", None)),
        ({"at": NOW - SECOND}, ("/starts_at", None)),
        ({"at": NOW + 28 * DAY + SECOND}, ("/starts_at", "/rooms/ahead")),
        ({"minutes": 121}, ("/minutes", "/rooms/longest")),
        ({"minutes": 0}, ("/minutes", "/rooms/longest")),
        ({"places": 61}, ("/seats", "/rooms/seats")),
        ({"places": 0}, ("/seats", "/rooms/seats")),
        ({"text": " "}, ("/text", None)),
        ({"text": "x" * 20_001}, ("/text", None)),
        ({"audience": {"seats": {"max": 900}}}, ("/audience/seats/max", "/seats/ceiling")),
    ],
)
def test_what_does_not_fit_is_told_where_it_stands_and_by_which_clause(
    bakers: Live, asked: dict[str, Any], where: tuple[str, object]
) -> None:
    assert refused(bakers, RuleBroken, **asked) == where
    assert bakers.session.scalars(select(col(Room.post_id))).all() == []


def test_a_guild_that_does_not_hold_live_rooms_is_told_how_it_would(bakers: Live) -> None:
    bakers.book = bakers.book.with_holdings(NOTHING_HELD)
    assert refused(bakers, Forbidden) == ("", FEATURE)


def test_only_its_members_schedule_rooms_of_a_guild_that_there_is(bakers: Live) -> None:
    with pytest.raises(Forbidden):
        bakers.schedule("olga")
    booking = Booking("Bread", SOON, 60)
    with pytest.raises(NotFound):
        scheduling.schedule(bakers.session, bakers.people["ben"], bakers.book, "millers", booking, NOW)


def test_law_01_where_the_clause_leaves_it_to_stewards_others_are_told_so(bakers: Live) -> None:
    bakers.says(hosts="stewards")
    assert refused(bakers, Forbidden) == ("", "/rooms/hosts")
    assert bakers.schedule("ada").host_id == bakers.people["ada"].member_id


def test_as_many_rooms_lie_ahead_or_are_open_as_the_clause_says(bakers: Live) -> None:
    bakers.open(now=NOW)
    second, third = bakers.schedule(), bakers.schedule("cleo", at=SOON + DAY)
    assert refused(bakers, Conflict) == ("", "/rooms/scheduled")
    scheduling.cancel(bakers.session, bakers.people["ada"], bakers.book, second.post_id, NOW)
    fourth = bakers.schedule()
    assert refused(bakers, Conflict, "cleo") == ("", "/rooms/scheduled")
    posts.delete(bakers.session, bakers.people["cleo"], third.post_id, NOW)
    bakers.schedule("dan", at=SOON + DAY)
    assert refused(bakers, Conflict, now=SOON + 29 * MINUTE, at=SOON + DAY) == ("", "/rooms/scheduled")
    lapsed = SOON + 30 * MINUTE
    assert bakers.look(fourth, at=lapsed).state == "lapsed"
    bakers.schedule("dan", now=lapsed, at=SOON + DAY)
    assert refused(bakers, Conflict, now=lapsed, at=SOON + DAY) == ("", "/rooms/scheduled")
    bakers.schedule("dan", now=SOON + 60 * MINUTE, at=SOON + DAY)


def test_law_08_a_guild_is_only_stricter_and_its_clause_is_cited(bakers: Live) -> None:
    own = '[rooms]\nlongest = "PT30M"\nseats = 10\nspeakers = 2\n'
    bakers.book = written(bakers.session, guild_scope("bakers"), AUDIENCE, own)
    with pytest.raises(RuleBroken) as found:
        bakers.schedule(minutes=31)
    clause = found.value.faults[0].clause
    assert clause is not None
    assert (clause.scope, clause.value) == ("guild:bakers", "PT30M")
    room = bakers.schedule(minutes=30)
    assert (room.seats, bakers.look(room).rules.speakers) == (10, 2)
    bakers.book = with_clauses(bakers.book, AUDIENCE, {"/rooms/seats": 5})
    assert bakers.look(room).standing.cap == 5
    assert bakers.look(room).standing.cite("seats").scope == COOP


def test_whom_a_jury_paused_schedules_nothing(bakers: Live) -> None:
    bakers.pause("ben", at=NOW)
    assert refused(bakers, Forbidden)[1] == "/pauses/length"


def test_a_room_is_cancelled_by_its_host_or_a_steward_before_it_opens_for_good(bakers: Live) -> None:
    room, other = bakers.schedule(), bakers.schedule("cleo")
    for who in ("cleo", "dan"):
        with pytest.raises(Forbidden):
            scheduling.cancel(bakers.session, bakers.people[who], bakers.book, room.post_id, NOW)
    with pytest.raises(NotFound):
        scheduling.cancel(bakers.session, bakers.people["ben"], bakers.book, 7, NOW)
    for who in ("ben", "ada"):
        scheduling.cancel(bakers.session, bakers.people[who], bakers.book, room.post_id, NOW)
    assert bakers.look(room, "cleo").state == "cancelled"
    assert bakers.session.get_one(Post, room.post_id).deleted_at is None
    with pytest.raises(Conflict):
        bakers.enter(room, "cleo")
    late = SOON + 30 * MINUTE
    with pytest.raises(Conflict):
        scheduling.cancel(bakers.session, bakers.people["cleo"], bakers.book, other.post_id, late)
    opened = bakers.open()
    with pytest.raises(Conflict, match="end it"):
        scheduling.cancel(bakers.session, bakers.people["ben"], bakers.book, opened.post_id, SOON)


def test_scheduling_asks_few_questions_beyond_those_of_publishing(bakers: Live) -> None:
    with counted(bakers.session) as sent:
        bakers.schedule()
    with counted(bakers.session) as published:
        draft = posts.Draft(body="Sourdough, live", guild="bakers")
        posts.publish(bakers.session, bakers.people["ben"], bakers.book, draft, NOW)
    assert len(sent) == len(published) + 3
