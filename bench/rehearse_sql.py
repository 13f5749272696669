"""The statements that fill the data set of ``rehearse``, in order; members and guilds are those of ``feed``.

28 days of a cooperative where every post and reader is busy by a power law: the most viewed post has about
two thousand viewers, the median one a handful.
"""

from bench.feed_sql import BELONGS, BLOCKS, FOLLOWS, GUILDS, MEMBERS, MEMBERSHIPS

# A third of the posts is for one guild, a sixth open and made in a guild, the others open; a tenth has a cap
# of its own that nobody has reached, a hundredth is deleted an hour later.
POSTS = """
CREATE TEMP TABLE plan AS
SELECT n, at, author_id,
       (extract(epoch FROM at) * 1000)::bigint << 21 | (hashint8extended(n, 14) & 2097151) AS id,
       CASE WHEN kind < 0.5 THEN pg_temp.pick(guilds, pg_temp.u(n, 16)) END AS guild_id, kind < 0.33 AS narrow
FROM (
  SELECT n, pg_temp.ranked(pg_temp.u(n, 9), %(members)s, 0) AS author_id, pg_temp.u(n, 10) AS kind,
         %(until)s - %(span)s * ((%(posts)s - n + 0.5) / %(posts)s)::double precision AS at
  FROM generate_series(1::bigint, %(posts)s) AS n
) AS drawn JOIN belongs ON belongs.member_id = author_id;
ALTER TABLE plan ADD PRIMARY KEY (n);
ANALYZE plan;
INSERT INTO post (id, author_id, guild_id, body, audience, lock_any, seats_max, created_at, deleted_at)
SELECT id, author_id, guild_id, repeat('A post of some words about bread. ', 1 + (n %% 16)::integer),
       CASE WHEN narrow AND guild_id IS NOT NULL
         THEN jsonb_build_object('see', jsonb_build_object('any',
           jsonb_build_array(jsonb_build_object('guild', 'g-' || guild_id)))) ELSE '{}' END,
       CASE WHEN narrow AND guild_id IS NOT NULL
         THEN ARRAY[guild_id << 4 | 1, author_id << 4 | 2] ELSE ARRAY[1::bigint] END,
       CASE WHEN pg_temp.u(n, 11) < 0.1 THEN 5000 END, at,
       CASE WHEN pg_temp.u(n, 21) < 0.01 THEN at + interval '1 hour' END
FROM plan ORDER BY n
"""

SEATS = """
INSERT INTO seat (member_id, post_id, at, via, epoch)
SELECT reader, id, at + least(interval '7 days', %(until)s - at) * pg_temp.u(n, 25) ^ 3 AS came,
       'feed:balanced', 1
FROM (
  SELECT id, at, reader, min(n) AS n
  FROM (
    SELECT come.n, plan.id, plan.at, plan.author_id,
           CASE WHEN plan.narrow AND plan.guild_id IS NOT NULL
             THEN pg_temp.pick(members, pg_temp.u(come.n, 22))
             ELSE pg_temp.ranked(pg_temp.u(come.n, 23), %(members)s, 31) END AS reader
    FROM (SELECT n, pg_temp.ranked(pg_temp.u(n, 24), %(posts)s, 17) AS post
          FROM generate_series(1::bigint, %(views)s * 2) AS n) AS come
    JOIN plan ON plan.n = come.post LEFT JOIN gathers ON gathers.guild_id = plan.guild_id
  ) AS drawn
  WHERE reader <> author_id
  GROUP BY id, at, reader ORDER BY min(n) LIMIT %(views)s
) AS distinct_ones
ORDER BY came
"""

REPLIES = """
INSERT INTO reply (id, post_id, author_id, body, created_at)
SELECT id + (k * 600000 << 21), id, CASE WHEN k %% 3 = 0 THEN author_id ELSE reader END, 'It is good bread.',
       created_at + k * interval '10 minutes'
FROM (SELECT post_id AS id, member_id AS reader, row_number() OVER (PARTITION BY post_id ORDER BY at) AS k
      FROM seat) AS came
JOIN post USING (id)
WHERE k <= 12 AND pg_temp.u(id, 26) < 0.12
"""

STEPS = {
    "members": MEMBERS,
    "guilds": GUILDS,
    "memberships": MEMBERSHIPS,
    "keys": BELONGS,
    "follows": FOLLOWS,
    "blocks": BLOCKS,
    "posts": POSTS,
    "views": SEATS,
    "replies": REPLIES,
}
"""Title → statement."""
