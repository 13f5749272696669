"""Races in a heated thread, in real processes: one pause is for one answer, and slow mode is exact."""

import multiprocessing
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from app import POLICY_KINDS
from audience import pausing, replies
from audience.access import access_post
from audience.calm_tables import Heating, Pause
from audience.tables import Gate, Reply, Seat
from coop.book import Book
from coop.database import Database
from coop.errors import NotFound, NotYet, TooMany
from coop.identity import Identity
from coop.policies import Books
from tests.audience.factories import make_post
from tests.audience.heated import crowd, touchy
from tests.factories import identity_of, make_member, make_members
from tests.thorough import much

HOT = 4
TRIES = 12


def book_of(session: Session, clauses: dict[str, object]) -> Book:
    return touchy(Books(POLICY_KINDS).current(session), clauses)


def hot_thread(database: Database) -> tuple[int, Identity, datetime]:
    """Make a thread hot; return it, a stranger who has had a seat for an hour, and the moment."""
    with database.begin() as session:
        now: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
        book = book_of(session, {})
        post = make_post(session, identity_of(make_member(session, "ada")), book, now=now)
        crowd(session, post, HOT, now)
        ben = identity_of(make_member(session, "ben"))
        seated = now - timedelta(hours=1)
        session.add(Seat(member_id=ben.member_id, post_id=post.id, at=seated, via="post", epoch=1))
        return post.id, ben, now


def answers(
    url: str, who: Identity, post_id: int, now: datetime, clauses: dict[str, object], tries: int
) -> list[str]:
    """Answer a post several times at one moment, in a process of one's own; return what came of each."""
    database = Database(url, pool_size=tries)

    def once(_: int) -> str:
        try:
            with database.begin() as session:
                replies.write(session, who, book_of(session, clauses), post_id, "Well…", now)
        except (NotYet, TooMany) as error:
            return type(error).__name__
        return "said"

    with ThreadPoolExecutor(tries) as threads:
        found = list(threads.map(once, range(tries)))
    database.dispose()
    return found


def in_two_processes(database: Database, asked: Callable[[str], "partial[list[str]]"]) -> Counter[str]:
    url = database.bind.engine.url.render_as_string(hide_password=False)
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("forkserver")) as processes:
        runs = [processes.submit(asked(url)) for _ in range(2)]
        return Counter(one for run in runs for one in run.result(timeout=90))


def test_one_pause_is_for_one_answer_however_often_it_is_sent_at_once(committed: Database) -> None:
    post_id, ben, now = hot_thread(committed)
    with committed.begin() as session:
        pausing.begin(session, ben, book_of(session, {}), post_id, now)
    # Without slow mode, so that the pause alone stands in the way.
    clauses: dict[str, object] = {"/heat/warm/gap_s": 0, "/heat/hot/gap_s": 0}
    later = now + timedelta(seconds=20)
    found = in_two_processes(
        committed, lambda url: partial(answers, url, ben, post_id, later, clauses, TRIES)
    )
    assert found == {"said": 1, "NotYet": 2 * TRIES - 1}
    with committed.begin() as session:
        assert session.scalars(select(Pause)).all() == []
        assert len(session.scalars(select(Reply).where(col(Reply.author_id) == ben.member_id)).all()) == 1
        assert {one.level for one in session.scalars(select(Heating))} == {"warm", "hot"}
        assert len(session.scalars(select(Heating)).all()) == 2


def test_slow_mode_lets_one_answer_of_a_member_through_however_many_are_sent_at_once(
    committed: Database,
) -> None:
    post_id, ben, now = hot_thread(committed)
    clauses: dict[str, object] = {"/heat/hot/pause_s": 0}
    found = in_two_processes(committed, lambda url: partial(answers, url, ben, post_id, now, clauses, TRIES))
    assert found == {"said": 1, "TooMany": 2 * TRIES - 1}


def test_law_06_strangers_who_rush_to_a_hot_thread_come_one_at_a_time(committed: Database) -> None:
    post_id, ben, now = hot_thread(committed)
    with committed.begin() as session:
        book = book_of(session, {"/heat/hot/pause_s": 0, "/heat/hot/arrivals": 1})
        replies.write(session, ben, book, post_id, "Well…", now)
        strangers = [identity_of(row) for row in make_members(session, much(40, 300))]
    with committed.begin() as session:
        session.execute(update(Gate).values(arrival_at=None))

    def come(who: Identity) -> bool:
        try:
            with committed.begin() as session:
                access_post(session, who, book, post_id, now)
        except NotFound:
            return False
        return True

    with ThreadPoolExecutor(12) as threads:
        admitted = sum(threads.map(come, strangers))
    assert admitted == 1
    assert come(ben)
