"""Cases: the facts of any number of proposals, read in a fixed number of statements.

Law 14: a case's stage is computed from what is read here. Where voting is over and no job has counted
yet, the ballots are counted on the way, so the answer never waits for a job; and what has become of a veto
or of the other proposals of a joint one is asked of their own facts.
Law 5: each case carries the voting rules that its proposal opened under.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, select
from sqlmodel import Session, col

from coop.errors import NotFound
from coop.identity import Identity
from governance import case_row, counting, lifecycle
from governance.case import Case as Case
from governance.facts import VETO
from governance.people import obstacles
from governance.tables import Proposal

OPEN = (
    col(Proposal.submitted_at).is_not(None),
    col(Proposal.ended_at).is_(None),
    col(Proposal.enacted_at).is_(None),
)
"""Conditions of the proposals that time may still decide."""
WATCHED = (col(Proposal.enacted_at).is_not(None), col(Proposal.undone_at).is_(None))
"""Conditions of those in force, which time may still end."""


def find(
    session: Session, now: datetime, *conditions: ColumnElement[bool], limit: int | None = None
) -> list[Case]:
    """Return the proposals that meet ``conditions``, the newest first, as they stand at ``now``."""
    return _joined(session, _alone(session, now, *conditions, limit=limit), now)


def _alone(
    session: Session, now: datetime, *conditions: ColumnElement[bool], limit: int | None = None
) -> list[Case]:
    """Return them without regard to those that have to pass together with them."""
    return _read(session, now, session.execute(case_row.QUERY.where(*conditions).limit(limit)).all())


def _read(session: Session, now: datetime, rows: Sequence[Row[*tuple[Any, ...]]]) -> list[Case]:
    cases = _with_obstacles(session, case_row.read(session, rows, now))
    cases = _with_floors(session, cases)
    cases = _with_counts(session, cases)
    return _with_vetoes(session, cases, now)


def one(session: Session, proposal_id: int, now: datetime) -> Case:
    """Return one proposal; raise NotFound where there is none."""
    rows = session.connection().execute(_ONE, {"proposal": proposal_id}).all()
    if not rows:
        raise NotFound
    return _joined(session, _read(session, now, rows), now)[0]


def visible(session: Session, viewer: Identity, proposal_id: int, now: datetime) -> Case:
    """Return one proposal that ``viewer`` may see; raise NotFound where there is none.

    Law 7: a draft, and one withdrawn while it was a draft, is its author's alone.
    """
    case = one(session, proposal_id, now)
    if case.facts.submitted_at is None and case.author_id != viewer.member_id:
        raise NotFound
    return case


def lock(session: Session, proposal_id: int, *, shared: bool = False, skip_locked: bool = False) -> bool:
    """Lock a proposal until the transaction ends; say whether it was got.

    Read the clock and the case after this, never before: whoever held the lock may have changed both.
    """
    statement = _LOCKS[shared, skip_locked]
    return session.connection().execute(statement, {"proposal": proposal_id}).one_or_none() is not None


_ONE = case_row.QUERY.where(col(Proposal.id) == bindparam("proposal"))
"""Made once: to put a statement together and to name it for the cache costs more than to run it."""


def _locking(*, shared: bool, skip_locked: bool) -> Select[*tuple[Any, ...]]:
    statement = select(col(Proposal.id)).where(col(Proposal.id) == bindparam("proposal"))
    return statement.with_for_update(read=shared, key_share=not shared, skip_locked=skip_locked)


_LOCKS = {
    (shared, skip_locked): _locking(shared=shared, skip_locked=skip_locked)
    for shared in (False, True)
    for skip_locked in (False, True)
}


def _with_facts(cases: list[Case], found: Mapping[int, dict[str, Any]]) -> list[Case]:
    """Return the cases, those named in ``found`` with some more facts."""
    if not found:
        return cases
    return [
        replace(case, facts=replace(case.facts, **found[case.id])) if case.id in found else case
        for case in cases
    ]


def _with_obstacles(session: Session, cases: list[Case]) -> list[Case]:
    """Add when an election's vote would have opened, where it is not held."""
    waiting = [case for case in cases if not case.over and obstacles.of(session, case) is not None]
    return _with_facts(cases, {case.id: {"unheld_at": case.ballots_open_at} for case in waiting})


def _with_floors(session: Session, cases: list[Case]) -> list[Case]:
    """Add when enough first said yes, where that may put off the close; with the tally it is recorded."""
    wanted = {case.id: case.bar.need(case.roll_size or 0) for case in cases if _may_be_extended(case)}
    reached = counting.floors(session, wanted) if wanted else {}
    return _with_facts(cases, {found: {"floor_at": at} for found, at in reached.items()})


def _may_be_extended(case: Case) -> bool:
    times = case.times
    if times is None or times.held or case.roll_size is None or case.facts.tally is not None or case.over:
        return False
    yes_counts = case.method in ("consent", "majority") and case.facts.pace in ("ordinary", "expedited")
    return yes_counts and case.read_at >= times.closes_at - case.rules.extension.window


def _with_counts(session: Session, cases: list[Case]) -> list[Case]:
    waiting = [case for case in cases if _uncounted(case)]
    if not waiting:
        return cases
    tallies = counting.tallies(session, waiting)
    return _with_facts(cases, {found: {"tally": tally} for found, tally in tallies.items()})


def _uncounted(case: Case) -> bool:
    closes_at = case.ballots_close_at
    if case.over or case.facts.tally is not None or closes_at is None:
        return False
    decided = case.facts.enacted_at is not None and case.facts.pace != "emergency"
    return not decided and case.read_at >= closes_at


def _with_vetoes(session: Session, cases: list[Case], now: datetime) -> list[Case]:
    asked = [case.id for case in cases if _veto_closed(case, now)]
    if not asked:
        return cases
    of_these = (col(Proposal.kind) == VETO, col(Proposal.target_id).in_(asked))
    vetoes = _alone(session, now, *of_these)
    passed = {veto.target_id for veto in vetoes if veto.facts.tally is not None and veto.facts.tally.passed}
    return _with_facts(cases, {found: {"vetoed": True} for found in passed if found is not None})


def _veto_closed(case: Case, now: datetime) -> bool:
    closes_at, facts = case.facts.veto_closes_at, case.facts
    undecided = facts.ended_at is None and facts.enacted_at is None
    return undecided and closes_at is not None and now >= closes_at


def _joined(session: Session, cases: list[Case], now: datetime) -> list[Case]:
    """Add what has become of the proposals that have to pass together with these.

    Where one goes on from another of them, after an objection, it is the later one that has to pass.
    """
    groups = {case.joint_id for case in cases if case.joint_id is not None and not case.over}
    if not groups:
        return cases
    found = _alone(session, now, col(Proposal.joint_id).in_(groups))
    followed = {other.origin_id for other in found}
    members = [other for other in found if other.id not in followed]
    return _with_facts(
        cases,
        {
            case.id: {
                "joint": lifecycle.joint_of(
                    [
                        (other.stage, other.times)
                        for other in members
                        if other.joint_id == case.joint_id and other.id != case.id
                    ]
                )
            }
            for case in cases
            if case.joint_id is not None
        },
    )
