"""A member's own page: as far as the viewer may see it, and no further."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlmodel import Session, col

from audience import following, posts, timeline
from audience.access import access_post
from audience.tables import Post, Seat
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity
from tests.audience.factories import NOBODY, NOW, make_post
from tests.coop.statements import counted
from tests.factories import identity_of, make_member

NEWEST = 2**63 - 1


@pytest.fixture
def ada(session: Session) -> Identity:
    return identity_of(make_member(session, "ada"))


@pytest.fixture
def ben(session: Session) -> Identity:
    return identity_of(make_member(session, "ben"))


def write(session: Session, author: Identity, book: Book, number: int, **audience: object) -> list[Post]:
    """Publish so many posts, a minute apart, and return them with the newest first."""
    made = [
        make_post(session, author, book, dict(audience), now=NOW + timedelta(minutes=n), body=str(n))
        for n in range(number)
    ]
    return made[::-1]


def pages(session: Session, viewer: Identity, book: Book, limit: int) -> list[list[int]]:
    found, before = [], NEWEST
    while True:
        cards, last = timeline.page(session, viewer, book, "ada", NOW, before=before, limit=limit)
        found.append([one.card.id for one in cards])
        if last is None:
            return found
        before = last


def test_posts_come_newest_first_in_pages(session: Session, book: Book, ada: Identity, ben: Identity) -> None:
    made = [post.id for post in write(session, ada, book, 7)]
    assert pages(session, ben, book, 3) == [made[:3], made[3:6], made[6:]]


def test_law_06_what_is_listed_is_delivered_and_takes_its_seat(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    write(session, ada, book, 4)
    timeline.page(session, ben, book, "ada", NOW, before=NEWEST, limit=3)
    seats = session.execute(select(col(Seat.via)).where(col(Seat.member_id) == ben.member_id)).scalars().all()
    assert seats == [timeline.VIA] * 3
    timeline.page(session, ada, book, "ada", NOW, before=NEWEST, limit=3)
    assert session.scalar(select(func.count()).select_from(Seat)) == 3


def test_law_07_hidden_posts_leave_no_gap(session: Session, book: Book, ada: Identity, ben: Identity) -> None:
    seen = write(session, ada, book, 5)
    write(session, ada, book, 3, **NOBODY)
    for post in write(session, ada, book, 2):
        posts.delete(session, ada, post.id, NOW)
    taken = write(session, ada, book, 2, seats={"max": 1})
    for post in taken:
        access_post(session, identity_of(make_member(session)), book, post.id, NOW)
    expected = sorted((post.id for post in seen), reverse=True)
    assert pages(session, ben, book, 2) == [expected[:2], expected[2:4], expected[4:]]


def test_law_07_the_page_of_one_who_blocks_is_the_page_of_one_who_wrote_nothing(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    write(session, ada, book, 2)
    following.block(session, ada, book, "ben", NOW)
    assert timeline.page(session, ben, book, "ada", NOW, before=NEWEST, limit=3) == ([], None)
    assert timeline.page(session, ben, book, "ben", NOW, before=NEWEST, limit=3) == ([], None)
    with pytest.raises(NotFound):
        timeline.page(session, ben, book, "nobody", NOW, before=NEWEST, limit=3)


def test_an_author_sees_everything_of_their_own(session: Session, book: Book, ada: Identity) -> None:
    made = write(session, ada, book, 2) + write(session, ada, book, 1, **NOBODY)
    assert len(pages(session, ada, book, 9)[0]) == len(made)


def test_the_number_of_statements_does_not_grow_with_the_page(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    write(session, ada, book, 40)
    counts = []
    for limit in (2, 30):
        with counted(session) as sent:
            timeline.page(session, ben, book, "ada", NOW, before=NEWEST, limit=limit)
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 6
