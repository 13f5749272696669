"""Writing what is decided otherwise than for and against, and the terms of a change, all without a script."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from governance import dossier
from governance.patch import Terms
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check

Of = Callable[[str], Browser]
CLAUSE = "scope=coop&kind=media&clause=/photos/per_day"
SAID = {"title": "How many photos", "rationale": "The store is filling up."}


def written(browser: Browser, path: str, **said: str) -> Page:
    """Fill in the form at a path and keep it; return the page that answers."""
    form = browser.get(path)
    check(form)
    action = path.partition("?")[0]
    answer = browser.send(form, action, **(SAID | said))
    page = browser.get(answer.headers["Location"]) if answer.status_code == 303 else Page(answer)
    check(page)
    return page


def invalid(page: Page) -> list[str]:
    return [attributes["id"] for _, attributes in page.tags if attributes.get("aria-invalid")]


def test_several_wordings_of_a_clause_become_a_contest(ada: Browser) -> None:
    rows = {"label-0": "Eighty", "value-0": "80", "label-2": "A hundred", "value-2": "100"}
    page = written(ada, f"/proposals/new/contest?{CLAUSE}", **rows)
    assert "Nobody else sees this yet" in page.text
    assert "As it is" in page.text
    assert "added: per_day = 80" in page.text
    assert "added: per_day = 100" in page.text


@pytest.mark.parametrize(
    ("rows", "where"),
    [
        ({"label-0": "Eighty", "value-0": "80"}, []),
        ({"label-0": "Eighty", "value-0": "80", "label-3": "eighty", "value-3": "90"}, ["label-3"]),
        ({"label-0": "Eighty", "value-0": "80", "label-2": "None", "value-2": "-1"}, ["value-2"]),
        ({"label-0": "Eighty", "value-0": "80", "value-1": "90"}, ["label-1"]),
    ],
    ids=["one alone", "one label twice", "one that cannot stand", "one without a label"],
)
def test_a_contest_that_cannot_be_held_is_shown_again(
    ada: Browser, rows: dict[str, str], where: list[str]
) -> None:
    page = written(ada, f"/proposals/new/contest?{CLAUSE}", **rows)
    assert page.status == 422
    assert invalid(page) == where
    assert page.form("/proposals/new/contest").values["value-0"] == "80"


def test_a_number_is_put_to_everybody_within_the_declared_bounds_or_one_s_own(ada: Browser) -> None:
    page = written(ada, f"/proposals/new/number?{CLAUSE}", min="20")
    assert "From 20 to 500" in page.text
    page = written(ada, f"/proposals/new/number?{CLAUSE}", min="90")
    assert page.status == 422
    assert "Whoever wants to leave it as it is can name 60" in page.text
    assert invalid(written(ada, f"/proposals/new/number?{CLAUSE}", max="many")) == ["max"]


def test_a_question_is_asked_to_be_approved_or_ranked(ada: Browser) -> None:
    page = written(ada, "/proposals/new/question", choices="The barn\nThe bakery\n")
    assert "The barn" in page.text
    assert "None of these" not in page.text
    page = written(ada, "/proposals/new/question", choices="The barn\nThe bakery", method="schulze")
    assert "None of these" in page.text
    page = written(ada, "/proposals/new/question", choices="The barn")
    assert (page.status, invalid(page)) == (422, ["choices"])


def test_an_election_is_called(ada: Browser) -> None:
    page = written(ada, "/proposals/new/election")
    assert "5 seats, 0 candidates." in page.text
    for typed in ("4", "some"):
        page = written(ada, "/proposals/new/election", seats=typed)
        assert (page.status, invalid(page)) == (422, ["seats"])


def test_a_change_carries_the_terms_that_its_author_asks_for(village: Village, ada: Browser) -> None:
    terms = {"review_days": "30", "sunset_days": "60"}
    wire = {"metric-1": "replies_per_post", "window-1": "14", "least-1": "0.5"}
    page = written(ada, f"/proposals/new?{CLAUSE}", value="80", **terms, **wire)
    assert "Replies for each post that was made, over 14 days not read yet" in page.text
    made = int(next(one.action for one in page.forms if one.action.endswith("/submit")).split("/")[2])
    with village.database.begin() as session:
        found = dossier.read(session, village.books, village.case(made)).terms
    tripwire = {"metric": "replies_per_post", "window_days": 14, "min": 0.5}
    days = timedelta(days=1).total_seconds()
    assert found == Terms(30 * int(days), 60 * int(days), (tripwire,))


@pytest.mark.parametrize(
    ("typed", "where"),
    [
        ({"review_days": "soon"}, ["review_days"]),
        ({"sunset_days": "0"}, ["sunset_days"]),
        ({"metric-1": "posts", "window-1": "7"}, ["least-1"]),
        ({"metric-1": "posts", "least-1": "1"}, ["window-1"]),
        ({"metric-0": "posts", "window-0": "7", "most-0": "some"}, ["most-0"]),
        ({"metric-0": "posts", "window-0": "7", "least-0": "9", "most-0": "1"}, ["least-0"]),
    ],
)
def test_terms_that_cannot_be_read_are_told_at_their_fields(
    ada: Browser, typed: dict[str, str], where: list[str]
) -> None:
    page = written(ada, f"/proposals/new?{CLAUSE}", value="80", **typed)
    assert (page.status, invalid(page)) == (422, where)


@pytest.mark.parametrize("what", ["contest", "election", "number", "question"])
def test_whoever_is_not_signed_in_writes_nothing(visitor: Browser, what: str) -> None:
    page = visitor.get(f"/proposals/new/{what}?{CLAUSE}")
    assert page.status == 303
    assert page.headers["Location"].startswith("/sign-in")
