"""The feeds policy replayed: what is drawn, compared and told."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import delete
from sqlmodel import Session, col

from audience.feeds.rules import FEEDS
from audience.replay.feeds import changed, replay_feeds
from audience.replay.lots import drawn, moments_of
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


def pages_change(session: Session, world: World, clauses: Mapping[str, object]) -> bool:
    """Rehearse a draft and say whether posts leave a page of ``balanced``, or move on it."""
    asked = world.rehearsing(with_clauses(world.book, FEEDS, clauses), FEEDS)
    found = {one.name: one.after for one in replay_feeds(session, asked).gauges if one.of == "balanced"}
    return found["overlap"] < 1000 or found["moved"] > 0


@pytest.fixture
def known_world(session: Session, book: Book) -> World:
    """A world of whose posts, authors and readers feeds know something."""
    book = with_clauses(book, FEEDS, {"/profiles/balanced/page": 10})
    made = World.drawn(session, book, 3, posts=60)
    made.know(UNTIL)
    return made


@pytest.mark.parametrize("signal", ["finish", "repost_like", "diverse", "bridge", "near", "calm", "less"])
def test_law_01_a_weight_of_what_is_read_as_it_stands_makes_other_pages(
    session: Session, known_world: World, signal: str
) -> None:
    draft = {f"/profiles/balanced/weights/{signal}": 3.0}
    assert pages_change(session, known_world, draft)


def test_where_nothing_is_known_of_posts_and_readers_such_a_weight_moves_nothing(
    session: Session, world: World
) -> None:
    world = replace(world, book=with_clauses(world.book, FEEDS, {"/profiles/balanced/page": 10}))
    for signal in ("finish", "repost_like", "bridge", "calm", "less"):
        assert not pages_change(session, world, {f"/profiles/balanced/weights/{signal}": 3.0}), signal


def test_tags_that_members_chose_for_themselves_are_not_read_and_the_report_says_so(
    session: Session, known_world: World
) -> None:
    draft = {"/profiles/balanced/weights/topic": 3.0}
    assert not pages_change(session, known_world, draft)
    asked = known_world.rehearsing(with_clauses(known_world.book, FEEDS, draft), FEEDS)
    assert any("the signal topic" in limit for limit in replay_feeds(session, asked).limits)


def test_places_kept_for_bridging_go_to_those_who_help_now(session: Session, known_world: World) -> None:
    assert pages_change(session, known_world, {"/profiles/balanced/slots/bridging": 6})


@pytest.mark.parametrize(
    ("clause", "value"),
    [("/signals/less/half_life", "P7D"), ("/signals/less/post", 1), ("/signals/near/region", 1)],
)
def test_law_01_clauses_by_which_a_reader_is_known_hold_each_on_its_own_side(
    session: Session, known_world: World, clause: str, value: object
) -> None:
    book = with_clauses(
        known_world.book,
        FEEDS,
        {"/profiles/balanced/weights/less": 3.0, "/profiles/balanced/weights/near": 3.0},
    )
    assert pages_change(session, replace(known_world, book=book), {clause: value})


def test_what_a_job_would_count_otherwise_is_said_not_to_be_replayed(
    session: Session, known_world: World
) -> None:
    draft = {"/signals/calm/medians": 9, "/signals/diverse/window": "P28D", "/signals/near/region": 0.6}
    asked = known_world.rehearsing(with_clauses(known_world.book, FEEDS, draft), FEEDS)
    assert [limit for limit in replay_feeds(session, asked).limits if "counted otherwise" in limit] == [
        f"The signal {name} would be counted otherwise: what that changes is not replayed."
        for name in ("diverse", "calm")
    ]


def test_what_is_known_is_read_in_as_many_statements_for_many_as_for_few(
    session: Session, known_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = known_world.rehearsing(with_clauses(known_world.book, FEEDS, SMALLER), FEEDS)
    sent: list[object] = []
    execute = psycopg.Cursor.execute

    def counting(cursor: psycopg.Cursor[Any], query: Any, *more: Any, **options: Any) -> Any:
        sent.append(query)
        return execute(cursor, query, *more, **options)

    monkeypatch.setattr(psycopg.Cursor, "execute", counting)
    replay_feeds(session, replace(asked, sample=1))
    few = len(sent)
    assert few
    replay_feeds(session, asked)
    assert len(sent) == 2 * few


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
