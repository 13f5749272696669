"""Sense-checks on a proposal's page: asked, answered, and shown once enough have."""

from collections.abc import Callable

from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check

Of = Callable[[str], Browser]


def asked(village: Village, ada: Browser, **said: str) -> tuple[int, str]:
    """A proposal with a check of its author's, and the path on which it is answered."""
    made = village.propose()
    path = f"/proposals/{made}"
    page = ada.sent(ada.get(path), f"{path}/checks", **({"question": "Is 120 right?"} | said))
    return made, next(form.action for form in page.forms if form.action.startswith("/checks/"))


def test_nothing_is_shown_before_enough_have_answered_and_no_names_ever(
    village: Village, browser_of: Of
) -> None:
    made, answer = asked(village, browser_of("ada"))
    path = f"/proposals/{made}"
    for number, handle in enumerate(village.people):
        browser = browser_of(handle)
        page = browser.get(path)
        assert "shown from 5 answers on" in page.text
        assert "Answer a quick question" in page.text
        page = browser.sent(page, answer, option="3" if number else "0")
    check(page)
    assert "Strongly against 1" in page.text
    assert "For (yours) 4" in page.text
    assert "Answer a quick question" not in page.text
    page = browser_of("emre").sent(page, answer, option="4")
    assert "For 3" in page.text


def test_an_asker_gives_answers_of_their_own_one_a_line(village: Village, ada: Browser) -> None:
    made, answer = asked(village, ada, options="Fewer\r\n\r\n The same \r\nMore")
    page = ada.get(f"/proposals/{made}")
    assert page.form(answer).choices["option"] == ["0", "1", "2"]
    assert "The same" in page.text


def test_a_choice_that_is_none_is_told_at_its_field(village: Village, ada: Browser) -> None:
    made = village.propose()
    path = f"/proposals/{made}"
    said = {"question": "Is 120 right?", "options": "x" * 300 + "\r\nshort"}
    page = Page(ada.send(ada.get(path), f"{path}/checks", **said))
    assert page.status == 422
    assert [one["id"] for _, one in page.tags if one.get("aria-invalid")] == ["check-options"]
    assert page.form(f"{path}/checks").values["question"] == "Is 120 right?"
    check(page)


def test_only_those_who_lead_ask_and_an_answer_must_be_one(village: Village, browser_of: Of) -> None:
    made, answer = asked(village, browser_of("ada"))
    bruno = browser_of("bruno")
    page = bruno.get(f"/proposals/{made}")
    assert f"/proposals/{made}/checks" not in [form.action for form in page.forms]
    for nonsense in ("9", "x", ""):
        again = Page(bruno.send(page, answer, option=nonsense))
        assert again.status == 422
        check(again)
