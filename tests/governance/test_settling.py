"""Settling: what jobs write down is what facts and time had decided."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from coop.policies import Books
from coop.tables import LedgerEvent
from governance.facts import State
from governance.tables import Proposal
from tests.governance.assembly import CLASS_B, MOMENT, START, Assembly
from tests.thorough import much

PACE = much(12, 6)
"""Hours from one run of the jobs to the next."""


def outcome(assembly: Assembly, made: int) -> dict[str, Any]:
    """Everything about a proposal that a job may write, but for when it wrote it."""
    row = assembly.session.get_one(Proposal, made, populate_existing=True)
    told = assembly.session.scalars(select(LedgerEvent).order_by(col(LedgerEvent.seq))).all()
    return {
        "roll": (row.roll_frozen_at, row.roll_size),
        "tally": row.tally,
        "end": (row.ended_as, row.ended_at, row.end_reason),
        "enacted": row.enacted_at is not None,
        "events": [event.type for event in told if event.payload.get("proposal") == str(made)],
    }


CHOICES = {
    "passed": ["for", "for", "for", "against"],
    "rejected": ["for", "against", "against"],
    "nobody": [],
}


@pytest.mark.parametrize("kind", sorted(CHOICES))
def test_law_14_jobs_on_time_late_or_doubled_leave_one_outcome(assembly: Assembly, kind: str) -> None:
    found = []
    for runs in (1, 2, 0):
        point = assembly.session.begin_nested()
        assembly.go_to(START)
        made = assembly.propose()
        times = assembly.times(made)
        moment = START
        while moment < times.due_at:
            moment += timedelta(hours=PACE)
            assembly.go_to(moment)
            if moment == times.voting_at + timedelta(hours=PACE):
                for voter, choice in zip(assembly.members, CHOICES[kind], strict=False):
                    assembly.vote(made, voter, choice)
            for _ in range(runs):
                assembly.advance()
        assembly.advance()
        found.append(outcome(assembly, made))
        point.rollback()
        assembly.books = Books(assembly.books.kinds)
    assert found[0] == found[1] == found[2]
    assert found[0]["enacted"] == (kind == "passed")


def test_law_14_the_state_does_not_wait_for_a_job(assembly: Assembly) -> None:
    made = assembly.propose()
    assembly.carry(made, "for", "for", "for")
    assembly.go_to(assembly.times(made).closes_at)
    assert assembly.state(made) is State.TIMELOCK
    lost = assembly.propose()
    assembly.go_to(assembly.times(lost).closes_at)
    assert assembly.state(lost) is State.REJECTED
    assert assembly.case(lost).facts.ended_at is None


def end_of(assembly: Assembly, made: int) -> tuple[State | None, datetime | None]:
    facts = assembly.case(made).facts
    return facts.ended_as, facts.ended_at


def test_a_proposal_that_lapsed_ended_when_it_lapsed(assembly: Assembly) -> None:
    made = assembly.submit()
    assembly.go_to(START + timedelta(days=20))
    assert assembly.advance() == 1
    assert end_of(assembly, made) == (State.LAPSED, START + timedelta(days=14))
    assert assembly.advance() == 0


@pytest.mark.parametrize("late", [timedelta(), timedelta(days=2), timedelta(days=60)])
def test_a_conflict_ends_a_proposal_at_the_end_of_verification(assembly: Assembly, late: timedelta) -> None:
    first = assembly.propose()
    assembly.carry(first, "for", "for", "for")
    assembly.go_to(assembly.times(first).closes_at + MOMENT)
    second = assembly.propose(CLASS_B)
    assembly.go_to(assembly.times(first).due_at)
    assembly.advance()
    assert assembly.state(second) is State.DELIBERATION
    opens = assembly.times(second).voting_at
    assembly.go_to(opens + late)
    assembly.advance()
    assert end_of(assembly, second) == (State.CONFLICTED, opens)
    assert assembly.case(second).roll_frozen_at is None


def test_a_conflict_stops_a_vote_that_is_under_way(assembly: Assembly) -> None:
    first = assembly.propose()
    second = assembly.propose(CLASS_B)
    assembly.carry(first, "for", "for", "for")
    assembly.go_to(assembly.times(second).voting_at)
    assembly.vote(second, assembly.members[0], "for")
    assembly.advance()
    enacted_at = assembly.case(first).facts.enacted_at
    assert enacted_at is not None
    assert assembly.state(second) is State.CONFLICTED
    assembly.go_to(enacted_at + timedelta(days=1))
    assembly.advance()
    assert end_of(assembly, second) == (State.CONFLICTED, enacted_at)
    assert assembly.case(second).tallied_at is None


def test_the_count_reveals_every_ballot_in_the_ledger(assembly: Assembly) -> None:
    made = assembly.propose()
    assembly.carry(made, "for", "for", "for", "abstain")
    assembly.go_to(assembly.times(made).closes_at)
    assembly.advance()
    told = assembly.session.scalars(
        select(LedgerEvent).where(col(LedgerEvent.type) == "proposal.tallied")
    ).one()
    assert sorted(ballot["choice"] for ballot in told.payload["ballots"]) == ["abstain", "for", "for", "for"]
    assert told.payload["tally"]["passed"] is True
    assert told.payload["tally"]["need"] == 3
    assert told.payload["bar"] == {"floor": "1/20", "min": 3, "threshold": "3/5", "block": "9/10"}
