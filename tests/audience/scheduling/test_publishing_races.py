"""Publishing at one moment, in real processes: each post once, and none that was taken back."""

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlmodel import Session, col

from app import POLICY_KINDS
from audience.scheduling import publishing, schedule
from audience.scheduling.tables import ScheduledPost
from audience.tables import Post
from coop.clock import Clock
from coop.database import Database
from coop.errors import Conflict, RuleBroken
from coop.features import SCHEDULED_POSTS
from coop.identity import Identity
from coop.policies import Books
from tests.audience.scheduling.ahead import given
from tests.coop.featured import give
from tests.databases import until_one_waits
from tests.factories import identity_of, make_member
from tests.thorough import much

WORKERS = 8
DAY = timedelta(days=1)


def entitled(session: Session, handle: str) -> Identity:
    member = make_member(session, handle)
    give(session, SCHEDULED_POSTS, member)
    return identity_of(member)


def keep(database: Database, number: int) -> tuple[Identity, list[int]]:
    """Have a member keep so many posts, each due at a moment that has come; return their ids."""
    with database.begin() as session:
        ada = entitled(session, "ada")
        now: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
        for index in range(number):
            session.add(
                ScheduledPost(
                    id=index + 1,
                    author_id=ada.member_id,
                    draft={**EMPTY, "body": f"Loaf {index}"},
                    publish_at=now - timedelta(seconds=1),
                    kept_at=now - DAY,
                )
            )
        return ada, [index + 1 for index in range(number)]


EMPTY: dict[str, object] = {
    "body": "",
    "teaser": "",
    "guild": None,
    "asset_id": None,
    "place_id": None,
    "language": None,
    "audience": {},
    "quote_id": None,
    "poll": None,
}


def work(url: str, workers: int) -> int:
    """Publish what is due by several workers, in a process of one's own; return how many they published."""
    database = Database(url, pool_size=workers)

    def run(_: int) -> int:
        return publishing.publish_due(database, Books(POLICY_KINDS), Clock())

    with ThreadPoolExecutor(workers) as threads:
        found = sum(threads.map(run, range(workers)))
    database.dispose()
    return found


def in_two_processes(database: Database) -> int:
    url = database.bind.engine.url.render_as_string(hide_password=False)
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("forkserver")) as processes:
        runs = [processes.submit(work, url, WORKERS) for _ in range(2)]
        return sum(run.result(timeout=90) for run in runs)


def bodies(session: Session) -> Sequence[str]:
    return session.scalars(select(col(Post.body)).order_by(col(Post.body))).all()


def test_law_14_many_workers_publish_each_post_once(committed: Database) -> None:
    _, kept = keep(committed, much(12, 60))
    assert in_two_processes(committed) == len(kept)
    with committed.begin() as session:
        assert list(bodies(session)) == sorted(f"Loaf {index}" for index in range(len(kept)))
        states = session.execute(select(col(ScheduledPost.state), func.count()).group_by(ScheduledPost.state))
        assert dict(states.all()) == {"published": len(kept)}
    assert in_two_processes(committed) == 0


def test_what_is_taken_back_while_it_is_due_is_either_published_or_gone(committed: Database) -> None:
    ada, kept = keep(committed, much(12, 40))

    def take_back(scheduled_id: int) -> bool:
        try:
            with committed.begin() as session:
                schedule.withdraw(session, ada, scheduled_id)
        except Conflict:
            return False
        return True

    def run(_: int) -> int:
        return publishing.publish_due(committed, Books(POLICY_KINDS), Clock())

    with ThreadPoolExecutor(12) as threads:
        published = [threads.submit(run, one) for one in range(4)]
        gone = sum(threads.map(take_back, reversed(kept)))
    assert sum(one.result() for one in published) + gone == len(kept)
    with committed.begin() as session:
        assert len(bodies(session)) == len(kept) - gone


def test_who_takes_back_what_is_being_published_waits_and_is_told(committed: Database) -> None:
    ada, (only,) = keep(committed, 1)

    def take_back() -> None:
        with committed.begin() as session:
            schedule.withdraw(session, ada, only)

    with ThreadPoolExecutor(1) as threads:
        with committed.begin() as session:
            book, now = Books(POLICY_KINDS).current(session), Clock().now(session)
            assert publishing.settle(session, book, only, now)
            taken_back = threads.submit(take_back)
            until_one_waits(committed)
        with pytest.raises(Conflict):
            taken_back.result(timeout=30)
    with committed.begin() as session:
        assert list(bodies(session)) == ["Loaf 0"]


def test_a_post_that_cannot_be_read_any_more_keeps_none_that_is_due_after_it(committed: Database) -> None:
    _, kept = keep(committed, 3)
    with committed.begin() as session:
        broken = update(ScheduledPost).where(col(ScheduledPost.id) == kept[0]).values(draft={"body": 7})
        session.execute(broken)
    assert publishing.publish_due(committed, Books(POLICY_KINDS), Clock()) == 2
    with committed.begin() as session:
        assert list(bodies(session)) == ["Loaf 1", "Loaf 2"]


def test_of_many_given_at_once_no_more_are_kept_than_the_clause_says(committed: Database) -> None:
    with committed.begin() as session:
        ada = entitled(session, "ada")

    def give_one(index: int) -> bool:
        try:
            with committed.begin() as session:
                book, now = Books(POLICY_KINDS).current(session), Clock().now(session)
                schedule.schedule(session, ada, book, given(f"Loaf {index}"), now + DAY, now)
        except RuleBroken:
            return False
        return True

    with ThreadPoolExecutor(12) as threads:
        assert sum(threads.map(give_one, range(36))) == 20
    with committed.begin() as session:
        assert len(schedule.mine(session, ada)) == 20
