"""Elections: proposals that seat stewards, and what is told of one besides what every proposal tells.

An election of the coop is of class C, for a council may act in an emergency; a guild elects its own council,
and that is of class B. Candidates stand while it is talked over, the slate is settled with the roll, and the
vote is secret.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from coop.book import COOP, Book
from coop.errors import Fault, NotFound, RuleBroken
from coop.identity import Identity
from coop.policies import Books
from coop.receipts import Citation
from coop.tables import PolicyVersion
from governance import cases
from governance.case import Case
from governance.outcome import Outcome
from governance.people import candidates
from governance.people.candidates import Standing
from governance.people.slate import ELECTION
from governance.rules import NAME, Method, RiskClass, VotingRules
from governance.subject import Subject, Wanted
from governance.tables import RollEntry

METHODS: tuple[Method, ...] = ("stv", "approval")
"""How an election may be counted; the first is meant where none is named."""

SEATS = "/council/seats"
CLAUSES = (SEATS, "/council/term", "/council/secret_roll", "/council/turnout_from")


@dataclass(frozen=True, slots=True)
class Election:
    """An election as one reader sees it."""

    seats: int
    slate: tuple[str, ...]
    """Handles in the order of the ballot; empty until the roll is frozen."""
    candidates: list[Standing]
    roll_size: int | None
    turnout: int | None
    """How many have voted; None until the clause lets it be told."""
    voted: bool
    """Whether the reader has."""
    elected: tuple[str, ...]
    """In the order in which they were elected; empty until the count."""
    clauses: list[Citation]
    """What decides it, as it stood when the election was submitted."""


def examine(session: Session, book: Book, wanted: Wanted, now: datetime) -> Subject:
    """Return the subject of an election; raise RuleBroken with every fault where it cannot stand."""
    seats, faults = _seats(book, wanted)
    if wanted.patch or wanted.base_sha256:
        faults.append(Fault("/patch", "An election changes no policy: leave patch and base out."))
    if wanted.target_id is not None:
        faults.append(Fault("/target", "An election is about no other proposal."))
    method = METHODS[0] if wanted.method is None else wanted.method
    if method not in METHODS:
        faults.append(Fault("/method", f"An election is counted by {' or '.join(METHODS)}."))
    if faults:
        raise RuleBroken("This is no election.", faults=tuple(faults))
    risk_class: RiskClass = "C" if wanted.scope == COOP else "B"
    return Subject(risk_class, method, options={"seats": seats}, takes_force=False)


def read(session: Session, books: Books, reader: Identity, case: Case) -> Election:
    """Return an election that the reader may see; see :func:`visible`."""
    return Election(
        seats=case.options["seats"],
        slate=slate(case),
        candidates=candidates.standing(session, case.id),
        roll_size=case.roll_size,
        turnout=_turnout(session, case),
        voted=_voted(session, case.id, reader.member_id),
        elected=elected(case),
        clauses=_clauses(session, books, case),
    )


def visible(session: Session, reader: Identity, proposal_id: int, now: datetime) -> Case:
    """Return the case of an election; raise NotFound where the reader sees none such."""
    case = cases.visible(session, reader, proposal_id, now)
    if case.kind != ELECTION:
        raise NotFound
    return case


def slate(case: Case) -> tuple[str, ...]:
    """Return the handles on the ballot of an election, in order; empty until its roll is frozen."""
    return tuple(choice["label"] for choice in case.options.get("choices", ()))


def elected(case: Case) -> tuple[str, ...]:
    """Return who was elected, in order; empty until that is recorded, and where too few took part."""
    outcome = case.facts.tally if case.tallied_at is not None else None
    if not isinstance(outcome, Outcome):
        return ()
    names = slate(case)
    return tuple(names[place] for place in outcome.chosen)


def _seats(book: Book, wanted: Wanted) -> tuple[int, list[Fault]]:
    """Return how many are elected, and what is wrong with what was asked for."""
    most = book.rules(NAME, VotingRules).council.seats
    options: Any = {} if wanted.options is None else wanted.options
    if not isinstance(options, dict) or options.keys() - {"seats"}:
        return most, [Fault("/options", "An election has its seats, and its candidates stand later.")]
    seats = options.get("seats", most)
    least = most if wanted.scope == COOP else 1
    if isinstance(seats, bool) or not isinstance(seats, int) or not least <= seats <= most:
        told = f"{most}" if least == most else f"1 to {most}"
        fault = Fault("/options/seats", f"This council has {told} seats.", book.cite(NAME, SEATS))
        return most, [fault]
    return seats, []


def _turnout(session: Session, case: Case) -> int | None:
    voted = select(func.count()).where(col(RollEntry.proposal_id) == case.id, col(RollEntry.voted))
    number = int(session.execute(voted).scalar_one())
    return number if number >= case.rules.council.turnout_from else None


def _voted(session: Session, proposal_id: int, member_id: int) -> bool:
    entry = select(col(RollEntry.voted)).where(
        col(RollEntry.proposal_id) == proposal_id, col(RollEntry.member_id) == member_id
    )
    return bool(session.execute(entry).scalar_one_or_none())


def _clauses(session: Session, books: Books, case: Case) -> list[Citation]:
    pinned = select(col(PolicyVersion.epoch)).where(col(PolicyVersion.id) == case.voting_version_id)
    book = books.at(session, session.execute(pinned).scalar_one())
    return [book.cite(NAME, clause) for clause in CLAUSES]
