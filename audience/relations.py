"""Relations: blocking, and finding the member whom a relation is to. Following is ``following.py``.

Law 7: refusal leaks nothing. A block is never told to the one who is blocked: following a member answers
the same whether or not they block the follower, and while they do it has no effect, because every list and
page leaves out both sides of a block.

Each action says what shall be so; doing it twice changes nothing.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from audience.tables import Relation
from coop.errors import NotFound, RuleBroken
from coop.identity import Identity
from coop.names import normal
from coop.tables import Member

FOLLOW, BLOCK, WAIT = "follow", "block", "wait"

_HOLD = text("SELECT FROM member WHERE id = :member FOR NO KEY UPDATE")


def block(session: Session, actor: Identity, handle: str, now: datetime) -> int:
    """Block a member and return their id: neither is shown what the other makes.

    Raise NotFound where nobody has that handle and RuleBroken for oneself.
    """
    other_id = member_id_of(session, handle)
    _set(session, BLOCK, actor, other_id, now)
    return other_id


def unblock(session: Session, actor: Identity, handle: str) -> None:
    """No longer block a member; raise NotFound where nobody has that handle."""
    _clear(session, BLOCK, actor.member_id, member_id_of(session, handle))


def blocks(session: Session, actor: Identity, other_id: int) -> bool:
    """Return whether the actor blocks a member."""
    return session.get(Relation, (actor.member_id, BLOCK, other_id)) is not None


def hold(session: Session, member_id: int) -> None:
    """Hold the row of a member until the transaction ends: meanwhile nobody begins to follow them."""
    session.execute(_HOLD, {"member": member_id})


def member_ids_of(session: Session, handles: Iterable[str]) -> dict[str, int]:
    """Return by handle, as it is compared, the ids of those of some members who are here."""
    wanted = select(col(Member.handle), col(Member.id)).where(
        col(Member.handle).in_({normal(one) for one in handles}), col(Member.left_at).is_(None)
    )
    return {row.handle: row.id for row in session.execute(wanted)}


def member_id_of(session: Session, handle: str) -> int:
    """Return the id of the member who has a handle; raise NotFound where nobody here has it."""
    found = session.scalar(
        select(col(Member.id)).where(col(Member.handle) == normal(handle), col(Member.left_at).is_(None))
    )
    if found is None:
        raise NotFound
    return found


def _set(session: Session, kind: str, actor: Identity, other_id: int, now: datetime) -> None:
    if other_id == actor.member_id:
        raise RuleBroken(f"You cannot {kind} yourself.")
    row = insert(Relation).values(member_id=actor.member_id, kind=kind, other_id=other_id, since=now)
    session.execute(row.on_conflict_do_nothing())


def _clear(session: Session, kind: str, member_id: int, other_id: int) -> None:
    session.execute(
        delete(Relation).where(
            col(Relation.member_id) == member_id,
            col(Relation.kind) == kind,
            col(Relation.other_id) == other_id,
        )
    )
