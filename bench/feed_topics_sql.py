"""The statements for what the posts of ``feed`` are about, and for what members said and did with them.

Tags are used by a power law (the k-th of 5,000 in proportion to 1 ÷ k); an author keeps to some of them, and
writes in one language. Members are in two minds: what helps one third of them helps the others less, except
where it helps all.
"""

TAGS = 5000
CONDITIONS = 20
"""How many tags have an audience of their contributors."""

TOPIC_FUNCTIONS = f"""
CREATE FUNCTION pg_temp.tag_of(x double precision, author bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 1 + (floor(({TAGS} + 1) ^ x)::bigint - 1 + CASE WHEN author % 2 = 0 THEN author % 97 ELSE 0 END)
  % {TAGS};

CREATE FUNCTION pg_temp.language_of(author bigint) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (ARRAY['en', 'es', 'pt', 'fr', 'de', 'ar', 'hi', 'ja', 'tr', 'sw'])
  [floor(11 ^ pg_temp.u(author, 40))::integer];
"""

# 40 countries, each with regions, each with cities: six in ten members say in which city they are.
PLACES = """
INSERT INTO place (id, kind, country, parent_id, path, name, search)
SELECT n, kind, chr(65 + country %% 26) || chr(65 + country / 26), path[cardinality(path) - 1], path,
       initcap(kind) || ' ' || n, kind || ' ' || n
FROM (
  SELECT n, 'country' AS kind, n AS country, ARRAY[n::bigint] AS path FROM generate_series(1, 40) AS n
  UNION ALL
  SELECT n, 'region', 1 + n %% 40, ARRAY[1 + n %% 40, n::bigint] FROM generate_series(41, 440) AS n
  UNION ALL
  SELECT n, 'city', 1 + (41 + n %% 400) %% 40, ARRAY[1 + (41 + n %% 400) %% 40, 41 + n %% 400, n::bigint]
  FROM generate_series(441, 4440) AS n
) AS drawn ORDER BY n;
UPDATE member SET place_id = 441 + floor(4000 * pg_temp.u(id, 42) ^ 2) WHERE pg_temp.u(id, 41) < 0.6
"""

TAG_ROWS = f"""
INSERT INTO tag (id, name) SELECT n, 'tag' || n FROM generate_series(1, {TAGS}) AS n;
INSERT INTO contribution_condition (id, tag_id, kinds, least, days)
SELECT n, n, ARRAY['post'], 3, 90 FROM generate_series(1, {CONDITIONS}) AS n
"""

CIRCLES = """
INSERT INTO circle (id, owner_id, name, used, created_at)
SELECT n, n, 'Near', true, %(until)s - interval '200 days' FROM generate_series(1, %(members)s) AS n;
INSERT INTO circle_member (circle_id, member_id, since_edition, since)
SELECT n, other, 0, %(until)s - interval '200 days'
FROM generate_series(1, %(members)s) AS n, generate_series(1, 4 + floor(8 * pg_temp.u(n, 43))::integer) AS k,
     floor(1 + pg_temp.u(n * 16 + k, 44) * %(members)s) AS other
WHERE other <> n
ON CONFLICT DO NOTHING
"""

WEIGHTS = """
UPDATE tag SET idf = ln((1.0 + %(posts)s) / (1 + posts)) + 1
FROM (SELECT tag_id, count(*) AS posts FROM plan, unnest(tags) AS tag_id GROUP BY tag_id) AS used
WHERE tag_id = tag.id
"""

CONTRIBUTIONS = """
INSERT INTO contribution (member_id, tag_id, kind, day, number)
SELECT author_id, tag_id, 'post', (at AT TIME ZONE 'UTC')::date, count(*)
FROM plan, unnest(tags) AS tag_id GROUP BY 1, 2, 4
"""

# Half of the staged posts are narrowed already, to a guild of their author's; the others will be.
STAGES = """
INSERT INTO post_stage (post_id, number, part, added_at, at, lock_any)
SELECT plan.id, 1, 'read', plan.at,
       plan.at + CASE WHEN n %% 2 = 0 THEN interval '6 hours' ELSE interval '200 days' END,
       ARRAY[coalesce(guilds[1] << 4 | 1, plan.author_id << 4 | 2), plan.author_id << 4 | 2]
FROM plan JOIN belongs ON belongs.member_id = plan.author_id WHERE staged
"""

REPOSTS = """
INSERT INTO repost (post_id, member_id, id, at)
SELECT post_id, member_id,
       (extract(epoch FROM at) * 1000)::bigint << 21 | (hashint8extended(post_id # member_id, 45) & 2097151),
       at
FROM seat WHERE pg_temp.u(post_id # member_id, 46) < 0.06 ORDER BY at
ON CONFLICT DO NOTHING
"""

HIDES = """
INSERT INTO hide (member_id, kind, other_id, at)
SELECT n, kind, CASE kind WHEN 'author' THEN pg_temp.ranked(pg_temp.u(n * 4 + k, 48), %(members)s, 0)
                          ELSE pg_temp.tag_of(pg_temp.u(n * 4 + k, 48), 1) END,
       %(until)s - pg_temp.u(n * 4 + k, 49) * interval '90 days'
FROM generate_series(1, %(members)s) AS n, generate_series(1, floor(8 * pg_temp.u(n, 47) - 4)::integer) AS k,
     (VALUES (0, 'author'), (1, 'tag')) AS kinds(rest, kind)
WHERE k %% 2 = rest
ON CONFLICT DO NOTHING
"""

HELPED = """
INSERT INTO helped (post_id, member_id, helped, at)
SELECT post_id, member_id, pg_temp.u(post_id # member_id, 52) < CASE
         WHEN pg_temp.u(post_id, 51) < 0.25 THEN 0.85
         WHEN (pg_temp.u(post_id, 51) < 0.6) = (member_id %% 3 > 0) THEN 0.85 ELSE 0.2 END, seat.at
FROM seat WHERE pg_temp.u(post_id # member_id, 50) < 0.05
"""
