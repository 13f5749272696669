"""Talk under a post, for tests: who answers what, and what somebody is shown of it."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from audience import replies, threads
from audience.reply_cards import ReplyCard
from audience.tables import Post, Reply
from audience.threads import Thread
from coop.book import Book
from coop.identity import Identity
from tests.audience.factories import NOW, make_post
from tests.factories import identity_of, make_member

SECOND = timedelta(seconds=1)


@dataclass
class Talk:
    """A post of ada's, and people who answer it one after another, a second apart."""

    session: Session
    book: Book
    post: Post = field(init=False)
    people: dict[str, Identity] = field(default_factory=dict)
    made: dict[str, Reply] = field(default_factory=dict)
    """Replies by what they say."""
    audience: dict[str, Any] | None = None
    body: str = "Bread"

    def __post_init__(self) -> None:
        self.post = make_post(self.session, self.who("ada"), self.book, self.audience, body=self.body)

    @staticmethod
    def newcomer(session: Session, handle: str) -> Identity:
        """Return somebody of this name who has just joined."""
        return identity_of(make_member(session, handle))

    def who(self, handle: str) -> Identity:
        """Return somebody of this name, who joins where they are new."""
        if handle not in self.people:
            self.people[handle] = self.newcomer(self.session, handle)
        return self.people[handle]

    def say(self, handle: str, body: str, under: str | None = None, **more: Any) -> Reply:
        """Answer the post, or the reply that says ``under``."""
        parent = None if under is None else self.made[under].id
        at = NOW + len(self.made) * SECOND
        made = replies.write(
            self.session, self.who(handle), self.book, self.post.id, body, at, parent_id=parent, **more
        )
        self.made[body] = made
        return made

    def take_back(self, handle: str, body: str) -> None:
        """Delete one's own reply."""
        replies.delete(self.session, self.who(handle), self.made[body].id, NOW)

    def read(self, handle: str, **more: Any) -> Thread:
        """Return the thread as somebody is shown it."""
        return threads.read(
            self.session, self.who(handle), self.book, self.post.id, NOW, **{"limit": 30, **more}
        )

    def shown(self, handle: str, **more: Any) -> list[str]:
        """Return what somebody is shown, each as deep as it stands; gaps are ``-``."""
        return [outline(card) for card in self.read(handle, **more).cards]


def outline(card: ReplyCard) -> str:
    """Return a reply as a line: dots for its depth, then its words."""
    return "." * card.depth + ("-" if card.body is None else card.body)
