"""Choosing an audience group by group, in a browser without scripts."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from audience.tables import Post
from tests.factories import LISBON
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check

Of = Callable[[str], Browser]
NEW = "/posts/new"


def pressed(browser: Browser, page: Page, act: str, **said: str) -> Page:
    """Press a button of the form, which stands on the page, and return the page that comes back."""
    assert act in page.form(NEW).choices["act"]
    found = Page(browser.send(page, NEW, act=act, **said))
    check(found)
    return found


def added(browser: Browser, page: Page, which: str, part: str, kind: str, **said: str) -> Page:
    return pressed(
        browser,
        page,
        f"add:{which}",
        **{f"add_{which}_part": part, f"add_{which}_kind": kind},
        **said,
    )


def published(village: Village) -> dict[str, Any]:
    with village.database.begin() as session:
        return session.scalars(select(Post)).one().audience


def marked(page: Page) -> list[str]:
    """The names of the rows in which something is wrong; each says what."""
    told = [one["aria-describedby"] for one in page.named("fieldset") if "aria-invalid" in one]
    assert all(f'id="{one}"' in page.html for one in told)
    return [one.removesuffix("-wrong") for one in told]


def test_groups_are_added_one_by_one_and_say_exactly_who_may_see_it(village: Village, browser_of: Of) -> None:
    village.guild("bakers", "ada", "bruno", "chidi", "dalia")
    ada = browser_of("ada")
    page = added(ada, ada.get(NEW), "see", "all", "guild", body="Rye")
    page = added(ada, page, "see", "all", "place", see0_value="bakers")
    assert page.form(NEW).values["reach"] == "chosen"
    page = pressed(ada, page, "look", see1_sought="lisb")
    assert str(LISBON) in page.form(NEW).choices["see1_place"]
    page = added(ada, page, "see", "not", "member", see1_place=str(LISBON))
    page = added(ada, page, "see", "any", "contributed", see2_value="@bruno")
    assert page.form(NEW).values["see3_min"] == "1"
    page = added(ada, page, "see", "any", "follow", see3_tag="#bread", see3_min="2")
    page = pressed(ada, page, "preview", see4_days="30")
    assert page.status == 200
    assert "When you publish it Fewer than 5 people may open it." in page.text
    assert page.form(NEW).values["body"] == "Rye"
    ada.sent(page, NEW, act="publish")
    assert published(village)["see"] == {
        "any": [
            {"contributed": {"tag": "bread", "kinds": ["post", "reply"], "min": 2, "days": 90}},
            {"follow": {"dir": "follower", "min_days": 30}},
        ],
        "all": [{"guild": "bakers"}, {"place": str(LISBON)}],
        "not": [{"member": "bruno"}],
    }


def test_a_group_is_taken_away_and_a_step_chosen_instead(village: Village, browser_of: Of) -> None:
    ada = browser_of("ada")
    page = added(ada, ada.get(NEW), "see", "any", "local", body="Rye")
    page = added(ada, page, "see", "not", "member")
    page = pressed(ada, page, "drop:see1")
    assert "see1_kind" not in page.form(NEW).values
    assert page.form(NEW).values["see0_kind"] == "local"
    ada.sent(page, NEW, act="publish", reach="followers")
    assert published(village) == {"preset": "followers"}


def test_opening_it_and_each_thing_that_readers_may_do_are_chosen_by_groups_too(
    village: Village, browser_of: Of
) -> None:
    ada = browser_of("ada")
    page = added(ada, ada.get(NEW), "read", "any", "mentioned", body="Rye for @bruno")
    page = added(ada, page, "verb", "auto", "follow", add_verb="quote")
    page = added(ada, page, "verb", "ask", "local", add_verb="quote", quote0_dir="mutual")
    assert page.form(NEW).values["verb_quote"] == "chosen"
    ada.sent(page, NEW, act="publish")
    assert published(village) == {
        "preset": "local",
        "read": {"any": [{"mentioned": True}]},
        "interact": {
            "quote": {"auto": [{"follow": {"dir": "mutual", "min_days": 0}}], "ask": [{"local": True}]}
        },
    }


@pytest.mark.parametrize(
    ("part", "kind", "said", "told"),
    [
        ("any", "member", {"see1_value": "nobody"}, "There is no member of this name."),
        ("any", "member", {"see1_value": ""}, "Write whom you mean."),
        ("any", "place", {}, "Look for a place, and choose one."),
        ("all", "contributed", {"see1_tag": "two words"}, "A tag is one word"),
        ("not", "follow", {"see1_days": "9999"}, "less than or equal to 3650"),
    ],
)
def test_what_is_wrong_with_a_group_is_told_at_its_row(
    village: Village, ada: Browser, part: str, kind: str, said: dict[str, str], told: str
) -> None:
    page = added(ada, ada.get(NEW), "see", "any", "local", body="Rye")
    page = added(ada, page, "see", part, kind)
    page = Page(ada.send(page, NEW, act="publish", **said))
    check(page)
    assert page.status == 422
    assert marked(page) == ["see1"]
    assert told in page.text


def test_groups_that_mean_nobody_by_mistake_are_told_above_them(ada: Browser) -> None:
    page = added(ada, ada.get(NEW), "see", "not", "mentioned", body="Rye")
    page = Page(ada.send(page, NEW, act="publish"))
    assert page.status == 422
    assert "who may not is not enough" in page.text
    assert 'id="reach-wrong"' in page.html


def test_law_07_a_guild_that_one_is_not_in_answers_like_one_that_there_is_not(
    village: Village, browser_of: Of
) -> None:
    village.guild("bakers", "bruno", "chidi")
    ada = browser_of("ada")
    page = ada.get(NEW)
    assert "guild" not in page.form(NEW).choices["add_see_kind"]
    row = {"reach": "chosen", "see0_kind": "guild", "see0_part": "any", "act": "preview"}
    form = page.form(NEW).values | row
    hidden, unknown = (ada.http.post(NEW, data=form | {"see0_value": one}) for one in ("bakers", "none"))
    assert hidden.status_code == unknown.status_code == 422
    told, other = (re.sub(r'name="csrf_token" value="[^"]*"', "", one.text) for one in (hidden, unknown))
    assert told.replace("bakers", "none") == other


def test_pressing_enter_in_a_field_publishes_and_adds_nothing(ada: Browser) -> None:
    page = ada.get(NEW)
    assert page.form(NEW).choices["act"][0] == "look"
    assert Page(ada.send(page, NEW, act="look", body="Rye")).form(NEW).values["body"] == "Rye"
