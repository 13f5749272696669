"""Lists that several change at once, in real processes: nothing is lost, doubled, or beyond a clause."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from random import Random
from threading import Event
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import Session, col

from app import POLICY_KINDS
from audience.access import access_post
from audience.playlists import items, keeping, sequence, taking_out
from audience.playlists.order import Place
from audience.playlists.tables import Playlist, PlaylistItem
from audience.rules import AUDIENCE
from coop.clock import Clock
from coop.database import Database
from coop.errors import Forbidden, NotFound, RuleBroken
from coop.features import PLAYLISTS
from coop.identity import Identity
from coop.policies import Books
from tests.audience.factories import make_post, wide_open
from tests.coop.featured import enacted, give
from tests.factories import identity_of, make_member
from tests.thorough import much

AT_ONCE = 6
POSTS = 12


def prepared(database: Database, number: int, *, filled: bool = True) -> tuple[Identity, int, list[int]]:
    """Have Ada keep a list, and publish so many posts, which are in it where it is filled."""
    with database.begin() as session:
        member = make_member(session, "ada")
        give(session, PLAYLISTS, member)
        ada, book = identity_of(member), Books(POLICY_KINDS).current(session)
        now = Clock().now(session)
        posts = [
            make_post(session, ada, wide_open(book), now=now, body=f"Loaf {one}").id for one in range(number)
        ]
        made = keeping.make(session, ada, book, "Bread", "", "members", None, now)
        for post in posts if filled else ():
            items.add(session, ada, book, made.id, post, now)
        return ada, made.id, posts


def url_of(database: Database) -> str:
    return database.bind.engine.url.render_as_string(hide_password=False)


def order(session: Session, playlist_id: int) -> list[int]:
    rows = select(col(PlaylistItem.post_id)).where(col(PlaylistItem.playlist_id) == playlist_id)
    return list(session.scalars(rows.order_by(col(PlaylistItem.position))))


def shuffle(url: str, ada: Identity, playlist_id: int, posts: list[int], seed: int, moves: int) -> int:
    """Move posts about, beside one another and to the ends, by several at once; return how many moves."""
    database, books = Database(url, pool_size=AT_ONCE), Books(POLICY_KINDS)

    def run(number: int) -> int:
        random = Random(seed * 100 + number)
        for _ in range(moves):
            post, anchor = random.sample(posts, 2)
            to = random.choice(
                [Place(before=anchor), Place(after=anchor), Place(number=random.randint(1, 20))]
            )
            with database.begin() as session:
                now = Clock().now(session)
                items.move(session, ada, books.current(session), playlist_id, post, to, now)
        return moves

    with ThreadPoolExecutor(AT_ONCE) as threads:
        done = sum(threads.map(run, range(AT_ONCE)))
    database.dispose()
    return done


def test_moves_at_once_leave_the_same_posts_in_another_order(committed: Database) -> None:
    ada, playlist_id, posts = prepared(committed, POSTS)
    moves = much(12, 80)
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("forkserver")) as processes:
        runs = [
            processes.submit(shuffle, url_of(committed), ada, playlist_id, posts, seed, moves)
            for seed in (1, 2)
        ]
        assert sum(run.result(timeout=90) for run in runs) == 2 * AT_ONCE * moves
    with committed.begin() as session:
        assert sorted(order(session, playlist_id)) == sorted(posts)
        assert order(session, playlist_id) != posts


def trial(database: Database, act: Callable[[Session], object]) -> bool:
    """Do something in a transaction of its own; say whether it was done."""
    try:
        with database.begin() as session:
            act(session)
    except (Forbidden, NotFound, RuleBroken):
        return False
    return True


def adding(session: Session, ada: Identity, playlist_id: int, post: int) -> None:
    book, now = Books(POLICY_KINDS).current(session), Clock().now(session)
    items.add(session, ada, book, playlist_id, post, now)


def test_law_06_of_many_added_at_once_no_more_are_in_a_list_than_the_clause_says(committed: Database) -> None:
    with committed.begin() as session:
        enacted(session, {"/playlists/items": 10}, AUDIENCE)
    ada, playlist_id, posts = prepared(committed, 3 * POSTS, filled=False)
    acts = [partial(adding, ada=ada, playlist_id=playlist_id, post=post) for post in posts]
    with ThreadPoolExecutor(12) as threads:
        assert sum(threads.map(partial(trial, committed), acts)) == 10
    with committed.begin() as session:
        assert len(order(session, playlist_id)) == 10


def test_law_06_of_many_made_at_once_there_are_no_more_lists_than_the_clause_says(
    committed: Database,
) -> None:
    ada, _, _ = prepared(committed, 0)

    def make(session: Session) -> None:
        book, now = Books(POLICY_KINDS).current(session), Clock().now(session)
        keeping.make(session, ada, book, "More", "", "members", None, now)

    with ThreadPoolExecutor(12) as threads:
        assert sum(threads.map(partial(trial, committed), [make] * 36)) == 19
    with committed.begin() as session:
        assert session.scalar(select(func.count()).select_from(Playlist)) == 20


def test_what_authors_keep_out_while_it_is_added_is_in_no_list_of_others(committed: Database) -> None:
    ada, playlist_id, _ = prepared(committed, 0)
    with committed.begin() as session:
        ben = identity_of(make_member(session, "ben"))
        book, now = Books(POLICY_KINDS).current(session), Clock().now(session)
        posts = [make_post(session, ben, wide_open(book), now=now).id for _ in range(much(24, 60))]

    def keep_out(session: Session, post: int) -> None:
        book, now = Books(POLICY_KINDS).current(session), Clock().now(session)
        if post % 2:
            taking_out.keep_out(session, ben, post, now)
        else:
            taking_out.take_out(session, ben, book, post, playlist_id, now)

    acts = [
        act
        for post in posts
        for act in (
            partial(keep_out, post=post),
            *[partial(adding, ada=ada, playlist_id=playlist_id, post=post)] * 2,
        )
    ]
    with ThreadPoolExecutor(12) as threads:
        done = list(threads.map(partial(trial, committed), acts))
    assert all(done[::3])
    with committed.begin() as session:
        assert order(session, playlist_id) == []
        book, now = Books(POLICY_KINDS).current(session), Clock().now(session)
        assert sequence.seen(session, ada, book, playlist_id, now) == []


def test_who_is_about_to_add_a_post_is_waited_for_by_whoever_keeps_it_out(
    committed: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, playlist_id, _ = prepared(committed, 0)
    with committed.begin() as session:
        ben = identity_of(make_member(session, "ben"))
        book, now = Books(POLICY_KINDS).current(session), Clock().now(session)
        post = make_post(session, ben, book, now=now).id
        # Whoever takes a seat holds the post by that; Ada has one already.
        access_post(session, ada, book, post, now)
    about_to, kept_out, seen = Event(), Event(), sequence.seen

    def slowly(*asked: Any) -> list[int]:
        about_to.set()
        kept_out.wait(1)
        return seen(*asked)

    monkeypatch.setattr(sequence, "seen", slowly)
    with ThreadPoolExecutor(1) as threads:
        added = threads.submit(trial, committed, partial(adding, ada=ada, playlist_id=playlist_id, post=post))
        assert about_to.wait(30)
        with committed.begin() as session:
            taking_out.keep_out(session, ben, post, Clock().now(session))
        kept_out.set()
        assert added.result(timeout=30)
    with committed.begin() as session:
        assert order(session, playlist_id) == []
