"""The metrics of guilds, each counted in the sphere of the guild (see ``facts.py``).

Pure. A guild's people are public, so their number is told exactly. Some member of it may block another and is
not shown what that one writes, so what its members did together goes in steps, for none of them could keep
count of it.
"""

from audience.metrics.metric import Metric

METRICS = (
    Metric(
        "members",
        "people who belong to it",
        "SELECT guild_id AS holder_id, count(*) AS value FROM belongs GROUP BY guild_id",
    ),
    Metric(
        "active_members",
        "people who belong to it and wrote a post in it, or a reply under one",
        """
        SELECT guild_id AS holder_id, count(*) AS value
        FROM belongs JOIN (
          SELECT sphere, author_id FROM said WHERE at >= :since
          UNION
          SELECT sphere, author_id FROM counted_post WHERE at >= :since
        ) AS wrote ON sphere = guild_id AND author_id = member_id
        GROUP BY guild_id
        """,
        "activity",
        in_steps=True,
    ),
    Metric(
        "reciprocal_pairs",
        "exchanges of two who belong to it, under posts made in it; one counts in each part of the window",
        """
        SELECT sphere AS holder_id, count(*) AS value
        FROM exchange
        JOIN belongs AS mine ON mine.guild_id = sphere AND mine.member_id = one
        JOIN belongs AS theirs ON theirs.guild_id = sphere AND theirs.member_id = other
        GROUP BY sphere
        """,
        "exchanges",
        in_steps=True,
    ),
    Metric(
        "reach",
        "different people who opened any post made in it that is not theirs",
        """
        SELECT sphere AS holder_id, count(*) AS value
        FROM (
          SELECT DISTINCT sphere, seat.member_id
          FROM seat JOIN counted_post ON counted_post.id = seat.post_id
          WHERE sphere <> 0 AND seat.at >= :since AND seat.at < :until AND seat.member_id <> author_id
        ) AS people
        GROUP BY sphere
        """,
        "reach",
        in_steps=True,
    ),
    Metric("age_days", "whole days since it was founded"),
)
"""All of them, in the order in which they are told."""
