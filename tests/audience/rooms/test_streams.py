"""Sessions at the media server: opened after their row, closed before it, and each its member's own."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlmodel import Session, col

from audience.rooms import streams
from audience.rooms.sfu import Sfu, SfuUnavailable
from audience.rooms.streams_tables import RoomStream
from coop.database import Database
from coop.errors import NotFound, NotYet, RuleBroken
from tests.audience.factories import NOW
from tests.audience.rooms.conftest import Room
from tests.audience.rooms.media_server import MediaServer
from tests.audience.rooms.offers import FRAGMENT, hearing, offer
from tests.coop.statements import counted

LATER = NOW + timedelta(minutes=1)


def rows(session: Session, *, still: bool = True) -> list[RoomStream]:
    """The sessions that are open, or all: who speaks, then who listens."""
    found = (
        select(RoomStream)
        .order_by(col(RoomStream.kind).desc(), col(RoomStream.opened_at))
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(found.where(col(RoomStream.closed_at).is_(None)) if still else found))


def test_who_speaks_is_heard_by_who_listens(
    session: Session, sfu: Sfu, server: MediaServer, room: Room
) -> None:
    said = streams.speak(session, sfu, room.id, room.ada, offer(), NOW)
    heard = streams.listen(session, sfu, room.id, room.ben, room.ada, hearing(), NOW)
    assert "a=recvonly" in said.answer and "a=sendonly" in heard.answer
    speaking, listening = rows(session)
    assert [one.id for one in (speaking, listening)] == [said.stream_id, heard.stream_id]
    assert (listening.kind, listening.member_id, listening.of_member_id) == ("listen", room.ben, room.ada)
    assert server.open == [speaking.name, speaking.name], "whoever listens hears the stream of who speaks"
    (found,) = streams.streams_of(session, room.id)
    assert (found.member_id, found.handle, found.since) == (room.ada, "ada", NOW)


def test_a_stream_s_name_cannot_be_guessed_and_is_told_to_nobody(
    session: Session, sfu: Sfu, room: Room
) -> None:
    said = streams.speak(session, sfu, room.id, room.ada, offer(), NOW)
    (row,) = rows(session)
    assert len(row.name) >= 128 // 6
    for secret in (row.name, row.resource):
        assert secret not in repr(said) and secret not in repr(streams.streams_of(session, room.id))
    streams.speak(session, sfu, room.id, room.ada, offer(), NOW)
    assert row.name != rows(session)[0].name


def test_a_new_session_takes_the_place_of_the_one_before(
    session: Session, sfu: Sfu, server: MediaServer, room: Room
) -> None:
    for at in (NOW, LATER):
        streams.speak(session, sfu, room.id, room.ada, offer(), at)
    for at in (NOW, LATER):
        streams.listen(session, sfu, room.id, room.ben, room.ada, hearing(), at)
    assert [(one.kind, one.opened_at) for one in rows(session)] == [("speak", LATER), ("listen", LATER)]
    assert len(rows(session, still=False)) == 4
    assert len(server.open) == 2
    assert [method for method, _ in server.asked] == ["POST", "DELETE", "POST"] * 2


def test_several_are_heard_at_once_and_rooms_do_not_know_of_each_other(
    session: Session, sfu: Sfu, server: MediaServer, room: Room
) -> None:
    for who, at in ((room.ada, NOW), (room.ben, LATER)):
        streams.speak(session, sfu, room.id, who, offer(), at)
        streams.listen(session, sfu, room.id, room.cai, who, hearing(), at)
    assert len(rows(session)) == len(server.open) == 4
    assert [one.handle for one in streams.streams_of(session, room.id)] == ["ada", "ben"]
    assert streams.streams_of(session, room.id + 1) == []


def test_of_somebody_who_sends_nothing_one_is_told_to_ask_again(
    session: Session, sfu: Sfu, server: MediaServer, room: Room
) -> None:
    with pytest.raises(NotYet):
        streams.listen(session, sfu, room.id, room.ben, room.ada, hearing(), NOW)
    assert server.asked == []


@pytest.mark.parametrize("how", ["500", "406", "nowhere", "huge"])
def test_where_no_session_is_opened_no_row_stays(
    session: Session, sfu: Sfu, server: MediaServer, room: Room, how: str
) -> None:
    server.behave(post=how)
    with pytest.raises((SfuUnavailable, RuleBroken)), session.begin_nested():
        streams.speak(session, sfu, room.id, room.ada, offer(), NOW)
    assert rows(session, still=False) == []


def speaking_fails(database: Database, sfu: Sfu, room: Room, fail: Callable[[Session], None]) -> None:
    with database.begin() as session:
        streams.speak(session, sfu, room.id, room.ada, offer(), NOW)
        fail(session)


def test_whatever_fails_afterwards_the_session_is_closed_again(
    database: Database, session: Session, sfu: Sfu, server: MediaServer, room: Room
) -> None:
    def nested(inner: Session) -> None:
        with inner.begin_nested():
            raise ZeroDivisionError

    def at_once(inner: Session) -> None:
        raise ZeroDivisionError

    def at_the_commit(inner: Session) -> None:
        def broken(session: Session) -> None:
            raise ZeroDivisionError

        event.listen(inner, "before_commit", broken)

    for fail in (nested, at_once, at_the_commit):
        with pytest.raises(ZeroDivisionError):
            speaking_fails(database, sfu, room, fail)
        assert server.open == []
        assert [method for method, _ in server.asked] == ["POST", "DELETE"]
        assert rows(session, still=False) == []
        server.forget()


def test_what_is_undone_beside_it_closes_nothing(
    session: Session, sfu: Sfu, server: MediaServer, room: Room
) -> None:
    with session.begin_nested():
        streams.speak(session, sfu, room.id, room.ada, offer(), NOW)
    with pytest.raises(ZeroDivisionError), session.begin_nested():
        raise ZeroDivisionError
    assert len(server.open) == 1


def test_an_inner_transaction_that_is_undone_closes_what_it_opened(
    session: Session, sfu: Sfu, server: MediaServer, room: Room
) -> None:
    with pytest.raises(ZeroDivisionError), session.begin_nested():
        streams.speak(session, sfu, room.id, room.ada, offer(), NOW)
        raise ZeroDivisionError
    assert server.open == []
    assert rows(session, still=False) == []


def test_a_session_is_closed_by_its_member_alone_and_once(
    session: Session, sfu: Sfu, server: MediaServer, room: Room
) -> None:
    made = streams.speak(session, sfu, room.id, room.ada, offer(), NOW)
    for room_id, who, stream in (
        (room.id, room.ben, made.stream_id),
        (room.id + 1, room.ada, made.stream_id),
        (room.id, room.ada, made.stream_id + 1),
    ):
        with pytest.raises(NotFound):
            streams.close(session, sfu, room_id, who, stream, LATER)
        with pytest.raises(NotFound):
            streams.trickle(session, sfu, room_id, who, stream, FRAGMENT)
    assert len(server.asked) == 1
    streams.close(session, sfu, room.id, room.ada, made.stream_id, LATER)
    assert server.open == [] and rows(session) == []
    assert rows(session, still=False)[0].closed_at == LATER
    with pytest.raises(NotFound):
        streams.close(session, sfu, room.id, room.ada, made.stream_id, LATER)
    with pytest.raises(NotFound):
        streams.trickle(session, sfu, room.id, room.ada, made.stream_id, FRAGMENT)


def test_a_session_that_may_be_open_still_is_open_here_as_well(
    session: Session, sfu: Sfu, server: MediaServer, room: Room
) -> None:
    made = streams.speak(session, sfu, room.id, room.ada, offer(), NOW)
    server.behave(delete=500)
    with pytest.raises(SfuUnavailable), session.begin_nested():
        streams.close(session, sfu, room.id, room.ada, made.stream_id, LATER)
    with pytest.raises(SfuUnavailable), session.begin_nested():
        streams.speak(session, sfu, room.id, room.ada, offer(), LATER)
    assert [one.id for one in rows(session)] == [made.stream_id]
    server.behave()
    streams.close(session, sfu, room.id, room.ada, made.stream_id, NOW - timedelta(seconds=1))
    assert rows(session, still=False)[0].closed_at == NOW, "a clock that is behind closes nothing too early"


def test_candidates_are_handed_on_to_one_s_own_session(
    session: Session, sfu: Sfu, server: MediaServer, room: Room
) -> None:
    made = streams.speak(session, sfu, room.id, room.ada, offer(), NOW)
    assert streams.trickle(session, sfu, room.id, room.ada, made.stream_id, FRAGMENT, made.etag) is None
    server.behave(patch=200)
    assert "ice-ufrag" in str(streams.trickle(session, sfu, room.id, room.ada, made.stream_id, FRAGMENT))


def test_no_more_statements_are_sent_than_it_takes(session: Session, sfu: Sfu, room: Room) -> None:
    with counted(session) as sent:
        streams.speak(session, sfu, room.id, room.ada, offer(), NOW)
    assert len(sent) == 3
    with counted(session) as sent:
        streams.listen(session, sfu, room.id, room.ben, room.ada, hearing(), NOW)
    assert len(sent) == 4
