"""Heating: what is done when an answer brings a thread to a level of heat, or keeps it there.

The thread's post is held meanwhile (``replies.write``), so of two answers at once one brings it there. It
is put on record with the clauses that answer to it; strangers arrive as slowly as they say (``gate.slow``);
and once, when a level is reached, people are called who offered to calm threads. Law 14: whether a thread
is heated is decided by none of this; the record and the gate's pace end at a moment that was known when
they were made. Law 7: a report puts nothing on record; a level that it brings is there with the next answer.
"""

from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import Session, col

from audience import facilitators, gate, heat
from audience.access import Access
from audience.calm import asked_at, heat_rules, heated
from audience.calm_tables import Heating
from audience.heat import Facts
from audience.moderation.heat_rules import LEVELS, Level
from audience.tables import Reply
from coop.book import Book
from coop.ids import new_id


def answered(session: Session, book: Book, post: Access, reply: Reply, facts: Facts, now: datetime) -> None:
    """Do what the heat of a thread asks once a reply was written; ``facts`` has it among what was said."""
    found = heated(facts, book, post.guild, now)
    if found is None:
        return
    rules = heat_rules(book, post.guild)
    reached = {
        level: heat.cools_at(facts, rules, level, now)
        for level in LEVELS
        if found.points.total >= rules.at(level).at
    }
    begun = [level for level, until in reached.items() if not _goes_on(session, post, level, until, now)]
    for level in begun:
        asked = [
            {"what": one.what, "clause": one.clause.model_dump(mode="json")}
            for one in asked_at(level, book, post.guild)
        ]
        session.add(
            Heating(
                id=new_id(now),
                post_id=post.post_id,
                reply_id=reply.id,
                level=level,
                at=now,
                until=reached[level],
                **found.points._asdict(),
                asked=asked,
            )
        )
    session.flush()
    called, pace = found.citation("facilitators"), found.citation("arrivals")
    if called is not None and found.level in begun:
        facilitators.call(session, book, post, reply.id, called.value, now)
    if pace is not None:
        gate.slow(session, post.post_id, pace.value, found.until)


def _goes_on(session: Session, post: Access, level: Level, until: datetime, now: datetime) -> bool:
    """Move on the end of a level that a thread was at before this answer; say whether it was."""
    moved = (
        update(Heating)
        .where(col(Heating.post_id) == post.post_id, col(Heating.level) == level, col(Heating.until) > now)
        .values(until=until)
        .returning(col(Heating.id))
    )
    return session.scalar(moved) is not None


def record(session: Session, post_id: int, limit: int) -> list[Heating]:
    """Return the latest heatings of a thread, the newest first, to a reader who was delivered its post."""
    mine = select(Heating).where(col(Heating.post_id) == post_id)
    return list(session.scalars(mine.order_by(col(Heating.id).desc()).limit(limit)))
