"""Ranking: sums that add up, and a slider that does what it says."""

from collections import Counter
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from audience.feeds.ranking import Scored, page, ranked, terms, weights_of
from audience.feeds.rules import FEEDS, FeedRules
from audience.feeds.signals import SIGNALS, Candidate, Setting
from coop.ids import first_id_at
from tests.audience.factories import NOW, founding_book
from tests.thorough import much

RULES = founding_book().rules(FEEDS, FeedRules)
BALANCED = RULES.profiles["balanced"]
SETTING = Setting.of(RULES.signals, BALANCED, NOW)

CANDIDATES = st.builds(
    lambda minutes, author, follows, same_guild, posts, viewers, answered: Candidate(
        first_id_at(NOW - timedelta(minutes=minutes)),
        author,
        None,
        None,
        False,
        follows,
        same_guild,
        False,
        posts,
        viewers,
        answered,
    ),
    st.integers(0, 60 * 24 * 10),
    st.integers(1, 6),
    st.booleans(),
    st.booleans(),
    st.integers(0, 40),
    st.integers(0, 3000),
    st.integers(0, 30),
)
POOLS = st.lists(CANDIDATES, max_size=40, unique_by=lambda post: post.id)
WEIGHTS = st.fixed_dictionaries({name: st.integers(0, 3000) for name in SIGNALS})


@given(POOLS, WEIGHTS)
def test_law_11_contributions_add_up_to_the_score_exactly(
    pool: list[Candidate], weights: dict[str, int]
) -> None:
    for one in ranked(pool, SETTING, weights):
        parts = terms(one, weights, "balanced")
        assert sum(term.contribution for term in parts) == one.score
        assert all(term.contribution == term.value * term.weight for term in parts)
        assert [term.clause for term in parts] == [f"/profiles/balanced/weights/{name}" for name in weights]


@settings(max_examples=much(100, 1_000))
@given(
    POOLS,
    WEIGHTS,
    st.sampled_from(sorted(SIGNALS)),
    st.integers(1, 5000),
    st.integers(1, 12),
    st.integers(1, 4),
)
def test_law_11_raising_a_weight_never_lowers_that_signals_total_on_the_page(
    pool: list[Candidate], weights: dict[str, int], signal: str, more: int, size: int, per_author: int
) -> None:
    def total(used: dict[str, int]) -> int:
        chosen = page(ranked(pool, SETTING, used), size, per_author)
        return sum(SIGNALS[signal](one.post, SETTING) for one in chosen)

    assert total({**weights, signal: weights[signal] + more}) >= total(weights)


@given(POOLS, WEIGHTS, st.integers(1, 12), st.integers(1, 4))
def test_a_page_holds_the_best_within_the_cap_per_author(
    pool: list[Candidate], weights: dict[str, int], size: int, per_author: int
) -> None:
    order = ranked(pool, SETTING, weights)
    chosen = page(order, size, per_author)
    authors = Counter(one.post.author_id for one in chosen)
    assert all(number <= per_author for number in authors.values())
    assert len(chosen) == min(
        size, sum(min(n, per_author) for n in Counter(p.author_id for p in pool).values())
    )
    assert chosen == sorted(chosen, reverse=True)
    for left in (one for one in order if one not in chosen):
        if authors[left.post.author_id] < per_author:
            assert all(left < one for one in chosen)


@given(POOLS)
def test_the_chronological_profile_is_the_order_of_publishing(pool: list[Candidate]) -> None:
    profile = RULES.profiles["chronological"]
    setting = Setting.of(RULES.signals, profile, NOW)
    order = ranked(pool, setting, weights_of(profile))
    assert [one.post_id for one in order] == sorted((post.id for post in pool), reverse=True)


def test_what_is_on_the_page_already_counts_against_its_author() -> None:
    pool = [
        Candidate(first_id_at(NOW) + n, 1, None, None, False, False, False, False, 0, 0, 0) for n in range(4)
    ]
    order = ranked(pool, SETTING, weights_of(BALANCED))
    shown = page(order, 1, 2)
    rest = [one for one in order if one not in shown]
    assert len(page(rest, 9, 2, shown)) == 1


def test_weights_are_whole_thousandths() -> None:
    assert weights_of(BALANCED) == {"fresh": 1000, "follow": 800, "conversation": 600, "small": 600}


def test_equal_scores_put_the_newer_above() -> None:
    pool = [Candidate(id, id, None, None, False, False, False, False, 0, 0, 0) for id in (1, 3, 2)]
    order: list[Scored] = ranked(pool, SETTING, {"follow": 1000})
    assert [one.post_id for one in order] == [3, 2, 1]
