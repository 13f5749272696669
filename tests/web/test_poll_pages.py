"""Polls in a browser without scripts: asked while composing, answered under a post."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from audience.polls import counting
from audience.polls.tables import Poll
from coop.features import GUILD_POLLS, SCHEDULED_POSTS
from coop.tables import Guild, Member
from tests.coop.featured import give
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check

Of = Callable[[str], Browser]
NEW = "/posts/new"
SAID = {
    "body": "Which?",
    "guild": "bakers",
    "reach": "local",
    "poll0": "Rye",
    "poll2": "Oats",
    "poll_days": "3",
}


@pytest.fixture
def ada(village: Village, browser_of: Of) -> Browser:
    """The browser of Ada, whose guild may ask."""
    village.guild("bakers", "ada", "bruno")
    with village.database.begin() as session:
        give(session, GUILD_POLLS, session.scalars(select(Guild)).one())
    return browser_of("ada")


def ask(ada: Browser) -> Page:
    """Publish a post that asks something, and return its page."""
    return ada.sent(ada.get(NEW), NEW, act="publish", **SAID)


def path_of(village: Village) -> str:
    with village.database.begin() as session:
        return f"/posts/{session.scalars(select(Poll)).one().post_id}"


def test_a_poll_is_asked_answered_changed_and_told(village: Village, ada: Browser, browser_of: Of) -> None:
    check(ada.get(NEW))
    page = ask(ada)
    check(page)
    path = path_of(village)
    assert "A poll is no ballot, and decides nothing." in page.text
    assert {"/proposals", "/guilds/bakers"} <= {one.get("href") for one in page.named("a")}
    bruno = browser_of("bruno")
    chosen = bruno.sent(bruno.get(path), f"{path}/poll", option="2")
    check(chosen)
    assert "Choose this instead" in chosen.text
    assert chosen.form(f"{path}/poll").values["option"] == "2"
    left = bruno.sent(chosen, f"{path}/poll/leave")
    assert "Choose this instead" not in left.text
    bruno.sent(left, f"{path}/poll", option="1")
    outside = browser_of("chidi").get(path)
    check(outside)
    assert "Rye" in outside.text
    assert f"{path}/poll" not in {form.action for form in outside.forms}
    village.clock.offset += timedelta(days=4)
    for _ in range(2):
        over = bruno.get(path)
        check(over)
        assert "Too few chose any of them to be told." in over.text
        counting.count_due(village.database, village.books, village.clock)


def test_what_is_wrong_is_told_at_its_field(village: Village, ada: Browser) -> None:
    for changed, field in (
        ({"poll_days": ""}, "poll_days"),
        ({"poll_days": "0"}, "poll_days"),
        ({"poll_days": "999999999"}, "poll_days"),
        ({"poll_days": "99"}, "poll_days"),
        ({"poll2": "rye"}, "poll2"),
    ):
        page = Page(ada.send(ada.get(NEW), NEW, act="publish", **{**SAID, **changed}))
        check(page)
        assert page.status == 422
        assert [one["id"] for one in page.named("input") if one.get("aria-invalid")] == [field]
        assert page.form(NEW).values["poll0"] == "Rye"


def test_who_is_in_no_guild_that_may_ask_is_not_asked(village: Village, ada: Browser, browser_of: Of) -> None:
    assert "poll0" not in browser_of("chidi").get(NEW).html


def test_a_poll_is_asked_later_and_stays_as_it_was_asked(village: Village, ada: Browser) -> None:
    with village.database.begin() as session:
        give(session, SCHEDULED_POSTS, session.get_one(Member, village.people["ada"].member_id))
    at = f"{(village.now() + timedelta(days=2)).date()}T12:00"
    listed = ada.sent(ada.get(NEW), NEW, act="publish", publish_at=at, **SAID)
    assert "Kept until then." in listed.text
    (path,) = {
        one["href"] for one in listed.named("a") if one.get("href", "").startswith("/posts/scheduled/")
    }
    page = ada.get(path)
    check(page)
    assert "It asks: Rye, Oats" in page.text
    assert "Which one?" in ada.sent(page, f"{path}/change", body="Which one?").text


def test_a_forged_option_chooses_nothing(village: Village, ada: Browser) -> None:
    page, path = ask(ada), path_of(village)
    token = page.form(f"{path}/poll").values["csrf_token"]
    for option in ("", "9", "-1", "one", "9" * 30):
        ada.http.post(f"{path}/poll", data={"csrf_token": token, "option": option})
    assert "Choose this instead" not in ada.get(path).text
