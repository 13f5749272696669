"""Rooms for tests: a guild that holds them, its people, and a room that is scheduled or open."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from audience.cases import pauses
from audience.document import AudienceDocument
from audience.rooms import floor, opening, scene, scheduling, seats
from audience.rooms.scene import Scene
from audience.rooms.scheduling import Booking
from audience.rooms.tables import Room
from audience.rules import AUDIENCE
from coop import feature_budgets
from coop.book import Book
from coop.features import LIVE_ROOMS
from coop.identity import Identity
from coop.tables import Guild
from tests.audience.cases import judging
from tests.audience.factories import NOW, make_post, with_clauses
from tests.coop.featured import enacted, give
from tests.factories import identity_of, make_guild, make_members

SOON = NOW + timedelta(hours=1)
"""When rooms of tests begin."""
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
BAKERS = ("ada", "ben", "cleo", "dan", "eve")
COST = {"/limits/cost": 60}
"""A clause as it is: writing it makes a book of what was given meanwhile."""


@dataclass
class Live:
    """A guild that holds live rooms: Ada founded it, the others belong to it; Olga does not."""

    session: Session
    book: Book
    guild: Guild
    people: dict[str, Identity] = field(default_factory=dict)

    def says(self, **clauses: object) -> None:
        """Have the coop's clauses on rooms say this."""
        self.book = with_clauses(
            self.book, AUDIENCE, {f"/rooms/{name}": one for name, one in clauses.items()}
        )

    def schedule(
        self,
        who: str = "ben",
        *,
        at: datetime = SOON,
        minutes: int = 60,
        places: int | None = None,
        audience: dict[str, Any] | None = None,
        now: datetime = NOW,
        text: str = "Sourdough, live",
    ) -> Room:
        """Schedule a room."""
        document = AudienceDocument.model_validate(audience or {})
        booking = Booking(text, at, minutes, places, audience=document)
        return scheduling.schedule(self.session, self.people[who], self.book, "bakers", booking, now)

    def open(self, who: str = "ben", *, at: datetime = SOON, **more: Any) -> Room:
        """Schedule a room and open it on time; its host enters it."""
        room = self.schedule(who, **more)
        opening.begin(self.session, self.people[who], self.book, room.post_id, at)
        self.enter(room, who, at=at)
        return room

    def enter(self, room: Room, *who: str, at: datetime = SOON) -> None:
        """Have people enter a room, or show that they are there."""
        for one in who:
            seats.enter(self.session, self.people[one], self.book, room.post_id, at)

    def hand(self, room: Room, *who: str, at: datetime = SOON) -> None:
        """Have people raise their hands, one after another."""
        for number, one in enumerate(who):
            moment = at + number * SECOND
            floor.raise_hand(self.session, self.people[one], self.book, room.post_id, moment)

    def take(self, room: Room, *who: str, at: datetime = SOON) -> None:
        """Have people take the floor."""
        for one in who:
            floor.take(self.session, self.people[one], self.book, room.post_id, at)

    def pause(self, *who: str, at: datetime = SOON) -> None:
        """Have a jury pause people, for as long as the clause says."""
        for one in who:
            made = make_post(self.session, self.people[one], self.book)
            other = next(person for name, person in self.people.items() if name != one)
            (filed,) = judging.report(self.session, self.book, made, other)
            pauses.pause(self.session, self.book, self.people[one].member_id, filed.case.id, at)

    def look(self, room: Room, who: str = "ben", *, at: datetime = SOON) -> Scene:
        """Return the room as somebody finds it."""
        return scene.look(self.session, self.people[who], self.book, room.post_id, at)

    def present(self, room: Room, *, at: datetime = SOON) -> list[str]:
        """Return who is there, who came first first."""
        return [one.handle for one in self.look(room, at=at).people]

    def speaking(self, room: Room, *, at: datetime = SOON) -> list[str]:
        """Return who has the floor, by handle."""
        return sorted(one.handle for one in self.look(room, at=at).speakers)

    def waiting(self, room: Room, *, at: datetime = SOON) -> list[str]:
        """Return who waits to speak, whoever is next first."""
        by_id = {one.member_id: name for name, one in self.people.items()}
        return [by_id[hand.member_id] for hand in self.look(room, at=at).queue]

    def taken(self, *, at: datetime = SOON) -> int:
        """Return how many minutes are taken of the guild's budget."""
        return feature_budgets.account(self.session, self.book, self.guild, LIVE_ROOMS, at).taken


def live(session: Session) -> Live:
    """Make the guild and its people, and have it hold live rooms."""
    rows = make_members(session, [*BAKERS, "olga"])
    guild = make_guild(session, "bakers", rows[0], tuple(rows[1:-1]))
    give(session, LIVE_ROOMS, guild)
    people = {row.handle: identity_of(row, (guild,)) for row in rows[1:-1]}
    people["ada"] = identity_of(rows[0], (guild,), (guild,))
    people["olga"] = identity_of(rows[-1])
    return Live(session, enacted(session, COST), guild, people)
