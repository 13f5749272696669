"""What the policy ``audience`` may say: how far a post travels, and how fast.

Pure. Law 1: how far a post travels and how fast strangers arrive are clauses, read from here; there is no
second place that knows a number.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from audience.clauses import LESS, MORE, Bounds, Cap, listed, orders
from audience.feature_clauses import Derivatives, PlaylistRules, Polls, RoomRules, Scheduled, SharedDrafts
from coop.clauses import Clauses, Duration

AUDIENCE = "audience"


class Posts(Clauses):
    """What one post may hold."""

    characters: Annotated[int, LESS] = Field(ge=1, le=60_000)
    """Longest text, in characters."""
    names: Annotated[int, LESS] = Field(ge=1, le=1000)
    """Most groups of people that one audience may name."""
    teaser: Annotated[int, LESS] = Field(ge=0, le=5000)
    """Longest text for those who may see but not read it, in characters."""
    tags: Annotated[int, LESS] = Field(ge=0, le=100)
    """Most topics that one post may name."""
    layers: Annotated[int, LESS] = Field(ge=8, le=1000)
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


Inherited = Literal["self", "mutuals", "followers", "guild", "local"]
"""Steps of the gradient for which a post may be whose author does not say whom it is for.

That it is for everybody is for its author to say: nobody is shown to visitors unasked.
"""
INHERITED: tuple[Inherited, ...] = ("self", "mutuals", "followers", "guild", "local")
"""In the order of the gradient."""


class Reach(Clauses):
    """How wide an audience may be."""

    default: Annotated[Inherited, listed(*INHERITED)]
    """For a post whose author does not say who may see it; ``guild``: whoever is in the one it is made in."""
    widest: Annotated[Literal["local", "public"], listed("local", "public")]
    """All members, or everybody, signed in or not; the public is not counted, so it needs open seats."""
    least_told: int = Field(ge=5, le=1000)
    """Smaller numbers of people are not told to an author who asks how far a post went; greater ones only in
    multiples of it."""


class Followers(Clauses):
    """How many may follow one member."""

    ceiling: Cap
    on_full: Literal["waitlist", "close"]
    """Whoever comes then waits their turn, or is turned away."""


class LimitForNow(Clauses):
    """For how long an author shuts strangers out of what they made, in days."""

    default: int = Field(ge=1, le=365)
    """Where the author does not say."""
    longest: int = Field(ge=1, le=365)
    recent: int = Field(ge=1, le=365)
    """Whoever followed for less, when it was set, is shut out as well where the author says so."""


class Circles(Clauses):
    """The lists of people that members keep."""

    number: int = Field(ge=0, le=10_000)
    """Of one member."""
    members: int = Field(ge=1, le=10_000)
    """In one circle."""


class Seats(Clauses):
    """How many distinct members may view a post."""

    ceiling: Annotated[Cap, LESS]
    """The most that an author may set."""
    wide_ceiling: Cap
    """The same for whoever holds the feature ``wide_reach`` when they publish, or the guild they do it in."""
    default: Annotated[Cap, LESS]
    """For a post whose author sets no number."""
    on_full: Annotated[Literal["close", "waitlist"], listed("close", "waitlist")]
    """Where its author does not say: it is gone for whoever comes once they are taken, or lets them wait."""


class Arrivals(Clauses):
    """How fast strangers may arrive at a post; whoever is seated is never delayed."""

    per_minute: Annotated[Cap, LESS]
    burst: Annotated[int, LESS] = Field(ge=1, le=1_000_000)
    """How many may come at once, after a lull."""
    strangers_only: Annotated[bool, listed(False, True)]
    """Whether friends of a post are not delayed; an author may still delay them."""


AtTime = Literal["off", "owner", "on"]
"""Who may answer at a moment of a post: nobody, its author, or everyone who may answer it."""
AT_TIMES: tuple[AtTime, ...] = ("off", "owner", "on")
"""The strictest first."""


class Replies(Clauses):
    """How many replies a post may gather, how fast, for how long, and how they are shown."""

    per_post: Annotated[Cap, LESS]
    per_member: Annotated[Cap, LESS]
    """Of one member to one post."""
    characters: int = Field(ge=1, le=60_000)
    """Longest text, in characters."""
    gap_s: Annotated[int, MORE] = Field(ge=0, le=604_800)
    """Seconds between two replies of one member to one post; 0 asks for no pause."""
    watched_min: Annotated[int, MORE] = Field(ge=0, le=100)
    """How much of a post one has to have watched or read before answering, in percent."""
    until: Annotated[Duration | Literal["open"], LESS]
    """For how long after publishing."""
    at_time: Annotated[AtTime, listed(*AT_TIMES)]
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

    default: Annotated[Opening, listed(*OPENINGS)]
    """For a post whose author says nothing of it."""
    ceiling: Annotated[Opening, listed(*OPENINGS)]
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


Words = Annotated[str, StringConstraints(min_length=1, max_length=80)]
"""What a thank-you may say."""


class Thanks(Clauses):
    """A private word to an author, in place of a number."""

    words: list[Words] = Field(min_length=1, max_length=12)
    """What it may say."""


class Welcome(Clauses):
    """How first posts find those who asked to greet newcomers."""

    posts: int = Field(ge=1, le=50)
    """So many first posts of a newcomer, of those that are for every member."""
    days: int = Field(ge=1, le=365)
    """For so many days after joining one is a newcomer."""
    greeters: int = Field(ge=1, le=100)
    """Whom each newcomer meets, of those who asked to greet."""


class AudienceRules(Clauses):
    """The audience policy: how far a post may travel."""

    posts: Posts
    scheduled: Scheduled
    polls: Polls
    playlists: PlaylistRules
    drafts: SharedDrafts
    length: Length
    language: Language
    reach: Reach
    circles: Circles
    followers: Followers
    limit_for_now: LimitForNow
    seats: Seats
    arrivals: Arrivals
    replies: Replies
    interact: Interact
    derivatives: Derivatives
    counts: Counts
    thanks: Thanks
    welcome: Welcome
    rooms: RoomRules
    bounds: Bounds = Field(default_factory=Bounds)


ORDERS = dict(orders(AudienceRules))
"""By the pointer of each clause that a guild may set: which of two values is the stricter."""
