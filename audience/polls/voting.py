"""Voting in polls: one choice of each member of the guild, which they may change until it is over.

Whoever votes holds the poll, shared with others who do, and reads the clock after that: so no vote comes
about once it is being counted (``counting.py``). That a member has one is kept by its primary key.
"""

from sqlalchemy import text
from sqlmodel import Session

from audience.access import access_post
from audience.permission import KEPT_OUT
from coop.book import Book
from coop.clock import Clock
from coop.database import as_array
from coop.errors import Conflict, Fault, Forbidden, NotFound, RuleBroken
from coop.identity import Identity

_HOLD = text("""
SELECT poll.closes_at, poll.counts IS NOT NULL AS counted, cardinality(poll.options) AS options,
       post.guild_id = ANY(CAST(:guilds AS bigint[])) AS belongs
FROM poll JOIN post ON post.id = poll.post_id
WHERE poll.post_id = :post
FOR SHARE OF poll
""")
_CHOOSE = text("""
INSERT INTO poll_vote (post_id, member_id, option) VALUES (:post, :me, :option)
ON CONFLICT (post_id, member_id) DO UPDATE SET option = excluded.option
""")
_TAKE_BACK = text("DELETE FROM poll_vote WHERE post_id = :post AND member_id = :me")


def vote(session: Session, reader: Identity, book: Book, post_id: int, option: int, clock: Clock) -> None:
    """Choose an option of a poll by its number, from 1; whoever has chosen already chooses this instead.

    Raise NotFound where the reader may not read the post, or it asks nothing; Forbidden where they are not in
    its guild, or its author keeps them out for now; RuleBroken where there is no such option; and Conflict
    where the poll is over.
    """
    options = _hold(session, reader, book, post_id, clock)
    if not 1 <= option <= options:
        fault = Fault("/option", f"Its options are numbered from 1 to {options}.")
        raise RuleBroken("There is no such option.", faults=(fault,))
    bound = {"post": post_id, "me": reader.member_id, "option": option}
    session.connection().execute(_CHOOSE, bound)


def take_back(session: Session, reader: Identity, book: Book, post_id: int, clock: Clock) -> None:
    """Choose nothing any more; raise what :func:`vote` raises of whoever may not vote."""
    _hold(session, reader, book, post_id, clock)
    session.connection().execute(_TAKE_BACK, {"post": post_id, "me": reader.member_id})


def _hold(session: Session, reader: Identity, book: Book, post_id: int, clock: Clock) -> int:
    """Hold a poll in which the reader may vote now, and return how many options it has."""
    post = access_post(session, reader, book, post_id, clock.now(session))
    bound = {"post": post_id, "guilds": as_array(reader.guilds)}
    poll = session.connection().execute(_HOLD, bound).one_or_none()
    if poll is None:
        raise NotFound
    if not poll.belongs:
        raise Forbidden("Those who are in its guild vote in this poll.")
    if post.kept_out:
        raise Forbidden(KEPT_OUT)
    if poll.counted or poll.closes_at <= clock.now(session):
        raise Conflict("This poll is over.")
    options: int = poll.options
    return options
