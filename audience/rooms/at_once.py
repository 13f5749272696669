"""Rooms at once: how many of a guild are open at one moment, and whether one more may be.

Law 14: a room counts from when it was opened until its host ended it, its minutes ran out or its post was
taken back, whether or not the job has come. Law 6: rooms of a guild are opened and extended one after
another, so however many try at once, no more are open than the clause says.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from audience.rooms.allowed import Others, crowded
from audience.rooms.tables import Room
from coop import feature_at_once
from coop.book import Book
from coop.features import LIVE_ROOMS

_OPEN = text("""
SELECT guild_id, count(*) AS number, min(over) AS frees_at FROM (
  SELECT room.guild_id,
         least(room.ended_at, post.deleted_at, room.opened_at + make_interval(mins => room.minutes)) AS over
  FROM room JOIN post ON post.id = room.post_id
  WHERE room.guild_id = ANY(CAST(:guilds AS bigint[])) AND room.opened_at IS NOT NULL
    AND room.post_id IS DISTINCT FROM CAST(:besides AS bigint)
) AS opened WHERE over > :now GROUP BY guild_id
""")


def open_now(session: Session, guilds: Collection[int], now: datetime) -> dict[int, int]:
    """Return how many rooms are open of guilds, by their ids; those that have none are left out."""
    rows = session.connection().execute(_OPEN, {"guilds": list(guilds), "besides": None, "now": now})
    return {row.guild_id: row.number for row in rows}


def others(session: Session, room: Room, now: datetime) -> Others:
    """Return which rooms are open of its guild besides one."""
    bound = {"guilds": [room.guild_id], "besides": room.post_id, "now": now}
    row = session.connection().execute(_OPEN, bound).one_or_none()
    return Others(0, None) if row is None else Others(row.number, row.frees_at)


def claim(session: Session, book: Book, room: Room, now: datetime) -> None:
    """Have a room that is held be one of those that its guild may have open, to the end of the transaction.

    Raise NotYet where as many others are open as may be, with the clause and when the first of them ends.
    """
    feature_at_once.hold(session, room.guild_id, LIVE_ROOMS)
    stands = crowded(book, others(session, room, now), now)
    if stands is not None:
        raise stands.raised()
