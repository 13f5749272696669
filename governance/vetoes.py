"""Vetoes: all of us vote on what one guild has passed, at the petition of another.

After Aragon's staged proposals: the guild approves, the assembly may veto, and a veto beats the approval.
Law 14: whether the veto passed is asked of its own ballots by whoever reads the guild's proposal, so the
proposal waits for that vote, ends with it or takes force right after it, whichever job comes when.
"""

from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import Session, col

from coop.book import COOP, Book
from coop.identity import Identity
from coop.ledger import append, stamp
from coop.policies import Books
from coop.tables import PolicyVersion
from governance import succession
from governance.case import Case
from governance.drafts import LONGEST_TITLE, Draft
from governance.facts import VETO
from governance.patch import Terms
from governance.rules import NAME, VotingRules
from governance.subject import Subject
from governance.tables import Proposal


def call(session: Session, book: Book, petitioner: Identity, case: Case, guild: str, now: datetime) -> int:
    """Open the assembly's vote on a guild's proposal, and return the veto's id.

    The caller holds the proposal's lock and has found that enough of ``guild`` petition; the proposal waits
    until the vote has closed. It opens under the voting rules of ``book``, as any vote that begins now.
    """
    rules = book.rules(NAME, VotingRules).petition
    wanted = Draft(
        scope=COOP,
        kind=VETO,
        title=f"Veto: {case.title}"[:LONGEST_TITLE],
        rationale=f"Members of {guild} ask all of us to look at what {case.scope} has passed.",
        patch=[],
        base_sha256="",
        target_id=case.id,
    )
    made = succession.open_at(
        session,
        book,
        wanted,
        Subject(rules.bar, "majority", takes_force=False),
        Terms(),
        author_id=petitioner.member_id,
        author=petitioner.handle,
        entry="voting",
        pace="veto",
        now=now,
    )
    closes_at = now + rules.vote
    session.execute(update(Proposal).where(col(Proposal.id) == case.id).values(veto_closes_at=closes_at))
    told = {"proposal": str(case.id), "veto": str(made), "guild": guild, "closes_at": stamp(closes_at)}
    append(session, "veto.called", told, now)
    return made


def called_on(session: Session, proposal_id: int) -> int | None:
    """Return the veto that was called on a proposal, if one was."""
    of_it = (col(Proposal.kind) == VETO, col(Proposal.target_id) == proposal_id)
    found: int | None = session.execute(select(col(Proposal.id)).where(*of_it)).scalar_one_or_none()
    return found


def enact(session: Session, books: Books, proposal: Proposal, now: datetime) -> PolicyVersion | None:
    """Carry out a veto that passed: no policy changes, for what it is against has ended with its count."""
    return None
