"""Fixtures of votes on people."""

import pytest

from tests.governance.assembly import Assembly
from tests.governance.people.polls import Poll, crowd


@pytest.fixture
def poll(assembly: Assembly) -> Poll:
    """Fifteen members, of whom five deliberate an election of the coop's council."""
    crowd(assembly, 10)
    return Poll.of(assembly)
