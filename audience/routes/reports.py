"""Reports over HTTP: on what grounds one can report, reporting something, and what came of it."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from audience.cases import causes, emergencies, reported, reports, subject
from audience.cases.reported import Thing
from audience.cases.reports import LONGEST_WORDS, Filed
from audience.cases.subject import Subject
from audience.moderation.case_rules import Measure, Outcome, ground_clause
from audience.moderation.rules import MODERATION
from audience.moderation.ruleset import scope_of
from coop.api import Api
from coop.call import Call
from coop.errors import Conflict, Forbidden, RuleBroken, TooMany
from coop.names import normal
from coop.paging import Page, PageQuery, decode_int, encode

api = Api("reports")

Reportable = Literal["post", "reply", "profile"]
State = Literal["gathering", "called", "judged", "closed"]


class GroundQuery(BaseModel):
    """Where something was made."""

    model_config = ConfigDict(extra="forbid")

    guild: str | None = Field(default=None, max_length=40)
    """Slug of the guild; none for what was made in none."""
    thing: Reportable = "post"
    """What it is: under each ground juries do only what means something for it."""


class GroundView(BaseModel):
    """A by-law under which something may be reported."""

    name: str
    about: str
    outcomes: list[Outcome]
    """What a jury may do with such a thing, besides leaving it as it is."""
    measures: list[Measure]
    """What it may do about whoever made it, besides nothing."""
    claim: bool
    """Whether it is about a right of your own: then one report calls a jury."""
    scope: str
    clause: str
    version: int
    proposal: str | None
    """The vote behind it; none where it was founded."""


class ReportBody(BaseModel):
    """What is reported."""

    model_config = ConfigDict(extra="forbid")

    ground: str = Field(min_length=1, max_length=40)
    """Name of the by-law that it breaks."""
    words: str = Field(default="", max_length=LONGEST_WORDS)
    """What the jury should know."""


class HoldBody(BaseModel):
    """Why something is held at once."""

    model_config = ConfigDict(extra="forbid")

    ground: str = Field(min_length=1, max_length=40)
    """Name of the by-law that it breaks."""


class ThingView(BaseModel):
    """What a report is about, for as long as you may see it."""

    member: str
    """Handle of whoever made it."""
    post_id: str | None
    """The post, or the one that the reply answers; none of a profile."""
    reply_id: str | None


class ReportView(BaseModel):
    """A report of yours."""

    id: str
    noun: Reportable
    thing: ThingView | None
    """None where you may not see it any more."""
    scope: str
    clause: str
    """The by-law that you named,"""
    version: int
    """as of this version of the policy ``moderation`` of that scope."""
    words: str
    made_at: datetime
    state: State
    """``gathering``: others have to report it, too, before a jury is called; ``called``: a jury looks, or is
    being drawn; ``judged``: it decided; ``closed``: it ended without a jury's word."""
    acted: bool | None
    """Whether the jury did something; none until it decided."""
    on_appeal: Literal["undone", "milder"] | None
    """What a fresh jury made of that, where it was appealed: it undid it, or did something milder."""
    bad_faith: bool
    """Whether it found that this was reported in bad faith."""
    closed_at: datetime | None


@api.get("/moderation/grounds", public=True)
def list_grounds(call: Call, query: GroundQuery) -> list[GroundView]:
    """List the by-laws under which something made in a guild, or in none, may be reported.

    Those under which a jury could do nothing with such a thing are left out.
    """
    scope = scope_of(call.book, None if query.guild is None else normal(query.guild))
    found = []
    for name, ground in causes.grounds(call.book, scope).items():
        receipt = call.book.cite(MODERATION, ground_clause(name), scope)
        _, *outcomes = causes.outcomes_of(ground.outcomes, query.thing)
        if not outcomes:
            continue
        found.append(
            GroundView(
                name=name,
                about=ground.about,
                outcomes=outcomes,
                measures=ground.measures,
                claim=ground.claim,
                scope=receipt.scope,
                clause=receipt.clause,
                version=receipt.version,
                proposal=receipt.proposal,
            )
        )
    return found


@api.post("/posts/<id:post_id>/reports", raises=(RuleBroken, Forbidden, Conflict, TooMany))
def report_post(call: Call, post_id: int, body: ReportBody) -> ReportView:
    """Report a post that you may see, under a by-law; enough reports call a jury of members."""
    return _report(call, subject.delivered_post, post_id, body)


@api.post("/replies/<id:reply_id>/reports", raises=(RuleBroken, Forbidden, Conflict, TooMany))
def report_reply(call: Call, reply_id: int, body: ReportBody) -> ReportView:
    """Report a reply that you may see, under a by-law; enough reports call a jury of members."""
    return _report(call, subject.delivered_reply, reply_id, body)


@api.post("/members/<handle>/reports", raises=(RuleBroken, Forbidden, Conflict, TooMany))
def report_profile(call: Call, handle: str, body: ReportBody) -> ReportView:
    """Report the profile of a member, its name and text as they stand, under a by-law, as one does a post."""
    return _reported(call, subject.delivered_profile(call.session, call.member, handle), body)


@api.get("/moderation/reports")
def list_own_reports(call: Call, query: PageQuery) -> Page[ReportView]:
    """List what you reported, the newest first, and what came of it."""
    before = decode_int(query.cursor)
    found, last = reports.listing(call.session, call.member, before=before, limit=query.limit)
    things = reported.things(call.session, call.member, call.book, [one.case for one in found], call.now)
    return Page(
        items=[_view(one, things.get(one.case.id)) for one in found],
        next=None if last is None else encode(last),
    )


@api.post("/posts/<id:post_id>/hold", raises=(RuleBroken, Forbidden, Conflict, TooMany))
def hold_post(call: Call, post_id: int, body: HoldBody) -> None:
    """As a steward, hold a post made in your guild for some hours; a jury looks at it at once."""
    _hold(call, subject.delivered_post, post_id, body)


@api.post("/replies/<id:reply_id>/hold", raises=(RuleBroken, Forbidden, Conflict, TooMany))
def hold_reply(call: Call, reply_id: int, body: HoldBody) -> None:
    """As a steward, hold a reply made in your guild for some hours; a jury looks at it at once."""
    _hold(call, subject.delivered_reply, reply_id, body)


Delivered = Callable[..., Subject]


def _report(call: Call, delivered: Delivered, thing_id: int, body: ReportBody) -> ReportView:
    return _reported(call, delivered(call.session, call.member, call.book, thing_id, call.now), body)


def _reported(call: Call, thing: Subject, body: ReportBody) -> ReportView:
    filed = reports.report(call.session, call.member, call.book, thing, body.ground, body.words, call.now)
    about = reported.things(call.session, call.member, call.book, [filed.case], call.now)
    return _view(filed, about.get(filed.case.id))


def _hold(call: Call, delivered: Delivered, thing_id: int, body: HoldBody) -> None:
    thing = delivered(call.session, call.member, call.book, thing_id, call.now)
    emergencies.hold(call.session, call.member, call.book, thing, body.ground, call.now)


def _view(filed: Filed, thing: Thing | None) -> ReportView:
    report, case = filed.report, filed.case
    return ReportView(
        id=str(report.id),
        noun="profile" if case.profile_id is not None else "post" if case.reply_id is None else "reply",
        thing=None
        if thing is None
        else ThingView(
            member=thing.member,
            post_id=None if thing.post_id is None else str(thing.post_id),
            reply_id=None if thing.reply_id is None else str(thing.reply_id),
        ),
        scope=report.scope,
        clause=ground_clause(report.ground),
        version=report.version,
        words=report.words,
        made_at=report.made_at,
        state=_state(filed),
        acted=None if case.outcome is None else case.outcome != "none",
        on_appeal=None if filed.on_appeal is None else "undone" if filed.on_appeal == "none" else "milder",
        bad_faith=report.bad_faith,
        closed_at=case.closed_at,
    )


def _state(filed: Filed) -> State:
    if filed.case.closed_at is not None:
        return "judged" if filed.case.outcome is not None else "closed"
    return "gathering" if filed.case.called_at is None else "called"
