"""Votes by every method on pages: ranked, approved, a number, people in secret; and what each came to."""

import re
from collections.abc import Callable

from coop.policies import new_version
from coop.policy_text import apply, sha256
from governance.drafts import Draft
from governance.facts import State
from governance.people import delegation
from tests.governance import contesting
from tests.governance.people import polls
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check

Of = Callable[[str], Browser]


def opened(village: Village, wanted: Draft) -> str:
    """Bring a proposal to its vote, and return its path."""
    made = village.bring(wanted)
    village.open(made)
    return f"/proposals/{made}"


def id_of(path: str) -> int:
    return int(path.rpartition("/")[2])


def closed(village: Village, path: str) -> None:
    village.go_to(village.times(id_of(path)).closes_at)


def sent_again(browser: Browser, page: Page, action: str, **said: str) -> Page:
    """Send a form that is refused, and return the page that shows it again."""
    again = Page(browser.send(page, action, **said))
    check(again)
    return again


def test_competing_patches_are_put_in_order_and_the_matrix_is_shown(
    village: Village, browser_of: Of, visitor: Browser
) -> None:
    path = opened(village, contesting.contest(village.book()))
    ballot = f"{path}/ballot"
    for handle, places in (
        ("ada", ("3", "2", "1")),
        ("bruno", ("3", "2", "1")),
        ("chidi", ("", "1", "2")),
        ("dalia", ("1", "", "")),
    ):
        browser = browser_of(handle)
        page = browser.get(path)
        check(page)
        assert "added: per_day = 80" in page.text
        said = {f"place-{option}": place for option, place in enumerate(places)}
        page = browser.sent(page, ballot, choice="ranked", **said)
        check(page)
    assert "Your ballot: Ranked" in page.text
    assert page.form(ballot).values["place-0"] == "1"
    closed(village, path)
    for browser in (browser_of("ada"), visitor):
        page = browser.get(path)
        check(page)
        assert "Each choice against each other" in page.text
        assert "A hundred Chosen" in page.text
    assert "@ada" not in page.text
    told = browser_of("ada").get(path).text
    assert "@chidi Eighty A hundred" in told
    assert village.case(id_of(path)).stage.state is State.TIMELOCK


def test_two_choices_at_one_place_are_told_at_the_ranking(village: Village, ada: Browser) -> None:
    path = opened(village, contesting.contest(village.book()))
    ballot = f"{path}/ballot"
    said = {"choice": "ranked", "place-0": "1", "place-1": "1"}
    page = sent_again(ada, ada.get(path), ballot, **said)
    assert page.status == 422
    assert "Two of them are at place 1" in page.text
    assert page.form(ballot).values["place-1"] == "1"
    for place in ("0", "4", "x"):
        again = sent_again(ada, ada.get(path), ballot, choice="ranked", **{"place-0": place})
        assert "A place is a number from 1 to 3." in again.text
    again = sent_again(ada, ada.get(path), ballot, choice="ranked")
    assert "Rank at least one option" in again.text
    assert "Your ballot: Abstain" in ada.sent(again, ballot, choice="abstain").text


def test_a_ballot_that_stands_for_others_says_for_whom(village: Village, browser_of: Of) -> None:
    village.guild("bakers", "ada", "bruno", "chidi")
    with village.database.begin() as session:
        now, text = village.clock.now(session), village.books.current(session).policies["coop", "voting"].text
        text = apply(text, [{"op": "replace", "path": "/delegation/allowed", "value": True}])
        new_version(session, "coop", "voting", text, cause="founding", proposal_id=None, tally=None, now=now)
        book, chidi = village.books.current(session), village.people["chidi"]
        delegation.give(session, book, chidi, "bakers", "bruno", village.clock)
    patch = [{"op": "add", "path": "/seats", "value": {"default": 40}}]
    path = opened(village, Draft("guild:bakers", "audience", "Small rooms", "", patch, sha256("")))
    village.vote(id_of(path), ada="for", bruno="for")
    assert "who delegated to them" not in browser_of("ada").get(path).text
    closed(village, path)
    page = browser_of("ada").get(path)
    check(page)
    assert "@bruno and for @chidi, who delegated to them For" in page.text


def test_an_answer_is_approved_and_the_bars_are_shown(village: Village, browser_of: Of) -> None:
    path = opened(village, contesting.question())
    for handle, ticked in (("ada", (0, 1)), ("bruno", (1,)), ("chidi", (1, 2)), ("dalia", ())):
        browser = browser_of(handle)
        said = {f"approve-{place}": "on" for place in ticked}
        page = browser.sent(browser.get(path), f"{path}/ballot", choice="approved", **said)
        check(page)
    assert "None of them" in page.text
    closed(village, path)
    page = browser_of("ada").get(path)
    check(page)
    assert "“The bakery” is approved by most" in page.text
    assert "@ada The barn, The bakery" in page.text


def test_a_number_is_named_within_its_bounds_and_the_middle_one_is_drawn(
    village: Village, browser_of: Of
) -> None:
    path = opened(village, contesting.number(village.book()))
    ballot = f"{path}/ballot"
    ada = browser_of("ada")
    assert "now 60" in ada.get(path).text
    for typed, why in (("501", "Name a number from 5 to 500."), ("many", "Write a number.")):
        page = sent_again(ada, ada.get(path), ballot, choice="named", value=typed)
        assert why in page.text
        assert [field["id"] for field in page.named("input") if field.get("aria-invalid")] == ["value"]
    for handle, value in (("ada", "90"), ("bruno", "100"), ("chidi", "120"), ("dalia", "60")):
        browser = browser_of(handle)
        page = browser.sent(browser.get(path), ballot, choice="named", value=value)
        check(page)
    closed(village, path)
    page = ada.get(path)
    check(page)
    assert "the middle one: 90" in page.text
    assert "Named: 60 by 1, 90 by 1, 100 by 1, 120 by 1." in page.text
    assert "@bruno 100" in page.text


def test_people_stand_are_elected_in_secret_and_each_finds_their_ballot(
    village: Village, browser_of: Of, visitor: Browser
) -> None:
    village.enrol(12)
    made = village.bring(polls.draft())
    path = f"/proposals/{made}"
    standing = ("ada", "bruno", "chidi", "dalia", "emre", "friend0")
    for handle in standing:
        browser = browser_of(handle)
        page = browser.sent(browser.get(path), f"{path}/candidacy", statement=f"I, {handle}, listen.")
        check(page)
    page = browser.sent(page, f"{path}/candidacy/end")
    assert "I, friend0, listen." not in page.text
    village.open(made)
    nonces, paper = {}, browser_of("ada").get(path)
    for number, handle in enumerate([*standing, *(f"friend{number}" for number in range(1, 6))]):
        browser = browser_of(handle)
        page = browser.get(path)
        check(page)
        places = {"place-0": "1", "place-1": "2"} if number % 2 else {"place-2": "1", "place-0": "2"}
        receipt = Page(browser.send(page, f"{path}/secret-ballot", **places))
        check(receipt)
        nonces[handle] = receipt.text.partition("The number of your ballot ")[2].split()[0]
        page = browser.get(path)
        check(page)
        assert "You have voted." in page.text
        assert nonces[handle] not in page.text
    again = Page(browser_of("ada").send(paper, f"{path}/secret-ballot", **{"place-0": "1"}))
    assert again.status == 409
    assert "so it cannot be changed" in again.text
    closed(village, path)
    page = browser_of("ada").get(path)
    check(page)
    assert "Elected:" in page.text
    assert "Round by round" in page.text
    assert nonces["ada"] in page.text
    hidden = visitor.get(path)
    check(hidden)
    assert "5 were elected; 11 of 17 on the roll took part" in hidden.text
    # Whole words: a handle may by chance stand in the hexadecimal digits of a hash.
    assert not village.people.keys() & set(re.findall(r"\w+", hidden.text))


def test_a_secret_ballot_that_ranks_nobody_is_shown_again(village: Village, browser_of: Of) -> None:
    village.enrol(12)
    made = village.bring(polls.draft())
    path = f"/proposals/{made}"
    for handle in ("ada", "bruno", "chidi", "dalia", "emre"):
        browser = browser_of(handle)
        browser.sent(browser.get(path), f"{path}/candidacy", statement="I listen.")
    village.open(made)
    page = sent_again(browser, browser.get(path), f"{path}/secret-ballot")
    assert page.status == 422
    assert "Rank at least one option" in page.text
