"""Reports, juries and their votes, as tests need them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from audience.cases import advancing, juries, reports, subject
from audience.cases.outcome import Vote
from audience.cases.reports import Filed
from audience.cases.tables import Case, CaseJuror, JuryService
from audience.moderation.case_rules import Measure, Outcome
from audience.moderation.tables import Decision
from audience.tables import Post, Reply
from coop.book import Book
from coop.checkpoint_tables import Checkpoint
from coop.clock import Clock
from coop.identity import Identity
from coop.tables import LedgerEvent, Member
from tests.audience.factories import NOW
from tests.factories import id_of, identity_of, make_members

LATER = NOW + timedelta(minutes=11)
"""When a jury is drawn that was called at ``NOW``, though the ledger stands still."""


@dataclass
class Standing(Clock):
    """A clock that stands still."""

    moment: datetime = LATER

    def now(self, session: Session) -> datetime:
        return self.moment


def make_jurors(session: Session, number: int = 9) -> list[Identity]:
    """Make members who offer to judge, and sign the ledger as it stands."""
    members = make_members(session, number)
    session.add_all(JuryService(member_id=id_of(one), since=NOW) for one in members)
    if session.scalar(select(func.count()).select_from(Checkpoint)) == 0:
        size = session.scalar(select(func.max(col(LedgerEvent.seq)))) or 1
        session.add(Checkpoint(size=size, root=bytes(32), note="", key="", at=NOW - timedelta(days=1)))
    session.flush()
    return [identity_of(one) for one in members]


def thing_of(session: Session, made: Post | Reply) -> subject.Subject:
    """Return a post or reply as a subject, as if it had been delivered."""
    return subject.subject(
        session,
        made.id if isinstance(made, Post) else None,
        made.id if isinstance(made, Reply) else None,
    )


def report(
    session: Session,
    book: Book,
    made: Post | Reply,
    *reporters: Identity,
    ground: str = "attack",
    words: str = "",
    now: datetime = NOW,
) -> list[Filed]:
    """Have some members report a thing."""
    thing = thing_of(session, made)
    return [reports.report(session, one, book, thing, ground, words, now) for one in reporters]


def case_of(session: Session, made: Post | Reply) -> Case:
    """Return the latest case about a thing."""
    column = col(Case.post_id) if isinstance(made, Post) else col(Case.reply_id)
    wanted = select(Case).where(column == made.id).order_by(col(Case.opened_at).desc(), col(Case.id).desc())
    return session.scalars(wanted.limit(1)).one()


def draw(session: Session, book: Book, made: Post | Reply, now: datetime = LATER) -> list[Identity]:
    """Have the worker draw the jury of the case about a thing, and return those who sit."""
    case = case_of(session, made)
    advancing.step(session, book, case.id, now)
    return jury(session, case)


def jury(session: Session, case: Case) -> list[Identity]:
    """Return those who sit on the jury of a case, in the order of the draw."""
    wanted = (
        select(Member)
        .join(CaseJuror, col(CaseJuror.member_id) == col(Member.id))
        .where(col(CaseJuror.case_id) == case.id, col(CaseJuror.left_at).is_(None))
        .order_by(col(CaseJuror.position))
    )
    return [identity_of(one) for one in session.scalars(wanted)]


def vote(
    session: Session,
    book: Book,
    case: Case,
    jurors: Sequence[Identity],
    *outcomes: Outcome,
    measure: Measure = "nothing",
    bad_faith: bool = False,
    now: datetime = LATER,
) -> None:
    """Have jurors vote, each for one of the outcomes; where it is one, all for it."""
    said = outcomes * len(jurors) if len(outcomes) == 1 else outcomes
    for juror, outcome in zip(jurors, said, strict=True):
        ballot = Vote(outcome, "nothing" if outcome == "none" else measure, bad_faith)
        juries.vote(session, juror, book, case.id, ballot, Standing(moment=now))


def in_force(session: Session, made: Post | Reply) -> Decision | None:
    """Return the decision in force on a thing."""
    column = col(Decision.post_id) if isinstance(made, Post) else col(Decision.reply_id)
    wanted: Any = select(Decision).where(column == made.id, col(Decision.ended_at).is_(None))
    found: Decision | None = session.scalars(wanted.where(col(Decision.dry_run).is_(False))).one_or_none()
    return found
