"""Doors: what is shown of a post to those who may know of it and not open it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from audience import posts, relations, stages, waiting
from audience.document import Parts
from audience.doors import door
from audience.rules import AUDIENCE
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity
from tests.audience.factories import NOW, make_post, wide_open, with_clauses
from tests.audience.lines import (
    LINE,
    blocked,
    closed,
    crowded,
    deleted,
    for_others,
    full,
    opens,
    stranger,
    tightened,
    wait,
)
from tests.factories import identity_of, make_guild, make_member


def test_law_07_the_door_of_a_full_post_is_shown_to_those_who_may_wait(
    session: Session, small: Book, ada: Identity, ben: Identity
) -> None:
    post = full(session, ada, small)
    found = door(session, ben, small, post.id, NOW)
    assert (found.author, found.full, found.place) == ("ada", True, None)
    wait(session, small, post, 1)
    waiting.begin(session, ben, small, post.id, NOW)
    assert door(session, ben, small, post.id, NOW).place == 2


@pytest.mark.parametrize(
    "case", [closed, blocked, tightened, deleted, crowded], ids=lambda case: case.__name__
)
def test_law_07_a_door_that_is_not_for_the_viewer_is_not_there(
    session: Session, small: Book, ada: Identity, ben: Identity, case: Any
) -> None:
    post = case(session, small, ada, ben)
    for post_id in (post.id, 7):
        with pytest.raises(NotFound):
            door(session, ben, small, post_id, NOW)


def test_law_07_the_door_of_a_post_is_shown_to_those_who_may_see_and_not_read_it(
    session: Session, small: Book, ada: Identity, ben: Identity
) -> None:
    member = make_member(session, "cleo")
    cleo = identity_of(member, (make_guild(session, "bakers", member),))
    document = {
        "see": {"any": [{"member": "ben"}, {"member": "cleo"}]},
        "read": {"any": [{"member": "cleo"}]},
    }
    post = make_post(session, ada, small, document)
    found = door(session, ben, small, post.id, NOW)
    assert (found.full, found.place, found.created_at) == (False, None, NOW)
    assert not opens(session, ben, small, post)
    assert opens(session, cleo, small, post)
    with pytest.raises(NotFound):
        door(session, stranger(session), small, post.id, NOW)
    with pytest.raises(NotFound):
        door(session, None, small, post.id, NOW)
    stages.tighten(
        session, ada, small, post.id, Parts.model_validate({"see": {"any": [{"member": "cleo"}]}}), NOW
    )
    with pytest.raises(NotFound):
        door(session, ben, small, post.id, NOW)


@pytest.mark.parametrize("gone", [relations.block, posts.delete], ids=["blocked", "deleted"])
def test_law_07_no_door_is_shown_across_a_block_nor_of_what_is_gone(
    session: Session, small: Book, ada: Identity, ben: Identity, gone: Any
) -> None:
    post = make_post(session, ada, small, {"read": {"any": []}})
    assert door(session, ben, small, post.id, NOW).author == "ada"
    gone(session, ada, "ben" if gone is relations.block else post.id, NOW)
    with pytest.raises(NotFound):
        door(session, ben, small, post.id, NOW)


def test_law_07_a_full_post_tells_those_who_may_not_read_it_nothing_of_its_seats(
    session: Session, small: Book, ada: Identity, ben: Identity
) -> None:
    others = {"any": [{"local": True}], "not": [{"member": "ben"}]}
    roomy = make_post(session, ada, small, {"read": others, **LINE})
    post = for_others(session, small, ada, ben)
    wait(session, small, post, 1)
    doors = [door(session, ben, small, one.id, NOW) for one in (roomy, post)]
    assert [(one.full, one.place) for one in doors] == [(False, None)] * 2


def test_a_layer_that_waits_for_an_age_narrows_who_may_see(
    session: Session, small: Book, ada: Identity, ben: Identity
) -> None:
    later = [{"age": "P1D", "set": {"see": {"any": [{"local": True}], "not": [{"member": "ben"}]}}}]
    document = {"see": {"any": [{"local": True}]}, "read": {"any": []}, "after": later}
    post = make_post(session, ada, small, document)
    assert door(session, ben, small, post.id, NOW).author == "ada"
    with pytest.raises(NotFound):
        door(session, ben, small, post.id, NOW + timedelta(days=1))


def test_a_visitor_is_shown_the_door_of_what_the_public_may_see(
    session: Session, book: Book, ada: Identity
) -> None:
    public = with_clauses(wide_open(book), AUDIENCE, {"/reach/widest": "public"})
    document = {"preset": "public", "read": {"any": [{"local": True}]}}
    post = make_post(session, ada, public, document)
    assert door(session, None, public, post.id, NOW).author == "ada"
