"""Reach: what an author is told of how far a post went, and what nobody is."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from audience import reach, replies
from audience.access import access_post
from audience.feeds import page as feeds
from audience.reach import _told
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity
from tests.audience.factories import NOW, make_post
from tests.factories import identity_of, make_guild, make_member

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def ada(session: Session) -> Identity:
    return identity_of(make_member(session, "ada"))


@pytest.fixture
def people(session: Session) -> list[Identity]:
    return [identity_of(make_member(session)) for _ in range(12)]


def test_an_author_is_told_who_could_who_came_and_who_answered_in_numbers(
    session: Session, book: Book, ada: Identity, people: list[Identity]
) -> None:
    post = make_post(session, ada, book, {"seats": {"max": 11}})
    for one in people[:6]:
        feeds.page(session, one, book, "chronological", LATER)
    for one in people[6:11]:
        access_post(session, one, book, post.id, LATER)
    for one in people[:5]:
        replies.write(session, one, book, post.id, "Good", LATER)
    found = reach.report(session, ada, book, post.id, LATER)
    assert (found.eligible.number, found.eligible.about) == (12, False)
    assert (found.seated, found.replied, found.full_at) == (11, 5, LATER)
    ways = {way.via: (way.readers.number if way.readers else None, way.served) for way in found.ways}
    assert ways == {"feed:chronological": (6, 6), "post": (None, 5)}
    assert [(limit.name, limit.value) for limit in found.limits][:1] == [("seats", 11)]


def test_only_those_whom_it_is_for_are_eligible(session: Session, book: Book, people: list[Identity]) -> None:
    founder, *members = [make_member(session) for _ in range(8)]
    guild = make_guild(session, "bakers", founder, tuple(members))
    author = identity_of(founder, (guild,))
    post = make_post(session, author, book, {"see": {"any": [{"guild": "bakers"}]}})
    assert reach.report(session, author, book, post.id, NOW).eligible.number == 7


def test_law_07_a_number_of_people_that_is_too_small_is_not_told(
    session: Session, book: Book, ada: Identity, people: list[Identity]
) -> None:
    post = make_post(session, ada, book)
    for one in people[:8]:
        feeds.page(session, one, book, "chronological", LATER)
    for one in people[8:10]:
        access_post(session, one, book, post.id, LATER)
    replies.write(session, people[0], book, post.id, "Good", LATER)
    found = reach.report(session, ada, book, post.id, LATER)
    assert (found.seated, found.replied) == (10, None)
    assert {way.via: way.served for way in found.ways} == {"feed:chronological": None, "post": None}


def test_law_07_how_far_a_post_of_another_went_is_not_there(
    session: Session, book: Book, ada: Identity, people: list[Identity]
) -> None:
    post = make_post(session, ada, book)
    with pytest.raises(NotFound):
        reach.report(session, people[0], book, post.id, NOW)
    hidden = make_post(session, ada, book, {"preset": "self"})
    with pytest.raises(NotFound):
        reach.report(session, people[0], book, hidden.id, NOW)


def test_law_11_what_feeds_make_of_it_for_a_stranger_adds_up(
    session: Session, book: Book, ada: Identity
) -> None:
    post = make_post(session, ada, book)
    weighed = reach.report(session, ada, book, post.id, LATER).weighed
    assert {"balanced", "chronological"} <= {one.profile for one in weighed}
    for one in weighed:
        assert one.score == sum(term.contribution for term in one.terms)
        assert all(term.value == 0 for term in one.terms if term.signal in ("follow", "topic"))


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 40)), st.integers(5, 9))
def test_law_07_no_hidden_part_can_be_worked_out_from_the_total(cells: dict[str, int], least: int) -> None:
    total = sum(cells.values())
    told = _told(cells, total, least)
    hidden = [name for name, number in told.items() if number is None]
    assert all(told[name] is None for name, number in cells.items() if number < least)
    if total >= least and len(cells) > 1:
        assert len(hidden) != 1
