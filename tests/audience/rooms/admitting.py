"""Rules of rooms for tests: who may is what a test says, and everybody else knows of no room."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from audience.rooms.sfu import Sfu
from audience.rooms.signalling import Admitted, Heard, RoomMedia
from coop.book import Book
from coop.errors import Forbidden, NotFound
from coop.identity import Identity

NO_FLOOR = "You do not have the floor."


@dataclass
class Door:
    """One room, who is in it, and who has the floor."""

    room_id: int
    video: bool = False
    present: dict[str, int] = field(default_factory=dict)
    """Handle → id of the member."""
    floor: set[str] = field(default_factory=set)

    def may_speak(self, session: Session, member: Identity, book: Book, room: int, now: datetime) -> Admitted:
        self._check_present(member, room)
        if member.handle not in self.floor:
            raise Forbidden(NO_FLOOR)
        return Admitted(self.video)

    def may_listen(
        self, session: Session, member: Identity, book: Book, room: int, handle: str, now: datetime
    ) -> Heard:
        self._check_present(member, room)
        if handle not in self.floor:
            raise NotFound
        return Heard(self.present[handle], self.video)

    def media(self, sfu: Sfu | None) -> RoomMedia:
        return RoomMedia(sfu, self.may_speak, self.may_listen)

    def _check_present(self, member: Identity, room: int) -> None:
        if room != self.room_id or member.handle not in self.present:
            raise NotFound
