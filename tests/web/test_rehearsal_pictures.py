"""Pictures of a rehearsal: every group drawn to scale, described in words, nothing untold given away."""

from typing import Any
from xml.etree import ElementTree

import pytest

from web.rehearsal_pictures import BAR, MOST_ROWS, WIDTH, bars, overlap

SVG = "{http://www.w3.org/2000/svg}"


def group(label: str, before: int | None, lost: int | None = 0, gained: int | None = 0) -> dict[str, Any]:
    return {"label": label, "before": before, "lost": lost, "gained": gained}


def measure(*groups: dict[str, Any]) -> dict[str, Any]:
    return {
        "things": "views",
        "lost": "turned away",
        "gained": "let in",
        "by": [{"kind": "guild", "groups": list(groups)}],
    }


def gauge(of: str, after: int | None, name: str = "overlap") -> dict[str, Any]:
    return {"of": of, "name": name, "per": 1000, "before": None, "after": after}


def drawn(picture: str) -> tuple[ElementTree.Element, list[dict[str, tuple[float, float]]]]:
    """Parse a picture; return it, and of each row the place and width of each kind of bar."""
    root = ElementTree.fromstring(picture)
    rows = [
        {
            bar.attrib["class"]: (float(bar.attrib["x"]), float(bar.attrib["width"]))
            for bar in row.iter(f"{SVG}rect")
        }
        for row in root.iter(f"{SVG}g")
    ]
    return root, rows


def test_bars_are_drawn_to_scale_and_inside_the_picture() -> None:
    root, rows = drawn(bars(measure(group("bakers", 100, 25), group("weavers", 40, 0, 10)), "guild"))
    assert rows[0] == {"stays": (0, WIDTH * 0.75), "lost": (WIDTH * 0.75, WIDTH * 0.25)}
    assert rows[1] == {"stays": (0, WIDTH * 0.4), "lost": (WIDTH * 0.4, 0), "gained": (0, WIDTH * 0.1)}
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    for bar in root.iter(f"{SVG}rect"):
        if "class" in bar.attrib:
            assert float(bar.attrib["x"]) + float(bar.attrib["width"]) <= width
            assert float(bar.attrib["y"]) + BAR <= height


def test_a_picture_says_in_words_what_it_shows() -> None:
    root, _ = drawn(bars(measure(group("bakers", 1200, 25, None)), "guild"))
    assert root.attrib["role"] == "img"
    assert root.findtext(f"{SVG}title") == "Views, by guild"
    assert root.findtext(f"{SVG}desc") == ("bakers: 1,200 views, 25 turned away, a number not told let in.")


@pytest.mark.parametrize("untold", ["before", "lost", "gained"])
def test_law_07_what_is_not_told_is_hatched_alike_whatever_it_is(untold: str) -> None:
    shown = {**group("bakers", 100, 20, 20), untold: None}
    _, (row, _) = drawn(bars(measure(shown, group("weavers", 100)), "guild"))
    assert "hidden" in row
    assert 0 <= row["hidden"][0] <= row["hidden"][0] + row["hidden"][1] <= WIDTH


def test_names_that_look_like_markup_stay_text() -> None:
    root, _ = drawn(bars(measure(group('<b onload="x">&', 5)), "guild"))
    assert '<b onload="x">&' in [text.text for text in root.iter(f"{SVG}text")]


def test_the_largest_groups_are_drawn_and_an_empty_measure_too() -> None:
    many = [group(f"guild {number}", 100 - number) for number in range(30)]
    assert len(drawn(bars(measure(*many), "guild"))[1]) == MOST_ROWS
    root, rows = drawn(bars(measure(), "guild"))
    assert (rows, root.findtext(f"{SVG}desc")) == ([], "Nothing was counted.")


def test_the_share_of_a_page_that_stays_is_drawn_by_profile() -> None:
    shown = [gauge("balanced", 750), gauge("balanced", 3, "small"), gauge("quiet", None)]
    root, rows = drawn(overlap(shown))
    assert rows[0]["stays"] == (0, WIDTH * 0.75)
    assert list(rows[1]) == ["hidden"]
    assert "balanced: 75 % of a page stays." in (root.findtext(f"{SVG}desc") or "")
    assert drawn(overlap([]))[0].findtext(f"{SVG}desc") == "No page changes."
