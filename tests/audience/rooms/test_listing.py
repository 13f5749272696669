"""Lists of rooms: what lies ahead or is open, soonest first, and nothing of what is hidden."""

from datetime import datetime, timedelta

import pytest

from audience import posts, relations
from audience.access import access_post
from audience.rooms import listing, opening, scheduling
from audience.rooms.tables import Room
from audience.tables import Seat
from coop.database import LONGEST
from coop.errors import NotFound
from tests.audience.factories import NOBODY, NOW
from tests.audience.rooms.live import MINUTE, SOON, Live
from tests.coop.statements import counted

DAY = timedelta(days=1)
AMONG_BAKERS = {"see": {"any": [{"guild": "bakers"}]}}


def listed(
    bakers: Live, who: str = "olga", *, at: datetime = NOW, limit: int = 30, slug: str | None = "bakers"
) -> list[int]:
    """Return the ids of all pages, one after another."""
    found: list[int] = []
    after: listing.Position | None = listing.FIRST
    while after is not None:
        entries, after = listing.page(
            bakers.session,
            bakers.people[who],
            bakers.book,
            at,
            slug=slug,
            after=after,
            limit=limit,
        )
        found += [one.card.id for one in entries]
    return found


@pytest.fixture
def many(bakers: Live) -> Live:
    bakers.says(scheduled=20)
    return bakers


def test_rooms_that_lie_ahead_or_are_open_are_listed_soonest_first(many: Live) -> None:
    far, soon = many.schedule(at=SOON + 2 * DAY), many.schedule(at=SOON + 10 * MINUTE)
    opened, cancelled = many.open(), many.schedule()
    scheduling.cancel(many.session, many.people["ben"], many.book, cancelled.post_id, NOW)
    ended, deleted = many.open("cleo"), many.schedule("dan")
    opening.end(many.session, many.people["cleo"], many.book, ended.post_id, SOON)
    posts.delete(many.session, many.people["dan"], deleted.post_id, NOW)
    wanted = [one.post_id for one in (opened, soon, far)]
    assert listed(many, at=SOON) == listed(many, at=SOON, slug=None) == wanted
    for limit in (1, 2):
        assert listed(many, at=SOON, limit=limit) == wanted
    assert listed(many, at=SOON + 60 * MINUTE) == [far.post_id]
    with pytest.raises(NotFound):
        listed(many, slug="millers")


def test_an_entry_tells_times_and_the_post(many: Live) -> None:
    room = many.open(places=7, minutes=30)
    many.says(seats=5)
    (entry,), after = listing.page(many.session, many.people["olga"], many.book, SOON, limit=9)
    assert (entry.state, entry.opened_at, entry.ends_at) == ("open", SOON, SOON + 30 * MINUTE)
    assert (entry.card.id, entry.card.author, entry.card.body) == (room.post_id, "ben", "Sourdough, live")
    assert (entry.seats, after) == (5, None)


def test_law_07_what_is_hidden_shortens_no_page_and_moves_no_cursor(many: Live) -> None:
    shown: list[Room] = []
    for hours in range(4):
        shown.append(many.schedule(at=SOON + hours * 60 * MINUTE))
        many.schedule(at=SOON + hours * 60 * MINUTE, audience=AMONG_BAKERS)
        many.schedule("cleo", at=SOON + hours * 60 * MINUTE, audience=NOBODY)
    wanted = [one.post_id for one in shown]
    for limit in (1, 3, 4, 30):
        assert listed(many, limit=limit) == listed(many, limit=limit, slug=None) == wanted
    assert len(listed(many, "dan")) == 8
    relations.block(many.session, many.people["olga"], "ben", NOW)
    assert listed(many) == []


def test_law_06_a_room_on_a_page_takes_a_seat_of_its_post_and_a_full_one_is_not_there(many: Live) -> None:
    full, free = many.schedule(audience={"seats": {"max": 1}}), many.schedule(at=SOON + DAY)
    access_post(many.session, many.people["dan"], many.book, full.post_id, NOW)
    assert listed(many) == [free.post_id]
    assert listed(many, "dan") == [full.post_id, free.post_id]
    seat = many.session.get(Seat, (many.people["olga"].member_id, free.post_id))
    assert seat is not None
    assert seat.via == "room"
    assert many.session.get(Seat, (many.people["olga"].member_id, full.post_id)) is None


def test_a_page_of_many_takes_no_more_statements_than_one_of_few(many: Live) -> None:
    numbers = []
    for _ in range(2):
        for hours in range(5):
            many.schedule(at=SOON + hours * 60 * MINUTE)
        with counted(many.session) as sent:
            listing.page(many.session, many.people["cleo"], many.book, NOW, limit=30)
        numbers.append(len(sent))
        assert max(map(len, sent)) <= LONGEST
    assert numbers[0] == numbers[1]


def test_a_place_beyond_all_time_is_after_every_room(many: Live) -> None:
    many.schedule()
    found = listing.page(many.session, many.people["cleo"], many.book, NOW, after=(2**63 - 1, 1), limit=3)
    assert found == ([], None)
