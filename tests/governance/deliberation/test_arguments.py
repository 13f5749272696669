"""Arguments: made and answered while a proposal is talked over, and taken back with their words."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from coop import ledger
from coop.errors import Conflict, Forbidden, NotFound, RuleBroken
from governance import drafts, proposals
from governance.deliberation.seals import seal
from governance.deliberation.tables import Argument
from tests.governance.assembly import Assembly
from tests.governance.deliberation.talk import Talk


def test_an_argument_is_made_and_the_ledger_knows_its_seal_and_not_its_words(talk: Talk) -> None:
    made = talk.argue(talk.others[0], "against", "  It costs\ttoo much. ")
    card = talk.card(talk.author, made)
    assert (card.stance, card.body, card.author) == ("against", "It costs too much.", talk.others[0].handle)
    assert (card.depth, card.parent_id, card.round, card.replies) == (0, None, None, 0)
    (told,) = talk.told("argument.made")
    assert told == {
        "proposal": str(talk.proposal_id),
        "argument": str(made),
        "author": talk.others[0].handle,
        "stance": "against",
        "parent": None,
        "round": None,
        "seal": card.seal,
    }
    assert card.salt is not None
    assert card.seal == seal("It costs too much.", card.salt)


def test_law_10_words_taken_back_are_gone_and_the_chain_still_holds(talk: Talk) -> None:
    made = talk.argue(talk.others[0], body="Words that I regret.")
    talk.withdraw(talk.others[0], made)
    talk.withdraw(talk.others[0], made)
    card = talk.card(talk.author, made)
    assert (card.body, card.salt) == (None, None)
    assert card.withdrawn_at == talk.assembly.clock.at
    assert talk.told("argument.made")[0]["seal"] == card.seal
    assert talk.told("argument.withdrawn") == [{"proposal": str(talk.proposal_id), "argument": str(made)}]
    lines = list(ledger.export(talk.assembly.session))
    assert ledger.read(lines)[1] == []
    assert not any("regret" in line for line in lines)


def test_words_are_taken_back_at_any_time_and_by_their_author_alone(talk: Talk) -> None:
    made = talk.argue(talk.others[0])
    talk.end_deliberation()
    with pytest.raises(Forbidden):
        talk.withdraw(talk.author, made)
    talk.withdraw(talk.others[0], made)
    assert talk.card(talk.author, made).body is None
    with pytest.raises(NotFound):
        talk.withdraw(talk.others[0], made + 1)


def test_replies_thread_under_their_argument_as_deep_as_the_policy_says(talk: Talk) -> None:
    root = talk.argue(talk.others[0])
    first = talk.answer(talk.author, root)
    second = talk.answer(talk.others[1], first)
    third = talk.answer(talk.author, second)
    found = [talk.card(talk.author, made) for made in (first, second, third)]
    assert [card.depth for card in found] == [1, 2, 3]
    assert [card.parent_id for card in found] == [root, first, second]
    assert [card.stance for card in found] == [None] * 3
    with pytest.raises(Forbidden) as refused:
        talk.answer(talk.others[1], third)
    clause = refused.value.faults[0].clause
    assert clause is not None
    assert (clause.kind, clause.clause, clause.value) == ("deliberation", "/arguments/depth", 3)
    threads_of = select(col(Argument.thread_id)).where(col(Argument.parent_id).is_not(None))
    assert set(talk.assembly.session.scalars(threads_of)) == {root}


def test_what_was_taken_back_is_not_answered(talk: Talk) -> None:
    root = talk.argue(talk.others[0])
    talk.withdraw(talk.others[0], root)
    with pytest.raises(Conflict):
        talk.answer(talk.author, root)


def test_law_01_the_policy_says_how_many_arguments_a_member_makes_and_withdrawn_ones_count(
    talk: Talk,
) -> None:
    made = [talk.argue(talk.others[0], body=f"Reason {number}.") for number in range(10)]
    talk.withdraw(talk.others[0], made[0])
    with pytest.raises(Forbidden) as refused:
        talk.argue(talk.others[0])
    clause = refused.value.faults[0].clause
    assert clause is not None
    assert (clause.clause, clause.value) == ("/arguments/per_member", 10)
    talk.argue(talk.others[1])
    talk.answer(talk.others[0], made[1])


def test_law_01_the_policy_says_how_long_an_argument_is(talk: Talk) -> None:
    talk.argue(talk.author, body="a" * 2000)
    for body in ("a" * 2001, " \n ", "hid\u202eden"):
        with pytest.raises(RuleBroken) as refused:
            talk.argue(talk.author, body=body)
        assert refused.value.faults[0].pointer == "/body"


def test_arguments_and_replies_are_made_in_deliberation_alone(talk: Talk) -> None:
    root = talk.argue(talk.author)
    talk.end_deliberation()
    with pytest.raises(Conflict, match="being verified"):
        talk.argue(talk.author)
    with pytest.raises(Conflict, match="being verified"):
        talk.answer(talk.author, root)
    assert talk.card(talk.author, root).body == "Because it helps."


def test_nobody_talks_over_what_has_no_sponsors_yet_or_was_withdrawn(assembly: Assembly) -> None:
    talk = Talk(assembly, assembly.submit())
    with pytest.raises(Conflict, match="looking for sponsors"):
        talk.argue(talk.author)
    proposals.withdraw(assembly.session, talk.author, talk.proposal_id, assembly.clock)
    with pytest.raises(Conflict, match="withdrawn"):
        talk.argue(talk.author)


def test_law_07_a_draft_is_not_there_to_be_talked_over(assembly: Assembly) -> None:
    book = assembly.books.current(assembly.session)
    made = drafts.draft(assembly.session, book, assembly.members[0], assembly.draft(), assembly.clock.at)
    talk = Talk(assembly, made)
    with pytest.raises(NotFound):
        talk.argue(talk.others[0])
    with pytest.raises(Conflict):
        talk.argue(talk.author)


def test_only_a_guilds_members_talk_its_proposals_over_and_all_may_read(assembly: Assembly) -> None:
    _, bakers = assembly.guild("bakers", *assembly.members[:2])
    patch = [{"op": "add", "path": "/seats", "value": {"default": 40}}]
    talk = Talk(assembly, assembly.propose(patch, "audience", "guild:bakers", among=bakers))
    made = talk.argue(bakers[1])
    outsider = assembly.members[4]
    with pytest.raises(Forbidden, match="talking this over"):
        talk.argue(outsider)
    with pytest.raises(Forbidden):
        talk.answer(outsider, made)
    with pytest.raises(Forbidden):
        talk.mark(outsider, made)
    assert talk.card(outsider, made).body == "Because it helps."


def test_the_database_keeps_one_argument_a_member_and_round(talk: Talk) -> None:
    session = talk.assembly.session
    made = [talk.argue(talk.author), talk.argue(talk.author)]
    for argument_id in made:
        session.get_one(Argument, argument_id).round = 1
    with pytest.raises(IntegrityError, match="uq_argument_round"), session.begin_nested():
        session.flush()
