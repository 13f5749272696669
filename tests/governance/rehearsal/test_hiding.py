"""What is left out of a report cannot be computed from what is left in it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.rehearsal import Cell, Change, Measure, Tallied, changes, merged
from governance.rehearsal.hiding import COLUMNS, TOTAL, Place, cells, hidden, sums, too_few

BELOW = 5


def change(before: int, lost: int = 0, gained: int = 0) -> Change:
    """A change in which every event is another person's."""
    return Change(*(Cell(number, number) for number in (before, lost, gained)))


def measure(total: Change, **groups: dict[str, Change]) -> Measure:
    return Measure("views", "views", "turned away", "let in", total, groups)


def gone(found: Measure, column: str = "before") -> set[str]:
    return {label for name, _, label in hidden(found, BELOW) if name == column}


def test_law_07_a_number_of_few_people_is_hidden_and_zero_is_told() -> None:
    found = measure(change(4, 0, 5))
    assert hidden(found, BELOW) == {("before", TOTAL, TOTAL)}


def test_law_07_a_total_gives_nobody_away() -> None:
    found = measure(change(112), guild={"bakers": change(100), "weavers": change(9), "lonely": change(3)})
    assert gone(found) == {"lonely", "weavers"}


def test_two_that_together_speak_of_too_few_take_a_third_with_them() -> None:
    found = measure(change(104), guild={"bakers": change(100), "one": change(2), "two": change(2)})
    assert gone(found) == {"one", "two", "bakers"}


def test_a_zero_covers_where_nothing_else_can() -> None:
    lost = Change(Cell(50, 50), Cell(47, 3), Cell(0, 0))
    all_told = Change(Cell(60, 60), Cell(47, 13), Cell(0, 0))
    found = measure(all_told, guild={"bakers": lost, "weavers": change(10)})
    assert gone(found, "lost") == {"bakers", "weavers"}


def test_the_only_group_hides_its_total_and_that_of_every_other_division() -> None:
    few = Change(Cell(20, 20), Cell(18, 2), Cell(0, 0))
    told = Change(Cell(20, 20), Cell(18, 18), Cell(0, 0))
    found = measure(told, guild={"bakers": few}, size={"small": told, "large": change(0)})
    assert {place for place in hidden(found, BELOW) if place[0] == "lost"} >= {
        ("lost", "guild", "bakers"),
        ("lost", TOTAL, TOTAL),
    }
    assert any(kind == "size" for name, kind, _ in hidden(found, BELOW) if name == "lost")


def test_public_numbers_are_never_hidden() -> None:
    public = Change(*(Cell(1, None) for _ in range(3)))
    assert hidden(measure(public, guild={"class A": public}), BELOW) == frozenset()


@st.composite
def measures(draw: st.DrawFn) -> Measure:
    """Events of people in two divisions of one total."""
    events = draw(
        st.lists(
            st.tuples(st.integers(0, 30), st.integers(0, 4), st.integers(0, 3), st.booleans(), st.booleans()),
            max_size=60,
        )
    )
    by: dict[str, dict[str, Tallied]] = {"guild": {}, "size": {}}
    for person, guild, size, before, after in events:
        for kind, label in (("guild", str(guild)), ("size", str(size))):
            one = by[kind].setdefault(label, Tallied(BELOW))
            one.add(person, before=before, after=after)
    total = merged(by["guild"].values(), BELOW).change
    return measure(total, **{kind: changes(groups, BELOW) for kind, groups in by.items()})


def determined(unknown: list[Place], equations: list[dict[Place, int]]) -> set[Place]:
    """Return the unknowns that the equations fix, by linear algebra alone."""
    if not unknown:
        return set()
    rows = [[one.get(place, 0) for place in unknown] for one in equations]
    matrix = np.array(rows or [[0] * len(unknown)], dtype=float)
    rank = np.linalg.matrix_rank(matrix)
    return {
        place
        for index, place in enumerate(unknown)
        if np.linalg.matrix_rank(np.vstack([matrix, np.eye(len(unknown))[index]])) == rank
    }


@given(measures())
def test_law_07_nothing_hidden_follows_from_what_is_told(found: Measure) -> None:
    out = hidden(found, BELOW)
    known = cells(found)
    assert {place for place, cell in known.items() if too_few(cell, BELOW)} <= out
    for column in COLUMNS:
        unknown = sorted(place for place in out if place[0] == column)
        equations = [
            dict.fromkeys(one.parts, 1) | {one.total: -1} for one in sums(found) if one.total[0] == column
        ]
        assert determined(unknown, equations) == set()


@given(measures())
def test_more_is_hidden_where_more_people_have_to_be_spoken_of(found: Measure) -> None:
    few = {place for place, cell in cells(found).items() if too_few(cell, BELOW - 2)}
    assert few <= hidden(found, BELOW)


@pytest.mark.parametrize("spared", [0, 1, 4, 5])
def test_law_07_a_loss_that_spares_a_few_does_not_name_them(spared: int) -> None:
    tallied = Tallied(BELOW)
    for person in range(40):
        tallied.add(person, before=True, after=person < spared)
    assert (("lost", TOTAL, TOTAL) in hidden(measure(tallied.change), BELOW)) == (0 < spared < BELOW)
