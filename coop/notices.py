"""Notices: telling members what concerns them, once, and letting them read it.

Each announcement is one row and one text, whoever it concerns; telling it to a hundred thousand members is
one statement. It has a unique key of its own, so however many workers tell a thing, and however late, it
is told once. Law 7: whoever asks sees and marks their own notices alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from coop.database import COUNTED
from coop.identity import Identity
from coop.ids import first_id_at, new_id
from coop.notice_tables import Announcement, Notice
from coop.tables import Member

Recipients = Select[Any] | CompoundSelect[Any]
"""The statement that selects the ids of the members whom something concerns."""


@dataclass(frozen=True, slots=True)
class Tidings:
    """What is to be told."""

    topic: str
    """What kind of thing it is about, such as ``proposal``."""
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
    read_at: datetime | None


def tell(session: Session, tidings: Tidings, recipients: Recipients, now: datetime) -> int | None:
    """Tell something to the members whose ids ``recipients`` selects, each once; return how many were told.

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
    members = select(literal(said), col(Member.id)).where(
        col(Member.id).in_(recipients), col(Member.left_at).is_(None)
    )
    columns = ["announcement_id", "member_id"]
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
    session: Session, member: Identity, *, unread_only: bool, before: int | None, limit: int
) -> list[Told]:
    """Return up to ``limit`` notices of a member, the newest first, older than the one that is ``before``."""
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
            col(Notice.read_at),
        )
        .join(Notice, col(Notice.announcement_id) == col(Announcement.id))
        .where(col(Notice.member_id) == member.member_id)
        .order_by(col(Notice.announcement_id).desc())
        .limit(limit)
    )
    if unread_only:
        statement = statement.where(col(Notice.read_at).is_(None))
    if before is not None:
        statement = statement.where(col(Notice.announcement_id) < before)
    return [Told(**row._mapping) for row in session.execute(statement)]


def unread(session: Session, member: Identity) -> int:
    """Return how many notices a member has not read."""
    statement = select(func.count()).select_from(Notice).where(*_unread(member))
    return int(session.execute(statement).scalar_one())


def mark_read(session: Session, member: Identity, ids: Sequence[int], now: datetime) -> None:
    """Mark notices of a member as read.

    Ids that name no unread notice of theirs are passed over, so that none of them can be told apart (law 7).
    """
    _mark(session, now, *_unread(member), col(Notice.announcement_id).in_(ids))


def mark_read_through(session: Session, member: Identity, last: int, now: datetime) -> None:
    """Mark a member's notices as read, up to the one with the id ``last``: those that came later stay."""
    _mark(session, now, *_unread(member), col(Notice.announcement_id) <= last)


def sweep(session: Session, kept: timedelta, now: datetime) -> int:
    """Delete the notices that are older than ``kept``, read or not, and return how many."""
    old = delete(Notice).where(col(Notice.announcement_id) < first_id_at(now - kept))
    return session.connection().execute(old).rowcount


def _unread(member: Identity) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(Notice.member_id) == member.member_id, col(Notice.read_at).is_(None)


def _mark(session: Session, now: datetime, *conditions: ColumnElement[bool]) -> None:
    session.execute(update(Notice).where(*conditions).values(read_at=now))
