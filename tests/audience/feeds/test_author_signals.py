"""What is counted of authors, and that counting twice changes nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from audience import posts, replies
from audience.access import access_post
from audience.feeds import author_signals
from audience.feeds.tables import AuthorSignals
from coop.book import Book
from coop.database import Database
from coop.identity import Identity
from tests.audience.factories import NOW, make_post
from tests.factories import identity_of, make_member

DAY = timedelta(days=1)


@pytest.fixture
def ada(session: Session) -> Identity:
    return identity_of(make_member(session, "ada"))


def someone(session: Session) -> Identity:
    return identity_of(make_member(session))


def known(session: Session) -> dict[int, tuple[int, int, int]]:
    rows = session.execute(
        select(
            col(AuthorSignals.member_id),
            col(AuthorSignals.posts_7d),
            col(AuthorSignals.viewers_28d),
            col(AuthorSignals.answered_28d),
        )
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def test_posts_of_a_week_and_viewers_of_four_are_counted(session: Session, book: Book, ada: Identity) -> None:
    made = [make_post(session, ada, book, now=NOW - days * DAY) for days in (1, 6, 8, 40)]
    posts.delete(session, ada, make_post(session, ada, book).id, NOW)
    twice, once, long_ago = (someone(session) for _ in range(3))
    for viewer, post, days in (
        (twice, made[0], 0),
        (twice, made[1], 0),
        (once, made[3], 27),
        (long_ago, made[3], 29),
    ):
        access_post(session, viewer, book, post.id, NOW - days * DAY)
    author_signals.refresh(session, NOW)
    assert known(session) == {ada.member_id: (2, 2, 0)}


def test_people_are_counted_whom_the_author_answered_after_they_wrote(
    session: Session, book: Book, ada: Identity
) -> None:
    post, other = make_post(session, ada, book), make_post(session, ada, book)
    answered, unanswered, early = (someone(session) for _ in range(3))
    replies.write(session, early, book, post.id, "Long ago", NOW - 30 * DAY)
    replies.write(session, answered, book, post.id, "First", NOW)
    replies.write(session, answered, book, post.id, "Second", NOW)
    replies.write(session, ada, book, post.id, "Yes", NOW + DAY)
    replies.write(session, unanswered, book, post.id, "Too late", NOW + 2 * DAY)
    replies.write(session, unanswered, book, other.id, "Hello", NOW)
    author_signals.refresh(session, NOW)
    assert known(session)[ada.member_id][2] == 1


def test_law_14_a_second_run_changes_nothing_and_time_forgets(
    session: Session, book: Book, ada: Identity
) -> None:
    post = make_post(session, ada, book)
    access_post(session, someone(session), book, post.id, NOW)
    assert author_signals.refresh(session, NOW) == 1
    assert author_signals.refresh(session, NOW) == 0
    assert author_signals.refresh(session, NOW + 8 * DAY) == 1
    assert known(session) == {ada.member_id: (0, 1, 0)}
    author_signals.refresh(session, NOW + 60 * DAY)
    assert known(session) == {}


def test_law_14_two_workers_do_the_work_once(committed: Database, book: Book) -> None:
    with committed.begin() as session:
        make_post(session, identity_of(make_member(session)), book)
    with committed.begin() as first, committed.begin() as second:
        assert author_signals.refresh(first, NOW) == 1
        assert author_signals.refresh(second, NOW) == 0
