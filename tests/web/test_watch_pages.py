"""How long posts were before a member, as a page's script tells it, and how browsers are kept silent."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select
from sqlmodel import col

from audience.tables import Seat
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check
from tests.web.test_feed_pages import publish

Of = Callable[[str], Browser]
SCRIPT = "/static/watched.js"


def tell(browser: Browser, page: Page, **said: str) -> int:
    """Tell as the script does, with the token of the page; return the status."""
    token = page.form("/sign-out").values["csrf_token"]
    return browser.http.post("/watched", data={"csrf_token": token, **said}).status_code


def watched(village: Village) -> dict[int, int]:
    """Return the milliseconds that are kept, by post."""
    with village.database.begin() as session:
        rows = session.execute(select(col(Seat.post_id), col(Seat.watched_ms))).all()
        return {row.post_id: row.watched_ms for row in rows}


def scripts(page: Page) -> list[str]:
    return [one["src"].partition("?")[0] for one in page.named("script")]


def parts(page: Page) -> dict[str, str | None]:
    """Return the posts of a page that are told of, each with how long it takes where that is said."""
    found = [one for one in page.named("article") if "data-post" in one]
    return {one["data-post"]: one.get("data-length") for one in found}


def test_a_page_says_which_posts_are_told_of_and_what_is_told_is_kept(
    village: Village, browser_of: Of
) -> None:
    body = "Bread at dawn " * 30 + "#bread"
    first, second = (publish(village, village.people["bruno"], body=body) for _ in range(2))
    ada = browser_of("ada")
    page = ada.get("/feed/balanced")
    check(page)
    assert parts(page).keys() == {str(first), str(second)}
    assert scripts(page) == [SCRIPT]
    village.clock.offset += timedelta(minutes=5)
    assert tell(ada, page, **{f"ms-{first}": "4000", f"ms-{second}": "9000"}) == 204
    assert watched(village) == {first: 4000, second: 9000}
    assert tell(ada, page, **{f"ms-{first}": "5000", f"ms-{second}": "1"}) == 204
    assert watched(village) == {first: 5000, second: 9000}
    one = ada.get(f"/posts/{first}")
    assert parts(one) == {str(first): str(len(body) * 60_000 // 900)}
    for path in ("/members/bruno", "/tags/bread", "/search?q=bread"):
        listed = ada.get(path)
        assert parts(listed).keys() == {str(first), str(second)}, path
        assert scripts(listed) == [SCRIPT]


def test_authors_tell_nothing_of_their_own_posts(village: Village, browser_of: Of) -> None:
    made = publish(village, village.people["bruno"])
    bruno = browser_of("bruno")
    for path in (f"/posts/{made}", "/members/bruno"):
        assert parts(bruno.get(path)) == {}


def test_law_07_what_one_may_not_see_or_was_not_delivered_answers_like_what_there_is_not(
    village: Village, browser_of: Of
) -> None:
    bruno, ada = village.people["bruno"], browser_of("ada")
    hidden, undelivered = publish(village, bruno, audience={"preset": "self"}), publish(village, bruno)
    page = ada.get("/")
    village.clock.offset += timedelta(minutes=5)
    wrong = ("7", str(hidden), str(undelivered), "9" * 19, "9" * 30, "x", "")
    for said in (*({f"ms-{one}": "900"} for one in wrong), {f"ms-{hidden}": "-1"}, {"ms-7": "²"}, {}):
        assert tell(ada, page, **said) == 204, said
    assert watched(village) == {}


def test_no_more_posts_are_told_of_at_once_than_a_page_can_show(village: Village, browser_of: Of) -> None:
    made = publish(village, village.people["bruno"])
    ada = browser_of("ada")
    page = ada.get(f"/posts/{made}")
    village.clock.offset += timedelta(minutes=5)
    others = {f"ms-{number}": "1" for number in range(1, 101)}
    assert tell(ada, page, **others, **{f"ms-{made}": "900"}) == 204
    assert watched(village) == {made: 0}
    assert tell(ada, page, **{f"ms-{made}": "900"}) == 204
    assert watched(village) == {made: 900}


def test_a_member_may_keep_their_browser_from_telling_and_let_it_tell_again(
    village: Village, browser_of: Of
) -> None:
    made = publish(village, village.people["bruno"])
    ada, path = browser_of("ada"), f"/posts/{made}"
    page = ada.get(path)
    village.clock.offset += timedelta(minutes=5)
    silent = ada.sent(ada.get("/members/me"), "/members/me/watching", tell="no")
    check(silent)
    assert "This browser tells nothing" in silent.text
    assert scripts(ada.get(path)) == []
    assert tell(ada, page, **{f"ms-{made}": "900"}) == 204
    assert watched(village) == {made: 0}
    assert "tells how long" in ada.sent(silent, "/members/me/watching", tell="yes").text
    assert scripts(ada.get(path)) == [SCRIPT]
    assert tell(ada, page, **{f"ms-{made}": "900"}) == 204
    assert watched(village) == {made: 900}


def test_whoever_is_not_signed_in_tells_nothing(village: Village, visitor: Browser) -> None:
    token = visitor.get("/sign-in").form("/sign-in").values["csrf_token"]
    for path, said in (("/watched", {"ms-7": "1"}), ("/members/me/watching", {"tell": "no"})):
        answer = visitor.http.post(path, data={"csrf_token": token, **said})
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/sign-in")
    assert scripts(visitor.get("/tags")) == []
