"""Ballots: casting one, changing it while voting lasts, and reading it back.

Law 4: one member, one ballot: the voter is on the frozen roll, the last version counts, and all versions
stay. Law 5: a ballot names the hash of the patch that it was shown.

What was chosen is hidden until the close: the ledger gets a commitment when the ballot is cast, and what
it was made of when it is counted.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from coop.clock import Clock
from coop.errors import Conflict, Fault, Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from coop.ledger import append
from coop.names import prose
from coop.policy_text import leaves, parse
from coop.tables import LedgerEvent, Member
from governance import cases, roll
from governance.cases import Case
from governance.commitment import commitment
from governance.dossier import texts
from governance.lifecycle import State
from governance.tables import Ballot, Proposal
from governance.tally import Choice

LONGEST_REASON = 2000
"""In characters."""


@dataclass(frozen=True, slots=True)
class Vote:
    """What a voter says."""

    choice: Choice
    patch_sha256: str
    """Hash of the patch that the voter was shown."""
    reason: str = ""
    clause: str = ""
    """For a block: JSON Pointer of the clause it rests on, in the policy as it is or would be."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A ballot as recorded; with its nonce, the proof that it is counted as it was cast."""

    proposal_id: int
    voter: str
    version: int
    """1 for the first; the highest of a voter counts."""
    choice: Choice
    reason: str
    clause: str
    patch_sha256: str
    nonce: str
    commitment: str
    at: datetime
    ledger_seq: int
    ledger_hash: str
    """The ledger event that holds the commitment."""


def cast(session: Session, voter: Identity, proposal_id: int, vote: Vote, clock: Clock) -> Receipt:
    """Record a ballot, or a new version of one.

    Raise NotFound where there is no such proposal, Forbidden where the voter is not on its roll, Conflict
    where it is not being voted on or the hash is not that of its patch, and RuleBroken where a block
    gives no reason or no clause.
    """
    case, now = _open(session, voter, proposal_id, clock)
    if not roll.holds(session, case.id, voter.member_id, lock=True):
        raise Forbidden("You are not on the roll of this vote, which was frozen before it began.")
    if vote.patch_sha256 != case.patch_sha256:
        fault = Fault("/patch_sha256", f"The patch being voted on is {case.patch_sha256}.")
        raise Conflict("This ballot is for another patch.", faults=(fault,))
    reason = prose(vote.reason, "/reason", longest=LONGEST_REASON)
    _check_block(session, case, vote, reason)
    clause = vote.clause if vote.choice is Choice.BLOCK else ""
    nonce = secrets.token_hex(16)
    ballot = Ballot(
        proposal_id=case.id,
        member_id=voter.member_id,
        version=_last_version(session, case.id, voter.member_id) + 1,
        choice=vote.choice.value,
        reason=reason,
        clause=clause,
        patch_sha256=vote.patch_sha256,
        nonce=nonce,
        commitment=commitment(vote.choice.value, reason, clause, nonce),
        ledger_seq=0,
        at=now,
    )
    event = append(session, "ballot.cast", _told(ballot, voter), now)
    ballot.ledger_seq = event.seq
    session.add(ballot)
    session.flush()
    return _receipt(ballot, voter.handle, event.hash)


def own(session: Session, voter: Identity, proposal_id: int, now: datetime) -> Receipt:
    """Return the ballot that counts for a member, at any time; raise NotFound where they cast none."""
    case = cases.visible(session, voter, proposal_id, now)
    statement = _counting(case.id).where(col(Ballot.member_id) == voter.member_id)
    found = session.execute(statement).one_or_none()
    if found is None:
        raise NotFound
    return _receipt(*found)


def revealed(
    session: Session, viewer: Identity, proposal_id: int, now: datetime, *, after: str | None, limit: int
) -> list[Receipt]:
    """Return the ballots that counted, in the order of their voters' handles, from the first past ``after``.

    Raise NotFound where there is no such proposal, and Conflict where they have not been counted yet:
    until then nobody's choice is told to others.
    """
    case = cases.visible(session, viewer, proposal_id, now)
    if case.tallied_at is None:
        raise Conflict("Ballots are hidden until the vote has closed and been counted.")
    statement = _counting(case.id).limit(limit)
    if after is not None:
        statement = statement.where(col(Member.handle) > after)
    return [_receipt(*row) for row in session.execute(statement)]


def counting(session: Session, proposal_id: int) -> list[Receipt]:
    """Return every ballot that counts, in the order of handles; for the count, which reveals them."""
    return [_receipt(*row) for row in session.execute(_counting(proposal_id))]


def _open(session: Session, voter: Identity, proposal_id: int, clock: Clock) -> tuple[Case, datetime]:
    """Hold a proposal that is being voted on, and return it with the time after the lock was got.

    Voters share the lock and the count does not, so no ballot lands after the count. The first voter
    draws the roll where no job has, and holds the proposal alone for that.
    """
    frozen = select(col(Proposal.roll_frozen_at)).where(col(Proposal.id) == proposal_id)
    shared = session.execute(frozen).scalar_one_or_none() is not None
    cases.lock(session, proposal_id, shared=shared)
    now = clock.now(session)
    case = cases.visible(session, voter, proposal_id, now)
    stage = case.stage
    if stage.state is not State.VOTING:
        raise Conflict(f"No ballots are taken: this proposal is in the state {stage.state.value!r}.")
    if case.roll_frozen_at is None:
        roll.freeze(session, case, stage.since, now)
    return case, now


def _check_block(session: Session, case: Case, vote: Vote, reason: str) -> None:
    if vote.choice is not Choice.BLOCK:
        return
    faults = []
    if not reason:
        faults.append(Fault("/reason", "Say why you block."))
    if not any(vote.clause in leaves(parse(text)) for text in texts(session, case.id)):
        faults.append(Fault("/clause", "Name a clause of this policy, as it is or would be."))
    if faults:
        raise RuleBroken("A block gives its reason and names a clause.", faults=tuple(faults))


def _last_version(session: Session, proposal_id: int, member_id: int) -> int:
    """Return the number of the member's newest ballot, 0 for none; their roll entry is locked."""
    newest = select(func.coalesce(func.max(col(Ballot.version)), 0)).where(
        col(Ballot.proposal_id) == proposal_id, col(Ballot.member_id) == member_id
    )
    return int(session.execute(newest).scalar_one())


def _told(ballot: Ballot, voter: Identity) -> dict[str, Any]:
    """Return what the ledger is told of a ballot: that it was cast, and nothing of what it says."""
    return {
        "proposal": str(ballot.proposal_id),
        "voter": voter.handle,
        "version": ballot.version,
        "patch_sha256": ballot.patch_sha256,
        "commitment": ballot.commitment,
    }


def _counting(proposal_id: int) -> Select[*tuple[Any, ...]]:
    """Return the statement for the newest version of everybody's ballot, by handle."""
    return (
        select(Ballot, col(Member.handle), col(LedgerEvent.hash))
        .join(Member, col(Member.id) == col(Ballot.member_id))
        .join(LedgerEvent, col(LedgerEvent.seq) == col(Ballot.ledger_seq))
        .where(col(Ballot.proposal_id) == proposal_id, cases.is_final())
        .order_by(col(Member.handle))
    )


def _receipt(ballot: Ballot, voter: str, ledger_hash: str) -> Receipt:
    return Receipt(
        proposal_id=ballot.proposal_id,
        voter=voter,
        version=ballot.version,
        choice=Choice(ballot.choice),
        reason=ballot.reason,
        clause=ballot.clause,
        patch_sha256=ballot.patch_sha256,
        nonce=ballot.nonce,
        commitment=ballot.commitment,
        at=ballot.at,
        ledger_seq=ballot.ledger_seq,
        ledger_hash=ledger_hash,
    )
