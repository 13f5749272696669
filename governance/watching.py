"""Watching: reading the tripwires of what is in force, and undoing what has crossed one.

Law 2: the vote that passed a change agreed to its tripwires, so their crossing may take it back: at once
where all that it set is still its own, and else, since others have built on it, by a repeal that is voted on
soon. Law 14: a reading is a fact, written down at the moment it was taken; what follows from it follows once,
however many workers read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from coop.clock import Clock
from coop.database import Database
from coop.ledger import append, stamp
from coop.measures import Measure
from coop.policies import Books
from governance import cases, layers, repeals, undoing
from governance.case import Case
from governance.deliberation.rules import NAME, DeliberationRules
from governance.facts import State
from governance.tables import Proposal, TripwireReading
from governance.tripwires import Tripwire
from governance.undoing import End

LOG = structlog.get_logger("tripwires")


@dataclass(frozen=True, slots=True)
class Crossing:
    """A bound that a reading crossed."""

    position: int
    """Place of the tripwire among the proposal's."""
    metric: str
    value: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a tripwire says, and what its measure read last."""

    tripwire: Tripwire
    value: Decimal | None
    at: datetime | None
    """None where it has not been read yet."""


def watch(database: Database, books: Books, clock: Clock, measures: Mapping[str, Measure]) -> int:
    """Read every tripwire of what is in force; return how many changes were undone or put to a repeal."""
    with database.begin() as session:
        watched = [case.id for case in _watched(session, clock.now(session))]
    done = 0
    for proposal_id in reversed(watched):
        try:
            done += _watch_one(database, books, clock, measures, proposal_id)
        except Exception as error:  # one that cannot be read holds up no other
            LOG.error("tripwires could not be read", proposal=proposal_id, exc_info=error)
    return done


def _watch_one(
    database: Database, books: Books, clock: Clock, measures: Mapping[str, Measure], proposal_id: int
) -> bool:
    with database.begin() as session:
        crossing = read(session, books, proposal_id, clock, measures)
    if crossing is None:
        return False
    with database.begin() as session:
        return answer(session, books, proposal_id, crossing, clock)


def _watched(session: Session, now: datetime) -> list[Case]:
    found = cases.find(session, now, *cases.WATCHED, col(Proposal.tripwires) != [])
    return [case for case in found if case.stage.state is State.IN_FORCE]


def read(
    session: Session, books: Books, proposal_id: int, clock: Clock, measures: Mapping[str, Measure]
) -> Crossing | None:
    """Read the tripwires of one change and write down what they read; return the first that is crossed."""
    case = cases.one(session, proposal_id, clock.now(session))
    enacted_at = case.facts.enacted_at
    if enacted_at is None or case.stage.state is not State.IN_FORCE:
        return None
    below = books.current(session).rules(NAME, DeliberationRules).rehearsals.hidden_below
    crossed = None
    for position, tripwire in enumerate(agreed(session, proposal_id)):
        span = tripwire.span(enacted_at, case.read_at, case.scope, below)
        value = measures[tripwire.metric.name](session, span)
        _keep(session, proposal_id, position, value, case.read_at)
        reason = tripwire.crossed(value, span)
        if value is not None and reason is not None and crossed is None:
            crossed = Crossing(position, tripwire.metric.name, value, reason)
    return crossed


def agreed(session: Session, proposal_id: int) -> list[Tripwire]:
    """Return the tripwires that a proposal carries."""
    told = session.execute(select(col(Proposal.tripwires)).where(col(Proposal.id) == proposal_id))
    return [Tripwire.read(one) for one in told.scalar_one()]


def readings(session: Session, proposal_id: int) -> list[Reading]:
    """Return the tripwires of a proposal with what each read last."""
    rows = session.scalars(select(TripwireReading).where(col(TripwireReading.proposal_id) == proposal_id))
    last = {row.position: row for row in rows}
    return [
        Reading(one, last[position].value, last[position].at)
        if position in last
        else Reading(one, None, None)
        for position, one in enumerate(agreed(session, proposal_id))
    ]


def _keep(session: Session, proposal_id: int, position: int, value: Decimal | None, at: datetime) -> None:
    values = {"value": value, "at": at}
    session.execute(
        insert(TripwireReading)
        .values(proposal_id=proposal_id, position=position, **values)
        .on_conflict_do_update(
            index_elements=[col(TripwireReading.proposal_id), col(TripwireReading.position)], set_=values
        )
    )


def answer(session: Session, books: Books, proposal_id: int, crossing: Crossing, clock: Clock) -> bool:
    """Undo a change whose tripwire was crossed, or open its repeal; say whether anything was left to do.

    Nothing is where it is out of force by now, or a vote on its repeal is open or has decided that it stays.
    """
    undoing.hold(session, [proposal_id])
    now = clock.now(session)
    case = cases.one(session, proposal_id, now)
    if case.stage.state is not State.IN_FORCE:
        return False
    stack = layers.read(session, case.scope, case.kind, now)
    number = stack.number_of(case.id)
    repeal = None
    if stack.uncovered(number).keys() == stack.clauses_of(number).keys():
        undoing.undo(session, books, case, End(State.REVERTED, "tripwire", now, crossing.reason), now)
    elif repeals.answered(session, case):
        return False
    else:
        repeal = repeals.open_expedited(session, books, case, stack, crossing.reason, now)
        if repeal is None:
            LOG.warning("nothing of it could be put back", proposal=case.id, reason=crossing.reason)
            return False
    told = {
        "proposal": str(case.id),
        "position": crossing.position,
        "metric": crossing.metric,
        "value": format(crossing.value, "f"),
        "at": stamp(now),
        "reason": crossing.reason,
        "repeal": None if repeal is None else str(repeal),
    }
    append(session, "tripwire.crossed", told, now)
    return True
