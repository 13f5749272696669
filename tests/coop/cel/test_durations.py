"""Durations as CEL writes them."""

from datetime import timedelta

import pytest

from coop.cel.durations import duration
from coop.cel.faults import ExpressionFault


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("72h", 259_200), ("1h30m", 5400), ("-1.5s", -1.5), ("0", 0), ("1500ms", 1.5), ("2us", 2e-6)],
)
def test_a_duration_is_read_as_cel_reads_it(written: str, seconds: float) -> None:
    assert duration(written) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "written", ["", "1", "1d", "h", "1h ", "1 h", "--1h", "1ns", "0.5us", "99999999999h"]
)
def test_what_is_no_duration_is_refused(written: str) -> None:
    with pytest.raises(ExpressionFault):
        duration(written)
