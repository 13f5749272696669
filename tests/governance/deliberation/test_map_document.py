"""What is told of a map, and what is not."""

import json

import numpy as np
import pytest

from coop.opinions.answers import Answers
from governance.deliberation.map_document import document, letter, own_place, workings
from governance.deliberation.opinion_map import draw
from tests.governance.deliberation.conversations import RULES, camps

SMALL = (30, 20, 4)
"""Two camps that are shown, and one that is too small."""


def own(answers: Answers, row: int) -> dict[str, int]:
    """What one of them answered, by statement."""
    given = zip(answers.statements, answers.values[row].tolist(), answers.seen[row].tolist(), strict=True)
    return {str(statement): value for statement, value, seen in given if seen}


def test_everybody_is_a_dot_of_their_group() -> None:
    told = document(draw(camps(30, 20), RULES))
    assert [(group["name"], group["people"]) for group in told["groups"]] == [("A", 30), ("B", 20)]
    assert told["people"] == 50
    for group in told["groups"]:
        assert sum(dot["people"] for dot in told["dots"] if dot["group"] == group["name"]) == group["people"]
    assert max(max(abs(dot["x"]), abs(dot["y"])) for dot in told["dots"]) == 1
    assert told["too_small"] is False


def test_no_person_can_be_told_by_name_or_by_the_order_of_dots() -> None:
    answers = camps(30, 20, loyal=0.8)
    renamed = Answers([f"secret{row}" for row in range(50)], answers.statements, answers.values, answers.seen)
    order = np.random.default_rng(8).permutation(50)
    told = document(draw(renamed, RULES))
    assert "secret" not in json.dumps(told)
    assert "secret" not in json.dumps(workings(draw(renamed, RULES)))
    assert told == document(draw(renamed.among(order), RULES))


def test_law_07_a_group_that_is_too_small_leaves_no_trace_in_the_figures() -> None:
    answers = camps(*SMALL, statements=18, loyal=1)
    told = document(draw(answers, RULES))
    assert [group["people"] for group in told["groups"]] == [30, 20]
    assert told["too_small"] is True
    assert sum(dot["people"] for dot in told["dots"]) == 50
    figures = [share for one in told["consensus"] for share in one["groups"]]
    figures += [
        share for group in told["groups"] for one in group["representative"] for share in one["groups"]
    ]
    assert figures and {share["name"] for share in figures} == {"A", "B"}
    assert all(share["answered"] <= 30 for share in figures)


def test_what_few_of_a_group_answered_is_not_told_of_it() -> None:
    answers = camps(30, 20, asked=1)
    seen = answers.seen.copy()
    seen[30:46, 1] = False  # four of the smaller camp have answered statement 1
    cut = Answers(answers.people, answers.statements, np.where(seen, answers.values, 0).astype(np.int8), seen)
    told = document(draw(cut, RULES.model_copy(update={"findings": 12})))
    shares = {
        (one["statement"], share["name"]): share["answered"]
        for group in told["groups"]
        for one in group["representative"]
        for share in one["groups"]
    }
    assert shares["1", "A"] == 30
    assert ("1", "B") not in shares
    assert min(shares.values()) >= RULES.group


@pytest.mark.parametrize("sizes", [(30, 20), SMALL])
def test_ones_own_place_is_found_from_ones_own_answers_and_nothing_stored_of_persons(
    sizes: tuple[int, ...],
) -> None:
    answers = camps(*sizes, statements=18)
    found = draw(answers, RULES)
    kept = json.loads(json.dumps(workings(found)))
    shown = found.places[np.isin(found.clustering.labels, found.shown)]
    for row, place in zip(found.placed.tolist(), found.places.tolist(), strict=True):
        mine = own_place(kept, own(answers, row))
        assert mine is not None
        assert (mine.x, mine.y) == pytest.approx(tuple(place / np.abs(shown).max()), abs=1e-3)
        group = found.groups[answers.people[row]]
        assert mine.group == (letter(found.shown.index(group)) if group in found.shown else None)


def test_whoever_has_answered_too_little_has_no_place() -> None:
    kept = workings(draw(camps(30, 20), RULES))
    assert kept["needed"] == 7
    assert own_place(kept, {str(statement): 1 for statement in range(6)}) is None
    assert own_place(kept, {str(statement): 1 for statement in range(7)}) is not None
    assert own_place(kept, {"unknown": 1} | {str(statement): 1 for statement in range(6)}) is None


def test_a_struck_statement_moves_nobodys_place() -> None:
    answers = camps(30, 20)
    found = draw(answers, RULES, [0])
    kept = workings(found)
    assert "0" not in kept["weights"]
    mine = own(answers, 3)
    assert own_place(kept, mine | {"0": 1}) == own_place(kept, mine | {"0": -1})
