"""Where one stands: each feature with what holds of its terms, and what would change that.

Law 7: a member is told of themself, and of a guild whoever belongs to it; whoever else asks is told what one
who asks for no guild is told. Every number is one that :mod:`audience.metrics.reading` tells the same reader.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import Session, col

from audience.features import sharing, words
from audience.features.conditions import CONDITIONS, GRANT, KEEP, LOSE, Conditions, conditions
from audience.features.sharing import Share, Shared
from audience.features.vocabulary import VOCABULARY
from audience.metrics import reading
from coop import feature_grants, features
from coop.book import Book
from coop.cel import trace
from coop.errors import NotFound
from coop.feature_at_once import Concurrency
from coop.feature_budgets import Account
from coop.feature_grants import Grant
from coop.feature_rules import FEATURES, FeatureRules, clause_of, vote_clause
from coop.feature_state import Lost
from coop.holdings import Holder
from coop.identity import Identity
from coop.names import normal
from coop.receipts import Citation
from coop.tables import Guild


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison of a condition with one's own numbers."""

    text: str
    """As it is written."""
    holds: bool
    metric: str | None
    """The metric that it compares with a number; None where it does something else."""
    meaning: str
    value: int | None
    limit: int | None
    """What it is compared with."""
    said: str
    """How it is compared, in words: "at least 28"; empty where it compares none."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a feature's terms."""

    clause: Citation
    holds: bool | None
    """None while nothing is counted by the clauses in force."""
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True, slots=True)
class Stand:
    """Where somebody stands with one feature."""

    name: str
    about: str
    held: bool
    since: datetime | None
    """When the conditions were met, where they still are or are in their grace."""
    grace_until: datetime | None
    expires_at: datetime | None
    lost: Lost | None
    """When and why it was lost, where it was held before."""
    vote: Citation | None
    """The clause by which a vote gives it to the guild; None where it takes no vote."""
    conditions: Mapping[str, Condition]
    """By the name of the clause: ``grant_when``, ``keep_when``, ``lose_when``."""
    grace: Citation
    """The clause that says how many days a grace has."""
    change: tuple[str, ...]
    """What would change it, in sentences."""
    budget: Account | None
    """What a guild has of it for all of its members together."""
    at_once: Concurrency | None
    """How many of it a guild has open, and may."""


@dataclass(frozen=True, slots=True)
class Stands:
    """Where somebody stands with all features."""

    as_of: date | None
    """The day (UTC) before which everything is counted; None where it is not counted yet."""
    items: tuple[Stand, ...]
    shared: tuple[Share, ...] = ()
    """What a member shares with others of their guilds."""


def of_member(session: Session, member: Identity, book: Book, now: datetime) -> Stands:
    """Return where a member stands."""
    who = _Holder("member", member.member_id, None, member.joined_at)
    shared = sharing.of_member(session, book, member, now)
    return replace(_stands(session, book, who, now), shared=shared)


def of_guild(session: Session, member: Identity, book: Book, slug: str, now: datetime) -> Stands:
    """Return where a guild stands that the member belongs to; raise NotFound for any other."""
    guild = session.scalar(select(Guild).where(col(Guild.slug) == normal(slug)))
    if guild is None or guild.id is None or guild.id not in member.guilds:
        raise NotFound
    return _stands(session, book, _Holder("guild", guild.id, guild, guild.founded_at), now)


@dataclass(frozen=True, slots=True)
class _Holder:
    kind: Holder
    id: int
    guild: Guild | None
    since: datetime


def _stands(session: Session, book: Book, who: _Holder, now: datetime) -> Stands:
    as_of, facts = reading.numbers(session, book, who.kind, who.id, who.since)
    grants = feature_grants.of_one(session, who.kind, who.id)
    shared = sharing.of_guilds(session, book, () if who.guild is None else (who.id,), now)
    asked = conditions(book, who.kind).asked
    return Stands(
        as_of,
        tuple(
            _stand(book, who, name, asked[name], facts, grants.get(name), shared.get((who.id, name)), now)
            for name in features.FEATURES_KNOWN
            if name in asked
        ),
    )


def _stand(
    book: Book,
    who: _Holder,
    name: str,
    asked: Conditions,
    facts: Mapping[str, int],
    grant: Grant | None,
    shared: Shared | None,
    now: datetime,
) -> Stand:
    lost = None if grant is None else grant.lost(now)
    met = grant if lost is None else None
    voted = None if who.guild is None else features.voted(book, name, who.guild.slug)
    found = {
        clause: _condition(book, who.kind, name, clause, asked, facts)
        for clause in CONDITIONS
        if clause in asked.by_clause
    }
    return Stand(
        name=name,
        about=book.rules(FEATURES, FeatureRules).features[name].about,
        held=met is not None and voted is not False,
        since=None if met is None else met.granted_at,
        grace_until=None if met is None else met.grace_until,
        expires_at=None if met is None else met.expires_at,
        lost=lost,
        vote=_vote(book, who, name, voted),
        conditions=found,
        grace=book.cite(FEATURES, clause_of(name, who.kind, "grace_days")),
        change=tuple(_change(asked, facts, who.kind, met, voted)),
        budget=None if shared is None else shared.budget,
        at_once=None if shared is None else shared.at_once,
    )


def _condition(
    book: Book, kind: Holder, name: str, clause: str, asked: Conditions, facts: Mapping[str, int]
) -> Condition:
    expression, schema = asked.by_clause[clause], VOCABULARY[kind]
    rows = []
    for part, one in zip(trace.conditions(expression.root), trace.trace(expression, facts), strict=True):
        metric, _, limit = words.compared(part) or (None, "", None)
        meaning = "" if metric is None else schema[metric].meaning
        value = None if metric is None else facts.get(metric)
        rows.append(Comparison(one.text, bool(one.came), metric, meaning, value, limit, words.said(part)))
    holds = not words.missing(expression, facts, schema) if facts else None
    return Condition(book.cite(FEATURES, clause_of(name, kind, clause)), holds, tuple(rows))


def _vote(book: Book, who: _Holder, name: str, voted: bool | None) -> Citation | None:
    if who.guild is None or voted is None:
        return None
    return book.cite(FEATURES, vote_clause(name), features.scope_of(book, who.guild.slug))


def _change(
    asked: Conditions, facts: Mapping[str, int], kind: Holder, met: Grant | None, voted: bool | None
) -> list[str]:
    """Return what would bring a feature, keep it or end it, in sentences."""
    if not facts:
        return ["Nothing is counted yet by the clauses in force: the next night does."]
    schema, by_clause = VOCABULARY[kind], asked.by_clause
    said = []
    if met is None:
        wanted = [one for clause in (GRANT, KEEP) for one in words.missing(by_clause[clause], facts, schema)]
        said += [f"It takes {one}." for one in dict.fromkeys(wanted)]
        if not wanted:
            said.append("Nothing is missing: the next night brings it.")
    elif met.grace_until is not None:
        said += [f"It is kept where this is mended: {one}." for one in
                 words.missing(by_clause[KEEP], facts, schema)]  # fmt: skip
    else:
        said.append(f"It is kept while this holds: {words.whole(by_clause[KEEP], schema)}.")
    if met is not None and LOSE in by_clause:
        said.append(f"It is lost at once where this holds: {words.whole(by_clause[LOSE], schema)}.")
    if voted is False:
        said.append("It takes a vote of the guild besides: propose a change to its own features policy.")
    return said
