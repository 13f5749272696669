"""Outcomes: what follows from the ballots, by each method."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.facts import Counted
from governance.methods import ties
from governance.outcome import Outcome, counted_from, decide
from governance.rules import Method
from governance.tally import Bar, Tally
from governance.votes import Question, Votes

BAR = Bar(Fraction(1, 10), 3, Fraction(3, 5), Fraction(9, 10))
LABELS = ("As it is", "Fifty", "Eighty", "Ninety")
CONTEST = {"choices": [{"label": label} for label in LABELS]}
NUMBER = {"clause": "/photos/per_day", "min": 5, "max": 500, "present": 60}
SHARE = {"clause": "/classes/A/threshold", "min": "0.5", "max": "0.9", "present": "0.6"}


def question(method: Method, options: Any, roll: int = 10, bar: Bar = BAR, **more: Any) -> Question:
    return Question(method, options, roll, bar, "seed", **{"strength": "winning votes"} | more)


def marked(ballots: Iterable[Sequence[int]], choice: str = "ranked", guild: int | None = None) -> Votes:
    votes = Votes()
    for ballot in ballots:
        votes.add(choice, marks=bytes(ballot), guilds=() if guild is None else (guild,))
    return votes


def naming(values: Iterable[int | str]) -> Votes:
    votes = Votes()
    for value in values:
        votes.add("named", value=Decimal(value))
    return votes


def outcome(asked: Question, votes: Votes) -> Outcome:
    found = decide(asked, votes)
    assert isinstance(found, Outcome)
    return found


def floats(told: Any) -> list[float]:
    if isinstance(told, dict):
        told = list(told.values())
    if isinstance(told, list):
        return [number for item in told for number in floats(item)]
    return [told] if isinstance(told, float) else []


def test_a_vote_for_and_against_is_counted_as_ever() -> None:
    votes = Votes(choices=Counter({"for": 3, "against": 1}))
    found = decide(question("majority", None), votes)
    assert isinstance(found, Tally)
    assert (found.passed, found.for_) == (True, 3)
    assert counted_from(found.as_json()) == found


def test_the_choice_that_beats_every_other_passes() -> None:
    found = outcome(question("schulze", CONTEST), marked([[1, 2], [2, 1], [2, 1], [2, 0], [0, 1]]))
    assert (found.passed, found.chosen, found.ballots, found.need) == (True, (2,), 5, 3)
    assert found.reason == (
        "Passed: “Eighty” comes first. 4 of 10 on the roll put it above “As it is”, where 3 had to; "
        "that is 4 of the 5 who took a side, where 3/5 had to."
    )
    assert found.result["count"]["winners"] == ["Eighty"]
    assert found.result["choices"][0] == {
        "label": "Fifty",
        "for": 3,
        "against": 2,
        "threshold": "3/5",
        "passed": True,
    }


@pytest.mark.parametrize(
    "ballots",
    [
        pytest.param([], id="nobody voted"),
        pytest.param([[1], [1]], id="fewer than had to"),
        pytest.param([[1, 0]] * 5 + [[0, 1]] * 4, id="a smaller share than had to"),
        pytest.param([[0]] * 3 + [[1], [2], [3]], id="each has few behind it"),
        pytest.param([[2, 3]] * 2 + [[3, 2]] * 2, id="only names beside it are left out"),
    ],
)
def test_what_does_not_reach_its_bar_leaves_things_as_they_are(ballots: list[list[int]]) -> None:
    options = {"choices": CONTEST["choices"][:2]} if ballots and max(map(max, ballots)) < 2 else CONTEST
    bar = Bar(Fraction(1, 2), 5, Fraction(3, 5), Fraction(9, 10))
    found = outcome(question("schulze", options, bar=bar), marked(ballots))
    assert (found.passed, found.chosen) == (False, ())
    assert found.reason == "Rejected: no choice reached what it had to against “As it is”."


def test_what_is_not_ranked_is_below_all_that_is() -> None:
    stood = outcome(question("schulze", CONTEST), marked([[1], [0], [2], []])).result["choices"]
    assert [(one["for"], one["against"]) for one in stood] == [(1, 1), (1, 1), (0, 1)]


def test_a_choice_that_misses_its_bar_does_not_take_the_victory_from_one_that_reaches_it() -> None:
    ballots = [[1, 2, 0]] * 5 + [[2, 0, 1]] * 2 + [[0, 2, 1]] * 2
    found = outcome(question("schulze", CONTEST), marked(ballots))
    assert found.result["choices"][0]["passed"] is False
    assert found.result["count"]["ranking"] == ["Eighty", "As it is"]
    assert found.chosen == (2,)


def test_the_strength_of_a_victory_is_what_the_voting_policy_says() -> None:
    short = [[0], [3], [1], [1, 3], [1, 2], [3, 0], [2, 3], [3, 1, 0], [1, 2, 3]]
    votes = marked([*short, [1, 2, 0, 3], *[[2, 3, 1, 0]] * 2, [0, 3], [2, 1, 0, 3]])
    chosen = {
        strength: outcome(question("schulze", CONTEST, 20, strength=strength), votes).chosen
        for strength in ("winning votes", "margins")
    }
    assert chosen == {"winning votes": (2,), "margins": (1,)}


def test_choices_that_are_level_are_parted_by_the_seed() -> None:
    lots = ties.draw("seed", LABELS)
    first, second = sorted((1, 2), key=lambda option: lots[option])
    found = outcome(question("schulze", CONTEST), marked([[1, 2], [2, 1], [1, 2], [2, 1]]))
    assert found.chosen == (first,)
    approved = marked([[first, second]] * 4, "approved")
    assert outcome(question("approval", CONTEST), approved).chosen == (first,)


def test_a_ballot_for_things_as_they_are_does_not_help_a_choice_that_reaches_its_bar_to_win() -> None:
    """Were the bar asked of Schulze's winner alone, the last ballot would turn fail into pass."""
    ballots = [[3, 0, 1], [1, 3], [1, 3, 0, 2]]
    asked = question("schulze", CONTEST)
    assert outcome(asked, marked(ballots)).chosen == (3,)
    assert outcome(asked, marked([*ballots, [0, 2, 3, 1]])).chosen == (3,)


rankings = st.permutations(range(4)).flatmap(lambda order: st.integers(0, 4).map(lambda many: order[:many]))
bars = st.builds(
    Bar,
    st.integers(0, 50).map(lambda hundredths: Fraction(hundredths, 100)),
    st.integers(1, 6),
    st.integers(51, 90).map(lambda hundredths: Fraction(hundredths, 100)),
    st.just(Fraction(9, 10)),
)


@given(st.lists(rankings, max_size=14), st.permutations([1, 2, 3]), st.integers(0, 3), bars)
def test_one_more_ballot_for_things_as_they_are_never_turns_fail_into_pass(
    ballots: list[list[int]], rest: list[int], many: int, bar: Bar
) -> None:
    asked = question("schulze", CONTEST, 15, bar)
    before = decide(asked, marked(ballots))
    after = decide(asked, marked([*ballots, [0, *rest[:many]]]))
    assert before.passed or not after.passed


@given(st.lists(rankings, max_size=14), bars)
def test_a_contest_passes_where_any_of_its_choices_would_pass_beside_things_as_they_are(
    ballots: list[list[int]], bar: Bar
) -> None:
    found = outcome(question("schulze", CONTEST, 15, bar), marked(ballots))
    stood = {place: one["passed"] for place, one in enumerate(found.result["choices"], 1)}
    assert found.passed == any(stood.values())
    assert all(stood[place] for place in found.chosen)


def test_a_number_becomes_the_lower_median_of_those_named() -> None:
    found = outcome(question("median", NUMBER), naming([100, 500, 80, 60]))
    assert (found.passed, found.result["count"]["value"]) == (True, 80)
    assert found.reason == (
        "Passed: of 4 numbers the middle one is 80, and it is 60 now. 3 of 10 on the roll named more, where "
        "3 had to; that is 3 of the 4 who took a side, where 3/5 had to."
    )
    lower = outcome(question("median", NUMBER), naming([10, 20, 30, 400]))
    assert (lower.passed, lower.result["count"]["value"]) == (True, 20)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([], "nobody took part"),
        ([100, 100], "2 of 10 on the roll named more, where 3 had to"),
        ([100, 100, 100, 60, 60], "the middle one is 100"),
        ([60, 60, 60, 100], "is 60, as it is"),
        ([100, 100, 100, 5, 6, 60], "is 60, as it is"),
    ],
)
def test_a_number_stays_where_too_few_want_it_on_one_side(values: list[int], why: str) -> None:
    bar = Bar(Fraction(0), 3, Fraction(2, 3), Fraction(9, 10))
    found = outcome(question("median", NUMBER, bar=bar), naming(values))
    assert not found.passed
    assert why in found.reason


def test_a_number_that_is_not_whole_is_exact() -> None:
    found = outcome(question("median", SHARE), naming(["0.65", "0.650", "0.7", "0.75"]))
    assert (found.passed, found.result["count"]["value"]) == (True, "0.65")


@given(st.lists(st.integers(5, 500) | st.just(60), max_size=14), bars)
def test_one_more_ballot_for_the_present_number_never_turns_fail_into_pass(
    values: list[int], bar: Bar
) -> None:
    asked = question("median", NUMBER, 15, bar)
    assert decide(asked, naming(values)).passed or not decide(asked, naming([*values, 60])).passed


def test_the_answer_approved_by_most_passes() -> None:
    found = outcome(question("approval", CONTEST), marked([[1, 2], [2], [2, 3], []], "approved"))
    assert (found.passed, found.chosen, found.ballots) == (True, (2,), 4)
    assert "“Eighty” is approved by most. 3 of 10 on the roll approved it" in found.reason


@pytest.mark.parametrize(
    "ballots",
    [[], [[1]] * 2, [[1]] * 3 + [[2]] * 3, [[1]] * 3 + [[]] * 3],
    ids=["0", "few", "split", "blank"],
)
def test_an_answer_needs_enough_of_all_and_of_those_who_took_part(ballots: list[list[int]]) -> None:
    assert outcome(question("approval", CONTEST), marked(ballots, "approved")).chosen == ()


@given(st.lists(st.sets(st.integers(0, 3)), max_size=14), bars)
def test_one_more_ballot_that_approves_nothing_never_turns_fail_into_pass(
    ballots: list[set[int]], bar: Bar
) -> None:
    asked = question("approval", CONTEST, 15, bar)
    told = [sorted(ballot) for ballot in ballots]
    assert (
        decide(asked, marked(told, "approved")).passed
        or not decide(asked, marked([*told, []], "approved")).passed
    )


@pytest.mark.parametrize("method", ["stv", "approval"])
def test_an_election_fills_its_seats_in_order(method: Method) -> None:
    asked = question(method, CONTEST | {"seats": 2})
    choice = "ranked" if method == "stv" else "approved"
    found = outcome(asked, marked([[2, 1]] * 3 + [[1]], choice))
    assert (found.passed, found.chosen) == (True, (2, 1) if method == "stv" else (1, 2))
    assert sorted(found.result["count"]["winners"]) == ["Eighty", "Fifty"]
    few = outcome(asked, marked([[2, 1]] * 2, choice))
    assert (few.passed, few.chosen) == (False, ())
    assert "2 of 10 on the roll took part, where 3 had to" in few.reason
    empty = outcome(question(method, {"seats": 2}), Votes())
    assert (empty.passed, empty.result) == (False, {"chosen": [], "count": None})


def test_where_guilds_are_asked_most_have_to_be_for_the_choice_itself() -> None:
    bar = Bar(Fraction(0), 1, Fraction(3, 5), Fraction(9, 10), Fraction(2, 3))
    votes = Votes()
    for guild, ballot, number in ((1, [1], 6), (2, [0], 1), (3, [2], 2), (3, [0], 1), (2, [2], 9)):
        votes.add("ranked", number, bytes(ballot), guilds=(guild,))
    found = outcome(question("schulze", CONTEST, 20, bar), votes)
    stood = [(one["for"], one["guilds"]["in_favour"]) for one in found.result["choices"]]
    assert stood == [(6, 1), (11, 2), (0, 0)]
    assert found.chosen == (2,)
    assert "2 of 2 guilds, where 2/3 had to" in found.reason


def counted() -> list[Counted]:
    return [
        decide(question("schulze", CONTEST), marked([[1, 2], [2], [2, 0]])),
        decide(question("schulze", CONTEST), Votes()),
        decide(question("median", NUMBER), naming([70, 80, 90])),
        decide(question("median", SHARE), naming(["0.65", "0.7", "0.7"])),
        decide(question("median", SHARE), Votes()),
        decide(question("approval", CONTEST), marked([[1, 2], [], [2]], "approved")),
        decide(question("stv", CONTEST | {"seats": 2}), marked([[1, 2], [3, 1], [2], [1]])),
    ]


@pytest.mark.parametrize("found", counted(), ids=lambda found: found.reason[:40])
def test_law_04_an_outcome_is_written_down_without_fractions_and_read_back(found: Counted) -> None:
    told = found.as_json()
    assert floats(told) == []
    assert counted_from(json.loads(json.dumps(told))) == found
