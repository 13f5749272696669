"""Enactment: a vote that passed carries itself out.

Law 2: besides founding and undoing, this alone writes a policy. Each enactment is one transaction: base
text, patch, checks, new version, next epoch and ledger happen wholly or not at all, and exactly once however
many workers run. Law 14: changes take force, and go out of it, in the order in which that is due, so which
worker comes when changes no outcome. Law 13: what cannot be enacted ends with its reason and leaves the last
good version.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import IntEnum
from typing import Any, cast

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col

from coop import policies
from coop.clock import Clock
from coop.database import Database
from coop.errors import AllotmentError, Conflict
from coop.ledger import append
from coop.policies import Books
from coop.tables import PolicyVersion
from governance import cases, joint, undoing
from governance.case import Case
from governance.chosen import patch_of
from governance.facts import VETO, State
from governance.outcome import counted_from
from governance.proposals import end
from governance.rehearsal import holding
from governance.rules import Method
from governance.settling import due, settle, veto_counted
from governance.tables import Proposal
from governance.verification import verify

Enactor = Callable[[Session, Books, Proposal, datetime], PolicyVersion | None]
"""Carries out a proposal that passed, and returns the version it brought, if it changes a policy.

Raises an AllotmentError where it cannot stand."""

LOG = structlog.get_logger("enactment")


def advance(database: Database, books: Books, clock: Clock, enactors: Mapping[str, Enactor]) -> int:
    """Record what time has decided, enact what is due, and return how many proposals moved.

    Any number of workers may run this at once, late, or twice.
    """
    moved = holding.ask_due(database, books, clock)
    with database.begin() as session:
        waiting = [case.id for case in _undecided(session, clock.now(session)) if due(case)]
    for proposal_id in reversed(waiting):
        with database.begin() as session:
            moved += settle(session, proposal_id, clock)
    return moved + enact_due(database, books, clock, enactors)


def next_due(session: Session, now: datetime) -> datetime | None:
    """Return the first moment after ``now`` at which time alone changes the state of a proposal, if any."""
    moments = [case.stage.until for case in _undecided(session, now)]
    moments.append(undoing.next_end(session, now))
    return min((moment for moment in moments if moment is not None and moment > now), default=None)


def enact_due(database: Database, books: Books, clock: Clock, enactors: Mapping[str, Enactor]) -> int:
    """Enact or undo whatever is due, one proposal a transaction, and return how many were settled.

    While another worker holds one, none that is due after it is taken: the order stays.
    """
    done = 0
    while ready := _ready(database, clock):
        for step, proposal_id in ready:
            if step is _Step.END:
                done += _end_one(database, books, clock, proposal_id)
            elif _enact_one(database, books, clock, enactors, proposal_id):
                done += 1
            else:
                return done
    return done


class _Step(IntEnum):
    """What is due, in the order in which it is done where several are due at one moment."""

    END = 0
    VETO = 1
    """Decided before what it vetoes."""
    ENACT = 2


def _undecided(session: Session, now: datetime) -> list[Case]:
    """Return the cases that time may still decide, and the emergency measures that wait for their vote."""
    waiting = cases.find(session, now, *cases.OPEN)
    unratified = (col(Proposal.pace) == "emergency", col(Proposal.tallied_at).is_(None))
    return waiting + cases.find(session, now, *cases.WATCHED, *unratified)


def _ready(database: Database, clock: Clock) -> list[tuple[_Step, int]]:
    """Return the proposals whose timelock, or whose time in force, is over, the first at the front."""
    with database.begin() as session:
        now = clock.now(session)
        ready = [
            (case.times.due_at, _Step.VETO if case.kind == VETO else _Step.ENACT, case.id)
            for case in cases.find(session, now, *cases.OPEN)
            if case.times is not None and is_due(case)
        ]
        ready += [(at, _Step.END, proposal_id) for at, proposal_id in undoing.ready(session, now)]
    return [(step, proposal_id) for _, step, proposal_id in sorted(ready)]


def _end_one(database: Database, books: Books, clock: Clock, proposal_id: int) -> bool:
    with database.begin() as session:
        return undoing.end_one(session, books, proposal_id, clock)


def is_due(case: Case) -> bool:
    """Say whether a proposal passed and its timelock is over."""
    stage = case.stage
    return stage.state is State.TIMELOCK and stage.until is not None and case.read_at >= stage.until


def enact_policy(session: Session, books: Books, proposal: Proposal, now: datetime) -> PolicyVersion:
    """Bring the version of a policy that a proposal asks for, with no other enactment in between.

    Raise Conflict where the text has moved on, RuleBroken where the policy could not stand.
    """
    policies.lock_epoch(session)
    book = policies.read_for(session, books.kinds, proposal.scope, proposal.kind)
    head = book.policy(proposal.kind, proposal.scope)
    if (0 if head is None else head.number) != proposal.base_number:
        raise Conflict("The policy has another version than the one this patch was written against.")
    counted = None if proposal.tally is None else counted_from(proposal.tally)
    patch = patch_of(cast(Method, proposal.method), proposal.options, proposal.patch, counted)
    found = verify(book, proposal.scope, proposal.kind, patch, proposal.base_sha256)
    return policies.new_version(
        session,
        proposal.scope,
        proposal.kind,
        found.after,
        cause="emergency" if proposal.pace == "emergency" else "enactment",
        proposal_id=proposal.id,
        tally=proposal.tally,
        now=now,
    )


def _enact_one(
    database: Database,
    books: Books,
    clock: Clock,
    enactors: Mapping[str, Enactor],
    proposal_id: int,
) -> bool:
    """Enact a proposal if it still is due once it is locked; say whether it could be locked.

    With a joint one go those that have to pass together with it.
    """
    with database.begin() as session:
        group = _lock_group(session, proposal_id)
        if not group:
            return False
        undoing.hold(session, group)
        now = clock.now(session)
        found = [cases.one(session, one, now) for one in group]
        if any(map(due, found)):
            for one in group:
                settle(session, one, clock)
            found = [cases.one(session, one, now) for one in group]
        if not all(veto_counted(session, case, clock) for case in found if is_due(case)):
            return False
        if all(map(is_due, found)):
            _enact(session, books, found, now, enactors)
        return True


def _lock_group(session: Session, proposal_id: int) -> list[int]:
    """Lock a proposal and those that take force together with it; return none where one is held."""
    if not cases.lock(session, proposal_id, skip_locked=True):
        return []
    joint_id = session.execute(
        select(col(Proposal.joint_id)).where(col(Proposal.id) == proposal_id)
    ).scalar_one()
    if joint_id is None:
        return [proposal_id]
    group = joint.siblings(session, joint_id)
    return group if all(cases.lock(session, one, skip_locked=True) for one in group) else []


def _enact(
    session: Session, books: Books, group: list[Case], now: datetime, enactors: Mapping[str, Enactor]
) -> None:
    """Carry out all of a group, or none of it."""
    brought: list[PolicyVersion | None] = []
    try:
        with session.begin_nested():
            for case in group:
                proposal = session.get_one(Proposal, case.id, populate_existing=True)
                version = enactors.get(case.kind, enact_policy)(session, books, proposal, now)
                session.flush()
                brought.append(version)
    except DBAPIError:
        raise
    except Exception as error:
        _end_failed(session, group[len(brought)], error, now)
        return
    for case, made in zip(group, brought, strict=True):
        _record(session, case, made, now)


def _record(session: Session, case: Case, version: PolicyVersion | None, now: datetime) -> None:
    """Write down that a proposal has taken force, and what it was laid over."""
    session.execute(
        update(Proposal)
        .where(col(Proposal.id) == case.id)
        .values(enacted_at=now, version_id=None if version is None else version.id)
    )
    append(session, "proposal.enacted", {"proposal": str(case.id), **_brought(version)}, now)
    if version is not None:
        undoing.note_covered(session, case, now)


def _brought(version: PolicyVersion | None) -> dict[str, Any]:
    if version is None:
        return {}
    return {
        "scope": version.scope,
        "kind": version.kind,
        "number": version.number,
        "epoch": version.epoch,
        "sha256": version.sha256,
    }


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
