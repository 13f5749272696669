"""Pictures: each is behind the door of the post that it is in, or that it answers."""

from typing import Any

import pytest
from sqlmodel import Session

from audience import following, posts, replies
from audience.asset_access import Delivery, asset_delivery
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity
from tests.audience.factories import NOW, make_asset, wide_open
from tests.audience.threaded import Talk

ASK: dict[str, Any] = {"interact": {"reply": {"ask": [{"local": True}]}}}


@pytest.fixture
def open_book(book: Book) -> Book:
    return wide_open(book)


def answered(
    session: Session,
    book: Book,
    audience: dict[str, Any] | None = None,
    people: dict[str, Identity] | None = None,
) -> tuple[Talk, int]:
    """Return a post of ada's that ben has answered with a picture, and the picture."""
    talk = Talk(session, book, people=people or {}, audience=audience)
    asset = make_asset(session, talk.who("ben"))
    talk.say("ben", "Look", asset_id=asset.id)
    return talk, asset.id


def delivered(talk: Talk, handle: str, asset_id: int) -> Delivery | None:
    try:
        return asset_delivery(talk.session, talk.who(handle), talk.book, asset_id, NOW)
    except NotFound:
        return None


@pytest.mark.parametrize(
    ("audience", "way"),
    [
        ({}, Delivery.BY_ADDRESS),
        ({"seats": {"max": 5}}, Delivery.BY_STREAM),
        ({"see": {"any": [{"member": "ben"}, {"member": "cleo"}]}}, Delivery.BY_STREAM),
    ],
)
def test_law_09_the_picture_of_a_reply_goes_the_way_of_its_post(
    session: Session, open_book: Book, audience: dict[str, Any], way: Delivery
) -> None:
    people = {name: Talk.newcomer(session, name) for name in ("ada", "ben", "cleo")}
    talk, asset = answered(session, open_book, audience, people)
    assert delivered(talk, "cleo", asset) is way


def test_law_07_the_picture_of_a_reply_is_hidden_with_its_post(session: Session, open_book: Book) -> None:
    people = {"ben": Talk.newcomer(session, "ben")}
    hidden, asset = answered(session, open_book, {"see": {"any": [{"member": "ben"}]}}, people)
    assert delivered(hidden, "dora", asset) is None
    assert delivered(hidden, "ben", asset) is Delivery.BY_STREAM
    posts.delete(session, hidden.who("ada"), hidden.post.id, NOW)
    assert delivered(hidden, "ben", asset) is None


def test_law_07_the_picture_of_a_reply_that_is_not_shown_is_hidden(session: Session, open_book: Book) -> None:
    talk, asset = answered(session, open_book)
    talk.who("cleo")
    following.block(session, talk.who("ben"), open_book, "cleo", NOW)
    assert (delivered(talk, "cleo", asset), delivered(talk, "dora", asset)) == (None, Delivery.BY_ADDRESS)
    talk.take_back("ben", "Look")
    assert [delivered(talk, name, asset) for name in ("ada", "ben", "dora")] == [None, None, None]


def test_law_09_the_picture_of_a_reply_that_waits_is_streamed_to_the_two_concerned(
    session: Session, open_book: Book
) -> None:
    talk, asset = answered(session, open_book, ASK)
    ways = [delivered(talk, name, asset) for name in ("ada", "ben", "cleo")]
    assert ways == [Delivery.BY_STREAM, Delivery.BY_STREAM, None]
    replies.grant(session, talk.who("ada"), open_book, talk.made["Look"].id, NOW)
    assert delivered(talk, "cleo", asset) is Delivery.BY_ADDRESS


def test_law_07_a_picture_that_is_in_nothing_yet_is_its_owners_alone(
    session: Session, open_book: Book
) -> None:
    talk = Talk(session, open_book)
    asset = make_asset(session, talk.who("ada")).id
    assert delivered(talk, "ada", asset) is Delivery.BY_STREAM
    assert delivered(talk, "ben", asset) is None
    with pytest.raises(NotFound):
        asset_delivery(session, None, open_book, asset, NOW)


def test_law_06_the_picture_of_a_reply_takes_a_seat_at_its_post(session: Session, open_book: Book) -> None:
    talk, asset = answered(session, open_book, {"seats": {"max": 2}})
    assert delivered(talk, "cleo", asset) is Delivery.BY_STREAM
    assert delivered(talk, "dora", asset) is None
