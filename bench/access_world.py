"""A small world for ``access``, remembered in plain sets, and the literal decision by its documents.

What is remembered is all that the literal decision looks at, so that it shares nothing with the one in SQL
but the documents.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime

from audience.document import AudienceDocument, Parts, Planned
from audience.predicate import LOCAL, Predicate, Standing, holds, is_met
from bench.documents import NOW
from coop.identity import Identity

NAMING = ("guild", "circle", "member", "mentioned")
"""Kinds of groups that name people more closely than as one of all."""


@dataclass(slots=True)
class Person:
    """A member, as the literal decision knows them."""

    identity: Identity
    guilds: frozenset[str]
    place: frozenset[str] | None
    given: Counter[tuple[str, str, date]] = field(default_factory=Counter)


Inside = dict[str, frozenset[tuple[str, int]]]
"""Of each circle of somebody's: who was in it at a moment, for the so-manyth time."""


@dataclass(frozen=True, slots=True)
class ByHand:
    """A layer that the author of a post added to it."""

    parts: Parts
    inside: Inside
    """Of the author's circles, when it was added."""


@dataclass(frozen=True, slots=True)
class Published:
    """A post, as the literal decision knows it."""

    id: int
    author: Person
    document: AudienceDocument
    created_at: datetime
    mentioned: frozenset[str]
    inside: Inside
    """Of the author's circles, when this was published."""
    deleted: bool
    guild: str | None = None
    """Slug of the one that it was made in."""
    by_hand: list[ByHand] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LimitedFor:
    """A limit for now that an author set."""

    until: datetime
    followed_before: datetime | None
    """Who began to follow later counts as a stranger; None where no follower does."""


@dataclass(slots=True)
class World:
    """Everybody, everything they made, and how they stand to each other."""

    people: list[Person]
    posts: list[Published] = field(default_factory=list)
    follows: dict[tuple[str, str], datetime] = field(default_factory=dict)
    blocks: set[tuple[str, str]] = field(default_factory=set)
    circles: dict[tuple[str, str], set[tuple[str, int]]] = field(default_factory=dict)
    """By owner and name: who is in it now, for the so-manyth time."""
    seated: defaultdict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    """By post: who opened it."""
    limits: dict[str, LimitedFor] = field(default_factory=dict)
    """By author: the last one that they set."""

    def decides(self, post: Published, reader: Person | None) -> bool:
        """Say whether a reader may read a post, by the documents themselves; None is a visitor."""
        if post.deleted:
            return False
        if reader is post.author:
            return True
        if reader is not None and self._apart(reader, post.author):
            return False
        if self._kept_out(post, reader):
            return False
        planned = [one.set for one in post.document.after or () if self._has_come(one, post)]
        written = self.standing(post, reader)
        return (
            _opens(post.document, post, written, unsaid=LOCAL)
            and all(_opens(layer, post, written) for layer in planned)
            and all(_opens(one.parts, post, self.standing(post, reader, one.inside)) for one in post.by_hand)
        )

    def standing(self, post: Published, reader: Person | None, inside: Inside | None = None) -> Standing:
        """Return how a reader stands to the author of a post, or to a layer whose circles were ``inside``."""
        if reader is None:
            return Standing(NOW, None)
        handle, author = reader.identity.handle, post.author.identity.handle
        return Standing(
            NOW,
            handle,
            guilds=reader.guilds,
            circles=frozenset(
                name
                for name, then in (post.inside if inside is None else inside).items()
                if any(one[0] == handle and one in self.circles[author, name] for one in then)
            ),
            mentioned=handle in post.mentioned,
            follower_since=self.follows.get((handle, author)),
            following_since=self.follows.get((author, handle)),
            places=reader.place,
            contributions=reader.given,
        )

    def _apart(self, reader: Person, author: Person) -> bool:
        one, other = reader.identity.handle, author.identity.handle
        return (one, other) in self.blocks or (other, one) in self.blocks

    def _kept_out(self, post: Published, reader: Person | None) -> bool:
        """Say whether the author of a post keeps a reader out of it for now; a visitor is a stranger."""
        author, limit = post.author.identity.handle, self.limits.get(post.author.identity.handle)
        if limit is None or limit.until <= NOW:
            return False
        if reader is None:
            return True
        handle = reader.identity.handle
        followed = self.follows.get((handle, author))
        knows = followed is not None and (limit.followed_before is None or followed <= limit.followed_before)
        known = (author, handle) in self.follows or bool(reader.guilds & post.author.guilds)
        return not (knows or known or handle in self.seated[post.id] or self._names(post, reader))

    def _names(self, post: Published, reader: Person) -> bool:
        """Say whether a post names a reader: in its text, or in a list of groups that is not for all."""
        standing = self.standing(post, reader)
        asked = (post.document.whom(post.guild), post.document.read)
        lists = [atoms for one in asked if one is not None for atoms in one.alternatives]
        return standing.mentioned or any(
            atom.kind in NAMING and is_met(atom, standing)
            for atoms in lists
            if not any(atom.public or atom.local for atom in atoms)
            for atom in atoms
        )

    def _has_come(self, layer: Planned, post: Published) -> bool:
        if layer.age is not None:
            return post.created_at + layer.age <= NOW
        seats = None if post.document.seats is None else post.document.seats.max
        assert isinstance(seats, int) and layer.seats_pct is not None, "who waits for a share has seats"
        return 100 * len(self.seated[post.id]) >= layer.seats_pct * seats


def _opens(layer: Parts, post: Published, reader: Standing, unsaid: Predicate | None = None) -> bool:
    """Say whether somebody is meant by a layer; ``unsaid`` is who may see where it does not say."""
    asked = layer.whom(post.guild) or unsaid, layer.read
    return all(holds(one, reader) is True for one in asked if one is not None)
