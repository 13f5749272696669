"""Votes on suspensions: opened where a jury asked for one, ended where it is not asked for any more.

Nobody proposes a suspension but a jury, so such a proposal has no author, and nobody amends it or takes it
back. It is of class C, for it is about who belongs. It is talked over like any other, so the member whom it
is about is heard, and they are told of it first. The vote is secret, and they are on its roll like everybody.

Law 14: what was asked for and the time alone decide; each step here is done once however many workers run.
Each takes the proposal first and then what was asked for (``coop/suspensions.py``), or that alone.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, literal, select
from sqlmodel import Session, col

from coop import notices, suspensions
from coop.book import COOP, Book
from coop.clock import Clock
from coop.database import Database
from coop.due_rows import PAGE, in_pages, one_by_one
from coop.membership_rules import NAME as MEMBERSHIP
from coop.membership_rules import MembershipRules
from coop.notices import Tidings
from coop.policies import Books
from coop.suspension_tables import SuspensionAsked
from coop.tables import Member, PolicyVersion
from governance import cases, succession
from governance.drafts import Draft
from governance.facts import State
from governance.patch import Terms
from governance.people.secrecy import SUSPENSION, suspension_options
from governance.people.tables import SuspensionVote
from governance.proposals import end
from governance.rules import RiskClass
from governance.subject import Subject
from governance.tables import Proposal

RISK_CLASS: RiskClass = "C"
TITLE = "Suspend a member for a time"
RATIONALE = (
    "A jury of members, drawn by lot, judged something that a member made, and asks all of us to suspend"
    " them. It suspends nobody. Members read below whom it is about, which by-law the jury found broken and"
    " how it voted. What it judged is not shown: not everybody who votes may read it."
)
WITHDRAWN = "A jury that looked again, because of an appeal, does not ask for it."
LEFT = "Whom it is about is no member any more."


def advance(database: Database, books: Books, clock: Clock) -> int:
    """Open the votes that juries asked for and end those that they ask for no more; return how many."""

    def open_asked(session: Session, asked_id: int) -> int:
        return open_one(session, books.current(session), asked_id, clock.now(session))

    def waiting(session: Session, after: int) -> Sequence[int]:
        return session.scalars(_unopened().where(col(SuspensionAsked.id) > after).limit(PAGE)).all()

    def moot(session: Session, after: int) -> Sequence[int]:
        return session.scalars(_moot().where(col(Proposal.id) > after).limit(PAGE)).all()

    def end_asked(session: Session, proposal_id: int) -> int:
        return end_one(session, proposal_id, clock)

    done = one_by_one(database, "suspensions", in_pages(database, waiting), open_asked)
    return done + one_by_one(database, "suspensions", in_pages(database, moot), end_asked)


def open_one(session: Session, book: Book, asked_id: int, now: datetime) -> bool:
    """Open the vote that a jury asked for; say whether there was none yet.

    What another worker holds is left to it.
    """
    wanted = select(SuspensionAsked).where(col(SuspensionAsked.id) == asked_id)
    locked = wanted.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    asked = session.scalars(locked).one_or_none()
    # Asked once it is locked: another may have opened the vote after this worker had looked for it.
    if asked is None or session.scalar(_unopened().where(col(SuspensionAsked.id) == asked_id)) is None:
        return False
    member = session.get_one(Member, asked.member_id)
    days = book.rules(MEMBERSHIP, MembershipRules).suspensions.days
    options = suspension_options(asked.id, member.handle, days, asked.ground, asked.tally)
    made = succession.open_at(
        session,
        book,
        Draft(COOP, SUSPENSION, TITLE, RATIONALE, patch=[], base_sha256=""),
        Subject(RISK_CLASS, "approval", options=options, takes_force=False),
        Terms(),
        author_id=None,
        author="",
        entry="deliberation",
        now=now,
    )
    session.add(SuspensionVote(asked_id=asked.id, proposal_id=made))
    session.flush()
    tidings = Tidings(
        topic="post",
        subject=asked.id,
        moment="suspension_asked",
        line="A jury asks all of us to suspend you for a time. A vote decides.",
        detail="It is talked over first, and you are heard like everybody: answer there, and vote.",
        path=f"/proposals/{made}",
        at=now,
    )
    notices.tell(session, book, tidings, select(literal(asked.member_id)), now)
    return True


def end_one(session: Session, proposal_id: int, clock: Clock) -> bool:
    """End the vote on a suspension that is asked for no more, or of somebody who left; say whether it ran.

    What another holds is left to it: whoever carries it out asks the same, and the next run comes soon.
    """
    if not cases.lock(session, proposal_id, skip_locked=True):
        return False
    now = clock.now(session)
    case = cases.one(session, proposal_id, now)
    counted = case.facts.tally
    if case.over or case.facts.enacted_at is not None or (counted is not None and not counted.passed):
        return False
    of_it = select(SuspensionAsked).join(
        SuspensionVote, col(SuspensionVote.asked_id) == col(SuspensionAsked.id)
    )
    asked = session.scalars(of_it.where(col(SuspensionVote.proposal_id) == proposal_id)).one()
    reason = LEFT if asked.withdrawn_at is None else WITHDRAWN
    end(session, case, State.WITHDRAWN, reason, at=now, now=now)
    return True


def enact_suspension(
    session: Session, books: Books, proposal: Proposal, now: datetime
) -> PolicyVersion | None:
    """Suspend a member for as long as was voted on, and tell them.

    Raise Conflict where it is not asked for any more, or they have left.
    """
    options = proposal.options
    made = suspensions.suspend(session, int(options["asked"]), proposal.id, options["days"], now)
    book = books.current(session)
    clause = book.cite(MEMBERSHIP, "/suspensions/withholds")
    tidings = Tidings(
        topic="post",
        subject=made.id,
        moment="suspended",
        line=f"All of us voted to suspend you until {made.until:%Y-%m-%d %H:%M} UTC.",
        detail="You read, propose, argue, vote, report and appeal as before. What you do not do meanwhile: "
        f"{', '.join(clause.value)}. It ends by itself.",
        path=f"/proposals/{proposal.id}",
        at=now,
        until=made.until,
    )
    notices.tell(session, book, tidings, select(literal(made.member_id)), now)
    return None


def _unopened() -> Select[int]:
    """Return the statement for what is asked for and has no vote yet, the first asked first."""
    voted_on = select(col(SuspensionVote.asked_id))
    here = select(col(Member.id)).where(col(Member.left_at).is_(None))
    return (
        select(col(SuspensionAsked.id))
        .where(
            col(SuspensionAsked.withdrawn_at).is_(None),
            col(SuspensionAsked.id).not_in(voted_on),
            col(SuspensionAsked.member_id).in_(here),
        )
        .order_by(col(SuspensionAsked.id))
    )


def _moot() -> Select[int]:
    """Return the statement for the votes that run and whose question is gone."""
    return (
        select(col(Proposal.id))
        .join(SuspensionVote, col(SuspensionVote.proposal_id) == col(Proposal.id))
        .join(SuspensionAsked, col(SuspensionAsked.id) == col(SuspensionVote.asked_id))
        .join(Member, col(Member.id) == col(SuspensionAsked.member_id))
        .where(
            col(Proposal.ended_at).is_(None),
            col(Proposal.enacted_at).is_(None),
            col(SuspensionAsked.withdrawn_at).is_not(None) | col(Member.left_at).is_not(None),
        )
        .order_by(col(Proposal.id))
    )
