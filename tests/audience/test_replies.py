"""Replies: who may write and read them, and how many there are."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col

from audience import following, posts, replies
from audience.rules import AUDIENCE
from audience.tables import Post, Reply
from coop.book import Book
from coop.database import Database
from coop.errors import Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from tests.audience.factories import (
    NOBODY,
    NOW,
    founding_book,
    make_post,
    with_clauses,
    with_guild_policy,
)
from tests.factories import identity_of, make_guild, make_member

SECOND = timedelta(seconds=1)


@pytest.fixture
def ada(session: Session) -> Identity:
    return identity_of(make_member(session, "ada"))


@pytest.fixture
def ben(session: Session) -> Identity:
    return identity_of(make_member(session, "ben"))


def read(session: Session, viewer: Identity, book: Book, post: Post) -> list[str]:
    found, _ = replies.page(session, viewer, book, post.id, NOW, limit=50)
    return [card.body for card in found]


def test_a_reply_is_read_by_whoever_sees_the_post(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book)
    replies.write(session, ben, book, post.id, " Rye? ", NOW)
    replies.write(session, ada, book, post.id, "Barley.", NOW + SECOND)
    assert read(session, identity_of(make_member(session)), book, post) == ["Rye?", "Barley."]


def test_replies_come_in_pages(session: Session, book: Book, ada: Identity) -> None:
    post = make_post(session, ada, book)
    for n in range(5):
        replies.write(session, ada, book, post.id, str(n), NOW + n * SECOND)
    first, after = replies.page(session, ada, book, post.id, NOW, limit=3)
    second, end = replies.page(session, ada, book, post.id, NOW, after=after or 0, limit=3)
    assert ([card.body for card in first + second], end) == (list("01234"), None)
    assert sorted(card.id for card in first + second) == [card.id for card in first + second]


def test_law_07_a_post_that_may_not_be_seen_takes_and_shows_no_reply(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    for post_id in (make_post(session, ada, book, NOBODY).id, 7):
        with pytest.raises(NotFound):
            replies.write(session, ben, book, post_id, "Hello", NOW)
        with pytest.raises(NotFound):
            replies.page(session, ben, book, post_id, NOW, limit=9)
    with pytest.raises(RuleBroken):
        replies.write(session, ben, book, 7, " ", NOW)


def test_law_07_replies_of_either_side_of_a_block_are_left_out(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    cleo = identity_of(make_member(session, "cleo"))
    post = make_post(session, ada, book)
    replies.write(session, ben, book, post.id, "from ben", NOW)
    replies.write(session, cleo, book, post.id, "from cleo", NOW + SECOND)
    following.block(session, ben, book, "cleo", NOW)
    assert read(session, ben, book, post) == ["from ben"]
    assert read(session, cleo, book, post) == ["from cleo"]
    assert read(session, ada, book, post) == ["from ben", "from cleo"]


def test_law_08_a_reply_keeps_the_audience_that_it_was_written_for(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book, {"see": {"any": [{"member": "ben"}]}})
    replies.write(session, ben, book, post.id, "Between us", NOW)
    with pytest.raises(DBAPIError, match="never changes"), session.begin_nested():
        session.execute(update(Post).where(col(Post.id) == post.id).values(lock_any=[1]))
    assert read(session, ben, book, post) == ["Between us"]
    with pytest.raises(NotFound):
        read(session, identity_of(make_member(session)), book, post)


def test_only_its_author_takes_a_reply_back(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book)
    reply = replies.write(session, ben, book, post.id, "Hm", NOW)
    with pytest.raises(NotFound):
        replies.delete(session, ada, reply.id, NOW)
    replies.delete(session, ben, reply.id, NOW)
    with pytest.raises(NotFound):
        replies.delete(session, ben, reply.id, NOW)
    assert read(session, ada, book, post) == []


def test_replies_go_with_their_post(session: Session, book: Book, ada: Identity, ben: Identity) -> None:
    post = make_post(session, ada, book)
    replies.write(session, ben, book, post.id, "Hm", NOW)
    posts.delete(session, ada, post.id, NOW)
    with pytest.raises(NotFound):
        read(session, ben, book, post)


def test_a_full_post_says_which_clause_fills_it(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    few = with_clauses(book, AUDIENCE, {"/replies/per_post": 3, "/replies/per_member": 2})
    post = make_post(session, ada, few)
    for _ in range(2):
        replies.write(session, ben, few, post.id, "Again", NOW)
    with pytest.raises(Forbidden) as refused:
        replies.write(session, ben, few, post.id, "And again", NOW)
    assert refused.value.faults[0].clause == few.cite(AUDIENCE, "/replies/per_member")
    last = replies.write(session, ada, few, post.id, "Enough", NOW)
    with pytest.raises(Forbidden) as refused:
        replies.write(session, ada, few, post.id, "Really", NOW)
    assert refused.value.faults[0].clause == few.cite(AUDIENCE, "/replies/per_post")
    replies.delete(session, ada, last.id, NOW)
    replies.write(session, ada, few, post.id, "Really", NOW)


def test_an_author_answers_as_often_as_there_is_room(session: Session, book: Book, ada: Identity) -> None:
    few = with_clauses(book, AUDIENCE, {"/replies/per_member": 1})
    post = make_post(session, ada, few)
    for _ in range(3):
        replies.write(session, ada, few, post.id, "And", NOW)


def test_a_guild_caps_the_replies_to_its_posts(session: Session, book: Book, ben: Identity) -> None:
    founder = make_member(session)
    guild = make_guild(session, "bakers", founder)
    quiet = with_guild_policy(book, "bakers", "[replies]\nper_member = 1\n")
    post = make_post(session, identity_of(founder, (guild,)), quiet, guild="bakers")
    replies.write(session, ben, quiet, post.id, "One", NOW)
    with pytest.raises(Forbidden) as refused:
        replies.write(session, ben, quiet, post.id, "Two", NOW)
    clause = refused.value.faults[0].clause
    assert clause is not None
    assert clause.scope == "guild:bakers"


def test_law_06_the_number_of_replies_is_exact_under_a_race(committed: Database) -> None:
    book = with_clauses(
        founding_book(), AUDIENCE, {"/replies/per_post": 10, "/replies/per_member": 2, "/arrivals/burst": 200}
    )
    with committed.begin() as session:
        post_id = make_post(session, identity_of(make_member(session)), book).id
        members = [identity_of(make_member(session)) for _ in range(12)]

    def attempt(member: Identity) -> bool:
        try:
            with committed.begin() as session:
                replies.write(session, member, book, post_id, "Me too", NOW)
        except Forbidden:
            return False
        return True

    with ThreadPoolExecutor(12) as threads:
        written = sum(threads.map(attempt, members * 4))
    with committed.begin() as session:
        each = session.execute(
            select(func.count()).where(col(Reply.post_id) == post_id).group_by(col(Reply.author_id))
        ).scalars()
        counts = list(each)
    assert written == sum(counts) == 10
    assert max(counts) <= 2
