"""Joining, signing in and out."""

import pytest

from coop.sign_in import COOKIE, FAILURES
from tests.factories import LISBON, PASSWORD, PORTUGAL
from tests.web.browser import Browser, Page
from web.visits import here_after


def test_whoever_joins_is_signed_in_at_once(visitor: Browser) -> None:
    page = visitor.sent(visitor.get("/join"), "/join", handle="Fern", display_name="Fern", password=PASSWORD)
    assert "@fern" in page.text
    assert "You have one vote now" in page.text
    assert visitor.get("/members/me").status == 200


def test_what_is_wrong_is_told_at_its_field_and_what_was_typed_stays(visitor: Browser) -> None:
    answer = visitor.send(visitor.get("/join"), "/join", handle="fern", display_name="Fern", password="short")
    page = Page(answer)
    assert page.status == 422
    wrong = [field for field in page.named("input") if field.get("aria-invalid")]
    assert [field["id"] for field in wrong] == ["password"]
    assert wrong[0]["aria-describedby"] == "password-wrong"
    assert page.form("/join").values["handle"] == "fern"
    assert "short" not in page.form("/join").values["password"]
    assert "/policies/coop/membership#/credentials/password_min_length" in page.html
    assert visitor.get("/members/me").status == 303


def test_a_handle_that_is_taken_is_told_at_its_field(visitor: Browser) -> None:
    answer = visitor.send(visitor.get("/join"), "/join", handle="ada", display_name="Ada", password=PASSWORD)
    assert answer.status_code == 409
    assert "Another member has it." in Page(answer).text


def test_an_invitation_that_opens_nothing_leaves_no_member_behind(visitor: Browser) -> None:
    door = visitor.get("/join?invitation=found-on-the-street")
    assert door.form("/join").values["invitation"] == "found-on-the-street"
    answer = visitor.send(door, "/join", handle="fern", display_name="Fern", password=PASSWORD)
    assert answer.status_code == 422
    page = visitor.sent(
        Page(answer), "/join", handle="fern", display_name="Fern", password=PASSWORD, invitation=""
    )
    assert "@fern" in page.text


def test_a_member_signs_in_goes_on_where_they_were_and_signs_out(visitor: Browser) -> None:
    fern = visitor.get("/join")
    visitor.sent(visitor.sent(fern, "/join", handle="fern", display_name="F", password=PASSWORD), "/sign-out")
    assert visitor.http.get_cookie(COOKIE) is None
    page = visitor.get("/sign-in?next=/proposals?before=7")
    answer = visitor.send(page, "/sign-in", handle="fern", password=PASSWORD)
    assert answer.headers["Location"] == "/proposals?before=7"
    cookie = visitor.http.get_cookie(COOKIE)
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    stolen = cookie.value
    visitor.sent(visitor.get("/"), "/sign-out")
    visitor.http.set_cookie(COOKIE, stolen)
    assert visitor.get("/members/me").status == 303


@pytest.mark.parametrize(
    ("came_from", "target"),
    [
        ("http://localhost/posts/7?moments=1", "/posts/7?moments=1"),
        ("https://elsewhere.example/posts/7", "/"),
        ("http://localhost//elsewhere.example", "/"),
        ("", "/"),
    ],
)
def test_signing_in_goes_back_to_the_page_of_the_link_where_that_named_none(
    visitor: Browser, came_from: str, target: str
) -> None:
    page = Page(visitor.http.get("/sign-in", headers={"Referer": came_from}))
    assert page.form("/sign-in").values["next"] == target
    named = Page(visitor.http.get("/sign-in?next=/feed", headers={"Referer": came_from}))
    assert named.form("/sign-in").values["next"] == "/feed"


def test_signing_in_brings_a_form_token_of_its_own(visitor: Browser) -> None:
    visitor.sent(visitor.get("/join"), "/join", handle="fern", display_name="F", password=PASSWORD)
    before = visitor.get("/").form("/sign-out").values["csrf_token"]
    visitor.sent(visitor.get("/"), "/sign-out")
    page = visitor.get("/sign-in")
    visitor.sent(page, "/sign-in", handle="fern", password=PASSWORD)
    assert visitor.http.post("/sign-out", data={"csrf_token": before}).status_code == 400


def test_a_wrong_password_is_told_and_counted(visitor: Browser) -> None:
    page = visitor.get("/sign-in")
    for _ in range(FAILURES):
        answer = visitor.send(page, "/sign-in", handle="nobody", password="a wrong password")
        assert answer.status_code == 422
    refused = visitor.send(page, "/sign-in", handle="nobody", password="a wrong password")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "https://elsewhere.example/",
        "//elsewhere.example",
        "///elsewhere.example",
        "/\\elsewhere.example",
        "/\t/elsewhere.example",
        "javascript:alert(1)",
        "proposals",
    ],
)
def test_signing_in_never_leads_to_another_site(target: str | None) -> None:
    assert here_after(target) == "/"


def test_a_member_changes_how_others_see_them(ada: Browser) -> None:
    page = ada.sent(
        ada.get("/members/me"), "/members/me", display_name="Ada L.", about="I grow beans.\nAnd numbers."
    )
    assert "Ada L." in page.text
    assert page.form("/members/me").values["about"].replace("\r", "") == "I grow beans.\nAnd numbers."
    answer = ada.send(page, "/members/me", display_name=" ")
    assert answer.status_code == 422
    assert "This cannot be empty." in answer.text


def test_a_member_looks_for_a_place_and_chooses_it_without_scripts(ada: Browser) -> None:
    page = ada.get("/members/me")
    assert "You say nothing about it." in page.text
    search = page.form("/members/me#place")
    assert (search.method, set(search.values)) == ("get", {"place"})
    page = ada.get("/members/me?place=lisb#place")
    assert "GeoNames" in page.text
    offered = [form for form in page.forms if form.action == "/members/me/place"]
    chosen = next(form for form in offered if form.values["place"] == str(LISBON))
    answer = ada.http.post(chosen.action, data=chosen.values)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/members/me#place")
    page = ada.get("/members/me")
    assert "Lisbon, Lisbon, Portugal" in page.text
    page = ada.sent(page, "/members/me/place")
    assert "You say nothing about it." in page.text


def test_a_search_that_finds_no_place_says_so_and_keeps_what_was_typed(ada: Browser) -> None:
    page = ada.get("/members/me?place=<Praha>")
    assert "No place begins with «<Praha>»." in page.text
    assert page.form("/members/me#place").values["place"] == "<Praha>"


@pytest.mark.parametrize("place", ["7", "Lisbon", "-1", "²", "9" * 400, "0" * 30 + "7"])
def test_a_place_that_was_not_found_is_refused_and_nothing_changes(ada: Browser, place: str) -> None:
    before = ada.get("/members/me?place=portugal")
    chosen = next(form for form in before.forms if form.values.get("place") == str(PORTUGAL))
    assert ada.http.post(chosen.action, data=chosen.values).status_code == 303
    answer = ada.http.post("/members/me/place", data=chosen.values | {"place": place})
    assert answer.status_code == 422
    page = Page(answer)
    assert "This place is unknown." in page.text
    assert page.form("/members/me").values["display_name"] == "Ada"
    assert "Portugal" in page.text
