"""Races for sessions at the media server: real processes, real commits, a real server between them."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col

from audience.rooms import streams
from audience.rooms.revoking import AT_ONCE, revoke
from audience.rooms.sfu import Sfu, SfuUnavailable
from audience.rooms.streams_tables import RoomStream
from coop.clock import Clock
from coop.database import Database
from coop.errors import Conflict
from tests.audience.factories import NOW
from tests.audience.rooms.media_server import TOKEN, MediaServer
from tests.audience.rooms.offers import hearing, offer
from tests.audience.rooms.scheduled import room_of
from tests.factories import id_of, make_member, make_members
from tests.governance.processes import race

PROCESSES, THREADS, TRIES = 4, 3, 6
CROWD = 40


def url_of(database: Database) -> str:
    assert isinstance(database.bind, Engine)
    return database.bind.url.render_as_string(hide_password=False)


def room_in(database: Database) -> tuple[int, int]:
    """Make a room; return its id and that of who made it."""
    with database.begin() as session:
        author = make_member(session, "ada")
        return room_of(session, author), id_of(author)


def client_of(server: MediaServer) -> tuple[str, str, str]:
    return server.publish_url, server.play_url, TOKEN


def _speaks_in_a_process(
    url: str, client: tuple[str, str, str], room_id: int, who: int, listen: bool
) -> list[str]:
    """Open a session again and again, in several threads; return what came of each."""
    database, sfu = Database(url, pool_size=THREADS), Sfu(*client, at_once=THREADS)

    def once(_: int) -> str:
        try:
            with database.begin() as session:
                if listen:
                    streams.listen(session, sfu, room_id, who, who, hearing(), NOW)
                else:
                    streams.speak(session, sfu, room_id, who, offer(), NOW)
        except (Conflict, SfuUnavailable) as error:
            return type(error).__name__
        return "opened"

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(once, range(TRIES)))
    database.dispose()
    return found


def open_here(session: Session, kind: str) -> list[str]:
    found = select(col(RoomStream.resource)).where(col(RoomStream.kind) == kind)
    return list(session.scalars(found.where(col(RoomStream.closed_at).is_(None))))


@pytest.mark.parametrize("listen", [False, True], ids=["speak", "listen"])
def test_of_many_sessions_of_one_member_at_once_one_is_open_here_and_at_the_media_server(
    committed: Database, server: MediaServer, listen: bool
) -> None:
    room_id, who = room_in(committed)
    if listen:
        with committed.begin() as session:
            streams.speak(session, server.sfu(), room_id, who, offer(), NOW)
    arguments = (url_of(committed), client_of(server), room_id, who, listen)
    found = Counter(one for each in race(_speaks_in_a_process, *[arguments] * PROCESSES) for one in each)
    assert sum(found.values()) == PROCESSES * TRIES
    assert found["opened"] >= 1 and found["SfuUnavailable"] == 0
    with committed.begin() as session:
        here = open_here(session, "listen" if listen else "speak")
    assert len(here) == 1
    there = [path for path in server.seen["open"] if ("whep" in path) == listen]
    assert [one.removeprefix(f"http://127.0.0.1:{server.port}") for one in here] == there


def _revokes_in_a_process(url: str, client: tuple[str, str, str]) -> int:
    database = Database(url)
    with database.begin() as session:
        closed = revoke(session, Sfu(*client, at_once=AT_ONCE), set(), Clock().now(session))
    database.dispose()
    return closed


def test_law_14_several_workers_at_once_close_each_session_once(
    committed: Database, server: MediaServer
) -> None:
    room_id, _ = room_in(committed)
    sfu = server.sfu()
    with committed.begin() as session:
        for member in make_members(session, CROWD):
            streams.speak(session, sfu, room_id, id_of(member), offer(), NOW)
    found = race(_revokes_in_a_process, *[(url_of(committed), client_of(server))] * PROCESSES)
    assert sum(found) == CROWD
    assert server.open == []
    asked = Counter(path for method, path in server.asked if method == "DELETE")
    assert len(asked) == CROWD and set(asked.values()) == {1}
    with committed.begin() as session:
        assert session.scalar(select(func.count()).where(col(RoomStream.closed_at).is_(None))) == 0


def test_a_commit_that_fails_closes_the_session_that_was_opened(
    committed: Database, server: MediaServer
) -> None:
    room_id, who = room_in(committed)
    with pytest.raises(DBAPIError), committed.begin() as session:
        streams.speak(session, server.sfu(), room_id, who, offer(), NOW)
        backend = session.scalar(text("SELECT pg_backend_pid()"))
        with committed.begin() as other:
            other.execute(text("SELECT pg_terminate_backend(:backend, 5000)"), {"backend": backend})
        assert len(server.open) == 1
    assert server.open == []
    with committed.begin() as session:
        assert session.scalar(select(func.count()).select_from(RoomStream)) == 0
