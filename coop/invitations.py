"""Invitations: a code that opens the door once.

Only the hash of a code is kept. How many a member may hold out, and for how long one opens, are clauses
of the membership policy (law 1).
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select, update
from sqlmodel import Session, col

from coop.book import Book
from coop.errors import Fault, Forbidden
from coop.identity import Identity
from coop.membership_rules import NAME, MembershipRules
from coop.suspended import check as check_not_suspended
from coop.tables import Invitation, Member


@dataclass(frozen=True, slots=True)
class Opened:
    """A fresh invitation. Its code is shown this once."""

    code: str
    expires_at: datetime


def invite(session: Session, book: Book, actor: Identity, now: datetime) -> Opened:
    """Make an invitation; raise Forbidden where the actor is suspended or holds out as many as they may.

    The actor's own row is locked before counting, so that requests side by side cannot pass the number.
    """
    check_not_suspended(actor, book, "invite", now)
    rules = book.rules(NAME, MembershipRules).joining
    session.execute(
        select(col(Member.id)).where(col(Member.id) == actor.member_id).with_for_update(key_share=True)
    )
    if held(session, actor, now) >= rules.invitations_per_member:
        clause = "/joining/invitations_per_member"
        detail = f"A member may hold out {rules.invitations_per_member} unused invitations at one time."
        raise Forbidden(detail, faults=(Fault("", detail, book.cite(NAME, clause)),))
    code = secrets.token_urlsafe(16)
    expires_at = now + timedelta(days=rules.invitation_days)
    session.execute(
        insert(Invitation).values(
            code_sha256=_digest(code),
            inviter_id=actor.member_id,
            created_at=now,
            expires_at=expires_at,
        )
    )
    return Opened(code, expires_at)


def held(session: Session, actor: Identity, now: datetime) -> int:
    """Return how many invitations of the actor's own open the door now and were not used yet."""
    counted = select(func.count()).where(
        col(Invitation.inviter_id) == actor.member_id,
        col(Invitation.used_by).is_(None),
        col(Invitation.expires_at) > now,
    )
    return int(session.execute(counted).scalar_one())


def use(session: Session, code: str, member_id: int, now: datetime) -> bool:
    """Spend an invitation on a new member; say whether it opened.

    One guarded update: of two newcomers with one code, exactly one gets in.
    """
    used = session.execute(
        update(Invitation)
        .where(
            col(Invitation.code_sha256) == _digest(code),
            col(Invitation.used_by).is_(None),
            col(Invitation.expires_at) > now,
        )
        .values(used_by=member_id)
        .returning(col(Invitation.inviter_id))
    ).one_or_none()
    return used is not None


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
