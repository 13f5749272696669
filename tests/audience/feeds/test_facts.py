"""Tests of what a process keeps of posts: it is never older than what the statement of a page saw."""

from datetime import timedelta
from typing import Any

import pytest
from psycopg.rows import TupleRow, tuple_row
from sqlalchemy import text, update
from sqlmodel import Session, col

from audience.feeds import author_signals, candidates, facts, post_signals
from audience.feeds.signals import Candidate
from audience.feeds.tables import PostSignals
from audience.tables import Post
from coop.book import Book
from coop.driver import DriverStatement
from coop.identity import Identity
from tests.audience.factories import NOW, make_post
from tests.coop.statements import counted
from tests.factories import identity_of, make_member

SEEN = DriverStatement(
    text("""
SELECT xmin, ctid, id, NULL, NULL, false, 0, 0, false, false, false FROM post
WHERE id = ANY(CAST(:posts AS bigint[])) ORDER BY id
"""),
    tuple_row,
)
RUNS = text(f"SELECT {facts.RUNS}")
HOUR = timedelta(hours=1)


def someone(session: Session) -> Identity:
    return identity_of(make_member(session))


def seen(session: Session, *posts: int) -> list[TupleRow]:
    """Return rows as the statement that finds candidates does."""
    return SEEN.rows(session, {"posts": list(posts)})


def runs(session: Session) -> str | None:
    found: str | None = session.execute(RUNS).scalar_one()
    return found


def completed(session: Session, *posts: int) -> list[Candidate]:
    return facts.completed(session, seen(session, *posts), runs(session))


def change(session: Session, post: Post, **said: Any) -> None:
    session.execute(update(Post).where(col(Post.id) == post.id).values(**said))


def test_what_stands_is_asked_for_once_whoever_reads(session: Session, book: Book) -> None:
    posts = [make_post(session, someone(session), book).id for _ in range(3)]
    first = completed(session, *posts)
    rows, came = seen(session, *posts), runs(session)
    with counted(session) as sent:
        assert facts.completed(session, rows, came) == first
    assert sent == []
    rows = seen(session, *posts, make_post(session, someone(session), book).id)
    with counted(session) as sent:
        assert [one.id for one in facts.completed(session, rows, came)] == [row[2] for row in rows]
    assert len(sent) == 1


def test_law_03_each_version_of_a_post_is_read_though_one_transaction_wrote_them_all(
    session: Session, book: Book
) -> None:
    post = make_post(session, someone(session), book)
    for norm in (1.0, 2.0, 1.0):
        change(session, post, norm=norm)
        (found,) = completed(session, post.id)
        assert found.norm == norm


def test_what_was_rolled_back_is_not_kept(session: Session, book: Book) -> None:
    post = make_post(session, someone(session), book)
    with session.begin_nested() as attempt:
        change(session, post, norm=1.0)
        assert completed(session, post.id)[0].norm == 1
        attempt.rollback()
    assert completed(session, post.id)[0].norm == 0


def test_law_03_a_run_of_a_job_has_everything_read_again(session: Session, book: Book) -> None:
    author = someone(session)
    post = make_post(session, author, book, now=NOW - HOUR)
    assert completed(session, post.id)[0].posts == 0
    author_signals.refresh(session, book, NOW)
    assert completed(session, post.id)[0].posts == 1
    session.add(PostSignals(post_id=post.id, finish=1, bridge=2, heat=3, computed_at=NOW))
    session.flush()
    post_signals.refresh(session, book, NOW)
    (found,) = completed(session, post.id)
    assert (found.finish, found.heat, found.bridge) != (1, 3, 2), "the run has counted by itself"


def test_after_a_run_the_newest_are_asked_about_at_once(session: Session, book: Book) -> None:
    posts = [make_post(session, someone(session), book, now=NOW - HOUR).id for _ in range(3)]
    completed(session, *posts)
    author_signals.refresh(session, book, NOW)
    assert completed(session, posts[0])[0].posts == 1
    rows, came = seen(session, *posts), runs(session)
    with counted(session) as sent:
        assert [one.posts for one in facts.completed(session, rows, came)] == [1, 1, 1]
    assert sent == []


def test_an_author_is_known_alike_in_all_their_posts_though_a_run_comes_between(
    session: Session, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "_BEGIN", facts._ASK)  # so that one of the two is kept and not the other
    author = someone(session)
    older, newer = (make_post(session, author, book, now=NOW - hours * HOUR).id for hours in (2, 1))
    rows, before = seen(session, older, newer), runs(session)
    facts.completed(session, rows[:1], before)
    author_signals.refresh(session, book, NOW)
    assert [one.posts for one in facts.completed(session, rows, before)] == [2, 2]
    assert [one.posts for one in completed(session, older, newer)] == [2, 2]


def test_a_process_keeps_no_more_than_it_may(
    session: Session, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "MOST", 2)
    monkeypatch.setattr(facts, "_BEGIN", facts._ASK)
    posts = [make_post(session, someone(session), book).id for _ in range(3)]
    completed(session, *posts[:2])
    completed(session, posts[2])
    for wanted, statements in ((posts[2], 0), (posts[0], 1)):
        rows, came = seen(session, wanted), runs(session)
        with counted(session) as sent:
            facts.completed(session, rows, came)
        assert len(sent) == statements


def test_what_is_kept_is_what_the_database_says_where_it_is_joined(
    session: Session, book: Book, ben: Identity
) -> None:
    author = someone(session)
    post = make_post(session, author, book, body="#bread", now=NOW - HOUR)
    author_signals.refresh(session, book, NOW)
    joined = candidates.candidate(session, ben, book, post.id, NOW)
    for kept in (completed(session, post.id)[0] for _ in range(2)):
        assert kept[facts.FOUND :] == joined[facts.FOUND :]
    session.refresh(post)
    told = (post.id, author.member_id, post.features, post.norm, 1)
    assert (joined.id, joined.author_id, joined.features, joined.norm, joined.posts) == told
