"""States in words: every state has some, and none is told by its raw name."""

import pytest

from governance.deliberation import floor
from governance.facts import State
from governance.objections import HEARD
from governance.people.jurors import SITTING
from governance.state_words import during, stands


@pytest.mark.parametrize("state", State)
def test_every_state_is_said_as_the_end_of_a_sentence(state: State) -> None:
    words = stands(state)
    assert words.split()[0] in {"is", "was", "has", "passed", "lapsed", "ended"}
    assert "_" not in words and "timelock" not in words


@pytest.mark.parametrize("states", [floor.TALKING, floor.READING, floor.SUBMITTED, HEARD, SITTING])
def test_when_something_is_done_names_each_state_in_which_it_is(states: frozenset[State]) -> None:
    assert during(states).count("while it") == len(states)


def test_when_something_is_done_is_said_in_the_order_of_a_proposal() -> None:
    assert during(frozenset({State.VOTING, State.DELIBERATION})) == (
        "while it is talked over or while it is voted on"
    )
