"""A gate alone: who is counted, who is refused, and how strangers arrive."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from audience import gate
from audience.limits import Limits
from audience.tables import Gate, Post, Seat
from coop.identity import Identity
from coop.ids import new_id
from tests.audience.factories import NOW
from tests.coop.statements import counted
from tests.factories import id_of, identity_of, make_member, make_members

OPEN = Limits(seats=None, per_minute=None, burst=1)


def capped(seats: int) -> Limits:
    return Limits(seats=seats, per_minute=None, burst=1)


def bare_post(session: Session) -> int:
    """Add a post without a gate."""
    author = make_member(session)
    post = Post(
        id=new_id(NOW), author_id=id_of(author), body="Bread", audience={}, lock_any=[1], created_at=NOW
    )
    session.add(post)
    session.flush()
    return post.id


def viewers(session: Session, number: int) -> list[Identity]:
    return [identity_of(row) for row in make_members(session, number)]


def come(session: Session, viewer: Identity, *wanted: tuple[int, Limits], gated: bool = False) -> set[int]:
    claims = [gate.Claim(post_id, limits, gated) for post_id, limits in wanted]
    return gate.claim(session, viewer, claims, via="post", epoch=1, now=NOW)


def taken(session: Session, post_id: int) -> int | None:
    return session.scalar(select(col(Gate.taken)).where(col(Gate.post_id) == post_id))


def seats(session: Session, post_id: int) -> int:
    return session.scalar(select(func.count()).where(col(Seat.post_id) == post_id)) or 0


def test_law_06_the_seats_of_a_post_are_as_many_as_its_cap(session: Session) -> None:
    post_id = bare_post(session)
    answers = [come(session, viewer, (post_id, capped(3))) for viewer in viewers(session, 5)]
    assert answers == [{post_id}] * 3 + [set()] * 2
    assert (taken(session, post_id), seats(session, post_id)) == (3, 3)


def test_law_06_whoever_is_seated_stays_seated_when_the_cap_drops(session: Session) -> None:
    post_id = bare_post(session)
    first, second, third = viewers(session, 3)
    come(session, first, (post_id, capped(2)))
    come(session, second, (post_id, capped(2)))
    assert come(session, first, (post_id, capped(1))) == {post_id}
    assert come(session, second, (post_id, capped(1))) == {post_id}
    assert come(session, third, (post_id, capped(1))) == set()
    assert come(session, third, (post_id, capped(3))) == {post_id}
    assert (taken(session, post_id), seats(session, post_id)) == (3, 3)


def test_coming_twice_takes_one_seat(session: Session) -> None:
    post_id = bare_post(session)
    (viewer,) = viewers(session, 1)
    assert [come(session, viewer, (post_id, capped(5))) for _ in range(3)] == [{post_id}] * 3
    assert (taken(session, post_id), seats(session, post_id)) == (1, 1)


@pytest.mark.parametrize("stranger", ["post_id", "member_id"])
def test_a_seat_is_of_a_member_at_a_post(session: Session, stranger: str) -> None:
    place = {"post_id": bare_post(session), "member_id": viewers(session, 1)[0].member_id}
    session.add(Seat(**place, at=NOW, via="post", epoch=1))
    session.flush()
    with pytest.raises(IntegrityError, match="a seat is of a member, at a post"), session.begin_nested():
        session.add(Seat(**(place | {stranger: 12}), at=NOW, via="post", epoch=1))


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM post",
        "TRUNCATE post CASCADE",
        "UPDATE post SET id = id + 1",
        "DELETE FROM member",
        "TRUNCATE member CASCADE",
        "UPDATE member SET id = id + 1",
        "UPDATE seat SET post_id = post_id + 1",
    ],
)
def test_what_seats_are_of_stays(session: Session, change: str) -> None:
    come(session, viewers(session, 1)[0], (bare_post(session), OPEN))
    with pytest.raises(IntegrityError, match="is refused"), session.begin_nested():
        session.execute(text(change))


def test_an_open_post_keeps_seats_and_needs_no_gate(session: Session) -> None:
    post_id = bare_post(session)
    for viewer in viewers(session, 3):
        assert come(session, viewer, (post_id, OPEN)) == {post_id}
    assert (taken(session, post_id), seats(session, post_id)) == (None, 3)


def test_law_06_a_limit_that_comes_later_counts_those_who_came_before(session: Session) -> None:
    post_id = bare_post(session)
    early = viewers(session, 4)
    for viewer in early:
        come(session, viewer, (post_id, OPEN))
    (late,) = viewers(session, 1)
    assert come(session, late, (post_id, capped(3))) == set()
    assert (taken(session, post_id), seats(session, post_id)) == (4, 4)
    assert come(session, early[0], (post_id, capped(3))) == {post_id}
    assert come(session, late, (post_id, capped(5))) == {post_id}
    assert (taken(session, post_id), seats(session, post_id)) == (5, 5)


def test_a_gate_goes_on_counting_while_no_limit_holds(session: Session) -> None:
    post_id = bare_post(session)
    first, second = viewers(session, 2)
    come(session, first, (post_id, capped(1)))
    assert come(session, second, (post_id, OPEN), gated=True) == {post_id}
    assert (taken(session, post_id), seats(session, post_id)) == (2, 2)


def test_a_page_is_claimed_at_once_and_each_post_decided_alone(session: Session) -> None:
    full, roomy, free, seated = (bare_post(session) for _ in range(4))
    viewer, other = viewers(session, 2)
    come(session, other, (full, capped(1)))
    come(session, viewer, (seated, capped(1)))
    wanted = ((full, capped(1)), (roomy, capped(9)), (free, OPEN), (seated, capped(1)))
    with counted(session) as sent:
        assert come(session, viewer, *wanted) == {roomy, free, seated}
    assert len(sent) == 1
    assert [taken(session, post) for post in (full, roomy, free, seated)] == [1, 1, None, 1]
    assert [seats(session, post) for post in (full, roomy, free, seated)] == [1, 1, 1, 1]


def test_a_page_of_thirty_limited_posts_takes_one_statement(session: Session) -> None:
    posts = [bare_post(session) for _ in range(30)]
    first, second = viewers(session, 2)
    come(session, first, *((post, capped(5)) for post in posts))
    with counted(session) as sent:
        assert come(session, second, *((post, capped(5)) for post in posts), gated=True) == set(posts)
    assert len(sent) == 1


def test_claiming_nothing_asks_nothing(session: Session) -> None:
    (viewer,) = viewers(session, 1)
    with counted(session) as sent:
        assert come(session, viewer) == set()
    assert sent == []


def arrive(session: Session, number: int, post_id: int, limits: Limits) -> int:
    """Send so many strangers at once and return how many were let in."""
    return sum(bool(come(session, viewer, (post_id, limits))) for viewer in viewers(session, number))


def turn_back(session: Session, post_id: int, by: timedelta) -> None:
    """Let time pass at a gate."""
    session.execute(
        update(Gate).where(col(Gate.post_id) == post_id).values(arrival_at=col(Gate.arrival_at) - by)
    )


def test_law_06_strangers_arrive_by_burst_and_then_by_rate(session: Session) -> None:
    post_id, limits = bare_post(session), Limits(seats=None, per_minute=1, burst=4)
    assert arrive(session, 9, post_id, limits) == 4
    turn_back(session, post_id, timedelta(seconds=59))
    assert arrive(session, 3, post_id, limits) == 0
    turn_back(session, post_id, timedelta(seconds=61))
    assert arrive(session, 3, post_id, limits) == 2
    turn_back(session, post_id, timedelta(hours=5))
    assert arrive(session, 9, post_id, limits) == 4
    assert (taken(session, post_id), seats(session, post_id)) == (10, 10)


def test_law_06_the_limiter_delays_neither_the_seated_nor_friends(session: Session) -> None:
    post_id, limits = bare_post(session), Limits(seats=None, per_minute=1, burst=1)
    seated, friend, stranger = viewers(session, 3)
    assert come(session, seated, (post_id, limits)) == {post_id}
    assert come(session, stranger, (post_id, limits)) == set()
    assert come(session, seated, (post_id, limits)) == {post_id}
    before = session.scalar(select(col(Gate.arrival_at)).where(col(Gate.post_id) == post_id))
    assert come(session, friend, (post_id, limits.for_viewer(friend=True)), gated=True) == {post_id}
    after = session.scalar(select(col(Gate.arrival_at)).where(col(Gate.post_id) == post_id))
    assert before == after
    assert (taken(session, post_id), seats(session, post_id)) == (2, 2)


def test_a_refused_arrival_moves_nothing(session: Session) -> None:
    post_id, limits = bare_post(session), Limits(seats=1, per_minute=60, burst=9)
    arrive(session, 1, post_id, limits)
    before = session.scalar(select(col(Gate.arrival_at)).where(col(Gate.post_id) == post_id))
    assert arrive(session, 2, post_id, limits) == 0
    after = session.scalar(select(col(Gate.arrival_at)).where(col(Gate.post_id) == post_id))
    assert before == after


def test_the_limiter_reads_the_time_of_the_turn_not_of_the_transaction(session: Session) -> None:
    post_id, limits = bare_post(session), Limits(seats=None, per_minute=60, burst=1)
    began = session.scalar(select(func.now()))
    assert arrive(session, 1, post_id, limits) == 1
    arrival = session.scalar(select(col(Gate.arrival_at)).where(col(Gate.post_id) == post_id))
    assert isinstance(arrival, datetime)
    assert isinstance(began, datetime)
    assert arrival.astimezone(UTC) > began + timedelta(seconds=1)


@pytest.mark.parametrize("per_minute", [1, 7, 600])
def test_a_burst_of_one_lets_one_stranger_in_each_period(session: Session, per_minute: int) -> None:
    post_id, limits = bare_post(session), Limits(seats=None, per_minute=per_minute, burst=1)
    for _ in range(3):
        assert arrive(session, 1, post_id, limits) == 1
        assert arrive(session, 1, post_id, limits) == 0
        turn_back(session, post_id, timedelta(seconds=60 / per_minute + 1))
