"""Holding a vote until it was rehearsed: asking when the text is locked, letting go when the report is there.

Law 5: the report that the proposal keeps is the one that its ballots bind to. Law 14: the window that is
replayed ends when verification begins, so a job that asks late asks for the same. Law 13: while a replayer
fails, the proposal stays in verification and nothing is lost.
"""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col

from coop.clock import Clock
from coop.database import Database
from coop.policies import Books
from governance import cases
from governance.case import Case
from governance.facts import State
from governance.rehearsal import rehearsals
from governance.rehearsal.tables import Rehearsal
from governance.tables import Proposal


def ask_due(database: Database, books: Books, clock: Clock) -> int:
    """Ask for the rehearsals of proposals whose text is locked, and return how many were new.

    Any number of workers may run this at once, late, or twice.
    """
    with database.begin() as session:
        now = clock.now(session)
        waiting = [case.id for case in cases.find(session, now, *cases.OPEN) if is_held(case)]
    asked = 0
    for proposal_id in waiting:
        with database.begin() as session:
            if cases.lock(session, proposal_id, skip_locked=True):
                asked += _ask(session, books, cases.one(session, proposal_id, clock.now(session)))
    return asked


def is_held(case: Case) -> bool:
    """Say whether a case is in verification and waits for its rehearsal."""
    times = case.times
    return times is not None and times.held and case.stage.state is State.VERIFICATION


def _ask(session: Session, books: Books, case: Case) -> bool:
    times = case.times
    if times is None or not is_held(case) or rehearsals.of_proposal(session, case.id) is not None:
        return False
    rehearsals.ask(session, books.current(session), case.id, times.verification_at)
    return True


def let_go(session: Session, row: Rehearsal, report_sha256: str, now: datetime) -> None:
    """Write down that a proposal was rehearsed, in the transaction that stores the report.

    Nothing is written where its text is another by now, which then waits for a rehearsal of its own.
    """
    case = cases.one(session, row.proposal_id or 0, now)
    current = rehearsals.of_proposal(session, case.id)
    if not is_held(case) or current is None or current.id != row.id:
        return
    session.execute(
        update(Proposal)
        .where(col(Proposal.id) == case.id)
        .values(rehearsed_at=now, rehearsal_sha256=report_sha256)
    )
