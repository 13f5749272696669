"""How far a post went, looked at in a browser."""

from collections.abc import Callable

from tests.web.browser import Browser
from tests.web.conftest import Village
from tests.web.test_every_page import check
from tests.web.test_feed_pages import publish
from web import reach_pages


def test_an_author_looks_at_how_far_a_post_went(
    village: Village, browser_of: Callable[[str], Browser]
) -> None:
    made = publish(village, village.people["ada"], body="Bread at dawn")
    for handle in ("bruno", "chidi", "dalia"):
        browser_of(handle).get(f"/posts/{made}")
    page = browser_of("ada").get(f"/posts/{made}/reach")
    check(page)
    assert "Seated: who were delivered it fewer than 5" in page.text
    assert "Whoever had 90 % of its length before them has finished it, by a clause" in page.text
    assert "Fewer than 5 by any way." in page.text
    assert "150, by a clause of version 1" in page.text
    assert "/policies/coop/audience#/reach/least_told" in {link["href"] for link in page.named("a")}
    assert "bruno" not in page.text


def test_a_full_post_says_so_with_who_waits_and_what_narrowed_it(
    village: Village, browser_of: Callable[[str], Browser]
) -> None:
    later = [{"seats_pct": 100, "set": {"replies": {"max": 3}}}]
    made = publish(
        village,
        village.people["ada"],
        body="Bread at dawn",
        audience={"seats": {"max": 2, "on_full": "waitlist"}, "after": later},
    )
    assert "too few are taken to tell you how many" in browser_of("ada").get(f"/posts/{made}").text
    for handle in ("bruno", "chidi", "dalia"):
        browser_of(handle).get(f"/posts/{made}")
    browser_of("ada").get("/feed")
    post, page = (browser_of("ada").get(f"/posts/{made}{more}") for more in ("", "/reach"))
    for shown in (post, page):
        check(shown)
        assert "When 100 % of its seats were taken: how it may be answered, just now" in shown.text
    assert "All of its 2 seats are taken." in post.text
    assert "Seated: who were delivered it at least 2" in page.text
    assert "All of its seats are taken, the last just now" in page.text
    assert "Fewer than 5 wait for a seat." in page.text


def test_each_way_says_its_stages_in_words(village: Village, browser_of: Callable[[str], Browser]) -> None:
    village.enrol(14)
    made = publish(village, village.people["ada"], body="Bread at dawn #bread")
    for number in range(14):
        browser_of(f"friend{number}").get("/feed/calm" if number < 9 else "/tags/bread")
    page = browser_of("ada").get(f"/posts/{made}/reach")
    check(page)
    assert "Way Candidates Served Finished Replied" in page.text
    assert "The calm feed at least 5 at least 5 fewer than 5 fewer than 5" in page.text
    assert "The page of a tag – at least 5 fewer than 5 fewer than 5" in page.text


def test_no_way_is_named_by_what_programs_call_it() -> None:
    ways = ("called", "feed:own", "greet", "guild", "member", "place", "post", "room", "search", "tag")
    assert {*ways, "waiting"} == reach_pages.WAYS.keys()
    assert reach_pages.way_said("feed:own") == "Feeds that members made"
    assert reach_pages.way_said("feed:calm") == "The calm feed"


def test_law_07_how_far_a_post_of_another_went_answers_like_one_that_never_was(
    village: Village, visitor: Browser, browser_of: Callable[[str], Browser]
) -> None:
    made = publish(village, village.people["ada"])
    answers = {browser_of("bruno").get(f"/posts/{one}/reach").html for one in (made, 7)}
    assert len(answers) == 1
    assert visitor.get(f"/posts/{made}/reach").status == 303
