"""Keeping one's circles in a browser."""

from collections.abc import Callable

import pytest

from audience import relations
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check

Of = Callable[[str], Browser]


@pytest.fixture
def family(village: Village, ada: Browser) -> str:
    """The path of a circle of Ada's."""
    page = ada.sent(ada.get("/circles"), "/circles", name="Family")
    check(page)
    assert "Made." in page.text
    (form,) = [one.action for one in page.forms if one.action.endswith("/add")]
    return form.removesuffix("/add")


def test_a_circle_is_made_filled_emptied_and_dissolved(ada: Browser, family: str) -> None:
    page = ada.sent(ada.get("/circles"), f"{family}/add", handle="@bruno")
    check(page)
    assert "@bruno" in page.text
    page = ada.sent(page, f"{family}/remove")
    assert "Taken out" in page.text
    assert "Nobody is in it." in page.text
    page = ada.sent(page, f"{family}/dissolve")
    assert "You keep none yet." in page.text


def test_what_is_wrong_is_told_at_the_circle_it_is_wrong_in(ada: Browser, family: str) -> None:
    ada.sent(ada.get("/circles"), "/circles", name="Work")
    page = Page(ada.send(ada.get("/circles"), f"{family}/add", handle="nobody"))
    check(page)
    assert page.status == 422
    assert "Nobody here has this handle." in page.text
    wrong = [one for one in page.named("input") if one.get("aria-invalid")]
    assert [(one["id"], one["value"]) for one in wrong] == [(f"handle-{family.rpartition('/')[2]}", "nobody")]
    assert Page(ada.send(page, f"{family}/add", handle="ada")).status == 422
    page = Page(ada.send(page, "/circles", name="Family"))
    assert (page.status, [one["id"] for one in page.named("input") if one.get("aria-invalid")]) == (
        409,
        ["name"],
    )


def test_law_07_a_circle_of_another_is_not_there(
    village: Village, ada: Browser, browser_of: Of, family: str
) -> None:
    bruno = browser_of("bruno")
    token = bruno.get("/circles").form("/circles").values["csrf_token"]
    assert "Family" not in bruno.get("/circles").text
    for act in ("add", "remove", "dissolve"):
        answers = [
            bruno.http.post(f"{circle}/{act}", data={"csrf_token": token, "handle": "chidi"})
            for circle in (family, "/circles/12345")
        ]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].data == answers[1].data


def test_law_07_one_who_blocks_the_owner_is_added_as_anybody(
    village: Village, ada: Browser, family: str
) -> None:
    with village.database.begin() as session:
        relations.block(session, village.people["bruno"], "ada", village.clock.now(session))
    page = ada.sent(ada.get("/circles"), f"{family}/add", handle="bruno")
    assert "@bruno" in page.text


def test_only_members_keep_circles(visitor: Browser) -> None:
    assert visitor.get("/circles").status == 303
