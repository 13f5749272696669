"""Own rhythms: what each member chose of when they hear of things, and what waits for them by it.

Whoever has chosen nothing goes by the clauses. What a member has seen stays seen: a choice moves only what
still waits, and to no moment that has passed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import CompoundSelect, Row, Select, delete, func, literal, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from coop.book import Book
from coop.database import as_array
from coop.errors import Fault, RuleBroken
from coop.identity import Identity
from coop.membership_rules import NAME, MembershipRules, Notices
from coop.notice_delivery import default_rhythm, due_at
from coop.notice_tables import Announcement, Notice, OwnRhythm
from coop.rhythm import Every, Quiet, Rhythm, Weekday, batch_at, zones

_COLUMNS = (
    col(OwnRhythm.every),
    col(OwnRhythm.hour),
    col(OwnRhythm.weekday),
    col(OwnRhythm.zone),
    col(OwnRhythm.quiet_from),
    col(OwnRhythm.quiet_to),
)

_MOVE = text("""
UPDATE notice SET due_at = moved.due_at
FROM unnest(CAST(:ids AS bigint[]), CAST(:moments AS timestamptz[])) AS moved(announcement_id, due_at)
WHERE notice.announcement_id = moved.announcement_id AND notice.member_id = :me
""")


@dataclass(frozen=True, slots=True)
class Standing:
    """How things reach a member, and what has not yet."""

    rhythm: Rhythm
    own: bool
    """Whether they chose it; else the clauses did."""
    waiting: int
    """How many unread notices wait for their moment."""
    next_at: datetime | None
    """When the next one comes that waits, or else the next batch; none where things come at once."""


def standing(session: Session, member: Identity, book: Book, now: datetime) -> Standing:
    """Return a member's rhythm and what waits for them, read in one statement."""
    waits = (
        select(func.count().label("number"), func.min(col(Notice.due_at)).label("first"))
        .where(
            col(Notice.member_id) == member.member_id, col(Notice.due_at) > now, col(Notice.read_at).is_(None)
        )
        .subquery("waits")
    )
    row = session.execute(
        select(waits.c.number, waits.c.first, *_COLUMNS)
        .select_from(waits)
        .outerjoin(OwnRhythm, col(OwnRhythm.member_id) == literal(member.member_id))
    ).one()
    rhythm = default_rhythm(clauses(book)) if row.every is None else _rhythm(row)
    batch = batch_at(rhythm, now)
    next_at = row.first or (None if rhythm.every == "at_once" and batch == now else batch)
    return Standing(rhythm, row.every is not None, row.number, next_at)


def choose(session: Session, member: Identity, book: Book, rhythm: Rhythm, now: datetime) -> None:
    """Have a member hear of things in a rhythm of their own, what waits for them included.

    What is being told in another transaction meanwhile keeps the rhythm of before. Raise RuleBroken where the
    time zone is unknown, or quiet hours would last all day.
    """
    _check(rhythm)
    quiet = rhythm.quiet
    values = {
        "every": rhythm.every,
        "hour": rhythm.hour,
        "weekday": rhythm.weekday,
        "zone": rhythm.zone,
        "quiet_from": None if quiet is None else quiet.begins,
        "quiet_to": None if quiet is None else quiet.ends,
    }
    row = insert(OwnRhythm).values(member_id=member.member_id, **values)
    session.execute(row.on_conflict_do_update(index_elements=["member_id"], set_=values))
    _move(session, member, clauses(book), rhythm, now)


def forget(session: Session, member: Identity, book: Book, now: datetime) -> None:
    """Have a member hear of things as the clauses say; nothing changes where they chose nothing else."""
    session.execute(delete(OwnRhythm).where(col(OwnRhythm.member_id) == member.member_id))
    _move(session, member, clauses(book), default_rhythm(clauses(book)), now)


def moments(
    session: Session,
    book: Book,
    recipients: Select[Any] | CompoundSelect[Any],
    topic: str,
    until: datetime | None,
    told_at: datetime,
) -> tuple[datetime, Mapping[int, datetime]]:
    """Return from when on those whom ``recipients`` selects see a thing that is told now.

    First for whoever has chosen no rhythm, then by member id for those who have.
    """
    said = clauses(book)
    seen_at = cache(lambda rhythm: due_at(rhythm, said, topic, until, told_at))
    chosen = session.execute(
        select(col(OwnRhythm.member_id), *_COLUMNS).where(col(OwnRhythm.member_id).in_(recipients))
    )
    own = {row.member_id: seen_at(_rhythm(row)) for row in chosen}
    return seen_at(default_rhythm(said)), own


def clauses(book: Book) -> Notices:
    """Return what the membership policy says of when notices are seen."""
    return book.rules(NAME, MembershipRules).notices


def _rhythm(row: Row[Any]) -> Rhythm:
    quiet = None if row.quiet_from is None else Quiet(row.quiet_from, row.quiet_to)
    # What was chosen where more zones were known must not keep a thing from being told to everybody else.
    zone = row.zone if row.zone in zones() else "UTC"
    return Rhythm(cast(Every, row.every), row.hour, cast(Weekday, row.weekday), zone, quiet)


def _check(rhythm: Rhythm) -> None:
    faults = []
    if rhythm.zone not in zones():
        faults.append(Fault("/zone", "No time zone has this name; write one such as Europe/Lisbon, or UTC."))
    if rhythm.quiet is not None and rhythm.quiet.begins == rhythm.quiet.ends:
        faults.append(
            Fault("/quiet_to", "Quiet hours end at another time than they begin, or there are none.")
        )
    if faults:
        raise RuleBroken("Nothing could be told in this rhythm.", faults=tuple(faults))


def _move(session: Session, member: Identity, said: Notices, rhythm: Rhythm, now: datetime) -> None:
    """Give what waits for a member its moment by a rhythm that is new to them, or now where that is over."""
    waiting = session.execute(
        select(
            col(Notice.announcement_id),
            col(Announcement.topic),
            col(Announcement.until),
            col(Announcement.told_at),
        )
        .join(Announcement, col(Announcement.id) == col(Notice.announcement_id))
        .where(col(Notice.member_id) == member.member_id, col(Notice.due_at) > now)
    ).all()
    moved = {
        row.announcement_id: max(now, due_at(rhythm, said, row.topic, row.until, row.told_at))
        for row in waiting
    }
    bound = {
        "ids": as_array(moved),
        "moments": as_array(moment.isoformat() for moment in moved.values()),
        "me": member.member_id,
    }
    session.connection().execute(_MOVE, bound)
