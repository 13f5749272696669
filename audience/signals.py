"""Signals: what a feed knows of a post, each a whole number of millionths between 0 and 1.

Pure. A signal knows nothing of weights or of the other posts on the page; that is what makes a slider
provable (law 11). The formulas are those of the project's feed design; the numbers inside them are clauses
of the ``feeds`` policy under ``/signals``.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from audience.rules import Measures, Profile
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
    """The clauses that shape the signals of one page."""

    measures: Measures
    half_life_ids: float
    """The profile's half-life, as a distance between ids."""
    now_id: int
    """The id that a post published now would have at least."""

    @classmethod
    def of(cls, measures: Measures, profile: Profile, now: datetime) -> "Setting":
        """Return the setting of a profile at a moment."""
        return cls(measures, profile.half_life / MILLISECOND * 2**RANDOM_BITS, first_id_at(now))


def fresh(post: Candidate, setting: Setting) -> int:
    """Return 2^(−age ÷ half-life); the age is read from the id, which is the moment of publishing."""
    return round(ONE * 2 ** (-max(setting.now_id - post.id, 0) / setting.half_life_ids))


def follow(post: Candidate, setting: Setting) -> int:
    """Return 1 where the viewer follows the author, else the clause for a shared guild, else 0."""
    if post.follows:
        return ONE
    return round(ONE * setting.measures.follow.same_guild) if post.same_guild else 0


def conversation(post: Candidate, setting: Setting) -> int:
    """Return n ÷ (n + halfway) for the n distinct people whom the author answered in 28 days."""
    answered = post.answered_28d
    return round(ONE * answered / (answered + setting.measures.conversation.halfway))


def small(post: Candidate, setting: Setting) -> int:
    """Return how little the author is heard: min(1, allowed ÷ posts in 7 days) ÷ log₂(2 + reach × viewers).

    It is damped by distinct viewers and not by followers, so newcomers are not hidden and a lone prolific
    author is not lifted.
    """
    clause = setting.measures.small
    steady = min(1.0, clause.posts_a_week / max(post.posts_7d, 1))
    return round(ONE * steady / math.log2(2 + clause.reach * post.viewers_28d))


SIGNALS: dict[str, Callable[[Candidate, Setting], int]] = {
    "fresh": fresh,
    "follow": follow,
    "conversation": conversation,
    "small": small,
}
"""Every signal, by the name that a profile weighs it under."""
