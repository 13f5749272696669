"""Sense-checks: quick polls that decide nothing and name nobody."""

from datetime import timedelta

import pytest

from coop.errors import Conflict, Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from governance.deliberation import checks, facilitation
from governance.deliberation.checks import SCALE, Card
from tests.coop.statements import counted
from tests.governance.assembly import CLASS_B
from tests.governance.deliberation.talk import Talk

COLOURS = ["Green", "Blue", "Red"]


def ask(talk: Talk, who: Identity | None = None, options: list[str] | None = None) -> int:
    """Ask a minute later, so that the order of ids is the order of asking."""
    talk.wait()
    session, clock = talk.assembly.session, talk.assembly.clock
    return checks.ask(session, talk.book, who or talk.author, talk.proposal_id, "Which way?", options, clock)


def answer(talk: Talk, who: Identity, check_id: int, option: int) -> None:
    checks.answer(talk.assembly.session, who, check_id, option, talk.assembly.clock)


def card(talk: Talk, check_id: int, who: Identity | None = None) -> Card:
    session, now = talk.assembly.session, talk.assembly.clock.at
    return checks.one(session, talk.book, who or talk.author, check_id, now)


def listing(talk: Talk) -> list[Card]:
    return checks.listing(talk.assembly.session, talk.book, talk.author, talk.proposal_id)


def test_the_last_answer_of_each_member_counts(talk: Talk) -> None:
    made = ask(talk, options=COLOURS)
    for place, member in enumerate(talk.assembly.members):
        answer(talk, member, made, place % 3)
    answer(talk, talk.author, made, 2)
    found = card(talk, made)
    assert (found.form, found.options) == ("options", COLOURS)
    assert (found.answers, found.counts, found.yours) == (5, [1, 2, 2], 2)


def test_law_01_fewer_answers_than_the_policy_says_are_not_shown(talk: Talk) -> None:
    made = ask(talk)
    for member in talk.assembly.members[:4]:
        answer(talk, member, made, 4)
    found = card(talk, made, talk.others[3])
    assert (found.answers, found.counts, found.yours) == (4, None, None)
    assert (found.clause.clause, found.clause.value) == ("/checks/hidden_below", 5)
    answer(talk, talk.others[3], made, 0)
    assert card(talk, made).counts == [1, 0, 0, 0, 4]


def test_without_options_it_is_answered_in_five_steps(talk: Talk) -> None:
    found = card(talk, ask(talk))
    assert (found.form, found.options) == ("scale", list(SCALE))
    for option in (-1, 5):
        with pytest.raises(RuleBroken) as refused:
            answer(talk, talk.author, found.id, option)
        assert refused.value.faults[0].pointer == "/option"


def test_law_01_options_are_as_many_as_the_policy_says_and_differ(talk: Talk) -> None:
    seven = [str(number) for number in range(7)]
    for options in ([], ["Alone"], seven, ["Same", " Same "], ["A", " "]):
        with pytest.raises(RuleBroken) as refused:
            ask(talk, options=options)
        assert refused.value.faults[0].pointer.startswith("/options")
    assert listing(talk) == []
    ask(talk, options=seven[:6])


def test_a_check_closes_after_its_time_and_with_deliberation_at_the_latest(talk: Talk) -> None:
    ends = talk.assembly.times(talk.proposal_id).verification_at
    made = ask(talk)
    found = card(talk, made)
    assert found.closes_at == min(found.opened_at + timedelta(days=3), ends)
    talk.assembly.go_to(ends - timedelta(hours=1))
    late = ask(talk)
    assert card(talk, late).closes_at == ends
    talk.assembly.go_to(ends)
    with pytest.raises(Conflict):
        answer(talk, talk.author, late, 0)


def test_no_answer_is_taken_once_it_has_closed(talk: Talk) -> None:
    long = Talk(talk.assembly, talk.assembly.propose(CLASS_B))
    made = ask(long)
    long.assembly.go_to(card(long, made).closes_at - timedelta(microseconds=1))
    answer(long, long.author, made, 0)
    long.assembly.go_to(card(long, made).closes_at)
    with pytest.raises(Conflict, match="closed"):
        answer(long, long.author, made, 1)
    assert card(long, made).yours == 0


def test_author_coauthor_and_facilitator_ask(talk: Talk) -> None:
    session, clock = talk.assembly.session, talk.assembly.clock
    ben, cleo, dan = talk.others[:3]
    facilitation.name(session, talk.author, talk.proposal_id, ben.handle, clock)
    facilitation.accept(session, ben, talk.proposal_id, clock)
    talk.accept(talk.amend(cleo))
    made = [ask(talk, who) for who in (talk.author, ben, cleo)]
    with pytest.raises(Forbidden):
        ask(talk, dan)
    assert [found.id for found in listing(talk)] == made[::-1]


def test_law_01_the_policy_says_how_many_there_are(talk: Talk) -> None:
    for _ in range(5):
        ask(talk)
    with pytest.raises(Forbidden) as refused:
        ask(talk)
    clause = refused.value.faults[0].clause
    assert clause is not None
    assert (clause.clause, clause.value) == ("/checks/per_proposal", 5)


def test_a_list_is_read_in_a_fixed_number_of_statements(talk: Talk) -> None:
    answer(talk, talk.author, ask(talk), 0)
    with counted(talk.assembly.session) as one:
        assert len(listing(talk)) == 1
    for _ in range(3):
        answer(talk, talk.author, ask(talk), 1)
    with counted(talk.assembly.session) as four:
        assert len(listing(talk)) == 4
    assert len(four) == len(one)


def test_law_07_what_is_not_there_is_not_answered(talk: Talk) -> None:
    with pytest.raises(NotFound):
        answer(talk, talk.author, 7, 0)
    with pytest.raises(NotFound):
        card(talk, 7)
