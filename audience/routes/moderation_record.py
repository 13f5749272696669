"""The record of moderation over HTTP: what was done, monthly figures, and how each rule does."""

from typing import Literal, cast

from pydantic import BaseModel, ConfigDict, Field

from audience.cases import record
from audience.cases.record import Entry
from audience.gardens.trusted import Heard, trusted
from audience.moderation.case_rules import Measure, Outcome
from audience.moderation.label_rules import Missing
from audience.moderation.rules import MODERATION, Action
from audience.moderation.verdict import By
from coop.api import Api
from coop.book import COOP
from coop.call import Call
from coop.errors import NotFound
from coop.names import normal
from coop.paging import Page, PageQuery, decode_int, encode

api = Api("moderation record")

Judged = Literal["upheld", "overturned"]


class RecordQuery(BaseModel):
    """Whose record."""

    model_config = ConfigDict(extra="forbid")

    guild: str | None = Field(default=None, max_length=40)
    """Slug of a guild that you belong to; none is the coop's."""


class MonthQuery(RecordQuery):
    """Whose record, and of which month."""

    month: str | None = Field(default=None, pattern=r"^[12]\d{3}-(0[1-9]|1[0-2])$")
    """Such as ``2026-10``; none is this month, as far as it is over."""


class LogQuery(PageQuery, MonthQuery):
    """A page of a month."""


class EntryView(BaseModel):
    """Something that was done, and nothing of whose it was."""

    day: str
    thing: Literal["post", "reply", "profile"]
    action: Action
    by: By
    """Whether by a rule, a jury, or a steward until a jury has looked."""
    about: str
    """What the by-law is for."""
    scope: str
    clause: str
    version: int
    proposal: str | None
    """The vote behind it; none where it was founded."""
    tally: dict[str, int]
    """How many jurors voted for what, where a jury decided."""
    causes: int
    """By how many by-laws."""
    judged: Judged | None
    """What a jury thought of it."""
    ended_why: str | None
    measure: Measure | None
    """What the jury that did it did about whoever made it; ``suspend``: it asked for a vote on that."""


class DoneView(BaseModel):
    """How often something was done, and what juries thought of it."""

    action: Action
    by: By
    number: int
    upheld: int
    overturned: int


class ClosedView(BaseModel):
    """How many cases ended alike."""

    kind: Literal["report", "hold", "appeal"]
    why: str
    outcome: Outcome | None
    number: int
    median_hours: float
    """From the call for a jury to the end."""


class FiguresView(BaseModel):
    """What a month's moderation came to."""

    month: str
    done: list[DoneView]
    closed: list[ClosedView]


class QualityView(BaseModel):
    """How a rule that is in force does, of all time."""

    name: str
    about: str
    clause: str
    decided: int
    """Things that it had a part in."""
    upheld: int
    """Of those that juries looked at."""
    overturned: int
    poor: bool
    """Whether juries overturn so much of it that you are offered to propose its repeal."""


class TrustedView(BaseModel):
    """A labeller whose labels rules may speak of."""

    name: str
    """Rules speak of it as ``labels.NAME``."""
    labeller: str
    """Its slug."""
    labels: list[str]
    """What it may say."""
    heard: Heard
    """``silent``, ``gone``, ``ended`` or ``unknown``: it cannot be heard. ``limited``: it gave as many labels
    in 24 hours as ask rules again, or more."""
    missing: Missing
    """What it comes to that it cannot be heard: ``none`` are its labels, or rules that need it ``hold``."""
    edition: int
    """Its latest; 0 before the first."""
    scope: str
    clause: str
    version: int
    """Of the policy that names it."""
    proposal: str | None


class TrustQuery(BaseModel):
    """Whose rules."""

    model_config = ConfigDict(extra="forbid")

    scope: str = Field(default=COOP, max_length=60)
    """``coop`` or ``guild:<slug>``."""


@api.get("/moderation/labellers", public=True)
def list_trusted_labellers(call: Call, query: TrustQuery) -> list[TrustedView]:
    """List the labellers whom rules believe, and whether each can be heard; none for an unknown scope."""
    if call.book.policy(MODERATION, query.scope) is None:
        return []
    return [
        TrustedView(
            name=one.name,
            labeller=one.slug,
            labels=one.labels,
            heard=one.heard,
            missing=one.missing,
            edition=one.edition,
            scope=one.citation.scope,
            clause=one.citation.clause,
            version=one.citation.version,
            proposal=one.citation.proposal,
        )
        for one in trusted(call.session, call.book, query.scope, call.now)
    ]


@api.get("/moderation/log", public=True, raises=(NotFound,))
def read_moderation_log(call: Call, query: LogQuery) -> Page[EntryView]:
    """List what was done to what everybody may read, without names: the last day that is over first."""
    guild = _guild(call, query)
    found, rest = record.entries(
        call.session, guild, query.month, call.now, offset=decode_int(query.cursor) or 0, limit=query.limit
    )
    return Page(items=[_entry(one) for one in found], next=None if rest is None else encode(rest))


@api.get("/moderation/figures", public=True, raises=(NotFound,))
def read_moderation_figures(call: Call, query: MonthQuery) -> FiguresView:
    """Read how often what was done in a month, and how its cases ended."""
    done, closed = record.figures(call.session, _guild(call, query), query.month, call.now)
    since, _ = record.month_of(query.month, call.now)
    return FiguresView(
        month=f"{since:%Y-%m}",
        done=[DoneView.model_validate(one._asdict()) for one in done],
        closed=[ClosedView.model_validate(one._asdict()) for one in closed],
    )


@api.get("/moderation/quality", public=True, raises=(NotFound,))
def read_rule_quality(call: Call, query: RecordQuery) -> list[QualityView]:
    """Read how each rule in force does: how often juries upheld what it did, and how often not."""
    slug = None if query.guild is None else normal(query.guild)
    found = record.quality(call.session, call.book, slug, _guild(call, query), call.now)
    return [QualityView(**one._asdict()) for one in found]


def _guild(call: Call, query: RecordQuery) -> int | None:
    slug = None if query.guild is None else normal(query.guild)
    return record.guild_read(call.session, call.identity, slug)


def _entry(found: Entry) -> EntryView:
    cause = found.cause
    return EntryView(
        day=found.day,
        thing=cast(Literal["post", "reply", "profile"], found.thing),
        action=cast(Action, found.action),
        by=cause["by"],
        about=cause["about"],
        scope=cause["scope"],
        clause=cause["clause"],
        version=cause["version"],
        proposal=cause["proposal"],
        tally=cause["tally"],
        causes=found.causes,
        judged=cast(Judged | None, found.judged),
        ended_why=found.ended_why,
        measure=cast(Measure | None, found.measure),
    )
