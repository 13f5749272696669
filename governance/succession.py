"""Succession: a proposal that goes on from another.

Law 13: nothing that was put to the vote is changed or deleted; where a decision has to be taken anew, a
proposal of its own goes on from the old one, with its sponsors, and each names the other.
"""

from datetime import datetime

from sqlalchemy import insert, literal, select
from sqlmodel import Session, col

from coop.book import Book
from coop.ids import new_id
from coop.ledger import append
from governance.drafts import Draft, columns_of
from governance.patch import Terms
from governance.proposals import submission
from governance.rules import Entry, Pace
from governance.subjects import Subject
from governance.tables import Proposal, Sponsor
from governance.voting_version import voting_sha256, voting_version


def successor_of(session: Session, proposal_id: int) -> int | None:
    """Return the proposal that was opened to go on from another, if one was.

    A proposal of its own that somebody drafted after it, such as a rejected amendment, is none.
    """
    opened = (col(Proposal.origin_id) == proposal_id, col(Proposal.sponsors_needed) == 0)
    newest = select(col(Proposal.id)).where(*opened).order_by(col(Proposal.id).desc()).limit(1)
    found: int | None = session.execute(newest).scalar_one_or_none()
    return found


def open_at(
    session: Session,
    book: Book,
    wanted: Draft,
    subject: Subject,
    terms: Terms,
    *,
    author_id: int | None,
    author: str,
    entry: Entry,
    pace: Pace = "ordinary",
    origin_id: int | None = None,
    joint_id: int | None = None,
    rehearsal_needed: bool = False,
    now: datetime,
) -> int:
    """Open a proposal in the period ``entry`` without asking for sponsors, and return its id.

    The sponsors of the one it goes on from are its own; ``author`` is the author's handle, and empty where a
    jury proposes it. It opens under the voting rules of ``book``.
    """
    proposal = Proposal(
        id=new_id(now),
        title=wanted.title,
        rationale=wanted.rationale,
        author_id=author_id,
        voting_version_id=voting_version(session, book),
        pace=pace,
        entry=entry,
        origin_id=origin_id,
        joint_id=joint_id,
        rehearsal_needed=rehearsal_needed,
        created_at=now,
        submitted_at=now,
        sponsors_needed=0,
        sponsored_at=now,
        **columns_of(wanted, subject, terms, author),
    )
    session.add(proposal)
    session.flush()
    if origin_id is not None:
        signed = select(literal(proposal.id), col(Sponsor.member_id), col(Sponsor.at))
        of_origin = signed.where(col(Sponsor.proposal_id) == origin_id)
        session.execute(insert(Sponsor).from_select(["proposal_id", "member_id", "at"], of_origin))
    append(session, "proposal.submitted", submission(proposal, author, voting_sha256(book)), now)
    return proposal.id
