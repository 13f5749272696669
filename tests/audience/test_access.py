"""The only loader of posts: who is told that a post is there."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import Session, col

from audience import access, following, limit_for_now, posts
from audience.access import access_post, access_posts
from audience.asset_access import Delivery, asset_delivery
from audience.cards import cards
from audience.rules import AUDIENCE
from audience.tables import Gate, Post, Seat
from coop.book import Book
from coop.database import LONGEST
from coop.driver import DriverStatement
from coop.errors import NotFound
from coop.identity import Identity
from coop.tables import GuildMembership
from tests.audience.factories import (
    NOBODY,
    NOW,
    make_asset,
    make_post,
    wide_open,
    with_clauses,
    with_guild_policy,
)
from tests.audience.lines import raised, stranger
from tests.coop.statements import counted
from tests.factories import id_of, identity_of, make_guild, make_member, make_members


def seats(session: Session, post_id: int) -> int:
    return session.scalar(select(func.count()).where(col(Seat.post_id) == post_id)) or 0


def sees(session: Session, viewer: Identity | None, book: Book, post_id: int) -> bool:
    try:
        access_post(session, viewer, book, post_id, NOW)
    except NotFound:
        return False
    return True


def test_a_post_for_everyone_is_seen_and_takes_a_seat(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book)
    found = access_post(session, ben, book, post.id, NOW)
    assert (found.post_id, found.author_id, found.limits.seats) == (post.id, ada.member_id, 150)
    seat = session.scalars(select(Seat).where(col(Seat.post_id) == post.id)).one()
    assert (seat.member_id, seat.via, seat.epoch, seat.at) == (ben.member_id, "post", book.epoch, NOW)


def test_law_06_an_author_takes_no_seat_at_their_own_post(
    session: Session, book: Book, ada: Identity
) -> None:
    post = make_post(session, ada, book, {"seats": {"max": 1}})
    assert sees(session, ada, book, post.id)
    assert seats(session, post.id) == 0


def test_looking_again_writes_nothing(session: Session, book: Book, ada: Identity, ben: Identity) -> None:
    post = make_post(session, ada, book)
    access_post(session, ben, book, post.id, NOW)
    with counted(session) as sent:
        access_post(session, ben, book, post.id, NOW)
    assert len(sent) == 1


def unknown(session: Session, book: Book, ada: Identity, ben: Identity) -> int:
    return 7


def deleted(session: Session, book: Book, ada: Identity, ben: Identity) -> int:
    post = make_post(session, ada, book)
    posts.delete(session, ada, post.id, NOW)
    return post.id


def author_blocks(session: Session, book: Book, ada: Identity, ben: Identity) -> int:
    post = make_post(session, ada, book)
    following.block(session, ada, book, "ben", NOW)
    return post.id


def viewer_blocks(session: Session, book: Book, ada: Identity, ben: Identity) -> int:
    post = make_post(session, ada, book)
    following.block(session, ben, book, "ada", NOW)
    return post.id


def keeps_strangers_out(session: Session, book: Book, ada: Identity, ben: Identity) -> int:
    post = make_post(session, ada, book)
    limit_for_now.begin(session, ada, book, None, "strangers", NOW)
    return post.id


def for_nobody(session: Session, book: Book, ada: Identity, ben: Identity) -> int:
    return make_post(session, ada, book, NOBODY).id


def for_another(session: Session, book: Book, ada: Identity, ben: Identity) -> int:
    make_member(session, "cleo")
    return make_post(session, ada, book, {"see": {"any": [{"member": "cleo"}]}}).id


def full(session: Session, book: Book, ada: Identity, ben: Identity) -> int:
    post = make_post(session, ada, book, {"seats": {"max": 1, "on_full": "close"}})
    access_post(session, identity_of(make_member(session)), book, post.id, NOW)
    return post.id


def crowded(session: Session, book: Book, ada: Identity, ben: Identity) -> int:
    post = make_post(session, ada, book)
    for _ in range(20):
        access_post(session, identity_of(make_member(session)), book, post.id, NOW)
    return post.id


REFUSED = [
    unknown,
    deleted,
    author_blocks,
    viewer_blocks,
    keeps_strangers_out,
    for_nobody,
    for_another,
    full,
    crowded,
]
Refusal = Callable[[Session, Book, Identity, Identity], int]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.__name__)
def test_law_07_whatever_may_not_be_seen_is_not_there(
    session: Session, book: Book, ada: Identity, ben: Identity, case: Refusal
) -> None:
    post_id = case(session, book, ada, ben)
    before = seats(session, post_id)
    with pytest.raises(NotFound) as refused:
        access_post(session, ben, book, post_id, NOW)
    assert (refused.value.detail, refused.value.faults) == (NotFound().detail, ())
    assert seats(session, post_id) == before


@pytest.mark.parametrize("statement", [access._BY_ID, access._WITH_SOURCE])
def test_the_driver_keeps_what_it_knows_of_the_statements(statement: DriverStatement[Any]) -> None:
    assert len(statement.text) <= LONGEST


@pytest.mark.parametrize("case", [full, crowded], ids=lambda case: case.__name__)
def test_a_refusal_that_is_certain_writes_nothing(
    session: Session, book: Book, ada: Identity, ben: Identity, case: Refusal
) -> None:
    post_id = case(session, book, ada, ben)
    with counted(session) as sent:
        assert not sees(session, ben, book, post_id)
    assert len(sent) == 1


def test_law_07_of_several_posts_those_are_delivered_that_each_alone_would_be(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    open_to_all, nobodys, own, taken = (
        make_post(session, ada, book),
        make_post(session, ada, book, NOBODY),
        make_post(session, ben, book),
        make_post(session, ada, raised(book, 2), {"seats": {"max": 2, "on_full": "close"}}),
    )
    for _ in range(2):
        access_post(session, stranger(session), book, taken.id, NOW)
    wanted = [open_to_all.id, nobodys.id, own.id, taken.id, 7]
    found = access_posts(session, ben, book, wanted, NOW)
    assert set(found) == {open_to_all.id, own.id}
    assert found == {one: access_post(session, ben, book, one, NOW) for one in found}
    seats = session.scalars(select(col(Seat.post_id)).where(col(Seat.member_id) == ben.member_id)).all()
    assert list(seats) == [open_to_all.id]
    assert access_posts(session, ben, book, [], NOW) == {}


def test_law_06_friends_are_not_delayed_by_strangers(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post_id = crowded(session, book, ada, ben)
    following.follow(session, ben, book, "ada", NOW)
    assert sees(session, ben, book, post_id)


@pytest.mark.parametrize(
    ("audience", "made_in", "friend"),
    [
        ({}, None, False),
        ({}, "bakers", True),
        ({"see": {"any": [{"guild": "bakers"}]}}, None, True),
        ({"see": {"any": [{"member": "reader"}]}}, None, True),
        ({"see": {"any": [{"member": "reader"}, {"local": True}]}}, None, False),
    ],
)
def test_law_06_who_is_named_or_shares_the_guild_is_no_stranger(
    session: Session, book: Book, audience: dict[str, Any], made_in: str | None, friend: bool
) -> None:
    author, reader, first = make_member(session), make_member(session, "reader"), make_member(session)
    guild = make_guild(session, "bakers", author, (reader, first))
    tight = with_clauses(book, AUDIENCE, {"/arrivals/burst": 1, "/arrivals/per_minute": 1})
    post = make_post(session, identity_of(author, (guild,)), tight, audience, guild=made_in)
    sees(session, identity_of(first, (guild,)), tight, post.id)
    assert sees(session, identity_of(reader, (guild,)), tight, post.id) == friend


def test_an_audience_of_a_guild_is_whoever_belongs_to_it_now(session: Session, book: Book) -> None:
    founder, member = make_member(session), make_member(session)
    guild = make_guild(session, "bakers", founder, (member,))
    post = make_post(session, identity_of(founder, (guild,)), book, {"see": {"any": [{"guild": "bakers"}]}})
    assert sees(session, identity_of(member, (guild,)), book, post.id)
    held = session.get_one(GuildMembership, (id_of(guild), id_of(member)))
    held.left_at = NOW
    session.flush()
    assert not sees(session, identity_of(member), book, post.id)


def test_law_06_whoever_is_seated_keeps_the_post_when_it_is_tightened(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book)
    assert sees(session, ben, book, post.id)
    cleo = identity_of(make_member(session))
    assert sees(session, cleo, book, post.id)
    tight = with_clauses(book, AUDIENCE, {"/seats/default": 1, "/bounds/coop": {}})
    assert sees(session, ben, tight, post.id)
    assert not sees(session, identity_of(make_member(session)), tight, post.id)


def test_law_03_the_limits_are_those_of_the_book_that_the_request_holds(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book)
    closed = with_clauses(book, AUDIENCE, {"/seats/default": 1})
    assert sees(session, identity_of(make_member(session)), closed, post.id)
    assert not sees(session, ben, closed, post.id)
    assert sees(session, ben, book, post.id)


def test_law_08_the_strictest_of_author_guild_and_coop_decides(session: Session, book: Book) -> None:
    founder = make_member(session)
    guild = make_guild(session, "bakers", founder)
    author = identity_of(founder, (guild,))
    ruled = with_guild_policy(book, "bakers", "[seats]\ndefault = 10\n")
    by_default = make_post(session, author, ruled, guild="bakers")
    by_author = make_post(session, author, ruled, {"seats": {"max": 3}}, guild="bakers")
    elsewhere = make_post(session, author, ruled)
    for post, most in ((by_default, 10), (by_author, 3), (elsewhere, 20)):
        strangers = [identity_of(row) for row in make_members(session, 22)]
        assert sum(sees(session, viewer, ruled, post.id) for viewer in strangers) == most


def test_law_08_a_guild_whose_widest_audience_is_members_leaves_visitors_out_of_what_was_public(
    session: Session, book: Book
) -> None:
    founder = make_member(session)
    author = identity_of(founder, (make_guild(session, "bakers", founder),))
    leave = {"/bounds/guild": {"/reach/widest": {"one_of": ["local", "public"]}}}
    public = with_clauses(wide_open(book), AUDIENCE, {"/reach/widest": "public", **leave})
    made = [
        make_post(session, author, public, {"preset": "public"}, guild=guild) for guild in ("bakers", None)
    ]
    ruled = with_guild_policy(public, "bakers", '[reach]\nwidest = "local"\n')
    for at, open_to_visitors in ((public, [True, True]), (ruled, [False, True])):
        assert [sees(session, None, at, post.id) for post in made] == open_to_visitors
    stranger = identity_of(make_member(session))
    assert all(sees(session, stranger, ruled, post.id) for post in made)


def test_a_limit_voted_later_counts_who_was_there_before(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, wide_open(book))
    assert session.get(Gate, post.id) is None
    assert sees(session, ben, wide_open(book), post.id)
    closed = with_clauses(book, AUDIENCE, {"/seats/default": 1})
    assert not sees(session, identity_of(make_member(session)), closed, post.id)
    assert session.get(Gate, post.id) is None
    wider = with_clauses(book, AUDIENCE, {"/seats/default": 2})
    assert sees(session, identity_of(make_member(session)), wider, post.id)
    assert session.get_one(Gate, post.id).taken == 2


@pytest.mark.parametrize(
    ("audience", "limits", "way"),
    [
        ({}, "open", Delivery.BY_ADDRESS),
        ({}, "founding", Delivery.BY_STREAM),
        ({"seats": {"max": 9}}, "open", Delivery.BY_STREAM),
        ({"see": {"any": [{"member": "ben"}]}}, "open", Delivery.BY_STREAM),
    ],
)
def test_law_09_only_what_is_open_to_all_and_uncapped_goes_by_a_signed_address(
    session: Session,
    book: Book,
    ada: Identity,
    ben: Identity,
    audience: dict[str, Any],
    limits: str,
    way: Delivery,
) -> None:
    ruled = wide_open(book) if limits == "open" else book
    asset = make_asset(session, ada)
    post = make_post(session, ada, ruled, audience, asset_id=asset.id)
    assert asset_delivery(session, ben, ruled, asset.id, NOW) is way
    assert seats(session, post.id) == 1


def test_law_09_a_picture_in_no_post_is_its_owners_alone(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    asset = make_asset(session, ada)
    assert asset_delivery(session, ada, book, asset.id, NOW) is Delivery.BY_STREAM
    with pytest.raises(NotFound):
        asset_delivery(session, ben, book, asset.id, NOW)


@pytest.mark.parametrize("case", [deleted, author_blocks, for_nobody, full], ids=lambda case: case.__name__)
def test_law_07_a_picture_is_there_for_whom_its_post_is(
    session: Session, book: Book, ada: Identity, ben: Identity, case: Refusal
) -> None:
    post_id = case(session, book, ada, ben)
    asset = make_asset(session, ada)
    post = session.get_one(Post, post_id)
    post.asset_id = asset.id
    session.flush()
    with pytest.raises(NotFound):
        asset_delivery(session, ben, book, asset.id, NOW)


def test_a_card_shows_the_document_and_the_count_to_the_author_alone(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    asset = make_asset(session, ada)
    document = {"see": {"any": [{"member": "ben"}]}, "seats": {"max": 1}}
    post = make_post(session, ada, book, document, asset_id=asset.id)
    access_post(session, ben, book, post.id, NOW)
    mine, theirs = (cards(session, viewer, book, [post.id], NOW)[post.id] for viewer in (ada, ben))
    assert (mine.audience, mine.taken, mine.mine) == (document, 1, True)
    assert (theirs.audience, theirs.taken, theirs.mine) == (None, None, False)
    assert (theirs.author, theirs.body, theirs.alt, theirs.guild) == ("ada", "Bread", "A loaf", None)
    assert [tuple(one) for one in theirs.renditions or ()] == [
        ("small", 200, 150, 200),
        ("large", 800, 600, 800),
    ]
