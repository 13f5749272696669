"""Suggestions: how much the scope wants an amendment, told to its author while there is time to answer.

After LiquidFeedback's suggestions: each may say that the proposal must, should, should not or must not
take it up, and whether they think it already does. It informs the author and decides nothing. Whoever
wants it accepted as it stands may support it by name.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from coop.clock import Clock
from coop.errors import Conflict, Forbidden
from coop.identity import Identity
from coop.tables import Member
from governance import cases
from governance.deliberation import floor
from governance.deliberation.standing import Standing, standing
from governance.deliberation.tables import Amendment, AmendmentOpinion, AmendmentSupporter


class Degree(IntEnum):
    """How much a member wants an amendment (LiquidFeedback's ``degree``)."""

    MUST = 2
    """Without it they withdraw their support."""
    SHOULD = 1
    SHOULD_NOT = -1
    MUST_NOT = -2
    """With it they withdraw their support."""


@dataclass(frozen=True, slots=True)
class Opinions:
    """How many think what of one amendment, for one degree."""

    degree: Degree
    fulfilled: int
    """Those who think that the proposal already does it."""
    unfulfilled: int


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one member thinks of an amendment."""

    degree: Degree
    fulfilled: bool


def support(session: Session, member: Identity, amendment_id: int, clock: Clock) -> None:
    """Ask by name that another's amendment be accepted; doing it twice is doing it once.

    Raise what :func:`floor.take` raises, Forbidden where it is one's own, and Conflict where it is not
    open.
    """
    amendment, now = _held(session, member, amendment_id, clock)
    if amendment.author_id == member.member_id:
        raise Forbidden("Others support it: it is your own.")
    values = {"amendment_id": amendment_id, "member_id": member.member_id, "at": now}
    session.execute(insert(AmendmentSupporter).values(values).on_conflict_do_nothing())


def desert(session: Session, member: Identity, amendment_id: int, clock: Clock) -> None:
    """Take one's support back; nothing happens where there is none. Raise what :func:`support` raises."""
    _held(session, member, amendment_id, clock)
    session.execute(
        delete(AmendmentSupporter).where(
            col(AmendmentSupporter.amendment_id) == amendment_id,
            col(AmendmentSupporter.member_id) == member.member_id,
        )
    )


def supporters(
    session: Session, viewer: Identity, amendment_id: int, now: datetime, *, after: str | None, limit: int
) -> list[str]:
    """Return up to ``limit`` handles of those who support an amendment, in order, past ``after``.

    Raise NotFound where the viewer sees no such amendment.
    """
    proposal_id = floor.proposal_of(session, col(Amendment.proposal_id), col(Amendment.id) == amendment_id)
    cases.visible(session, viewer, proposal_id, now)
    statement = (
        select(col(Member.handle))
        .join(AmendmentSupporter, col(AmendmentSupporter.member_id) == col(Member.id))
        .where(col(AmendmentSupporter.amendment_id) == amendment_id)
        .order_by(col(Member.handle))
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(col(Member.handle) > after)
    return list(session.scalars(statement))


def opine(session: Session, member: Identity, amendment_id: int, opinion: Opinion, clock: Clock) -> None:
    """Say what one thinks of an open amendment; the last opinion is the only one.

    Raise what :func:`floor.take` raises, and Conflict where the amendment is not open.
    """
    _, now = _held(session, member, amendment_id, clock)
    given = {"degree": opinion.degree.value, "fulfilled": opinion.fulfilled, "at": now}
    statement = insert(AmendmentOpinion).values(
        amendment_id=amendment_id, member_id=member.member_id, **given
    )
    keys = ["amendment_id", "member_id"]
    session.execute(statement.on_conflict_do_update(index_elements=keys, set_=given))


def retract(session: Session, member: Identity, amendment_id: int, clock: Clock) -> None:
    """Take one's opinion back; nothing happens where there is none. Raise what :func:`opine` raises."""
    _held(session, member, amendment_id, clock)
    session.execute(
        delete(AmendmentOpinion).where(
            col(AmendmentOpinion.amendment_id) == amendment_id,
            col(AmendmentOpinion.member_id) == member.member_id,
        )
    )


def opinions(session: Session, amendment_ids: list[int]) -> dict[int, list[Opinions]]:
    """Return what is thought of each amendment, from must to must not; for readers who may see them."""
    rows = session.execute(
        select(
            col(AmendmentOpinion.amendment_id),
            col(AmendmentOpinion.degree),
            func.count().filter(col(AmendmentOpinion.fulfilled)).label("fulfilled"),
            func.count().filter(~col(AmendmentOpinion.fulfilled)).label("unfulfilled"),
        )
        .where(col(AmendmentOpinion.amendment_id).in_(amendment_ids))
        .group_by(col(AmendmentOpinion.amendment_id), col(AmendmentOpinion.degree))
    )
    counted = {(row.amendment_id, row.degree): (row.fulfilled, row.unfulfilled) for row in rows}
    return {
        amendment_id: [Opinions(degree, *counted.get((amendment_id, degree), (0, 0))) for degree in Degree]
        for amendment_id in amendment_ids
    }


def _held(session: Session, member: Identity, amendment_id: int, clock: Clock) -> tuple[Amendment, datetime]:
    """Hold the proposal of an open amendment together with others who speak of it."""
    proposal_id = floor.proposal_of(session, col(Amendment.proposal_id), col(Amendment.id) == amendment_id)
    case, now = floor.take(session, member, proposal_id, clock, shared=True)
    amendment = session.get_one(Amendment, amendment_id, populate_existing=True)
    found = standing(amendment.ended_as, amendment.of_patch_sha256, case.patch_sha256, case.stage.state)
    if found is not Standing.OPEN:
        raise Conflict(f"This amendment is not open any more: it is {found.value}.")
    return amendment, now
