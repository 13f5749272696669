"""Enactment: a vote that passed carries itself out, once and wholly."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col

from app import ENACTORS
from coop import policies
from coop.errors import Fault, RuleBroken
from coop.policies import Books
from coop.policy_text import leaves, parse
from coop.tables import LedgerEvent, PolicyVersion
from governance import dossier, enactment
from governance.facts import State
from governance.tables import Proposal
from tests.governance.assembly import CLASS_A, CLASS_B, MOMENT, Assembly


def versions(assembly: Assembly, kind: str = "media", scope: str = "coop") -> list[PolicyVersion]:
    return policies.versions(assembly.session, scope, kind)


def events(assembly: Assembly, type: str) -> int:
    counted = select(func.count()).select_from(LedgerEvent).where(col(LedgerEvent.type) == type)
    return int(assembly.session.execute(counted).scalar_one())


def test_law_02_a_vote_that_passed_brings_the_clause_and_its_receipt(assembly: Assembly) -> None:
    epoch = policies.current_epoch(assembly.session)
    made = assembly.propose()
    assembly.carry(made, "for", "for", "for", "against")
    assert assembly.advance() == 2
    assert assembly.state(made) is State.IN_FORCE
    book = assembly.books.current(assembly.session)
    assert book.epoch == epoch + 1
    cited = book.cite("media", "/photos/per_day")
    assert (cited.value, cited.version, cited.proposal) == (100, 2, str(made))
    assert cited.tally is not None
    assert cited.tally["for"] == 3
    assert book.cite("media", "/photos/max_bytes").proposal is None
    found = dossier.read(assembly.session, assembly.books, assembly.case(made))
    assert found.enacted == dossier.Enacted(2, versions(assembly)[0].sha256, epoch + 1)
    assert "-per_day = 60 " in found.diff
    assert "+per_day = 100 " in found.diff


@pytest.mark.parametrize("choices", [["against"] * 5, ["for", "for"], [], ["for", "for", "for", "block"]])
def test_law_02_a_vote_that_failed_changes_nothing(assembly: Assembly, choices: list[str]) -> None:
    made = assembly.propose(CLASS_B if "block" in choices else CLASS_A)
    times = assembly.times(made)
    assembly.go_to(times.voting_at)
    for voter, choice in zip(assembly.members, choices, strict=False):
        said = {"reason": "No.", "clause": "/photos/per_day"} if choice == "block" else {}
        assembly.vote(made, voter, choice, **said)
    assembly.go_to(times.due_at)
    assembly.advance()
    assert assembly.state(made) is State.REJECTED
    assert assembly.case(made).facts.ended_at == times.closes_at
    assert len(versions(assembly)) == 1


def test_nothing_is_enacted_before_its_timelock_ends(assembly: Assembly) -> None:
    made = assembly.propose()
    assembly.carry(made, "for", "for", "for")
    assembly.go_to(assembly.times(made).due_at - MOMENT)
    assembly.advance()
    assert assembly.state(made) is State.TIMELOCK
    assembly.go_to(assembly.times(made).due_at)
    assembly.advance()
    assert assembly.state(made) is State.IN_FORCE


def test_law_14_enacting_twice_is_enacting_once(assembly: Assembly) -> None:
    made = assembly.propose()
    assembly.carry(made, "for", "for", "for")
    assert [assembly.advance() for _ in range(3)] == [2, 0, 0]
    assert len(versions(assembly)) == 2
    assert events(assembly, "proposal.enacted") == 1


@pytest.mark.parametrize("late", [timedelta(), timedelta(days=100)])
def test_law_14_proposals_take_force_in_the_order_in_which_they_are_due(
    assembly: Assembly, late: timedelta
) -> None:
    slow = assembly.propose(CLASS_B)
    assembly.go_to(assembly.times(slow).due_at - timedelta(days=7, hours=1))
    quick = assembly.propose(CLASS_A)
    assert assembly.times(quick).due_at < assembly.times(slow).due_at
    for made in sorted((slow, quick), key=lambda one: assembly.times(one).voting_at):
        assembly.go_to(assembly.times(made).voting_at)
        for voter in assembly.members:
            assembly.vote(made, voter, "for")
    assembly.go_to(max(assembly.times(one).due_at for one in (slow, quick)) + late)
    assembly.advance()
    assert (assembly.state(quick), assembly.state(slow)) == (State.IN_FORCE, State.CONFLICTED)
    assert parse(versions(assembly)[0].text)["photos"]["per_day"] == 100


def test_votes_on_two_policies_do_not_touch_each_other(assembly: Assembly) -> None:
    media = assembly.propose()
    membership = assembly.propose(
        [{"op": "replace", "path": "/guilds/members_max", "value": 600}], "membership"
    )
    assembly.go_to(assembly.times(media).voting_at)
    for made in (media, membership):
        for voter in assembly.members:
            assembly.vote(made, voter, "for")
    assembly.go_to(assembly.times(media).due_at)
    assembly.advance()
    assert {assembly.state(made) for made in (media, membership)} == {State.IN_FORCE}


def test_a_guilds_first_clause_is_its_first_version(assembly: Assembly) -> None:
    _, bakers = assembly.guild("bakers", *assembly.members)
    patch = [{"op": "add", "path": "/seats", "value": {"default": 40}}]
    made = assembly.propose(patch, "audience", "guild:bakers", among=bakers)
    assembly.carry(made, "for", "for", "for")
    assembly.advance()
    (version,) = versions(assembly, "audience", "guild:bakers")
    assert leaves(parse(version.text)) == {"/seats/default": 40}
    book = assembly.books.current(assembly.session)
    assert book.cite("audience", "/seats/default", "guild:bakers").proposal == str(made)


def test_law_13_a_guilds_patch_outside_bounds_that_the_coop_drew_meanwhile_fails_with_its_reason(
    assembly: Assembly,
) -> None:
    _, bakers = assembly.guild("bakers", *assembly.members)
    tighten = [{"op": "replace", "path": "/bounds/guild/~1seats~1default/max", "value": 30}]
    bounds = assembly.propose(tighten, "audience")
    assembly.carry(bounds, *["for"] * 5)
    assembly.go_to(assembly.times(bounds).closes_at)
    patch = [{"op": "add", "path": "/seats", "value": {"default": 40}}]
    made = assembly.propose(patch, "audience", "guild:bakers", among=bakers)
    assembly.go_to(assembly.times(made).voting_at)
    for voter in assembly.members:
        assembly.vote(made, voter, "for")
    assembly.go_to(assembly.times(made).due_at)
    assembly.advance()
    case = assembly.case(made)
    assert assembly.state(bounds) is State.IN_FORCE
    assert case.facts.ended_as is State.ENACTMENT_FAILED
    assert case.end_reason is not None
    assert "/seats/default" in case.end_reason
    assert versions(assembly, "audience", "guild:bakers") == []


def broken_rule(session: Session, books: Books, proposal: Proposal, now: datetime) -> PolicyVersion:
    enactment.enact_policy(session, books, proposal, now)
    raise RuleBroken("It cannot stand.", faults=(Fault("/photos/per_day", "Not today."),))


def broken_code(session: Session, books: Books, proposal: Proposal, now: datetime) -> PolicyVersion:
    enactment.enact_policy(session, books, proposal, now)
    raise ZeroDivisionError


def silent_database(session: Session, books: Books, proposal: Proposal, now: datetime) -> PolicyVersion:
    raise OperationalError("SELECT 1", {}, OSError("gone"))


@pytest.mark.parametrize(
    ("enactor", "reason"),
    [(broken_rule, "It cannot stand. /photos/per_day: Not today."), (broken_code, "ZeroDivisionError")],
)
def test_law_13_what_cannot_be_enacted_ends_with_its_reason_and_leaves_the_last_good_version(
    assembly: Assembly, enactor: enactment.Enactor, reason: str
) -> None:
    epoch = policies.current_epoch(assembly.session)
    made = assembly.propose()
    assembly.carry(made, "for", "for", "for")
    enactment.advance(assembly.database, assembly.books, assembly.clock, ENACTORS | {"media": enactor})
    case = assembly.case(made)
    assert case.facts.ended_as is State.ENACTMENT_FAILED
    assert case.end_reason is not None
    assert reason in case.end_reason
    assert len(versions(assembly)) == 1
    assert policies.current_epoch(assembly.session) == epoch
    assert events(assembly, "policy.version") == len(assembly.books.kinds)


def test_law_13_a_database_that_does_not_answer_ends_nothing(assembly: Assembly) -> None:
    made = assembly.propose()
    assembly.carry(made, "for", "for", "for")
    with pytest.raises(OperationalError):
        enactment.advance(
            assembly.database, assembly.books, assembly.clock, ENACTORS | {"media": silent_database}
        )
    assert assembly.state(made) is State.TIMELOCK
    assembly.advance()
    assert assembly.state(made) is State.IN_FORCE


def test_law_12_what_was_enacted_can_be_repealed(assembly: Assembly) -> None:
    made = assembly.propose(CLASS_B)
    assembly.carry(made, *["for"] * 5)
    assembly.advance()
    repeal = assembly.propose([{"op": "replace", "path": "/photos/per_day", "value": 60}])
    assembly.carry(repeal, *["for"] * 5)
    assembly.advance()
    newest, _, founding = versions(assembly)
    assert newest.text == founding.text
    assert newest.number == 3
