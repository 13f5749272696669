# ruff: noqa: S608 - the statements are put together from constants
"""What the weighted profiles know of authors, recomputed from posts, seats and replies.

Law 14: it is a function of facts, clauses and time, so a late or doubled run changes no outcome. It counts
people and posts and keeps no list of who viewed whom. How authors helped is counted by
:mod:`audience.feeds.helped`.

*Posts*, *viewers*: those of the windows that ``/signals/small`` names, whoever viewed several counting once.
*Answered*: distinct people who wrote under a post of the author's and to whose own reply the author replied.
Under one reply of eight that is one person, and what stands deeper in the thread answers somebody else.

Law 7: only posts that every member may read are counted, so nobody can tell from a score that there are
others.
"""

from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from audience.feeds import runs
from audience.feeds.rules import FEEDS, FeedRules
from audience.feeds.runs import OPEN
from coop.book import Book
from coop.ids import first_id_at

_REFRESH = text(f"""
WITH posting AS (
  SELECT author_id, count(*) AS posts FROM post
  WHERE id >= :first_post AND deleted_at IS NULL AND {OPEN} GROUP BY author_id
), viewing AS (
  SELECT post.author_id, count(DISTINCT seat.member_id) AS viewers
  FROM seat JOIN post ON post.id = seat.post_id
  WHERE seat.at >= :viewed_since AND {OPEN} GROUP BY post.author_id
), answering AS (
  SELECT post.author_id, count(DISTINCT heard.author_id) AS answered
  FROM reply AS answer
  JOIN post ON post.id = answer.post_id AND post.author_id = answer.author_id
  JOIN reply AS heard ON heard.id = answer.parent_id AND heard.author_id <> answer.author_id
  WHERE answer.id >= :first_answer AND answer.deleted_at IS NULL AND answer.state = 'shown'
    AND heard.deleted_at IS NULL AND heard.state = 'shown' AND {OPEN}
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
  INSERT INTO author_signals AS known (member_id, posts, viewers, answered, computed_at)
  SELECT author_id, posts, viewers, answered, :now
  FROM (SELECT * FROM counted UNION ALL SELECT * FROM fallen) AS said
  ORDER BY author_id
  ON CONFLICT (member_id) DO UPDATE
  SET posts = excluded.posts, viewers = excluded.viewers,
      answered = excluded.answered, computed_at = excluded.computed_at
  WHERE (known.posts, known.viewers, known.answered)
     IS DISTINCT FROM (excluded.posts, excluded.viewers, excluded.answered)
  RETURNING member_id
)
SELECT count(*) FROM changed
""")


JOB = "authors"


def refresh(session: Session, book: Book, now: datetime) -> int:
    """Recompute every author's signals; return how many changed, or 0 where another worker is at it."""
    if not runs.alone(session, JOB):
        return 0
    windows = book.rules(FEEDS, FeedRules).signals.windows
    bound = {
        "now": now,
        "first_post": first_id_at(now - windows.posts),
        "viewed_since": now - windows.viewers,
        "first_answer": first_id_at(now - windows.answers),
    }
    changed = int(session.execute(_REFRESH, bound).scalar_one())
    runs.ran(session, JOB, {}, now)
    return changed
