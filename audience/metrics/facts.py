# ruff: noqa: S608 - the statements are put together from constants
"""The facts that metrics are counted from: posts that count, what was said under them, and exchanges.

They are gathered once a run into temporary tables, so that every metric is a short statement over them, whose
hashes and sorts end with it. All lie before ``:until``, the end of the last whole day, and as far as is on
record they are taken as they stood then (law 14): what was deleted later still counts. That since then a post
was narrowed or let out of holding, a block ended, or a membership began again, is not on record.

Law 7. A post counts in a *sphere*: among all members (0), or among those of the guild in which it was made
(the guild's id), where each of them may read it. A member is measured in the sphere of all and a guild in its
own, so no number tells of a post to anybody who may not know that there is one. Where one of two blocks the
other, neither is shown what the other says, and neither has answered the other. That somebody came to a post
stays true: a number that fell with a block would tell of it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from audience.keys import GUILD, LOCAL_KEY, PUBLIC_KEY, SHIFT
from coop.feature_rules import Metrics
from coop.ids import first_id_at

ALL = 0
"""The sphere of all members."""

_TABLES = (
    "CREATE TEMPORARY TABLE counted_post (id bigint, author_id bigint, sphere bigint, at timestamptz)",
    "CREATE TEMPORARY TABLE said (sphere bigint, author_id bigint, answered_id bigint, at timestamptz)",
    "CREATE TEMPORARY TABLE exchange (sphere bigint, one bigint, other bigint, turn bigint)",
    "CREATE TEMPORARY TABLE belongs (guild_id bigint, member_id bigint)",
)

_STANDS = "({0}.deleted_at IS NULL OR {0}.deleted_at >= :until)"

_COUNTED_POSTS = f"""
INSERT INTO counted_post
SELECT post.id, post.author_id, sphere, post.created_at
FROM post CROSS JOIN LATERAL (VALUES
  (CAST({ALL} AS bigint), CAST(ARRAY[{PUBLIC_KEY}, {LOCAL_KEY}] AS bigint[])),
  (post.guild_id, ARRAY[{PUBLIC_KEY}, {LOCAL_KEY}, post.guild_id << {SHIFT} | {GUILD}])
) AS among(sphere, keys)
WHERE post.id < :end AND post.plain AND post.held_at IS NULL AND {_STANDS.format("post")}
  AND sphere IS NOT NULL AND post.lock_any && keys
"""

# Whom a reply answers: nobody where that is themself, where what it answers is gone, or where the two block
# each other.
_SAID = f"""
WITH blocked AS (
  SELECT DISTINCT least(member_id, other_id) AS one, greatest(member_id, other_id) AS other
  FROM relation WHERE kind = 'block' AND since < :until
), answering AS (
  SELECT counted_post.sphere, reply.author_id, reply.created_at AS at,
         CASE WHEN reply.parent_id IS NULL THEN counted_post.author_id ELSE heard.author_id END AS answered_id
  FROM reply
  JOIN counted_post ON counted_post.id = reply.post_id
  LEFT JOIN reply AS heard
    ON heard.id = reply.parent_id AND heard.state = 'shown' AND {_STANDS.format("heard")}
  WHERE reply.id >= :begin AND reply.id < :end AND reply.state = 'shown' AND {_STANDS.format("reply")}
    AND (reply.decided_at IS NULL OR reply.decided_at < :until)
)
INSERT INTO said
SELECT sphere, author_id,
       CASE WHEN blocked.one IS NULL AND answered_id <> author_id THEN answered_id END, at
FROM answering
LEFT JOIN blocked ON one = least(author_id, answered_id) AND other = greatest(author_id, answered_id)
"""

# Of each answer it is asked when the other of the two last answered this one: within so long, it makes an
# exchange. Parts of the window are counted back from its end, and hold their beginning.
_EXCHANGES = """
INSERT INTO exchange
SELECT DISTINCT sphere, one, other, CAST(ceil(extract(epoch FROM :until - at) / :every) AS bigint)
FROM (
  SELECT sphere, one, other, at,
         CASE WHEN forth THEN max(at) FILTER (WHERE NOT forth) OVER earlier
              ELSE max(at) FILTER (WHERE forth) OVER earlier END AS answered_at
  FROM (
    SELECT sphere, least(author_id, answered_id) AS one, greatest(author_id, answered_id) AS other,
           author_id < answered_id AS forth, at
    FROM said WHERE answered_id IS NOT NULL
  ) AS pairs
  WINDOW earlier AS (PARTITION BY sphere, one, other ORDER BY at ROWS UNBOUNDED PRECEDING)
) AS answers
WHERE at >= :since AND at - answered_at <= :within
"""

_BELONGS = """
INSERT INTO belongs
SELECT guild_id, member_id FROM guild_membership
WHERE joined_at < :until AND (left_at IS NULL OR left_at >= :until)
"""

_TABLE_NAMES = "counted_post, said, exchange, belongs"
_STATEMENTS = tuple(
    map(text, (*_TABLES, _COUNTED_POSTS, "ANALYZE counted_post", _SAID, _EXCHANGES, _BELONGS))
)
_ANALYZE, _DROP = text(f"ANALYZE {_TABLE_NAMES}"), text(f"DROP TABLE {_TABLE_NAMES}")


@contextmanager
def gathered(session: Session, rules: Metrics, until: datetime) -> Iterator[None]:
    """Make the tables of facts, of what lies before ``until``, for as long as the context lasts.

    - ``counted_post``: id, author, sphere and moment of each post that counts, one row a sphere;
    - ``said``: by whom, in which sphere and when something was said under one, as far back as any metric
      asks, and whom it answers, null for nobody;
    - ``exchange``: that two members (``one`` < ``other``) were in exchange in a sphere, in a part (``turn``)
      of the window;
    - ``belongs``: which member belongs to which guild.
    """
    exchanges = rules.exchanges
    furthest = max(exchanges.window + exchanges.within, rules.activity.window, rules.answers.window)
    bound = {
        "until": until,
        "begin": first_id_at(until - furthest),
        "end": first_id_at(until),
        "since": until - exchanges.window,
        "within": exchanges.within,
        "every": exchanges.every // timedelta(seconds=1),
    }
    connection = session.connection()
    for statement in (*_STATEMENTS, _ANALYZE):
        connection.execute(statement, bound)
    yield
    connection.execute(_DROP)
