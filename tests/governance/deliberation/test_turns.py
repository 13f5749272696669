"""Turns: rounds switched on, joined, spoken in and passed."""

from datetime import timedelta

import pytest

from coop.errors import Conflict, Forbidden, NotFound
from coop.identity import Identity
from governance.deliberation import facilitation, turns
from governance.deliberation.turns import Standing
from tests.coop.statements import counted
from tests.governance.assembly import Assembly
from tests.governance.deliberation.talk import Talk


def switch(talk: Talk, on: bool = True, who: Identity | None = None) -> None:
    clock = talk.assembly.clock
    turns.switch(talk.assembly.session, who or talk.author, talk.proposal_id, on, clock)


def join(talk: Talk, who: Identity) -> None:
    turns.join(talk.assembly.session, who, talk.proposal_id, talk.assembly.clock)


def pass_on(talk: Talk, who: Identity) -> None:
    session, clock = talk.assembly.session, talk.assembly.clock
    turns.pass_on(session, talk.book, who, talk.proposal_id, clock)


def standing(talk: Talk, who: Identity | None = None) -> Standing:
    case = talk.assembly.case(talk.proposal_id)
    return turns.standing(talk.assembly.session, talk.book, who or talk.author, case)


@pytest.fixture
def circle(talk: Talk) -> Talk:
    """A proposal talked over in rounds."""
    switch(talk)
    return talk


def test_each_speaks_once_before_anyone_speaks_twice(circle: Talk) -> None:
    ann, ben = circle.others[:2]
    made = [circle.argue(ann), circle.argue(ben), circle.argue(ann)]
    assert [circle.card(ann, argument).round for argument in made] == [1, 1, 2]
    with pytest.raises(Conflict) as refused:
        circle.argue(ann)
    fault = refused.value.faults[0]
    assert fault.detail == "Round 2 still waits for 1 of those who have joined."
    assert fault.clause is not None
    assert (fault.clause.clause, fault.clause.value) == ("/rounds/waits", "PT12H")
    assert circle.card(ben, circle.argue(ben)).round == 2
    assert circle.card(ann, circle.argue(ann)).round == 3


def test_one_may_pass_and_whoever_joins_is_waited_for(circle: Talk) -> None:
    ann, ben = circle.others[:2]
    circle.argue(ann)
    join(circle, ben)
    join(circle, ben)
    with pytest.raises(Conflict):
        pass_on(circle, ann)
    found = standing(circle, ann)
    assert (found.number, found.awaited, found.yours) == (1, [ben.handle], None)
    assert found.speakers == sorted([(ann.handle, 1), (ben.handle, 0)])
    pass_on(circle, ben)
    assert standing(circle, ann).yours == 2
    assert circle.card(ann, circle.argue(ann)).round == 2


def test_law_14_a_round_goes_on_by_itself_after_the_time_that_the_policy_gives_it(circle: Talk) -> None:
    ann, ben = circle.others[:2]
    circle.argue(ann)
    opened_at = circle.assembly.clock.at
    join(circle, ben)
    circle.wait(timedelta(hours=11))
    with pytest.raises(Conflict):
        circle.argue(ann)
    circle.assembly.go_to(opened_at + timedelta(hours=12))
    found = standing(circle, ann)
    assert (found.waits_until, found.awaited, found.yours) == (circle.assembly.clock.at, [], 2)
    assert circle.card(ann, circle.argue(ann)).round == 2
    assert circle.card(ben, circle.argue(ben)).round == 2


def test_replies_are_not_held_back(circle: Talk) -> None:
    ann, ben = circle.others[:2]
    made = circle.argue(ann)
    join(circle, ben)
    reply = circle.answer(ann, made)
    assert circle.card(ann, reply).round is None


def test_a_turn_that_was_refused_for_another_reason_is_not_spent(circle: Talk) -> None:
    ann = circle.others[0]
    for number in range(10):
        circle.argue(ann, body=f"Reason {number}.")
    with pytest.raises(Forbidden):
        circle.argue(ann)
    assert standing(circle, ann).number == 10


def test_rounds_are_chosen_by_author_or_facilitator_before_the_first_argument(talk: Talk) -> None:
    session, clock = talk.assembly.session, talk.assembly.clock
    other = talk.others[0]
    with pytest.raises(Forbidden):
        switch(talk, who=other)
    facilitation.name(session, talk.author, talk.proposal_id, other.handle, clock)
    with pytest.raises(Forbidden):
        switch(talk, who=other)
    facilitation.accept(session, other, talk.proposal_id, clock)
    switch(talk, who=other)
    assert standing(talk).on
    talk.argue(other)
    for on in (True, False):
        with pytest.raises(Conflict):
            switch(talk, on)


def test_rounds_begun_anew_begin_at_the_beginning(circle: Talk) -> None:
    pass_on(circle, circle.author)
    switch(circle)
    assert standing(circle).number == 1
    switch(circle, on=False)
    found = standing(circle)
    assert (found.on, found.number, found.opened_at, found.speakers) == (False, 0, None, [])
    assert found.yours is None
    switch(circle)
    assert standing(circle).yours == 1


def test_without_rounds_there_is_nothing_to_join_or_pass_and_all_speak_as_they_like(talk: Talk) -> None:
    for act in (join, pass_on):
        with pytest.raises(Conflict, match="no rounds"):
            act(talk, talk.author)
    made = [talk.argue(talk.author), talk.argue(talk.author)]
    assert [talk.card(talk.author, argument).round for argument in made] == [None, None]


def test_rounds_are_chosen_while_sponsors_are_sought_and_begin_with_deliberation(
    assembly: Assembly,
) -> None:
    talk = Talk(assembly, assembly.submit())
    switch(talk)
    with pytest.raises(Conflict, match="looking for sponsors"):
        join(talk, talk.author)
    assert standing(talk).yours is None
    for other in talk.others[:2]:
        assembly.sponsor(talk.proposal_id, other)
    join(talk, talk.author)
    assert standing(talk).yours == 1


def test_nobody_is_awaited_once_deliberation_is_over(circle: Talk) -> None:
    circle.argue(circle.author)
    join(circle, circle.others[0])
    circle.end_deliberation()
    found = standing(circle)
    assert (found.awaited, found.yours) == ([], None)
    with pytest.raises(Conflict):
        pass_on(circle, circle.others[0])
    with pytest.raises(NotFound):
        standing(Talk(circle.assembly, 7))


def test_the_standing_is_read_in_a_fixed_number_of_statements(circle: Talk) -> None:
    with counted(circle.assembly.session) as before:
        standing(circle)
    for member in circle.others:
        join(circle, member)
    with counted(circle.assembly.session) as after:
        assert len(standing(circle).speakers) == 4
    assert len(after) == len(before)
