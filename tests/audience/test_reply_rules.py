"""The limits on replies: the strictest of who says something, and what each no tells one to do."""

from datetime import timedelta
from typing import Any

import pytest

from audience.document import Parts, RepliesWanted
from audience.reply_rules import (
    CLAUSES,
    Replier,
    ReplyLimits,
    check,
    check_depth,
    check_full,
    check_moment,
    left,
    obstacles,
    reply_limits,
    speaks_of_moments,
    wider,
)
from audience.rules import AUDIENCE
from coop.book import Book
from coop.errors import Forbidden, RuleBroken, TooMany
from tests.audience.factories import NOW, founding_book, with_clauses, with_guild_policy

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
BOOK = founding_book()

LOOSE_AND_STRICT: dict[str, tuple[object, object]] = {
    "max": (400, 3),
    "per_member": (15, 2),
    "gap_s": (5, 60),
    "watched_min": (10, 90),
    "until": ("P30D", "PT2H"),
    "at_time": ("owner", "off"),
}
"""Of each limit a loose and a strict value, as documents and clauses write them."""


def parts(**wanted: object) -> Parts:
    return Parts.model_validate({"replies": wanted})


def values(limits: ReplyLimits) -> dict[str, Any]:
    return {name: getattr(limits, name).value for name in CLAUSES}


def replier(**known: object) -> Replier:
    given: dict[str, Any] = {
        "now": NOW + HOUR,
        "published_at": NOW,
        "author": False,
        "total": 0,
        "own": 0,
        "last_at": None,
        "watched_ms": 0,
        "length_ms": 10_000,
    }
    return Replier(**given | known)


def limits(book: Book = BOOK, **wanted: object) -> ReplyLimits:
    return reply_limits([("", parts(**wanted))] if wanted else [], book, None)


def told(limits: ReplyLimits, **known: object) -> list[str]:
    return [one.detail for one in obstacles(limits, replier(**known))]


def test_the_founding_clauses_hold_where_nobody_says_more() -> None:
    assert values(reply_limits([], BOOK, None)) == {
        "max": 500,
        "per_member": 20,
        "gap_s": 0,
        "watched_min": 0,
        "until": None,
        "at_time": "on",
    }


@pytest.mark.parametrize("name", CLAUSES)
def test_law_08_the_strictest_of_layers_and_clauses_holds(name: str) -> None:
    loose, strict = LOOSE_AND_STRICT[name]
    by_clause = with_clauses(BOOK, AUDIENCE, {f"/replies/{CLAUSES[name]}": strict})
    layers = [("", parts(**{name: loose})), ("/after/0/set", parts(**{name: strict}))]
    found = {
        who: getattr(reply_limits(*asked), name)
        for who, asked in {
            "the clause": (layers[:1], by_clause, None),
            "the first layer": (layers[:1], BOOK, None),
            "the later layer": (layers, BOOK, None),
            "the earlier layer": ([layers[1], layers[0]], BOOK, None),
        }.items()
    }
    assert found["the clause"].clause == by_clause.cite(AUDIENCE, f"/replies/{CLAUSES[name]}")
    assert found["the clause"].pointer is None
    assert found["the first layer"].pointer == f"/replies/{name}"
    assert (
        found["the later layer"].pointer
        == found["the earlier layer"].pointer
        == f"/after/0/set/replies/{name}"
    )
    assert found["the clause"].value == found["the later layer"].value != found["the first layer"].value


WANTED = [{name: value} for name, pair in LOOSE_AND_STRICT.items() for value in pair]
KNOWN: list[dict[str, object]] = [
    {},
    {"total": 3},
    {"own": 2, "watched_ms": 5000},
    {"last_at": NOW + HOUR - 30 * SECOND, "watched_ms": 10_000},
    {"now": NOW + 3 * HOUR, "author": True},
    {"now": NOW + timedelta(days=31)},
]


@pytest.mark.parametrize("first", WANTED, ids=str)
def test_law_08_whoever_may_not_answer_still_may_not_after_another_layer(first: dict[str, object]) -> None:
    one = ("", parts(**first))
    before = reply_limits([one], BOOK, None)
    for second in WANTED:
        after = reply_limits([one, ("/after/0/set", parts(**second))], BOOK, None)
        for known in KNOWN:
            assert told(after, **known) if told(before, **known) else True
            author = bool(known.get("author"))
            assert speaks_of_moments(before, author=author) or not speaks_of_moments(after, author=author)


@pytest.mark.parametrize(
    ("own", "coop", "scope"),
    [("gap_s = 30", 60, "coop"), ("gap_s = 90", 60, "guild:bakers"), ('at_time = "off"', 0, "coop")],
)
def test_the_stricter_of_guild_and_coop_sets_a_pause(own: str, coop: int, scope: str) -> None:
    book = with_clauses(
        with_guild_policy(BOOK, "bakers", f"[replies]\n{own}\n"), AUDIENCE, {"/replies/gap_s": coop}
    )
    found = reply_limits([], book, "bakers")
    assert found.gap_s.clause is not None
    assert found.gap_s.clause.scope == scope
    assert found.at_time.value == ("off" if "off" in own else "on")


@pytest.mark.parametrize("name", CLAUSES)
def test_law_08_what_is_wider_than_the_clause_is_named_with_it(name: str) -> None:
    loose, strict = LOOSE_AND_STRICT[name]
    book = with_clauses(BOOK, AUDIENCE, {f"/replies/{CLAUSES[name]}": strict})
    holds = reply_limits([], book, None)
    (fault,) = wider("", RepliesWanted.model_validate({name: loose}), holds)
    assert (fault.pointer, fault.clause) == (
        f"/replies/{name}",
        book.cite(AUDIENCE, f"/replies/{CLAUSES[name]}"),
    )
    assert str(strict) in fault.detail
    assert list(wider("", RepliesWanted.model_validate({name: strict}), holds)) == []


@pytest.mark.parametrize("name", CLAUSES)
def test_law_08_what_is_wider_than_an_earlier_layer_is_named_with_that(name: str) -> None:
    loose, strict = LOOSE_AND_STRICT[name]
    holds, looser = (reply_limits([("", parts(**{name: one}))], BOOK, None) for one in (strict, loose))
    (fault,) = wider("/after/0/set", RepliesWanted.model_validate({name: loose}), holds)
    assert (fault.pointer, fault.clause) == (f"/after/0/set/replies/{name}", None)
    assert f"So says /replies/{name}" in fault.detail
    for narrower in (strict, loose):
        assert list(wider("", RepliesWanted.model_validate({name: narrower}), looser)) == []


def test_a_full_post_and_a_full_member_are_told_what_to_do() -> None:
    few = limits(max=3, per_member=2)
    assert told(few, total=2, own=1) == []
    assert told(few, total=3) == ["It takes 3 replies, and has them."]
    assert told(few, own=2) == [
        "You have answered it 2 times, which is as often as one may: take one back first."
    ]
    with pytest.raises(Forbidden) as refused:
        check(few, replier(total=3, own=2))
    assert [fault.pointer for fault in refused.value.faults] == ["/replies/max", "/replies/per_member"]
    with pytest.raises(Forbidden):
        check_full(few, 3)
    check_full(few, 2)


def test_a_pause_is_told_in_seconds_and_ends() -> None:
    slow = limits(gap_s=60)
    last = NOW + HOUR - 45 * SECOND
    (found,) = obstacles(slow, replier(last_at=last))
    assert (found.detail, found.again) == ("Answer again in 15 seconds.", last + 60 * SECOND)
    with pytest.raises(TooMany) as refused:
        check(slow, replier(last_at=last))
    assert refused.value.retry_after_s == 15
    check(slow, replier(last_at=last, now=last + 60 * SECOND))
    with pytest.raises(Forbidden):
        check(limits(gap_s=60, max=1), replier(last_at=last, total=1))


def test_a_wait_of_one_second_and_a_limit_of_one_are_told_in_the_singular() -> None:
    slow = limits(gap_s=60)
    assert told(slow, last_at=NOW + HOUR - 59.5 * SECOND) == ["Answer again in 1 second."]
    assert told(limits(max=1), total=1) == ["It takes 1 reply, and has it."]
    assert told(limits(per_member=1), own=1) == [
        "You have answered it once, which is as often as one may: take one back first."
    ]


def test_who_waited_while_another_of_their_replies_was_written_is_judged_as_of_then() -> None:
    meanwhile = NOW + HOUR + SECOND
    assert told(limits(), last_at=meanwhile) == []
    assert told(limits(gap_s=60), last_at=meanwhile) == ["Answer again in 60 seconds."]


def test_a_post_takes_replies_until_its_time_is_over() -> None:
    short = limits(until="PT2H")
    assert told(short, now=NOW + 2 * HOUR - SECOND) == []
    assert told(short, now=NOW + 2 * HOUR) == ["It took replies for PT2H after it was published."]
    assert told(short, now=NOW + 2 * HOUR, author=True) != []


@pytest.mark.parametrize(("watched", "stands"), [(4_999, True), (5_000, False), (10_000, False)])
def test_whoever_has_watched_enough_may_answer(watched: int, stands: bool) -> None:
    assert bool(told(limits(watched_min=50), watched_ms=watched)) is stands


def test_what_has_no_length_needs_no_watching() -> None:
    assert told(limits(watched_min=100), length_ms=0) == []


def test_an_author_answers_without_pause_and_as_often_as_there_is_room() -> None:
    strict = limits(per_member=1, gap_s=60, watched_min=100, max=9)
    assert told(strict, author=True, own=8, last_at=NOW + HOUR, total=8) == []
    assert len(told(strict, author=False, own=8, last_at=NOW + HOUR, total=8)) == 3
    assert told(strict, author=True, total=9) == ["It takes 9 replies, and has them."]


@pytest.mark.parametrize(
    ("who", "author", "may"),
    [
        ("on", False, True),
        ("on", True, True),
        ("owner", False, False),
        ("owner", True, True),
        ("off", True, False),
    ],
)
def test_moments_are_for_whom_the_document_says(who: str, author: bool, may: bool) -> None:
    found = limits(at_time=who)
    assert speaks_of_moments(found, author=author) is may
    if may:
        check_moment(found, replier(author=author), 0, pause=True)
    else:
        with pytest.raises(Forbidden) as refused:
            check_moment(found, replier(author=author), 0, pause=False)
        assert refused.value.faults[0].pointer == "/at_ms"


@pytest.mark.parametrize(
    ("at_ms", "pause", "pointer"), [(10_001, False, "/at_ms"), (-1, False, "/at_ms"), (None, True, "/pause")]
)
def test_a_moment_lies_within_the_post(at_ms: int | None, pause: bool, pointer: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        check_moment(limits(), replier(), at_ms, pause=pause)
    assert refused.value.faults[0].pointer == pointer
    for fits in (0, 10_000):
        check_moment(limits(), replier(), fits, pause=pause)


def test_answers_stand_no_deeper_than_the_clause() -> None:
    check_depth(BOOK, 8)
    with pytest.raises(Forbidden) as refused:
        check_depth(BOOK, 9)
    assert refused.value.faults[0].clause == BOOK.cite(AUDIENCE, "/replies/depth")


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({}, 2),
        ({"total": 499}, 2),
        ({"own": 1, "total": 499}, 1),
        ({"own": 5}, 0),
        ({"total": 500}, 0),
        ({"author": True}, None),
    ],
)
def test_law_07_what_is_left_counts_nobody_else(known: dict[str, object], expected: int | None) -> None:
    assert left(limits(per_member=2), replier(**known)) == expected
