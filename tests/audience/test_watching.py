"""How long posts take and were watched: by clauses, by the clock, and told to nobody who may not know."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from audience import following, posts, watching
from audience.access import access_post
from audience.rules import AUDIENCE, AudienceRules
from audience.tables import Seat
from audience.watching import length_ms
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity
from tests.audience.factories import NOBODY, NOW, make_asset, make_post, with_clauses

MINUTE = 60_000


def watch(session: Session, who: Identity, book: Book, post_id: int, ms: int, seconds: float) -> int:
    return watching.watched(session, who, book, post_id, ms, NOW + timedelta(seconds=seconds))


def test_law_01_how_long_a_post_takes_is_said_by_clauses(session: Session, book: Book, ada: Identity) -> None:
    rules = book.rules(AUDIENCE, AudienceRules).length
    assert length_ms(rules, "", picture=False) == 0
    assert length_ms(rules, "x" * rules.characters_a_minute, picture=False) == MINUTE
    assert length_ms(rules, "x" * rules.characters_a_minute, picture=True) == MINUTE + rules.picture_s * 1000
    slow = with_clauses(book, AUDIENCE, {"/length/characters_a_minute": 300, "/length/picture_s": 2.0})
    asset = make_asset(session, ada)
    assert make_post(session, ada, slow, body="x" * 300).length_ms == MINUTE
    assert make_post(session, ada, slow, body="x" * 300, asset_id=asset.id).length_ms == MINUTE + 2000


def test_watched_time_cannot_be_claimed_beyond_the_clock_and_only_rises(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post_id = make_post(session, ada, book).id
    access_post(session, ben, book, post_id, NOW)
    assert watch(session, ben, book, post_id, 10**15, 0) == 0
    assert watch(session, ben, book, post_id, 10**15, 4.5) == 4500
    assert watch(session, ben, book, post_id, 3000, 60) == 4500
    assert watch(session, ben, book, post_id, 9000, 60) == 9000
    assert session.scalar(select(col(Seat.watched_ms))) == 9000


def test_what_is_watched_for_longer_than_can_be_counted_is_counted_as_far_as_it_can(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post_id = make_post(session, ada, book).id
    access_post(session, ben, book, post_id, NOW)
    assert watch(session, ben, book, post_id, 10**15, 86400 * 365) == watching.LONGEST


def test_law_07_only_who_was_delivered_a_post_and_may_see_it_still_can_say_anything(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    seen, unseen, hidden, gone = (
        make_post(session, ada, book, audience).id for audience in ({}, {}, NOBODY, {})
    )
    for post_id in (seen, gone):
        access_post(session, ben, book, post_id, NOW)
    posts.delete(session, ada, gone, NOW)
    assert watch(session, ben, book, seen, 1, 9) == 1
    for post_id in (unseen, hidden, gone, 7):
        with pytest.raises(NotFound):
            watch(session, ben, book, post_id, 1, 9)
    with pytest.raises(NotFound):
        watch(session, ada, book, seen, 1, 9)
    following.block(session, ada, book, "ben", NOW)
    with pytest.raises(NotFound):
        watch(session, ben, book, seen, 1, 9)
    assert session.scalars(select(col(Seat.post_id)).order_by(col(Seat.post_id))).all() == sorted(
        [seen, gone]
    )
