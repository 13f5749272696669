"""Races of undoing, for real: workers that commit to a database of their own."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from app import ENACTORS
from coop import policies
from coop.database import Database
from coop.identity import Identity
from coop.policies import Books
from coop.tables import LedgerEvent
from governance import cases, enactment, watching
from governance.facts import State
from tests.governance.assembly import StoppedClock
from tests.governance.changes import DAY, setting
from tests.governance.test_races import at_once, audited, sitting
from tests.governance.test_watching import CALM, reading

Terms = tuple[dict[str, int], dict[str, Any]]
"""The clauses of a change, and how it ends."""
CHANGES = ({"small": 500}, {"medium": 1000}, {"photos": 70})


def brought(
    database: Database, books: Books, clock: StoppedClock, members: list[Identity], wanted: Terms
) -> int:
    """Carry a change of the media policy through, in transactions that are committed."""
    clauses, terms = wanted
    with sitting(database, books, members) as assembly:
        assembly.clock = clock
        made = assembly.bring(replace(assembly.draft(setting(**clauses)), **terms))
        assembly.carry(made, *["for"] * 5)
    enactment.advance(database, books, clock, ENACTORS)
    return made


@pytest.fixture
def members(committed: Database, books: Books) -> list[Identity]:
    """Five members."""
    with sitting(committed, books, []) as assembly:
        return assembly.admit(5)


def ends(database: Database) -> int:
    with database.begin() as session:
        told = select(func.count()).where(col(LedgerEvent.type) == "proposal.undone")
        return int(session.execute(told).scalar_one())


def test_law_14_many_workers_undo_once(committed: Database, books: Books, members: list[Identity]) -> None:
    clock, terms = StoppedClock(), {"sunset_after": 90 * DAY}
    made = [brought(committed, books, clock, members, (clauses, terms)) for clauses in CHANGES]
    clock.at += 90 * DAY
    found = at_once(6, lambda index: enactment.advance(committed, Books(books.kinds), clock, ENACTORS))
    assert all(isinstance(one, int) for one in found), found
    assert ends(committed) == 3
    with committed.begin() as session:
        states = [cases.one(session, one, clock.at).stage.state for one in made]
        newest, *_, founding = policies.versions(session, "coop", "media")
    assert states == [State.SUNSET] * 3
    assert (newest.number, newest.text) == (7, founding.text)
    audited(committed)


def test_law_14_many_workers_that_read_one_crossing_revert_once(
    committed: Database, books: Books, members: list[Identity]
) -> None:
    clock = StoppedClock()
    made = brought(committed, books, clock, members, ({"small": 500}, {"tripwires": (CALM,)}))
    measures = reading(101)
    found = at_once(6, lambda index: watching.watch(committed, Books(books.kinds), clock, measures))
    assert sorted(found, key=str) == [0, 0, 0, 0, 0, 1]
    assert ends(committed) == 1
    with committed.begin() as session:
        assert cases.one(session, made, clock.at).stage.state is State.REVERTED
    audited(committed)
