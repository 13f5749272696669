"""Gestures on pages: liking, pointing to, quoting, saying whether it helped; and what an author decides."""

from collections.abc import Callable

from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check
from tests.web.test_feed_pages import publish

Of = Callable[[str], Browser]
ASKED = {"interact": {"repost": {"ask": [{"local": True}]}, "quote": {"ask": [{"local": True}]}}}


def test_a_post_is_liked_and_pointed_to_once_and_both_are_taken_back(
    village: Village, browser_of: Of
) -> None:
    made = publish(village, village.people["bruno"], body="Bread at dawn #bread")
    ada, path = browser_of("ada"), f"/posts/{made}"
    page = ada.get(path)
    check(page)
    assert "/tags/bread" in {link["href"] for link in page.named("a")}
    for gesture, undo, told in (
        ("like", "unlike", "You like it"),
        ("repost", "unrepost", "It stands on your page"),
    ):
        done = ada.sent(ada.get(path), f"{path}/{gesture}")
        assert told in done.text
        taken = ada.sent(done, f"{path}/{undo}")
        assert f"{path}/{gesture}" in {form.action for form in taken.forms}


def test_whether_a_post_helped_is_said_by_its_readers_alone(village: Village, browser_of: Of) -> None:
    made = publish(village, village.people["bruno"])
    path = f"/posts/{made}"
    ada, bruno = browser_of("ada"), browser_of("bruno")
    assert "Did it help you understand? Yes No" in ada.get(path).text
    assert "it helped you" in ada.sent(ada.get(path), f"{path}/helped").text
    yes = ada.get(path)
    check(yes)
    assert "You said that it helped you understand. It did not" in yes.text
    assert "did not help" in ada.sent(yes, f"{path}/unhelpful").text
    no = ada.get(path)
    assert "You said that it did not help you understand. It did" in no.text
    assert "Did it help you understand?" in ada.sent(no, f"{path}/unanswered").text
    own = bruno.get(path)
    check(own)
    assert not {form.action for form in own.forms} & {f"{path}/{one}" for one in ("helped", "like", "repost")}


def test_what_has_to_be_asked_waits_for_the_author_on_a_page(village: Village, browser_of: Of) -> None:
    made = publish(village, village.people["bruno"], audience=ASKED)
    ada, bruno = browser_of("ada"), browser_of("bruno")
    told = ada.sent(ada.get(f"/posts/{made}"), f"/posts/{made}/repost")
    assert "Its author was asked" in told.text
    asks = bruno.get("/members/me/asks")
    check(asks)
    assert "would like to repost" in asks.text
    action = next(form.action for form in asks.forms if form.action.endswith("/grant"))
    assert "Nothing waits" in bruno.sent(asks, action).text
    assert f"/posts/{made}/unrepost" in {form.action for form in ada.get(f"/posts/{made}").forms}
    assert ada.http.post(action, data=ada.get("/").form("/sign-out").values).status_code == 404


def test_a_quote_shows_its_source_until_that_is_detached(village: Village, browser_of: Of) -> None:
    source = publish(village, village.people["bruno"], body="Bread at dawn", audience=ASKED)
    ada, bruno, chidi = (browser_of(one) for one in ("ada", "bruno", "chidi"))
    page = ada.get(f"/posts/new?quote={source}")
    check(page)
    quote = Page(ada.send(page, "/posts/new", body="So true", act="publish"))
    assert quote.status == 303
    path = quote.headers["Location"]
    waiting = ada.get(path)
    check(waiting)
    assert "It waits for the author" in waiting.text
    assert chidi.get(path).status == 404
    asks = bruno.get("/members/me/asks")
    assert "So true" in asks.text
    bruno.sent(asks, next(form.action for form in asks.forms if form.action.endswith("/grant")))
    assert "Bread at dawn" in chidi.get(path).text
    made = bruno.get(f"/posts/{source}/derivatives")
    check(made)
    bruno.sent(made, f"/posts/{source}/detach")
    after = chidi.get(path)
    assert "So true" in after.text
    assert "Bread at dawn" not in after.text


def test_law_07_gestures_at_what_one_may_not_see_answer_like_at_nothing(
    village: Village, browser_of: Of
) -> None:
    hidden = publish(village, village.people["bruno"], audience={"preset": "self"})
    ada = browser_of("ada")
    token = ada.get("/").form("/sign-out").values
    for gesture in ("like", "repost", "helped", "detach"):
        data = {**token, "derived": "7"}
        answers = [ada.http.post(f"/posts/{one}/{gesture}", data=data) for one in (hidden, 7)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].data == answers[1].data
    for path in (f"/posts/{hidden}/derivatives", "/posts/7/derivatives"):
        assert ada.get(path).status == 404
