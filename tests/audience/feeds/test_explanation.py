"""Explanations: the terms of one post, its rank, and what its rank would be without each of them."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from audience import following
from audience.feeds import page as feeds
from audience.feeds.explanation import explain
from audience.feeds.rules import FEEDS, FeedRules
from audience.feeds.tables import AuthorSignals
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity
from tests.audience.factories import NOBODY, NOW, make_post, with_clauses
from tests.factories import identity_of, make_member

HOUR = timedelta(hours=1)


def test_law_11_what_is_explained_is_what_the_page_says(session: Session, book: Book, ben: Identity) -> None:
    author = identity_of(make_member(session))
    post = make_post(session, author, book, now=NOW - HOUR)
    recipe = feeds.recipe_of(book, "balanced")
    before = explain(session, ben, book, recipe, post.id, NOW)
    (item,) = feeds.page(session, ben, book, "balanced", NOW)
    assert (before.score, before.terms) == (item.score, item.terms)
    assert explain(session, ben, book, recipe, post.id, NOW) == before
    assert sum(term.contribution for term in before.terms) == before.score


def test_the_rank_without_a_signal_is_the_place_on_the_page_that_would_then_be_made(
    session: Session, book: Book, ben: Identity
) -> None:
    followed, newer = (identity_of(make_member(session)) for _ in range(2))
    following.follow(session, ben, book, followed.handle, NOW - HOUR)
    older = make_post(session, followed, book, now=NOW - 10 * HOUR)
    make_post(session, newer, book, now=NOW - HOUR)
    found = explain(session, ben, book, feeds.recipe_of(book, "balanced"), older.id, NOW)
    assert found.rank == 1
    assert found.rank_without["follow"] == 2
    assert found.rank_without["fresh"] == 1


def test_the_places_that_bring_a_post_to_the_page_are_named(
    session: Session, book: Book, ben: Identity
) -> None:
    narrow = with_clauses(
        book,
        FEEDS,
        {
            "/profiles/balanced/slots/discovery": 1,
            "/profiles/balanced/slots/bridging": 0,
            "/profiles/balanced/page": 2,
        },
    )
    known = [identity_of(make_member(session)) for _ in range(2)]
    for author in known:
        viewers = narrow.rules(FEEDS, FeedRules).discovery.viewers
        session.add(
            AuthorSignals(
                member_id=author.member_id,
                posts=0,
                viewers=viewers,
                answered=0,
                computed_at=NOW,
            )
        )
        following.follow(session, ben, narrow, author.handle, NOW - HOUR)
    session.flush()
    often = [make_post(session, one, narrow, now=NOW - (2 - n) * HOUR) for n, one in enumerate(known)]
    unheard = make_post(session, identity_of(make_member(session)), narrow, now=NOW - 99 * HOUR)
    recipe = feeds.recipe_of(narrow, "balanced")
    found = {one.id: explain(session, ben, narrow, recipe, one.id, NOW) for one in (*often, unheard)}
    assert [(found[one.id].rank, found[one.id].slot) for one in often] == [(None, None), (1, None)]
    assert (found[unheard.id].rank, found[unheard.id].slot) == (2, "discovery")


def test_law_07_what_may_not_be_seen_is_explained_to_nobody(
    session: Session, book: Book, ben: Identity
) -> None:
    author = identity_of(make_member(session))
    hidden = make_post(session, author, book, NOBODY)
    for post_id in (hidden.id, 7):
        with pytest.raises(NotFound):
            explain(session, ben, book, feeds.recipe_of(book, "balanced"), post_id, NOW)
