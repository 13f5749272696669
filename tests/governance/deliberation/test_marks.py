"""Marks: whom an argument helped to understand."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from coop.errors import Conflict, Forbidden, NotFound
from governance.deliberation import marks
from governance.deliberation.tables import ArgumentMark
from tests.governance.deliberation.talk import Talk


def test_a_mark_counts_once_a_member_and_can_be_taken_back(talk: Talk) -> None:
    made = talk.argue(talk.author)
    for member in (*talk.others[:2], talk.others[0]):
        talk.mark(member, made)
    assert talk.card(talk.others[0], made).helped == 2
    assert talk.card(talk.others[0], made).helped_you
    assert not talk.card(talk.others[2], made).helped_you
    marks.unmark(talk.assembly.session, talk.others[0], made, talk.assembly.clock)
    card = talk.card(talk.others[0], made)
    assert (card.helped, card.helped_you) == (1, False)


def test_it_is_kept_who_helped_whom(talk: Talk) -> None:
    made = talk.argue(talk.others[0])
    talk.mark(talk.others[1], made)
    (row,) = talk.assembly.session.scalars(select(ArgumentMark).where(col(ArgumentMark.argument_id) == made))
    assert (row.helper_id, row.member_id) == (talk.others[0].member_id, talk.others[1].member_id)


def test_replies_help_too_and_nobody_marks_their_own(talk: Talk) -> None:
    root = talk.argue(talk.author)
    reply = talk.answer(talk.others[0], root)
    talk.mark(talk.author, reply)
    assert talk.card(talk.author, reply).helped == 1
    for who, what in ((talk.author, root), (talk.others[0], reply)):
        with pytest.raises(Forbidden):
            talk.mark(who, what)


def test_the_database_refuses_a_mark_of_ones_own_or_in_anothers_name(talk: Talk) -> None:
    session, made = talk.assembly.session, talk.argue(talk.author)
    for helper, member in ((talk.author, talk.author), (talk.others[0], talk.others[1])):
        wrong = ArgumentMark(
            argument_id=made,
            member_id=member.member_id,
            helper_id=helper.member_id,
            at=talk.assembly.clock.at,
        )
        with pytest.raises(IntegrityError), session.begin_nested():
            session.add(wrong)
            session.flush()


def test_marks_are_set_until_the_vote_closes_and_never_on_what_was_taken_back(talk: Talk) -> None:
    first, second = talk.argue(talk.author), talk.argue(talk.author)
    talk.withdraw(talk.author, second)
    with pytest.raises(Conflict):
        talk.mark(talk.others[0], second)
    times = talk.assembly.times(talk.proposal_id)
    talk.assembly.go_to(times.verification_at)
    talk.mark(talk.others[0], first)
    talk.assembly.go_to(times.due_at)
    with pytest.raises(Conflict):
        talk.mark(talk.others[1], first)
    assert talk.card(talk.author, first).helped == 1


def test_law_07_what_is_not_there_cannot_be_marked(talk: Talk) -> None:
    with pytest.raises(NotFound):
        talk.mark(talk.author, 7)
