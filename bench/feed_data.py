"""The data set of ``feed``: a cooperative of a given size, the same rows for the same code.

Everything is drawn from hashes of row numbers under a fixed seed, inside PostgreSQL. The set ends at
``UNTIL``; the benchmark turns the clock back to it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bench import data_set
from bench.data_set import Report
from bench.feed_sql import FUNCTIONS, STEPS
from bench.feed_topics_sql import TOPIC_FUNCTIONS
from bench.server import Server

UNTIL = datetime(2026, 11, 1, tzinfo=UTC)
"""When the last post was made."""
SPAN = timedelta(days=90)
"""How long the posts go back, evenly."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large the cooperative is. Its guilds, seats and follows grow with it."""

    members: int
    posts: int

    @property
    def guilds(self) -> int:
        """One guild for fifty members, each of whom is in about five."""
        return max(2, self.members // 50)

    @property
    def name(self) -> str:
        """The name of the database that holds a set of this size, made by this code."""
        made_from = [str(UNTIL), str(SPAN), FUNCTIONS, TOPIC_FUNCTIONS, *STEPS.values()]
        return data_set.named("feed", self.members, self.posts, made_from=made_from)


FULL = Size(members=100_000, posts=1_000_000)
"""The size that the goals are about."""


def ensure(server: Server, size: Size) -> str:
    """Return the name of the database that holds the set, having built it where it is not there."""
    return data_set.ensure(server, size.name, len(STEPS) + 1, lambda url, report: build(url, size, report))


def build(url: str, size: Size, report: Report) -> None:
    """Fill an empty database that stands at the newest migration."""
    bound = {
        "members": size.members,
        "posts": size.posts,
        "guilds": size.guilds,
        "until": UNTIL,
        "span": SPAN,
    }
    data_set.fill(url, "128MB", (FUNCTIONS, TOPIC_FUNCTIONS), STEPS, bound, report)
