"""Features: which there are, and whether somebody holds one.

Pure. What a feature opens is asked here, wherever it is opened, so this list is closed: a policy says who
holds them and cannot invent one that nothing asks for (law 1). A check reads the request's own book and
takes no query (law 3).

A member holds a feature who met its conditions. A guild holds it where it met them and, for those that the
policy names in ``[held]``, where a vote gave it to the guild besides: that is read from the book, so the next
request after the enactment is decided by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from coop.book import COOP, Book, guild_scope
from coop.feature_rules import FEATURES, FeatureRules
from coop.holdings import Held, Holder
from coop.identity import Identity

WIDE_REACH = "wide_reach"
LARGER_QUOTA = "larger_quota"
LIVE_ROOMS = "live_rooms"
LABELLER_PUBLISHING = "labeller_publishing"
SCHEDULED_POSTS = "scheduled_posts"
GUILD_POLLS = "guild_polls"
PLAYLISTS = "playlists"
COLLABORATIVE_EDITING = "collaborative_editing"
LONG_VIDEO = "long_video"
STITCH_DUET = "stitch_duet"


@dataclass(frozen=True, slots=True)
class Known:
    """A feature that the code knows."""

    name: str
    opens: str
    """What it opens, in words."""
    holders: tuple[Holder, ...]
    """Who can hold it."""
    asked_in: str
    """The file that asks for it."""
    unit: str | None = None
    """What its budget counts, where a guild has one."""
    at_once: str | None = None
    """What is counted of it that is open at one moment, where a guild may have so many."""


FEATURES_KNOWN: Mapping[str, Known] = {
    one.name: one
    for one in (
        Known(
            WIDE_REACH,
            "posts with more seats than the audience policy's ceiling",
            ("member", "guild"),
            "audience/wide_reach.py",
        ),
        Known(
            LARGER_QUOTA,
            "more photos in a day; a guild's members share its megabytes",
            ("member", "guild"),
            "media/quotas.py",
            unit="megabytes",
        ),
        Known(
            LIVE_ROOMS,
            "live rooms, as many minutes as the budget has, and as many at once as the clause says",
            ("guild",),
            "audience/rooms/scheduling.py",
            unit="minutes",
            at_once="rooms",
        ),
        Known(
            LABELLER_PUBLISHING,
            "labels for others to subscribe to",
            ("member", "guild"),
            "audience/gardens/publishers.py",
        ),
        Known(
            SCHEDULED_POSTS,
            "posts that are written now and published later",
            ("member",),
            "audience/scheduling/schedule.py",
        ),
        Known(
            GUILD_POLLS, "polls on posts that are made in the guild", ("guild",), "audience/polls/question.py"
        ),
        Known(
            PLAYLISTS,
            "playlists: named lists of posts, in an order of one's own",
            ("member", "guild"),
            "audience/playlists/keepers.py",
        ),
        Known(
            COLLABORATIVE_EDITING,
            "posts that members of the guild write together",
            ("guild",),
            "audience/cowriting/beginning.py",
        ),
        Known(
            LONG_VIDEO,
            "longer videos; a guild's members share its minutes",
            ("member", "guild"),
            "media/lengths.py",
            unit="minutes",
        ),
        Known(
            STITCH_DUET,
            "videos that continue another or play beside it, and using its sound",
            ("member",),
            "audience/stitching.py",
        ),
    )
}
"""Every feature by its name, in the order in which they are told."""

_NOBODY: Held[int] = Held()
_NO_GUILD: Held[str] = Held()


def held(book: Book, name: str, member: Identity, now: datetime) -> bool:
    """Say whether a member holds a feature themself."""
    if not book.holdings.members.get(name, _NOBODY).by(member.member_id, now):
        return False
    return _offered(book, name, "member")


def held_by_guild(book: Book, name: str, slug: str, now: datetime) -> bool:
    """Say whether a guild holds a feature."""
    return met_by_guild(book, name, slug, now) and voted(book, name, slug) is not False


def met_by_guild(book: Book, name: str, slug: str, now: datetime) -> bool:
    """Say whether a guild meets the conditions of a feature, whether or not a vote gave it besides."""
    return book.holdings.guilds.get(name, _NO_GUILD).by(slug, now) and _offered(book, name, "guild")


def held_in(book: Book, name: str, member: Identity, guild: str | None, now: datetime) -> bool:
    """Say whether a member holds a feature for what they make in a guild (its slug): by themself or by it."""
    return held(book, name, member, now) or (guild is not None and held_by_guild(book, name, guild, now))


def voted(book: Book, name: str, slug: str) -> bool | None:
    """Say whether a vote gave a feature to a guild; None where it takes no vote."""
    return book.rules(FEATURES, FeatureRules, scope_of(book, slug)).held.get(name)


def scope_of(book: Book, slug: str) -> str:
    """Return the scope whose features policy speaks for a guild: its own, where it holds one."""
    scope = guild_scope(slug)
    return scope if book.policy(FEATURES, scope) is not None else COOP


def _offered(book: Book, name: str, holder: Holder) -> bool:
    feature = book.rules(FEATURES, FeatureRules).features.get(name)
    return feature is not None and feature.terms(holder) is not None
