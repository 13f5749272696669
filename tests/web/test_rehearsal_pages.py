"""Rehearsals on pages: asked for with a button, watched while they run, and read with their pictures."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NoReturn

import pytest
from sqlmodel import Session

from app import ENACTORS, REPLAYERS
from coop.book import COOP
from coop.policy_text import sha256
from coop.rehearsal import Cell, Change, Measure, Rehearsing, Report
from governance import enactment
from governance.drafts import Draft
from governance.rehearsal import running
from governance.rehearsal.tables import RehearsalProgress
from governance.rules import Method
from tests.web.browser import Browser
from tests.web.conftest import SMALLER_ROOM, Village
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
    def fail(*_: object) -> NoReturn:
        raise RuntimeError("the shed is locked")

    made = village.draft()
    page = ada.sent(ada.get(f"/proposals/{made}"), f"/proposals/{made}/rehearse")
    running.rehearse_due(village.database, village.books, village.clock, {"audience": fail})
    page = ada.get(page.address.removeprefix("http://localhost"))
    check(page)
    assert "It could not be tried." in page.text
    assert "It is tried again" in page.text
    assert "shed" not in page.html


def rooms(*seats: int) -> dict[str, Any]:
    return {
        "choices": [
            {"label": f"Rooms of {many}", "patch": [{**SMALLER_ROOM[1], "value": many}]} for many in seats
        ]
    }


@pytest.mark.parametrize(
    ("method", "options", "labels"),
    [
        pytest.param("schulze", rooms(120, 90), ["Rooms of 120", "Rooms of 90"], id="a contest"),
        pytest.param(
            "median",
            {"clause": "/seats/default", "min": 90, "max": 200},
            ["90, the least", "200, the most"],
            id="a number",
        ),
    ],
)
def test_each_change_that_a_vote_may_choose_is_shown_under_its_label(
    village: Village, browser_of: Of, method: Method, options: Any, labels: list[str]
) -> None:
    publish(village, village.people["bruno"], body="Bread at dawn")
    ada, made = browser_of("ada"), village.bring(choosing(village, method, options))
    path = f"/proposals/{made}"
    advance(village, village.times(made).verification_at)
    page = ada.get(path)
    check(page)
    assert "Voting opens once the rehearsals are done" in page.text
    assert page.text.count("It waits for its turn.") == 2
    assert [one["data-live"] for _, one in page.tags if "data-live" in one] == ["3"]
    assert all(one in page.text for one in labels)
    run(village)
    village.go_to(village.times(made).voting_at)
    page = ada.get(path)
    check(page)
    assert "data-live" not in page.html
    assert "Views" in page.text
    digest = village.case(made).rehearsal_sha256 or ""
    assert digest
    assert page.form(f"{path}/ballot").values["rehearsal_sha256"] == digest
    reports = [link["href"] for link in page.named("a") if link["href"].startswith("/rehearsals/")]
    assert len(reports) == 2
    for label, report in zip(labels, reports, strict=True):
        shown = ada.get(report)
        check(shown)
        assert f"What “{label}” would have done" in shown.text


def test_of_several_choices_the_one_that_failed_says_so_and_the_others_are_shown(
    village: Village, ada: Browser
) -> None:
    def replayer(session: Session, asked: Rehearsing) -> Report:
        if asked.after.policies[COOP, "audience"].data["seats"]["default"] == 90:
            raise RuntimeError("the shed is locked")
        ten = Cell(10, 10)
        return Report({}, (Measure("views", "views", "turned away", "let in", Change(ten, ten, ten)),))

    made = village.bring(choosing(village, "schulze", rooms(120, 90)))
    advance(village, village.times(made).verification_at)
    running.rehearse_due(village.database, village.books, village.clock, {"audience": replayer})
    page = ada.get(f"/proposals/{made}")
    check(page)
    found = page.text.partition("Each choice is tried")[2]
    first, _, second = found.partition("Rooms of 90")
    told = "Of 10 views before, 10 would have been turned away; besides these, 10 would have been let in."
    assert told in first.partition("Rooms of 120")[2]
    assert "It could not be tried." not in first
    assert "It could not be tried. What was recorded could not be replayed (RuntimeError)." in second
    assert "It is tried again" in second
    assert "the rehearsals are done" in page.text


def choosing(village: Village, method: Method, options: Any) -> Draft:
    base = sha256(village.book().policies[COOP, "audience"].text)
    return Draft(
        COOP, "audience", "How large is a room?", "Rooms are loud.", [], base, method=method, options=options
    )


def advance(village: Village, moment: datetime) -> None:
    """Go to a moment, and run no rehearsal that is asked for then."""
    village.clock.offset += moment - village.now() + timedelta(seconds=1)
    enactment.advance(village.database, village.books, village.clock, ENACTORS)


def test_whoever_asks_too_often_is_told_so_on_the_page(village: Village, ada: Browser) -> None:
    made = village.draft()
    path = f"/proposals/{made}"
    page = ada.get(path)
    answers = [ada.send(page, f"{path}/rehearse") for _ in range(21)]
    assert [one.status_code for one in answers[-2:]] == [303, 429]
    assert "the number agreed" in answers[-1].text
