"""Races at a gate: real threads, real processes, real commits."""

import multiprocessing
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import NamedTuple

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from audience import gate
from audience.limits import Limits
from audience.tables import Gate, Post, Seat
from coop.database import Database
from coop.identity import Identity
from coop.ids import new_id
from tests.audience.factories import NOW
from tests.databases import without
from tests.factories import id_of, identity_of, make_member, make_members
from tests.thorough import much

OPEN = Limits(seats=None, per_minute=None, burst=1)


def capped(seats: int) -> Limits:
    return Limits(seats=seats, per_minute=None, burst=1)


def make_posts(database: Database, number: int = 1) -> list[int]:
    """Add posts that have no gate yet: the first limited claims make it, in a race too."""
    with database.begin() as session:
        author = id_of(make_member(session))
        posts = [
            Post(id=new_id(NOW), author_id=author, body="Bread", audience={}, lock_any=[1], created_at=NOW)
            for _ in range(number)
        ]
        session.add_all(posts)
        session.flush()
        return [post.id for post in posts]


def make_viewers(database: Database, number: int) -> list[Identity]:
    with database.begin() as session:
        return [identity_of(row) for row in make_members(session, number)]


def come(database: Database, viewer: Identity, posts: list[int], limits: Limits) -> set[int]:
    """Ask for posts in a transaction of one's own, as a request that found no gate."""
    with database.begin() as session:
        claims = [gate.Claim(post, limits, gated=False) for post in posts]
        return gate.claim(session, viewer, claims, via="post", epoch=1, now=NOW)


def counted(database: Database, post_id: int) -> tuple[int | None, int]:
    """Return what the gate says and how many seats there are."""
    with database.begin() as session:
        seats = session.scalar(select(func.count()).where(col(Seat.post_id) == post_id))
        return session.scalar(select(col(Gate.taken)).where(col(Gate.post_id) == post_id)), seats or 0


class Answer(NamedTuple):
    """What came of one try, and when it began and ended by this process's clock."""

    began: float
    ended: float
    admitted: bool


Answers = dict[int, list[Answer]]


def rush(
    viewers: list[Identity], tries: int, threads: int, attempt: Callable[[Identity], set[int]]
) -> Answers:
    """Let every viewer try several times, shuffled over threads; return what came of it by member."""
    arrivals = viewers * tries
    random.Random(6).shuffle(arrivals)
    answers: Answers = {viewer.member_id: [] for viewer in viewers}

    def one(viewer: Identity) -> None:
        began = time.monotonic()
        admitted = bool(attempt(viewer))
        answers[viewer.member_id].append(Answer(began, time.monotonic(), admitted))

    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(one, viewer) for viewer in arrivals]:
            done.result()
    return answers


def test_law_06_a_cap_is_exact_when_many_members_try_three_times_over_32_threads(
    committed: Database,
) -> None:
    (post_id,), viewers = make_posts(committed), make_viewers(committed, much(120, 400))
    answers = rush(viewers, 3, 32, lambda viewer: come(committed, viewer, [post_id], capped(50)))
    assert len(admitted_by(answers)) == 50
    assert counted(committed, post_id) == (50, 50)


def admitted_by(answers: Answers) -> set[int]:
    return {member for member, of_one in answers.items() if any(one.admitted for one in of_one)}


def sent_away_after_being_seated(answers: Answers) -> list[Answer]:
    """Return the tries that were refused although they began when an earlier one had been let in."""
    return [
        one
        for of_one in answers.values()
        for one in of_one
        if not one.admitted and any(other.admitted and other.ended < one.began for other in of_one)
    ]


def test_law_06_the_race_is_lost_without_the_guard(committed: Database) -> None:
    without(committed, "take_seats", "AND (seats IS NULL OR taken < seats)")
    (post_id,), viewers = make_posts(committed), make_viewers(committed, 60)
    rush(viewers, 1, 8, lambda viewer: come(committed, viewer, [post_id], capped(50)))
    assert counted(committed, post_id) == (60, 60)


def test_law_06_the_count_is_lost_without_holding_the_post(committed: Database) -> None:
    """A gate made without waiting for seats under way misses them, and the cap is oversold."""
    (post_id,), (early, *late) = make_posts(committed), make_viewers(committed, 3)
    entered, leave = threading.Event(), threading.Event()

    def linger() -> None:
        with committed.begin() as session:
            gate.claim(session, early, [gate.Claim(post_id, OPEN, False)], via="post", epoch=1, now=NOW)
            entered.set()
            leave.wait(5)

    without(committed, "make_gates", "PERFORM id FROM post WHERE id = ANY(posts) ORDER BY id FOR UPDATE;")
    with ThreadPoolExecutor(1) as pool:
        lingering = pool.submit(linger)
        entered.wait(5)
        for viewer in late:
            come(committed, viewer, [post_id], capped(2))
        leave.set()
        lingering.result()
    taken, seats = counted(committed, post_id)
    assert (taken, seats) == (2, 3)


def test_law_06_a_limit_waits_for_seats_under_way_and_counts_them(committed: Database) -> None:
    (post_id,), (early, *late) = make_posts(committed), make_viewers(committed, 3)
    entered = threading.Event()

    def linger() -> None:
        with committed.begin() as session:
            gate.claim(session, early, [gate.Claim(post_id, OPEN, False)], via="post", epoch=1, now=NOW)
            entered.set()
            time.sleep(0.3)

    with ThreadPoolExecutor(1) as pool:
        lingering = pool.submit(linger)
        entered.wait(5)
        answers = [come(committed, viewer, [post_id], capped(2)) for viewer in late]
        lingering.result()
    assert answers == [{post_id}, set()]
    assert counted(committed, post_id) == (2, 2)


def test_law_06_a_cap_that_moves_during_the_rush_keeps_its_seats_and_admits_to_its_height(
    committed: Database,
) -> None:
    (post_id,), viewers = make_posts(committed), make_viewers(committed, much(80, 240))
    counts = []
    seated: set[int] = set()
    for limits in map(capped, (30, 10, 35)):
        answers = rush(viewers, 2, 16, partial(come, committed, posts=[post_id], limits=limits))
        assert all(all(answers[member]) for member in seated)
        seated |= admitted_by(answers)
        counts.append(len(seated))
    assert counts == [30, 30, 35]
    assert counted(committed, post_id) == (35, 35)


def test_law_06_a_cap_that_moves_under_the_very_threads_is_never_passed(committed: Database) -> None:
    (post_id,), viewers = make_posts(committed), make_viewers(committed, much(90, 200))
    cap = [30]

    def attempt(viewer: Identity) -> set[int]:
        return come(committed, viewer, [post_id], capped(cap[0]))

    def move() -> None:
        for height in (10, 35):
            time.sleep(0.15)
            cap[0] = height

    with ThreadPoolExecutor(1) as mover:
        done = mover.submit(move)
        answers = rush(viewers, 3, 16, attempt)
        done.result()
    rush(viewers, 1, 16, attempt)
    assert sent_away_after_being_seated(answers) == []
    assert counted(committed, post_id) == (35, 35)


def test_law_06_pages_of_open_and_limited_posts_never_deadlock_nor_miscount(committed: Database) -> None:
    """Half the requests still see the posts open, as those begun before an enactment do."""
    posts, viewers = make_posts(committed, 12), make_viewers(committed, 60)
    shuffled = random.Random(3)

    def attempt(viewer: Identity) -> set[int]:
        wanted = shuffled.sample(posts, 8)
        return come(committed, viewer, wanted, OPEN if shuffled.random() < 0.5 else capped(20))

    rush(viewers, 4, 16, attempt)
    for post_id in posts:
        taken, seats = counted(committed, post_id)
        assert taken == seats
    for post_id in posts:
        before = counted(committed, post_id)[1]
        rush(viewers[:30], 1, 8, partial(come, committed, posts=[post_id], limits=capped(20)))
        assert counted(committed, post_id) == (max(20, before),) * 2


def test_law_06_one_member_with_many_requests_at_once_takes_one_seat(committed: Database) -> None:
    posts, (viewer,) = make_posts(committed, 5), make_viewers(committed, 1)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: come(committed, viewer, posts, capped(1)), range(24)))
    assert answers == [set(posts)] * 24
    assert [counted(committed, post) for post in posts] == [(1, 1)] * 5


def test_law_06_arrivals_obey_the_limiter_under_a_rush(committed: Database) -> None:
    (post_id,), viewers = make_posts(committed), make_viewers(committed, 120)
    limits = Limits(seats=None, per_minute=600, burst=10)
    began = time.monotonic()
    answers = rush(viewers, 4, 16, lambda viewer: come(committed, viewer, [post_id], limits))
    most = 10 + 10 * (time.monotonic() - began)
    admitted = len(admitted_by(answers))
    assert 10 <= admitted <= most
    assert sent_away_after_being_seated(answers) == []
    assert counted(committed, post_id) == (admitted, admitted)


def _rush_in_a_process(url: str, post_id: int, members: list[int], seed: int) -> int:
    """Come once as each member, from a process of its own; return how many were let in."""
    database = Database(url, pool_size=4)
    random.Random(seed).shuffle(members)

    def attempt(member_id: int) -> set[int]:
        viewer = Identity(member_id, f"m{member_id}", "M", NOW - timedelta(days=1))
        return come(database, viewer, [post_id], capped(50))

    with ThreadPoolExecutor(4) as pool:
        admitted = sum(map(bool, pool.map(attempt, members)))
    database.dispose()
    return admitted


@pytest.mark.long
def test_law_06_a_cap_is_exact_across_processes(committed: Database) -> None:
    (post_id,) = make_posts(committed)
    members = [viewer.member_id for viewer in make_viewers(committed, 160)]
    url = committed.bind.engine.url.render_as_string(hide_password=False)
    server = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(3, mp_context=server) as processes:
        share = [members[:110], members[25:135], members[50:]]
        runs = [processes.submit(_rush_in_a_process, url, post_id, one, n) for n, one in enumerate(share)]
        admitted = [run.result(timeout=60) for run in runs]
    assert counted(committed, post_id) == (50, 50)
    assert sum(admitted) >= 50
