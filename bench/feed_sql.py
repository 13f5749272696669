"""The statements that fill the data set of ``feed``, in order. Who does how much follows power laws.

``u(n, salt)`` is a number in [0, 1) that depends on nothing but its arguments. ``ranked(x, members, salt)``
turns it into a member by a Zipf-Mandelbrot law: the first of 100,000 has about 1 part in 700 of
everything, half of all falls to 3,000. Different salts favour different members.
"""

from bench import feed_topics_sql as topics

FUNCTIONS = """
CREATE FUNCTION pg_temp.u(n bigint, salt integer) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (hashint8extended(n, salt) & 9007199254740991)::double precision / 9007199254740992;

CREATE FUNCTION pg_temp.ranked(x double precision, members integer, salt integer) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 1 + ((greatest(1, members / 1000) * (((members + greatest(1, members / 1000))::double precision
  / greatest(1, members / 1000)) ^ x - 1))::bigint * 7919 + salt) % members;

CREATE FUNCTION pg_temp.pick(from_these bigint[], x double precision) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN from_these[1 + floor(x * cardinality(from_these))::integer];
"""

MEMBERS = """
INSERT INTO member (id, handle, display_name, about, password_hash, joined_at)
SELECT n, 'm' || n, 'Member ' || n, '', '!', %(until)s - pg_temp.u(n, 1) * interval '400 days'
FROM generate_series(1, %(members)s) AS n
"""

GUILDS = """
INSERT INTO guild (id, slug, name, purpose, founder_id, founded_at)
SELECT n, 'g-' || n, 'Guild ' || n, 'to make things together',
       1 + floor(pg_temp.u(n, 2) * %(members)s), %(until)s - interval '400 days'
FROM generate_series(1, %(guilds)s) AS n
"""

MEMBERSHIPS = """
INSERT INTO guild_membership (guild_id, member_id, role, joined_at)
SELECT id, founder_id, 'steward', founded_at FROM guild
UNION ALL
SELECT DISTINCT 1 + floor(%(guilds)s * (1 - sqrt(1 - pg_temp.u(n * 16 + k, 4)))), n, 'member',
       %(until)s - interval '200 days'
FROM generate_series(1, %(members)s) AS n, generate_series(1, 1 + floor(9 * pg_temp.u(n, 3))::integer) AS k
ON CONFLICT DO NOTHING
"""

BELONGS = """
CREATE TEMP TABLE belongs AS
SELECT member.id AS member_id, array_remove(array_agg(guild_id ORDER BY guild_id), NULL) AS guilds,
       array_remove(array_agg(guild_id << 4 | 1 ORDER BY guild_id), NULL)
         || ARRAY[1, member.id << 4 | 2] AS keys
FROM member LEFT JOIN guild_membership ON member_id = member.id GROUP BY member.id;
ALTER TABLE belongs ADD PRIMARY KEY (member_id);
CREATE TEMP TABLE gathers AS
SELECT guild_id, array_agg(member_id ORDER BY member_id) AS members FROM guild_membership GROUP BY guild_id;
ALTER TABLE gathers ADD PRIMARY KEY (guild_id);
ANALYZE belongs, gathers
"""

FOLLOWS = """
INSERT INTO relation (member_id, kind, other_id, since)
SELECT n, 'follow', other, %(until)s - interval '100 days'
FROM generate_series(1, %(members)s) AS n,
     generate_series(1, least(%(members)s / 50, floor(2.3 / (pg_temp.u(n, 5) + 1e-9) ^ 0.75))::integer) AS k,
     pg_temp.ranked(pg_temp.u(n * 4096 + k, 6), %(members)s, 0) AS other
WHERE other <> n
ON CONFLICT DO NOTHING
"""

BLOCKS = """
INSERT INTO relation (member_id, kind, other_id, since)
SELECT member, 'block', other, %(until)s - interval '50 days'
FROM generate_series(1, %(members)s / 10) AS n,
     floor(1 + pg_temp.u(n, 7) * %(members)s) AS member,
     pg_temp.ranked(pg_temp.u(n, 8), %(members)s, 0) AS other
WHERE other <> member
ON CONFLICT DO NOTHING
"""

# Ages: position 0 is the newest. Kinds: 33 % open, 9 % open and made in a guild, 26 % for one guild, 8 % for
# two or three, 7 % for named members, 3 % for the author alone, 5 % for followers, 2 % for those who follow
# each other, 2 % for a circle, 3 % for the author's country (open where they name none), 2 % for contributors
# to a tag. 30 % of all have a cap, 4 % of the open ones a stage, 70 % tags, 30 % the author's place.
PLAN = f"""
CREATE TEMP TABLE plan AS
WITH drawn AS (
  SELECT n, %(posts)s - n AS position,
         %(until)s - %(span)s * ((%(posts)s - n + 0.5) / %(posts)s)::double precision AS at,
         pg_temp.ranked(pg_temp.u(n, 9), %(members)s, 0) AS author_id,
         pg_temp.u(n, 10) AS lot,
         CASE WHEN pg_temp.u(n, 11) < 0.3 THEN
           CASE floor(3 * pg_temp.u(n, 12)) WHEN 0 THEN 3 + floor(8 * pg_temp.u(n, 13))
             WHEN 1 THEN 20 + floor(41 * pg_temp.u(n, 13)) ELSE 150 + floor(351 * pg_temp.u(n, 13)) END
         END::integer AS cap
  FROM generate_series(1::bigint, %(posts)s) AS n
), kinds AS (
  SELECT drawn.*, guilds, place.path, pg_temp.pick(guilds, pg_temp.u(n, 16)) AS one_guild,
         CASE WHEN lot < 0.33 OR lot >= 0.95 AND lot < 0.98 AND place.path IS NULL THEN 'open'
              WHEN lot < 0.42 THEN 'open in a guild' WHEN lot < 0.68 THEN 'guild'
              WHEN lot < 0.76 THEN 'guilds' WHEN lot < 0.83 THEN 'members' WHEN lot < 0.86 THEN 'alone'
              WHEN lot < 0.91 THEN 'followers' WHEN lot < 0.93 THEN 'mutual' WHEN lot < 0.95 THEN 'circle'
              WHEN lot < 0.98 THEN 'place' ELSE 'contributed' END AS kind
  FROM drawn JOIN belongs ON belongs.member_id = author_id JOIN member ON member.id = author_id
  LEFT JOIN place ON place.id = member.place_id
)
SELECT n, position, at, author_id, cap, kind,
       (extract(epoch FROM at) * 1000)::bigint << 21 | (hashint8extended(n, 14) & 2097151) AS id,
       at > %(until)s - interval '30 days' AND pg_temp.u(n, 15) < 0.6 AS has_photo,
       CASE WHEN kind IN ('guild', 'open in a guild') THEN one_guild END AS guild_id,
       kind = 'open' AND pg_temp.u(n, 27) < 0.04 AS staged,
       CASE WHEN kind = 'guild' THEN ARRAY[one_guild]
            WHEN kind = 'guilds' THEN
              ARRAY(SELECT DISTINCT pg_temp.pick(guilds, pg_temp.u(n * 4 + k, 17))
                    FROM generate_series(1, 3) AS k)
            ELSE '{{}}' END AS for_guilds,
       CASE WHEN kind = 'members' THEN
              ARRAY(SELECT DISTINCT 1 + floor(pg_temp.u(n * 16 + k, 18) * %(members)s)::bigint
                    FROM generate_series(1, 3 + floor(8 * pg_temp.u(n, 19))::integer) AS k)
            ELSE '{{}}' END AS for_members,
       CASE kind WHEN 'circle' THEN author_id << 20 | 3 WHEN 'place' THEN path[1] << 4 | 4
                  WHEN 'contributed' THEN (1 + n %% {topics.CONDITIONS}) << 4 | 5 END AS more_key,
       CASE WHEN pg_temp.u(n, 28) < 0.7 THEN
              ARRAY(SELECT DISTINCT pg_temp.tag_of(pg_temp.u(n * 8 + k, 29), author_id)
                    FROM generate_series(1, 1 + floor(4 * pg_temp.u(n, 30))::integer) AS k)
            ELSE '{{}}' END AS tags,
       CASE WHEN pg_temp.u(n, 31) < 0.85 THEN pg_temp.language_of(author_id) END AS language,
       CASE WHEN pg_temp.u(n, 32) < 0.3 THEN path END AS path
FROM kinds;
ANALYZE plan
"""

ASSETS = """
INSERT INTO asset (id, owner_id, state, upload_key, alt, width, height, thumbhash, created_at, settled_at)
SELECT id, author_id, 'ready', 'uploads/' || md5(id::text), 'What photo ' || n || ' shows, in a few words.',
       3000, 2000, left(encode(sha256(id::text::bytea), 'base64'), 32), at, at
FROM plan WHERE has_photo ORDER BY n
"""

RENDITIONS = """
INSERT INTO rendition (asset_id, name, key, width, height, bytes, sha256)
SELECT id, name, 'renditions/' || id || '/' || name || '.webp', width, width * 2 / 3, width * 90,
       encode(sha256((id || name)::bytea), 'hex')
FROM plan, (VALUES ('small', 480), ('medium', 1080), ('large', 2048)) AS sizes(name, width)
WHERE has_photo ORDER BY n
"""

POSTS = """
INSERT INTO post (id, author_id, guild_id, body, asset_id, audience, lock_any, lock_follow, layers, seats_max,
                  language, place_id, features, norm, length_ms, created_at, deleted_at)
SELECT id, author_id, guild_id, body, CASE WHEN has_photo THEN id END,
       CASE WHEN kind LIKE 'open%%' THEN '{}' ELSE jsonb_build_object('see', jsonb_build_object('any',
         coalesce((SELECT jsonb_agg(jsonb_build_object('guild', 'g-' || g)) FROM unnest(for_guilds) AS g),
                  (SELECT jsonb_agg(jsonb_build_object('member', 'm' || m)) FROM unnest(for_members) AS m),
                  '[]'))) END
         || CASE WHEN cap IS NULL THEN '{}'
            ELSE jsonb_build_object('seats', jsonb_build_object('max', cap)) END,
       CASE WHEN kind LIKE 'open%%' THEN ARRAY[1::bigint] ELSE
         ARRAY(SELECT key FROM (SELECT g << 4 | 1 FROM unnest(for_guilds) AS g
                                UNION SELECT m << 4 | 2 FROM unnest(for_members || author_id) AS m
                                UNION SELECT more_key WHERE more_key IS NOT NULL) AS k(key)
               ORDER BY key) END,
       CASE kind WHEN 'followers' THEN ARRAY[0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL]::smallint[]
                 WHEN 'mutual' THEN ARRAY[NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL]::smallint[] END,
       staged::integer, cap, language, path[cardinality(path)],
       ARRAY(SELECT t << 4 | 1 FROM unnest(tags) AS t)
         || CASE WHEN language IS NULL THEN '{}'
                 ELSE ARRAY[(ascii(language) << 8 | ascii(substr(language, 2)))::bigint << 4 | 2] END
         || ARRAY(SELECT p << 4 | 4 FROM unnest(path) AS p),
       (SELECT coalesce(sqrt(sum(idf * idf)), 0) FROM tag WHERE tag.id = ANY(tags)),
       char_length(body) * 60000 / 900 + CASE WHEN has_photo THEN 5000 ELSE 0 END,
       at, CASE WHEN pg_temp.u(n, 21) < 0.01 THEN at + interval '1 hour' END
FROM plan, repeat('A post of some words about bread. ', 1 + floor(16 * pg_temp.u(n, 20))::integer) AS body
ORDER BY n
"""

# Some readers come to the newest fifth of the posts, and the newer the oftener: the newest hundred have been
# seen by some hundred each, so that small and middling caps are full there. The others come to open posts of
# the last half of the time. Six in ten say how long they watched.
SEATS = """
CREATE TEMP TABLE opened AS
SELECT n, row_number() OVER (ORDER BY position) - 1 AS place FROM plan
WHERE kind LIKE 'open%%' AND position < %(posts)s / 2;
CREATE TEMP TABLE come AS
SELECT n AS draw, pg_temp.ranked(pg_temp.u(n, 22), %(members)s, 31) AS reader,
       %(posts)s - floor(pg_temp.u(n, 23) ^ 2 * (%(posts)s / 5))::bigint AS n
FROM generate_series(1::bigint, %(posts)s * 11 / 5) AS n
UNION ALL
SELECT draw, pg_temp.ranked(pg_temp.u(draw, 33), %(members)s, 31), opened.n
FROM (SELECT draw, floor(pg_temp.u(draw, 34) * (SELECT count(*) FROM opened))::bigint AS place
      FROM generate_series(%(posts)s * 3, %(posts)s * 15 / 2) AS draw) AS drawn JOIN opened USING (place)
UNION ALL
SELECT plan.n, pg_temp.pick(members, pg_temp.u(plan.n * 8 + k, 24)), plan.n
FROM plan JOIN gathers ON gathers.guild_id = for_guilds[1], generate_series(1, 5) AS k
WHERE position < %(posts)s / 5;
ANALYZE come;
INSERT INTO seat (member_id, post_id, at, via, epoch, watched_ms)
SELECT reader, id, came, 'feed:chronological', 1,
       CASE WHEN pg_temp.u(draw, 35) < 0.6 THEN
         least(length_ms * (0.2 + 1.2 * pg_temp.u(draw, 36) ^ 0.5),
               extract(epoch FROM %(until)s - came) * 1000)
       ELSE 0 END::integer
FROM (
  SELECT *, row_number() OVER (PARTITION BY id ORDER BY draw, reader) AS place,
         at + pg_temp.u(draw, 25) * (%(until)s - at) AS came
  FROM (
    SELECT plan.id, reader, cap, at, length_ms, min(draw) AS draw
    FROM come JOIN plan USING (n) JOIN post ON post.id = plan.id JOIN belongs ON belongs.member_id = reader
    WHERE reader <> plan.author_id AND lock_any && keys AND deleted_at IS NULL
    GROUP BY plan.id, reader, cap, at, length_ms
  ) AS allowed
) AS ordered
WHERE cap IS NULL OR place <= cap
ORDER BY came, id
"""

GATES = """
INSERT INTO gate (post_id, taken)
SELECT id, count(*) FROM post JOIN seat ON post_id = id WHERE seats_max IS NOT NULL GROUP BY id ORDER BY id
"""

REPLIES = """
INSERT INTO reply (id, post_id, above, author_id, body, created_at)
SELECT id + 1000 * k, id, CASE WHEN k %% 3 = 0 THEN ARRAY[id + 1000 * (k - 1)] ELSE '{}' END,
       CASE WHEN k %% 3 = 0 THEN author_id ELSE reader END, 'It is good bread.',
       created_at + k * interval '10 minutes'
FROM (SELECT post_id AS id, member_id AS reader, row_number() OVER (PARTITION BY post_id ORDER BY at) AS k
      FROM seat) AS came
JOIN post USING (id)
WHERE k <= 12 AND pg_temp.u(id, 26) < 0.12
"""

TOKENS = """
INSERT INTO oauth_client (client_id, name, redirect_uris, scope, created_at)
VALUES ('bench', 'Bench', ARRAY['http://127.0.0.1/'], 'read write', %(until)s);
INSERT INTO oauth_token (access_sha256, refresh_sha256, family, client_id, member_id, scope, issued_at,
                         expires_at, refresh_expires_at)
SELECT encode(sha256(('bench-token-of-' || n)::bytea), 'hex'),
       encode(sha256(('bench-refresh-of-' || n)::bytea), 'hex'),
       md5(n::text), 'bench', n, 'read write', %(until)s, %(until)s + interval '1 day',
       %(until)s + interval '30 days'
FROM generate_series(1, %(members)s) AS n
"""

STEPS = {
    "members": MEMBERS,
    "places": topics.PLACES,
    "guilds": GUILDS,
    "memberships": MEMBERSHIPS,
    "keys": BELONGS,
    "follows": FOLLOWS,
    "blocks": BLOCKS,
    "tags": topics.TAG_ROWS,
    "circles": topics.CIRCLES,
    "plan of the posts": PLAN,
    "weights of tags": topics.WEIGHTS,
    "photos": ASSETS,
    "renditions": RENDITIONS,
    "posts": POSTS,
    "stages": topics.STAGES,
    "contributions": topics.CONTRIBUTIONS,
    "seats": SEATS,
    "gates": GATES,
    "replies": REPLIES,
    "reposts": topics.REPOSTS,
    "hides": topics.HIDES,
    "answers": topics.HELPED,
    "tokens": TOKENS,
}
"""Title → statement."""
