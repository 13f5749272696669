"""Stored maps: drawn anew by a job where answers have changed, and read with one's own place.

Law 14: a map is what its answers say. Drawing it late, twice or in two workers changes nothing; an older
drawing never takes the place of a newer one. Law 1: a map is told only while the clauses it was drawn under
are in force, so that one which allowed smaller groups is not.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import rfc8785
from numpy.typing import NDArray
from sqlalchemy import exists, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by, insert
from sqlmodel import Session, col

from coop.book import Book
from coop.clock import Clock
from coop.database import Database
from coop.due_rows import one_by_one
from coop.identity import Identity
from coop.opinions.answers import gathered
from coop.policies import Books
from governance.case import Case
from governance.deliberation import floor
from governance.deliberation.map_document import Place, document, own_place, workings
from governance.deliberation.opinion_map import draw, needed
from governance.deliberation.rules import Map
from governance.deliberation.statement_tables import Statement, StatementVote, StoredMap

UNDER_WAY = timedelta(minutes=1)
"""How long before a reading an answer may be dated that was not in it: its transaction was under way."""


@dataclass(frozen=True, slots=True)
class MapRead:
    """The map of a proposal as one member reads it."""

    drawn_at: datetime | None
    document: dict[str, Any] | None
    """None where none is drawn (yet): see ``people`` and the clause for how many it takes."""
    people: int
    """How many take part; where a map is told, how many did when it was drawn."""
    you: Place | None
    """The reader's place; None where there is no map or they have answered too little."""
    answered: int
    """How many statements the reader has answered."""
    needed: int
    """How many one has to answer to be on the map."""


def redraw_due(database: Database, books: Books, clock: Clock) -> int:
    """Draw the maps whose answers or clauses have changed, one a transaction; return how many there were.

    Any number of workers may run this at once, late, or twice.
    """
    with database.begin() as session:
        waiting = due(session, books.current(session))

    def redraw_one(session: Session, proposal_id: int) -> int:
        return redraw(session, books.current(session), proposal_id, clock.now(session))

    return one_by_one(database, "opinion maps", waiting, redraw_one)


def due(session: Session, book: Book) -> list[int]:
    """Return the proposals whose statements, answers or clauses may have changed since their map."""
    listed = select(col(Statement.proposal_id)).distinct().subquery()
    proposal, since = listed.c.proposal_id, col(StoredMap.checked_at) - UNDER_WAY
    said = exists().where(col(StatementVote.proposal_id) == proposal, col(StatementVote.at) > since)
    changed = exists().where(
        col(Statement.proposal_id) == proposal,
        or_(col(Statement.written_at) > since, col(Statement.removed_at) > since),
    )
    other = col(StoredMap.clauses) != literal(_clauses(book), JSONB)
    found = (
        select(proposal)
        .outerjoin(StoredMap, col(StoredMap.proposal_id) == proposal)
        .where(or_(col(StoredMap.proposal_id).is_(None), said, changed, other))
        .order_by(proposal)
    )
    return list(session.execute(found).scalars())


def redraw(session: Session, book: Book, proposal_id: int, now: datetime) -> bool:
    """Draw and store one map; say whether it was another than before, or the first."""
    statements, struck = _statements(session, proposal_id)
    votes = _votes(session, proposal_id)
    clauses = _clauses(book)
    inputs = _inputs(statements, struck, votes, clauses)
    before = select(col(StoredMap.inputs_sha256)).where(col(StoredMap.proposal_id) == proposal_id)
    if session.execute(before).scalar_one_or_none() == inputs:
        checked = update(StoredMap).where(col(StoredMap.proposal_id) == proposal_id)
        session.execute(checked.values(checked_at=now))
        return False
    told, kept = _drawn(statements, struck, votes, floor.rules_of(book).map)
    values = {
        "computed_at": now,
        "checked_at": now,
        "inputs_sha256": inputs,
        "clauses": clauses,
        "document": told,
        "workings": kept,
    }
    stored = insert(StoredMap).values(proposal_id=proposal_id, **values)
    session.execute(
        stored.on_conflict_do_update(
            index_elements=["proposal_id"], set_=values, where=col(StoredMap.checked_at) <= now
        )
    )
    return True


def read(session: Session, book: Book, reader: Identity, case: Case) -> MapRead:
    """Return the map of a proposal that the reader may see."""
    rules = floor.rules_of(book).map
    stored = session.execute(
        select(col(StoredMap.computed_at), col(StoredMap.document), col(StoredMap.workings)).where(
            col(StoredMap.proposal_id) == case.id, col(StoredMap.clauses) == _clauses(book)
        )
    ).one_or_none()
    mine = _own(session, reader, case.id)
    statements = select(func.count()).select_from(Statement).where(col(Statement.proposal_id) == case.id)
    least = needed(rules, session.execute(statements).scalar_one())
    if stored is None or stored.document is None:
        return MapRead(None, None, _people(session, case.id), None, len(mine), least)
    people, you = stored.document["people"], own_place(stored.workings, mine)
    return MapRead(stored.computed_at, stored.document, people, you, len(mine), least)


def _drawn(
    statements: list[int], struck: list[int], votes: NDArray[np.int64], rules: Map
) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """Return what is told and what is kept; nothing is told while too few take part."""
    if not len(votes):
        return None, {"weights": {}}
    found = draw(gathered(votes, statements), rules, struck)
    enough = len(found.answers.people) >= rules.participants
    return document(found) if enough else None, workings(found)


def _statements(session: Session, proposal_id: int) -> tuple[list[int], list[int]]:
    """Return the ids of all statements and of those that were taken back, ascending."""
    rows = session.execute(
        select(col(Statement.id), col(Statement.removed_at))
        .where(col(Statement.proposal_id) == proposal_id)
        .order_by(col(Statement.id))
    ).all()
    return [row.id for row in rows], [row.id for row in rows if row.removed_at is not None]


def _votes(session: Session, proposal_id: int) -> NDArray[np.int64]:
    """Return rows of (member, statement, value), by member and statement."""
    ordered = col(StatementVote.statement_id)
    rows = session.execute(
        select(
            col(StatementVote.member_id),
            func.array_agg(aggregate_order_by(ordered, ordered)),
            func.array_agg(aggregate_order_by(col(StatementVote.value), ordered)),
        )
        .where(col(StatementVote.proposal_id) == proposal_id)
        .group_by(col(StatementVote.member_id))
        .order_by(col(StatementVote.member_id))
    ).all()
    blocks = [np.array([[member] * len(ids), ids, values], dtype=np.int64).T for member, ids, values in rows]
    return np.concatenate(blocks) if blocks else np.zeros((0, 3), dtype=np.int64)


def _inputs(
    statements: list[int], struck: list[int], votes: NDArray[np.int64], clauses: dict[str, Any]
) -> str:
    """Return the hash of everything that a map follows from."""
    head: dict[str, Any] = {
        "statements": list(map(str, statements)),
        "struck": list(map(str, struck)),
        "clauses": clauses,
    }
    return hashlib.sha256(rfc8785.dumps(head) + votes.astype("<i8").tobytes()).hexdigest()


def _clauses(book: Book) -> dict[str, Any]:
    return floor.rules_of(book).map.model_dump()


def _people(session: Session, proposal_id: int) -> int:
    """Return how many members have answered a statement."""
    people = select(func.count(func.distinct(col(StatementVote.member_id))))
    return int(session.execute(people.where(col(StatementVote.proposal_id) == proposal_id)).scalar_one())


def _own(session: Session, reader: Identity, proposal_id: int) -> dict[str, int]:
    """Return what the reader has answered, by statement."""
    rows = session.execute(
        select(col(StatementVote.statement_id), col(StatementVote.value)).where(
            col(StatementVote.proposal_id) == proposal_id, col(StatementVote.member_id) == reader.member_id
        )
    )
    return {str(row.statement_id): row.value for row in rows}
