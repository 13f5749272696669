"""Signals: what a feed knows of posts, in whole millionths; those that speak against a post are negative.

Pure. A signal knows nothing of weights or of the other posts on the page; that is what makes a slider
provable (law 11). The formulas are those of the project's feed design (its table of signals); the numbers
inside them are clauses of the ``feeds`` policy under ``/signals``. A signal is asked of a whole pool at once,
since most of the time of a page goes here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import repeat
from math import exp2, log2, sqrt
from typing import NamedTuple

from audience.feeds.reader import KIND_BITS, NOTHING_KNOWN, TAG, Taste
from audience.feeds.rules import Profile, SignalName
from audience.feeds.signal_rules import Measures
from coop.ids import RANDOM_BITS, first_id_at

ONE = 1_000_000
"""A signal of 1, in its unit."""

MILLISECOND = timedelta(milliseconds=1)


class Candidate(NamedTuple):
    """A post that the viewer may be shown: what the feed's own statement found, and its facts.

    What it says of an author is the same in every candidate of theirs.
    """

    id: int
    own_limits: str | None
    """Slug of the guild it was made in, where that guild sets limits of its own."""
    more_asked: list[int | None] | None
    """What its author asked for besides seats: see ``Asked.of``."""
    gated: bool
    """Whether it had a gate when it was read."""
    layers: int
    reached: int
    """How many layers narrow it, and how many of them a share of its seats had brought by then."""
    follows: bool
    """Whether the viewer follows its author."""
    same_guild: bool
    """Whether it was made in a guild of the viewer's."""
    named: bool
    """Whether its lock names the viewer, or a guild of theirs."""
    author_id: int
    """From here on all is the same for every reader: see :mod:`audience.feeds.facts`."""
    seats_max: int | None
    embeds: bool
    """Whether it shows another post inside it."""
    features: Sequence[int]
    """What it says of itself, each once: ``id << 4 | kind``; see :mod:`audience.feeds.reader`."""
    norm: float
    """The length of the vector of its tags under tf-idf, as it was when it was published; 0 without a tag.

    Its language and the parts of its place are no part of it: each weighs 1 beside it."""
    posts: int
    """Of the author, as are the next three. How far back the first three are counted, clauses say."""
    viewers: int
    answered: int
    author_bridge: int
    """How much the author's posts helped others to understand, in millionths; 0 on too little evidence."""
    finish: int
    """How much more it is watched to the end than posts of like length, in millionths."""
    bridge: int
    """How much it helped every group of opinion to understand, in millionths; 0 on too little evidence."""
    heat: int
    """How fast strangers comment for what is usual with the author, in millionths and at most 1."""

    @property
    def friend(self) -> bool:
        """Whether the viewer is no stranger to it."""
        return self.follows or self.same_guild or self.named


@dataclass(frozen=True, slots=True)
class Setting:
    """What shapes the signals of one page beside its posts: clauses, moment and reader."""

    measures: Measures
    now_id: int
    """The id that a post published now would have at least."""
    half_life: float
    """As a distance between ids."""
    topics: frozenset[int]
    """Features of the tags that the reader chose for this recipe."""
    taste: Taste

    @classmethod
    def of(
        cls,
        measures: Measures,
        profile: Profile,
        now: datetime,
        taste: Taste = NOTHING_KNOWN,
        topics: frozenset[int] = frozenset(),
    ) -> "Setting":
        """Return the setting of a profile at a moment, for a reader."""
        half_life = profile.half_life / MILLISECOND * 2**RANDOM_BITS
        return cls(measures, first_id_at(now), half_life, topics, taste)


def fresh(pool: Sequence[Candidate], setting: Setting) -> list[int]:
    """Return 2^(−age ÷ half-life); the age is read from the id, which is the moment of publishing."""
    now, half_life = setting.now_id, setting.half_life
    return [round(ONE * exp2((post.id - now) / half_life)) if post.id < now else ONE for post in pool]


def follow(pool: Sequence[Candidate], setting: Setting) -> list[int]:
    """Return 1 where the viewer follows the author, else the clause for a shared guild, else 0."""
    guild = round(ONE * setting.measures.follow.same_guild)
    return [ONE if post.follows else guild if post.same_guild else 0 for post in pool]


def conversation(pool: Sequence[Candidate], setting: Setting) -> list[int]:
    """Return n ÷ (n + halfway) for the n distinct people whom the author answered of late."""
    halfway = setting.measures.conversation.halfway
    answered = [post.answered for post in pool]
    return [round(ONE * n / (n + halfway)) if n else 0 for n in answered]


def finish(pool: Sequence[Candidate], setting: Setting) -> list[int]:
    """Return how much more a post is watched to the end than posts of like length; see ``Candidate``."""
    return [post.finish for post in pool]


def small(pool: Sequence[Candidate], setting: Setting) -> list[int]:
    """Return how little the author is heard: min(1, allowed ÷ posts of late) ÷ log₂(2 + reach × viewers).

    It is damped by distinct viewers and not by followers, so newcomers are not hidden and a lone prolific
    author is not lifted.
    """
    allowed, reach = setting.measures.small.posts, setting.measures.small.reach
    return [
        round(ONE / log2(2 + reach * post.viewers) * (allowed / post.posts if post.posts > allowed else 1))
        for post in pool
    ]


def repost_like(pool: Sequence[Candidate], setting: Setting) -> list[int]:
    """Return the cosine between the tags of a post and those of what the reader reposted, under tf-idf."""
    return _cosines(pool, setting.taste.reposted, _of_tags)


def topic(pool: Sequence[Candidate], setting: Setting) -> list[int]:
    """Return 1 where a post has a tag that the reader chose, else 0."""
    other = setting.topics.isdisjoint
    return [0 if other(post.features) else ONE for post in pool]


def diverse(pool: Sequence[Candidate], setting: Setting) -> list[int]:
    """Return 1 less the cosine between the features of a post and of what the reader was shown.

    What says nothing of itself, no tag, no language and no place, is not thereby different: it counts 0. It
    is held against the past and not against the rest of the page, so the guarantee of the slider holds
    (law 11).
    """
    alike = _cosines(pool, setting.taste.seen, _of_all)
    return [ONE - cosine if post.features else 0 for cosine, post in zip(alike, pool, strict=True)]


def bridge(pool: Sequence[Candidate], setting: Setting) -> list[int]:
    """Return how much a post helped every group of opinion to understand; see ``Candidate``.

    That is the group-informed consensus of Polis, ∏ (agreed + 1) ÷ (asked + 2) over the G groups, to the
    power of 1 ÷ G.
    """
    return [post.bridge for post in pool]


def near(pool: Sequence[Candidate], setting: Setting) -> list[int]:
    """Return 1 for a post from the reader's city, the clauses for their region and country, else 0.

    It goes by what a place is and not by how many it lies in: some cities lie in no region.
    """
    clauses = setting.measures.near
    steps = {"city": ONE, "region": round(ONE * clauses.region), "country": round(ONE * clauses.country)}
    home = {feature: steps[kind] for kind, feature in setting.taste.home.items()}
    elsewhere = frozenset(home).isdisjoint
    return [
        0 if elsewhere(post.features) else max([home[one] for one in post.features if one in home])
        for post in pool
    ]


def calm(pool: Sequence[Candidate], setting: Setting) -> list[int]:
    """Return the heat of a post, against it."""
    return [-post.heat for post in pool]


def less(pool: Sequence[Candidate], setting: Setting) -> list[int]:
    """Return how much the reader asked to see less of the author and tags, against the post; −1 in full."""
    authors, tags = setting.taste.less_authors, setting.taste.less_tags
    if not authors and not tags:
        return [0] * len(pool)
    unit = ONE / setting.measures.less.full
    of_author, of_tags = authors.get, _sums(pool, tags)
    asked = [of_author(post.author_id, 0.0) + more for post, more in zip(pool, of_tags, strict=True)]
    return [-min(ONE, round(unit * total)) if total else 0 for total in asked]


def _cosines(
    pool: Sequence[Candidate], vector: Mapping[int, float], length: Callable[[Candidate], float]
) -> list[int]:
    """Return the cosine of each post, whose own vector is so long, with one of the reader's, from 0 to 1.

    How often a tag is used changes after a post's norm was fixed, so a cosine may come out above 1.
    """
    products = _sums(pool, vector)
    return [
        min(ONE, round(ONE * product / long)) if product and (long := length(post)) else 0
        for product, post in zip(products, pool, strict=True)
    ]


def _of_tags(post: Candidate) -> float:
    return post.norm


def _of_all(post: Candidate) -> float:
    """Return the length of all features of a post: its language and each part of its place weigh 1."""
    others = len([one for one in post.features if one & KIND_BITS != TAG])
    return sqrt(post.norm * post.norm + others)


def _sums(pool: Sequence[Candidate], vector: Mapping[int, float]) -> list[float]:
    """Return what a vector says of the features of each post, added up."""
    if not vector:
        return [0.0] * len(pool)
    said, nothing = vector.get, repeat(0.0)
    return [sum(map(said, post.features, nothing)) for post in pool]


SIGNALS: dict[SignalName, Callable[[Sequence[Candidate], Setting], list[int]]] = {
    "fresh": fresh,
    "follow": follow,
    "conversation": conversation,
    "finish": finish,
    "small": small,
    "repost_like": repost_like,
    "topic": topic,
    "diverse": diverse,
    "bridge": bridge,
    "near": near,
    "calm": calm,
    "less": less,
}
"""Every signal, by the name that a profile weighs it under: its value for each post of a pool, in order."""

ABOUT_THE_READER: frozenset[SignalName] = frozenset({"repost_like", "diverse", "near", "less"})
"""Signals that hold a post against what is known of the reader (``Taste``)."""
