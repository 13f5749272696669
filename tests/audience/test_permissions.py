"""Permissions: asked of the database, with few statements, and of nobody's post that one may not see."""

from typing import Any

import pytest
from sqlmodel import Session

from audience import following, stages
from audience.access import access_post
from audience.document import Parts
from audience.permission import Answer
from audience.permissions import ask_for, require
from coop.book import Book
from coop.errors import Forbidden, NotFound
from coop.identity import Identity
from coop.tables import Member
from tests.audience.factories import NOBODY, NOW, make_post
from tests.coop.statements import counted
from tests.factories import BERGEN


def may(
    session: Session, reader: Identity, book: Book, author: Identity, said: dict[str, Any], verb: Any
) -> str:
    post = make_post(session, author, book, {"interact": {verb: said}})
    return ask_for(session, reader, book, post.id, verb, NOW)[1].value


def test_relations_and_places_decide_as_they_stand(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    followers = {"auto": [{"follow": {"dir": "follower"}}]}
    assert may(session, ben, book, ada, followers, "like") == "no"
    following.follow(session, ben, book, "ada", NOW)
    assert may(session, ben, book, ada, followers, "like") == "yes"
    there = {"auto": [{"place": str(BERGEN)}]}
    assert may(session, ben, book, ada, there, "repost") == "unknown"
    session.get_one(Member, ben.member_id).place_id = BERGEN
    session.flush()
    assert may(session, ben, book, ada, there, "repost") == "yes"


def test_whom_the_text_names_is_read_from_the_text(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    closed: dict[str, Any] = {"interact": {"reply": {}}}
    named, other = (make_post(session, ada, book, closed, body=body) for body in ("Hello @ben", "Hello @ada"))
    assert ask_for(session, ben, book, named.id, "reply", NOW)[1].value == "yes"
    assert ask_for(session, ben, book, other.id, "reply", NOW)[1].value == "no"
    stages.tighten(session, ada, book, named.id, Parts.model_validate(closed), NOW)
    found = ask_for(session, ben, book, named.id, "reply", NOW)[1]
    assert (found.value, found.pointer) == ("no", "/after/0/set/interact/reply")


def test_an_author_may_what_they_closed_to_all(session: Session, book: Book, ada: Identity) -> None:
    assert may(session, ada, book, ada, {}, "like") == "yes"


def test_law_07_of_a_post_that_one_may_not_see_nothing_is_told(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    for post_id in (make_post(session, ada, book, NOBODY).id, 7):
        with pytest.raises(NotFound):
            ask_for(session, ben, book, post_id, "like", NOW)


def test_it_costs_at_most_two_statements_beyond_access(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    plain, asking = make_post(session, ada, book), make_post(session, ada, book, {"interact": {"like": {}}})
    for post, most in ((plain, 1), (asking, 2)):
        access_post(session, ben, book, post.id, NOW)
        with counted(session) as bare:
            access_post(session, ben, book, post.id, NOW)
        with counted(session) as sent:
            ask_for(session, ben, book, post.id, "like", NOW)
        assert len(sent) - len(bare) == most


@pytest.mark.parametrize("value", ["no", "unknown"])
def test_what_is_neither_yes_nor_ask_is_refused_with_its_reason(value: Any) -> None:
    with pytest.raises(Forbidden) as refused:
        require(Answer("like", value, "It is so.", "/interact/like"))
    (fault,) = refused.value.faults
    assert (fault.pointer, fault.detail) == ("/interact/like", "It is so.")


@pytest.mark.parametrize("value", ["yes", "ask"])
def test_what_is_yes_or_ask_passes(value: Any) -> None:
    assert require(Answer("like", value, ".")).value == value
