"""The verifier's own counting, beside that of the platform: every method, on whatever ballots there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance import options as offered
from governance.methods import stv, ties
from governance.outcome import decide
from governance.rules import Method
from governance.tally import Bar, Choice
from governance.votes import Question, Votes
from tests.governance.methods.test_real_elections import election
from tools import verify

Json = dict[str, Any]

shares = st.builds(
    lambda part, whole: Fraction(min(part, whole), whole), st.integers(0, 12), st.integers(1, 12)
)
bars = st.builds(Bar, shares, st.integers(1, 8), shares, shares, st.none() | shares)
guilds = st.sets(st.sampled_from("xyz"))


@dataclass(frozen=True)
class Poll:
    """What is asked of both, and the ballots."""

    method: Method
    options: Any
    ballots: list[Json]
    guilds: dict[str, Sequence[str]]
    absent: int
    bar: Bar
    strength: Any
    seed: str

    @property
    def roll(self) -> int:
        return len(self.ballots) + self.absent

    def counted_here(self) -> Json:
        bar = verify.bar(self.bar.as_json(), str(self.bar.block))
        asked = verify.Question(
            self.method, self.options, self.roll, bar, self.seed, self.strength, self.guilds
        )
        return verify.COUNTS[self.method](asked, self.ballots)

    def counted_there(self) -> Json:
        votes = Votes()
        for ballot in self.ballots:
            value = None if "value" not in ballot else Decimal(ballot["value"])
            said = offered.said(
                self.method, self.options, Choice(ballot["choice"]), marks=ballot.get("marks"), value=value
            )
            asked = self.guilds[ballot["voter"]] if self.bar.guilds is not None else ()
            votes.add(said.choice, 1, said.marks, said.value, asked)
        question = Question(self.method, self.options, self.roll, self.bar, self.seed, self.strength)
        told = decide(question, votes).as_json()
        del told["reason"]
        return told


@st.composite
def polls(draw: st.DrawFn, method: Method, options: Any, ballot: st.SearchStrategy[Json]) -> Poll:
    said = draw(st.lists(st.tuples(ballot, guilds), max_size=12))
    return Poll(
        method,
        options,
        [{"voter": str(voter), **one} for voter, (one, _) in enumerate(said)],
        {str(voter): sorted(held) for voter, (_, held) in enumerate(said)},
        draw(st.integers(0, 12)),
        draw(bars),
        draw(st.sampled_from(["winning votes", "margins"])),
        draw(st.sampled_from(["one", "another"])),
    )


CHOICES = {"choices": [{"label": label} for label in ("As it is", "Ada", "Bo", "Cy", "Di")]}
rankings = st.permutations(range(5)).flatmap(
    lambda order: st.integers(1, 5).map(lambda length: list(order[:length]))
)
ranking = st.fixed_dictionaries({"choice": st.just("ranked"), "marks": rankings})
approval = st.fixed_dictionaries(
    {"choice": st.just("approved"), "marks": st.sets(st.integers(0, 4)).map(sorted)}
)
abstention = st.just({"choice": "abstain"})
WHOLE = {"clause": "/c", "min": 5, "max": 30, "present": 12}
EXACT = {"clause": "/c", "min": "0.1", "max": "0.9", "present": "0.5"}
seats = st.integers(1, 5)


def number(least: int, most: int, exponent: int) -> st.SearchStrategy[Json]:
    values = st.integers(least, most).map(lambda whole: str(Decimal(whole).scaleb(exponent).normalize()))
    return st.builds(lambda value: {"choice": "named", "value": format(Decimal(value), "f")}, values)


def sides(*choices: str) -> st.SearchStrategy[Json]:
    return st.sampled_from(choices).map(lambda choice: {"choice": choice})


@given(
    polls("majority", None, sides("for", "against", "abstain", "block"))
    | polls("consent", None, sides("for", "against", "abstain"))
)
def test_law_04_for_and_against_it_counts_as_the_platform_does(poll: Poll) -> None:
    assert poll.counted_here() == poll.counted_there()


@given(polls("schulze", CHOICES, ranking | abstention))
def test_law_04_rankings_of_choices_it_counts_as_the_platform_does(poll: Poll) -> None:
    assert poll.counted_here() == poll.counted_there()


@given(
    polls("median", WHOLE, number(5, 30, 0) | abstention)
    | polls("median", EXACT, number(10, 90, -2) | abstention)
)
def test_law_04_numbers_it_counts_as_the_platform_does(poll: Poll) -> None:
    assert poll.counted_here() == poll.counted_there()


@given(
    polls("approval", CHOICES, approval | abstention)
    | seats.flatmap(lambda number: polls("approval", CHOICES | {"seats": number}, approval))
)
def test_law_04_approvals_it_counts_as_the_platform_does(poll: Poll) -> None:
    assert poll.counted_here() == poll.counted_there()


@given(seats.flatmap(lambda number: polls("stv", CHOICES | {"seats": number}, ranking)))
def test_law_04_an_election_it_counts_as_the_platform_does(poll: Poll) -> None:
    assert poll.counted_here() == poll.counted_there()


def test_law_04_a_real_election_it_counts_as_the_platform_does() -> None:
    """Glasgow's of 2007, whose published stages the platform's own count agrees with to the fifth decimal."""
    found = election("glasgow-2007-baillieston")
    names, draw = list(found.names), ties.draw("", found.names)
    rows = {tuple(marks): number for marks, number in found.profile.rows()}
    told, winners = verify.Papers(names, list(draw), found.seats).count(rows)
    expected = stv.count(found.profile, found.seats, draw)
    assert (told, tuple(winners)) == (expected.as_json(names), expected.winners)


@pytest.mark.parametrize(
    ("ballot", "method", "options"),
    [
        ({"choice": "block"}, "consent", None),
        ({"choice": "ranked", "marks": [0]}, "majority", None),
        ({"choice": "for", "marks": [0]}, "majority", None),
        ({"choice": "for", "value": "7"}, "majority", None),
        ({"choice": "ranked"}, "schulze", CHOICES),
        ({"choice": "ranked", "marks": []}, "schulze", CHOICES),
        ({"choice": "ranked", "marks": [5]}, "schulze", CHOICES),
        ({"choice": "ranked", "marks": [1, 1]}, "schulze", CHOICES),
        ({"choice": "ranked", "marks": [True]}, "schulze", CHOICES),
        ({"choice": "ranked", "marks": [1], "value": "7"}, "schulze", CHOICES),
        ({"choice": "approved", "marks": [-1]}, "approval", CHOICES),
        ({"choice": "named"}, "median", WHOLE),
        ({"choice": "named", "value": "31"}, "median", WHOLE),
        ({"choice": "named", "value": "7.5"}, "median", WHOLE),
        ({"choice": "named", "value": "many"}, "median", WHOLE),
        ({"choice": "named", "value": "NaN"}, "median", EXACT),
        ({"choice": "named", "value": "7", "marks": [1]}, "median", WHOLE),
    ],
)
def test_a_ballot_that_says_what_is_not_asked_is_none(ballot: Json, method: str, options: Any) -> None:
    assert not verify.answers(ballot, method, options)
