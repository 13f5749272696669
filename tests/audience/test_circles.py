"""Circles: their editions, and what their owner alone is told."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select, update
from sqlmodel import Session

from audience import circles, relations
from audience.access import access_post
from audience.circle_tables import Circle, CircleMember
from audience.keys import LAST_EDITION
from audience.rules import AUDIENCE
from coop.book import Book
from coop.errors import Conflict, NotFound, RuleBroken
from coop.identity import Identity
from tests.audience.factories import NOW, make_post, with_clauses
from tests.factories import identity_of, make_member

FAMILY = {"see": {"any": [{"circle": "Family"}]}}


@pytest.fixture
def family(session: Session, book: Book, ada: Identity) -> int:
    """The id of a circle of Ada's."""
    return circles.create(session, ada, book, "Family", NOW).id


def sees(session: Session, reader: Identity, book: Book, *post_ids: int) -> list[bool]:
    """Say of each post whether a reader sees it; nobody takes a seat, so nothing but the lock decides."""
    answers = []
    for post_id in post_ids:
        with session.begin_nested() as looking:
            try:
                access_post(session, reader, book, post_id, NOW)
                answers.append(True)
            except NotFound:
                answers.append(False)
            looking.rollback()
    return answers


def test_law_08_who_is_added_later_is_let_in_to_what_comes_later_alone(
    session: Session, book: Book, ada: Identity, ben: Identity, family: int
) -> None:
    before = make_post(session, ada, book, FAMILY).id
    circles.add(session, ada, book, family, "ben", NOW)
    after = make_post(session, ada, book, FAMILY).id
    assert sees(session, ben, book, before, after) == [False, True]


def test_law_08_who_is_taken_out_sees_none_of_it_and_comes_back_to_what_is_new_alone(
    session: Session, book: Book, ada: Identity, ben: Identity, family: int
) -> None:
    circles.add(session, ada, book, family, "ben", NOW)
    old = make_post(session, ada, book, FAMILY).id
    assert sees(session, ben, book, old) == [True]
    circles.remove(session, ada, family, "ben")
    away = make_post(session, ada, book, FAMILY).id
    assert sees(session, ben, book, old, away) == [False, False]
    circles.add(session, ada, book, family, "ben", NOW)
    new = make_post(session, ada, book, FAMILY).id
    assert sees(session, ben, book, old, away, new) == [False, False, True]


def test_those_who_stay_keep_every_edition(
    session: Session, book: Book, ada: Identity, ben: Identity, family: int
) -> None:
    circles.add(session, ada, book, family, "ben", NOW)
    seen = []
    for _ in range(3):
        seen.append(make_post(session, ada, book, FAMILY).id)
        circles.add(session, ada, book, family, make_member(session).handle, NOW)
    circles.add(session, ada, book, family, "ben", NOW)
    assert sees(session, ben, book, *seen) == [True, True, True]


def test_an_edition_lasts_until_a_post_has_named_it(
    session: Session, book: Book, ada: Identity, family: int
) -> None:
    def edition() -> int:
        session.expire_all()
        return session.get_one(Circle, family).edition

    for _ in range(3):
        circles.add(session, ada, book, family, make_member(session).handle, NOW)
    assert edition() == 0
    make_post(session, ada, book, FAMILY)
    make_post(session, ada, book, FAMILY)
    circles.add(session, ada, book, family, make_member(session).handle, NOW)
    circles.add(session, ada, book, family, make_member(session).handle, NOW)
    assert edition() == 1


def test_a_circle_whose_editions_are_used_up_takes_nobody_more(
    session: Session, book: Book, ada: Identity, ben: Identity, family: int
) -> None:
    session.execute(update(Circle).values(edition=LAST_EDITION - 1, used=True))
    circles.add(session, ada, book, family, make_member(session).handle, NOW)
    make_post(session, ada, book, FAMILY)
    with pytest.raises(RuleBroken, match="takes nobody more"):
        circles.add(session, ada, book, family, "ben", NOW)


def test_law_07_a_circle_of_another_is_as_unknown_as_none(
    session: Session, book: Book, ada: Identity, ben: Identity, family: int
) -> None:
    circles.add(session, ada, book, family, "ben", NOW)
    for circle_id in (family, family + 1):
        for attempt in (
            partial(circles.add, session, ben, book, circle_id, "ada", NOW),
            partial(circles.remove, session, ben, circle_id, "ada"),
            partial(circles.dissolve, session, ben, circle_id),
        ):
            with pytest.raises(NotFound) as refused:
                attempt()
            assert refused.value.faults == ()
    assert circles.mine(session, ben) == []
    assert circles.mine(session, ada)[0].members == ("ben",)


def test_law_07_one_who_blocks_the_owner_is_added_and_listed_as_anybody_is(
    session: Session, book: Book, ada: Identity, ben: Identity, family: int
) -> None:
    circles.add(session, ada, book, family, "ben", NOW)
    before = circles.mine(session, ada)
    relations.block(session, ben, "ada", NOW)
    assert circles.mine(session, ada) == before
    circles.remove(session, ada, family, "ben")
    circles.add(session, ada, book, family, "ben", NOW)
    assert circles.mine(session, ada) == before
    assert sees(session, ben, book, make_post(session, ada, book, FAMILY).id) == [False]


def test_a_dissolved_circle_leaves_its_posts_to_their_author_and_whoever_else_was_named(
    session: Session, book: Book, ada: Identity, ben: Identity, family: int
) -> None:
    cleo = identity_of(make_member(session, "cleo"))
    circles.add(session, ada, book, family, "ben", NOW)
    post = make_post(session, ada, book, {"see": {"any": [{"circle": "Family"}, {"member": "cleo"}]}}).id
    circles.dissolve(session, ada, family)
    assert [sees(session, one, book, post) for one in (ada, ben, cleo)] == [[True], [False], [True]]
    assert session.scalars(select(CircleMember)).all() == []
    again = circles.create(session, ada, book, "Family", NOW)
    circles.add(session, ada, book, again.id, "ben", NOW)
    assert sees(session, ben, book, post) == [False]


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\u202eb"])
def test_a_name_that_cannot_be_one_is_refused(
    session: Session, book: Book, ada: Identity, family: int, name: str
) -> None:
    with pytest.raises(RuleBroken) as refused:
        circles.create(session, ada, book, name, NOW)
    assert [fault.pointer for fault in refused.value.faults] == ["/name"]
    assert [one.name for one in circles.mine(session, ada)] == ["Family"]


def test_a_name_is_one_circle_of_each_owner(
    session: Session, book: Book, ada: Identity, ben: Identity, family: int
) -> None:
    with pytest.raises(Conflict) as refused:
        circles.create(session, ada, book, " Family ", NOW)
    assert [fault.pointer for fault in refused.value.faults] == ["/name"]
    assert circles.create(session, ben, book, "Family", NOW).name == "Family"
    assert circles.create(session, ada, book, "family", NOW).name == "family"


def test_law_01_how_many_circles_and_how_many_in_each_are_clauses(
    session: Session, book: Book, ada: Identity, ben: Identity, family: int
) -> None:
    small = with_clauses(book, AUDIENCE, {"/circles/number": 2, "/circles/members": 5})
    for n in range(5):
        circles.add(session, ada, small, family, make_member(session, f"friend{n}").handle, NOW)
    with pytest.raises(RuleBroken) as refused:
        circles.add(session, ada, small, family, "ben", NOW)
    assert [fault.clause and fault.clause.clause for fault in refused.value.faults] == ["/circles/members"]
    circles.add(session, ada, small, family, "friend0", NOW)
    circles.create(session, ada, small, "Work", NOW)
    with pytest.raises(RuleBroken) as refused:
        circles.create(session, ada, small, "Choir", NOW)
    assert [fault.clause and fault.clause.clause for fault in refused.value.faults] == ["/circles/number"]
    circles.remove(session, ada, family, "friend0")
    circles.add(session, ada, small, family, "ben", NOW)


def test_who_has_left_the_coop_is_in_no_circle_that_is_shown(
    session: Session, book: Book, ada: Identity, ben: Identity, family: int
) -> None:
    circles.add(session, ada, book, family, "ben", NOW)
    cleo = make_member(session, "cleo")
    circles.add(session, ada, book, family, "cleo", NOW + timedelta(days=1))
    cleo.left_at = NOW
    session.flush()
    assert [one.members for one in circles.mine(session, ada)] == [("ben",)]
    with pytest.raises(NotFound):
        circles.add(session, ada, book, family, "cleo", NOW)


def test_nobody_keeps_themself_in_a_circle(session: Session, book: Book, ada: Identity, family: int) -> None:
    with pytest.raises(RuleBroken):
        circles.add(session, ada, book, family, "ada", NOW)
    assert circles.mine(session, ada)[0].members == ()
