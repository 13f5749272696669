"""Ballots: one a member, bound to the patch, hidden until the close."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from coop.errors import Conflict, Forbidden, NotFound, RuleBroken
from coop.tables import LedgerEvent
from governance import ballots
from governance.commitment import commitment
from governance.facts import State
from governance.tables import Ballot
from tests.governance.assembly import CLASS_B, MOMENT, Assembly


@pytest.fixture
def made(assembly: Assembly) -> int:
    """A proposal that is being voted on."""
    found = assembly.propose()
    assembly.go_to(assembly.times(found).voting_at)
    return found


def test_a_receipt_proves_the_ballot(assembly: Assembly, made: int) -> None:
    voter = assembly.members[1]
    receipt = assembly.vote(made, voter, "against", reason="Too many.")
    assert receipt.commitment == commitment(
        {"choice": "against", "reason": "Too many.", "clause": ""}, receipt.nonce
    )
    told = assembly.session.get_one(LedgerEvent, receipt.ledger_seq)
    assert (told.type, told.hash) == ("ballot.cast", receipt.ledger_hash)
    assert told.payload["commitment"] == receipt.commitment
    assert ballots.own(assembly.session, voter, made) == receipt


def test_the_ledger_is_not_told_what_was_chosen_before_the_close(assembly: Assembly, made: int) -> None:
    assembly.vote(made, assembly.members[1], "abstain", reason="A quiet word.")
    told = assembly.session.scalars(select(LedgerEvent).where(col(LedgerEvent.type) == "ballot.cast")).one()
    hashes = {"patch_sha256", "rehearsal_sha256", "commitment"}
    assert told.payload.keys() == {"proposal", "voter", "version"} | hashes


def test_law_04_the_last_ballot_counts_and_every_version_is_kept(assembly: Assembly, made: int) -> None:
    voter = assembly.members[1]
    receipts = [assembly.vote(made, voter, choice) for choice in ("for", "against", "for", "abstain")]
    assert [receipt.version for receipt in receipts] == [1, 2, 3, 4]
    kept = assembly.session.execute(select(func.count()).select_from(Ballot)).scalar_one()
    assert kept == 4
    assembly.go_to(assembly.times(made).closes_at)
    assembly.advance()
    tally = assembly.tally(made)
    assert (tally.for_, tally.against, tally.abstain) == (0, 0, 1)


def test_law_05_a_ballot_for_another_patch_is_refused(assembly: Assembly, made: int) -> None:
    with pytest.raises(Conflict) as refused:
        assembly.vote(made, assembly.members[1], "for", patch_sha256="0" * 64)
    assert refused.value.faults[0].pointer == "/patch_sha256"


@pytest.mark.parametrize(
    ("moment", "stands"), [("voting_at", "being verified"), ("closes_at", "was rejected")]
)
def test_no_ballot_is_taken_before_the_vote_or_after_it(assembly: Assembly, moment: str, stands: str) -> None:
    made = assembly.propose()
    at = getattr(assembly.times(made), moment)
    assembly.go_to(at - MOMENT if moment == "voting_at" else at)
    with pytest.raises(Conflict, match=stands):
        assembly.vote(made, assembly.members[1], "for")


def test_a_ballot_is_taken_at_the_first_and_at_the_last_moment(assembly: Assembly, made: int) -> None:
    assembly.vote(made, assembly.members[1], "for")
    assembly.go_to(assembly.times(made).closes_at - MOMENT)
    assembly.vote(made, assembly.members[2], "for")


def test_law_14_the_first_voter_draws_the_roll_where_no_job_has(assembly: Assembly, made: int) -> None:
    assembly.go_to(assembly.times(made).voting_at + timedelta(hours=30))
    (late,) = assembly.admit(1, assembly.times(made).voting_at + MOMENT)
    assembly.vote(made, assembly.members[1], "for")
    assert assembly.case(made).roll_frozen_at == assembly.times(made).voting_at
    with pytest.raises(Forbidden):
        assembly.vote(made, late, "for")


def test_a_block_gives_its_reason_and_names_a_clause_of_the_policy(assembly: Assembly) -> None:
    made = assembly.propose(CLASS_B)
    assembly.go_to(assembly.times(made).voting_at)
    voter = assembly.members[1]
    with pytest.raises(RuleBroken) as refused:
        assembly.vote(made, voter, "block")
    assert [fault.pointer for fault in refused.value.faults] == ["/reason", "/clause"]
    with pytest.raises(RuleBroken):
        assembly.vote(made, voter, "block", reason="It is too much.", clause="/photos")
    receipt = assembly.vote(made, voter, "block", reason="It is too much.", clause="/photos/per_day")
    assert receipt.said.clause == "/photos/per_day"


def test_law_07_others_ballots_are_told_after_the_count_alone(assembly: Assembly, made: int) -> None:
    viewer, *voters = assembly.members
    for voter in voters:
        assembly.vote(made, voter, "for")

    def seen() -> list[str]:
        found = ballots.revealed(assembly.session, assembly.case(made), after=None, limit=9)
        return [receipt.voter for receipt in found]

    with pytest.raises(Conflict):
        seen()
    with pytest.raises(NotFound):
        ballots.own(assembly.session, viewer, made)
    assembly.go_to(assembly.times(made).closes_at)
    with pytest.raises(Conflict):
        seen()
    assembly.advance()
    handles = sorted(voter.handle for voter in voters)
    assert seen() == handles
    page = ballots.revealed(assembly.session, assembly.case(made), after=handles[1], limit=1)
    assert [receipt.voter for receipt in page] == [handles[2]]
    assert assembly.state(made) is State.TIMELOCK
