"""What the policy ``audience`` may say: how far a post travels, and how fast.

Pure. Law 1: how far a post travels and how fast strangers arrive are clauses, read from here; there is no
second place that knows a number.
"""

from pydantic import Field, ValidationInfo, field_validator

from audience.clauses import OPEN, Bounds, Cap, Clauses
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
    """Most guilds and members that one audience may name."""


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


class Replies(Clauses):
    """How many replies a post may gather."""

    per_post: Cap
    per_member: Cap
    """Of one member to one post."""
    characters: int = Field(ge=1, le=60_000)
    """Longest text, in characters."""


class AudienceRules(Clauses):
    """The audience policy: how far a post may travel."""

    posts: Posts
    seats: Seats
    arrivals: Arrivals
    replies: Replies
    bounds: Bounds = Field(default_factory=Bounds)


def charter(rules: AudienceRules | FeedRules) -> list[Fault]:
    """Return the declared bounds that speak of no clause, and so would bind nothing."""
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
