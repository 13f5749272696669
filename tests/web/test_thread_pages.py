"""A post with its thread, looked at and answered in a browser without scripts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from audience import replies
from coop.clock import Clock
from tests.audience.factories import NOBODY, make_asset, make_post
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check

Of = Callable[[str], Browser]
ASK: dict[str, Any] = {"interact": {"reply": {"ask": [{"local": True}]}}}
AUTHOR, READER = "bruno", "ada"


def publish(village: Village, audience: dict[str, Any] | None = None) -> int:
    with village.database.begin() as session:
        book, now = village.books.current(session), village.clock.now(session)
        return make_post(session, village.people[AUTHOR], book, audience, now=now).id


def say(village: Village, who: str, post_id: int, body: str, **more: Any) -> int:
    with village.database.begin() as session:
        book, now = village.books.current(session), village.clock.now(session)
        return replies.write(session, village.people[who], book, post_id, body, now, **more).id


def send(browser: Browser, page: Page, **said: str) -> TestResponse:
    """Send a form that answers; several on a page go to the same place."""
    token = page.forms[-1].values["csrf_token"]
    path = page.address.split("?")[0]
    return browser.http.post(
        f"{path}/replies", data={"csrf_token": token, **said}, headers={"Referer": page.address}
    )


def test_a_post_and_an_answer_are_answered_without_a_script(village: Village, browser_of: Of) -> None:
    made = publish(village)
    ada, bruno = browser_of(READER), browser_of(AUTHOR)
    page = ada.get(f"/posts/{made}")
    check(page)
    assert "Nobody has answered yet." in page.text
    page = ada.sent(page, f"/posts/{made}/replies", body="Is it rye?")
    check(page)
    assert "You have answered." in page.text
    first = next(tag["id"] for tag in page.named("li") if tag.get("id", "").startswith("reply-"))
    answer = send(
        bruno, bruno.get(f"/posts/{made}"), body="Half of it", parent_id=first.removeprefix("reply-")
    )
    assert (answer.status_code, answer.headers["Location"].split("#")[0]) == (303, f"/posts/{made}")
    page = ada.get(f"/posts/{made}")
    check(page)
    depths = [tag["class"] for tag in page.named("li") if tag.get("id", "").startswith("reply-")]
    assert depths == ["voice depth-0", "voice depth-1"]


def test_a_moment_is_marked_on_the_time_line(village: Village, browser_of: Of) -> None:
    made = publish(village)
    ada = browser_of(READER)
    page = ada.get(f"/posts/{made}")
    page = ada.sent(page, f"/posts/{made}/replies", body="Here", at="0.2")
    check(page)
    assert "at 0:00" in page.text
    assert "By moment" in page.text
    assert "At a place in it Seconds from the beginning How long one has read or looked" in page.text
    check(ada.get(f"/posts/{made}?sort=moment"))
    refused = ada.get(f"/posts/{made}?sort=loudest")
    assert (refused.status, "oldest, newest, moment" in refused.text) == (422, True)
    assert ada.get("/posts/7?sort=loudest").text == refused.text


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"body": "Hm", "at": "9999999999"}, "seconds from the beginning"),
        ({"body": "Hm", "at": "soon"}, "seconds from the beginning"),
        ({"body": "Hm", "at": "9999"}, "Its moments are 0 to"),
        ({"body": "Hm", "pause": "yes"}, "Name the moment"),
        ({"body": " "}, "says something"),
        ({"body": "Hm", "parent_id": "x"}, "no reply under this id"),
        ({"body": "Hm", "parent_id": "9" * 5000}, "no reply under this id"),
        ({"body": "Hm", "parent_id": "7"}, "no reply under this id"),
    ],
)
def test_what_does_not_fit_is_shown_at_its_field_with_what_was_typed(
    village: Village, browser_of: Of, said: dict[str, str], told: str
) -> None:
    made = publish(village)
    ada = browser_of(READER)
    page = Page(send(ada, ada.get(f"/posts/{made}"), **said))
    assert page.status == 422
    assert told in page.text
    check(page)
    if "parent_id" not in said and said["body"].strip():
        assert page.form(f"/posts/{made}/replies").values["body"] == said["body"]


def test_the_author_of_a_post_decides_on_what_waits(village: Village, browser_of: Of) -> None:
    made = publish(village, ASK)
    ada, bruno = browser_of(READER), browser_of(AUTHOR)
    page = ada.sent(ada.get(f"/posts/{made}"), f"/posts/{made}/replies", body="May I?")
    assert "It waits" in page.text
    assert "waits for the author" in page.text
    refused = say(village, READER, made, "And this?")
    page = bruno.get(f"/posts/{made}")
    check(page)
    shown = page.text.count("waits for your yes")
    grants = [form.action for form in page.forms if form.action.endswith("/grant")]
    assert (shown, len(grants)) == (2, 2)
    page = bruno.sent(page, next(one for one in grants if str(refused) not in one))
    assert "It is shown now." in page.text
    page = bruno.sent(page, f"/replies/{refused}/refuse")
    assert "And this?" not in page.text
    assert "not shown to others" in ada.get(f"/posts/{made}").text
    assert bruno.http.post(f"/replies/{refused}/grant").status_code == 400


def test_ones_own_answer_is_taken_back_and_leaves_a_gap_where_it_was_answered(
    village: Village, browser_of: Of
) -> None:
    made = publish(village)
    first = say(village, READER, made, "Is it rye?")
    say(village, AUTHOR, made, "Half of it", parent_id=first)
    ada = browser_of(READER)
    page = ada.sent(ada.get(f"/posts/{made}"), f"/replies/{first}/delete")
    check(page)
    assert "Is it rye?" not in page.text
    assert "Its author has taken this back." in page.text
    assert "Half of it" in page.text


def test_who_may_not_answer_reads_why_and_finds_no_form(village: Village, browser_of: Of) -> None:
    made = publish(village, {"replies": {"watched_min": 90}})
    page = browser_of(READER).get(f"/posts/{made}")
    check(page)
    assert "You cannot answer now." in page.text
    assert "Watch or read 90 % of it first" in page.text
    assert not [form for form in page.forms if form.action.endswith("/replies")]


def test_too_soon_is_told_with_the_time(village: Village, browser_of: Of, clock: Clock) -> None:
    made = publish(village, {"replies": {"gap_s": 600}})
    ada = browser_of(READER)
    before = ada.get(f"/posts/{made}")
    ada.sent(before, f"/posts/{made}/replies", body="One")
    refused = send(ada, before, body="Two")
    assert refused.status_code == 429
    assert "Answer again in" in refused.text
    assert "You may from" in ada.get(f"/posts/{made}").text


def test_a_long_branch_is_folded_and_opened(village: Village, browser_of: Of) -> None:
    made = publish(village)
    root = say(village, AUTHOR, made, "Root")
    for n in range(23):
        say(village, AUTHOR, made, f"Answer {n}.", parent_id=root)
    ada = browser_of(READER)
    page = ada.get(f"/posts/{made}")
    check(page)
    assert "3 more answers here" in page.text
    link = next(tag["href"] for tag in page.named("a") if "cursor=" in tag.get("href", ""))
    page = ada.get(link.split("#")[0])
    check(page)
    assert ["Answer 19." in page.text, "Answer 20." in page.text] == [False, True]


def test_law_07_a_hidden_post_takes_no_answer_and_tells_nothing(village: Village, browser_of: Of) -> None:
    made, open_one = publish(village, NOBODY), publish(village)
    ada = browser_of(READER)
    page = ada.get(f"/posts/{open_one}")
    token = page.forms[-1].values["csrf_token"]
    answers = [
        ada.http.post(f"/posts/{post}/replies", data={"csrf_token": token, "body": "Hm"})
        for post in (made, 7)
    ]
    assert [one.status_code for one in answers] == [404, 404]
    assert answers[0].data == answers[1].data


@pytest.mark.parametrize("parent", ["0" * 20 + "9" * 30, "0" * 5000, "9" * 19, "x"])
def test_a_reply_to_what_has_no_such_id_is_refused_and_keeps_what_was_typed(
    village: Village, browser_of: Of, parent: str
) -> None:
    made = publish(village)
    ada = browser_of(READER)
    page = Page(send(ada, ada.get(f"/posts/{made}"), body="Is it rye?", parent_id=parent))
    assert page.status == 422
    assert "no reply under this id" in page.text
    assert page.form(f"/posts/{made}/replies").values["body"] == "Is it rye?"


def test_what_was_typed_to_a_reply_that_is_gone_by_now_is_kept(village: Village, browser_of: Of) -> None:
    made = publish(village)
    first = say(village, AUTHOR, made, "Half of it")
    ada, bruno = browser_of(READER), browser_of(AUTHOR)
    before = ada.get(f"/posts/{made}")
    bruno.sent(bruno.get(f"/posts/{made}"), f"/replies/{first}/delete")
    page = Page(send(ada, before, body="Half of what?", parent_id=str(first)))
    check(page)
    assert page.status == 422
    assert page.form(f"/posts/{made}/replies").values["body"] == "Half of what?"


def test_what_was_typed_where_nobody_answers_any_more_is_kept(village: Village, browser_of: Of) -> None:
    made = publish(village, audience={"replies": {"max": 1}})
    ada = browser_of(READER)
    before = ada.get(f"/posts/{made}")
    say(village, AUTHOR, made, "Half of it")
    page = Page(send(ada, before, body="Is it rye?"))
    check(page)
    assert "You cannot answer now." in page.text
    assert "What you wrote, to keep: Is it rye?" in page.text


def test_whoever_answers_is_one_link_away(village: Village, browser_of: Of) -> None:
    made = publish(village)
    say(village, READER, made, "Is it rye?")
    page = browser_of(AUTHOR).get(f"/posts/{made}")
    assert f"/members/{READER}" in {link.get("href") for link in page.named("a")}


def test_the_picture_of_an_answer_is_shown(village: Village, browser_of: Of) -> None:
    made = publish(village)
    with village.database.begin() as session:
        asset = make_asset(session, village.people[READER]).id
    say(village, READER, made, "", asset_id=asset)
    page = browser_of(READER).get(f"/posts/{made}")
    check(page)
    assert [tag["alt"] for tag in page.named("img") if str(asset) in tag.get("src", "")] == ["A loaf"]


def publish_by(village: Village, who: str, **ago: int) -> int:
    with village.database.begin() as session:
        book, now = village.books.current(session), village.clock.now(session) - timedelta(**ago)
        return make_post(session, village.people[who], book, now=now).id


def test_it_says_where_it_stands_on_the_page_that_delivered_it_and_by_which_clauses(
    village: Village, browser_of: Of
) -> None:
    older, newer = publish_by(village, "bruno", days=3), publish_by(village, "chidi", hours=1)
    ada = browser_of("ada")
    assert "What the balanced feed makes of it" in ada.get(f"/posts/{newer}").text
    assert f"/posts/{older}" in {link["href"] for link in ada.get("/feed/chronological").named("a")}
    page = ada.get(f"/posts/{older}")
    check(page)
    assert "What the chronological feed makes of it Had you not seen it yet: 1st on your page." in page.text
    clauses = {link["href"].partition("#")[2] for link in page.named("a") if "/policies/" in link["href"]}
    assert {"/profiles/chronological/weights/fresh", "/profiles/chronological/half_life"} <= clauses


def test_every_limit_is_said_in_words_with_who_set_it(village: Village, browser_of: Of) -> None:
    asked = {"gap_s": 90, "until": "P2D", "at_time": "owner"}
    page = browser_of(READER).get(f"/posts/{publish(village, {'replies': asked})}")
    check(page)
    for said in (
        "Pause between two of one member 1 minute 30 seconds, by its author",
        "Takes replies for 2 days, by its author",
        "Answered at a moment of it by its author alone, by its author",
        "To be watched or read first none, by a clause of version 1",
    ):
        assert said in page.text
