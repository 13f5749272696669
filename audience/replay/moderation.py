# ruff: noqa: S608 - the statements are put together from constants
"""The moderation policy, replayed: what its rules would have done with recorded posts and replies.

Each post and reply of the window is asked about with the facts of the moment when it was made, by the very
statement and functions that screen what is published (``audience/moderation``), under the rules in force and
under those of the patch. A condition of the query spares whatever no rule can hold for; the rules themselves
decide, so what is told is exactly what screening would have done.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import text
from sqlmodel import Session

from audience.languages import recognised
from audience.moderation.facts import COLUMNS, SUBJECTS, as_fact
from audience.moderation.rules import MODERATION, RULED, TARGETS, Action, Target
from audience.moderation.ruleset import Ruleset, ruleset
from audience.moderation.writing_facts import facts_of
from audience.rules import AUDIENCE, AudienceRules
from coop.book import COOP, Book, guild_scope
from coop.cel.condition import OPEN, condition
from coop.ids import first_id_at
from coop.rehearsal import Cell, Measure, Rehearsing, Report, Tallied

AT_ONCE = 5000
"""Posts or replies that are read at a time."""
THINGS: dict[Target, str] = {"post": "posts", "reply": "replies"}
WORDS: dict[Action, tuple[str, str]] = {
    "label": ("no longer labelled", "labelled"),
    "collapse": ("no longer folded", "folded"),
    "unfeed": ("offered by feeds again", "left out of feeds"),
    "hold": ("let through", "held back"),
    "remove": ("left where they are", "removed"),
}
"""By action: what happens to what a patch lets go, and to what it takes."""
LIMITS = (
    "Who follows whom and who belongs where is known from when on, not from when to: whoever left or "
    "ceased to follow since counts as if they never had.",
    "What was taken back since counts: it had been published.",
)

_LANGUAGE: dict[Target, str] = {"post": "subject.language", "reply": "NULL"}
_GUILD: dict[Target, str] = {"post": "subject.guild_id", "reply": "answered.guild_id"}
_RANGE = "subject.id >= :first AND subject.id < :last"


@dataclass(frozen=True, slots=True)
class Subject:
    """A post or reply as it is asked about."""

    author_id: int
    guild: str | None
    """Slug of the guild whose own rules bind it, of those that hold any."""
    made_at: datetime
    facts: dict[str, Any]


def replay_moderation(session: Session, asked: Rehearsing) -> Report:
    """Return what both sets of rules do with the posts and replies of the window."""
    measures: list[Measure] = []
    replayed: dict[str, Cell] = {}
    for number, target in enumerate(TARGETS):
        asked.progress(number, len(TARGETS), THINGS[target])
        replayed[THINGS[target]] = _number(session, asked, target)
        measures += _measures(session, asked, target)
    asked.progress(len(TARGETS), len(TARGETS), "moderation")
    return Report(replayed, tuple(measures), limits=LIMITS)


def _measures(session: Session, asked: Rehearsing, target: Target) -> list[Measure]:
    tallied = {action: Tallied(asked.hidden_below) for action in RULED}
    for one in subjects(session, asked, target):
        today = one.made_at.astimezone(UTC).date()
        before, after = (
            ruleset(book, one.guild, target).action(one.facts, today) for book in (asked.before, asked.after)
        )
        for action in {before, after} - {None}:
            kept = tallied[cast(Action, action)]
            kept.add(one.author_id, before=before == action, after=after == action)
    return [
        Measure(f"{THINGS[target]}_{action}", THINGS[target], *WORDS[action], kept.change)
        for action, kept in tallied.items()
        if kept.before.value or kept.gained.value
    ]


def subjects(session: Session, asked: Rehearsing, target: Target) -> Iterator[Subject]:
    """Yield the posts or replies of a window that any rule of either side could hold for."""
    guilds = _guilds(session, asked)
    rules = _rulesets(asked, target, guilds)
    names = tuple(name for name in COLUMNS[target] if any(name in one.facts for one in rules))
    sought, parameters = _sought(rules, target)
    if sought == "false":
        return
    scope, bound = _within(asked, guilds, target)
    columns = "".join(f", {COLUMNS[target][name]}" for name in names)
    statement = text(
        f"SELECT subject.id, subject.author_id, {_GUILD[target]}, subject.created_at, {_LANGUAGE[target]},"
        f" subject.body{columns} FROM {SUBJECTS[target]}"
        f" WHERE {_RANGE}{scope} AND ({sought}) ORDER BY subject.id LIMIT {AT_ONCE}"
    )
    first, last = first_id_at(asked.since), first_id_at(asked.until)
    while True:
        rows = session.connection().execute(
            statement, {"first": first, "last": last, **bound, **parameters}
        ).all()  # fmt: skip
        for _, author_id, guild_id, made_at, language, body, *looked_up in rows:
            known = facts_of(body, _language(asked.after, rules, target, language, body))
            known.update(zip(names, map(as_fact, looked_up), strict=True))
            yield Subject(author_id, guilds.get(guild_id), made_at, known)
        if len(rows) < AT_ONCE:
            return
        first = rows[-1][0] + 1


def _language(
    book: Book, rules: Sequence[Ruleset], target: Target, language: str | None, body: str
) -> str | None:
    """Return the language of a text as screening knows it."""
    if target == "reply" and any("text.language" in one.facts for one in rules):
        return recognised(body, book.rules(AUDIENCE, AudienceRules).language)
    return language


def _guilds(session: Session, asked: Rehearsing) -> dict[int, str]:
    """Return the guilds, by id, that hold rules of their own on either side."""
    scopes = {*asked.before.scopes(MODERATION), *asked.after.scopes(MODERATION)}
    rows = session.connection().execute(text("SELECT id, slug FROM guild"))
    return {row.id: row.slug for row in rows if guild_scope(row.slug) in scopes}


def _rulesets(asked: Rehearsing, target: Target, guilds: Mapping[int, str]) -> list[Ruleset]:
    places = [None, *guilds.values()] if asked.scope == COOP else [asked.scope.partition(":")[2]]
    return [ruleset(book, place, target) for book in (asked.before, asked.after) for place in places]


def _sought(rules: Sequence[Ruleset], target: Target) -> tuple[str, dict[str, Any]]:
    """Return the condition that any of some rules may hold, and its parameters."""
    columns = {**COLUMNS[target], "text": "subject.body"}
    if target == "post":
        columns["text.language"] = "coalesce(subject.language, '')"
    found: dict[str, str] = {}
    parameters: dict[str, Any] = {}
    distinct = {one.condition.text: one.condition for each in rules for one in each.rules}
    for number, (written, expression) in enumerate(distinct.items()):
        made = condition(expression.root, columns, prefix=f"rule{number}_")
        if made.sql == OPEN:
            return OPEN, {}
        found[written] = made.sql
        parameters |= made.parameters
    return " OR ".join(found.values()) or "false", parameters


def _within(asked: Rehearsing, guilds: Mapping[int, str], target: Target) -> tuple[str, dict[str, Any]]:
    """Return the condition that a post or reply is where the patch is in force."""
    if asked.scope == COOP:
        return "", {}
    wanted = [number for number, slug in guilds.items() if guild_scope(slug) == asked.scope]
    return f" AND {_GUILD[target]} = ANY(CAST(:guilds AS bigint[]))", {"guilds": wanted}


def _number(session: Session, asked: Rehearsing, target: Target) -> Cell:
    """Return how many posts or replies the window holds, and of how many people."""
    scope, bound = _within(asked, _guilds(session, asked), target)
    counted = text(
        "SELECT count(*), count(DISTINCT subject.author_id)"
        f" FROM {SUBJECTS[target]} WHERE {_RANGE}{scope}"
    )  # fmt: skip
    bound |= {"first": first_id_at(asked.since), "last": first_id_at(asked.until)}
    number, people = session.connection().execute(counted, bound).one()
    return Cell(number, min(people, asked.hidden_below))
