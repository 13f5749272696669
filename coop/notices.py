"""Notices: telling members what concerns them, once, and letting them read it.

Each announcement is one row and one text, whoever it concerns; telling it to a hundred thousand members is
one statement. It has a unique key of its own, so however many workers tell a thing, and however late, it
is told once. Law 14: from when on each of them sees it is reckoned there and then (``notice_delivery.py``)
and kept as ``due_at``; from that moment it counts, and nothing has to be sent for it to do so. Until then it
waits, and is found by whoever asks for what waits. Law 7: members see and mark their own notices alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    DateTime,
    Select,
    String,
    cast,
    delete,
    func,
    literal,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlmodel import Session, col

from coop import own_rhythm
from coop.book import Book
from coop.database import COUNTED, as_array
from coop.identity import Identity
from coop.ids import first_id_at, new_id
from coop.notice_tables import Announcement, Notice
from coop.notice_topics import Topic
from coop.tables import Member

Recipients = Select[Any] | CompoundSelect[Any]
"""The statement that selects the ids of the members whom something concerns."""

Position = tuple[datetime, int]
"""Where a notice stands in the order in which they are seen: from when on, and its id."""


@dataclass(frozen=True, slots=True)
class Tidings:
    """What is to be told."""

    topic: Topic
    """What kind of thing it is about."""
    subject: int
    """Id of the thing."""
    moment: str
    """What has come about; of one thing, each moment is told once in a turn."""
    line: str
    path: str
    """Where to read on: a path of this site."""
    at: datetime
    """When it came about."""
    detail: str = ""
    until: datetime | None = None
    """The moment that it points to, such as the close of a vote."""
    turn: int = 0
    """Tells apart what comes about again and again."""


@dataclass(frozen=True, slots=True)
class Told:
    """A notice as its member reads it."""

    id: int
    topic: str
    subject: int
    moment: str
    line: str
    detail: str
    path: str
    at: datetime
    until: datetime | None
    told_at: datetime
    due_at: datetime
    """From when on they see it."""
    read_at: datetime | None

    @property
    def position(self) -> Position:
        """Where it stands among theirs."""
        return self.due_at, self.id


def tell(session: Session, book: Book, tidings: Tidings, recipients: Recipients, now: datetime) -> int | None:
    """Tell something to the members whose ids ``recipients`` selects, each once; return how many were told.

    Each sees it from the moment on that follows from their rhythm and the clauses as they stand now.

    Return None where it has been told before: then nobody is told anything. Who has left is told nothing.
    A second worker with the same tidings waits here for the first, whose transaction tells all or none.
    """
    said = session.execute(
        insert(Announcement)
        .values(
            id=new_id(now),
            topic=tidings.topic,
            subject=tidings.subject,
            moment=tidings.moment,
            turn=tidings.turn,
            line=tidings.line,
            detail=tidings.detail,
            path=tidings.path,
            at=tidings.at,
            until=tidings.until,
            told_at=now,
        )
        .on_conflict_do_nothing(index_elements=["topic", "subject", "moment", "turn"])
        .returning(col(Announcement.id))
    ).scalar_one_or_none()
    if said is None:
        return None
    by_default, chosen = own_rhythm.moments(session, book, recipients, tidings.topic, tidings.until, now)
    ids = literal(as_array(chosen), String)
    dues = literal(as_array(moment.isoformat() for moment in chosen.values()), String)
    own = (
        func.unnest(cast(ids, ARRAY(BigInteger)), cast(dues, ARRAY(DateTime(timezone=True))))
        .table_valued("member_id", "due_at", name="own")
        .render_derived()
    )
    members = (
        select(literal(said), col(Member.id), func.coalesce(own.c.due_at, by_default))
        .outerjoin(own, own.c.member_id == col(Member.id))
        .where(col(Member.id).in_(recipients), col(Member.left_at).is_(None))
    )
    columns = ["announcement_id", "member_id", "due_at"]
    told = insert(Notice).from_select(columns, members, include_defaults=False)
    return session.connection().execute(told, execution_options=COUNTED).rowcount


def told_before(session: Session, topic: str, subjects: Sequence[int]) -> set[tuple[int, str, int]]:
    """Return what has been told of these things: subject, moment and turn."""
    rows = session.execute(
        select(col(Announcement.subject), col(Announcement.moment), col(Announcement.turn)).where(
            col(Announcement.topic) == topic, col(Announcement.subject).in_(subjects)
        )
    )
    return {(row.subject, row.moment, row.turn) for row in rows}


def listing(
    session: Session,
    member: Identity,
    now: datetime,
    *,
    waiting: bool = False,
    unread_only: bool = False,
    before: Position | None = None,
    limit: int,
) -> list[Told]:
    """Return up to ``limit`` notices that a member sees, or those that wait, whatever is seen last first.

    Of one batch the newest comes first. All are ``before`` that position, where one is given.
    """
    due_at, announcement_id = col(Notice.due_at), col(Notice.announcement_id)
    statement = (
        select(
            col(Announcement.id),
            col(Announcement.topic),
            col(Announcement.subject),
            col(Announcement.moment),
            col(Announcement.line),
            col(Announcement.detail),
            col(Announcement.path),
            col(Announcement.at),
            col(Announcement.until),
            col(Announcement.told_at),
            due_at,
            col(Notice.read_at),
        )
        .join(Notice, announcement_id == col(Announcement.id))
        .where(col(Notice.member_id) == member.member_id, due_at > now if waiting else due_at <= now)
        .order_by(due_at.desc(), announcement_id.desc())
        .limit(limit)
    )
    if unread_only:
        statement = statement.where(col(Notice.read_at).is_(None))
    if before is not None:
        statement = statement.where(tuple_(due_at, announcement_id) < tuple_(*before))
    return [Told(**row._mapping) for row in session.execute(statement)]


def unread(session: Session, member: Identity, now: datetime) -> int:
    """Return how many of the notices that a member sees they have not read."""
    statement = select(func.count()).select_from(Notice).where(*_unread(member), col(Notice.due_at) <= now)
    return int(session.execute(statement).scalar_one())


def mark_read(session: Session, member: Identity, ids: Sequence[int], now: datetime) -> None:
    """Mark notices of a member as read, those included that wait.

    Ids that name no unread notice of theirs are passed over, so that none of them can be told apart (law 7).
    """
    _mark(session, now, *_unread(member), col(Notice.announcement_id).in_(ids))


def mark_read_through(session: Session, member: Identity, last: int, now: datetime) -> None:
    """Mark as read what a member saw up to the notice with the id ``last``, itself included.

    What they came to see later stays, though it was told earlier. Nothing is marked where ``last`` is none
    that they see.
    """
    seen = col(Notice.due_at) <= now
    there = (
        select(col(Notice.due_at))
        .where(col(Notice.member_id) == member.member_id, col(Notice.announcement_id) == last, seen)
        .scalar_subquery()
    )
    through = tuple_(col(Notice.due_at), col(Notice.announcement_id)) <= tuple_(there, literal(last))
    _mark(session, now, *_unread(member), through)


def sweep(session: Session, kept: timedelta, now: datetime) -> int:
    """Delete the notices that could be seen for longer than ``kept``, read or not, and return how many."""
    # Nothing is seen before it is told, and ids follow that, so the first condition finds all by their key.
    old = delete(Notice).where(
        col(Notice.announcement_id) < first_id_at(now - kept), col(Notice.due_at) < now - kept
    )
    return session.connection().execute(old).rowcount


def _unread(member: Identity) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(Notice.member_id) == member.member_id, col(Notice.read_at).is_(None)


def _mark(session: Session, now: datetime, *conditions: ColumnElement[bool]) -> None:
    session.execute(update(Notice).where(*conditions).values(read_at=now))
