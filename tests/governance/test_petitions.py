"""Petitions and vetoes: all of us may look at what one guild has passed."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from coop.errors import Conflict, Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from coop.ledger import stamp
from coop.tables import GuildMembership, LedgerEvent
from governance import petitions, vetoes
from governance.drafts import Draft, draft
from governance.facts import State
from governance.tables import Proposal
from tests.governance.assembly import MOMENT, Assembly
from tests.governance.founding import founding_rules

SEATS = [{"op": "add", "path": "/seats", "value": {"default": 40}}]
BAKERS, WEAVERS = "guild:bakers", "weavers"
DAY = timedelta(days=1)


def passed(assembly: Assembly) -> int:
    """What a guild of five has passed, on the first moment of its timelock."""
    _, bakers = assembly.guild("bakers", *assembly.members)
    made = assembly.propose(SEATS, "audience", BAKERS, among=bakers)
    assembly.carry(made, *["for"] * 5)
    assembly.go_to(assembly.times(made).closes_at)
    assembly.advance()
    assert assembly.state(made) is State.TIMELOCK
    return made


def weavers(assembly: Assembly, number: int) -> list[Identity]:
    """The members of another guild, who are not in ``members``."""
    people = assembly.admit(number)
    del assembly.members[-number:]
    return assembly.guild(WEAVERS, *people)[1]


def sign(assembly: Assembly, made: int, member: Identity, slug: str = WEAVERS) -> int | None:
    book = assembly.books.current(assembly.session)
    return petitions.sign(assembly.session, book, member, made, slug, assembly.clock)


def called(assembly: Assembly) -> tuple[int, int]:
    """What a guild passed, and the veto that the two members of another have called on it."""
    made = passed(assembly)
    first, second = weavers(assembly, 2)
    assert sign(assembly, made, first) is None
    veto = sign(assembly, made, second)
    assert veto is not None
    return made, veto


@pytest.mark.parametrize(("members", "expected"), [(1, 2), (2, 2), (20, 2), (21, 3), (100, 10), (101, 11)])
def test_a_tenth_of_a_guild_petitions_and_never_one_alone(members: int, expected: int) -> None:
    assert founding_rules().petition.needed(members) == expected


def test_enough_of_another_guild_call_the_assembly_to_a_vote(assembly: Assembly) -> None:
    made = passed(assembly)
    signing = weavers(assembly, 21)
    for member in signing[:2]:
        assert sign(assembly, made, member) is None
    assert petitions.of(assembly.session, assembly.case(made)) == [petitions.Standing(WEAVERS, 2, 3)]
    veto = sign(assembly, made, signing[2])
    assert veto is not None
    assert vetoes.called_on(assembly.session, made) == veto
    case = assembly.case(veto)
    assert (case.scope, case.kind, case.target_id, case.facts.pace) == ("coop", "veto", made, "veto")
    assert (case.facts.risk_class, case.stage.state) == ("B", State.VOTING)
    assert case.ballots_close_at == assembly.clock.at + 7 * DAY
    target = assembly.case(made)
    assert target.facts.veto_closes_at == case.ballots_close_at
    assert target.stage.until == assembly.clock.at + 7 * DAY + MOMENT


def test_all_of_us_vote_on_a_veto_and_one_that_passes_ends_what_it_is_against(assembly: Assembly) -> None:
    made, veto = called(assembly)
    closes_at = assembly.clock.at + 7 * DAY
    for voter in assembly.members:
        assembly.vote(veto, voter, "for")
    assert assembly.case(veto).roll_size == 7
    assembly.go_to(closes_at)
    assert assembly.state(made) is State.VETOED
    assembly.advance()
    facts = assembly.case(made).facts
    assert (facts.ended_as, facts.ended_at) == (State.VETOED, closes_at)
    assert assembly.state(veto) is State.IN_FORCE
    assert assembly.books.current(assembly.session).policy("audience", BAKERS) is None


@pytest.mark.parametrize("choices", [["against"] * 5, ["for"] * 3, []])
def test_after_a_veto_that_failed_the_guilds_decision_takes_force_at_once(
    assembly: Assembly, choices: list[str]
) -> None:
    made, veto = called(assembly)
    for voter, choice in zip(assembly.members, choices, strict=False):
        assembly.vote(veto, voter, choice)
    closes_at = assembly.clock.at + 7 * DAY
    assembly.go_to(closes_at)
    assembly.advance()
    assert (assembly.state(veto), assembly.state(made)) == (State.REJECTED, State.TIMELOCK)
    assembly.go_to(closes_at + MOMENT)
    assembly.advance()
    assert assembly.state(made) is State.IN_FORCE


@pytest.mark.parametrize("late", [timedelta(), 3 * DAY, 60 * DAY])
def test_law_14_a_late_job_changes_nothing_about_a_veto(assembly: Assembly, late: timedelta) -> None:
    made, veto = called(assembly)
    for voter in assembly.members:
        assembly.vote(veto, voter, "for")
    closes_at = assembly.clock.at + 7 * DAY
    assembly.go_to(closes_at + late)
    assembly.advance()
    facts = assembly.case(made).facts
    assert (facts.ended_as, facts.ended_at) == (State.VETOED, closes_at)
    assert assembly.case(veto).facts.tally is not None


def test_one_petitions_in_timelock_and_a_late_job_leaves_no_more_time(assembly: Assembly) -> None:
    _, bakers = assembly.guild("bakers", *assembly.members)
    first, second = weavers(assembly, 2)
    made = assembly.propose(SEATS, "audience", BAKERS, among=bakers)
    assembly.carry(made, *["for"] * 5)
    times = assembly.times(made)
    assembly.go_to(times.closes_at - MOMENT)
    with pytest.raises(Conflict, match="being voted on"):
        sign(assembly, made, first)
    assembly.go_to(times.due_at - MOMENT)
    assert sign(assembly, made, first) is None
    assembly.go_to(times.due_at)
    with pytest.raises(Conflict, match="timelock is over"):
        sign(assembly, made, second)


def test_signing_twice_is_signing_once_and_one_signs_for_one_guild(assembly: Assembly) -> None:
    made = passed(assembly)
    signing = weavers(assembly, 2)
    potters = assembly.guild("potters", signing[0], signing[1])[0]
    both = Identity(
        **{name: getattr(signing[0], name) for name in Identity.__slots__}
        | {"guilds": signing[0].guilds | {potters.id or 0}}
    )
    assert sign(assembly, made, both) is None
    assert sign(assembly, made, both) is None
    with pytest.raises(Conflict, match="another guild"):
        sign(assembly, made, both, "potters")
    assert petitions.of(assembly.session, assembly.case(made)) == [petitions.Standing(WEAVERS, 1, 2)]


def test_whoever_has_left_the_guild_no_longer_counts(assembly: Assembly) -> None:
    made = passed(assembly)
    first, second, third = weavers(assembly, 3)
    assert sign(assembly, made, first) is None
    gone = (col(GuildMembership.member_id) == first.member_id,)
    assembly.session.execute(update(GuildMembership).where(*gone).values(left_at=assembly.clock.at))
    assert sign(assembly, made, second) is None
    assert sign(assembly, made, third) is not None


def test_only_another_guild_petitions_and_in_its_own_name(assembly: Assembly) -> None:
    made = passed(assembly)
    first, _ = weavers(assembly, 2)
    for slug in ("bakers", "nobody"):
        with pytest.raises(RuleBroken) as refused:
            sign(assembly, made, first, slug)
        assert refused.value.faults[0].pointer == "/guild"
    with pytest.raises(Forbidden):
        sign(assembly, made, assembly.members[0])
    with pytest.raises(NotFound):
        sign(assembly, made + 1, first)


def test_what_all_of_us_decide_needs_no_petition(assembly: Assembly) -> None:
    made = assembly.propose()
    first, _ = weavers(assembly, 2)
    with pytest.raises(RuleBroken, match="All of us"):
        sign(assembly, made, first)


def test_one_veto_is_called_on_one_proposal(assembly: Assembly) -> None:
    made, veto = called(assembly)
    potters = assembly.guild("potters", *assembly.members[3:])[1]
    with pytest.raises(Conflict, match="heard"):
        sign(assembly, made, potters[0], "potters")
    assert vetoes.called_on(assembly.session, made) == veto


def test_nobody_drafts_a_veto(assembly: Assembly) -> None:
    made = passed(assembly)
    book = assembly.books.current(assembly.session)
    wanted = Draft("coop", "veto", "Veto", "", [], "", target_id=made)
    with pytest.raises(RuleBroken):
        draft(assembly.session, book, assembly.members[0], wanted, assembly.clock.at)
    vetoes_made = select(Proposal).where(col(Proposal.kind) == "veto")
    assert assembly.session.scalars(vetoes_made).all() == []


def test_law_10_who_petitioned_and_what_it_called_is_in_the_ledger(assembly: Assembly) -> None:
    made, veto = called(assembly)
    told = assembly.session.scalars(select(LedgerEvent).order_by(col(LedgerEvent.seq).desc()).limit(4)).all()
    assert [event.type for event in reversed(told)] == [
        "proposal.petitioned",
        "proposal.petitioned",
        "proposal.submitted",
        "veto.called",
    ]
    assert told[0].payload == {
        "proposal": str(made),
        "veto": str(veto),
        "guild": WEAVERS,
        "closes_at": stamp(assembly.clock.at + 7 * DAY),
    }
    assert told[1].payload["target"] == str(made)
