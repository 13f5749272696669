"""Polls at their end, in real processes: every vote that was acknowledged is counted, and no other."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlmodel import Session

from app import POLICY_KINDS
from audience.polls import counting, voting
from audience.polls.tables import Poll, PollVote
from coop.clock import Clock
from coop.database import Database
from coop.errors import Conflict
from coop.identity import Identity
from coop.policies import Books
from tests.audience.polls.asking import bakery
from tests.governance.processes import race
from tests.thorough import much

SOON = timedelta(milliseconds=600)
HOUR = timedelta(hours=1)


def ask(database: Database, number: int, open_for: timedelta = HOUR) -> tuple[int, list[Identity]]:
    """Ask something of a guild of so many."""
    with database.begin() as session:
        bakers = bakery(session, Books(POLICY_KINDS).current(session), number)
        post = bakers.ask()
        session.get_one(Poll, post.id).closes_at = Clock().now(session) + open_for
        return post.id, list(bakers.bakers)


def vote(url: str, post_id: int, people: list[Identity]) -> list[tuple[int, int]]:
    """Have each of these vote again and again until it is over; return what was acknowledged to them last."""
    database, books = Database(url, pool_size=len(people)), Books(POLICY_KINDS)

    def choose(who: Identity) -> tuple[int, int]:
        chosen, option = 0, 1
        while True:
            try:
                with database.begin() as session:
                    voting.vote(session, who, books.current(session), post_id, option, Clock())
            except Conflict:
                return who.member_id, chosen
            chosen, option = option, option % 3 + 1

    with ThreadPoolExecutor(len(people)) as threads:
        found = list(threads.map(choose, people))
    database.dispose()
    return found


def end_or_vote(url: str, post_id: int, people: list[Identity], seconds: int) -> list[tuple[int, int]]:
    """Set the end; or, once that is set, vote: whoever changed it later would wait for all who vote.

    Nobody is meant where the end is to be set.
    """
    if people:
        time.sleep(1)
        return vote(url, post_id, people)
    database = Database(url)
    with database.begin() as session:
        session.execute(update(Poll).values(closes_at=Clock().now(session) + timedelta(seconds=seconds)))
    database.dispose()
    return []


def count(database: Database) -> int:
    """Count what is over, again and again, until it was counted; return how often that was done here."""
    deadline, done, books = time.monotonic() + 60, 0, Books(POLICY_KINDS)
    while time.monotonic() < deadline:
        done += counting.count_due(database, books, Clock())
        with database.begin() as session:
            if kept(session)[0] is not None:
                break
        time.sleep(0.001)
    return done


def kept(session: Session) -> tuple[list[int] | None, int]:
    votes = session.scalar(select(func.count()).select_from(PollVote)) or 0
    return session.scalars(select(Poll)).one().counts, votes


def test_of_all_votes_against_the_end_those_acknowledged_are_counted(committed: Database) -> None:
    post_id, people = ask(committed, much(16, 40))
    url = committed.bind.engine.url.render_as_string(hide_password=False)
    parts = [(url, post_id, part, much(5, 10)) for part in ([], people[::2], people[1::2])]
    with ThreadPoolExecutor(4) as threads:
        counted = [threads.submit(count, committed) for _ in range(4)]
        acknowledged = dict(one for part in race(end_or_vote, *parts) for one in part)
        assert sum(run.result(timeout=90) for run in counted) == 1
    with committed.begin() as session:
        counts, votes = kept(session)
    chosen = list(acknowledged.values())
    assert counts == [chosen.count(option) for option in (1, 2, 3)]
    assert sum(counts) > 0, "nobody voted before the end"
    assert votes == 0


class Slow(Clock):
    """A clock by which somebody votes in time and is slow then: what is over is counted meanwhile."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database, self.looks, self.counted = database, 0, 0

    def now(self, session: Session) -> datetime:
        found, self.looks = super().now(session), self.looks + 1
        if self.looks == 2:
            time.sleep(2 * SOON.total_seconds())
            self.counted = counting.count_due(self.database, Books(POLICY_KINDS), Clock())
        return found


def test_a_vote_that_is_under_way_at_the_end_is_waited_for_and_counted(committed: Database) -> None:
    post_id, people = ask(committed, 2, SOON)
    slow = Slow(committed)
    with committed.begin() as session:
        voting.vote(session, people[0], Books(POLICY_KINDS).current(session), post_id, 2, slow)
    assert (slow.looks, slow.counted) == (2, 0), "somebody votes still"
    assert counting.count_due(committed, Books(POLICY_KINDS), Clock()) == 1
    with committed.begin() as session:
        assert kept(session) == ([0, 1, 0], 0)
