"""Sliders on pages, without a script: tried out, kept, and refused where they stand."""

import pytest
from sqlmodel import select

from audience.tables import Seat
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.own_feeds import links, make, mine, publish
from tests.web.test_every_page import check


def seats(village: Village) -> int:
    with village.database.begin() as session:
        return len(session.exec(select(Seat)).all())


def test_the_sliders_of_a_recipe_are_tried_out_and_kept(village: Village, ada: Browser) -> None:
    for number in range(40):
        publish(village, "bruno" if number % 2 else "chidi", "#bread" if number % 3 else "#rye", number)
    page = ada.get("/feed/balanced/tune")
    check(page)
    assert "Smaller creators" in page.text
    assert {
        "/policies/coop/feeds#/profiles/balanced/weights/small",
        "/policies/coop/feeds#/profiles/balanced/range/small/max",
    } <= links(page)
    form = page.form("/feed/balanced/tune#effects")
    assert (form.method, form.values["small"]) == ("get", "0.0")
    tried = ada.get("/feed/balanced/tune?small=1.0&topic=3.0&fresh=-3&topics=rye")
    check(tried)
    assert "of 4 places of your next page would hold another post" in tried.text
    assert "Nothing was delivered" in tried.text
    assert "0.6 × 2 1 = 1.2" in tried.text
    assert seats(village) == 0
    made = ada.sent(tried, "/feed/balanced/save", name="mornings", about="Slow")
    check(made)
    (own,) = mine(village, "ada")
    assert (own.name, own.base, own.about, own.topics) == ("mornings", "balanced", "Slow", ["rye"])
    assert own.sliders == {"small": 1.0, "topic": 3.0, "fresh": -3.0}
    assert made.form("/feed/own%3Amornings/tune#effects").values["small"] == "1.0"
    again = ada.get("/feed/own:mornings/tune?small=-1.0")
    ada.sent(again, "/feed/own%3Amornings/save")
    assert mine(village, "ada")[0].sliders == {"small": -1.0}
    ada.sent(again, "/feed/own%3Amornings/save", name="evenings")
    assert [one.name for one in mine(village, "ada")] == ["evenings", "mornings"]
    shown = ada.get("/feed/own:mornings")
    check(shown)
    assert "Smaller creators" in shown.text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("small=x", "A slider stands at a number."),
        ("small=9", "A slider stands from -3 to 3"),
        ("topics=a%2Bb", "A tag is 1 to 60 letters"),
    ],
)
def test_what_cannot_be_tried_is_told_where_it_stands(ada: Browser, query: str, said: str) -> None:
    page = ada.get(f"/feed/balanced/tune?{query}")
    check(page)
    assert page.status == 422
    assert said in page.text


def test_a_name_that_is_none_or_taken_is_told_at_the_field(village: Village, ada: Browser) -> None:
    make(village, "ada", "mornings")
    page = ada.get("/feed/balanced/tune")
    for name, status in (("a b", 422), ("mornings", 409)):
        refused = Page(ada.send(page, "/feed/balanced/save", name=name))
        check(refused)
        assert refused.status == status
        assert refused.form("/feed/balanced/save").values["name"] == name
        assert 'id="name-wrong"' in refused.html


def test_a_recipe_without_sliders_says_so(ada: Browser) -> None:
    page = ada.get("/feed/chronological/tune")
    check(page)
    assert "This recipe has no sliders" in page.text
