# ruff: noqa: S608 - the statements are put together from constants
"""Heat facts: what was said and reported in a thread of late, and what heat asks of one, in one statement.

It reads the post's audience as well, so that nobody who answers, or reads the thread, waits for one more.

Law 14: all is read anew each time. Law 7: what is usual with an author is known from posts for every member
alone, so nobody can tell from a thread that there are others; and whether a thread is heated counts what a
reader is not shown because of a block, as the number of answers that a post takes does. Of reports, those
count that a jury has still to judge or has upheld; what they add stands in no answer by itself.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from psycopg.rows import namedtuple_row
from sqlmodel import Session

from audience.calm import Coming, heat_rules
from audience.feeds.post_signals import STRANGER
from audience.feeds.runs import OPEN
from audience.feeds.signals import MILLISECOND
from audience.heat import Facts, Said
from audience.standing import LAYERED, Layered, layered_of
from coop.book import Book
from coop.database import shortened
from coop.driver import DriverStatement
from coop.ids import RANDOM_BITS, first_id_at, moment_of

# What is usual is dear to count, and asked only where more was said than is usual with everyone.
_FACTS: DriverStatement[Any] = DriverStatement(
    shortened(f"""
WITH said AS MATERIALIZED (
  SELECT reply.id, reply.author_id, parent.author_id AS answered_id, reply.state = 'held' AS held,
         {STRANGER} AS stranger
  FROM post JOIN reply ON reply.post_id = post.id LEFT JOIN reply AS parent ON parent.id = reply.parent_id
  WHERE post.id = :post AND reply.id >= :since AND reply.deleted_at IS NULL
    AND reply.state IN ('shown', 'held')
)
SELECT {LAYERED},
  (SELECT json_agg(json_build_array(id, author_id, answered_id, stranger, held)) FROM said) AS said,
  CASE WHEN (SELECT count(*) FROM said WHERE stranger) >= :usual_least THEN (
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY comments) FROM (
      SELECT (SELECT count(*) FROM reply
              WHERE reply.post_id = post.id AND reply.id < post.id + :window_ids
                AND reply.deleted_at IS NULL AND reply.state = 'shown' AND {STRANGER}) AS comments
      FROM post
      WHERE post.author_id = (SELECT author_id FROM post AS it WHERE it.id = :post) AND post.id < :post
        AND post.deleted_at IS NULL AND {OPEN}
      ORDER BY post.id DESC LIMIT :threads
    ) AS before
  ) END AS usual,
  (SELECT json_agg(last) FROM (
    SELECT max(report.id) AS last
    FROM report JOIN moderation_case AS about ON about.id = report.case_id
    LEFT JOIN reply ON reply.id = about.reply_id LEFT JOIN decision ON decision.id = about.made_id
    WHERE report.id >= :since AND :post IN (about.post_id, reply.post_id) AND reply.deleted_at IS NULL
      AND (about.closed_at IS NULL OR about.outcome <> 'none')
      AND decision.judged IS DISTINCT FROM 'overturned'
    GROUP BY report.reporter_id
  ) AS reporters) AS reports,
  (SELECT {STRANGER} FROM (SELECT CAST(:me AS bigint) AS author_id) AS reply) AS stranger,
  (SELECT at FROM seat WHERE post_id = :post AND member_id = :me) AS seated_at,
  (SELECT began_at FROM pause WHERE post_id = :post AND member_id = :me) AS paused_at,
  (SELECT author_id FROM reply WHERE id = :parent) AS answered_id
FROM post LEFT JOIN guild ON guild.id = post.guild_id WHERE post.id = :post
"""),
    namedtuple_row,
)


@dataclass(frozen=True, slots=True)
class Looked:
    """A thread as one member comes to it, and the audience of its post."""

    post: Layered
    facts: Facts
    coming: Coming
    answered_id: int | None
    """Who wrote what they would answer, where that is an answer itself."""


def look(
    session: Session,
    member_id: int,
    book: Book,
    post_id: int,
    guild: str | None,
    now: datetime,
    *,
    parent_id: int | None = None,
) -> Looked:
    """Return what is known of the thread under a post of ``guild`` that a member was delivered just now.

    ``parent_id`` is the reply that they would answer, where that is not the post.
    """
    rules = heat_rules(book, guild)
    bound = {
        "post": post_id,
        "me": member_id,
        "parent": parent_id,
        "now": now,
        "since": first_id_at(now - rules.window),
        "window_ids": round(rules.window / MILLISECOND) << RANDOM_BITS,
        "usual_least": rules.usual_least,
        "threads": rules.threads,
    }
    (row,) = _FACTS.rows(session, bound)
    said = tuple(
        Said(moment_of(number), author, answered, stranger, held)
        for number, author, answered, stranger, held in row.said or ()
    )
    paused = row.paused_at if row.paused_at and row.paused_at > now - rules.window else None
    facts = Facts(said, row.usual, tuple(moment_of(number) for number in row.reports or ()))
    coming = Coming(row.stranger, row.seated_at, paused)
    return Looked(layered_of(row), facts, coming, row.answered_id)


def after(before: Looked, member_id: int, now: datetime, *, held: bool) -> Facts:
    """Return what is known of a thread once the member has answered: they said it at ``now``."""
    said = Said(now, member_id, before.answered_id, before.coming.stranger, held)
    return replace(before.facts, said=(*before.facts.said, said))
