"""Fixtures: two members whom many tests speak of."""

import pytest
from sqlmodel import Session

from coop.identity import Identity
from tests.factories import identity_of, make_member


@pytest.fixture
def ada(session: Session) -> Identity:
    """Mostly the author of what is looked at."""
    return identity_of(make_member(session, "ada"))


@pytest.fixture
def ben(session: Session) -> Identity:
    """Mostly its reader."""
    return identity_of(make_member(session, "ben"))
