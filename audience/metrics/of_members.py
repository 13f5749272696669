"""The metrics of members, each counted in the sphere of all members (see ``facts.py``).

Pure. Of what a member writes and what is written to them they could keep count themself, so it is told
exactly; how many people came to their posts they could not, so it goes in steps, as everywhere
(``audience/disclosure.py``).

What juries found is counted of posts and replies for whomever they were, and of what was deleted or hidden
since: what is judged is what was said, whoever could read it, and what a jury removes would else count for
nothing. It tells nobody of a post (law 7): its author was told of each of them, and the number is told to
nobody but its author.
"""

from audience.metrics.metric import Metric

METRICS = (
    Metric(
        "reciprocal_pairs",
        "exchanges with somebody; with each person one counts in each part of the window",
        """
        SELECT holder_id, count(*) AS value
        FROM exchange, unnest(ARRAY[one, other]) AS holder_id WHERE sphere = 0 GROUP BY holder_id
        """,
        "exchanges",
    ),
    Metric(
        "counterparts",
        "different people with whom there was an exchange",
        """
        SELECT holder_id, count(*) AS value
        FROM (SELECT DISTINCT one, other FROM exchange WHERE sphere = 0) AS pairs,
             unnest(ARRAY[one, other]) AS holder_id
        GROUP BY holder_id
        """,
        "exchanges",
    ),
    Metric(
        "active_days",
        "days (UTC) on which a post or a reply was written",
        """
        SELECT author_id AS holder_id, count(*) AS value
        FROM (
          SELECT author_id, CAST(at AT TIME ZONE 'UTC' AS date) FROM said WHERE sphere = 0 AND at >= :since
          UNION
          SELECT author_id, CAST(at AT TIME ZONE 'UTC' AS date) FROM counted_post
          WHERE sphere = 0 AND at >= :since
        ) AS days
        GROUP BY author_id
        """,
        "activity",
    ),
    Metric(
        "posts",
        "posts that are for every member",
        """
        SELECT author_id AS holder_id, count(*) AS value
        FROM counted_post WHERE sphere = 0 AND at >= :since GROUP BY author_id
        """,
        "activity",
    ),
    Metric(
        "replies_received_from",
        "different people who answered a post or a reply",
        """
        SELECT answered_id AS holder_id, count(*) AS value
        FROM (
          SELECT DISTINCT answered_id, author_id FROM said
          WHERE sphere = 0 AND answered_id IS NOT NULL AND at >= :since
        ) AS people
        GROUP BY answered_id
        """,
        "answers",
    ),
    Metric(
        "reach",
        "different people who opened any post",
        """
        SELECT author_id AS holder_id, count(*) AS value
        FROM (
          SELECT DISTINCT counted_post.author_id, seat.member_id
          FROM seat JOIN counted_post ON counted_post.id = seat.post_id
          WHERE sphere = 0 AND seat.at >= :since AND seat.at < :until AND seat.member_id <> author_id
        ) AS people
        GROUP BY author_id
        """,
        "reach",
        in_steps=True,
    ),
    Metric(
        "upheld_reports",
        "times a jury found, on reports, that a by-law was broken",
        """
        SELECT found.author_id AS holder_id, count(*) AS value
        FROM moderation_case AS found
        WHERE found.kind = 'report' AND found.outcome <> 'none'
          AND found.closed_at >= :since AND found.closed_at < :until
          AND NOT EXISTS (
            SELECT FROM moderation_case AS appeal JOIN decision ON decision.id = appeal.decision_id
            WHERE appeal.decision_id = found.made_id AND appeal.kind = 'appeal'
              AND appeal.closed_at < :until AND decision.judged = 'overturned'
          )
        GROUP BY found.author_id
        """,
        "reports",
    ),
    Metric("tenure_days", "whole days as a member"),
)
"""All of them, in the order in which they are told."""
