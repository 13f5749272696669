"""Decisions of the rules over HTTP: to whoever made the thing, a statement of reasons."""

from datetime import datetime
from typing import Any, Literal, cast

from pydantic import BaseModel

from audience.moderation import reasons
from audience.moderation.case_rules import Measure
from audience.moderation.reasons import Statement
from audience.moderation.rules import Action
from audience.moderation.tables import Decision
from audience.moderation.verdict import By, slowed_until
from coop.api import Api
from coop.call import Call
from coop.paging import Page, PageQuery, decode_int, encode

api = Api("moderation")

Ended = Literal[
    "unseen", "taken_back", "jury", "default", "steward", "labels", "let_in", "turned_away", "suspended"
]
"""Why a decision ended."""


class ConditionView(BaseModel):
    """One condition of a rule, and how it came out for the thing."""

    text: str
    facts: dict[str, Any]
    """What was known, by the names of docs/moderation.md, without what somebody wrote; durations in
    seconds, long lists shortened."""
    came: bool | None
    """None where it could not be said."""
    undecided: str
    """Why not."""


class SaidView(BaseModel):
    """A label that counted."""

    label: str
    edition: int
    """The first in which it stands."""
    of: Literal["post", "author"]


class CitedView(BaseModel):
    """A labeller that a rule asked."""

    name: str
    """Under which the policy knows it."""
    labeller: str
    """Its slug."""
    edition: int | None
    """Its latest at that moment; none where it had published none."""
    scope: str
    clause: str
    version: int
    """Of the policy that names it."""
    proposal: str | None
    labels: list[SaidView]


class CauseView(BaseModel):
    """A rule that held for the thing, as it read then."""

    by: By
    """Whether a rule holds for it, a jury decided so, or a steward until a jury has."""
    rule: str
    """Its name; that of the ground, where people decided."""
    about: str
    """What the rule is for."""
    notice: str
    """What the rule tells its author besides."""
    when: str
    then: Action
    label: str | None
    gap_s: int | None = None
    """For how many seconds it slows you,"""
    until: datetime | None = None
    """and until when."""
    undecided: str
    """Why the rule could not be decided: then the thing is held."""
    scope: str
    clause: str
    version: int
    """Of the policy ``moderation`` of that scope."""
    sha256: str
    proposal: str | None
    """The vote behind the rule; none where it was founded."""
    matched: list[ConditionView]
    tally: dict[str, int]
    """How many jurors voted for what, where a jury decided."""
    labels: list[CitedView] = []
    """The labellers that the rule asked."""


class DecisionView(BaseModel):
    """What rules did with something of yours, and why."""

    id: str
    about: Literal["post", "reply", "profile", "follow"]
    """Something you wrote, your profile or a change of it, or that you began to follow somebody."""
    post: str | None
    """Id of the post, or of that which the reply answers."""
    reply: str | None
    member: str | None
    """Handle of whom you began to follow."""
    action: Action
    labels: list[str]
    causes: list[CauseView]
    """The weightiest first."""
    made_at: datetime
    appeal_until: datetime
    holds_until: datetime | None
    """When what is held is shown, unless somebody has decided by then."""
    slowed_until: datetime | None
    """When whoever was slowed may do it again."""
    ended_at: datetime | None
    ended_why: Ended | None
    """``unseen``: nobody had decided in time. ``taken_back``: you had withdrawn or changed it by then.
    ``jury``: a jury decided. ``default``: a jury was to decide, and did not in time. ``steward``: a steward
    held it. ``labels``: labels that came later, or were taken back, came to something else. ``let_in``,
    ``turned_away``: whom you would follow said yes, or no. ``suspended``: a vote had suspended you
    from changing your profile by then."""
    judged: Literal["upheld", "overturned"] | None
    """What a jury thought of it."""
    judged_tally: dict[str, int] | None
    """How many of that jury voted for what; none where no jury judged it."""
    measure: Measure | None
    """What the jury that decided it did about you; none where no jury did. ``suspend``: it asks all of us to
    suspend you, and a vote decides."""
    came_of: Literal["report", "hold", "appeal"] | None
    """Why there was a jury that decided it; none where no jury did."""
    there: bool
    """Whether there is something that a jury could look at on appeal: not where you changed your profile
    since a rule labelled it, nor of what was refused."""


@api.get("/moderation/decisions/<id:decision_id>")
def read_own_decision(call: Call, decision_id: int) -> DecisionView:
    """Read why something of yours was labelled, folded or held: every rule, what matched, and the vote."""
    return decision_view(reasons.read(call.session, call.member, decision_id))


@api.get("/moderation/decisions")
def list_own_decisions(call: Call, query: PageQuery) -> Page[DecisionView]:
    """List what rules did with what is yours, the newest first."""
    before = decode_int(query.cursor)
    found, last = reasons.listing(call.session, call.member, before=before, limit=query.limit)
    return Page(items=[decision_view(one) for one in found], next=None if last is None else encode(last))


def decision_view(statement: Statement) -> DecisionView:
    """Return a decision in the shape that the API gives it."""
    found = statement.decision
    return DecisionView(
        id=str(found.id),
        about=_about(found),
        post=None if statement.post_id is None else str(statement.post_id),
        reply=None if found.reply_id is None else str(found.reply_id),
        member=statement.followed,
        action=cast(Action, found.action),
        labels=found.labels,
        causes=[CauseView.model_validate(one) for one in found.causes],
        made_at=found.made_at,
        appeal_until=found.appeal_until,
        holds_until=found.holds_until,
        slowed_until=slowed_until(found.causes),
        ended_at=found.ended_at,
        ended_why=cast(Ended | None, found.ended_why),
        judged=cast(Literal["upheld", "overturned"] | None, found.judged),
        judged_tally=None if statement.judged_tally is None else dict(statement.judged_tally["outcome"]),
        measure=cast(Measure | None, statement.measure),
        came_of=cast(Literal["report", "hold", "appeal"] | None, statement.came_of),
        there=statement.there,
    )


def _about(found: Decision) -> Literal["post", "reply", "profile", "follow"]:
    if found.post_id is not None:
        return "post"
    if found.reply_id is not None:
        return "reply"
    return "follow" if found.profile_id is None else "profile"
