"""Gates and seats: how many distinct members are delivered a post, and how fast strangers arrive.

Law 6: a cap is exact. Distinct viewers never exceed the cap under any race; whoever holds a seat keeps it
when the cap drops; arrivals obey the limiter, and whoever is seated is never delayed.

A ``seat`` is written for every viewer of every post. A ``gate`` is the counter of a post for which a limit
holds or has held; from then on ``gate.taken`` equals the number of its seats, and gates are never taken
away. A claim goes: insert the seat, then count it under the guard, else take the seat back, all in the
request's transaction and for a whole page in one call (``take_seats``, migration 0078). Those who wait for a
seat (``waiting.py``) come first: one that any of them could have is free for nobody else.

Locks are taken in one order, so claims never deadlock: posts by id, then gates by id. Inserting a seat
holds its post in key-share mode. Making the gate of a post that has seats already (``make_gates``, migration
0072) holds it exclusively: it waits for seats under way, so none is missed by the count, and while a seat is
under way no gate can appear behind it. All this rests on READ COMMITTED, where each statement, in a function
too, sees what was committed before it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

from psycopg.rows import scalar_row
from sqlalchemy import text
from sqlmodel import Session

from audience.limits import MINUTE, Limits
from coop.database import as_array
from coop.driver import DriverStatement
from coop.identity import Identity

# The post is held before its gate, as everywhere, although only who waits makes use of it.
_HOLD_GATE = text("""
WITH held AS MATERIALIZED (SELECT id FROM post WHERE id = :post FOR KEY SHARE)
SELECT post_id FROM gate JOIN held ON post_id = id FOR UPDATE OF gate
""")

# It holds the posts and only then counts their seats, so none is missed that was under way meanwhile.
_MAKE = text("SELECT make_gates(CAST(:posts AS bigint[]), CAST(:bare AS bigint[]))")

_TAKE = DriverStatement(
    text("""
SELECT take_seats(
  :member, :via, :epoch, :now, CAST(:posts AS bigint[]), CAST(:layers AS integer[]), CAST(:bare AS bigint[]),
  CAST(:seats AS integer[]), CAST(:periods AS interval[]), CAST(:tolerances AS interval[]),
  CAST(:reached AS integer[]), CAST(:waited AS boolean[]), CAST(:strangers AS boolean[]))
"""),
    scalar_row,
)

_SLOW = text("""
UPDATE gate SET slowed_until = :until, slowed_to = CAST(:period AS interval) WHERE post_id = :post
RETURNING post_id
""")


class Claim(NamedTuple):
    """A post that a viewer is about to be delivered."""

    post_id: int
    limits: Limits
    """As they hold for this viewer: see :meth:`Limits.for_viewer`."""
    gated: bool
    """Whether it had a gate when it was read; one that had none may have been given one since."""
    layers: int = 0
    """How many layers had been added to its audience when it was read: who looked before one was added is
    not let in by what they saw."""
    reached: int = 0
    """How many of them a share of its seats had brought."""
    waited: bool = False
    """Whether the viewer is the first of those who wait, whose gate is held: see :func:`hold`."""


def claim(
    session: Session, viewer: Identity, claims: Sequence[Claim], *, via: str, epoch: int, now: datetime
) -> set[int]:
    """Seat the viewer at every post that its limits admit them to, and return the ids of those posts.

    Posts at which they were seated already are among them, whatever the limits. The caller has decided
    that the viewer may see the posts and is not their author, and delivers none that is not returned.
    ``via`` and ``epoch`` are kept with the seat: where it was taken, and under which policies.
    """
    if not claims:
        return set()
    by_post = sorted(claims, key=attrgetter("post_id"))
    bound = {
        "member": viewer.member_id,
        "via": via,
        "epoch": epoch,
        "now": now,
        "posts": as_array(claim.post_id for claim in by_post),
        "layers": as_array(claim.layers for claim in by_post),
        "bare": as_array(claim.post_id for claim in by_post if claim.limits.hold and not claim.gated),
        "seats": as_array(claim.limits.seats for claim in by_post),
        "periods": as_array(_seconds(claim.limits.period) for claim in by_post),
        "tolerances": as_array(_seconds(claim.limits.tolerance) for claim in by_post),
        "reached": as_array(claim.reached for claim in by_post),
        "waited": as_array(claim.waited for claim in by_post),
        "strangers": as_array(claim.limits.delayed for claim in by_post),
    }
    return set(_TAKE.rows(session, bound)[0])


def hold(session: Session, post_id: int) -> None:
    """Hold the gate of a post that has one, until the transaction ends.

    Meanwhile nobody is seated there, and nobody begins or ceases to wait.
    """
    session.connection().execute(_HOLD_GATE, {"post": post_id})


def slow(session: Session, post_id: int, per_minute: int, until: datetime) -> None:
    """Let strangers come to a post one at a time, so many in a minute at most, until that moment.

    Where they may come more slowly by other limits they do. The caller holds the post; its gate is made where
    it has none, which nobody else can meanwhile.
    """
    bound = {"post": post_id, "period": _seconds(MINUTE / per_minute), "until": until}
    if session.scalar(_SLOW, bound) is None:
        session.connection().execute(_MAKE, {"posts": as_array([post_id]), "bare": as_array([post_id])})
        session.scalar(_SLOW, bound)


def _seconds(length: timedelta | None) -> str | None:
    """Return a length as PostgreSQL reads an interval."""
    return None if length is None else f"{length.total_seconds():f}"
