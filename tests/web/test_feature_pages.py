"""Where one stands with features, in a browser: numbers, clauses, and the way to a vote of one's guild."""

from collections.abc import Callable

from sqlalchemy import select
from sqlmodel import col

from audience.features import nightly
from audience.routes.features import ComparisonView
from coop import feature_budgets
from coop.feature_tables import FeatureGrant
from coop.features import LARGER_QUOTA, LIVE_ROOMS, WIDE_REACH
from coop.tables import Guild
from tests.audience.features.nights import count
from tests.coop.featured import give
from tests.web.browser import Browser
from tests.web.conftest import Village
from tests.web.test_every_page import check
from web.feature_pages import bar

Of = Callable[[str], Browser]
PATH = "/members/me/features"


def night(village: Village, handle: str, **numbers: int) -> None:
    with village.database.begin() as session:
        book, now = village.books.current(session), village.clock.now(session)
        count(session, book, {("member", village.people[handle].member_id): numbers}, now)
        nightly.refresh(session, book, now)


def test_each_number_is_shown_with_its_clause_and_what_is_missing(village: Village, browser_of: Of) -> None:
    night(village, "ada", reciprocal_pairs=3, counterparts=5, reach=700)
    page = browser_of("ada").get(PATH)
    check(page)
    for said in (
        "Where you stand",
        "Wide reach not held",
        "exchanges with somebody",
        "at least 8 (now 3)",
        "Different people who opened any post: at most 4,500; now 700",
    ):
        assert said in page.text, said
    links = {one.get("href") for one in page.named("a")}
    assert "/policies/coop/features#/features/wide_reach/member/grant_when" in links
    assert PATH in {one.get("href") for one in browser_of("ada").get("/members/me").named("a")}


def test_what_was_lost_says_why_and_offers_the_guild(village: Village, browser_of: Of) -> None:
    night(village, "ada", reciprocal_pairs=9, counterparts=6)
    assert "Wide reach held" in browser_of("ada").get(PATH).text
    with village.database.begin() as session:
        grant = session.scalars(select(FeatureGrant).where(col(FeatureGrant.feature) == WIDE_REACH)).one()
        grant.grace_until = grant.granted_at
        session.add(grant)
    page = browser_of("ada").get(PATH)
    check(page)
    assert "Wide reach lost" in page.text
    assert "What keeps it was not mended in the grace." in page.text
    assert "/guilds/new" in {one.get("href") for one in page.named("a")}


def test_from_a_guild_s_page_one_comes_to_the_vote_that_gives_it_a_feature(
    village: Village, browser_of: Of
) -> None:
    village.guild("weavers", "ada", "bruno")
    with village.database.begin() as session:
        guild = session.scalars(select(Guild).where(col(Guild.slug) == "weavers")).one()
        for feature in (WIDE_REACH, LIVE_ROOMS):
            give(session, feature, guild)
    ada = browser_of("ada")
    assert "/guilds/weavers/features" in {one.get("href") for one in ada.get("/guilds/weavers").named("a")}
    page = ada.get("/guilds/weavers/features")
    check(page)
    for said in (
        "Where weavers stands",
        "waits for a vote",
        "1,200 of 1,200 minutes are left",
        "0 of 2 rooms are open",
    ):
        assert said in page.text, said
    vote = "/proposals/new?scope=guild%3Aweavers&kind=features&clause=/held/wide_reach"
    assert vote in {one.get("href") for one in page.named("a")}
    form = ada.get(vote)
    check(form)
    assert form.form("/proposals/new").choices["value"] == ["true", "false"]
    made = ada.sent(form, "/proposals/new", title="Wide reach", rationale="Many answer.", value="true")
    check(made)
    assert "held" in made.text


def test_what_is_shared_in_one_s_guilds_is_shown_with_a_bar(village: Village, browser_of: Of) -> None:
    village.guild("weavers", "ada", "bruno")
    with village.database.begin() as session:
        guild = session.scalars(select(Guild).where(col(Guild.slug) == "weavers")).one()
        for feature in (LARGER_QUOTA, LIVE_ROOMS):
            give(session, feature, guild)
        book, now = village.books.current(session), village.clock.now(session)
        feature_budgets.claim(session, book, guild, LARGER_QUOTA, 1200, now)
    page = browser_of("ada").get(PATH)
    check(page)
    for said in ("What you share", "3,800 of 5,000 megabytes are left", "1,200 used; until", "0 of 2 rooms"):
        assert said in page.text, said
    bars = {one["aria-label"]: (one["value"], one["max"]) for one in page.named("progress")}
    assert bars == {
        "How many megabytes weavers has used": ("1200", "5000"),
        "How many minutes weavers has used": ("0", "1200"),
        "How many rooms weavers has open": ("0", "2"),
    }
    links = {one.get("href") for one in page.named("a")}
    assert "/policies/coop/features#/features/live_rooms/guild/at_once/amount" in links
    assert "What you share" not in browser_of("chidi").get(PATH).text


def test_law_07_a_guild_of_others_has_no_such_page(village: Village, browser_of: Of) -> None:
    village.guild("weavers", "bruno")
    ada = browser_of("ada")
    refused, absent = ada.get("/guilds/weavers/features"), ada.get("/guilds/none-such/features")
    assert refused.status == absent.status == 404


def test_a_bar_is_full_at_the_number_of_the_clause() -> None:
    def of(value: int | None, limit: int | None) -> int | None:
        told = {"text": "", "holds": True, "metric": "reach", "meaning": "", "said": ""}
        return bar(ComparisonView.model_validate({**told, "value": value, "limit": limit}))

    assert [of(0, 8), of(2, 8), of(8, 8), of(9, 8), of(0, 0), of(None, 8), of(3, None)] == [
        0,
        25,
        100,
        100,
        100,
        None,
        None,
    ]
