"""Rehearsals on pages: asked for with a button, watched while they run, and read with their pictures."""

from collections.abc import Callable
from datetime import timedelta

from app import REPLAYERS
from governance.rehearsal import running
from governance.rehearsal.tables import RehearsalProgress
from tests.web.browser import Browser
from tests.web.conftest import Village
from tests.web.test_every_page import check
from tests.web.test_feed_pages import publish

Of = Callable[[str], Browser]


def run(village: Village) -> None:
    running.rehearse_due(village.database, village.books, village.clock, REPLAYERS)


def test_a_draft_is_rehearsed_with_a_button_watched_and_read(village: Village, browser_of: Of) -> None:
    publish(village, village.people["bruno"], body="Bread at dawn")
    made = village.draft()
    ada, path = browser_of("ada"), f"/proposals/{made}"
    page = ada.get(path)
    assert "Rehearse this draft" in page.text
    page = ada.sent(page, f"{path}/rehearse")
    check(page)
    assert "It waits for its turn." in page.text
    assert [one["data-live"] for _, one in page.tags if "data-live" in one] == ["3"]
    assert "live.js" in page.html
    here = page.address.removeprefix("http://localhost")
    with village.database.begin() as session:
        number = int(here.rpartition("/")[2])
        session.add(RehearsalProgress(rehearsal_id=number, done=1, total=4, what="reading posts"))
    page = ada.get(here)
    assert "Reading posts: 25 %" in page.text
    assert [one["value"] for one in page.named("progress")] == ["1"]
    run(village)
    page = ada.get(here)
    check(page)
    assert "In short" in page.text
    assert "data-live" not in page.html
    assert "What it cannot tell" in page.text
    assert page.named("figure")
    assert "too few people to tell" in page.text
    page = ada.get(path)
    check(page)
    assert "You alone see this." in page.text
    assert "The whole report" in page.text
    assert "Rehearse it again" in page.text


def test_law_07_nobody_else_sees_a_try_of_one_s_own(
    village: Village, browser_of: Of, visitor: Browser
) -> None:
    made = village.propose()
    ada, bruno, path = browser_of("ada"), browser_of("bruno"), f"/proposals/{made}"
    page = ada.sent(ada.get(path), f"{path}/rehearse")
    here = page.address.removeprefix("http://localhost")
    assert bruno.get(here).status == 404
    assert bruno.get(here).html == bruno.get("/rehearsals/7").html
    assert visitor.get(here).status == 303
    assert "You alone see this." not in bruno.get(path).text
    assert here not in bruno.get(path).html


def test_a_vote_shows_the_rehearsal_that_its_ballots_bind_to(village: Village, browser_of: Of) -> None:
    made = village.in_voting()
    digest = village.case(made).rehearsal_sha256 or ""
    page = browser_of("bruno").get(f"/proposals/{made}")
    assert digest
    assert page.form(f"/proposals/{made}/ballot").values["rehearsal_sha256"] == digest
    assert "You alone see this." not in page.text
    report = next(link["href"] for link in page.named("a") if link["href"].startswith("/rehearsals/"))
    shown = browser_of("bruno").get(report)
    check(shown)
    assert digest in shown.text


def test_while_the_rehearsal_is_awaited_the_page_says_why_nobody_votes(
    village: Village, ada: Browser
) -> None:
    made = village.propose()
    village.clock.offset += village.times(made).verification_at - village.now() + timedelta(seconds=1)
    page = ada.get(f"/proposals/{made}")
    assert "Voting opens once the rehearsal is done" in page.text
    check(page)


def test_one_that_failed_says_why_and_when_it_is_tried_again(village: Village, ada: Browser) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the shed is locked")

    made = village.draft()
    page = ada.sent(ada.get(f"/proposals/{made}"), f"/proposals/{made}/rehearse")
    running.rehearse_due(village.database, village.books, village.clock, {"audience": fail})  # type: ignore[dict-item]
    page = ada.get(page.address.removeprefix("http://localhost"))
    check(page)
    assert "It could not be tried." in page.text
    assert "It is tried again" in page.text
    assert "shed" not in page.html


def test_whoever_asks_too_often_is_told_so_on_the_page(village: Village, ada: Browser) -> None:
    made = village.draft()
    path = f"/proposals/{made}"
    page = ada.get(path)
    answers = [ada.send(page, f"{path}/rehearse") for _ in range(21)]
    assert [one.status_code for one in answers[-2:]] == [303, 429]
    assert "the number agreed" in answers[-1].text
