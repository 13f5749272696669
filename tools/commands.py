"""The commands of ``app.py``: run the platform or one part of it, and take away what it records.

They import nothing of ``app.py``: as a program it hands over what it joined (:class:`Wiring`), so that the
wiring is loaded once, and a web server that loads ``app:served`` does without any of this.
"""

import json
import logging
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import click
import structlog
from structlog.tracebacks import ExceptionDictTransformer

from coop import checkpoints, gazetteer, ledger, migrations, oauth, policies
from coop.book import PolicyKind
from coop.call import Platform
from coop.clock import Clock
from coop.database import Database
from coop.policies import Books
from coop.settings import Settings
from coop.supervisor import borrowed
from coop.worker import Job, work
from governance import audit
from media.storage import ObjectStore
from tools.client import CLIENT_ID, REDIRECT_URI
from tools.opinions_command import opinions
from tools.tally_command import tally


@dataclass(frozen=True, slots=True)
class Wiring:
    """What commands need of the application that was joined, as click's object."""

    kinds: Mapping[str, PolicyKind]
    platform_of: Callable[[Settings], Platform]
    object_store: Callable[[Settings], ObjectStore]
    jobs: Callable[[Platform, ObjectStore], list[Job]]


@click.group()
def cli() -> None:
    """Allotment: a media-first social platform that its members own and steer."""
    log_as_json()


cli.add_command(opinions)
cli.add_command(tally)


def log_as_json(level: int = logging.INFO) -> None:
    """Write one JSON object a line to standard error.

    Of an error it says where it came about, and nothing of what the frames held: passwords, ballots and texts
    that are for a few are among that.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


@cli.command()
@click.option("--var", type=click.Path(path_type=Path), default=Path("var"), help="Where data is kept.")
@click.option("--host", default="127.0.0.1")
@click.option("--port", default=8000, help="0 for any free one.")
@click.option("--policies", "folder", type=click.Path(path_type=Path), help="The founding texts.")
@click.option("--seed/--no-seed", "seeded", default=True, help="Whether a new instance gets first members.")
def run(var: Path, host: str, port: int, folder: Path | None, seeded: bool) -> None:
    """Start everything: database, store, migrations, seed, server and worker."""
    from coop.supervisor import run as supervise

    sys.exit(supervise(var=var, host=host, port=port, policies=folder, seeded=seeded))


@cli.command()
@click.option("--host", default="127.0.0.1")
@click.option("--port", default=8000)
@click.option("--workers", default=2, help="Processes that serve: as many as there are cores.")
@click.option("--threads", default=3, help="Requests that each of them works on at a time.")
def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Serve the application (granian, WSGI)."""
    from granian.constants import Interfaces
    from granian.server import Server

    Server(
        "app:served",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        backpressure=64,
        log_access=False,
        respawn_failed_workers=True,
    ).serve()


@cli.command()
@click.pass_obj
def worker(wiring: Wiring) -> None:
    """Do the jobs until told to stop; any number may run at once."""
    settings = Settings.load()
    work(wiring.jobs(wiring.platform_of(settings), wiring.object_store(settings)))


@cli.command()
@click.pass_obj
def migrate(wiring: Wiring) -> None:
    """Bring the database to the newest tables and places, and the store to its bucket.

    A cooperative that has policies is given the founding text of any kind that is new to it.
    """
    settings = Settings.load()
    url = settings.database_url.get_secret_value()
    migrations.upgrade(url)
    wiring.object_store(settings).ensure_bucket()
    with Database(url).begin() as session:
        gazetteer.load(session)
        if policies.current_epoch(session):
            policies.found(session, wiring.kinds, settings.policies, Clock().now(session))


@cli.command()
@click.pass_obj
def found(wiring: Wiring) -> None:
    """Put the founding policies in force, in an empty cooperative."""
    settings = Settings.load()
    with Database(settings.database_url.get_secret_value()).begin() as session:
        now = Clock().now(session)
        policies.found(session, wiring.kinds, settings.policies, now)
        oauth.ensure_client(session, CLIENT_ID, "Allotment CLI", [REDIRECT_URI], "read write", now)


@cli.command()
@click.option("--if-empty", is_flag=True, help="Do nothing where there are members already.")
@click.pass_obj
def seed(wiring: Wiring, if_empty: bool) -> None:
    """Bring a small living cooperative to life."""
    from tools.seed import seed as bring

    settings = Settings.load()
    store = wiring.object_store(settings)
    bring(
        wiring.platform_of(settings), store, lambda platform: wiring.jobs(platform, store), if_empty=if_empty
    )


@cli.command()
@click.option("--keep", is_flag=True, help="Leave the instance's folder for a look afterwards.")
def demo(keep: bool) -> None:
    """Walk the whole path over HTTP against a fresh instance of its own, and show the receipts."""
    from tools.demo import demo as walk

    sys.exit(walk(keep=keep))


def settings_of_a_command() -> Settings:
    """Return the settings of the environment, or of the instance that runs embedded beside this command."""
    if "DATABASE_URL" not in os.environ:
        os.environ.update(borrowed(Path(os.environ.get("ALLOTMENT_VAR", "var"))))
    return Settings.load()


@cli.group("ledger")
def ledger_group() -> None:
    """Take the record away, and verify it offline."""


@ledger_group.command("export")
@click.argument("file", type=click.File("w", encoding="utf-8"), default="-")
@click.option(
    "--checkpoints",
    "signed",
    type=click.File("w", encoding="utf-8", lazy=False),
    help="Where to write what the coop signed of them.",
)
def ledger_export(file: TextIO, signed: TextIO | None) -> None:
    """Write every event as a line of JSON, and the checkpoints beside it, for tools/verify.py."""
    with Database(settings_of_a_command().database_url.get_secret_value()).begin() as session:
        if signed is not None:  # first, so that none of them covers an event that is not yet exported
            for line in checkpoints.export(session):
                click.echo(line, file=signed)
        for line in ledger.export(session):
            click.echo(line, file=file)


@ledger_group.command("verify")
@click.argument("file", type=click.File("r", encoding="utf-8"), default="-")
def ledger_verify(file: TextIO) -> None:
    """Check the chain and count every vote again; needs nothing but the export."""
    events, found = ledger.read(file)
    found = [*found, *audit.problems(events)]
    for problem in found:
        click.echo(f"event {problem.seq}: {problem.detail}", err=True)
    tallies = sum(event["type"] == "proposal.tallied" for event in events)
    head = events[-1]["hash"] if events else ledger.GENESIS
    click.echo(json.dumps({"events": len(events), "tallies": tallies, "head": head, "problems": len(found)}))
    sys.exit(1 if found else 0)


@cli.command("policies")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.pass_obj
def export_policies(wiring: Wiring, folder: Path) -> None:
    """Write every policy in force as a file."""
    with Database(settings_of_a_command().database_url.get_secret_value()).begin() as session:
        book = Books(wiring.kinds).current(session)
    for policy in book.policies.values():
        path = folder / policy.scope.replace(":", "/") / f"{policy.kind}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(policy.text, encoding="utf-8")
        click.echo(path)
