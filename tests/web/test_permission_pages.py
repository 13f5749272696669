"""What one may do with a post, looked at in a browser, asked for and downloaded."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.audience.factories import NOBODY, make_asset
from tests.factories import LISBON
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check
from tests.web.test_feed_pages import publish

Of = Callable[[str], Browser]
EVERYBODY = [{"local": True}]
ASKING: dict[str, Any] = {
    "interact": {
        "like": {"ask": EVERYBODY},
        "repost": {"auto": [{"place": str(LISBON)}]},
        "quote": {},
        "download": {"ask": EVERYBODY},
    }
}


def pictured(village: Village, audience: dict[str, Any]) -> str:
    with village.database.begin() as session:
        asset = make_asset(session, village.people["bruno"]).id
    made = publish(village, village.people["bruno"], audience=audience, asset_id=asset)
    return f"/posts/{made}"


def actions(page: Page) -> set[str]:
    return {form.action for form in page.forms}


def links(page: Page) -> set[str]:
    return {link["href"] for link in page.named("a")}


def test_each_answer_is_told_with_its_reason_and_what_may_be_asked_is_offered(
    village: Village, browser_of: Of
) -> None:
    path = pictured(village, ASKING)
    page = browser_of("ada").get(f"{path}/permissions")
    check(page)
    for said in (
        "Like it Ask. Its author decides",
        "Point to it Unknown. Its author opened this to people of some place",
        "Quote it No. Its author has not opened this to you.",
        "Download it Ask.",
    ):
        assert said in page.text
    assert {f"{path}/like", f"{path}/download"} <= actions(page)
    assert "Ask to like" in page.text
    assert not {f"{path}/repost", f"{path}/unlike"} & actions(page)
    assert not {f"{path}/download", f"/posts/new?quote={path.removeprefix('/posts/')}"} & links(page)


def test_an_answer_that_a_clause_decides_names_the_clause(village: Village, browser_of: Of) -> None:
    path = pictured(village, {})
    page = browser_of("ada").get(f"{path}/permissions")
    clauses = {f"/policies/coop/audience#/interact/{verb}/default" for verb in ("like", "quote", "download")}
    assert clauses <= links(page)
    assert "Download it No. The rules open this to nobody." in page.text
    assert {f"{path}/like", f"{path}/repost"} <= actions(page)
    assert f"{path}/permissions" in links(browser_of("chidi").get("/feed/balanced"))


def test_a_download_is_asked_for_and_once_granted_there_is_a_link(village: Village, browser_of: Of) -> None:
    path = pictured(village, ASKING)
    ada, bruno = browser_of("ada"), browser_of("bruno")
    assert ada.http.get(f"{path}/download").status_code == 403
    page = ada.get(f"{path}/permissions")
    assert "Its author was asked" in ada.sent(page, f"{path}/download").text
    page = ada.get(f"{path}/permissions")
    check(page)
    assert "You asked, and its author has not answered yet." in page.text
    assert f"{path}/download" not in actions(page) | links(page)
    assert "You no longer ask" in ada.sent(page, f"{path}/undownload").text
    ada.sent(ada.get(f"{path}/permissions"), f"{path}/download")
    asks = bruno.get("/members/me/asks")
    bruno.sent(asks, next(form.action for form in asks.forms if form.action.endswith("/grant")))
    page = ada.get(f"{path}/permissions")
    assert "Download it Yes. Its author said yes to you." in page.text
    assert f"{path}/download" in links(page)


@pytest.mark.parametrize(
    ("answer", "told"), [("grant", "Yes."), ("refuse", "No. Its author said no to you.")]
)
def test_a_like_that_was_asked_for_tells_what_came_of_it(
    village: Village, browser_of: Of, answer: str, told: str
) -> None:
    path = pictured(village, ASKING)
    ada, bruno = browser_of("ada"), browser_of("bruno")
    ada.sent(ada.get(f"{path}/permissions"), f"{path}/like")
    page = ada.get(f"{path}/permissions")
    assert f"{path}/unlike" in actions(page)
    asks = bruno.get("/members/me/asks")
    bruno.sent(asks, next(form.action for form in asks.forms if form.action.endswith(f"/{answer}")))
    page = ada.get(f"{path}/permissions")
    assert f"Like it {told}" in page.text
    assert (f"{path}/unlike" in actions(page)) is (answer == "grant")


def test_without_a_picture_there_is_nothing_to_download(village: Village, browser_of: Of) -> None:
    made = publish(village, village.people["bruno"])
    page = browser_of("ada").get(f"/posts/{made}/permissions")
    check(page)
    assert "Download" not in page.text
    own = browser_of("bruno").get(f"/posts/{made}/permissions")
    check(own)
    assert "You made it" in own.text


def test_law_07_what_one_may_do_with_what_one_may_not_see_answers_like_nothing(
    village: Village, browser_of: Of, visitor: Browser
) -> None:
    hidden = publish(village, village.people["bruno"], audience=NOBODY)
    door = publish(village, village.people["bruno"], audience={"read": {"any": []}})
    ada = browser_of("ada")
    nowhere = ada.get("/nothing-here").html
    for post in (hidden, door, 7):
        for page in (ada.get(f"/posts/{post}/{one}") for one in ("permissions", "download")):
            assert (page.status, page.html) == (404, nowhere)
        assert visitor.get(f"/posts/{post}/permissions").status == 303
        assert visitor.get(f"/posts/{post}/download").status == 303
