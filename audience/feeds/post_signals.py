# ruff: noqa: S608 - the statements are put together from constants
"""What feeds know of posts: how far they are watched, and how fast strangers comment on them.

Law 14: it is a function of facts, clauses and time, so a late or doubled run changes no outcome. Views and
comments are counted anew in each run, since somebody may watch long after they were seated. It keeps numbers
of posts, and no list of who did what.

*Finish*: (finished + a) ÷ (started + b) less the mean of the posts of like length, put on a scale where half
a million is the mean. Whoever never said how long they watched has not started.
*Heat*: comments of the last hours by strangers to the post, ÷ so many medians of what the author's posts
gathered in their first hours, at most 1.
How they helped is counted by :mod:`audience.feeds.helped`.
"""

from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from audience.feeds import helped, runs
from audience.feeds.rules import FEEDS, FeedRules
from audience.feeds.runs import OPEN
from audience.feeds.signal_rules import Measures
from audience.feeds.signals import MILLISECOND, ONE
from audience.feeds.tables import AS_USUAL
from audience.keys import LOCAL_KEY, PUBLIC_KEY
from coop.book import Book
from coop.ids import RANDOM_BITS, first_id_at

# A CASE keeps its questions in this order, each a look-up by key: the keys of a member are dear, and asked
# only where a lock says more than that all are meant.
STRANGER = f"""(reply.author_id <> post.author_id AND CASE
  WHEN EXISTS (SELECT FROM relation
               WHERE member_id = reply.author_id AND kind = 'follow' AND other_id = post.author_id) THEN false
  WHEN EXISTS (SELECT FROM guild_membership
               WHERE guild_id = post.guild_id AND member_id = reply.author_id AND left_at IS NULL) THEN false
  WHEN post.lock_all IS NULL AND post.lock_any <@ ARRAY[{PUBLIC_KEY}, {LOCAL_KEY}]::bigint[] THEN true
  ELSE (SELECT NOT (post.lock_any && personal OR coalesce(post.lock_all && personal, false))
        FROM reader_keys(reply.author_id, :now))
END)"""
"""Whether a reply is by a stranger to its post: by nobody whom ``access.FRIEND`` takes for a friend of it.

It is asked of the writer as they are when it is counted, for what they followed and belonged to before is not
on record; and of the lock that the post was published with.
"""

# Shares are decimals, so that their mean does not depend on the order in which rows come.
_FINISHING = f"""
watched AS (
  SELECT post_id, length_ms, {OPEN} AS open,
         (finished + CAST(:finished_before AS numeric))
           / (started + CAST(:started_before AS numeric)) AS share
  FROM (
    SELECT seat.post_id, count(*) AS started,
           count(*) FILTER (WHERE watched_ms >= :share * length_ms) AS finished
    FROM seat JOIN post ON post.id = seat.post_id
    WHERE seat.at >= :seen_since AND watched_ms > 0
    GROUP BY seat.post_id
  ) AS views JOIN post ON post.id = views.post_id
  WHERE post.deleted_at IS NULL
), bucketed AS (
  SELECT *, floor(ln(greatest(length_ms, 1)) / ln(CAST(:like AS double precision)) + 1e-9) AS bucket
  FROM watched
), usual AS (
  SELECT bucket, avg(share) AS mean FROM bucketed WHERE open GROUP BY bucket
), finishing AS (
  SELECT post_id, CAST(round({AS_USUAL} * (1 + share - coalesce(mean, share))) AS integer) AS finish
  FROM bucketed LEFT JOIN usual USING (bucket)
)"""

_HEATING = f"""
commented AS (
  SELECT post.id AS post_id, post.author_id, count(*) AS comments
  FROM reply JOIN post ON post.id = reply.post_id
  WHERE reply.id >= :recent AND reply.deleted_at IS NULL AND reply.state = 'shown'
    AND post.deleted_at IS NULL AND {STRANGER}
  GROUP BY post.id
), first_hours AS (
  SELECT post.author_id,
         (SELECT count(*) FROM reply WHERE reply.post_id = post.id AND reply.id < post.id + :window_ids
            AND reply.deleted_at IS NULL AND reply.state = 'shown' AND {STRANGER}) AS comments
  FROM post
  WHERE post.author_id IN (SELECT author_id FROM commented) AND post.id BETWEEN :usual_since AND :recent
    AND post.deleted_at IS NULL AND {OPEN}
), rate AS MATERIALIZED (
  SELECT author_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY comments) AS median
  FROM first_hours GROUP BY author_id
), heating AS (
  SELECT post_id, CAST(round({ONE} * least(1, comments
           / (:medians * greatest(CAST(:usual_least AS double precision), coalesce(median, 0))))) AS integer)
           AS heat
  FROM commented LEFT JOIN rate USING (author_id)
)"""

_REFRESH = text(f"""
WITH {_FINISHING}, {_HEATING}, counted AS (
  SELECT post_id, coalesce(finish, {AS_USUAL}) AS finish, coalesce(heat, 0) AS heat
  FROM finishing FULL JOIN heating USING (post_id)
), telling AS (
  SELECT * FROM counted WHERE (finish, heat) <> ({AS_USUAL}, 0)
), fallen AS (
  SELECT post_id, {AS_USUAL}, 0 FROM post_signals
  WHERE (finish, heat) <> ({AS_USUAL}, 0) AND NOT EXISTS (
    SELECT FROM telling WHERE telling.post_id = post_signals.post_id)
), changed AS (
  INSERT INTO post_signals AS known (post_id, finish, bridge, heat, computed_at)
  SELECT post_id, finish, 0, heat, :now
  FROM (SELECT * FROM telling UNION ALL SELECT * FROM fallen) AS said
  ORDER BY post_id
  ON CONFLICT (post_id) DO UPDATE
  SET finish = excluded.finish, heat = excluded.heat, computed_at = excluded.computed_at
  WHERE (known.finish, known.heat) <> (excluded.finish, excluded.heat)
  RETURNING post_id
)
SELECT count(*) FROM changed
""")

_FORGET = text(f"DELETE FROM post_signals WHERE (finish, bridge, heat) = ({AS_USUAL}, 0, 0)")

JOB = "posts"


def refresh(session: Session, book: Book, now: datetime) -> int:
    """Recompute what is known of posts; return how many changed, or 0 where another worker is at it."""
    if not runs.alone(session, JOB):
        return 0
    measures = book.rules(FEEDS, FeedRules).signals
    changed = int(session.execute(_REFRESH, _bound(measures, now)).scalar_one())
    changed += helped.refresh(session, measures.bridge, now)
    session.execute(_FORGET)
    runs.ran(session, JOB, {}, now)
    return changed


def _bound(measures: Measures, now: datetime) -> dict[str, object]:
    finish, calm = measures.finish, measures.calm
    return {
        "now": now,
        "finished_before": finish.finished_before,
        "started_before": finish.started_before,
        "share": finish.share,
        "like": finish.like,
        "seen_since": now - finish.window,
        "recent": first_id_at(now - calm.window),
        "window_ids": round(calm.window / MILLISECOND) << RANDOM_BITS,
        "usual_since": first_id_at(now - calm.usual_window),
        "medians": calm.medians,
        "usual_least": calm.usual_least,
    }
