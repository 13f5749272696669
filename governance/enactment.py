"""Enactment: a vote that passed carries itself out.

Law 2: besides founding, this alone writes a policy. Each enactment is one transaction: base text, patch,
checks, new version, next epoch and ledger happen wholly or not at all, and exactly once however many
workers run. Law 14: proposals take force in the order in which they are due, so which worker comes when
changes no outcome. Law 13: what cannot be enacted ends with its reason and leaves the last good version.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

import structlog
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col

from coop import policies
from coop.clock import Clock
from coop.database import Database
from coop.errors import AllotmentError, Conflict
from coop.ledger import append
from coop.policies import Books
from coop.tables import PolicyVersion
from governance import cases
from governance.cases import Case
from governance.lifecycle import State
from governance.proposals import end
from governance.settling import due, settle
from governance.tables import Proposal
from governance.verification import verify

Enactor = Callable[[Session, Books, Proposal, datetime], PolicyVersion]
"""Carries out a proposal that passed; raises an AllotmentError where it cannot stand."""

LOG = structlog.get_logger("enactment")


def advance(database: Database, books: Books, clock: Clock, enactors: Mapping[str, Enactor]) -> int:
    """Record what time has decided, enact what is due, and return how many proposals moved.

    Any number of workers may run this at once, late, or twice.
    """
    with database.begin() as session:
        now = clock.now(session)
        waiting = [case.id for case in cases.find(session, now, *cases.OPEN) if due(case)]
    moved = 0
    for proposal_id in reversed(waiting):
        with database.begin() as session:
            moved += settle(session, proposal_id, clock)
    return moved + enact_due(database, books, clock, enactors)


def enact_due(database: Database, books: Books, clock: Clock, enactors: Mapping[str, Enactor]) -> int:
    """Enact every proposal that is due, one a transaction, and return how many were settled."""
    done = 0
    while _enact_next(database, books, clock, enactors):
        done += 1
    return done


def enact_policy(session: Session, books: Books, proposal: Proposal, now: datetime) -> PolicyVersion:
    """Bring the version of a policy that a proposal asks for, with no other enactment in between.

    Raise Conflict where the text has moved on, RuleBroken where the policy could not stand.
    """
    policies.lock_epoch(session)
    head = policies.head(session, proposal.scope, proposal.kind)
    if (0 if head is None else head.number) != proposal.base_number:
        raise Conflict("The policy has another version than the one this patch was written against.")
    book = books.current(session)
    found = verify(book, proposal.scope, proposal.kind, proposal.patch, proposal.base_sha256)
    return policies.new_version(
        session,
        proposal.scope,
        proposal.kind,
        found.after,
        proposal_id=proposal.id,
        tally=proposal.tally,
        now=now,
    )


def _enact_next(database: Database, books: Books, clock: Clock, enactors: Mapping[str, Enactor]) -> bool:
    """Settle the proposal that has been due longest; say whether there was one to be got.

    While another worker holds that one, none that is due after it is taken: the order stays.
    """
    with database.begin() as session:
        first = _longest_due(session, clock.now(session))
        if first is None or not cases.lock(session, first.id, skip_locked=True):
            return False
        if settle(session, first.id, clock):
            return True
        now = clock.now(session)
        case = cases.one(session, first.id, now)
        if case.stage.state is State.TIMELOCK:
            _enact(session, books, case, now, enactors)
        return True


def _longest_due(session: Session, now: datetime) -> Case | None:
    """Return the open proposal whose timelock ended first; whether it passed is asked under the lock."""
    ready = [
        (case.times.due_at, case.id, case)
        for case in cases.find(session, now, *cases.OPEN)
        if case.times is not None and now >= case.times.due_at
    ]
    return min(ready)[2] if ready else None


def _enact(
    session: Session, books: Books, case: Case, now: datetime, enactors: Mapping[str, Enactor]
) -> None:
    proposal = session.get_one(Proposal, case.id, populate_existing=True)
    enactor = enactors.get(case.kind, enact_policy)
    try:
        with session.begin_nested():
            version = enactor(session, books, proposal, now)
            session.flush()
    except DBAPIError:
        raise
    except Exception as error:
        _end_failed(session, case, error, now)
        return
    session.execute(
        update(Proposal).where(col(Proposal.id) == case.id).values(enacted_at=now, version_id=version.id)
    )
    told = {
        "proposal": str(case.id),
        "scope": version.scope,
        "kind": version.kind,
        "number": version.number,
        "epoch": version.epoch,
        "sha256": version.sha256,
    }
    append(session, "proposal.enacted", told, now)


def _end_failed(session: Session, case: Case, error: Exception, now: datetime) -> None:
    """End a proposal that could not be carried out.

    A database that does not answer is tried again by the next run; any other failure would fail again,
    and hold up whatever is due after it.
    """
    state = State.CONFLICTED if isinstance(error, Conflict) else State.ENACTMENT_FAILED
    if isinstance(error, AllotmentError):
        faults = (f"{fault.pointer}: {fault.detail}" for fault in error.faults)
        reason = " ".join([error.detail, *faults])
    else:
        LOG.error("enactment failed", proposal=case.id, exc_info=error)
        reason = f"It could not be carried out ({type(error).__name__})."
    end(session, case, state, reason, at=now, now=now)
