"""Proposals are found by the words of their titles and rationales, and a draft by its author alone."""

from dataclasses import replace

import pytest

from governance import drafts, proposals, search
from tests.coop.statements import counted
from tests.governance.assembly import Assembly


@pytest.fixture
def written(assembly: Assembly) -> dict[str, int]:
    """A proposal that all may see, and a draft."""
    return {
        "open": propose(assembly, "Fewer seats", "So that a room stays warm."),
        "draft": draft(assembly, "More seats", "So that a crowd may come."),
    }


def propose(assembly: Assembly, title: str, rationale: str) -> int:
    return assembly.bring(replace(assembly.draft(), title=title, rationale=rationale))


def draft(assembly: Assembly, title: str, rationale: str) -> int:
    book = assembly.books.current(assembly.session)
    wanted = replace(assembly.draft(), title=title, rationale=rationale)
    return drafts.draft(assembly.session, book, assembly.members[0], wanted, assembly.clock.at)


def found(assembly: Assembly, words: str, who: int = 1, **cut: int) -> list[int]:
    viewer = assembly.members[who]
    cases = search.found(assembly.session, viewer, words, assembly.clock.at, **{"limit": 9, **cut})
    return [case.id for case in cases]


@pytest.mark.parametrize(
    ("words", "is_found"),
    [
        ("seats", True),
        ("FEWER room", True),
        ('"a room"', True),
        ('"room a"', False),
        ("seats -warm", False),
        ("warm or cold", True),
        ("seat", False),
        ("& !", False),
        ("'", False),
    ],
)
def test_proposals_are_found_by_their_words(
    assembly: Assembly, written: dict[str, int], words: str, is_found: bool
) -> None:
    assert found(assembly, words) == ([written["open"]] if is_found else [])


def test_law_07_a_draft_is_found_by_its_author_alone(assembly: Assembly, written: dict[str, int]) -> None:
    assert found(assembly, "crowd") == found(assembly, "never") == []
    assert found(assembly, "crowd", who=0) == [written["draft"]]
    assert found(assembly, "seats") == [written["open"]]
    proposals.withdraw(assembly.session, assembly.members[0], written["draft"], assembly.clock)
    assert found(assembly, "crowd") == []


def test_the_newest_come_first_and_in_pages(assembly: Assembly, written: dict[str, int]) -> None:
    later = propose(assembly, "Even fewer seats", "Warmer still.")
    assert found(assembly, "seats") == sorted([later, written["open"]], reverse=True)
    first = found(assembly, "seats", limit=1)
    assert found(assembly, "seats", limit=1, before=first[0]) == sorted([later, written["open"]])[:1]


def test_the_number_of_statements_does_not_grow_with_what_is_found(
    assembly: Assembly, written: dict[str, int]
) -> None:
    counts = []
    for _ in range(2):
        with counted(assembly.session) as sent:
            found(assembly, "seats")
        counts.append(len(sent))
        propose(assembly, "Again seats", "Other words.")
    assert counts[0] == counts[1]
