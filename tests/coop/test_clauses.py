"""Types of clauses that policies share."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from coop.clauses import Bound, Clauses, CoopBounds, Duration, as_text, bounds_of_nothing

DURATION: TypeAdapter[timedelta] = TypeAdapter(Duration)


class Rules(Clauses):
    """A policy of one clause."""

    seats: int = 150
    bounds: CoopBounds = CoopBounds()


@pytest.mark.parametrize("text", ["P1D", "PT36M", "P2DT3H", "P28D", "PT1H30M"])
def test_a_duration_is_read_and_written_alike(text: str) -> None:
    assert as_text(DURATION.validate_python(text)) == text


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P0D", "PT0M", "P1W", "1D", "P1.5D", "-P1D", "P1D ", 1, None]
)
def test_what_is_no_length_is_refused(text: object) -> None:
    with pytest.raises(ValidationError):
        DURATION.validate_python(text)


@pytest.mark.parametrize("bound", [{}, {"min": 2, "max": 1}, {"least": 1}, {"min": "1"}])
def test_a_bound_that_leaves_no_room_is_refused(bound: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Bound.model_validate(bound)


def test_a_bound_of_no_clause_binds_nothing() -> None:
    assert bounds_of_nothing(Rules(bounds=CoopBounds(coop={"/seats": Bound(min=1)}))) == []
    (fault,) = bounds_of_nothing(Rules(bounds=CoopBounds(coop={"/seat": Bound(min=1)})))
    assert fault.pointer == "/bounds/coop/~1seat"
