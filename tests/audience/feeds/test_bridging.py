"""What helped every group: one side alone is not enough, nor is little evidence."""

from random import Random

import numpy as np
import pytest

from audience.feeds.bridging import NOTHING, Ratings, bridged, groups
from audience.feeds.rules import FEEDS, FeedRules
from audience.feeds.signals import ONE
from tests.audience.factories import founding_book

RULES = founding_book().rules(FEEDS, FeedRules).signals.bridge
BOTH, ONE_SIDE, OTHER_SIDE, NEITHER = range(4)
"""Whom a post helps, by its number modulo 4."""
Row = tuple[int, int, bool]


def said(people: int = 90, posts: int = 40, seed: int = 1, noise: float = 0.1) -> list[Row]:
    """Draw answers of people of whom every third is of another mind than the rest: member, post, helped."""
    lot = Random(seed)
    found = []
    for member in range(people):
        side = ONE_SIDE if member % 3 else OTHER_SIDE
        for post in range(posts):
            if lot.random() < 0.5:
                helps = post % 4 in (BOTH, side)
                found.append((member, post, helps != (lot.random() < noise)))
    return found


def ratings(rows: list[Row], closed: frozenset[int] = frozenset()) -> Ratings:
    """Return answers as the job reads them; author 100 + n wrote the posts of kind n."""
    members, posts, helped = (np.array(column) for column in zip(*rows, strict=True))
    return Ratings(members, posts, helped.astype(np.bool_), 100 + posts % 4, ~np.isin(posts, list(closed)))


def test_what_helps_both_sides_is_above_what_helps_the_many() -> None:
    found = bridged(ratings(said()), RULES)
    kinds = [[found.posts[post] for post in range(40) if post % 4 == kind] for kind in range(4)]
    assert min(kinds[BOTH]) > max(max(kind) for kind in kinds[1:])
    assert found.authors[100] > ONE * 0.8
    assert max(found.authors[100 + kind] for kind in (ONE_SIDE, OTHER_SIDE, NEITHER)) < ONE / 2


def test_the_groups_are_those_of_one_mind() -> None:
    found = groups(ratings(said()), RULES)
    assert found is not None
    members, labels, number = found
    assert number == 2
    assert {int(label) for member, label in zip(members, labels, strict=True) if member % 3} == {0}
    assert {int(label) for member, label in zip(members, labels, strict=True) if member % 3 == 0} == {1}


def test_a_score_is_the_group_informed_consensus() -> None:
    rows = said()
    found = groups(ratings(rows), RULES)
    assert found is not None
    label = dict(zip(found[0].tolist(), found[1].tolist(), strict=True))
    shares = []
    for group in range(2):
        answers = [helped for member, post, helped in rows if post == 5 and label[member] == group]
        shares.append((sum(answers) + 1) / (len(answers) + 2))
    assert bridged(ratings(rows), RULES).posts[5] == round(ONE * (shares[0] * shares[1]) ** 0.5)


def test_the_order_of_answers_does_not_matter() -> None:
    rows = said()
    mixed = rows[:]
    Random(2).shuffle(mixed)
    assert bridged(ratings(mixed), RULES) == bridged(ratings(rows), RULES)


@pytest.mark.parametrize(
    ("clauses", "nothing"),
    [({}, False), ({"raters": 91}, True), ({"raters": 90}, False), ({"answers": 35}, True)],
)
def test_below_enough_raters_nothing_is_said(clauses: dict[str, int], nothing: bool) -> None:
    rules = RULES.model_copy(update=clauses)
    assert (bridged(ratings(said()), rules) == NOTHING) == nothing


def test_a_post_needs_enough_answers_in_all_and_of_each_group() -> None:
    rows = said()
    few = [(member, 99, True) for member in range(RULES.ratings - 1)]
    assert 99 not in bridged(ratings(rows + few), RULES).posts
    enough = [*few, (RULES.ratings - 1, 99, True)]
    assert 99 in bridged(ratings(rows + enough), RULES.model_copy(update={"per_group": 2})).posts
    assert 99 not in bridged(ratings(rows + enough), RULES.model_copy(update={"per_group": 4})).posts
    one_sided = [(member, 99, True) for member in range(60) if member % 3]
    assert 99 not in bridged(ratings(rows + one_sided), RULES).posts


def test_a_handful_who_stand_apart_are_no_group_of_their_own() -> None:
    rows = said() + [(member, post, post % 2 == 0) for member in (200, 201) for post in range(40)]
    found = groups(ratings(rows), RULES)
    assert found is not None
    assert found[2] == 2


def told_apart(rows: list[Row], people: range, clauses: dict[str, int]) -> bool:
    """Say whether no group holds people of either mind."""
    found = groups(ratings(rows), RULES.model_copy(update=clauses))
    assert found is not None
    label = dict(zip(found[0].tolist(), found[1].tolist(), strict=True))
    minds = [{label[member] for member in people if (member % 3 == 0) == mind} for mind in (True, False)]
    return minds[0].isdisjoint(minds[1])


@pytest.mark.parametrize(("most", "apart"), [(30, True), (12, True), (10, False)])
def test_law_01_people_are_told_apart_by_so_many_posts_as_the_clause_says(most: int, apart: bool) -> None:
    lot = Random(1)
    rows = [(member, post, lot.random() < 0.9) for member in range(90) for post in range(10)]
    rows += [
        (member, post, (post % 2 == 0) == (member % 3 == 0))
        for member in range(1, 90)
        for post in range(10, 30)
    ]
    assert told_apart(rows, range(1, 90), {"plane_posts": most}) == apart


@pytest.mark.parametrize(("most", "apart"), [(90, True), (60, True), (40, False)])
def test_law_01_so_many_people_decide_what_tells_them_apart_as_the_clause_says(
    most: int, apart: bool
) -> None:
    busy = [
        (member, post, post >= 15 or (member % 2 == 0) == (post % 2 == 0))
        for member in range(40)
        for post in range(31)
    ]
    others = [
        (member, post, post < 15 or (member % 3 == 0) == (post % 2 == 0))
        for member in range(40, 90)
        for post in range(30)
    ]
    assert told_apart(busy + others, range(40, 90), {"plane_raters": most}) == apart


def test_law_07_groups_and_authors_follow_from_posts_that_every_member_may_read() -> None:
    rows = said()
    lot = Random(3)
    hidden = [(member, post, lot.random() < 0.5) for member in range(90) for post in range(40, 60)]
    closed = frozenset(range(40, 60))
    alone, beside = bridged(ratings(rows), RULES), bridged(ratings(rows + hidden, closed), RULES)
    assert {post: score for post, score in beside.posts.items() if post < 40} == alone.posts
    assert beside.authors == alone.authors
    assert closed <= beside.posts.keys()


def test_nobody_said_anything() -> None:
    nothing = np.array([], dtype=np.int64)
    empty = Ratings(nothing, nothing, nothing.astype(np.bool_), nothing, nothing.astype(np.bool_))
    assert bridged(empty, RULES) == NOTHING
