"""Guilds on pages: founded, entered and left, and the invitation that leads there."""

from collections.abc import Callable

import pytest

from audience import following
from audience.rules import AUDIENCE
from tests.audience.factories import with_clauses
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check
from web import guild_pages

Of = Callable[[str], Browser]
BAKERS = {"name": "Bakers", "slug": "bakers", "purpose": "Bread for everyone."}


def links(page: Page) -> list[str]:
    return [link["href"] for link in page.named("a")]


def test_a_guild_is_founded_entered_and_left(ada: Browser, browser_of: Of) -> None:
    page = ada.get("/guilds/new")
    check(page)
    page = ada.sent(page, "/guilds/new", **BAKERS | {"slug": " Bakers "})
    check(page)
    assert "Founded. You are its first steward." in page.text
    assert "Bread for everyone." in page.text
    bruno = browser_of("bruno")
    page = bruno.get("/guilds/bakers")
    check(page)
    assert "1 member" in page.text
    page = bruno.sent(page, "/guilds/bakers/join")
    check(page)
    assert "You belong to it now" in page.text
    assert "2 members" in page.text
    assert not [form for form in page.forms if form.action.endswith("/join")]
    (write,) = [link for link in links(page) if link.startswith("/posts/new?")]
    written = bruno.get(write)
    assert (written.form("/posts/new").values["guild"], written.form("/posts/new").values["reach"]) == (
        "bakers",
        "guild",
    )
    page = bruno.sent(page, "/guilds/bakers/leave")
    assert "You have left it." in page.text
    assert "1 member" in page.text


def test_whoever_reaches_the_ceiling_follows_the_invitation_and_founds_a_guild(
    village: Village, ada: Browser
) -> None:
    village.hears_at_once("ada")
    with village.database.begin() as session:
        book, now = village.books.current(session), village.clock.now(session)
        one = with_clauses(book, AUDIENCE, {"/followers/ceiling": 1})
        following.follow(session, village.people["bruno"], one, "ada", now)
    page = ada.get("/notices")
    (invitation,) = [link for link in links(page) if link.startswith("/guilds/")]
    page = ada.get(invitation)
    assert page.status == 200
    page = ada.sent(page, invitation, **BAKERS)
    assert page.address.endswith("/guilds/bakers")


@pytest.mark.parametrize(
    ("said", "field", "told"),
    [
        ({"name": " "}, "name", "This cannot be empty."),
        ({"name": "x" * 61}, "name", "at most 60 characters"),
        ({"slug": "b"}, "slug", "A slug is 2 to 40"),
        ({"slug": "new"}, "slug", "Nobody may take this name."),
        ({"slug": "smiths"}, "slug", "Another guild has this slug."),
        ({"purpose": "x" * 2001}, "purpose", "at most 2000 characters"),
    ],
)
def test_what_does_not_fit_is_told_at_its_field_with_what_was_typed(
    village: Village, ada: Browser, said: dict[str, str], field: str, told: str
) -> None:
    village.guild("smiths", "bruno")
    typed = BAKERS | said
    page = Page(ada.send(ada.get("/guilds/new"), "/guilds/new", **typed))
    check(page)
    assert page.status == (409 if typed["slug"] == "smiths" else 422)
    assert told in page.text
    marked = [tag for _, tag in page.tags if tag.get("aria-invalid") == "true"]
    assert [tag["id"] for tag in marked] == [field]
    assert page.form("/guilds/new").values["name"] == typed["name"]
    assert ada.get("/guilds/bakers").status == 404


def test_a_founder_of_too_many_is_refused_by_the_clause(ada: Browser) -> None:
    for slug in ("one", "two", "three", "four", "five"):
        ada.sent(ada.get("/guilds/new"), "/guilds/new", **BAKERS | {"slug": f"guild-{slug}"})
    page = Page(ada.send(ada.get("/guilds/new"), "/guilds/new", **BAKERS))
    check(page)
    assert page.status == 403
    assert "A member may found 5 guilds." in page.text
    assert "/policies/coop/membership#/guilds/founded_per_member" in links(page)


def test_the_only_steward_is_told_why_they_cannot_leave(ada: Browser, browser_of: Of) -> None:
    ada.sent(ada.get("/guilds/new"), "/guilds/new", **BAKERS)
    bruno = browser_of("bruno")
    bruno.sent(bruno.get("/guilds/bakers"), "/guilds/bakers/join")
    page = Page(ada.send(ada.get("/guilds/bakers"), "/guilds/bakers/leave"))
    check(page)
    assert page.status == 409
    assert "appoint another first" in page.text
    assert "/guilds/bakers/leave" in [form.action for form in page.forms]


def test_the_guilds_are_listed_page_by_page(
    village: Village, ada: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(ada.get("/guilds"))
    assert "No guild has been founded yet." in ada.get("/guilds").text
    monkeypatch.setattr(guild_pages, "SHOWN", 2)
    slugs = ("bakers", "smiths", "weavers")
    for slug in slugs:
        village.guild(slug, "bruno")
    first = ada.get("/guilds")
    check(first)
    assert "/guilds/new" in links(first)
    (onwards,) = [link for link in links(first) if "cursor=" in link]
    second = ada.get(onwards)
    shown = [[slug for slug in slugs if f"/guilds/{slug}" in links(page)] for page in (first, second)]
    assert shown == [["bakers", "smiths"], ["weavers"]]
    assert ada.get(f"/guilds?cursor={'a' * 500}").status == 404


def test_law_07_a_guild_that_there_is_not_cannot_be_entered_and_a_visitor_is_told_nothing_of_any(
    village: Village, ada: Browser, visitor: Browser
) -> None:
    village.guild("bakers", "bruno")
    for browser, path in ((ada, "/guilds/cakes"), (visitor, "/guilds/bakers"), (visitor, "/guilds/cakes")):
        assert browser.get(path).status == 404
    token = ada.get("/guilds/new").form("/guilds/new").values["csrf_token"]
    assert ada.http.post("/guilds/cakes/join", data={"csrf_token": token}).status_code == 404
    assert ada.http.post("/guilds/cakes/leave", data={"csrf_token": token}).status_code == 404
    mine = visitor.get("/join").form("/join").values["csrf_token"]
    for path in ("/guilds/bakers/join", "/guilds/cakes/join", "/guilds/new"):
        answer = visitor.http.post(path, data={"csrf_token": mine})
        assert (answer.status_code, "/sign-in" in answer.headers["Location"]) == (303, True)


def test_a_steward_appoints_another_and_steps_down(ada: Browser, browser_of: Of) -> None:
    page = ada.sent(ada.get("/guilds/new"), "/guilds/new", **BAKERS)
    assert "You are its only steward" in page.text
    appoint, step_down = "/guilds/bakers/stewards", "/guilds/bakers/step-down"
    refused = Page(ada.send(page, appoint, handle="bruno"))
    check(refused)
    assert refused.status == 422
    assert "one of the guild's members" in refused.text
    assert refused.form(appoint).values["handle"] == "bruno"
    bruno = browser_of("bruno")
    entered = bruno.sent(bruno.get("/guilds/bakers"), "/guilds/bakers/join")
    assert not {appoint, step_down} & {form.action for form in entered.forms}
    page = ada.sent(ada.get("/guilds/bakers"), appoint, handle="@Bruno")
    assert "@bruno is a steward of it." in page.text
    page = ada.sent(page, step_down)
    check(page)
    assert "You are a steward of it no more." in page.text
    assert not {appoint, step_down} & {form.action for form in page.forms}
    page = Page(bruno.send(bruno.get("/guilds/bakers"), appoint, handle="ada"))
    assert page.status == 303


def test_the_front_page_leads_to_each_guild(village: Village, ada: Browser) -> None:
    village.guild("smiths", "bruno")
    assert "/guilds/smiths" in links(ada.get("/"))
