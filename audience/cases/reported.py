"""Reported things: what a report of one's own is about, as far as whoever made it may still see that.

Law 7: what was deleted, narrowed, taken back or put behind a block since answers like what there is not: of
it no more is said than that it was a post, a reply or a profile, which its reporter knows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlmodel import Session, col

from audience.access import access_posts
from audience.cases.tables import Case
from audience.reply_sight import said
from coop.book import Book
from coop.database import as_array
from coop.identity import Identity
from coop.tables import Member

_REPLIES = text(f"SELECT id, post_id FROM reply WHERE id = ANY(CAST(:ids AS bigint[])) AND {said('reply')}")  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class Thing:
    """What a report is about."""

    member: str
    """Handle of whoever made it."""
    post_id: int | None
    """The post, or the one that the reply answers; none of a profile."""
    reply_id: int | None


def things(
    session: Session, reader: Identity, book: Book, cases: Sequence[Case], now: datetime
) -> dict[int, Thing]:
    """Return by the id of its case what each is about, of those that the reader may still see."""
    on = {one.reply_id: one.post_id for one in _replies(session, reader, cases)}
    wanted = {one.post_id for one in cases if one.post_id is not None} | set(on.values())
    seen = access_posts(session, reader, book, wanted, now) if wanted else {}
    handles = _handles(session, cases)
    found = {}
    for case in cases:
        post_id = case.post_id if case.reply_id is None else on.get(case.reply_id)
        there = case.profile_id is not None or post_id in seen
        if there and case.author_id in handles:
            found[case.id] = Thing(handles[case.author_id], post_id, case.reply_id)
    return found


@dataclass(frozen=True, slots=True)
class _Reply:
    reply_id: int
    post_id: int


def _replies(session: Session, reader: Identity, cases: Sequence[Case]) -> list[_Reply]:
    """Return those of the replies that the reader is shown, where they may read the posts."""
    ids = sorted({one.reply_id for one in cases if one.reply_id is not None})
    if not ids:
        return []
    rows = session.connection().execute(_REPLIES, {"ids": as_array(ids), "me": reader.member_id})
    return [_Reply(row.id, row.post_id) for row in rows]


def _handles(session: Session, cases: Sequence[Case]) -> dict[int, str]:
    """Return the handles of those who made what the cases are about, but for who has left."""
    authors = {one.author_id for one in cases}
    rows = session.execute(
        select(col(Member.id), col(Member.handle)).where(
            col(Member.id).in_(authors), col(Member.left_at).is_(None)
        )
    )
    return {row.id: row.handle for row in rows}
