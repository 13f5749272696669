"""Which statement comes next."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.deliberation.routing import drawn, weight


def test_the_weight_is_that_of_polis() -> None:
    assert weight(0, 0, 0, 0.0) == pytest.approx((0.5 * 0.5 * 9) ** 2)
    importance = (1 - 4 / 22) * (1 + 1.5) * (19 / 22)
    assert weight(18, 3, 20, 1.5) == pytest.approx((importance * (1 + 8 * 2**-4)) ** 2)


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300), st.floats(0, 50))
def test_every_statement_keeps_a_chance_and_agreement_and_extremity_raise_it(
    agreed: int, passed: int, disagreed: int, extremity: float
) -> None:
    seen = agreed + passed + disagreed
    found = weight(agreed, passed, seen, extremity)
    assert found > 0
    assert weight(agreed, passed, seen, extremity + 1) > found
    assert weight(agreed + 1, passed, seen + 1, extremity) >= weight(agreed, passed + 1, seen + 1, extremity)


def test_statements_are_drawn_in_proportion_to_their_weight() -> None:
    found = Counter(drawn({1: 6.0, 2: 3.0, 3: 1.0}, f"lot {number}") for number in range(3000))
    assert found[1] == pytest.approx(1800, abs=120)
    assert found[2] == pytest.approx(900, abs=120)
    assert found[3] == pytest.approx(300, abs=90)


def test_the_same_lot_draws_the_same_one_whatever_the_order() -> None:
    weights = {7: 0.3, 2: 0.1, 5: 2.5}
    backwards = dict(reversed(weights.items()))
    assert [drawn(weights, str(lot)) for lot in range(50)] == [
        drawn(backwards, str(lot)) for lot in range(50)
    ]


def test_there_is_none_to_draw_where_all_are_answered() -> None:
    with pytest.raises(ValueError, match="no statement"):
        drawn({}, "lot")
