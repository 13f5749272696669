"""Reading polls: those of a page of posts that were delivered, in one statement, as its viewer is told.

Law 7: until a poll is over nobody is told what was chosen, nor how many chose; each is told their own choice.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import Session

from audience.polls.counting import COUNTED
from audience.polls.results import Results, told
from audience.rules import AUDIENCE, AudienceRules
from coop.book import Book
from coop.database import as_array
from coop.identity import Identity

_POLLS = text(f"""
SELECT poll.post_id, poll.options, poll.closes_at, poll.closes_at <= :now AS over, mine.option AS mine,
       post.guild_id = ANY(CAST(:guilds AS bigint[])) AS belongs,
       CASE WHEN poll.closes_at <= :now THEN coalesce(poll.counts, {COUNTED}) END AS counts
FROM poll
JOIN post ON post.id = poll.post_id
LEFT JOIN poll_vote AS mine
  ON mine.post_id = poll.post_id AND mine.member_id = :me AND poll.closes_at > :now
WHERE poll.post_id = ANY(CAST(:posts AS bigint[]))
""")  # noqa: S608 - put together from constants


class PollCard(NamedTuple):
    """What is shown of a poll."""

    options: list[str]
    closes_at: datetime
    over: bool
    mine: int | None
    """Number of the option that the viewer chose, from 1; none once it is over."""
    may_vote: bool
    """Whether the viewer is in its guild, and it is not over."""
    results: Results | None
    """None until it is over."""


def of_posts(
    session: Session, viewer: Identity | None, book: Book, posts: Sequence[int], now: datetime
) -> dict[int, PollCard]:
    """Return the polls of posts that the viewer was delivered, by post."""
    bound = {
        "me": None if viewer is None else viewer.member_id,
        "guilds": as_array(() if viewer is None else viewer.guilds),
        "posts": as_array(posts),
        "now": now,
    }
    least = book.rules(AUDIENCE, AudienceRules).reach.least_told
    return {
        row.post_id: PollCard(
            options=row.options,
            closes_at=row.closes_at,
            over=row.over,
            mine=row.mine,
            may_vote=row.belongs and not row.over,
            results=None if row.counts is None else told(row.counts, least),
        )
        for row in session.connection().execute(_POLLS, bound)
    }
