"""Features over HTTP: where oneself stands with each, and where a guild does that one belongs to."""

from datetime import date, datetime

from pydantic import BaseModel

from audience.features import standing
from audience.features.standing import Condition, Stand, Stands
from coop.api import Api
from coop.call import Call
from coop.feature_at_once import Concurrency
from coop.feature_budgets import Account
from coop.receipts import Citation

api = Api("features")


class ComparisonView(BaseModel):
    """One comparison of a condition with your numbers."""

    text: str
    """As it is written in the clause."""
    holds: bool
    metric: str | None
    """The metric that it compares with a number; none where it does something else."""
    meaning: str
    value: int | None
    """What is measured; none where nothing is counted yet."""
    limit: int | None
    """The number in the clause."""
    said: str
    """How it is compared, in words: "at least 28"; empty where it compares none."""


class ConditionView(BaseModel):
    """One condition of a feature, comparison by comparison."""

    clause: Citation
    holds: bool | None
    """None while nothing is counted by the clauses in force."""
    comparisons: list[ComparisonView]


class BudgetView(BaseModel):
    """What a guild has of a feature for all its members together, in the period that runs."""

    unit: str
    amount: int
    taken: int
    left: int
    since: datetime
    until: datetime


class AtOnceView(BaseModel):
    """How many of a feature a guild has open now, and how many it may at one moment."""

    unit: str
    amount: int
    taken: int
    left: int


class FeatureStandView(BaseModel):
    """Where you, or a guild, stand with one feature."""

    name: str
    about: str
    """What whoever holds it may do."""
    held: bool
    since: datetime | None
    """Since when what it takes was met, where it has not been lost since."""
    grace_until: datetime | None
    """What keeps it holds no more: it ends then, unless that is mended before."""
    expires_at: datetime | None
    """When it ends and has to be gained anew."""
    lost_at: datetime | None
    cause: str | None
    """Why it was lost: ``limit``, ``grace``, ``expired``, ``clause`` or ``gone``."""
    vote: Citation | None
    """The clause by which a vote gives it to a guild; none where it takes no vote."""
    grant_when: ConditionView
    keep_when: ConditionView
    lose_when: ConditionView | None
    grace_days: Citation
    change: list[str]
    """What would change it, in sentences."""
    budget: BudgetView | None
    at_once: AtOnceView | None


class ShareView(BaseModel):
    """What you share with the others of a guild of yours that holds a feature."""

    guild: str
    feature: str
    budget: BudgetView | None
    at_once: AtOnceView | None


class FeatureStands(BaseModel):
    """Where you, or a guild, stand with every feature that one may hold."""

    as_of: date | None
    """Everything before this day (UTC) is counted; none until the first night by the clauses in force."""
    items: list[FeatureStandView]


class OwnFeatureStands(FeatureStands):
    """Where you stand, and what you share with others."""

    shared: list[ShareView]
    """By guild, in the order of features."""


@api.get("/me/features")
def read_own_features(call: Call) -> OwnFeatureStands:
    """Read which features you hold, how you stand to each of their clauses, and what would change it.

    What is shared is what guilds of yours have for all their members, with how much of it is used.
    """
    found = standing.of_member(call.session, call.member, call.book, call.now)
    shared = [
        ShareView(
            guild=one.guild,
            feature=one.feature,
            budget=_budget(one.shared.budget),
            at_once=_at_once(one.shared.at_once),
        )
        for one in found.shared
    ]
    return OwnFeatureStands(**dict(_view(found)), shared=shared)


@api.get("/guilds/<slug>/features")
def read_guild_features(call: Call, slug: str) -> FeatureStands:
    """Read the same of a guild of yours, with what it has left of its budgets."""
    return _view(standing.of_guild(call.session, call.member, call.book, slug, call.now))


def _view(found: Stands) -> FeatureStands:
    return FeatureStands(as_of=found.as_of, items=[_stand(one) for one in found.items])


def _stand(one: Stand) -> FeatureStandView:
    by_clause = {clause: _condition(condition) for clause, condition in one.conditions.items()}
    return FeatureStandView(
        name=one.name,
        about=one.about,
        held=one.held,
        since=one.since,
        grace_until=one.grace_until,
        expires_at=one.expires_at,
        lost_at=None if one.lost is None else one.lost.at,
        cause=None if one.lost is None else one.lost.cause,
        vote=one.vote,
        grant_when=by_clause["grant_when"],
        keep_when=by_clause["keep_when"],
        lose_when=by_clause.get("lose_when"),
        grace_days=one.grace,
        change=list(one.change),
        budget=_budget(one.budget),
        at_once=_at_once(one.at_once),
    )


def _condition(one: Condition) -> ConditionView:
    return ConditionView(
        clause=one.clause,
        holds=one.holds,
        comparisons=[
            ComparisonView(
                text=row.text,
                holds=row.holds,
                metric=row.metric,
                meaning=row.meaning,
                value=row.value,
                limit=row.limit,
                said=row.said,
            )
            for row in one.comparisons
        ],
    )


def _at_once(one: Concurrency | None) -> AtOnceView | None:
    if one is None:
        return None
    return AtOnceView(unit=one.unit, amount=one.amount, taken=one.taken, left=one.left)


def _budget(one: Account | None) -> BudgetView | None:
    if one is None:
        return None
    return BudgetView(
        unit=one.unit,
        amount=one.amount,
        taken=one.taken,
        left=one.left,
        since=one.since,
        until=one.until,
    )
