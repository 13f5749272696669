"""Races against a limit for now: real threads, real commits."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import cycle

from sqlalchemy import select
from sqlmodel import Session, col

from app import POLICY_KINDS
from audience import following, limit_for_now
from audience.access import access_post
from audience.tables import Relation, Seat
from coop.book import Book
from coop.database import Database
from coop.errors import NotFound
from coop.identity import Identity
from coop.policies import Books
from tests.audience.factories import NOW, make_post, wide_open
from tests.factories import identity_of, make_member, make_members
from tests.thorough import much

STRANGERS = 16


class Storm:
    """An author with many posts, whom sixteen strangers open one after another while the limit is set."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.set_at = float("inf")
        """By this process's clock: when the limit was on, seen from whoever set it."""
        self.begun: dict[tuple[int, int], float] = {}
        """By stranger and post: when the request that was let in had begun."""
        self.refused = 0
        self.under_way = threading.Barrier(STRANGERS + 1)
        with database.begin() as session:
            self.book: Book = wide_open(Books(POLICY_KINDS).current(session))
            self.author = identity_of(make_member(session, "ada"))
            self.posts = [make_post(session, self.author, self.book).id for _ in range(much(60, 400))]
            self.strangers = [identity_of(row) for row in make_members(session, STRANGERS)]

    def comes(self, stranger: Identity) -> None:
        """Open posts, each in a request of its own, until some of them are refused."""
        self.under_way.wait(30)
        refused = 0
        for post_id in cycle(self.posts):
            began = time.monotonic()
            try:
                with self.database.begin() as session:
                    access_post(session, stranger, self.book, post_id, NOW)
            except NotFound:
                refused += 1
            else:
                self.begun.setdefault((stranger.member_id, post_id), began)
            if refused > 5 or began > self.set_at + 2:
                break
        self.refused += refused

    def limits(self) -> None:
        self.under_way.wait(30)
        time.sleep(0.1)
        with self.database.begin() as session:
            limit_for_now.begin(session, self.author, self.book, None, "strangers", NOW)
        self.set_at = time.monotonic()


def test_law_06_no_stranger_is_seated_whose_request_began_after_the_limit_was_set(
    committed: Database,
) -> None:
    storm = Storm(committed)
    with ThreadPoolExecutor(STRANGERS + 1) as threads:
        deeds = [threads.submit(storm.limits)]
        deeds += [threads.submit(partial(storm.comes, one)) for one in storm.strangers]
        for deed in deeds:
            deed.result(120)
    late = [pair for pair, began in storm.begun.items() if began > storm.set_at]
    assert late == []
    assert storm.begun, "some were seated before"
    assert storm.refused > STRANGERS, "some came after"
    with committed.begin() as session:
        assert seated(session) == set(storm.begun)


def seated(session: Session) -> set[tuple[int, int]]:
    rows = session.execute(select(col(Seat.member_id), col(Seat.post_id)))
    return {(row.member_id, row.post_id) for row in rows}


def followers(database: Database) -> set[int]:
    with database.begin() as session:
        return set(session.scalars(select(col(Relation.member_id)).where(col(Relation.kind) == "follow")))


def test_once_the_limit_is_set_nobody_begins_to_follow(committed: Database) -> None:
    with committed.begin() as session:
        book = Books(POLICY_KINDS).current(session)
        author = identity_of(make_member(session, "ada"))
        crowd = [identity_of(row) for row in make_members(session, much(60, 400))]
    at_once: list[set[int]] = []

    def come(one: Identity) -> None:
        with committed.begin() as session:
            following.follow(session, one, book, "ada", NOW)
            time.sleep(0.005)

    def limit() -> None:
        with committed.begin() as session:
            limit_for_now.begin(session, author, book, None, "strangers", NOW)
        at_once.append(followers(committed))

    deeds: list[Callable[[], None]] = [partial(come, one) for one in crowd]
    deeds.insert(len(crowd) // 3, limit)
    with ThreadPoolExecutor(12) as threads:
        for deed in [threads.submit(one) for one in deeds]:
            deed.result(60)
    assert at_once == [followers(committed)]
    assert 0 < len(at_once[0]) < len(crowd)
