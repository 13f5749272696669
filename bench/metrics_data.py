"""The data set of ``metrics``: 28 days of a cooperative, the same rows for the same code."""

from dataclasses import dataclass
from datetime import timedelta

from bench import data_set
from bench.data_set import Report
from bench.feed_data import UNTIL
from bench.feed_sql import FUNCTIONS
from bench.metrics_sql import STEPS
from bench.server import Server

SPAN = timedelta(days=28)
"""How long the posts go back, evenly."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large the cooperative is. Its replies grow with the views: one for four of them, or more."""

    members: int
    posts: int
    views: int

    @property
    def guilds(self) -> int:
        """One guild for fifty members, each of whom is in about five."""
        return max(2, self.members // 50)

    @property
    def name(self) -> str:
        """The name of the database that holds a set of this size, made by this code."""
        made_from = [str(UNTIL), str(SPAN), FUNCTIONS, *STEPS.values()]
        return data_set.named("metrics", self.members, self.posts, self.views, made_from=made_from)


FULL = Size(members=100_000, posts=300_000, views=4_000_000)
"""The size that the goals are about."""


def ensure(server: Server, size: Size) -> str:
    """Return the name of the database that holds the set, having built it where it is not there."""
    return data_set.ensure(server, size.name, len(STEPS) + 1, lambda url, report: build(url, size, report))


def build(url: str, size: Size, report: Report) -> None:
    """Fill an empty database that stands at the newest migration."""
    bound = {
        "members": size.members,
        "posts": size.posts,
        "views": size.views,
        "guilds": size.guilds,
        "until": UNTIL,
        "span": SPAN,
    }
    data_set.fill(url, "512MB", (FUNCTIONS,), STEPS, bound, report)
