"""Tightening one's own post, and waiting at the door of another's, in a browser."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.audience.factories import make_post
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check

Of = Callable[[str], Browser]


def publish(village: Village, author: str, audience: dict[str, Any] | None = None) -> str:
    with village.database.begin() as session:
        book, now = village.books.current(session), village.clock.now(session)
        return f"/posts/{make_post(session, village.people[author], book, audience, now=now, body='Rye').id}"


def test_an_author_tightens_a_post_from_now_on(village: Village, browser_of: Of) -> None:
    post = publish(village, "ada", {"seats": {"max": 40}})
    ada, bruno = browser_of("ada"), browser_of("bruno")
    assert bruno.get(post).status == 200
    shown = ada.get(post)
    assert f"{post}/tighten" in {link["href"] for link in shown.named("a")}
    page = ada.get(f"{post}/tighten")
    check(page)
    assert "Now: 40. Whoever has one keeps it." in page.text
    assert "public" not in page.form(f"{post}/tighten").choices["reach"]
    after = ada.sent(page, f"{post}/tighten", reach="self")
    assert "Tightened: it holds from now on." in after.text
    assert bruno.get(post).status == 404


def test_every_part_of_an_audience_is_tightened(village: Village, browser_of: Of) -> None:
    post = publish(village, "ada")
    ada, action = browser_of("ada"), f"{post}/tighten"
    page = ada.get(action)
    assert "Now: 500." in page.text
    more = {"add_read_part": "any", "add_read_kind": "member"}
    page = Page(ada.send(page, action, act="add:read", burst="3", **more))
    check(page)
    assert (page.status, page.form(action).values["burst"]) == (200, "3")
    more = {"add_verb": "like", "add_verb_part": "ask", "add_verb_kind": "local"}
    page = Page(ada.send(page, action, act="add:verb", read0_value="bruno", **more))
    after = ada.sent(page, action, act="tighten", replies_max="4", until_days="7", verb_repost="nobody")
    check(after)
    assert "who may open it, how fast strangers are let in, what readers may do with it" in after.text
    page = ada.get(action)
    assert "Now: 4." in page.text
    assert "Now: 7 days." in page.text
    assert browser_of("bruno").get(post).status == 200
    assert browser_of("chidi").get(post).text.count("Rye") == 0
    may = browser_of("bruno").get(f"{post}/permissions").text
    assert "Like it Ask." in may
    assert "Point to it No." in may


def test_what_is_wrong_with_a_group_is_told_at_its_row(village: Village, ada: Browser) -> None:
    post = publish(village, "ada")
    action = f"{post}/tighten"
    more = {"add_see_part": "any", "add_see_kind": "member"}
    page = Page(ada.send(ada.get(action), action, act="add:see", **more))
    page = Page(ada.send(page, action, act="tighten", see0_value="nobody"))
    check(page)
    assert page.status == 422
    assert "There is no member of this name." in page.text
    assert 'aria-describedby="see0-wrong"' in page.html


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, "Say what to tighten."),
        ({"seats": "41"}, "It is 40 already"),
        ({"reach": "local"}, "Choose one of these."),
        ({"seats": "x"}, "Write a whole number."),
        ({"seats": "0"}, "Seats are 1"),
        ({"burst": "21"}, "It is 20 already"),
        ({"replies_max": "501"}, "at most"),
    ],
)
def test_what_would_not_tighten_it_is_refused(
    village: Village, ada: Browser, said: dict[str, str], told: str
) -> None:
    post = publish(village, "ada", {"seats": {"max": 40}})
    page = Page(ada.send(ada.get(f"{post}/tighten"), f"{post}/tighten", **said))
    check(page)
    assert page.status == 422
    assert told in page.text


def test_law_07_only_its_author_finds_the_way_to_tighten_a_post(village: Village, browser_of: Of) -> None:
    post = publish(village, "ada")
    bruno = browser_of("bruno")
    assert "tighten" not in bruno.get(post).html
    hidden, unknown = (bruno.get(f"{one}/tighten") for one in (post, "/posts/12345"))
    assert hidden.status == unknown.status == 404
    assert hidden.html == unknown.html
    token = bruno.get("/circles").form("/circles").values["csrf_token"]
    answers = [
        bruno.http.post(f"{one}/tighten", data={"csrf_token": token, "reach": "self"})
        for one in (post, "/posts/12345")
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].data == answers[1].data


def test_whoever_may_wait_waits_at_the_door(village: Village, browser_of: Of) -> None:
    post = publish(village, "ada", {"seats": {"max": 1, "on_full": "waitlist"}})
    assert "Rye" in browser_of("bruno").get(post).text
    chidi = browser_of("chidi")
    door = chidi.get(post)
    check(door)
    assert "Every seat is taken" in door.text
    assert "It is open to every member of the coop." in door.text
    assert "1, by its author" in door.text
    assert "Rye" not in door.text
    door = chidi.sent(door, f"{post}/wait")
    check(door)
    assert "You are number 1 of those who wait." in door.text
    door = chidi.sent(door, f"{post}/leave")
    assert "Wait for a seat" in door.text
    bruno = browser_of("bruno")
    token = bruno.get("/circles").form("/circles").values["csrf_token"]
    answer = bruno.http.post(f"{post}/wait", data={"csrf_token": token})
    assert (answer.status_code, answer.headers["Location"]) == (303, post)
    closed = publish(village, "ada", {"seats": {"max": 1, "on_full": "close"}})
    assert bruno.get(closed).status == 200
    assert chidi.get(closed).html == chidi.get("/posts/12345").html


def test_who_may_know_of_a_post_and_not_open_it_is_shown_its_door(village: Village, browser_of: Of) -> None:
    post = publish(village, "ada", {"see": {"any": [{"member": "bruno"}]}, "read": {"any": []}})
    door = browser_of("bruno").get(post)
    assert "It is announced to you by name." in door.text
    check(door)
    assert "Its author opened it to others than you." in door.text
    assert browser_of("chidi").get(post).status == 404


def test_an_author_takes_a_post_back_for_good(village: Village, browser_of: Of) -> None:
    post = publish(village, "ada")
    ada, bruno = browser_of("ada"), browser_of("bruno")
    assert f"{post}/delete" not in {form.action for form in bruno.get(post).forms}
    page = ada.get(post)
    check(page)
    forged = bruno.get("/members/me").form("/members/me").values["csrf_token"]
    assert bruno.http.post(f"{post}/delete", data={"csrf_token": forged}).status_code == 404
    assert ada.get(post).status == 200
    after = ada.sent(page, f"{post}/delete")
    assert after.address.endswith("/members/ada")
    assert "Taken back, for good" in after.text
    assert "Rye" not in after.text
    assert ada.get(post).status == bruno.get(post).status == 404
