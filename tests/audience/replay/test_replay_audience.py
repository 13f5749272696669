"""The audience policy replayed: who is turned away, let in, refused, by guild and by size."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlmodel import Session

from audience import replies
from audience.replay.answers import Answer, Room, allowed
from audience.replay.audience import replay_audience
from audience.replay.groups import NO_GUILD
from audience.rules import AT_TIMES, AUDIENCE, AtTime
from audience.tables import Reply, Seat
from coop.book import Book
from coop.identity import Identity
from coop.ids import new_id
from coop.rehearsal import Change, Measure, Report
from tests.audience.factories import make_post, wide_open, with_clauses, with_guild_policy
from tests.audience.replay.worlds import SINCE, UNTIL, World
from tests.factories import identity_of, make_guild, make_member

BEGAN = SINCE + timedelta(days=3)
NEVER = 2**62


@pytest.fixture
def open_book(book: Book) -> Book:
    return wide_open(book)


def numbers(change: Change) -> tuple[int, int, int]:
    return change.before.value, change.lost.value, change.gained.value


def measures(found: Report) -> dict[str, Measure]:
    return {measure.name: measure for measure in found.measures}


def rehearse(session: Session, before: Book, after: Book, scope: str = "coop") -> dict[str, Measure]:
    made = World(session, before, Random(0))
    return measures(replay_audience(session, made.rehearsing(after, AUDIENCE, scope)))


def come(session: Session, post_id: int, people: list[Identity], *seconds: float) -> None:
    """Let people view a post, each so many seconds after it began."""
    for person, second in zip(people, seconds, strict=True):
        at = BEGAN + timedelta(seconds=second)
        session.add(Seat(member_id=person.member_id, post_id=post_id, at=at, via="post", epoch=1))
    session.flush()


def people(session: Session, number: int) -> list[Identity]:
    return [identity_of(make_member(session)) for _ in range(number)]


def test_law_06_a_lower_cap_turns_away_those_who_came_last(session: Session, open_book: Book) -> None:
    author, *others = people(session, 8)
    post = make_post(session, author, open_book, now=BEGAN)
    come(session, post.id, others, *range(7))
    found = rehearse(session, open_book, with_clauses(open_book, AUDIENCE, {"/seats/default": 4}))
    assert numbers(found["views"].total) == (7, 3, 0)
    assert {label: numbers(one) for label, one in found["views"].by["guild"].items()} == {NO_GUILD: (7, 3, 0)}
    assert list(found["views"].by["size"]) == ["1 to 9 who came"]
    assert numbers(found["full"].total) == (0, 0, 1)


def test_a_wider_limit_lets_in_those_who_are_on_record(session: Session, open_book: Book) -> None:
    author, *others = people(session, 6)
    post = make_post(session, author, open_book, now=BEGAN)
    come(session, post.id, others, *range(5))
    tight = with_clauses(open_book, AUDIENCE, {"/seats/default": 2})
    found = rehearse(session, tight, open_book)
    assert numbers(found["views"].total) == (2, 0, 3)
    assert numbers(found["full"].total) == (1, 1, 0)


def test_law_06_strangers_are_held_back_by_the_limiter_and_friends_are_not(
    session: Session, open_book: Book
) -> None:
    rows = [make_member(session) for _ in range(7)]
    guild = make_guild(session, "bakers", rows[0], tuple(rows[1:3]))
    author, *others = [identity_of(row, (guild,) if index < 3 else ()) for index, row in enumerate(rows)]
    post = make_post(session, author, open_book, now=BEGAN, guild="bakers")
    come(session, post.id, others, 0, 1, 2, 3, 61, 64)
    after = with_clauses(open_book, AUDIENCE, {"/arrivals/per_minute": 1, "/arrivals/burst": 1})
    found = rehearse(session, open_book, after)
    assert numbers(found["views"].total) == (6, 2, 0)
    assert list(found["views"].by["guild"]) == ["bakers"]
    delayed = with_clauses(after, AUDIENCE, {"/arrivals/strangers_only": False})
    assert numbers(rehearse(session, open_book, delayed)["views"].total) == (6, 4, 0)
    assert numbers(rehearse(session, delayed, after)["views"].total) == (2, 1, 3)


def test_law_08_a_guilds_own_clause_is_rehearsed_on_its_own_posts(session: Session, open_book: Book) -> None:
    rows = [make_member(session) for _ in range(5)]
    guild = make_guild(session, "bakers", rows[0])
    author = identity_of(rows[0], (guild,))
    others = [identity_of(row) for row in rows[1:]]
    for slug in ("bakers", None):
        post = make_post(session, author, open_book, now=BEGAN, guild=slug)
        come(session, post.id, others, *range(4))
    bounded = open_book.policies["coop", AUDIENCE]
    data = {**bounded.data, "bounds": {"guild": {"/seats/default": {"min": 1, "max": 500}}}}
    base = replace(
        open_book, policies={**open_book.policies, ("coop", AUDIENCE): replace(bounded, data=data)}
    )
    after = with_guild_policy(base, "bakers", "[seats]\ndefault = 3\n")
    assert numbers(rehearse(session, base, after, "guild:bakers")["views"].total) == (4, 1, 0)
    assert numbers(rehearse(session, base, after)["views"].total) == (8, 1, 0)


@pytest.mark.parametrize(
    ("clauses", "expected"),
    [
        ({"/posts/characters": 500}, (2, 1, 0)),
        ({"/seats/ceiling": 100, "/seats/default": 100}, (2, 1, 0)),
        ({"/posts/characters": 30_000}, (2, 0, 0)),
    ],
)
def test_posts_that_could_not_have_been_published_so_are_counted(
    session: Session, open_book: Book, clauses: dict[str, Any], expected: tuple[int, int, int]
) -> None:
    (author,) = people(session, 1)
    make_post(session, author, open_book, {"seats": {"max": 300}}, now=BEGAN, body="b" * 900)
    make_post(session, author, open_book, now=BEGAN)
    found = rehearse(session, open_book, with_clauses(open_book, AUDIENCE, clauses))
    assert numbers(found["posts"].total) == expected


def test_law_08_a_guilds_own_clause_is_tried_on_what_was_published_in_it(
    session: Session, open_book: Book
) -> None:
    row = make_member(session)
    author = identity_of(row, (make_guild(session, "bakers", row),))
    for guild in ("bakers", None):
        make_post(session, author, open_book, now=BEGAN, body="b" * 900, guild=guild)
    after = with_guild_policy(open_book, "bakers", "[posts]\ncharacters = 500\n")
    assert numbers(rehearse(session, open_book, after)["posts"].total) == (2, 1, 0)


def test_replies_beyond_the_limits_are_counted(session: Session, open_book: Book) -> None:
    author, *others = people(session, 4)
    post = make_post(session, author, open_book, now=BEGAN)
    for number, writer in enumerate([others[0], others[0], author, others[1], others[2]]):
        at = BEGAN + timedelta(minutes=number + 1)
        session.add(
            Reply(
                id=new_id(at),
                post_id=post.id,
                author_id=writer.member_id,
                body="Good bread",
                created_at=at,
            )
        )
    session.flush()
    after = with_clauses(open_book, AUDIENCE, {"/replies/per_member": 1, "/replies/per_post": 3})
    assert numbers(rehearse(session, open_book, after)["replies"].total) == (5, 2, 0)


@pytest.mark.parametrize("at", [SINCE - timedelta(hours=1), UNTIL + timedelta(hours=1)])
def test_what_was_made_outside_the_window_is_left_out(
    session: Session, open_book: Book, at: datetime
) -> None:
    author, viewer = people(session, 2)
    post = make_post(session, author, open_book, now=at)
    session.add(Seat(member_id=viewer.member_id, post_id=post.id, at=max(at, SINCE), via="post", epoch=1))
    session.flush()
    after = with_clauses(open_book, AUDIENCE, {"/seats/default": 1})
    assert all(numbers(one.total) == (0, 0, 0) for one in rehearse(session, open_book, after).values())


def test_the_parts_of_every_measure_add_up_to_its_total(session: Session, open_book: Book) -> None:
    made = World.drawn(session, open_book, 5)
    after = with_clauses(open_book, AUDIENCE, {"/seats/default": 1, "/arrivals/per_minute": 1})
    found = measures(replay_audience(session, made.rehearsing(after, AUDIENCE)))
    assert found["views"].total.lost.value > 0
    for measure in found.values():
        for groups in measure.by.values():
            sums = zip(*map(numbers, groups.values()), strict=True)
            assert tuple(map(sum, sums)) == numbers(measure.total)


def answers(*said: tuple[int, int, int]) -> list[Answer]:
    return [Answer(at, author, 10, deleted) for at, author, deleted in said]


@pytest.mark.parametrize(
    ("room", "expected"),
    [
        (Room(None, None, 10), [True, True, True, True]),
        (Room(None, None, 9), [False, False, False, False]),
        (Room(2, None, 10), [True, True, False, True]),
        (Room(None, 1, 10), [True, False, True, True]),
        (Room(1, 1, 10), [True, False, False, False]),
        (Room(None, None, 10, gap=2), [True, False, True, True]),
        (Room(None, None, 10, gap=1), [True, True, True, True]),
        (Room(None, None, 10, until=3), [True, True, False, False]),
        (Room(None, None, 10).tightened(2, 5, 0, 4, 2), [True, True, False, False]),
        (Room(1, None, 10).tightened(9, 1, 3, 99, 0), [True, False, False, False]),
    ],
)
def test_a_reply_finds_room_where_those_before_it_left_some(room: Room, expected: list[bool]) -> None:
    said = answers((1, 5, NEVER), (2, 5, 4), (3, 6, NEVER), (5, 9, NEVER))
    assert list(allowed(said, 9, room)) == expected


def test_what_waits_fills_no_post_and_what_was_taken_back_shortens_no_pause() -> None:
    waiting = Answer(1, 5, 10, NEVER, shown=0)
    after = Answer(2, 6, 10, NEVER)
    assert list(allowed([waiting, after], 9, Room(1, None, 10))) == [True, True]
    assert list(allowed([waiting, after._replace(author=5)], 9, Room(9, 1, 10))) == [True, False]
    gone = Answer(1, 5, 10, 2)
    assert list(allowed([gone, Answer(3, 5, 10, NEVER)], 9, Room(None, None, 10, gap=5))) == [True, False]
    assert list(allowed([gone, Answer(3, 5, 10, NEVER)], 5, Room(None, None, 10, gap=5))) == [True, True]


@pytest.mark.parametrize(
    ("who", "expected"), [("off", [False, False]), ("owner", [False, True]), ("on", [True, True])]
)
def test_moments_and_depth_are_replayed(who: AtTime, expected: list[bool]) -> None:
    said = [Answer(at, author, 10, NEVER, timed=1) for at, author in ((1, 5), (2, 9))]
    room = Room(None, None, 10, at_time=AT_TIMES.index(who))
    assert list(allowed(said, 9, room)) == expected
    deep = [Answer(at, 5, 10, NEVER, depth=depth) for at, depth in ((1, 2), (2, 3))]
    assert list(allowed(deep, 9, Room(None, None, 10, depth=2))) == [True, False]


def test_a_pause_that_is_put_to_the_vote_is_tried_on_what_was_written(
    session: Session, open_book: Book
) -> None:
    author, asker, other = people(session, 3)
    post = make_post(session, author, open_book, now=SINCE)
    eager = make_post(session, author, open_book, {"replies": {"gap_s": 3600}}, now=SINCE)
    for seconds, who, where in ((60, asker, post), (70, asker, post), (80, other, post), (60, asker, eager)):
        replies.write(session, who, open_book, where.id, "Hm", SINCE + timedelta(seconds=seconds))
    after = with_clauses(open_book, AUDIENCE, {"/replies/gap_s": 30})
    assert numbers(rehearse(session, open_book, after)["replies"].total) == (4, 1, 0)
