"""What is counted of authors, and that counting twice changes nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from audience import posts, replies
from audience.access import access_post
from audience.feeds import author_signals
from audience.feeds.rules import FEEDS
from audience.feeds.tables import AuthorSignals
from coop.book import Book
from coop.database import Database
from coop.identity import Identity
from tests.audience.factories import NOW, make_post, wide_open, with_clauses
from tests.audience.threaded import Talk
from tests.factories import identity_of, make_member

DAY = timedelta(days=1)


def someone(session: Session) -> Identity:
    return identity_of(make_member(session))


def known(session: Session) -> dict[int, tuple[int, int, int]]:
    rows = session.execute(
        select(
            col(AuthorSignals.member_id),
            col(AuthorSignals.posts),
            col(AuthorSignals.viewers),
            col(AuthorSignals.answered),
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
    author_signals.refresh(session, book, NOW)
    assert known(session) == {ada.member_id: (2, 2, 0)}


def answered(talk: Talk) -> int:
    """How many people the author of the post has answered, as the job counts them."""
    author_signals.refresh(talk.session, talk.book, NOW + DAY)
    return known(talk.session)[talk.who("ada").member_id][2]


@pytest.fixture
def talk(session: Session, book: Book) -> Talk:
    """A post of ada's under which eight people have written, one of them twice."""
    made = Talk(session, wide_open(book))
    for number in range(8):
        made.say(f"r{number}", f"Reply {number}")
    made.say("r0", "Once more")
    return made


def test_one_answer_under_one_reply_of_eight_answers_one_person(talk: Talk) -> None:
    assert answered(talk) == 0
    talk.say("ada", "Yes, r3", under="Reply 3")
    assert answered(talk) == 1
    talk.say("ada", "Yes, again", under="Reply 3")
    talk.say("ada", "Both of yours", under="Reply 0")
    talk.say("ada", "And this", under="Once more")
    assert answered(talk) == 2, "people, and not replies"


def test_an_answer_is_to_the_reply_right_above_it(talk: Talk) -> None:
    talk.say("r5", "r5 to r1", under="Reply 1")
    talk.say("ada", "ada to r5", under="r5 to r1")
    assert answered(talk) == 1, "r5 and not r1, under whose reply they both stand"
    talk.say("ada", "ada to herself", under="ada to r5")
    assert answered(talk) == 1


def test_what_an_author_says_to_all_or_others_say_answers_nobody(talk: Talk) -> None:
    talk.say("ada", "Thank you all")
    talk.say("r2", "I agree", under="Reply 1")
    assert answered(talk) == 0


@pytest.mark.parametrize("gone", ["Yes, r3", "Reply 3"])
def test_an_answer_counts_while_both_it_and_what_it_answers_are_there(talk: Talk, gone: str) -> None:
    talk.say("ada", "Yes, r3", under="Reply 3")
    talk.say("ada", "Yes, r4", under="Reply 4")
    talk.take_back("ada" if gone == "Yes, r3" else "r3", gone)
    assert answered(talk) == 1


def test_law_01_posts_viewers_and_answers_are_counted_as_far_back_as_clauses_say(
    session: Session, book: Book, ada: Identity
) -> None:
    open_book = wide_open(book)
    for days in (1, 5, 10, 20):
        post = make_post(session, ada, open_book, now=NOW - days * DAY)
        reader = someone(session)
        said = replies.write(session, reader, open_book, post.id, "Hm", NOW - days * DAY)
        replies.write(session, ada, open_book, post.id, "Yes", NOW - days * DAY, parent_id=said.id)
    for clauses, expected in (
        ({}, (2, 4, 4)),
        ({"/signals/small/posts_window": "P1D"}, (1, 4, 4)),
        ({"/signals/small/posts_window": "P14D"}, (3, 4, 4)),
        ({"/signals/small/viewers_window": "P7D"}, (2, 2, 4)),
        ({"/signals/conversation/window": "P14D"}, (2, 4, 3)),
    ):
        author_signals.refresh(session, with_clauses(open_book, FEEDS, clauses), NOW)
        assert known(session) == {ada.member_id: expected}, clauses


def test_law_14_a_second_run_changes_nothing_and_time_forgets(
    session: Session, book: Book, ada: Identity
) -> None:
    post = make_post(session, ada, book)
    access_post(session, someone(session), book, post.id, NOW)
    assert author_signals.refresh(session, book, NOW) == 1
    assert author_signals.refresh(session, book, NOW) == 0
    assert author_signals.refresh(session, book, NOW + 8 * DAY) == 1
    assert known(session) == {ada.member_id: (0, 1, 0)}
    author_signals.refresh(session, book, NOW + 60 * DAY)
    assert known(session) == {}


def test_law_14_two_workers_do_the_work_once(committed: Database, book: Book) -> None:
    with committed.begin() as session:
        make_post(session, identity_of(make_member(session)), book)
    with committed.begin() as first, committed.begin() as second:
        assert author_signals.refresh(first, book, NOW) == 1
        assert author_signals.refresh(second, book, NOW) == 0
