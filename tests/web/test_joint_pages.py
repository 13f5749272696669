"""Joint proposals on pages: one form asks several guilds, and each page tells how all of them stand."""

from collections.abc import Callable

import pytest

from coop.policies import new_version
from coop.tables import Member
from governance import cases
from governance.facts import State
from tests.factories import make_guild
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check
from web import joint_pages

Of = Callable[[str], Browser]
NEW = "/proposals/new/joint"
FORM = f"{NEW}?kind=audience&clause=/seats/default&scope=guild:bakers"
SAID = {"value": "40", "title": "One table", "rationale": "We sit together."}
BAKERS, WEAVERS = ("ada", "bruno"), ("chidi", "dalia", "emre")


@pytest.fixture
def guilds(village: Village) -> Village:
    """Two guilds of the village, and a third that nobody asks."""
    for slug, handles in (("bakers", BAKERS), ("weavers", WEAVERS), ("smiths", ("emre",))):
        village.guild(slug, *handles)
    return village


def write(browser: Browser, *slugs: str, **said: str) -> Page:
    """Ask these guilds, and return the page that answers."""
    form = browser.get(FORM)
    check(form)
    ticked = {f"guild-{slug}": "on" for slug in slugs}
    answer = browser.send(form, NEW, **(SAID | ticked | said))
    page = browser.get(answer.headers["Location"]) if answer.status_code == 303 else Page(answer)
    check(page)
    return page


def parts(page: Page) -> list[str]:
    """The path of each proposal that the page names as part of what is agreed, but its own."""
    links = (link["href"] for link in page.named("a"))
    return sorted({link for link in links if link.startswith("/proposals/") and link[11:].isdigit()})


def invalid(page: Page) -> list[str]:
    return [attributes["id"] for _, attributes in page.tags if attributes.get("aria-invalid")]


def test_a_member_goes_from_a_clause_to_a_proposal_in_each_guild(guilds: Village, browser_of: Of) -> None:
    ada = browser_of("ada")
    assert NEW in {link["href"] for link in ada.get("/proposals/new").named("a")}
    clauses = ada.get(NEW)
    check(clauses)
    assert f"{NEW}?kind=audience&clause=/seats/default" in {link["href"] for link in clauses.named("a")}
    form = ada.get(FORM).form(NEW)
    assert form.values["guild-bakers"] == "on"
    assert "guild-weavers" not in form.values
    page = write(ada, "weavers")
    assert "One table" in page.text
    assert "0 of 2 have passed it" in page.text
    (other,) = parts(page)
    seen = browser_of("chidi").get(other)
    check(seen)
    assert "bakers" in seen.text
    assert "added: default = 40" in seen.text


def test_each_guild_s_part_and_result_are_told_at_a_glance(
    guilds: Village, browser_of: Of, visitor: Browser
) -> None:
    page = write(browser_of("ada"), "weavers")
    (other,) = parts(page)
    second = int(other.rpartition("/")[2])
    (own,) = parts(browser_of("chidi").get(other))
    first = int(own.rpartition("/")[2])
    for made in (first, second):
        for name in (*BAKERS, *WEAVERS):
            browser = browser_of(name)
            sponsor = browser.get(f"/proposals/{made}")
            if f"/proposals/{made}/sponsor" in [form.action for form in sponsor.forms]:
                browser.sent(sponsor, f"/proposals/{made}/sponsor")
    guilds.open(second)
    guilds.vote(first, ada="for", bruno="for")
    guilds.vote(second, chidi="against", dalia="against", emre="for")
    guilds.go_to(guilds.times(second).closes_at)
    assert guilds.case(second).stage.state is State.REJECTED
    for browser in (browser_of("ada"), visitor):
        page = browser.get(own)
        check(page)
        assert "Rejected: 1 of 3 on the roll said yes" in page.text
        assert "Passed: 2 of 2 on the roll said yes" in page.text
        assert "1 of 2 has passed it" in page.text


@pytest.mark.parametrize(
    ("slugs", "said", "where", "why"),
    [
        ((), {}, ["scopes"], "Name 2 to 20 guilds, each once."),
        (("weavers",), {"value": "100000"}, ["value"], "guild:bakers: "),
        (("weavers",), {"value": "many"}, ["value"], "guild:bakers: "),
        (("weavers",), {"title": " "}, ["title"], "This cannot be empty."),
    ],
    ids=["one guild alone", "out of the bounds", "no number", "no title"],
)
def test_what_guilds_cannot_agree_on_is_told_at_its_field(
    guilds: Village, browser_of: Of, slugs: tuple[str, ...], said: dict[str, str], where: list[str], why: str
) -> None:
    page = write(browser_of("ada"), *slugs, **said)
    assert page.status == 422
    assert invalid(page) == where
    assert why in page.text
    form = page.form(NEW)
    assert form.values["rationale"] == SAID["rationale"]
    assert [name for name in form.values if name.startswith("guild-")] == [
        "guild-bakers",
        *(f"guild-{slug}" for slug in slugs),
    ]


def test_whoever_belongs_to_none_of_the_guilds_asks_none(guilds: Village, browser_of: Of) -> None:
    chidi = browser_of("chidi")
    form = chidi.get(f"{NEW}?kind=audience&clause=/seats/default")
    refused = Page(chidi.send(form, NEW, **SAID, **{"guild-bakers": "on", "guild-smiths": "on"}))
    check(refused)
    assert refused.status == 403
    assert "Whoever proposes to guilds belongs to one of them." in refused.text


@pytest.fixture
def crowd(guilds: Village) -> Village:
    """More guilds than a form shows, which come before the weavers and the smiths."""
    ada = guilds.people["ada"].member_id
    with guilds.database.begin() as session:
        founder = session.get_one(Member, ada)
        for number in range(joint_pages.FOUND + 5):
            make_guild(session, f"choir-{number:02}", founder).name = f"Singers {number}"
    return guilds


def boxes(page: Page) -> list[str]:
    """The guilds that have a box on the form, in order."""
    return [name.removeprefix("guild-") for name in page.form(NEW).choices if name.startswith("guild-")]


def test_any_guild_is_found_by_name_and_what_was_typed_and_ticked_stays(
    crowd: Village, browser_of: Of
) -> None:
    bruno = browser_of("bruno")
    page = bruno.get(FORM)
    assert boxes(page) == ["bakers", *(f"choir-{number:02}" for number in range(joint_pages.FOUND - 1))]
    page = Page(bruno.send(page, NEW, **SAID, **{"guild-choir-03": "on", "q": "weav", "act": "find"}))
    check(page)
    assert (page.status, boxes(page)) == (200, ["bakers", "choir-03", "weavers"])
    page = Page(bruno.send(page, NEW, **{"guild-weavers": "on", "q": "SINGERS 24", "act": "find"}))
    assert boxes(page) == ["bakers", "choir-03", "weavers", "choir-24"]
    form = page.form(NEW)
    assert form.values | SAID == form.values
    assert {name for name in form.values if name.startswith("guild-")} == {
        "guild-bakers",
        "guild-choir-03",
        "guild-weavers",
    }
    page = bruno.sent(page, NEW)
    check(page)
    assert "0 of 3 have passed it" in page.text


def test_guilds_are_looked_for_by_an_address_too(crowd: Village, browser_of: Of) -> None:
    bruno = browser_of("bruno")
    page = bruno.get(f"{FORM}&q=smith")
    check(page)
    assert boxes(page) == ["bakers", "smiths"]
    assert page.form(NEW).values["q"] == "smith"
    nobody = bruno.get(f"{NEW}?kind=audience&clause=/seats/default&scope=guild:weavers&q=tailors")
    check(nobody)
    assert boxes(nobody) == ["bakers", "weavers"]
    assert "No guild is called that." in nobody.text


def test_law_02_looking_for_guilds_proposes_nothing(guilds: Village, browser_of: Of) -> None:
    ada = browser_of("ada")
    ticked = {"guild-weavers": "on", "q": "", "act": "find"}
    assert Page(ada.send(ada.get(FORM), NEW, **SAID, **ticked)).status == 200
    with guilds.database.begin() as session:
        assert cases.find(session, guilds.clock.now(session)) == []


@pytest.mark.parametrize("what", ["kind=voting&clause=/sponsors/drafts", "kind=audience&clause=/nothing"])
def test_what_no_guild_may_set_is_not_found(guilds: Village, browser_of: Of, what: str) -> None:
    assert browser_of("ada").get(f"{NEW}?{what}").status == 404


def test_a_guild_in_which_nothing_would_change_is_named_at_the_value(guilds: Village, browser_of: Of) -> None:
    text = "[seats]\ndefault = 40\n"
    with guilds.database.begin() as session:
        now, scope = guilds.clock.now(session), "guild:weavers"
        new_version(session, scope, "audience", text, cause="founding", proposal_id=None, tally=None, now=now)
    assert "says 40 now" in browser_of("ada").get(FORM).text
    page = write(browser_of("ada"), "weavers")
    assert (page.status, invalid(page)) == (422, ["value"])
    assert "guild:weavers: " in page.text
    assert "Change a clause." in page.text
