"""What members do against a decision, or to keep one, on pages: object, petition, rebase, repeal, renew."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from coop import checkpoints, policy_text
from governance import cases
from governance.drafts import Draft
from governance.facts import State
from governance.people import juries
from tests.governance.assembly import CLASS_B, CLASS_C
from tests.web.browser import Browser, Page
from tests.web.conftest import SMALLER_ROOM, Village
from tests.web.test_every_page import check

Of = Callable[[str], Browser]


def path_of(page: Page) -> str:
    """The path of the proposal that a page shows, read from one of its forms."""
    action = next(form.action for form in page.forms if form.action.startswith("/proposals/"))
    return "/".join(action.split("/")[:3])


def test_an_objection_puts_a_change_by_consent_to_an_ordinary_vote(village: Village, browser_of: Of) -> None:
    made = village.propose()
    action, bruno = f"/proposals/{made}/objections", browser_of("bruno")
    page = Page(bruno.send(bruno.get(f"/proposals/{made}"), action, reason="We are many."))
    check(page)
    assert page.status == 422
    assert [one["id"] for one in page.named("select") if one.get("aria-invalid")] == ["objection-clause"]
    follows = bruno.sent(page, action, clause="/seats/default")
    check(follows)
    goes_on = path_of(follows)
    assert goes_on != f"/proposals/{made}"
    assert "class B" in follows.text
    before = bruno.get(f"/proposals/{made}")
    check(before)
    assert "@bruno" in before.text
    assert "We are many." in before.text
    assert goes_on in {link["href"] for link in before.named("a")}


def test_another_guild_calls_all_of_us_to_a_vote(village: Village, browser_of: Of, visitor: Browser) -> None:
    village.guild("bakers", "ada", "bruno")
    village.guild("weavers", "chidi", "dalia", "emre")
    patch = [{"op": "add", "path": "/seats", "value": {"default": 40}}]
    made = village.keep(
        Draft("guild:bakers", "audience", "Small rooms", "", patch, policy_text.sha256("")), "ada"
    )
    village.submit(made)
    if village.case(made).times is None:
        browser_of("bruno").sent(browser_of("bruno").get(f"/proposals/{made}"), f"/proposals/{made}/sponsor")
    village.open(made)
    village.vote(made, ada="for", bruno="for")
    village.go_to(village.times(made).closes_at)
    action = f"/proposals/{made}/petition"
    assert action not in [form.action for form in browser_of("ada").get(f"/proposals/{made}").forms]
    page = browser_of("chidi").sent(browser_of("chidi").get(f"/proposals/{made}"), action)
    check(page)
    assert "weavers 1 of 2" in page.text
    veto = browser_of("dalia").sent(browser_of("dalia").get(f"/proposals/{made}"), action)
    check(veto)
    assert "Veto: Small rooms" in veto.text
    told = visitor.get(f"/proposals/{made}")
    check(told)
    assert "All of us vote on it." in told.text


def rival(village: Village) -> int:
    """Another change to the same policy, voted on now, that everybody is for."""
    book = village.book().policies["coop", "audience"]
    clause = next(one for one in book.blame if one.startswith("/arrivals/"))
    more = policy_text.leaves(book.data)[clause] + 1
    made = village.in_voting(
        author="bruno", patch=[{"op": "replace", "path": clause, "value": more}], title="Let more in"
    )
    village.vote(made, ada="for", bruno="for", chidi="for")
    return made


@pytest.mark.parametrize(
    ("period", "state"),
    [("voting_at", State.CONFLICTED), ("closes_at", State.DELIBERATION)],
    ids=["ended", "in place"],
)
def test_an_author_goes_on_against_the_text_that_another_vote_brought(
    village: Village, browser_of: Of, period: str, state: State
) -> None:
    first, ada = rival(village), browser_of("ada")
    village.go_to(getattr(village.times(first), period))
    mine = village.propose("ada")
    village.go_to(village.times(first).due_at)
    assert village.case(mine).stage.state is state
    page = ada.get(f"/proposals/{mine}")
    check(page)
    assert "The text under it has moved" in page.text
    page = ada.sent(page, f"/proposals/{mine}/rebase")
    check(page)
    assert "It rests on the text in force now." in page.text
    assert (path_of(page) == f"/proposals/{mine}") is (state is State.DELIBERATION)
    assert f"/proposals/{mine}/rebase" not in [form.action for form in ada.get(f"/proposals/{mine}").forms]


def test_whatever_is_in_force_is_repealed_by_one_button(village: Village, browser_of: Of) -> None:
    made = village.enacted()
    bruno = browser_of("bruno")
    page = bruno.get(f"/proposals/{made}")
    check(page)
    assert f"/proposals/{made}/renewal" not in [form.action for form in page.forms]
    draft = bruno.sent(page, f"/proposals/{made}/repeal")
    check(draft)
    assert "Repeal: Make the default room smaller" in draft.text
    assert "added: default = 150" in draft.text
    assert "Nobody else sees this yet" in draft.text


def test_what_would_end_by_itself_is_renewed_by_one_button(village: Village, browser_of: Of) -> None:
    made = village.in_voting(patch=CLASS_B, kind="media")
    village.vote(made, ada="for", bruno="for", chidi="for", dalia="for")
    village.go_to(village.times(made).due_at)
    bruno = browser_of("bruno")
    page = bruno.get(f"/proposals/{made}")
    assert "Ends by itself" in page.text
    draft = bruno.sent(page, f"/proposals/{made}/renewal")
    check(draft)
    assert "Renew: Make the default room smaller" in draft.text


def test_no_review_of_what_was_undone_is_announced(village: Village, visitor: Browser) -> None:
    base = policy_text.sha256(village.book().policies["coop", "media"].text)
    wanted = Draft("coop", "media", "Try it", "", [*CLASS_B], base, review_after=timedelta(days=60))
    made = village.bring(replace(wanted, sunset_after=timedelta(days=30)))
    village.open(made)
    village.vote(made, ada="for", bruno="for", chidi="for", dalia="for")
    village.go_to(village.times(made).due_at)
    case, path = village.case(made), f"/proposals/{made}"
    assert case.review_at is not None and case.sunset_at is not None
    due_at = case.review_at.isoformat(timespec="seconds")
    told = visitor.get(path)
    assert due_at in [time["datetime"] for time in told.named("time")]
    assert "unless renewed" in told.text
    village.go_to(case.sunset_at)
    told = visitor.get(path)
    check(told)
    assert due_at not in [time["datetime"] for time in told.named("time")]
    assert "unless renewed" not in told.text


def test_tripwires_are_shown_with_their_bounds(village: Village, ada: Browser) -> None:
    base = policy_text.sha256(village.book().policies["coop", "audience"].text)
    wire = {"metric": "posts", "window_days": 7, "min": 2, "max": 50}
    wanted = Draft("coop", "audience", "Try it", "", [*SMALLER_ROOM], base, tripwires=(wire,))
    page = ada.get(f"/proposals/{village.keep(replace(wanted, sunset_after=timedelta(days=60)))}")
    check(page)
    assert "Posts a day, over 7 days not read yet" in page.text
    assert "at least 2 and at most 50" in page.text
    assert "Ends by itself after 60 days, unless a vote renews it" in page.text


def test_a_juror_tells_what_they_think_and_another_steps_down(
    village: Village, browser_of: Of, visitor: Browser
) -> None:
    village.enrol(12)
    made = village.propose(patch=CLASS_C, kind="membership")
    with village.database.begin() as session:
        key = Ed25519PrivateKey.from_private_bytes(bytes(32))
        checkpoints.extend(session, key, "garden.example", village.clock.now(session))
    assert juries.draw_due(village.database, village.books, village.clock) == 1
    with village.database.begin() as session:
        found = juries.read(session, cases.one(session, made, village.clock.now(session))).panel
    assert found is not None
    first, second = (seat.handle for seat in found.seats[:2])
    browser, path = browser_of(first), f"/proposals/{made}"
    page = browser.get(path)
    check(page)
    assert "You were drawn for its jury" in page.text
    refused = Page(browser.send(page, f"{path}/verdict", reason="I looked."))
    check(refused)
    assert "Choose one of these." in refused.text
    told = browser.sent(refused, f"{path}/verdict", verdict="against")
    check(told)
    assert "1 against" in told.text
    assert "I looked." in told.text
    gone = browser_of(second).sent(browser_of(second).get(path), f"{path}/jury/leave")
    check(gone)
    assert f"@{second} (stepped down)" in gone.text
    assert "I looked." not in visitor.get(path).text
