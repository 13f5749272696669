"""Fixtures of the governance tests."""

import pytest
from sqlmodel import Session

from coop.database import Database
from coop.policies import Books
from tests.governance.assembly import Assembly


@pytest.fixture
def assembly(database: Database, session: Session, books: Books) -> Assembly:
    """Five members in session, in a transaction that is rolled back."""
    made = Assembly(database, session, books)
    made.admit(5)
    return made
