"""Counted acts: what a clause lets a member do so often, to report, to appeal, or to hold as a steward.

What somebody did is counted while their own row is held, so of two acts at once the second finds the first.

Locks: the case, or the decision that is appealed, then the members by id: whose act it is and, where a
profile is looked at, whose profile. So two who report each other's wait for each other in one order, and
whoever closes a case about a profile takes that member's row after the case, too.
"""

from sqlalchemy import text
from sqlmodel import Session

from audience.cases.subject import Subject
from coop.database import as_array
from coop.identity import Identity

_HOLD = text("""
SELECT FROM member WHERE id = ANY(CAST(:members AS bigint[])) ORDER BY id FOR NO KEY UPDATE
""")


def hold(session: Session, member: Identity, thing: Subject) -> None:
    """Have the other acts of a member wait until the transaction ends; the caller holds the case."""
    members = {member.member_id} | ({thing.author_id} if thing.profile_id is not None else set())
    session.execute(_HOLD, {"members": as_array(sorted(members))})
