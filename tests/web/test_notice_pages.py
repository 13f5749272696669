"""Notices as pages: the bell in the header, the list, and marking it as read."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import literal, select

from coop import notices
from coop.notice_topics import Topic
from coop.notices import Tidings
from governance import announcing
from tests.coop.statements import counted
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check
from web import notice_pages


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
    village.hears_at_once("ada", "bruno")
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
    village.hears_at_once("ada")
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


TOKYO = {
    "rhythm": "weekly",
    "hour": "7",
    "weekday": "friday",
    "zone": "Asia/Tokyo",
    "quiet_from": "22:00",
    "quiet_to": "06:30",
}


def at_noon(village: Village, days: int = 10) -> datetime:
    """Go to the noon, in UTC, of a day to come, and tell what there is to tell then."""
    noon = (village.now() + timedelta(days=days)).replace(hour=12, minute=0, second=0, microsecond=0)
    village.clock.offset += noon - village.now()
    return noon


def hear(village: Village, number: int, handle: str = "ada", topic: Topic = "proposal") -> None:
    """Tell a member of things, a minute apart."""
    with village.database.begin() as session:
        book, now = village.books.current(session), village.clock.now(session)
        for index in range(number):
            subject, at = int(now.timestamp()) + index, now + timedelta(minutes=index)
            tidings = Tidings(topic, subject, "opened", f"Thing {index}", f"/{topic}/{index}", at)
            notices.tell(session, book, tidings, select(literal(village.people[handle].member_id)), at)


def test_by_default_things_wait_for_one_digest_a_day_and_who_wants_to_looks_before(
    village: Village, ada: Browser
) -> None:
    at_noon(village)
    hear(village, 17)
    hear(village, 1, topic="ask")
    page = ada.get("/notices")
    check(page)
    assert "unread" not in bell(page)
    assert "You hear of things every day at 18:00, not from 22:00 to 07:00 (UTC), as we voted" in page.text
    assert "The next one: today at 18:00" in page.text
    assert "18 things wait. Look now" in page.text
    assert "Thing 3" not in page.text
    peeked = ada.get("/notices/waiting")
    check(peeked)
    assert "Together, today at 18:00 18 things since today at 12:00" in peeked.text
    village.clock.offset += timedelta(days=1)
    page = ada.get("/notices")
    check(page)
    assert "<b>18<span" in bell(page)
    assert "Together, yesterday at 18:00 18 things since yesterday at 12:00" in page.text
    assert "The next one: today at 18:00" in page.text
    heads = re.findall("<h3>(.*?)</h3>", page.html)
    assert sorted(heads) == ["Proposals and votes", "What is asked, of you and by you"]
    things = [line for line in re.findall(r"Thing \d+", page.text) if line != "Thing 0"]
    assert things == [f"Thing {index}" for index in range(16, 0, -1)]
    assert "Nothing waits." in ada.get("/notices/waiting").text


def test_one_chooses_one_s_rhythm_on_the_page_and_reads_when_the_next_one_comes(
    village: Village, ada: Browser
) -> None:
    at_noon(village)
    hear(village, 1)
    page = ada.sent(ada.get("/notices"), "/notices/rhythm", **TOKYO)
    check(page)
    said = "You hear of things every Friday at 07:00, not from 22:00 to 06:30 (Asia/Tokyo), as you chose."
    assert said in page.text
    assert re.search(r"The next one: [\w ]+ at 07:00 ", page.text)
    assert "From now on you hear of things in your own rhythm." in page.text
    assert page.form("/notices/rhythm").values | TOKYO == page.form("/notices/rhythm").values
    back = ada.sent(page, "/notices/rhythm/forget")
    assert "every day at 18:00, not from 22:00 to 07:00 (UTC), as we voted" in back.text
    once = ada.sent(back, "/notices/rhythm", rhythm="at_once", quiet_from="", quiet_to="")
    assert "You hear of things at once, as you chose. What cannot wait" in once.text
    assert ("Thing 0" in once.text, "<b>1<span" in bell(once)) == (True, True)


@pytest.mark.parametrize(
    ("said", "told_of"),
    [
        ({"zone": "Lisbon"}, "No time zone has this name"),
        ({"quiet_to": ""}, "give both, or neither"),
        ({"quiet_to": "22:00"}, "at another time than they begin"),
        ({"quiet_from": "soon"}, "quiet_from-wrong"),
    ],
)
def test_a_rhythm_that_is_refused_is_shown_again_with_what_was_wrong(
    ada: Browser, said: dict[str, str], told_of: str
) -> None:
    answer = Page(ada.send(ada.get("/notices"), "/notices/rhythm", **TOKYO | said))
    check(answer)
    assert answer.status == 422
    assert told_of in answer.html
    assert answer.form("/notices/rhythm").values["zone"] == (TOKYO | said)["zone"]
    assert "as we voted" in ada.get("/notices").text


def test_a_digest_stays_whole_from_page_to_page(village: Village, ada: Browser) -> None:
    at_noon(village)
    hear(village, 40)
    village.clock.offset += timedelta(days=1)
    hear(village, 40)
    village.clock.offset += timedelta(days=1)
    first = ada.get("/notices")
    assert first.text.count("40 things since") == 1
    (older,) = {link["href"] for link in first.named("a") if "before=" in link["href"]}
    rest = ada.get(older)
    check(rest)
    assert rest.text.count("40 things since") == 1
    assert "Mark all as read" not in rest.text
    assert not [link for link in rest.named("a") if "before=" in link["href"]]


def test_a_digest_that_no_page_holds_says_that_there_is_more(village: Village, ada: Browser) -> None:
    at_noon(village)
    hear(village, notice_pages.SHOWN + 5)
    village.clock.offset += timedelta(days=1)
    first = ada.get("/notices")
    assert f"{notice_pages.SHOWN} things and more" in first.text
    (older,) = {link["href"] for link in first.named("a") if "before=" in link["href"]}
    assert "5 things since" in ada.get(older).text


def test_a_rhythm_of_one_s_own_costs_a_page_no_statement(village: Village, ada: Browser) -> None:
    def statements(path: str) -> int:
        with village.database.begin() as session, counted(session) as sent:
            ada.get(path)
        return len(sent)

    before = [statements(path) for path in ("/tags", "/notices")]
    village.hears_at_once("ada")
    hear(village, 3)
    assert [statements(path) for path in ("/tags", "/notices")] == before
