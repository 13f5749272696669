"""What would have to change for a condition to hold, in words about one's own numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.features.ranges import ranges
from audience.features.vocabulary import VOCABULARY
from audience.features.words import missing, whole
from coop.cel.checker import check
from coop.cel.evaluation import value

SCHEMA = VOCABULARY["member"]
NAMES = ("reach", "posts")
FACTS = dict.fromkeys(SCHEMA, 0) | {"reach": 4800, "tenure_days": 3}


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("reach <= 4800", []),
        ("reach <= 4500", ["different people who opened any post: at most 4,500 (now 4,800)"]),
        (
            "tenure_days >= 28 && posts > 0 && reach < 4801",
            [
                "whole days as a member: at least 28 (now 3)",
                "posts that are for every member: more than 0 (now 0)",
            ],
        ),
        (
            "posts > 3 || tenure_days >= 28 && reach > 1",
            [
                "posts that are for every member: more than 3 (now 0) or else whole days as a member:"
                " at least 28 (now 3)"
            ],
        ),
        ("reach + posts < 3", ["this has to hold: reach + posts < 3"]),
        ("!(reach > 3)", ["different people who opened any post: at most 3 (now 4,800)"]),
        ("!(reach + posts > 3)", ["this has not to hold: reach + posts > 3"]),
        ("1 / posts > 3", ["this has to hold: 1 / posts > 3"]),
    ],
)
def test_what_is_missing_is_said_with_one_s_own_number(condition: str, said: list[str]) -> None:
    assert missing(check(condition, SCHEMA), FACTS, SCHEMA) == said


REACH, POSTS = "different people who opened any post", "posts that are for every member"


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("reach <= 4500", f"{REACH}, at most 4,500"),
        ("reach > 3 && posts == 0", f"{REACH}, more than 3 and {POSTS}, exactly 0"),
        ("reach > 3 || posts == 0", f"{REACH}, more than 3; or else {POSTS}, exactly 0"),
        ("!(reach > 3 || posts == 0)", f"{REACH}, at most 3 and {POSTS}, anything but 0"),
        (
            "reach > 3 && (posts > 1 || posts < 1)",
            f"{REACH}, more than 3 and ({POSTS}, more than 1; or else {POSTS}, fewer than 1)",
        ),
        ("reach + posts < 3", "reach + posts < 3"),
        ("!(reach + posts < 3)", "not reach + posts < 3"),
    ],
)
def test_a_whole_condition_is_said_in_words(condition: str, said: str) -> None:
    assert whole(check(condition, SCHEMA), SCHEMA) == said


COMPARED = st.builds(
    lambda name, sign, number: f"{name} {sign} {number}",
    st.sampled_from(NAMES),
    st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
    st.integers(0, 6),
) | st.builds(
    lambda name, sign, number: f"{number} {sign} {name}",
    st.sampled_from(NAMES),
    st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
    st.integers(0, 6),
)
CONDITIONS = st.recursive(
    COMPARED,
    lambda inner: st.one_of(
        st.builds("({} && {})".format, inner, inner),
        st.builds("({} || {})".format, inner, inner),
        st.builds("!({})".format, inner),
    ),
    max_leaves=6,
)


@given(CONDITIONS, st.booleans(), st.integers(0, 8), st.integers(0, 8))
def test_no_range_leaves_out_a_number_for_which_a_condition_comes_out_as_wanted(
    condition: str, wanted: bool, reach: int, posts: int
) -> None:
    expression = check(condition, SCHEMA)
    facts = {"reach": reach, "posts": posts}
    if value(expression.root, facts) is wanted:
        for name, left in ranges((expression.root, wanted)).items():
            assert left.least <= facts[name]
            assert left.most is None or facts[name] <= left.most
    assert (missing(expression, facts, SCHEMA) == []) is value(expression.root, facts)
