"""Answers to "did this help you understand?", and what posts and authors have of them."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from audience import posts
from audience.feeds import author_signals, helped, post_signals
from audience.feeds.rules import FEEDS, FeedRules
from audience.feeds.tables import AuthorSignals, Helped, PostSignals
from coop.book import Book
from coop.errors import NotFound, RuleBroken
from coop.identity import Identity
from tests.audience.factories import NOBODY, NOW, make_post, wide_open, with_clauses
from tests.factories import identity_of, make_member

DAY = timedelta(days=1)
EASY = {
    "/signals/bridge/raters": 20,
    "/signals/bridge/ratings": 5,
    "/signals/bridge/per_group": 2,
    "/signals/bridge/answers": 1,
}


@pytest.fixture
def easy(book: Book) -> Book:
    """The book with the least evidence that an ordinary vote may ask for."""
    return with_clauses(wide_open(book), FEEDS, EASY)


def answered(session: Session) -> dict[tuple[int, int], bool]:
    rows = session.execute(select(col(Helped.post_id), col(Helped.member_id), col(Helped.helped)))
    return {(row[0], row[1]): row[2] for row in rows}


def bridges(session: Session) -> dict[int, int]:
    rows = session.execute(select(col(PostSignals.post_id), col(PostSignals.bridge)))
    return {row[0]: row[1] for row in rows}


def author_bridge(session: Session, author: Identity) -> int | None:
    wanted = col(AuthorSignals.member_id) == author.member_id
    return session.scalar(select(col(AuthorSignals.bridge)).where(wanted))


def talked_of(session: Session, book: Book, *said: tuple[Identity, bool, bool]) -> list[int]:
    """Publish posts and have thirty people of two minds answer: who wrote each, and which minds it helped."""
    made = [make_post(session, author, book).id for author, *_ in said]
    for number in range(30):
        reader = identity_of(make_member(session))
        for post_id, (_, *minds) in zip(made, said, strict=True):
            helped.answer(session, reader, book, post_id, minds[number % 2], NOW)
    return made


def test_the_last_answer_of_a_member_counts_and_can_be_taken_back(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post_id = make_post(session, ada, book).id
    for says in (True, False):
        helped.answer(session, ben, book, post_id, says, NOW)
        assert answered(session) == {(post_id, ben.member_id): says}
    helped.withdraw(session, ben, post_id)
    assert answered(session) == {}
    with pytest.raises(NotFound):
        helped.withdraw(session, ben, post_id)


def test_law_07_only_who_may_read_a_post_answers_and_its_author_does_not(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    hidden, gone = make_post(session, ada, book, NOBODY).id, make_post(session, ada, book).id
    posts.delete(session, ada, gone, NOW)
    for post_id in (hidden, gone, 7):
        with pytest.raises(NotFound):
            helped.answer(session, ben, book, post_id, True, NOW)
        with pytest.raises(NotFound):
            helped.withdraw(session, ben, post_id)
    with pytest.raises(RuleBroken):
        helped.answer(session, ada, book, make_post(session, ada, book).id, True, NOW)
    assert answered(session) == {}


def test_what_helped_people_of_two_minds_makes_its_author_a_bridger(
    session: Session, easy: Book, ada: Identity, ben: Identity
) -> None:
    both = (ada, True, True)
    one_sided = [(ben, True, False), (ben, False, True), (ben, True, False)]
    bridge, *sides = talked_of(session, easy, both, *one_sided)
    post_signals.refresh(session, easy, NOW)
    found = bridges(session)
    assert found[bridge] == round(1_000_000 * 16 / 17)
    assert {found[post_id] for post_id in sides} == {round(1_000_000 * (16 / 17 * 1 / 17) ** 0.5)}
    assert author_bridge(session, ada) == found[bridge]
    assert author_bridge(session, ben) is not None


def test_law_01_with_less_evidence_than_the_clauses_ask_nothing_is_said(
    session: Session, book: Book, easy: Book, ada: Identity
) -> None:
    talked_of(session, easy, (ada, True, True), (ada, True, False))
    post_signals.refresh(session, easy, NOW)
    assert bridges(session)
    post_signals.refresh(session, wide_open(book), NOW)
    assert bridges(session) == {}
    assert author_bridge(session, ada) == 0


def test_law_14_a_run_counts_again_only_where_an_answer_changed(
    session: Session, easy: Book, ada: Identity, ben: Identity
) -> None:
    (post_id, _) = talked_of(session, easy, (ada, True, True), (ada, True, False))
    rules = easy.rules(FEEDS, FeedRules).signals.bridge
    assert helped.refresh(session, rules, NOW) == 2
    before = bridges(session)
    assert helped.refresh(session, rules, NOW) == 0
    helped.answer(session, ben, easy, post_id, False, NOW)
    assert helped.refresh(session, rules, NOW) > 0
    helped.withdraw(session, ben, post_id)
    assert helped.refresh(session, rules, NOW) > 0
    assert bridges(session) == before
    posts.delete(session, ada, post_id, NOW)
    helped.refresh(session, rules, NOW)
    assert bridges(session)[post_id] == 0


def test_what_is_known_of_an_author_outlives_the_counting_of_their_viewers(
    session: Session, easy: Book, ada: Identity
) -> None:
    talked_of(session, easy, (ada, True, True), (ada, True, True))
    author_signals.refresh(session, easy, NOW)
    post_signals.refresh(session, easy, NOW)
    before = author_bridge(session, ada)
    assert before
    for days in (60, 61):
        author_signals.refresh(session, easy, NOW + days * DAY)
        assert author_bridge(session, ada) == before
    row = session.execute(select(col(AuthorSignals.posts), col(AuthorSignals.viewers))).one()
    assert tuple(row) == (0, 0)
