"""What the policy ``feeds`` may say of signals: the numbers inside each, which hold for all profiles.

Pure. Law 1: every number here is a clause.
"""

from datetime import timedelta
from typing import Annotated, NamedTuple, Self

from pydantic import Field, model_validator

from coop.clauses import Clauses, Duration

Part = Annotated[float, Field(ge=0, le=1)]
Number = Annotated[float, Field(gt=0, le=10_000)]
Features = Annotated[int, Field(ge=1, le=1000)]


class Windows(NamedTuple):
    """How far back the facts go that are counted of authors."""

    posts: timedelta
    viewers: timedelta
    answers: timedelta


class Follow(Clauses):
    """The signal ``follow``."""

    same_guild: Part
    """What a post made in one of the reader's guilds counts, where following its author counts 1."""


class Conversation(Clauses):
    """The signal ``conversation``."""

    halfway: Number
    """How many distinct people an author must have answered to count one half."""
    window: Duration
    """Answers no older than this are counted."""


class Finish(Clauses):
    """The signal ``finish``: (finished + these) ÷ (started + these), against posts of like length."""

    finished_before: Number
    """Views to the end that every post is taken to have had before its first."""
    started_before: Number
    """Views that every post is taken to have had before its first."""
    share: float = Field(gt=0, le=1)
    """Whoever watched so much of a post's length has watched it to the end."""
    like: float = Field(gt=1, le=100)
    """Lengths are alike that begin at a power of this and end before the next."""
    window: Duration
    """Views no older than this are counted."""

    @model_validator(mode="after")
    def _is_a_share(self) -> Self:
        if self.finished_before > self.started_before:
            raise ValueError("No more views can have been finished than were started")
        return self


class Small(Clauses):
    """The signal ``small``."""

    posts: Number
    """Up to so many posts in the window count in full; beyond, each counts less."""
    posts_window: Duration
    """Posts no older than this are counted."""
    reach: float = Field(ge=0, le=100)
    """How much each distinct viewer damps: 1 ÷ log₂(2 + reach × viewers)."""
    viewers_window: Duration
    """Viewers are counted who first came to a post no longer ago than this; discovery counts the same."""


class RepostLike(Clauses):
    """The signal ``repost_like``."""

    half_life: Duration
    """The age at which a repost says half as much of what its member likes."""
    features: Features
    """Most tags that are kept of what a member reposted, the heaviest."""


class Diverse(Clauses):
    """The signal ``diverse``."""

    window: Duration
    """What was seen no longer ago than this is what a post is held against."""
    features: Features
    """Most tags, languages and places that are kept of what a member was shown, the heaviest."""


class Bridge(Clauses):
    """The signal ``bridge``; where there is less evidence than this, it is 0."""

    raters: int = Field(ge=1, le=100_000)
    """Members who must have said of anything whether it helped them, before there are groups."""
    ratings: int = Field(ge=1, le=100_000)
    """Answers that a post must have had."""
    per_group: int = Field(ge=1, le=10_000)
    """Answers that a post must have had from every group."""
    answers: int = Field(ge=1, le=1000)
    """Answers that a member must have given to be put in a group."""
    groups: int = Field(ge=2, le=10)
    """Most groups that are looked for."""
    least_group: Part
    """Part of all raters below which those who answer alike are no group of their own."""
    plane_posts: int = Field(ge=2, le=1000)
    """Most posts by which members are told apart, those with most answers: the work grows with their cube."""
    plane_raters: int = Field(ge=2, le=100_000)
    """Most members from whom the plane of differences is found, those with most answers; all are placed on
    it."""


class Near(Clauses):
    """The signal ``near``, where a post from the reader's own city counts 1."""

    region: Part
    """What one from their region counts, and from nowhere nearer."""
    country: Part
    """What one from their country counts, and from nowhere nearer."""


class Calm(Clauses):
    """The signal ``calm``."""

    medians: Number
    """How many times an author's usual rate of comments by strangers counts as heat in full."""
    window: Duration
    """Comments of so long are counted: now, and, for what is usual, from when each post was published."""
    usual_window: Duration
    """The median is of the author's posts that are no older than this."""
    usual_least: Number
    """So many comments are taken to be usual with everyone: a few are no heat."""


class Less(Clauses):
    """The signal ``less``."""

    half_life: Duration
    """The age at which a "less of this" counts one half."""
    full: Number
    """How many fresh ones, of an author and of the tags of a post together, count in full."""
    post: Part
    """What "less like this post" counts against its author and each of its tags."""


class Measures(Clauses):
    """The numbers inside the signals, one for all profiles."""

    follow: Follow
    conversation: Conversation
    finish: Finish
    small: Small
    repost_like: RepostLike
    diverse: Diverse
    bridge: Bridge
    near: Near
    calm: Calm
    less: Less

    @property
    def windows(self) -> Windows:
        """How far back the facts go that are counted of authors."""
        return Windows(self.small.posts_window, self.small.viewers_window, self.conversation.window)
