"""Where the rooms are joined: the application, its jobs and its commands.

Governance and audience never meet; they share the policy book and are wired here, by kind of policy.
"""

import gc
import json
import logging
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import TextIO

import click
import structlog
from flask import Flask
from werkzeug.exceptions import HTTPException

import audience.author_signals
import audience.measures
import audience.replay.audience
import audience.replay.feeds
import audience.routes.feeds
import audience.routes.media
import audience.routes.posts
import audience.routes.relations
import audience.routes.replies
import audience.rules
import coop.measures
import coop.routes.checkpoints
import coop.routes.guilds
import coop.routes.invitations
import coop.routes.ledger
import coop.routes.members
import coop.routes.notices
import coop.routes.oauth
import coop.routes.policies
import coop.routes.webhooks
import governance.measures
import governance.rehearsal.votes
import governance.routes.amendments
import governance.routes.arguments
import governance.routes.ballots
import governance.routes.checks
import governance.routes.councils
import governance.routes.decisions
import governance.routes.delegations
import governance.routes.elections
import governance.routes.emergencies
import governance.routes.facilitation
import governance.routes.joint
import governance.routes.juries
import governance.routes.objections
import governance.routes.petitions
import governance.routes.proposals
import governance.routes.rebasing
import governance.routes.rehearsals
import governance.routes.repeals
import governance.routes.rounds
import governance.routes.sponsors
import governance.routes.statements
import governance.routes.tripwires
import media.replay
import media.routes.uploads
import media.uploads
import web.docs
import web.pages
from coop import (
    checkpoints,
    dispatch,
    idempotency,
    ledger,
    migrations,
    oauth,
    policies,
    sign_in,
    signing,
    webhook_delivery,
)
from coop.book import PolicyKind
from coop.call import Platform
from coop.clock import Clock
from coop.database import Database
from coop.errors import AllotmentError
from coop.jobs import Job, work
from coop.membership_replay import replay_membership
from coop.membership_rules import MembershipRules, membership_charter
from coop.outbound import Outbound
from coop.policies import Books
from coop.routes import health
from coop.settings import Settings
from coop.supervisor import borrowed
from governance import announcing, audit, enactment, questions, renewals, reviews, vetoes, watching
from governance.charter import voting_charter
from governance.deliberation import maps
from governance.deliberation.rules import DeliberationRules, deliberation_charter
from governance.facts import RENEWAL, VETO
from governance.people import councils, juries
from governance.people.slate import ELECTION
from governance.rehearsal import running
from governance.rehearsal.replayers import Replayer
from governance.rules import VotingRules
from media.rules import MediaRules
from media.storage import ObjectStore
from tools.client import CLIENT_ID, REDIRECT_URI
from tools.opinions_command import opinions
from tools.tally_command import tally

POLICY_KINDS = {
    kind.name: kind
    for kind in (
        PolicyKind("membership", MembershipRules, charter=membership_charter),
        PolicyKind("voting", VotingRules, charter=voting_charter),
        PolicyKind("deliberation", DeliberationRules, charter=deliberation_charter),
        *audience.rules.KINDS,
        PolicyKind("media", MediaRules),
    )
}
"""Every kind of policy: the type of its rules and the bounds that no vote can cross."""

ENACTORS: dict[str, enactment.Enactor] = {
    **dict.fromkeys(POLICY_KINDS, enactment.enact_policy),
    questions.KIND: questions.stand,
    ELECTION: councils.enact_election,
    VETO: vetoes.enact,
    RENEWAL: renewals.enact_renewal,
}
"""What carries out a proposal that has passed, by kind."""

REPLAYERS: dict[str, Replayer] = {
    "membership": replay_membership,
    "voting": governance.rehearsal.votes.replay_votes,
    "media": media.replay.replay_media,
    audience.rules.AUDIENCE: audience.replay.audience.replay_audience,
    audience.rules.FEEDS: audience.replay.feeds.replay_feeds,
}
"""What tries a change on what really happened, by kind."""

MEASURES: dict[str, coop.measures.Measure] = {
    **coop.measures.MEASURES,
    **governance.measures.MEASURES,
    **audience.measures.MEASURES,
}
"""What measures each metric that a tripwire may name, by its name."""

APIS = [
    coop.routes.members.api,
    coop.routes.invitations.api,
    coop.routes.oauth.api,
    coop.routes.guilds.api,
    coop.routes.policies.api,
    coop.routes.ledger.api,
    coop.routes.checkpoints.api,
    governance.routes.proposals.api,
    governance.routes.sponsors.api,
    governance.routes.statements.api,
    governance.routes.objections.api,
    governance.routes.petitions.api,
    governance.routes.joint.api,
    governance.routes.rebasing.api,
    governance.routes.repeals.api,
    governance.routes.emergencies.api,
    governance.routes.tripwires.api,
    governance.routes.ballots.api,
    governance.routes.elections.api,
    governance.routes.councils.api,
    governance.routes.delegations.api,
    governance.routes.juries.api,
    governance.routes.rehearsals.api,
    governance.routes.arguments.api,
    governance.routes.rounds.api,
    governance.routes.amendments.api,
    governance.routes.checks.api,
    governance.routes.facilitation.api,
    governance.routes.decisions.api,
    coop.routes.notices.api,
    coop.routes.webhooks.api,
    media.routes.uploads.api,
    audience.routes.posts.api,
    audience.routes.replies.api,
    audience.routes.feeds.api,
    audience.routes.relations.api,
    audience.routes.media.api,
]


def object_store(settings: Settings) -> ObjectStore:
    """Return the door to the store that the settings name."""
    return ObjectStore(
        endpoint=settings.s3_endpoint,
        access_key=settings.s3_access_key.get_secret_value(),
        secret_key=settings.s3_secret_key.get_secret_value(),
        bucket=settings.s3_bucket,
        secure=settings.s3_secure,
        region=settings.s3_region,
    )


def platform_of(settings: Settings, database: Database | None = None, clock: Clock | None = None) -> Platform:
    """Return the parts that a process shares; what is not given is made from the settings."""
    return Platform(
        settings=settings,
        database=database or Database(settings.database_url.get_secret_value()),
        books=Books(POLICY_KINDS),
        clock=clock or Clock(),
    )


def create_app(
    settings: Settings | None = None,
    database: Database | None = None,
    store: ObjectStore | None = None,
    clock: Clock | None = None,
) -> Flask:
    """Return the web application; what is not given is made from the environment."""
    settings = settings or Settings.load()
    app = Flask("allotment", template_folder="web/templates", static_folder="web/static")
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        MAX_CONTENT_LENGTH=dispatch.LARGEST_BODY,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https:"),
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["allotment"] = platform_of(settings, database, clock)
    app.extensions["object_store"] = kept = store or object_store(settings)
    app.url_map.converters["id"] = dispatch.IdConverter
    health.measure(app)
    app.register_blueprint(dispatch.blueprint(APIS))
    app.register_blueprint(health.blueprint({"store": kept.answers}))
    app.register_blueprint(coop.routes.oauth.blueprint(app))
    app.register_blueprint(governance.routes.decisions.blueprint())
    app.register_blueprint(web.docs.blueprint(APIS, settings.public_url))
    app.register_blueprint(web.pages.blueprint(app))
    app.register_error_handler(AllotmentError, web.pages.answer_error)
    app.register_error_handler(HTTPException, web.pages.answer_http)
    app.after_request(web.pages.secure)
    return app


def served() -> Flask:
    """Return the application as a server's worker runs it."""
    return settled(create_app())


def settled(app: Flask) -> Flask:
    """Return the application once all that is loaded by now is set aside from garbage collection.

    It stays for good, and looking at it again and again costs a feed page a tenth of its processor time.
    """
    gc.collect()
    gc.freeze()
    return app


def jobs(platform: Platform, store: ObjectStore) -> list[Job]:
    """Return what the worker does by the clock; raise SettingsRefused where it has no key to sign with."""
    key = signing.load(platform.settings.signing_key_file)
    origin = signing.origin_of(platform.settings.public_url)

    def sweep() -> int:
        with platform.database.begin() as session:
            now = platform.clock.now(session)
            swept = idempotency.sweep(session, now) + sign_in.sweep(session, now)
            return swept + oauth.sweep(session, now)

    outbound = Outbound(loopback=platform.settings.outbound_loopback)

    def until_due() -> timedelta | None:
        with platform.database.begin() as session:
            now = platform.clock.now(session)
            due = enactment.next_due(session, now)
            return None if due is None else due - now

    def signals() -> int:
        with platform.database.begin() as session:
            return audience.author_signals.refresh(session, platform.clock.now(session))

    return [
        Job(
            "advance proposals",
            platform.settings.tick_seconds,
            lambda: enactment.advance(platform.database, platform.books, platform.clock, ENACTORS),
            until_due,
        ),
        Job(
            "tripwires",
            timedelta(seconds=10).total_seconds(),
            lambda: watching.watch(platform.database, platform.books, platform.clock, MEASURES),
        ),
        Job(
            "reviews",
            timedelta(minutes=1).total_seconds(),
            lambda: reviews.review_due(platform.database, platform.books, platform.clock, MEASURES),
        ),
        Job(
            "checkpoint",
            checkpoints.EVERY_S,
            lambda: checkpoints.keep_up(platform.database, key, origin, platform.clock),
        ),
        Job(
            "juries",
            timedelta(seconds=10).total_seconds(),
            lambda: juries.draw_due(platform.database, platform.clock),
        ),
        Job(
            "opinion maps",
            timedelta(minutes=1).total_seconds(),
            lambda: maps.redraw_due(platform.database, platform.books, platform.clock),
        ),
        Job(
            "announce",
            timedelta(seconds=10).total_seconds(),
            lambda: announcing.announce(
                platform.database, platform.books, platform.clock, platform.settings.public_url
            ),
        ),
        Job(
            "deliver webhooks",
            timedelta(seconds=5).total_seconds(),
            lambda: webhook_delivery.deliver(platform.database, platform.clock, outbound),
        ),
        Job(
            "sweep notices",
            timedelta(hours=1).total_seconds(),
            lambda: announcing.sweep(platform.database, platform.books, platform.clock),
        ),
        Job(
            "rehearsals",
            platform.settings.tick_seconds,
            lambda: running.rehearse_due(platform.database, platform.books, platform.clock, REPLAYERS),
        ),
        Job("author signals", timedelta(minutes=5).total_seconds(), signals),
        Job(
            "sweep uploads",
            timedelta(minutes=10).total_seconds(),
            lambda: media.uploads.sweep(platform.database, store, platform.clock),
        ),
        Job("sweep credentials", timedelta(hours=1).total_seconds(), sweep),
    ]


def log_as_json(level: int = logging.INFO) -> None:
    """Write one JSON object a line to standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


@click.group()
def cli() -> None:
    """Allotment: a media-first social platform that its members own and steer."""
    log_as_json()


cli.add_command(opinions)
cli.add_command(tally)


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
@click.option("--workers", default=2)
def serve(host: str, port: int, workers: int) -> None:
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
        blocking_threads=4,
        backpressure=64,
        log_access=False,
        respawn_failed_workers=True,
    ).serve()


@cli.command()
def worker() -> None:
    """Do the jobs until told to stop; any number may run at once."""
    settings = Settings.load()
    work(jobs(platform_of(settings), object_store(settings)))


@cli.command()
def migrate() -> None:
    """Bring the database to the newest tables, and the store to its bucket.

    A cooperative that has policies is given the founding text of any kind that is new to it.
    """
    settings = Settings.load()
    url = settings.database_url.get_secret_value()
    migrations.upgrade(url)
    object_store(settings).ensure_bucket()
    with Database(url).begin() as session:
        if policies.current_epoch(session):
            policies.found(session, POLICY_KINDS, settings.policies, Clock().now(session))


@cli.command()
def found() -> None:
    """Put the founding policies in force, in an empty cooperative."""
    settings = Settings.load()
    with Database(settings.database_url.get_secret_value()).begin() as session:
        now = Clock().now(session)
        policies.found(session, POLICY_KINDS, settings.policies, now)
        oauth.ensure_client(session, CLIENT_ID, "Allotment CLI", [REDIRECT_URI], "read write", now)


@cli.command()
@click.option("--if-empty", is_flag=True, help="Do nothing where there are members already.")
def seed(if_empty: bool) -> None:
    """Bring a small living cooperative to life."""
    from tools.seed import seed as bring

    settings = Settings.load()
    store = object_store(settings)
    bring(platform_of(settings), store, lambda platform: jobs(platform, store), if_empty=if_empty)


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
def export_policies(folder: Path) -> None:
    """Write every policy in force as a file."""
    with Database(settings_of_a_command().database_url.get_secret_value()).begin() as session:
        book = Books(POLICY_KINDS).current(session)
    for policy in book.policies.values():
        path = folder / policy.scope.replace(":", "/") / f"{policy.kind}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(policy.text, encoding="utf-8")
        click.echo(path)


if __name__ == "__main__":
    cli()
