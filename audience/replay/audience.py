"""The audience policy, replayed: who would have been turned away from which posts, and who let in.

The posts of the window are gone through as if the patch had been in force when each was made, against the
rules in force replayed in the same way, so that nothing but the patch makes the difference.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from operator import itemgetter

import numpy as np
from sqlalchemy import select
from sqlmodel import Session, col

from audience.clauses import limit_of
from audience.limits import Asked, limits_of, most_seats, rules_of
from audience.relations import FOLLOW
from audience.replay import recorded
from audience.replay.answers import Answer, Room, allowed
from audience.replay.caps import Caps, admitted
from audience.replay.columns import Bools, Ints
from audience.replay.groups import NO_GUILD, Groups
from audience.replay.recorded import Posts, Replies, Seats, Spans
from audience.rules import AT_TIMES
from coop.book import COOP, Book
from coop.ids import RANDOM_BITS, first_id_at
from coop.rehearsal import Cell, Measure, Rehearsing, Report, ranges
from coop.tables import Guild

SIZES = (1, 10, 50, 150, 500)
"""Where the size bands of posts begin, in members who came to see one."""
NOBODY_CAME = "nobody came"
SECOND = 1_000_000
"""In the unit of recorded moments."""

LIMITS = (
    "People who came after a post was full, or while strangers arrived too fast, are not on record: of those "
    "whom a wider limit would let in, only those who came all the same are counted.",
    "Posts made in the window are replayed, as if the patch had been in force when each was made, and as "
    "they were published: what narrows them later is left out.",
    "Whom a post is for where its author does not say, and who would have waited for a seat, is not tried "
    "again.",
    "Whoever has stopped following someone since then counts as a stranger.",
    "How much of a post somebody had watched before they answered it is not tried again.",
    "Whom an author kept out for now, and for how long, is not tried again.",
    "Live rooms, who came to them and who spoke in them are not tried again.",
)


@dataclass
class _Counting:
    """What is counted of the posts, by guild and by how many came."""

    enough: int
    guild: Groups = field(init=False)
    size: Groups = field(init=False)

    def __post_init__(self) -> None:
        self.guild, self.size = Groups(self.enough), Groups(self.enough)

    def add(self, standing: "_Standing", post: Ints, people: Ints, before: Bools, after: Bools) -> None:
        for groups, labels, which in (
            (self.guild, standing.guild_labels, standing.guild),
            (self.size, standing.size_labels, standing.size),
        ):
            groups.add(labels, which[post], people, before, after)

    def measure(self, name: str, things: str, lost: str, gained: str) -> Measure:
        by = {"guild": self.guild.by_label, "size": self.size.by_label}
        return Measure(name, things, lost, gained, self.guild.total, by)


@dataclass
class _Standing:
    """To which groups each post belongs: its guild at once, its size as its views are read."""

    guild_labels: list[str]
    guild: Ints
    size: Ints
    size_labels: list[str] = field(default_factory=lambda: [NOBODY_CAME, *ranges(SIZES, "who came")])

    @classmethod
    def of(cls, made: Posts, slugs: Mapping[int, str]) -> "_Standing":
        known, which = np.unique(made.guild, return_inverse=True)
        labels = [slugs.get(guild, NO_GUILD) for guild in known.tolist()]
        return cls(labels, which, np.zeros(len(made), np.int64))


def replay_audience(session: Session, asked: Rehearsing) -> Report:
    """Return what the posts, views and replies of the window would have met with under the patch."""
    slugs = slugs_of(session)
    made = recorded.posts(session, first_id_at(asked.since), first_id_at(asked.until))
    if asked.scope != COOP:
        ours = [one for one, slug in slugs.items() if asked.scope == f"guild:{slug}"]
        made = recorded.of_guild(made, ours[0] if ours else -1)
    standing = _Standing.of(made, slugs)
    views, full = _views(session, asked, made, slugs, standing)
    posts, replies = (
        _publishing(asked, made, slugs, standing),
        _replies(session, asked, made, slugs, standing),
    )
    return Report(
        replayed={
            "views": views.total.before,
            "posts": Cell(len(made), len(np.unique(made.author))),
            "replies": replies.total.before,
        },
        measures=(views, full, posts, replies),
        limits=LIMITS,
    )


def slugs_of(session: Session) -> dict[int, str]:
    """Return the slug of every guild by its id."""
    rows = session.execute(select(col(Guild.id), col(Guild.slug)))
    return {row.id: row.slug for row in rows}


def _views(
    session: Session, asked: Rehearsing, made: Posts, slugs: Mapping[int, str], standing: _Standing
) -> tuple[Measure, Measure]:
    """Return the measures of views, and of posts whose seats were all taken."""
    old, new = (caps_of(book, made, slugs) for book in (asked.before, asked.after))
    follows = recorded.relations(session, FOLLOW, asked.until)
    belongs = recorded.memberships(session, asked.until)
    views, full = _Counting(asked.hidden_below), _Counting(asked.hidden_below)
    start = 0
    for chunk in recorded.seats(session, made, asked.until):
        end = min(start + recorded.POSTS_AT_ONCE, len(made))
        came = np.bincount(chunk.post - start, minlength=end - start)
        standing.size[start:end] = np.searchsorted(SIZES, came, side="right")
        friend = friends(made, chunk, follows, belongs)
        before, after = (admitted(caps, chunk.post, chunk.at, friend) for caps in (old, new))
        views.add(standing, chunk.post, chunk.member, before, after)
        every = np.arange(start, end)
        full.add(
            standing,
            every,
            made.author[every],
            *(
                np.bincount(chunk.post[seated] - start, minlength=end - start) >= caps.seats[every]
                for caps, seated in ((old, before), (new, after))
            ),
        )
        start = end
        asked.progress(end, len(made), "views")
    return (
        views.measure("views", "views", "turned away", "let in"),
        full.measure("full", "posts with every seat taken", "left with room", "filled"),
    )


def caps_of(book: Book, made: Posts, slugs: Mapping[int, str]) -> Caps:
    """Return the limits that a book sets to each post."""
    wanted = (made.guild, made.seats_max, made.per_minute, made.burst, made.all_wait, made.wide)
    codes, which = np.unique(np.stack(wanted), axis=1, return_inverse=True)
    limits = [
        limits_of(
            book,
            slugs.get(guild),
            Asked(seats or None, rate or None, burst or None, bool(all_wait), wide=bool(wide)),
        )
        for guild, seats, rate, burst, all_wait, wide in codes.T.tolist()
    ]
    return Caps.of(limits, which.reshape(-1))


def friends(made: Posts, chunk: Seats, follows: Spans, belongs: Spans) -> Bools:
    """Say of each view whether it was a friend's of the post: see ``Candidate.friend``.

    Whoever saw a post that is not for the whole coop is taken to be named by its lock.
    """
    found = made.narrowed[chunk.post].copy()
    found |= follows.held(chunk.member, made.author[chunk.post], chunk.at)
    found |= belongs.held(chunk.member, made.guild[chunk.post], chunk.at)
    return found


def _publishing(asked: Rehearsing, made: Posts, slugs: Mapping[int, str], standing: _Standing) -> Measure:
    """Return the measure of posts as they were published: their length, names and seats wanted."""
    counting = _Counting(asked.hidden_below)
    before, after = (_publishable(book, made, slugs) for book in (asked.before, asked.after))
    counting.add(standing, np.arange(len(made)), made.author, before, after)
    return counting.measure("posts", "posts", "refused as they were written", "taken")


def _publishable(book: Book, made: Posts, slugs: Mapping[int, str]) -> Bools:
    codes, which = np.unique(np.stack((made.guild, made.wide)), axis=1, return_inverse=True)
    most = np.array(
        [_most(book, slugs.get(guild), wide=bool(wide)) for guild, wide in codes.T.tolist()], np.int64
    )
    wanted = (made.characters, made.teaser, made.names, made.tags, made.seats_max)
    found: Bools = np.all(
        np.stack(wanted, axis=1) <= most.reshape(-1, len(wanted))[which.reshape(-1)], axis=1
    )
    return found


def _most(book: Book, guild: str | None, *, wide: bool) -> tuple[int, ...]:
    """Return the most that a post may hold: characters, of its teaser too, names, topics and seats.

    Whoever held wide reach when they published is taken to hold it under either rules.
    """
    ceiling = most_seats(book, guild, wide=wide)
    posts, seats = rules_of(book, guild).posts, recorded.OPEN if ceiling is None else ceiling
    return posts.characters, posts.teaser, posts.names, posts.tags, seats


def _replies(
    session: Session, asked: Rehearsing, made: Posts, slugs: Mapping[int, str], standing: _Standing
) -> Measure:
    written = recorded.replies(session, first_id_at(asked.since), first_id_at(asked.until))
    counting = _Counting(asked.hidden_below)
    order, post = _by_post(made, written)
    rooms = [_rooms(book, slugs) for book in (asked.before, asked.after)]
    found = [
        np.fromiter(_taken(made, one, written, order, post), np.bool_, len(order))
        for one in (rooms if rooms[0] != rooms[1] else rooms[:1])
    ]
    before, after = found[0], found[-1]
    counting.add(standing, post, written.author[order], before, after)
    return counting.measure("replies", "replies", "refused", "taken")


def _by_post(made: Posts, written: Replies) -> tuple[Ints, Ints]:
    """Return the replies to these posts, by post and the oldest first, and the post of each."""
    if not len(made):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    place = np.minimum(np.searchsorted(made.id, written.post_id), len(made) - 1)
    ours = np.flatnonzero(made.id[place] == written.post_id)
    order = ours[np.argsort(place[ours], kind="stable")]
    return order, place[order]


def _rooms(book: Book, slugs: Mapping[int, str]) -> dict[int, Room]:
    """Return the limits on replies by the guild of their post."""
    return {guild: room_of(book, slugs.get(guild)) for guild in (recorded.NOBODY, *slugs)}


def _taken(
    made: Posts, rooms: Mapping[int, Room], written: Replies, order: Ints, post: Ints
) -> Iterator[bool]:
    start = recorded.microseconds(recorded.UNIX_EPOCH)
    at = (written.id[order] >> RANDOM_BITS) * 1000 + start
    rows = zip(
        post.tolist(),
        at.tolist(),
        written.author[order].tolist(),
        written.characters[order].tolist(),
        written.deleted_at[order].tolist(),
        written.shown[order].tolist(),
        written.depth[order].tolist(),
        written.timed[order].tolist(),
        strict=True,
    )
    for index, answers in groupby(rows, key=itemgetter(0)):
        room = rooms[int(made.guild[index])].tightened(*_asked(made, index))
        published_at = (int(made.id[index]) >> RANDOM_BITS) * 1000 + start
        said = (Answer(*row[1:]) for row in answers)
        yield from allowed(said, int(made.author[index]), room, published_at)


def _asked(made: Posts, post: int) -> tuple[int, int, int, int, int]:
    """Return what the author of a post asked for its replies, as ``Room.tightened`` takes it."""
    return (
        int(made.replies_max[post]),
        int(made.replies_each[post]),
        int(made.replies_gap[post]) * SECOND,
        int(made.replies_until[post]) * SECOND,
        int(made.replies_at_time[post]),
    )


def room_of(book: Book, guild: str | None) -> Room:
    """Return the limits on the replies to posts of a guild: the stricter of guild and coop."""
    rules = rules_of(book, guild).replies
    return Room(
        per_post=limit_of(rules.per_post),
        per_member=limit_of(rules.per_member),
        characters=rules.characters,
        gap=rules.gap_s * SECOND,
        until=_microseconds(rules.until),
        at_time=AT_TIMES.index(rules.at_time),
        depth=rules.depth,
    )


def _microseconds(until: timedelta | str) -> int | None:
    return None if isinstance(until, str) else until // timedelta(microseconds=1)
