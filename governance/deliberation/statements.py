"""Statements: writing one, answering those of others, and which comes next.

They are asked while a proposal is talked over, and decide nothing. What a member answers is told to that
member alone: the ledger hears of statements and of no answers. A statement taken back leaves its seal (see
:mod:`governance.deliberation.seals`).
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from coop.book import Book
from coop.clock import Clock
from coop.errors import Conflict, Fault, Forbidden, NotFound
from coop.identity import Identity
from coop.ids import new_id
from coop.ledger import append
from coop.names import line
from coop.opinions.answers import AGREE, DISAGREE, PASS
from coop.tables import Member
from governance import cases
from governance.case import Case
from governance.deliberation import floor
from governance.deliberation.routing import drawn, weight
from governance.deliberation.seals import seal
from governance.deliberation.statement_tables import Statement, StatementVote, StoredMap

PER_MEMBER = "/statements/per_member"
"""The clause that limits them."""


class Answer(StrEnum):
    """What one says to a statement."""

    AGREE = "agree"
    DISAGREE = "disagree"
    PASS = "pass"  # noqa: S105 - no password

    @property
    def value_kept(self) -> int:
        """The number that is kept and counted with."""
        return {Answer.AGREE: AGREE, Answer.DISAGREE: DISAGREE, Answer.PASS: PASS}[self]


_ANSWERS = {answer.value_kept: answer for answer in Answer}


@dataclass(frozen=True, slots=True)
class Written:
    """A statement as one member sees it."""

    id: int
    proposal_id: int
    author: str
    words: str | None
    """None where it was taken back."""
    written_at: datetime
    removed_at: datetime | None
    answer: Answer | None
    """The reader's own."""


@dataclass(frozen=True, slots=True)
class Upcoming:
    """The statement that comes next, and how far one has come."""

    id: int | None
    """None where all are answered."""
    words: str | None
    answered: int
    left: int
    """How many still wait for an answer, this one among them."""


def write(session: Session, book: Book, author: Identity, proposal_id: int, words: str, clock: Clock) -> int:
    """Write a statement while the proposal is talked over, and return its id.

    Raise NotFound where the author sees no such proposal, Forbidden where they do not belong to its scope
    or have written as many as they may, Conflict where it is not in deliberation or the same stands there
    already, and RuleBroken where the words do not fit.
    """
    words = line(words, "/words", longest=floor.rules_of(book).statements.characters)
    case, now = floor.take(session, author, proposal_id, clock)
    mine = (col(Statement.proposal_id) == case.id, col(Statement.author_id) == author.member_id)
    made = session.execute(select(func.count()).select_from(Statement).where(*mine)).scalar_one()
    floor.check_room(book, PER_MEMBER, made, "You have written as many statements here as one member may.")
    same = select(col(Statement.id)).where(
        col(Statement.proposal_id) == case.id, col(Statement.words) == words
    )
    if session.execute(same).one_or_none() is not None:
        fault = Fault("/words", "Answer the one that is there, or say something else.")
        raise Conflict("This has been stated already.", faults=(fault,))
    salt = secrets.token_hex(16)
    statement = Statement(
        id=new_id(now),
        proposal_id=case.id,
        author_id=author.member_id,
        words=words,
        salt=salt,
        seal=seal(words, salt),
        written_at=now,
    )
    session.add(statement)
    session.flush()
    told = {
        "proposal": str(case.id),
        "statement": str(statement.id),
        "author": author.handle,
        "seal": statement.seal,
    }
    append(session, "statement.written", told, now)
    return statement.id


def withdraw(session: Session, author: Identity, statement_id: int, clock: Clock) -> None:
    """Take one's own statement back, at any time: its words go, and so does what it did to the map.

    It still counts among those that its author wrote. Raise NotFound where the author sees none such,
    Forbidden where it is another's; nothing happens where it is withdrawn already.
    """
    proposal_id = floor.proposal_of(session, col(Statement.proposal_id), col(Statement.id) == statement_id)
    cases.lock(session, proposal_id)
    now = clock.now(session)
    cases.visible(session, author, proposal_id, now)
    statement = session.get_one(Statement, statement_id, populate_existing=True)
    if statement.author_id != author.member_id:
        raise Forbidden("Only its author takes a statement back.")
    if statement.removed_at is not None:
        return
    statement.words, statement.salt, statement.removed_at = None, None, now
    session.flush()
    append(
        session, "statement.withdrawn", {"proposal": str(proposal_id), "statement": str(statement_id)}, now
    )


def answer(session: Session, member: Identity, statement_id: int, said: Answer, clock: Clock) -> None:
    """Answer a statement, or change one's answer, while the proposal is talked over: the last one counts.

    Raise NotFound where the member sees no such statement, Forbidden where they do not belong to the
    proposal's scope, and Conflict where it is not in deliberation.
    """
    proposal_id = floor.proposal_of(session, col(Statement.proposal_id), col(Statement.id) == statement_id)
    case, now = floor.take(session, member, proposal_id, clock, shared=True)
    stands = select(col(Statement.id)).where(
        col(Statement.id) == statement_id, col(Statement.removed_at).is_(None)
    )
    if session.execute(stands).one_or_none() is None:
        raise NotFound
    key = {"proposal_id": case.id, "member_id": member.member_id, "statement_id": statement_id}
    said_now = {"value": said.value_kept, "at": now}
    session.execute(
        insert(StatementVote)
        .values(**key, **said_now)
        .on_conflict_do_update(index_elements=list(key), set_=said_now)
    )


def listing(
    session: Session, reader: Identity, proposal_id: int, *, before: int | None, limit: int
) -> list[Written]:
    """Return a proposal's statements with the reader's own answers, the newest first.

    For a proposal that the reader may see.
    """
    statement = _told(reader).where(col(Statement.proposal_id) == proposal_id).limit(limit)
    if before is not None:
        statement = statement.where(col(Statement.id) < before)
    return [_written(row) for row in session.execute(statement)]


def one(session: Session, reader: Identity, statement_id: int, now: datetime) -> Written:
    """Return one statement with the reader's own answer; raise NotFound where they see none such."""
    found = session.execute(_told(reader).where(col(Statement.id) == statement_id)).one_or_none()
    if found is None:
        raise NotFound
    cases.visible(session, reader, found.proposal_id, now)
    return _written(found)


def words_of(session: Session, statement_ids: Collection[int]) -> dict[int, str]:
    """Return the words of those of these statements that stand; for readers who may see them."""
    rows = session.execute(
        select(col(Statement.id), col(Statement.words)).where(
            col(Statement.id).in_(statement_ids), col(Statement.words).is_not(None)
        )
    )
    return {row.id: row.words for row in rows}


def upcoming(session: Session, member: Identity, case: Case) -> Upcoming:
    """Return the statement that a member is asked next, drawn by lot; see :mod:`.routing`.

    For a proposal that the member may see. Raise Forbidden and Conflict as :func:`answer` does.
    """
    floor.check_belongs(session, member, case)
    floor.check_state(case, floor.TALKING)
    rows = session.execute(
        select(col(Statement.id), col(StatementVote.value))
        .outerjoin(StatementVote, _own_vote(member))
        .where(col(Statement.proposal_id) == case.id, col(Statement.removed_at).is_(None))
    ).all()
    waiting = [row.id for row in rows if row.value is None]
    answered = len(rows) - len(waiting)
    if not waiting:
        return Upcoming(None, None, answered, 0)
    known = select(col(StoredMap.workings)["weights"]).where(col(StoredMap.proposal_id) == case.id)
    weights = session.execute(known).scalar_one_or_none() or {}
    fresh = weight(0, 0, 0, 0.0)
    chances = {statement: weights.get(str(statement), fresh) for statement in waiting}
    chosen = drawn(chances, f"{case.id}:{member.member_id}:{answered}")
    words = session.execute(select(col(Statement.words)).where(col(Statement.id) == chosen)).scalar_one()
    return Upcoming(chosen, words, answered, len(waiting))


def _own_vote(reader: Identity) -> Any:
    return and_(
        col(StatementVote.proposal_id) == col(Statement.proposal_id),
        col(StatementVote.member_id) == reader.member_id,
        col(StatementVote.statement_id) == col(Statement.id),
    )


def _told(reader: Identity) -> Select[*tuple[Any, ...]]:
    return (
        select(
            col(Statement.id),
            col(Statement.proposal_id),
            col(Member.handle).label("author"),
            col(Statement.words),
            col(Statement.written_at),
            col(Statement.removed_at),
            col(StatementVote.value),
        )
        .join(Member, col(Member.id) == col(Statement.author_id))
        .outerjoin(StatementVote, _own_vote(reader))
        .order_by(col(Statement.id).desc())
    )


def _written(row: Any) -> Written:
    return Written(
        id=row.id,
        proposal_id=row.proposal_id,
        author=row.author,
        words=row.words,
        written_at=row.written_at,
        removed_at=row.removed_at,
        answer=None if row.value is None else _ANSWERS[row.value],
    )
