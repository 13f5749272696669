"""Lists for tests: who holds the feature, posts to put into lists, and what of a list somebody sees."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session

from audience.playlists import items, keeping, sequence
from audience.playlists.sight import SeenBy, Shown
from audience.tables import Post
from coop.book import Book
from coop.features import PLAYLISTS
from coop.holdings import Held, Holdings
from coop.identity import Identity
from tests.audience.factories import NOW, make_post

NOBODY_ELSE: dict[str, Any] = {"see": {"any": []}}
"""For its author alone."""


def may_list(book: Book, *members: Identity, guilds: Sequence[str] = ()) -> Book:
    """Return the book as it stands where these members and guilds hold the feature, and nobody else."""
    held = Held(frozenset(one.member_id for one in members))
    of_guilds = {PLAYLISTS: Held(frozenset(guilds))} if guilds else {}
    return book.with_holdings(Holdings(book.holdings.version + 1, {PLAYLISTS: held}, of_guilds))


@dataclass
class Shelf:
    """A list that somebody keeps, and what is done with it."""

    session: Session
    book: Book
    keeper: Identity
    made: Shown
    posts: dict[str, Post] = field(default_factory=dict)

    @property
    def id(self) -> int:
        return self.made.id

    def put(
        self, author: Identity, name: str, audience: dict[str, Any] | None = None, now: datetime = NOW
    ) -> Post:
        """Publish a post of this text and put it into the list."""
        post = make_post(self.session, author, self.book, audience, body=name, now=now)
        self.posts[name] = post
        items.add(self.session, self.keeper, self.book, self.id, post.id, now)
        return post

    def read(
        self, reader: Identity, *, after: int | None = None, limit: int = 30, now: datetime = NOW
    ) -> list[tuple[int, str]]:
        """Return the numbers and the texts that a reader is shown."""
        found, _ = sequence.page(self.session, reader, self.book, self.id, now, after=after, limit=limit)
        return [(one.number, one.entry.card.body) for one in found]


def shelf(
    session: Session,
    book: Book,
    keeper: Identity,
    *,
    seen_by: SeenBy = "members",
    guild: str | None = None,
    title: str = "Bread",
    description: str = "",
) -> Shelf:
    """Make a list of somebody who holds the feature by this book."""
    made = keeping.make(session, keeper, book, title, description, seen_by, guild, NOW)
    return Shelf(session, book, keeper, made)
