"""The floor: hands, turns, and what the host gives and takes."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlmodel import col

from audience import limit_for_now
from audience.permission import KEPT_OUT
from audience.rooms import allowed, floor, seats
from audience.rooms.tables import Room, RoomHand, RoomTurn
from coop.errors import Conflict, Forbidden, NotFound
from tests.audience.factories import with_clauses
from tests.audience.rooms.live import MINUTE, SECOND, SOON, Live
from tests.audience.silenced import suspend


def act(bakers: Live, deed: str, room: Room, who: str, *more: str, at: datetime = SOON) -> None:
    getattr(floor, deed)(bakers.session, bakers.people[who], bakers.book, room.post_id, *more, at)


@pytest.fixture
def full(bakers: Live) -> Room:
    """An open room with everybody in it, in which one may speak besides the host."""
    bakers.says(speakers=1)
    room = bakers.open()
    bakers.enter(room, "ada", "cleo", "dan", "eve", "olga")
    return room


def alive(bakers: Live, room: Room, *, until: datetime) -> None:
    """Have everybody show that they are there until then."""
    moment = SOON
    while moment < until:
        moment = min(until, moment + 30 * SECOND)
        bakers.enter(room, *(one for one in bakers.people), at=moment)


def test_where_the_floor_is_free_one_takes_it_with_or_without_a_hand(bakers: Live, full: Room) -> None:
    bakers.hand(full, "cleo")
    with pytest.raises(Conflict) as refused:
        bakers.take(full, "dan")
    assert refused.value.faults[0].clause is not None
    assert refused.value.faults[0].clause.clause == "/rooms/queue"
    bakers.take(full, "cleo")
    bakers.take(full, "cleo")
    assert (bakers.speaking(full), bakers.waiting(full)) == (["cleo"], [])
    act(bakers, "give_up", full, "cleo")
    bakers.take(full, "dan")
    assert bakers.speaking(full) == ["dan"]


def test_law_06_no_more_have_the_floor_than_the_clause_says_and_the_host_besides(
    bakers: Live, full: Room
) -> None:
    bakers.take(full, "cleo", "ben")
    with pytest.raises(Conflict) as refused:
        bakers.take(full, "ada")
    (fault,) = refused.value.faults
    assert (fault.clause and fault.clause.clause, fault.clause and fault.clause.value) == (
        "/rooms/speakers",
        1,
    )
    assert bakers.speaking(full) == ["ben", "cleo"]
    bakers.says(speakers=2)
    bakers.take(full, "ada")
    assert bakers.speaking(full) == ["ada", "ben", "cleo"]


def test_a_turn_goes_on_past_its_end_until_somebody_who_waits_takes_it(bakers: Live, full: Room) -> None:
    bakers.take(full, "cleo")
    over = SOON + 5 * MINUTE
    alive(bakers, full, until=over)
    bakers.hand(full, "dan", "eve", at=over - 2 * SECOND)
    with pytest.raises(Conflict):
        bakers.take(full, "dan", at=over - SECOND)
    assert bakers.speaking(full, at=over) == ["cleo"]
    with pytest.raises(Conflict):
        bakers.take(full, "eve", at=over)
    bakers.take(full, "dan", at=over)
    assert (bakers.speaking(full, at=over), bakers.waiting(full, at=over)) == (["dan"], ["eve"])


def test_who_has_not_spoken_here_comes_first_where_the_clause_says_so(bakers: Live, full: Room) -> None:
    bakers.take(full, "cleo")
    act(bakers, "give_up", full, "cleo", at=SOON + SECOND)
    bakers.hand(full, "cleo", "dan", at=SOON + SECOND)
    later = SOON + 3 * SECOND
    assert bakers.waiting(full, at=later) == ["dan", "cleo"]
    bakers.says(queue="first_come")
    assert bakers.waiting(full, at=later) == ["cleo", "dan"]


def test_a_hand_keeps_its_place_until_it_is_lowered(bakers: Live, full: Room) -> None:
    bakers.hand(full, "cleo", "dan")
    bakers.hand(full, "cleo", at=SOON + MINUTE / 2)
    assert bakers.waiting(full, at=SOON + MINUTE / 2) == ["cleo", "dan"]
    for _ in range(2):
        act(bakers, "lower_hand", full, "cleo")
    assert bakers.waiting(full, at=SOON + 2 * SECOND) == ["dan"]
    act(bakers, "lower_for", full, "ada", "dan")
    assert bakers.waiting(full, at=SOON + 2 * SECOND) == []
    with pytest.raises(Forbidden):
        act(bakers, "lower_for", full, "eve", "dan")


def test_the_host_gives_the_floor_to_a_hand_and_takes_it_away(bakers: Live, full: Room) -> None:
    bakers.hand(full, "cleo", "dan")
    act(bakers, "give", full, "ben", "dan")
    act(bakers, "give", full, "ben", "dan")
    assert (bakers.speaking(full), bakers.waiting(full)) == (["dan"], ["cleo"])
    given = bakers.session.scalars(select(RoomTurn)).one()
    assert given.given_by == bakers.people["ben"].member_id
    with pytest.raises(Conflict):
        act(bakers, "give", full, "ben", "cleo")
    for _ in range(2):
        act(bakers, "take_away", full, "ada", "dan")
    assert bakers.speaking(full) == []
    with pytest.raises(Conflict, match="hand"):
        act(bakers, "give", full, "ben", "eve")
    with pytest.raises(NotFound):
        act(bakers, "give", full, "ben", "nobody")
    for deed in ("give", "take_away"):
        with pytest.raises(Forbidden):
            act(bakers, deed, full, "dan", "cleo")


def test_the_host_s_own_turn_has_no_end_and_nobody_takes_its_place(bakers: Live, full: Room) -> None:
    bakers.take(full, "ben")
    late = SOON + 10 * MINUTE
    alive(bakers, full, until=late)
    bakers.take(full, "cleo", at=late)
    with pytest.raises(Conflict):
        bakers.take(full, "dan", at=late)
    assert bakers.speaking(full, at=late) == ["ben", "cleo"]


def test_one_speaks_only_where_one_is(bakers: Live) -> None:
    room = bakers.open()
    for deed in ("raise_hand", "take"):
        with pytest.raises(Conflict, match="enter"):
            act(bakers, deed, room, "cleo")
    bakers.take(room, "ben")
    with pytest.raises(Conflict, match="floor"):
        act(bakers, "raise_hand", room, "ben")
    for deed in ("raise_hand", "take"):
        with pytest.raises(Conflict, match="over"):
            act(bakers, deed, room, "ben", at=SOON + 60 * MINUTE)


def test_who_leaves_neither_waits_nor_speaks(bakers: Live, full: Room) -> None:
    bakers.take(full, "cleo")
    bakers.hand(full, "dan")
    for who in ("cleo", "dan"):
        seats.leave(bakers.session, bakers.people[who], bakers.book, full.post_id, SOON + 2 * SECOND)
    assert (bakers.speaking(full), bakers.waiting(full)) == ([], [])
    assert bakers.session.scalars(select(col(RoomTurn.ended_at))).all() == [SOON + 2 * SECOND]


def test_whom_a_vote_suspended_keeps_nobody_from_the_floor(bakers: Live) -> None:
    bakers.says(speakers=1)
    room = bakers.open()
    bakers.enter(room, "cleo", "dan", "eve")
    bakers.take(room, "cleo")
    bakers.hand(room, "eve")
    for who in ("cleo", "eve"):
        suspend(bakers.session, bakers.people[who], SOON)
    assert (bakers.speaking(room), bakers.waiting(room)) == ([], [])
    bakers.take(room, "dan")
    assert bakers.speaking(room) == ["dan"]
    assert bakers.session.scalars(select(RoomHand)).all() == []
    assert {"cleo", "eve"} < set(bakers.present(room))


def test_who_is_suspended_speaks_on_where_the_clause_does_not_withhold_to_answer(bakers: Live) -> None:
    bakers.says(speakers=1)
    bakers.book = with_clauses(bakers.book, "membership", {"/suspensions/withholds": ["publish"]})
    room = bakers.open()
    bakers.enter(room, "cleo", "dan")
    bakers.take(room, "cleo")
    suspend(bakers.session, bakers.people["cleo"], SOON)
    with pytest.raises(Conflict):
        bakers.take(room, "dan")
    assert bakers.speaking(room) == ["cleo"]


def test_whom_a_limit_for_now_keeps_out_is_not_heard_either(bakers: Live) -> None:
    room = bakers.open()
    bakers.enter(room, "olga")
    bakers.take(room, "olga")
    allowed.check("be_heard", bakers.look(room, "olga").standing)
    limit_for_now.begin(bakers.session, bakers.people["ben"], bakers.book, None, "strangers", SOON)
    standing = bakers.look(room, "olga").standing
    assert standing.speaking
    acts: tuple[allowed.Act, ...] = ("be_heard", "listen")
    for one in acts:
        with pytest.raises(Forbidden, match=KEPT_OUT):
            allowed.check(one, standing)


def test_whom_a_jury_paused_listens_and_neither_speaks_nor_waits(bakers: Live, full: Room) -> None:
    bakers.take(full, "cleo")
    bakers.hand(full, "dan")
    bakers.pause("cleo", "dan", "eve")
    assert (bakers.speaking(full), bakers.waiting(full)) == ([], [])
    assert {"cleo", "dan", "eve"} < set(bakers.present(full))
    for deed in ("raise_hand", "take"):
        with pytest.raises(Forbidden) as refused:
            act(bakers, deed, full, "eve")
        assert refused.value.faults[0].clause is not None
        assert refused.value.faults[0].clause.clause == "/pauses/length"
    with pytest.raises(Conflict, match="hand"):
        act(bakers, "give", full, "ben", "dan")
    bakers.take(full, "ada")
    assert bakers.speaking(full) == ["ada"]
    assert bakers.session.scalars(select(RoomHand)).all() == []
