"""What is to be published later: given, changed, taken back, and told to nobody else."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import Session, col

from audience import pictures
from audience.interaction_tables import Derivative
from audience.moderation.act_tables import Pace
from audience.moderation.tables import Decision
from audience.rules import AUDIENCE
from audience.scheduling import schedule
from audience.scheduling.schedule import Scheduled
from audience.scheduling.tables import ScheduledPost
from audience.tables import Post, Seat
from audience.topic_tables import Tag
from coop.book import Book
from coop.errors import Conflict, Fault, Forbidden, NotFound, RuleBroken
from coop.feature_rules import FEATURES
from coop.identity import Identity
from tests.audience.factories import NOW, make_asset, make_post, with_clauses
from tests.audience.moderation.rules import rule, with_rules
from tests.audience.scheduling.ahead import HOUR, LATER, QUOTABLE, ahead, given, writes_ahead
from tests.factories import LISBON


@pytest.fixture
def free(book: Book, ada: Identity) -> Book:
    """The book by which Ada may write ahead."""
    return writes_ahead(book, ada)


def fault(found: pytest.ExceptionInfo[Any]) -> Fault:
    (one,) = found.value.faults
    assert isinstance(one, Fault)
    return one


def number(session: Session, table: Any) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_what_is_given_is_kept_as_it_was_given(session: Session, free: Book, ada: Identity) -> None:
    picture = make_asset(session, ada)
    source = make_post(session, ada, free, QUOTABLE)
    audience = {
        "preset": "mutuals",
        "seats": {"max": 9},
        "after": [{"age": "P7D", "set": {"preset": "self"}}],
    }
    draft = given(
        " Rye #bread\r\n",
        audience,
        teaser="Of grain",
        asset_id=picture.id,
        place_id=LISBON,
        language="pt",
        quote_id=source.id,
    )
    kept = ahead(session, ada, free, draft)
    assert kept == Scheduled(kept.id, LATER, "waiting", draft, None, None, NOW, None)
    session.expire_all()
    assert schedule.read(session, ada, kept.id) == kept
    assert schedule.mine(session, ada) == [kept]


def test_law_07_nothing_else_comes_to_know_of_it(
    session: Session, free: Book, ada: Identity, ben: Identity
) -> None:
    source = make_post(session, ben, free, QUOTABLE)
    picture = make_asset(session, ada)
    tables = (Post, Seat, Tag, Derivative, Decision, Pace)
    before = [number(session, one) for one in tables]
    ruled = with_rules(
        free, {"rye": rule("text.contains('Rye')"), "oats": rule("text.contains('Rye')", "slow")}
    )
    draft = given("Rye for @ben #wholly_new", quote_id=source.id, asset_id=picture.id)
    ahead(session, ada, ruled, draft)
    assert [number(session, one) for one in tables] == before
    assert [one.id for one in pictures.loose(session, ada, 9)] == [picture.id]
    assert schedule.mine(session, ben) == []


def test_law_07_another_s_is_as_one_that_is_not_there(
    session: Session, free: Book, ada: Identity, ben: Identity
) -> None:
    book = writes_ahead(free, ada, ben)
    kept = ahead(session, ada, book)
    for scheduled_id in (kept.id, 7):
        with pytest.raises(NotFound):
            schedule.read(session, ben, scheduled_id)
        with pytest.raises(NotFound):
            schedule.change(session, ben, book, scheduled_id, given(), LATER, NOW)
        with pytest.raises(NotFound):
            schedule.withdraw(session, ben, scheduled_id)
    assert schedule.mine(session, ada) == [kept]


def test_whoever_does_not_hold_the_feature_is_told_what_is_missing(
    session: Session, free: Book, ben: Identity
) -> None:
    with pytest.raises(Forbidden) as found:
        ahead(session, ben, free)
    said = fault(found)
    assert said.clause is not None
    assert said.clause.clause == "/features/scheduled_posts/member/grant_when"
    assert str(free.cite(FEATURES, said.clause.clause).value) in said.detail
    assert "/members/me/features" in said.detail


@pytest.mark.parametrize(
    ("after", "clause"),
    [
        (timedelta(), None),
        (-HOUR, None),
        (timedelta(days=90, seconds=1), "/scheduled/ahead"),
    ],
)
def test_a_moment_lies_ahead_and_not_too_far(
    session: Session, free: Book, ada: Identity, after: timedelta, clause: str | None
) -> None:
    with pytest.raises(RuleBroken) as found:
        ahead(session, ada, free, at=NOW + after)
    said = fault(found)
    assert said.pointer == "/publish_at"
    assert (said.clause and said.clause.clause) == clause
    assert ahead(session, ada, free, at=NOW + timedelta(days=90)).state == "waiting"


def test_one_may_keep_so_many(session: Session, free: Book, ada: Identity) -> None:
    two = with_clauses(free, AUDIENCE, {"/scheduled/number": 2})
    kept = [ahead(session, ada, two) for _ in range(2)]
    with pytest.raises(RuleBroken) as found:
        ahead(session, ada, two)
    said = fault(found)
    assert said.clause is not None
    assert said.clause.clause == "/scheduled/number"
    schedule.change(session, ada, two, kept[1].id, given("Rye"), LATER, NOW)
    schedule.withdraw(session, ada, kept[0].id)
    ahead(session, ada, two)


@pytest.mark.parametrize(
    ("draft", "pointer"),
    [
        (given(""), "/body"),
        (given(audience={"seats": {"max": 501}}), "/audience/seats/max"),
        (given(guild="bakers"), "/guild"),
        (given(place_id=7), "/place"),
        (given(asset_id=7), "/asset_id"),
        (given(quote_id=7), "/quote/post_id"),
    ],
)
def test_what_cannot_work_is_told_at_once_as_publishing_tells_it(
    session: Session,
    free: Book,
    ada: Identity,
    draft: Any,
    pointer: str,
) -> None:
    kept = ahead(session, ada, free)
    with pytest.raises(RuleBroken) as found:
        ahead(session, ada, free, draft)
    with pytest.raises(RuleBroken) as changed:
        schedule.change(session, ada, free, kept.id, draft, LATER, NOW)
    assert [one.pointer for one in (*found.value.faults, *changed.value.faults)] == [pointer] * 2
    assert number(session, ScheduledPost) == 1


def test_a_picture_that_another_post_shows_by_now_is_told(
    session: Session, free: Book, ada: Identity
) -> None:
    picture = make_asset(session, ada)
    make_post(session, ada, free, asset_id=picture.id)
    with pytest.raises(Conflict):
        ahead(session, ada, free, given(asset_id=picture.id))


def test_whoever_a_rule_slows_for_now_writes_ahead_all_the_same(
    session: Session, book: Book, ada: Identity
) -> None:
    ruled = with_rules(writes_ahead(book, ada), {"rye": rule("text.contains('rye')", "slow", gap="PT10M")})
    make_post(session, ada, ruled, body="rye")
    assert ahead(session, ada, ruled).state == "waiting"


def test_what_is_taken_back_is_kept_nowhere(session: Session, free: Book, ada: Identity) -> None:
    kept = ahead(session, ada, free)
    schedule.withdraw(session, ada, kept.id)
    assert number(session, ScheduledPost) == 0
    with pytest.raises(NotFound):
        schedule.read(session, ada, kept.id)


def test_whatever_is_due_first_comes_first(session: Session, free: Book, ada: Identity) -> None:
    moments = [NOW + HOUR * hours for hours in (3, 1, 2)]
    first = [ahead(session, ada, free, at=moment) for moment in moments]
    changed = schedule.change(session, ada, free, first[0].id, given("Rye"), NOW + HOUR / 2, NOW)
    assert changed.draft == given("Rye")
    assert [one.id for one in schedule.mine(session, ada)] == [first[0].id, first[1].id, first[2].id]
    row = session.scalars(select(ScheduledPost).where(col(ScheduledPost.id) == changed.id)).one()
    assert row.version == 2
