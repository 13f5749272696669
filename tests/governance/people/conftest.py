"""Fixtures of votes on people."""

import pytest

from tests.governance.assembly import Assembly
from tests.governance.people.polls import Poll


@pytest.fixture
def poll(assembly: Assembly) -> Poll:
    """Fifteen members, of whom five deliberate an election of the coop's council."""
    assembly.admit(10)
    return Poll.of(assembly)
