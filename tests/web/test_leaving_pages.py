"""Leaving the cooperative, and inviting somebody, in a browser."""

from collections.abc import Callable
from urllib.parse import urlsplit

from coop.sign_in import COOKIE
from tests.factories import PASSWORD
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check

Of = Callable[[str], Browser]
LEAVE, INVITE = "/members/me/leave", "/members/me/invitations"


def test_whoever_writes_another_handle_has_not_left(ada: Browser) -> None:
    page = Page(ada.send(ada.get(LEAVE), LEAVE, handle="bruno"))
    check(page)
    assert page.status == 422
    assert "Write your own: ada." in page.text
    assert page.form(LEAVE).values["handle"] == "bruno"
    assert ada.get("/members/me").status == 200


def test_whoever_writes_their_handle_has_left_and_is_signed_out(village: Village, ada: Browser) -> None:
    settings = ada.get("/members/me")
    assert LEAVE in {link["href"] for link in settings.named("a")}
    page = ada.sent(ada.get(LEAVE), LEAVE, handle=" @Ada")
    check(page)
    assert "You have left." in page.text
    assert ada.http.get_cookie(COOKIE) is None
    assert ada.get("/members/me").status == 303
    again = ada.send(ada.get("/sign-in"), "/sign-in", handle="ada", password=PASSWORD)
    assert again.status_code == 422


def test_a_member_makes_a_link_that_lets_one_person_in(ada: Browser, visitor: Browser) -> None:
    assert INVITE in {link["href"] for link in ada.get("/members/me").named("a")}
    page = ada.get(INVITE)
    assert "You hold out 0 of" in page.text
    page = Page(ada.send(page, INVITE))
    check(page)
    assert "You hold out 1 of" in page.text
    (link,) = [word for word in page.text.split() if "/join?invitation=" in word]
    there = urlsplit(link)
    door = visitor.get(f"{there.path}?{there.query}")
    came = visitor.sent(door, "/join", handle="fern", display_name="Fern", password=PASSWORD)
    assert "@fern" in came.text
    assert "You hold out 0 of" in ada.get(INVITE).text


def test_whoever_holds_out_as_many_as_they_may_is_told_the_clause(village: Village, ada: Browser) -> None:
    page = ada.get(INVITE)
    for _ in range(5):
        page = Page(ada.send(page, INVITE))
        assert page.status == 200
    page = Page(ada.send(page, INVITE))
    check(page)
    assert page.status == 403
    assert "5 unused invitations at one time" in page.text
    assert "/join?invitation=" not in page.text
