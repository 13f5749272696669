"""Cases over HTTP: offering to judge, the cases one was drawn for, and what one says and votes there."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlmodel import col

from audience.cases import appeals, ballots, juries
from audience.cases.juries import LONGEST_REMARK
from audience.cases.outcome import Vote
from audience.cases.sight import Sight
from audience.cases.subject import Noun
from audience.cases.tables import Case
from audience.moderation.case_rules import Measure, Outcome
from audience.moderation.rules import Action
from audience.routes.decisions import CauseView
from coop.api import Api
from coop.call import Call, Later
from coop.errors import Conflict, Forbidden, NotFound, RuleBroken, TooMany, Unavailable
from media.delivery import by_stream
from media.images import RENDITION_TYPE
from media.routes.uploads import object_store
from media.tables import Rendition
from media.transcoding import VIDEO_TYPE

api = Api("cases")

Kind = Literal["report", "hold", "appeal"]
Who = Literal["author", "post", "other"]


class ServiceView(BaseModel):
    """Whether you judge."""

    since: datetime | None
    """Since when you offer to; none where you do not."""


class CaseSummary(BaseModel):
    """A case that you were drawn for."""

    id: str
    kind: Kind
    """``report``: it was reported; ``hold``: it is held; ``appeal``: what was decided is appealed."""
    due_at: datetime | None
    """By when to vote."""


class LineView(BaseModel):
    """Something that was said where the thing stands."""

    who: Who
    """``author``, who is judged; ``post``, who wrote the post; or ``other``."""
    body: str


class ReportedView(BaseModel):
    """One report."""

    ground: str
    words: str


class ByLawView(BaseModel):
    """A by-law as a jury judges by it: as it read when the jury was called."""

    name: str
    about: str
    scope: str
    clause: str
    version: int
    proposal: str | None
    """The vote behind it; none where it was founded."""


class RemarkView(BaseModel):
    """What a juror said to the others."""

    juror: int
    body: str
    at: datetime


class CaseView(BaseModel):
    """A case as its jurors see it: with every name masked."""

    id: str
    kind: Kind
    thing: Noun
    """``profile``: a change of one, that waits, or that others saw when it was reported or labelled;
    ``follow``: that somebody began to follow, and waits."""
    body: str
    """Of a profile its name and its text; of a follow nothing, for what the rule matched says all."""
    picture: str | None
    """Where its picture is read, if it shows one."""
    video: str | None
    """Where its video is read, if that is what it shows."""
    made_at: datetime
    before: list[LineView]
    """What it answers, the first first."""
    by_law: ByLawView | None
    """By what you judge, where it was reported."""
    reports: list[ReportedView]
    words: str
    """What whoever appealed says."""
    done: Action | None
    """What was done with it, where that is judged."""
    causes: list[CauseView]
    """By what it is held, or was decided, where that is judged."""
    outcomes: list[Outcome]
    """What you choose from, the mildest first,"""
    measures: list[Measure]
    """and for whoever made it."""
    remarks: list[RemarkView]
    jurors: int
    voted: int
    """How many of them have voted."""
    me: int
    """Your number."""
    voted_at: datetime | None
    """When you voted."""
    due_at: datetime | None
    closed_at: datetime | None
    outcome: Outcome | None
    """What the jury decided, once it has."""
    measure: Measure | None
    tally: dict[str, dict[str, int]] | None
    """How many voted for what, by question; who did, nobody knows."""


class RemarkBody(BaseModel):
    """What is said to the other jurors."""

    model_config = ConfigDict(extra="forbid")

    body: str = Field(min_length=1, max_length=LONGEST_REMARK)


class BallotBody(BaseModel):
    """A ballot of a juror. It is cast once."""

    model_config = ConfigDict(extra="forbid")

    outcome: Outcome
    measure: Measure = "nothing"
    bad_faith: bool = False
    """Whether the reports were made in bad faith; of what is left as it is alone."""


class AppealBody(BaseModel):
    """An appeal."""

    model_config = ConfigDict(extra="forbid")

    words: str = Field(default="", max_length=appeals.LONGEST_WORDS)
    """What the fresh jury should know."""


class AppealView(BaseModel):
    """An appeal that was made."""

    id: str
    called_at: datetime


@api.get("/members/me/jury-service")
def read_jury_service(call: Call) -> ServiceView:
    """Read whether you offer to judge what others reported, or appealed."""
    return ServiceView(since=juries.offered(call.session, call.member))


@api.put("/members/me/jury-service")
def offer_jury_service(call: Call) -> ServiceView:
    """Offer to judge: you may be drawn by lot, and can step down from each case."""
    juries.offer(call.session, call.member, call.now)
    return ServiceView(since=juries.offered(call.session, call.member))


@api.delete("/members/me/jury-service")
def withdraw_jury_service(call: Call) -> None:
    """Be drawn no more."""
    juries.withdraw(call.session, call.member)


@api.get("/moderation/cases")
def list_own_cases(call: Call) -> list[CaseSummary]:
    """List the open cases that you judge, those due first at the top."""
    return [
        CaseSummary(id=str(one.id), kind=cast(Kind, one.kind), due_at=one.due_at)
        for one in juries.mine(call.session, call.member)
    ]


@api.get("/moderation/cases/<id:case_id>")
def read_case(call: Call, case_id: int) -> CaseView:
    """Read a case that you judge, with every name masked."""
    return _view(call, juries.read(call.session, call.member, case_id))


@api.get("/moderation/cases/<id:case_id>/picture", produces=RENDITION_TYPE, raises=(Unavailable,))
def read_case_picture(call: Call, case_id: int) -> Later:
    """Read the picture of something that you judge; of a video, one of its frames."""
    return _file(call, case_id, RENDITION_TYPE)


@api.get("/moderation/cases/<id:case_id>/video", produces=VIDEO_TYPE, raises=(Unavailable,))
def read_case_video(call: Call, case_id: int) -> Later:
    """Read the video of something that you judge."""
    return _file(call, case_id, VIDEO_TYPE)


def _file(call: Call, case_id: int, kind: str) -> Later:
    """Return the largest file of a kind of what is judged; raise NotFound where there is none."""
    asset_id = juries.read(call.session, call.member, case_id).asset_id
    files = select(Rendition).where(col(Rendition.asset_id) == asset_id, col(Rendition.type) == kind)
    files = files.order_by(col(Rendition.width).desc(), col(Rendition.name))
    file = call.session.scalars(files.limit(1)).one_or_none()
    if file is None:
        raise NotFound
    return Later(partial(by_stream, object_store(), file))


@api.post("/moderation/cases/<id:case_id>/remarks", raises=(RuleBroken, Conflict))
def say_to_jurors(call: Call, case_id: int, body: RemarkBody) -> CaseView:
    """Say something to the other jurors, who know you by a number alone."""
    return _view(call, juries.say(call.session, call.member, case_id, body.body, call.platform.clock))


@api.post("/moderation/cases/<id:case_id>/ballot", raises=(RuleBroken, Conflict, Forbidden))
def cast_case_ballot(call: Call, case_id: int, body: BallotBody) -> CaseView:
    """Vote, once and for good: your ballot says nothing of whose it is. The last vote closes the case."""
    vote = Vote(body.outcome, body.measure, body.bad_faith)
    clock = call.platform.clock
    return _view(call, juries.vote(call.session, call.member, call.book, case_id, vote, clock))


@api.delete("/moderation/cases/<id:case_id>/seat", raises=(Conflict,))
def step_down_from_case(call: Call, case_id: int) -> None:
    """Leave a jury without a vote; the next in the draw follows."""
    juries.step_down(call.session, call.member, call.book, case_id, call.platform.clock)


@api.post("/moderation/decisions/<id:decision_id>/appeal", raises=(Conflict, TooMany))
def appeal_decision(call: Call, decision_id: int, body: AppealBody) -> AppealView:
    """Ask for a fresh jury on a decision about something of yours, or that you could read."""
    case = appeals.appeal(call.session, call.member, call.book, decision_id, body.words, call.now)
    assert case.called_at is not None
    return AppealView(id=str(case.id), called_at=case.called_at)


def _view(call: Call, seen: Sight) -> CaseView:
    case: Case = seen.case
    outcomes, measures = ballots.choices(call.session, case)
    return CaseView(
        id=str(case.id),
        kind=cast(Kind, case.kind),
        thing=seen.noun,
        body=seen.body,
        picture=None if seen.asset_id is None else f"/api/v1/moderation/cases/{case.id}/picture",
        video=f"/api/v1/moderation/cases/{case.id}/video" if seen.video else None,
        made_at=seen.made_at,
        before=[
            LineView(who=cast(Literal["author", "post", "other"], one.who), body=one.body)
            for one in seen.before
        ],
        by_law=None if seen.case.by_law is None else _by_law(seen.case.by_law),
        reports=[ReportedView(ground=one.ground, words=one.words) for one in seen.reports],
        words=case.words,
        done=seen.done,
        causes=[CauseView.model_validate(one) for one in seen.causes],
        outcomes=list(outcomes),
        measures=list(measures),
        remarks=[RemarkView(juror=one.juror, body=one.body, at=one.at) for one in seen.remarks],
        jurors=seen.jurors,
        voted=seen.voted,
        me=seen.me,
        voted_at=seen.voted_at,
        due_at=case.due_at,
        closed_at=case.closed_at,
        outcome=cast(Outcome | None, case.outcome),
        measure=cast(Measure | None, case.measure),
        tally=case.tally,
    )


def _by_law(kept: Mapping[str, Any]) -> ByLawView:
    return ByLawView(**{name: kept[name] for name in ByLawView.model_fields})
