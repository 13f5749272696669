"""Objections: a change by consent that somebody has a reason against is put to an ordinary vote."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from coop.errors import Conflict, Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from coop.tables import LedgerEvent
from governance import objections, proposals, sponsors, succession
from governance.facts import State
from governance.tables import Proposal
from tests.governance.assembly import CLASS_A, CLASS_B, MOMENT, Assembly

CLAUSE = "/photos/per_day"


def object_to(
    assembly: Assembly, made: int, member: Identity, reason: str = "Too many.", clause: str = CLAUSE
) -> int | None:
    book = assembly.books.current(assembly.session)
    return objections.object_to(assembly.session, book, member, made, reason, clause, assembly.clock)


def test_an_objection_puts_a_change_to_an_ordinary_vote(assembly: Assembly) -> None:
    made = assembly.propose()
    assembly.go_to(assembly.times(made).deliberation_at + timedelta(hours=5))
    went_on = object_to(assembly, made, assembly.members[3])
    assert went_on is not None
    old, new = assembly.case(made), assembly.case(went_on)
    assert (old.facts.ended_as, old.facts.ended_at) == (State.SUPERSEDED, assembly.clock.at)
    assert str(went_on) in (old.end_reason or "")
    assert (new.facts.risk_class, new.method, new.origin_id) == ("B", "majority", made)
    assert (new.stage.state, new.stage.since) == (State.DELIBERATION, assembly.clock.at)
    assert succession.successor_of(assembly.session, made) == went_on
    signed = [sponsors.signatures(assembly.session, one) for one in (made, went_on)]
    assert signed[0] == signed[1]
    assert [found.handle for found in signed[1]] == [one.handle for one in assembly.members[:3]]


def test_what_was_objected_to_is_decided_by_the_bar_and_the_terms_of_class_b(assembly: Assembly) -> None:
    made = assembly.propose()
    went_on = object_to(assembly, made, assembly.members[3])
    assert went_on is not None
    row = assembly.session.get_one(Proposal, went_on)
    assert row.sunset_after == timedelta(days=364).total_seconds()
    assembly.carry(went_on, "for", "for", "against", "against")
    assembly.advance()
    assert assembly.state(went_on) is State.REJECTED
    assert assembly.tally(went_on).threshold == assembly.case(went_on).class_rules.threshold
    assert assembly.state(made) is State.SUPERSEDED


def test_what_was_objected_to_can_pass_after_all(assembly: Assembly) -> None:
    made = assembly.propose()
    went_on = object_to(assembly, made, assembly.members[3])
    assert went_on is not None
    assembly.carry(went_on, "for", "for", "for", "against")
    assembly.advance()
    book = assembly.books.current(assembly.session)
    cited = book.cite("media", CLAUSE)
    assert (cited.value, cited.proposal) == (100, str(went_on))


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("deliberation_at", State.DELIBERATION),
        ("verification_at", State.VERIFICATION),
        ("voting_at", State.VOTING),
    ],
)
def test_one_objects_until_the_vote_closes(assembly: Assembly, period: str, expected: State) -> None:
    made = assembly.propose()
    assembly.go_to(getattr(assembly.times(made), period))
    assert assembly.state(made) is expected
    assert object_to(assembly, made, assembly.members[4]) is not None


def test_ballots_on_what_was_objected_to_count_nowhere(assembly: Assembly) -> None:
    made = assembly.propose()
    assembly.go_to(assembly.times(made).voting_at)
    for voter in assembly.members[:3]:
        assembly.vote(made, voter, "for")
    went_on = object_to(assembly, made, assembly.members[3])
    assert went_on is not None
    with pytest.raises(Conflict, match="superseded"):
        assembly.vote(made, assembly.members[4], "for")
    assembly.go_to(assembly.times(went_on).due_at)
    assembly.advance()
    assert assembly.tally(went_on).for_ == 0
    assert assembly.case(made).tallied_at is None


@pytest.mark.parametrize("moment", ["closes_at", "due_at"])
def test_after_the_close_no_objection_is_heard(assembly: Assembly, moment: str) -> None:
    made = assembly.propose()
    assembly.carry(made, "for", "for", "for")
    assembly.go_to(getattr(assembly.times(made), moment))
    with pytest.raises(Conflict, match="waits to take force"):
        object_to(assembly, made, assembly.members[3])


def test_before_it_has_its_sponsors_there_is_nothing_to_object_to(assembly: Assembly) -> None:
    made = assembly.submit()
    with pytest.raises(Conflict, match="looking for sponsors"):
        object_to(assembly, made, assembly.members[3])
    with pytest.raises(NotFound):
        object_to(assembly, made + 1, assembly.members[3])


def test_what_is_decided_by_a_vote_is_voted_against(assembly: Assembly) -> None:
    made = assembly.propose(CLASS_B)
    with pytest.raises(Conflict, match="majority"):
        object_to(assembly, made, assembly.members[3])


@pytest.mark.parametrize(
    ("reason", "clause", "pointer"),
    [("  ", CLAUSE, "/reason"), ("Why not?", "/photos/per_hour", "/clause"), ("Why not?", "", "/clause")],
)
def test_an_objection_gives_a_reason_and_names_a_clause(
    assembly: Assembly, reason: str, clause: str, pointer: str
) -> None:
    made = assembly.propose()
    with pytest.raises(RuleBroken) as refused:
        object_to(assembly, made, assembly.members[3], reason, clause)
    assert [fault.pointer for fault in refused.value.faults] == [pointer]
    assert assembly.state(made) is State.DELIBERATION


def test_before_the_roll_is_frozen_whoever_belongs_may_object_and_afterwards_who_is_on_it(
    assembly: Assembly,
) -> None:
    made, other = assembly.propose(), assembly.propose()
    opens_at = assembly.times(made).voting_at
    (late,) = assembly.admit(1, joined_at=opens_at + MOMENT)
    assembly.go_to(opens_at + MOMENT)
    with pytest.raises(Forbidden):
        object_to(assembly, other, late)
    assembly.advance()
    with pytest.raises(Forbidden, match="roll"):
        object_to(assembly, made, late)
    assert object_to(assembly, made, assembly.members[3]) is not None


def test_only_members_of_a_guild_object_to_what_is_proposed_in_it(assembly: Assembly) -> None:
    _, bakers = assembly.guild("bakers", *assembly.members[:3])
    patch = [{"op": "add", "path": "/seats", "value": {"default": 40}}]
    first = assembly.propose(patch, "audience", "guild:bakers", among=bakers)
    assembly.carry(first, "for", "for", "for")
    assembly.advance()
    fewer = [{"op": "replace", "path": "/seats/default", "value": 30}]
    made = assembly.propose(fewer, "audience", "guild:bakers", among=bakers)
    with pytest.raises(Forbidden):
        object_to(assembly, made, assembly.members[4], clause="/seats/default")
    assert object_to(assembly, made, bakers[2], clause="/seats/default") is not None


def test_law_01_how_many_objections_it_takes_is_a_clause_and_one_member_has_one(assembly: Assembly) -> None:
    more = [{"op": "replace", "path": "/consent/objectors", "value": 2}]
    rule = assembly.propose(more, "voting")
    assembly.carry(rule, *["for"] * 5)
    assembly.advance()
    made = assembly.propose()
    assert object_to(assembly, made, assembly.members[3]) is None
    with pytest.raises(Conflict, match="already"):
        object_to(assembly, made, assembly.members[3])
    assert assembly.state(made) is State.DELIBERATION
    went_on = object_to(assembly, made, assembly.members[4], "I read it otherwise.")
    assert went_on is not None
    assert [found.reason for found in objections.of(assembly.session, made)] == [
        "Too many.",
        "I read it otherwise.",
    ]
    assert assembly.state(made) is State.SUPERSEDED


def test_what_was_objected_to_is_not_decided_by_consent_again_when_it_is_amended(assembly: Assembly) -> None:
    went_on = object_to(assembly, assembly.propose(), assembly.members[3])
    assert went_on is not None
    book, case = assembly.books.current(assembly.session), assembly.case(went_on)
    milder = [{"op": "replace", "path": CLAUSE, "value": 70}]
    author = assembly.members[0].handle
    proposals.amend(assembly.session, book, case, milder, author, assembly.clock.at)
    amended = assembly.case(went_on)
    assert (amended.facts.risk_class, amended.method) == ("B", "majority")
    assert assembly.session.get_one(Proposal, went_on, populate_existing=True).patch == milder


def test_law_10_an_objection_is_in_the_ledger_with_its_reason(assembly: Assembly) -> None:
    made = assembly.propose(CLASS_A)
    went_on = object_to(assembly, made, assembly.members[3])
    told = assembly.session.scalars(select(LedgerEvent).order_by(col(LedgerEvent.seq).desc()).limit(3)).all()
    assert [event.type for event in told] == ["proposal.ended", "proposal.submitted", "proposal.objected"]
    ended, submitted, objected = (event.payload for event in told)
    assert (ended["proposal"], ended["as"]) == (str(made), "superseded")
    assert (submitted["proposal"], submitted["origin"]) == (str(went_on), str(made))
    assert objected == {
        "proposal": str(made),
        "objector": assembly.members[3].handle,
        "reason": "Too many.",
        "clause": CLAUSE,
    }
