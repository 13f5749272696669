"""The present: what feeds know of posts, authors and readers as it stands when a change is rehearsed.

What a post says of itself is fixed when it is published. How far it is watched, whom it helped, how heated it
is, and what a reader reposted, was shown, lives near and asked to see less of is kept as it stands and not as
it stood, so every page of the past is made with these as they are now, on both sides of a rehearsal alike.

Law 7: nothing is read of a post that is in nobody's pool. What is known of a reader makes their own pages and
nothing else, and is read only where a recipe weighs it.
It takes four statements, and one more where a patch changes how askings to see less are counted, however many
posts and readers there are.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np
from sqlalchemy import text
from sqlmodel import Session

from audience.feeds import taste
from audience.feeds.reader import NOTHING_KNOWN, Taste
from audience.feeds.recipe import Recipe
from audience.feeds.signal_rules import Less, Measures
from audience.feeds.tables import AS_USUAL
from audience.replay.columns import Doubles, Ints, columns

_NUMBERS = """
SELECT array_agg(post.id), array_agg(norm), array_agg(cardinality(features)::bigint),
       array_agg(coalesce(finish, %(as_usual)s)::bigint), array_agg(coalesce(bridge, 0)::bigint),
       array_agg(coalesce(heat, 0)::bigint)
FROM unnest(CAST(%(posts)s AS bigint[])) AS wanted(id)
JOIN post USING (id) LEFT JOIN post_signals ON post_id = post.id
GROUP BY post.id >> 48
"""

# In the order in which a post keeps them, so that sums of fractions come out as they do on the live page.
_FEATURES = """
SELECT array_agg(feature ORDER BY post.id, place)
FROM unnest(CAST(%(posts)s AS bigint[])) AS wanted(id)
JOIN post USING (id), unnest(features) WITH ORDINALITY AS said(feature, place)
GROUP BY post.id >> 48 ORDER BY post.id >> 48
"""

_AUTHORS = """
SELECT array_agg(member_id), array_agg(bridge::bigint)
FROM author_signals WHERE bridge > 0 AND member_id = ANY(CAST(%(authors)s AS bigint[]))
"""

_TASTES = text("""
SELECT reader, reader_taste(reader, :now, :less_half_life, :less_post) AS known
FROM unnest(CAST(:readers AS bigint[])) AS reader
""")


class Facts(NamedTuple):
    """What is known of one post; see the fields of these names of ``feeds.signals.Candidate``."""

    norm: float
    finish: int
    bridge: int
    heat: int
    author_bridge: int
    features: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of some posts and of their authors, as columns."""

    id: Ints
    """In order, as are the next five."""
    norm: Doubles
    finish: Ints
    bridge: Ints
    heat: Ints
    begins: Ints
    """Where the features of each begin in ``features``, and at last where they end."""
    features: Ints
    bridgers: Ints
    """Ids of the authors who helped others to understand, in order; of all others too little is known."""
    helped: Ints
    """How much each of them did, in millionths."""

    def facts(self, posts: Ints, authors: Ints) -> Iterator[Facts]:
        """Return the facts of some of these posts, by their ids and the ids of their authors."""
        at = np.searchsorted(self.id, posts)
        features = (
            tuple(self.features[begin:end].tolist())
            for begin, end in zip(self.begins[at].tolist(), self.begins[at + 1].tolist(), strict=True)
        )
        numbers = (self.norm[at], self.finish[at], self.bridge[at], self.heat[at], self._helped(authors))
        return map(Facts, *(one.tolist() for one in numbers), features)

    def _helped(self, authors: Ints) -> Ints:
        if not len(self.bridgers):
            return np.zeros(len(authors), np.int64)
        at = np.minimum(np.searchsorted(self.bridgers, authors), len(self.bridgers) - 1)
        return np.where(self.bridgers[at] == authors, self.helped[at], 0)


def known(session: Session, posts: Sequence[int], authors: Sequence[int]) -> Known:
    """Return what is known now of posts and of their authors, by their ids."""
    asked = {"posts": list(posts), "as_usual": AS_USUAL}
    ids, norm, number, finish, bridge, heat = columns(session, _NUMBERS, 6, asked)
    order = np.argsort(ids)
    (features,) = columns(session, _FEATURES, 1, {"posts": list(posts)})
    bridgers, helped = columns(session, _AUTHORS, 2, {"authors": list(authors)})
    by_id = np.argsort(bridgers)
    return Known(
        id=ids[order],
        norm=norm[order],
        finish=finish[order],
        bridge=bridge[order],
        heat=heat[order],
        begins=np.r_[0, np.cumsum(number[order])],
        features=features,
        bridgers=bridgers[by_id],
        helped=helped[by_id],
    )


@dataclass(frozen=True, slots=True)
class Tastes:
    """What is known of some readers, by how askings to see less are counted."""

    by: Mapping[Less, Mapping[int, Taste]]

    def of(self, reader: int, recipe: Recipe) -> Taste:
        """Return what is known of a reader, by id, as far as a recipe weighs it."""
        return self.by[recipe.measures.less][reader] if recipe.asks_about_the_reader else NOTHING_KNOWN


def tastes(session: Session, readers: Sequence[int], recipes: Collection[Recipe], now: datetime) -> Tastes:
    """Return what is known of readers, by their ids, as these recipes count it.

    Askings to see less are as old as they are at ``now``, on pages of every moment.
    """
    wanted = {one.measures.less: one.measures for one in recipes if one.asks_about_the_reader}
    return Tastes({less: _tastes(session, readers, measures, now) for less, measures in wanted.items()})


def _tastes(session: Session, readers: Sequence[int], measures: Measures, now: datetime) -> dict[int, Taste]:
    bound = {"readers": list(readers), "now": now, **taste.bound(measures)}
    rows = session.connection().execute(_TASTES, bound)
    return {row.reader: taste.read(row.known) for row in rows}
