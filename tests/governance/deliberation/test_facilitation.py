"""Facilitation: who is asked to lead the talk, and what they make of it."""

import pytest

from coop.errors import Conflict, Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from governance import drafts
from governance.deliberation import facilitation
from governance.deliberation.facilitation import Facilitator, Written
from tests.governance.assembly import Assembly
from tests.governance.deliberation.talk import Talk


def name(talk: Talk, handle: str, who: Identity | None = None) -> None:
    clock = talk.assembly.clock
    facilitation.name(talk.assembly.session, who or talk.author, talk.proposal_id, handle, clock)


def accept(talk: Talk, who: Identity) -> None:
    facilitation.accept(talk.assembly.session, who, talk.proposal_id, talk.assembly.clock)


def leave(talk: Talk, who: Identity) -> None:
    facilitation.leave(talk.assembly.session, who, talk.proposal_id, talk.assembly.clock)


def sum_up(talk: Talk, who: Identity, body: str = "We agree on the end and not on the means.") -> int:
    session, clock = talk.assembly.session, talk.assembly.clock
    return facilitation.sum_up(session, talk.book, who, talk.proposal_id, body, clock)


def summaries(talk: Talk, before: int | None = None, limit: int = 9) -> list[Written]:
    return facilitation.summaries(talk.assembly.session, talk.proposal_id, before=before, limit=limit)


def facilitator(talk: Talk) -> Facilitator | None:
    return facilitation.facilitator(talk.assembly.session, talk.proposal_id)


def test_a_facilitator_is_asked_and_leads_once_they_have_accepted(talk: Talk) -> None:
    ben = talk.others[0]
    assert facilitator(talk) is None
    name(talk, f" {ben.handle.upper()} ")
    asked_at = talk.assembly.clock.at
    assert facilitator(talk) == Facilitator(ben.handle, asked_at, None)
    with pytest.raises(Forbidden):
        sum_up(talk, ben)
    talk.wait()
    accept(talk, ben)
    accept(talk, ben)
    assert facilitator(talk) == Facilitator(ben.handle, asked_at, talk.assembly.clock.at)
    assert sum_up(talk, ben) == 1
    named = {"proposal": str(talk.proposal_id), "facilitator": ben.handle}
    assert talk.told("facilitator.named") == [named]
    assert talk.told("facilitator.accepted") == [named]


def test_the_author_may_ask_another_instead_who_has_to_accept_anew(talk: Talk) -> None:
    ben, cleo = talk.others[:2]
    name(talk, ben.handle)
    accept(talk, ben)
    name(talk, cleo.handle)
    with pytest.raises(Forbidden):
        sum_up(talk, ben)
    with pytest.raises(Forbidden):
        accept(talk, ben)
    accept(talk, cleo)
    assert sum_up(talk, cleo) == 1


@pytest.mark.parametrize("end", ["facilitator", "author"])
def test_a_facilitator_steps_back_or_is_let_go(talk: Talk, end: str) -> None:
    ben = talk.others[0]
    name(talk, ben.handle)
    accept(talk, ben)
    with pytest.raises(Forbidden):
        leave(talk, talk.others[1])
    by = ben if end == "facilitator" else talk.author
    leave(talk, by)
    leave(talk, talk.author)
    assert facilitator(talk) is None
    assert talk.told("facilitator.left") == [{"proposal": str(talk.proposal_id), "by": by.handle}]
    with pytest.raises(Forbidden):
        sum_up(talk, ben)


def test_only_the_author_asks_and_only_another_of_the_scope(assembly: Assembly) -> None:
    _, bakers = assembly.guild("bakers", *assembly.members[:3])
    patch = [{"op": "add", "path": "/seats", "value": {"default": 40}}]
    talk = Talk(assembly, assembly.propose(patch, "audience", "guild:bakers", among=bakers))
    with pytest.raises(Forbidden):
        name(talk, bakers[2].handle, who=bakers[1])
    for handle in (talk.author.handle, assembly.members[4].handle, "nobody"):
        with pytest.raises(RuleBroken) as refused:
            name(talk, handle, who=bakers[0])
        assert refused.value.faults[0].pointer == "/handle"
    name(talk, bakers[1].handle, who=bakers[0])
    accept(talk, bakers[1])


def test_law_07_a_draft_has_no_facilitator_because_the_ledger_would_tell_of_it(assembly: Assembly) -> None:
    book = assembly.books.current(assembly.session)
    made = drafts.draft(assembly.session, book, assembly.members[0], assembly.draft(), assembly.clock.at)
    talk = Talk(assembly, made)
    with pytest.raises(Conflict):
        name(talk, talk.others[0].handle)
    with pytest.raises(NotFound):
        accept(talk, talk.others[0])
    assert talk.told("facilitator.named") == []


def test_every_version_of_a_summary_is_kept(talk: Talk) -> None:
    ben = talk.others[0]
    name(talk, ben.handle)
    accept(talk, ben)
    assert [sum_up(talk, ben, body) for body in ("First.", "Second.", "Third.")] == [1, 2, 3]
    assert [written.body for written in summaries(talk)] == ["Third.", "Second.", "First."]
    assert [written.version for written in summaries(talk, before=3, limit=1)] == [2]


def test_a_summary_is_written_before_the_vote_and_no_longer_than_the_policy_says(talk: Talk) -> None:
    ben = talk.others[0]
    name(talk, ben.handle)
    accept(talk, ben)
    for body in ("a" * 5001, "  "):
        with pytest.raises(RuleBroken):
            sum_up(talk, ben, body)
    times = talk.assembly.times(talk.proposal_id)
    talk.assembly.go_to(times.verification_at)
    sum_up(talk, ben)
    talk.assembly.go_to(times.due_at)
    with pytest.raises(Conflict):
        sum_up(talk, ben)
