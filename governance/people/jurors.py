"""Jurors: those who were drawn, what they think, and who follows those who step down.

A verdict is for, against or unsure, with its reason, and is shown to everybody at once. It decides nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, literal, select, update
from sqlmodel import Session, col

from coop import notices, sortition
from coop.book import Book
from coop.clock import Clock
from coop.errors import Conflict, Fault, Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from coop.ledger import append
from coop.names import prose
from coop.notices import Tidings
from coop.tables import Member
from governance import cases
from governance.case import Case
from governance.facts import State
from governance.people.tables import Juror, Jury
from governance.state_words import stands

SITTING = frozenset({State.DELIBERATION, State.VERIFICATION})
"""While a proposal is in one of these, its jury is drawn and tells what it thinks."""
LONGEST_REASON = 4000
"""In characters."""


class Verdict(StrEnum):
    """What a juror thinks of a proposal."""

    FOR = "for"
    AGAINST = "against"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Seat:
    """A juror."""

    handle: str
    position: int
    """Place in the draw, from 0; whoever steps down is followed by the next."""
    declined_at: datetime | None
    verdict: Verdict | None
    reason: str
    verdict_at: datetime | None


def jury_of(session: Session, proposal_id: int) -> Jury | None:
    """Return the jury of a proposal, if one was drawn."""
    return session.scalars(select(Jury).where(col(Jury.proposal_id) == proposal_id)).one_or_none()


def seat(
    session: Session, book: Book, case: Case, jury_id: int, member_id: int, position: int, now: datetime
) -> None:
    """Put a member on a jury, and tell them."""
    session.add(Juror(jury_id=jury_id, member_id=member_id, position=position))
    session.flush()
    tidings = Tidings(
        topic="jury",
        subject=case.id,
        moment="drawn",
        line=f"You were drawn by lot to look closely: {case.title}",
        detail="Tell the others what you think of it and why, or step down and the next in the draw follows.",
        path=f"/proposals/{case.id}",
        at=now,
        until=None if case.times is None else case.times.voting_at,
        turn=position,
    )
    notices.tell(session, book, tidings, select(literal(member_id)), now)


def seats(session: Session, jury_id: int) -> list[Seat]:
    """Return the jurors of a jury in the order in which they were drawn."""
    rows = session.execute(
        select(
            col(Member.handle),
            col(Juror.position),
            col(Juror.declined_at),
            col(Juror.verdict),
            col(Juror.reason),
            col(Juror.verdict_at),
        )
        .join(Member, col(Member.id) == col(Juror.member_id))
        .where(col(Juror.jury_id) == jury_id)
        .order_by(col(Juror.position))
    )
    return [
        Seat(
            handle=row.handle,
            position=row.position,
            declined_at=row.declined_at,
            verdict=None if row.verdict is None else Verdict(row.verdict),
            reason=row.reason,
            verdict_at=row.verdict_at,
        )
        for row in rows
    ]


def step_down(session: Session, member: Identity, book: Book, proposal_id: int, clock: Clock) -> None:
    """Leave a jury without a verdict: the next in the draw follows, if there is one.

    Nothing happens where the member has stepped down. Raise NotFound or Forbidden where they are on no such
    jury, Conflict where it sits no longer or they have told what they think.
    """
    case, jury, juror, now = _sit(session, member, proposal_id, clock)
    if juror.declined_at is not None:
        return
    if juror.verdict is not None:
        raise Conflict("You have told what you think; say that you are unsure instead.")
    _change(session, juror, declined_at=now)
    pool = _handles(session, jury.pool)
    seated = session.execute(select(func.count()).where(col(Juror.jury_id) == jury.id)).scalar_one()
    follows = sortition.order(jury.seed, pool.keys())[seated : seated + 1]
    for handle in follows:
        seat(session, book, case, jury.id, pool[handle], seated, now)
    told = {"proposal": str(case.id), "juror": member.handle, "follows": follows[0] if follows else None}
    append(session, "jury.declined", told, now)


def tell(
    session: Session, member: Identity, proposal_id: int, verdict: Verdict, reason: str, clock: Clock
) -> None:
    """Tell everybody what one thinks, or tell it anew: the last word stands.

    Raise NotFound or Forbidden where the member is on no such jury, Conflict where it sits no longer or they
    stepped down, and RuleBroken where they do not say why.
    """
    said = prose(reason, "/reason", longest=LONGEST_REASON)
    if not said:
        raise RuleBroken("A verdict gives its reason.", faults=(Fault("/reason", "Say why."),))
    case, _, juror, now = _sit(session, member, proposal_id, clock)
    if juror.declined_at is not None:
        raise Conflict("You stepped down from this jury, and another follows you.")
    _change(session, juror, verdict=verdict.value, reason=said, verdict_at=now)
    told = {"proposal": str(case.id), "juror": member.handle, "verdict": verdict.value, "reason": said}
    append(session, "jury.verdict", told, now)


def _sit(
    session: Session, member: Identity, proposal_id: int, clock: Clock
) -> tuple[Case, Jury, Juror, datetime]:
    """Lock a proposal whose jury sits, and return it with the member's own place on it."""
    cases.lock(session, proposal_id)
    now = clock.now(session)
    case = cases.visible(session, member, proposal_id, now)
    jury = jury_of(session, case.id)
    if jury is None:
        raise NotFound
    juror = session.get(Juror, (jury.id, member.member_id), populate_existing=True)
    if juror is None:
        raise Forbidden("You were not drawn for this jury.")
    if case.stage.state not in SITTING:
        raise Conflict(f"Its jury sits no longer: this proposal {stands(case.stage.state)}.")
    return case, jury, juror, now


def _change(session: Session, juror: Juror, **values: object) -> None:
    own = (col(Juror.jury_id) == juror.jury_id, col(Juror.member_id) == juror.member_id)
    session.execute(update(Juror).where(*own).values(**values))


def _handles(session: Session, member_ids: list[int]) -> dict[str, int]:
    rows = session.execute(select(col(Member.handle), col(Member.id)).where(col(Member.id).in_(member_ids)))
    return {row.handle: row.id for row in rows}
