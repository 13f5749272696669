"""What a reader sees of a list: its posts in order, as far as they may see each, and no trace of others."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select
from sqlmodel import Session, col

from audience import limit_for_now, posts, relations
from audience.playlists import items, sequence
from audience.playlists.order import GAP, Place
from audience.playlists.tables import PlaylistItem
from audience.tables import Post, Seat
from coop.book import Book
from coop.errors import NotFound, RuleBroken
from coop.identity import Identity
from tests.audience.factories import NOW
from tests.audience.playlists.shelves import NOBODY_ELSE, Shelf, may_list, shelf
from tests.coop.statements import counted
from tests.factories import identity_of, make_member

SOON = NOW + timedelta(hours=1)


@pytest.fixture
def list_of_ada(session: Session, book: Book, ada: Identity) -> Shelf:
    return shelf(session, may_list(book, ada), ada)


def seats(session: Session, who: Identity) -> int:
    return session.scalar(select(func.count()).where(col(Seat.member_id) == who.member_id)) or 0


def test_a_list_is_read_in_its_order_and_each_post_takes_its_seat(
    session: Session, list_of_ada: Shelf, ada: Identity, ben: Identity
) -> None:
    for name in ("Rye", "Oats", "Spelt"):
        list_of_ada.put(ada, name)
    items.move(
        session, ada, list_of_ada.book, list_of_ada.id, list_of_ada.posts["Spelt"].id, Place(number=1), NOW
    )
    assert list_of_ada.read(ben) == [(1, "Spelt"), (2, "Rye"), (3, "Oats")]
    assert seats(session, ben) == 3


def test_law_07_a_list_says_the_same_with_and_without_posts_that_one_may_not_see(
    session: Session, list_of_ada: Shelf, ada: Identity, ben: Identity
) -> None:
    for number in range(12):
        list_of_ada.put(ada, f"Loaf {number}", NOBODY_ELSE if number % 3 == 1 else {})
    hidden = [post.id for name, post in list_of_ada.posts.items() if int(name.split()[1]) % 3 == 1]

    def told() -> list[Any]:
        found: list[Any] = []
        after = None
        while True:
            page, after = sequence.page(
                session, ben, list_of_ada.book, list_of_ada.id, NOW, after=after, limit=3
            )
            found += [*[(one.number, one.entry.card.id) for one in page], after]
            if after is None:
                break
        shown = [one[1] for one in found if isinstance(one, tuple)]
        beside = [
            sequence.beside(session, ben, list_of_ada.book, list_of_ada.id, post_id, NOW) for post_id in shown
        ]
        return [*found, *beside]

    with_them = told()
    assert len([one for one in with_them if isinstance(one, sequence.Beside)]) == 8
    session.execute(delete(PlaylistItem).where(col(PlaylistItem.post_id).in_(hidden)))
    assert told() == with_them
    assert len(list_of_ada.read(ada)) == 8, "only its author saw them"


@pytest.mark.parametrize("gone", ["deleted", "held", "blocked", "limited", "taken out"])
def test_law_07_what_goes_leaves_no_gap(
    session: Session, list_of_ada: Shelf, ada: Identity, ben: Identity, gone: str
) -> None:
    cleo = identity_of(make_member(session, "cleo"))
    list_of_ada.put(ada, "Rye")
    post = list_of_ada.put(cleo, "Oats")
    list_of_ada.put(ada, "Spelt")
    assert len(list_of_ada.read(identity_of(make_member(session, "dora")))) == 3
    if gone == "deleted":
        posts.delete(session, cleo, post.id, NOW)
    elif gone == "held":
        session.get_one(Post, post.id).held_at = NOW
        session.flush()
    elif gone == "blocked":
        relations.block(session, cleo, ben.handle, NOW)
    elif gone == "limited":
        limit_for_now.begin(session, cleo, list_of_ada.book, 3, "strangers", NOW)
    else:
        items.remove(session, ada, list_of_ada.book, list_of_ada.id, post.id, NOW)
    assert list_of_ada.read(ben, now=SOON) == [(1, "Rye"), (2, "Spelt")]
    assert sequence.beside(
        session, ben, list_of_ada.book, list_of_ada.id, list_of_ada.posts["Spelt"].id, SOON
    ) == (2, list_of_ada.posts["Rye"].id, None)
    with pytest.raises(NotFound):
        sequence.beside(session, ben, list_of_ada.book, list_of_ada.id, post.id, SOON)


@pytest.mark.parametrize("blocks", [True, False])
def test_a_member_s_list_shows_nobody_the_posts_of_whom_a_block_divides_from_them(
    session: Session, list_of_ada: Shelf, ada: Identity, ben: Identity, blocks: bool
) -> None:
    cleo = identity_of(make_member(session, "cleo"))
    list_of_ada.put(ada, "Rye")
    list_of_ada.put(cleo, "Oats")
    assert len(list_of_ada.read(ben)) == 2
    who, whom = (cleo, ada) if blocks else (ada, cleo)
    relations.block(session, who, whom.handle, NOW)
    assert list_of_ada.read(ben) == [(1, "Rye")]
    relations.unblock(session, who, whom.handle)
    assert len(list_of_ada.read(ben)) == 2


def test_law_06_a_list_delivers_no_more_than_a_cap_lets(
    session: Session, small: Book, ada: Identity, ben: Identity
) -> None:
    found = shelf(session, may_list(small, ada), ada)
    for name in ("Rye", "Oats"):
        found.put(ada, name)
    readers = [identity_of(make_member(session)) for _ in range(4)]
    assert [len(found.read(one)) for one in readers] == [2, 2, 0, 0]
    assert len(found.read(readers[0])) == 2, "whoever holds a seat keeps it"
    assert found.read(ada) == [(1, "Rye"), (2, "Oats")]


def test_a_page_begins_after_what_the_reader_saw_last_wherever_that_stands_now(
    session: Session, list_of_ada: Shelf, ada: Identity, ben: Identity
) -> None:
    for name in ("Rye", "Oats", "Spelt", "Millet"):
        list_of_ada.put(ada, name)
    oats = list_of_ada.posts["Oats"]
    assert list_of_ada.read(ben, after=oats.id) == [(3, "Spelt"), (4, "Millet")]
    items.move(session, ada, list_of_ada.book, list_of_ada.id, oats.id, Place(number=1), NOW)
    assert list_of_ada.read(ben, after=oats.id) == [(2, "Rye"), (3, "Spelt"), (4, "Millet")]


def test_law_07_a_page_after_what_one_may_not_see_is_as_after_what_is_not_there(
    session: Session, list_of_ada: Shelf, ada: Identity, ben: Identity
) -> None:
    list_of_ada.put(ada, "Rye")
    hidden = list_of_ada.put(ada, "Oats", NOBODY_ELSE)
    said = []
    for after in (hidden.id, 7):
        with pytest.raises(RuleBroken) as refused:
            list_of_ada.read(ben, after=after)
        said.append((refused.value.detail, refused.value.faults))
    assert said[0] == said[1]


def test_a_page_takes_as_many_statements_for_many_posts_as_for_few(
    session: Session, list_of_ada: Shelf, ada: Identity, ben: Identity
) -> None:
    numbers = []
    for name in ("Rye", "Oats", "Spelt", "Millet"):
        list_of_ada.put(ada, name)
        reader = identity_of(make_member(session))
        with counted(session) as sent:
            list_of_ada.read(reader)
        numbers.append(len(sent))
    assert len(set(numbers[1:])) == 1


def test_a_list_is_spread_out_where_there_is_no_room_left_between_two(
    session: Session, list_of_ada: Shelf, ada: Identity, ben: Identity
) -> None:
    for name in ("Rye", "Oats", "Spelt"):
        list_of_ada.put(ada, name)
    rye = list_of_ada.posts["Rye"].id
    for turn in range(50):
        name = ("Spelt", "Oats")[turn % 2]
        items.move(
            session,
            ada,
            list_of_ada.book,
            list_of_ada.id,
            list_of_ada.posts[name].id,
            Place(after=rye),
            NOW,
        )
        assert [one for _, one in list_of_ada.read(ben)][:2] == ["Rye", name]
    last = session.scalar(select(func.max(PlaylistItem.position)))
    assert last is not None and last > 3 * GAP, "it was spread out"
