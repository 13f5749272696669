"""``decide``: every engine is asked the same, and one that decides otherwise is not measured."""

import pytest

from audience.moderation.charter import moderation_charter
from audience.moderation.ruleset import Ruleset
from audience.moderation.writing_facts import facts_of
from bench import decide, decide_publishing
from bench.decide_engines import cel, ours
from bench.decide_features import CHECKS, feature_checks
from bench.decide_rules import LOOKED_UP, RULES, TEXT, drawn, policy
from bench.report import Report
from bench.server import Server

ASKED = drawn(events=20)


@pytest.mark.long
def test_ours_is_measured_beside_the_others_and_publishing_by_rules_beside_none(server: Server) -> None:
    others = {"cel": cel(ASKED), "twin": ours(ASKED)}
    found = {**decide.measure(others, ASKED, rounds=2), **decide_publishing.measure(server, 3)}
    assert found["rules"] == RULES
    assert found["ratio_cel"] > 1
    assert found["ratio_fastest"] <= found["ratio_cel"]
    assert found["publish_ratio"] > 0
    assert set(Report("decide", found, decide.GOALS, {}).goals) <= set(found)


def test_features_are_asked_of_holders_and_of_others() -> None:
    assert 0 < feature_checks()() < CHECKS


def test_an_engine_that_decides_otherwise_is_told() -> None:
    with pytest.raises(decide.Wrong, match="liar decides otherwise"):
        decide.measure({"liar": lambda event: [0]}, ASKED, rounds=1)


def test_the_rules_hold_for_some_events_and_for_none_of_the_posts() -> None:
    assert any(ASKED.right(event) for event in ASKED.events)
    rules = policy()
    assert (len(rules.rules), moderation_charter(rules)) == (RULES, [])
    whole = Ruleset(rules, "post")
    assert whole.facts <= {*facts_of(TEXT, "en"), *LOOKED_UP} | {
        name for name in whole.facts if name.startswith(("words.", "patterns."))
    }
    assert whole.causes({**facts_of(TEXT, "en"), **LOOKED_UP}, decide.TODAY) == []
