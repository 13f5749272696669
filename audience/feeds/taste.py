# ruff: noqa: S608 - the statements are put together from constants
"""Taste: what a member reposted and was shown, as vectors of features; and how much each tag tells.

Law 14: it is a function of facts, clauses and time. A run counts anew whoever was shown or reposted something
since the last one, everybody in about a day, and everybody at once where a clause has changed.

A feature of a member weighs how often it came, an older repost counting less, times its inverse document
frequency (K. Spärck Jones, 1972), as scikit-learn smooths it: ln((1 + N) ÷ (1 + df)) + 1 for a tag that df of
N posts have, and 1 for languages and places. The vector is scaled to length 1, and every weight is multiplied
by the frequency again, which is the post's side of the cosine; so a page only adds up. Of each vector the
heaviest features are kept, as many as a clause says.

A member's taste is used for their own pages and told to nobody.
"""

from datetime import datetime, timedelta
from typing import Any, get_args

from sqlalchemy import text
from sqlmodel import Session

from audience.feeds import runs
from audience.feeds.reader import TAG, HomeKind, Taste
from audience.feeds.rules import FEEDS, FeedRules
from audience.feeds.runs import OPEN
from audience.feeds.signal_rules import Measures
from audience.topics import SHIFT, place_feature
from coop.book import Book
from coop.identity import Identity
from coop.ids import first_id_at

STALE = timedelta(days=1)
"""After so long whoever did nothing new is counted again too: what they were shown leaves the window."""
PORTION = 25_000
"""Members that are counted in one statement, and most of those who did nothing new in one run."""

JOB = "taste"
IDF_DIGITS = 3
"""Decimals of an idf, so that it stands still while hardly anything changes."""

_ROOMY = text("SELECT set_config('work_mem', '64MB', true)")
"""For this transaction alone: what it sorts and counts is much larger than what a request does."""

_IS_TAG = f"feature & {(1 << SHIFT) - 1} = {TAG}"

_COUNT_TAGS = text(f"""
WITH readable AS (
  SELECT features FROM post WHERE {OPEN} AND deleted_at IS NULL
), found AS (
  SELECT feature >> {SHIFT} AS id, count(*) AS posts
  FROM readable, unnest(features) AS feature WHERE {_IS_TAG} GROUP BY feature
), weighed AS (
  SELECT tag.id, round(CAST(ln((1.0 + (SELECT count(*) FROM readable)) / (1.0 + coalesce(posts, 0))) + 1
                            AS numeric), {IDF_DIGITS}) AS idf
  FROM tag LEFT JOIN found USING (id)
)
UPDATE tag SET idf = weighed.idf FROM weighed WHERE weighed.id = tag.id AND tag.idf <> weighed.idf
""")

_DUE = text("""
SELECT member_id FROM seat WHERE at >= :since
UNION SELECT member_id FROM repost WHERE id >= :first_repost
UNION (SELECT member_id FROM taste WHERE computed_at < :stale ORDER BY computed_at LIMIT :most)
ORDER BY member_id
""")

_VECTORS = f"""
SELECT member_id, jsonb_object_agg(feature, CAST(share * idf AS real)) AS vector
FROM (
  SELECT member_id, feature, idf, weight / sqrt(sum(weight * weight) OVER (PARTITION BY member_id)) AS share
  FROM (
    SELECT *, row_number() OVER (PARTITION BY member_id ORDER BY weight DESC, feature) AS place
    FROM (
      SELECT member_id, feature, coalesce(idf, 1) AS idf, number * coalesce(idf, 1) AS weight
      FROM {{counted}} AS counted
      LEFT JOIN tag ON {_IS_TAG} AND tag.id = feature >> {SHIFT}
    ) AS weighed
  ) AS ranked
  WHERE place <= {{most}}
) AS scaled
GROUP BY member_id
"""

_REFRESH = text(f"""
WITH due AS (
  SELECT unnest(CAST(:members AS bigint[])) AS member_id
), shown AS (
  SELECT member_id, feature, CAST(count(*) AS double precision) AS number
  FROM seat JOIN due USING (member_id) JOIN post ON post.id = seat.post_id, unnest(post.features) AS feature
  WHERE seat.at >= :window AND post.deleted_at IS NULL
  GROUP BY member_id, feature
), passed_on AS (
  SELECT member_id, feature,
         sum(power(2, -extract(epoch FROM CAST(:now AS timestamptz) - repost.at) / :half_life)) AS number
  FROM repost JOIN due USING (member_id) JOIN post ON post.id = repost.post_id,
       unnest(post.features) AS feature
  WHERE {_IS_TAG} AND post.deleted_at IS NULL
  GROUP BY member_id, feature
), seen AS ({_VECTORS.format(counted="shown", most=":seen_features")}
), reposted AS ({_VECTORS.format(counted="passed_on", most=":reposted_features")}
), known AS (
  SELECT member_id, coalesce(reposted.vector, '{{}}') AS reposted, coalesce(seen.vector, '{{}}') AS seen
  FROM seen FULL JOIN reposted USING (member_id)
), forgotten AS (
  DELETE FROM taste USING due
  WHERE taste.member_id = due.member_id
    AND NOT EXISTS (SELECT FROM known WHERE known.member_id = due.member_id)
)
INSERT INTO taste (member_id, reposted, seen, computed_at)
SELECT member_id, reposted, seen, :now FROM known ORDER BY member_id
ON CONFLICT (member_id) DO UPDATE
SET reposted = excluded.reposted, seen = excluded.seen, computed_at = excluded.computed_at
""")


def refresh(session: Session, book: Book, now: datetime) -> int:
    """Recompute how much tags tell, and the tastes of members who did something since.

    Return how many members were counted, or 0 where another worker is at it.
    """
    if not runs.alone(session, JOB):
        return 0
    measures = book.rules(FEEDS, FeedRules).signals
    window, half_life = measures.diverse.window, measures.repost_like.half_life
    features = {
        "seen_features": measures.diverse.features,
        "reposted_features": measures.repost_like.features,
    }
    basis = {"window": window.total_seconds(), "half_life": half_life.total_seconds(), **features}
    since = runs.since(session, JOB, basis)
    session.connection().execute(_ROOMY)
    session.connection().execute(_COUNT_TAGS)
    due = {
        "since": since or now - window,
        "first_repost": 0 if since is None else first_id_at(since),
        "stale": now if since is None else now - STALE,
        "most": None if since is None else PORTION,
    }
    members = session.scalars(_DUE, due).all()
    bound = {"now": now, "window": now - window, "half_life": half_life.total_seconds(), **features}
    for first in range(0, len(members), PORTION):
        session.connection().execute(_REFRESH, {**bound, "members": list(members[first : first + PORTION])})
    runs.ran(session, JOB, basis, now)
    return len(members)


KNOWN = "reader_taste(:me, :now, :less_half_life, :less_post)"
"""What is known of the reader ``:me``, in SQL; bound by :func:`bound` and read by :func:`read`."""

_OF = text(f"SELECT {KNOWN}")


def of(session: Session, reader: Identity, measures: Measures, now: datetime) -> Taste:
    """Return what is known of a reader, their askings to see less as they count at this moment."""
    asked = {"me": reader.member_id, "now": now, **bound(measures)}
    return read(session.connection().execute(_OF, asked).scalar_one())


def bound(measures: Measures) -> dict[str, float]:
    """Return the clauses that :data:`KNOWN` is bound to."""
    return {"less_half_life": measures.less.half_life.total_seconds(), "less_post": measures.less.post}


def read(known: list[Any]) -> Taste:
    """Return what :data:`KNOWN` found as a taste."""
    reposted, seen, places, authors, tags = known
    return Taste(
        reposted=_numbers(reposted),
        seen=_numbers(seen),
        home={kind: place_feature(places[kind]) for kind in get_args(HomeKind) if kind in (places or ())},
        less_authors=_numbers(authors),
        less_tags=_numbers(tags),
    )


def _numbers(found: dict[str, float] | None) -> dict[int, float]:
    return {int(key): value for key, value in found.items()} if found else {}
