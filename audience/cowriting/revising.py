"""Revising the text of a draft: each revision names the one that it began from, and nothing of any is lost.

Whoever saves holds the draft, so its revisions follow one another without gaps. What others saved meanwhile
is merged with what is saved (``merge.py``); where both changed one part, each in their own way, nothing is
saved and both parts are told.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from audience.cowriting import scene, telling, writers
from audience.cowriting.merge import Clash, Merged, merge
from audience.cowriting.scene import Scene
from audience.cowriting.tables import DraftRevision, DraftWriter, SharedDraft
from audience.limits import rules_of
from coop.book import Book
from coop.errors import Conflict, Fault, NotFound, RuleBroken
from coop.identity import Identity
from coop.names import prose
from coop.suspended import check as check_not_suspended


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a text that was saved."""

    revision: int
    """The newest now: the one before where the text says the same."""
    merged: bool
    """Whether it holds what others wrote meanwhile."""


class Diverged(Conflict):
    """Somebody else changed the same part meanwhile."""

    def __init__(self, clashes: tuple[Clash, ...], revision: int) -> None:
        detail = (
            f"Others changed the same part meanwhile. Begin from revision {revision}: nothing is saved yet."
        )
        faults = tuple(
            Fault(
                "/body", f"You wrote «{one.one}»; it says «{one.other}» by now; before it said «{one.base}»."
            )
            for one in clashes
        )
        super().__init__(detail, faults=faults)
        self.clashes = clashes
        """In each ``one`` is what was to be saved, ``other`` what is there."""


def save(
    session: Session, writer: Identity, book: Book, draft_id: int, base: int, body: str, now: datetime
) -> Saved:
    """Save a text that was made from the revision ``base``; who was not yet among those who write joins them.

    Any proposal to publish the draft ends with it. Raise NotFound where the member may not see it, Diverged
    where others changed the same part meanwhile, Conflict where it is published, Forbidden where the member
    is suspended, and RuleBroken where the text or what it is merged to does not fit the rules.
    """
    found = scene.hold(session, writer, draft_id)
    check_not_suspended(writer, book, "publish", now)
    said = fitting(book, found, body)
    if base != found.revision:
        merged = merge_with(session, found, base, said)
        if merged.clashes:
            raise Diverged(merged.clashes, found.revision)
        said = fitting(book, found, merged.text)
    if said == found.body:
        return Saved(found.revision, merged=False)
    return Saved(_append(session, writer, book, found, said, None, now), merged=base != found.revision)


def restore(
    session: Session, writer: Identity, book: Book, draft_id: int, number: int, base: int, now: datetime
) -> Saved:
    """Bring back the text of an older revision as a new one.

    ``base`` is the newest that the member has seen. Raise NotFound where they may not see the draft or the
    revision is not kept, Conflict where another came meanwhile, and what :func:`save` raises.
    """
    found = scene.hold(session, writer, draft_id)
    check_not_suspended(writer, book, "publish", now)
    if base != found.revision:
        raise Conflict(f"Somebody wrote meanwhile: revision {found.revision} is the newest.")
    body = text_of(session, draft_id, number)
    if body is None:
        raise NotFound
    if body == found.body:
        return Saved(found.revision, merged=False)
    said = fitting(book, found, body)
    return Saved(_append(session, writer, book, found, said, number, now), merged=False)


def merge_with(session: Session, found: Scene, base: int, body: str) -> Merged:
    """Return what a text that was made from a revision and the newest come to.

    Where the revision is kept no more, all of both clashes. Raise RuleBroken where there never was such one.
    """
    if not 1 <= base <= found.revision:
        fault = Fault("/base", f"The newest revision is {found.revision}.")
        raise RuleBroken("There is no such revision.", faults=(fault,))
    newest, before = found.body or "", text_of(session, found.id, base)
    if before is None:
        alike = body == newest
        return Merged(body, () if alike else (Clash("", body, newest),))
    return merge(before, body, newest)


def fitting(book: Book, found: Scene, body: str) -> str:
    """Return a text as it is saved; raise RuleBroken where it does not fit the rules of the guild."""
    return prose(body, "/body", longest=rules_of(book, found.guild).posts.characters)


def text_of(session: Session, draft_id: int, number: int) -> str | None:
    """Return the text of a revision of a draft that the caller may see; None where it is not kept."""
    written = select(col(DraftRevision.body)).where(
        col(DraftRevision.draft_id) == draft_id, col(DraftRevision.number) == number
    )
    return session.execute(written).scalar_one_or_none()


def _append(
    session: Session,
    writer: Identity,
    book: Book,
    found: Scene,
    body: str,
    restores: int | None,
    now: datetime,
) -> int:
    """Add a revision to a draft that is held, and return its number; of too many the oldest goes."""
    author = writers.join(session, book, found, writer.member_id, now)
    number = found.revision + 1
    session.add(
        DraftRevision(
            draft_id=found.id,
            number=number,
            author_id=writer.member_id,
            body=body,
            restores=restores,
            at=now,
        )
    )
    if found.offer is not None:
        writers.withdraw_offer(session, found.id)
    changed = {"revision": number, "touched_at": now, "warned_at": None}
    session.execute(update(SharedDraft).where(col(SharedDraft.id) == found.id).values(**changed))
    if not author.wrote:
        mine = col(DraftWriter.draft_id) == found.id, col(DraftWriter.member_id) == writer.member_id
        session.execute(update(DraftWriter).where(*mine).values(wrote=True))
    most = rules_of(book, found.guild).drafts.revisions
    old = col(DraftRevision.draft_id) == found.id, col(DraftRevision.number) <= number - most
    session.execute(delete(DraftRevision).where(*old))
    session.flush()
    telling.written(session, book, found, author, now)
    return number
