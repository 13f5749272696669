"""Rehearsals of one vote stand side by side where they count the same things, and tell no more than alone."""

from typing import Any

from web.report_comparison import Column, compared


def report(**totals: tuple[int | None, int | None, int | None]) -> dict[str, Any]:
    """A report that counts these things: before, lost, gained."""
    measures = [
        {
            "name": name,
            "things": name,
            "lost": "turned away",
            "gained": "let in",
            "total": dict(zip(("before", "lost", "gained"), total, strict=True)),
        }
        for name, total in totals.items()
    ]
    return {"measures": measures}


def test_each_change_has_a_line_and_each_thing_counted_a_column() -> None:
    found = compared(
        [
            report(views=(3400, 1200, 7), posts=(90, 0, 0)),
            report(views=(3400, 0, 55), posts=(90, 8, 0)),
        ]
    )
    assert found is not None
    assert found.columns == [Column("views", 3400), Column("posts", 90)]
    assert found.lines == [
        [["1,200 turned away", "7 let in"], ["no difference"]],
        [["55 let in"], ["8 turned away"]],
    ]


def test_law_07_what_a_report_leaves_out_is_left_out_beside_others() -> None:
    found = compared([report(views=(None, None, 0)), report(views=(3400, 30, None))])
    assert found is not None
    assert found.columns == [Column("views", None)]
    assert found.lines == [
        [["turned away: too few people to tell"]],
        [["30 turned away", "let in: too few people to tell"]],
    ]


def test_reports_that_count_nothing_or_not_the_same_stand_one_after_another() -> None:
    views, both = report(views=(1, 0, 0)), report(views=(1, 0, 0), posts=(1, 0, 0))
    assert compared([]) is compared([report(), report()]) is compared([views, both]) is None
    assert compared([views]) is not None
