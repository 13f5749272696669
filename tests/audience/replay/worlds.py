"""Small worlds of recorded events, drawn by a seeded lot."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import delete, func, insert, select, text, update
from sqlmodel import Session, col

from audience import posts
from audience.document import AudienceDocument
from audience.feeds import author_signals, taste
from audience.feeds.signals import ONE
from audience.feeds.tables import AuthorSignals, Hide, PostSignals
from audience.finding_tables import PostFeature, PostWords
from audience.interaction_tables import Repost
from audience.keys import LOCAL_KEY, PUBLIC_KEY, guild_key, member_key
from audience.limit_for_now_tables import LimitForNow
from audience.posts import Draft
from audience.tables import Gate, Post, Relation, Reply, Seat
from audience.topics import tags_of
from coop.book import Book
from coop.identity import Identity
from coop.ids import first_id_at, new_id
from coop.rehearsal import Rehearsing
from coop.tables import Guild, Member
from tests.factories import BERGEN, LISBON, LISBON_REGION, id_of, identity_of, make_guild, make_member

UNTIL = datetime(2026, 11, 1, 12, tzinfo=UTC)
SINCE = UNTIL - timedelta(days=28)
BODIES = ("Bread", "#bread", "#rye and #bread", "#jazz", "#rye", "#jazz with #bread, #rye")
PLACES = (None, LISBON, BERGEN, LISBON_REGION)
LANGUAGES = (None, "pt", "en", "pt", "ja")
"""What posts say of themselves and where members live, in turn and without a lot."""


def keys_of(viewer: Identity) -> set[int]:
    """Return the keys that a member holds where nobody has circles or places."""
    return {LOCAL_KEY, PUBLIC_KEY, member_key(viewer.member_id), *map(guild_key, viewer.guilds)}


@dataclass
class World:
    """Members in two guilds, who follow, block, post, view and answer, and shut strangers out for now."""

    session: Session
    book: Book
    lot: Random
    members: list[Identity] = field(default_factory=list)
    guilds: list[Guild] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)

    @classmethod
    def drawn(cls, session: Session, book: Book, seed: int, *, members: int = 9, posts: int = 40) -> "World":
        """Return a world that the seed alone decides, but for the ids."""
        made = cls(session, book, Random(seed))
        made._people(members)
        for _ in range(posts):
            made._post()
        made._relate()
        made._limit()
        made._views()
        made._answers()
        session.flush()
        return made

    def moment(self, since: datetime = SINCE - timedelta(days=10)) -> datetime:
        """Return a whole millisecond in the past of this world."""
        return since + timedelta(
            milliseconds=self.lot.randrange((UNTIL - since) // timedelta(milliseconds=1))
        )

    def _people(self, number: int) -> None:
        rows = [make_member(self.session) for _ in range(number)]
        for place, row in enumerate(rows):
            row.place_id = PLACES[place % len(PLACES)]
        half = number // 2
        for people in (rows[:half], rows[half - 1 : -1]):
            self.guilds.append(make_guild(self.session, None, people[0], tuple(people[1:])))
        self.members = [self._identity(row, rows) for row in rows]

    def _relate(self) -> None:
        for one in self.members:
            for other in self.members:
                kind = self.lot.choice(["follow", "follow", "block", *[""] * 6])
                if kind and one is not other:
                    values = {"member_id": one.member_id, "kind": kind, "other_id": other.member_id}
                    self.session.execute(insert(Relation).values(since=SINCE - timedelta(days=90), **values))

    def _limit(self) -> None:
        """Have some members shut out strangers, or with them whoever began to follow of late, for some days.

        It is without a lot: over the moments that are looked at some are on, some over and some to come.
        """
        for number, author in enumerate(self.members[::2]):
            since = UNTIL - timedelta(days=(2, 15, 20, 6, 14)[number])
            recent = (None, timedelta(days=110), timedelta(days=75))[number % 3]
            limit = LimitForNow(
                author_id=author.member_id,
                since=since,
                until=since + timedelta(days=(30, 30, 6, 2, 30)[number]),
                followed_before=None if recent is None else since - recent,
            )
            self.session.add(limit)

    def _identity(self, row: Member, rows: list[Member]) -> Identity:
        half, place = len(rows) // 2, rows.index(row)
        inside = (place < half, half - 1 <= place < len(rows) - 1)
        return identity_of(row, tuple(guild for guild, yes in zip(self.guilds, inside, strict=True) if yes))

    def _post(self) -> None:
        author = self.lot.choice(self.members)
        mine = [guild for guild in self.guilds if id_of(guild) in author.guilds]
        guild = self.lot.choice([None, *mine])
        named = self.lot.choice(self.members)
        whom: list[list[dict[str, Any]]] = [
            [{"local": True}],
            [{"local": True}],
            [{"member": named.handle}],
            [],
            *[[{"guild": one.slug}] for one in mine],
            *[[{"guild": one.slug}, {"member": named.handle}] for one in mine],
        ]
        see = {"see": {"any": self.lot.choice(whom)}}
        cap = self.lot.choice([{}, {"seats": {"max": self.lot.randint(1, 4)}}])
        slug = None if guild is None else guild.slug
        made = self._publish(author, {**see, **cap}, slug)
        if self.lot.random() < 0.1:
            gone = min(made.created_at + timedelta(days=9), UNTIL - timedelta(seconds=1))
            self.session.execute(update(Post).where(col(Post.id) == made.id).values(deleted_at=gone))
        self.posts.append(made)

    def _publish(self, author: Identity, audience: dict[str, Any], guild: str | None) -> Post:
        number = len(self.posts)
        draft = Draft(
            body=BODIES[number % len(BODIES)] + self._named(number),
            guild=guild,
            place_id=PLACES[number % len(PLACES)],
            language=LANGUAGES[number % len(LANGUAGES)],
            audience=AudienceDocument.model_validate(audience),
        )
        return posts.publish(self.session, author, self.book, draft, self.moment())

    def _named(self, number: int) -> str:
        """Name somebody in the text of every fourth post, in turn and without a lot."""
        return f" @{self.members[number // 4 % len(self.members)].handle}" if number % 4 == 0 else ""

    def _views(self) -> None:
        """Let members view what their keys open; caps are kept by nobody here but by chance."""
        for post in self.posts:
            for viewer in self.members:
                opened = keys_of(viewer) & set(post.lock_any)
                if viewer.member_id != post.author_id and opened and self.lot.random() < 0.4:
                    at = self.moment(post.created_at)
                    seat = Seat(member_id=viewer.member_id, post_id=post.id, at=at, via="post", epoch=1)
                    self.session.add(seat)

    def _answers(self) -> None:
        """Let members answer posts, and answers under them; the author of a post does so most of all."""
        for post in self.posts:
            written: list[Reply] = []
            for at in sorted(self.moment(post.created_at) for _ in range(self.lot.randrange(12))):
                above = self.lot.choice([None, *written, *written])
                writer = self.lot.choice([self.lot.choice(self.members).member_id, post.author_id])
                reply = Reply(
                    id=new_id(at),
                    post_id=post.id,
                    author_id=writer,
                    body="Good bread",
                    above=[] if above is None else [*above.above, above.id],
                    state=self.lot.choice(["shown", "shown", "shown", "waiting"]),
                    created_at=at,
                )
                self.session.add(reply)
                self.session.flush()
                written.append(reply)

    def turn_back(self, moment: datetime) -> None:
        """Take away whatever happened from a moment on, and bring every gate to the number of its seats."""
        late = first_id_at(moment)
        self.session.flush()
        self.session.execute(delete(Seat).where((col(Seat.at) >= moment) | (col(Seat.post_id) >= late)))
        self.session.execute(delete(Reply).where((col(Reply.id) >= late) | (col(Reply.post_id) >= late)))
        self.session.execute(delete(Gate).where(col(Gate.post_id) >= late))
        for about in (PostFeature, PostWords):
            self.session.execute(delete(about).where(col(about.post_id) >= late))
        # Nobody takes posts away; here they have not been made yet.
        self.session.execute(text("ALTER TABLE post DISABLE TRIGGER post_stays"))
        self.session.execute(delete(Post).where(col(Post.id) >= late))
        self.session.execute(text("ALTER TABLE post ENABLE TRIGGER post_stays"))
        self.session.execute(delete(LimitForNow).where(col(LimitForNow.since) >= moment))
        self.session.execute(update(Post).where(col(Post.deleted_at) > moment).values(deleted_at=None))
        self.session.execute(
            update(Gate).values(
                taken=select(func.count())
                .where(col(Seat.post_id) == col(Gate.post_id))
                .correlate(Gate)
                .scalar_subquery()
            )
        )

    def know(self, moment: datetime) -> None:
        """Keep what jobs and members would have left: feeds know something of every post, author and reader.

        How posts are watched, helped and are heated is drawn by lot, and not counted of what happened here.
        """
        made = [post for post in self.posts if post.id < first_id_at(moment)]
        author_signals.refresh(self.session, self.book, moment)
        for post in made[::2]:
            finish, bridge, heat = (self.lot.randrange(ONE) for _ in range(3))
            self.session.add(
                PostSignals(post_id=post.id, finish=finish, bridge=bridge, heat=heat, computed_at=moment)
            )
        for author in self.members[::3]:
            helped = update(AuthorSignals).where(col(AuthorSignals.member_id) == author.member_id)
            self.session.execute(helped.values(bridge=self.lot.randrange(ONE // 2, ONE)))
        for member in self.members:
            for post in self.lot.sample(made, 3):
                at = moment - timedelta(days=self.lot.randrange(1, 40))
                self.session.add(Repost(post_id=post.id, member_id=member.member_id, id=new_id(at), at=at))
            self._hide(member, moment, made)
        self.session.flush()
        taste.refresh(self.session, self.book, moment)

    def _hide(self, member: Identity, moment: datetime, made: list[Post]) -> None:
        post, other, tagged = (self.lot.choice(made) for _ in range(3))
        wanted = [("post", post.id), ("author", other.author_id)]
        wanted += [("tag", tag) for tag in tags_of(tagged.features)[:1]]
        for kind, other_id in wanted:
            at = moment - timedelta(days=self.lot.randrange(1, 40))
            self.session.add(Hide(member_id=member.member_id, kind=kind, other_id=other_id, at=at))

    def rehearsing(self, after: Book, kind: str, scope: str = "coop") -> Rehearsing:
        """Return the rehearsal of a change from this world's book to another."""
        return Rehearsing(scope, kind, self.book, after, SINCE, UNTIL, 50, 2, "a seed")
