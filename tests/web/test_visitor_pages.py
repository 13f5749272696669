"""A public post in the browser of somebody who is not signed in, and posts that are not public."""

import pytest
from flask import Flask
from sqlmodel import Session

from audience import replies
from audience.access import access_post
from coop.book import Book
from coop.paging import LONGEST
from tests.audience.factories import NOW, make_asset
from tests.audience.public_square import HIDDEN, PUBLIC, QUOTABLE, SEVERED, Square, vote
from tests.coop.statements import counted
from tests.factories import identity_of, make_member
from tests.web.browser import Browser, Page
from tests.web.test_every_page import check

UNKNOWN = 7
LEAST_TOLD = 5


@pytest.fixture
def square(session: Session, book: Book) -> Square:
    return Square(session, book)


@pytest.fixture
def stranger(app: Flask) -> Browser:
    """The browser of somebody who is no member."""
    return Browser(app.test_client())


def links(page: Page) -> set[str]:
    return {link["href"] for link in page.named("a")}


def pictures(page: Page) -> set[str]:
    return {picture["src"] for picture in page.named("img") if picture["src"].startswith("/media/")}


def test_a_visitor_reads_a_public_post_with_its_answers_and_is_led_to_sign_in(
    square: Square, stranger: Browser
) -> None:
    post = square.publish(PUBLIC, body="Today #bread", picture=True)
    shown = make_asset(square.session, square.people["ben"])
    answer = square.say(post, "Rye?", asset_id=shown.id)
    square.say(post, "Half", "ada", parent_id=answer.id, at_ms=0)
    page = stranger.get(f"/posts/{post.id}")
    check(page)
    assert all(said in page.text for said in ("Today #bread", "Rye?", "Half", "It is open to everybody"))
    assert pictures(page) == {f"/media/{one}/large" for one in (post.asset_id, shown.id)}
    assert all(stranger.http.get(one).status_code == 307 for one in pictures(page))
    sign_in = f"/sign-in?next=/posts/{post.id}"
    assert sign_in in links(page)
    assert stranger.get(sign_in).form("/sign-in").values["next"] == f"/posts/{post.id}"
    check(stranger.get(f"/posts/{post.id}?sort=newest"))


def test_a_visitor_finds_nothing_to_answer_like_repost_or_quote_with(
    square: Square, stranger: Browser
) -> None:
    post = square.publish(QUOTABLE)
    square.say(post, "Rye?")
    square.book = vote(square.session, square.book, {"/counts/likes": "readers"})
    for _ in range(LEAST_TOLD):
        access_post(square.session, identity_of(make_member(square.session)), square.book, post.id, NOW)
    page = stranger.get(f"/posts/{post.id}")
    check(page)
    assert page.forms == []
    assert "0 likes" in page.text
    assert not [link for link in links(page) if link.startswith("/posts/new")]
    for said in ("You cannot answer", "Did it help", "feed makes of it"):
        assert said not in page.text


@pytest.mark.parametrize("why", HIDDEN)
def test_law_07_what_is_not_public_looks_to_a_visitor_like_what_is_not_there(
    square: Square, stranger: Browser, why: str
) -> None:
    public, hidden = square.publish(PUBLIC, picture=True), HIDDEN[why](square)
    nowhere = stranger.get("/nothing-here")
    for path in ("/posts/{}", "/posts/{}?sort=newest"):
        page, unknown = (stranger.get(path.format(one)) for one in (hidden.id, UNKNOWN))
        assert (page.status, page.html) == (unknown.status, unknown.html) == (404, nowhere.html)
        assert list(page.headers) == list(unknown.headers)
    wrong = [stranger.get(f"/posts/{one}?sort=loudest") for one in (hidden.id, UNKNOWN, public.id)]
    assert {(page.status, page.html) for page in wrong} == {(422, wrong[0].html)}
    answers = [stranger.http.get(f"/media/{one}/small") for one in (hidden.asset_id, UNKNOWN)]
    assert [(one.status_code, one.data) for one in answers] == [(404, nowhere.html.encode())] * 2
    assert stranger.get(f"/posts/{public.id}").status == 200
    assert stranger.http.get(f"/media/{public.asset_id}/small").status_code == 307


def test_the_page_of_what_is_not_there_leads_members_to_sign_in(stranger: Browser) -> None:
    page = stranger.get(f"/posts/{UNKNOWN}")
    check(page)
    assert "/sign-in" in links(page)


@pytest.mark.parametrize("path", ["tighten", "reach", "derivatives"])
def test_law_07_what_members_do_with_a_post_sends_a_visitor_to_sign_in_whatever_it_is(
    square: Square, stranger: Browser, path: str
) -> None:
    posts = (square.publish(PUBLIC).id, square.publish({}).id, UNKNOWN)
    sent = [stranger.get(f"/posts/{one}/{path}") for one in posts]
    assert [page.status for page in sent] == [303] * 3
    assert [page.headers["Location"] for page in sent] == [
        f"/sign-in?next=%2Fposts%2F{one}%2F{path}" for one in posts
    ]


@pytest.mark.parametrize("act", ["replies", "like", "repost", "helped", "wait", "tighten"])
def test_law_07_a_form_that_a_visitor_sends_leads_to_sign_in_whatever_it_is_sent_to(
    square: Square, stranger: Browser, act: str
) -> None:
    posts = (square.publish(PUBLIC).id, square.publish({}).id, UNKNOWN)
    token = stranger.get("/sign-in").form("/sign-in").values["csrf_token"]
    sent = [
        stranger.http.post(f"/posts/{one}/{act}", data={"csrf_token": token, "body": "Hm"}) for one in posts
    ]
    assert [answer.status_code for answer in sent] == [303] * 3
    assert {answer.headers["Location"] for answer in sent} == {"/sign-in?next=%2F"}


def test_law_07_a_visitor_s_page_is_gone_at_the_next_request_after_a_tightening(
    square: Square, stranger: Browser
) -> None:
    post = square.publish(PUBLIC, picture=True)
    page = stranger.get(f"/posts/{post.id}")
    assert (page.status, page.headers["Cache-Control"]) == (200, "no-store")
    square.tighten(post, {"preset": "local"})
    assert stranger.get(f"/posts/{post.id}").html == stranger.get(f"/posts/{UNKNOWN}").html
    assert all(stranger.http.get(one).status_code == 404 for one in pictures(page))


def test_law_07_an_answer_that_waits_or_was_taken_back_is_not_on_a_visitor_s_page(
    square: Square, stranger: Browser
) -> None:
    post = square.publish({**PUBLIC, "interact": {"reply": {"ask": [{"local": True}]}}})
    before = stranger.get(f"/posts/{post.id}")
    made = square.say(post, "Rye?")
    assert stranger.get(f"/posts/{post.id}").html == before.html
    replies.grant(square.session, square.people["ada"], square.book, made.id, NOW)
    assert "Rye?" in stranger.get(f"/posts/{post.id}").text
    replies.delete(square.session, square.people["ben"], made.id, NOW)
    assert stranger.get(f"/posts/{post.id}").html == before.html


@pytest.mark.parametrize("how", SEVERED)
def test_law_07_a_visitor_s_page_shows_a_source_until_something_severs_them(
    square: Square, stranger: Browser, how: str
) -> None:
    source = square.publish(QUOTABLE, body="The source", picture=True)
    quote = square.publish(PUBLIC, "ben", body="See this", of=source)
    page = stranger.get(f"/posts/{quote.id}")
    check(page)
    assert "The source" in page.text
    assert pictures(page) == {f"/media/{source.asset_id}/large"}
    SEVERED[how](square, source, quote)
    page = stranger.get(f"/posts/{quote.id}")
    check(page)
    assert "See this" in page.text
    assert "The source" not in page.text
    assert pictures(page) == set()


def test_law_07_a_visitor_is_shown_a_public_door_and_nothing_behind_it(
    square: Square, stranger: Browser
) -> None:
    members = {"any": [{"local": True}]}
    public = square.publish({"preset": "public", "read": members}, body="Rye", teaser="Of bread")
    hidden = square.publish({"see": members, "read": {"any": []}}, body="Rye", teaser="Of bread")
    page = stranger.get(f"/posts/{public.id}")
    check(page)
    assert "Of bread" in page.text
    assert "Rye" not in page.text
    assert page.forms == []
    assert f"/sign-in?next=/posts/{public.id}" in links(page)
    assert stranger.get(f"/posts/{hidden.id}").html == stranger.get(f"/posts/{UNKNOWN}").html


@pytest.mark.parametrize(("cursor", "status"), [("x" * (LONGEST + 1), 404), ("nonsense", 422), ("%00", 400)])
def test_law_07_nonsense_in_the_address_of_a_thread_tells_nothing_of_the_post(
    square: Square, stranger: Browser, cursor: str, status: int
) -> None:
    posts = (square.publish(PUBLIC).id, square.publish({}).id, UNKNOWN)
    pages = [stranger.get(f"/posts/{one}?cursor={cursor}") for one in posts]
    assert [page.status for page in pages] == [status] * 3
    assert len({page.html for page in pages}) == 1


def test_a_visitor_s_page_takes_five_statements_however_much_is_said(
    session: Session, square: Square, stranger: Browser
) -> None:
    post = square.publish(PUBLIC, picture=True)
    stranger.get(f"/posts/{post.id}")
    for number in range(3):
        with counted(session) as sent:
            stranger.get(f"/posts/{post.id}")
        assert len([one for one in sent if "SAVEPOINT" not in one]) == 5, sent
        square.say(post, f"Answer {number}")
