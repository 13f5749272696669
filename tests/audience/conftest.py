"""Fixtures: two members and a tight book that many tests speak of."""

import pytest
from sqlmodel import Session

from audience.rules import AUDIENCE
from coop.book import Book
from coop.identity import Identity
from tests.audience.factories import with_clauses
from tests.audience.lines import raised
from tests.factories import identity_of, make_member


@pytest.fixture
def ada(session: Session) -> Identity:
    """Mostly the author of what is looked at."""
    return identity_of(make_member(session, "ada"))


@pytest.fixture
def ben(session: Session) -> Identity:
    """Mostly its reader."""
    return identity_of(make_member(session, "ben"))


@pytest.fixture
def small(book: Book) -> Book:
    """A book by which a post has two seats, whatever its author asks for, and strangers come as they like."""
    return with_clauses(raised(book, 2), AUDIENCE, {"/arrivals/per_minute": "open"})
