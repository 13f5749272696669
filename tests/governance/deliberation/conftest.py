"""Fixtures of the deliberation tests."""

import pytest

from tests.governance.assembly import Assembly
from tests.governance.deliberation.talk import Talk


@pytest.fixture
def talk(assembly: Assembly) -> Talk:
    """A proposal of the first of five members, in deliberation."""
    return Talk(assembly, assembly.propose())
