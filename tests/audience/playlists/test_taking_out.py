"""An author's own posts in lists of others: they are told, and take them out for good."""

from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import Session, col

from audience import limit_for_now, relations
from audience.gardens import mutes
from audience.playlists import items, keeping, taking_out
from audience.playlists.sight import SeenBy
from coop.book import Book
from coop.errors import Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from coop.notice_tables import Notice
from coop.tables import Member
from tests.audience.factories import NOW, make_post
from tests.audience.playlists.shelves import Shelf, may_list, shelf
from tests.coop.told import told
from tests.factories import identity_of, make_guild, make_member


@pytest.fixture
def may(book: Book, ada: Identity, ben: Identity) -> Book:
    return may_list(book, ada, ben, guilds=("bakers",))


@pytest.fixture
def of_ben(session: Session, may: Book, ben: Identity) -> Shelf:
    """A list of Ben's that all members see."""
    return shelf(session, may, ben)


def heard(session: Session, who: Identity) -> list[str]:
    return [one.path for one in told(session, who) if one.moment == "listed"]


def listed(session: Session, who: Identity, book: Book, limit: int = 9) -> list[tuple[int, int]]:
    found, _ = taking_out.listed(session, who, book, NOW, limit=limit)
    return [(one.playlist.id, one.post_id) for one in found]


def test_an_author_is_told_of_a_list_and_takes_the_post_out_for_good(
    session: Session, of_ben: Shelf, ada: Identity, ben: Identity
) -> None:
    post = of_ben.put(ada, "Rye")
    assert heard(session, ada) == ["/members/me/listed"]
    assert listed(session, ada, of_ben.book) == [(of_ben.id, post.id)]
    for _ in range(2):
        taking_out.take_out(session, ada, of_ben.book, post.id, of_ben.id, NOW)
        assert of_ben.read(ben) == []
        with pytest.raises(Forbidden) as refused:
            items.add(session, ben, of_ben.book, of_ben.id, post.id, NOW)
        assert refused.value.detail == "Its author keeps this post out of it."
    assert listed(session, ada, of_ben.book) == []
    other = shelf(session, of_ben.book, ben)
    items.add(session, ben, of_ben.book, other.id, post.id, NOW)
    assert other.read(ada) == [(1, "Rye")], "another list is another matter"


def test_an_author_keeps_a_post_out_of_all_lists_but_their_own(
    session: Session, of_ben: Shelf, ada: Identity, ben: Identity
) -> None:
    own, hidden = shelf(session, of_ben.book, ada), shelf(session, of_ben.book, ben, seen_by="keepers")
    post = own.put(ada, "Rye")
    for kept in (of_ben, hidden):
        items.add(session, ben, of_ben.book, kept.id, post.id, NOW)
    assert not taking_out.is_kept_out(session, post.id)
    for _ in range(2):
        taking_out.keep_out(session, ada, post.id, NOW)
    assert taking_out.is_kept_out(session, post.id)
    assert (of_ben.read(ben), hidden.read(ben), own.read(ben)) == ([], [], [(1, "Rye")])
    with pytest.raises(Forbidden):
        items.add(session, ben, of_ben.book, hidden.id, post.id, NOW)
    again = shelf(session, of_ben.book, ada)
    items.add(session, ada, of_ben.book, again.id, post.id, NOW)
    assert again.read(ben) == [(1, "Rye")]


def test_law_07_a_list_that_its_author_may_not_see_is_as_none_to_them(
    session: Session, may: Book, ada: Identity, ben: Identity
) -> None:
    hidden = shelf(session, may, ben, seen_by="keepers")
    post = hidden.put(ada, "Rye")
    assert not heard(session, ada) and not listed(session, ada, may)
    said = []
    for playlist_id in (hidden.id, 7):
        with pytest.raises(NotFound) as refused:
            taking_out.take_out(session, ada, may, post.id, playlist_id, NOW)
        said.append((refused.value.detail, refused.value.faults))
    assert said[0] == said[1]
    keeping.change(session, ben, may, hidden.id, {"seen_by": "members"}, NOW)
    assert heard(session, ada) == ["/members/me/listed"], "now they may"


def test_nobody_takes_out_what_is_not_theirs_or_is_in_their_own_list(
    session: Session, of_ben: Shelf, ada: Identity, ben: Identity
) -> None:
    post = of_ben.put(ada, "Rye")
    with pytest.raises(NotFound):
        taking_out.take_out(session, ben, of_ben.book, post.id, of_ben.id, NOW)
    with pytest.raises(NotFound):
        taking_out.keep_out(session, ben, post.id, NOW)
    own = of_ben.put(ben, "Oats")
    with pytest.raises(RuleBroken):
        taking_out.take_out(session, ben, of_ben.book, own.id, of_ben.id, NOW)
    assert len(of_ben.read(ben)) == 2


def test_of_many_posts_and_lists_one_notice_stands_until_it_is_read(
    session: Session, of_ben: Shelf, ada: Identity, ben: Identity
) -> None:
    other = shelf(session, of_ben.book, ben)
    for kept in (of_ben, other):
        for name in ("Rye", "Oats"):
            kept.put(ada, name)
    assert len(heard(session, ada)) == 1
    session.execute(update(Notice).where(col(Notice.member_id) == ada.member_id).values(read_at=NOW))
    of_ben.put(ada, "Spelt")
    assert len(heard(session, ada)) == 1, "of this list they were told"
    other.put(ada, "Spelt")
    assert len(heard(session, ada)) == 2
    of_ben.put(ben, "Own")
    assert heard(session, ben) == []


@pytest.mark.parametrize("away", ["muted", "blocked", "kept out"])
def test_law_07_nobody_is_told_of_whom_they_mute_or_whose_lists_they_may_not_see(
    session: Session, of_ben: Shelf, ada: Identity, ben: Identity, away: str
) -> None:
    post = make_post(session, ada, of_ben.book)
    if away == "muted":
        mutes.mute(session, ada, of_ben.book, "person", "ben", None, NOW)
        items.add(session, ben, of_ben.book, of_ben.id, post.id, NOW)
    elif away == "blocked":
        relations.block(session, ada, "ben", NOW)
        with pytest.raises(NotFound):
            items.add(session, ben, of_ben.book, of_ben.id, post.id, NOW)
    else:
        limit_for_now.begin(session, ben, of_ben.book, 3, "strangers", NOW)
        items.add(session, ben, of_ben.book, of_ben.id, post.id, NOW)
    assert heard(session, ada) == []


@pytest.mark.parametrize(("seen_by", "hears"), [("guild", {"ada"}), ("members", {"ada", "cleo"})])
def test_of_a_guild_s_list_those_authors_are_told_who_may_see_it(
    session: Session, may: Book, ada: Identity, ben: Identity, seen_by: SeenBy, hears: set[str]
) -> None:
    cleo = identity_of(make_member(session, "cleo"))
    rows: list[Any] = [session.get_one(Member, one.member_id) for one in (ben, ada)]
    guild = make_guild(session, "bakers", rows[0], (rows[1],))
    steward = identity_of(rows[0], (guild,), (guild,))
    kept = shelf(session, may, steward, guild="bakers", seen_by=seen_by)
    for who in (ada, cleo):
        kept.put(who, "Rye")
    assert {who.handle for who in (ada, cleo) if heard(session, who)} == hears


def test_the_page_of_one_s_own_posts_goes_on(session: Session, of_ben: Shelf, ada: Identity) -> None:
    put = [of_ben.put(ada, name).id for name in ("Rye", "Oats", "Spelt")]
    first, more = taking_out.listed(session, ada, of_ben.book, NOW, limit=2)
    assert more is not None
    rest, last = taking_out.listed(session, ada, of_ben.book, NOW, before=more, limit=2)
    assert ([one.post_id for one in (*first, *rest)], last) == (sorted(put, reverse=True), None)
