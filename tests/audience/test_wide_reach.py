"""Wide reach: who may give a post more seats than the ceiling, how many, and what binds it afterwards."""

import pytest
from sqlmodel import Session

from audience.access import access_post
from audience.bounds import check_layer
from audience.document import AudienceDocument, Parts
from audience.feeds.page import page
from audience.limits import NO_LIMIT, Asked, ceiling_of, limits_of
from audience.preview import preview
from audience.rules import AUDIENCE
from audience.stages import tighten
from audience.standpoint import limits_bound
from audience.tables import Gate
from audience.why import seats
from coop.book import Book
from coop.errors import RuleBroken
from coop.features import WIDE_REACH
from coop.holdings import NOTHING_HELD
from coop.tables import Member
from tests.audience.factories import NOW, founding_book, make_post, with_clauses, with_guild_policy
from tests.coop.featured import enacted, give, voted
from tests.factories import identity_of, make_guild, make_member

BOOK = founding_book()


def asks(number: int | str) -> dict[str, object]:
    return {"seats": {"max": number}}


@pytest.fixture
def ada(session: Session) -> Member:
    """Somebody who holds wide reach."""
    member = make_member(session, "ada")
    give(session, WIDE_REACH, member)
    return member


@pytest.fixture
def wide(session: Session, ada: Member) -> Book:
    """The book that a request of hers reads."""
    return enacted(session, {"/limits/cost": 60})


def test_who_holds_it_may_go_beyond_the_ceiling_and_who_does_not_is_told_the_clause(
    session: Session, ada: Member, wide: Book
) -> None:
    post = make_post(session, identity_of(ada), wide, asks(900))
    assert (post.wide, post.seats_max) == (True, 900)
    with pytest.raises(RuleBroken) as refused:
        make_post(session, identity_of(make_member(session, "ben")), wide, asks(900))
    (fault,) = refused.value.faults
    assert (fault.pointer, fault.clause and fault.clause.clause) == ("/audience/seats/max", "/seats/ceiling")
    assert "wide_reach" in fault.detail


@pytest.mark.parametrize("number", [2001, "open"])
def test_law_01_nobody_goes_beyond_the_wide_ceiling(
    session: Session, ada: Member, wide: Book, number: int | str
) -> None:
    with pytest.raises(RuleBroken) as refused:
        make_post(session, identity_of(ada), wide, asks(number))
    (fault,) = refused.value.faults
    assert (fault.clause and fault.clause.clause) == "/seats/wide_ceiling"


def test_in_a_guild_that_holds_it_by_its_vote_every_member_may(session: Session) -> None:
    ben = make_member(session, "ben")
    bakers = make_guild(session, "bakers", ben)
    give(session, WIDE_REACH, bakers)
    author = identity_of(ben, (bakers,))
    book = voted(session, "bakers", WIDE_REACH)
    draft = AudienceDocument.model_validate(asks(900))
    assert make_post(session, author, book, asks(900), guild="bakers").wide
    shown = preview(session, author, book, draft, "bakers", "", NOW).limits[0]
    assert (shown.name, shown.value) == ("seats", 900)
    with pytest.raises(RuleBroken):
        make_post(session, author, book, asks(900))
    with pytest.raises(RuleBroken):
        preview(session, author, book, draft, None, "", NOW)


def test_who_loses_it_keeps_what_was_published_and_publishes_within_the_ceiling(
    session: Session, ada: Member, wide: Book
) -> None:
    post = make_post(session, identity_of(ada), wide, asks(900))
    lost = wide.with_holdings(NOTHING_HELD)
    reader = identity_of(make_member(session, "ben"))
    assert access_post(session, reader, lost, post.id, NOW).limits.seats == 900
    with pytest.raises(RuleBroken):
        make_post(session, identity_of(ada), lost, asks(900))


def test_law_08_a_vote_on_either_ceiling_binds_what_is_there(
    session: Session, ada: Member, wide: Book
) -> None:
    author, reader = identity_of(ada), identity_of(make_member(session, "ben"))
    post, small = make_post(session, author, wide, asks(1900)), make_post(session, author, wide, asks(450))
    assert (post.wide, small.wide) == (True, False)
    clauses = {"/seats/default": 100, "/seats/ceiling": 300, "/seats/wide_ceiling": 1200}
    lower = with_clauses(wide, AUDIENCE, clauses)
    caps = [access_post(session, reader, lower, one.id, NOW).limits.seats for one in (post, small)]
    assert caps == [1200, 300]


@pytest.mark.parametrize("asked", [400, 900, 2500, NO_LIMIT])
def test_law_08_a_guild_s_own_stricter_ceiling_binds_wide_posts_too(asked: int) -> None:
    strict = with_guild_policy(BOOK, "bakers", "[seats]\nceiling = 90\ndefault = 90\n")
    loose = with_guild_policy(BOOK, "bakers", "[arrivals]\nburst = 3\n")
    found = Asked(asked, wide=True)
    assert limits_of(strict, "bakers", found).seats == 90
    assert limits_of(loose, "bakers", found).seats == limits_of(BOOK, None, found).seats == min(asked, 2000)
    assert ceiling_of(strict, "bakers", wide=True).scope == "guild:bakers"
    assert ceiling_of(loose, "bakers", wide=True).clause == "/seats/wide_ceiling"
    limit = seats(loose, "bakers", found)
    assert (limit.value, limit.clause is None) == (min(asked, 2000), asked <= 2000)


def test_the_pages_of_feeds_count_by_the_same_ceilings(session: Session) -> None:
    make_guild(session, "bakers")
    strict = with_guild_policy(BOOK, "bakers", "[seats]\nceiling = 90\ndefault = 90\n")
    loose = with_guild_policy(BOOK, "bakers", "[arrivals]\nburst = 3\n")
    for book, own in ((strict, "{90}"), (loose, "{NULL}")):
        bound = limits_bound(session, book)
        assert (bound["ceiling"], bound["wide"], bound["own_ceilings"]) == (500, 2000, own)
    visiting = limits_bound(session, strict, visiting=True)
    assert (visiting["ceiling"], visiting["wide"]) == (0, 0)


def test_a_wide_post_is_narrowed_by_hand_to_any_smaller_number(
    session: Session, ada: Member, wide: Book
) -> None:
    author, reader = identity_of(ada), identity_of(make_member(session, "ben"))
    post = make_post(session, author, wide, asks(1900))
    tighten(session, author, wide, post.id, Parts.model_validate({"seats": {"max": 700}}), NOW)
    assert access_post(session, reader, wide, post.id, NOW).limits.seats == 700
    with pytest.raises(RuleBroken):
        tighten(session, author, wide, post.id, Parts.model_validate({"seats": {"max": 800}}), NOW)
    with pytest.raises(RuleBroken):
        check_layer(Parts.model_validate({"seats": {"max": 700}}), [], wide, None, "")


@pytest.mark.parametrize(("made_in", "room"), [(None, True), ("bakers", False)])
def test_a_feed_offers_a_wide_post_beyond_the_ceiling_and_within_the_guild_s_own(
    session: Session, ada: Member, wide: Book, made_in: str | None, room: bool
) -> None:
    bakers = make_guild(session, "bakers", ada)
    author = identity_of(ada, (bakers,))
    post = make_post(session, author, wide, asks(900), guild=made_in)
    gate = session.get_one(Gate, post.id)
    gate.taken = 600
    session.add(gate)
    session.flush()
    strict = with_guild_policy(wide, "bakers", "[seats]\nceiling = 90\ndefault = 90\n")
    reader = identity_of(make_member(session, "ben"))
    found = page(session, reader, strict, "chronological", NOW)
    assert [one.card.id for one in found] == ([post.id] if room else [])


def test_where_the_ceiling_is_open_nothing_is_beyond_it_and_wide_posts_are_open_too() -> None:
    opened = with_clauses(BOOK, AUDIENCE, {"/seats/ceiling": "open", "/seats/default": "open"})
    assert [limits_of(opened, None, Asked(wide=wide)).seats for wide in (False, True)] == [None, None]
