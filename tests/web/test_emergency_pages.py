"""Emergency measures on pages: from the form that proposes one to the rule in force, and what is refused."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from governance.facts import State
from governance.people.tables import CouncilSeat
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check

Of = Callable[[str], Browser]
NEW = "/proposals/new?scope=coop&kind=audience&clause=/seats/default"
SAID = {"value": "120", "title": "Smaller rooms at once", "rationale": "Noise.", "act": "measure"}


@pytest.fixture
def council(village: Village) -> Village:
    """The village with Ada, Bruno, Chidi and Dalia as its stewards."""
    seat(village, "ada", "bruno", "chidi", "dalia")
    return village


def seat(village: Village, *handles: str) -> None:
    election = village.propose(title="Our council")
    with village.database.begin() as session:
        now = village.clock.now(session)
        for name in handles:
            session.add(
                CouncilSeat(
                    scope="coop",
                    member_id=village.people[name].member_id,
                    election_id=election,
                    since=now - timedelta(days=1),
                    until=now + timedelta(days=300),
                )
            )


def ask(browser: Browser, path: str = NEW, **said: str) -> Page:
    """Put a measure to the stewards by the form, and return the page that answers."""
    answer = browser.send(browser.get(path), "/proposals/new", **(SAID | said))
    page = browser.get(answer.headers["Location"]) if answer.status_code == 303 else Page(answer)
    check(page)
    return page


def forge(browser: Browser, path: str, **said: str) -> Page:
    """Send the form with the button that it did not offer."""
    form = browser.get(path).form("/proposals/new")
    assert "act" not in form.choices
    page = Page(browser.http.post("/proposals/new", data=form.values | SAID | said))
    check(page)
    return page


def made_on(page: Page) -> int:
    return int(page.address.rpartition("/")[2])


def test_law_02_a_measure_goes_from_the_form_into_force_and_ends_unless_it_is_ratified(
    council: Village, browser_of: Of
) -> None:
    page = ask(browser_of("ada"))
    made = made_on(page)
    path = f"/proposals/{made}"
    assert "class E: an emergency" in page.text
    assert "Stewards who signed: 1 of 3" in page.text
    assert "Seeking sponsors" not in page.text
    assert "Ends by itself after 7 days, unless all of us ratify it" in page.text
    assert f"{path}/sign" not in [form.action for form in browser_of("emre").get(path).forms]
    for name in ("bruno", "chidi"):
        page = browser_of(name).sent(browser_of(name).get(path), f"{path}/sign")
        check(page)
    council.go_to(council.now())
    assert "default = 120" in browser_of("emre").get("/policies/coop/audience").text
    page = browser_of("emre").get(path)
    check(page)
    assert council.case(made).stage.state is State.IN_FORCE
    assert "Cast your ballot" in page.text
    assert "The vote that keeps or ends it closes in" in page.text
    assert "Deliberation" not in page.text
    listed = browser_of("emre").get("/councils/coop")
    check(listed)
    assert "In force class E" in listed.text
    council.go_to(council.case(made).stage.until or council.now())
    assert council.case(made).stage.state is State.REVERTED
    policy = browser_of("emre").get("/policies/coop/audience")
    check(policy)
    assert "Version 2, in an emergency: Smaller rooms at once" in policy.text
    assert "Version 3, taking back Smaller rooms at once" in policy.text
    assert "Stewards put it in force in an emergency" in policy.text
    assert "what it had set was taken back. The members did not ratify it." in policy.text
    again = ask(browser_of("bruno"))
    assert again.status == 409
    assert "closes its clauses to measures" in again.text
    assert [one["id"] for one in again.named("input") if one.get("aria-invalid")] == ["value"]


def test_a_measure_that_could_not_stand_is_told_at_its_field(council: Village, browser_of: Of) -> None:
    page = ask(browser_of("ada"), value="-4")
    assert page.status == 422
    assert [one["id"] for one in page.named("input") if one.get("aria-invalid")] == ["value"]
    assert page.form("/proposals/new").values["title"] == SAID["title"]


@pytest.mark.parametrize(
    ("handle", "path", "said", "status", "why"),
    [
        ("emre", NEW, {}, 403, "Only stewards of the coop's council who are in office"),
        (
            "ada",
            "/proposals/new?scope=coop&kind=membership&clause=/joining/admission",
            {"value": "invited"},
            422,
            "A measure may touch",
        ),
        (
            "ada",
            "/proposals/new?scope=coop&kind=voting&clause=/sponsors/drafts",
            {"value": "4"},
            422,
            "A measure may touch",
        ),
    ],
    ids=["by no steward", "on who belongs", "on how we decide"],
)
def test_law_12_no_forged_form_takes_a_measure_that_nobody_may_take(
    council: Village, browser_of: Of, handle: str, path: str, said: dict[str, str], status: int, why: str
) -> None:
    page = forge(browser_of(handle), path, **said)
    assert page.status == status
    assert why in page.text


def test_too_few_stewards_in_office_are_told_so(village: Village, browser_of: Of) -> None:
    seat(village, "ada", "bruno")
    page = ask(browser_of("ada"))
    assert page.status == 409
    assert "Too few stewards are in office." in page.text


def test_law_12_declared_bounds_are_left_to_those_who_vote(council: Village, browser_of: Of) -> None:
    ada = browser_of("ada")
    clauses = ada.get("/proposals/new?scope=coop&kind=audience")
    links = [link["href"] for link in clauses.named("a")]
    bound = next(link for link in links if "clause=/bounds/" in link and "/max" in link)
    page = ask(ada, bound, value="999")
    assert page.status == 422
    assert "no measure changes them" in page.text
