"""Calm: what heated threads ask. It only tightens, each part names its clause, and friends are spared."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience import calm
from audience.calm import Coming, Heated
from audience.charter import KINDS
from audience.heat import Facts, Said
from audience.moderation.heat_rules import HEAT_ORDERS, LEVELS, Response
from audience.moderation.rules import MODERATION
from audience.reply_rules import Replier, reply_limits
from coop.book import COOP, Book, check_rules, guild_scope, merged
from tests.audience.factories import NOW, founding_book, in_force, with_clauses

BOOK = founding_book()
KIND = next(kind for kind in KINDS if kind.name == MODERATION)
SECOND = timedelta(seconds=1)
FRIEND, STRANGER = Coming(False, NOW, None), Coming(True, NOW, None)


def guilds_book(text: str, book: Book = BOOK) -> Book:
    """Return the book as it would stand if the bakers held this moderation policy."""
    own = in_force(guild_scope("bakers"), MODERATION, text)
    return replace(book, epoch=book.epoch + 1, policies={**book.policies, (own.scope, MODERATION): own})


def crowd(number: int) -> Facts:
    return Facts(tuple(Said(NOW, person, None, True, False) for person in range(number)), None)


def heated(number: int, book: Book = BOOK, guild: str | None = None) -> Heated | None:
    return calm.heated(crowd(number), book, guild, NOW)


def replier(**known: Any) -> Replier:
    fresh = Replier(NOW, NOW, author=False, total=0, own=0, last_at=None, watched_ms=0, length_ms=0)
    return replace(fresh, **known)


def test_a_calm_thread_asks_nothing_and_a_hot_one_names_every_clause_by_which_it_asks() -> None:
    assert heated(20) is None
    warm, hot = heated(50), heated(80)
    assert warm is not None and hot is not None
    assert [(one.what, one.clause.value) for one in warm.asked] == [("gap_s", 60)]
    assert [(one.what, one.clause.clause) for one in hot.asked] == [
        (what, f"/heat/hot/{what}") for what in calm.RESPONSES
    ]
    assert (hot.threshold.clause, hot.threshold.value, hot.until) == (
        "/heat/hot/at",
        70,
        NOW + timedelta(hours=2),
    )


def test_slow_mode_lengthens_a_gap_and_never_shortens_the_one_that_holds() -> None:
    limits = reply_limits([], BOOK, None)
    found = calm.slowed(limits, heated(80)).gap_s
    assert (found.value, found.clause and found.clause.clause) == (300, "/heat/hot/gap_s")
    longer = reply_limits([], with_clauses(BOOK, "audience", {"/replies/gap_s": 900}), None)
    assert calm.slowed(longer, heated(80)) == longer
    assert calm.slowed(limits, None) == limits


def test_only_a_stranger_who_has_just_come_reads_before_they_answer_a_hot_thread() -> None:
    hot = heated(80)
    (found,) = calm.obstacles(hot, STRANGER, replier())
    assert found.again == NOW + timedelta(minutes=10)
    assert list(calm.obstacles(hot, STRANGER, replier(now=NOW + timedelta(minutes=10)))) == []
    for coming, who in ((FRIEND, replier()), (STRANGER, replier(author=True))):
        assert list(calm.obstacles(hot, coming, who)) == []
        assert calm.pause_until(hot, coming, who) is None
    assert list(calm.obstacles(heated(50), STRANGER, replier())) == []


def test_a_pause_is_over_so_many_seconds_after_it_began_and_ahead_of_whoever_has_not_begun() -> None:
    hot = heated(80)
    assert calm.pause_until(hot, STRANGER, replier()) == NOW + 20 * SECOND
    began = Coming(True, NOW, NOW - 15 * SECOND)
    assert calm.pause_until(hot, began, replier()) == NOW + 5 * SECOND
    assert calm.pause_until(heated(50), began, replier()) is None


@given(st.integers(0, 200), st.integers(0, 200))
def test_law_08_a_hotter_thread_asks_at_least_what_a_cooler_one_does(one: int, other: int) -> None:
    cooler, hotter = heated(min(one, other)), heated(max(one, other))
    asked = {} if hotter is None else {part.what: part.clause.value for part in hotter.asked}
    for part in () if cooler is None else cooler.asked:
        order = HEAT_ORDERS[f"/heat/hot/{part.what}"].of
        assert order(asked[part.what]) <= order(part.clause.value)


NUMBERS = {
    "at": (5, 35),
    "gap_s": (60, 3600),
    "pause_s": (0, 300),
    "seated_s": (0, 900),
    "facilitators": (0, 9),
}


@given(st.fixed_dictionaries({name: st.integers(*ends) for name, ends in NUMBERS.items()}))
def test_law_08_what_a_guild_says_of_warm_threads_never_asks_less_than_the_coop(said: dict[str, int]) -> None:
    lines = "\n".join(f"{name} = {value}" for name, value in said.items())
    rules = calm.heat_rules(guilds_book(f"[heat.warm]\n{lines}\n"), "bakers")
    coop = calm.heat_rules(BOOK, None)
    for level in LEVELS:
        for name in Response.model_fields:
            order = HEAT_ORDERS[f"/heat/{level}/{name}"].of
            assert order(getattr(rules.at(level), name)) <= order(getattr(coop.at(level), name))
    assert rules.warm.gap_s == said["gap_s"]


def test_the_stricter_of_guild_and_coop_is_the_one_that_is_cited() -> None:
    book = guilds_book("[heat.warm]\nat = 20\ngap_s = 120\n")
    assert heated(40, book) is None
    found = heated(40, book, "bakers")
    assert found is not None
    assert (found.level, found.threshold.scope) == ("warm", "guild:bakers")
    assert [(one.clause.scope, one.clause.value) for one in found.asked] == [("guild:bakers", 120)]
    stricter = with_clauses(book, MODERATION, {"/heat/warm/gap_s": 300})
    again = heated(40, stricter, "bakers")
    assert again is not None
    assert [(one.clause.scope, one.clause.value) for one in again.asked] == [("coop", 300)]


@pytest.mark.parametrize(
    ("clauses", "pointer"),
    [
        ({"/heat/hot/at": 35}, "/heat/hot/at"),
        ({"/heat/hot/at": 161}, "/heat/hot/at"),
        ({"/heat/hot/gap_s": 59}, "/heat/hot/gap_s"),
        ({"/heat/warm/pause_s": 21}, "/heat/hot/pause_s"),
        ({"/heat/warm/arrivals": 5}, "/heat/hot/arrivals"),
        ({"/heat/warm/facilitators": 4}, "/heat/hot/facilitators"),
    ],
)
def test_no_vote_passes_by_which_a_hot_thread_would_be_asked_less(
    clauses: dict[str, object], pointer: str
) -> None:
    data = with_clauses(BOOK, MODERATION, clauses).policies[COOP, MODERATION].data
    assert [fault.pointer for fault in check_rules(KIND, data)] == [pointer]


def test_a_guild_sets_what_a_level_asks_inside_the_bounds_and_nothing_else_of_heat() -> None:
    fine: dict[str, Any] = {"heat": {"warm": {"gap_s": 300}}}
    assert BOOK.check(MODERATION, "guild:bakers", fine) == []
    for wrong in ({"window": "PT1H"}, {"warm": {"gap_s": 10}}, {"points": {"strangers": 90}}):
        assert BOOK.check(MODERATION, "guild:bakers", {"heat": wrong})
    whole = merged(BOOK.policies[COOP, MODERATION].data, fine)
    assert check_rules(KIND, whole) == []


def test_what_was_held_back_is_no_reason_that_is_told() -> None:
    said = tuple(Said(NOW, person, None, True, held=person % 2 == 0) for person in range(120))
    found = calm.heated(Facts(said, None), BOOK, None, NOW)
    assert found is not None and found.points.held
    assert found.reasons == ("strangers",)
