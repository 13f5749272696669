"""Marks: "this helped me understand", set by those whom an argument or a reply helped.

Who helped whom is kept, so that bridges between those who seldom agree can be found; how many were helped
is all that others are shown.
"""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from coop.clock import Clock
from coop.errors import Conflict, Forbidden
from coop.identity import Identity
from governance.deliberation import floor
from governance.deliberation.tables import Argument, ArgumentMark


def mark(session: Session, member: Identity, argument_id: int, clock: Clock) -> None:
    """Say that an argument or a reply helped; doing it twice is doing it once.

    It can be said until the vote closes. Raise NotFound where the member sees none such, Forbidden where
    it is their own or they do not belong to the scope, and Conflict where it was withdrawn or the vote
    has closed.
    """
    argument, now = _held(session, member, argument_id, clock)
    if argument.author_id == member.member_id:
        raise Forbidden("Others say whether this helped them: it is your own.")
    if argument.withdrawn_at is not None:
        raise Conflict("Its author has taken this back.")
    values = {
        "argument_id": argument_id,
        "member_id": member.member_id,
        "helper_id": argument.author_id,
        "at": now,
    }
    session.execute(insert(ArgumentMark).values(values).on_conflict_do_nothing())


def unmark(session: Session, member: Identity, argument_id: int, clock: Clock) -> None:
    """Take one's mark back; nothing happens where there is none. Raise what :func:`mark` raises."""
    _held(session, member, argument_id, clock)
    session.execute(
        delete(ArgumentMark).where(
            col(ArgumentMark.argument_id) == argument_id, col(ArgumentMark.member_id) == member.member_id
        )
    )


def _held(session: Session, member: Identity, argument_id: int, clock: Clock) -> tuple[Argument, datetime]:
    """Hold the proposal together with others who mark, so that no withdrawal comes in between."""
    proposal_id = floor.proposal_of(session, col(Argument.proposal_id), col(Argument.id) == argument_id)
    _, now = floor.take(session, member, proposal_id, clock, floor.READING, shared=True)
    return session.get_one(Argument, argument_id, populate_existing=True), now
