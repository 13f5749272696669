"""What one publishes later, in a browser without scripts."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlmodel import col

from audience.scheduling import publishing
from audience.scheduling.tables import ScheduledPost
from audience.tables import Post
from coop import own_rhythm
from coop.features import SCHEDULED_POSTS
from coop.rhythm import Rhythm
from coop.tables import Member
from tests.coop.featured import give
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check

Of = Callable[[str], Browser]
NEW, PATH = "/posts/new", "/posts/scheduled"
TOKYO = ZoneInfo("Asia/Tokyo")
DAY = timedelta(days=1)


@pytest.fixture
def ada(village: Village, browser_of: Of) -> Browser:
    """The browser of Ada, who may write ahead, and lives in Tokyo."""
    with village.database.begin() as session:
        give(session, SCHEDULED_POSTS, session.get_one(Member, village.people["ada"].member_id))
        book, now = village.books.current(session), village.clock.now(session)
        own_rhythm.choose(
            session, village.people["ada"], book, Rhythm("daily", 18, "sunday", "Asia/Tokyo"), now
        )
    return browser_of("ada")


def tomorrow(village: Village) -> str:
    """Return noon in Tokyo, two days from now, as a browser sends it."""
    return f"{(village.now().astimezone(TOKYO) + 2 * DAY).date()}T12:00"


def kept(village: Village) -> list[ScheduledPost]:
    with village.database.begin() as session:
        return list(session.scalars(select(ScheduledPost).order_by(col(ScheduledPost.id))))


def write(village: Village, ada: Browser, body: str = "Rye at noon") -> str:
    """Have Ada write something ahead; return the path of its page."""
    page = ada.sent(ada.get(NEW), NEW, act="publish", body=body, reach="local", publish_at=tomorrow(village))
    assert "Kept until then." in page.text
    return f"{PATH}/{kept(village)[-1].id}"


def publish(village: Village) -> int:
    village.clock.offset += 3 * DAY
    return publishing.publish_due(village.database, village.books, village.clock)


def test_a_post_is_written_ahead_by_the_clocks_of_its_author(village: Village, ada: Browser) -> None:
    path = write(village, ada)
    (row,) = kept(village)
    there = row.publish_at.astimezone(TOKYO)
    assert f"{there:%Y-%m-%dT%H:%M}" == tomorrow(village)
    page = ada.get(PATH)
    check(page)
    assert "Rye at noon" in page.text
    assert "at 12:00" in page.text
    assert path in {one.get("href") for one in page.named("a")}
    own = ada.get(path)
    check(own)
    assert own.form(f"{path}/change").values["publish_at"] == tomorrow(village)
    with village.database.begin() as session:
        assert session.scalars(select(Post)).all() == []


def test_it_is_changed_and_its_audience_stays(village: Village, ada: Browser) -> None:
    path = write(village, ada)
    changed = ada.sent(ada.get(path), f"{path}/change", body="Oats at noon")
    assert "Oats at noon" in changed.text
    (row,) = kept(village)
    assert row.draft is not None
    assert (row.draft["body"], row.draft["audience"]) == ("Oats at noon", {"preset": "local"})
    assert publish(village) == 1
    with village.database.begin() as session:
        post = session.scalars(select(Post)).one()
    assert post.audience == {"preset": "local"}
    found = ada.get(path)
    check(found)
    assert f"/posts/{post.id}" in {one.get("href") for one in found.named("a")}
    assert "Nothing waits." in ada.get(PATH).text


def test_what_was_refused_says_why_and_is_mended(village: Village, ada: Browser) -> None:
    path = write(village, ada)
    with village.database.begin() as session:
        row = session.get_one(ScheduledPost, int(path.rpartition("/")[2]))
        row.draft = {**(row.draft or {}), "guild": "bakers"}
    assert publish(village) == 0
    listed = ada.get(PATH)
    check(listed)
    assert "Not published" in listed.text
    own = ada.get(path)
    check(own)
    assert "It was not published. This post cannot be published." in own.text
    assert "There is no guild of this name that you belong to." in own.text
    village.guild("bakers", "ada", "bruno")
    later = datetime.fromisoformat(tomorrow(village))
    mended = ada.sent(own, f"{path}/change", publish_at=f"{later:%Y-%m-%dT%H:%M}")
    assert "Not published" not in mended.text
    assert publish(village) == 1


@pytest.mark.parametrize("written", ["", "noon", "2026-01-01T12:00", "2199-01-01T12:00", "0001-01-01T00:00"])
def test_a_moment_that_cannot_be_is_told_at_its_field(village: Village, ada: Browser, written: str) -> None:
    path = write(village, ada)
    page = Page(ada.send(ada.get(path), f"{path}/change", body="Oats", publish_at=written))
    check(page)
    assert page.status == 422
    assert [one["id"] for one in page.named("input") if one.get("aria-invalid")] == ["publish_at"]
    assert page.form(f"{path}/change").values["body"] == "Oats"
    if written:
        said = {"act": "publish", "body": "Oats", "reach": "local", "publish_at": written}
        compose = Page(ada.send(ada.get(NEW), NEW, **said))
        check(compose)
        assert compose.status == 422
        assert [one["id"] for one in compose.named("input") if one.get("aria-invalid")] == ["publish_at"]
        assert compose.form(NEW).values["publish_at"] == written
    assert len(kept(village)) == 1


def test_it_is_taken_back(village: Village, ada: Browser) -> None:
    path = write(village, ada)
    assert "Nothing waits." in ada.sent(ada.get(path), f"{path}/withdraw").text
    assert kept(village) == []
    assert ada.get(path).status == 404


def test_law_07_another_s_is_not_there(village: Village, ada: Browser, browser_of: Of) -> None:
    path, bruno = write(village, ada), browser_of("bruno")
    hidden, unknown = bruno.get(path), bruno.get(f"{PATH}/7")
    assert (hidden.status, unknown.status) == (404, 404)
    assert hidden.html == unknown.html
    assert "Nothing waits." in bruno.get(PATH).text


def test_whoever_may_not_write_ahead_is_not_asked_when_and_is_shown_the_way(
    village: Village, browser_of: Of
) -> None:
    bruno = browser_of("bruno")
    assert "publish_at" not in bruno.get(NEW).html
    page = bruno.get(PATH)
    check(page)
    assert "/members/me/features" in {one.get("href") for one in page.named("a")}
    token = bruno.get(NEW).form(NEW).values["csrf_token"]
    said = {"act": "publish", "body": "Oats", "reach": "local", "publish_at": tomorrow(village)}
    refused = Page(bruno.http.post(NEW, data={**said, "csrf_token": token}))
    assert refused.status == 403
    assert "You do not hold what it takes to publish later." in refused.text
