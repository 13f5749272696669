"""What holds of every page: it is whole, it is ours alone, and it says nothing of what is hidden."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import LISBON
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from web import glance
from web.entry_tables import TABLES

PATHS = (
    "/",
    "/policies",
    "/policies/coop/audience",
    "/policies/coop/voting",
    "/proposals",
    "/join",
    "/docs",
    "/docs/problems",
    "/record",
    "/moderation",
    "/tags",
    "/tags/bread",
    "/search",
    "/search?q=bread",
    "/search?q=bread&of=posts",
    "/nothing-here",
)
FOR_MEMBERS = (
    "/feed",
    "/rooms",
    "/feed/balanced/tune",
    "/members/me/garden",
    "/members/me/less",
    "/labellers",
    "/members/me/asks",
    "/members/me/limit",
    "/moderation/cases",
    "/moderation/reports",
    "/members/me/thanks",
    "/members/me/offers",
    "/members/me/features",
    "/circles",
    "/guilds",
    "/guilds/new",
    f"/places/{LISBON}",
    "/members/me",
    "/members/me/webhooks",
    "/members/me/invitations",
    "/members/me/leave",
    "/posts/new",
    "/posts/scheduled",
    "/playlists",
    "/members/me/listed",
    "/members/bruno/playlists",
    "/drafts",
    "/notices",
    "/notices/waiting",
    "/councils/coop",
    "/proposals/new/election",
    "/proposals/new/joint",
    "/proposals/new/joint?kind=audience&clause=/seats/default",
    "/proposals/new/question",
    "/proposals/new/contest?scope=coop&kind=membership&clause=/joining/admission",
    "/proposals/new/number?scope=coop&kind=audience&clause=/seats/default",
    "/proposals/new",
    *(f"/proposals/new/entry?scope=coop&table={table}" for table in TABLES),
    "/proposals/new/entry?scope=coop&table=rules&entry=selling",
    "/proposals/new/entry?scope=coop&table=rules&entry=follow-flood",
    "/proposals/new/removal?scope=coop&table=rules&entry=selling",
    "/proposals/new/removal?scope=coop&table=words&entry=selling",
    "/proposals/new?scope=coop&kind=moderation",
    "/proposals/new?scope=coop&kind=moderation&clause=/rules/selling/when",
    "/proposals/new?scope=coop&kind=audience",
    "/proposals/new?scope=coop&kind=audience&clause=/seats/default",
    "/proposals/new?scope=coop&kind=membership&clause=/names/reserved",
)


def check(page: Page) -> None:
    """Fail unless the page is whole and loads nothing but its own."""
    assert not page.open, f"left open: {page.open}"
    assert page.named("html")[0]["lang"] == "en"
    assert re.search(r"<title>\S.* · Allotment</title>", page.html)
    assert len(page.named("h1")) == 1
    assert len(page.named("main")) == 1
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids)), sorted(one for one in ids if ids.count(one) > 1)
    assert not page.named("style")
    assert all("src" in script for script in page.named("script"))
    for tag, attributes in page.tags:
        assert not any(name == "style" or name.startswith("on") for name in attributes), (tag, attributes)
        for name in ("src", "href", "action"):
            assert attributes.get(name, "/").startswith(("/", "#")), (tag, attributes)
        assert not attributes.get("src", "/").startswith("//")
    for link in page.named("a"):
        assert not link.get("href", "").startswith("#") or link["href"][1:] in {"", *ids}, link
    for label in page.named("label"):
        assert "for" not in label or label["for"] in ids
    for form in page.forms:
        if form.method == "post":
            assert form.values.get("csrf_token")
    check_headers(page)


def check_headers(page: Page) -> None:
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self';")
    assert "unsafe" not in policy
    assert "form-action 'self'; base-uri 'none'; frame-ancestors 'none'" in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in page.headers["Permissions-Policy"]
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", [*PATHS, "/sign-in"])
def test_every_page_is_whole_for_a_visitor(visitor: Browser, path: str) -> None:
    check(visitor.get(path))


@pytest.mark.parametrize("path", [*PATHS, *FOR_MEMBERS])
def test_every_page_is_whole_for_a_member(ada: Browser, path: str) -> None:
    check(ada.get(path))


def test_a_proposal_s_page_is_whole_in_every_state(
    village: Village, visitor: Browser, ada: Browser, browser_of: Callable[[str], Browser]
) -> None:
    made = village.draft()
    check(ada.get(f"/proposals/{made}"))
    village.submit(made)
    path = f"/proposals/{made}"
    check(browser_of("bruno").get(path))
    village.sponsor(made)
    for name in ("deliberation_at", "verification_at", "voting_at", "closes_at", "due_at"):
        village.go_to(getattr(village.times(made), name))
        for browser in (visitor, ada):
            check(browser.get(path))
        if name == "voting_at":
            village.vote(made, ada="for", bruno="for", chidi="for", dalia="against")
            check(ada.get(path))
    for browser in (visitor, ada):
        check(browser.get("/policies/coop/audience"))
        check(browser.get("/"))
        check(browser.get("/proposals"))


@pytest.mark.parametrize("path", FOR_MEMBERS)
def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_back(visitor: Browser, path: str) -> None:
    page = visitor.get(path)
    assert page.status == 303
    sign_in = visitor.get(page.headers["Location"])
    assert sign_in.form("/sign-in").values["next"] == path


def test_law_07_a_draft_of_another_answers_like_a_proposal_that_never_was(
    village: Village, visitor: Browser, browser_of: Callable[[str], Browser]
) -> None:
    made = village.draft("bruno")
    for browser in (visitor, browser_of("ada")):
        hidden, unknown = browser.get(f"/proposals/{made}"), browser.get("/proposals/12345")
        nowhere = browser.get("/nothing-here")
        assert hidden.status == unknown.status == 404
        assert hidden.html == unknown.html == nowhere.html
        assert "loud" not in browser.get("/proposals").html


def test_law_07_no_page_that_is_read_of_a_draft_tells_others_of_it(
    app: Flask, village: Village, visitor: Browser, browser_of: Callable[[str], Browser]
) -> None:
    made, below = village.draft("bruno"), "/proposals/<id:proposal_id>/"
    read = {rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    paths = [path.removeprefix(below) for path in sorted(read) if path.startswith(below)]
    assert len(paths) > 4
    for browser in (visitor, browser_of("ada")):
        for path in paths:
            hidden, unknown = (browser.get(f"/proposals/{one}/{path}") for one in (made, 12345))
            assert hidden.status == unknown.status in (303, 404), path
            assert hidden.html.replace(str(made), "12345") == unknown.html, path


def test_visitors_are_told_what_is_decided_and_not_who_the_members_are(
    village: Village, visitor: Browser
) -> None:
    made = village.enacted()
    for path in ("/", "/proposals", f"/proposals/{made}", "/policies/coop/audience"):
        page = visitor.get(path)
        assert page.status == 200
        assert not [handle for handle in village.people if f"@{handle}" in page.html], path


def test_programs_get_problem_details_and_people_get_pages(client: FlaskClient) -> None:
    assert client.get("/api/v1/nothing").mimetype == "application/problem+json"
    assert client.post("/oauth/token/nothing").mimetype == "application/problem+json"
    assert client.get("/nothing").mimetype == "text/html"


def test_what_is_a_member_s_own_stands_in_a_menu_that_needs_no_script(ada: Browser, visitor: Browser) -> None:
    page = ada.get("/tags")
    assert [one for one in page.named("details") if one.get("class") == "own"]
    assert {"/members/ada", "/members/me", "/circles", "/members/me/asks"} <= {
        link["href"] for link in page.named("a")
    }
    assert page.form("/sign-out").method == "post"
    assert not page.named("script") and not visitor.get("/tags").named("details")


def test_a_wrong_method_is_told_with_the_right_ones(client: FlaskClient) -> None:
    answer = client.post("/policies")
    assert (answer.status_code, answer.mimetype) == (405, "text/html")
    assert "GET" in answer.headers["Allow"]
    assert "There is no page at this address" in client.get("/sign-out").text


def test_what_nobody_foresaw_is_told_without_details(
    visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(book: object) -> None:
        raise RuntimeError("the secret of the shed")

    monkeypatch.setattr(glance, "beds", fail)
    page = visitor.get("/")
    assert page.status == 500
    assert "secret" not in page.html
    check_headers(page)


@pytest.mark.parametrize(
    "path", ["/proposals?before=x", "/proposals?before=9%00", "/policies/coop/%00", "/sign-in?next=%00"]
)
def test_nonsense_in_an_address_is_refused_and_breaks_nothing(visitor: Browser, path: str) -> None:
    assert visitor.get(path).status in (400, 404)


def test_files_of_our_own_may_be_kept_because_their_address_changes_with_them(
    visitor: Browser, app: Flask
) -> None:
    sheet = visitor.get("/").named("link")[1]["href"]
    with app.test_client().get(sheet) as kept:
        assert "immutable" in kept.headers["Cache-Control"]
    with app.test_client().get(sheet.partition("?")[0]) as asked_anew:
        assert "immutable" not in asked_anew.headers["Cache-Control"]
