"""What features open, as far as the policy ``audience`` says: how many, how long, and by whom.

Pure. Who holds a feature is said by the policy ``features``; what one may do with it once it is held, here:
posts published later, polls, playlists, shared drafts, live rooms, and what is made from videos of others.
"""

from typing import Annotated, Literal

from pydantic import Field

from audience.clauses import LESS, listed
from coop.clauses import Clauses, Duration


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
