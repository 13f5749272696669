"""The feeds policy replayed: what is drawn, compared and told."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete
from sqlmodel import Session, col

from audience.feeds.rules import FEEDS
from audience.replay.feeds import changed, drawn, moments_of, replay_feeds
from audience.replay.pages import Comparison
from audience.tables import Seat
from coop.book import Book
from coop.rehearsal import Report
from governance.rehearsal.reports import digest, document
from tests.audience.factories import NOW, make_post, with_clauses
from tests.audience.feeds.pools import candidate
from tests.audience.replay.worlds import SINCE, UNTIL, World

SMALLER = {"/profiles/balanced/weights/small": 3.0, "/profiles/balanced/weights/fresh": 0.0}


def gauges(found: Report) -> dict[str, tuple[int | None, int]]:
    return {gauge.name: (gauge.before, gauge.after) for gauge in found.gauges}


@pytest.fixture
def world(session: Session, book: Book) -> World:
    return World.drawn(session, book, 3, posts=60)


def test_other_weights_make_other_pages_and_the_numbers_add_up(session: Session, world: World) -> None:
    asked = world.rehearsing(
        with_clauses(world.book, FEEDS, {**SMALLER, "/profiles/balanced/page": 10}), FEEDS
    )
    found = replay_feeds(session, asked)
    (places,) = found.measures
    by_kind = [sum(change.before.value for change in groups.values()) for groups in places.by.values()]
    assert by_kind == [places.total.before.value] * 2
    assert places.total.lost.value > 0
    readers = found.replayed["readers"].value
    assert (readers, found.replayed["pages"].value) == (9, 9 * 4)
    measured = gauges(found)
    assert measured["overlap"][0] is None
    assert 0 < measured["overlap"][1] < 1000
    assert {gauge.of for gauge in found.gauges} == {"balanced"}


def test_what_changes_no_page_is_said_to_change_none(session: Session, world: World) -> None:
    found = replay_feeds(session, world.rehearsing(world.book, FEEDS))
    assert (found.measures, found.gauges) == ((), ())
    assert "No page of a profile that stays would change." in found.limits


def test_a_weight_of_a_signal_that_is_even_everywhere_moves_nothing(session: Session, world: World) -> None:
    after = with_clauses(world.book, FEEDS, {"/profiles/chronological/weights/fresh": 2.0})
    measured = gauges(replay_feeds(session, world.rehearsing(after, FEEDS)))
    assert (measured["overlap"], measured["moved"]) == ((None, 1000), (None, 0))
    assert all(before == after for before, after in measured.values() if before is not None)


def test_law_01_what_is_counted_further_back_makes_other_pages(session: Session, world: World) -> None:
    now = with_clauses(
        world.book, FEEDS, {**SMALLER, "/signals/small/posts": 1, "/profiles/balanced/page": 10}
    )
    for window, clause in (("posts_window", "P28D"), ("viewers_window", "P7D")):
        asked = replace(world, book=now).rehearsing(
            with_clauses(now, FEEDS, {f"/signals/small/{window}": clause}), FEEDS
        )
        measured = gauges(replay_feeds(session, asked))
        assert measured["overlap"][1] < 1000 or measured["moved"][1] > 0, window


def test_whom_few_have_heard_is_told_by_the_clauses_in_force_on_both_sides(
    session: Session, world: World
) -> None:
    shown = {"/profiles/balanced/slots/discovery": 0, "/profiles/balanced/slots/bridging": 0}
    now = with_clauses(world.book, FEEDS, {**shown, "/discovery/viewers": 3})
    after = with_clauses(now, FEEDS, {"/discovery/viewers": 500})
    found = replay_feeds(session, replace(world, book=now).rehearsing(after, FEEDS))
    for gauge in found.gauges:
        if gauge.name == "small":
            assert gauge.before == gauge.after < 1000, gauge.of
    assert found.measures[0].total.lost.value == 0


def test_law_14_the_same_events_and_seed_make_the_same_report(session: Session, world: World) -> None:
    asked = world.rehearsing(with_clauses(world.book, FEEDS, SMALLER), FEEDS)
    first, second = (digest(document(asked, replay_feeds(session, asked), "0" * 64)) for _ in range(2))
    assert first == second
    other = replace(asked, seed="another seed")
    assert moments_of(other) != moments_of(asked)


def test_law_14_what_happens_later_changes_no_report(session: Session, world: World) -> None:
    asked = world.rehearsing(with_clauses(world.book, FEEDS, SMALLER), FEEDS)
    before = digest(document(asked, replay_feeds(session, asked), "0" * 64))
    author, viewer = world.members[:2]
    late = make_post(session, author, world.book, now=UNTIL + timedelta(hours=1))
    session.add(
        Seat(member_id=viewer.member_id, post_id=late.id, at=UNTIL + timedelta(hours=2), via="post", epoch=1)
    )
    session.flush()
    assert digest(document(asked, replay_feeds(session, asked), "0" * 64)) == before


def test_moments_lie_one_in_each_week_of_the_window(world: World) -> None:
    moments = moments_of(world.rehearsing(world.book, FEEDS))
    weeks = [(moment - SINCE) // timedelta(days=7) for moment in moments]
    assert weeks == [0, 1, 2, 3]
    assert all(SINCE < moment < UNTIL and not moment.microsecond for moment in moments)


def test_only_those_who_came_are_drawn_and_no_more_than_the_clause_says(
    session: Session, world: World
) -> None:
    asked = world.rehearsing(world.book, FEEDS)
    quiet = world.members[0].member_id
    session.execute(delete(Seat).where(col(Seat.member_id) == quiet))
    everyone = drawn(session, asked, UNTIL)
    assert quiet not in everyone
    few = drawn(session, replace(asked, sample=3), UNTIL)
    assert few == everyone[:3]
    assert set(drawn(session, replace(asked, seed="other"), UNTIL)) == set(everyone)


def test_a_profile_that_comes_or_goes_is_told_of_and_not_compared(session: Session, world: World) -> None:
    policy = world.book.policies["coop", FEEDS]
    data = {**policy.data, "profiles": dict(policy.data["profiles"])}
    data["profiles"]["quiet"] = data["profiles"].pop("chronological")
    del data["bounds"]
    after = replace(world.book, policies={**world.book.policies, ("coop", FEEDS): replace(policy, data=data)})
    assert changed(world.book, after) == {}
    limits = replay_feeds(session, world.rehearsing(after, FEEDS)).limits
    assert "The profile chronological would be gone." in limits
    assert limits[0].startswith("The profile quiet is new")


def test_a_comparison_counts_what_stays_what_moves_and_who_is_on_it() -> None:
    one, two, three = (
        candidate(timedelta(hours=hours), author_id=author, **known)
        for hours, author, known in ((1, 1, {}), (2, 2, {"follows": True}), (30, 3, {}))
    )
    compared = Comparison("balanced")
    compared.add(7, NOW, [one, two], [two, three], {one.id: 0, two.id: 5, three.id: 6}, unheard={1, 2})
    found = {gauge.name: (gauge.before, gauge.after) for gauge in compared.gauges()}
    assert found == {
        "overlap": (None, 500),
        "moved": (None, 100),
        "small": (1000, 500),
        "authors": (200, 200),
        "guilds": (100, 200),
        "per_author": (100, 100),
        "followed": (500, 500),
        "fresh": (1000, 500),
    }
