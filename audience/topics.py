"""Topics: the tags in a text, what members gave to each, and what a post is about as numbers for feeds.

A tag is written ``#like_this`` and compared without case. What a member gave to it is counted by day, so
that an audience of contributors is decided by what is true when someone looks.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from math import sqrt
from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import Session

from coop.names import normal

TAG, LANGUAGE, PLACE = 1, 2, 4
"""Kinds of features."""
SHIFT = 4
LONGEST = 60
"""Most characters of a tag."""

_TAG = re.compile(rf"(?<![\w#&/])#(\w{{1,{LONGEST}}})(?!\w)")

# Rows are locked in order of their names, so that two posts with the same tags never deadlock.
_KNOW = text("""
WITH wanted AS (SELECT name FROM unnest(CAST(:names AS text[])) AS name ORDER BY name),
     made AS (INSERT INTO tag (name) SELECT name FROM wanted ON CONFLICT DO NOTHING RETURNING id, name, idf)
SELECT id, name, idf FROM made UNION SELECT id, name, idf FROM tag JOIN wanted USING (name)
""")

_GIVE = text("""
INSERT INTO contribution (member_id, tag_id, kind, day, number)
SELECT :member, tag_id, :kind, CAST(CAST(:at AS timestamptz) AT TIME ZONE 'UTC' AS date), greatest(0, :number)
FROM unnest(CAST(:tags AS bigint[])) AS tag_id ORDER BY tag_id
ON CONFLICT (member_id, tag_id, kind, day) DO UPDATE
SET number = greatest(0, contribution.number + :number)
""")


class Topic(NamedTuple):
    """A tag as it is known here."""

    id: int
    name: str
    idf: float


def tags_in(body: str) -> list[str]:
    """Return the tags of a text in their compared form, each once, in the order in which they come."""
    return list(dict.fromkeys(normal(found) for found in _TAG.findall(body) if not found.isdigit()))


def pieces(body: str) -> Iterator[tuple[str, str | None]]:
    """Yield a text in pieces, each with the tag that it is, in its compared form; None for what is no tag."""
    end = 0
    for found in _TAG.finditer(body):
        if not found[1].isdigit():
            yield body[end : found.start()], None
            yield found[0], normal(found[1])
            end = found.end()
    yield body[end:], None


def known(session: Session, names: Iterable[str]) -> list[Topic]:
    """Return the topics of these names, those that are new being kept; in order of their ids."""
    wanted = sorted(set(names))
    if not wanted:
        return []
    rows = session.connection().execute(_KNOW, {"names": wanted}).all()
    if len(rows) < len(wanted):
        # Another transaction made one in the same moment; by now it is there to be read.
        rows = session.connection().execute(_KNOW, {"names": wanted}).all()
    return sorted(Topic._make(row) for row in rows)


def give(
    session: Session, member_id: int, topics: Sequence[int], kind: str, at: datetime, number: int = 1
) -> None:
    """Count what a member gave to topics, by their ids; ``number`` is −1 where it is taken back."""
    if topics:
        bound = {"member": member_id, "tags": list(topics), "kind": kind, "at": at, "number": number}
        session.connection().execute(_GIVE, bound)


def features(topics: Iterable[Topic], language: str | None, place: Sequence[int]) -> list[int]:
    """Return what a post is about: its topics, its language, and the ids of its place and what it lies in."""
    spoken = [] if language is None else [language_feature(language)]
    return [*(tag_feature(one.id) for one in topics), *spoken, *map(place_feature, place)]


def tag_feature(tag_id: int) -> int:
    """Return a topic as a feature."""
    return tag_id << SHIFT | TAG


def place_feature(place_id: int) -> int:
    """Return a place as a feature."""
    return place_id << SHIFT | PLACE


def language_feature(language: str) -> int:
    """Return a language, by its ISO 639 code, as a feature: the bytes of the code as a number."""
    return int.from_bytes(language.encode("ascii"), "big") << SHIFT | LANGUAGE


def tags_of(features: Iterable[int]) -> list[int]:
    """Return the ids of the topics among some features."""
    return [one >> SHIFT for one in features if one & (1 << SHIFT) - 1 == TAG]


def norm(topics: Iterable[Topic]) -> float:
    """Return the length of the vector of some topics, each as heavy as its ``idf``."""
    return sqrt(sum(one.idf**2 for one in topics))
