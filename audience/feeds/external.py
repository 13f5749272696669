"""Asking addresses elsewhere for the posts that members' external profiles are made of.

A request never waits for a stranger: a job asks every address that is in use, each few minutes, and keeps
what it named. An asking is claimed in a short transaction (``FOR UPDATE SKIP LOCKED``, so any number of
workers may ask), made outside of any, and its outcome written in another. The claim says when the next is
due, so a worker that dies on the way loses nothing; and what comes back counts only where nobody has saved
the profile, or begun another asking, meanwhile.

Whoever is asked learns an address and a number of posts: not for whom, nor what became of them.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from audience.feeds.rules import FEEDS, FeedRules
from audience.feeds.skeleton import JSON, Unusable, read
from coop.clock import Clock
from coop.database import Database
from coop.exchange import NotSent
from coop.identity import Identity
from coop.outbound import Outbound
from coop.policies import Books

AT_ONCE = 8
"""Askings under way in one worker at one time."""

_CLAIM = text("""
WITH due AS (
  SELECT profile_id FROM external_skeleton
  WHERE due_at <= :now AND wanted_at > :unused AND strikes < :strikes
  ORDER BY due_at LIMIT :most FOR UPDATE SKIP LOCKED
)
UPDATE external_skeleton AS asked
SET tried_at = :now,
    due_at = CAST(:now AS timestamptz) + least(
      CAST(:every AS interval) * power(2, least(strikes, 10)), greatest(:every, interval '1 day'))
FROM due JOIN own_profile ON own_profile.id = due.profile_id
WHERE asked.profile_id = due.profile_id
RETURNING asked.profile_id, own_profile.external_url
""")

_ANSWERED = text("""
UPDATE external_skeleton
SET posts = :posts, fetched_at = :now, failing_since = NULL, failure = '', strikes = 0
WHERE profile_id = :profile AND tried_at = :tried
""")

_FAILED = text("""
UPDATE external_skeleton
SET failing_since = coalesce(failing_since, :now), failure = :failure, strikes = strikes + 1
WHERE profile_id = :profile AND tried_at = :tried
""")

# Once a minute, so that reading page after page does not write each time.
_WANT = text("""
UPDATE external_skeleton SET wanted_at = :now
WHERE profile_id = (SELECT id FROM own_profile WHERE id = :profile AND owner_id = :me)
  AND wanted_at < CAST(:now AS timestamptz) - interval '1 minute'
""")


@dataclass(frozen=True, slots=True)
class Asking:
    """One asking, claimed by this worker."""

    profile_id: int
    url: str
    at: datetime
    items: int
    """Most posts that it is asked for."""
    seconds: float
    """How long it may take."""


def ask_due(database: Database, books: Books, clock: Clock, outbound: Outbound) -> int:
    """Ask every address that is due and return how many were asked."""
    done = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while claimed := claim(database, books, clock):
            outcomes = pool.map(lambda one: ask(outbound, one), claimed)
            for one, outcome in zip(claimed, outcomes, strict=True):
                with database.begin() as session:
                    record(session, one, outcome, clock.now(session))
            done += len(claimed)
    return done


def claim(database: Database, books: Books, clock: Clock) -> list[Asking]:
    """Take those that have been due longest, and write down when each would be asked again."""
    with database.begin() as session:
        rules = books.current(session).rules(FEEDS, FeedRules).external
        now = clock.now(session)
        bound = {
            "now": now,
            "unused": now - rules.unused,
            "strikes": rules.strikes,
            "every": rules.every,
            "most": AT_ONCE,
        }
        rows = session.connection().execute(_CLAIM, bound).all()
    return [Asking(row.profile_id, row.external_url, now, rules.items, rules.seconds) for row in rows]


def ask(outbound: Outbound, one: Asking) -> list[int] | str:
    """Ask one address; return the posts that it names, or in words why there are none."""
    url = f"{one.url}{'&' if '?' in one.url else '?'}limit={one.items}"
    try:
        answer = replace(outbound, seconds=one.seconds).get(url, {"Accept": JSON})
        return read(answer, one.items)
    except NotSent as error:
        return error.detail
    except Unusable as error:
        return str(error)


def record(session: Session, one: Asking, outcome: list[int] | str, now: datetime) -> None:
    """Write down what came of an asking, unless the profile was saved or asked again meanwhile."""
    bound = {"profile": one.profile_id, "tried": one.at, "now": now}
    if isinstance(outcome, str):
        session.connection().execute(_FAILED, {**bound, "failure": outcome})
    else:
        session.connection().execute(_ANSWERED, {**bound, "posts": outcome})


def want(session: Session, owner: Identity, profile_id: int, now: datetime) -> None:
    """Keep that the owner of a profile opened it, so that its address goes on being asked."""
    session.connection().execute(_WANT, {"profile": profile_id, "me": owner.member_id, "now": now})
