"""Search of proposals by the words of their titles and rationales, the newest first.

Law 7: a draft, and one withdrawn while it was a draft, is found by its author alone.
"""

from datetime import datetime

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from coop.identity import Identity
from governance import cases
from governance.case import Case
from governance.tables import Proposal


def found(
    session: Session, viewer: Identity, words: str, now: datetime, *, before: int | None = None, limit: int
) -> list[Case]:
    """Return up to ``limit`` proposals that have the words, older than the one whose id is ``before``.

    Words are asked for as in ``websearch_to_tsquery``; words of nothing find nothing.
    """
    said = func.proposal_words(col(Proposal.title), col(Proposal.rationale))
    # The OFFSET keeps the planner from reading every proposal in its order instead of the index.
    having = select(col(Proposal.id)).where(said.op("@@")(func.plain_query(words))).offset(0)
    conditions = [
        col(Proposal.id).in_(having),
        or_(col(Proposal.submitted_at).is_not(None), col(Proposal.author_id) == viewer.member_id),
    ]
    if before is not None:
        conditions.append(col(Proposal.id) < before)
    return cases.find(session, now, *conditions, limit=limit)
