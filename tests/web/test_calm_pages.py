"""Calm in a browser without scripts: heat that is told, a pause, thanks, greeting, and no numbers."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from audience import following, volunteers
from audience.tables import Post, Seat
from coop.book import COOP
from tests.audience.acclaim import CROWD, acclaimed
from tests.audience.factories import make_post
from tests.audience.heated import crowd
from tests.factories import LONG_AGO, identity_of, make_member
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check
from tests.web.test_thread_pages import publish, say, send

Of = Callable[[str], Browser]
HOT = 80
"""Strangers who make a thread hot by the founding clauses."""
NUMBER = re.compile(rf"\b{CROWD}\b|\b{CROWD - 1}\b")


def heat_up(village: Village, post_id: int, *, ago: timedelta = timedelta(hours=1)) -> None:
    """Make a thread hot, at which ada has had a seat for a while."""
    with village.database.begin() as session:
        now = village.clock.now(session)
        crowd(session, session.get_one(Post, post_id), HOT, now)
        ada = village.people["ada"].member_id
        session.merge(Seat(member_id=ada, post_id=post_id, at=now - ago, via="post", epoch=1))


def test_a_heated_thread_says_so_with_its_clauses_and_what_was_asked_before(
    village: Village, browser_of: Of
) -> None:
    made = publish(village)
    ada, bruno = browser_of("ada"), browser_of("bruno")
    page = ada.get(f"/posts/{made}/heat")
    check(page)
    assert "It is calm" in page.text and "It never was." in page.text
    assert "This thread is" not in ada.get(f"/posts/{made}").text
    heat_up(village, made)
    page = ada.get(f"/posts/{made}")
    check(page)
    assert "This thread is hot." in page.text
    assert "Slow mode: 5 minutes between two answers of one member." in page.text
    links = {link["href"] for link in page.named("a")}
    assert f"/policies/{COOP}/moderation#/heat/hot/gap_s" in links
    assert "Too much? Limit for now" not in page.text
    say(village, "bruno", made, "Please, everybody")
    own = bruno.get(f"/posts/{made}")
    check(own)
    assert "Too much? Limit for now" in own.text
    page = ada.get(f"/posts/{made}/heat")
    check(page)
    assert "Hot from" in page.text and "Warm from" in page.text
    village.clock.offset += timedelta(hours=3)
    assert "This thread is" not in ada.get(f"/posts/{made}").text


def test_law_07_the_heat_of_a_hidden_post_is_that_of_none(village: Village, browser_of: Of) -> None:
    made = publish(village, {"see": {"any": []}})
    ada = browser_of("ada")
    hidden, unknown = (ada.get(f"/posts/{one}/heat") for one in (made, 12345))
    assert hidden.status == unknown.status == 404
    assert hidden.html == unknown.html


def test_a_stranger_is_asked_to_read_again_what_they_wrote_and_sends_it_then(
    village: Village, browser_of: Of
) -> None:
    made = publish(village)
    heat_up(village, made)
    ada = browser_of("ada")
    page = ada.get(f"/posts/{made}")
    assert "once you have sent this you read it again for 20 seconds" in page.text
    for _ in range(2):
        refused = Page(send(ada, page, body="How dare you"))
        check(refused)
        assert refused.status == 409
        assert "take a breath before you answer" in refused.text
        assert "How dare you" in refused.html
        assert "Read it once more, and send it again in 20 seconds." in refused.text
        assert "Your pause has begun" in refused.text
        assert "PUT" not in refused.text
    village.clock.offset += timedelta(seconds=21)
    assert send(ada, page, body="I see it differently").status_code == 303
    after = ada.get(f"/posts/{made}")
    assert "You have answered." in after.text
    assert "How dare you" not in after.html


def test_an_author_is_thanked_at_the_post_and_reads_it_alone(village: Village, browser_of: Of) -> None:
    made = publish(village)
    ada, bruno = browser_of("ada"), browser_of("bruno")
    path, mine = f"/posts/{made}/thanks", "/members/me/thanks"
    page = ada.get(f"/posts/{made}")
    check(page)
    done = ada.sent(page, path, words="It made my day.", named="yes")
    check(done)
    assert "Only its author is told, and by whom." in done.text
    assert "You thanked its author" in done.text
    page = bruno.get(mine)
    check(page)
    assert "It made my day." in page.text and "@ada" in page.text
    assert not [form for form in bruno.get(f"/posts/{made}").forms if form.action == path]
    assert "Taken back." in ada.sent(done, path, words="").text
    assert "Nothing yet that can be told." in bruno.get(mine).text


def test_newcomers_are_told_who_may_see_their_first_posts_and_are_greeted(
    village: Village, browser_of: Of
) -> None:
    ada, offers = browser_of("ada"), "/members/me/offers"
    assert ada.get("/newcomers").headers["Location"] == offers
    page = ada.get(offers)
    check(page)
    form = next(one for one in page.forms if one.values.get("role") == "greet")
    answer = ada.http.post(offers, data=form.values, headers={"Referer": page.address})
    assert answer.status_code == 303
    with village.database.begin() as session:
        book, now = village.books.current(session), village.clock.now(session)
        eve = identity_of(make_member(session, "eve", now - timedelta(days=1)))
        village.people["eve"] = eve
        make_post(session, eve, book, now=now, body="Hello, allotment")
    page = ada.get("/newcomers")
    check(page)
    assert "Hello, allotment" in page.text
    page = browser_of("eve").get("/posts/new")
    check(page)
    assert "Your first 3 posts are brought to up to 1 member who asked to greet newcomers" in page.text
    assert "who asked to greet newcomers" not in ada.get("/posts/new").text
    page = ada.get(offers)
    form = next(one for one in page.forms if one.values.get("role") == "greet")
    ada.http.post(offers, data=form.values, headers={"Referer": page.address})
    assert ada.get("/newcomers").status == 303


def test_what_cannot_be_offered_is_refused_with_a_word(village: Village, browser_of: Of) -> None:
    village.guild("bakers", "bruno")
    ada = browser_of("ada")
    page = ada.get("/members/me/offers")
    said = {"csrf_token": page.forms[-1].values["csrf_token"], "role": "calm", "scope": "guild:bakers"}
    for scope, status in (("guild:bakers", 403), ("guild:none", 404)):
        answer = ada.http.post(
            "/members/me/offers", data=said | {"scope": scope}, headers={"Referer": page.address}
        )
        assert answer.status_code == status
    assert "@ada" not in browser_of("bruno").get("/members/me/offers").text.partition("calm threads")[2]


PAGES = (
    "/posts/{post}",
    "/members/ines",
    "/guilds/bakers",
    "/tags/bread",
    "/search?q=bread&of=posts",
    "/feed/chronological",
    "/newcomers",
)


@pytest.mark.parametrize("path", PAGES)
def test_no_page_tells_a_reader_a_number(village: Village, browser_of: Of, path: str) -> None:
    with village.database.begin() as session:
        book = village.books.current(session)
        post_id, _ = acclaimed(session, book, village.clock)
        volunteers.offer(session, village.people["ada"], "greet", "coop", village.clock.now(session))
        following.follow(session, village.people["ada"], book, "ines", LONG_AGO)
    page = browser_of("ada").get(path.format(post=post_id))
    assert page.status == 200
    assert "bread" in page.text
    # A moment holds numbers of its own.
    text = re.sub(
        r"<time\b.*?</time>|<[^>]*>", " ", page.html.partition("<main")[2].partition("Why you see it")[0]
    )
    assert NUMBER.findall(text) == []
