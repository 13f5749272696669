"""Polls for tests: a guild that may ask, what is asked in it, and who chooses what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from audience import posts
from audience.document import AudienceDocument
from audience.polls import voting
from audience.polls.question import Question
from audience.posts import Draft
from audience.tables import Post
from coop.book import Book
from coop.clock import Clock
from coop.features import GUILD_POLLS
from coop.holdings import Held, Holdings
from coop.identity import Identity
from tests.audience.factories import NOW
from tests.factories import identity_of, make_guild, make_members

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LOAVES = Question(("Rye", "Oats", "Spelt"), DAY)


class At(Clock):
    """A clock that stands still."""

    def __init__(self, moment: datetime) -> None:
        super().__init__()
        self.moment = moment

    def now(self, session: Session) -> datetime:
        return self.moment


@dataclass
class Bakery:
    """Those who belong to the guild of bakers, the first of whom asks."""

    session: Session
    book: Book
    bakers: Sequence[Identity]

    @property
    def author(self) -> Identity:
        return self.bakers[0]

    def ask(
        self, question: Question | None = LOAVES, audience: dict[str, Any] | None = None, **more: Any
    ) -> Post:
        document = AudienceDocument.model_validate(audience or {})
        said = {"body": "Which?", "guild": "bakers", "audience": document, "poll": question, **more}
        return posts.publish(self.session, self.author, self.book, Draft(**said), NOW)

    def choose(self, post: Post, who: Identity, option: int, at: datetime = NOW + HOUR) -> None:
        voting.vote(self.session, who, self.book, post.id, option, At(at))

    def answered(self, *counts: int) -> Post:
        """Ask, and have so many choose each option."""
        post, people = self.ask(), iter(self.bakers)
        for option, number in enumerate(counts, start=1):
            for _ in range(number):
                self.choose(post, next(people), option)
        return post


def may_ask(book: Book, *guilds: str) -> Book:
    """Return the book as it stands where these guilds hold the feature."""
    return book.with_holdings(Holdings(book.holdings.version + 1, {}, {GUILD_POLLS: Held(frozenset(guilds))}))


def bakery(session: Session, book: Book, number: int = 16) -> Bakery:
    """Found a guild of so many that holds the feature."""
    rows = make_members(session, number)
    guild = make_guild(session, "bakers", rows[0], tuple(rows[1:]))
    return Bakery(session, may_ask(book, "bakers"), [identity_of(row, (guild,)) for row in rows])
