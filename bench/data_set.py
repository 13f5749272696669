"""Data sets that are kept between runs, each as a database.

The name of the database holds its kind, its size and a hash of the migrations and of what else made it, so a
stale set is never measured: it is built anew.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping

import psycopg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench.server import Server
from coop import migrations

Report = Callable[[str], None]
"""Told the name of each step once it is done."""


def named(kind: str, *numbers: int, made_from: Iterable[str]) -> str:
    """Return the name of the set of a kind, without ``_``, and of these numbers, made from these texts."""
    tables = [path.read_text("utf-8") for path in sorted((migrations.FOLDER / "versions").glob("*.py"))]
    digest = hashlib.sha256("\n".join([*tables, *made_from]).encode()).hexdigest()
    return "_".join([kind, *map(str, numbers), digest[:12]])


def ensure(server: Server, name: str, steps: int, build: Callable[[str, Report], None]) -> str:
    """Return the name of the database that holds a set, having built it where it is not there.

    ``build`` is given the address of a database at the newest migration, and reports so many steps.
    """
    kept = server.databases()
    if name in kept:
        return name
    _clear(server, kept, name)
    made = f"{name}_new"
    server.create(made)
    migrations.upgrade(server.url(made))
    with Progress(
        TextColumn("{task.description:32}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    ) as progress:
        task = progress.add_task("data set", total=steps)
        build(server.plain_url(made), lambda step: progress.update(task, advance=1, description=step))
    server.rename(made, name)
    return name


def _clear(server: Server, kept: list[str], wanted: str) -> None:
    """Drop what other code made, and what a run that was killed left half made or half used."""
    kind, made_by_this_code = wanted.partition("_")[0], wanted.rpartition("_")[2]
    for name in kept:
        if name.startswith(f"{kind}_") and not name.endswith(made_by_this_code):
            server.drop(name)


def fill(
    url: str,
    work_mem: str,
    functions: Iterable[str],
    steps: Mapping[str, str],
    bound: Mapping[str, object],
    report: Report,
) -> None:
    """Fill a database by named steps, each a statement over the functions and the bound values.

    A step may take ``work_mem`` for each sort and hash, as PostgreSQL writes it. The last step gathers the
    statistics of all tables.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '256MB'; SET synchronous_commit = off")
        connection.execute("SELECT set_config('work_mem', %s, false)", [work_mem])
        for one in functions:
            connection.execute(one)
        for title, statement in steps.items():
            # bound on this side: the server takes no parameters in the statements that make tables
            psycopg.ClientCursor(connection).execute(statement, bound)
            report(title)
        connection.execute("VACUUM (ANALYZE)")
        report("statistics")
