"""Juries: some members, drawn by lot, look closely at a proposal and tell the others what they think.

Advice and nothing more: no state and no count depends on it. The pool is everybody who could vote on the
proposal when its deliberation began, but its author and its sponsors. The seed is made of the pool's hash
and of the first checkpoint over the event that began deliberation (:mod:`coop.sortition`), so
nobody who signs a proposal knows whom it will draw, and anyone can draw again. What remains is the trust in
whoever runs the server not to hold a checkpoint back until a draw suits them; checkpoints come by the second
and each holds whatever all members did meanwhile.

Law 14: the draw follows from recorded facts, so a job that comes late, or twice, draws the same jury.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from coop import sortition
from coop.book import Book
from coop.checkpoint_tables import Checkpoint
from coop.clock import Clock
from coop.database import Database
from coop.due_rows import one_by_one
from coop.errors import Conflict
from coop.identity import Identity
from coop.ids import new_id
from coop.ledger import append
from coop.policies import Books
from coop.tables import Member
from governance import cases, roll
from governance.case import Case
from governance.people import jurors
from governance.people.jurors import SITTING, Seat, jury_of
from governance.people.secrecy import SECRET
from governance.people.tables import Jury
from governance.places import recorded
from governance.tables import Proposal, Sponsor

BEGINNINGS = ("proposal.submitted", "proposal.sponsored")
"""Types of the events that can begin a deliberation."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A jury, and all that anyone needs to draw it again."""

    size: int
    pool: list[str]
    pool_sha256: str
    checkpoint: str
    """Root hash, in hex, of the first checkpoint over the event that began deliberation."""
    checkpoint_size: int
    seed: str
    drawn_at: datetime
    seats: list[Seat]
    """In the order of the draw."""


@dataclass(frozen=True, slots=True)
class JuryRead:
    """The jury of a proposal as its page tells it."""

    panel: Panel | None
    why: str
    """Why there is none, in a sentence; empty where there is one."""


def draw_due(database: Database, books: Books, clock: Clock) -> int:
    """Draw the juries that can be drawn, one a transaction, and return how many that were."""
    with database.begin() as session:
        waiting = [case.id for case in _waiting(session, clock.now(session))]
    return one_by_one(
        database,
        "juries",
        reversed(waiting),
        lambda session, one: draw(session, books.current(session), one, clock),
    )


def draw(session: Session, book: Book, proposal_id: int, clock: Clock) -> bool:
    """Draw the jury of a proposal; say whether there was one to draw.

    None is drawn where the pool is smaller than a jury, or no checkpoint covers the beginning yet. Somebody
    else's lock is not waited for.
    """
    if not cases.lock(session, proposal_id, skip_locked=True):
        return False
    now = clock.now(session)
    case = cases.one(session, proposal_id, now)
    if not _wanted(case) or jury_of(session, proposal_id) is not None:
        return False
    pool, checkpoint, size = _pool(session, case), _checkpoint(session, case), case.rules.juries.size
    if checkpoint is None or len(pool) < size:
        return False
    hashed, root = sortition.pool_sha256(pool.keys()), checkpoint.root.hex()
    seed = sortition.seed(root, hashed)
    drawn = sortition.draw(seed, pool.keys(), size)
    jury = Jury(
        id=new_id(now),
        proposal_id=case.id,
        size=size,
        pool=[pool[handle] for handle in sorted(pool)],
        pool_sha256=hashed,
        checkpoint=root,
        checkpoint_size=checkpoint.size,
        seed=seed,
        drawn_at=now,
    )
    session.add(jury)
    session.flush()
    for position, handle in enumerate(drawn):
        jurors.seat(session, book, case, jury.id, pool[handle], position, now)
    told: dict[str, Any] = {
        "proposal": str(case.id),
        "size": size,
        "pool": sorted(pool),
        "pool_sha256": hashed,
        "checkpoint": root,
        "checkpoint_size": checkpoint.size,
        "seed": seed,
        "jurors": list(drawn),
    }
    append(session, "jury.drawn", told, now)
    return True


def read(session: Session, case: Case) -> JuryRead:
    """Return the jury of a proposal that the reader may see."""
    jury = jury_of(session, case.id)
    if jury is None:
        return JuryRead(None, _why_none(session, case))
    handles = select(col(Member.handle)).where(col(Member.id).in_(jury.pool)).order_by(col(Member.handle))
    panel = Panel(
        size=jury.size,
        pool=list(session.execute(handles).scalars()),
        pool_sha256=jury.pool_sha256,
        checkpoint=jury.checkpoint,
        checkpoint_size=jury.checkpoint_size,
        seed=jury.seed,
        drawn_at=jury.drawn_at,
        seats=jurors.seats(session, jury.id),
    )
    return JuryRead(panel, "")


def draw_again(session: Session, member: Identity, proposal_id: int, now: datetime) -> None:
    """Raise Conflict: no jury is drawn by anybody, nor a second time; NotFound without such a proposal."""
    found = read(session, cases.visible(session, member, proposal_id, now))
    if found.panel is None:
        raise Conflict(f"Nobody draws a jury by hand. {found.why}")
    raise Conflict(
        f"This jury was drawn by the seed {found.panel.seed}, which followed from checkpoint "
        f"{found.panel.checkpoint} and the pool {found.panel.pool_sha256}: drawn again it is the same."
    )


def _waiting(session: Session, now: datetime) -> list[Case]:
    """Return the proposals that want a jury and have none, the newest first."""
    without = col(Proposal.id).not_in(select(col(Jury.proposal_id)))
    entered = col(Proposal.entry) == "deliberation"
    return [case for case in cases.find(session, now, *cases.OPEN, entered, without) if _wanted(case)]


def _wanted(case: Case) -> bool:
    """Say whether a jury is to be drawn now: a panel looks at changes, and never at people."""
    asked = case.facts.risk_class in case.rules.juries.classes and case.kind not in SECRET
    return asked and case.facts.entry == "deliberation" and case.stage.state in SITTING


def _why_none(session: Session, case: Case) -> str:
    if case.kind in SECRET:
        return "No jury looks at people."
    if case.facts.risk_class not in case.rules.juries.classes or case.facts.entry != "deliberation":
        return "No jury is asked for a proposal like this (voting /juries/classes)."
    if case.times is None:
        return "Its jury is drawn when deliberation begins."
    size, least = len(_pool(session, case)), case.rules.juries.size
    if size < least:
        return f"The pool is of {size}, too few for a jury (voting /juries/size = {least})."
    if case.stage.state in SITTING:
        return "Its jury is drawn once a checkpoint of the ledger covers the beginning of deliberation."
    return "It ended before its jury was drawn."


def _pool(session: Session, case: Case) -> dict[str, int]:
    """Return the ids of those who can be drawn, by handle."""
    if case.facts.sponsored_at is None:
        return {}
    began_at = case.facts.sponsored_at
    people = roll.electorate(case.scope, began_at, case.class_rules.tenure).subquery()
    signed = select(col(Sponsor.member_id)).where(
        col(Sponsor.proposal_id) == case.id, col(Sponsor.at) <= began_at
    )
    rows = session.execute(
        select(people.c.handle, people.c.id).where(people.c.id.not_in(signed), people.c.id != case.author_id)
    )
    return {row.handle: row.id for row in rows}


def _checkpoint(session: Session, case: Case) -> Checkpoint | None:
    """Return the first checkpoint over the event that began deliberation; None until it is signed."""
    if case.facts.sponsored_at is None:
        return None
    began = recorded(session, BEGINNINGS, case.id, case.facts.sponsored_at)
    covers = select(Checkpoint).where(col(Checkpoint.size) >= began.seq)
    return session.scalars(covers.order_by(col(Checkpoint.size)).limit(1)).one_or_none()
