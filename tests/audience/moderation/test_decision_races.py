"""Races about what is held back: two ways in which it ends, at once; real threads, commits and locks."""

from threading import Barrier, Thread

import pytest
from sqlalchemy import select
from sqlmodel import col

from audience import grants, posts
from audience.moderation import ending_holds
from audience.moderation.tables import Decision
from audience.posts import Draft
from audience.tables import Post
from audience.topic_tables import Contribution
from coop.database import Database
from coop.identity import Identity
from tests.audience.factories import NOW, founding_book, make_post
from tests.audience.moderation.rules import rule, with_rules
from tests.factories import identity_of, make_member
from tests.thorough import much

BOOK = with_rules(founding_book(), {"hold": rule("text.contains('ergot')")})


@pytest.fixture
def ada(committed: Database) -> Identity:
    with committed.begin() as session:
        return identity_of(make_member(session, "ada"))


@pytest.fixture
def ben(committed: Database) -> Identity:
    with committed.begin() as session:
        return identity_of(make_member(session, "ben"))


def test_a_quote_is_shown_once_its_author_said_yes_and_its_hold_ended_at_one_moment(
    committed: Database, ada: Identity, ben: Identity
) -> None:
    quotes = much(25, 250)
    for _ in range(quotes):
        with committed.begin() as session:
            source = make_post(session, ada, BOOK)
            quote = posts.publish(session, ben, BOOK, Draft(body="ergot #bread", quote_id=source.id), NOW)
            quote_id = quote.id
            held = select(col(Decision.id)).where(col(Decision.post_id) == quote_id)
            decision_id = session.scalars(held).one()
        barrier = Barrier(2)

        def say_yes(quote: int = quote_id, start: Barrier = barrier) -> None:
            with committed.begin() as session:
                start.wait()
                grants.grant(session, ada, BOOK, quote, NOW)

        def end(decision: int = decision_id, start: Barrier = barrier) -> None:
            with committed.begin() as session:
                start.wait()
                assert ending_holds.end_hold(session, BOOK, decision, ending_holds.UNSEEN, NOW)

        threads = [Thread(target=say_yes), Thread(target=end)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with committed.begin() as session:
            assert session.get_one(Post, quote_id).held_at is None
    with committed.begin() as session:
        given = select(col(Contribution.number)).where(col(Contribution.member_id) == ben.member_id)
        assert sum(session.scalars(given)) == quotes


def test_a_hold_that_many_workers_end_at_once_ends_once(committed: Database, ada: Identity) -> None:
    for _ in range(much(10, 100)):
        with committed.begin() as session:
            post = make_post(session, ada, BOOK, body="ergot #rye")
            decision_id = session.scalars(
                select(col(Decision.id)).where(col(Decision.post_id) == post.id)
            ).one()
        barrier = Barrier(4)
        ended: list[bool] = []

        def end(decision: int = decision_id, start: Barrier = barrier, done: list[bool] = ended) -> None:
            with committed.begin() as session:
                start.wait()
                done.append(ending_holds.end_hold(session, BOOK, decision, ending_holds.UNSEEN, NOW))

        threads = [Thread(target=end) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(ended) == [False, False, False, True]
