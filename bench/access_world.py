"""A small world for ``access``, remembered in plain sets, and the literal decision by its documents.

What is remembered is all that the literal decision looks at, so that it shares nothing with the one in SQL
but the documents.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from audience.document import AudienceDocument
from audience.predicate import LOCAL, Standing, holds
from bench.documents import NOW
from coop.identity import Identity


@dataclass(slots=True)
class Person:
    """A member, as the literal decision knows them."""

    identity: Identity
    guilds: frozenset[str]
    place: frozenset[str] | None
    given: Counter[tuple[str, str, date]] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Published:
    """A post, as the literal decision knows it."""

    id: int
    author: Person
    document: AudienceDocument
    created_at: datetime
    mentioned: frozenset[str]
    inside: dict[str, frozenset[tuple[str, int]]]
    """Of each of the author's circles: who was in it when this was published, for the so-manyth time."""
    deleted: bool


@dataclass(slots=True)
class World:
    """Everybody, everything they made, and how they stand to each other."""

    people: list[Person]
    posts: list[Published] = field(default_factory=list)
    follows: dict[tuple[str, str], datetime] = field(default_factory=dict)
    blocks: set[tuple[str, str]] = field(default_factory=set)
    circles: dict[tuple[str, str], set[tuple[str, int]]] = field(default_factory=dict)
    """By owner and name: who is in it now, for the so-manyth time."""

    def decides(self, post: Published, reader: Person | None) -> bool:
        """Say whether a reader may read a post, by the documents themselves; None is a visitor."""
        if post.deleted:
            return False
        if reader is post.author:
            return True
        if reader is not None and self._apart(reader, post.author):
            return False
        standing = self.standing(post, reader)
        layers = [post.document, *(one.set for one in post.document.after or () if _has_come(one.age, post))]
        asked = [layer.whom(None) for layer in layers] + [layer.read for layer in layers]
        return all(holds(one, standing) is True for one in [asked[0] or LOCAL, *asked[1:]] if one is not None)

    def standing(self, post: Published, reader: Person | None) -> Standing:
        """Return how a reader stands to the author of a post."""
        if reader is None:
            return Standing(NOW, None)
        handle, author = reader.identity.handle, post.author.identity.handle
        return Standing(
            NOW,
            handle,
            guilds=reader.guilds,
            circles=frozenset(
                name
                for name, inside in post.inside.items()
                if any(one[0] == handle and one in self.circles[author, name] for one in inside)
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


def _has_come(age: timedelta | None, post: Published) -> bool:
    return age is not None and post.created_at + age <= NOW
