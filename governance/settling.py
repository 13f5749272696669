"""Settling: writing down what facts and time have decided about a proposal.

Law 14: each step here only records what :mod:`governance.lifecycle` already says, at the moment it says,
under the proposal's lock; done late or twice it leaves the same record. Law 4: the count reveals every
ballot in the ledger, so the tally can be recomputed offline.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col

from coop.clock import Clock
from coop.ledger import append, hold, stamp
from governance import ballots, cases, counting, roll, timeline, vetoes
from governance.ballots import Receipt
from governance.case import Case
from governance.facts import Counted, State
from governance.outcome import Outcome
from governance.people import delegated, obstacles, secret_ballots
from governance.people.secrecy import SECRET
from governance.proposals import end
from governance.tables import Proposal

REASONS = {
    State.LAPSED: "It did not find its sponsors in time.",
    State.CONFLICTED: "The policy it changes was changed by another vote: write it anew against that text.",
    State.REJECTED: "The vote did not reach what it had to.",
    State.CANCELLED: "Another of those that had to pass together with it did not.",
    State.VETOED: "All of us voted against what this guild had passed.",
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
    if case.over:
        return False
    done = _freeze_if_due(session, case, now)
    if done:
        case = cases.one(session, proposal_id, now)
    if _close_if_due(session, case, now):
        done, case = True, cases.one(session, proposal_id, now)
    stage = case.stage
    if stage.state is State.VETOED and not veto_counted(session, case, clock):
        return done
    if stage.state in REASONS and case.facts.enacted_at is None:
        reason = obstacles.of(session, case) or REASONS[stage.state]
        end(session, case, stage.state, reason, at=stage.since, now=now)
        done = True
    return done


def veto_counted(session: Session, case: Case, clock: Clock) -> bool:
    """Count the vote on vetoing a case, so that the record tells of it first; say whether that is done.

    It is not while somebody else holds that vote: they or the next run do it. Where none was called, there
    is none to count.
    """
    veto = vetoes.called_on(session, case.id)
    if veto is None:
        return True
    settle(session, veto, clock)
    return cases.one(session, veto, clock.now(session)).tallied_at is not None


def due(case: Case) -> bool:
    """Say whether :func:`settle` would record anything; it decides again under the lock."""
    if case.over:
        return False
    undecided = case.facts.enacted_at is None
    return _freezes(case) or _closes(case) or (undecided and case.stage.state in REASONS)


def _freezes(case: Case) -> bool:
    """Say whether the roll is due, as of the end of verification, unless it was stopped by then."""
    opens_at = case.ballots_open_at
    if opens_at is None or case.roll_frozen_at is not None:
        return False
    stopped_at = _stopped_at(case)
    return case.read_at >= opens_at and (stopped_at is None or stopped_at > opens_at)


def _closes(case: Case) -> bool:
    """Say whether the count is due, unless voting was stopped before its close."""
    closes_at = case.ballots_close_at
    if closes_at is None or case.roll_size is None or case.tallied_at is not None:
        return False
    stopped_at = _stopped_at(case)
    return case.read_at >= closes_at and (stopped_at is None or stopped_at >= closes_at)


def _stopped_at(case: Case) -> datetime | None:
    """Return when a proposal that is not in force ends whatever its vote says, if it does."""
    if case.times is None or case.facts.enacted_at is not None:
        return None
    return timeline.stopped_at(case.facts, case.times)


def _freeze_if_due(session: Session, case: Case, now: datetime) -> bool:
    opens_at = case.ballots_open_at
    if opens_at is None or not _freezes(case):
        return False
    roll.freeze(session, case, opens_at, now)
    return True


def _close_if_due(session: Session, case: Case, now: datetime) -> bool:
    """Count the final ballots and reveal them."""
    if not _closes(case):
        return False
    if delegated.applies(case):
        hold(session)  # so that whoever counts again finds the same delegations before this count
    outcome = counting.tallies(session, [case])[case.id]
    tally = outcome.as_json()
    counted = {"tally": tally, "tallied_at": now, "floor_at": case.facts.floor_at}
    session.execute(update(Proposal).where(col(Proposal.id) == case.id).values(**counted))
    told = {
        "proposal": str(case.id),
        "patch_sha256": case.patch_sha256,
        "tally": tally,
        "bar": case.bar.as_json(),
        **_revealed(session, case, outcome),
    }
    append(session, "proposal.tallied", told, now)
    return True


def _revealed(session: Session, case: Case, outcome: Counted) -> dict[str, Any]:
    """Return all ballots as the count tells them, and who voted for whom where votes may be delegated."""
    if isinstance(outcome, Outcome) and case.kind in SECRET:
        return {"ballots": secret_ballots.reveal(session, case, outcome)}
    told: dict[str, Any] = {
        "ballots": [_reveal(ballot) for ballot in ballots.counting_ones(session, case.id)]
    }
    if delegated.applies(case):
        by = [{"voter": vote.voter, "by": vote.by} for vote in delegated.votes(session, case)]
        told |= {"closed_at": stamp(delegated.close(case)), "delegated": by}
    return told


def _reveal(ballot: Receipt) -> dict[str, Any]:
    told = {"voter": ballot.voter, "version": ballot.version, "nonce": ballot.nonce}
    return told | ballot.said.as_json()
