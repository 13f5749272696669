"""Signals: what a feed knows of a post, each a whole number of millionths between 0 and 1.

Pure. A signal knows nothing of weights or of the other posts on the page; that is what makes a slider
provable (law 11). The formulas are those of the project's feed design; the numbers inside them are clauses
of the ``feeds`` policy under ``/signals``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp2, log2
from typing import NamedTuple

from audience.feeds.rules import Measures, Profile
from coop.ids import RANDOM_BITS, first_id_at

ONE = 1_000_000
"""A signal of 1, in its unit."""

MILLISECOND = timedelta(milliseconds=1)


class Candidate(NamedTuple):
    """A post that the viewer may be shown, as the feed's own statement returns it."""

    id: int
    author_id: int
    own_limits: str | None
    """Slug of the guild it was made in, where that guild sets limits of its own."""
    seats_max: int | None
    gated: bool
    """Whether it had a gate when it was read."""
    follows: bool
    """Whether the viewer follows its author."""
    same_guild: bool
    """Whether it was made in a guild of the viewer's."""
    named: bool
    """Whether its lock names the viewer, or a guild of theirs."""
    posts_7d: int
    viewers_28d: int
    answered_28d: int

    @property
    def friend(self) -> bool:
        """Whether the viewer is no stranger to it."""
        return self.follows or self.same_guild or self.named


@dataclass(frozen=True, slots=True)
class Setting:
    """The clauses that shape the signals of one page, and its moment."""

    now_id: int
    """The id that a post published now would have at least."""
    half_life: float
    """As a distance between ids."""
    same_guild: int
    """In millionths."""
    halfway: float
    posts_a_week: float
    reach: float

    @classmethod
    def of(cls, measures: Measures, profile: Profile, now: datetime) -> "Setting":
        """Return the setting of a profile at a moment."""
        return cls(
            now_id=first_id_at(now),
            half_life=profile.half_life / MILLISECOND * 2**RANDOM_BITS,
            same_guild=round(ONE * measures.follow.same_guild),
            halfway=measures.conversation.halfway,
            posts_a_week=measures.small.posts_a_week,
            reach=measures.small.reach,
        )


def fresh(post: Candidate, setting: Setting) -> int:
    """Return 2^(−age ÷ half-life); the age is read from the id, which is the moment of publishing."""
    age = setting.now_id - post.id
    return round(ONE * exp2(-age / setting.half_life)) if age > 0 else ONE


def follow(post: Candidate, setting: Setting) -> int:
    """Return 1 where the viewer follows the author, else the clause for a shared guild, else 0."""
    if post.follows:
        return ONE
    return setting.same_guild if post.same_guild else 0


def conversation(post: Candidate, setting: Setting) -> int:
    """Return n ÷ (n + halfway) for the n distinct people whom the author answered in 28 days."""
    answered = post.answered_28d
    return round(ONE * answered / (answered + setting.halfway)) if answered else 0


def small(post: Candidate, setting: Setting) -> int:
    """Return how little the author is heard: min(1, allowed ÷ posts in 7 days) ÷ log₂(2 + reach × viewers).

    It is damped by distinct viewers and not by followers, so newcomers are not hidden and a lone prolific
    author is not lifted.
    """
    damped = ONE / log2(2 + setting.reach * post.viewers_28d)
    if post.posts_7d > setting.posts_a_week:
        damped *= setting.posts_a_week / post.posts_7d
    return round(damped)


SIGNALS: dict[str, Callable[[Candidate, Setting], int]] = {
    "fresh": fresh,
    "follow": follow,
    "conversation": conversation,
    "small": small,
}
"""Every signal, by the name that a profile weighs it under."""
