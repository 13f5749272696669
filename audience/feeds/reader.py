"""The reader: what a feed knows of the one for whom a page is made.

Pure. It is counted from what they did themselves and never told to anyone else. Features are what a post
says of itself (``Candidate.features``), each ``id << 4 | kind``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

TAG, LANGUAGE, PLACE = 1, 2, 4
KIND_BITS = 0b1111
"""Kinds of feature, and the bits that tell them."""

HomeKind = Literal["country", "region", "city"]
"""Kinds of place by which two are told to be near."""


@dataclass(frozen=True, slots=True)
class Taste:
    """What a reader reposted, was shown, lives near and asked to see less of."""

    reposted: Mapping[int, float] = field(default_factory=dict)
    """By tag: its part in the reader's reposts, older ones counting less. Each weight is multiplied by the
    tag's idf and divided by the norm of them all, so that the cosine with a post is the sum over the post's
    features ÷ ``Candidate.norm``."""
    seen: Mapping[int, float] = field(default_factory=dict)
    """The same of what the reader was shown in the last days, by tag, language and place."""
    home: Mapping[HomeKind, int] = field(default_factory=dict)
    """By kind, the features of the place that the reader declared and of those that it lies in: none for what
    is finer than they said, and none for the region of a city that lies in none. A neighbourhood counts as
    its city."""
    less_authors: Mapping[int, float] = field(default_factory=dict)
    """By author: the reader's askings to see less of them, Σ 2^(−age ÷ half-life)."""
    less_tags: Mapping[int, float] = field(default_factory=dict)
    """The same by tag."""


NOTHING_KNOWN = Taste()
"""Of someone who has done nothing yet."""
