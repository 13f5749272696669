"""Waiting for a seat: who may, in which order they are seated, and who is told what."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import Session, col

from audience import gate, posts, relations, stages, waiting
from audience.access import access_post
from audience.document import Parts
from audience.doors import door
from audience.rules import AUDIENCE
from audience.tables import Gate, Post, Seat, Waiting
from coop import notices
from coop.book import Book
from coop.errors import Conflict, NotFound
from coop.identity import Identity
from tests.audience.factories import NOW, make_post, wide_open, with_clauses
from tests.factories import identity_of, make_guild, make_member

LINE = {"seats": {"max": 2, "on_full": "waitlist"}}


@pytest.fixture
def ada(session: Session) -> Identity:
    """The author."""
    return identity_of(make_member(session, "ada"))


@pytest.fixture
def ben(session: Session) -> Identity:
    return identity_of(make_member(session, "ben"))


def stranger(session: Session) -> Identity:
    return identity_of(make_member(session))


def opens(session: Session, reader: Identity, book: Book, post: Post, now: datetime = NOW) -> bool:
    try:
        access_post(session, reader, book, post.id, now)
    except NotFound:
        return False
    return True


def full(session: Session, author: Identity, book: Book, audience: dict[str, Any] = LINE) -> Post:
    """Publish a post and have strangers take its seats."""
    post = make_post(session, author, book, audience)
    while opens(session, stranger(session), book, post):
        pass
    return post


def counted(session: Session, post: Post) -> tuple[int, int]:
    """Return how many wait, by the gate; it agrees with the rows, and so does its count of seats."""
    session.expire_all()
    gate = session.get_one(Gate, post.id)
    rows = session.scalar(select(func.count()).where(col(Waiting.post_id) == post.id))
    seats = session.scalar(select(func.count()).where(col(Seat.post_id) == post.id))
    assert (gate.waiting, gate.taken) == (rows, seats)
    return gate.waiting, gate.taken


def wait(session: Session, book: Book, post: Post, number: int) -> list[Identity]:
    """Have so many strangers wait, in order."""
    people = [stranger(session) for _ in range(number)]
    for place, one in enumerate(people, start=counted(session, post)[0] + 1):
        assert waiting.begin(session, one, book, post.id, NOW).place == place
    return people


def seated(session: Session, book: Book, post: Post, now: datetime = NOW) -> int:
    gate.hold(session, post.id)
    return waiting.seat(session, book, post.id, now)


def raised(book: Book, seats: int) -> Book:
    """Return the book as it would stand if a vote had set the default and the ceiling to this."""
    return with_clauses(book, AUDIENCE, {"/seats/default": seats, "/seats/ceiling": seats})


@pytest.fixture
def small(book: Book) -> Book:
    """A book by which a post has two seats, whatever its author asks for, and strangers come as they like."""
    return with_clauses(raised(book, 2), AUDIENCE, {"/arrivals/per_minute": "open"})


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
    assert notices.unread(session, first) == 1
    assert notices.unread(session, last) == 0


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
    assert notices.unread(session, ben) == 0
    seated(session, raised(small, 3), allowing)
    (told,) = notices.listing(session, ben, unread_only=True, before=None, limit=9)
    assert (told.topic, told.moment, told.path) == ("seat", "seated", f"/posts/{allowing.id}")
    assert told.line == "There is a seat for you."
    assert told.detail == ""


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


def closed(session: Session, book: Book, ada: Identity, ben: Identity) -> Post:
    return full(session, ada, book, {"seats": {"max": 2}})


def for_others(session: Session, book: Book, ada: Identity, ben: Identity) -> Post:
    post = make_post(
        session, ada, book, {"read": {"any": [{"local": True}], "not": [{"member": "ben"}]}, **LINE}
    )
    while opens(session, stranger(session), book, post):
        pass
    return post


def blocked(session: Session, book: Book, ada: Identity, ben: Identity) -> Post:
    post = full(session, ada, book)
    relations.block(session, ada, "ben", NOW)
    return post


def tightened(session: Session, book: Book, ada: Identity, ben: Identity) -> Post:
    post = full(session, ada, book)
    stages.tighten(session, ada, book, post.id, Parts.model_validate({"preset": "self"}), NOW)
    return post


def deleted(session: Session, book: Book, ada: Identity, ben: Identity) -> Post:
    post = full(session, ada, book)
    posts.delete(session, ada, post.id, NOW)
    return post


def crowded(session: Session, book: Book, ada: Identity, ben: Identity) -> Post:
    post = make_post(session, ada, book, {"arrivals": {"per_minute": 1, "burst": 1}, **LINE})
    opens(session, stranger(session), book, post)
    return post


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
    assert [notices.unread(session, one) for one in (ben, gone, last)] == [0, 0, 1]


def test_a_post_that_was_taken_back_keeps_nobody_waiting(
    session: Session, small: Book, ada: Identity
) -> None:
    post = full(session, ada, small)
    wait(session, small, post, 3)
    posts.delete(session, ada, post.id, NOW)
    assert seated(session, small, post) == 0
    assert counted(session, post) == (0, 2)


def test_law_07_the_door_of_a_full_post_is_shown_to_those_who_may_wait(
    session: Session, small: Book, ada: Identity, ben: Identity
) -> None:
    post = full(session, ada, small)
    found = door(session, ben, small, post.id, NOW)
    assert (found.author, found.full, found.place) == ("ada", True, None)
    wait(session, small, post, 1)
    waiting.begin(session, ben, small, post.id, NOW)
    assert door(session, ben, small, post.id, NOW).place == 2


@pytest.mark.parametrize(
    "case", [closed, blocked, tightened, deleted, crowded], ids=lambda case: case.__name__
)
def test_law_07_a_door_that_is_not_for_the_viewer_is_not_there(
    session: Session, small: Book, ada: Identity, ben: Identity, case: Any
) -> None:
    post = case(session, small, ada, ben)
    for post_id in (post.id, 7):
        with pytest.raises(NotFound):
            door(session, ben, small, post_id, NOW)


def test_law_07_the_door_of_a_post_is_shown_to_those_who_may_see_and_not_read_it(
    session: Session, small: Book, ada: Identity, ben: Identity
) -> None:
    member = make_member(session, "cleo")
    cleo = identity_of(member, (make_guild(session, "bakers", member),))
    document = {
        "see": {"any": [{"member": "ben"}, {"member": "cleo"}]},
        "read": {"any": [{"member": "cleo"}]},
    }
    post = make_post(session, ada, small, document)
    found = door(session, ben, small, post.id, NOW)
    assert (found.full, found.place, found.created_at) == (False, None, NOW)
    assert not opens(session, ben, small, post)
    assert opens(session, cleo, small, post)
    with pytest.raises(NotFound):
        door(session, stranger(session), small, post.id, NOW)
    with pytest.raises(NotFound):
        door(session, None, small, post.id, NOW)
    stages.tighten(
        session, ada, small, post.id, Parts.model_validate({"see": {"any": [{"member": "cleo"}]}}), NOW
    )
    with pytest.raises(NotFound):
        door(session, ben, small, post.id, NOW)


def test_law_07_a_full_post_tells_those_who_may_not_read_it_nothing_of_its_seats(
    session: Session, small: Book, ada: Identity, ben: Identity
) -> None:
    others = {"any": [{"local": True}], "not": [{"member": "ben"}]}
    roomy = make_post(session, ada, small, {"read": others, **LINE})
    post = for_others(session, small, ada, ben)
    wait(session, small, post, 1)
    doors = [door(session, ben, small, one.id, NOW) for one in (roomy, post)]
    assert [(one.full, one.place) for one in doors] == [(False, None)] * 2


def test_a_layer_that_waits_for_an_age_narrows_who_may_see(
    session: Session, small: Book, ada: Identity, ben: Identity
) -> None:
    later = [{"age": "P1D", "set": {"see": {"any": [{"local": True}], "not": [{"member": "ben"}]}}}]
    document = {"see": {"any": [{"local": True}]}, "read": {"any": []}, "after": later}
    post = make_post(session, ada, small, document)
    assert door(session, ben, small, post.id, NOW).author == "ada"
    with pytest.raises(NotFound):
        door(session, ben, small, post.id, NOW + timedelta(days=1))


def test_a_visitor_is_shown_the_door_of_what_the_public_may_see(
    session: Session, book: Book, ada: Identity
) -> None:
    public = with_clauses(wide_open(book), AUDIENCE, {"/reach/widest": "public"})
    document = {"preset": "public", "read": {"any": [{"local": True}]}}
    post = make_post(session, ada, public, document)
    assert door(session, None, public, post.id, NOW).author == "ada"
