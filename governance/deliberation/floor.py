"""The floor: who may take part in talking a proposal over, and until when.

Every act of deliberation begins here: the proposal's row is held first, the clock is read after the lock
was got, and only then is it asked in which state the proposal is. So nothing is said after the text was
locked, and counts made while the row is held are exact.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Mapped
from sqlmodel import Session

from coop.book import Book
from coop.clock import Clock
from coop.errors import Conflict, Fault, Forbidden, NotFound
from coop.identity import Identity
from governance import cases, roll
from governance.case import Case
from governance.deliberation.rules import NAME, DeliberationRules
from governance.facts import State
from governance.state_words import during, stands

TALKING = frozenset({State.DELIBERATION})
"""While it is in this state, its scope talks a proposal over."""
READING = TALKING | {State.VERIFICATION, State.VOTING}
"""While it is in one of these, what was said still helps somebody to decide."""
SUBMITTED = READING | {State.SPONSORING}
"""While it is in one of these, it is before its scope and nothing is decided yet."""


def take(
    session: Session,
    member: Identity,
    proposal_id: int,
    clock: Clock,
    states: frozenset[State] = TALKING,
    *,
    shared: bool = False,
) -> tuple[Case, datetime]:
    """Hold a proposal on which ``member`` may act now; return it with the time after the lock was got.

    ``shared`` lets others act on it meanwhile. Raise NotFound where the member sees no such proposal,
    Forbidden where they do not belong to its scope, and Conflict where it is in none of ``states``.
    """
    cases.lock(session, proposal_id, shared=shared)
    now = clock.now(session)
    case = cases.visible(session, member, proposal_id, now)
    check_belongs(session, member, case)
    check_state(case, states)
    return case, now


def check_belongs(session: Session, member: Identity, case: Case) -> None:
    """Raise Forbidden where the member does not belong to the proposal's scope."""
    try:
        roll.check_belongs(session, member, case.scope)
    except Forbidden as refused:
        raise Forbidden("Only members of this guild take part in talking this over.") from refused


def check_state(case: Case, states: frozenset[State]) -> None:
    """Raise Conflict where the proposal is in none of ``states``."""
    state = case.stage.state
    if state not in states:
        raise Conflict(f"This is done {during(states)}: this proposal {stands(state)}.")


def check_author(member: Identity, case: Case) -> None:
    """Raise Forbidden where the member is not the proposal's author."""
    if case.author_id != member.member_id:
        raise Forbidden("Only the proposal's author does this.")


def proposal_of(session: Session, column: Mapped[int], condition: ColumnElement[bool]) -> int:
    """Return the proposal that the one row which meets ``condition`` belongs to; raise NotFound for none."""
    found = session.execute(select(column).where(condition)).scalar_one_or_none()
    if found is None:
        raise NotFound
    return int(found)


def rules_of(book: Book) -> DeliberationRules:
    """Return the deliberation policy in force."""
    return book.rules(NAME, DeliberationRules)


def check_room(book: Book, clause: str, used: int, detail: str) -> None:
    """Raise Forbidden, citing ``clause``, where as many as it allows are there already."""
    citation = book.cite(NAME, clause)
    if used >= citation.value:
        raise Forbidden(detail, faults=(Fault("", f"There are {used} already.", citation),))
