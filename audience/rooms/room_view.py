"""What a reader of its post is told of a room.

Law 7: its times, its host and its guild are told to whoever may read the post. How many are there, and who,
is told to those who are there and to those who lead it; others know whether there is room for them. Nobody is
told by name of somebody with whom they are blocked either way, unless the room is theirs to lead. What
is left of the budget is told to members of the guild, as everywhere.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from sqlalchemy import select
from sqlmodel import Session, col

from audience.rooms.allowed import Act, Refusal, refusal
from audience.rooms.presence import Person
from audience.rooms.queue import place
from audience.rooms.room_state import Window
from audience.rooms.scene import Scene
from coop import feature_budgets
from coop.book import Book
from coop.feature_budgets import Account
from coop.features import LIVE_ROOMS
from coop.identity import Identity
from coop.tables import Guild

ACTS: tuple[Act, ...] = get_args(Act)
"""What is said of every reader, in this order."""


@dataclass(frozen=True, slots=True)
class May:
    """Whether a reader may do something now."""

    act: Act
    stands: Refusal | None
    """What is in the way."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one reader is told of a room besides its times."""

    window: Window
    """When it may be opened."""
    cap: int
    """How many may be present at once."""
    taken: int | None
    """How many are; None for whoever is not told."""
    full: bool
    """Whether there is no room for the reader, who is not there."""
    people: tuple[Person, ...] | None
    """Who is present; None for whoever is not told."""
    speakers: tuple[Person, ...] | None
    """Who of them has the floor."""
    queue: tuple[Person, ...] | None
    """Who of them waits to speak, whoever is next first."""
    place: int | None
    """The reader's place in the queue, from 1."""
    may: tuple[May, ...]
    budget: Account | None
    """The minutes of the guild in the period that runs; None for whoever does not belong to it."""


def told(session: Session, reader: Identity, book: Book, scene: Scene, now: datetime) -> Told:
    """Return what a reader is told of a room as they found it."""
    one = scene.standing
    inside = one.present or one.leads
    people = tuple(person for person in scene.people if one.leads or not person.blocked)
    by_id = {person.member_id: person for person in people}
    waiting = tuple(by_id[hand.member_id] for hand in scene.queue if hand.member_id in by_id)
    return Told(
        window=one.window,
        cap=one.cap,
        taken=one.taken if inside else None,
        full=one.state == "open" and not one.present and one.full,
        people=people if inside else None,
        speakers=tuple(person for person in people if person.turn_id is not None) if inside else None,
        queue=waiting if inside else None,
        place=place(scene.queue, reader.member_id),
        may=tuple(May(act, refusal(act, one)) for act in ACTS),
        budget=minutes_of(session, book, scene.room.guild_id, now) if one.belongs else None,
    )


def minutes_of(session: Session, book: Book, guild_id: int, now: datetime) -> Account | None:
    """Return the minutes of a guild in the period that runs, for its members; None without a clause."""
    guild = session.scalars(select(Guild).where(col(Guild.id) == guild_id)).one()
    try:
        return feature_budgets.account(session, book, guild, LIVE_ROOMS, now)
    except KeyError:
        return None
