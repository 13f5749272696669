"""Stages: how an audience narrows by age, by a share of its seats and by hand, and never widens."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col

from audience import stages
from audience.access import access_post
from audience.document import Parts
from audience.rules import AUDIENCE
from audience.stage_tables import PostStage
from audience.tables import Gate, Post
from coop.book import Book
from coop.errors import NotFound, RuleBroken
from coop.identity import Identity
from tests.audience.factories import NOW, make_post, wide_open, with_clauses
from tests.factories import identity_of, make_guild, make_member

DAY = timedelta(days=1)
MOMENT = timedelta(seconds=1)


@pytest.fixture
def bakers(session: Session) -> tuple[Identity, Identity]:
    """Two members of the guild ``bakers``."""
    ada, baker = make_member(session, "ada"), make_member(session, "baker")
    guild = make_guild(session, "bakers", ada, (baker,))
    return identity_of(ada, (guild,)), identity_of(baker, (guild,))


@pytest.fixture
def ada(bakers: tuple[Identity, Identity]) -> Identity:
    """The author."""
    return bakers[0]


@pytest.fixture
def baker(bakers: tuple[Identity, Identity]) -> Identity:
    return bakers[1]


def stranger(session: Session) -> Identity:
    return identity_of(make_member(session))


def comes(session: Session, reader: Identity, book: Book, post: Post, now: datetime = NOW) -> bool:
    """Say whether a reader is let in, who then keeps the seat."""
    try:
        access_post(session, reader, book, post.id, now)
    except NotFound:
        return False
    return True


def read(layer: object) -> Parts:
    """Read a layer as it comes over HTTP."""
    return Parts.model_validate_json(json.dumps(layer))


def looks(session: Session, reader: Identity, book: Book, post: Post, now: datetime = NOW) -> bool:
    """Say whether a reader would be let in; nobody takes a seat."""
    with session.begin_nested() as looking:
        found = comes(session, reader, book, post, now)
        looking.rollback()
    return found


def tighten(
    session: Session, author: Identity, book: Book, post: Post, layer: object, now: datetime = NOW
) -> None:
    stages.tighten(session, author, book, post.id, read(layer), now)


def test_a_post_grows_narrower_at_the_age_that_was_planned(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    later = [
        {"age": "P1D", "set": {"see": {"any": [{"member": "ben"}]}}},
        {"age": "P9D", "set": {"preset": "self"}},
    ]
    post = make_post(session, ada, book, {"after": later})
    cleo = stranger(session)
    ages = (timedelta(), DAY - MOMENT, DAY, 9 * DAY - MOMENT, 9 * DAY)
    assert [looks(session, ben, book, post, NOW + age) for age in ages] == [True] * 4 + [False]
    assert [looks(session, cleo, book, post, NOW + age) for age in ages] == [True] * 2 + [False] * 3
    assert looks(session, ada, book, post, NOW + 99 * DAY)


def test_whoever_was_let_in_before_is_out_when_they_are_no_longer_meant(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book, {"after": [{"age": "P1D", "set": {"preset": "self"}}]})
    assert comes(session, ben, book, post)
    assert not comes(session, ben, book, post, NOW + DAY)


def test_limits_grow_stricter_at_the_age_that_was_planned(
    session: Session, book: Book, ada: Identity
) -> None:
    later = [{"age": "P1D", "set": {"seats": {"max": 2}, "arrivals": {"burst": 1, "strangers_only": False}}}]
    post = make_post(session, ada, book, {"seats": {"max": 5}, "after": later})
    assert comes(session, stranger(session), book, post)
    found = access_post(session, stranger(session), book, post.id, NOW)
    assert (found.limits.seats, found.limits.burst, found.limits.all_wait) == (5, 20, False)
    found = access_post(session, ada, book, post.id, NOW + DAY)
    assert (found.limits.seats, found.limits.burst, found.limits.all_wait) == (2, 1, True)
    assert not comes(session, stranger(session), book, post, NOW + DAY)


HALF = {"seats": {"max": 4}, "after": [{"seats_pct": 50, "set": {"see": {"any": [{"guild": "bakers"}]}}}]}


def reached(session: Session, post: Post) -> tuple[int | None, list[datetime | None]]:
    """Return how many stages the gate says were reached, and when each was."""
    session.expire_all()
    gate = session.scalar(select(col(Gate.reached)).where(col(Gate.post_id) == post.id))
    rows = select(col(PostStage.reached_at)).where(col(PostStage.post_id) == post.id)
    return gate, list(session.scalars(rows.where(col(PostStage.seats_pct).is_not(None))))


def test_law_06_the_seat_that_makes_up_the_share_is_the_last_that_one_who_is_not_meant_takes(
    session: Session, book: Book, ada: Identity, baker: Identity
) -> None:
    post = make_post(session, ada, book, HALF)
    assert [comes(session, stranger(session), book, post) for _ in range(4)] == [True, True, False, False]
    assert comes(session, baker, book, post)
    assert reached(session, post) == (2, [NOW, NOW])


def test_law_08_a_share_that_was_reached_stays_so_when_a_vote_raises_the_cap(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    small = with_clauses(book, AUDIENCE, {"/seats/default": 20})
    post = make_post(session, ada, small, {"after": HALF["after"]})
    crowd = wide_open(small)
    quick = with_clauses(crowd, AUDIENCE, {"/seats/default": 20})
    for _ in range(9):
        assert comes(session, stranger(session), quick, post)
    assert looks(session, ben, quick, post)
    assert comes(session, stranger(session), quick, post)
    assert not looks(session, ben, quick, post)
    raised = with_clauses(crowd, AUDIENCE, {"/seats/default": 400})
    assert not looks(session, ben, raised, post)
    assert not looks(session, ben, crowd, post)
    assert reached(session, post)[0] == 2


def test_a_share_is_of_the_seats_that_hold_when_one_is_taken(
    session: Session, book: Book, ada: Identity
) -> None:
    post = make_post(session, ada, book, {"seats": {"max": 400}, "after": HALF["after"]})
    assert comes(session, stranger(session), book, post)
    lower = with_clauses(book, AUDIENCE, {"/seats/default": 4, "/seats/ceiling": 4})
    assert [comes(session, stranger(session), lower, post) for _ in range(3)] == [True, False, False]


def test_whoever_sees_it_again_takes_no_further_share(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book, HALF)
    assert [comes(session, ben, book, post) for _ in range(5)] == [True] * 5
    assert reached(session, post) == (0, [None, None])


def test_a_layer_added_by_hand_holds_at_once_and_with_all_others(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    cleo = stranger(session)
    post = make_post(session, ada, book, {"after": [{"age": "P1D", "set": {"seats": {"max": 9}}}]})
    tighten(session, ada, book, post, {"see": {"any": [{"member": "ben"}, {"member": cleo.handle}]}})
    assert [looks(session, one, book, post) for one in (ben, cleo, stranger(session))] == [True, True, False]
    tighten(session, ada, book, post, {"see": {"any": [{"local": True}], "not": [{"member": "ben"}]}})
    assert [looks(session, one, book, post) for one in (ben, cleo, ada)] == [False, True, True]
    tighten(session, ada, book, post, {"preset": "self"})
    tighten(session, ada, book, post, {"preset": "local"})
    assert [looks(session, one, book, post) for one in (ben, cleo, ada)] == [False, False, True]
    assert session.scalar(select(col(Post.layers)).where(col(Post.id) == post.id)) == 5


def test_law_08_what_was_tightened_binds_a_request_that_began_before(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    by_hand = make_post(session, ada, book)
    tighten(session, ada, book, by_hand, {"preset": "self"}, NOW)
    by_share = make_post(session, ada, book, HALF)
    assert looks(session, ben, book, by_share, NOW - MOMENT)
    for _ in range(2):
        assert comes(session, stranger(session), book, by_share)
    for post in (by_hand, by_share):
        assert not looks(session, ben, book, post, NOW - MOMENT)


@pytest.mark.parametrize("layer", [{}, {"seats": {"max": 9}}, {"preset": "followers"}], ids=str)
def test_law_07_only_its_author_tightens_a_post_and_no_other_is_told_of_it(
    session: Session, book: Book, ada: Identity, ben: Identity, layer: dict[str, Any]
) -> None:
    post = make_post(session, ada, book)
    gone = make_post(session, ada, book)
    gone.deleted_at = NOW
    session.flush()
    for who, post_id in ((ben, post.id), (ben, 7), (ada, gone.id)):
        with pytest.raises(NotFound if layer else RuleBroken):
            stages.tighten(session, who, book, post_id, read(layer), NOW)
    if layer:
        stages.tighten(session, ada, book, post.id, read(layer), NOW)


def test_law_08_a_layer_that_would_widen_is_refused_against_all_that_holds_by_now(
    session: Session, book: Book, ada: Identity
) -> None:
    post = make_post(session, ada, book, {"after": [{"age": "P1D", "set": {"seats": {"max": 9}}}]})
    tighten(session, ada, book, post, {"seats": {"max": 50}})
    for now, seats in ((NOW, 51), (NOW + DAY, 10)):
        with pytest.raises(RuleBroken) as refused:
            tighten(session, ada, book, post, {"seats": {"max": seats}}, now)
        assert [fault.pointer for fault in refused.value.faults] == ["/seats/max"]
    tighten(session, ada, book, post, {"seats": {"max": 9}}, NOW + DAY)


def test_law_01_how_often_a_post_is_narrowed_is_a_clause(session: Session, book: Book, ada: Identity) -> None:
    few = with_clauses(book, AUDIENCE, {"/posts/layers": 10})
    planned = [{"age": f"P{n}D", "set": {"preset": "followers"}} for n in range(1, 9)]
    post = make_post(session, ada, few, {"after": planned})
    for _ in range(2):
        tighten(session, ada, few, post, {"preset": "followers"})
    with pytest.raises(RuleBroken) as refused:
        tighten(session, ada, few, post, {"preset": "followers"})
    assert [fault.clause and fault.clause.clause for fault in refused.value.faults] == ["/posts/layers"]


def test_who_may_see_is_narrowed_with_who_may_read(session: Session, book: Book, ada: Identity) -> None:
    document = {
        "read": {"any": [{"member": "ada"}]},
        "after": [{"age": "P1D", "set": {"preset": "followers"}}],
    }
    post = make_post(session, ada, book, document)
    tighten(session, ada, book, post, {"read": {"any": []}})
    rows = session.execute(
        select(col(PostStage.number), col(PostStage.part))
        .where(col(PostStage.post_id) == post.id)
        .order_by(col(PostStage.number), col(PostStage.part))
    ).all()
    assert [tuple(row) for row in rows] == [(0, "see"), (1, "read"), (1, "see"), (2, "read")]


CHANGES = {
    "post": [
        {"lock_any": [1]},
        {"lock_none": None},
        {"audience": {}},
        {"circles": {"Family": 7}},
        {"seats_max": 99},
        {"waitlist": True},
        {"burst": None},
        {"layers": 0},
        {"created_at": NOW + DAY},
    ],
    "post_stage": [
        {"lock_any": [1]},
        {"lock_any": None},
        {"at": NOW + 99 * DAY},
        {"added_at": NOW + DAY},
        {"circles": {"Family": 7}},
        {"seats_max": None},
        {"document": {}},
        {"part": "see"},
    ],
}


@pytest.mark.parametrize(
    ("table", "change"),
    [(table, change) for table, changes in CHANGES.items() for change in changes],
    ids=str,
)
def test_law_08_the_database_refuses_to_change_an_audience(
    session: Session, book: Book, ada: Identity, table: str, change: dict[str, Any]
) -> None:
    document = {
        "see": {"any": [{"local": True}], "not": [{"guild": "bakers"}]},
        "seats": {"max": 9},
        "arrivals": {"burst": 2},
        "after": [{"age": "P1D", "set": {"preset": "self", "seats": {"max": 5}}}],
    }
    post = make_post(session, ada, book, document)
    tables = {"post": (Post, Post.id), "post_stage": (PostStage, PostStage.post_id)}
    model, key = tables[table]
    with pytest.raises(DBAPIError, match="never changes"), session.begin_nested():
        session.execute(update(model).where(col(key) == post.id).values(**change))
    session.execute(update(Post).where(col(Post.id) == post.id).values(teaser="Rye", layers=Post.layers + 1))


def test_law_08_the_database_keeps_every_stage_and_when_it_was_reached(
    session: Session, book: Book, ada: Identity
) -> None:
    post = make_post(session, ada, book, HALF)
    stage = update(PostStage).where(col(PostStage.post_id) == post.id)
    with pytest.raises(DBAPIError, match="never changes"), session.begin_nested():
        session.execute(text("DELETE FROM post_stage"))
    session.execute(stage.values(reached_at=NOW))
    for again in (None, NOW + DAY):
        with pytest.raises(DBAPIError, match="never changes"), session.begin_nested():
            session.execute(stage.values(reached_at=again))
