"""Welcome: first posts of newcomers reach a few of those who asked to greet, as far as these may see them."""

from collections import Counter
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session

from audience import newest, relations, volunteers, welcome
from audience.newest import Entry
from audience.rules import AUDIENCE
from coop.book import Book
from coop.errors import Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from tests.audience.factories import NOBODY, NOW, make_post, wide_open, with_clauses
from tests.factories import bearer_for, identity_of, make_guild, make_member, make_members

DAY = timedelta(days=1)


def greeters(session: Session, number: int) -> list[Identity]:
    """Add members who asked to greet."""
    found = [identity_of(row) for row in make_members(session, number)]
    for one in found:
        volunteers.offer(session, one, "greet", "coop", NOW)
    return found


def newcomers(session: Session, number: int) -> list[Identity]:
    """Add members who joined yesterday."""
    return [identity_of(row) for row in make_members(session, [None] * number, NOW - DAY)]


def met(session: Session, greeter: Identity, book: Book) -> list[int]:
    """Return the posts that a greeter is shown."""
    found, _ = welcome.first_posts(session, greeter, book, NOW, before=newest.START, limit=50)
    return [one.card.id for one in found if isinstance(one, Entry)]


def test_the_first_posts_of_a_newcomer_are_brought_to_a_greeter_and_nobody_else_s(
    session: Session, book: Book, ada: Identity
) -> None:
    (greeter,), (eve,) = greeters(session, 1), newcomers(session, 1)
    made = [make_post(session, eve, book, now=NOW - timedelta(minutes=9 - n)).id for n in range(4)]
    make_post(session, ada, book)
    assert met(session, greeter, book) == made[2::-1]
    assert met(session, greeter, with_clauses(book, AUDIENCE, {"/welcome/posts": 1})) == made[:1]
    with pytest.raises(Forbidden):
        met(session, ada, book)
    volunteers.withdraw(session, greeter, "greet", "coop")
    with pytest.raises(Forbidden):
        met(session, greeter, book)


def test_whoever_has_been_here_for_as_long_as_the_clause_says_is_no_newcomer(
    session: Session, book: Book
) -> None:
    (greeter,), (eve,) = greeters(session, 1), newcomers(session, 1)
    make_post(session, eve, book)
    told = welcome.newcomer(session, eve, book, NOW)
    assert told == welcome.Newcomer(until=NOW + 29 * DAY, posts=3, greeters=1)
    assert welcome.newcomer(session, eve, book, NOW + 29 * DAY) is None
    later, _ = welcome.first_posts(session, greeter, book, NOW + 29 * DAY, before=newest.START, limit=9)
    assert later == []


def test_law_07_a_greeter_is_shown_nothing_that_is_not_for_them_and_no_hidden_post_moves_another(
    session: Session, book: Book
) -> None:
    (greeter,), (eve, zoe) = greeters(session, 1), newcomers(session, 2)
    for n in range(5):
        make_post(session, eve, book, NOBODY, now=NOW - timedelta(minutes=30 - n))
    shown = [make_post(session, eve, book, now=NOW - timedelta(minutes=9 - n)).id for n in range(3)]
    make_post(session, zoe, book)
    relations.block(session, zoe, greeter.handle, NOW)
    assert met(session, greeter, book) == shown[::-1]


def test_each_newcomer_meets_as_many_greeters_as_the_clause_says_spread_evenly_and_always_the_same(
    session: Session, book: Book
) -> None:
    book = wide_open(book)
    there, new = greeters(session, 20), newcomers(session, 40)
    authors = {make_post(session, one, book).id: one.member_id for one in new}

    def meetings() -> dict[int, set[int]]:
        return {one.member_id: {authors[post] for post in met(session, one, book)} for one in there}

    found = meetings()
    assert meetings() == found
    assert set(Counter(one for met_by in found.values() for one in met_by).values()) == {5}
    numbers = [len(met_by) for met_by in found.values()]
    assert min(numbers) >= 2
    assert max(numbers) <= 20
    volunteers.withdraw(session, there[0], "greet", "coop")
    gone, *others = there
    there = others
    after = meetings()
    for one in others:
        assert found[one.member_id] <= after[one.member_id]
        assert after[one.member_id] - found[one.member_id] <= found[gone.member_id]


def test_offers_are_for_the_coop_or_a_guild_of_one_s_own(session: Session) -> None:
    rows = make_members(session, ["gina", "hugo"])
    guild = make_guild(session, "bakers", rows[0])
    gina = identity_of(rows[0], (guild,))
    for _ in range(2):
        volunteers.offer(session, gina, "calm", "guild:bakers", NOW)
    volunteers.offer(session, gina, "greet", "coop", NOW)
    assert [(one.role, one.scope) for one in volunteers.offers(session, gina)] == [
        ("calm", "guild:bakers"),
        ("greet", "coop"),
    ]
    assert volunteers.roster(session, "guild:bakers") == [("gina", NOW)]
    assert volunteers.roster(session, "coop") == []
    with pytest.raises(RuleBroken):
        volunteers.offer(session, gina, "greet", "guild:bakers", NOW)
    with pytest.raises(Forbidden):
        volunteers.offer(session, identity_of(rows[1]), "calm", "guild:bakers", NOW)
    for scope in ("guild:nobody", "guild", "bakers", "coop:bakers"):
        with pytest.raises(NotFound):
            volunteers.offer(session, gina, "calm", scope, NOW)


def test_it_is_offered_listed_and_taken_back_over_http(
    client: FlaskClient, session: Session, book: Book
) -> None:
    as_greeter = bearer_for(session, make_member(session, "greeter"))
    mine = "/api/v1/members/me"
    assert client.get("/api/v1/newcomers/posts", headers=as_greeter).status_code == 403
    assert client.put(f"{mine}/offers/greet/coop", headers=as_greeter).status_code == 204
    assert client.put(f"{mine}/offers/sing/coop", headers=as_greeter).status_code == 404
    assert client.get(f"{mine}/welcome", headers=as_greeter).status_code == 404
    (offer,) = client.get(f"{mine}/offers", headers=as_greeter).get_json()["items"]
    assert (offer["role"], offer["scope"]) == ("greet", "coop")
    assert client.get("/api/v1/newcomers/posts", headers=as_greeter).get_json() == {
        "items": [],
        "next": None,
    }
    assert client.put(f"{mine}/offers/calm/coop", headers=as_greeter).status_code == 204
    roster = client.get("/api/v1/rosters/coop", headers=as_greeter).get_json()["items"]
    assert [one["member"] for one in roster] == ["greeter"]
    for role in ("greet", "calm"):
        assert client.delete(f"{mine}/offers/{role}/coop", headers=as_greeter).status_code == 204
    assert client.get(f"{mine}/offers", headers=as_greeter).get_json()["items"] == []
