"""Votes on suspensions: what one is about, and that no member proposes one.

Opening, ending and carrying them out is ``suspensions.py``.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from coop.book import Book
from coop.errors import Fault, NotFound, RuleBroken
from coop.identity import Identity
from governance import cases
from governance.case import Case
from governance.people.secrecy import SECRET, SUSPENSION
from governance.subject import Subject, Wanted
from governance.tables import RollEntry


@dataclass(frozen=True, slots=True)
class Asked:
    """The vote on a suspension as a member sees it."""

    member: str
    """Handle of whom it is about."""
    days: int
    about: str
    """The by-law that the jury found broken."""
    scope: str
    clause: str
    version: int
    jury: dict[str, int]
    """How many jurors voted for which measure."""
    voted: bool
    """Whether the reader has."""
    mine: bool
    """Whether it is about the reader."""


def examine(session: Session, book: Book, wanted: Wanted, now: datetime) -> Subject:
    """Raise RuleBroken: a jury alone proposes a suspension; see :data:`governance.subjects.EXAMINERS`."""
    fault = Fault("/kind", "Report what they made: a jury may ask all of us to suspend them.")
    raise RuleBroken("No member proposes to suspend another.", faults=(fault,))


def read(session: Session, reader: Identity, case: Case) -> Asked:
    """Return what a vote on a suspension that the reader may see is about; raise NotFound for any other."""
    if case.kind != SUSPENSION:
        raise NotFound
    options, ground = case.options, case.options["ground"]
    entry = select(col(RollEntry.voted)).where(
        col(RollEntry.proposal_id) == case.id, col(RollEntry.member_id) == reader.member_id
    )
    return Asked(
        member=options["member"],
        days=options["days"],
        about=ground["about"],
        scope=ground["scope"],
        clause=ground["clause"],
        version=ground["version"],
        jury=options["jury"],
        voted=bool(session.scalar(entry)),
        mine=options["member"] == reader.handle,
    )


def visible_secret(session: Session, reader: Identity, proposal_id: int, now: datetime) -> Case:
    """Return the case of a vote on people; raise NotFound where the reader sees none such."""
    case = cases.visible(session, reader, proposal_id, now)
    if case.kind not in SECRET:
        raise NotFound
    return case
