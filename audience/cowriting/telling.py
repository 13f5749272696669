"""Telling those who write in a draft what came about in it. No notice says anything of its text."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import and_, select
from sqlmodel import Session, col

from audience.cowriting.agreement import Writer, asked
from audience.cowriting.scene import Scene
from audience.cowriting.tables import DraftWriter, SharedDraft
from audience.limits import rules_of
from coop import notices
from coop.book import Book
from coop.notices import Tidings
from coop.tables import GuildMembership, Member

TOPIC: Final = "draft"
INVITED, OFFERED, PUBLISHED, REFUSED, GOES = "invited", "offered", "published", "refused", "goes"
"""Moments of what is told once in a turn; what somebody wrote has one of its own: see :func:`written`."""


def invited(session: Session, book: Book, found: Scene, member_id: int, number: int, now: datetime) -> None:
    """Tell a member that they may write in a draft; ``number`` is theirs among those who do."""
    line = f"You may write a post with others, in {found.guild}."
    _tell(session, book, found.id, INVITED, number, line, "", {member_id}, now)


def written(session: Session, book: Book, found: Scene, author: Writer, now: datetime) -> None:
    """Tell the others that somebody wrote: once in the time that a clause says, however often they do."""
    span = rules_of(book, found.guild).drafts.told_every
    others = {one.member_id for one in found.writers if one.here and one.member_id != author.member_id}
    line = f"Somebody wrote in a draft of yours, in {found.guild}."
    moment, turn = f"written:{author.number}", int(now.timestamp() // span.total_seconds())
    _tell(session, book, found.id, moment, turn, line, "See what is new.", others, now)


def offered(session: Session, book: Book, found: Scene, proposer: int, turn: int, now: datetime) -> None:
    """Ask whoever wrote in a draft, and may read it, whether it may be published as it stands."""
    line = f"A draft that you wrote in may be published, in {found.guild}: say whether with your name."
    detail = "It waits for each who wrote in it. Any change of the text ends this, and it is asked anew."
    others = {one.member_id for one in asked(found.writers, proposer) if one.here}
    _tell(session, book, found.id, OFFERED, turn, line, detail, others, now)


def published(session: Session, book: Book, found: Scene, now: datetime) -> None:
    """Tell all who write in a draft that it is published."""
    line = f"A draft that you wrote in is published, in {found.guild}."
    detail = "Where it names you, you may take your name off at any time."
    here = {one.member_id for one in found.writers if one.here}
    _tell(session, book, found.id, PUBLISHED, 0, line, detail, here, now)


def refused(session: Session, book: Book, found: Scene, proposer: int, detail: str, now: datetime) -> None:
    """Tell whoever proposed to publish a draft that all agreed, and it could not be."""
    line = "A draft on which all had agreed could not be published."
    told = f"{detail} It is kept as it was."
    _tell(session, book, found.id, REFUSED, found.offers, line, told, {proposer}, now)


def goes(session: Session, book: Book, draft_id: int, until: datetime, turn: int, now: datetime) -> None:
    """Tell all who write in a draft that nobody has touched it, and when it goes."""
    writing = (
        select(col(DraftWriter.member_id))
        .join(SharedDraft, col(SharedDraft.id) == col(DraftWriter.draft_id))
        .join(
            GuildMembership,
            and_(
                col(GuildMembership.guild_id) == col(SharedDraft.guild_id),
                col(GuildMembership.member_id) == col(DraftWriter.member_id),
                col(GuildMembership.left_at).is_(None),
            ),
        )
        .where(col(DraftWriter.draft_id) == draft_id)
    )
    tidings = Tidings(
        topic=TOPIC,
        subject=draft_id,
        moment=GOES,
        turn=turn,
        line="Nobody has touched a draft of yours for long: it is taken away soon.",
        detail="Whoever saves it or notes something keeps it.",
        path=f"/drafts/{draft_id}",
        at=now,
        until=until,
    )
    notices.tell(session, book, tidings, writing, now)


def _tell(
    session: Session,
    book: Book,
    draft_id: int,
    moment: str,
    turn: int,
    line: str,
    detail: str,
    members: Collection[int],
    now: datetime,
) -> None:
    if not members:
        return
    tidings = Tidings(
        topic=TOPIC,
        subject=draft_id,
        moment=moment,
        turn=turn,
        line=line,
        detail=detail,
        path=f"/drafts/{draft_id}",
        at=now,
    )
    notices.tell(session, book, tidings, select(col(Member.id)).where(col(Member.id).in_(members)), now)
