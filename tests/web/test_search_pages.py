"""Search, looked at in a browser: five kinds, the first few of each, and one kind in full."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.audience.factories import NOBODY, make_post
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check
from web import search_pages

Of = Callable[[str], Browser]


def publish(village: Village, body: str, **said: Any) -> int:
    with village.database.begin() as session:
        book, now = village.books.current(session), village.clock.now(session)
        return make_post(session, village.people["bruno"], book, now=now, body=body, **said).id


def links(page: Page) -> set[str]:
    return {link["href"] for link in page.named("a")}


def test_the_page_asks_for_words_first(ada: Browser) -> None:
    page = ada.get("/search")
    check(page)
    assert page.form("/search").values == {"q": ""}
    assert "None." not in page.text


def test_one_search_finds_all_five_kinds(village: Village, ada: Browser) -> None:
    made = publish(village, "Loud #bread")
    village.guild("bread-bakers", "ada")
    proposal = village.propose(title="Bread for everybody")
    page = ada.get("/search?q=bread")
    check(page)
    expected = {f"/posts/{made}", "/guilds/bread-bakers", "/tags/bread", f"/proposals/{proposal}"}
    assert expected <= links(page)
    assert "/members/bruno" in links(ada.get("/search?q=brun"))
    assert "None." in page.text


def test_more_than_a_few_of_a_kind_are_shown_alone(village: Village, ada: Browser) -> None:
    for n in range(search_pages.FEW + 1):
        publish(village, f"Bread {n}")
    first = ada.get("/search?q=bread")
    (onwards,) = [link for link in links(first) if "of=posts" in link]
    page = ada.get(onwards)
    check(page)
    assert ("Bread 0" in first.text, "Bread 0" in page.text) == (False, True)
    assert "Proposals" not in page.html.split("<h1>")[1]


def told(browser: Browser) -> tuple[str, set[str]]:
    """What a page says, but for the token that guards its form."""
    page = browser.get("/search?q=secret")
    return page.text, links(page)


def test_law_07_hidden_posts_and_drafts_change_nothing_that_is_found(
    village: Village, ada: Browser, visitor: Browser
) -> None:
    before = [told(browser) for browser in (ada, visitor)]
    publish(village, "A #secret", audience=NOBODY)
    village.draft("bruno", title="A secret draft")
    assert [told(browser) for browser in (ada, visitor)] == before
    for path in ("/search?q=secret&of=posts", "/search?q=-secret", "/search?q=secret&of=tags"):
        assert "A #secret" not in ada.get(path).html


def test_visitors_are_not_told_who_the_members_are(visitor: Browser) -> None:
    page = visitor.get("/search?q=bruno")
    check(page)
    assert "/members/bruno" not in page.html
    assert visitor.get("/search?q=bruno&of=members").status == 404


@pytest.mark.parametrize(
    "query",
    ["%00", "a" * 10_000, "bread&cursor=x", "bread&cursor=" + "a" * 5000, "%FF", "%E2%80%AE", "&of=no"],
)
def test_nonsense_is_told_and_breaks_nothing(ada: Browser, query: str) -> None:
    assert ada.get(f"/search?q={query}").status in (200, 400, 404, 422)


def test_the_language_of_the_browser_says_which_forms_of_a_word_are_one(
    village: Village, ada: Browser
) -> None:
    publish(village, "Loaves")
    for languages in ("en-GB,en;q=0.5", "*", "x" * 40, ""):
        answer = ada.http.get("/search?q=loaves", headers={"Accept-Language": languages})
        assert (answer.status_code, "Loaves" in answer.text) == (200, True), languages
