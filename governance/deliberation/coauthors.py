"""Co-authors: those whose amendments a proposal took up."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from coop.tables import Member
from governance.deliberation.tables import Amendment, ProposalCoauthor


def add(session: Session, amendment: Amendment, now: datetime) -> None:
    """Make the author of an amendment a co-author; nothing happens where they are one."""
    values = {
        "proposal_id": amendment.proposal_id,
        "member_id": amendment.author_id,
        "amendment_id": amendment.id,
        "at": now,
    }
    session.execute(insert(ProposalCoauthor).values(values).on_conflict_do_nothing())


def handles(session: Session, proposal_id: int) -> list[str]:
    """Return the handles of a proposal's co-authors, the first one first."""
    return list(
        session.scalars(
            select(col(Member.handle))
            .join(ProposalCoauthor, col(ProposalCoauthor.member_id) == col(Member.id))
            .where(col(ProposalCoauthor.proposal_id) == proposal_id)
            .order_by(col(ProposalCoauthor.at), col(Member.handle))
        )
    )


def include(session: Session, proposal_id: int, member_id: int) -> bool:
    """Say whether a member is a co-author of a proposal."""
    found = exists().where(
        col(ProposalCoauthor.proposal_id) == proposal_id, col(ProposalCoauthor.member_id) == member_id
    )
    return bool(session.execute(select(found)).scalar_one())
