"""Lists of live rooms in a browser, and the form that schedules one by the member's own clocks."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlmodel import col

from audience.rooms.tables import Room
from audience.rules import AUDIENCE
from coop import own_rhythm
from coop.book import COOP
from coop.rhythm import Rhythm
from tests.coop.featured import enacted
from tests.web.browser import Browser
from tests.web.conftest import Village
from tests.web.rooms import HOUR, TEXT, Bakery, Of, bakery, links
from tests.web.test_every_page import check
from web import room_list_pages

PATH = "/guilds/bakers/rooms"
ZONE = "Asia/Kolkata"


@pytest.fixture
def bakers(village: Village, browser_of: Of) -> Bakery:
    return bakery(village, browser_of)


@pytest.fixture
def tomorrow(village: Village) -> datetime:
    """A moment of tomorrow, on the minute, by the clocks of UTC."""
    return (village.now() + timedelta(days=1)).replace(second=0, microsecond=0)


def typed(moment: datetime) -> dict[str, str]:
    return {"text": TEXT, "day": f"{moment:%Y-%m-%d}", "time": f"{moment:%H:%M}"}


def last(village: Village) -> Room | None:
    with village.database.begin() as session:
        found = session.scalars(select(Room).order_by(col(Room.post_id).desc())).first()
        session.expunge_all()
        return found


def test_a_room_is_scheduled_with_the_form_and_stands_in_both_lists(
    village: Village, bakers: Bakery, tomorrow: datetime
) -> None:
    bruno = bakers.of("bruno")
    page = bruno.get(PATH)
    check(page)
    assert "1,200 minutes left" in page.text and "No room is ahead" in page.text
    form = page.form(PATH)
    assert (form.values["minutes"], form.values["reach"], form.values["seats"]) == ("60", "local", "")
    page = bruno.sent(page, PATH, **typed(tomorrow), minutes="45", seats="12", reach="guild")
    check(page)
    assert "It is scheduled." in page.text and TEXT in page.text
    made = last(village)
    assert made is not None and page.address.endswith(f"/rooms/{made.post_id}")
    assert (made.starts_at, made.minutes, made.seats, made.video) == (tomorrow, 45, 12, False)
    for path in (PATH, "/rooms"):
        page = bakers.of("chidi").get(path)
        check(page)
        assert f"/rooms/{made.post_id}" in links(page) and "45 minutes" in page.text
        assert f"/rooms/{made.post_id}" not in links(bakers.of("dalia").get(path))


def test_times_are_those_of_the_member_s_own_clocks(
    village: Village, bakers: Bakery, tomorrow: datetime
) -> None:
    with village.database.begin() as session:
        book, now = village.books.current(session), village.clock.now(session)
        rhythm = Rhythm("daily", 18, "sunday", ZONE)
        own_rhythm.choose(session, village.people["bruno"], book, rhythm, now)
    bruno, there = bakers.of("bruno"), tomorrow.astimezone(ZoneInfo(ZONE))
    page = bruno.get(PATH)
    assert f"By the clocks of {ZONE}" in page.text
    page = bruno.sent(page, PATH, **typed(there))
    made = last(village)
    assert made is not None and made.starts_at == tomorrow
    assert f"{there:%H:%M}" in page.text and ZONE in page.text
    assert f"{tomorrow:%H:%M}" in bakers.of("dalia").get("/rooms").text


@pytest.mark.parametrize(
    ("wrong", "field", "detail"),
    [
        ({"text": " "}, "text", ""),
        ({"day": "soon"}, "day", "Write the day as 2026-11-01"),
        ({"day": "2020-01-01"}, "day", "This is past"),
        ({"day": "2999-01-01"}, "day", "from now"),
        ({"time": "noon"}, "time", "Write the time as 18:00"),
        ({"minutes": "an hour"}, "minutes", "Write a whole number"),
        ({"minutes": "121"}, "minutes", "1 to 120 minutes"),
        ({"seats": "many"}, "seats", "Write a whole number"),
        ({"seats": "61"}, "seats", "1 to 60"),
        ({"reach": "everyone"}, "reach", "Choose one of these"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost(
    village: Village, bakers: Bakery, tomorrow: datetime, wrong: dict[str, str], field: str, detail: str
) -> None:
    bruno = bakers.of("bruno")
    page = bruno.get(PATH)
    said = page.form(PATH).values | typed(tomorrow) | {"seats": "7", "reach": "guild"} | wrong
    answer = bruno.http.post(PATH, data=said)
    assert answer.status_code == 422, answer.text
    assert f'id="{field}-wrong"' in answer.text and detail in answer.text
    assert last(village) is None
    again = bruno.http.post(PATH, data=said).text
    assert f'value="{said["seats"]}"' in again and f'value="{said["minutes"]}"' in again


def test_as_many_rooms_as_may_be_ahead_is_told_with_its_clause(bakers: Bakery, tomorrow: datetime) -> None:
    for _ in range(3):
        bakers.schedule()
    bruno = bakers.of("bruno")
    answer = bruno.send(bruno.get(PATH), PATH, **typed(tomorrow))
    assert answer.status_code == 409 and "as many as may be" in answer.text


def test_whoever_may_not_schedule_is_told_why_and_finds_no_form(
    village: Village, bakers: Bakery, tomorrow: datetime
) -> None:
    bakers.schedule()
    dalia = bakers.of("dalia")
    page = dalia.get(PATH)
    check(page)
    assert TEXT in page.text and "Only its members schedule rooms" in page.text
    assert PATH not in {form.action for form in page.forms} and "minutes left" not in page.text
    token = page.forms[0].values["csrf_token"]
    answer = dalia.http.post(
        PATH, data={"csrf_token": token, **typed(tomorrow), "minutes": "9", "reach": "local"}
    )
    assert answer.status_code == 403, answer.text
    assert "Only its members schedule rooms" in answer.text
    with village.database.begin() as session:
        enacted(session, {"/rooms/hosts": "stewards"}, AUDIENCE)
    page = bakers.of("bruno").get(PATH)
    check(page)
    assert "Here the stewards schedule rooms" in page.text
    assert f"/policies/{COOP}/audience#/rooms/hosts" in links(page)
    assert PATH in {form.action for form in bakers.of("ada").get(PATH).forms}


def test_a_guild_that_does_not_hold_the_feature_says_what_it_takes(village: Village, browser_of: Of) -> None:
    page = bakery(village, browser_of, holds=False).of("ada").get(PATH)
    check(page)
    assert "This guild does not hold live rooms." in page.text and "They are gained in the night" in page.text
    assert f"/policies/{COOP}/features#/features/live_rooms/guild/grant_when" in links(page)


def test_lists_go_on_from_page_to_page(bakers: Bakery, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [bakers.schedule(begins=number * HOUR) for number in (1, 2, 3)]
    monkeypatch.setattr(room_list_pages, "SHOWN", 2)
    for path in ("/rooms", PATH):
        first = bakers.of("dalia").get(path)
        (further,) = [link for link in links(first) if "cursor=" in link]
        second = bakers.of("dalia").get(further)
        check(second)
        shown = [{f"/rooms/{one}" for one in made} & links(page) for page in (first, second)]
        assert shown == [{f"/rooms/{one}" for one in made[:2]}, {f"/rooms/{made[2]}"}]
    assert bakers.of("dalia").get(f"/rooms?cursor={'x' * 999}").status == 404


def test_visitors_are_sent_to_sign_in_and_an_unknown_guild_is_not_found(
    bakers: Bakery, visitor: Browser
) -> None:
    for path in (PATH, "/guilds/none-such/rooms", "/rooms"):
        assert visitor.get(path).status == 303
    assert bakers.of("dalia").get("/guilds/none-such/rooms").status == 404
