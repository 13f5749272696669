"""What is known of a reader: by clauses, of what they did themselves, and the same whenever it is counted."""

from datetime import datetime, timedelta
from math import log, sqrt

import pytest
from sqlalchemy import select, update
from sqlmodel import Session, col

from audience import posts
from audience.access import access_post
from audience.feeds import taste
from audience.feeds.reader import Taste
from audience.feeds.rules import FEEDS, FeedRules
from audience.feeds.tables import Hide, TasteVectors
from audience.interaction_tables import Repost
from audience.posts import Draft
from audience.topic_tables import Tag
from audience.topics import language_feature, place_feature, tag_feature
from coop.book import Book
from coop.database import Database
from coop.identity import Identity
from coop.ids import new_id
from coop.tables import Member
from tests.audience.factories import NOBODY, NOW, make_post, wide_open, with_clauses
from tests.factories import LISBON, LISBON_REGION, PORTUGAL, identity_of, make_member

DAY = timedelta(days=1)


@pytest.fixture
def book(book: Book) -> Book:
    return wide_open(book)


@pytest.fixture
def ada(session: Session) -> Identity:
    return identity_of(make_member(session, "ada"))


@pytest.fixture
def ben(session: Session) -> Identity:
    return identity_of(make_member(session, "ben"))


def see(session: Session, viewer: Identity, book: Book, post_id: int, at: datetime = NOW) -> None:
    access_post(session, viewer, book, post_id, at)


def repost(session: Session, member: Identity, post_id: int, at: datetime = NOW) -> None:
    session.add(Repost(post_id=post_id, member_id=member.member_id, id=new_id(at), at=at))
    session.flush()


def of(session: Session, reader: Identity, book: Book, now: datetime = NOW) -> Taste:
    return taste.of(session, reader, book.rules(FEEDS, FeedRules).signals, now)


def feature(session: Session, name: str) -> int:
    found = session.scalar(select(col(Tag.id)).where(col(Tag.name) == name))
    assert found is not None
    return tag_feature(found)


def idf(session: Session, name: str) -> float:
    found = session.scalar(select(col(Tag.idf)).where(col(Tag.name) == name))
    assert found is not None
    return found


def test_a_tag_tells_the_more_the_rarer_it_is_and_every_member_may_read_where(
    session: Session, book: Book, ada: Identity
) -> None:
    for body in ("#bread", "#bread #rye", "none"):
        make_post(session, ada, book, body=body)
    make_post(session, ada, book, NOBODY, body="#rye #secret")
    posts.delete(session, ada, make_post(session, ada, book, body="#rye").id, NOW)
    taste.refresh(session, book, NOW)
    found = {name: idf(session, name) for name in ("bread", "rye", "secret")}
    readable = {"bread": 2, "rye": 1, "secret": 0}
    assert found == {name: round(log((1 + 3) / (1 + df)) + 1, 3) for name, df in readable.items()}


def test_what_was_seen_is_a_vector_ready_for_the_dot_product(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    draft = Draft(body="#rye", language="pt", place_id=LISBON)
    for post_id in (
        make_post(session, ada, book, body="#bread").id,
        make_post(session, ada, book, body="#bread").id,
        posts.publish(session, ada, book, draft, NOW).id,
    ):
        see(session, ben, book, post_id)
    taste.refresh(session, book, NOW)
    bread, rye = idf(session, "bread"), idf(session, "rye")
    length = sqrt((2 * bread) ** 2 + rye**2 + 4)
    expected = {
        feature(session, "bread"): 2 * bread * bread / length,
        feature(session, "rye"): rye * rye / length,
        language_feature("pt"): 1 / length,
        **{place_feature(one): 1 / length for one in (PORTUGAL, LISBON_REGION, LISBON)},
    }
    assert of(session, ben, book).seen == pytest.approx(expected, abs=1e-5)
    assert of(session, ben, book).reposted == {}
    assert of(session, ada, book) == Taste()


def test_law_01_what_was_seen_leaves_with_the_window_of_its_clause(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    old, new = (make_post(session, ada, book, now=NOW - 20 * DAY, body=tag).id for tag in ("#old", "#new"))
    see(session, ben, book, old, NOW - 13 * DAY)
    see(session, ben, book, new, NOW - DAY)
    taste.refresh(session, book, NOW)
    assert of(session, ben, book).seen.keys() == {feature(session, "old"), feature(session, "new")}
    week = with_clauses(book, FEEDS, {"/signals/diverse/window": "P7D"})
    assert taste.refresh(session, week, NOW) == 1, "another clause counts everybody again"
    assert of(session, ben, book).seen.keys() == {feature(session, "new")}
    assert taste.refresh(session, book, NOW + 2 * DAY) == 1
    assert of(session, ben, book).seen.keys() == {feature(session, "new")}
    taste.refresh(session, book, NOW + 20 * DAY)
    assert session.scalars(select(col(TasteVectors.member_id))).all() == []


def test_law_01_an_older_repost_counts_less_by_its_half_life(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    old, new = (make_post(session, ada, book, now=NOW - 90 * DAY, body=tag).id for tag in ("#old", "#new"))
    repost(session, ben, old, NOW - 28 * DAY)
    repost(session, ben, new)
    for half_life, less in (("P28D", 2), ("P14D", 4)):
        changed = with_clauses(book, FEEDS, {"/signals/repost_like/half_life": half_life})
        taste.refresh(session, changed, NOW)
        found = of(session, ben, book).reposted
        assert found[feature(session, "new")] == pytest.approx(
            less * found[feature(session, "old")], rel=1e-4
        )
    later = taste.refresh(session, changed, NOW + 2 * DAY)
    assert (later, of(session, ben, book).reposted) == (1, found), (
        "what grows old together keeps its proportion"
    )


def test_only_the_heaviest_features_are_kept(
    session: Session, book: Book, ada: Identity, ben: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(taste.MOST_FEATURES // 8 + 1):
        tags = " ".join(f"#t{number}_{k}" for k in range(8))
        see(session, ben, book, make_post(session, ada, book, body=f"{tags} #often").id)
    taste.refresh(session, book, NOW)
    found = of(session, ben, book).seen
    assert len(found) == taste.MOST_FEATURES
    assert max(found, key=lambda one: found[one]) == feature(session, "often")


def test_law_14_a_run_counts_who_did_something_since_and_a_second_one_nobody(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    carl = identity_of(make_member(session, "carl"))
    one, other = (make_post(session, ada, book, now=NOW - DAY, body=tag).id for tag in ("#one", "#other"))
    see(session, ben, book, one, NOW - DAY)
    assert taste.refresh(session, book, NOW - DAY / 2) == 1
    see(session, carl, book, other, NOW - DAY / 4)
    assert taste.refresh(session, book, NOW) == 1
    assert taste.refresh(session, book, NOW) == 0
    assert of(session, carl, book).seen.keys() == {feature(session, "other")}
    repost(session, ben, other, NOW)
    assert taste.refresh(session, book, NOW + DAY / 4) == 1
    assert of(session, ben, book).reposted.keys() == {feature(session, "other")}


def test_law_14_two_workers_do_the_work_once(committed: Database, book: Book) -> None:
    with committed.begin() as session:
        ada, ben = (identity_of(make_member(session)) for _ in range(2))
        see(session, ben, book, make_post(session, ada, book, body="#bread").id)
    with committed.begin() as first, committed.begin() as second:
        assert taste.refresh(first, book, NOW) == 1
        assert taste.refresh(second, book, NOW) == 0


def test_the_place_is_the_one_that_the_reader_declared(session: Session, book: Book, ben: Identity) -> None:
    assert of(session, ben, book).place == ()
    session.execute(update(Member).where(col(Member.id) == ben.member_id).values(place_id=LISBON_REGION))
    assert of(session, ben, book).place == (place_feature(PORTUGAL), place_feature(LISBON_REGION))


def test_law_01_an_asking_for_less_fades_by_its_half_life_and_a_post_counts_for_its_author_and_tags(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book, body="#bread #rye")
    bread = feature(session, "bread") >> 4
    for kind, other_id, age in (
        ("author", ada.member_id, 0),
        ("tag", bread, 28),
        ("post", post.id, 28),
    ):
        session.add(Hide(member_id=ben.member_id, kind=kind, other_id=other_id, at=NOW - age * DAY))
    session.flush()
    found = of(session, ben, book)
    assert found.less_authors == pytest.approx({ada.member_id: 1 + 0.5 * 0.5})
    assert found.less_tags == pytest.approx(
        {tag_feature(bread): 0.5 + 0.5 * 0.5, feature(session, "rye"): 0.25}
    )
    other = with_clauses(book, FEEDS, {"/signals/less/half_life": "P14D", "/signals/less/post": 1.0})
    assert of(session, ben, other).less_authors == pytest.approx({ada.member_id: 1.25})
    assert of(session, ada, book).less_authors == {}
