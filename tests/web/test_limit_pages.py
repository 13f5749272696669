"""Limit for now in a browser: one tap on one's own page, without a script."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from audience import limit_for_now
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check
from tests.web.test_feed_pages import publish

Of = Callable[[str], Browser]
PATH = "/members/me/limit"
ON = "are kept out of what you made until"
"""What its author reads while one is on."""


def test_one_tap_on_one_s_own_page_shuts_strangers_out_and_another_lets_them_in(
    village: Village, browser_of: Of
) -> None:
    post = f"/posts/{publish(village, village.people['ada'])}"
    ada, bruno = browser_of("ada"), browser_of("bruno")
    own = ada.get("/members/ada")
    check(own)
    form = own.form(PATH)
    assert {name: form.values[name] for name in ("days", "whom")} == {"days": "7", "whom": "strangers"}
    after = ada.sent(own, PATH)
    check(after)
    assert "It holds from now on." in after.text
    assert f"Strangers {ON}" in after.text
    assert bruno.get(post).status == 404
    own = ada.get("/members/ada")
    check(own)
    assert f"Strangers {ON}" in own.text
    assert ON not in bruno.get("/members/ada").text
    assert "Everybody is let in again" in ada.sent(own, f"{PATH}/end").text
    assert bruno.get(post).status == 200
    assert ada.get("/members/ada").form(PATH)


def test_recent_followers_are_chosen_and_the_choice_is_shown_while_it_is_on(
    village: Village, ada: Browser
) -> None:
    page = ada.sent(ada.get(PATH), PATH, days="30", whom="strangers_and_recent")
    check(page)
    assert f"Strangers and recent followers {ON}" in page.text
    assert page.form(PATH).values["whom"] == "strangers_and_recent"
    assert "Change it" in page.text


@pytest.mark.parametrize(
    ("days", "wrong"),
    [("31", "1 to 30"), ("0", "greater than or equal to 1"), ("soon", ""), ("99999999", ""), ("-1", "")],
)
def test_what_is_wrong_is_told_at_the_field_and_nothing_is_set(ada: Browser, days: str, wrong: str) -> None:
    page = Page(ada.send(ada.get(PATH), PATH, days=days))
    check(page)
    assert page.status == 422
    assert wrong in page.text
    assert 'aria-describedby="days-wrong"' in page.html
    assert page.form(PATH).values["days"] == days
    assert ON not in page.text


def test_days_that_are_left_out_are_what_the_clause_says(ada: Browser) -> None:
    assert ON in ada.sent(ada.get(PATH), PATH, days=" ").text


def test_a_notice_leads_back_to_it_once_it_has_ended(village: Village, ada: Browser) -> None:
    ada.sent(ada.get(PATH), PATH, days="1")
    village.clock.offset += timedelta(days=1, seconds=1)
    with village.database.begin() as session:
        limit_for_now.tell_ended(session, village.books.current(session), village.clock.now(session))
    notices = ada.get("/notices/waiting")
    check(notices)
    assert "Your limit for now has ended." in notices.text
    assert ON not in ada.get(PATH).text
