# ruff: noqa: S608 - the statements are put together from constants
"""What the weighted profiles know of authors, recomputed from posts, seats and replies.

Law 14: it is a function of facts and time, so a late or doubled run changes no outcome. It counts people
and posts and keeps no list of who viewed whom. How authors helped is counted by :mod:`audience.feeds.helped`.

Law 7: only posts that every member may read are counted, so nobody can tell from a score that there are
others.
"""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from audience.feeds import runs
from audience.feeds.runs import OPEN
from coop.ids import first_id_at

WEEK, FOUR_WEEKS = timedelta(days=7), timedelta(days=28)

# An author answered someone where they wrote under the same post after them.
_REFRESH = text(f"""
WITH posting AS (
  SELECT author_id, count(*) AS posts FROM post
  WHERE id >= :week_ago AND deleted_at IS NULL AND {OPEN} GROUP BY author_id
), viewing AS (
  SELECT post.author_id, count(DISTINCT seat.member_id) AS viewers
  FROM seat JOIN post ON post.id = seat.post_id
  WHERE seat.at >= :four_weeks_ago AND {OPEN} GROUP BY post.author_id
), answering AS (
  SELECT post.author_id, count(DISTINCT reply.author_id) AS answered
  FROM reply JOIN post ON post.id = reply.post_id AND post.author_id <> reply.author_id
  WHERE reply.id >= :first_reply AND reply.deleted_at IS NULL AND reply.state = 'shown'
    AND {OPEN} AND EXISTS (
    SELECT FROM reply AS answer
    WHERE answer.post_id = reply.post_id AND answer.author_id = post.author_id
      AND answer.id > reply.id AND answer.deleted_at IS NULL AND answer.state = 'shown')
  GROUP BY post.author_id
), counted AS (
  SELECT author_id, coalesce(posts, 0) AS posts, coalesce(viewers, 0) AS viewers,
         coalesce(answered, 0) AS answered
  FROM posting FULL JOIN viewing USING (author_id) FULL JOIN answering USING (author_id)
), forgotten AS (
  DELETE FROM author_signals
  WHERE bridge = 0 AND NOT EXISTS (SELECT FROM counted WHERE author_id = member_id)
), fallen AS (
  SELECT member_id, 0, 0, 0 FROM author_signals
  WHERE bridge > 0 AND NOT EXISTS (SELECT FROM counted WHERE author_id = member_id)
), changed AS (
  INSERT INTO author_signals AS known (member_id, posts_7d, viewers_28d, answered_28d, computed_at)
  SELECT author_id, posts, viewers, answered, :now
  FROM (SELECT * FROM counted UNION ALL SELECT * FROM fallen) AS said
  ORDER BY author_id
  ON CONFLICT (member_id) DO UPDATE
  SET posts_7d = excluded.posts_7d, viewers_28d = excluded.viewers_28d,
      answered_28d = excluded.answered_28d, computed_at = excluded.computed_at
  WHERE (known.posts_7d, known.viewers_28d, known.answered_28d)
     IS DISTINCT FROM (excluded.posts_7d, excluded.viewers_28d, excluded.answered_28d)
  RETURNING member_id
)
SELECT count(*) FROM changed
""")


JOB = "authors"


def refresh(session: Session, now: datetime) -> int:
    """Recompute every author's signals; return how many changed, or 0 where another worker is at it."""
    if not runs.alone(session, JOB):
        return 0
    bound = {
        "now": now,
        "week_ago": first_id_at(now - WEEK),
        "four_weeks_ago": now - FOUR_WEEKS,
        "first_reply": first_id_at(now - FOUR_WEEKS),
    }
    return int(session.execute(_REFRESH, bound).scalar_one())
