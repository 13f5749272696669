"""Feature grants: reading who holds what, and writing what a night has changed.

Law 3: whoever changes a grant raises the version of the holdings in the same transaction, so a request that
begins after it reads them anew. Law 14: a grace and a term end by the clock, in whatever is read from here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import text
from sqlmodel import Session

from coop.feature_state import Cause, Changed, Lost, State, over
from coop.holdings import Held, Holder, Holdings

# One statement, so that the version is that of the rows. Guilds are known by their slugs where a feature is
# asked for, and members by their ids.
_HOLDINGS = text("""
SELECT holdings, feature, holder, lasting, ending, until
FROM policy_epoch LEFT JOIN (
  SELECT feature, holder,
         array_agg(coalesce(slug, holder_id::text)) FILTER (WHERE until = 'infinity') AS lasting,
         array_agg(coalesce(slug, holder_id::text)) FILTER (WHERE until < 'infinity') AS ending,
         array_agg(until) FILTER (WHERE until < 'infinity') AS until
  FROM (
    SELECT feature, holder, holder_id, slug, least(grace_until, expires_at, 'infinity') AS until
    FROM feature_grant LEFT JOIN guild ON holder = 'guild' AND guild.id = holder_id
    WHERE lost_at IS NULL
  ) AS held
  GROUP BY feature, holder
) AS held ON true
""")

_STATES = text("""
SELECT feature, holder_id, granted_at, grace_until, expires_at
FROM feature_grant WHERE holder = :holder AND lost_at IS NULL
""")

_RAISE = text("UPDATE policy_epoch SET holdings = holdings + 1")

_GIVE = text("""
INSERT INTO feature_grant (feature, holder, holder_id, granted_at, expires_at, granted_version)
SELECT feature, :holder, holder_id, granted_at, expires_at, :version
FROM unnest(CAST(:features AS text[]), CAST(:ids AS bigint[]), CAST(:granted AS timestamptz[]),
            CAST(:expires AS timestamptz[])) AS given(feature, holder_id, granted_at, expires_at)
ORDER BY feature, holder_id
""")

_KEEP = text("""
UPDATE feature_grant SET grace_until = kept.grace_until
FROM unnest(CAST(:features AS text[]), CAST(:ids AS bigint[]), CAST(:graces AS timestamptz[]))
  AS kept(feature, holder_id, grace_until)
WHERE feature_grant.feature = kept.feature AND holder = :holder AND feature_grant.holder_id = kept.holder_id
  AND lost_at IS NULL
""")

_TAKE = text("""
UPDATE feature_grant SET lost_at = taken.lost_at, cause = taken.cause, lost_version = :version
FROM unnest(CAST(:features AS text[]), CAST(:ids AS bigint[]), CAST(:lost AS timestamptz[]),
            CAST(:causes AS text[])) AS taken(feature, holder_id, lost_at, cause)
WHERE feature_grant.feature = taken.feature AND holder = :holder AND feature_grant.holder_id = taken.holder_id
  AND feature_grant.lost_at IS NULL
""")

_OF_ONE = text("""
SELECT DISTINCT ON (feature) feature, granted_at, grace_until, expires_at, lost_at, cause
FROM feature_grant WHERE holder = :holder AND holder_id = :holder_id
ORDER BY feature, id DESC
""")

Key = tuple[str, int]
"""The name of a feature, and the id of a holder."""


@dataclass(frozen=True, slots=True)
class Grant:
    """The last grant of a feature to somebody."""

    granted_at: datetime
    grace_until: datetime | None
    expires_at: datetime | None
    lost_at: datetime | None
    cause: str | None
    """Why it was lost, as it was written down: see ``feature_state.Cause``."""

    def lost(self, now: datetime) -> Lost | None:
        """Return that it had ended by a moment, whether or not a job has written that down; else None."""
        if self.lost_at is not None:
            return Lost(self.lost_at, cast(Cause, self.cause))
        return over(State(self.granted_at, self.grace_until, self.expires_at), now)


def read_holdings(session: Session) -> Holdings:
    """Return who holds what, with the version that it is."""
    rows = session.connection().execute(_HOLDINGS).all()
    members: dict[str, Held[int]] = {}
    guilds: dict[str, Held[str]] = {}
    for row in rows:
        if row.holder == "member":
            ids = frozenset(map(int, row.lasting or ()))
            ending = zip(map(int, row.ending or ()), row.until or (), strict=True)
            members[row.feature] = Held(ids, dict(ending))
        elif row.holder == "guild":
            until = zip(row.ending or (), row.until or (), strict=True)
            guilds[row.feature] = Held(frozenset(row.lasting or ()), dict(until))
    return Holdings(rows[0].holdings, members, guilds)


def states(session: Session, holder: Holder) -> dict[Key, State]:
    """Return how every grant of one kind of holder stands that was not lost."""
    rows = session.connection().execute(_STATES, {"holder": holder})
    return {
        (row.feature, row.holder_id): State(row.granted_at, row.grace_until, row.expires_at) for row in rows
    }


def of_one(session: Session, holder: Holder, holder_id: int) -> dict[str, Grant]:
    """Return the last grant of each feature that somebody ever held, by its name."""
    rows = session.connection().execute(_OF_ONE, {"holder": holder, "holder_id": holder_id})
    return {row.feature: Grant(*row[1:]) for row in rows}


def write(session: Session, holder: Holder, changes: Sequence[tuple[Key, Changed]], version: int) -> None:
    """Write what a night has changed for holders of one kind, by clauses of one version of the policy.

    A state that ended is ended before the one that follows it begins. The version of the holdings is raised
    where anything changed.
    """
    lost = [(key, one.lost) for key, one in changes if one.lost is not None]
    gained = [(key, one.state) for key, one in changes if one.gained and one.state is not None]
    kept = [(key, one.state) for key, one in changes if one.moved and one.state is not None]
    if lost:
        more = {"lost": _moments(one.at for _, one in lost), "causes": [one.cause for _, one in lost]}
        _run(session, _TAKE, holder, [key for key, _ in lost], more | {"version": version})
    if gained:
        more = {
            "granted": _moments(one.granted_at for _, one in gained),
            "expires": _moments(one.expires_at for _, one in gained),
        }
        _run(session, _GIVE, holder, [key for key, _ in gained], more | {"version": version})
    if kept:
        _run(
            session, _KEEP, holder, [key for key, _ in kept],
            {"graces": _moments(one.grace_until for _, one in kept)},
        )  # fmt: skip
    if changes:
        session.connection().execute(_RAISE)


def _run(session: Session, statement: Any, holder: Holder, keys: Sequence[Key], more: dict[str, Any]) -> None:
    bound = {"holder": holder, "features": [name for name, _ in keys], "ids": [one for _, one in keys]}
    session.connection().execute(statement, bound | more)


def _moments(values: Iterable[datetime | None]) -> list[str | None]:
    return [None if one is None else one.isoformat() for one in values]
