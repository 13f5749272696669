"""Standing: what can still become of an amendment follows from the facts."""

import pytest

from governance.deliberation.standing import Standing, standing
from governance.facts import State


@pytest.mark.parametrize("end", ["accepted", "rejected", "withdrawn"])
@pytest.mark.parametrize("state", [State.DELIBERATION, State.IN_FORCE])
def test_what_was_done_to_it_stays(end: str, state: State) -> None:
    assert standing(end, "old", "new", state) is Standing(end)


def test_law_14_it_has_moved_as_soon_as_the_text_has() -> None:
    assert standing(None, "text", "text", State.DELIBERATION) is Standing.OPEN
    assert standing(None, "text", "other", State.DELIBERATION) is Standing.MOVED


@pytest.mark.parametrize("state", [State.VERIFICATION, State.VOTING, State.WITHDRAWN, State.IN_FORCE])
def test_law_14_it_has_lapsed_as_soon_as_deliberation_is_over(state: State) -> None:
    assert standing(None, "text", "text", state) is Standing.LAPSED
