"""The vote on a suspension on pages: whom it is about, a secret yes or no, and what came of it."""

import re
from collections.abc import Callable

from coop import suspensions
from governance.people import suspensions as votes
from tests.governance.people.asking import TALLY, ground_of, vote_on
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check
from tests.web.test_vote_pages import closed, sent_again

Of = Callable[[str], Browser]
VOTERS = [f"friend{number}" for number in range(12)]


def asked(village: Village, handle: str) -> str:
    """Have a jury ask that somebody is suspended, and the worker open the vote; return its page."""
    with village.database.begin() as session:
        now, book = village.clock.now(session), village.books.current(session)
        made = suspensions.ask(session, village.people[handle].member_id, ground_of(book), TALLY, now)
    assert votes.advance(village.database, village.books, village.clock) == 1
    with village.database.begin() as session:
        return f"/proposals/{vote_on(session, made.id)}"


def test_a_suspension_is_voted_on_in_secret_and_shown_to_whom_it_is_about(
    village: Village, browser_of: Of, visitor: Browser
) -> None:
    village.enrol(12)
    path = asked(village, "ada")
    ada, bruno = browser_of("ada"), browser_of("bruno")
    page = ada.get(path)
    check(page)
    assert "This is about you." in page.text
    assert "by a jury" in page.text
    page = bruno.get(path)
    check(page)
    assert "This is about you." not in page.text
    for said in ("for 28 days. A jury of members", "Attacks or threatens a person", "Ask all of us"):
        assert said in page.text
    village.open(int(path.rpartition("/")[2]))
    page = sent_again(bruno, bruno.get(path), f"{path}/secret-ballot", patch_sha256="0" * 64)
    assert page.status == 409
    for number, handle in enumerate(VOTERS):
        browser = browser_of(handle)
        page = browser.get(path)
        check(page)
        receipt = Page(
            browser.send(page, f"{path}/secret-ballot", **{"approve-0": "yes" if number < 9 else ""})
        )
        check(receipt)
        assert ("You said yes to Suspend @ada for 28 days" in receipt.text) is (number < 9)
        assert "You have voted." in browser.get(path).text
    closed(village, path)
    page = bruno.get(path)
    check(page)
    assert "9 of 17 on the roll approved it" in page.text
    hidden = visitor.get(path)
    check(hidden)
    assert "Passed: so it is done; 12 of 17 on the roll took part" in hidden.text
    assert not village.people.keys() & set(re.findall(r"\w+", hidden.text))
    for listing in ("/proposals", "/"):
        assert "@ada" not in visitor.get(listing).text


def test_whoever_is_suspended_reads_it_on_their_own_page(village: Village, browser_of: Of) -> None:
    assert "A vote of all suspended you" not in browser_of("ada").get("/members/me").text
    with village.database.begin() as session:
        now, book = village.clock.now(session), village.books.current(session)
        made = suspensions.ask(session, village.people["ada"].member_id, ground_of(book), TALLY, now)
        suspensions.suspend(session, made.id, 7, 28, now)
    page = browser_of("ada").get("/members/me")
    check(page)
    assert "A vote of all suspended you until" in page.text
