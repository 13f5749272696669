"""Beginning a draft in a guild, and dropping it.

The guild holds the feature ``collaborative_editing``, not the member. It is asked here and nowhere else: a
guild that loses it finishes what is under way. Of the drafts of a guild no more are under way than its clause
says, which is exact because the guild's row is held while one is begun.
"""

from datetime import datetime

from sqlalchemy import func, select, text
from sqlmodel import Session, col

from audience.cowriting import scene
from audience.cowriting.tables import DraftRevision, DraftWriter, SharedDraft
from audience.limits import deciding, rules_of
from coop import features
from coop.book import Book
from coop.errors import Conflict, Fault, Forbidden, NotFound
from coop.features import COLLABORATIVE_EDITING
from coop.identity import Identity
from coop.ids import new_id
from coop.names import normal, prose
from coop.suspended import check as check_not_suspended
from coop.tables import Guild
from coop.unheld import unheld

_PARTS = tuple(
    text(f"DELETE FROM {table} WHERE draft_id = :draft")  # noqa: S608 - named here
    for table in ("draft_note", "draft_revision", "draft_writer")
)
_ALL = text("DELETE FROM shared_draft WHERE id = :draft")


def begin(
    session: Session, writer: Identity, book: Book, slug: str, body: str, now: datetime, *, opened: bool
) -> int:
    """Begin a draft in a guild and return its id; ``opened`` lets all of the guild write in it.

    Raise NotFound where there is no such guild, Forbidden where the member is not in it, may publish nothing
    or it does not hold the feature, RuleBroken where the text does not fit the rules, and Conflict where as
    many drafts of the guild are under way as may.
    """
    guild = session.scalar(
        select(Guild).where(col(Guild.slug) == normal(slug)).with_for_update(key_share=True)
    )
    if guild is None or guild.id is None:
        raise NotFound
    if guild.id not in writer.guilds:
        raise Forbidden("Only its members write drafts in a guild.")
    if not features.held_by_guild(book, COLLABORATIVE_EDITING, guild.slug, now):
        fault = unheld(book, COLLABORATIVE_EDITING, guild.slug, now)
        raise Forbidden("This guild does not hold what it takes to write together.", faults=(fault,))
    check_not_suspended(writer, book, "publish", now)
    _check_number(session, book, guild.id, guild.slug)
    said = prose(body, "/body", longest=rules_of(book, guild.slug).posts.characters)
    draft = SharedDraft(
        id=new_id(now),
        guild_id=guild.id,
        begun_by=writer.member_id,
        opened=opened,
        begun_at=now,
        touched_at=now,
    )
    session.add(draft)
    session.flush()
    session.add(
        DraftWriter(draft_id=draft.id, member_id=writer.member_id, number=1, wrote=bool(said), since=now)
    )
    session.add(DraftRevision(draft_id=draft.id, number=1, author_id=writer.member_id, body=said, at=now))
    session.flush()
    return draft.id


def drop(session: Session, writer: Identity, draft_id: int) -> None:
    """Take a draft away, with all its revisions and notes.

    Raise NotFound where the member may not see it, Forbidden where another keeps it, Conflict where it is
    published.
    """
    if scene.hold(session, writer, draft_id).keeper != writer.member_id:
        raise Forbidden("Who began it drops it; once they left, whoever of you has been there longest.")
    forget(session, draft_id)


def forget(session: Session, draft_id: int) -> None:
    """Delete a draft and all that belongs to it; the caller holds it."""
    for statement in (*_PARTS, _ALL):
        session.connection().execute(statement, {"draft": draft_id})


def _check_number(session: Session, book: Book, guild_id: int, slug: str) -> None:
    under_way = (
        select(func.count())
        .select_from(SharedDraft)
        .where(col(SharedDraft.guild_id) == guild_id, col(SharedDraft.post_id).is_(None))
    )
    most = rules_of(book, slug).drafts.open
    if session.execute(under_way).scalar_one() >= most:
        clause = deciding(book, slug, "/drafts/open")
        fault = Fault("", f"At most {most}: publish or drop one that is under way.", clause)
        raise Conflict("This guild has as many drafts under way as it may.", faults=(fault,))
