"""Who writes in a draft: inviting members of its guild, leaving it, opening it to all of the guild."""

from datetime import datetime

from sqlalchemy import delete, exists, select, text, update
from sqlmodel import Session, col

from audience.access import BLOCKED
from audience.cowriting import scene, telling
from audience.cowriting.agreement import Writer
from audience.cowriting.scene import Scene, entitled
from audience.cowriting.tables import DraftRevision, DraftWriter, SharedDraft
from audience.limits import deciding, rules_of
from coop.book import Book
from coop.errors import Conflict, Fault, Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from coop.names import normal

_INVITED = text(f"""
SELECT member.id FROM member JOIN shared_draft AS draft ON draft.id = :draft
WHERE member.handle = :handle AND {entitled("member.id")} AND member.id NOT IN {BLOCKED}
""")  # noqa: S608 - put together from constants


def invite(session: Session, writer: Identity, book: Book, draft_id: int, handle: str, now: datetime) -> None:
    """Let another member of the guild write in a draft, and tell them; nothing happens where they do.

    Raise NotFound where the member may not see it, RuleBroken where there is nobody whom they can invite by
    this handle or as many write in it as may, and Conflict where it is published.
    """
    found = scene.hold(session, writer, draft_id)
    bound = {"draft": draft_id, "me": writer.member_id, "handle": normal(handle)}
    member_id = session.connection().execute(_INVITED, bound).scalar_one_or_none()
    if member_id is None:
        fault = Fault("/handle", f"Nobody in {found.guild} has this handle whom you can invite.")
        raise RuleBroken("This member cannot be invited.", faults=(fault,))
    if found.writer(member_id) is None:
        number = join(session, book, found, member_id, now).number
        telling.invited(session, book, found, member_id, number, now)


def join(session: Session, book: Book, found: Scene, member_id: int, now: datetime) -> Writer:
    """Count a member among those who write in a draft that the caller holds, and return them.

    Raise RuleBroken where as many do as may.
    """
    there = found.writer(member_id)
    if there is not None:
        return there
    most = rules_of(book, found.guild).drafts.writers
    if sum(one.here for one in found.writers) >= most:
        clause = deciding(book, found.guild, "/drafts/writers")
        raise RuleBroken(
            "As many write in this as may.",
            faults=(Fault("", f"At most {most} write in one draft.", clause),),
        )
    theirs = col(DraftRevision.draft_id) == found.id, col(DraftRevision.author_id) == member_id
    wrote = bool(session.execute(select(exists().where(*theirs))).scalar_one())
    number = found.joined + 1
    session.execute(update(SharedDraft).where(col(SharedDraft.id) == found.id).values(joined=number))
    session.add(DraftWriter(draft_id=found.id, member_id=member_id, number=number, wrote=wrote, since=now))
    session.flush()
    return Writer(member_id, number, None, None, wrote, None, here=True, inside=True)


def remove(session: Session, writer: Identity, draft_id: int, handle: str) -> None:
    """Leave a draft, what one wrote staying in its text, or send out somebody who wrote nothing in it.

    A proposal of theirs to publish it falls. Raise NotFound where the member may not see it or nobody of this
    handle writes in it, Forbidden where it is another and the member does not keep it or the other wrote in
    it, and Conflict where it is published or nobody would be left.
    """
    found = scene.hold(session, writer, draft_id)
    sought = normal(handle)
    gone = next((one for one in found.writers if one.handle == sought), None)
    if gone is None:
        raise NotFound
    if gone.member_id != writer.member_id:
        if found.keeper != writer.member_id:
            raise Forbidden("Who began it sends others out; you can leave it yourself.")
        if gone.wrote and gone.inside:
            raise Forbidden("They wrote in it, so it is published with their yes or not at all.")
    if not any(one.here for one in found.writers if one.member_id != gone.member_id):
        raise Conflict("Nobody else writes in it: drop it instead.")
    row = col(DraftWriter.draft_id) == draft_id, col(DraftWriter.member_id) == gone.member_id
    session.execute(delete(DraftWriter).where(*row))
    if found.offered_by == gone.member_id:
        withdraw_offer(session, draft_id)


def open_to_guild(session: Session, writer: Identity, draft_id: int, *, opened: bool) -> None:
    """Let all of the guild write in a draft, or whoever does already and is invited.

    Raise NotFound where the member may not see it, Forbidden where they do not keep it, Conflict where it is
    published.
    """
    if scene.hold(session, writer, draft_id).keeper != writer.member_id:
        raise Forbidden("Who began it says who may write in it.")
    session.execute(update(SharedDraft).where(col(SharedDraft.id) == draft_id).values(opened=opened))


def withdraw_offer(session: Session, draft_id: int) -> None:
    """End what was proposed for a draft, and what was said to it; the caller holds the draft."""
    nothing = {"offer": None, "offered_by": None, "refusal": None}
    session.execute(update(SharedDraft).where(col(SharedDraft.id) == draft_id).values(**nothing))
    said = col(DraftWriter.draft_id) == draft_id, col(DraftWriter.answer).is_not(None)
    session.execute(update(DraftWriter).where(*said).values(answer=None))
