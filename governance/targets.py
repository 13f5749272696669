"""Targets: proposals about another proposal, one that is in force; checked before they are stored.

A change of policy may name the one that it repeals, and a renewal names the one that it renews.
"""

from datetime import datetime

from sqlmodel import Session

from coop.book import Book
from coop.errors import Conflict, Fault, NotFound, RuleBroken
from governance import cases
from governance.case import Case
from governance.facts import State
from governance.state_words import stands
from governance.subject import Subject, Wanted


def check_target(session: Session, wanted: Wanted, now: datetime) -> None:
    """Raise where a change of policy names a target that it could not repeal.

    RuleBroken for one of another policy or none at all, Conflict for one that is not in force.
    """
    if wanted.target_id is None:
        return
    case = _target(session, wanted.target_id, now)
    if (case.scope, case.kind) != (wanted.scope, wanted.kind):
        fault = Fault("/target", f"This changes {wanted.scope} {wanted.kind}; that changed another policy.")
        raise RuleBroken("A repeal is about the policy that its target changed.", faults=(fault,))
    check_in_force(case)


def examine_renewal(session: Session, book: Book, wanted: Wanted, now: datetime) -> Subject:
    """Return the subject of a renewal; see :data:`governance.subjects.EXAMINERS`."""
    if wanted.target_id is None:
        raise RuleBroken("A renewal names what it renews.", faults=(Fault("/target", "Name a proposal."),))
    faults = [
        Fault(pointer, "A renewal changes no policy: leave this out.")
        for pointer, given in (("/patch", wanted.patch), ("/base_sha256", wanted.base_sha256))
        if given
    ]
    faults += [Fault("/options", "One is for it or against it.")] if wanted.options is not None else []
    faults += (
        [Fault("/method", "It is decided by majority.")] if wanted.method not in (None, "majority") else []
    )
    case = _target(session, wanted.target_id, now)
    if case.scope != wanted.scope:
        faults.append(Fault("/scope", f"That is decided by {case.scope}."))
    if faults:
        raise RuleBroken("This is no renewal.", faults=tuple(faults))
    check_renewable(case)
    return Subject(case.facts.risk_class, "majority", takes_force=False)


def check_renewable(case: Case) -> None:
    """Raise Conflict where a change is not in force, or would not end by itself."""
    check_in_force(case)
    if case.sunset_at is None:
        raise Conflict("It does not end by itself, so there is nothing to renew.")
    if case.facts.pace == "emergency" and case.tallied_at is None:
        raise Conflict("It is being voted on already: an emergency measure ends unless it is ratified.")


def check_in_force(case: Case) -> None:
    """Raise Conflict where a proposal is not a change of policy that is in force."""
    state = case.stage.state
    if case.version_id is None or state is not State.IN_FORCE:
        raise Conflict(
            "Only a change of policy that is in force can be repealed or renewed.",
            faults=(Fault("/target", f"This proposal {stands(state)}."),),
        )


def _target(session: Session, target_id: int, now: datetime) -> Case:
    """Return the target; raise RuleBroken where there is none that has been submitted (law 7)."""
    try:
        case = cases.one(session, target_id, now)
    except NotFound:
        case = None
    if case is None or case.facts.submitted_at is None:
        fault = Fault("/target", "Name a proposal that is in force.")
        raise RuleBroken("There is no such proposal.", faults=(fault,))
    return case
