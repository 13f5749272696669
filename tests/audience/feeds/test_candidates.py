"""Tests of the statement that finds candidates, as the driver sees it; pages test what it finds."""

from typing import get_args

import pytest

from audience.feeds.candidates import search
from audience.feeds.rules import Among
from audience.gardens.garden import ALL_FED
from coop.database import LONGEST


@pytest.mark.parametrize("among", get_args(Among))
def test_the_driver_keeps_what_it_knows_of_the_statement(among: Among) -> None:
    assert 1000 < len(search(among, ALL_FED).statement.text) <= LONGEST
