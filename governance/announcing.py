"""Announcing: telling members, and the webhooks of whoever asked, what has come of proposals.

Law 14: what to tell is read anew under each transaction from facts and time, and a unique key says what was
told before; so any number of workers may announce, late or twice, and each thing is told once. A hundred
thousand notices of one moment are one statement.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, exists, func, or_, select, union
from sqlmodel import Session, col

from coop import notices, webhooks
from coop.book import Book
from coop.clock import Clock
from coop.database import Database
from coop.due_rows import one_by_one
from coop.notices import Recipients, Tidings
from coop.policies import Books
from coop.webhooks import Event
from governance import cases, decisions, roll
from governance.announcements import Announcement, Audience, moments
from governance.case import Case
from governance.deliberation.rules import NAME, DeliberationRules, Notices
from governance.tables import Ballot, Proposal, RollEntry

TOPIC: Final = "proposal"
"""What these announcements are about."""


def announce(database: Database, books: Books, clock: Clock, public_url: str) -> int:
    """Tell what has come about, one proposal a transaction; return how many things were told or published.

    ``public_url`` begins the addresses that webhooks are given.
    """
    with database.begin() as session:
        waiting = _waiting(session, clock.now(session), _rules(books.current(session)))

    def announce_one(session: Session, proposal_id: int) -> int:
        book, now = books.current(session), clock.now(session)
        rules = _rules(book)
        case = cases.one(session, proposal_id, now)
        told = sum(_tell(session, book, case, said, now) for said in moments(case, rules))
        return told + sum(_publish(session, event, now) for event in _events(case, rules, public_url))

    return one_by_one(database, "announce", waiting, announce_one)


def sweep(database: Database, books: Books, clock: Clock) -> int:
    """Delete notices and logs of deliveries that are older than the clause says, and return how many."""
    with database.begin() as session:
        kept, now = _rules(books.current(session)).kept, clock.now(session)
        return notices.sweep(session, kept, now) + webhooks.sweep(session, kept, now)


def _rules(book: Book) -> Notices:
    return book.rules(NAME, DeliberationRules).notices


def _waiting(session: Session, now: datetime, rules: Notices) -> list[int]:
    """Return the proposals of which there is something to tell that has not been told, the oldest first."""
    found = cases.find(session, now, _may_be_told(now, rules))
    ids = [case.id for case in found]
    told = notices.told_before(session, TOPIC, ids)
    published = webhooks.published(session, ids)
    return [
        case.id
        for case in reversed(found)
        if any((case.id, said.moment, said.turn) not in told for said in moments(case, rules))
        or any((event.type, case.id) not in published for event in _events(case, rules, ""))
    ]


def _may_be_told(now: datetime, rules: Notices) -> ColumnElement[bool]:
    """Return the condition of the proposals that are open, changed of late, or soon at the end of a term."""
    since = func.coalesce(col(Proposal.renewed_at), col(Proposal.enacted_at))
    terms = (
        since + func.make_interval(0, 0, 0, 0, 0, 0, seconds)
        for seconds in (col(Proposal.review_after), col(Proposal.sunset_after))
    )
    changed = (
        col(Proposal.ended_at),
        col(Proposal.enacted_at),
        col(Proposal.tallied_at),
        col(Proposal.undone_at),
    )
    return or_(
        cases.OPEN[0] & cases.OPEN[1] & cases.OPEN[2],
        *(moment > now - rules.kept for moment in changed),
        *(ends_at.between(now, now + rules.review) for ends_at in terms),
    )


def _tell(session: Session, book: Book, case: Case, said: Announcement, now: datetime) -> bool:
    tidings = Tidings(
        topic=TOPIC,
        subject=case.id,
        moment=said.moment.value,
        line=said.line,
        path=f"/proposals/{case.id}",
        at=said.at,
        detail=said.detail,
        until=said.until,
        turn=said.turn,
    )
    return notices.tell(session, book, tidings, _recipients(case, said.audience, now), now) is not None


def _recipients(case: Case, audience: Audience, now: datetime) -> Recipients:
    """Return the statement for the ids of those whom it concerns."""
    on_roll = select(col(RollEntry.member_id)).where(col(RollEntry.proposal_id) == case.id)
    if audience is Audience.ROLL:
        return on_roll
    if audience is Audience.NOT_VOTED:
        openly = exists().where(
            col(Ballot.proposal_id) == case.id, col(Ballot.member_id) == col(RollEntry.member_id)
        )
        return on_roll.where(~openly, col(RollEntry.voted).is_(False))
    belonging = roll.electorate(case.scope, now).subquery()
    return union(on_roll, select(belonging.c.id))


def _events(case: Case, rules: Notices, public_url: str) -> list[Event]:
    """Return what webhooks are sent of a proposal."""
    return [
        Event(f"decision.{one.outcome}", case.id, one.at, _data(one, public_url))
        for one in decisions.of(case)
        if one.at > case.read_at - rules.kept
    ]


def _data(decision: decisions.Decision, public_url: str) -> dict[str, Any]:
    return {
        "proposal": str(decision.proposal_id),
        "outcome": decision.outcome.value,
        "scope": decision.scope,
        "kind": decision.kind,
        "title": decision.title,
        "sentence": decision.sentence,
        "url": public_url + decision.path,
    }


def _publish(session: Session, event: Event, now: datetime) -> bool:
    return webhooks.publish(session, event, now) is not None
