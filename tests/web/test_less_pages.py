"""Less of this, on pages: its effect at once, in the list, and in the terms of what comes later."""

from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.own_feeds import publish
from tests.web.test_every_page import check


def test_less_of_this_shows_its_effect_at_once_and_is_taken_back(village: Village, ada: Browser) -> None:
    for number in range(4):
        publish(village, "bruno", f"Loaf {number}", number)
        publish(village, "chidi", f"Roll {number}", number)
    page = ada.get("/feed/balanced")
    check(page)
    action = next(form.action for form in page.forms if form.action.endswith("/less"))
    asked = Page(ada.send(page, action, of="author"))
    check(asked)
    assert "You will see less of @" in asked.text
    assert "of your next page in balanced will hold another post" in asked.text
    listed = ada.get("/members/me/less")
    check(listed)
    assert "it still counts 100 %" in listed.text
    empty = ada.sent(asked, "/members/me/less/undo")
    check(empty)
    assert "Nothing." in empty.text
    like = Page(ada.send(page, action, of="post"))
    check(like)
    assert "of what is like this" in like.text
    for nonsense in ({"of": "guild"}, {"of": "tag", "tag": "x" * 61}, {"of": "tag"}):
        answer = ada.http.post(action, data=page.form(action).values | nonsense)
        assert answer.status_code in (404, 422)
    assert ada.http.post("/posts/7/less", data=page.form(action).values | {"of": "author"}).status_code == 404


def test_less_of_a_tag_is_asked_for_at_a_post_that_has_it(village: Village, ada: Browser) -> None:
    publish(village, "bruno", "Rye #bread & #Cake today", 1)
    page = ada.get("/feed/balanced")
    action = next(form.action for form in page.forms if form.action.endswith("/less"))
    form = next(form for form in page.forms if form.action == action)
    assert form.choices["tag"] == ["bread", "cake"]
    asked = Page(ada.send(page, action, tag="cake"))
    check(asked)
    assert "You will see less of #cake" in asked.text
    assert "#cake" in ada.get("/members/me/less").text
    assert ada.http.post(action, data=form.values | {"tag": "rye"}).status_code == 422


def test_law_11_what_speaks_against_a_post_is_shown_as_such(village: Village, ada: Browser) -> None:
    publish(village, "bruno", "Loaf", 3)
    publish(village, "chidi", "Roll", 2)
    first = ada.get("/feed/chronological")
    action = next(form.action for form in first.forms if form.action.endswith("/less"))
    ada.send(first, action, of="author")
    publish(village, "bruno", "Another loaf", 1)
    publish(village, "chidi", "Another roll", 1)
    page = ada.get("/feed/balanced")
    check(page)
    assert "Less of what I hid" in page.text
    assert 'class="against"' in page.html
    assert "-1" in page.text
