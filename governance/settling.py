"""Settling: writing down what facts and time have decided about a proposal.

Law 14: each step here only records what :mod:`governance.lifecycle` already says, at the moment it says,
under the proposal's lock; done late or twice it leaves the same record. Law 4: the count reveals every
ballot in the ledger, so the tally can be recomputed offline.
"""

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col

from coop.clock import Clock
from coop.ledger import append
from governance import ballots, cases, lifecycle, roll
from governance.ballots import Receipt
from governance.cases import Case
from governance.lifecycle import State
from governance.proposals import end
from governance.tables import Proposal
from governance.tally import count

REASONS = {
    State.LAPSED: "It did not find its sponsors in time.",
    State.CONFLICTED: "The policy it changes was changed by another vote: write it anew against that text.",
    State.REJECTED: "The vote did not reach what it had to.",
}
"""How a proposal ends by time alone, and in which words."""


def settle(session: Session, proposal_id: int, clock: Clock) -> bool:
    """Record what has become of a proposal by now; say whether anything was left to record.

    Someone else's lock is not waited for: whoever holds it, or the next run, does the same.
    """
    if not cases.lock(session, proposal_id, skip_locked=True):
        return False
    now = clock.now(session)
    case = cases.one(session, proposal_id, now)
    if case.facts.ended_at is not None or case.facts.enacted_at is not None:
        return False
    done = _freeze_if_due(session, case, now)
    if done:
        case = cases.one(session, proposal_id, now)
    if _close_if_due(session, case, now):
        done, case = True, cases.one(session, proposal_id, now)
    stage = case.stage
    if stage.state in REASONS:
        end(session, case, stage.state, REASONS[stage.state], at=stage.since, now=now)
        done = True
    return done


def due(case: Case) -> bool:
    """Say whether :func:`settle` would record anything; it decides again under the lock."""
    times, now = case.times, case.read_at
    if times is not None and now >= times.voting_at and case.roll_frozen_at is None:
        return True
    if times is not None and now >= times.closes_at and case.tallied_at is None:
        return True
    return case.stage.state in REASONS


def _freeze_if_due(session: Session, case: Case, now: datetime) -> bool:
    """Freeze the roll as of the end of verification, unless the text had moved on by then."""
    times = case.times
    if times is None or now < times.voting_at or case.roll_frozen_at is not None:
        return False
    conflict = lifecycle.conflict_at(case.facts, times)
    if conflict is not None and conflict <= times.voting_at:
        return False
    roll.freeze(session, case, times.voting_at, now)
    return True


def _close_if_due(session: Session, case: Case, now: datetime) -> bool:
    """Count the final ballots and reveal them, unless voting ended early because the text had moved on."""
    times = case.times
    if times is None or now < times.closes_at or case.roll_size is None or case.tallied_at is not None:
        return False
    conflict = lifecycle.conflict_at(case.facts, times)
    if conflict is not None and conflict < times.closes_at:
        return False
    final = ballots.counting(session, case.id)
    bar = case.rules.bar(case.facts.risk_class)
    tally = count(Counter(ballot.choice.value for ballot in final), case.roll_size, bar).as_json()
    session.execute(update(Proposal).where(col(Proposal.id) == case.id).values(tally=tally, tallied_at=now))
    told = {
        "proposal": str(case.id),
        "patch_sha256": case.patch_sha256,
        "tally": tally,
        "bar": bar.as_json(),
        "ballots": [_reveal(ballot) for ballot in final],
    }
    append(session, "proposal.tallied", told, now)
    return True


def _reveal(ballot: Receipt) -> dict[str, Any]:
    return {
        "voter": ballot.voter,
        "version": ballot.version,
        "choice": ballot.choice.value,
        "reason": ballot.reason,
        "clause": ballot.clause,
        "nonce": ballot.nonce,
    }
