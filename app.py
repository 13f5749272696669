"""Where the rooms are joined: the application and its jobs; as a program, the commands over them.

Governance and audience never meet; they share the policy book and are wired here, by kind of policy.
"""

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import HTTPException

import audience.charter
import audience.jobs
import audience.measures
import audience.moderation.screening
import audience.replay.audience
import audience.replay.features
import audience.replay.feeds
import audience.replay.moderation
import audience.routes.asks
import audience.routes.audiences
import audience.routes.calm
import audience.routes.cases
import audience.routes.circles
import audience.routes.decisions
import audience.routes.derivatives
import audience.routes.doors
import audience.routes.downloads
import audience.routes.features
import audience.routes.feeds
import audience.routes.gardens
import audience.routes.labellers
import audience.routes.less
import audience.routes.limit_for_now
import audience.routes.media
import audience.routes.metrics
import audience.routes.moderation_record
import audience.routes.own_feeds
import audience.routes.permissions
import audience.routes.playlist_items
import audience.routes.playlists
import audience.routes.polls
import audience.routes.posts
import audience.routes.reach
import audience.routes.reactions
import audience.routes.reading
import audience.routes.relations
import audience.routes.replies
import audience.routes.reports
import audience.routes.room_floor
import audience.routes.room_lists
import audience.routes.room_seats
import audience.routes.room_streams
import audience.routes.rooms
import audience.routes.roster
import audience.routes.scheduled
import audience.routes.search
import audience.routes.shared_draft_history
import audience.routes.shared_draft_offers
import audience.routes.shared_drafts
import audience.routes.thanks
import audience.routes.threads
import audience.routes.timelines
import audience.routes.volunteers
import audience.routes.why
import audience.rules
import coop.jobs
import coop.measures
import coop.routes.checkpoints
import coop.routes.guilds
import coop.routes.invitations
import coop.routes.ledger
import coop.routes.members
import coop.routes.notice_rhythm
import coop.routes.notices
import coop.routes.oauth
import coop.routes.places
import coop.routes.policies
import coop.routes.search
import coop.routes.webhooks
import governance.jobs
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
import governance.routes.search
import governance.routes.sponsors
import governance.routes.statements
import governance.routes.tripwires
import media.jobs
import media.replay
import media.routes.uploads
import web.docs
import web.headers
import web.pages
from audience.features.charter import feature_charter
from audience.gardens import classifying
from audience.rooms import admission
from audience.rooms.sfu import sfu_of
from audience.rooms.signalling import RoomMedia
from coop import dispatch, garbage
from coop.book import PolicyKind
from coop.call import Platform, platform
from coop.clock import Clock
from coop.database import Database
from coop.errors import AllotmentError
from coop.feature_rules import FEATURES, FeatureRules
from coop.membership_replay import replay_membership
from coop.membership_rules import MembershipRules, membership_charter
from coop.outbound import Outbound
from coop.policies import Books
from coop.routes import health
from coop.settings import Settings
from coop.worker import Job
from governance import enactment, questions, renewals, vetoes
from governance.charter import voting_charter
from governance.deliberation.rules import DeliberationRules, deliberation_charter
from governance.facts import RENEWAL, VETO
from governance.people import councils, suspensions
from governance.people.secrecy import SUSPENSION
from governance.people.slate import ELECTION
from governance.rehearsal.replayers import Replayer
from governance.rules import VotingRules
from media.rules import MediaRules
from media.storage import ObjectStore

POLICY_KINDS = {
    kind.name: kind
    for kind in (
        PolicyKind("membership", MembershipRules, charter=membership_charter),
        PolicyKind("voting", VotingRules, charter=voting_charter),
        PolicyKind("deliberation", DeliberationRules, charter=deliberation_charter),
        *audience.charter.KINDS,
        PolicyKind("media", MediaRules),
        PolicyKind(FEATURES, FeatureRules, charter=feature_charter, guild=True),
    )
}
"""Every kind of policy: the type of its rules and the bounds that no vote can cross."""

ENACTORS: dict[str, enactment.Enactor] = {
    **dict.fromkeys(POLICY_KINDS, enactment.enact_policy),
    questions.KIND: questions.stand,
    ELECTION: councils.enact_election,
    SUSPENSION: suspensions.enact_suspension,
    VETO: vetoes.enact,
    RENEWAL: renewals.enact_renewal,
}
"""What carries out a proposal that has passed, by kind."""

REPLAYERS: dict[str, Replayer] = {
    "membership": replay_membership,
    "voting": governance.rehearsal.votes.replay_votes,
    "media": media.replay.replay_media,
    audience.rules.AUDIENCE: audience.replay.audience.replay_audience,
    audience.feeds.rules.FEEDS: audience.replay.feeds.replay_feeds,
    audience.moderation.rules.MODERATION: audience.replay.moderation.replay_moderation,
    FEATURES: audience.replay.features.replay_features,
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
    coop.routes.places.api,
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
    coop.routes.notice_rhythm.api,
    coop.routes.webhooks.api,
    media.routes.uploads.api,
    audience.routes.doors.api,
    audience.routes.posts.api,
    audience.routes.polls.api,
    audience.routes.playlists.api,
    audience.routes.playlist_items.api,
    audience.routes.why.api,
    audience.routes.decisions.api,
    audience.routes.reports.api,
    audience.routes.moderation_record.api,
    audience.routes.cases.api,
    audience.routes.roster.api,
    audience.routes.circles.api,
    audience.routes.audiences.api,
    audience.routes.permissions.api,
    audience.routes.reactions.api,
    audience.routes.asks.api,
    audience.routes.derivatives.api,
    audience.routes.downloads.api,
    audience.routes.replies.api,
    audience.routes.calm.api,
    audience.routes.thanks.api,
    audience.routes.volunteers.api,
    audience.routes.threads.api,
    audience.routes.feeds.api,
    audience.routes.own_feeds.api,
    audience.routes.less.api,
    audience.routes.gardens.api,
    audience.routes.labellers.api,
    audience.routes.reach.api,
    audience.routes.reading.api,
    audience.routes.relations.api,
    audience.routes.limit_for_now.api,
    audience.routes.metrics.api,
    audience.routes.features.api,
    audience.routes.timelines.api,
    audience.routes.rooms.api,
    audience.routes.room_lists.api,
    audience.routes.room_seats.api,
    audience.routes.room_floor.api,
    coop.routes.search.api,
    governance.routes.search.api,
    audience.routes.scheduled.api,
    audience.routes.shared_drafts.api,
    audience.routes.shared_draft_history.api,
    audience.routes.shared_draft_offers.api,
    audience.routes.search.api,
    audience.routes.media.api,
    audience.routes.room_streams.api,
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
        screen_profile=audience.moderation.screening.screen_profile,
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
    assert isinstance(app.json, DefaultJSONProvider)
    app.json.sort_keys = False
    app.extensions["allotment"] = platform_of(settings, database, clock)
    app.extensions["object_store"] = kept = store or object_store(settings)
    app.extensions["room_media"] = RoomMedia(sfu_of(settings), admission.may_speak, admission.may_listen)
    app.url_map.converters["id"] = dispatch.IdConverter
    health.measure(app)
    app.register_blueprint(dispatch.blueprint(APIS))
    app.register_blueprint(health.blueprint({"store": kept.answers}, _told(settings)))
    app.register_blueprint(coop.routes.oauth.blueprint(app))
    app.register_blueprint(governance.routes.decisions.blueprint())
    app.register_blueprint(web.docs.blueprint(APIS, settings.public_url))
    app.register_blueprint(web.pages.blueprint(app))
    app.register_error_handler(AllotmentError, web.pages.answer_error)
    app.register_error_handler(HTTPException, web.pages.answer_http)
    app.after_request(web.headers.secure)
    return app


def _told(settings: Settings) -> dict[str, health.Check]:
    """Return the parts that operators are told of and without which requests are served all the same."""

    def classifier() -> bool:
        with platform().database.begin() as session:
            return classifying.is_well(session)

    return {"classifier": classifier} if settings.classifier else {}


def served() -> Flask:
    """Return the application as a server's worker runs it."""
    return settled(create_app())


def settled(app: Flask) -> Flask:
    """Return the application once all that is loaded by now is set aside from garbage collection."""
    garbage.settle()
    return app


def jobs(platform: Platform, store: ObjectStore) -> list[Job]:
    """Return what the worker does by the clock; raise SettingsRefused where it has no key to sign with."""
    outbound = Outbound(loopback=platform.settings.outbound_loopback)
    return [
        *governance.jobs.jobs(platform, ENACTORS, MEASURES, REPLAYERS),
        *audience.jobs.jobs(platform, outbound),
        *coop.jobs.jobs(platform, outbound),
        *media.jobs.jobs(platform, store),
    ]


if __name__ == "__main__":
    from tools.commands import Wiring, cli

    cli(obj=Wiring(POLICY_KINDS, platform_of, object_store, jobs))
