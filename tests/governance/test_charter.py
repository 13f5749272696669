"""The charter: what no vote on the voting rules can cross."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from coop.book import check_rules
from coop.policy_text import apply, parse
from governance.charter import HIGHEST_PETITION, LONGEST_WAY, voting_charter
from governance.rules import CLASSES, LEAST_PETITIONERS, RiskClass, VotingRules
from governance.tally import count
from tests.governance.founding import VOTING_TEXT, founding_book, founding_rules
from tests.governance.rule_strategies import voting_rules


def test_the_founding_rules_keep_the_charter() -> None:
    assert voting_charter(founding_rules()) == []


@given(voting_rules, st.sampled_from(CLASSES), st.integers(1, 5000))
def test_law_12_under_any_rules_that_pass_a_repeal_that_all_want_is_made(
    rules: VotingRules, risk_class: RiskClass, roll: int
) -> None:
    assume(voting_charter(rules) == [])
    tally = count({"for": roll}, roll, rules.bar(risk_class))
    assert tally.passed
    assert tally.need <= roll
    assert rules.sponsors.needed(roll) <= roll
    periods = rules.classes.of(risk_class)
    assert periods.deliberate + periods.verify + periods.vote + periods.timelock <= LONGEST_WAY


@given(voting_rules, st.sampled_from(CLASSES), st.integers(10, 5000))
def test_law_12_one_in_twenty_can_never_stop_what_all_others_want(
    rules: VotingRules, risk_class: RiskClass, roll: int
) -> None:
    assume(voting_charter(rules) == [])
    few = roll // 20
    assert count({"for": roll - few, "block": few}, roll, rules.bar(risk_class)).passed


@given(voting_rules, st.sampled_from(CLASSES), st.integers(1, 5000), st.data())
def test_law_12_fewer_than_half_of_those_who_take_a_side_never_decide(
    rules: VotingRules, risk_class: RiskClass, roll: int, data: st.DataObject
) -> None:
    assume(voting_charter(rules) == [])
    for_ = data.draw(st.integers(0, roll // 2))
    against = data.draw(st.integers(for_, roll - for_))
    assert not count({"for": for_, "against": against}, roll, rules.bar(risk_class)).passed


CROSSINGS = [
    ("/classes/A/threshold", 0.5, "/classes/A/threshold"),
    ("/classes/D/threshold", 0.95, "/classes/D/threshold"),
    ("/classes/B/floor", 0.51, "/classes/B/floor"),
    ("/classes/C/min", 51, "/classes/C/min"),
    ("/classes/A/vote", "P0D", "/classes/A/vote"),
    ("/classes/D/timelock", "P60D", "/classes/D/deliberate"),
    ("/classes/C/tenure", "P366D", "/classes/C/tenure"),
    ("/classes/C/threshold", 0.8, "/classes/D/threshold"),
    ("/classes/B/floor", 0.3, "/classes/D/floor"),
    ("/sponsors/count", 21, "/sponsors/count"),
    ("/sponsors/share", 0.2, "/sponsors/share"),
    ("/sponsors/lapse", "P91D", "/sponsors/lapse"),
    ("/sponsors/lapse", "P0D", "/sponsors/lapse"),
    ("/block/threshold", 0.99, "/block/threshold"),
    ("/block/threshold", 0.7, "/block/threshold"),
    ("/classes/D/guilds", 0.7, "/classes/D/guilds"),
    ("/classes/A/review", "P27D", "/classes/A/review"),
    ("/classes/B/sunset", "P27D", "/classes/B/sunset"),
    ("/classes/D/method", "consent", "/classes/D/method"),
    ("/extension/window", "P8D", "/extension/window"),
    ("/extension/by", "P8D", "/extension/by"),
    ("/expedited/vote", "PT23H", "/expedited/vote"),
    ("/expedited/timelock", "P90D", "/expedited/deliberate"),
    ("/petition/share", 0, "/petition/share"),
    ("/petition/share", 0.51, "/petition/share"),
    ("/petition/vote", "PT23H", "/petition/vote"),
    ("/petition/vote", "P91D", "/petition/vote"),
    ("/consent/objectors", 11, "/consent/objectors"),
    ("/emergency/stewards", 2, "/emergency/stewards"),
    ("/emergency/stewards", 6, "/emergency/stewards"),
    ("/emergency/lasts", "P15D", "/emergency/lasts"),
    ("/emergency/lasts", "PT23H", "/emergency/lasts"),
    ("/emergency/kinds", ["media", "voting"], "/emergency/kinds"),
    ("/emergency/kinds", ["membership"], "/emergency/kinds"),
    ("/council/seats", 26, "/council/seats"),
    ("/council/term", "P27D", "/council/term"),
    ("/council/term", "P731D", "/council/term"),
    ("/delegation/held", 21, "/delegation/held"),
    ("/delegation/lasts", "P0D", "/delegation/lasts"),
    ("/delegation/lasts", "P366D", "/delegation/lasts"),
    ("/juries/size", 51, "/juries/size"),
]

KEPT = [
    ("/classes/D/guilds", "2/3"),
    ("/classes/A/review", "P28D"),
    ("/extension/window", "P7D"),
    ("/extension/by", "P7D"),
    ("/expedited/vote", "P1D"),
    ("/petition/share", 0.5),
    ("/petition/vote", "P1D"),
    ("/consent/objectors", 10),
    ("/emergency/stewards", 5),
    ("/emergency/lasts", "P14D"),
    ("/emergency/kinds", []),
    ("/council/seats", 5),
    ("/council/term", "P28D"),
    ("/delegation/held", 20),
    ("/delegation/lasts", "P365D"),
    ("/juries/size", 50),
]
"""Each as far as the charter lets it go."""


@pytest.mark.parametrize(("clause", "value"), KEPT)
def test_law_12_up_to_its_line_the_charter_leaves_it_to_a_vote(clause: str, value: object) -> None:
    text = apply(VOTING_TEXT, [{"op": "replace", "path": clause, "value": value}])
    assert check_rules(founding_book().kinds["voting"], parse(text)) == []


def test_law_12_the_rules_of_rules_do_not_lapse() -> None:
    text = apply(VOTING_TEXT, [{"op": "add", "path": "/classes/D/sunset", "value": "P364D"}])
    faults = check_rules(founding_book().kinds["voting"], parse(text))
    assert [fault.pointer for fault in faults] == ["/classes/D/sunset"]


@given(st.integers(1, 5000))
def test_law_12_no_share_puts_a_petition_out_of_the_reach_of_half_a_guild(members: int) -> None:
    highest = founding_rules().petition.model_copy(update={"share": HIGHEST_PETITION})
    assert LEAST_PETITIONERS <= highest.needed(members) <= max(LEAST_PETITIONERS, (members + 1) // 2)


@pytest.mark.parametrize(("clause", "value", "pointer"), CROSSINGS)
def test_law_12_a_change_that_crosses_the_charter_is_named_and_refused(
    clause: str, value: object, pointer: str
) -> None:
    text = apply(VOTING_TEXT, [{"op": "replace", "path": clause, "value": value}])
    faults = check_rules(founding_book().kinds["voting"], parse(text))
    assert pointer in {fault.pointer for fault in faults}
    assert all(fault.detail.startswith("The charter says: ") for fault in faults)


def test_law_12_the_block_can_be_as_high_as_the_charter_allows() -> None:
    text = apply(VOTING_TEXT, [{"op": "replace", "path": "/block/threshold", "value": "19/20"}])
    rules = VotingRules.model_validate(parse(text))
    assert rules.block.threshold == Fraction(19, 20)
    assert voting_charter(rules) == []
