"""What is known of a reader: by clauses, of what they did themselves, and the same whenever it is counted."""

from datetime import datetime, timedelta
from math import log, sqrt

import pytest
from sqlalchemy import func, select, update
from sqlmodel import Session, col

from audience import posts
from audience.access import access_post
from audience.feeds import candidates, taste
from audience.feeds.reader import Taste
from audience.feeds.rules import FEEDS, FeedRules
from audience.feeds.signals import ONE, SIGNALS
from audience.feeds.tables import Hide, TasteVectors
from audience.interaction_tables import Repost
from audience.posts import Draft
from audience.topic_tables import Tag
from audience.topics import language_feature, place_feature, tag_feature
from coop.book import Book
from coop.database import Database
from coop.identity import Identity
from coop.ids import new_id
from coop.place_tables import Place
from coop.places import add_neighbourhood
from coop.tables import Member
from tests.audience.factories import NOBODY, NOW, make_post, wide_open, with_clauses
from tests.audience.feeds.pools import BALANCED
from tests.factories import LISBON, LISBON_REGION, PORTUGAL, identity_of, make_member

DAY = timedelta(days=1)


@pytest.fixture
def book(book: Book) -> Book:
    return wide_open(book)


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


def test_law_01_as_many_of_the_heaviest_features_are_kept_as_the_clauses_say(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    for number in range(3):
        tags = " ".join(f"#t{number}_{k}" for k in range(8))
        post_id = make_post(session, ada, book, body=f"{tags} #often").id
        see(session, ben, book, post_id)
        repost(session, ben, post_id)
    for hours, seen, reposted in ((1, 16, 20), (2, 20, 20), (3, 20, 16), (4, 64, 64)):
        clauses = {"/signals/diverse/features": seen, "/signals/repost_like/features": reposted}
        told_otherwise = with_clauses(book, FEEDS, clauses)
        assert taste.refresh(session, told_otherwise, NOW + hours * DAY / 24) == 1, (
            "a clause counts everybody again"
        )
        found = of(session, ben, book)
        assert (len(found.seen), len(found.reposted)) == (min(seen, 25), min(reposted, 25))
        for vector in (found.seen, found.reposted):
            assert max(vector, key=lambda one: vector[one]) == feature(session, "often")


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


def test_home_is_what_the_reader_declared_by_kind_and_a_neighbourhood_counts_as_its_city(
    session: Session, book: Book, ben: Identity
) -> None:
    quarter = add_neighbourhood(session, ben, book, LISBON, "Alfama", NOW).id
    country, region, city = map(place_feature, (PORTUGAL, LISBON_REGION, LISBON))
    in_lisbon = {"country": country, "region": region, "city": city}
    free_city = session.execute(
        select(col(Place.parent_id), col(Place.id)).where(
            col(Place.kind) == "city", func.cardinality(col(Place.path)) == 2
        )
    ).first()
    assert free_city is not None, "some cities lie in no region"
    for place_id, home in (
        (None, {}),
        (PORTUGAL, {"country": country}),
        (LISBON_REGION, {"country": country, "region": region}),
        (LISBON, in_lisbon),
        (quarter, in_lisbon),
        (free_city[1], {"country": place_feature(free_city[0]), "city": place_feature(free_city[1])}),
    ):
        session.execute(update(Member).where(col(Member.id) == ben.member_id).values(place_id=place_id))
        assert of(session, ben, book).home == home


def test_a_post_from_ones_own_city_is_near_be_the_city_in_a_region_or_not(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    quarter = add_neighbourhood(session, ada, book, LISBON, "Alfama", NOW).id
    free_city = session.scalars(
        select(col(Place.id)).where(col(Place.kind) == "city", func.cardinality(col(Place.path)) == 2)
    ).first()
    assert free_city is not None
    for home, place_id in ((LISBON, LISBON), (LISBON, quarter), (quarter, LISBON), (free_city, free_city)):
        session.execute(update(Member).where(col(Member.id) == ben.member_id).values(place_id=home))
        post = posts.publish(session, ada, book, Draft(body="Bread", place_id=place_id), NOW)
        found = candidates.candidate(session, ben, book, post.id, NOW)
        setting = BALANCED.setting(NOW, of(session, ben, book))
        assert SIGNALS["near"]([found], setting) == [ONE]


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
