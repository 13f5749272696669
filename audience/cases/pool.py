# ruff: noqa: S608 - the statements are put together from constants
"""Pools: who can be drawn to judge a case, and who cannot because something ties them to whom it is about.

Law 7: a case is judged by those alone for whom the thing is, so a jury opens nothing to anybody. Whether the
post is for somebody is asked of those who are drawn, in the order of the draw (``may_read``): its lock and
its layers, as for any reader, but not whether it is held, nor its seats.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from audience.cases.subject import Subject
from audience.cases.tables import Case
from audience.moderation.case_rules import Juries
from coop.database import as_array

TIES = {
    "blocks": """EXISTS (SELECT FROM relation WHERE kind = 'block' AND (
        member_id = able.id AND other_id = judged.author_id
        OR member_id = judged.author_id AND other_id = able.id))""",
    "follows": """EXISTS (SELECT FROM relation WHERE kind = 'follow' AND (
        member_id = able.id AND other_id = judged.author_id
        OR member_id = judged.author_id AND other_id = able.id))""",
    "answers": """EXISTS (SELECT FROM reply JOIN post AS answered ON answered.id = reply.post_id
        WHERE reply.created_at > :since AND (
          reply.author_id = able.id AND answered.author_id = judged.author_id
          OR reply.author_id = judged.author_id AND answered.author_id = able.id))""",
    "guilds": """EXISTS (SELECT FROM guild_membership AS one JOIN guild_membership AS other USING (guild_id)
        WHERE one.member_id = able.id AND other.member_id = judged.author_id AND one.left_at IS NULL
          AND other.left_at IS NULL AND guild_id IS DISTINCT FROM judged.guild_id)""",
}
"""By its name in the clause: the condition that ``able`` is tied to whoever made what is ``judged``."""

# Whom it is about or to, who reported, held or appealed it, or judged it before, cares how it ends.
_INVOLVED = """
  able.id = judged.author_id
  OR EXISTS (SELECT FROM follow_begun WHERE follow_begun.id = judged.follow_id AND other_id = able.id)
  OR EXISTS (SELECT FROM reply JOIN post AS answered ON answered.id = reply.post_id
             LEFT JOIN reply AS parent ON parent.id = reply.above[cardinality(reply.above)]
             WHERE reply.id = judged.reply_id AND able.id IN (answered.author_id, parent.author_id))
  OR EXISTS (SELECT FROM derivative JOIN post AS source ON source.id = parent_id
             WHERE derivative.post_id = judged.post_id AND source.author_id = able.id)
  OR EXISTS (SELECT FROM decision WHERE steward_id = able.id
               AND (decision.post_id = judged.post_id OR decision.reply_id = judged.reply_id))
  OR EXISTS (SELECT FROM report JOIN moderation_case AS about ON about.id = case_id
             WHERE reporter_id = able.id AND (about.post_id = judged.post_id
               OR about.reply_id = judged.reply_id OR about.profile_id = judged.profile_id))
  OR EXISTS (SELECT FROM moderation_case AS about
             WHERE appellant_id = able.id AND (about.post_id = judged.post_id
               OR about.reply_id = judged.reply_id OR about.profile_id = judged.profile_id))
  OR EXISTS (SELECT FROM case_juror JOIN moderation_case AS about ON about.id = case_id
             WHERE member_id = able.id AND about.id <> judged.id
               AND (about.post_id = judged.post_id OR about.reply_id = judged.reply_id
                    OR about.profile_id = judged.profile_id OR about.follow_id = judged.follow_id))
"""

_ABLE = """
  able.left_at IS NULL
  AND able.joined_at <= :tenured
  AND NOT EXISTS (SELECT FROM jury_pause WHERE jury_pause.member_id = able.id AND until > :now)
  AND NOT EXISTS (SELECT FROM suspension WHERE suspension.member_id = able.id AND until > :now)
  AND (judged.guild_id IS NULL OR EXISTS (
    SELECT FROM guild_membership AS of WHERE of.guild_id = judged.guild_id AND of.member_id = able.id
      AND of.left_at IS NULL))
"""

_FREE = """
  (SELECT count(*) FROM case_juror JOIN moderation_case AS other ON other.id = case_id
   WHERE case_juror.member_id = able.id AND case_juror.left_at IS NULL AND other.closed_at IS NULL) < :at_once
"""

_READS = """
SELECT wanted.id
FROM unnest(CAST(:members AS bigint[])) AS wanted(id)
CROSS JOIN LATERAL reader_keys(wanted.id, :now) AS reader
JOIN post ON post.id = :on
WHERE lock_opens(post.lock_any, post.lock_all, post.lock_none, post.lock_groups, post.lock_follow,
                 reader.keys, wanted.id, post.author_id, :now)
  AND (post.layers = 0 OR stages_open(post.id, 'read', reader.keys, wanted.id, post.author_id, :now))
"""


def pool(session: Session, rules: Juries, case: Case, now: datetime) -> dict[str, int]:
    """Return the ids of those who offered to judge and can, by handle."""
    statement = text(
        "SELECT able.handle, able.id FROM moderation_case AS judged CROSS JOIN jury_service"
        " JOIN member AS able ON able.id = jury_service.member_id"
        f" WHERE judged.id = :case AND {_ABLE} AND {_FREE} AND NOT ({_tied(rules)})"
    )
    bound = _bound(rules, now) | {"case": case.id, "at_once": rules.at_once}
    return {row.handle: row.id for row in session.connection().execute(statement, bound)}


def conflicted(
    session: Session, rules: Juries, now: datetime, case: Case | None = None
) -> Mapping[int, Sequence[int]]:
    """Return the jurors who have not voted and cannot judge any more, by case: of one, or of all.

    Something ties them to whoever made the thing by now, or they left.
    """
    statement = text(
        "SELECT judged.id AS case_id, array_agg(able.id ORDER BY sits.position) AS jurors"
        " FROM moderation_case AS judged JOIN case_juror AS sits ON sits.case_id = judged.id"
        " JOIN member AS able ON able.id = sits.member_id"
        " WHERE judged.closed_at IS NULL AND judged.due_at > :now"
        " AND (CAST(:case AS bigint) IS NULL OR judged.id = :case)"
        " AND sits.left_at IS NULL AND sits.voted_at IS NULL"
        f" AND NOT ({_ABLE} AND NOT ({_tied(rules)})) GROUP BY judged.id"
    )
    bound = _bound(rules, now) | {"case": None if case is None else case.id}
    return {row.case_id: row.jurors for row in session.connection().execute(statement, bound)}


def may_read(session: Session, thing: Subject, members: Sequence[int], now: datetime) -> set[int]:
    """Return those of some members for whom the post is that is judged, or that the reply answers.

    What is on no post is for any of them.
    """
    if thing.on_id is None:
        return set(members)
    bound = {"members": as_array(members), "on": thing.on_id, "now": now}
    return set(session.scalars(text(_READS), bound))


def _tied(rules: Juries) -> str:
    return " OR ".join([_INVOLVED, *(TIES[name] for name in rules.conflicts)])


def _bound(rules: Juries, now: datetime) -> dict[str, object]:
    found: dict[str, object] = {"tenured": now - timedelta(days=rules.tenure_days), "now": now}
    return found | ({"since": now - rules.answered_within} if "answers" in rules.conflicts else {})
