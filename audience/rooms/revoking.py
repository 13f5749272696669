"""Taking sound and picture back from those who may no longer have them, within a second or so.

Law 14: it is a function of who is entitled now, so a late or doubled run changes no outcome, and any number
of workers may run at once: each takes the rows that no other holds. A session is closed at the media server
first and in the table then; one that the media server does not answer for stays open in the table and is
tried again.

A tick has ``TICK_S`` and a bit. Several sessions are closed at once, each has ``CLOSE_S``, and which come
first is drawn anew each time: sessions that never answer hold up neither the worker nor the others for good.
"""

import time
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from sqlmodel import Session

from audience.rooms.entitled import entitled
from audience.rooms.session_description import Role
from audience.rooms.sfu import Sfu, SfuUnavailable
from audience.rooms.streams import OF_STREAM, mark_closed
from coop.clock import Clock
from coop.database import Database, as_array, shortened
from coop.policies import Books

MOST = 64
"""Sessions that one tick tries to close."""
AT_ONCE = 8
"""Of them, how many at the same time: the worker's own client of the media server is made for so many."""
CLOSE_S = 1.5
TICK_S = 3.0
"""Once so much time is over nothing more is begun: a tick ends within ``TICK_S`` + ``CLOSE_S``."""

Entitled = Collection[tuple[int, int, Role]]
"""Room, member, and whether they may speak there or listen."""

_DUE = shortened(
    """
    SELECT s.id, s.resource FROM room_stream s
    WHERE s.closed_at IS NULL AND s.opened_at < :now AND (
        NOT EXISTS (
            SELECT FROM unnest(
                CAST(:rooms AS bigint[]), CAST(:members AS bigint[]), CAST(:kinds AS text[])
            ) AS e(room_id, member_id, kind)
            WHERE e.room_id = s.room_id AND e.member_id = s.member_id AND e.kind = s.kind
        )
        OR s.kind = :listen AND NOT EXISTS (
            SELECT FROM room_stream h
            WHERE h.room_id = s.room_id AND h.member_id = s.of_member_id AND h.kind = :speak
                AND h.closed_at IS NULL AND h.name = split_part(s.name, :of, 1)
        )
    )
    ORDER BY random() LIMIT :most FOR UPDATE OF s SKIP LOCKED
    """
)


def revoke(session: Session, sfu: Sfu, may: Entitled, now: datetime) -> int:
    """Close what is open of members who no longer ``may`` have it, and what hears a stream that has ended.

    ``now`` was read before ``may`` was: who has been let in since is left alone. Return how many were
    closed.
    """
    rooms, members, kinds = zip(*may, strict=True) if may else ((), (), ())
    due = session.execute(
        _DUE,
        {
            "now": now,
            "rooms": as_array(rooms),
            "members": as_array(members),
            "kinds": as_array(kinds),
            "speak": "speak",
            "listen": "listen",
            "of": OF_STREAM,
            "most": MOST,
        },
    ).all()
    if not due:
        return 0
    until = time.monotonic() + TICK_S

    def is_closed(resource: str) -> bool:
        if time.monotonic() >= until:
            return False
        try:
            sfu.close(resource, CLOSE_S)
        except SfuUnavailable:
            return False
        return True

    with ThreadPoolExecutor(sfu.at_once) as pool:
        answered = list(pool.map(is_closed, [row.resource for row in due]))
    closed = [row.id for row, done in zip(due, answered, strict=True) if done]
    if closed:
        mark_closed(session, closed, now)
    return len(closed)


def revoke_due(database: Database, books: Books, clock: Clock, sfu: Sfu) -> int:
    """Do so once, in a transaction of its own: what the worker runs."""
    with database.begin() as session:
        now = clock.now(session)
        return revoke(session, sfu, entitled(session, books.current(session), now), now)
