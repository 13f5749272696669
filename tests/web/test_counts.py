"""Counts drawn: every number that the ledger was told is on the picture, and every length follows from it."""

import re
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from governance.outcome import decide
from governance.rules import Method
from governance.tally import Bar
from governance.votes import Question, Votes
from web import counts
from web.counts import Count
from web.number_line import MARGIN, WIDTH, number_line

LABELS = ("As it is", "Eighty", "A hundred", "Ninety")
CHOICES = {"choices": [{"label": label} for label in LABELS]}
RANGE = {"clause": "/photos/per_day", "min": 0, "max": 100, "present": 50}


def counted(
    method: Method,
    marks: dict[tuple[int, ...], int],
    options: Any = CHOICES,
) -> dict[str, Any]:
    """The tally of so many ballots that say each, as the ledger is told of it."""
    bar = Bar(Fraction(1, 10), 2, Fraction(3, 5), Fraction(9, 10))
    question = Question(method, options, 10, bar, "00" * 32, "winning votes")
    return decide(
        question, Votes(marks=Counter({bytes(one): number for one, number in marks.items()}))
    ).as_json()


def drawn(method: Method, marks: dict[tuple[int, ...], int], options: Any = CHOICES) -> Count:
    return counts.count(counted(method, marks, options), LABELS)


def test_a_ranking_is_drawn_as_duels_in_the_order_of_the_result() -> None:
    found = drawn("schulze", marks={(1, 2, 0): 4, (2, 1, 0): 1, (0,): 1, (3,): 1})
    assert [name for name, _ in found.duels] == ["Eighty", "A hundred", "As it is"]
    verdicts = [
        [None if duel is None else (duel.number, duel.verdict) for duel in row] for _, row in found.duels
    ]
    assert verdicts == [
        [None, (4, "won"), (5, "won")],
        [(1, "lost"), None, (5, "won")],
        [(1, "lost"), (1, "lost"), None],
    ]
    sides = {side.label: (side.above, side.below, side.passed, side.chosen) for side in found.sides}
    assert sides == {
        "Eighty": (5, 1, True, True),
        "A hundred": (5, 1, True, False),
        "Ninety": (1, 6, False, False),
    }


def test_level_choices_beat_neither() -> None:
    found = drawn("schulze", marks={(1, 2, 0): 3, (2, 1, 0): 3})
    assert {duel.verdict for _, row in found.duels[:2] for duel in row[:2] if duel} == {"level"}


def test_approvals_are_bars_with_the_line_that_had_to_be_reached() -> None:
    found = drawn("approval", marks={(1, 2): 3, (1,): 1, (): 1})
    (bars,) = found.rounds
    told = [(bar.label, bar.number, bar.width, bar.chosen) for bar in bars.bars]
    assert told[:2] == [("Eighty", "4", 100.0, True), ("A hundred", "3", 75.0, False)]
    assert bars.need == 50.0


def test_the_rounds_of_an_election_have_their_quota_and_whole_numbers_no_fraction() -> None:
    found = drawn("stv", options=CHOICES | {"seats": 2}, marks={(1, 2): 6, (2,): 1, (3,): 2})
    assert found.quota == 4
    assert len(found.rounds) > 1
    first = found.rounds[0]
    assert (first.bars[0].label, first.bars[0].number, first.bars[0].chosen) == ("Eighty", "6", True)
    assert first.need == round(100 * 4 / 6, 2)
    later = {bar.label: bar.number for bar in found.rounds[1].bars}
    assert later["Eighty"] == "4"
    assert later["A hundred"] in ("2.99", "3")


def test_where_too_few_took_part_nothing_is_drawn() -> None:
    found = drawn("stv", options=CHOICES | {"seats": 2}, marks={(1,): 1})
    assert (found.rounds, found.duels, found.sides, found.middle) == ([], [], [], None)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"guilds": {"took_part": 3, "in_favour": 2, "share": "2/3"}}, (66.67, 66.67)),
        ({"guilds": {"took_part": 0, "in_favour": 0, "share": "1/2"}}, (0.0, 50.0)),
        ({"result": {"guilds": {"took_part": 4, "in_favour": 1, "share": "2/3"}}}, (25.0, 66.67)),
        ({"result": {}}, None),
    ],
)
def test_guilds_are_drawn_where_they_were_asked(
    told: dict[str, Any], expected: tuple[float, float] | None
) -> None:
    assert counts.guilds(told) == expected


def test_the_number_line_says_what_it_shows() -> None:
    picture = number_line(RANGE, {Decimal(40): 1, Decimal(80): 2}, "80")
    assert "<title>From 0 to 100</title>" in picture
    assert "It is 50 now. Named: 40 by 1, 80 by 2. The middle one is 80." in picture
    assert picture.count("<rect") == 2
    assert f'cx="{MARGIN + 0.8 * (WIDTH - 2 * MARGIN):g}"' in picture


@pytest.mark.parametrize("present", [0, 3, 50, 97, 100])
def test_what_is_written_on_the_number_line_stays_in_the_picture(present: int) -> None:
    picture = number_line(RANGE | {"present": present}, {Decimal(present): 1}, str(present))
    for at, text in re.findall(r'x="([\d.]+)" y="\d+" text-anchor="middle">([^<]+)<', picture):
        assert float(at) - 3.4 * len(text) >= 0
        assert float(at) + 3.4 * len(text) <= WIDTH
