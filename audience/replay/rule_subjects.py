# ruff: noqa: S608 - the statements are put together from constants
"""What rules of moderation are asked of, as recorded: things of a window, with the facts of their moment.

The facts are looked up by the very statement that screens a thing (``audience/moderation/facts.py``), as of
when it was made. A condition of the query spares whatever no rule can hold for; the rules themselves decide.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, TextClause, text
from sqlmodel import Session

from audience.languages import recognised
from audience.moderation import label_facts
from audience.moderation.facts import COLUMNS, PROFILE_ABOUT, PROFILE_NAME, SUBJECTS, looked_up
from audience.moderation.rules import MODERATION, Target
from audience.moderation.ruleset import Ruleset, Source, ruleset
from audience.moderation.writing_facts import facts_of
from audience.polls.tables import OPTIONS
from audience.replay import relabelled
from audience.replay.relabelled import Again
from audience.rules import AUDIENCE, AudienceRules
from coop.book import COOP, Book, guild_scope
from coop.cel.condition import OPEN, condition
from coop.ids import first_id_at
from coop.rehearsal import Cell, Rehearsing

AT_ONCE = 5000
"""Things that are read at a time."""


@dataclass(frozen=True, slots=True)
class _Recorded:
    """Where what rules are asked of is recorded, in SQL."""

    author: str = "subject.author_id"
    guild: str = "NULL::bigint"
    at: str = "subject.created_at"
    language: str = "NULL"
    body: str = "NULL"
    source: str = ""
    """What is joined, besides what facts are selected from."""
    only: str = "true"
    unknown: str = "false"
    """Where a fact may be missing, so that rules cannot be decided: those are gone through too."""


_SHOWN = """
JOIN LATERAL (
  SELECT guild_id, created_at, id, id AS post_id FROM post WHERE post.asset_id = subject.id
  UNION ALL SELECT post.guild_id, reply.created_at, reply.id, NULL
  FROM reply JOIN post ON post.id = reply.post_id WHERE reply.asset_id = subject.id LIMIT 1
) AS shown ON true"""
_RECORDED: dict[Target, _Recorded] = {
    "post": _Recorded(
        guild="subject.guild_id", language="subject.language", body=f"subject.body || {OPTIONS}"
    ),
    "reply": _Recorded(guild="answered.guild_id", body="subject.body"),
    "upload": _Recorded(
        author="subject.owner_id",
        guild="shown.guild_id",
        at="shown.created_at",
        source=_SHOWN,
        unknown="subject.bytes IS NULL OR subject.type IS NULL",
    ),
    "profile": _Recorded(
        body=f"{PROFILE_NAME} || chr(10) || {PROFILE_ABOUT}",
        only="""author.left_at IS NULL AND subject.screened AND NOT EXISTS (
          SELECT FROM profile_change AS later
          WHERE later.author_id = subject.author_id AND later.id > subject.id)""",
    ),
    "follow": _Recorded(),
}
_RANGE = "subject.id >= :first AND subject.id < :last"


@dataclass(frozen=True, slots=True)
class Subject:
    """A thing as it is asked about."""

    author_id: int
    guild: str | None
    """Slug of the guild whose own rules bind it, of those that hold any."""
    made_at: datetime
    facts: dict[str, Any]
    said: dict[Source, frozenset[str] | None] = field(default_factory=dict)
    """What labellers had said of it when it was made."""
    again: tuple[Sequence[Again], Sequence[Again]] = ((), ())
    """When later labels ask about it again, by the rules in force and by those of the patch."""


@dataclass(frozen=True, slots=True)
class _Search:
    """The query that finds what any rule of either side could hold for, page by page."""

    statement: TextClause
    bound: dict[str, Any]
    names: tuple[str, ...]
    """The facts that it looks up, in order."""
    labellers: Sequence[Source]
    """Whose labels it looks up, after those."""


def _search(
    asked: Rehearsing, target: Target, guilds: Mapping[int, str], rules: Sequence[Ruleset], wanted: Set[str]
) -> _Search | None:
    """Return the query for things of one kind; None where no rule is asked of them.

    What the text alone rules out is spared the look-ups, and of all others each is made once.
    """
    names = tuple(name for name in COLUMNS[target] if name in wanted)
    of, labellers = _RECORDED[target], relabelled.sources(rules)
    said = label_facts.bound(target, labellers, of.at)
    facts = [*(COLUMNS[target][name] for name in names), *said.columns]
    columns = [f"known.fact{number}" for number in range(len(facts))]
    written, told = _written(target), dict(zip(labellers, columns[len(names) :], strict=True))
    sought, parameters = _sought(
        rules, {**written, **dict(zip(names, columns[: len(names)], strict=True))}, told, "rule"
    )
    if sought == "false":
        return None
    spared, sparing = _sought(rules, written, {}, "spare")
    scope, within = _within(asked, guilds, target)
    touched, asking = relabelled.touched(target, relabelled.asking(rules))
    anyway = f"{of.unknown} OR {touched}"
    listed = ", ".join(f"{one} AS fact{number}" for number, one in enumerate(facts))
    # Without the offset the planner would put each look-up wherever it is spoken of.
    known = f" CROSS JOIN LATERAL (SELECT {listed} OFFSET 0) AS known" if facts else ""
    statement = text(
        f"SELECT {', '.join(['subject.id', of.author, of.guild, of.at, of.language, of.body, *columns])}"
        f" FROM {SUBJECTS[target]}{of.source}{known}"
        f" WHERE {_RANGE}{scope} AND {of.only} AND ({spared} OR {anyway}) AND ({sought} OR {anyway})"
        f" ORDER BY subject.id LIMIT {AT_ONCE}"
    )
    bound = {**within, **said.parameters, **asking, **parameters, **sparing}
    return _Search(statement, {**bound, "last": first_id_at(asked.until)}, names, labellers)


def subjects(session: Session, asked: Rehearsing, target: Target) -> Iterator[Subject]:
    """Yield what of a window any rule of either side could hold for.

    Meanwhile the session is used by nobody else: what comes next is read by another thread.
    """
    guilds = _guilds(session, asked)
    rules = _rulesets(asked, target, guilds)
    wanted = frozenset().union(*(one.facts for one in rules))
    search = _search(asked, target, guilds, rules, wanted)
    if search is None:
        return
    names, labellers = search.names, search.labellers

    def read(first: int) -> tuple[Sequence[Row[Any]], tuple[Mapping[int, Any], Mapping[int, Any]]]:
        rows = session.connection().execute(search.statement, {**search.bound, "first": first}).all()
        return rows, _again(session, asked, target, guilds, [row[0] for row in rows])

    # The next are looked up while the last are asked about: the database and the rules take about as long.
    with ThreadPoolExecutor(1) as ahead:
        coming = ahead.submit(read, first_id_at(asked.since))
        more = True
        while more:
            rows, again = coming.result()
            more = len(rows) == AT_ONCE
            if more:
                coming = ahead.submit(read, rows[-1][0] + 1)
            for subject_id, author_id, guild_id, made_at, language, body, *found in map(tuple, rows):
                known = {}
                if body is not None:
                    known = facts_of(body, _language(asked.after, rules, target, language, body), wanted)
                known.update(looked_up(names, found[: len(names)]))
                said_first = relabelled.first(labellers, found[len(names) :])
                later = (again[0].get(subject_id, ()), again[1].get(subject_id, ()))
                yield Subject(author_id, guilds.get(guild_id), made_at, known, said_first, later)


def _again(
    session: Session, asked: Rehearsing, target: Target, guilds: Mapping[int, str], ids: Sequence[int]
) -> tuple[Mapping[int, Sequence[Again]], Mapping[int, Sequence[Again]]]:
    """Return when later labels ask about some things, by the rules in force and by those of the patch."""
    selected = SUBJECTS[target] + _RECORDED[target].source

    def of(book: Book) -> Mapping[int, Sequence[Again]]:
        rules = _rulesets_of(book, asked.scope, target, guilds)
        return relabelled.again(session, book, target, selected, ids, rules, asked.until)

    return of(asked.before), of(asked.after)


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
    sides = (_rulesets_of(book, asked.scope, target, guilds) for book in (asked.before, asked.after))
    return [one for side in sides for one in side]


def _rulesets_of(book: Book, scope: str, target: Target, guilds: Mapping[int, str]) -> list[Ruleset]:
    places = [None, *guilds.values()] if scope == COOP else [scope.partition(":")[2]]
    return [ruleset(book, place, target) for place in places]


def _written(target: Target) -> dict[str, str]:
    """Return the facts of a text in SQL: nothing has to be looked up for them."""
    found = {"text": _RECORDED[target].body}
    return {**found, "text.language": "coalesce(subject.language, '')"} if target == "post" else found


def _sought(
    rules: Sequence[Ruleset], columns: Mapping[str, str], told: Mapping[Source, str], prefix: str
) -> tuple[str, dict[str, Any]]:
    """Return the condition that any of some rules may hold, and its parameters, named with the prefix.

    ``columns`` says facts in SQL, and ``told`` what labellers said; what neither says is left open.
    """
    found: list[str] = []
    parameters: dict[str, Any] = {}
    distinct = {
        (one.condition.text, *(each.sources.get(fact) for fact in one.condition.facts)): (one, each)
        for each in rules
        for one in each.rules
    }
    for number, (one, each) in enumerate(distinct.values()):
        said = {fact: told[source] for fact, source in each.sources.items() if source in told}
        made = condition(one.condition.root, {**columns, **said}, prefix=f"{prefix}{number}_")
        if made.sql == OPEN:
            return OPEN, {}
        found.append(made.sql)
        parameters |= made.parameters
    return " OR ".join(found) or "false", parameters


def _within(asked: Rehearsing, guilds: Mapping[int, str], target: Target) -> tuple[str, dict[str, Any]]:
    """Return the condition that a thing was made where the patch is in force."""
    if asked.scope == COOP:
        return "", {}
    wanted = [number for number, slug in guilds.items() if guild_scope(slug) == asked.scope]
    return f" AND {_RECORDED[target].guild} = ANY(CAST(:guilds AS bigint[]))", {"guilds": wanted}


def number(session: Session, asked: Rehearsing, target: Target) -> Cell:
    """Return how many things the window holds, and of how many people."""
    scope, bound = _within(asked, _guilds(session, asked), target)
    of = _RECORDED[target]
    counted = text(
        f"SELECT count(*), count(DISTINCT {of.author})"
        f" FROM {SUBJECTS[target]}{of.source} WHERE {_RANGE}{scope} AND {of.only}"
    )
    bound |= {"first": first_id_at(asked.since), "last": first_id_at(asked.until)}
    number, people = session.connection().execute(counted, bound).one()
    return Cell(number, min(people, asked.hidden_below))
