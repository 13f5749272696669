"""The data set of ``feed``: a cooperative of a given size, the same rows for the same code.

Everything is drawn from hashes of row numbers under a fixed seed, inside PostgreSQL. The set ends at
``UNTIL``; the benchmark turns the clock back to it. It is kept as a database whose name holds its size and
a hash of the migrations and the statements, so a stale set is never measured: it is built anew.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench.feed_sql import FUNCTIONS, STEPS
from bench.feed_topics_sql import TOPIC_FUNCTIONS
from bench.server import Server
from coop import migrations

UNTIL = datetime(2026, 11, 1, tzinfo=UTC)
"""When the last post was made."""
SPAN = timedelta(days=90)
"""How long the posts go back, evenly."""

_SETTINGS = "SET work_mem = '128MB'; SET maintenance_work_mem = '256MB'; SET synchronous_commit = off"
_KIND = "feed_"


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
        tables = [path.read_text("utf-8") for path in sorted((migrations.FOLDER / "versions").glob("*.py"))]
        made_from = [*tables, str(UNTIL), str(SPAN), FUNCTIONS, TOPIC_FUNCTIONS, *STEPS.values()]
        digest = hashlib.sha256("\n".join(made_from).encode()).hexdigest()
        return f"{_KIND}{self.members}_{self.posts}_{digest[:12]}"


FULL = Size(members=100_000, posts=1_000_000)
"""The size that the goals are about."""


def ensure(server: Server, size: Size) -> str:
    """Return the name of the database that holds the set, having built it where it is not there."""
    kept = server.databases()
    if size.name in kept:
        return size.name
    _clear(server, kept, size)
    made = f"{size.name}_new"
    server.create(made)
    migrations.upgrade(server.url(made))
    with Progress(
        TextColumn("{task.description:32}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    ) as progress:
        task = progress.add_task("data set", total=len(STEPS) + 1)
        build(server.plain_url(made), size, lambda step: progress.update(task, advance=1, description=step))
    server.rename(made, size.name)
    return size.name


def _clear(server: Server, kept: list[str], size: Size) -> None:
    """Drop what other code made, and what a run that was killed left half made or half used."""
    made_by_this_code = size.name.rpartition("_")[2]
    for name in kept:
        if name.startswith(_KIND) and not name.endswith(made_by_this_code):
            server.drop(name)


def build(url: str, size: Size, report: Callable[[str], None]) -> None:
    """Fill an empty database that stands at the newest migration."""
    bound = {
        "members": size.members,
        "posts": size.posts,
        "guilds": size.guilds,
        "until": UNTIL,
        "span": SPAN,
    }
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_SETTINGS)
        connection.execute(FUNCTIONS)
        connection.execute(TOPIC_FUNCTIONS)
        for title, statement in STEPS.items():
            # bound on this side: the server takes no parameters in the statements that make tables
            psycopg.ClientCursor(connection).execute(statement, bound)
            report(title)
        connection.execute("VACUUM (ANALYZE)")
        report("statistics")
