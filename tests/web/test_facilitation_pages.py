"""Facilitation on pages: somebody is asked to lead, and sums up; afterwards it is said what came of it."""

from collections.abc import Callable

from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check

Of = Callable[[str], Browser]


def led(village: Village, browser_of: Of) -> int:
    """A proposal of ada's, led by bruno."""
    made = village.propose()
    ada, bruno, path = browser_of("ada"), browser_of("bruno"), f"/proposals/{made}"
    ada.sent(ada.get(path), f"{path}/facilitator", handle=" @bruno ")
    page = bruno.get(path)
    assert "You are asked to lead the talk" in page.text
    bruno.sent(page, f"{path}/facilitator/accept")
    return made


def test_a_facilitator_is_asked_leads_and_sums_up_in_every_version(village: Village, browser_of: Of) -> None:
    made = led(village, browser_of)
    bruno, path = browser_of("bruno"), f"/proposals/{made}"
    page = bruno.sent(bruno.get(path), f"{path}/summaries", body="Some want <fewer>.")
    assert "Some want <fewer>." in page.text
    check(page)
    page = bruno.sent(page, f"{path}/summaries", body="Most want fewer.")
    assert "all 2 versions" in browser_of("chidi").get(path).text
    page = browser_of("chidi").get(f"{path}/summaries")
    check(page)
    assert page.text.index("Most want fewer.") < page.text.index("Some want <fewer>.")
    assert f"{path}/summaries" not in [form.action for form in browser_of("chidi").get(path).forms]


def test_an_empty_summary_is_told_at_its_field(village: Village, browser_of: Of) -> None:
    made = led(village, browser_of)
    bruno, path = browser_of("bruno"), f"/proposals/{made}"
    page = Page(bruno.send(bruno.get(path), f"{path}/summaries", body=" "))
    assert page.status == 422
    assert [one["id"] for _, one in page.tags if one.get("aria-invalid")] == ["summary-body"]
    check(page)


def test_whoever_is_asked_may_rather_not_and_nobody_unknown_is_asked(
    village: Village, browser_of: Of
) -> None:
    made = village.propose()
    ada, bruno, path = browser_of("ada"), browser_of("bruno"), f"/proposals/{made}"
    page = Page(ada.send(ada.get(path), f"{path}/facilitator", handle="nobody"))
    assert page.status == 422
    assert [one["id"] for one in page.named("input") if one.get("aria-invalid")] == ["facilitator-handle"]
    ada.sent(page, f"{path}/facilitator", handle="bruno")
    page = bruno.sent(bruno.get(path), f"{path}/facilitator/leave")
    assert "leads the talk, and sums it up" not in page.text
    assert f"{path}/facilitator/accept" not in [form.action for form in bruno.get(path).forms]


def test_what_came_of_it_is_said_once_it_is_decided(village: Village, browser_of: Of) -> None:
    made = village.enacted()
    ada, path = browser_of("ada"), f"/proposals/{made}"
    page = ada.get(path)
    assert "Say what came of it" in page.text
    page = ada.sent(page, f"{path}/outcomes", body="Rooms are smaller from today.")
    check(page)
    page = browser_of("chidi").get(path)
    assert "Rooms are smaller from today." in page.text
    assert f"{path}/outcomes" not in [form.action for form in page.forms]
    check(browser_of("chidi").get(f"{path}/outcomes"))
