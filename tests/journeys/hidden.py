"""Posts that an outsider may not see, of every kind, with all that the others do with them.

Whoever makes them is there without them too: Ada and Ben, who are in a guild, Cleo, and Eve, who has just
come. Dora blocks the outsider, and Elsa, who follows Ben and Cleo, comes to keep strangers out for now. Each
kind is made so often that what is counted of posts would show it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from audience import (
    derivatives,
    downloads,
    grants,
    likes,
    limit_for_now,
    posts,
    replies,
    reposts,
    stages,
    waiting,
    watching,
)
from audience.access import access_post
from audience.document import AudienceDocument, Parts
from audience.feeds import helped, less
from audience.interaction_tables import Derivative
from audience.posts import Draft
from audience.tables import Post, Reply
from coop.book import Book
from coop.identity import Identity
from tests.audience.factories import make_asset
from tests.audience.public_square import PUBLIC
from tests.factories import LISBON, PORTUGAL

HALF_AN_HOUR = timedelta(minutes=30)
OF_OLD = timedelta(days=290)
"""What feeds know of authors and posts is not counted of what is so old. It is counted for everybody alike,
also of posts for every member that are full, or whose author blocks the reader."""
VERBS = ("like", "repost", "quote", "reply", "download")

LINKS = "https://a.example https://b.example https://c.example"
"""What the founding rules hold where somebody says it who has just come, as Eve has."""
ANSWER = "Hidden answer #bread"

BAKERS: dict[str, Any] = {"see": {"any": [{"guild": "bakers"}]}}
TWO: dict[str, Any] = {"see": {"any": [{"member": "ben"}, {"member": "cleo"}]}}
FREE: dict[str, Any] = {**TWO, "interact": {verb: {"auto": [{"local": True}]} for verb in VERBS}}
"""For Ben and Cleo, who may do anything with it."""
BY_LEAVE: dict[str, Any] = {**TWO, "interact": {verb: {"ask": [{"local": True}]} for verb in VERBS}}
"""For Ben and Cleo, who ask before they do anything with it."""

AUDIENCES: list[dict[str, Any]] = [
    BAKERS,
    {"see": {"any": [{"member": "ben"}]}},
    {"see": {"any": [{"circle": "Family"}]}},
    {"preset": "self"},
    {"preset": "mutuals"},
    {"see": {"any": [{"follow": {"dir": "follower", "min_days": 30}}]}},
    {"see": {"any": [{"place": str(PORTUGAL)}, {"place": str(LISBON)}]}},
    {"see": {"any": [{"contributed": {"tag": "rye", "min": 2}}]}},
    {"see": {"any": [{"mentioned": True}]}},
    {"see": {"any": [{"local": True}], "not": [{"member": "outsider"}]}},
    {"see": {"all": [{"guild": "bakers"}, {"any": [{"local": True}]}]}, "seats": {"max": 20}},
    {**BAKERS, "read": {"any": [{"member": "ben"}]}},
    {**BAKERS, "after": [{"age": "P30D", "set": {"preset": "self"}}]},
    {"after": [{"age": "PT1M", "set": {"preset": "mutuals"}}]},
    {**PUBLIC, "after": [{"age": "PT1M", "set": {"preset": "mutuals"}}]},
    {"see": {"any": [{"local": True}]}, "read": BAKERS["see"], "after": [{"age": "PT1M", "set": BAKERS}]},
]
"""Audiences that leave the outsider out by what they say; the last one had a door that has closed."""


@dataclass
class Hidden:
    """What was made, for those who ask for it."""

    session: Session
    book: Book
    people: dict[str, Identity]
    now: datetime
    quoted: int
    """A post that everybody may see, and quote."""
    shown: int
    """A post that every member may see and answer."""
    posts: list[int] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    held: list[int] = field(default_factory=list)
    """Answers to what is shown that the rules hold."""
    assets: list[int] = field(default_factory=list)

    def publish(
        self,
        audience: dict[str, Any],
        who: str = "ada",
        *,
        of: int | None = None,
        guild: str | None = None,
        body: str = "Hidden #bread and #secret for @ben",
        ago: timedelta = HALF_AN_HOUR,
        picture: bool = False,
    ) -> Post:
        """Publish a post, ``of`` another where it quotes one."""
        author = self.people[who]
        asset = make_asset(self.session, author, kind=self._kind()) if picture else None
        draft = Draft(
            body=body,
            teaser="Hidden #bread behind a door",
            guild=guild,
            asset_id=None if asset is None else asset.id,
            audience=AudienceDocument.model_validate(audience),
            quote_id=of,
        )
        made = posts.publish(self.session, author, self.book, draft, self.now - ago)
        self.posts.append(made.id)
        self.assets += [] if asset is None else [asset.id]
        return made

    def _kind(self) -> str:
        """Return what is hidden next: photos and videos, in turn."""
        return "video" if len(self.assets) % 2 else "photo"

    def seat(self, post: Post, *who: str, ago: timedelta = HALF_AN_HOUR) -> None:
        """Have some people open a post, so long ago and one after another, and look at it."""
        for one in who:
            reader = self.people[one]
            access_post(self.session, reader, self.book, post.id, self.now - ago)
            watching.watched(self.session, reader, self.book, post.id, 60_000, self.now)

    def say(
        self, post: Post | int, who: str = "ben", *, body: str = ANSWER, picture: bool = False, **more: Any
    ) -> Reply:
        """Answer a post."""
        author = self.people[who]
        asset = make_asset(self.session, author, kind=self._kind()) if picture else None
        more |= {} if asset is None else {"asset_id": asset.id}
        post_id = post if isinstance(post, int) else post.id
        made = replies.write(self.session, author, self.book, post_id, body, self.now, **more)
        self.answers.append(made.id)
        self.assets += [] if asset is None else [asset.id]
        return made


def _full(hidden: Hidden) -> None:
    hidden.seat(hidden.publish({**TWO, "seats": {"max": 1, "on_full": "close"}}, picture=True), "ben")


def _full_for_all(hidden: Hidden) -> None:
    post = hidden.publish({"seats": {"max": 1, "on_full": "close"}}, ago=OF_OLD, picture=True)
    hidden.seat(post, "ben", ago=OF_OLD)
    hidden.say(post)


def _behind_a_block(hidden: Hidden) -> None:
    post = hidden.publish({}, "dora", ago=OF_OLD, picture=True)
    hidden.seat(post, "ben", "cleo", ago=OF_OLD)
    hidden.say(post)
    reposts.repost(hidden.session, hidden.people["cleo"], hidden.book, post.id, hidden.now)


def _kept_for_friends(hidden: Hidden) -> None:
    elsa = hidden.people["elsa"]
    limit_for_now.begin(hidden.session, elsa, hidden.book, None, "strangers_and_recent", hidden.now)
    post = hidden.publish({**PUBLIC, "interact": FREE["interact"]}, "elsa", ago=OF_OLD, picture=True)
    hidden.seat(post, "ben", "cleo", ago=OF_OLD)
    hidden.say(post, picture=True)
    likes.like(hidden.session, hidden.people["ben"], hidden.book, post.id, hidden.now)
    reposts.repost(hidden.session, hidden.people["cleo"], hidden.book, post.id, hidden.now)
    hidden.publish({}, "elsa", of=post.id, ago=OF_OLD)
    hidden.publish({"read": {"any": [{"member": "ben"}]}}, "elsa", ago=OF_OLD)


def _waited_for(hidden: Hidden) -> None:
    post = hidden.publish({**TWO, "seats": {"max": 1, "on_full": "waitlist"}}, picture=True)
    hidden.seat(post, "ben")
    waiting.begin(hidden.session, hidden.people["cleo"], hidden.book, post.id, hidden.now)


def _liked(hidden: Hidden) -> None:
    post = hidden.publish(FREE, picture=True)
    hidden.seat(post, "ben", "cleo")
    for number, name in enumerate(("ben", "cleo")):
        reader = hidden.people[name]
        likes.like(hidden.session, reader, hidden.book, post.id, hidden.now)
        reposts.repost(hidden.session, reader, hidden.book, post.id, hidden.now)
        helped.answer(hidden.session, reader, hidden.book, post.id, number == 0, hidden.now)
    less.ask(
        hidden.session, hidden.people["ben"], hidden.book, post.id, "tag", "bread", "balanced", hidden.now
    )


def _asked_about(hidden: Hidden) -> None:
    post, ben = hidden.publish(BY_LEAVE, picture=True), hidden.people["ben"]
    likes.like(hidden.session, ben, hidden.book, post.id, hidden.now)
    reposts.repost(hidden.session, ben, hidden.book, post.id, hidden.now)
    downloads.ask(hidden.session, ben, hidden.book, post.id, hidden.now)
    hidden.publish({}, "ben", of=post.id)
    hidden.say(post, picture=True)
    refused = hidden.say(post, "cleo", at_ms=10, pause=True)
    replies.refuse(hidden.session, hidden.people["ada"], refused.id, hidden.now)


def _quoted(hidden: Hidden) -> None:
    source = hidden.publish(FREE)
    quote = hidden.publish(FREE, "ben", of=source.id, picture=True)
    hidden.session.get_one(Derivative, quote.id).kind = "duet"
    heard = hidden.session.get_one(Derivative, hidden.publish(FREE, "cleo", of=source.id, picture=True).id)
    heard.kind, heard.start_ms, heard.end_ms = "sound", 5, 10
    again = hidden.publish(FREE, "cleo", of=quote.id)
    hidden.say(again, "cleo")


def _detached(hidden: Hidden) -> None:
    source = hidden.publish(FREE)
    quote = hidden.publish({}, "ben", of=source.id, picture=True)
    ada = hidden.people["ada"]
    derivatives.detach(hidden.session, ada, source.id, quote.id, hidden.now)


def _refused(hidden: Hidden) -> None:
    source = hidden.publish(BY_LEAVE)
    quote = hidden.publish({}, "ben", of=source.id)
    grants.refuse(hidden.session, hidden.people["ada"], quote.id, hidden.now)


def _quoting(hidden: Hidden) -> None:
    hidden.publish(BAKERS, "ben", of=hidden.quoted)


def _narrowed_by_a_seat(hidden: Hidden) -> None:
    post = hidden.publish({"seats": {"max": 2}, "after": [{"seats_pct": 50, "set": TWO}]}, picture=True)
    hidden.seat(post, "ben")


def _tightened(hidden: Hidden) -> None:
    post = hidden.publish({**PUBLIC, "interact": FREE["interact"]}, picture=True)
    hidden.say(post)
    hidden.publish({}, "cleo", of=post.id)
    ada = hidden.people["ada"]
    stages.tighten(
        hidden.session, ada, hidden.book, post.id, Parts.model_validate({"preset": "self"}), hidden.now
    )


def _taken_back(hidden: Hidden) -> None:
    post = hidden.publish({**PUBLIC, "interact": FREE["interact"]}, picture=True)
    hidden.seat(post, "ben", "cleo")
    hidden.say(post, picture=True)
    reposts.repost(hidden.session, hidden.people["cleo"], hidden.book, post.id, hidden.now)
    hidden.publish({}, "ben", of=post.id)
    posts.delete(hidden.session, hidden.people["ada"], post.id, hidden.now)
    posts.delete(hidden.session, hidden.people["ben"], hidden.posts[-1], hidden.now)


def _talked_over(hidden: Hidden) -> None:
    post = hidden.publish(FREE, guild="bakers")
    first = hidden.say(post, at_ms=1, pause=True, picture=True)
    second = hidden.say(post, "cleo", parent_id=first.id)
    hidden.say(post, "ada", parent_id=second.id)
    replies.delete(hidden.session, hidden.people["ben"], first.id, hidden.now)


def _held(hidden: Hidden) -> None:
    hidden.publish(PUBLIC, "eve", body=f"{LINKS} #bread", picture=True)
    if len(hidden.held) < 10:
        hidden.held.append(hidden.say(hidden.shown, "eve", body=LINKS, picture=True).id)


KINDS: Sequence[Callable[[Hidden], None]] = (
    _full,
    _full_for_all,
    _behind_a_block,
    _kept_for_friends,
    _waited_for,
    _liked,
    _asked_about,
    _quoted,
    _detached,
    _refused,
    _quoting,
    _narrowed_by_a_seat,
    _tightened,
    _taken_back,
    _talked_over,
    _held,
)
"""Posts that are hidden by what was done with them, or were hidden and much was done with them."""


def hide(hidden: Hidden, turn: int) -> None:
    """Make a post of every kind; in each ``turn`` they are a minute older, and of other tags."""
    for index, audience in enumerate(AUDIENCES):
        post = hidden.publish(
            audience,
            body=f"Hidden #bread and #secret{turn % 7} for @ben",
            guild="bakers" if (turn + index) % 3 == 0 else None,
            picture=index == turn % len(AUDIENCES),
            ago=timedelta(minutes=2 + turn),
        )
        if index == 0:
            hidden.say(post)
    for kind in KINDS:
        kind(hidden)
