# ruff: noqa: S608 - the statements are put together from constants
"""Pools: who can be drawn to judge a case, and who cannot because something ties them to whom it is about.

Law 7: a case is judged by those alone for whom the thing is, so a jury opens nothing to anybody. Whether the
post is for somebody is asked of those who are drawn, in the order of the draw (``may_read``): its lock and
its layers, as for any reader, but not whether it is held, nor its seats.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from audience.cases.subject import Subject
from audience.cases.tables import Case
from audience.moderation.case_rules import Juries
from coop.database import as_array

TIES = {
    "blocks": """EXISTS (SELECT FROM relation WHERE kind = 'block' AND (
        member_id = able.id AND other_id = :author OR member_id = :author AND other_id = able.id))""",
    "follows": """EXISTS (SELECT FROM relation WHERE kind = 'follow' AND (
        member_id = able.id AND other_id = :author OR member_id = :author AND other_id = able.id))""",
    "answers": """EXISTS (SELECT FROM reply JOIN post AS answered ON answered.id = reply.post_id
        WHERE reply.created_at > :since AND (
          reply.author_id = able.id AND answered.author_id = :author
          OR reply.author_id = :author AND answered.author_id = able.id))""",
    "guilds": """EXISTS (SELECT FROM guild_membership AS one JOIN guild_membership AS other USING (guild_id)
        WHERE one.member_id = able.id AND other.member_id = :author AND one.left_at IS NULL
          AND other.left_at IS NULL AND guild_id IS DISTINCT FROM CAST(:guild AS bigint))""",
}
"""By its name in the clause: the condition that ``able`` is tied to the author."""

# Who reported it, appealed it, or judged it before has an interest in how it ends.
_INVOLVED = """
  able.id = :author
  OR able.id IS NOT DISTINCT FROM CAST(:other AS bigint)
  OR EXISTS (SELECT FROM report JOIN moderation_case AS about ON about.id = case_id
             WHERE reporter_id = able.id
               AND (about.post_id = :post OR about.reply_id = :reply OR about.profile_id = :profile))
  OR EXISTS (SELECT FROM moderation_case AS about
             WHERE appellant_id = able.id
               AND (about.post_id = :post OR about.reply_id = :reply OR about.profile_id = :profile))
  OR EXISTS (SELECT FROM case_juror JOIN moderation_case AS about ON about.id = case_id
             WHERE member_id = able.id AND about.id <> :case
               AND (about.post_id = :post OR about.reply_id = :reply OR about.profile_id = :profile
                    OR about.follow_id = :follow))
"""

_ABLE = """
  able.left_at IS NULL
  AND able.joined_at <= :tenured
  AND NOT EXISTS (SELECT FROM jury_pause WHERE jury_pause.member_id = able.id AND until > :now)
  AND NOT EXISTS (SELECT FROM suspension WHERE suspension.member_id = able.id AND until > :now)
  AND (CAST(:guild AS bigint) IS NULL OR EXISTS (
    SELECT FROM guild_membership
    WHERE guild_id = :guild AND guild_membership.member_id = able.id AND guild_membership.left_at IS NULL))
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


def pool(session: Session, rules: Juries, case: Case, thing: Subject, now: datetime) -> dict[str, int]:
    """Return the ids of those who offered to judge and can, by handle."""
    statement = text(
        "SELECT able.handle, able.id FROM jury_service"
        " JOIN member AS able ON able.id = jury_service.member_id"
        f" WHERE {_ABLE} AND {_FREE} AND NOT ({_tied(rules)})"
    )
    rows = session.connection().execute(statement, _bound(rules, case, thing, now))
    return {row.handle: row.id for row in rows}


def conflicted(
    session: Session, rules: Juries, case: Case, thing: Subject, member_id: int, now: datetime
) -> bool:
    """Say whether a juror cannot judge any more: something ties them to the author by now, or they left."""
    statement = text(f"SELECT {_ABLE} AND NOT ({_tied(rules)}) FROM member AS able WHERE able.id = :member")
    bound = {**_bound(rules, case, thing, now), "member": member_id}
    return not session.scalar(statement, bound)


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


def _bound(rules: Juries, case: Case, thing: Subject, now: datetime) -> dict[str, object]:
    found: dict[str, object] = {
        "case": case.id,
        "author": thing.author_id,
        "post": thing.post_id,
        "reply": thing.reply_id,
        "profile": thing.profile_id,
        "follow": thing.follow_id,
        "other": thing.other_id,
        "guild": thing.guild_id,
        "tenured": now - timedelta(days=rules.tenure_days),
        "now": now,
        "at_once": rules.at_once,
    }
    return found | ({"since": now - rules.answered_within} if "answers" in rules.conflicts else {})
