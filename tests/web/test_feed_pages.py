"""Feeds and posts, looked at in a browser."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from coop.identity import Identity
from tests.audience.factories import NOBODY, make_asset, make_post
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check
from web.wording import exact

Of = Callable[[str], Browser]


def publish(village: Village, author: Identity, **said: Any) -> int:
    with village.database.begin() as session:
        book, now = village.books.current(session), village.clock.now(session)
        return make_post(session, author, book, now=now, **said).id


def images(page: Page) -> list[str]:
    return [image["src"] for image in page.named("img") if image["src"].startswith("/media/")]


def test_a_feed_shows_what_others_made_and_why(village: Village, browser_of: Of) -> None:
    with village.database.begin() as session:
        asset = make_asset(session, village.people["bruno"]).id
    made = publish(village, village.people["bruno"], body="Bread at dawn", asset_id=asset)
    ada = browser_of("ada")
    choice = ada.get("/feed")
    check(choice)
    assert "/feed/balanced" in {link["href"] for link in choice.named("a")}
    page = ada.get("/feed/balanced")
    check(page)
    assert "Bread at dawn" in page.text
    assert [source.split("/")[2] for source in images(page)] == [str(asset)]
    assert f"/posts/{made}" in {link["href"] for link in page.named("a")}
    assert "/policies/coop/feeds#/profiles/balanced/weights/fresh" in {
        link["href"] for link in page.named("a")
    }


def test_law_11_the_parts_shown_add_up_to_the_score_shown(village: Village, browser_of: Of) -> None:
    publish(village, village.people["bruno"])
    page = browser_of("ada").get("/feed/balanced")
    shown = page.html.split('<table class="score">')[1].split("</table>")[0]
    parts, score = shown.split("<tfoot>")
    adds = re.findall(r'class="number adds">([-\d.]+)', parts)
    assert len(adds) >= 3
    assert Decimal(0) not in map(Decimal, adds)
    assert sum(map(Decimal, adds)) == Decimal(re.findall(r"<strong>([-\d.]+)</strong>", score)[0])


def test_what_was_delivered_does_not_come_again(village: Village, browser_of: Of) -> None:
    publish(village, village.people["bruno"], body="Bread at dawn")
    ada = browser_of("ada")
    assert "Bread at dawn" in ada.get("/feed/balanced").text
    page = ada.get("/feed/balanced")
    assert "You have seen everything" in page.text
    check(page)


def test_among_other_posts_a_long_text_is_folded_and_a_short_one_is_not(
    village: Village, browser_of: Of
) -> None:
    for body, folded in (("Bread " * 151, True), ("\n".join(["rye"] * 16), True), ("Bread " * 150, False)):
        made = publish(village, village.people["bruno"], body=body)
        page = browser_of("ada").get("/feed/chronological")
        check(page)
        assert ('class="prose folded"' in page.html) is folded
        assert ("Read it whole" in page.text) is folded
        assert 'class="prose folded"' not in browser_of("ada").get(f"/posts/{made}").html


def test_a_post_tells_its_limits_with_the_clauses_that_set_them(village: Village, browser_of: Of) -> None:
    made = publish(village, village.people["bruno"], body="Bread at dawn")
    page = browser_of("ada").get(f"/posts/{made}")
    check(page)
    assert "It is open to every member" in page.text
    assert "150, by a clause of version 1" in page.text
    assert "/policies/coop/audience#/seats/default" in {link["href"] for link in page.named("a")}


def test_law_07_a_post_for_others_answers_like_none(village: Village, browser_of: Of) -> None:
    with village.database.begin() as session:
        asset = make_asset(session, village.people["bruno"]).id
    made = publish(village, village.people["bruno"], audience=NOBODY, asset_id=asset)
    ada = browser_of("ada")
    assert ada.get(f"/posts/{made}").status == 404
    assert ada.get(f"/posts/{made}").html == ada.get("/posts/7").html
    with ada.http.get(f"/media/{asset}/large") as hidden, ada.http.get("/media/7/large") as unknown:
        assert hidden.status_code == unknown.status_code == 404
        assert hidden.data == unknown.data


def test_visitors_are_delivered_no_feed(village: Village, visitor: Browser) -> None:
    publish(village, village.people["bruno"])
    for path in ("/feed", "/feed/balanced"):
        assert visitor.get(path).status == 303


def test_numbers_are_written_with_every_digit_they_have() -> None:
    assert exact(2_489_764_200, 9) == "2.4897642"
    assert exact(1_000, 3) == "1"
    assert exact(0, 9) == "0"
    assert exact(-1_500, 3) == "-1.5"


def test_each_post_of_a_feed_leads_to_its_replies(village: Village, browser_of: Of) -> None:
    made = publish(village, village.people["bruno"], body="Bread at dawn")
    ada = browser_of("ada")
    page = ada.get("/feed/balanced")
    assert f"/posts/{made}#replies" in {link["href"] for link in page.named("a")}
    assert 'id="replies"' in ada.get(f"/posts/{made}").html
