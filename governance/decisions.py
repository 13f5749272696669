"""Decisions: what votes have brought about, for anyone to read.

Law 7: a decision tells what the page of its proposal tells a visitor, and never more: no member is named,
and nothing is told before it is recorded.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import literal, select, tuple_, union_all
from sqlmodel import Session, col

from governance import cases
from governance.announcements import sentence
from governance.case import Case
from governance.facts import UNDONE
from governance.tables import Proposal


class Outcome(StrEnum):
    """What was decided."""

    PASSED = "passed"
    REJECTED = "rejected"
    ENACTED = "enacted"
    """It became a version of a policy."""
    UNDONE = "undone"
    """It went out of force: by a vote, by itself, or because a bound that it had agreed to was crossed."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing that was decided about one proposal."""

    proposal_id: int
    outcome: Outcome
    at: datetime
    """When it was recorded."""
    scope: str
    kind: str
    title: str
    sentence: str
    """How the vote went, or why it was undone."""

    @property
    def path(self) -> str:
        """Where to read on."""
        return f"/proposals/{self.proposal_id}"


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Where a decision stands in the order of decisions."""

    at: datetime
    proposal_id: int
    step: int
    """1 for the count, 2 for taking force, 3 for going out of it."""


COUNTED, ENACTED, UNDID = 1, 2, 3
AT_ONCE = "Stewards put it in force in an emergency, and all of us vote on whether it stays."
"""How an emergency measure took force, before any vote."""


def of(case: Case) -> list[Decision]:
    """Return what has been decided about a proposal, the first first."""
    facts, tally = case.facts, case.facts.tally
    found = []
    if case.tallied_at is not None and tally is not None:
        outcome = Outcome.PASSED if tally.passed else Outcome.REJECTED
        found.append((case.tallied_at, outcome, sentence(case)))
    if facts.enacted_at is not None and case.version_id is not None:
        how = AT_ONCE if facts.pace == "emergency" else sentence(case)
        found.append((facts.enacted_at, Outcome.ENACTED, how))
    if facts.undone_at is not None and facts.undone_as in UNDONE:
        found.append((facts.undone_at, Outcome.UNDONE, case.undone_reason or ""))
    return [Decision(case.id, what, at, case.scope, case.kind, case.title, told) for at, what, told in found]


def latest(session: Session, now: datetime, *, before: Position | None, limit: int) -> list[Decision]:
    """Return up to ``limit`` decisions, the newest first, from the first that comes after ``before``."""
    positions = _positions(session, before, limit)
    ids = {position.proposal_id for position in positions}
    found = {
        position(decision): decision
        for case in cases.find(session, now, col(Proposal.id).in_(ids))
        for decision in of(case)
    }
    return [found[position] for position in positions]


def of_all(
    session: Session, proposal_ids: Collection[int], now: datetime
) -> dict[tuple[int, Outcome], Decision]:
    """Return all that has been decided about these proposals, by proposal and outcome."""
    found = cases.find(session, now, col(Proposal.id).in_(proposal_ids)) if proposal_ids else []
    return {(one.proposal_id, one.outcome): one for case in found for one in of(case)}


def position(decision: Decision) -> Position:
    """Return where a decision stands in the order of decisions."""
    step = {Outcome.ENACTED: ENACTED, Outcome.UNDONE: UNDID}.get(decision.outcome, COUNTED)
    return Position(decision.at, decision.proposal_id, step)


def _positions(session: Session, before: Position | None, limit: int) -> list[Position]:
    steps = (
        (COUNTED, col(Proposal.tallied_at), col(Proposal.tallied_at).is_not(None)),
        (ENACTED, col(Proposal.enacted_at), col(Proposal.version_id).is_not(None)),
        (UNDID, col(Proposal.undone_at), col(Proposal.undone_as).in_([state.value for state in UNDONE])),
    )
    made = union_all(
        *(
            select(at.label("at"), col(Proposal.id).label("proposal_id"), literal(step).label("step")).where(
                happened
            )
            for step, at, happened in steps
        )
    ).subquery()
    order = (made.c.at, made.c.proposal_id, made.c.step)
    statement = select(*order).order_by(*(column.desc() for column in order)).limit(limit)
    if before is not None:
        statement = statement.where(tuple_(*order) < tuple_(before.at, before.proposal_id, before.step))
    return [Position(*row) for row in session.execute(statement)]
