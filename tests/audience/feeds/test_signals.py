"""Signals: whole millionths, what each of them says and what moves it."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from audience.feeds.reader import LANGUAGE, PLACE, HomeKind, Taste
from audience.feeds.rules import FEEDS, FeedRules, SignalName
from audience.feeds.signals import ONE, SIGNALS, Candidate, Setting
from tests.audience.factories import NOW, founding_book, with_clauses
from tests.audience.feeds.pools import BALANCED, candidate, pool, tag, taste
from tests.thorough import much

PLAIN = BALANCED.setting(NOW)
AGAINST = {"calm", "less"}
BREAD, JAM, TEA = tag(1), tag(2), tag(3)
COUNTRY, REGION, CITY, QUARTER, ELSEWHERE = (number << 4 | PLACE for number in (1, 2, 3, 4, 5))
GERMAN = 7 << 4 | LANGUAGE


def value(signal: SignalName, post: Candidate, setting: Setting = PLAIN) -> int:
    (found,) = SIGNALS[signal]([post], setting)
    return found


def reader(**known: Any) -> Setting:
    return replace(PLAIN, taste=Taste(**known))


def ruled(clause: str, number: object) -> Setting:
    """The setting of the same page, had a vote set one clause otherwise."""
    rules = with_clauses(founding_book(), FEEDS, {clause: number}).rules(FEEDS, FeedRules)
    return replace(PLAIN, measures=rules.signals)


@pytest.mark.parametrize(("days", "right"), [(0, ONE), (1, ONE // 2), (2, ONE // 4), (30, 0), (-1, ONE)])
def test_freshness_halves_every_half_life(days: int, right: int) -> None:
    assert abs(value("fresh", candidate(timedelta(days=days))) - right) <= 1


def test_following_counts_one_and_a_shared_guild_what_its_clause_says() -> None:
    posts = [candidate(), candidate(same_guild=True), candidate(same_guild=True, follows=True)]
    assert SIGNALS["follow"](posts, PLAIN) == [0, ONE // 2, ONE]
    assert SIGNALS["follow"](posts, ruled("/signals/follow/same_guild", 0.25)) == [0, ONE // 4, ONE]


def test_conversation_counts_people_answered_and_reaches_one_half_at_its_clause() -> None:
    values = SIGNALS["conversation"]([candidate(answered=n) for n in (0, 1, 5, 50)], PLAIN)
    assert values == sorted(values)
    assert (values[0], values[2]) == (0, ONE // 2)
    assert (
        value("conversation", candidate(answered=20), ruled("/signals/conversation/halfway", 20)) == ONE // 2
    )


def test_small_damps_the_widely_viewed_and_those_who_post_without_end() -> None:
    newcomer = value("small", candidate())
    assert newcomer == ONE
    many, more = (value("small", candidate(viewers=viewers)) for viewers in (100, 10_000))
    assert more < many < newcomer
    assert value("small", candidate(posts=7)) == newcomer
    assert value("small", candidate(posts=70)) == ONE // 10
    assert value("small", candidate(viewers=20)) == ONE // 2, "1 ÷ log₂(2 + 0.1 × 20)"


def test_small_does_not_damp_whoever_has_not_posted_however_few_posts_are_allowed() -> None:
    assert value("small", candidate(posts=0), ruled("/signals/small/posts", 0.5)) == ONE


def test_what_is_counted_of_a_post_is_told_as_it_is() -> None:
    post = candidate(finish=123_456, bridge=234_567, heat=345_678)
    assert [value(signal, post) for signal in ("finish", "bridge", "calm")] == [123_456, 234_567, -345_678]


def test_repost_like_is_the_cosine_with_what_the_reader_reposted() -> None:
    # Two tags of idf 1 and 2; the reader reposted each once: (1, 2) ÷ √5, times the idf of the post's side.
    mine = reader(reposted={BREAD: 1 / 5**0.5, JAM: 4 / 5**0.5})
    both, one, other = (
        candidate(features=features, norm=norm)
        for features, norm in (([BREAD, JAM], 5**0.5), ([BREAD], 1.0), ([TEA], 1.0))
    )
    assert SIGNALS["repost_like"]([both, one, other], mine) == [ONE, round(ONE / 5**0.5), 0]
    assert SIGNALS["repost_like"]([both, one, other], PLAIN) == [0, 0, 0]


def test_a_cosine_is_at_most_one_though_tags_grew_rarer_since_the_post_was_published() -> None:
    post = candidate(features=[BREAD], norm=1.0)
    assert value("repost_like", post, reader(reposted={BREAD: 1.7})) == ONE
    assert value("diverse", post, reader(seen={BREAD: 1.7})) == 0


def test_a_post_whose_tags_said_nothing_when_it_was_published_is_like_nothing() -> None:
    post = candidate(features=[BREAD], norm=0.0)
    assert value("repost_like", post, reader(reposted={BREAD: 0.5})) == 0


def test_topic_asks_for_any_of_the_tags_that_were_chosen() -> None:
    posts = [candidate(features=[BREAD, TEA]), candidate(features=[JAM]), candidate()]
    assert SIGNALS["topic"](posts, replace(PLAIN, topics=frozenset({TEA, tag(9)}))) == [ONE, 0, 0]
    assert SIGNALS["topic"](posts, PLAIN) == [0, 0, 0]


def test_diverse_is_what_is_unlike_the_posts_that_were_shown() -> None:
    known = reader(seen={BREAD: 0.6})
    posts = [candidate(features=[one], norm=1.0) for one in (BREAD, JAM)]
    assert SIGNALS["diverse"](posts, known) == [400_000, ONE]
    assert SIGNALS["diverse"](posts, PLAIN) == [ONE, ONE]


def test_what_says_nothing_of_itself_is_not_taken_for_different() -> None:
    assert value("diverse", candidate(), reader(seen={BREAD: 0.6})) == 0


def test_a_language_or_a_place_without_any_tag_says_something() -> None:
    known = reader(seen={GERMAN: 0.6, CITY: 0.8})
    posts = [candidate(features=features) for features in ([GERMAN], [CITY], [GERMAN, CITY], [ELSEWHERE])]
    both = ONE - round(ONE * 1.4 / 2**0.5)
    assert SIGNALS["diverse"](posts, known) == [400_000, 200_000, both, ONE]
    assert SIGNALS["repost_like"](posts, reader(reposted={BREAD: 1.0})) == [0, 0, 0, 0]


def near(home: dict[HomeKind, int], *posts: list[int], setting: Setting = PLAIN) -> list[int]:
    """What posts from these places count for a reader who is at home in others."""
    at_home = replace(setting, taste=Taste(home=home))
    return SIGNALS["near"]([candidate(features=features) for features in posts], at_home)


def test_near_counts_city_region_and_country_as_the_clauses_say() -> None:
    posts = ([COUNTRY, REGION, CITY], [COUNTRY, REGION, ELSEWHERE], [COUNTRY, ELSEWHERE], [BREAD])
    home: dict[HomeKind, int] = {"country": COUNTRY, "region": REGION, "city": CITY}
    assert near(home, *posts) == [ONE, ONE // 2, ONE // 4, 0]
    assert near({}, *posts) == [0, 0, 0, 0]
    far = near(home, *posts, setting=ruled("/signals/near/region", 0.1))
    assert far[1] == ONE // 4, "a shared region is a shared country too"


def test_near_goes_by_kinds_of_places_however_coarse_or_fine_either_side_is() -> None:
    free_city, district = [COUNTRY, CITY], [COUNTRY, REGION, CITY, QUARTER]
    assert near({"country": COUNTRY, "city": CITY}, free_city, district) == [ONE, ONE]
    assert near({"country": COUNTRY, "region": REGION}, district, [COUNTRY, REGION], free_city) == [
        ONE // 2, ONE // 2, ONE // 4,
    ]  # fmt: skip
    assert near({"country": COUNTRY}, district, [COUNTRY]) == [ONE // 4, ONE // 4]


def test_less_adds_up_askings_of_author_and_tags_and_ends_at_minus_one() -> None:
    mine = reader(less_authors={7: 0.25}, less_tags={BREAD: 0.5, TEA: 0.5})
    posts = [
        candidate(author_id=author, features=features)
        for author, features in ((7, []), (7, [BREAD]), (7, [BREAD, TEA]), (8, [JAM]))
    ]
    assert SIGNALS["less"](posts, mine) == [-250_000, -750_000, -ONE, 0]
    twice = replace(ruled("/signals/less/full", 2), taste=mine.taste)
    assert SIGNALS["less"](posts, twice) == [-125_000, -375_000, -625_000, 0]
    assert SIGNALS["less"](posts, PLAIN) == [0, 0, 0, 0]


@pytest.mark.parametrize("seed", range(much(20, 500)))
def test_law_11_a_signal_is_whole_millionths_and_asks_for_no_other_post(seed: int) -> None:
    lot = Random(seed)
    posts = pool(lot, 20)
    setting = replace(PLAIN, taste=taste(lot), topics=frozenset({BREAD}))
    for name, signal in SIGNALS.items():
        values = signal(posts, setting)
        assert values == [value(name, post, setting) for post in posts]
        least, most = (-ONE, 0) if name in AGAINST else (0, ONE)
        assert all(isinstance(one, int) and least <= one <= most for one in values)


def test_an_empty_pool_has_no_values() -> None:
    assert [signal([], PLAIN) for signal in SIGNALS.values()] == [[]] * len(SIGNALS)


def test_the_default_profile_weighs_every_signal() -> None:
    assert list(BALANCED.profile.weights) == list(SIGNALS)
