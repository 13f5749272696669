"""Juries: what those do who were drawn to judge a case.

They see it with identities masked, talk to each other as numbers, and vote once. Law 7: for whoever was not
drawn, or left, there is no such case. A juror whom something ties to the author by now cannot vote: their
place is given to the next in the draw, and they are told which clause says so.

Each act takes the case's row first, so a vote and the close of a case come one after another, and the last
vote closes it.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from audience.cases import ballots, closing, drawing, pool
from audience.cases.outcome import Vote
from audience.cases.sight import Sight, sight
from audience.cases.tables import Case, CaseJuror, CaseRemark, JuryService
from audience.moderation.rules import MODERATION, ModerationRules
from coop.book import Book
from coop.clock import Clock
from coop.errors import Conflict, Fault, Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from coop.ids import new_id
from coop.names import prose

LONGEST_REMARK = 2000
"""In characters."""


def offer(session: Session, member: Identity, now: datetime) -> None:
    """Offer to judge; nothing happens where one has."""
    if session.get(JuryService, member.member_id) is None:
        session.add(JuryService(member_id=member.member_id, since=now))
        session.flush()


def withdraw(session: Session, member: Identity) -> None:
    """Judge no further cases; those that one was drawn for stay until one steps down."""
    found = session.get(JuryService, member.member_id)
    if found is not None:
        session.delete(found)
        session.flush()


def offered(session: Session, member: Identity) -> datetime | None:
    """Return since when a member has offered to judge; None where they have not."""
    found = session.get(JuryService, member.member_id)
    return None if found is None else found.since


def mine(session: Session, member: Identity) -> Sequence[Case]:
    """Return the open cases that a member judges, those due first at the top."""
    wanted = (
        select(Case)
        .join(CaseJuror, col(CaseJuror.case_id) == col(Case.id))
        .where(col(CaseJuror.member_id) == member.member_id, col(CaseJuror.left_at).is_(None))
        .where(col(Case.closed_at).is_(None))
        .order_by(col(Case.due_at), col(Case.id))
    )
    return session.scalars(wanted).all()


def read(session: Session, member: Identity, case_id: int) -> Sight:
    """Return a case that one judges, or judged; raise NotFound for any other."""
    case, juror = _place(session, member, case_id)
    return sight(session, case, juror)


def say(session: Session, member: Identity, case_id: int, body: str, clock: Clock) -> Sight:
    """Say something to the other jurors, who know one by a number alone.

    Raise NotFound where one does not judge this case, RuleBroken where nothing is said, and Conflict where it
    is closed.
    """
    said = prose(body, "/body", longest=LONGEST_REMARK)
    if not said:
        raise RuleBroken("Say something.", faults=(Fault("/body", "This is empty."),))
    case, juror, now = _sit(session, member, case_id, clock)
    session.add(CaseRemark(id=new_id(now), case_id=case.id, member_id=member.member_id, body=said, at=now))
    session.flush()
    return sight(session, case, juror)


def vote(session: Session, member: Identity, book: Book, case_id: int, said: Vote, clock: Clock) -> Sight:
    """Vote, once and for good; the last vote closes the case.

    Raise NotFound where one does not judge this case, Conflict where it is closed or one has voted, Forbidden
    where something ties one to the author by now, and RuleBroken for what this jury does not choose from.
    """
    case, juror, now = _sit(session, member, case_id, clock)
    if juror.voted_at is not None:
        raise ballots.refuse_second()
    _check_free(session, member, book, case, now)
    ballots.cast_ballot(session, case, juror, said, now)
    waiting = select(col(CaseJuror.member_id)).where(
        col(CaseJuror.case_id) == case.id, col(CaseJuror.left_at).is_(None), col(CaseJuror.voted_at).is_(None)
    )
    if session.scalar(waiting.limit(1)) is None:
        closing.decide(session, book, case, now)
    return sight(session, case, juror)


def step_down(session: Session, member: Identity, book: Book, case_id: int, clock: Clock) -> None:
    """Leave a jury without a vote: the next in the draw follows, if there is one.

    Raise NotFound where one does not judge this case, and Conflict where it is closed or one has voted.
    """
    case, juror, now = _sit(session, member, case_id, clock)
    if juror.voted_at is not None:
        raise Conflict("You have voted, and nobody can take that back: there is nothing to step down from.")
    leave(session, book, case, juror, "stepped_down", now)


def leave(session: Session, book: Book, case: Case, juror: CaseJuror, why: str, now: datetime) -> None:
    """Take a juror's place from them, and give it to the next in the draw."""
    juror.left_at, juror.left_why = now, why
    session.flush()
    drawing.follow(session, book, case, now)


def _check_free(session: Session, member: Identity, book: Book, case: Case, now: datetime) -> None:
    """Raise Forbidden where something ties a juror to the author: the job gives their place to another."""
    rules = book.rules(MODERATION, ModerationRules).juries
    if member.member_id in pool.conflicted(session, rules, now, case).get(case.id, ()):
        detail = "Something ties you to whoever made this by now, so another judges it in your place."
        clause = book.cite(MODERATION, "/juries/conflicts")
        raise Forbidden(detail, faults=(Fault("", detail, clause),))


def _place(session: Session, member: Identity, case_id: int) -> tuple[Case, CaseJuror]:
    juror = session.get(CaseJuror, (case_id, member.member_id), populate_existing=True)
    if juror is None or juror.left_at is not None:
        raise NotFound
    return session.get_one(Case, case_id, populate_existing=True), juror


def _sit(session: Session, member: Identity, case_id: int, clock: Clock) -> tuple[Case, CaseJuror, datetime]:
    """Lock a case that one judges and that is open, and return it, one's place and the time by then."""
    _place(session, member, case_id)
    session.scalars(select(Case).where(col(Case.id) == case_id).with_for_update()).one()
    now = clock.now(session)
    case, juror = _place(session, member, case_id)
    if case.closed_at is not None or case.due_at is None or now >= case.due_at:
        raise Conflict("This case is closed: its time is over, or all have voted.")
    return case, juror, now
