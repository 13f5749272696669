"""Whom a limit for now keeps out: what they no longer find, and do no more with what they had opened."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from audience import (
    asks,
    doors,
    likes,
    limit_for_now,
    posts,
    replies,
    reposts,
    search,
    tags,
    timeline,
    waiting,
)
from audience.access import access_post
from audience.asset_access import Delivery, asset_delivery
from audience.document import AudienceDocument
from audience.feeds import candidates
from audience.feeds.recipe import Recipe
from audience.feeds.rules import FEEDS, FeedRules
from audience.permission import KEPT_OUT
from audience.permissions import ask_for
from audience.posts import Draft
from audience.rules import AUDIENCE
from coop.book import Book
from coop.errors import Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from tests.audience.factories import NOW, make_asset, make_post, wide_open, with_clauses
from tests.audience.limiting import follows, limit, opens
from tests.audience.public_square import PUBLIC
from tests.factories import identity_of, make_guild, make_member

SECOND = timedelta(seconds=1)
LONG = NOW - timedelta(days=90)


def everywhere(
    session: Session, viewer: Identity | None, book: Book, reposter: Identity
) -> dict[str, list[object]]:
    """Return all that a viewer is shown of a post of ada's by each way to find it, their feed first."""
    found: dict[str, list[object]] = {}
    if viewer is not None:
        recipe = Recipe.of(book.rules(FEEDS, FeedRules), "balanced")
        found["feed"] = [*candidates.candidates(session, viewer, book, recipe, NOW)[0]]
    found |= {
        name: list(timeline.page(session, viewer, book, which, NOW, limit=9)[0])
        for name, which in (
            ("author", timeline.of_author(session, viewer, "ada")),
            ("reposter", timeline.of_author(session, viewer, reposter.handle)),
            ("guild", timeline.of_guild(session, viewer, "bakers")),
            ("tag", timeline.of_tag(session, "bread")),
        )
    }
    found["search"] = list(search.page(session, viewer, book, "loaf", None, NOW, limit=9)[0])
    found["tags"] = [*tags.seen(session, viewer, book, NOW, limit=9)]
    return found


def test_law_07_what_a_limit_closes_is_nowhere_to_be_found(session: Session, book: Book) -> None:
    book = with_clauses(wide_open(book), AUDIENCE, {"/reach/widest": "public"})
    rows = [make_member(session, name) for name in ("ada", "cleo", "ben")]
    guild = make_guild(session, "bakers", rows[0], (rows[1],))
    ada, cleo = (identity_of(row, (guild,)) for row in rows[:2])
    ben = identity_of(rows[2])
    asset = make_asset(session, ada)
    post = make_post(
        session,
        ada,
        book,
        PUBLIC,
        body="A loaf of #bread",
        guild="bakers",
        asset_id=asset.id,
        now=NOW - SECOND,
    )
    reposts.repost(session, cleo, book, post.id, NOW)
    for viewer in (ben, None):
        with session.begin_nested() as looking:
            assert all(everywhere(session, viewer, book, cleo).values())
            assert asset_delivery(session, viewer, book, asset.id, NOW) is Delivery.BY_ADDRESS
            looking.rollback()
    limit(session, ada, book)
    for viewer in (ben, None):
        shown = everywhere(session, viewer, book, cleo)
        assert not any(shown.values()), shown
        assert not opens(session, viewer, book, post.id)
        with pytest.raises(NotFound):
            asset_delivery(session, viewer, book, asset.id, NOW)
    shown = everywhere(session, cleo, book, cleo)
    assert all(places for name, places in shown.items() if name != "feed"), shown


def test_law_09_while_a_limit_is_on_no_picture_leaves_by_a_signed_address(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    book = wide_open(book)
    asset = make_asset(session, ada)
    make_post(session, ada, book, asset_id=asset.id)
    follows(session, ben, ada, LONG)
    assert asset_delivery(session, ben, book, asset.id, NOW) is Delivery.BY_ADDRESS
    limit(session, ada, book)
    assert asset_delivery(session, ben, book, asset.id, NOW) is Delivery.BY_STREAM
    limit_for_now.end(session, ada, NOW)
    assert asset_delivery(session, ben, book, asset.id, NOW) is Delivery.BY_ADDRESS


def test_law_07_a_door_closes_with_what_is_behind_it(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book, {"read": {"any": [{"member": "ada"}]}})
    assert doors.door(session, ben, book, post.id, NOW).teaser == ""
    limit(session, ada, book)
    with pytest.raises(NotFound):
        doors.door(session, ben, book, post.id, NOW)


def test_law_07_a_quote_of_it_shows_nothing_of_it_and_stays_its_own_author_s(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    cleo = identity_of(make_member(session, "cleo"))
    source = make_post(session, ada, book, {"interact": {"quote": {"auto": [{"local": True}]}}})
    draft = Draft(body="See", audience=AudienceDocument(), quote_id=source.id)
    quote = posts.publish(session, cleo, book, draft, NOW)
    limit(session, ada, book)
    assert access_post(session, ben, book, quote.id, NOW, with_source=True).source_id is None
    assert access_post(session, cleo, book, quote.id, NOW, with_source=True).source_id == source.id


GESTURES: dict[str, Callable[[Session, Identity, Book, int], object]] = {
    "like": lambda session, who, book, post: likes.like(session, who, book, post, NOW),
    "repost": lambda session, who, book, post: reposts.repost(session, who, book, post, NOW),
    "quote": lambda session, who, book, post: posts.publish(
        session, who, book, Draft(body="See", audience=AudienceDocument(), quote_id=post), NOW
    ),
    "reply": lambda session, who, book, post: replies.write(session, who, book, post, "Hello", NOW),
    "download": lambda session, who, book, post: asks.ask(session, who, book, post, "download", NOW),
}
OPEN_TO_ALL = {"interact": {verb: {"auto": [{"local": True}]} for verb in GESTURES}}


@pytest.mark.parametrize("gesture", GESTURES)
def test_law_08_whoever_reads_on_as_a_stranger_does_nothing_else_with_it_meanwhile(
    session: Session, book: Book, ada: Identity, ben: Identity, gesture: Any
) -> None:
    post = make_post(session, ada, book, OPEN_TO_ALL)
    assert opens(session, ben, book, post.id)
    limit(session, ada, book)
    with pytest.raises(Forbidden) as refused:
        GESTURES[gesture](session, ben, book, post.id)
    assert KEPT_OUT in refused.value.detail
    assert [(fault.pointer, fault.clause) for fault in refused.value.faults] == [("", None)]
    limit_for_now.end(session, ada, NOW)
    GESTURES[gesture](session, ben, book, post.id)


@pytest.mark.parametrize("gesture", GESTURES)
def test_law_07_whoever_never_opened_it_is_told_that_there_is_nothing(
    session: Session, book: Book, ada: Identity, ben: Identity, gesture: Any
) -> None:
    post = make_post(session, ada, book, OPEN_TO_ALL)
    limit(session, ada, book)
    with pytest.raises(RuleBroken if gesture == "quote" else NotFound) as refused:
        GESTURES[gesture](session, ben, book, post.id)
    with pytest.raises(type(refused.value)) as unknown:
        GESTURES[gesture](session, ben, book, 7)
    assert (refused.value.detail, refused.value.faults) == (unknown.value.detail, unknown.value.faults)


def test_whom_the_post_names_may_answer_it_as_before(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book, body="Bread for @ben")
    limit(session, ada, book)
    assert ask_for(session, ben, book, post.id, "reply", NOW)[1].value == "yes"
    assert ask_for(session, ben, book, post.id, "like", NOW)[1].value == "yes"


def test_nobody_who_is_kept_out_waits_for_a_seat_or_is_given_the_one_they_wait_for(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    cleo = identity_of(make_member(session, "cleo"))
    post = make_post(session, ada, book, {"seats": {"max": 1, "on_full": "waitlist"}})
    access_post(session, identity_of(make_member(session)), book, post.id, NOW)
    waiting.begin(session, ben, book, post.id, NOW)
    limit(session, ada, book)
    with pytest.raises(NotFound):
        waiting.begin(session, cleo, book, post.id, NOW)
    more = with_clauses(book, AUDIENCE, {"/seats/default": 5})
    assert waiting.seat(session, more, post.id, NOW) == 0
    assert not opens(session, ben, more, post.id)


def test_only_what_one_made_is_closed_and_not_what_others_did(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    cleo = identity_of(make_member(session, "cleo"))
    theirs = make_post(session, cleo, book)
    replies.write(session, ada, book, theirs.id, "Hello", NOW)
    limit(session, ada, book)
    assert opens(session, ben, book, theirs.id)
