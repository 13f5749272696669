"""Pages of tags, guilds and members, looked at in a browser."""

from collections.abc import Callable
from typing import Any

import pytest

from audience import posts
from audience.document import AudienceDocument
from audience.posts import Draft
from audience.rules import AUDIENCE
from coop import places
from coop.book import COOP
from coop.identity import Identity
from coop.policies import new_version
from coop.policy_text import apply
from coop.tables import Member
from tests.audience.factories import NOBODY, make_post
from tests.factories import LISBON, identity_of, make_guild
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check
from web import timeline_pages

Of = Callable[[str], Browser]
FOR_THE_GUILD: dict[str, Any] = {"see": {"any": [{"local": True}]}, "read": {"any": [{"guild": "bakers"}]}}


@pytest.fixture
def bruno(village: Village) -> Identity:
    """Bruno, who founded the guild of the bakers."""
    with village.database.begin() as session:
        member = session.get_one(Member, village.people["bruno"].member_id)
        return identity_of(member, (make_guild(session, "bakers", member),))


def publish(village: Village, author: Identity, **said: Any) -> int:
    with village.database.begin() as session:
        book, now = village.books.current(session), village.clock.now(session)
        return make_post(session, author, book, now=now, **said).id


def links(page: Page) -> set[str]:
    return {link["href"] for link in page.named("a")}


def test_a_tag_has_a_page_that_is_found_among_the_tags(
    village: Village, bruno: Identity, browser_of: Of
) -> None:
    made = publish(village, bruno, body="Today #bread & #rye")
    ada = browser_of("ada")
    tags = ada.get("/tags")
    check(tags)
    assert {"/tags/bread", "/tags/rye"} <= links(tags)
    page = ada.get("/tags/Bread")
    check(page)
    assert "Today #bread & #rye" in page.text
    assert f"/posts/{made}" in links(page)


def test_law_07_a_tag_whose_posts_are_hidden_looks_like_one_that_nobody_used(
    village: Village, bruno: Identity, browser_of: Of, visitor: Browser
) -> None:
    publish(village, bruno, body="#bread", audience=NOBODY)
    for browser in (browser_of("ada"), visitor):
        hidden, unknown = browser.get("/tags/bread"), browser.get("/tags/cake")
        assert hidden.status == unknown.status == 200
        assert (hidden.text.replace("bread", "cake"), links(hidden)) == (unknown.text, links(unknown))
        assert "/tags/bread" not in links(browser.get("/tags"))


def test_pages_follow_one_another(village: Village, bruno: Identity, browser_of: Of) -> None:
    for n in range(timeline_pages.SHOWN + 1):
        publish(village, bruno, body=f"#bread number-{n}-")
    ada = browser_of("ada")
    first = ada.get("/tags/bread")
    (onwards,) = [link for link in links(first) if "cursor=" in link]
    second = ada.get(onwards)
    check(second)
    assert ("number-0-" in first.text, "number-0-" in second.text) == (False, True)
    assert not [link for link in links(second) if "cursor=" in link]


@pytest.mark.parametrize("cursor", ["x", "%00", "a" * 5000])
def test_a_cursor_that_no_page_gave_out_is_refused(ada: Browser, cursor: str) -> None:
    assert ada.get(f"/tags/bread?cursor={cursor}").status in (400, 404, 422)


def test_a_guild_shows_its_purpose_its_rules_and_its_posts(
    village: Village, bruno: Identity, browser_of: Of
) -> None:
    made = publish(village, bruno, body="Bread at dawn", guild="bakers")
    page = browser_of("ada").get("/guilds/bakers")
    check(page)
    for words in ("Bakers", "to grow", "1 member", "Bread at dawn", "It has none"):
        assert words in page.text
    assert {"/members/bruno", "/policies", f"/posts/{made}"} <= links(page)
    assert browser_of("ada").get("/guilds/none").status == 404


def test_the_door_of_a_post_stands_on_the_pages_of_its_author_and_its_guild(
    village: Village, bruno: Identity, browser_of: Of
) -> None:
    publish(village, bruno, body="Secret", guild="bakers", audience=FOR_THE_GUILD)
    for path in ("/guilds/bakers", "/members/bruno"):
        page = browser_of("ada").get(path)
        check(page)
        assert "Its author opened it to others than you" in page.text
        assert "Secret" not in page.html


def test_a_member_is_followed_and_blocked_from_their_page(
    village: Village, bruno: Identity, browser_of: Of
) -> None:
    publish(village, bruno, body="Bread at dawn")
    ada, path, form = browser_of("ada"), "/members/bruno", "/members/bruno/relation"
    page = ada.get(path)
    check(page)
    assert "Bread at dawn" in page.text
    assert "/guilds/bakers" in links(page)
    page = ada.sent(page, form, act="follow")
    assert "You follow them" in page.text
    page = ada.sent(page, form, act="block")
    check(page)
    assert "Bread at dawn" not in page.text
    refused = ada.http.post(form, data=page.form(form).values | {"act": "follow"})
    assert (refused.status_code, "unblock them first" in refused.text) == (409, True)
    page = ada.sent(page, form, act="unblock")
    assert "Bread at dawn" in page.text
    assert page.form(form).choices["act"] == ["follow", "block"]
    nonsense = ada.http.post(form, data=page.form(form).values | {"act": "adore"})
    assert nonsense.status_code == 422


def test_ones_own_page_has_nobody_to_follow(ada: Browser) -> None:
    page = ada.get("/members/ada")
    check(page)
    assert "/members/ada/relation" not in {form.action for form in page.forms}
    assert "/members/me" in links(page)


def test_a_place_shows_what_is_from_it_or_a_part_of_it_and_what_it_lies_in(
    village: Village, bruno: Identity, browser_of: Of, visitor: Browser
) -> None:
    with village.database.begin() as session:
        book, now = village.books.current(session), village.clock.now(session)
        for body, document in (("From here", {}), ("Hidden", NOBODY)):
            audience = AudienceDocument.model_validate(document)
            draft = Draft(body=body, place_id=LISBON, audience=audience)
            posts.publish(session, bruno, book, draft, now)
        country = places.place(session, LISBON).path[0]
    ada, path = browser_of("ada"), f"/places/{LISBON}"
    page = ada.get(path)
    check(page)
    assert "From here" in page.text
    assert "Hidden" not in page.text
    assert "GeoNames" in page.text
    assert f"/places/{country}" in links(page)
    whole = ada.get(f"/places/{country}")
    check(whole)
    assert "From here" in whole.text
    assert ada.get("/places/7").status == 404
    assert visitor.get(path).status == visitor.get("/places/7").status == 303


def test_law_07_where_one_is_is_told_to_oneself_alone(village: Village, browser_of: Of) -> None:
    with village.database.begin() as session:
        session.get_one(Member, village.people["ada"].member_id).place_id = LISBON
    assert f"/places/{LISBON}" in links(browser_of("ada").get("/members/ada"))
    assert "Lisbon" not in browser_of("bruno").get("/members/ada").html


def test_law_07_visitors_are_shown_what_is_public_and_learn_of_nobody_else(
    village: Village, bruno: Identity, visitor: Browser
) -> None:
    publish(village, bruno, body="#bread for members", guild="bakers")
    nowhere = visitor.get("/nothing-here")
    for path in ("/members/bruno", "/members/nobody", "/guilds/bakers", "/guilds/none"):
        page = visitor.get(path)
        assert (page.status, page.html) == (404, nowhere.html), path


def test_visitors_are_shown_what_is_public(village: Village, bruno: Identity, visitor: Browser) -> None:
    clauses = {"/reach/widest": "public", **dict.fromkeys(("/seats/default", "/seats/ceiling"), "open")}
    with village.database.begin() as session:
        before = village.books.current(session).policies[COOP, AUDIENCE].text
        patch = [{"op": "replace", "path": path, "value": value} for path, value in clauses.items()]
        now = village.clock.now(session)
        new_version(
            session,
            COOP,
            AUDIENCE,
            apply(before, patch),
            cause="founding",
            proposal_id=None,
            tally=None,
            now=now,
        )
    document = {"see": {"any": [{"public": True}]}, "seats": {"max": "open"}}
    publish(village, bruno, body="Open #bread", guild="bakers", audience=document)
    publish(village, bruno, body="Our #bread", guild="bakers")
    for path in ("/members/bruno", "/guilds/bakers", "/tags/bread", "/search?q=bread"):
        page = visitor.get(path)
        check(page)
        assert ("Open #bread" in page.text, "Our #bread" in page.text) == (True, False), path
        assert "/members/bruno/relation" not in {form.action for form in page.forms}


def test_a_neighbourhood_is_added_on_the_page_of_its_city_as_far_as_the_clauses_let_one(
    village: Village, browser_of: Callable[[str], Browser]
) -> None:
    ada, path = browser_of("ada"), f"/places/{LISBON}"
    page = ada.get(path)
    check(page)
    added = ada.sent(page, f"{path}/neighbourhoods", name="Alfama de Cima")
    check(added)
    assert "Added: everybody can choose it now." in added.text and "Neighbourhood" in added.text
    assert "Add a neighbourhood" not in added.text, "it is no city"
    found = browser_of("bruno").get("/members/me?place=alfama+de+c")
    assert "Alfama de Cima" in found.text
    assert path in links(browser_of("bruno").get("/members/me?place=lisbon"))
    form = page.form(f"{path}/neighbourhoods").values
    again = ada.http.post(f"{path}/neighbourhoods", data=form | {"name": "Alfama de Cima"})
    assert again.status_code == 409
    check(Page(again))
    assert 'value="Alfama de Cima"' in again.text, "what was typed is kept"
    for number in range(4):
        ada.sent(ada.get(path), f"{path}/neighbourhoods", name=f"Bairro {number}")
    refused = ada.http.post(f"{path}/neighbourhoods", data=form | {"name": "One more"})
    assert refused.status_code == 403 and "A member may add 5 neighbourhoods." in refused.text
