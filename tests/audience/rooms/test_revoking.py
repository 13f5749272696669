"""Sessions of those who may no longer have them: closed in the end, whatever the media server does."""

import time
from datetime import timedelta

import pytest
from sqlmodel import Session

from audience.rooms import opening, revoking, seats, streams
from audience.rooms.revoking import Entitled, revoke, revoke_due
from audience.rooms.sfu import Sfu
from coop.clock import Clock
from coop.database import Database
from coop.policies import Books
from tests.audience.factories import NOW
from tests.audience.rooms.conftest import Room
from tests.audience.rooms.live import SECOND, SOON, Live
from tests.audience.rooms.media_server import MediaServer
from tests.audience.rooms.offers import hearing, offer
from tests.audience.rooms.test_streams import rows
from tests.coop.statements import counted
from tests.factories import id_of, make_members

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def opened(session: Session, sfu: Sfu, room: Room) -> Entitled:
    """Ada and Ben speak, Ben and Cai listen to Ada; what all of them are entitled to."""
    for who in (room.ada, room.ben):
        streams.speak(session, sfu, room.id, who, offer(), NOW)
    for who in (room.ben, room.cai):
        streams.listen(session, sfu, room.id, who, room.ada, hearing(), NOW)
    speaking: Entitled = {(room.id, who, streams.SPEAK) for who in (room.ada, room.ben)}
    return {*speaking, *((room.id, who, streams.LISTEN) for who in (room.ada, room.ben, room.cai))}


def who_has(session: Session) -> list[tuple[int, str]]:
    return sorted((one.member_id, one.kind) for one in rows(session))


def test_law_14_what_everybody_may_have_is_left_alone_however_often(
    session: Session, sfu: Sfu, server: MediaServer, opened: Entitled
) -> None:
    for _ in range(2):
        with counted(session) as sent:
            assert revoke(session, sfu, opened, LATER) == 0
        assert len(sent) == 1
    assert len(server.open) == 4


def test_whoever_may_no_longer_speak_or_listen_is_closed_at_the_media_server_and_here(
    session: Session, sfu: Sfu, server: MediaServer, room: Room, opened: Entitled
) -> None:
    gone = {(room.id, room.ben, streams.SPEAK), (room.id, room.cai, streams.LISTEN)}
    with counted(session) as sent:
        assert revoke(session, sfu, set(opened) - gone, LATER) == 2
    assert len(sent) == 2
    assert who_has(session) == sorted([(room.ada, "speak"), (room.ben, "listen")])
    assert len(server.open) == 2
    assert revoke(session, sfu, set(opened) - gone, LATER) == 0


def test_with_nobody_entitled_everything_is_closed(
    session: Session, sfu: Sfu, server: MediaServer, opened: Entitled
) -> None:
    assert revoke(session, sfu, set(), LATER) == 4
    assert server.open == [] and rows(session) == []


def test_whoever_hears_a_stream_that_has_ended_is_closed_and_hears_the_next_by_a_new_session(
    session: Session, sfu: Sfu, room: Room, opened: Entitled
) -> None:
    streams.speak(session, sfu, room.id, room.ada, offer(), LATER)
    streams.listen(session, sfu, room.id, room.cai, room.ada, hearing(), LATER)
    assert revoke(session, sfu, opened, LATER + timedelta(seconds=1)) == 1
    assert (room.cai, "listen") in who_has(session) and (room.ben, "listen") not in who_has(session)


def test_who_came_in_after_it_was_asked_who_may_is_left_alone(
    session: Session, sfu: Sfu, opened: Entitled
) -> None:
    assert revoke(session, sfu, set(), NOW) == 0
    assert len(rows(session)) == 4


def test_what_the_media_server_does_not_answer_for_stays_open_and_is_tried_again(
    session: Session, sfu: Sfu, server: MediaServer, opened: Entitled
) -> None:
    server.behave(delete=500)
    assert revoke(session, sfu, set(), LATER) == 0
    assert len(rows(session)) == 4
    server.behave()
    assert revoke(session, sfu, set(), LATER) == 4


def test_sessions_that_never_answer_hold_up_neither_the_tick_nor_the_others(
    session: Session, server: MediaServer, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revoking, "CLOSE_S", 0.2)
    monkeypatch.setattr(revoking, "TICK_S", 0.5)
    monkeypatch.setattr(revoking, "MOST", 12)
    sfu = server.sfu(at_once=4)
    crowd = [id_of(member) for member in make_members(session, 20)]
    for who in crowd:
        streams.speak(session, sfu, room.id, who, offer(), NOW)
    dead = [one.name for one in rows(session)][:12]
    server.behave(dead=dead, slow_s=5)
    for _ in range(60):
        began = time.monotonic()
        revoke(session, sfu, set(), LATER)
        assert time.monotonic() - began < 0.5 + 0.2 + 0.5
        if len(rows(session)) == len(dead):
            break
    assert sorted(one.name for one in rows(session)) == sorted(dead)


def test_law_14_the_worker_closes_what_the_rules_of_rooms_no_longer_let_people_have(
    database: Database, books: Books, session: Session, sfu: Sfu, server: MediaServer, bakers: Live
) -> None:
    room = bakers.open("ben")
    bakers.enter(room, "cleo", "dan")
    bakers.take(room, "ben")
    ben, cleo, dan = (bakers.people[one].member_id for one in ("ben", "cleo", "dan"))
    streams.speak(session, sfu, room.post_id, ben, offer(), SOON)
    for who in (cleo, dan):
        streams.listen(session, sfu, room.post_id, who, ben, hearing(), SOON)

    def tick(seconds: int) -> int:
        clock = Clock(SOON + timedelta(seconds=seconds) - Clock().now(session))
        return revoke_due(database, books, clock, sfu)

    assert (tick(1), len(server.open)) == (0, 3)
    seats.leave(session, bakers.people["dan"], bakers.book, room.post_id, SOON + SECOND)
    assert (tick(2), len(server.open)) == (1, 2)
    bakers.enter(room, "ben", at=SOON + 30 * SECOND)
    assert (tick(60), who_has(session)) == (1, [(ben, "speak")])
    opening.end(session, bakers.people["ben"], bakers.book, room.post_id, SOON + 61 * SECOND)
    assert (tick(62), len(server.open)) == (1, 0)
    assert tick(63) == 0
