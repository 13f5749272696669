"""The data set of ``rehearse``: 28 days of a cooperative, the same rows for the same code.

It is kept as the data set of ``feed`` is: as a database whose name holds its size and a hash of what made it.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import psycopg
from rich.console import Console
from rich.progress import Progress

from bench.feed_data import UNTIL
from bench.feed_sql import FUNCTIONS
from bench.rehearse_sql import STEPS
from bench.server import Server
from coop import migrations

SPAN = timedelta(days=28)
"""How long the posts go back, evenly."""

_SETTINGS = "SET work_mem = '512MB'; SET maintenance_work_mem = '256MB'; SET synchronous_commit = off"
_KIND = "rehearse_"


class DataWrong(RuntimeError):
    """The data set has another size than it was to have."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large the cooperative is."""

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
        tables = [path.read_text("utf-8") for path in sorted((migrations.FOLDER / "versions").glob("*.py"))]
        made_from = [*tables, str(UNTIL), str(SPAN), FUNCTIONS, *STEPS.values()]
        digest = hashlib.sha256("\n".join(made_from).encode()).hexdigest()
        return f"{_KIND}{self.members}_{self.views}_{digest[:12]}"


FULL = Size(members=10_000, posts=300_000, views=5_000_000)
"""The size that the goals are about."""


def ensure(server: Server, size: Size) -> str:
    """Return the name of the database that holds the set, having built it where it is not there."""
    kept = server.databases()
    if size.name in kept:
        return size.name
    for name in kept:
        if name.startswith(_KIND) and not name.endswith(size.name.rpartition("_")[2]):
            server.drop(name)
    made = f"{size.name}_new"
    server.create(made)
    migrations.upgrade(server.url(made))
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("data set", total=len(STEPS) + 1)
        build(server.plain_url(made), size, lambda step: progress.update(task, advance=1, description=step))
    server.rename(made, size.name)
    return size.name


def build(url: str, size: Size, report: Callable[[str], None]) -> None:
    """Fill an empty database that stands at the newest migration; raise DataWrong where views are missing."""
    bound = {
        "members": size.members,
        "posts": size.posts,
        "views": size.views,
        "guilds": size.guilds,
        "until": UNTIL,
        "span": SPAN,
    }
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_SETTINGS)
        connection.execute(FUNCTIONS)
        for title, statement in STEPS.items():
            # bound on this side: the server takes no parameters in the statements that make tables
            psycopg.ClientCursor(connection).execute(statement, bound)
            report(title)
        connection.execute("VACUUM (ANALYZE)")
        report("statistics")
        found = connection.execute("SELECT count(*) FROM seat").fetchall()[0][0]
    if found != size.views:
        raise DataWrong(f"there are {found:,} views where there were to be {size.views:,}")
