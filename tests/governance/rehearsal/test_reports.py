"""The document of a report: whole numbers, hashed, said in sentences, hiding what it has to."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from coop.rehearsal import Cell, Change, Gauge, Measure, Outcome, Rehearsing, Report
from governance.rehearsal.reports import content_sha256, decimal, digest, document
from tests.governance.founding import founding_book

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
BOOK = founding_book()
ASKED = Rehearsing("coop", "feeds", BOOK, BOOK, NOW - timedelta(days=28), NOW, 200, 5, "seed")


def cells(*numbers: int) -> Change:
    return Change(*(Cell(number, number) for number in numbers))


FOUND = Report(
    replayed={"views": Cell(100, 100), "readers": Cell(3, 3)},
    measures=(
        Measure(
            "views",
            "views",
            "turned away",
            "let in",
            cells(100, 20, 0),
            {"guild": {"bakers": cells(90, 17, 0), "weavers": cells(10, 3, 0)}},
        ),
    ),
    gauges=(
        Gauge("balanced", "small", "places of small authors", 1000, 123, 456, 40),
        Gauge("balanced", "overlap", "posts that stay", 1000, None, 700, 40),
        Gauge("quiet", "authors", "authors on a page", 100, 250, 300, 4),
    ),
    outcomes=(Outcome("proposal:7", "More photos", "passed", "rejected"),),
    limits=("Not all is on record.",),
)


def floats(value: Any) -> list[float]:
    """Every float in a document."""
    if isinstance(value, dict):
        return [found for inner in value.values() for found in floats(inner)]
    if isinstance(value, list):
        return [found for inner in value for found in floats(inner)]
    return [value] if isinstance(value, float) else []


def test_law_07_what_speaks_of_too_few_is_left_out_of_the_whole_document() -> None:
    made = document(ASKED, FOUND, "0" * 64)
    assert made["replayed"] == {"views": 100, "readers": None}
    (groups,) = made["measures"][0]["by"]
    assert groups["groups"] == [
        {"label": "bakers", "before": 90, "lost": None, "gained": 0},
        {"label": "weavers", "before": 10, "lost": None, "gained": 0},
    ]
    assert (made["gauges"][2]["before"], made["gauges"][2]["after"]) == (None, None)


def test_a_hidden_total_is_not_told_as_a_number_of_events_either() -> None:
    few = replace(FOUND.measures[0], total=cells(4, 0, 0), by={})
    found = replace(FOUND, measures=(few,), replayed={"views": Cell(9, 9)})
    assert document(ASKED, found, "0" * 64)["replayed"] == {"views": None}


def test_it_says_what_it_found_in_sentences() -> None:
    made = document(ASKED, FOUND, "0" * 64)
    assert made["summary"] == [
        "Of 100 views before, 20 would have been turned away; besides these, none would have been let in.",
        "balanced: places of small authors: from 12.3 % to 45.6 %.",
        "balanced: posts that stay: 70.0 %.",
        "quiet: authors on a page: too few people to tell.",
        "More photos: passed; with the patch rejected.",
    ]
    assert made["limits"][0] == "Not all is on record."
    assert "fewer than 5 people" in made["limits"][1]


def test_what_is_gained_is_told_as_none_of_those_before_whatever_is_hidden_of_them() -> None:
    held = replace(FOUND.measures[0], things="posts held back", lost="let through", gained="held back", by={})
    few = replace(held, total=cells(4, 0, 90))
    told = [
        document(ASKED, replace(FOUND, measures=(one,), gauges=(), outcomes=()), "0" * 64)["summary"]
        for one in (replace(held, total=cells(10, 0, 30)), few)
    ]
    let_through = "none would have been let through; besides these"
    assert told == [
        [f"Of 10 posts held back before, {let_through}, 30 would have been held back."],
        [f"Of a number of posts held back that is not told, {let_through}, 90 would have been held back."],
    ]


def test_law_05_its_hash_stands_for_every_number_in_it() -> None:
    made = document(ASKED, FOUND, "0" * 64)
    assert digest(made) == digest(json.loads(json.dumps(made)))
    assert floats(made) == []
    other = replace(FOUND, gauges=(replace(FOUND.gauges[0], after=457), *FOUND.gauges[1:]))
    assert digest(document(ASKED, other, "0" * 64)) != digest(made)
    assert digest(document(replace(ASKED, seed="other"), FOUND, "0" * 64)) != digest(made)


def test_the_same_change_has_one_name_whoever_proposes_it() -> None:
    change: dict[str, Any] = {
        "scope": "coop",
        "kind": "feeds",
        "base_sha256": "0" * 64,
        "patch": [{"op": "test"}],
    }
    assert content_sha256(**change) == content_sha256(**dict(reversed(change.items())))
    assert content_sha256(**change) != content_sha256(**{**change, "scope": "guild:bakers"})


def test_parts_are_written_as_people_write_them() -> None:
    assert [decimal(5, 1000), decimal(1000, 1000), decimal(205, 100), decimal(1234, 1)] == [
        "0.5 %",
        "100.0 %",
        "2.05",
        "1,234",
    ]
