"""Polls at their end, in real processes: every vote that was acknowledged is counted, and no other."""

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import datetime, timedelta

from sqlalchemy import func, select
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
from tests.thorough import much

SOON = timedelta(milliseconds=600)


def ask(database: Database, number: int, open_for: timedelta) -> tuple[int, list[Identity]]:
    """Ask something of a guild of so many, until a moment that is near."""
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
    # The end is set beforehand: whoever changed it now would wait for all who vote, and more always come.
    post_id, people = ask(committed, much(16, 40), timedelta(seconds=much(4, 10)))
    url = committed.bind.engine.url.render_as_string(hide_password=False)
    halves = (people[::2], people[1::2])
    with (
        ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("forkserver")) as processes,
        ThreadPoolExecutor(4) as threads,
    ):
        runs = [processes.submit(vote, url, post_id, half) for half in halves]
        counted = [threads.submit(count, committed) for _ in range(4)]
        acknowledged = dict(one for run in runs for one in run.result(timeout=90))
        assert sum(run.result(timeout=90) for run in counted) == 1
    with committed.begin() as session:
        counts, votes = kept(session)
    chosen = list(acknowledged.values())
    assert counts == [chosen.count(option) for option in (1, 2, 3)]
    assert sum(counts) > len(people) / 2, "most have voted before the end"
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
