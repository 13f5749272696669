"""Fixtures of live rooms: a guild that holds them, a media server, and a room with people in it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlmodel import Session

from audience.rooms.sfu import Sfu
from tests.audience.rooms.live import Live, live
from tests.audience.rooms.media_server import MediaServer, media_server
from tests.audience.rooms.scheduled import room_of
from tests.factories import id_of, make_members


@pytest.fixture
def bakers(session: Session) -> Live:
    """The guild, with the book that a request of its people reads."""
    return live(session)


@pytest.fixture(scope="session")
def media_process() -> Iterator[MediaServer]:
    """Started once; whoever asks for ``server`` finds it as if it were new."""
    with media_server() as started:
        yield started


@pytest.fixture
def server(media_process: MediaServer) -> MediaServer:
    media_process.forget()
    return media_process


@pytest.fixture
def sfu(server: MediaServer) -> Sfu:
    return server.sfu()


@dataclass(frozen=True)
class Room:
    """A room, by the ids of its post and of three members."""

    id: int
    ada: int
    ben: int
    cai: int


@pytest.fixture
def room(session: Session) -> Room:
    ada, ben, cai = make_members(session, ["ada", "ben", "cai"])
    return Room(room_of(session, ada), id_of(ada), id_of(ben), id_of(cai))
