"""Gates and seats: how many distinct members are delivered a post, and how fast strangers arrive.

Law 6: a cap is exact. Distinct viewers never exceed the cap under any race; whoever holds a seat keeps it
when the cap drops; arrivals obey the limiter, and whoever is seated is never delayed.

A ``seat`` is written for every viewer of every post. A ``gate`` is the counter of a post for which a limit
holds or has held; from then on ``gate.taken`` equals the number of its seats, and gates are never taken
away. A claim goes: insert the seat, then count it under the guard, else take the seat back, all in the
request's transaction and for a whole page at once.

Locks are taken in one order, so claims never deadlock: posts by id, then gates by id. Inserting a seat
holds its post in key-share mode (the foreign key would too). Making the gate of a post that has seats
already holds it exclusively: it waits for seats under way, so none is missed by the count, and while a
seat is under way no gate can appear behind it. All this rests on READ COMMITTED, where each statement sees
what was committed before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from audience.document import Limits
from coop.identity import Identity

_HOLD = text("SELECT id FROM post WHERE id = ANY(:posts) ORDER BY id FOR UPDATE")

_MAKE = text("""
INSERT INTO gate (post_id, taken)
SELECT post_id, (SELECT count(*) FROM seat WHERE seat.post_id = wanted.post_id)
FROM unnest(CAST(:posts AS bigint[])) AS wanted(post_id)
ON CONFLICT DO NOTHING
""")

_SIT = text("""
WITH held AS MATERIALIZED (SELECT id FROM post WHERE id = ANY(:posts) ORDER BY id FOR KEY SHARE)
INSERT INTO seat (member_id, post_id, at, via, epoch)
SELECT :member, id, :now, :via, :epoch FROM held ORDER BY id
ON CONFLICT DO NOTHING
RETURNING post_id
""")

# GCRA (ITU-T I.371): arrival_at is the theoretical arrival time of the next stranger. A claim that waits for
# a gate is judged by the gate as it then is: PostgreSQL evaluates the guard again on the row it waited for.
_COUNT = text("""
WITH locked AS MATERIALIZED (
  SELECT post_id FROM gate WHERE post_id = ANY(:posts) ORDER BY post_id FOR UPDATE
), counted AS (
  UPDATE gate SET
    taken = taken + 1,
    arrival_at = CASE WHEN period IS NULL THEN arrival_at
                      ELSE greatest(arrival_at, clock_timestamp()) + period END
  FROM locked
  JOIN unnest(CAST(:posts AS bigint[]), CAST(:seats AS integer[]),
              CAST(:periods AS interval[]), CAST(:tolerances AS interval[]))
    AS wanted(post_id, seats, period, tolerance) USING (post_id)
  WHERE gate.post_id = locked.post_id
    AND (seats IS NULL OR taken < seats)
    AND (period IS NULL
         OR greatest(arrival_at, clock_timestamp()) + period - tolerance <= clock_timestamp())
  RETURNING gate.post_id
)
SELECT post_id FROM locked EXCEPT SELECT post_id FROM counted
""")

_RISE = text("DELETE FROM seat WHERE member_id = :member AND post_id = ANY(:posts)")


@dataclass(frozen=True, slots=True)
class Claim:
    """A post that a viewer is about to be delivered."""

    post_id: int
    limits: Limits
    """As they hold for this viewer: see :meth:`Limits.for_viewer`."""
    gated: bool
    """Whether it had a gate when it was read; one that had none may have been given one since."""


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
    posts = sorted(claim.post_id for claim in claims)
    bare = sorted(claim.post_id for claim in claims if claim.limits.hold and not claim.gated)
    if bare:
        session.connection().execute(_HOLD, {"posts": posts})
        session.connection().execute(_MAKE, {"posts": bare})
    taken = {"member": viewer.member_id, "posts": posts, "now": now, "via": via, "epoch": epoch}
    new = set(session.scalars(_SIT, taken))
    refused = _count(session, [claim for claim in claims if claim.post_id in new]) if new else set()
    if refused:
        session.connection().execute(_RISE, {"member": viewer.member_id, "posts": sorted(refused)})
    return set(posts) - refused


def _count(session: Session, claims: Sequence[Claim]) -> set[int]:
    """Count new seats at the gates that their posts have; return the posts whose gate refuses."""
    bound = {
        "posts": [claim.post_id for claim in claims],
        "seats": [claim.limits.seats for claim in claims],
        "periods": [claim.limits.period for claim in claims],
        "tolerances": [claim.limits.tolerance for claim in claims],
    }
    return set(session.scalars(_COUNT, bound))
