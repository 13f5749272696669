"""Ask notices: an author is told once that something waits, however much; and who asked, of a yes."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlmodel import Session

from audience import grants, likes, posts, replies, reposts
from audience.posts import Draft
from coop import notices
from coop.book import Book
from coop.database import Database
from coop.identity import Identity
from tests.audience.factories import NOW, founding_book, make_post
from tests.coop.told import EVER, told, unread
from tests.factories import identity_of, make_member

HOUR = timedelta(hours=1)
ASKING: dict[str, Any] = {
    "interact": {verb: {"ask": [{"local": True}]} for verb in ("like", "repost", "quote", "reply")}
}


def quote(session: Session, who: Identity, book: Book, post_id: int, at: Any) -> None:
    posts.publish(session, who, book, Draft(body="See", quote_id=post_id), at)


def answer(session: Session, who: Identity, book: Book, post_id: int, at: Any) -> None:
    replies.write(session, who, book, post_id, "May I?", at)


WAYS: dict[str, Callable[..., object]] = {
    "like": likes.like,
    "repost": reposts.repost,
    "quote": quote,
    "reply": answer,
}


@pytest.mark.parametrize("verb", WAYS)
def test_law_07_an_author_is_told_that_something_waits_and_of_nobody(
    session: Session, book: Book, ada: Identity, ben: Identity, verb: str
) -> None:
    open_one, asking = make_post(session, ada, book), make_post(session, ada, book, ASKING)
    if verb != "quote":
        WAYS[verb](session, ben, book, open_one.id, NOW)
    assert told(session, ada) == []
    WAYS[verb](session, ben, book, asking.id, NOW)
    (notice,) = told(session, ada)
    assert (notice.topic, notice.line, notice.detail) == ("ask", "Somebody waits for your yes.", "")
    assert (notice.path, notice.at) == ("/members/me/asks", NOW)
    assert told(session, ben) == []


def test_whatever_else_waits_is_not_told_until_the_notice_was_read(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book, ASKING)
    for hours, act in enumerate(WAYS.values()):
        act(session, ben, book, post.id, NOW + hours * HOUR)
    assert len(told(session, ada)) == 1
    notices.mark_read(session, ada, [told(session, ada)[0].id], NOW + 5 * HOUR)
    assert unread(session, ada) == 0
    for hours in (6, 7):
        answer(session, ben, book, post.id, NOW + hours * HOUR)
    assert [one.read_at is None for one in told(session, ada)] == [True, False]
    notices.mark_read_through(session, ada, told(session, ada)[0].id, EVER)
    answer(session, ben, book, post.id, NOW + 9 * HOUR)
    assert len(told(session, ada)) == 3


def test_asking_again_for_what_waits_already_tells_nothing(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book, ASKING)
    likes.like(session, ben, book, post.id, NOW)
    notices.mark_read(session, ada, [told(session, ada)[0].id], NOW)
    likes.like(session, ben, book, post.id, NOW + HOUR)
    assert len(told(session, ada)) == 1


def test_a_notice_that_was_swept_does_not_silence_what_comes_later(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book, ASKING)
    likes.like(session, ben, book, post.id, NOW)
    assert notices.sweep(session, timedelta(days=1), NOW + timedelta(days=2)) == 1
    reposts.repost(session, ben, book, post.id, NOW + timedelta(days=2))
    assert len(told(session, ada)) == 1


def test_those_who_ask_at_once_bring_one_notice(committed: Database) -> None:
    book = founding_book()
    with committed.begin() as session:
        ada, *people = (identity_of(make_member(session)) for _ in range(9))
        post_id = make_post(session, ada, book, ASKING).id
    barrier = Barrier(len(people))

    def ask(who: Identity, act: Callable[..., object]) -> None:
        barrier.wait()
        with committed.begin() as session:
            act(session, who, book, post_id, NOW)

    threads = [Thread(target=ask, args=one) for one in zip(people, [*WAYS.values()] * 2, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with committed.begin() as session:
        assert len(told(session, ada)) == 1
        assert len(grants.page(session, ada, after=0, limit=9)[0]) == 8


@pytest.mark.parametrize(
    ("verb", "line"),
    [
        ("quote", "You asked to show a post inside yours, and its author said yes."),
        ("reply", "You asked to answer a post, and its author said yes."),
    ],
)
def test_whoever_made_what_waited_is_told_of_a_yes_once_and_never_of_a_no(
    session: Session, book: Book, ada: Identity, ben: Identity, verb: str, line: str
) -> None:
    asking = make_post(session, ada, book, ASKING)
    for at in (NOW, NOW + HOUR):
        WAYS[verb](session, ben, book, asking.id, at)
    refused, granted = [one.id for one in grants.page(session, ada, after=0, limit=5)[0]]
    grants.refuse(session, ada, refused, NOW + HOUR)
    assert told(session, ben) == []
    grants.grant(session, ada, book, granted, NOW + 2 * HOUR)
    (notice,) = told(session, ben)
    path = granted if verb == "quote" else asking.id
    assert (notice.topic, notice.line, notice.path) == ("ask", line, f"/posts/{path}")
    if verb == "quote":
        grants.grant(session, ada, book, granted, NOW + 3 * HOUR)
        assert len(told(session, ben)) == 1


@pytest.mark.parametrize("verb", ["like", "repost"])
def test_of_a_yes_to_what_can_be_seen_at_a_glance_nobody_is_told(
    session: Session, book: Book, ada: Identity, ben: Identity, verb: str
) -> None:
    asking = make_post(session, ada, book, ASKING)
    WAYS[verb](session, ben, book, asking.id, NOW)
    ((waits,), _) = grants.page(session, ada, after=0, limit=5)
    grants.grant(session, ada, book, waits.id, NOW + HOUR)
    assert told(session, ben) == []
