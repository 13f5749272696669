"""Who is acting: a plain value, so that rules never hold a database row."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Identity:
    """A signed-in member, as rules see one."""

    member_id: int
    handle: str
    display_name: str
    joined_at: datetime
    guilds: frozenset[int] = field(default_factory=frozenset)
    """Ids of the guilds this member belongs to now."""
    steward_of: frozenset[int] = field(default_factory=frozenset)
    """Ids of the guilds that this member is a steward of; a subset of ``guilds``."""
    scopes: frozenset[str] = field(default_factory=frozenset)
    """What the credential allows: a session allows everything, a token what was consented to."""
    keeps_garden: bool = field(default=True, compare=False)
    """Whether there may be anything in their garden; who never kept any is spared the question."""
    suspended_until: datetime | None = field(default=None, compare=False)
    """When the last suspension of theirs ends, or ended; none where a vote never suspended them."""
