"""Drafts that several write together, for tests: a guild that may, and who of it does what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from audience.cowriting import beginning, offering, revising, scene, writers
from audience.cowriting.agreement import Answer
from audience.cowriting.revising import Saved
from audience.cowriting.scene import Scene
from audience.document import AudienceDocument
from audience.posts import Draft
from coop.book import Book
from coop.features import COLLABORATIVE_EDITING
from coop.holdings import Held, Holdings
from coop.identity import Identity
from coop.notice_tables import Announcement, Notice
from coop.tables import Guild
from tests.audience.factories import NOW
from tests.factories import identity_of, make_guild, make_member, make_members

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BREAD = "Flour\n\nWater\n\nSalt"


@dataclass
class Bakers:
    """A guild that may write together: Ada, who begins it all, Ben, Cleo and Dora. Eve is outside."""

    session: Session
    book: Book
    guild: Guild
    ada: Identity
    ben: Identity
    cleo: Identity
    dora: Identity
    eve: Identity

    def begin(self, body: str = BREAD, *others: Identity, opened: bool = False, now: datetime = NOW) -> int:
        """Have Ada begin a draft and invite others; return its id."""
        made = beginning.begin(self.session, self.ada, self.book, "bakers", body, now, opened=opened)
        for other in others:
            writers.invite(self.session, self.ada, self.book, made, other.handle, now)
        return made

    def save(self, draft: int, who: Identity, base: int, body: str, now: datetime = NOW) -> Saved:
        return revising.save(self.session, who, self.book, draft, base, body, now)

    def offer(
        self, draft: int, who: Identity, revision: int, audience: dict[str, Any] | None = None, **more: Any
    ) -> int | None:
        terms = Draft(audience=AudienceDocument.model_validate(audience or {}), **more)
        return offering.offer(self.session, who, self.book, draft, revision, terms, NOW)

    def answer(
        self, draft: int, who: Identity, said: Answer | None, now: datetime = NOW, turn: int | None = None
    ) -> int | None:
        number = self.of(draft, who).offers if turn is None else turn
        return offering.answer(self.session, who, self.book, draft, number, said, now)

    def of(self, draft: int, who: Identity | None = None) -> Scene:
        """Return a draft as somebody finds it, Ada where nobody is named."""
        return scene.read(self.session, who or self.ada, draft)

    def told(self, who: Identity) -> list[str]:
        """Return the moments that somebody was told of drafts, in the order of their names."""
        rows = self.session.execute(
            select(col(Announcement.moment))
            .join(Notice, col(Notice.announcement_id) == col(Announcement.id))
            .where(col(Notice.member_id) == who.member_id, col(Announcement.topic) == "draft")
        )
        return sorted(rows.scalars())


def may_write_together(book: Book, *guilds: str) -> Book:
    """Return the book as it stands where these guilds hold the feature."""
    held = {COLLABORATIVE_EDITING: Held(frozenset(guilds))}
    return book.with_holdings(Holdings(book.holdings.version + 1, {}, held))


def bakers(session: Session, book: Book) -> Bakers:
    """Found the guild, which holds the feature."""
    names: Sequence[str] = ("ada", "ben", "cleo", "dora")
    rows = make_members(session, names)
    guild = make_guild(session, "bakers", rows[0], tuple(rows[1:]))
    ada, ben, cleo, dora = (identity_of(row, (guild,)) for row in rows)
    eve = identity_of(make_member(session, "eve"))
    return Bakers(session, may_write_together(book, "bakers"), guild, ada, ben, cleo, dora, eve)
