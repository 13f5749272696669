"""Amendments on pages: offered without knowing JSON, weighed, taken up, turned down and promoted."""

from collections.abc import Callable

from governance.facts import State
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check

Of = Callable[[str], Browser]


def offer(browser: Browser, made: int, **said: str) -> Page:
    """Offer 100 in the place of the proposal's 120, unless something else is said."""
    path = f"/proposals/{made}/amendments"
    wanted = {"value-0": "100", "rationale": "A hundred can still be heard."} | said
    answer = browser.send(browser.get(f"{path}/new"), path, **wanted)
    return browser.get(answer.headers["Location"]) if answer.status_code == 303 else Page(answer)


def address(page: Page) -> str:
    """The address of the amendment whose page this is."""
    return next(
        form.action.rpartition("/")[0] for form in page.forms if form.action.startswith("/amendments/")
    )


def test_a_member_offers_another_wording_and_others_weigh_it(village: Village, browser_of: Of) -> None:
    made = village.propose()
    bruno, chidi = browser_of("bruno"), browser_of("chidi")
    page = offer(bruno, made)
    check(page)
    assert "removed: default = 120" in page.text
    assert "added: default = 100" in page.text
    path = address(page)
    form = chidi.get(path)
    check(form)
    page = chidi.sent(form, f"{path}/opinion", degree="2", fulfilled="on")
    assert "1 must (1: it does already)" in page.text
    assert page.form(f"{path}/opinion").values["degree"] == "2"
    page = chidi.sent(page, f"{path}/support")
    assert "1 asks that it be taken up" in page.text
    assert "@chidi" in page.text
    page = chidi.sent(page, f"{path}/desert")
    page = chidi.sent(page, f"{path}/retract")
    assert "Nobody has said yet." in page.text
    page = browser_of("ada").get(f"/proposals/{made}")
    check(page)
    assert "/seats/default says 100" in page.text
    check(chidi.get(f"/proposals/{made}/amendments"))


def test_its_author_takes_it_up_and_the_other_becomes_a_co_author(village: Village, browser_of: Of) -> None:
    made = village.propose()
    path = address(offer(browser_of("bruno"), made))
    moved = address(offer(browser_of("chidi"), made, **{"value-0": "90"}))
    ada = browser_of("ada")
    page = ada.sent(ada.get(path), f"{path}/accept")
    assert "added: default = 100" in page.text
    assert "Written together with @bruno" in page.text
    assert "Out of date" in ada.get(moved).text
    assert "Taken up" in ada.get(path).text
    check(ada.get(path))


def test_its_author_says_why_not_and_the_other_makes_a_proposal_of_it(
    village: Village, browser_of: Of
) -> None:
    made = village.propose()
    ada, bruno = browser_of("ada"), browser_of("bruno")
    path = address(offer(bruno, made))
    page = Page(ada.send(ada.get(path), f"{path}/reject", reason=" "))
    assert page.status == 422
    assert [one["id"] for _, one in page.tags if one.get("aria-invalid")] == ["reason"]
    page = ada.sent(page, f"{path}/reject", reason="It goes too far for me.")
    assert "It goes too far for me." in page.text
    page = bruno.sent(bruno.get(path), f"{path}/promote", title="A hundred seats")
    check(page)
    assert "Nobody else sees this yet" in page.text
    assert "added: default = 100" in page.text
    assert "It became a proposal of its own" in bruno.get(path).text
    assert "It became a proposal of its own" not in ada.get(path).text


def test_only_who_may_is_offered_to_answer_or_take_back(village: Village, browser_of: Of) -> None:
    made = village.propose()
    bruno = browser_of("bruno")
    path = address(offer(bruno, made))

    def offered(handle: str) -> set[str]:
        forms = browser_of(handle).get(path).forms
        return {form.action.rpartition("/")[2] for form in forms} - {"sign-out"}

    assert offered("ada") == {"opinion", "support", "accept", "reject"}
    assert offered("bruno") == {"opinion", "withdraw"}
    assert offered("chidi") == {"opinion", "support"}
    page = bruno.sent(bruno.get(path), f"{path}/withdraw")
    assert "Taken back" in page.text
    assert offered("ada") == offered("bruno") == set()


def test_a_value_that_cannot_stand_is_told_at_its_field(village: Village, ada: Browser) -> None:
    page = offer(ada, village.propose(), **{"value-0": "-3"})
    assert page.status == 422
    assert [one["id"] for _, one in page.tags if one.get("aria-invalid")] == ["value-0"]
    assert (
        page.form(page.address.removeprefix("http://localhost")).values["rationale"].startswith("A hundred")
    )
    check(page)


def test_what_amends_nothing_is_refused(village: Village, ada: Browser) -> None:
    page = offer(ada, village.propose(), **{"value-0": "120"})
    assert page.status == 422
    assert "This amends nothing." in page.text


def test_law_05_an_amendment_is_to_the_text_that_its_author_was_shown(
    village: Village, browser_of: Of
) -> None:
    made = village.propose()
    chidi, ada = browser_of("chidi"), browser_of("ada")
    seen = chidi.get(f"/proposals/{made}/amendments/new")
    path = address(offer(browser_of("bruno"), made))
    ada.sent(ada.get(path), f"{path}/accept")
    said = {"value-0": "90", "rationale": "Fewer still."}
    page = Page(chidi.send(seen, f"/proposals/{made}/amendments", **said))
    assert page.status == 409
    assert "The text has moved" in page.text
    assert "Fewer still." in page.html


def test_another_clause_may_be_changed_as_well(village: Village, ada: Browser) -> None:
    made = village.propose()
    path = f"/proposals/{made}/amendments"
    page = ada.get(f"{path}/new?clause=/replies/per_member")
    check(page)
    answer = ada.send(page, path, **{"value-1": "9", "rationale": "Fewer of each."})
    page = ada.get(answer.headers["Location"])
    assert "per_member = 9" in page.text
    assert "default = 120" in page.text
    assert ada.get(f"{path}/new?clause=/nothing").status == 404


def test_no_amendment_is_asked_for_once_the_text_is_locked(village: Village, ada: Browser) -> None:
    made = village.propose()
    village.go_to(village.times(made).verification_at)
    assert village.case(made).stage.state is State.VERIFICATION
    assert "Offer another wording" not in ada.get(f"/proposals/{made}").text
    assert ada.get(f"/proposals/{made}/amendments/new").status == 409
