"""Statements of reasons: what a member is told of a decision about something of theirs.

Law 7: a decision of another's thing is told like one that there is none. What readers of the thing are told
stands with the thing itself.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, or_, select
from sqlmodel import Session, col

from audience.cases.tables import Case
from audience.moderation.act_tables import FollowBegun
from audience.moderation.tables import Decision
from audience.tables import Reply
from coop.errors import NotFound
from coop.identity import Identity
from coop.profile_tables import ProfileChange
from coop.tables import Member


class Statement(NamedTuple):
    """A decision, and where the thing is read."""

    decision: Decision
    post_id: int | None
    """The post that it is about, or which the reply answers that it is about."""
    followed: str | None
    """Handle of whom its member began to follow, where it is about that."""
    measure: str | None
    """What the jury that decided it did about its member; None where no jury decided it."""
    came_of: str | None
    """The kind of the case whose jury decided it; None where no jury did."""
    judged_tally: Mapping[str, Mapping[str, int]] | None
    """How many voted for what, by question, of the jury that judged it; None where none did."""
    there: bool
    """Whether there is something that a jury could look at: not where it is about a profile that was changed
    since, and of which nothing is kept."""


_MADE = col(Case.made_id) == col(Decision.id)
_JUDGED = (col(Case.decision_id) == col(Decision.id)) & col(Case.outcome).is_not(None)
_STATEMENTS = (
    select(
        Decision,
        func.coalesce(col(Decision.post_id), col(Reply.post_id)),
        col(Member.handle),
        select(col(Case.measure)).where(_MADE).limit(1).scalar_subquery(),
        select(col(Case.kind)).where(_MADE).limit(1).scalar_subquery(),
        select(col(Case.tally)).where(_JUDGED).limit(1).scalar_subquery(),
        or_(
            col(Decision.profile_id).is_(None),
            col(ProfileChange.stands),
            col(ProfileChange.about).is_not(None),
        ),
    )
    .join(Reply, col(Reply.id) == col(Decision.reply_id), isouter=True)
    .join(ProfileChange, col(ProfileChange.id) == col(Decision.profile_id), isouter=True)
    .join(FollowBegun, col(FollowBegun.id) == col(Decision.follow_id), isouter=True)
    .join(Member, col(Member.id) == col(FollowBegun.other_id), isouter=True)
)


def _mine(member: Identity) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of what is told to a member: not what is only tried."""
    return col(Decision.author_id) == member.member_id, col(Decision.dry_run).is_(False)


def read(session: Session, member: Identity, decision_id: int) -> Statement:
    """Return a decision about something of a member's; raise NotFound for any other."""
    wanted = _STATEMENTS.where(col(Decision.id) == decision_id, *_mine(member))
    found = session.execute(wanted).one_or_none()
    if found is None:
        raise NotFound
    return Statement(*found)


def of_waiting_profile(session: Session, member: Identity) -> int | None:
    """Return the decision that holds back the change of a member's profile; None where none waits."""
    held = (col(ProfileChange.author_id) == member.member_id, col(ProfileChange.held_at).is_not(None))
    in_force = (col(Decision.ended_at).is_(None), col(Decision.dry_run).is_(False))
    of_change = select(col(Decision.id)).join(
        ProfileChange, col(ProfileChange.id) == col(Decision.profile_id)
    )
    return session.scalars(of_change.where(*held, *in_force)).one_or_none()


def listing(
    session: Session, member: Identity, *, before: int | None, limit: int
) -> tuple[Sequence[Statement], int | None]:
    """Return up to ``limit`` decisions about what is a member's, the newest first, and where others begin."""
    wanted = _STATEMENTS.where(*_mine(member))
    if before is not None:
        wanted = wanted.where(col(Decision.id) < before)
    rows = session.execute(wanted.order_by(col(Decision.id).desc()).limit(limit + 1)).all()
    found = [Statement(*row) for row in rows[:limit]]
    return found, found[-1].decision.id if len(rows) > limit else None
