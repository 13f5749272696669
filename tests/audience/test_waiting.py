"""Waiting for a seat: who may, in which order they are seated, and who is told what."""

from typing import Any

import pytest
from sqlmodel import Session

from audience import posts, relations, waiting
from audience.rules import AUDIENCE
from audience.tables import Post
from coop.book import Book
from coop.errors import Conflict, NotFound
from coop.identity import Identity
from tests.audience.factories import NOW, make_post, wide_open, with_clauses
from tests.audience.lines import (
    LINE,
    blocked,
    closed,
    counted,
    crowded,
    deleted,
    for_others,
    full,
    opens,
    raised,
    seated,
    stranger,
    tightened,
    wait,
)
from tests.coop.told import told, unread
from tests.factories import make_member

DEFAULT = {"seats": {"max": 400, "on_full": "waitlist"}}


@pytest.fixture
def allowing(session: Session, book: Book, ada: Identity) -> Post:
    """A post whose author asked for more seats than the clauses give it by now."""
    return make_post(session, ada, book, DEFAULT)


def test_law_06_those_who_wait_are_seated_in_order_when_the_cap_rises(
    session: Session, small: Book, allowing: Post
) -> None:
    for _ in range(2):
        assert opens(session, stranger(session), small, allowing)
    first, second, third, last = wait(session, small, allowing, 4)
    assert seated(session, small, allowing) == 0
    four = raised(small, 4)
    assert not opens(session, stranger(session), four, allowing)
    assert seated(session, four, allowing) == 2
    assert counted(session, allowing) == (2, 4)
    assert [opens(session, one, four, allowing) for one in (first, second, third, last)] == [
        True,
        True,
        False,
        False,
    ]
    assert waiting.begin(session, third, four, allowing.id, NOW).place == 1


def test_law_06_no_newcomer_takes_a_seat_that_one_who_waits_could_have(
    session: Session, small: Book, allowing: Post
) -> None:
    for _ in range(2):
        opens(session, stranger(session), small, allowing)
    wait(session, small, allowing, 3)
    newcomers = [stranger(session) for _ in range(3)]
    assert [opens(session, one, raised(small, 5), allowing) for one in newcomers] == [False] * 3
    assert [opens(session, one, raised(small, 6), allowing) for one in newcomers] == [True, False, False]
    assert seated(session, raised(small, 6), allowing) == 3
    assert counted(session, allowing) == (0, 6)


def test_who_waits_and_finds_room_beyond_all_others_is_seated_at_once_and_waits_no_longer(
    session: Session, small: Book, allowing: Post
) -> None:
    for _ in range(2):
        opens(session, stranger(session), small, allowing)
    first, last = wait(session, small, allowing, 2)
    six = raised(small, 6)
    assert opens(session, last, six, allowing)
    assert seated(session, six, allowing) == 1
    assert counted(session, allowing) == (0, 4)
    assert unread(session, first) == 1
    assert unread(session, last) == 0


def test_an_authors_own_cap_keeps_those_waiting_whom_the_coop_would_let_in(
    session: Session, small: Book, ada: Identity, allowing: Post
) -> None:
    own = full(session, ada, small, LINE)
    for _ in range(2):
        opens(session, stranger(session), small, allowing)
    for post, expected in ((own, 0), (allowing, 3)):
        wait(session, small, post, 3)
        assert seated(session, wide_open(small), post) == expected


def test_law_06_those_who_wait_arrive_by_the_limiter(session: Session, book: Book, allowing: Post) -> None:
    slow = with_clauses(raised(book, 2), AUDIENCE, {"/arrivals/per_minute": 1, "/arrivals/burst": 2})
    while opens(session, stranger(session), slow, allowing):
        pass
    wait(session, slow, allowing, 4)
    wider = raised(slow, 100)
    assert seated(session, wider, allowing) == 0
    quick = with_clauses(wider, AUDIENCE, {"/arrivals/burst": 4})
    assert seated(session, quick, allowing) == 2
    assert counted(session, allowing) == (2, 4)


def test_whoever_is_seated_is_told_and_nothing_of_the_post(
    session: Session, small: Book, allowing: Post, ben: Identity
) -> None:
    for _ in range(2):
        opens(session, stranger(session), small, allowing)
    waiting.begin(session, ben, small, allowing.id, NOW)
    assert unread(session, ben) == 0
    seated(session, raised(small, 3), allowing)
    (notice,) = told(session, ben, unread_only=True)
    assert (notice.topic, notice.moment, notice.path) == ("seat", "seated", f"/posts/{allowing.id}")
    assert notice.line == "There is a seat for you."
    assert notice.detail == ""


def test_waiting_twice_keeps_ones_place(session: Session, small: Book, ada: Identity) -> None:
    post = full(session, ada, small)
    first, second = wait(session, small, post, 2)
    assert [waiting.begin(session, one, small, post.id, NOW).place for one in (first, second, first)] == [
        1,
        2,
        1,
    ]
    assert counted(session, post) == (2, 2)


def test_who_no_longer_waits_leaves_their_place_to_the_next(
    session: Session, small: Book, ada: Identity
) -> None:
    post = full(session, ada, small)
    first, second = wait(session, small, post, 2)
    waiting.end(session, first, post.id)
    assert waiting.begin(session, second, small, post.id, NOW).place == 1
    assert waiting.begin(session, first, small, post.id, NOW).place == 2
    for one, post_id in ((stranger(session), post.id), (first, 7)):
        with pytest.raises(NotFound):
            waiting.end(session, one, post_id)
    assert counted(session, post) == (2, 2)


def test_there_is_nothing_to_wait_for_where_one_can_open_it(
    session: Session, small: Book, ada: Identity, ben: Identity
) -> None:
    roomy = make_post(session, ada, small, LINE)
    closing = make_post(session, ada, small)
    post = make_post(session, ada, small, LINE)
    assert opens(session, ben, small, post)
    opens(session, stranger(session), small, post)
    for who, one in ((ben, roomy), (ben, closing), (ben, post), (ada, post)):
        with pytest.raises(Conflict, match="open it"):
            waiting.begin(session, who, small, one.id, NOW)


@pytest.mark.parametrize(
    "case", [closed, for_others, blocked, tightened, deleted, crowded], ids=lambda case: case.__name__
)
def test_law_07_nobody_waits_where_there_is_nothing_for_them(
    session: Session, small: Book, ada: Identity, ben: Identity, case: Any
) -> None:
    post = case(session, small, ada, ben)
    with pytest.raises(NotFound) as refused:
        waiting.begin(session, ben, small, post.id, NOW)
    assert (refused.value.detail, refused.value.faults) == (NotFound().detail, ())
    assert counted(session, post)[0] == 0


def test_law_07_whoever_is_no_longer_meant_ceases_to_wait_and_is_told_nothing(
    session: Session, small: Book, ada: Identity, ben: Identity, allowing: Post
) -> None:
    for _ in range(2):
        opens(session, stranger(session), small, allowing)
    gone, last = stranger(session), stranger(session)
    for one in (ben, gone, last):
        waiting.begin(session, one, small, allowing.id, NOW)
    relations.block(session, ben, "ada", NOW)
    gone_row = session.get_one(type(make_member(session)), gone.member_id)
    gone_row.left_at = NOW
    session.flush()
    assert seated(session, raised(small, 3), allowing) == 1
    assert counted(session, allowing) == (0, 3)
    assert [unread(session, one) for one in (ben, gone, last)] == [0, 0, 1]


def test_a_post_that_was_taken_back_keeps_nobody_waiting(
    session: Session, small: Book, ada: Identity
) -> None:
    post = full(session, ada, small)
    wait(session, small, post, 3)
    posts.delete(session, ada, post.id, NOW)
    assert seated(session, small, post) == 0
    assert counted(session, post) == (0, 2)
