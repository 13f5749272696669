"""What the policy ``audience`` may say: how far a post travels, and how fast.

Pure. Law 1: how far a post travels and how fast strangers arrive are clauses, read from here; there is no
second place that knows a number.
"""

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from audience.clauses import OPEN, Bounds, Cap, Clauses, Duration
from audience.feeds.rules import FEEDS, FeedRules
from coop.book import PolicyKind
from coop.errors import Fault
from coop.policy_text import leaves, token

AUDIENCE = "audience"


class Posts(Clauses):
    """What one post may hold."""

    characters: int = Field(ge=1, le=60_000)
    """Longest text, in characters."""
    names: int = Field(ge=1, le=1000)
    """Most groups of people that one audience may name."""
    teaser: int = Field(ge=0, le=5000)
    """Longest text for those who may see but not read it, in characters."""
    tags: int = Field(ge=0, le=100)
    """Most topics that one post may name."""
    layers: int = Field(ge=8, le=1000)
    """How often a post may be narrowed, planned or by hand."""


class Length(Clauses):
    """How long a post takes, so that a share of it can be said to have been watched."""

    characters_a_minute: int = Field(ge=60, le=10_000)
    """Of text that a member is taken to read."""
    picture_s: float = Field(ge=0, le=600)
    """Seconds that a picture is looked at."""


class Language(Clauses):
    """How the language of a text is recognised where its author names none."""

    characters: int = Field(ge=1, le=1000)
    """Shorter texts are in no language; spaces count, topics, names and addresses do not."""
    certainty: float = Field(gt=0, le=1)
    """How likely it has to be."""


class Reach(Clauses):
    """How wide an audience may be."""

    widest: Literal["local", "public"]
    """All members, or everybody, signed in or not; the public is not counted, so it needs open seats."""
    least_told: int = Field(ge=5, le=1000)
    """Smaller numbers of people are not told to an author who asks how far a post went; greater ones only in
    multiples of it."""


class Followers(Clauses):
    """How many may follow one member."""

    ceiling: Cap
    on_full: Literal["waitlist", "close"]
    """Whoever comes then waits their turn, or is turned away."""


class Circles(Clauses):
    """The lists of people that members keep."""

    number: int = Field(ge=0, le=10_000)
    """Of one member."""
    members: int = Field(ge=1, le=10_000)
    """In one circle."""


class Seats(Clauses):
    """How many distinct members may view a post."""

    ceiling: Cap
    """The most that an author may set."""
    default: Cap
    """For a post whose author sets no number."""

    @field_validator("default")
    @classmethod
    def _fits(cls, default: int | str, info: ValidationInfo) -> int | str:
        ceiling = info.data.get("ceiling", OPEN)
        if ceiling != OPEN and (default == OPEN or default > ceiling):
            raise ValueError(f"The default cannot be above the ceiling, which is {ceiling}")
        return default


class Arrivals(Clauses):
    """How fast strangers may arrive at a post; whoever is seated is never delayed."""

    per_minute: Cap
    burst: int = Field(ge=1, le=1_000_000)
    """How many may come at once, after a lull."""


AtTime = Literal["off", "owner", "on"]
"""Who may answer at a moment of a post: nobody, its author, or everyone who may answer it."""
AT_TIMES: tuple[AtTime, ...] = ("off", "owner", "on")
"""The strictest first."""


class Replies(Clauses):
    """How many replies a post may gather, how fast, for how long, and how they are shown."""

    per_post: Cap
    per_member: Cap
    """Of one member to one post."""
    characters: int = Field(ge=1, le=60_000)
    """Longest text, in characters."""
    gap_s: int = Field(ge=0, le=604_800)
    """Seconds between two replies of one member to one post; 0 asks for no pause."""
    watched_min: int = Field(ge=0, le=100)
    """How much of a post one has to have watched or read before answering, in percent."""
    until: Duration | Literal["open"]
    """For how long after publishing."""
    at_time: AtTime
    depth: int = Field(ge=1, le=32)
    """How deep answers may stand under one another; those to the post itself stand at 0."""
    unfolded: int = Field(ge=1, le=100)
    """Most answers that are shown under one reply before the rest is folded."""


Opening = Literal["nobody", "ask", "readers"]
"""Whom something is open to: nobody, whoever its author says yes to, or every reader."""
OPENINGS: tuple[Opening, ...] = ("nobody", "ask", "readers")
"""The strictest first."""


class Openness(Clauses):
    """How far one thing that readers may do with a post is open."""

    default: Opening
    """For a post whose author says nothing of it."""
    ceiling: Opening
    """The most that an author may open it to."""


class Interact(Clauses):
    """What readers may do with a post besides reading it; only members do anything."""

    like: Openness
    repost: Openness
    quote: Openness
    reply: Openness
    video_reply: Openness
    stitch: Openness
    duet: Openness
    sound: Openness
    """Using its sound under something else."""
    download: Openness


Told = Literal["nobody", "author", "readers"]
"""Who is told a number."""


class Counts(Clauses):
    """Who is told how often something was done with a post; who did it is told to nobody."""

    likes: Told
    reposts: Told
    replies: Told


class AudienceRules(Clauses):
    """The audience policy: how far a post may travel."""

    posts: Posts
    length: Length
    language: Language
    reach: Reach
    circles: Circles
    followers: Followers
    seats: Seats
    arrivals: Arrivals
    replies: Replies
    interact: Interact
    counts: Counts
    bounds: Bounds = Field(default_factory=Bounds)


def charter(rules: AudienceRules | FeedRules) -> list[Fault]:
    """Return the clauses that would bind nothing: bounds of no clause, and a default above its ceiling."""
    return (
        [*_defaults(rules.interact), *_bounds(rules)] if isinstance(rules, AudienceRules) else _bounds(rules)
    )


def _defaults(interact: Interact) -> list[Fault]:
    opened: dict[str, Openness] = dict(interact)
    return [
        Fault(f"/interact/{verb}/default", f"The default cannot be above the ceiling: {one.ceiling}.")
        for verb, one in opened.items()
        if OPENINGS.index(one.default) > OPENINGS.index(one.ceiling)
    ]


def _bounds(rules: AudienceRules | FeedRules) -> list[Fault]:
    known = leaves(rules.model_dump(exclude={"bounds"}))
    declared = rules.bounds.model_dump()
    return [
        Fault(f"/bounds/{scope}/{token(clause)}", "There is no such clause to set bounds to.")
        for scope, bounds in declared.items()
        for clause in bounds
        if clause not in known
    ]


KINDS = (
    PolicyKind(AUDIENCE, AudienceRules, charter, guild=True),
    PolicyKind(FEEDS, FeedRules, charter),
)
"""What ``app.py`` registers."""
