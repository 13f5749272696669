"""Topics: the tags in a text, what is counted of each, and what a post is about."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import Session, col

from audience import posts, topics
from audience.access import access_post
from audience.predicate import Contributing
from audience.rules import AUDIENCE
from audience.topic_tables import Contribution, Tag
from coop.book import Book
from coop.errors import NotFound, RuleBroken
from coop.identity import Identity
from tests.audience.factories import NOW, make_post, with_clauses
from tests.factories import identity_of, make_member

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("body", "tags"),
    [
        ("#bread", ["bread"]),
        ("#Rye, (#bread)! #RYE\n#brot_und_salz", ["rye", "bread", "brot_und_salz"]),
        ("#öl and #été, #日本", ["öl", "été", "日本"]),
        ("#2026 is a number, #2026a is none", ["2026a"]),
        ("a#bread, ##bread, /#bread, &#38; #", []),
        (f"#{'x' * 60} #{'y' * 61}", ["x" * 60]),
    ],
)
def test_a_tag_is_a_word_after_its_sign(body: str, tags: list[str]) -> None:
    assert topics.tags_in(body) == tags


@given(st.text(max_size=80))
def test_every_tag_of_a_text_can_be_asked_for_in_an_audience(body: str) -> None:
    for name in topics.tags_in(body):
        assert Contributing(tag=name).tag == name


def test_a_topic_is_kept_once_under_its_name(session: Session) -> None:
    first = topics.known(session, ["bread", "rye"])
    again = topics.known(session, ["rye", "bikes", "bread", "rye"])
    assert [one.name for one in first] == ["bread", "rye"]
    assert {one.name for one in again} == {"bread", "rye", "bikes"}
    assert set(first) < set(again)
    assert again == sorted(again)
    assert topics.known(session, []) == []
    assert session.scalars(select(Tag)).all() != []


def given_by(session: Session, member: Identity) -> dict[tuple[str, str, str], int]:
    rows = session.execute(
        select(col(Tag.name), col(Contribution.kind), col(Contribution.day), col(Contribution.number))
        .join(Tag, col(Tag.id) == col(Contribution.tag_id))
        .where(col(Contribution.member_id) == member.member_id)
    )
    return {(name, kind, day.isoformat()): number for name, kind, day, number in rows}


def test_a_post_counts_for_each_of_its_topics_and_no_more_once_it_is_taken_back(
    session: Session, book: Book, ada: Identity
) -> None:
    make_post(session, ada, book, body="#bread and #rye")
    post = make_post(session, ada, book, body="more #bread")
    assert given_by(session, ada) == {("bread", "post", "2026-11-01"): 2, ("rye", "post", "2026-11-01"): 1}
    posts.delete(session, ada, post.id, NOW + 3 * DAY)
    assert given_by(session, ada) == {("bread", "post", "2026-11-01"): 1, ("rye", "post", "2026-11-01"): 1}


def test_what_is_taken_back_never_counts_below_nothing(session: Session, ada: Identity) -> None:
    (bread,) = topics.known(session, ["bread"])
    topics.give(session, ada.member_id, [bread.id], "reply", NOW, number=-1)
    topics.give(session, ada.member_id, [], "reply", NOW)
    assert given_by(session, ada) == {("bread", "reply", "2026-11-01"): 0}


def test_a_day_is_counted_in_universal_time(session: Session, ada: Identity) -> None:
    (bread,) = topics.known(session, ["bread"])
    topics.give(session, ada.member_id, [bread.id], "reply", NOW + timedelta(hours=11, minutes=59))
    topics.give(session, ada.member_id, [bread.id], "reply", NOW + timedelta(hours=12))
    assert set(given_by(session, ada)) == {("bread", "reply", "2026-11-01"), ("bread", "reply", "2026-11-02")}


def test_who_gave_enough_to_a_topic_in_time_is_let_in(session: Session, book: Book, ada: Identity) -> None:
    ben = identity_of(make_member(session, "ben"))
    asked = {"tag": "bread", "kinds": ["reply"], "min": 2, "days": 7}
    post = make_post(session, ada, book, {"see": {"any": [{"contributed": asked}]}})
    (bread,) = topics.known(session, ["bread"])

    def seen(after_days: int) -> bool:
        with session.begin_nested() as looking:
            try:
                access_post(session, ben, book, post.id, NOW + after_days * DAY)
            except NotFound:
                return False
            finally:
                looking.rollback()
        return True

    topics.give(session, ben.member_id, [bread.id], "reply", NOW)
    topics.give(session, ben.member_id, [bread.id], "post", NOW)
    assert not seen(0)
    topics.give(session, ben.member_id, [bread.id], "reply", NOW + DAY)
    assert (seen(0), seen(1), seen(6), seen(7)) == (True, True, True, False)


def test_law_01_a_post_names_as_many_topics_as_the_clause_allows(
    session: Session, book: Book, ada: Identity
) -> None:
    two = with_clauses(book, AUDIENCE, {"/posts/tags": 2})
    make_post(session, ada, two, body="#a #b #A #B")
    with pytest.raises(RuleBroken) as refused:
        make_post(session, ada, two, body="#a #b #c")
    (fault,) = refused.value.faults
    assert (fault.pointer, fault.clause and fault.clause.clause) == ("/body", "/posts/tags")


def test_what_a_post_is_about_is_told_by_numbers_of_their_own(session: Session) -> None:
    found = topics.known(session, ["bread", "rye"])
    features = topics.features(found, "en", [7, 8])
    assert len(set(features)) == 5
    assert topics.tags_of(features) == [one.id for one in found]
    assert topics.language_feature("en") != topics.language_feature("de")
    assert topics.features([], None, []) == []
    assert topics.norm(found) == pytest.approx(sum(one.idf**2 for one in found) ** 0.5)
