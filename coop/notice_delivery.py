"""Delivery: from which moment on a member sees what they are told.

Pure. Law 14: that moment follows from facts alone: when the thing was told, what about and until when, the
member's rhythm, and the clauses. It is reckoned once, when the thing is told, so a job that comes twice
changes nothing, and a vote on the clauses bears on what is told from then on.

Most things wait for the next batch. What is urgent does not: a topic that a clause names, or a deadline that
would pass before the batch, or too soon after it to act. It still waits for the end of quiet hours, unless
its deadline would pass inside them.
"""

from datetime import datetime, time, timedelta

from coop.membership_rules import Notices
from coop.rhythm import Quiet, Rhythm, awake_at, batch_at


def default_rhythm(clauses: Notices) -> Rhythm:
    """Return the rhythm of whoever has not chosen one."""
    begins, ends = time(clauses.quiet_from), time(clauses.quiet_to)
    quiet = None if begins == ends else Quiet(begins, ends)
    return Rhythm(clauses.rhythm, clauses.hour, clauses.weekday, clauses.zone, quiet)


def due_at(
    rhythm: Rhythm, clauses: Notices, topic: str, until: datetime | None, told_at: datetime
) -> datetime:
    """Return from when on a member of that rhythm sees what was told at ``told_at``; never before it; in UTC.

    ``until`` is the deadline that the thing points to, if it points to one. One that has passed when the
    thing is told hurries nobody.
    """
    batch = batch_at(rhythm, told_at)
    deadline = until if until is not None and until > told_at else None
    presses = deadline is not None and deadline <= batch + timedelta(hours=clauses.hours_to_act)
    if not presses and topic not in clauses.urgent:
        return batch
    awake = awake_at(rhythm, told_at)
    return told_at if deadline is not None and deadline <= awake else awake
