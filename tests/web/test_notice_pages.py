"""Notices as pages: the bell in the header, the list, and marking it as read."""

from collections.abc import Callable

import pytest

from governance import announcing
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check


def told(village: Village) -> None:
    announcing.announce(village.database, village.books, village.clock, "https://coop.example")


def bell(page: Page) -> str:
    """What the link in the header says."""
    html = page.html
    start = html.index('class="bell"')
    return html[start : html.index("</a>", start)]


def test_a_visitor_has_no_bell_and_is_asked_to_sign_in(village: Village, visitor: Browser) -> None:
    assert 'class="bell"' not in visitor.get("/").html
    page = visitor.get("/notices")
    assert (page.status, page.headers["Location"]) == (303, "/sign-in?next=%2Fnotices")


def test_who_has_been_told_nothing_reads_so(ada: Browser) -> None:
    page = ada.get("/notices")
    check(page)
    assert "Nothing yet." in page.text
    assert "unread" not in bell(page)


def test_what_one_is_told_is_counted_in_the_header_until_it_is_read(
    village: Village, ada: Browser, browser_of: Callable[[str], Browser]
) -> None:
    made = village.in_voting()
    told(village)
    assert "<b>1<span" in bell(ada.get("/"))
    page = ada.get("/notices")
    check(page)
    assert "Voting has begun: Make the default room smaller" in page.text
    assert f"/proposals/{made}" in [link.get("href") for link in page.named("a")]
    after = ada.sent(page, "/notices/read")
    check(after)
    assert "unread" not in bell(after)
    assert "Marked as read." in after.text
    assert "<b>1<span" in bell(browser_of("bruno").get("/"))


def test_what_came_after_the_page_was_shown_stays_unread(village: Village, ada: Browser) -> None:
    made = village.in_voting()
    told(village)
    page = ada.get("/notices")
    village.go_to(village.times(made).closes_at)
    told(village)
    assert "<b>1<span" in bell(ada.sent(page, "/notices/read"))


@pytest.mark.parametrize(
    "path", ["/notices?before=x", "/notices?before=-1", "/notices?before=99999999999999999999"]
)
def test_nonsense_in_the_address_finds_nothing(ada: Browser, path: str) -> None:
    assert ada.get(path).status == 404


def test_every_page_names_the_feed_of_decisions(village: Village, visitor: Browser) -> None:
    feeds = [link for link in visitor.get("/").named("link") if link["rel"] == "alternate"]
    assert [(feed["type"], feed["href"]) for feed in feeds] == [("application/atom+xml", "/decisions.atom")]
