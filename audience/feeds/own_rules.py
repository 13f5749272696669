"""What the policy ``feeds`` may say of profiles that members make, and of those that come from elsewhere.

Pure. Law 1: every number here is a clause.
"""

from pydantic import Field

from coop.clauses import Clauses, Duration

TAKEN = frozenset({"default", "fork", "import", "of", "own"})
"""Names that no voted profile can have, because addresses of feeds begin with them."""


def free_name(name: str) -> str:
    """Return the name of a voted profile; raise ValueError for one of ``TAKEN``."""
    if name in TAKEN:
        raise ValueError(f"No profile can be called {name}: addresses of feeds begin with it")
    return name


class Own(Clauses):
    """The profiles that members make for themselves."""

    number: int = Field(ge=0, le=1000)
    """Of one member."""
    topics: int = Field(ge=0, le=200)
    """Tags that one of them may choose."""


class External(Clauses):
    """Profiles whose posts are named by an address elsewhere."""

    items: int = Field(ge=1, le=1000)
    """Most posts that are taken from one answer, the first."""
    page: int = Field(ge=1, le=100)
    """Most posts on a page."""
    seconds: float = Field(ge=0.1, le=5)
    """How long an answer may take, all in all."""
    every: Duration
    """How often it is asked anew; after each failure in a row it is left alone twice as long."""
    kept: Duration
    """An answer that is older is not shown."""
    unused: Duration
    """Whoever has not opened it for so long has it asked no more, until they do."""
    strikes: int = Field(ge=1, le=20)
    """After so many failures in a row it is asked no more, until its member saves it again."""
