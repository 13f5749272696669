"""Gates and seats: how many distinct members are delivered a post, and how fast strangers arrive.

Law 6: a cap is exact. Distinct viewers never exceed the cap under any race; whoever holds a seat keeps it
when the cap drops; arrivals obey the limiter, and whoever is seated is never delayed.

A ``seat`` is written for every viewer of every post. A ``gate`` is the counter of a post for which a limit
holds or has held; from then on ``gate.taken`` equals the number of its seats, and gates are never taken
away. A claim goes: insert the seat, then count it under the guard, else take the seat back, all in the
request's transaction and for a whole page at once. Those who wait for a seat (``waiting.py``) come first: one
that any of them could have is free for nobody else.

Locks are taken in one order, so claims never deadlock: posts by id, then gates by id. Inserting a seat
holds its post in key-share mode. Making the gate of a post that has seats
already holds it exclusively: it waits for seats under way, so none is missed by the count, and while a
seat is under way no gate can appear behind it. All this rests on READ COMMITTED, where each statement sees
what was committed before it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

from psycopg.rows import scalar_row, tuple_row
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

_SIT = DriverStatement(
    text("""
WITH held AS MATERIALIZED (
  SELECT id FROM post
  JOIN unnest(CAST(:posts AS bigint[]), CAST(:layers AS integer[])) AS seen(post_id, layers) ON post_id = id
  WHERE post.layers = seen.layers ORDER BY id FOR KEY SHARE OF post
), sat AS (
  INSERT INTO seat (member_id, post_id, at, via, epoch)
  SELECT :member, id, :now, :via, :epoch FROM held ORDER BY id
  ON CONFLICT DO NOTHING
  RETURNING post_id
)
SELECT id, post_id IS NOT NULL AS new FROM held LEFT JOIN sat ON post_id = id
"""),
    tuple_row,
)

# GCRA (ITU-T I.371): arrival_at is the theoretical arrival time of the next stranger. A claim that waits for
# a gate is judged by the gate as it then is: PostgreSQL evaluates the guard again on the row it waited for.
# While its thread is hot (``slow``) a gate lets strangers come one at a time.
_SLOWED = "(strangers AND slowed_until > clock_timestamp()) IS TRUE"
_PERIOD = f"greatest(period, CASE WHEN {_SLOWED} THEN slowed_to END)"
_COUNT = DriverStatement(
    text(f"""
WITH locked AS MATERIALIZED (
  SELECT post_id FROM gate WHERE post_id = ANY(CAST(:posts AS bigint[])) ORDER BY post_id FOR UPDATE
), counted AS (
  UPDATE gate SET
    taken = taken + 1,
    waiting = waiting - waited::integer,
    arrival_at = CASE WHEN {_PERIOD} IS NULL THEN arrival_at
                      ELSE greatest(arrival_at, clock_timestamp()) + {_PERIOD} END
  FROM locked
  JOIN unnest(CAST(:posts AS bigint[]), CAST(:seats AS integer[]),
              CAST(:periods AS interval[]), CAST(:tolerances AS interval[]), CAST(:reached AS integer[]),
              CAST(:waited AS boolean[]), CAST(:strangers AS boolean[]))
    AS wanted(post_id, seats, period, tolerance, reached, waited, strangers) USING (post_id)
  WHERE gate.post_id = locked.post_id
    AND (seats IS NULL OR taken < seats)
    AND (seats IS NULL OR waited OR waiting = 0 OR taken + waiting < seats)
    AND gate.reached = wanted.reached
    AND CASE WHEN {_SLOWED} THEN coalesce(arrival_at <= clock_timestamp(), true) ELSE period IS NULL
         OR greatest(arrival_at, clock_timestamp()) + period - tolerance <= clock_timestamp() END
  RETURNING gate.post_id
)
SELECT post_id FROM locked EXCEPT SELECT post_id FROM counted
"""),  # noqa: S608 - put together from constants
    scalar_row,
)

_SLOW = text("""
UPDATE gate SET slowed_until = :until, slowed_to = CAST(:period AS interval) WHERE post_id = :post
RETURNING post_id
""")

_REACH = text("""
WITH come AS (
  UPDATE post_stage SET reached_at = :now
  FROM gate, unnest(CAST(:posts AS bigint[]), CAST(:seats AS integer[])) AS wanted(post_id, seats)
  WHERE gate.post_id = wanted.post_id AND post_stage.post_id = wanted.post_id
    AND reached_at IS NULL AND 100 * taken::bigint >= seats_pct::bigint * seats
  RETURNING post_stage.post_id
)
UPDATE gate SET reached = reached + number
FROM (SELECT post_id, count(*) AS number FROM come GROUP BY post_id) AS grown
WHERE gate.post_id = grown.post_id
""")

_RISE = text("DELETE FROM seat WHERE member_id = :member AND post_id = ANY(CAST(:posts AS bigint[]))")


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
    posts = as_array(claim.post_id for claim in by_post)
    bare = sorted(claim.post_id for claim in claims if claim.limits.hold and not claim.gated)
    if bare:
        session.connection().execute(_MAKE, {"posts": posts, "bare": as_array(bare)})
    taken = {"member": viewer.member_id, "posts": posts, "now": now, "via": via, "epoch": epoch}
    taken["layers"] = as_array(claim.layers for claim in by_post)
    held = _SIT.rows(session, taken)
    new = {post_id for post_id, is_new in held if is_new}
    refused = _count(session, [claim for claim in claims if claim.post_id in new]) if new else set()
    if refused:
        session.connection().execute(_RISE, {"member": viewer.member_id, "posts": as_array(sorted(refused))})
    _reach(session, [claim for claim in claims if claim.layers and claim.post_id in new - refused], now)
    return {post_id for post_id, _ in held} - refused


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


def _count(session: Session, claims: Sequence[Claim]) -> set[int]:
    """Count new seats at the gates that their posts have; return the posts whose gate refuses."""
    bound = {
        "posts": as_array(claim.post_id for claim in claims),
        "seats": as_array(claim.limits.seats for claim in claims),
        "periods": as_array(_seconds(claim.limits.period) for claim in claims),
        "tolerances": as_array(_seconds(claim.limits.tolerance) for claim in claims),
        "reached": as_array(claim.reached for claim in claims),
        "waited": as_array(claim.waited for claim in claims),
        "strangers": as_array(claim.limits.delayed for claim in claims),
    }
    return set(_COUNT.rows(session, bound))


def _seconds(length: timedelta | None) -> str | None:
    """Return a length as PostgreSQL reads an interval."""
    return None if length is None else f"{length.total_seconds():f}"


def _reach(session: Session, claims: Sequence[Claim], now: datetime) -> None:
    """Keep when a share of its seats was taken at which a post grows narrower: for good, whatever comes."""
    counted = [claim for claim in claims if claim.limits.seats is not None]
    if counted:
        bound = {
            "posts": as_array(claim.post_id for claim in counted),
            "seats": as_array(claim.limits.seats for claim in counted),
            "now": now,
        }
        session.connection().execute(_REACH, bound)
