"""Turns: the rounds of one proposal, switched on, joined, spoken in and passed.

The rule is :mod:`governance.deliberation.rounds`; its facts are read and written while the proposal's row
is held, so two who speak at once are asked one after the other.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from coop.book import Book
from coop.clock import Clock
from coop.errors import Conflict, Fault
from coop.identity import Identity
from coop.receipts import Citation
from coop.tables import Member
from governance.case import Case
from governance.deliberation import facilitation, floor, rounds
from governance.deliberation.rounds import Rounds
from governance.deliberation.rules import NAME
from governance.deliberation.tables import Argument, Facilitation, Speaker
from governance.facts import State

WAITS = "/rounds/waits"
"""The clause that says how long a round waits."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the rounds on a proposal have come, as a reader sees it."""

    on: bool
    number: int
    opened_at: datetime | None
    waits_until: datetime | None
    """When the round under way stops waiting; None before its first turn."""
    speakers: list[tuple[str, int]]
    """Handle and last round of everybody who has joined, by handle."""
    awaited: list[str]
    """Handles of those the round under way still waits for, in order."""
    yours: int | None
    """The round in which the reader may speak or pass now; None where they may not."""
    clause: Citation


def switch(session: Session, member: Identity, proposal_id: int, on: bool, clock: Clock) -> None:
    """Have a proposal talked over in rounds, or freely.

    Its author or facilitator says so before the first argument is made. Raise what :func:`floor.take`
    raises, Forbidden for anybody else, and Conflict once there are arguments.
    """
    case, _ = floor.take(session, member, proposal_id, clock, floor.TALKING | {State.DRAFT, State.SPONSORING})
    facilitation.check_leads(session, member, case)
    if session.execute(select(exists().where(col(Argument.proposal_id) == case.id))).scalar_one():
        raise Conflict("Arguments have been made: rounds are chosen before the first one.")
    if (_of(session, case.id) is not None) is on:
        return
    session.execute(delete(Speaker).where(col(Speaker.proposal_id) == case.id))
    begun = {"rounds": on, "round": 0, "round_opened_at": None}
    statement = insert(Facilitation).values(proposal_id=case.id, **begun)
    session.execute(statement.on_conflict_do_update(index_elements=["proposal_id"], set_=begun))


def join(session: Session, member: Identity, proposal_id: int, clock: Clock) -> None:
    """Ask for a turn: the round is to wait for this member too. Doing it twice is doing it once.

    Raise what :func:`floor.take` raises, and Conflict where there are no rounds.
    """
    case, _ = floor.take(session, member, proposal_id, clock)
    found = _known(session, case.id)
    _keep(session, case.id, rounds.joined(found, member.member_id), member.member_id)


def pass_on(session: Session, book: Book, member: Identity, proposal_id: int, clock: Clock) -> None:
    """Leave one's turn in the round to the others.

    Raise what :func:`join` raises, and Conflict where it is not the member's turn.
    """
    case, now = floor.take(session, member, proposal_id, clock)
    _known(session, case.id)
    spend(session, book, member, case.id, now)


def spend(session: Session, book: Book, member: Identity, proposal_id: int, now: datetime) -> int | None:
    """Use a member's turn and return its round; None where the proposal is talked over freely.

    The caller holds the proposal's row. Raise Conflict where others come first.
    """
    found = _of(session, proposal_id)
    if found is None:
        return None
    waits = floor.rules_of(book).rounds.waits
    number = rounds.turn(found, member.member_id, waits, now)
    if number is None:
        waiting = len(rounds.awaited(found, waits, now))
        detail = f"Round {found.number} still waits for {waiting} of those who have joined."
        fault = Fault("", detail, book.cite(NAME, WAITS))
        raise Conflict("You have had your turn in this round: others speak first.", faults=(fault,))
    _keep(session, proposal_id, rounds.took(found, member.member_id, number, now), member.member_id)
    return number


def standing(session: Session, book: Book, viewer: Identity, case: Case) -> Standing:
    """Return how far the rounds of a proposal have come that the viewer may see."""
    now, found = case.read_at, _of(session, case.id)
    known = found or Rounds()
    waits = floor.rules_of(book).rounds.waits
    handles = _handles(session, case.id)
    talking = found is not None and case.stage.state in floor.TALKING
    waiting = rounds.awaited(known, waits, now) if talking else frozenset()
    return Standing(
        on=found is not None,
        number=known.number,
        opened_at=known.opened_at,
        waits_until=None if known.opened_at is None else known.opened_at + waits,
        speakers=[(handle, known.taken[member_id]) for member_id, handle in handles.items()],
        awaited=[handle for member_id, handle in handles.items() if member_id in waiting],
        yours=rounds.turn(known, viewer.member_id, waits, now) if talking else None,
        clause=book.cite(NAME, WAITS),
    )


def _of(session: Session, proposal_id: int) -> Rounds | None:
    """Return the rounds of a proposal; None where it is talked over freely."""
    row = session.execute(
        select(col(Facilitation.round), col(Facilitation.round_opened_at)).where(
            col(Facilitation.proposal_id) == proposal_id, col(Facilitation.rounds)
        )
    ).one_or_none()
    if row is None:
        return None
    taken = session.execute(
        select(col(Speaker.member_id), col(Speaker.round)).where(col(Speaker.proposal_id) == proposal_id)
    )
    return Rounds(row.round, row.round_opened_at, {row.member_id: row.round for row in taken})


def _known(session: Session, proposal_id: int) -> Rounds:
    found = _of(session, proposal_id)
    if found is None:
        raise Conflict("There are no rounds here: everybody speaks when they like.")
    return found


def _keep(session: Session, proposal_id: int, after: Rounds, member_id: int) -> None:
    """Write down the rounds after an act of one member."""
    session.execute(
        update(Facilitation)
        .where(col(Facilitation.proposal_id) == proposal_id)
        .values(round=after.number, round_opened_at=after.opened_at)
    )
    last = after.taken[member_id]
    seat = insert(Speaker).values(proposal_id=proposal_id, member_id=member_id, round=last)
    session.execute(
        seat.on_conflict_do_update(index_elements=["proposal_id", "member_id"], set_={"round": last})
    )


def _handles(session: Session, proposal_id: int) -> dict[int, str]:
    """Return the handle of everybody who has joined, by member, in the order of handles."""
    rows = session.execute(
        select(col(Speaker.member_id), col(Member.handle))
        .join(Member, col(Member.id) == col(Speaker.member_id))
        .where(col(Speaker.proposal_id) == proposal_id)
        .order_by(col(Member.handle))
    )
    return {row.member_id: row.handle for row in rows}
