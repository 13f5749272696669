"""Renewals: votes that a change in force goes on when its time would be over.

A renewal changes no policy: it sets the moment from which the change's sunset and its next review are
counted. It is of the class of what it renews. Law 14: that moment is the one at which the renewal was due, so
a late job renews nothing that had ended before it.
"""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col

from coop.book import Book
from coop.clock import Clock
from coop.errors import Conflict
from coop.identity import Identity
from coop.ledger import append, stamp
from coop.policies import Books
from coop.tables import PolicyVersion
from governance import cases, drafts
from governance.drafts import LONGEST_TITLE, Draft
from governance.facts import RENEWAL
from governance.tables import Proposal
from governance.targets import check_renewable

TITLE = "Renew: {title}"


def draft_renewal(session: Session, book: Book, author: Identity, target_id: int, clock: Clock) -> int:
    """Draft the renewal of a change in force, for its author to edit and submit; return its id.

    Raise NotFound where there is no such proposal, Conflict where it would not end by itself, and what
    :func:`governance.drafts.draft` raises.
    """
    now = clock.now(session)
    case = cases.visible(session, author, target_id, now)
    check_renewable(case)
    wanted = Draft(
        scope=case.scope,
        kind=RENEWAL,
        title=TITLE.format(title=case.title)[:LONGEST_TITLE],
        rationale=f"Proposal {case.id}, «{case.title}», would end by itself; this lets it go on.",
        patch=[],
        base_sha256="",
        target_id=case.id,
    )
    return drafts.draft(session, book, author, wanted, now)


def enact_renewal(session: Session, books: Books, proposal: Proposal, now: datetime) -> PolicyVersion | None:
    """Let the target of a renewal go on, from the moment at which the renewal was due.

    The caller holds the target. Raise Conflict where it was not in force at that moment.
    """
    times = cases.one(session, proposal.id, now).times
    if times is None or proposal.target_id is None:
        raise Conflict("It renews nothing.")
    check_renewable(cases.one(session, proposal.target_id, times.due_at))
    renewed = update(Proposal).where(col(Proposal.id) == proposal.target_id)
    session.execute(renewed.values(renewed_at=times.due_at))
    told = {"proposal": str(proposal.target_id), "by": str(proposal.id), "at": stamp(times.due_at)}
    append(session, "proposal.renewed", told, now)
    return None
