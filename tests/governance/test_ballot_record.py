"""The record of one vote's ballots: each way in which a count departs from what was cast is named."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from governance.ballot_record import Vote, cast_openly, lent, question
from governance.commitment import commitment
from governance.votes import Votes
from tests.governance.founding import founding_rules

Ballots = list[dict[str, Any]]
CHOICES = {"ada": "for", "bruno": "for", "chidi": "against"}
RULES = founding_rules()


def revealed(voter: str, choice: str) -> dict[str, Any]:
    said = {"choice": choice, "reason": "", "clause": ""}
    return {"voter": voter, "version": 1, **said, "nonce": f"nonce of {voter}"}


BALLOTS = [revealed(voter, choice) for voter, choice in CHOICES.items()]


@pytest.fixture
def vote() -> Vote:
    """A vote of four, of whom all but Dalia voted; two guilds are asked too."""
    return Vote(
        submission={"method": "majority", "options": None, "patch_sha256": "ab"},
        rules=RULES,
        bar=RULES.bar("D"),
        roll=frozenset({*CHOICES, "dalia"}),
        guilds={"ada": ["bakers"], "chidi": ["bakers", "weavers"]},
        casts={
            ballot["voter"]: {
                "version": 1,
                "commitment": commitment(
                    {name: ballot[name] for name in ("choice", "reason", "clause")}, ballot["nonce"]
                ),
            }
            for ballot in BALLOTS
        },
    )


def told(vote: Vote, ballots: Ballots) -> tuple[list[str], Votes]:
    votes = Votes()
    return list(cast_openly(vote, ballots, votes)), votes


def test_law_04_ballots_revealed_as_they_were_cast_are_counted_once_each(vote: Vote) -> None:
    problems, votes = told(vote, BALLOTS)
    assert (problems, votes.choices) == ([], {"for": 2, "against": 1})
    assert vote.bar.guilds is not None
    assert {guild: own.choices for guild, own in votes.guilds.items()} == {
        "bakers": {"for": 1, "against": 1},
        "weavers": {"against": 1},
    }
    asked = question(vote)
    assert (asked.method, asked.roll, asked.seed, asked.bar) == ("majority", 4, "ab", vote.bar)


def leave_out(ballots: Ballots) -> None:
    del ballots[0]


def count_twice(ballots: Ballots) -> None:
    ballots.append(ballots[0])


def make_up(ballots: Ballots) -> None:
    ballots.append(revealed("dalia", "for"))


def count_another_version(ballots: Ballots) -> None:
    ballots[0]["version"] = 2


def flip(ballots: Ballots) -> None:
    ballots[0]["choice"] = "against"


def name_a_number(ballots: Ballots) -> None:
    ballots[0]["value"] = "many"


@pytest.mark.parametrize(
    ("tamper", "expected"),
    [
        (leave_out, ["the ballot of ada is not counted"]),
        (count_twice, ["ada is counted 2 times"]),
        (make_up, ["dalia is counted and never voted"]),
        (count_another_version, ["the ballot of ada is not their newest"]),
        (flip, ["the ballot of ada is not the one they cast"]),
        (
            name_a_number,
            ["the ballot of ada is not the one they cast", "the ballot of ada says what is not asked"],
        ),
    ],
)
def test_law_04_a_count_that_leaves_what_was_cast_is_told_of(
    vote: Vote, tamper: Callable[[Ballots], None], expected: list[str]
) -> None:
    ballots = deepcopy(BALLOTS)
    tamper(ballots)
    assert told(vote, ballots)[0] == expected


def test_a_delegate_s_ballot_counts_for_each_who_had_let_them_vote(vote: Vote) -> None:
    votes = Votes()
    delegated = [{"voter": "dalia", "by": "chidi"}, {"voter": "emre", "by": "ada"}]
    assert list(lent(vote, {"ballots": BALLOTS, "delegated": delegated}, votes)) == []
    assert votes.choices == {"against": 1, "for": 1}
    assert list(lent(vote, {"ballots": BALLOTS}, votes)) == []
    assert votes.choices.total() == 2
