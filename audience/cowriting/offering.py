"""Proposing to publish a draft, agreeing to it, and publishing it once all who wrote in it have agreed.

Who proposes will be the author: they answer for the post under the rules, and take it back if they want. The
others agree to exactly that revision and that audience, each with their name or without it. It is published
by ``posts.publish`` as its author would, once, while the draft is held; what the rules of then refuse is kept
with its reason, and whoever agreed may try it again. Then neither revisions nor notes are kept.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import text, update
from sqlmodel import Session, col

from audience import posts
from audience.cowriting import agreement, scene, telling, writers
from audience.cowriting.agreement import Answer
from audience.cowriting.scene import Scene
from audience.cowriting.tables import DraftWriter, PostWriter, SharedDraft
from audience.posts import Draft
from audience.scheduling import drafts, refusal
from coop.book import Book
from coop.errors import AllotmentError, Conflict, Fault, Forbidden
from coop.identity import Identity
from coop.members import as_identity, identity_query
from coop.suspended import check as check_not_suspended
from coop.tables import Member

_NO_TEXT_KEPT = tuple(
    text(f"DELETE FROM {table} WHERE draft_id = :draft")  # noqa: S608 - named here
    for table in ("draft_note", "draft_revision")
)


def offer(
    session: Session, writer: Identity, book: Book, draft_id: int, base: int, terms: Draft, now: datetime
) -> int | None:
    """Propose to publish the revision ``base`` of a draft, and agree to it by that.

    ``terms`` says how, all but the text and the guild. It is tried out first, so what could not be published
    now is refused at once. Any proposal before ends. Return the id of the post where nobody else
    had to agree, and so it is published.

    Raise NotFound where the member may not see the draft, Conflict where another revision came meanwhile, and
    whatever publishing raises.
    """
    found = scene.hold(session, writer, draft_id)
    check_not_suspended(writer, book, "publish", now)
    if base != found.revision:
        raise Conflict(f"Somebody wrote meanwhile: revision {found.revision} is the newest. Read it first.")
    posts.try_out(session, writer, book, _whole(found, terms), now)
    writers.join(session, book, found, writer.member_id, now)
    writers.withdraw_offer(session, draft_id)
    turn = found.offers + 1
    kept = drafts.stored(replace(terms, body="", guild=None))
    changed = {"offer": kept, "offered_by": writer.member_id, "offers": turn}
    touched = {"touched_at": now, "warned_at": None}
    session.execute(update(SharedDraft).where(col(SharedDraft.id) == draft_id).values(**changed, **touched))
    _say(session, draft_id, writer, "named")
    telling.offered(session, book, found, writer.member_id, turn, now)
    return _settle(session, writer, book, draft_id, now)


def withdraw(session: Session, writer: Identity, draft_id: int) -> None:
    """Take back a proposal of one's own; nothing happens where there is none.

    Raise NotFound where the member may not see the draft, Forbidden where it is another's, Conflict where it
    is published.
    """
    found = scene.hold(session, writer, draft_id)
    if found.offered_by is None:
        return
    if found.offered_by != writer.member_id:
        raise Forbidden("Who proposed it takes it back. You can say “not yet”, or change the text.")
    writers.withdraw_offer(session, draft_id)


def answer(
    session: Session,
    writer: Identity,
    book: Book,
    draft_id: int,
    turn: int,
    said: Answer | None,
    now: datetime,
) -> int | None:
    """Say to a proposal to publish it with one's name, without it, or (None) not yet.

    Return the id of the post where that was the last answer that it waited for, or where all had agreed
    before and it can be published now.

    Raise NotFound where the member may not see the draft, Conflict where the proposal does not stand any
    more, and Forbidden where they wrote nothing in it, or proposed it and say anything but yes.
    """
    found = scene.hold(session, writer, draft_id)
    own = found.writer(writer.member_id)
    if found.offered_by is None or found.offers != turn:
        raise Conflict("This proposal does not stand any more: the text or who may read it changed.")
    if writer.member_id == found.offered_by:
        if said != "named":
            raise Forbidden("You proposed it, and would be its author: take the proposal back instead.")
    elif own is None or not own.wrote:
        raise Forbidden("Whoever wrote in it is asked.")
    _say(session, draft_id, writer, said)
    session.execute(update(SharedDraft).where(col(SharedDraft.id) == draft_id).values(refusal=None))
    return _settle(session, writer, book, draft_id, now)


def _whole(found: Scene, terms: Draft) -> Draft:
    """Return what is published: the newest text, in the guild of the draft."""
    return replace(terms, body=found.body or "", guild=found.guild)


def _say(session: Session, draft_id: int, writer: Identity, said: Answer | None) -> None:
    mine = col(DraftWriter.draft_id) == draft_id, col(DraftWriter.member_id) == writer.member_id
    session.execute(update(DraftWriter).where(*mine).values(answer=said))


def _settle(session: Session, viewer: Identity, book: Book, draft_id: int, now: datetime) -> int | None:
    """Publish a draft that is held where all have agreed, or keep why it cannot be; return the post's id."""
    found = scene.read(session, viewer, draft_id)
    if found.offer is None or found.offered_by is None:
        return None
    if agreement.outstanding(found.writers, found.offered_by):
        return None
    try:
        author = _author(session, found)
        with session.begin_nested():
            made = posts.publish(session, author, book, _whole(found, drafts.restored(found.offer)), now)
    except AllotmentError as error:
        kept = refusal.stored(error)
        session.execute(update(SharedDraft).where(col(SharedDraft.id) == draft_id).values(refusal=kept))
        telling.refused(session, book, found, found.offered_by, error.detail, now)
        return None
    names = agreement.named(found.writers, found.offered_by)
    made.cowritten = bool(names)
    session.add_all(PostWriter(post_id=made.id, member_id=one.member_id, number=one.number) for one in names)
    session.flush()
    done = {"post_id": made.id, "offer": None, "offered_by": None, "refusal": None, "touched_at": now}
    session.execute(update(SharedDraft).where(col(SharedDraft.id) == draft_id).values(**done))
    for statement in _NO_TEXT_KEPT:
        session.connection().execute(statement, {"draft": draft_id})
    telling.published(session, book, found, now)
    return made.id


def _author(session: Session, found: Scene) -> Identity:
    """Return who proposed it as they are now; raise Conflict where they may not see the draft any more."""
    writer = found.writer(found.offered_by or 0)
    row = session.execute(identity_query().where(col(Member.id) == found.offered_by)).one_or_none()
    if writer is None or not writer.here or row is None:
        fault = Fault("", "Propose it yourself, or change the text.")
        raise Conflict("Who proposed this is not there any more.", faults=(fault,))
    return as_identity(row, frozenset())
