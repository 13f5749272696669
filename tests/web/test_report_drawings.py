"""Every part of a rehearsal's report is drawn, with a caption and the meaning of its colours."""

from typing import Any

from web.report_drawings import drawings

WHOLE = {"before": 10, "lost": 2, "gained": 0}


def measure(*kinds: str, lost: int | None = 2) -> dict[str, Any]:
    groups = [{"label": "bakers", "before": 10, "lost": lost, "gained": 0}]
    return {
        "things": "views",
        "lost": "turned away",
        "gained": "let in",
        "total": WHOLE,
        "by": [{"kind": kind, "groups": groups} for kind in kinds],
    }


def test_each_measure_is_drawn_by_each_kind_of_group_and_as_a_whole_where_it_has_none() -> None:
    found = drawings({"measures": [measure("guild", "size"), measure()], "gauges": []})
    assert [one.caption for one in found] == ["Views, by guild", "Views, by size", "Views"]
    assert "bakers" in found[0].picture
    assert "in all" in found[2].picture
    assert dict(found[0].legend) == {"stays": "as before", "lost": "turned away", "gained": "let in"}


def test_law_07_what_is_not_told_has_its_place_in_the_legend() -> None:
    (found,) = drawings({"measures": [measure("guild", lost=None)], "gauges": []})
    assert "hidden" in dict(found.legend)


def test_what_was_never_counted_is_not_drawn() -> None:
    nothing = {"before": 0, "lost": 0, "gained": 0}
    assert drawings({"measures": [{**measure("guild"), "total": nothing}], "gauges": []}) == []


def test_how_much_of_a_page_stays_is_drawn_where_it_was_measured() -> None:
    gauge = {"of": "balanced", "name": "overlap", "per": 1000, "before": None, "after": 750}
    (found,) = drawings({"measures": [], "gauges": [gauge, {**gauge, "name": "calm"}]})
    assert "75 % of a page stays" in found.picture
    assert drawings({"measures": [], "gauges": []}) == []
