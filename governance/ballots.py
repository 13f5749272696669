"""Ballots: casting one, changing it while voting lasts, and reading it back.

Law 4: one member, one ballot: the voter is on the frozen roll, the last version counts, and all versions
stay. Law 5: a ballot names the hash of the patch that it was shown.

What was chosen is hidden until the close: the ledger gets a commitment when the ballot is cast, and what
it was made of when it is counted.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select, text
from sqlmodel import Session, col

from coop.clock import Clock
from coop.errors import Conflict, Fault, Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from coop.ledger import entry
from coop.names import prose
from coop.policy_text import leaves, parse
from coop.tables import LedgerEvent, Member
from governance import cases, counting, options, roll
from governance.case import Case
from governance.commitment import commitment
from governance.dossier import texts
from governance.options import Said
from governance.people.secrecy import SECRET
from governance.state_words import stands
from governance.tables import Ballot
from governance.tally import Choice

LONGEST_REASON = 2000
"""In characters."""


@dataclass(frozen=True, slots=True)
class Vote:
    """What a voter says."""

    choice: Choice
    patch_sha256: str
    """Hash of what the voter was shown."""
    reason: str = ""
    clause: str = ""
    """For a block: JSON Pointer of the clause it rests on, in the policy as it is or would be."""
    marks: tuple[int, ...] | None = None
    """Places of options, ranked with the most preferred first, or approved."""
    value: Decimal | None = None
    """The number named."""
    rehearsal_sha256: str | None = None
    """What stands for the rehearsals that the voter was shown; None where there are none."""


@dataclass(frozen=True, slots=True)
class Held:
    """A proposal that is being voted on, held so that it is not counted while one member votes."""

    case: Case
    now: datetime
    """The time after the lock was got."""
    on_roll: bool
    """Whether the voter is on the frozen roll; other ballots of theirs then wait for this one."""
    version: int
    """Of the voter's newest ballot; 0 where they cast none."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A ballot as recorded; with its nonce, the proof that it is counted as it was cast."""

    proposal_id: int
    voter: str
    version: int
    """1 for the first; the highest of a voter counts."""
    said: Said
    patch_sha256: str
    rehearsal_sha256: str | None
    nonce: str
    commitment: str
    at: datetime
    ledger_seq: int
    ledger_hash: str
    """The ledger event that holds the commitment."""


_HOLD = text("SELECT open, on_roll, version FROM vote_hold(:proposal, :member)")
# One round trip with the head of the ledger locked, and the commit: that is all that holds up other voters.
_RECORD = text("""
WITH event AS MATERIALIZED (SELECT seq, hash FROM ledger_append(:at, :type, :payload)), kept AS (
  INSERT INTO ballot (proposal_id, member_id, version, choice, marks, value, reason, clause, patch_sha256,
                      rehearsal_sha256, nonce, commitment, ledger_seq, at)
  SELECT :proposal_id, :member_id, :version, :choice, :marks, :value, :reason, :clause, :patch_sha256,
         :rehearsal_sha256, :nonce, :commitment, seq, :now FROM event
)
SELECT seq, hash FROM event
""")


def cast(session: Session, voter: Identity, proposal_id: int, vote: Vote, clock: Clock) -> Receipt:
    """Record a ballot, or a new version of one.

    Raise NotFound where there is no such proposal, Forbidden where the voter is not on its roll, Conflict
    where it is not being voted on or the hash is not that of its patch, and RuleBroken where a block
    gives no reason or no clause.
    """
    held = hold(session, voter, proposal_id, clock)
    case, now = held.case, held.now
    if case.kind in SECRET:
        raise Conflict("One votes on people in secret: send this ballot as a secret one.")
    if not held.on_roll:
        raise Forbidden("You are not on the roll of this vote, which was frozen before it began.")
    check_binding(case, vote)
    said = _said(session, case, vote)
    nonce = secrets.token_hex(16)
    ballot = Ballot(
        proposal_id=case.id,
        member_id=voter.member_id,
        version=held.version + 1,
        choice=said.choice.value,
        marks=said.marks,
        value=said.value,
        reason=said.reason,
        clause=said.clause,
        patch_sha256=vote.patch_sha256,
        rehearsal_sha256=vote.rehearsal_sha256,
        nonce=nonce,
        commitment=commitment(said.as_json(), nonce),
        ledger_seq=0,
        at=now,
    )
    told = entry("ballot.cast", _told(ballot, voter), now)
    row = (
        session.connection()
        .execute(_RECORD, ballot.model_dump(exclude={"ledger_seq", "at"}) | {"now": now, **told})
        .one()
    )
    ballot.ledger_seq = row.seq
    return _receipt(ballot, voter.handle, row.hash)


def own(session: Session, voter: Identity, proposal_id: int) -> Receipt:
    """Return the ballot that counts for a member, at any time; raise NotFound where they cast none."""
    statement = _counting(proposal_id).where(col(Ballot.member_id) == voter.member_id)
    found = session.execute(statement).one_or_none()
    if found is None:
        raise NotFound
    return _receipt(*found)


def revealed(session: Session, case: Case, *, after: str | None, limit: int) -> list[Receipt]:
    """Return the ballots that counted, in the order of their voters' handles, from the first past ``after``.

    For a proposal that the reader may see. Raise Conflict where they have not been counted yet: until then
    nobody's choice is told to others.
    """
    if case.tallied_at is None:
        raise Conflict("Ballots are hidden until the vote has closed and been counted.")
    statement = _counting(case.id).limit(limit)
    if after is not None:
        statement = statement.where(col(Member.handle) > after)
    return [_receipt(*row) for row in session.execute(statement)]


def counting_ones(session: Session, proposal_id: int) -> list[Receipt]:
    """Return every ballot that counts, in the order of handles; for the count, which reveals them."""
    return [_receipt(*row) for row in session.execute(_counting(proposal_id))]


def hold(session: Session, voter: Identity, proposal_id: int, clock: Clock) -> Held:
    """Hold a proposal that is being voted on for one voter, and return it as it is then.

    Voters share the lock and the count does not, so no ballot lands after the count. The first voter
    draws the roll where no job has, and holds the proposal alone for that. Raise NotFound where there is no
    such proposal, Conflict where it is not being voted on.
    """
    # Whoever comes too late is refused without the lock: however many they are, the count gets it.
    case = _taking(session, voter, proposal_id, clock)
    wanted = {"proposal": proposal_id, "member": voter.member_id}
    found = session.connection().execute(_HOLD, wanted).one_or_none()
    if found is None:
        cases.lock(session, proposal_id)
        case = _taking(session, voter, proposal_id, clock)
        if case.roll_frozen_at is None:
            roll.freeze(session, case, case.stage.since, case.read_at)
        found = session.connection().execute(_HOLD, wanted).one()
        return Held(cases.one(session, proposal_id, case.read_at), case.read_at, found.on_roll, found.version)
    now, closes_at = clock.now(session), case.ballots_close_at
    if case.roll_frozen_at is None or not found.open or closes_at is None or now >= closes_at:
        case = _taking(session, voter, proposal_id, clock)
        now = case.read_at
    return Held(case, now, found.on_roll, found.version)


def _taking(session: Session, voter: Identity, proposal_id: int, clock: Clock) -> Case:
    """Return a proposal that takes ballots now; raise NotFound for none such, else Conflict."""
    case = cases.visible(session, voter, proposal_id, clock.now(session))
    if not case.takes_ballots:
        raise Conflict(f"No ballots are taken: this proposal {stands(case.stage.state)}.")
    return case


def check_binding(case: Case, vote: Vote) -> None:
    """Raise Conflict where a ballot is for another patch or another rehearsal than those voted on (law 5)."""
    if vote.patch_sha256 != case.patch_sha256:
        fault = Fault("/patch_sha256", f"What is being voted on is {case.patch_sha256}.")
        raise Conflict("This ballot is for another patch.", faults=(fault,))
    if vote.rehearsal_sha256 != case.rehearsal_sha256:
        shown = case.rehearsal_sha256 or "none"
        fault = Fault("/rehearsal_sha256", f"The rehearsal to be seen before voting is {shown}.")
        raise Conflict("This ballot was made before another rehearsal.", faults=(fault,))


def _said(session: Session, case: Case, vote: Vote) -> Said:
    """Return what a vote says, once it was found to answer what is asked; raise RuleBroken otherwise."""
    reason = prose(vote.reason, "/reason", longest=LONGEST_REASON)
    clause = vote.clause if vote.choice is Choice.BLOCK else ""
    said = options.said(case.method, case.options, vote.choice, reason, clause, vote.marks, vote.value)
    if vote.choice is Choice.BLOCK:
        check_reasoned(session, case.id, reason, clause, "A block gives its reason and names a clause.")
    return said


def check_reasoned(session: Session, proposal_id: int, reason: str, clause: str, rule: str) -> None:
    """Raise RuleBroken, saying ``rule``, where there is no reason, or no such clause in either text."""
    faults = []
    if not reason:
        faults.append(Fault("/reason", "Say why."))
    if not any(clause in leaves(parse(text)) for text in texts(session, proposal_id)):
        faults.append(Fault("/clause", "Name a clause of this policy, as it is or would be."))
    if faults:
        raise RuleBroken(rule, faults=tuple(faults))


def _told(ballot: Ballot, voter: Identity) -> dict[str, Any]:
    """Return what the ledger is told of a ballot: that it was cast, and nothing of what it says."""
    return {
        "proposal": str(ballot.proposal_id),
        "voter": voter.handle,
        "version": ballot.version,
        "patch_sha256": ballot.patch_sha256,
        "rehearsal_sha256": ballot.rehearsal_sha256,
        "commitment": ballot.commitment,
    }


def _counting(proposal_id: int) -> Select[*tuple[Any, ...]]:
    """Return the statement for the newest version of everybody's ballot, by handle."""
    return (
        select(Ballot, col(Member.handle), col(LedgerEvent.hash))
        .join(Member, col(Member.id) == col(Ballot.member_id))
        .join(LedgerEvent, col(LedgerEvent.seq) == col(Ballot.ledger_seq))
        .where(col(Ballot.proposal_id) == proposal_id, counting.is_final())
        .order_by(col(Member.handle))
    )


def _receipt(ballot: Ballot, voter: str, ledger_hash: str) -> Receipt:
    return Receipt(
        proposal_id=ballot.proposal_id,
        voter=voter,
        version=ballot.version,
        said=Said(Choice(ballot.choice), ballot.reason, ballot.clause, ballot.marks, ballot.value),
        patch_sha256=ballot.patch_sha256,
        rehearsal_sha256=ballot.rehearsal_sha256,
        nonce=ballot.nonce,
        commitment=ballot.commitment,
        at=ballot.at,
        ledger_seq=ballot.ledger_seq,
        ledger_hash=ledger_hash,
    )
