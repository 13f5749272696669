"""Secret ballots: votes on people, which nobody can tie to whoever cast them.

Law 4: one member, one ballot: the roll entry says that a member has voted, under its own lock, and there is
no second ballot and no other one. The ballot itself names no voter and no time. The two are written in one
transaction, so each cast also writes some of the ballots before it anew, in an order drawn at random: neither
the places of the rows nor the transactions that wrote them tell which came with which voter. At the count
all are told in the order of what they say, and the rows are deleted; where too few have voted for the
election to be valid nothing is told of them.

What this does not keep. Whoever can read the database while the vote goes on, its log of changes (WAL), a
backup of that time, or the memory of the server, can see a ballot arrive with its voter; ballots that have
been written anew stay on disk until they are vacuumed. The first voters have no ballots to be mixed with
until others come. Where all ballots say the same, everybody knows what each said. And whoever keeps their
nonce can prove to others how they voted, if they want to or are made to. Ballots that hide a vote from
those who run the server need cryptography that no cooperative of this size runs well (Helios, Belenios).
"""

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlmodel import Session, col

from coop.clock import Clock
from coop.errors import Conflict, Fault, Forbidden, RuleBroken
from coop.identity import Identity
from coop.ledger import append
from governance import ballots, options
from governance.ballots import Vote
from governance.case import Case
from governance.outcome import Outcome
from governance.people.secrecy import SECRET
from governance.people.tables import SecretBallot
from governance.places import recorded
from governance.tables import RollEntry
from governance.tally import Choice

MIXED = 64
"""Most ballots that are written anew with each one."""

CHOICES = {"stv": Choice.RANKED, "approval": Choice.APPROVED}
"""By method: what a secret ballot does."""

_LOT = secrets.SystemRandom()


@dataclass(frozen=True, slots=True)
class SecretReceipt:
    """What a voter alone is told, once: by the nonce they find their ballot among those counted."""

    proposal_id: int
    marks: tuple[int, ...]
    patch_sha256: str
    nonce: str


@dataclass(frozen=True, slots=True)
class Counted:
    """A ballot as it was counted."""

    choice: Choice
    marks: tuple[int, ...]
    nonce: str


def cast(session: Session, voter: Identity, proposal_id: int, vote: Vote, clock: Clock) -> SecretReceipt:
    """Record a ballot in an election, for good.

    Raise NotFound where there is no such election, Forbidden where the voter is not on its roll, Conflict
    where it is not being voted on, the hash is not that of its slate, or the voter has voted, and
    RuleBroken where the ballot does not rank or approve candidates, or says more than that.
    """
    held = ballots.hold(session, voter, proposal_id, clock)
    case, now = held.case, held.now
    if case.kind not in SECRET:
        raise Conflict("This is no vote on people: one votes on it openly.")
    ballots.check_binding(case, vote)
    marks = _marks(case, vote)
    _mark(session, case.id, voter)
    nonce = secrets.token_hex(16)
    _mix_in(session, case.id, nonce, marks)
    append(session, "ballot.marked", {"proposal": str(case.id), "voter": voter.handle}, now)
    return SecretReceipt(case.id, tuple(marks), case.patch_sha256, nonce)


def reveal(session: Session, case: Case, outcome: Outcome) -> list[dict[str, Any]]:
    """Delete the ballots of an election, and return what is told of them, in the order of what they say.

    Nothing is told where too few took part. The caller holds the proposal's lock alone and has counted.
    """
    gone = delete(SecretBallot).where(col(SecretBallot.proposal_id) == case.id)
    rows = session.execute(gone.returning(col(SecretBallot.marks), col(SecretBallot.nonce))).all()
    if outcome.ballots < outcome.need:
        return []
    choice = CHOICES[case.method].value
    return [
        {"choice": choice, "marks": list(marks), "nonce": nonce} for marks, nonce in sorted(map(tuple, rows))
    ]


def counted(session: Session, case: Case, *, after: int, limit: int) -> list[Counted]:
    """Return the ballots that were counted, in the order in which they are told, past the first ``after``.

    For an election that the reader may see. Raise Conflict until its ballots were counted.
    """
    if case.tallied_at is None:
        raise Conflict("Ballots are hidden until the vote has closed and been counted.")
    event = recorded(session, ("proposal.tallied",), case.id, case.tallied_at)
    told = event.payload["ballots"][after : after + limit]
    return [Counted(Choice(one["choice"]), tuple(one["marks"]), one["nonce"]) for one in told]


def _marks(case: Case, vote: Vote) -> bytes:
    if vote.choice is not CHOICES[case.method]:
        detail = f"A vote on people is {CHOICES[case.method].value!r}; to take no side, cast no ballot."
        raise RuleBroken(options.WRONG, faults=(Fault("/choice", detail),))
    if vote.reason or vote.clause:
        detail = "Leave it empty: it would be told with the ballot, and could tell who wrote it."
        raise RuleBroken("A secret ballot gives no reason.", faults=(Fault("/reason", detail),))
    said = options.said(case.method, case.options, vote.choice, marks=vote.marks, value=vote.value)
    return said.marks or b""


def _mark(session: Session, proposal_id: int, voter: Identity) -> None:
    """Note on the roll that a member has voted; raise Forbidden off the roll, Conflict where they have."""
    own = (col(RollEntry.proposal_id) == proposal_id, col(RollEntry.member_id) == voter.member_id)
    entry = select(col(RollEntry.voted)).where(*own).with_for_update(key_share=True)
    voted = session.execute(entry).scalar_one_or_none()
    if voted is None:
        raise Forbidden("You are not on the roll of this vote, which was frozen before it began.")
    if voted:
        raise Conflict("You have voted. A secret ballot cannot be found again, so it cannot be changed.")
    session.execute(update(RollEntry).where(*own).values(voted=True))


def _mix_in(session: Session, proposal_id: int, nonce: str, marks: bytes) -> None:
    """Add a ballot, and write some of the others anew with it, all in an order drawn at random.

    Those that another voter is mixing at this moment are passed over, so nobody waits for anybody.
    """
    some = (
        select(col(SecretBallot.nonce))
        .where(col(SecretBallot.proposal_id) == proposal_id)
        .order_by(func.random())
        .limit(MIXED)
        .with_for_update(skip_locked=True)
        .cte("some")  # chosen once: a plain subquery could be run, and drawn, again for each row
    )
    taken = delete(SecretBallot).where(col(SecretBallot.nonce).in_(select(some.c.nonce)))
    rows = session.execute(taken.returning(col(SecretBallot.nonce), col(SecretBallot.marks))).all()
    mixed = [(nonce, marks), *((row.nonce, row.marks) for row in rows)]
    _LOT.shuffle(mixed)
    columns = ("proposal_id", "nonce", "marks")
    values = [dict(zip(columns, (proposal_id, *one), strict=True)) for one in mixed]
    session.execute(insert(SecretBallot), values)
