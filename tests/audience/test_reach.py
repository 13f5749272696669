"""Reach: what an author is told of how far a post went, and what nobody is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlmodel import Session

from audience import circles, disclosure, reach, relations, replies, stages, waiting, watching, why
from audience.access import access_post
from audience.cards import cards
from audience.document import Parts
from audience.feeds import page as feeds
from audience.feeds.rules import FEEDS
from audience.headcount import About
from audience.tables import Post
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity
from coop.tables import Member
from tests.audience.factories import NOW, make_post, with_clauses
from tests.factories import LISBON, identity_of, make_guild, make_member

LATER = NOW + timedelta(minutes=5)
HERE = {"place": str(LISBON)}
NO_PEOPLE = About(False, 0, None, 5)


@pytest.fixture
def people(session: Session) -> list[Identity]:
    return [identity_of(make_member(session, f"reader{n}")) for n in range(17)]


def come(session: Session, readers: list[Identity], book: Book, post: Post, feed: str | None = None) -> None:
    """Deliver a post to readers, by its own address or by a feed."""
    for one in readers:
        if feed is None:
            access_post(session, one, book, post.id, LATER)
        else:
            feeds.page(session, one, book, feed, LATER)


def told(session: Session, author: Identity, book: Book, post: Post) -> reach.Reach:
    return reach.report(session, author, book, post.id, LATER)


def ways(found: reach.Reach) -> dict[str, tuple[int | None, int | None]]:
    return {way.via: (way.candidates, way.served) for way in found.ways}


def test_an_author_is_told_who_could_who_came_and_who_answered_in_numbers(
    session: Session, book: Book, ada: Identity, people: list[Identity]
) -> None:
    post = make_post(session, ada, book, {"seats": {"on_full": "close"}})
    come(session, people[:11], book, post, "chronological")
    come(session, people[11:], book, post)
    for one in people[:6]:
        watching.watched(session, one, book, post.id, 60_000, LATER + timedelta(minutes=1))
        replies.write(session, one, book, post.id, "Good", LATER)
    found = told(session, ada, book, post)
    assert found.eligible == About(False, 0, 15, 5)
    assert (found.seated, found.finished, found.replied) == (15, 5, 5)
    assert ways(found) == {"feed:chronological": (10, 5), "post": (None, 5)}
    assert (found.full_at, found.waiting, found.narrowed) == (None, 0, [])


def stages_of(found: reach.Reach) -> dict[str, tuple[int | None, ...]]:
    return {way.via: (way.served, way.finished, way.replied) for way in found.ways}


def test_each_way_is_told_stage_by_stage(
    session: Session, book: Book, ada: Identity, people: list[Identity]
) -> None:
    post = make_post(session, ada, book)
    come(session, people[:11], book, post, "chronological")
    come(session, people[11:], book, post)
    for one in [*people[:6], *people[11:15]]:
        watching.watched(session, one, book, post.id, 60_000, LATER + timedelta(minutes=1))
    for one in [*people[:5], *people[11:15]]:
        replies.write(session, one, book, post.id, "Good", LATER)
        replies.write(session, one, book, post.id, "Very good", LATER)
    found = told(session, ada, book, post)
    assert (found.seated, found.finished, found.replied) == (15, 10, 5)
    assert stages_of(found) == {"feed:chronological": (5, 5, 5), "post": (5, None, None)}


def test_law_01_how_much_of_a_post_finishes_it_is_a_clause(
    session: Session, book: Book, ada: Identity, people: list[Identity]
) -> None:
    post = make_post(session, ada, book, body="x" * 900)
    come(session, people[:9], book, post)
    whole = post.length_ms
    for share, finished in ((0.9, 5), (0.91, None)):
        voted = with_clauses(book, FEEDS, {reach.FINISH: share})
        for one in people[:5]:
            watching.watched(session, one, voted, post.id, round(0.9 * whole), LATER + timedelta(hours=1))
        assert told(session, ada, voted, post).finished == finished
        assert reach.to_finish(voted).value == share


@pytest.mark.parametrize(
    ("served", "finished", "told"),
    [
        ({"tag": 9}, {"tag": 9}, {"tag": 5}),
        ({"tag": 8}, {"tag": 5}, {"tag": None}),
        ({"tag": 9, "post": 40}, {"tag": 5, "post": 0}, {"tag": None, "post": None}),
        ({"tag": 9, "post": 40}, {"tag": 5, "post": 4}, {"tag": 5, "post": None}),
        ({"tag": 13, "post": 40}, {"tag": 10, "post": 9}, {"tag": 5, "post": 5}),
    ],
)
def test_law_07_a_stage_of_a_way_does_not_tell_of_the_rest_of_either_whole(
    served: dict[str, int], finished: dict[str, int], told: dict[str, int | None]
) -> None:
    assert reach.Came(served, finished, {}).told("finished", 5) == told


def test_law_07_no_stage_of_a_way_is_told_to_hold_more_than_those_before_or_all_of_it() -> None:
    random = Random(7)
    for _ in range(2000):
        served = {via: random.randrange(0, 30) for via in ("post", "tag", "feed:calm")}
        finished = {via: random.randint(0, number) for via, number in served.items()}
        came, least = reach.Came(served, finished, finished), random.choice((5, 7))
        before, after = came.told("served", least), came.told("finished", least)
        assert all((after[via] or 0) <= (before[via] or 0) <= served[via] for via in served)
        whole = {"finished": came.total("finished")}
        in_all = disclosure.parts(whole, came.total("served"), least)["finished"]
        assert sum(number or 0 for number in after.values()) <= (in_all or 0)


def test_a_full_post_says_since_when_and_how_many_wait(
    session: Session, book: Book, ada: Identity, people: list[Identity]
) -> None:
    post = make_post(session, ada, book, {"seats": {"max": 9, "on_full": "waitlist"}})
    come(session, people[:8], book, post)
    before = told(session, ada, book, post)
    assert (before.seated, before.full_at, before.waiting) == (5, None, None)
    come(session, people[8:9], book, post)
    for number, one in enumerate(people[9:17], start=1):
        waiting.begin(session, one, book, post.id, LATER)
        found = told(session, ada, book, post)
        assert (found.seated, found.full_at) == (9, LATER)
        assert found.waiting == (5 if number >= 5 else None)


def test_a_post_for_three_says_when_all_three_came_and_nothing_before(
    session: Session, book: Book, ada: Identity, people: list[Identity]
) -> None:
    post = make_post(session, ada, book, {"seats": {"max": 3}})
    seen = []
    for one in people[:3]:
        found = told(session, ada, book, post)
        seen.append((found.seated, found.full_at))
        come(session, [one], book, post)
    assert seen == [(None, None)] * 3
    found = told(session, ada, book, post)
    assert (found.seated, found.full_at) == (3, LATER)
    assert ways(found) == {}


def test_law_07_the_report_the_card_and_why_tell_the_same_of_seats(
    session: Session, book: Book, ada: Identity, people: list[Identity]
) -> None:
    for asked in ({}, {"seats": {"max": 3}}, {"seats": {"max": 7}}):
        post = make_post(session, ada, book, asked)
        for count, one in enumerate(people[: asked.get("seats", {}).get("max", 17)], start=1):
            come(session, [one], book, post)
            card = cards(session, ada, book, [post.id], LATER)[post.id]
            found = told(session, ada, book, post)
            assert card.taken == found.seated == why.explain(session, ada, book, post.id, None, LATER).taken
            assert found.seated in (None, count - count % 5, asked.get("seats", {}).get("max"))


def test_law_07_seats_that_are_lowered_one_by_one_do_not_count_who_came(
    session: Session, book: Book, ada: Identity, people: list[Identity]
) -> None:
    post = make_post(session, ada, book)
    come(session, people[:2], book, post)
    for most in (4, 3, 2, 1):
        stages.tighten(session, ada, book, post.id, Parts.model_validate({"seats": {"max": most}}), LATER)
        found = told(session, ada, book, post)
        assert (found.seated, found.full_at) == (None, None)
        assert cards(session, ada, book, [post.id], LATER)[post.id].taken is None


def test_only_those_whom_it_is_for_are_eligible(session: Session, book: Book, people: list[Identity]) -> None:
    founder, *members = [make_member(session) for _ in range(8)]
    guild = make_guild(session, "bakers", founder, tuple(members))
    author = identity_of(founder, (guild,))
    post = make_post(session, author, book, {"see": {"any": [{"guild": "bakers"}, {"member": "reader0"}]}})
    assert told(session, author, book, post).eligible == About(False, 1, 5, 5)
    stages.tighten(session, author, book, post.id, Parts(preset="self"), NOW)
    assert told(session, author, book, post).eligible == About(False, 0, 0, 5)


def test_whoever_was_put_in_a_circle_afterwards_is_not_counted(
    session: Session, book: Book, ada: Identity, people: list[Identity]
) -> None:
    kept = circles.create(session, ada, book, "Family", NOW)
    circles.add(session, ada, book, kept.id, "reader0", NOW)
    post = make_post(session, ada, book, {"see": {"any": [{"circle": "Family"}]}})
    circles.add(session, ada, book, kept.id, "reader1", NOW)
    assert told(session, ada, book, post).eligible == About(False, 1, 0, 5)
    circles.dissolve(session, ada, kept.id)
    assert told(session, ada, book, post).eligible == About(False, 0, 0, 5)


Asks = Callable[[str], dict[str, Any]]


@pytest.mark.parametrize(
    "ask",
    [
        lambda handle: {"any": [{"member": handle}]},
        lambda handle: {"any": [{"member": handle}, {"guild": "pair"}]},
        lambda handle: {"any": [{"local": True}], "not": [{"member": handle}]},
    ],
    ids=["one by name", "one in a guild of two", "all but one"],
)
def test_law_07_tightening_a_post_to_a_place_does_not_tell_where_anybody_is(
    session: Session, book: Book, ada: Identity, people: list[Identity], ask: Asks
) -> None:
    author = replace(ada, guilds=frozenset({_pair(session, ada, people[0]).id}))
    reports = []
    for place in (LISBON, None):
        session.get_one(Member, people[0].member_id).place_id = place
        session.flush()
        post = make_post(session, author, book, {"see": ask("reader0")})
        before = told(session, author, book, post).eligible
        tighter = Parts.model_validate({"read": {"all": [HERE]}})
        stages.tighten(session, author, book, post.id, tighter, LATER)
        reports.append((before, told(session, author, book, post).eligible))
    assert reports[0] == reports[1]


def _pair(session: Session, one: Identity, other: Identity) -> Any:
    """Found a guild of two."""
    founder, member = (session.get_one(Member, who.member_id) for who in (one, other))
    return make_guild(session, "pair", founder, (member,))


def test_law_07_readers_of_a_feed_are_counted_over_groups_alone(
    session: Session, book: Book, ada: Identity, people: list[Identity]
) -> None:
    crowd = people[:6]
    reports = []
    for place in (LISBON, None):
        for one in crowd:
            session.get_one(Member, one.member_id).place_id = LISBON
        session.get_one(Member, crowd[0].member_id).place_id = place
        session.flush()
        named = [{"member": one.handle} for one in crowd[:5]]
        post = make_post(session, ada, book, {"see": {"any": named, "all": [HERE]}})
        come(session, crowd[1:], book, post, "chronological")
        feeds.page(session, crowd[0], book, "chronological", LATER)
        reports.append(ways(told(session, ada, book, post)))
    assert [found.get("feed:chronological", (None, None))[0] for found in reports] == [None, None]


def test_law_07_who_blocks_the_author_changes_no_number(
    session: Session, book: Book, ada: Identity, people: list[Identity]
) -> None:
    post = make_post(session, ada, book)
    come(session, people[:5], book, post, "chronological")
    before = told(session, ada, book, post)
    relations.block(session, people[0], "ada", LATER)
    after = told(session, ada, book, post)
    assert (after.eligible, ways(after)) == (before.eligible, ways(before))
    assert ways(before)["feed:chronological"][0] == 5
    relations.block(session, ada, "reader1", LATER)
    assert ways(told(session, ada, book, post)).get("feed:chronological", (None, 0))[0] is None


def test_law_07_a_number_of_people_that_is_too_small_is_not_told(
    session: Session, book: Book, ada: Identity, people: list[Identity]
) -> None:
    post = make_post(session, ada, book)
    nobody_yet = told(session, ada, book, post)
    come(session, people[:4], book, post, "chronological")
    replies.write(session, people[0], book, post.id, "Good", LATER)
    found = told(session, ada, book, post)
    assert (found.seated, found.finished, found.replied, found.ways) == (None, None, None, [])
    assert found == replace(nobody_yet, weighed=found.weighed)


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
    weighed = told(session, ada, book, post).weighed
    assert {"balanced", "chronological"} <= {one.profile for one in weighed}
    for one in weighed:
        assert one.score == sum(term.contribution for term in one.terms)
        assert {"follow", "topic"}.isdisjoint(term.signal for term in one.terms)
