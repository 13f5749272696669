"""What no vote on moderation can pass."""

from typing import Any

import pytest
from pydantic import ValidationError

from audience.moderation.charter import moderation_charter
from audience.moderation.rules import ACTIONS, DONE_WITH, TARGETS, Target
from tests.audience.moderation.rules import LIMITS, policy, rule


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ("text.links >", "On a post: Here something is missing"),
        ("text.link > 2", "Did you mean text.links"),
        ("text.links > 2.0", "write 3.0 for 3"),
        ("text.links", "This is a int; a bool is needed."),
        ("size(words.rude) > 0", "Nothing is known as “words.rude”."),
        ("reply.depth > 2", "Nothing is known as “reply.depth”."),
        ("text.matches('(?<=a)b')", "This is no pattern"),
        ("text.matches('" + "abcd" * 99 + "')", "steps, and 50000 are allowed."),
    ],
)
def test_law_13_a_condition_that_could_not_be_decided_is_refused_with_its_place(when: str, told: str) -> None:
    (fault,) = moderation_charter(policy({"fine": rule("text.links > 2"), "odd": rule(when)}))
    assert fault.pointer == "/rules/odd/when"
    assert told in fault.detail
    assert "line 1, column" in fault.detail


def test_a_rule_on_two_targets_speaks_of_what_both_know() -> None:
    both = rule("post.age > duration('1h')", on=["post", "reply"])
    (fault,) = moderation_charter(policy({"odd": both}))
    assert fault.detail.startswith("On a post: Nothing is known as “post.age”.")
    assert moderation_charter(policy({"odd": both | {"on": ["reply"]}})) == []


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"words": {"rude": ["a", "*"]}}, "/words/rude"),
        ({"words": {"rude": [" "]}}, "/words/rude"),
        ({"lists": {"hosts": ["a", "a"]}}, "/lists/hosts"),
        ({"lists": {"hosts": [""]}}, "/lists/hosts"),
        ({"patterns": {"odd": "("}}, "/patterns/odd"),
        ({"limits": LIMITS | {"entries": 2}, "words": {"rude": ["a", "b", "c"]}}, "/words/rude"),
        ({"limits": LIMITS | {"rules": 1}}, "/rules"),
    ],
)
def test_lists_and_patterns_look_for_something_and_are_bounded(more: dict[str, Any], pointer: str) -> None:
    rules = {"one": rule("text.links > 2"), "two": rule("text.links > 3")}
    assert [one.pointer for one in moderation_charter(policy(rules, **more))] == [pointer]


@pytest.mark.parametrize(
    "broken",
    [
        rule("true", then="label", label=None),
        rule("true", then="hold", label="odd"),
        rule("true", then="hold", override=True),
        rule("true", then="slow", gap=None),
        rule("true", then="hold", gap="PT1M"),
        rule("true", then="unfeed", on=["post", "reply"]),
        rule("true", on=[]),
        rule("true", on=["post", "post"]),
        rule("true", on=["thought"]),
        rule("true", expires="31-03-2027"),
        rule("true", expires="2027-02-30"),
        rule("true", appeal_days=0),
        rule("true", about=""),
        rule("true", then="shame"),
    ],
)
def test_a_rule_says_what_it_does(broken: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        policy({"odd": broken})
    assert policy({"fine": rule("true", then="label")}).rules["fine"].label == "odd"


@pytest.mark.parametrize(
    ("bounds", "pointer"),
    [
        ({"coop": {"/limits/rulez": {"min": 1}}}, "/bounds/coop/~1limits~1rulez"),
        ({"guild": {"/limits/cost": {"min": 100}}}, "/bounds/guild/~1limits~1cost"),
        ({"guild": {"/limits": {"own": True}}}, "/bounds/guild/~1limits"),
        ({"guild": {"/rules": {"min": 1}}}, "/bounds/guild/~1rules"),
    ],
)
def test_law_08_guilds_are_let_add_to_tables_and_change_nothing(bounds: dict[str, Any], pointer: str) -> None:
    fine = {"coop": {"/limits/rules": {"min": 1}}, "guild": {"/rules": {"own": True}}}
    assert moderation_charter(policy({}, bounds=fine)) == []
    assert [one.pointer for one in moderation_charter(policy({}, bounds=bounds))] == [pointer]


@pytest.mark.parametrize("target", TARGETS)
def test_a_rule_does_with_a_thing_what_can_be_done_with_it(target: Target) -> None:
    for action in ACTIONS:
        made = rule("author.followers > 9", action, on=[target])
        if action in DONE_WITH[target]:
            assert moderation_charter(policy({"one": made})) == []
        else:
            with pytest.raises(ValidationError, match=f"What is done with a {target} is one of"):
                policy({"one": made})


def test_law_13_a_rule_speaks_of_what_is_known_of_its_target_alone() -> None:
    lists = {"words": {"rude": ["oaf"]}, "patterns": {"phone": "[0-9]+"}}
    for when in ("size(words.rude) > 0", "patterns.phone", "text.links > 0", "post.picture"):
        (fault,) = moderation_charter(policy({"one": rule(when, "slow", on=["follow"])}, **lists))
        assert (fault.pointer, fault.detail.startswith("On a follow: ")) == ("/rules/one/when", True)
    allowed = rule("size(words.rude) > 0 && profile.about != ''", on=["profile"])
    assert moderation_charter(policy({"one": allowed}, **lists)) == []


def test_nobody_is_slowed_for_longer_than_the_clause_lets_them() -> None:
    rules = {"one": rule("true", "slow", gap="PT12H"), "two": rule("true", "slow", gap="PT12H1M")}
    (fault,) = moderation_charter(policy(rules))
    assert (fault.pointer, "PT12H, which is /slowing/longest" in fault.detail) == ("/rules/two/gap", True)
