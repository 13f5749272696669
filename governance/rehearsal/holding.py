"""Holding a vote until it was rehearsed: asking when the text is locked, letting go when it was reported on.

Every change that the vote may choose has a report of its own. Law 5: the hash that the proposal keeps of them
is the one that its ballots bind to. Law 14: the window that is replayed ends when verification begins, so a
job that asks late asks for the same. Law 13: while a replayer fails on one of them, the proposal stays in
verification, the reports on the others stand, and nothing is lost.
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
from governance.rehearsal.changes import joined
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
    """Say whether a case is in verification and waits for its rehearsals."""
    times = case.times
    return times is not None and times.held and case.stage.state is State.VERIFICATION


def _ask(session: Session, books: Books, case: Case) -> bool:
    times = case.times
    if times is None or not is_held(case) or _all_asked(session, case.id):
        return False
    rehearsals.ask(session, books.current(session), case.id, times.verification_at)
    return True


def _all_asked(session: Session, proposal_id: int) -> bool:
    return all(one.rehearsed is not None for one in rehearsals.of_proposal(session, proposal_id))


def let_go(session: Session, proposal_id: int, now: datetime) -> None:
    """Write down that a proposal was rehearsed, in the transaction that stores the last of its reports.

    The caller holds the proposal's lock. Nothing is written while a change of its text, as it is by now, has
    no report.
    """
    if not is_held(cases.one(session, proposal_id, now)):
        return
    reports = {one.pointer: one.report_sha256 for one in rehearsals.of_proposal(session, proposal_id)}
    stored = {pointer: digest for pointer, digest in reports.items() if digest is not None}
    if stored.keys() == reports.keys():
        session.execute(
            update(Proposal)
            .where(col(Proposal.id) == proposal_id)
            .values(rehearsed_at=now, rehearsal_sha256=joined(stored))
        )
