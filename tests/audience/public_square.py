"""A coop that lets posts be for everybody, what is public there, and what is not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session

from app import POLICY_KINDS
from audience import derivatives, posts, relations, replies, stages
from audience.document import AudienceDocument, Parts
from audience.posts import Draft
from audience.rules import AUDIENCE
from audience.tables import Post, Reply
from coop import policies
from coop.book import COOP, Book
from coop.identity import Identity
from coop.policies import Books
from coop.policy_text import apply
from tests.audience.factories import NOBODY, make_asset
from tests.factories import identity_of, make_guild, make_member

FOR_EVERYBODY = {
    "/reach/widest": "public",
    "/seats/default": "open",
    "/seats/ceiling": "open",
    "/arrivals/per_minute": "open",
}
"""Clauses under which a post may be public."""
PUBLIC: dict[str, Any] = {"preset": "public", "seats": {"max": "open"}}
QUOTABLE: dict[str, Any] = {**PUBLIC, "interact": {"quote": {"auto": [{"local": True}]}}}
FIRST_ASKED: dict[str, Any] = {**PUBLIC, "interact": {"quote": {"ask": [{"local": True}]}}}


def vote(session: Session, book: Book, clauses: Mapping[str, object]) -> Book:
    """Leave what an enactment would: a version of the coop's policy that says this; return the book then."""
    before = book.policies[COOP, AUDIENCE].text
    patch = [{"op": "replace", "path": path, "value": value} for path, value in clauses.items()]
    now = datetime.now(UTC)
    text = apply(before, patch)
    policies.new_version(
        session, COOP, AUDIENCE, text, cause="founding", proposal_id=None, tally=None, now=now
    )
    return Books(POLICY_KINDS).current(session)


@dataclass
class Square:
    """Ada, Ben and Cleo, who publish and answer; Ada and Ben are in a guild."""

    session: Session
    book: Book
    """The one that the coop was founded with; then the one in force."""
    people: dict[str, Identity] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.book = vote(self.session, self.book, FOR_EVERYBODY)
        rows = {name: make_member(self.session, name) for name in ("ada", "ben", "cleo")}
        guild = make_guild(self.session, "bakers", rows["ada"], (rows["ben"],))
        for name, row in rows.items():
            self.people[name] = identity_of(row, () if name == "cleo" else (guild,))

    def publish(
        self,
        audience: dict[str, Any],
        who: str = "ada",
        *,
        body: str = "Bread",
        teaser: str = "",
        picture: bool = False,
        of: Post | None = None,
        age: timedelta = timedelta(),
    ) -> Post:
        """Publish a post, ``of`` another where it quotes one, so long ago."""
        author = self.people[who]
        draft = Draft(
            body=body,
            teaser=teaser,
            asset_id=make_asset(self.session, author).id if picture else None,
            audience=AudienceDocument.model_validate(audience),
            quote_id=None if of is None else of.id,
        )
        return posts.publish(self.session, author, self.book, draft, datetime.now(UTC) - age)

    def say(self, post: Post, body: str, who: str = "ben", **more: Any) -> Reply:
        """Answer a post."""
        now = datetime.now(UTC)
        return replies.write(self.session, self.people[who], self.book, post.id, body, now, **more)

    def tighten(self, post: Post, parts: dict[str, Any]) -> None:
        """Narrow a post of Ada's from now on."""
        layer, now = Parts.model_validate(parts), datetime.now(UTC)
        stages.tighten(self.session, self.people["ada"], self.book, post.id, layer, now)


def _tightened(square: Square) -> Post:
    post = square.publish(PUBLIC, picture=True)
    square.tighten(post, {"preset": "local"})
    return post


def _counted(square: Square) -> Post:
    post = square.publish(PUBLIC, picture=True)
    square.tighten(post, {"seats": {"max": 5}})
    return post


def _deleted(square: Square) -> Post:
    post = square.publish(PUBLIC, picture=True)
    posts.delete(square.session, square.people["ada"], post.id, datetime.now(UTC))
    return post


def _quote_of(audience: dict[str, Any]) -> Callable[[Square], Post]:
    def make(square: Square) -> Post:
        return square.publish(PUBLIC, "ben", picture=True, of=square.publish(audience))

    return make


def _quote_of_what_was_tightened(square: Square) -> Post:
    source = square.publish(QUOTABLE)
    post = square.publish(PUBLIC, "ben", picture=True, of=source)
    square.tighten(source, {"preset": "local"})
    return post


def _for(audience: dict[str, Any], age: timedelta = timedelta()) -> Callable[[Square], Post]:
    return lambda square: square.publish(audience, picture=True, age=age)


HIDDEN: dict[str, Callable[[Square], Post]] = {
    "for members": _for({}),
    "for nobody": _for(NOBODY),
    "for a guild": _for({"see": {"any": [{"guild": "bakers"}]}}),
    "a room for members": _for({"seats": {"max": 5, "on_full": "waitlist"}}),
    "of a door for members": _for({"see": {"any": [{"local": True}]}, "read": NOBODY["see"]}),
    "grown narrower with age": _for(
        {**PUBLIC, "after": [{"age": "PT1M", "set": {"preset": "local"}}]}, timedelta(hours=1)
    ),
    "grown countable with age": _for(
        {**PUBLIC, "after": [{"age": "PT1M", "set": {"seats": {"max": 5}}}]}, timedelta(hours=1)
    ),
    "tightened": _tightened,
    "counted": _counted,
    "deleted": _deleted,
    "a quote that waits": _quote_of(FIRST_ASKED),
    "a quote of what is for members": _quote_of({"interact": QUOTABLE["interact"]}),
    "a quote of what was tightened": _quote_of_what_was_tightened,
}
"""Posts that a visitor is not shown, by why; each has a picture."""


def _detach(square: Square, source: Post, quote: Post) -> None:
    derivatives.detach(square.session, square.people["ada"], source.id, quote.id, datetime.now(UTC))


def _delete(square: Square, source: Post, quote: Post) -> None:
    posts.delete(square.session, square.people["ada"], source.id, datetime.now(UTC))


def _block(square: Square, source: Post, quote: Post) -> None:
    relations.block(square.session, square.people["ben"], "ada", datetime.now(UTC))


SEVERED: dict[str, Callable[[Square, Post, Post], None]] = {
    "detached": _detach,
    "deleted": _delete,
    "blocked": _block,
}
"""What may come between a public quote of Ben's and its public source of Ada's."""
