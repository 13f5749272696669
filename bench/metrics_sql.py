"""The statements that fill the data set of ``metrics``: posts and views as in ``rehearse``, and talk.

Some who view a post begin a conversation under it, of one to eight replies: they, whoever viewed it next, and
its author answer one another, mostly the reply before, within hours. So the most viewed posts are talked of
most, and whoever reads much writes much.
"""

from bench import rehearse_sql
from bench.feed_sql import BELONGS, BLOCKS, FOLLOWS, GUILDS, MEMBERS, MEMBERSHIPS

# One view in sixteen begins a conversation; replies that would come after the end are not written. The first
# speaks, then its author or the second, then the first or the second, and so on. A reply stands under one of
# the few before it or, one in five times, under the post.
TALK = """
CREATE TEMP TABLE turn AS
WITH began AS (
  SELECT came.post_id, member_id AS one, coalesce(next_id, member_id) AS other, post.author_id, came.at,
         row_number() OVER (ORDER BY came.at, came.post_id, member_id) AS n
  FROM (
    SELECT *, lead(member_id) OVER (PARTITION BY post_id ORDER BY at, member_id) AS next_id FROM seat
  ) AS came JOIN post ON post.id = came.post_id
  WHERE pg_temp.u(hashint8extended(came.post_id, member_id), 60) < 0.0625
)
SELECT n, k, post_id,
       CASE WHEN k > 1 AND pg_temp.u(n * 8 + k, 61) > 0.2
         THEN k - 1 - floor(pg_temp.u(n * 8 + k, 62) ^ 3 * (k - 1))::integer END AS under,
       CASE WHEN k %% 2 = 1 THEN CASE WHEN k = 1 OR pg_temp.u(n * 8 + k, 63) < 0.7 THEN one ELSE other END
            ELSE CASE WHEN pg_temp.u(n * 8 + k, 63) < 0.6 THEN author_id ELSE other END END AS author_id,
       at + interval '20 minutes'
         + interval '9 hours' * (k - 1 + pg_temp.u(n * 8 + k, 64)) * pg_temp.u(n, 65) ^ 2 AS at
FROM began, generate_series(1, 1 + floor(8 * pg_temp.u(n, 66))::integer) AS k;
DELETE FROM turn WHERE at >= %(until)s;
ALTER TABLE turn ADD COLUMN id bigint;
UPDATE turn
SET id = (extract(epoch FROM at) * 1000)::bigint << 21 | (hashint8extended(n * 8 + k, 67) & 2097151);
ALTER TABLE turn ADD PRIMARY KEY (n, k);
ANALYZE turn
"""

# One in a hundred is taken back an hour later, one in a hundred waits for a yes.
REPLIES = """
CREATE TEMP TABLE placed AS
WITH RECURSIVE placed AS (
  SELECT n, k, id, CAST('{}' AS bigint[]) AS above FROM turn WHERE under IS NULL
  UNION ALL
  SELECT turn.n, turn.k, turn.id, placed.above || placed.id
  FROM placed JOIN turn ON turn.n = placed.n AND turn.under = placed.k
)
SELECT * FROM placed;
INSERT INTO reply (id, post_id, above, author_id, body, state, created_at, deleted_at)
SELECT turn.id, post_id, above, author_id, 'I have tried it with rye, and would leave it to rise for longer.',
       CASE WHEN k = 1 AND pg_temp.u(turn.id, 68) < 0.01 THEN 'waiting' ELSE 'shown' END, at,
       CASE WHEN pg_temp.u(turn.id, 69) < 0.01 THEN at + interval '1 hour' END
FROM turn JOIN placed USING (n, k) ORDER BY turn.id
"""

# A jury has looked at one post in a hundred, and found something in half of them.
CASES = """
INSERT INTO moderation_case (id, kind, post_id, author_id, guild_id, ground, by_law, words, opened_at,
                             called_at, salt, closed_at, closed_why, outcome, measure, tally)
SELECT id, 'report', id, author_id, guild_id, 'attack', '{"name": "attack"}', '', created_at, created_at, '',
       created_at + interval '2 days', 'jury',
       CASE WHEN pg_temp.u(id, 71) < 0.5 THEN 'none' ELSE 'collapse' END, 'nothing', '{}'
FROM post WHERE pg_temp.u(id, 70) < 0.01 AND created_at + interval '2 days' < %(until)s
"""

STEPS = {
    "members": MEMBERS,
    "guilds": GUILDS,
    "memberships": MEMBERSHIPS,
    "keys": BELONGS,
    "follows": FOLLOWS,
    "blocks": BLOCKS,
    "posts": rehearse_sql.POSTS,
    "views": rehearse_sql.SEATS,
    "conversations": TALK,
    "replies": REPLIES,
    "cases": CASES,
}
"""Title → statement."""
