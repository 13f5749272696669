# ruff: noqa: S608 - the statements are put together from constants
"""The record of moderation: what was done, by which by-law, and how often it was right; without names.

For everybody. Law 7: it tells of things alone that every member may read, or could until they were hidden, so
it says nothing of any that one may not know of; and of days that are over alone, in an order that does not
say when in the day, so it leads to nobody's post. Whoever belongs to a guild reads its own besides.
Of profiles, which are for every member, it tells what others saw, and not what never came before them.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlmodel import Session

from audience.keys import GUILD, LOCAL_KEY, PUBLIC_KEY, SHIFT
from audience.moderation.rules import MODERATION, ModerationRules, rule_clause
from coop.book import COOP, Book, guild_scope
from coop.errors import NotFound
from coop.identity import Identity

# Of the layers of a post those of juries do not count: who it was for is what its author asked for.
OPEN = f"""
  post.lock_all IS NULL AND post.lock_none IS NULL AND post.lock_groups IS NULL AND post.lock_follow IS NULL
  AND post.layers = (SELECT count(DISTINCT number) FROM post_stage
                     WHERE post_id = post.id AND decision_id IS NOT NULL)
  AND post.lock_any && CASE WHEN CAST(:guild AS bigint) IS NULL
    THEN ARRAY[{PUBLIC_KEY}, {LOCAL_KEY}]::bigint[]
    ELSE ARRAY[{PUBLIC_KEY}, {LOCAL_KEY}, CAST(:guild AS bigint) << {SHIFT} | {GUILD}]::bigint[] END
  AND (CAST(:guild AS bigint) IS NULL OR post.guild_id = :guild)
"""
"""Whether every member may read a post, or, of one made in ``:guild``, everybody who belongs to it."""

ON = """
  LEFT JOIN reply ON reply.id = one.reply_id
  LEFT JOIN post ON post.id = coalesce(one.post_id, reply.post_id)
"""
"""What is joined to a case or decision, ``one``, for it to be asked whether everybody may read it."""
_PROFILE = "one.profile_id IS NOT NULL AND CAST(:guild AS bigint) IS NULL"
OF_CASE = f"({OPEN} OR {_PROFILE} AND one.kind <> 'hold')"
"""Whether a case is about something that every member may read: no change of a profile that waits."""
_OF_DECISION = f"""({OPEN} OR {_PROFILE} AND (one.action = 'label' OR EXISTS (
  SELECT FROM moderation_case AS came WHERE came.made_id = one.id AND came.kind <> 'hold')))"""
_DECISIONS, _CASES = f"decision AS one {ON}", f"moderation_case AS one {ON}"

_ENTRIES = text(f"""
SELECT CAST(timezone('UTC', one.made_at) AS date) AS day,
       CASE WHEN one.profile_id IS NOT NULL THEN 'profile' WHEN one.reply_id IS NULL THEN 'post'
       ELSE 'reply' END AS thing,
       one.action, one.causes -> 0 AS cause, jsonb_array_length(one.causes) AS causes, one.judged,
       one.ended_why, (SELECT measure FROM moderation_case WHERE made_id = one.id LIMIT 1) AS measure
FROM {_DECISIONS}
WHERE NOT one.dry_run AND one.made_at >= :since AND one.made_at < :until AND {_OF_DECISION}
ORDER BY day DESC, one.action, md5(one.id::text) LIMIT :limit OFFSET :offset
""")

_ACTIONS = text(f"""
SELECT one.action, one.causes -> 0 ->> 'by' AS by, count(*) AS number,
       count(*) FILTER (WHERE one.judged = 'upheld') AS upheld,
       count(*) FILTER (WHERE one.judged = 'overturned') AS overturned
FROM {_DECISIONS}
WHERE NOT one.dry_run AND one.made_at >= :since AND one.made_at < :until AND {_OF_DECISION}
GROUP BY 1, 2 ORDER BY number DESC, 1, 2
""")

_CLOSED = text(f"""
SELECT one.kind, one.closed_why AS why, one.outcome, count(*) AS number,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM one.closed_at - one.called_at)) AS half
FROM {_CASES}
WHERE one.called_at IS NOT NULL AND one.closed_at >= :since AND one.closed_at < :until AND {OF_CASE}
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
""")

_QUALITY = text(f"""
SELECT cause ->> 'rule' AS rule, cause ->> 'scope' AS scope, CAST(cause ->> 'version' AS int) AS version,
       count(*) AS decided,
       count(*) FILTER (WHERE one.judged = 'upheld') AS upheld,
       count(*) FILTER (WHERE one.judged = 'overturned') AS overturned
FROM {_DECISIONS} CROSS JOIN LATERAL jsonb_array_elements(one.causes) AS cause
WHERE NOT one.dry_run AND cause ->> 'by' = 'rule' AND one.made_at >= :since AND one.made_at < :until
  AND {_OF_DECISION}
GROUP BY 1, 2, 3
""")

_GUILD = text("SELECT id FROM guild WHERE slug = :slug AND id = ANY(CAST(:mine AS bigint[]))")


class Entry(NamedTuple):
    """Something that was done."""

    day: str
    thing: str
    action: str
    cause: dict[str, Any]
    """The weightiest, as ``moderation/verdict.py`` keeps it; with what matched, which is not told."""
    causes: int
    """How many there were."""
    judged: str | None
    ended_why: str | None
    measure: str | None
    """What the jury that did it did about whoever made the thing."""


class Done(NamedTuple):
    """How often something was done in a month, and what juries thought of it."""

    action: str
    by: str
    number: int
    upheld: int
    overturned: int


class Closed(NamedTuple):
    """How many cases ended alike in a month."""

    kind: str
    why: str
    outcome: str | None
    number: int
    median_hours: float
    """From the call for a jury to the end."""


class Quality(NamedTuple):
    """How a rule that is in force does."""

    name: str
    about: str
    clause: str
    decided: int
    upheld: int
    overturned: int
    poor: bool
    """Whether juries overturn so much of it that its repeal is offered."""


def month_of(month: str | None, now: datetime) -> tuple[datetime, datetime]:
    """Return the first moment of a month such as ``2026-10`` and of the next, in UTC; None is this month."""
    first = now.astimezone(UTC) if month is None else datetime(int(month[:4]), int(month[5:]), 1, tzinfo=UTC)
    first = first.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first, (first + timedelta(days=32)).replace(day=1)


def entries(
    session: Session, guild: int | None, month: str | None, now: datetime, *, offset: int, limit: int
) -> tuple[list[Entry], int | None]:
    """Return what was done in a month, the last day first, and the offset of the rest."""
    bound = {**_within(guild, month, now), "offset": offset, "limit": limit + 1}
    rows = session.connection().execute(_ENTRIES, bound).all()
    found = [Entry(row.day.isoformat(), *row[1:]) for row in rows[:limit]]
    return found, offset + limit if len(rows) > limit else None


def figures(
    session: Session, guild: int | None, month: str | None, now: datetime
) -> tuple[list[Done], list[Closed]]:
    """Return how often what was done in a month, and how its cases ended."""
    bound = _within(guild, month, now)
    done = [Done._make(row) for row in session.connection().execute(_ACTIONS, bound)]
    closed = [
        Closed(row.kind, row.why, row.outcome, row.number, round(float(row.half) / 3600, 1))
        for row in session.connection().execute(_CLOSED, bound)
    ]
    return done, closed


def quality(
    session: Session, book: Book, guild: str | None, guild_id: int | None, now: datetime
) -> list[Quality]:
    """Return how each rule does that a scope has in force, the worst first, then by name.

    What it decided within a clause's time counts, and by its condition as it reads now: a rule that was
    rewritten begins anew.
    """
    rules = book.rules(MODERATION, ModerationRules)
    scope = COOP if guild is None else guild_scope(guild)
    policy = book.policy(MODERATION, scope)
    bound = {"guild": guild_id, "since": _today(now) - rules.quality.within, "until": _today(now)}
    rows = session.connection().execute(_QUALITY, bound)
    counted = {(row.scope, row.rule, row.version): row for row in rows}
    found = []
    for name, rule in (policy.data if policy is not None else {}).get("rules", {}).items():
        row = counted.get((scope, name, book.cite(MODERATION, rule_clause(name), scope).version))
        decided, upheld, overturned = (0, 0, 0) if row is None else (row.decided, row.upheld, row.overturned)
        judged = upheld + overturned
        poor = judged >= rules.quality.judged and overturned >= rules.quality.overturned * judged
        found.append(Quality(name, rule["about"], rule_clause(name), decided, upheld, overturned, poor))
    return sorted(found, key=lambda one: (not one.poor, -one.overturned, one.name))


def guild_read(session: Session, reader: Identity | None, slug: str | None) -> int | None:
    """Return the id of a guild whose record a reader may read, None for the coop's; raise NotFound else."""
    if slug is None:
        return None
    mine = [] if reader is None else sorted(reader.guilds)
    found: int | None = session.scalar(_GUILD, {"slug": slug, "mine": mine})
    if found is None:
        raise NotFound
    return found


def _within(guild: int | None, month: str | None, now: datetime) -> dict[str, Any]:
    since, until = month_of(month, now)
    return {"guild": guild, "since": since, "until": min(until, _today(now))}


def _today(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
