"""What the policy ``audience`` may say: how far a post travels, and how fast.

Pure. Law 1: how far a post travels and how fast strangers arrive are clauses, read from here; there is no
second place that knows a number.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from audience.clauses import LESS, MORE, Bounds, Cap, listed, orders
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


class Scheduled(Clauses):
    """Posts that are written now and published later."""

    number: int = Field(ge=0, le=100)
    """Of one member, those included that were refused at their time and are kept to be mended."""
    ahead: Duration
    """How far ahead one may be published."""


class Polls(Clauses):
    """Polls on posts that are made in guilds which hold the feature."""

    options: Annotated[int, LESS] = Field(ge=2, le=20)
    """Most options of one."""
    characters: int = Field(ge=1, le=500)
    """Longest option, in characters."""
    longest: Annotated[Duration, LESS]
    """For how long one may be open."""


Keepers = Literal["stewards", "members"]
"""Who of a guild keeps its playlists."""
KEEPERS: tuple[Keepers, ...] = ("stewards", "members")
"""The strictest first."""


class PlaylistRules(Clauses):
    """Named lists of posts, of members and guilds that hold the feature."""

    of_member: int = Field(ge=0, le=1000)
    """Most lists of one member."""
    of_guild: Annotated[int, LESS] = Field(ge=0, le=1000)
    """Most lists of one guild."""
    items: Annotated[int, LESS] = Field(ge=1, le=500)
    """Most posts in one, as far as whoever adds one sees them."""
    title: Annotated[int, LESS] = Field(ge=10, le=200)
    """Longest title, in characters."""
    description: Annotated[int, LESS] = Field(ge=0, le=5000)
    """Longest description, in characters."""
    keepers: Annotated[Keepers, listed(*KEEPERS)]


class SharedDrafts(Clauses):
    """Posts that members of a guild write together before they are published."""

    open: Annotated[int, LESS] = Field(ge=0, le=1000)
    """Most drafts of one guild that are under way at once."""
    writers: Annotated[int, LESS] = Field(ge=2, le=100)
    """Most who write in one."""
    revisions: int = Field(ge=1, le=10_000)
    """Most that are kept of one: the oldest goes when one more comes."""
    kept: Duration
    """For how long one is kept that nobody touches."""
    warned: Duration
    """So long before it goes those who write in it are told."""
    told_every: Duration
    """Of what one of them wrote the others are told once in so long."""
    notes: int = Field(ge=0, le=1000)
    """Most remarks in the margin of one that are not settled."""
    note_characters: int = Field(ge=1, le=10_000)
    """Longest remark, in characters."""


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


Hosts = Literal["stewards", "members"]
"""Who of a guild may schedule its rooms."""
HOSTS: tuple[Hosts, ...] = ("stewards", "members")
"""The strictest first."""
Turns = Literal["unheard_first", "first_come"]
"""The order of those who wait to speak: who has not spoken yet before the others, or as they come."""
TURNS: tuple[Turns, ...] = ("unheard_first", "first_come")
"""The strictest first."""


class RoomRules(Clauses):
    """Live rooms: who may schedule them, how many are present at once, and how many speak."""

    seats: Annotated[int, LESS] = Field(ge=2, le=10_000)
    """The most who may be present in one at once; one place is the host's."""
    speakers: Annotated[int, LESS] = Field(ge=1, le=1000)
    """The most who have the floor at once, besides the host."""
    longest: Annotated[Duration, LESS]
    """For how long one may be booked."""
    ahead: Annotated[Duration, LESS]
    """How far ahead one may be scheduled."""
    early: Duration
    """So long before its time one may be opened."""
    late: Duration
    """So long after its time one may be opened; after that it has lapsed."""
    away_s: int = Field(ge=5, le=3600)
    """Seconds without a sign of life after which a seat is free."""
    turn: Annotated[Duration, LESS]
    """For how long one has the floor while somebody waits for it."""
    scheduled: Annotated[int, LESS] = Field(ge=1, le=1000)
    """The most rooms of one guild that are ahead or open."""
    hosts: Annotated[Hosts, listed(*HOSTS)]
    queue: Annotated[Turns, listed(*TURNS)]


class Derivatives(Clauses):
    """What is made from posts."""

    stitch_seconds: int = Field(ge=1, le=60)
    """With how much of its source a stitch begins, at most."""


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
