"""Words that a member mutes fold replies too, but for their own and those of the post's author."""

import pytest
from sqlmodel import Session

from audience import replies
from audience.access import access_post
from audience.gardens import choices
from audience.gardens.reading import garden_of
from audience.gardens.reply_words import worded
from coop.book import Book
from coop.identity import Identity
from tests.audience.factories import NOW
from tests.audience.gardens.growing import mute, write
from tests.coop.statements import counted
from tests.factories import identity_of, make_member


@pytest.fixture
def cleo(session: Session) -> Identity:
    return identity_of(make_member(session, "cleo"))


def folded(session: Session, reader: Identity | None, book: Book, *asked: int) -> frozenset[int]:
    return worded(session, reader, garden_of(session, reader, book, NOW), asked)


def test_replies_with_words_that_one_mutes_are_folded_as_posts_are(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity
) -> None:
    post = write(session, ada, book)
    bodies = ("Such SPOILÉRS!", "Spoil no more", "she dies at the end", "at the very end she dies")
    made = [replies.write(session, cleo, book, post, body, NOW).id for body in bodies]
    assert folded(session, ben, book, *made) == frozenset()
    for words in ("spoilers", "dies at the end"):
        mute(session, ben, book, "word", words)
    assert folded(session, ben, book, *made) == {made[0], made[2]}
    assert folded(session, ada, book, *made) == folded(session, None, book, *made) == frozenset()


def test_one_s_own_replies_and_those_of_the_post_s_author_are_never_folded(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity
) -> None:
    post = write(session, ada, book)
    made = [replies.write(session, who, book, post, "spoilers", NOW).id for who in (ada, ben, cleo)]
    mute(session, ben, book, "word", "spoilers")
    assert folded(session, ben, book, *made) == {made[2]}
    known = write(session, cleo, book, "Hello")
    choices.choose(session, ben, book, known, "author", NOW)
    assert folded(session, ben, book, *made) == frozenset(), "whom one chose to see is not folded"


def test_it_costs_no_statement_where_no_words_are_muted(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity
) -> None:
    post = write(session, ada, book)
    made = replies.write(session, cleo, book, post, "spoilers", NOW).id
    access_post(session, ben, book, post, NOW)
    mute(session, ben, book, "tag", "bread")
    garden = garden_of(session, ben, book, NOW)
    with counted(session) as statements:
        assert worded(session, ben, garden, [made]) == frozenset()
    assert len(statements) == 0
