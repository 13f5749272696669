"""Outcome statements: what came of a proposal, said once something has."""

import hashlib

import pytest

from coop.errors import Conflict, Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from governance import drafts, proposals
from governance.deliberation import facilitation, outcomes
from tests.governance.assembly import Assembly
from tests.governance.deliberation.talk import Talk


def state(talk: Talk, who: Identity, body: str = "We look again in spring.") -> int:
    session, clock = talk.assembly.session, talk.assembly.clock
    return outcomes.state(session, talk.book, who, talk.proposal_id, body, clock)


def versions(talk: Talk, before: int | None = None) -> list[int]:
    found = outcomes.versions(talk.assembly.session, talk.proposal_id, before=before, limit=9)
    return [written.version for written in found]


def withdraw(talk: Talk) -> None:
    proposals.withdraw(talk.assembly.session, talk.author, talk.proposal_id, talk.assembly.clock)


def test_author_and_facilitator_say_what_came_of_it_and_every_version_is_kept(talk: Talk) -> None:
    session, clock, ben = talk.assembly.session, talk.assembly.clock, talk.others[0]
    facilitation.name(session, talk.author, talk.proposal_id, ben.handle, clock)
    facilitation.accept(session, ben, talk.proposal_id, clock)
    assert outcomes.current(session, talk.proposal_id) is None
    withdraw(talk)
    assert state(talk, ben, "It was taken back.") == 1
    assert state(talk, talk.author, "It will come again.") == 2
    newest = outcomes.current(session, talk.proposal_id)
    assert newest is not None
    assert (newest.version, newest.author, newest.body) == (2, talk.author.handle, "It will come again.")
    assert versions(talk) == [2, 1]
    assert versions(talk, before=2) == [1]
    assert talk.told("outcome.stated")[0] == {
        "proposal": str(talk.proposal_id),
        "version": 1,
        "by": ben.handle,
        "text_sha256": hashlib.sha256(b"It was taken back.").hexdigest(),
    }


def test_nothing_is_said_before_anything_has_come_of_it(talk: Talk) -> None:
    times = talk.assembly.times(talk.proposal_id)
    for moment in (talk.assembly.clock.at, times.verification_at, times.voting_at):
        talk.assembly.go_to(moment)
        with pytest.raises(Conflict, match="Nothing has come of it"):
            state(talk, talk.author)
    talk.assembly.go_to(times.due_at)
    assert state(talk, talk.author) == 1


def test_others_do_not_speak_for_it(talk: Talk) -> None:
    session, clock, ben = talk.assembly.session, talk.assembly.clock, talk.others[0]
    facilitation.name(session, talk.author, talk.proposal_id, ben.handle, clock)
    withdraw(talk)
    for other in talk.others[:2]:
        with pytest.raises(Forbidden):
            state(talk, other)
    with pytest.raises(NotFound):
        state(Talk(talk.assembly, 7), talk.author)
    with pytest.raises(RuleBroken):
        state(talk, talk.author, "a" * 5001)


def test_law_07_nothing_is_told_of_a_draft_that_was_withdrawn(assembly: Assembly) -> None:
    book = assembly.books.current(assembly.session)
    made = drafts.draft(assembly.session, book, assembly.members[0], assembly.draft(), assembly.clock.at)
    talk = Talk(assembly, made)
    withdraw(talk)
    with pytest.raises(Conflict, match="draft"):
        state(talk, talk.author)
    with pytest.raises(NotFound):
        state(talk, talk.others[0])
    assert talk.told("outcome.stated") == []
