"""Notes in the margin of a draft: short remarks, settled by anybody who writes in it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select, text, update
from sqlmodel import Session, col

from audience.access import BLOCKED
from audience.cowriting import scene, writers
from audience.cowriting.tables import DraftNote, SharedDraft
from audience.rules import AUDIENCE, AudienceRules
from coop.book import Book
from coop.errors import Fault, NotFound, RuleBroken
from coop.identity import Identity
from coop.ids import new_id
from coop.names import line
from coop.suspended import check as check_not_suspended

_OPEN = text(f"""
SELECT note.id, CASE WHEN note.author_id NOT IN {BLOCKED} THEN member.handle END AS author,
       note.revision, note.body, note.at
FROM draft_note AS note JOIN member ON member.id = note.author_id
WHERE note.draft_id = :draft AND note.settled_at IS NULL
ORDER BY note.id
""")  # noqa: S608 - put together from constants


class Note(NamedTuple):
    """A remark that is not settled."""

    id: int
    author: str | None
    """Handle; None where the viewer and they are blocked either way."""
    revision: int
    """The newest when it was made."""
    body: str
    at: datetime


def standing(session: Session, viewer: Identity, draft_id: int) -> Sequence[Note]:
    """Return the remarks that are not settled, of a draft that the viewer may see; the oldest first."""
    bound = {"draft": draft_id, "me": viewer.member_id}
    return [Note._make(row) for row in session.connection().execute(_OPEN, bound)]


def leave(session: Session, writer: Identity, book: Book, draft_id: int, body: str, now: datetime) -> int:
    """Leave a remark on a draft, and return its id.

    Raise NotFound where the member may not see the draft, RuleBroken where it does not fit the rules or as
    many wait to be settled as may, Forbidden where they are suspended, and Conflict where it is published.
    """
    found = scene.hold(session, writer, draft_id)
    check_not_suspended(writer, book, "publish", now)
    rules = book.rules(AUDIENCE, AudienceRules).drafts
    said = line(body, "/body", longest=rules.note_characters)
    waiting = select(func.count()).where(
        col(DraftNote.draft_id) == draft_id, col(DraftNote.settled_at).is_(None)
    )
    if session.execute(waiting).scalar_one() >= rules.notes:
        clause = book.cite(AUDIENCE, "/drafts/notes")
        raise RuleBroken(
            "This draft has as many remarks as it may.",
            faults=(Fault("/body", f"At most {rules.notes}: settle one first.", clause),),
        )
    writers.join(session, book, found, writer.member_id, now)
    made = DraftNote(
        id=new_id(now),
        draft_id=draft_id,
        author_id=writer.member_id,
        revision=found.revision,
        body=said,
        at=now,
    )
    session.add(made)
    touched = {"touched_at": now, "warned_at": None}
    session.execute(update(SharedDraft).where(col(SharedDraft.id) == draft_id).values(**touched))
    session.flush()
    return made.id


def settle(session: Session, writer: Identity, draft_id: int, note_id: int, now: datetime) -> None:
    """Settle a remark; nothing happens where it is settled.

    Raise NotFound where the member may not see the draft or it has no such remark, Conflict where it is
    published.
    """
    scene.hold(session, writer, draft_id)
    note = session.get(DraftNote, note_id)
    if note is None or note.draft_id != draft_id:
        raise NotFound
    if note.settled_at is None:
        note.settled_at, note.settled_by = now, writer.member_id
        session.flush()
